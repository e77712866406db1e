package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite/vtab"
)

// feedTable is the virtual table, and its module, from which Bulk's statements read their rows. It lies in the
// writer's temporary schema; its columns c0, c1 … have no types: those of the target check the values.
const (
	feedTable = "tuoxing_feed"
	feedWidth = 64 // columns, more than any table has
)

// feed gives the rows of one Bulk at a time to SQLite. There is one for each database, as there is one writer.
type feed struct {
	id     int64
	ctx    context.Context //nolint:containedctx // of the Bulk that runs: SQLite's calls carry none
	groups chan group
	used   chan []driver.Value
	width  int
	group  []driver.Value
	at     int // of the row's first value in the group
	rows   int64
	err    error
}

// feeds finds the feed of a database by the number that its virtual table was made with: the library knows
// modules of the whole process alone.
var feeds struct {
	sync.Mutex
	last int64
	byID map[int64]*feed
}

var registerFeed = sync.OnceValue(func() error { return vtab.RegisterModule(nil, feedTable, feedModule{}) })

func newFeed() (*feed, error) {
	if err := registerFeed(); err != nil {
		return nil, fmt.Errorf("register the virtual table: %w", err)
	}
	feeds.Lock()
	defer feeds.Unlock()
	feeds.last++
	f := &feed{id: feeds.last}
	if feeds.byID == nil {
		feeds.byID = map[int64]*feed{}
	}
	feeds.byID[f.id] = f
	return f, nil
}

func (f *feed) close() {
	feeds.Lock()
	defer feeds.Unlock()
	delete(feeds.byID, f.id)
}

// openFeed makes the virtual table, once in a transaction: one that is taken back takes it along.
func (tx *Tx) openFeed(ctx context.Context, width int) error {
	if width > feedWidth {
		return fmt.Errorf("a row of %d columns", width)
	}
	if tx.fed {
		return nil
	}
	_, err := tx.Exec(ctx, "CREATE VIRTUAL TABLE IF NOT EXISTS temp."+feedTable+" USING "+feedTable+"("+strconv.FormatInt(tx.db.feed.id, 10)+")")
	tx.fed = err == nil
	return err
}

func feedColumns(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = "c" + strconv.Itoa(i)
	}
	return strings.Join(names, ", ")
}

func (f *feed) start(ctx context.Context, width int) {
	f.ctx, f.width, f.group, f.at, f.rows, f.err = ctx, width, nil, 0, 0, nil
}

// next goes to the next row; without one the feed has ended. Between two groups it looks at the context.
func (f *feed) next() error {
	f.at += f.width
	if f.at < len(f.group) {
		f.rows++
		return nil
	}
	if f.group != nil {
		f.used <- f.group[:0]
	}
	f.group, f.at = nil, 0
	g, ok := <-f.groups
	if err := f.ctx.Err(); err != nil && f.err == nil {
		f.err = err
	}
	if g.err != nil {
		f.err = g.err
	}
	if f.err != nil {
		return f.err
	}
	if ok {
		f.group = g.values
		f.rows++
	}
	return nil
}

// feedModule makes the virtual tables; the rest are the library's three interfaces.
type feedModule struct{}

var errNoFeed = errors.New("no such feed")

// Create finds the feed that the table was made for.
func (feedModule) Create(ctx vtab.Context, args []string) (vtab.Table, error) {
	if len(args) != 4 { // module, database and table stand before the argument
		return nil, errNoFeed
	}
	id, err := strconv.ParseInt(strings.TrimSpace(args[3]), 10, 64)
	if err != nil {
		return nil, errNoFeed
	}
	feeds.Lock()
	defer feeds.Unlock()
	f, ok := feeds.byID[id]
	if !ok {
		return nil, errNoFeed
	}
	return feedSource{f}, ctx.Declare("CREATE TABLE x (" + feedColumns(feedWidth) + ")")
}

// Connect is Create: nothing is kept.
func (m feedModule) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Create(ctx, args)
}

type feedSource struct{ *feed }

// BestIndex has nothing to choose from.
func (feedSource) BestIndex(*vtab.IndexInfo) error { return nil }

// Open begins to read the rows of the Bulk that runs.
func (s feedSource) Open() (vtab.Cursor, error) { return feedCursor(s), nil }

// Disconnect has nothing to let go of.
func (feedSource) Disconnect() error { return nil }

// Destroy has nothing to let go of.
func (feedSource) Destroy() error { return nil }

type feedCursor struct{ *feed }

// Filter goes to the first row.
func (c feedCursor) Filter(int, string, []vtab.Value) error { return c.next() }

// Next goes to the next row.
func (c feedCursor) Next() error { return c.next() }

// Eof reports that there is no row.
func (c feedCursor) Eof() bool { return c.group == nil }

// Column gives a value of the row.
func (c feedCursor) Column(i int) (vtab.Value, error) {
	if i >= c.width {
		return nil, nil
	}
	return c.group[c.at+i], nil
}

// Rowid is the number of the row.
func (c feedCursor) Rowid() (int64, error) { return c.rows, nil }

// Close leaves the feed to the next Bulk.
func (feedCursor) Close() error { return nil }
