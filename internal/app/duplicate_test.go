package app

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
)

// Two in a hundred employees stand in later lists under a number that makes another file. Nearly all are proposed,
// accepting the certain ones merges nobody wrongly, changes the figures as foretold, and can be taken back.
func TestDuplicates_planted_are_found_merged_and_restored(t *testing.T) {
	t.Parallel()
	workers := demo.DefaultWorkers / 2 // every kind is planted
	if os.Getenv(envLong) != "" {
		workers = demo.DefaultWorkers
	}
	duplicatesPlantedAndFound(t, workers)
}

// truth is what the generator's list says, in files.
type truth struct {
	doubles []demo.Double
	of      map[string]registry.WorkerID // file by ID number
	person  map[registry.WorkerID]string // number in the first list, of everybody who stands in a line of one person
}

func duplicatesPlantedAndFound(t *testing.T, workers int) {
	c := newCity(t)
	start := time.Now()
	a, reports, err := LoadDemoOf(t.Context(), c.cfg, quiet, demo.Options{Dir: c.dir, Seed: demo.DefaultSeed, Workers: workers, Doubles: true}, func(int, int, string) {})
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	for _, r := range reports[len(reports)-2:] {
		if n := counted(r); n.Taken != n.Read || n.Read == 0 {
			t.Fatalf("%s: %+v, want all taken", r.Name, n)
		}
	}
	t.Logf("loaded in %s", time.Since(start).Round(time.Second))
	foundMergedAndRestored(t, a, filepath.Join(c.dir, demo.DoubleList))
}

// foundMergedAndRestored goes the whole way on a loaded city; list is what the generator says of it.
func foundMergedAndRestored(t *testing.T, a *App, list string) {
	who, tr := account.Operator(), readTruth(t, a, list)
	start := time.Now()
	run, err := a.Registry.FindDuplicates(t.Context(), who)
	must(t, err)
	t.Logf("found in %s: %+v", time.Since(start).Round(time.Millisecond), run)
	pairs := allDuplicates(t, a, registry.Proposed)
	if len(pairs) != run.Certain+run.Likely+run.Possible || len(pairs) != run.New || len(merges(t, a)) != 0 {
		t.Fatalf("%d pairs are proposed and %d files merged after %+v", len(pairs), len(merges(t, a)), run)
	}
	nearlyAllProposed(t, tr, pairs)

	before, files := snapshots(t, a), peopleOf(t, a, pairs)
	plan, err := a.Registry.PlanCertain(t.Context(), who)
	must(t, err)
	start = time.Now()
	done, err := a.Registry.AcceptCertain(t.Context(), who, plan.Pairs, "成批合并")
	must(t, err)
	t.Logf("%d certain pairs accepted in %s", done, time.Since(start).Round(time.Millisecond))
	if done != plan.Pairs || done != run.Certain || done == 0 {
		t.Errorf("%d pairs accepted, planned %d, certain %d", done, plan.Pairs, run.Certain)
	}
	merged := merges(t, a)
	for loser, survivor := range merged {
		if p := tr.person[loser]; p == "" || p != tr.person[survivor] {
			t.Errorf("file %s was merged into %s, and they are not one person's", loser, survivor)
		}
	}
	changedAsPlanned(t, a, before[1], plan)
	if _, err := a.Verify(t.Context(), ""); err != nil {
		t.Errorf("verify after merging: %v", err)
	}

	start = time.Now()
	for loser := range merged {
		must(t, a.Registry.Unmerge(t.Context(), who, loser, "经核实为两人"))
	}
	t.Logf("%d merges taken back in %s", len(merged), time.Since(start).Round(time.Millisecond))
	if diff := cmp.Diff(before, snapshots(t, a)); diff != "" {
		t.Errorf("figures after un-merging (-before +after):\n%s", diff)
	}
	for i, f := range peopleOf(t, a, pairs) {
		if !reflect.DeepEqual(f, files[i]) {
			t.Errorf("file %s after un-merging: %+v, before %+v", f.ID, f, files[i])
		}
	}
	run, err = a.Registry.FindDuplicates(t.Context(), who)
	must(t, err)
	if run.New != 0 || run.Certain != 0 || len(allDuplicates(t, a, registry.Rejected)) != done {
		t.Errorf("what was taken back is proposed again: %+v", run)
	}
}

// nearlyAllProposed asks for 99 in 100 of the planted pairs, and that no look-alike is certain.
func nearlyAllProposed(t *testing.T, tr truth, pairs []registry.Duplicate) {
	grades := map[[2]registry.WorkerID]registry.Grade{}
	for _, d := range pairs {
		grades[twoOf(d.Keep.Worker, d.Other.Worker)] = d.Grade
	}
	planted, proposed := map[string]int{}, map[string]int{}
	all, found := 0, 0
	for _, d := range tr.doubles {
		a, b := tr.of[d.Number], tr.of[d.Other]
		if a == 0 || b == 0 || a == b {
			t.Fatalf("%s: no two files", d.Kind)
		}
		g := grades[twoOf(a, b)]
		if d.Answer == demo.TwoPeople {
			if g == registry.CertainSame {
				t.Errorf("%s are certain to be one person", d.Kind)
			}
			continue
		}
		planted[d.Kind]++
		all++
		if g != 0 {
			proposed[d.Kind]++
			found++
		}
		if d.Kind == "十五位旧号" && g != registry.CertainSame {
			t.Errorf("the 15-digit form of a number is %q, want certain", g)
		}
	}
	t.Logf("%d of %d planted pairs are proposed, of %d proposals", found, all, len(pairs))
	if found*100 < all*99 || len(planted) < 9 {
		t.Errorf("%d of %d planted pairs are proposed; by kind %v of %v", found, all, proposed, planted)
	}
}

func twoOf(a, b registry.WorkerID) [2]registry.WorkerID {
	return [2]registry.WorkerID{min(a, b), max(a, b)}
}

func readTruth(t *testing.T, a *App, path string) truth {
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	tr := truth{of: map[string]registry.WorkerID{}, person: map[registry.WorkerID]string{}}
	x := a.Vault.Indexer()
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		file := func(number string) registry.WorkerID {
			var w int64
			if tr.of[number] == 0 {
				if err := tx.QueryRow(t.Context(), `SELECT worker_id FROM registry_number WHERE number_index = $1`, []any{x.Sum("id_number", number)}, &w); err != nil {
					t.Fatalf("a listed person has no file: %v", err)
				}
				tr.of[number] = registry.WorkerID(w)
			}
			return tr.of[number]
		}
		for _, r := range rows[1:] {
			d := demo.Double{Kind: r[0], Name: r[1], Number: r[2], Other: r[3], Answer: r[4]}
			tr.doubles = append(tr.doubles, d)
			first, other := file(d.Number), file(d.Other)
			if d.Answer == demo.OnePerson {
				tr.person[first], tr.person[other] = d.Number, d.Number
			}
		}
		return nil
	}))
	return tr
}

// allDuplicates walks the pages of a list.
func allDuplicates(t *testing.T, a *App, state string) (all []registry.Duplicate) {
	f := registry.DuplicateFilter{State: state, Limit: 100}
	for {
		list, total, err := a.Registry.ListDuplicates(t.Context(), account.Operator(), f)
		must(t, err)
		if all = append(all, list...); len(list) == 0 {
			if len(all) != total {
				t.Fatalf("%d pairs on the pages, %d counted", len(all), total)
			}
			return all
		}
		f.After = list[len(list)-1].Key()
	}
}

func merges(t *testing.T, a *App) map[registry.WorkerID]registry.WorkerID {
	out := map[registry.WorkerID]registry.WorkerID{}
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), `SELECT worker_id, survivor_id FROM registry_alias WHERE withdrawn_at IS NULL`, nil, func(row db.Scanner) error {
			var w, s registry.WorkerID
			err := row.Scan(&w, &s)
			out[w] = s
			return err
		})
	}))
	return out
}

// snapshots are all figures on the day of the lists and on the day of the city's clock.
func snapshots(t *testing.T, a *App) []table {
	return []table{tables(t, a, asOf, allDims(a)...), tables(t, a, date.On(a.DB.Now()), allDims(a)...)}
}

// changedAsPlanned holds the plan against the figures before and after, by district.
func changedAsPlanned(t *testing.T, a *App, before table, plan registry.CertainPlan) {
	want := table{}
	for _, c := range plan.Changes {
		if ind, ok := a.Figures.Catalogue.Find(c.Indicator); ok && ind.Ratio == nil {
			want.add(c.Indicator+"|district="+strconv.Itoa(int(c.District)), c.By)
			if c.District != 0 {
				want.add(c.Indicator, c.By)
			}
		}
	}
	got := table{}
	after := tables(t, a, plan.On, ledger.District)
	for key := range want {
		got.add(key, after[key]-before[key])
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("change of the figures of %s (-planned +happened):\n%s", plan.On, diff)
	}
}

// peopleOf opens the files of some of the pairs.
func peopleOf(t *testing.T, a *App, pairs []registry.Duplicate) (files []*registry.File) {
	for i, d := range pairs {
		if i%max(1, len(pairs)/40) != 0 && d.Grade != registry.CertainSame || len(files) >= 200 {
			continue
		}
		for _, w := range []registry.WorkerID{d.Keep.Worker, d.Other.Worker} {
			f, err := a.Registry.Find(t.Context(), account.Operator(), w)
			must(t, err)
			f.Facts = nil // reversals stay in the ledger; the figures tell what they come to
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, func(x, y *registry.File) int { return int(min(max(x.ID-y.ID, -1), 1)) })
	return files
}
