package intake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lying lists what lies in the folder of originals.
func (w *world) lying(t *testing.T) (names []string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(w.dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestSweep_removes_a_file_that_a_crash_left_without_an_import(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	if n := len(w.lying(t)); n != 1 {
		t.Fatalf("a received file lies there as %d: %q", n, w.lying(t))
	}
	// The process dies after the file is stored and before its row is written.
	lost, err := w.Files.Put(strings.NewReader("姓名,身份证号\n"), w.Vault, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	// And in the middle of storing another.
	half := filepath.Join(w.dir, "files", ".put-123")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := len(w.lying(t))
	if n, err := w.Sweep(t.Context(), time.Now().Add(sweepAfter-time.Minute)); n != 0 || err != nil || len(w.lying(t)) != before {
		t.Errorf("within a day: removed %d (%v), left %q", n, err, w.lying(t))
	}
	if n, err := w.Sweep(t.Context(), time.Now().Add(sweepAfter+time.Minute)); n != 1 || err != nil {
		t.Errorf("after a day: removed %d (%v)", n, err)
	}
	left := w.lying(t)
	if len(left) != 1 || left[0] == lost.Name {
		t.Errorf("left: %q", left)
	}
	w.stage(t, id) // the named file is whole
	if n, err := w.Sweep(t.Context(), time.Now().Add(sweepAfter+time.Minute)); n != 0 || err != nil {
		t.Errorf("again: removed %d (%v)", n, err)
	}
}

func TestSweep_leaves_a_file_whose_import_was_written_and_takes_its_mark_off(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	name := w.lying(t)[0]
	// The process died right after the row was committed.
	if err := os.WriteFile(filepath.Join(w.dir, "files", ".open-"+name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sweep(t.Context(), time.Now().Add(sweepAfter+time.Minute)); n != 0 || err != nil {
		t.Errorf("removed %d (%v)", n, err)
	}
	if left := w.lying(t); len(left) != 1 || left[0] != name {
		t.Errorf("left: %q", left)
	}
	w.stage(t, id)
}

// A folder may serve two databases: what the other one's rows name is nobody's business here.
func TestSweep_leaves_a_settled_file_that_no_row_here_names(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, err := w.Files.Put(strings.NewReader("x"), w.Vault, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Files.Settle(other.Name); err != nil {
		t.Fatal(err)
	}
	if n, err := w.Sweep(t.Context(), time.Now().Add(48*time.Hour)); n != 0 || err != nil || len(w.lying(t)) != 1 {
		t.Errorf("removed %d (%v), left %q", n, err, w.lying(t))
	}
}
