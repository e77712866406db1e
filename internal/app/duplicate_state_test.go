package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/registry"
)

// doubledCity is a small city with people listed again.
func doubledCity(t *testing.T) city {
	t.Helper()
	c := newCity(t)
	a, reports, err := LoadDemoOf(t.Context(), c.cfg, quiet, demo.Options{Dir: c.dir, Seed: 7, Workers: scale * 2, Doubles: true}, func(int, int, string) {})
	must(t, err)
	must(t, a.Close())
	text, err := os.ReadFile(filepath.Join(c.dir, demo.ManifestName))
	must(t, err)
	must(t, json.Unmarshal(text, &c.manifest))
	c.reports = reports
	return c
}

func TestDuplicates_keep_what_was_decided(t *testing.T) {
	t.Parallel()
	c := doubledCity(t)
	for name, test := range map[string]func(*testing.T, *App){
		"evidence that goes withdraws the pair, and coming again proposes it again": func(t *testing.T, a *App) { evidenceGoes(t, a, c) },
		"rejected stays rejected":                  rejectedStays,
		"merging by hand and back decides a pair":  mergedByHand,
		"of three files the survivor is merged":    threeFiles,
		"a district sees its own pairs":            districtSeesItsOwn,
		"an erased person is in no pair":           erasedIsGone,
		"looking is one look in the log, no digit": lookIsLogged,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := c.open(t)
			find(t, a)
			test(t, a)
		})
	}
}

func find(t *testing.T, a *App) registry.DuplicateRun {
	t.Helper()
	run, err := a.Registry.FindDuplicates(t.Context(), account.Operator())
	must(t, err)
	return run
}

func evidenceGoes(t *testing.T, a *App, c city) {
	before := allDuplicates(t, a, registry.Proposed)
	for _, r := range c.reports[len(c.reports)-2:] {
		_, err := a.Intake.Undo(t.Context(), intake.Trusted(0), r.ID, "重复报送")
		must(t, err)
	}
	run := find(t, a)
	if left := allDuplicates(t, a, registry.Proposed); len(left) != 0 || run.Withdrawn != len(before) || len(before) == 0 {
		t.Errorf("%d pairs were proposed, %d are withdrawn, %d left", len(before), run.Withdrawn, len(left))
	}
	d := before[0]
	if err := a.Registry.RejectDuplicate(t.Context(), account.Operator(), d.Keep.Worker, d.Other.Worker, "两人"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a pair of a file that lies nowhere is decided: %v", err)
	}
	for _, f := range c.manifest.Doubles {
		take(t, a, c.dir, f)
	}
	if run = find(t, a); run.Withdrawn != 0 || len(allDuplicates(t, a, registry.Proposed)) != len(before) {
		t.Errorf("sent again: %+v, before %d pairs", run, len(before))
	}
}

func rejectedStays(t *testing.T, a *App) {
	who, d := account.Operator(), allDuplicates(t, a, registry.Proposed)[0]
	for name, try := range map[string]struct {
		who  account.Actor
		why  string
		want fault.Kind
	}{
		"no right":           {account.Actor{}, "两人", fault.Unauthenticated},
		"no reason":          {who, "", fault.Invalid},
		"a number as reason": {who, "329901198001150014", fault.Invalid},
	} {
		if err := a.Registry.RejectDuplicate(t.Context(), try.who, d.Keep.Worker, d.Other.Worker, try.why); !fault.Is(err, try.want) {
			t.Errorf("%s: %v, want kind %v", name, err, try.want)
		}
	}
	must(t, a.Registry.RejectDuplicate(t.Context(), who, d.Other.Worker, d.Keep.Worker, "经核实为两人"))
	if err := a.Registry.RejectDuplicate(t.Context(), who, d.Other.Worker, d.Keep.Worker, "经核实为两人"); !fault.Is(err, fault.Conflict) {
		t.Errorf("rejected twice: %v", err)
	}
	if run := find(t, a); run.New != 0 || run.Withdrawn != 0 {
		t.Errorf("looking again: %+v", run)
	}
	list := allDuplicates(t, a, registry.Rejected)
	if len(list) != 1 || list[0].Reason != "经核实为两人" || list[0].DecidedAt == nil {
		t.Errorf("rejected: %+v", list)
	}
}

func mergedByHand(t *testing.T, a *App) {
	who, d := account.Operator(), allDuplicates(t, a, registry.Proposed)[0]
	must(t, a.Registry.Merge(t.Context(), who, d.Other.Worker, d.Keep.Worker, "同一人"))
	if list := allDuplicates(t, a, registry.Accepted); len(list) != 1 || list[0].Keep.Worker != d.Keep.Worker {
		t.Errorf("accepted: %+v", list)
	}
	if run := find(t, a); run.New != 0 || run.Withdrawn != 0 {
		t.Errorf("looking again: %+v", run)
	}
	must(t, a.Registry.Unmerge(t.Context(), who, d.Keep.Worker, "合错了"))
	if list := allDuplicates(t, a, registry.Rejected); len(list) != 1 || list[0].Reason != "合错了" {
		t.Errorf("rejected: %+v", list)
	}
}

// threeFiles looks for two pairs that share a file.
func threeFiles(t *testing.T, a *App) {
	who, pairs := account.Operator(), allDuplicates(t, a, registry.Proposed)
	seen := map[registry.WorkerID]registry.Duplicate{}
	for _, d := range pairs {
		for _, w := range []registry.WorkerID{d.Keep.Worker, d.Other.Worker} {
			first, twice := seen[w]
			if seen[w] = d; !twice {
				continue
			}
			for _, x := range []registry.Duplicate{first, d} {
				keep, other := x.Keep.Worker, x.Other.Worker
				if merges(t, a)[keep] != 0 && merges(t, a)[keep] == merges(t, a)[other] {
					continue
				}
				changes, err := a.Registry.PlanMerge(t.Context(), who, keep, other)
				must(t, err)
				if len(changes) == 0 {
					t.Error("merging two files on a roster changes no figure")
				}
				must(t, a.Registry.AcceptDuplicate(t.Context(), who, registry.AcceptDuplicateInput{First: keep, Other: other, Keep: keep, Why: "同一人"}))
			}
			if n := len(merges(t, a)); n != 2 {
				t.Errorf("%d files are merged, want two of three", n)
			}
			if _, err := a.Verify(t.Context(), ""); err != nil {
				t.Error(err)
			}
			if run := find(t, a); run.New != 0 {
				t.Errorf("of one person a pair is proposed: %+v", run)
			}
			return
		}
	}
	t.Fatal("nobody has three files")
}

func districtSeesItsOwn(t *testing.T, a *App) {
	_, who, err := a.Accounts.Login(t.Context(), "danyang", DemoPassword, "")
	must(t, err)
	own, total, err := a.Registry.ListDuplicates(t.Context(), who, registry.DuplicateFilter{Limit: 500})
	must(t, err)
	all := allDuplicates(t, a, registry.Proposed)
	if total != len(own) || total == 0 || total >= len(all) {
		t.Fatalf("Danyang sees %d of %d pairs", total, len(all))
	}
	mine := map[string]bool{}
	for _, d := range own {
		mine[d.Key()] = true
		if d.Keep.District != 321181 || d.Other.District != 321181 {
			t.Errorf("Danyang sees a pair of %d and %d", d.Keep.District, d.Other.District)
		}
	}
	for _, d := range all {
		if mine[d.Key()] {
			continue
		}
		in := registry.AcceptDuplicateInput{First: d.Keep.Worker, Other: d.Other.Worker, Keep: d.Keep.Worker, Why: "同一人"}
		if err := a.Registry.AcceptDuplicate(t.Context(), who, in); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a pair elsewhere is accepted: %v", err)
		}
		if _, err := a.Registry.OpenDuplicate(t.Context(), who, in.First, in.Other); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a pair elsewhere is opened: %v", err)
		}
	}
	run, err := a.Registry.FindDuplicates(t.Context(), who)
	must(t, err)
	if run.Withdrawn != 0 || run.New != 0 || run.Certain+run.Likely+run.Possible != total || len(allDuplicates(t, a, registry.Proposed)) != len(all) {
		t.Errorf("a look of Danyang's changes what others have: %+v", run)
	}
	// Each change of the figures that opening foretells lies in the divisions of the two files.
	d, err := a.Registry.OpenDuplicate(t.Context(), who, own[0].Keep.Worker, own[0].Other.Worker)
	must(t, err)
	if len(d.Changes) == 0 || d.Files[0] == nil || d.Files[1] == nil {
		t.Errorf("the pair opens to %d changes", len(d.Changes))
	}
}

func erasedIsGone(t *testing.T, a *App) {
	d := allDuplicates(t, a, registry.Proposed)[0]
	_, err := a.Registry.Erase(t.Context(), account.Operator(), a.Intake, []registry.WorkerID{d.Keep.Worker}, "本人申请")
	must(t, err)
	if run := find(t, a); run.New != 0 {
		t.Errorf("an erased person is proposed: %+v", run)
	}
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow(t.Context(), `SELECT count(*) FROM registry_duplicate WHERE worker_id = $1 OR other_id = $1`, []any{int64(d.Keep.Worker)}, &n)
		if n != 0 {
			t.Errorf("%d pairs of an erased person are kept", n)
		}
		return err
	}))
}

func lookIsLogged(t *testing.T, a *App) {
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		list, total, err := audit.List(t.Context(), tx, audit.Filter{Action: "duplicates.find"})
		if err == nil && (total != 1 || list[0].Subject != "") {
			t.Errorf("%d looks are in the log: %+v", total, list)
		}
		return err
	}))
}
