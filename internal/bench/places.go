package bench

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"tuoxing/internal/app"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// places gives each installation of the run a database, and removes what it gave.
type places struct {
	dir    string
	server string    // URL, empty for SQLite
	admin  *pgx.Conn // to the server, nil for SQLite
	made   []string  // names of databases
}

func newPlaces(ctx context.Context, dir, server string) (*places, error) {
	p := &places{dir: dir, server: server}
	if server == "" {
		return p, nil
	}
	var err error
	if p.admin, err = pgx.Connect(ctx, server); err != nil {
		return nil, fault.New(fault.Unavailable, "db.cannot_open").Because(err)
	}
	return p, nil
}

// database makes an empty one and gives its path or URL.
func (p *places) database(ctx context.Context, name string) (string, error) {
	if p.admin == nil {
		return filepath.Join(p.dir, name+".db"), nil
	}
	full := strings.ReplaceAll(filepath.Base(p.dir)+"_"+name, "-", "_") // the folder's name is nobody else's
	if _, err := p.admin.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{full}.Sanitize()); err != nil {
		return "", fault.New(fault.Unavailable, "bench.no_database").Because(err)
	}
	p.made = append(p.made, full)
	u, err := url.Parse(p.server)
	if err != nil {
		return "", fault.New(fault.Invalid, "db.bad_url").Because(err)
	}
	u.Path = "/" + full
	return u.String(), nil
}

// config is that of a new installation.
func (p *places) config(ctx context.Context, name string) (app.Config, error) {
	dsn, err := p.database(ctx, name)
	return app.Config{DB: dsn, KeyFile: filepath.Join(p.dir, name+".key"), FilesDir: filepath.Join(p.dir, name+".files"), MaxUpload: maxUpload}, err
}

// maxUpload lets the largest roster of the bench in, in bytes.
const maxUpload = 512 << 20

// drop removes an installation of which nothing more is asked.
func (p *places) drop(cfg app.Config) error {
	if db.IsPostgres(cfg.DB) {
		return nil // close drops it
	}
	var errs []error
	for _, path := range []string{cfg.DB, cfg.DB + "-wal", cfg.DB + "-shm", cfg.FilesDir} {
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}

func (p *places) close(ctx context.Context) error {
	if p.admin == nil {
		return nil
	}
	var errs []error
	for _, name := range p.made {
		_, err := p.admin.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
		errs = append(errs, err)
	}
	return errors.Join(append(errs, p.admin.Close(ctx))...)
}
