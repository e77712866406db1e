package app

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/planter"
)

// plantedSeed is the seed of the books that LibreOffice wrote and that stand in testdata.
const plantedSeed = 20_230_331

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
	all := []planter.Writer{planter.Excelize, planter.Prefixed, planter.GB18030}
	t.Logf("the seed drawn is %d", drawn)
	for _, c := range []struct {
		seed    uint64
		people  int
		writers []planter.Writer
	}{
		{1, planter.People, all},
		{20_231_231, planter.People, all[1:]},
		{drawn, planter.People, all[1:]},
	} {
		if os.Getenv(envLong) == "1" {
			c.people, c.writers = 1_000, all
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
			wantPlanted(t, kinds, rows)
		})
	}
}

// wantPlanted holds a seed's books against what they promise: every kind often enough, and rows with three at once.
func wantPlanted(t *testing.T, kinds map[string]int, rows int) {
	t.Helper()
	const each = 2
	for _, k := range planter.Kinds() {
		if kinds[k] < each {
			t.Errorf("%s is planted %d times, at least %d wanted", k, kinds[k], each)
		}
	}
	if rows < 800 || kinds[threeAtOnce] < 50 {
		t.Errorf("%d rows, %d with three kinds at once", rows, kinds[threeAtOnce])
	}
}

const threeAtOnce = "three"

// Workbooks that LibreOffice wrote stand in testdata, so that the everyday run does not need it. -update writes them anew
// with soffice; so does each long run, of a seed of its own.
func TestPlanted_workbooks_of_LibreOffice_are_read_row_by_row_as_planted(t *testing.T) {
	t.Parallel()
	seed, made := uint64(plantedSeed), filepath.Join("testdata", "libreoffice")
	if os.Getenv(envLong) == "1" {
		seed, made = rand.Uint64N(1<<40), t.TempDir()
		t.Logf("the seed drawn is %d", seed)
	}
	books := planter.Plan(seed, planter.People, planter.LibreOffice)
	if *update || seed != plantedSeed {
		byLibreOffice(t, books, made)
	}
	a, dir := plantedCity(t)
	sums := strings.Builder{}
	for _, b := range books {
		_, err := b.Bytes()
		must(t, err)
		raw, err := os.ReadFile(filepath.Join(made, b.File))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, b.File), raw, 0o600))
		importPlanted(t, a, dir, b, map[string]int{})
		content, err := json.Marshal(b.Sheets)
		must(t, err)
		fmt.Fprintf(&sums, "%s %x\n", b.File, sha256.Sum256(content))
	}
	list := filepath.Join(made, "planted.txt")
	if *update || seed != plantedSeed {
		must(t, os.WriteFile(list, []byte(sums.String()), 0o644))
	}
	want, err := os.ReadFile(list)
	must(t, err)
	if diff := cmp.Diff(string(want), sums.String()); diff != "" {
		t.Errorf("the planter plants otherwise than when LibreOffice wrote the books (go test ./internal/app -run TestPlanted -update):\n%s", diff)
	}
}

// byLibreOffice has the books written by LibreOffice.
func byLibreOffice(t *testing.T, books []planter.Book, to string) {
	t.Helper()
	from := t.TempDir()
	args := []string{"--headless", "-env:UserInstallation=file://" + t.TempDir(), "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", to}
	for _, b := range books {
		raw, err := b.Bytes()
		must(t, err)
		must(t, os.WriteFile(filepath.Join(from, b.File), raw, 0o600))
		args = append(args, filepath.Join(from, b.File))
	}
	must(t, os.MkdirAll(to, 0o755))
	out, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
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
				if len(w.Kinds) == 3 {
					kinds[threeAtOnce]++
				}
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
