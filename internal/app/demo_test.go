package app

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
)

var update = flag.Bool("update", false, "write testdata/demo_blocks.txt")

func TestDemo_loads_as_planned_and_holds(t *testing.T) {
	t.Parallel()
	c := loadCity(t, scale)
	run := func(name string, test func(*testing.T, city)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
	}
	run("populations and reports equal the plan", populationsAsPlanned)
	run("block hashes equal the golden ones on every engine", blocksAsGolden)
	run("verify passes and finds each changed byte", verifyFindsTampering)
	run("the same files again add nothing", sameFilesAddNothing)
	run("the same rows in other bytes add nothing", sameRowsAddNothing)
	run("undo and import again restores every figure", undoneAndImportedAgain)
	run("every figure opens both ways", opensBothWays)
	run("every opened row stands in its file", opensToTheRow)
}

func TestDemo_loads_as_planned_at_a_hundredth_of_the_city(t *testing.T) {
	t.Parallel()
	c := loadCity(t, demo.DefaultWorkers)
	populationsAsPlanned(t, c)
	// The smallest city has nobody in some sections and classes; this one has.
	a := c.open(t)
	compareWithNaive(t, a, naiveRead(readCity(t, c.dir, c.manifest), leftOut{}))
	for class := range int64(4) {
		if n := value(t, a, "industrial_workers", asOf, ledger.Cond{Dim: ledger.Class, In: []int64{class + 1}}); n == 0 {
			t.Errorf("nobody is in worker class %d", class+1)
		}
	}
}

func populationsAsPlanned(t *testing.T, c city) {
	a := c.open(t)
	n := c.manifest.Numbers
	if diff := cmp.Diff(demo.Plan(n.Workers), n); diff != "" {
		t.Fatalf("the manifest is not the plan (-plan +manifest):\n%s", diff)
	}
	rostered := ledger.Cond{Dim: ledger.Employer, Min: 1, Max: 1<<63 - 1}
	got := map[string]int64{
		"in Danyang":             value(t, a, "employees", asOf, ledger.Cond{Dim: ledger.District, In: []int64{321181}}),
		"holders on a roster":    value(t, a, "skilled_ever", asOf, rostered),
		"of them highly skilled": value(t, a, "highly_skilled_ever", asOf, rostered),
		"making spectacles":      spectacles(t, a),
		"files":                  files(t, a),
	}
	want := map[string]int64{
		"in Danyang": int64(n.Danyang), "holders on a roster": int64(n.RosterHolders), "of them highly skilled": int64(n.RosterHigh),
		"making spectacles": int64(n.Spectacles), "files": int64(n.Files),
	}
	for name, people := range map[string]int{
		"employees": n.Employees, "industrial_workers": n.Workers, "skilled_ever": n.Holders, "highly_skilled_ever": n.HighHolders,
		"skilled_ever_industrial": n.WorkerHolders, "highly_skilled_ever_industrial": n.WorkerHigh,
		"skilled": n.Holders - n.Lapsed, "highly_skilled": n.HighHolders - n.LapsedHigh, "employed": n.Employed,
		"highly_skilled_per_10k": (n.HighHolders*10_000*2 + n.Employed) / (2 * n.Employed),
	} {
		got[name], want[name] = value(t, a, name, asOf), int64(people)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("populations (-plan +system):\n%s", diff)
	}
	if len(c.reports) != len(c.manifest.Files) {
		t.Fatalf("%d reports for %d files", len(c.reports), len(c.manifest.Files))
	}
	for i, f := range c.manifest.Files {
		if r := c.reports[i]; r.State != intake.Applied || r.Name != f.Name {
			t.Errorf("%s is %s as %s", f.Name, r.State, r.Name)
		}
		if diff := cmp.Diff(f.Expected, counted(c.reports[i])); diff != "" {
			t.Errorf("%s (-manifest +report):\n%s", f.Name, diff)
		}
	}
}

// spectacles are the employees of firms of class 3587 (眼镜制造), which is no dimension of a figure.
func spectacles(t *testing.T, a *App) int64 {
	cols, err := a.Book.Columns(t.Context())
	must(t, err)
	q := ledger.Stock(ledger.Worker, asOf)
	q.Scope.All = true
	q.Where = []ledger.Cond{{Dim: ledger.Industry, In: []int64{3587}}}
	return cols.Sum(q)[0].Quantity
}

func files(t *testing.T, a *App) (n int64) {
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM registry_worker`, nil, &n)
	}))
	return n
}

// blocksAsGolden holds the chain against the one in testdata. Both engines are held against the same
// one, so they agree with each other. It changes with the packed encoding, the generator and the ids.
func blocksAsGolden(t *testing.T, c city) {
	list := blocks(t, c.open(t))
	slices.Reverse(list)
	var b strings.Builder
	fmt.Fprintf(&b, "# Blocks of the made-up city: %d industrial workers, seed %d. Number, facts, SM3.\n", scale, demo.DefaultSeed)
	for _, blk := range list {
		fmt.Fprintf(&b, "%d %d %s\n", blk.Number, blk.Facts, blk.Hash)
	}
	golden := filepath.Join("testdata", "demo_blocks.txt")
	if *update {
		must(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("blocks (-golden +loaded; after a meant change: go test ./internal/app -run TestDemo -update):\n%s", diff)
	}
}

// addsNothing takes a file in once more and tells whether every row was known.
func addsNothing(t *testing.T, a *App, dir string, f demo.File, before ledger.Block) {
	t.Helper()
	r := take(t, a, dir, f)
	want := demo.Expected{Read: f.Expected.Read, Refused: f.Expected.Refused, Duplicate: f.Expected.Read - f.Expected.Refused}
	if diff := cmp.Diff(want, counted(r)); diff != "" {
		t.Errorf("%s again (-want +got):\n%s", f.Name, diff)
	}
	if r.Block != 0 || r.Proposed != 0 {
		t.Errorf("%s again: block %d, %d leavers proposed", f.Name, r.Block, r.Proposed)
	}
	if now := head(t, a); now.Number != before.Number || now.Hash != before.Hash {
		t.Errorf("%s again sealed block %d", f.Name, now.Number)
	}
}

func sameFilesAddNothing(t *testing.T, c city) {
	a := c.open(t)
	before := head(t, a)
	for _, f := range c.manifest.Files {
		addsNothing(t, a, c.dir, f, before)
	}
}

func sameRowsAddNothing(t *testing.T, c city) {
	a := c.open(t)
	before, was := head(t, a), tables(t, a, asOf, allDims(a)...)
	dir := t.TempDir()
	for _, f := range c.manifest.Files {
		otherBytes(t, filepath.Join(c.dir, f.Name), filepath.Join(dir, f.Name))
		addsNothing(t, a, dir, f, before)
	}
	if diff := cmp.Diff(was, tables(t, a, asOf, allDims(a)...)); diff != "" {
		t.Errorf("figures (-before +after):\n%s", diff)
	}
	if _, err := a.Verify(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

// undoneAndImportedAgain takes each list back and in again, one by one, then all of them, in a
// random order; the organisations stay.
func undoneAndImportedAgain(t *testing.T, c city) {
	a := c.open(t)
	dims := allDims(a)
	snapshot := func() []table {
		return []table{tables(t, a, asOf, dims...), tables(t, a, date.Of(2015, 6, 30), ledger.District, ledger.RankEver)}
	}
	was, totals := snapshot(), tables(t, a, asOf)
	var lists []int
	ids := map[int]intake.ImportID{}
	for i, f := range c.manifest.Files {
		if f.Kind != demo.KindOrganisations {
			lists, ids[i] = append(lists, i), c.reports[i].ID
		}
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	shuffled := func() []int {
		order := slices.Clone(lists)
		dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return order
	}
	again := func(i int) {
		f := c.manifest.Files[i]
		r := take(t, a, c.dir, f)
		ids[i] = r.ID
		if diff := cmp.Diff(f.Expected, counted(r)); diff != "" {
			t.Errorf("seed %d: %s after undo (-manifest +report):\n%s", seed, f.Name, diff)
		}
	}
	for _, i := range shuffled() {
		undo(t, a, ids[i])
		if cmp.Equal(totals, tables(t, a, asOf)) {
			t.Errorf("seed %d: undo of %s changed no figure", seed, c.manifest.Files[i].Name)
		}
		again(i)
		if diff := cmp.Diff(was, snapshot()); diff != "" {
			t.Fatalf("seed %d: figures after undo and import of %s (-before +after):\n%s", seed, c.manifest.Files[i].Name, diff)
		}
	}
	for _, i := range shuffled() {
		undo(t, a, ids[i])
	}
	if left := snapshot(); len(left[0])+len(left[1]) > 0 {
		t.Errorf("seed %d: after everything was taken back there are still %v", seed, left)
	}
	for _, i := range shuffled() {
		again(i)
	}
	if diff := cmp.Diff(was, snapshot()); diff != "" {
		t.Errorf("seed %d: figures after all were taken back and in again (-before +after):\n%s", seed, diff)
	}
	if _, err := a.Verify(t.Context(), ""); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
}

func undo(t *testing.T, a *App, id intake.ImportID) {
	t.Helper()
	v, err := a.Viewer(t.Context(), account.Operator())
	must(t, err)
	_, err = a.Intake.Undo(t.Context(), v, id, "测试撤回")
	must(t, err)
}
