package backup

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Restore fills a freshly migrated, empty database and an empty or missing store folder from an
// archive of size bytes, and gives the archive's manifest. The key file is not in the archive: the
// caller puts the one of the old installation beside the database. progress may be nil.
//
// Nothing is half done: the tables are one transaction, the files are put in their place at its
// end, and after an error both are as before. (Who cuts the power within the last milliseconds
// finds an empty database beside a full folder; the next Restore then names the folder.)
//
// Faults: Conflict backup.database_not_empty, backup.folder_not_empty, backup.other_version;
// Invalid backup.not_a_backup, backup.newer_format, backup.table_damaged, backup.file_damaged,
// backup.entries_differ, backup.tables_differ, backup.head_differs; TooLarge backup.too_large.
func Restore(ctx context.Context, d *db.DB, filesDir string, r io.ReaderAt, size int64, progress func(table string, rows int64)) (Manifest, error) {
	in, err := open(r, size)
	if err != nil {
		return Manifest{}, fmt.Errorf("restore: %w", err)
	}
	in.progress = reporter(progress)
	if err := in.fits(ctx, d); err != nil {
		return in.manifest, fmt.Errorf("restore: %w", err)
	}
	place, err := newPlace(filesDir)
	if err != nil {
		return in.manifest, fmt.Errorf("restore: %w", err)
	}
	err = d.WriteTx(ctx, func(tx *db.Tx) error {
		if err := in.tables(ctx, tx); err != nil {
			return err
		}
		head, err := readHead(ctx, tx)
		if err != nil {
			return err
		}
		if head != in.manifest.Head {
			return damaged("backup.head_differs")
		}
		return in.files(ctx, place)
	})
	if err = errors.Join(err, place.clear(err != nil)); err != nil {
		return in.manifest, fmt.Errorf("restore: %w", err)
	}
	return in.manifest, nil
}

// source is an archive being read.
type source struct {
	manifest Manifest
	entries  map[string]*zip.File
	progress func(table string, rows int64)
}

// damaged is the fault of an archive that is not what was written.
func damaged(key string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, key, args...).WithFix("backup.take_another_copy")
}

// open reads the list of entries and the manifest, and holds both against the limits and each other.
func open(r io.ReaderAt, size int64) (*source, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged("backup.not_a_backup").Because(err)
	}
	s := &source{entries: map[string]*zip.File{}}
	var packed uint64
	for _, f := range z.File {
		packed += f.CompressedSize64
		// Entries that overlap would let few bytes expand many times.
		if len(z.File) > maxEntries || f.CompressedSize64 > uint64(size) || packed > uint64(size) || expands(&f.FileHeader) {
			return nil, tooLarge(shown(f.Name))
		}
		if s.entries[f.Name] != nil {
			return nil, damaged("backup.entries_differ", shown(f.Name))
		}
		s.entries[f.Name] = f
	}
	if err := s.readManifest(); err != nil {
		return nil, err
	}
	return s, s.complete()
}

func (s *source) readManifest() error {
	f := s.entries[manifestName]
	if f == nil {
		return damaged("backup.not_a_backup")
	}
	if f.UncompressedSize64 > maxManifest {
		return tooLarge(manifestName)
	}
	in, err := f.Open()
	if err != nil {
		return damaged("backup.not_a_backup").Because(err)
	}
	body, err := io.ReadAll(io.LimitReader(in, maxManifest+1))
	if err = errors.Join(err, in.Close()); err != nil {
		return damaged("backup.not_a_backup").Because(err)
	}
	// A newer format may say other things in other words: its number is read before the rest.
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(body, &version); err != nil || version.Format < 1 {
		return damaged("backup.not_a_backup").Because(err)
	}
	if version.Format > FormatVersion {
		return fault.New(fault.Invalid, "backup.newer_format", version.Format, FormatVersion)
	}
	if err := json.Unmarshal(body, &s.manifest); err != nil {
		return damaged("backup.not_a_backup").Because(err)
	}
	return nil
}

// complete says whether entries and manifest name the same things in the same sizes.
func (s *source) complete() error {
	listed := map[string]bool{manifestName: true}
	check := func(name string, size int64) error {
		f := s.entries[name]
		if f == nil || listed[name] || size < 0 || f.UncompressedSize64 != uint64(size) {
			return damaged("backup.entries_differ", shown(name))
		}
		listed[name] = true
		return nil
	}
	for _, t := range s.manifest.Tables {
		if err := check(tablesFolder+t.Name+tableSuffix, t.Size); err != nil {
			return err
		}
	}
	for _, f := range s.manifest.Files {
		if !storedName.MatchString(f.Name) {
			return damaged("backup.entries_differ", shown(f.Name))
		}
		if err := check(filesFolder+f.Name, f.Size); err != nil {
			return err
		}
	}
	for name := range s.entries {
		if !listed[name] {
			return damaged("backup.entries_differ", shown(name))
		}
	}
	return nil
}

// shown cuts a name that a stranger may have made long.
func shown(name string) string {
	const most = 100
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return name
}

// fits compares the schema versions.
func (s *source) fits(ctx context.Context, d *db.DB) error {
	v, err := d.Version(ctx)
	if err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if v != s.manifest.Migration {
		return fault.New(fault.Conflict, "backup.other_version", s.manifest.Migration, v).WithFix("backup.use_that_release")
	}
	return nil
}

// tables loads every table into the database, which must be empty.
func (s *source) tables(ctx context.Context, tx *db.Tx) error {
	list, err := catalogue(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := mustBeEmpty(ctx, tx, t); err != nil {
			return err
		}
	}
	if len(list) != len(s.manifest.Tables) {
		return damaged("backup.tables_differ", len(s.manifest.Tables), len(list))
	}
	for _, t := range list {
		i := slices.IndexFunc(s.manifest.Tables, func(m Table) bool { return m.Name == t.name })
		if i < 0 {
			return damaged("backup.table_damaged", t.name)
		}
		if err := s.table(ctx, tx, t, s.manifest.Tables[i]); err != nil {
			return err
		}
	}
	return nil
}

// mustBeEmpty refuses a table with rows. The one row that a migration puts into a head has only
// zeroes beside its id; it is taken out, because the archive brings its own.
func mustBeEmpty(ctx context.Context, tx *db.Tx, t table) error {
	query := "SELECT count(*) FROM (SELECT 1 FROM " + quoted(t.name) + " LIMIT 1) AS one"
	if t.isHead() {
		used := []string{"id <> 1"}
		for _, c := range t.columns {
			if c.kind == integer && c.name != "id" {
				used = append(used, quoted(c.name)+" <> 0")
			}
		}
		query = "SELECT count(*) FROM " + quoted(t.name) + " WHERE " + strings.Join(used, " OR ")
	}
	var n int64
	if err := tx.QueryRow(ctx, query, nil, &n); err != nil {
		return fmt.Errorf("look into %s: %w", t.name, err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "backup.database_not_empty", t.name)
	}
	if !t.isHead() {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM "+quoted(t.name)); err != nil {
		return fmt.Errorf("empty %s: %w", t.name, err)
	}
	return nil
}

// table loads one table and compares what was read with the manifest.
func (s *source) table(ctx context.Context, tx *db.Tx, t table, m Table) error {
	columns := make([]column, 0, len(m.Columns))
	for _, name := range m.Columns {
		c, ok := t.column(name)
		if !ok || slices.Contains(columns, c) {
			return damaged("backup.table_damaged", t.name)
		}
		columns = append(columns, c)
	}
	if len(columns) != len(t.columns) {
		return damaged("backup.table_damaged", t.name)
	}
	in, err := s.entries[tablesFolder+t.name+tableSuffix].Open()
	if err != nil {
		return damaged("backup.table_damaged", t.name).Because(err)
	}
	defer in.Close() // only read
	sum := newDigest()
	// PostgreSQL's COPY gives an error of its own for one of the rows, so it is kept here.
	var rowErr error
	rows := func(yield func([]any, error) bool) {
		rowErr = s.rows(io.TeeReader(in, sum), t.name, columns, func(row []any) bool { return yield(row, nil) })
		if rowErr != nil {
			yield(nil, rowErr)
		}
	}
	n, err := tx.Bulk(ctx, t.name, m.Columns, rows)
	if rowErr != nil {
		return damaged("backup.table_damaged", t.name).Because(rowErr)
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Conflict || k == fault.Invalid) {
		// The table was empty: only rows that no database ever held can break its constraints.
		return damaged("backup.table_damaged", t.name).Because(err)
	}
	if err != nil {
		return err
	}
	if n != m.Rows || sum.sum() != m.SM3 {
		return damaged("backup.table_damaged", t.name)
	}
	s.progress(t.name, n)
	return nil
}

// rows reads lines until each has been called for, or each says that it wants no more.
func (s *source) rows(in io.Reader, name string, columns []column, each func(row []any) bool) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	values := make([]any, len(columns))
	for n := int64(1); lines.Scan(); n++ {
		if err := parseRow(lines.Bytes(), columns, values); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if !each(values) {
			return nil
		}
		if n%progressStep == 0 {
			s.progress(name, n)
		}
	}
	return lines.Err()
}

// files puts every stored file into its place.
func (s *source) files(ctx context.Context, p *place) error {
	if err := p.begin(); err != nil {
		return err
	}
	for i, f := range s.manifest.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.add(s.entries[filesFolder+f.Name], f); err != nil {
			return err
		}
		s.progress(FilesStep, int64(i+1))
	}
	return p.finish(s.manifest.Files)
}
