package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/date"
)

// Tx is an open transaction. It knows the time and makes ids; it is used by one goroutine.
type Tx struct {
	db       *DB
	sql      *sql.Tx
	conn     *sql.Conn    // write transactions only: Bulk speaks to the driver below
	ended    func() error // of the context under which the transaction began; see held
	now      time.Time
	writable bool
	stmts    map[string]*sql.Stmt
	raw      map[string]driver.StmtExecContext // see insert
	fed      bool                              // the virtual table of insert is there
	closers  []func() error                    // of the statements in raw
	state    map[any]any
	before   [phases][]func(ctx context.Context) error
	after    []func()
}

// Phase orders the hooks that run at the end of a write transaction.
type Phase int

// The phases: what follows from the change is derived first, the ledger's block is sealed last.
const (
	Derive Phase = iota
	Seal
	phases
)

// BeforeCommit registers work for the end of a write transaction, after fn has returned without
// error. Hooks of Derive run before those of Seal and may register further hooks.
func (tx *Tx) BeforeCommit(p Phase, fn func(ctx context.Context) error) {
	tx.before[p] = append(tx.before[p], fn)
}

// AfterCommit registers work that follows a successful commit: waking a cache, never a write.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// State keeps one value per key for the length of the transaction, made at first use.
func State[T any](tx *Tx, key any, create func() T) T {
	if v, ok := tx.state[key]; ok {
		return v.(T) //nolint:errcheck // one key has one type; another is a mistake that every run shows
	}
	if tx.state == nil {
		tx.state = map[any]any{}
	}
	v := create()
	tx.state[key] = v
	return v
}

func (tx *Tx) run(ctx context.Context, fn func(tx *Tx) error) error {
	if err := fn(tx); err != nil {
		return err
	}
	for p := range phases {
		for i := 0; i < len(tx.before[p]); i++ {
			if err := tx.before[p][i](ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Now is the time of the transaction: UTC, whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Today is the civil day in China at Now.
func (tx *Tx) Today() date.Day { return date.On(tx.now) }

// NewID makes an id that this installation has never used.
func (tx *Tx) NewID() int64 { return tx.db.ids.next(tx.now) }

// Dialect tells which engine this is.
func (tx *Tx) Dialect() Dialect { return tx.db.dialect }

// SQL is the transaction below, for the job queue's driver only.
func (tx *Tx) SQL() *sql.Tx { return tx.sql }

// Pick is DB.Pick.
func (tx *Tx) Pick(sqlite, postgres string) string { return tx.db.Pick(sqlite, postgres) }

// Exec runs a statement and gives the number of rows it touched.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.exec(ctx, query, args)
	if err != nil {
		return 0, classify(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("rows affected: %w", err)
	}
	return n, nil
}

// stmt prepares a text once per transaction; imports run the same few texts 100,000 times. On SQLite only: the
// driver of PostgreSQL keeps what it has prepared with the connection, where to prepare anew and to let go are
// two round trips more for each text.
func (tx *Tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := tx.stmts[query]; ok {
		return st, nil
	}
	st, err := tx.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	tx.stmts[query] = st
	return st, nil
}

func (tx *Tx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if tx.db.dialect == Postgres {
		return tx.sql.ExecContext(ctx, query, args...)
	}
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (tx *Tx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if tx.db.dialect == Postgres {
		return tx.sql.QueryContext(ctx, query, args...)
	}
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// Query runs a query and calls scan for each row.
func (tx *Tx) Query(ctx context.Context, query string, args []any, scan func(row Scanner) error) (err error) {
	rows, err := tx.query(ctx, query, args)
	if err != nil {
		return classify(err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil && cerr != nil {
			err = classify(cerr)
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return classify(err)
		}
	}
	return classify(rows.Err())
}

// Scanner is a row that can be read into variables.
type Scanner interface {
	Scan(dest ...any) error
}

// QueryRow reads exactly one row; no row is a NotFound fault.
func (tx *Tx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	if tx.db.dialect == Postgres {
		return classify(tx.sql.QueryRowContext(ctx, query, args...).Scan(dest...))
	}
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return classify(err)
	}
	return classify(st.QueryRowContext(ctx, args...).Scan(dest...))
}

// Bulk inserts many rows: COPY on PostgreSQL, one INSERT … SELECT from a virtual table on SQLite. An error
// from rows stops it.
func (tx *Tx) Bulk(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (int64, error) {
	if tx.db.dialect == Postgres {
		return tx.copy(ctx, table, columns, rows)
	}
	return tx.insert(ctx, table, columns, rows)
}

// insertsTogether is how many rows are made and converted in one go.
const insertsTogether = 128

// insert hands all rows to SQLite in one statement that reads them from a virtual table (see feed): binding,
// stepping and resetting a statement for each row was twice the time. The rows are made and converted
// in a goroutine beside the driver, so they must not use the transaction. OR FAIL: rows before a wrong
// one stay until the transaction is taken back, so that no page is kept for a statement's own undoing.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (int64, error) {
	if err := tx.openFeed(ctx, len(columns)); err != nil {
		return 0, err
	}
	st, err := tx.below(ctx, "INSERT OR FAIL INTO "+table+" ("+strings.Join(columns, ", ")+") SELECT "+feedColumns(len(columns))+" FROM temp."+feedTable)
	if err != nil {
		return 0, err
	}
	making, stop := context.WithCancel(ctx)
	f := tx.db.feed
	f.groups, f.used = make(chan group, 1), make(chan []driver.Value, 2)
	go convert(making, len(columns), rows, f.groups, f.used)
	defer func() {
		stop()
		for range f.groups { // rows is the caller's again
		}
	}()
	f.start(ctx, len(columns))
	err = tx.held(func(any) error {
		_, err := st.ExecContext(context.Background(), nil)
		return err
	})
	if f.err != nil { // the driver tells its text alone
		err = f.err
	}
	if err != nil {
		return f.rows, classify(fmt.Errorf("insert into %s: %w", table, err))
	}
	return f.rows, nil
}

// held gives the driver's connection, with the transaction certainly open. When the context ends under which a
// transaction began, database/sql takes it back from a goroutine of its own, and what the driver was told
// after that would stand outside any transaction. That goroutine waits for the connection that Raw holds,
// so one look at the context after taking it is enough.
func (tx *Tx) held(fn func(c any) error) error {
	return tx.conn.Raw(func(c any) error {
		if err := tx.ended(); err != nil {
			return err
		}
		return fn(c)
	})
}

// group is the values of some rows, one row after the other, or what kept them from being made.
type group struct {
	values []driver.Value
	err    error
}

// convert makes groups of rows until they end, one is an error, or nobody wants more. Of the groups that are
// used up it makes new ones: there are never more than three.
func convert(ctx context.Context, width int, rows iter.Seq2[[]any, error], out chan<- group, used <-chan []driver.Value) {
	defer close(out)
	g := group{}
	send := func() bool {
		if len(g.values) == 0 && g.err == nil {
			return true
		}
		select {
		case out <- g:
			g = group{}
			select {
			case g.values = <-used:
			default:
			}
			return true
		case <-ctx.Done():
			return false
		}
	}
	for row, err := range rows {
		for _, v := range row {
			if err == nil {
				var plain driver.Value
				plain, err = forInsert(v)
				if g.values == nil {
					g.values = make([]driver.Value, 0, insertsTogether*width)
				}
				g.values = append(g.values, plain)
			}
		}
		if err != nil {
			g = group{err: err}
			break
		}
		if len(g.values) >= insertsTogether*width && !send() {
			return
		}
	}
	send()
}

// below prepares a text at the driver itself, once per transaction. Such statements end with the
// transaction.
func (tx *Tx) below(ctx context.Context, query string) (driver.StmtExecContext, error) {
	if st, ok := tx.raw[query]; ok {
		return st, nil
	}
	err := tx.held(func(c any) error {
		st, err := c.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		if err != nil {
			return classify(err)
		}
		if tx.raw == nil {
			tx.raw = map[string]driver.StmtExecContext{}
		}
		tx.raw[query] = st.(driver.StmtExecContext)
		tx.closers = append(tx.closers, st.Close)
		return nil
	})
	return tx.raw[query], err
}

// closeRaw ends the statements of below; an open one would keep the connection busy.
func (tx *Tx) closeRaw() error {
	if len(tx.closers) == 0 {
		return nil
	}
	return tx.conn.Raw(func(any) error {
		var errs []error
		for _, end := range tx.closers {
			errs = append(errs, end())
		}
		return errors.Join(errs...)
	})
}

// forInsert gives the driver the few types that it binds: the bare types of database/sql/driver.
func forInsert(v any) (driver.Value, error) {
	switch x := v.(type) {
	case nil, int64, string, []byte, bool:
		return x, nil
	case int:
		return int64(x), nil
	case driver.Valuer:
		return x.Value()
	}
	return driver.DefaultParameterConverter.ConvertValue(v)
}

// LateIndexes drops the indexes of some tables and gives the function that builds them again, before a
// load that brings much more than is there: built at the end they cost half. On SQLite it does so when the
// tables hold less than incoming rows. On PostgreSQL, where readers would wait, only when nothing is in them
// that anybody could be reading. Otherwise nothing is dropped and the function does nothing.
func (tx *Tx) LateIndexes(ctx context.Context, incoming int, tables ...string) (build func(context.Context) error, err error) {
	build = func(context.Context) error { return nil }
	limit := incoming
	if tx.db.dialect == Postgres {
		limit = 1
	}
	if incoming < lateFrom {
		return build, nil
	}
	for _, t := range tables {
		var there int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+t+" LIMIT $1) held", []any{limit}, &there); err != nil {
			return build, err
		}
		if there >= limit {
			return build, nil
		}
	}
	var names, texts []string
	for _, t := range tables {
		// Each engine keeps its own catalogue. Indexes without a text of their own belong to a key.
		err := tx.Query(ctx, tx.Pick(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL ORDER BY name`,
			`SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() AND i.tablename = $1
AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY i.indexname`), []any{t}, func(row Scanner) error {
			var name, text string
			err := row.Scan(&name, &text)
			names, texts = append(names, name), append(texts, text)
			return err
		})
		if err != nil {
			return build, fmt.Errorf("indexes of %s: %w", t, err)
		}
	}
	for _, name := range names {
		if _, err := tx.Exec(ctx, "DROP INDEX "+name); err != nil {
			return build, fmt.Errorf("drop index %s: %w", name, err)
		}
	}
	return func(ctx context.Context) error {
		switch {
		case len(texts) == 0:
		case tx.db.dialect == SQLite:
			debug.FreeOSMemory() // SQLite sorts in memory of its own, beside what the load has left behind
		default:
			if _, err := tx.Exec(ctx, "SET LOCAL maintenance_work_mem = '256MB'"); err != nil { // a server's usual 64 MB sends a city's keys through files
				return fmt.Errorf("memory for indexes: %w", err)
			}
		}
		for i, text := range texts {
			if _, err := tx.Exec(ctx, text); err != nil {
				return fmt.Errorf("build index %s: %w", names[i], err)
			}
		}
		return nil
	}, nil
}

// Unscrubbed runs work that deletes sealed rows only. SQLite then leaves the freed pages as they are;
// anything else that is deleted is overwritten (secure_delete).
func (tx *Tx) Unscrubbed(ctx context.Context, work func() error) error {
	if tx.db.dialect == Postgres {
		return work()
	}
	var mode int
	if err := tx.QueryRow(ctx, "PRAGMA secure_delete = FAST", nil, &mode); err != nil {
		return err
	}
	err := work()
	return errors.Join(err, tx.QueryRow(ctx, "PRAGMA secure_delete = ON", nil, &mode))
}

// lateFrom is how many rows make it worth while to build indexes late.
const lateFrom = 20_000

// In writes the list of a WHERE … IN with n placeholders from $first on. An empty list gives a
// list that nothing is in.
func In(first, n int) string {
	if n == 0 {
		return "(NULL)"
	}
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	b.WriteByte(')')
	return b.String()
}

// Args makes the argument list for In from a slice, after the leading arguments.
func Args[T any](list []T, leading ...any) []any {
	out := make([]any, 0, len(leading)+len(list))
	out = append(out, leading...)
	for _, v := range list {
		out = append(out, v)
	}
	return out
}
