// Package db opens the database and is the only way in and out of it: ReadTx and WriteTx.
//
// One SQL text with $N placeholders runs on SQLite (embedded, the default) and on PostgreSQL.
// Where an engine truly needs its own text, Pick chooses and the place says why. The rules that
// keep one text enough are tested in portable_test.go.
//
// A transaction is an argument: small functions take a *Tx, the outer verb opens it. A verb that
// reads, decides and writes first takes its row (UPDATE … SET version = version + 1 … RETURNING):
// SQLite has one writer (BEGIN IMMEDIATE), PostgreSQL runs READ COMMITTED. Failures 40001 and 40P01
// are retried, so a callback has no effect outside its transaction.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"tuoxing/internal/fault"
)

// Dialect names an engine.
type Dialect string

// The two engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options of Open. The zero value is right for a server.
type Options struct {
	Clock func() time.Time // the clock of transactions; time.Now when nil
	// ClaimNode takes a node number for ids from the database before the first write, so that a
	// command beside a running server never makes the same id. Without it the node is 0 and the
	// ids are a function of clock and order alone.
	ClaimNode bool
	NoSync    bool // tests only: do not wait for the disk
}

// DB is an open database: one write handle and one pool of readers.
type DB struct {
	dialect Dialect
	dsn     string
	write   *sql.DB
	read    *sql.DB
	clock   func() time.Time
	ids     *idMaker
	claim   atomic.Bool // a node is still to be claimed
	log     *checkpoints
	feed    *feed // SQLite only

	together queue
}

// Open opens a database by file path (SQLite) or postgres:// URL. The folder of a path is made.
// The schema is not touched: see Migrate.
func Open(ctx context.Context, dsn string, opt Options) (*DB, error) {
	d := &DB{dsn: dsn, clock: opt.Clock, ids: &idMaker{}}
	d.claim.Store(opt.ClaimNode)
	if d.clock == nil {
		d.clock = time.Now
	}
	var err error
	if IsPostgres(dsn) {
		d.dialect = Postgres
		err = d.openPostgres()
	} else {
		d.dialect = SQLite
		err = d.openSQLite(opt)
	}
	if err != nil {
		return nil, err
	}
	if err := d.write.PingContext(ctx); err != nil {
		return nil, errors.Join(fault.New(fault.Unavailable, "db.cannot_open").Because(err), d.Close())
	}
	return d, nil
}

// IsPostgres reports whether a DSN names a PostgreSQL server rather than a file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func (d *DB) openPostgres() error {
	cfg, err := pgx.ParseConfig(d.dsn)
	if err != nil {
		return fault.New(fault.Invalid, "db.bad_url").Because(err)
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	d.write = stdlib.OpenDB(*cfg)
	d.write.SetMaxOpenConns(16)
	d.read = d.write
	return nil
}

// openSQLite puts every PRAGMA into the DSN, so that each new connection has it. Readers are
// query_only and have no _txlock: an immediate BEGIN fails on a read-only connection.
func (d *DB) openSQLite(opt Options) error {
	path, err := filepath.Abs(d.dsn)
	if err != nil {
		return fmt.Errorf("database path: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.New(fault.Unavailable, "db.cannot_open").Because(err)
	}
	sync := "synchronous(NORMAL)"
	if opt.NoSync {
		sync = "synchronous(OFF)"
	}
	dsn := func(extra ...string) string {
		pragmas := append([]string{"page_size(16384)", "busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "secure_delete(1)", sync}, extra...)
		return (&url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}).String()
	}
	open := func(most int, dsn string) (*sql.DB, error) {
		h, err := openKeeping(dsn)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		h.SetMaxOpenConns(most)
		h.SetMaxIdleConns(most)
		return h, nil
	}
	// Pages of 16 KiB halve the system calls of a load; caches are in KiB, and the system keeps pages too.
	if d.write, err = open(1, dsn("cache_size(-32768)", "wal_autocheckpoint(0)", "journal_size_limit(67108864)")+"&_txlock=immediate"); err != nil {
		return err
	}
	if d.read, err = open(8, dsn("cache_size(-8192)", "query_only(1)")); err != nil {
		return err
	}
	if d.feed, err = newFeed(); err != nil {
		return err
	}
	log, err := open(1, dsn("cache_size(-1024)"))
	d.log = &checkpoints{db: log, path: path + "-wal"}
	return err
}

// Close closes all connections, after what still waits for WriteTogether.
func (d *DB) Close() error {
	d.together.ends.Wait()
	var errs []error
	if d.log != nil {
		errs = append(errs, d.log.close())
	}
	if d.read != nil && d.read != d.write {
		errs = append(errs, d.read.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	if d.feed != nil {
		d.feed.close()
	}
	return errors.Join(errs...)
}

// Dialect tells which engine this is.
func (d *DB) Dialect() Dialect { return d.dialect }

// DSN is the path or URL that Open was given. It may hold a password: never print it.
func (d *DB) DSN() string { return d.dsn }

// Writer is the write handle, for the job queue's driver only.
func (d *DB) Writer() *sql.DB { return d.write }

// Now is the database's clock, in UTC.
func (d *DB) Now() time.Time { return d.clock().UTC().Truncate(time.Millisecond) }

// Pick returns the text for the engine at hand. Use it only with a comment that says why one
// text cannot serve both.
func (d *DB) Pick(sqlite, postgres string) string {
	if d.dialect == SQLite {
		return sqlite
	}
	return postgres
}

// ReadTx runs fn in a read-only transaction that sees one state of the database.
func (d *DB) ReadTx(ctx context.Context, fn func(tx *Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	t, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return classify(fmt.Errorf("begin read: %w", err))
	}
	tx := &Tx{db: d, sql: t, now: d.Now(), stmts: map[string]*sql.Stmt{}}
	err = fn(tx)
	if rerr := t.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) && err == nil {
		err = classify(fmt.Errorf("end read: %w", rerr))
	}
	return err
}

// ReadRow reads exactly one row outside of any transaction, which takes one round trip where ReadTx takes three. No
// row is a NotFound fault.
func (d *DB) ReadRow(ctx context.Context, query string, args []any, dest ...any) error {
	return classify(d.read.QueryRowContext(ctx, query, args...).Scan(dest...))
}

// writeTries bounds how often a transaction that lost against another one is run again.
const writeTries = 10

// WriteTx runs fn in the writing transaction and commits when fn and the hooks registered with
// BeforeCommit return no error. fn may run more than once.
func (d *DB) WriteTx(ctx context.Context, fn func(tx *Tx) error) error {
	if d.claim.Load() {
		if err := d.again(ctx, d.claimNode); err != nil {
			return fmt.Errorf("claim a node: %w", err)
		}
	}
	return d.again(ctx, fn)
}

// claimNode takes the next process number, in a transaction of its own that is over at once. Two
// processes share a node only when 255 others began between them and both still run.
func (d *DB) claimNode(tx *Tx) error {
	var number int64
	if err := tx.QueryRow(context.Background(), `UPDATE db_process_head SET number = number + 1 WHERE id = 1 RETURNING number`, nil, &number); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		if d.claim.CompareAndSwap(true, false) {
			d.ids.setNode(1 + number%(1<<idNodeBits-1))
		}
	})
	return nil
}

func (d *DB) again(ctx context.Context, fn func(tx *Tx) error) error {
	var err error
	for try := range writeTries {
		if err = d.writeOnce(ctx, fn); !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(time.Duration(try+1) * 5 * time.Millisecond):
		}
	}
	return fault.New(fault.Unavailable, "db.busy").Because(err)
}

func (d *DB) writeOnce(ctx context.Context, fn func(tx *Tx) error) (err error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return classify(fmt.Errorf("connect: %w", err))
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return classify(fmt.Errorf("begin write: %w", err))
	}
	tx := &Tx{db: d, sql: t, conn: conn, ended: ctx.Err, now: d.Now(), writable: true, stmts: map[string]*sql.Stmt{}}
	defer func() {
		if p := recover(); p != nil {
			_ = t.Rollback() // the panic goes on; its cause matters more
			panic(p)
		}
	}()
	err = tx.run(ctx, fn)
	if cerr := tx.closeRaw(); err == nil {
		err = cerr
	}
	if err == nil {
		if err = t.Commit(); err != nil {
			return classify(fmt.Errorf("commit: %w", err))
		}
		if d.log != nil {
			d.log.grown()
		}
		for _, f := range tx.after {
			f()
		}
		return nil
	}
	if rerr := t.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
		err = errors.Join(err, fmt.Errorf("rollback: %w", rerr))
	}
	return err
}
