package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
)

// envLong asks for as many rows as the project promises instead of a handful.
const envLong = "TUOXING_LONG"

const (
	rowsEveryDay = 12
	rowsLong     = 100
)

// leaveOutDays are asked: the day of the lists, and one on which many had not come yet.
var leaveOutDays = []date.Day{asOf, date.Of(2016, 2, 29)}

// Every row feeds the figures that it should, by its quantity, and no others: an installation whose
// workbook lacks the row gives the figures that the naive counter gives without it.
func TestFigures_change_by_exactly_the_row_that_is_left_out(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	var err error
	c.manifest, err = demo.Generate(t.Context(), demo.Options{Dir: c.dir, Seed: demo.DefaultSeed, Workers: scale})
	must(t, err)
	organisationsAlone(t, c)
	books := readCity(t, c.dir, c.manifest)
	whole := naiveRead(books, leftOut{})
	full, _ := c.fill(t, c.dir)
	compareWithNaive(t, full, whole)
	for i, f := range c.manifest.Files {
		if diff := cmp.Diff(f.Expected, whole.said[i]); diff != "" {
			t.Errorf("%s (-manifest +naive):\n%s", f.Name, diff)
		}
	}
	before := tables(t, full, asOf, naiveDims...)
	for _, row := range draw(t, books, whole) {
		t.Run(fmt.Sprintf("%s_%d", books[row.file].Name, row.row), func(t *testing.T) {
			t.Parallel()
			n := naiveRead(books, row)
			a, reports := c.fill(t, copyWithout(t, c.dir, books, row.file, row.row))
			compareWithNaive(t, a, n)
			if diff := cmp.Diff(n.said[row.file], counted(reports[row.file])); diff != "" {
				t.Errorf("the file without the row reports (-naive +report):\n%s", diff)
			}
			checkQuantity(t, before, tables(t, a, asOf, naiveDims...), books, whole, n, row)
		})
	}
}

// organisationsAlone makes an installation that holds the organisations and nothing else.
func organisationsAlone(t *testing.T, c city) {
	t.Helper()
	a, err := Open(t.Context(), c.cfg, quiet, Options{Create: true, FixedNow: demoStart})
	must(t, err)
	must(t, a.MarkDemo(t.Context()))
	take(t, a, c.dir, c.manifest.Files[0])
	must(t, a.RunClock(t.Context()))
	must(t, a.Close())
}

// fill takes all files of a folder into a copy of the installation with the organisations.
func (c city) fill(t *testing.T, dir string) (*App, []intake.Report) {
	t.Helper()
	a := c.open(t)
	reports := []intake.Report{{}} // of the organisations
	for _, f := range c.manifest.Files[1:] {
		reports = append(reports, take(t, a, dir, f))
	}
	return a, reports
}

// compareWithNaive holds every figure, in total and along the dimensions that the naive counter
// knows, against its counts.
func compareWithNaive(t *testing.T, a *App, n *naive) {
	t.Helper()
	for _, day := range leaveOutDays {
		want := n.tables(day.Time(), func(name string, d ledger.Dim) bool {
			ind, ok := a.Figures.Catalogue.Find(name)
			return ok && has(ind, d)
		})
		if diff := cmp.Diff(want, tables(t, a, day, naiveDims...)); diff != "" {
			t.Errorf("figures of %s (-naive +system):\n%s", day, diff)
		}
	}
}

// checkQuantity says in plain words by how much the figures of the lists' day may change.
func checkQuantity(t *testing.T, before, after table, books []workbook, whole, without *naive, row leftOut) {
	t.Helper()
	changed := cmp.Diff(before, after)
	fed := without.said[row.file].Taken < whole.said[row.file].Taken // nothing else in the file says the same
	switch books[row.file].Kind {
	case demo.KindRoster:
		want := before["employees"]
		if fed {
			want--
		}
		if after["employees"] != want {
			t.Errorf("%d employees, want %d", after["employees"], want)
		}
	case demo.KindStatistics:
		if before[employedFigure] <= after[employedFigure] || before["employees"] != after["employees"] {
			t.Errorf("a row of the outside statistic changes:\n%s", changed)
		}
	case demo.KindCertificates:
		if lost := before["skilled_ever"] - after["skilled_ever"]; lost < 0 || lost > 1 || before["employees"] != after["employees"] {
			t.Errorf("a certificate changes:\n%s", changed)
		}
	}
	if !fed && changed != "" {
		t.Errorf("a row that is refused, or said twice, changes:\n%s", changed)
	}
}

// draw chooses rows: by a fixed seed one half, by a fresh one the other, half of them certificates
// and one statistic; and besides them every refused row and each of two that say the same.
func draw(t *testing.T, books []workbook, whole *naive) []leftOut {
	t.Helper()
	n := rowsEveryDay
	if os.Getenv(envLong) != "" {
		n = rowsLong
	}
	pool := map[string][]leftOut{}
	chosen := map[leftOut]bool{}
	var out []leftOut
	choose := func(row leftOut) bool {
		if chosen[row] {
			return false
		}
		chosen[row] = true
		out = append(out, row)
		return true
	}
	for i, b := range books {
		for k, e := range b.entries {
			row := leftOut{i, e.row}
			pool[b.Kind] = append(pool[b.Kind], row)
			switch whole.verdicts[i][e.row] {
			case refused:
				choose(row)
			case duplicate:
				choose(row)
				for _, earlier := range b.entries[:k] {
					if cmp.Equal(earlier.cell, e.cell) {
						choose(leftOut{i, earlier.row})
					}
				}
			}
		}
	}
	if len(out) < 4 {
		t.Errorf("only %d rows that are refused or said twice", len(out))
	}
	fresh := rand.Uint64()
	t.Logf("fresh seed %d", fresh)
	for half, seed := range []uint64{20221231, fresh} {
		dice := rand.New(rand.NewPCG(seed, 0))
		for i := 0; i < n/2; {
			kind := []string{demo.KindRoster, demo.KindCertificates}[i%2]
			if i == 0 && half == 0 || i%20 == 19 {
				kind = demo.KindStatistics
			}
			if rows := pool[kind]; choose(rows[dice.IntN(len(rows))]) || len(rows) < 10 {
				i++
			}
		}
	}
	return out
}

// The table of the naive counter has a line for each count of the catalogue, so that a new figure
// is counted twice too.
func TestNaive_counts_every_figure_of_the_catalogue(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	a, err := Open(t.Context(), c.cfg, quiet, Options{Create: true})
	must(t, err)
	defer a.Close()
	for _, ind := range a.Figures.Catalogue.List() {
		if naiveFigures[ind.Name] == nil && ind.Name != employedFigure && ind.Name != rateFigure {
			t.Errorf("the naive counter does not know %s", ind.Name)
		}
	}
}
