package intake

import (
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

func TestTryUndo_weighs_the_reversal_and_changes_nothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Weigh = func(facts iter.Seq2[ledger.Fact, error], unit int64) ([]Shift, error) {
		sum := int64(0)
		for f, err := range facts {
			if err != nil {
				return nil, err
			}
			sum += f.Quantity
		}
		return []Shift{{Figure: "people", Union: unit, By: sum}}, nil
	}
	id := w.receive(t, roster, Options{Unit: 5})
	w.stage(t, id)
	if _, err := w.TryUndo(t.Context(), everyone, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("tried out before it was applied: %v", err)
	}
	if _, err := w.Apply(t.Context(), everyone, id); err != nil {
		t.Fatal(err)
	}
	people := w.people(t)
	trial, err := w.TryUndo(t.Context(), everyone, id)
	if err != nil || trial.Head != 1 || trial.Facts != 2 || cmp.Diff([]Shift{{Figure: "people", Union: 5, By: -2}}, trial.Shifts) != "" {
		t.Errorf("%+v %v", trial, err)
	}
	if diff := cmp.Diff(people, w.people(t)); diff != "" || w.count(t, "ledger_block") != 1 {
		t.Errorf("the trial changed something: %s", diff)
	}
	kept, err := w.Find(t.Context(), everyone, id)
	if err != nil || kept.UndoTrial == nil || kept.State != Applied {
		t.Errorf("not kept: %+v %v", kept, err)
	}
	other := Viewer{User: 9, May: func(string) error { return nil }, Sees: func(unit int64) bool { return unit == 6 }}
	reader := Viewer{User: 8, May: func(right string) error {
		if right == RightUndo {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		return nil
	}, Sees: everything}
	for who, kind := range map[*Viewer]fault.Kind{&other: fault.NotFound, &reader: fault.Forbidden} {
		if _, err := w.TryUndo(t.Context(), *who, id); !fault.Is(err, kind) {
			t.Errorf("%d tries: %v", who.User, err)
		}
	}
	broken := errors.New("broken")
	w.Weigh = func(iter.Seq2[ledger.Fact, error], int64) ([]Shift, error) { return nil, broken }
	if _, err := w.TryUndo(t.Context(), everyone, id); !errors.Is(err, broken) {
		t.Errorf("figures that cannot be told: %v", err)
	}
	back, err := w.Undo(t.Context(), everyone, id, "送错了文件")
	if err != nil || back.UndoTrial != nil || len(w.people(t)) != 0 {
		t.Errorf("%+v %v", back, err)
	}
}
