package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// valueOf makes a value of a kind for row 1 or 2. Whole numbers are the row's, so that rows of
// different tables find each other.
func valueOf(k kind, row int64) any {
	switch k {
	case integer:
		return row
	case truth:
		return row == 1
	case day:
		return []date.Day{date.Ever, date.Forever}[row-1]
	case instant:
		return db.At(testkit.Start)
	case bytesOf:
		return []byte{0, byte(row), 255}
	}
	return fmt.Sprintf("值 \"%d\"\n", row)
}

// allowed are words for columns that take a few words only.
var allowed = map[string]string{"filing_unit.state": "sent", "registry_request.kind": "copy", "registry_request.state": "done", "registry_consent.kind": "photo"}

// A migration may bring tables and types that nobody thought of here: two rows in each table go
// to the other engine (SQLite) and back to the one at hand.
func TestEvery_table_of_the_schema_comes_back_the_same(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := testkit.NewDB(t)
	filled := 0
	err := d.WriteTx(ctx, func(tx *db.Tx) error {
		list, err := catalogue(ctx, tx)
		for _, table := range list {
			if table.isHead() || err != nil {
				continue
			}
			_, err = tx.Bulk(ctx, table.name, table.names(), func(yield func([]any, error) bool) {
				for row := int64(1); row <= 2; row++ {
					values := make([]any, len(table.columns))
					for i, c := range table.columns {
						values[i] = valueOf(c.kind, row)
						if word, ok := allowed[table.name+"."+c.name]; ok {
							values[i] = word
						}
					}
					if !yield(values, nil) {
						return
					}
				}
			})
			filled++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if filled < 15 {
		t.Fatalf("%d tables were filled", filled)
	}
	sqlite := newSQLite(ctx, t)
	want := copyTo(ctx, t, d, sqlite)
	if got := copyTo(ctx, t, sqlite, testkit.NewDB(t)); !cmp.Equal(want, got) {
		t.Errorf("tables differ after the first crossing (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, table := range want.Tables {
		if table.Rows == 0 {
			t.Errorf("%s was not filled", table.Name)
		}
	}
}

func newSQLite(ctx context.Context, t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(ctx, filepath.Join(t.TempDir(), "tuoxing.db"), db.Options{Clock: testkit.NewClock().Now, NoSync: true})
	if err == nil {
		t.Cleanup(func() { _ = d.Close() }) // the folder goes with it
		err = d.Migrate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// copyTo restores a backup of one database into another and gives what the other then holds.
func copyTo(ctx context.Context, t *testing.T, from, to *db.DB) Manifest {
	t.Helper()
	var out bytes.Buffer
	want, err := Write(ctx, from, t.TempDir(), &out, nil)
	if err == nil {
		_, err = Restore(ctx, to, t.TempDir(), bytes.NewReader(out.Bytes()), int64(out.Len()), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := Write(ctx, to, t.TempDir(), io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("from %s to %s (-want +got):\n%s", from.Dialect(), to.Dialect(), diff)
	}
	return got
}
