package app

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/planter"
)

// plantedSeed is the seed of the books that LibreOffice wrote and that stand in testdata.
const plantedSeed = 20230331

// plantedCity opens a database with the units of the planter's people.
func plantedCity(t *testing.T) (*App, string) {
	t.Helper()
	c := newCity(t)
	a, err := Open(t.Context(), c.cfg, quiet, Options{Create: true, FixedNow: demoStart})
	must(t, err)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	must(t, os.MkdirAll(c.dir, 0o700))
	lines := "工会组织登记表;;;;;;\n单位名称;统一社会信用代码;单位类型;上级工会;所在地区;行业代码;单位类别\n镇江市总工会;;市总工会;;镇江市;;\n"
	for _, d := range []string{"丹阳市", "句容市", "京口区"} {
		lines += d + "总工会;;辖市(区)总工会;镇江市总工会;" + d + ";;\n"
	}
	for _, f := range planter.Firms {
		lines += strings.Join([]string{f.Name, f.Code, "企业", f.Above, "", f.Industry, f.Ownership}, ";") + "\n"
	}
	const name = "工会组织登记表.csv"
	must(t, os.WriteFile(filepath.Join(c.dir, name), []byte(lines), 0o600))
	r := take(t, a, c.dir, demo.File{Name: name, Kind: demo.KindOrganisations, AsOf: date.On(planter.AsOf)})
	if r.Read != 4+len(planter.Firms) || r.Accepted != r.Read {
		t.Fatalf("units: %+v %+v", r.Counts, r.Rules)
	}
	return a, c.dir
}

func TestPlanted_workbooks_of_many_writers_are_read_row_by_row_as_planted(t *testing.T) {
	t.Parallel()
	drawn := rand.Uint64N(1 << 40)
	t.Logf("the seed drawn is %d", drawn)
	for _, c := range []struct {
		seed    uint64
		people  int
		writers []planter.Writer
	}{
		{plantedSeed, planter.People, []planter.Writer{planter.Excelize, planter.Prefixed, planter.GB18030}},
		{7, planter.People, []planter.Writer{planter.Prefixed, planter.GB18030}},
		{drawn, planter.People, []planter.Writer{planter.Prefixed, planter.GB18030}},
	} {
		if os.Getenv(envLong) == "1" {
			c.people *= 40
		}
		t.Run(fmt.Sprintf("seed %d", c.seed), func(t *testing.T) {
			t.Parallel()
			a, dir := plantedCity(t)
			kinds := map[string]int{}
			rows := 0
			for _, b := range planter.Plan(c.seed, c.people, c.writers...) {
				raw, err := b.Bytes()
				must(t, err)
				must(t, os.WriteFile(filepath.Join(dir, b.File), raw, 0o600))
				rows += importPlanted(t, a, dir, b, kinds)
			}
			t.Logf("%d rows, %d kinds", rows, len(kinds))
		})
	}
}

// importPlanted takes a book in and holds what became of each row against what the planter says. It gives how many rows
// the book has.
func importPlanted(t *testing.T, a *App, dir string, b planter.Book, kinds map[string]int) int {
	t.Helper()
	r := take(t, a, dir, demo.File{Name: b.File, Kind: b.Kind, AsOf: date.On(planter.AsOf)})
	want := map[dirtyAt]dirtyRow{}
	for _, s := range b.Sheets {
		for _, row := range s.Rows {
			if w := row.Want; w != nil {
				want[dirtyAt{s.Name, row.Line}] = dirtyRow{string(w.Outcome), w.Name, w.ID, w.Day, w.Rank, strings.Join(w.Rules, " "), strings.Join(w.Kinds, "；")}
				for _, k := range w.Kinds {
					kinds[k]++
				}
			}
		}
	}
	if r.State != intake.Applied {
		t.Errorf("%s is %s: %+v", b.File, r.State, r.Failure)
		return 0
	}
	compare(t, b.File, want, seen(t, a, r))
	return len(want)
}
