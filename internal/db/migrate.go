package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to this binary's version. Migrations only go forward and are
// never edited once released; both engines have the same names.
func (d *DB) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations/"+string(d.dialect))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	dialect := goose.DialectSQLite3
	if d.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, d.write, sub)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Version is the time-stamped number of the newest migration that was applied, 0 on an empty database.
func (d *DB) Version(ctx context.Context) (int64, error) {
	var v sql.NullInt64
	exists := d.Pick(
		// each engine has its own catalogue of tables
		`SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`,
		`SELECT count(*) FROM pg_tables WHERE tablename = 'goose_db_version' AND schemaname = current_schema()`)
	var n int
	if err := d.read.QueryRowContext(ctx, exists).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := d.read.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&v)
	return v.Int64, err
}

// Newest is the number of the newest migration that this binary brings.
func Newest() int64 {
	list, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil || len(list) == 0 {
		panic("no migrations in the binary")
	}
	var n int64
	if _, err := fmt.Sscanf(path.Base(list[len(list)-1]), "%d_", &n); err != nil {
		panic(fmt.Sprintf("migration %s: %v", list[len(list)-1], err))
	}
	return n
}
