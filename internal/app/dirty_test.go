package app

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/vault"
)

// dirtyAt is where a row stands.
type dirtyAt struct {
	sheet string
	row   int
}

// dirtyRow is what becomes of one row. The key columns are those of a row taken in, else empty.
type dirtyRow struct {
	Outcome, Name, ID, Day, Rank, Rules, Kinds string
}

// planted reads the list of defects: by file and place, what a right import does.
func plantedIn(t *testing.T, dir string) map[string]map[dirtyAt]dirtyRow {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, demo.DefectList))
	must(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	must(t, err)
	out := map[string]map[dirtyAt]dirtyRow{}
	for _, c := range lines[1:] {
		row, err := strconv.Atoi(c[2])
		must(t, err)
		if out[c[0]] == nil {
			out[c[0]] = map[dirtyAt]dirtyRow{}
		}
		out[c[0]][dirtyAt{c[1], row}] = dirtyRow{Outcome: c[3], Name: c[4], ID: c[5], Day: c[6], Rank: c[7], Rules: c[8], Kinds: c[9]}
	}
	return out
}

// seen is what the import did with each row that it read. The numbers of the made-up people are of
// regions never issued, so that each row has a remark and is in the list of problems.
func seen(t *testing.T, a *App, r intake.Report) map[dirtyAt]dirtyRow {
	t.Helper()
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	list, total, err := a.Intake.Problems(t.Context(), v, r.ID, "", 0, 1<<30)
	must(t, err)
	if total != len(list) {
		t.Errorf("%s: %d of %d rows with remarks", r.Name, len(list), total)
	}
	taken := kept(t, a, r)
	out := map[dirtyAt]dirtyRow{}
	for _, p := range list {
		got := dirtyRow{Outcome: "accepted"}
		if cells, ok := taken[p.Line]; ok {
			got = cells
		}
		got.Outcome, got.Rules = judged(p)
		out[dirtyAt{p.Sheet, p.Line.Row()}] = got
	}
	if len(out) != r.Read {
		t.Errorf("%s: %d rows listed, %d read", r.Name, len(out), r.Read)
	}
	return out
}

// judged is what a row's remarks say: its outcome, and the rules that refused or mended.
func judged(p intake.Problem) (outcome, rules string) {
	outcome = "accepted"
	var codes []string
	for _, c := range p.Cells {
		for _, m := range c.Remarks {
			switch {
			case m.Rule == intake.RuleDuplicate:
				outcome = "duplicate"
			case m.Grade == intake.GradeWarn:
				continue
			default:
				codes = append(codes, m.Rule)
				if outcome == "accepted" {
					outcome = "mended"
				}
			}
		}
	}
	if p.Refused {
		outcome = "refused"
	}
	slices.Sort(codes)
	if outcome == "duplicate" {
		codes = slices.DeleteFunc(codes, func(c string) bool { return c == intake.RuleDuplicate })
	}
	return outcome, strings.Join(slices.Compact(codes), " ")
}

// kept is what the registry holds of the rows that were taken in, held against the cells kept.
func kept(t *testing.T, a *App, r intake.Report) map[ledger.Line]dirtyRow {
	t.Helper()
	table, day, rank := "registry_employment", "started_on", "0"
	if r.Kind == demo.KindCertificates {
		table, day, rank = "registry_certificate", "issued_on", "s.rank"
	}
	out := map[ledger.Line]dirtyRow{}
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		var owners []owner
		err := tx.Query(t.Context(), "SELECT s.worker_id, s.line, w.wrapped_key, w.name, w.id_sealed, s."+day+", "+rank+" FROM "+table+
			" s JOIN registry_worker w ON w.worker_id = s.worker_id WHERE s.import_id = $1", []any{int64(r.ID)}, func(row db.Scanner) error {
			var o owner
			err := row.Scan(&o.worker, &o.line, &o.wrapped, &o.name, &o.sealed, &o.on, &o.rank)
			owners = append(owners, o)
			return err
		})
		if err != nil {
			return err
		}
		for i, o := range owners {
			key, err := a.Vault.Unwrap(o.worker, o.wrapped)
			if err != nil {
				return err
			}
			id, err := key.Open(o.worker, "id_number", o.sealed)
			if err != nil {
				return err
			}
			got := o.row(string(id))
			out[o.line] = got
			if r.Read > manyRows && i%10 > 0 {
				continue
			}
			cells, err := opened(t, a, tx, r.ID, o.worker, key, o.line, day)
			if err != nil {
				return err
			}
			if got != cells {
				t.Errorf("%s row %d: the cells kept and the registry differ: %s", r.Name, o.line.Row(), cmp.Diff(cells, got))
			}
		}
		return nil
	}))
	return out
}

// manyRows is from where only each tenth row's kept cells are opened, beside the registry's own of all.
const manyRows = 2_000

// owner is what the registry holds of a row.
type owner struct {
	worker          int64
	line            ledger.Line
	wrapped, sealed []byte
	name            string
	on              *date.Day
	rank            int
}

func (o owner) row(id string) dirtyRow {
	got := dirtyRow{Name: o.name, ID: id}
	if o.on != nil {
		got.Day = o.on.String()
	}
	if o.rank > 0 {
		got.Rank = strconv.Itoa(o.rank)
	}
	return got
}

func opened(t *testing.T, a *App, tx *db.Tx, id intake.ImportID, worker int64, key vault.Key, line ledger.Line, day string) (got dirtyRow, err error) {
	cells, err := a.Intake.Cells(t.Context(), tx, id, worker, key, line)
	for _, c := range cells {
		switch c.Column {
		case "name":
			got.Name = c.Value
		case "id_number":
			got.ID = c.Value
		case day:
			got.Day = c.Value
		case "level":
			got.Rank = c.Value
		}
	}
	return got, err
}

// soiled makes a small city with its soiled lists and takes in what they need.
func soiledCity(t *testing.T, seed uint64, rows int) (*App, string, demo.Manifest) {
	t.Helper()
	c := newCity(t)
	a, err := Open(t.Context(), c.cfg, quiet, Options{Create: true, FixedNow: demoStart})
	must(t, err)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := demo.Generate(t.Context(), demo.Options{Dir: c.dir, Seed: seed, Workers: scale, Dirty: true, DirtyRows: rows})
	must(t, err)
	take(t, a, c.dir, m.Files[0])
	return a, c.dir, m
}

// maxShown bounds the wrong rows that one test prints.
const maxShown = 25

func TestImport_does_with_every_planted_defect_what_is_right(t *testing.T) {
	t.Parallel()
	drawn := rand.Uint64N(1 << 40)
	t.Logf("the seed drawn is %d", drawn)
	for _, c := range []struct {
		seed uint64
		rows int
		each int // how often each kind stands there at least
	}{{1, demo.DefaultDirtyRows, 4}, {20_231_231, 20_000, 40}, {drawn, demo.DefaultDirtyRows, 4}} {
		if os.Getenv(envLong) == "1" {
			c.rows, c.each = 100_000, 50
		}
		t.Run(fmt.Sprintf("seed %d with %d rows", c.seed, c.rows), func(t *testing.T) {
			if os.Getenv(envLong) != "1" { // one after the other there: they are large
				t.Parallel()
			}
			a, dir, m := soiledCity(t, c.seed, c.rows)
			list := plantedIn(t, dir)
			wantKinds(t, list, c.each)
			for _, f := range m.Dirty {
				r := take(t, a, dir, f)
				if got := counted(r); got != f.Expected {
					t.Errorf("%s: %s", f.Name, cmp.Diff(f.Expected, got))
				}
				if f.Kind != demo.KindOrganisations {
					compare(t, f.Name, list[f.Name], seen(t, a, r))
				}
			}
		})
	}
}

// compare holds the import against the list, row by row.
func compare(t *testing.T, file string, want, got map[dirtyAt]dirtyRow) {
	t.Helper()
	var wrong []string
	for at, w := range want {
		g, read := got[at]
		switch g.Kinds = w.Kinds; {
		case w.Outcome == "skipped" && !read:
		case w.Outcome == "skipped" || !read:
			wrong = append(wrong, fmt.Sprintf("%s row %d (%s): want %s, got %+v", at.sheet, at.row, w.Kinds, w.Outcome, g))
		case g != w:
			wrong = append(wrong, fmt.Sprintf("%s row %d (%s): %s", at.sheet, at.row, w.Kinds, cmp.Diff(w, g)))
		}
	}
	for at := range got {
		if _, known := want[at]; !known {
			wrong = append(wrong, fmt.Sprintf("%s row %d was read and is not on the list", at.sheet, at.row))
		}
	}
	slices.Sort(wrong)
	for _, text := range wrong[:min(len(wrong), maxShown)] {
		t.Errorf("%s: %s", file, text)
	}
	if len(wrong) > maxShown {
		t.Errorf("%s: %d more rows are wrong", file, len(wrong)-maxShown)
	}
}

// wantKinds holds the list against what it promises: many kinds, each often, each explained, and
// rows with three at once.
func wantKinds(t *testing.T, list map[string]map[dirtyAt]dirtyRow, each int) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "defects.md"))
	must(t, err)
	kinds, triple, alike := map[string]int{}, 0, 0
	for _, rows := range list {
		for _, v := range rows {
			names := strings.Split(v.Kinds, "；")
			if len(names) >= 3 {
				triple++
			}
			if v.Kinds != "" && v.Outcome == "accepted" {
				alike++
			}
			for _, k := range names {
				kinds[k]++
			}
		}
	}
	clean := kinds[""]
	delete(kinds, "")
	for k, n := range kinds {
		if n < each {
			t.Errorf("%s stands %d times, at least %d wanted", k, n, each)
		}
		if !strings.Contains(string(page), "| "+k+" |") {
			t.Errorf("docs/defects.md does not name %s", k)
		}
	}
	if len(kinds) < 80 || triple < 6*each || clean < 100*each || alike < 20*each {
		t.Errorf("%d kinds, %d rows with three, %d clean ones, %d that look like defects", len(kinds), triple, clean, alike)
	}
}
