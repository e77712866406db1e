package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/testkit"
)

const day = "2023-07-01"

// seats makes a table of the test's own, with every column type the schema uses.
func seats(t *testing.T, d *db.DB) {
	t.Helper()
	create := d.Pick(
		`CREATE TABLE seat (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, held INTEGER NOT NULL, born_on TEXT, at TEXT, taken INTEGER NOT NULL CHECK (taken >= 0), blob_ BLOB, version INTEGER NOT NULL DEFAULT 0) STRICT`,
		`CREATE TABLE seat (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, held boolean NOT NULL, born_on date, at timestamptz, taken bigint NOT NULL CHECK (taken >= 0), blob_ bytea, version bigint NOT NULL DEFAULT 0)`)
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), create)
		return err
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func insertSeat(ctx context.Context, tx *db.Tx, id int64, name string, taken int) error {
	_, err := tx.Exec(ctx, `INSERT INTO seat (id, name, held, born_on, at, taken, blob_) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, name, true, date.MustParse(day), db.At(tx.Now()), taken, []byte{1, 2})
	return err
}

func TestTypes_go_in_and_come_back_the_same(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "王", 3) }))
	rows := func(yield func([]any, error) bool) {
		for i := int64(2); i < 5; i++ {
			if !yield([]any{i, fmt.Sprintf("n%d", i), false, date.MustParse(day), db.At(testkit.Start), i, []byte{9}}, nil) {
				return
			}
		}
	}
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Bulk(ctx, "seat", []string{"id", "name", "held", "born_on", "at", "taken", "blob_"}, rows)
		if n != 3 {
			t.Errorf("bulk inserted %d rows", n)
		}
		return err
	}))
	must(t, d.ReadTx(ctx, func(tx *db.Tx) error {
		n := 0
		err := tx.Query(ctx, `SELECT id, name, held, born_on, at, blob_ FROM seat ORDER BY id`, nil, func(row db.Scanner) error {
			var id int64
			var name string
			var held bool
			var born date.Day
			var at db.Time
			var blob []byte
			if err := row.Scan(&id, &name, &held, &born, &at, &blob); err != nil {
				return err
			}
			if born.String() != day || !at.Equal(testkit.Start) || held != (id == 1) || len(blob) == 0 {
				t.Errorf("row %d came back as %v %v %v", id, born, at, held)
			}
			n++
			return nil
		})
		if n != 4 {
			t.Errorf("%d rows", n)
		}
		return err
	}))
}

func TestClassify_gives_faults_by_code(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "a", 0) }))
	cases := map[string]struct {
		do   func(tx *db.Tx) error
		want fault.Kind
	}{
		"primary key": {func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "b", 0) }, fault.Conflict},
		"unique":      {func(tx *db.Tx) error { return insertSeat(ctx, tx, 2, "a", 0) }, fault.Conflict},
		"check":       {func(tx *db.Tx) error { return insertSeat(ctx, tx, 3, "c", -1) }, fault.Invalid},
		"no row": {func(tx *db.Tx) error {
			var n int
			return tx.QueryRow(ctx, `SELECT id FROM seat WHERE id = $1`, []any{99}, &n)
		}, fault.NotFound},
		"bad sql": {func(tx *db.Tx) error { _, err := tx.Exec(ctx, `SELEC 1`); return err }, fault.Internal},
	}
	for name, c := range cases {
		if err := d.WriteTx(ctx, c.do); err == nil || fault.KindOf(err) != c.want {
			t.Errorf("%s: %v, want kind %v", name, err, c.want)
		}
	}
}

func TestReadTx_cannot_write(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	if err := d.ReadTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "a", 0) }); err == nil {
		t.Fatal("a read transaction wrote a row")
	}
}

func TestWriteTx_rolls_back_when_fn_or_a_hook_fails(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	boom := errors.New("boom")
	if err := d.WriteTx(ctx, func(tx *db.Tx) error {
		tx.BeforeCommit(db.Seal, func(context.Context) error { return boom })
		return insertSeat(ctx, tx, 1, "a", 0)
	}); !errors.Is(err, boom) {
		t.Fatalf("error = %v", err)
	}
	var n int
	must(t, d.ReadTx(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT count(*) FROM seat`, nil, &n) }))
	if n != 0 {
		t.Errorf("%d rows stayed after a failed hook", n)
	}
}

func TestBeforeCommit_derives_before_it_seals(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	var order []string
	note := func(s string) func(context.Context) error {
		return func(context.Context) error { order = append(order, s); return nil }
	}
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		tx.BeforeCommit(db.Seal, note("seal"))
		tx.BeforeCommit(db.Derive, func(ctx context.Context) error {
			tx.BeforeCommit(db.Derive, note("derive 2"))
			return note("derive 1")(ctx)
		})
		return nil
	}))
	if got := fmt.Sprint(order); got != "[derive 1 derive 2 seal]" {
		t.Errorf("order = %s", got)
	}
}

// A verb that reads, decides and writes takes its row first: then 40 people never get 10 seats twice.
func TestWriteTx_never_overbooks_when_the_row_is_taken_first(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "course", 0) }))
	enrol := func(tx *db.Tx) error {
		var taken int
		if err := tx.QueryRow(ctx, `UPDATE seat SET version = version + 1 WHERE id = $1 RETURNING taken`, []any{1}, &taken); err != nil {
			return err
		}
		if taken >= 10 {
			return fault.New(fault.Conflict, "db.in_use")
		}
		_, err := tx.Exec(ctx, `UPDATE seat SET taken = $2 WHERE id = $1`, 1, taken+1)
		return err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	ok := 0
	for range 40 {
		wg.Go(func() {
			err := d.WriteTx(ctx, enrol)
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("enrol: %v", err)
			}
			if err == nil {
				mu.Lock()
				ok++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	var taken int
	must(t, d.ReadTx(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT taken FROM seat WHERE id = 1`, nil, &taken) }))
	if ok != 10 || taken != 10 {
		t.Errorf("%d enrolled, %d seats taken; want 10 and 10", ok, taken)
	}
}

func TestWriteTogether_commits_each_and_one_that_fails_takes_no_other_back(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	const writers = 200
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			id := i
			if i%7 == 3 {
				id = 0 // taken, or to be taken once
			}
			err := d.WriteTogether(ctx, func(ctx context.Context, tx *db.Tx) error {
				return insertSeat(ctx, tx, int64(id), fmt.Sprintf("seat %d", i), 0)
			})
			if id != 0 && err != nil || err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%d: %v", i, err)
			}
			if err != nil {
				return
			}
			var n int
			must(t, d.ReadTx(ctx, func(tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT count(*) FROM seat WHERE id = $1`, []any{id}, &n)
			}))
			if n != 1 {
				t.Errorf("%d is not there when it is said to be", i)
			}
		})
	}
	wg.Wait()
	var n, want int
	for i := range writers {
		if i%7 != 3 {
			want++
		}
	}
	must(t, d.ReadTx(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT count(*) FROM seat`, nil, &n) }))
	if n != want {
		t.Errorf("%d seats, want %d", n, want)
	}
	gone, leave := context.WithCancel(ctx)
	leave()
	if err := d.WriteTogether(gone, func(context.Context, *db.Tx) error { t.Error("ran for somebody gone"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody gone: %v", err)
	}
}

// Older versions of the embedded driver left a cancelled connection unusable in the pool.
func TestCancelled_queries_do_not_poison_the_pool(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	slow := `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT count(*) FROM c`
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			if i%2 == 0 {
				go cancel()
				_ = d.ReadTx(ctx, func(tx *db.Tx) error { // the cancelled half may fail, that is its point
					var n int
					return tx.QueryRow(ctx, slow, nil, &n)
				})
				return
			}
			defer cancel()
			if err := d.ReadTx(ctx, func(tx *db.Tx) error {
				var n int
				return tx.QueryRow(ctx, `SELECT count(*) FROM seat`, nil, &n)
			}); err != nil {
				t.Errorf("an uncancelled query failed: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestIn_of_an_empty_list_matches_nothing(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "a", 0) }))
	for ids, want := range map[[2]int64]int{{0, 0}: 0, {1, 7}: 1} {
		list := []int64{ids[0], ids[1]}
		if ids[0] == 0 {
			list = nil
		}
		var n int
		must(t, d.ReadTx(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT count(*) FROM seat WHERE held = $1 AND id IN `+db.In(2, len(list)), db.Args(list, true), &n)
		}))
		if n != want {
			t.Errorf("IN %v found %d rows, want %d", list, n, want)
		}
	}
}

func TestNewID_is_unique_when_the_clock_stands_still(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seen := map[int64]bool{}
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		for range 100_000 {
			id := tx.NewID()
			if seen[id] || id <= 0 {
				t.Fatalf("id %d again", id)
			}
			seen[id] = true
		}
		return nil
	}))
}

func TestBulk_enters_nothing_once_the_context_of_its_transaction_has_ended(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	err := d.WriteTx(ctx, func(tx *db.Tx) error {
		cancel()
		for { // until the transaction was taken back, which happens in a goroutine of database/sql
			if _, err := tx.Exec(t.Context(), `UPDATE seat SET taken = 0`); err != nil {
				break
			}
		}
		_, err := tx.Bulk(t.Context(), "seat", []string{"id", "name", "held", "taken"}, func(yield func([]any, error) bool) {
			yield([]any{int64(7), "a", true, int64(0)}, nil)
		})
		if err == nil {
			t.Error("Bulk reports success")
		}
		return err
	})
	if err == nil {
		t.Error("the transaction reports success")
	}
	var n int
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM seat WHERE id = 7`, nil, &n)
	}))
	if n != 0 {
		t.Errorf("%d rows stand outside any transaction", n)
	}
}

func TestBulk_gives_back_the_error_of_its_rows(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	mine := fault.New(fault.TooLarge, "db.in_use")
	err := d.WriteTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Bulk(ctx, "seat", []string{"id", "name", "held", "taken"}, func(yield func([]any, error) bool) {
			if yield([]any{int64(1), "a", true, int64(0)}, nil) {
				yield(nil, mine)
			}
		})
		return err
	})
	if !errors.Is(err, mine) {
		t.Errorf("error = %v, want the rows' own", err)
	}
}

func TestNewID_differs_between_processes_that_write_in_the_same_millisecond(t *testing.T) {
	t.Parallel()
	dsn := testkit.NewDSN(t)
	clock := testkit.NewClock()
	seen := map[int64]bool{}
	for range 5 {
		d, err := db.Open(t.Context(), dsn, db.Options{Clock: clock.Now, ClaimNode: true, NoSync: true})
		must(t, err)
		must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
			for range 100 {
				id := tx.NewID()
				if seen[id] {
					t.Fatalf("id %d again", id)
				}
				seen[id] = true
			}
			return nil
		}))
		must(t, d.Close())
	}
}

func TestLateIndexes_are_the_same_afterwards(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	indexes := func(tx *db.Tx) (n int) {
		must(t, tx.QueryRow(ctx, tx.Pick(`SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'seat' AND sql IS NOT NULL`,
			`SELECT count(*) FROM pg_indexes WHERE tablename = 'seat' AND indexname LIKE 'late%'`), nil, &n))
		return n
	}
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
		for _, text := range []string{`CREATE INDEX late_name ON seat (name)`, `CREATE UNIQUE INDEX late_held ON seat (id, taken) WHERE taken > 0`, `DELETE FROM seat`} {
			_, err := tx.Exec(ctx, text)
			must(t, err)
		}
		build, err := tx.LateIndexes(ctx, 1, "seat")
		must(t, err)
		if n := indexes(tx); n != 2 {
			t.Errorf("for one row: %d indexes, want both", n)
		}
		must(t, build(ctx))
		if build, err = tx.LateIndexes(ctx, 1_000_000, "seat"); err != nil {
			return err
		}
		if n := indexes(tx); n != 0 {
			t.Errorf("during the load: %d indexes, want none", n)
		}
		must(t, build(ctx))
		if n := indexes(tx); n != 2 {
			t.Errorf("after the load: %d indexes, want both", n)
		}
		return nil
	}))
}
