package intake

import (
	"os"
	"path/filepath"
	"testing"

	"tuoxing/internal/fault"
)

// stored counts the encrypted originals on the disk.
func (w *world) stored(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(w.dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestDiscard_drops_a_file_that_was_not_applied_wholly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.stage(t, id)
	if n := w.stored(t); n != 1 {
		t.Fatalf("%d originals", n)
	}
	if err := w.Discard(t.Context(), everyone, id); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"intake_import", "intake_stage", "intake_problem_batch"} {
		if n := w.count(t, table); n != 0 {
			t.Errorf("%s holds %d rows", table, n)
		}
	}
	if n := w.stored(t); n != 0 {
		t.Errorf("%d originals stay", n)
	}
	if err := w.Discard(t.Context(), everyone, id); !fault.Is(err, fault.NotFound) {
		t.Errorf("again: %v", err)
	}
}

func TestDiscard_leaves_what_is_in_force(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.stage(t, id)
	w.enter(t, id)
	if err := w.Discard(t.Context(), everyone, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("applied: %v", err)
	}
	if _, err := w.Undo(t.Context(), everyone, id, "x"); err != nil {
		t.Fatal(err)
	}
	if err := w.Discard(t.Context(), everyone, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone: %v", err)
	}
	if n := w.count(t, "intake_import"); n != 1 {
		t.Errorf("%d imports", n)
	}
}
