package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tuoxing/internal/db"
)

// Write streams an archive of the database and of the store in filesDir to w and gives its
// manifest. The tables are those of one moment; a store that does not exist yet is empty. progress
// may be nil; it is told the rows written so far of each table, then the files (FilesStep).
//
// After an error what w has received is no archive: write to a new file and rename it at the end.
// Memory does not grow with the tables, only (about 300 bytes each) with the number of files.
func Write(ctx context.Context, d *db.DB, filesDir string, w io.Writer, progress func(table string, rows int64)) (Manifest, error) {
	m := Manifest{Format: FormatVersion, CreatedAt: d.Now(), Tables: []Table{}, Files: []File{}}
	var err error
	if m.Migration, err = d.Version(ctx); err != nil {
		return m, fmt.Errorf("back up: schema version: %w", err)
	}
	a := &archive{zip: zip.NewWriter(w), at: m.CreatedAt, progress: reporter(progress)}
	err = d.ReadTx(ctx, func(tx *db.Tx) error {
		if m.Head, err = readHead(ctx, tx); err != nil {
			return err
		}
		if m.Demo, err = readDemo(ctx, tx); err != nil {
			return err
		}
		m.Tables, err = a.tables(ctx, tx)
		return err
	})
	// The files come after the tables: a file is stored before the row that names it, so each file
	// that these rows name is there by now.
	if err == nil {
		m.Files, err = a.files(ctx, filesDir)
	}
	if err == nil {
		err = a.finish(m)
	}
	if err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	return m, nil
}

// archive is a zip being written.
type archive struct {
	zip      *zip.Writer
	at       time.Time
	entries  []*zip.FileHeader
	progress func(table string, rows int64)
}

// create begins an entry.
func (a *archive) create(name string, method uint16) (io.Writer, error) {
	h := &zip.FileHeader{Name: name, Method: method, Modified: a.at}
	a.entries = append(a.entries, h)
	return a.zip.CreateHeader(h)
}

// readHead gives the end of the ledger's chain.
func readHead(ctx context.Context, tx *db.Tx) (Head, error) {
	var h Head
	var sum []byte
	err := tx.QueryRow(ctx, `SELECT number, hash FROM ledger_head WHERE id = 1`, nil, &h.Number, &sum)
	if err != nil {
		return h, fmt.Errorf("read head: %w", err)
	}
	h.Hash = hex.EncodeToString(sum)
	return h, nil
}

// readDemo tells whether the installation is marked as a made-up city.
func readDemo(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM app_setting WHERE name = 'demo' AND value = '1'`, nil, &n)
	if err != nil {
		return false, fmt.Errorf("read demo mark: %w", err)
	}
	return n > 0, nil
}

func (a *archive) tables(ctx context.Context, tx *db.Tx) ([]Table, error) {
	list, err := catalogue(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Table, 0, len(list))
	for _, t := range list {
		done, err := a.table(ctx, tx, t)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
		out = append(out, done)
	}
	return out, nil
}

func (a *archive) table(ctx context.Context, tx *db.Tx, t table) (Table, error) {
	entry, err := a.create(tablesFolder+t.name+tableSuffix, zip.Deflate)
	if err != nil {
		return Table{}, err
	}
	sum := newDigest()
	out := bufio.NewWriterSize(io.MultiWriter(entry, sum), 1<<16)
	values, dest := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		dest[i] = &values[i]
	}
	var line []byte
	var rows int64
	err = tx.Query(ctx, t.selectAll(tx.Dialect()), nil, func(row db.Scanner) error {
		if err := row.Scan(dest...); err != nil {
			return err
		}
		if line, err = appendRow(line[:0], t.columns, values); err != nil {
			return err
		}
		if len(line) > maxLine {
			return tooLarge(t.name)
		}
		if rows++; rows%progressStep == 0 {
			a.progress(t.name, rows)
		}
		_, err := out.Write(line)
		return err
	})
	if err = errors.Join(err, out.Flush()); err != nil {
		return Table{}, err
	}
	a.progress(t.name, rows)
	return Table{Name: t.name, Columns: t.names(), Rows: rows, Size: sum.size, SM3: sum.sum()}, nil
}

// files copies the stored files as they are, by name.
func (a *archive) files(ctx context.Context, dir string) ([]File, error) {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list stored files: %w", err)
	}
	out := []File{}
	for _, e := range list {
		if !storedName.MatchString(e.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := a.file(dir, e.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue // destroyed since the list was made, and so not to be kept
		}
		if err != nil {
			return nil, fmt.Errorf("stored file %s: %w", e.Name(), err)
		}
		out = append(out, f)
		a.progress(FilesStep, int64(len(out)))
	}
	return out, nil
}

func (a *archive) file(dir, name string) (File, error) {
	in, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return File{}, err
	}
	defer in.Close() // only read
	out, err := a.create(filesFolder+name, zip.Store)
	if err != nil {
		return File{}, err
	}
	sum := newDigest()
	if _, err := io.Copy(io.MultiWriter(out, sum), in); err != nil {
		return File{}, err
	}
	return File{Name: name, Size: sum.size, SM3: sum.sum()}, nil
}

// finish writes the manifest and closes the zip, if Restore would take it.
func (a *archive) finish(m Manifest) error {
	body, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	out, err := a.create(manifestName, zip.Deflate)
	if err != nil {
		return err
	}
	if _, err := out.Write(body); err != nil {
		return err
	}
	if err := a.zip.Close(); err != nil {
		return err
	}
	if len(body) > maxManifest || len(a.entries) > maxEntries {
		return tooLarge(manifestName)
	}
	for _, h := range a.entries {
		if expands(h) {
			return tooLarge(h.Name)
		}
	}
	return nil
}
