package intake

import (
	"os"
	"path/filepath"
	"testing"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

func TestForget_destroys_what_names_a_person_and_leaves_the_others(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	done := w.enter(t, id)
	var gone, stays int64
	err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		if err := tx.QueryRow(t.Context(), "SELECT id FROM test_person WHERE number = '329901'", nil, &gone); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), "SELECT id FROM test_person WHERE number = '329902'", nil, &stays); err != nil {
			return err
		}
		found, err := w.FilesNaming(t.Context(), tx, []int64{gone}, []Naming{{Numbers: []string{"329901"}}})
		if err != nil {
			return err
		}
		return w.Forget(t.Context(), tx, 0, []int64{gone}, []Naming{{Numbers: []string{"329901"}}}, found)
	})
	if err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(w.dir, "files"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left: %v %v", left, err)
	}
	if w.count(t, "intake_problem_batch") != 0 {
		t.Error("the problem list stays")
	}
	err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		if _, err := w.Cells(t.Context(), tx, id, gone, w.key(gone), ledger.LineOf(0, 3)); !fault.Is(err, fault.NotFound) {
			t.Errorf("the person's cells: %v", err)
		}
		_, err := w.Cells(t.Context(), tx, id, stays, w.key(stays), ledger.LineOf(0, 4))
		return err
	})
	if err != nil {
		t.Errorf("another person's cells: %v", err)
	}
	after, err := w.Find(t.Context(), everyone, id)
	if err != nil || after.Counts != done.Counts || after.State != Applied || len(after.Sheets[0].Titles) != 0 {
		t.Errorf("%+v %v", after, err)
	}
	if _, err := w.Undo(t.Context(), everyone, id, "测试"); err != nil {
		t.Errorf("undo needs no file: %v", err)
	}
}
