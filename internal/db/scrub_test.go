package db_test

import (
	"testing"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// A reader of an older state keeps what was deleted alive on both engines: Scrub waits for it.
func TestScrub_waits_for_readers_of_an_older_state(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	seats(t, d)
	ctx := t.Context()
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return insertSeat(ctx, tx, 1, "王", 3) }))
	reading, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		left <- d.ReadTx(ctx, func(tx *db.Tx) error {
			var n int
			// Another table: a lock on this one would be waited for anyway.
			if err := tx.QueryRow(ctx, d.Pick(`SELECT count(*) FROM sqlite_master`, `SELECT count(*) FROM pg_class`), nil, &n); err != nil {
				return err
			}
			close(reading)
			<-leave
			return nil
		})
	}()
	<-reading
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE seat SET name = ''`)
		return err
	}))
	scrubbed := make(chan error, 1)
	go func() { scrubbed <- d.Scrub(ctx, "seat") }()
	select {
	case err := <-scrubbed:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(leave)
	must(t, <-left)
	must(t, <-scrubbed)
}

// On a PostgreSQL server a writer in another database keeps deleted rows alive here too: every new snapshot is as old as
// the oldest writer. A SQLite file has no neighbours.
func TestScrub_waits_for_writers_of_other_databases_on_the_server(t *testing.T) {
	t.Parallel()
	d, other := testkit.NewDB(t), testkit.NewDB(t)
	seats(t, d)
	seats(t, other)
	ctx := t.Context()
	writing, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		left <- other.WriteTx(ctx, func(tx *db.Tx) error {
			if err := insertSeat(ctx, tx, 1, "李", 3); err != nil {
				return err
			}
			close(writing)
			<-leave
			return nil
		})
	}()
	<-writing
	scrubbed := make(chan error, 1)
	go func() { scrubbed <- d.Scrub(ctx, "seat") }()
	if testkit.OnPostgres() {
		select {
		case err := <-scrubbed:
			t.Fatalf("did not wait: %v", err)
		case <-time.After(300 * time.Millisecond):
		}
	} else {
		must(t, <-scrubbed)
	}
	close(leave)
	must(t, <-left)
	if testkit.OnPostgres() {
		must(t, <-scrubbed)
	}
}
