package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tuoxing/internal/date"
)

// Tx is an open transaction. It knows the time and makes ids; it is used by one goroutine.
type Tx struct {
	db       *DB
	sql      *sql.Tx
	conn     *sql.Conn // write transactions only: Bulk speaks to the driver below
	now      time.Time
	writable bool
	stmts    map[string]*sql.Stmt
	raw      map[string]driver.StmtExecContext // see insert
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
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, classify(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("rows affected: %w", err)
	}
	return n, nil
}

// stmt prepares a text once per transaction; imports run the same few texts 100,000 times.
func (tx *Tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := tx.stmts[query]; ok {
		return st, nil
	}
	st, err := tx.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, classify(err)
	}
	tx.stmts[query] = st
	return st, nil
}

// Query runs a query and calls scan for each row.
func (tx *Tx) Query(ctx context.Context, query string, args []any, scan func(row Scanner) error) (err error) {
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
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
	st, err := tx.stmt(ctx, query)
	if err != nil {
		return err
	}
	return classify(st.QueryRowContext(ctx, args...).Scan(dest...))
}

// Bulk inserts many rows: COPY on PostgreSQL, a prepared one-row insert on SQLite (measured
// faster there than multi-row VALUES). An error from rows stops it.
func (tx *Tx) Bulk(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (int64, error) {
	if tx.db.dialect == Postgres {
		return tx.copy(ctx, table, columns, rows)
	}
	return tx.insert(ctx, table, columns, rows)
}

// insertsTogether is how many rows are collected before the driver is asked: the rows' own code may use
// the transaction, which the driver's connection would lock.
const insertsTogether = 256

// insert speaks to the driver below: the locking and converting of database/sql, and the driver's watching
// of the context at each row, were a third of the time. The context is looked at between two groups.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (n int64, err error) {
	st, err := tx.below(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+strings.Repeat("?, ", len(columns)-1)+"?)")
	if err != nil {
		return 0, err
	}
	group := make([]driver.NamedValue, 0, insertsTogether*len(columns))
	send := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return tx.conn.Raw(func(any) error {
			for part := range slices.Chunk(group, len(columns)) {
				if _, err := st.ExecContext(context.Background(), part); err != nil {
					return classify(fmt.Errorf("insert into %s: %w", table, err))
				}
				n++
			}
			group = group[:0]
			return nil
		})
	}
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		for i, v := range row {
			plain, err := forInsert(v)
			if err != nil {
				return n, fmt.Errorf("insert into %s: %w", table, err)
			}
			group = append(group, driver.NamedValue{Ordinal: i + 1, Value: plain})
		}
		if len(group) == cap(group) {
			if err := send(); err != nil {
				return n, err
			}
		}
	}
	return n, send()
}

// below prepares a text at the driver itself, once per transaction. Such statements end with the
// transaction.
func (tx *Tx) below(ctx context.Context, query string) (driver.StmtExecContext, error) {
	if st, ok := tx.raw[query]; ok {
		return st, nil
	}
	err := tx.conn.Raw(func(c any) error {
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

func (tx *Tx) copy(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (n int64, err error) {
	next, stop := iter.Pull2(rows)
	defer stop()
	var broken error // what rows gave; the driver would tell it as an error of its own
	src := pgx.CopyFromFunc(func() ([]any, error) {
		row, err, ok := next()
		if !ok || err != nil {
			broken = err
			return nil, err
		}
		out := make([]any, len(row))
		for i, v := range row {
			out[i] = forCopy(v)
		}
		return out, nil
	})
	err = tx.conn.Raw(func(c any) error {
		var cerr error
		n, cerr = c.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, src)
		return cerr
	})
	if broken != nil {
		return n, broken
	}
	if err != nil {
		return n, classify(fmt.Errorf("copy into %s: %w", table, err))
	}
	return n, nil
}

// forCopy gives the binary encoder of COPY the types it knows.
func forCopy(v any) any {
	switch x := v.(type) {
	case date.Day:
		return x.Time()
	case Time:
		return x.Time
	case sql.Null[date.Day]:
		if !x.Valid {
			return nil
		}
		return x.V.Time()
	}
	return v
}

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
