package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tuoxing/internal/backup"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// Progress tells how many rows of a table are done; nil is allowed.
type Progress func(table string, rows int64)

// Backup writes everything but the key file into one archive. A file that is there is not touched:
// the archive appears under its name only when it is whole.
func (a *App) Backup(ctx context.Context, out string, progress Progress) (m backup.Manifest, err error) {
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		return m, fault.New(fault.Conflict, "app.backup_exists", filepath.Base(out))
	}
	tmp, err := os.CreateTemp(filepath.Dir(out), ".backup-*")
	if err != nil {
		return m, fault.New(fault.Invalid, "app.backup_folder", filepath.Dir(out)).Because(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	m, err = backup.Write(ctx, a.DB, a.Config.FilesDir, tmp, progress)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return m, err
	}
	return m, os.Rename(tmp.Name(), out)
}

// Restore fills an empty database from an archive, puts its key file in place, and verifies the
// result before anything is served.
func Restore(ctx context.Context, cfg Config, log *slog.Logger, from, keyFile string, progress Progress) (m backup.Manifest, err error) {
	cfg = cfg.Filled()
	in, err := os.Open(from)
	if err != nil {
		return m, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return m, err
	}
	key, err := readKey(cfg.KeyFile, keyFile)
	if err != nil {
		return m, err
	}
	if m, err = fill(ctx, cfg, in, info.Size(), progress); err != nil {
		return m, err
	}
	if err := putKey(cfg.KeyFile, key); err != nil {
		return m, err
	}
	// The register of erasures goes with the key file; Open applies it before anything is served.
	v0, err := vault.Open(cfg.KeyFile)
	if err == nil {
		err = v0.TakeErasures(keyFile, time.Now())
	}
	if err != nil {
		return m, err
	}
	a, err := Open(ctx, cfg, log, Options{})
	if err != nil {
		return m, err
	}
	v, err := a.Verify(ctx, "")
	if err == nil && v.Head != m.Head.Hash {
		err = fault.New(fault.Conflict, "app.restored_head", v.Head, m.Head.Hash)
	}
	return m, errors.Join(err, a.Close())
}

func fill(ctx context.Context, cfg Config, in io.ReaderAt, size int64, progress Progress) (backup.Manifest, error) {
	d, err := db.Open(ctx, cfg.DB, db.Options{})
	if err != nil {
		return backup.Manifest{}, err
	}
	// An older installation is not touched: not even migrated.
	version, err := d.Version(ctx)
	if err == nil && version != 0 && version != db.Newest() {
		err = fault.New(fault.Conflict, "app.restore_not_empty")
	}
	if err == nil {
		err = d.Migrate(ctx)
	}
	if err != nil {
		return backup.Manifest{}, errors.Join(err, d.Close())
	}
	m, err := backup.Restore(ctx, d, cfg.FilesDir, in, size, progress)
	return m, errors.Join(err, d.Close())
}

// readKey reads the key file that belongs to the archive. The same file may lie in its place
// already; another one is never overwritten.
func readKey(to, from string) ([]byte, error) {
	key, err := os.ReadFile(from)
	if err != nil {
		return nil, fault.New(fault.NotFound, "app.key_unreadable", from).Because(err)
	}
	there, err := os.ReadFile(to)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && string(there) == string(key):
		return key, nil
	case err == nil:
		return nil, fault.New(fault.Conflict, "app.key_there", to)
	}
	return nil, err
}

func putKey(to string, key []byte) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(to, key, 0o600); err != nil {
		return fmt.Errorf("put key file in place: %w", err)
	}
	return nil
}
