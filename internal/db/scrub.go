package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// scrubTries bounds how long Scrub waits for readers that hold an old state.
const (
	scrubTries = 600
	scrubWait  = 100 * time.Millisecond
)

// Scrub makes sure that what was deleted or overwritten in these tables lies in no file of the
// database any more (注销). Overwriting alone does not do it: pages that were split keep old bytes
// in their gaps, and a log keeps every page it has seen. SQLite: VACUUM writes the file anew and the
// log is emptied. PostgreSQL: VACUUM FULL writes each table with its indexes anew; ANALYZE takes old
// values out of the statistics, whose own table is written anew last, for a plain VACUUM moves the
// rows of a page together and leaves their old bytes in the gap. The tables are locked meanwhile. WAL archives and replicas are the operator's.
func (d *DB) Scrub(ctx context.Context, tables ...string) error {
	if d.dialect == Postgres {
		return d.scrubPostgres(ctx, tables)
	}
	return d.scrubSQLite(ctx)
}

func (d *DB) scrubPostgres(ctx context.Context, tables []string) error {
	// The statistics come last and wait once more: what ANALYZE replaced in them just now is as old as its commit.
	for _, part := range [][]string{tables, {"pg_catalog.pg_statistic"}} {
		if err := d.awaitReaders(ctx); err != nil {
			return err
		}
		for _, t := range part {
			if _, err := d.write.ExecContext(ctx, "VACUUM (FULL, ANALYZE) "+t); err != nil {
				return classify(fmt.Errorf("scrub %s: %w", t, err))
			}
		}
	}
	return nil
}

// awaitReaders waits until nobody in this PostgreSQL database reads a state older than now, and until nobody on the whole
// server writes since before: every new snapshot, that of VACUUM itself too, would be as old as the oldest such
// writer, and VACUUM FULL would copy for it what was deleted. The server's own ANALYZE shows its xmin to superusers
// alone, but that it runs to everybody.
func (d *DB) awaitReaders(ctx context.Context) error {
	var now string
	if err := d.write.QueryRowContext(ctx, "SELECT CAST(pg_current_xact_id() AS text)").Scan(&now); err != nil {
		return classify(fmt.Errorf("scrub: %w", err))
	}
	return retry(ctx, "an old state of the database is still being read", func() (bool, error) {
		var readers int
		err := d.write.QueryRowContext(ctx, `
			SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			        AND (age(backend_xmin) >= age(CAST(CAST(CAST($1 AS text) AS xid8) AS xid)) OR age(backend_xid) >= age(CAST(CAST(CAST($1 AS text) AS xid8) AS xid))))
			     + CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) > CAST(CAST($1 AS text) AS xid8) THEN 0 ELSE 1 END
			     + (SELECT count(*) FROM pg_stat_progress_analyze WHERE datname = current_database())`, now).Scan(&readers)
		return readers == 0, err
	})
}

func (d *DB) scrubSQLite(ctx context.Context) error {
	// The copy that VACUUM makes lies in memory and not in the temp folder: it holds everybody.
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return classify(fmt.Errorf("scrub: %w", err))
	}
	defer conn.Close()
	for _, text := range []string{"PRAGMA temp_store = MEMORY", "VACUUM"} {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return classify(fmt.Errorf("scrub: %w", err))
		}
	}
	return retry(ctx, "the log is still being read", func() (bool, error) {
		var busy, pages, done int
		err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
		return busy == 0, err
	})
}

// retry asks again until done says so; the reason is the error when it never does.
func retry(ctx context.Context, reason string, done func() (bool, error)) error {
	for range scrubTries {
		ok, err := done()
		if err != nil {
			return classify(fmt.Errorf("scrub: %w", err))
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(scrubWait):
		}
	}
	return errors.New("scrub: " + reason)
}
