package registry

import (
	"context"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// Chains of merges, rows that come while they hold, and un-merging in any order: at the end the
// figures are those of a city in which nobody was ever merged.
func TestUnmerge_restores_every_figure_exactly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		h, plain := newHistory(t, 80+seed), newHistory(t, 80+seed)
		imports := independent(h, 12)
		for _, b := range imports[:8] {
			h.send(b)
			plain.send(b)
		}
		want := h.everything()
		h.merge(2, 1) // 1 → 2 → 3, and 4 → 2
		h.merge(3, 2)
		h.merge(2, 4)
		if len(want) > 0 && len(h.everything()) == 0 {
			t.Fatal("everybody is gone")
		}
		must(t, h.verifyTimelines())
		for _, b := range imports[8:] {
			h.send(b)
			plain.send(b)
		}
		must(t, h.verifyTimelines())
		h.unmerge(2)
		must(t, h.verifyTimelines())
		h.unmerge(4)
		h.unmerge(1)
		sameFigures(t, "merged and un-merged", plain.everything(), h.everything())
		must(t, h.verifyTimelines())
		must(t, h.verifyLedger())
	}
}

func TestTimeline_of_a_merged_file_is_empty_and_the_survivor_keeps_its_own_identity(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	own := EmploymentRow{Employer: unitOptics, AsOf: day("2022-01-01"), Post: Production, Sex: 1, Birth: 1980*12 + 3}
	lent := EmploymentRow{Employer: unitOptics, AsOf: day("2023-01-01"), Post: Production, Sex: 2, Birth: 1990*12 + 5}
	c.enter(batchOf{id: 100, employments: map[WorkerID][]EmploymentRow{1: {own}, 2: {lent}}})
	c.merge(1, 2)
	last := c.model.life(1, day("2023-06-01"), day("2023-06-01"))[0]
	if last.sex != 1 || last.birth != own.Birth {
		t.Errorf("the model takes sex %d and birth %s from the merged file", last.sex, last.birth)
	}
	world := &World{}
	if facts := Timeline(&Sources{Worker: 2, Survivor: 1, Employment: []EmploymentRow{lent}}, world); facts != nil {
		t.Errorf("a merged file has %d facts", len(facts))
	}
	must(t, c.verifyTimelines())
	err := c.svc.DB.WriteTx(t.Context(), func(tx *db.Tx) error { return c.svc.unmerge(t.Context(), tx, 7, 1, "test") })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("un-merging a file that is not merged: %v", err)
	}
}

// Verbs ask for the right, the reason, and both files in the reader's subtree; then figures follow.
func TestMerge_needs_right_reason_and_both_files_in_the_subtree(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	at := func(u org.UnitID) EmploymentRow {
		return EmploymentRow{Employer: u, AsOf: day("2022-01-01"), Post: Production}
	}
	c.enter(batchOf{id: 100, employments: map[WorkerID][]EmploymentRow{1: {at(unitOptics)}, 2: {at(unitLens)}, 3: {at(unitBuilders)}}})
	all := account.Operator()
	var lo, hi int64
	c.read(func(ctx context.Context, tx *db.Tx) error {
		tree, err := c.svc.Org.Tree(ctx, tx)
		if err == nil {
			lo, hi = tree.Range(unitDanyang)
		}
		return err
	})
	danyang := all
	danyang.Scope = account.Scope{Lo: lo, Hi: hi}
	for name, try := range map[string]struct {
		who  account.Actor
		with WorkerID
		why  string
		want fault.Kind
	}{
		"no right":       {account.Actor{}, 2, "同一人", fault.Unauthenticated},
		"no reason":      {all, 2, "", fault.Invalid},
		"file elsewhere": {danyang, 3, "同一人", fault.NotFound},
		"itself":         {all, 1, "同一人", fault.Conflict},
	} {
		if err := c.svc.Merge(t.Context(), try.who, 1, try.with, try.why); !fault.Is(err, try.want) {
			t.Errorf("%s: %v, want kind %v", name, err, try.want)
		}
	}
	before := c.everything()
	must(t, c.svc.Merge(t.Context(), danyang, 1, 2, "同一人"))
	list, total, err := c.svc.List(t.Context(), all, Filter{})
	must(t, err)
	if total != 2 || len(list) != 2 {
		t.Errorf("%d files listed of %d, want the two that are not merged", len(list), total)
	}
	must(t, c.verifyTimelines())
	if err := c.svc.Merge(t.Context(), all, 3, 2, "同一人"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a merged file is merged again: %v", err)
	}
	must(t, c.svc.Unmerge(t.Context(), danyang, 2, "经核实为两人"))
	sameFigures(t, "merged and un-merged", before, c.everything())
	must(t, c.verifyTimelines())
}
