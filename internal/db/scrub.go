package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// scrubTries bounds how long Scrub waits for readers that hold an old state of the file.
const (
	scrubTries = 50
	scrubWait  = 100 * time.Millisecond
)

// Scrub makes sure that what was deleted or overwritten in these tables lies in no file of the
// database any more (注销). Overwriting alone does not do it: pages that were split keep old bytes
// in their gaps, and a log keeps every page it has seen. SQLite: VACUUM writes the file anew and the
// log is emptied. PostgreSQL: VACUUM FULL writes each table with its indexes anew, and ANALYZE takes old
// values out of the statistics. The tables are locked meanwhile. WAL archives and replicas are the operator's.
func (d *DB) Scrub(ctx context.Context, tables ...string) error {
	if d.dialect == Postgres {
		for _, t := range append(tables, "pg_catalog.pg_statistic") {
			text := "VACUUM (FULL, ANALYZE) " + t
			if t == "pg_catalog.pg_statistic" {
				text = "VACUUM " + t // the owner of the database may do that
			}
			if _, err := d.write.ExecContext(ctx, text); err != nil {
				return classify(fmt.Errorf("scrub %s: %w", t, err))
			}
		}
		return nil
	}
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
	for range scrubTries {
		var busy, pages, done int
		if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done); err != nil {
			return classify(fmt.Errorf("scrub: %w", err))
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(scrubWait):
		}
	}
	return errors.New("scrub: the log is still being read")
}
