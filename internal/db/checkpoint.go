package db

import (
	"context"
	"database/sql"
	"os"
	"sync"
	"sync/atomic"
)

// checkpoints copies SQLite's write-ahead log into the database beside the writers. Left to itself SQLite
// does so within the commit that made the log long, and whoever stored a large file would wait for all of
// its pages to be written a second time. What is committed is safe in the log either way.
type checkpoints struct {
	db      *sql.DB
	path    string
	running atomic.Bool
	done    sync.WaitGroup
}

// checkpointFrom is how long the log grows before it is copied, in bytes: as long as SQLite would let it.
const checkpointFrom = 4 << 20

// grown is told of each commit.
func (c *checkpoints) grown() {
	info, err := os.Stat(c.path)
	if err != nil || info.Size() < checkpointFrom || !c.running.CompareAndSwap(false, true) {
		return
	}
	c.done.Go(func() {
		defer c.running.Store(false)
		// Best effort: a reader may hold the end of the log, and then the next commit asks again. The last
		// connection that closes copies all.
		_, _ = c.db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
	})
}

func (c *checkpoints) close() error {
	c.done.Wait()
	return c.db.Close()
}
