package intake

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

func TestKept_rows_lie_together_and_come_apart(t *testing.T) {
	t.Parallel()
	rows := []Kept{{7, ledger.LineOf(0, 2), []byte("seven")}, {0, ledger.LineOf(1, 3), []byte{}}, {1 << 62, ledger.LineOf(2, ledger.MaxRow), []byte("x")}}
	heads, sealed := packKept(rows)
	got, err := unpackKept(heads, sealed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got, cmp.AllowUnexported(Kept{})); diff != "" {
		t.Error(diff)
	}
	for name, bytes := range map[string][2][]byte{
		"half a head":      {heads[:len(heads)-1], sealed},
		"too few bytes":    {heads, sealed[:len(sealed)-1]},
		"bytes of nobody":  {heads[:headSize], sealed},
		"heads of nothing": {heads, []byte{}},
	} {
		if _, err := unpackKept(bytes[0], bytes[1]); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Rows of one person go out of their batch and leave the others' where they are.
func TestKept_rows_are_found_and_forgotten_one_by_one(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		k := &keeper{tx: tx, id: 5}
		for i := range 2*batchRows + 1 {
			if err := k.keep(t.Context(), Kept{int64(i % 100), ledger.Line(i), []byte{byte(i), byte(i >> 8)}}); err != nil {
				return err
			}
		}
		if err := k.flush(t.Context()); err != nil {
			return err
		}
		batches, rows, err := keptOf(t.Context(), tx, []int64{7, 8})
		if err != nil || len(batches) != 2 || rows[5] != 2*2*batchRows/100 {
			t.Errorf("found %v %v %v", batches, rows, err)
		}
		return forgetKept(t.Context(), tx, batches, []int64{7, 8})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		for i := range 2*batchRows + 1 {
			got, err := keptRow(t.Context(), tx, 5, int64(i%100), ledger.Line(i))
			switch gone := i%100 == 7 || i%100 == 8; {
			case gone && !fault.Is(err, fault.NotFound):
				t.Fatalf("row %d: %v %v", i, got, err)
			case !gone && (err != nil || string(got) != string([]byte{byte(i), byte(i >> 8)})):
				t.Fatalf("row %d: %v %v", i, got, err)
			}
		}
		_, err := keptRow(t.Context(), tx, 5, 1, 0) // another's row
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a row asked for another person: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
