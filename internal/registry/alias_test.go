package registry

import (
	"testing"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
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
	err := c.svc.DB.WriteTx(t.Context(), func(tx *db.Tx) error { return c.svc.unmerge(t.Context(), tx, 7, 1) })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("un-merging a file that is not merged: %v", err)
	}
}
