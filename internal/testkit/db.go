// Package testkit gives tests a real database. There are no mocks of our own code.
//
// NewDB migrates one template per test binary and copies it for each test: a file on SQLite, a
// CREATE DATABASE … TEMPLATE on the PostgreSQL server that TUOXING_TEST_DB names.
package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tuoxing/internal/db"
)

// EnvDB names a PostgreSQL server on which the tests run instead of SQLite.
const EnvDB = "TUOXING_TEST_DB"

// Start is the instant at which the clock of tests stands at first: 10 April 2023, 09:00 in China.
var Start = time.Date(2023, 4, 10, 1, 0, 0, 0, time.UTC)

// Clock is a clock that only moves when told to.
type Clock struct{ ms atomic.Int64 }

// NewClock makes a clock that stands at Start.
func NewClock() *Clock {
	c := &Clock{}
	c.Set(Start)
	return c
}

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.ms.Store(t.UnixMilli()) }

// Advance moves the clock by a span.
func (c *Clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// NewDB gives the test a migrated database of its own, with the clock at Start.
func NewDB(t testing.TB) *db.DB {
	t.Helper()
	return NewDBAt(t, NewClock())
}

// NewDBAt is NewDB with a clock that the test moves.
func NewDBAt(t testing.TB, clock *Clock) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), NewDSN(t), db.Options{Clock: clock.Now, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// OnPostgres reports whether the tests run on PostgreSQL.
func OnPostgres() bool { return os.Getenv(EnvDB) != "" }

// NewDSN makes a migrated database and gives its path or URL.
func NewDSN(t testing.TB) string {
	t.Helper()
	if OnPostgres() {
		return clonePostgres(t)
	}
	tmpl, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tuoxing.db")
	if err := copyFile(path, tmpl); err != nil {
		t.Fatal(err)
	}
	return path
}

// EmptyDSN makes a database without a schema.
func EmptyDSN(t testing.TB) string {
	t.Helper()
	if !OnPostgres() {
		return filepath.Join(t.TempDir(), "tuoxing.db")
	}
	name := databaseName()
	admin(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(name)
}

// sqliteTemplate lies in the temp folder of the test binary's process and is removed with it by
// the operating system's own housekeeping: tests of a package share it and none owns it.
var sqliteTemplate = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tuoxing-template-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "template.db")
	return path, migrateAt(path)
})

func migrateAt(dsn string) error {
	d, err := db.Open(context.Background(), dsn, db.Options{NoSync: true})
	if err != nil {
		return err
	}
	if err := d.Migrate(context.Background()); err != nil {
		return err
	}
	if d.Dialect() == db.SQLite {
		// One file without a WAL beside it, so that a copy is whole.
		if _, err := d.Writer().Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			return err
		}
	}
	return d.Close()
}

func copyFile(dst, src string) (err error) {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(dst)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}

var databases atomic.Int64

func databaseName() string {
	return fmt.Sprintf("tx_%d_%d", os.Getpid(), databases.Add(1))
}

var postgresTemplate = sync.OnceValues(func() (string, error) {
	name := databaseName()
	conn, err := sql.Open("pgx", os.Getenv(EnvDB))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.Exec("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	return name, migrateAt(withDatabase(name))
})

// cloning is one at a time: PostgreSQL refuses a template that somebody else is reading.
var cloning sync.Mutex

func clonePostgres(t testing.TB) string {
	t.Helper()
	cloning.Lock()
	defer cloning.Unlock()
	tmpl, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	name := databaseName()
	admin(t, "CREATE DATABASE "+name+" TEMPLATE "+tmpl)
	t.Cleanup(func() { admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return withDatabase(name)
}

func admin(t testing.TB, query string) {
	t.Helper()
	conn, err := sql.Open("pgx", os.Getenv(EnvDB))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func withDatabase(name string) string {
	u, err := url.Parse(os.Getenv(EnvDB))
	if err != nil {
		panic(fmt.Sprintf("%s is not a URL: %v", EnvDB, err))
	}
	u.Path = "/" + name
	return u.String()
}
