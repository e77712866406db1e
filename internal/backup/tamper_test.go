package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/backup"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit"
)

// entry is one file of an archive taken apart.
type entry struct {
	name   string
	method uint16
	body   []byte
}

func takeApart(t testing.TB, archive []byte) []entry {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	must(t, err)
	var out []entry
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		body, err := io.ReadAll(r)
		must(t, err)
		out = append(out, entry{f.Name, f.Method, body})
	}
	return out
}

func putTogether(t testing.TB, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		must(t, err)
		_, err = w.Write(e.body)
		must(t, err)
	}
	must(t, z.Close())
	return out.Bytes()
}

// find gives the place of the first entry with this beginning of a name.
func find(t testing.TB, entries []entry, prefix string) int {
	t.Helper()
	i := slices.IndexFunc(entries, func(e entry) bool { return strings.HasPrefix(e.name, prefix) })
	if i < 0 {
		t.Fatalf("no entry %s", prefix)
	}
	return i
}

// rewrite changes the manifest.
func rewrite(t testing.TB, entries []entry, change func(m *backup.Manifest)) []entry {
	t.Helper()
	i := find(t, entries, "manifest.json")
	var m backup.Manifest
	must(t, json.Unmarshal(entries[i].body, &m))
	change(&m)
	body, err := json.Marshal(m)
	must(t, err)
	entries[i].body = body
	return entries
}

// swap changes the body of an entry and leaves the manifest as it was.
func swap(t testing.TB, entries []entry, prefix string, change func(b []byte) []byte) []entry {
	t.Helper()
	i := find(t, entries, prefix)
	before := string(entries[i].body)
	entries[i].body = change(slices.Clone(entries[i].body))
	if string(entries[i].body) == before {
		t.Fatalf("%s was not changed", prefix)
	}
	return entries
}

func replaceOnce(old, new string) func(b []byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
}

// listed makes the manifest agree with a changed size, so that only the sum can tell.
func listed(t testing.TB, entries []entry, table string) []entry {
	t.Helper()
	i := find(t, entries, "tables/"+table)
	return rewrite(t, entries, func(m *backup.Manifest) {
		for k := range m.Tables {
			if m.Tables[k].Name == table {
				m.Tables[k].Size = int64(len(entries[i].body))
			}
		}
	})
}

type tampering struct {
	name  string
	do    func(t *testing.T, e []entry) []entry
	kind  fault.Kind
	key   string
	names string // what the fault names, if anything
}

var tamperings = []tampering{
	{"one digit of a row", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "tables/org_unit.jsonl", replaceOnce("[100,", "[109,"))
	}, fault.Invalid, "backup.table_damaged", "org_unit"},
	{"a row is cut out", func(t *testing.T, e []entry) []entry {
		return listed(t, swap(t, e, "tables/ledger_fact.jsonl", func(b []byte) []byte { return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1] }), "ledger_fact")
	}, fault.Invalid, "backup.table_damaged", "ledger_fact"},
	{"a row stands twice", func(t *testing.T, e []entry) []entry {
		return listed(t, swap(t, e, "tables/org_unit.jsonl", func(b []byte) []byte { return append(b, b[:bytes.IndexByte(b, '\n')+1]...) }), "org_unit")
	}, fault.Invalid, "backup.table_damaged", "org_unit"},
	{"a row without its unit", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "tables/org_observation.jsonl", replaceOnce("[100,", "[999,"))
	}, fault.Invalid, "backup.table_damaged", "org_observation"},
	{"a line that is no row", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "tables/audit_entry.jsonl", replaceOnce("[", "{"))
	}, fault.Invalid, "backup.table_damaged", "audit_entry"},
	{"a shorter table", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "tables/org_unit.jsonl", func(b []byte) []byte { return b[:10] })
	}, fault.Invalid, "backup.entries_differ", "tables/org_unit.jsonl"},
	{"a wrong number of rows", func(t *testing.T, e []entry) []entry {
		return rewrite(t, e, func(m *backup.Manifest) { m.Tables[0].Rows++ })
	}, fault.Invalid, "backup.table_damaged", "account_columns"},
	{"a column twice", func(t *testing.T, e []entry) []entry {
		return rewrite(t, e, func(m *backup.Manifest) { m.Tables[0].Columns[1] = m.Tables[0].Columns[2] })
	}, fault.Invalid, "backup.table_damaged", "account_columns"},
	{"a table nobody knows", func(t *testing.T, e []entry) []entry {
		return rewrite(t, append(e, entry{"tables/x.jsonl", zip.Deflate, nil}), func(m *backup.Manifest) {
			m.Tables = append(m.Tables, backup.Table{Name: "x"})
		})
	}, fault.Invalid, "backup.tables_differ", ""},
	{"a table is gone", func(t *testing.T, e []entry) []entry {
		i := find(t, e, "tables/org_unit.jsonl")
		return slices.Delete(e, i, i+1)
	}, fault.Invalid, "backup.entries_differ", "tables/org_unit.jsonl"},
	{"one byte of a stored file", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "files/", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	}, fault.Invalid, "backup.file_damaged", "-"},
	{"a stored file is compressed", func(t *testing.T, e []entry) []entry {
		e[find(t, e, "files/")].method = zip.Deflate
		return e
	}, fault.Invalid, "backup.file_damaged", "-"},
	{"a stored file is gone", func(t *testing.T, e []entry) []entry {
		i := find(t, e, "files/")
		return slices.Delete(e, i, i+1)
	}, fault.Invalid, "backup.entries_differ", "files/"},
	{"a name that leads out of the folder", func(t *testing.T, e []entry) []entry {
		e[find(t, e, "files/")].name = "files/../../evil"
		return rewrite(t, e, func(m *backup.Manifest) { m.Files[0].Name = "../../evil" })
	}, fault.Invalid, "backup.entries_differ", "evil"},
	{"something more", func(t *testing.T, e []entry) []entry {
		return append(e, entry{"readme.txt", zip.Store, []byte("x")})
	}, fault.Invalid, "backup.entries_differ", "readme.txt"},
	{"an entry twice", func(t *testing.T, e []entry) []entry {
		return append(e, e[0])
	}, fault.Invalid, "backup.entries_differ", "tables/"},
	{"another head", func(t *testing.T, e []entry) []entry {
		return rewrite(t, e, func(m *backup.Manifest) { m.Head.Hash = strings.Repeat("0", 64) })
	}, fault.Invalid, "backup.head_differs", ""},
	{"no manifest", func(t *testing.T, e []entry) []entry {
		return e[:len(e)-1]
	}, fault.Invalid, "backup.not_a_backup", ""},
	{"a manifest in other words", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "manifest.json", func([]byte) []byte { return []byte("[]") })
	}, fault.Invalid, "backup.not_a_backup", ""},
	{"a newer format", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "manifest.json", func([]byte) []byte { return []byte(`{"format": 2, "tables": {"other": "shape"}}`) })
	}, fault.Invalid, "backup.newer_format", "2 1"},
	{"another schema", func(t *testing.T, e []entry) []entry {
		return rewrite(t, e, func(m *backup.Manifest) { m.Migration = 19990101000000 })
	}, fault.Conflict, "backup.other_version", "19990101000000 20"},
	{"a table that expands", func(t *testing.T, e []entry) []entry {
		return listed(t, swap(t, e, "tables/org_unit.jsonl", func([]byte) []byte { return make([]byte, 32<<20) }), "org_unit")
	}, fault.TooLarge, "backup.too_large", "tables/org_unit.jsonl"},
	{"a manifest that expands", func(t *testing.T, e []entry) []entry {
		return swap(t, e, "manifest.json", func([]byte) []byte { return make([]byte, 32<<20) })
	}, fault.TooLarge, "backup.too_large", "manifest.json"},
}

// One database meets every tampered archive and then the right one: whatever a failed restore
// left behind would make the last step fail.
func TestRestore_refuses_every_tampered_archive_and_leaves_nothing_behind(t *testing.T) {
	t.Parallel()
	good, want := newTown(t, testkit.NewDB(t)).archive(t)
	d, files := testkit.NewDB(t), filepath.Join(t.TempDir(), "files")
	refuse := func(name string, archive []byte, kind fault.Kind, key, names string) {
		_, err := restore(t, d, files, archive)
		f, ok := fault.As(err)
		if !ok || f.Kind != kind || f.Key != key {
			t.Errorf("%s: %v, want %v %s", name, err, kind, key)
			return
		}
		if said := strings.Trim(fmt.Sprint(f.Args...), "[]"); !strings.Contains(said, names) {
			t.Errorf("%s: the fault names %q, want %q", name, said, names)
		}
		for _, lang := range locale.Langs {
			if p := locale.New(lang); !p.Has(f.Key) || f.Fix != "" && !p.Has(f.Fix) || strings.Contains(p.T(f.Key, f.Args...), "%!") {
				t.Errorf("%s in %s: %s · %s", name, lang, p.T(f.Key, f.Args...), p.T(f.Fix))
			}
		}
		if list, err := os.ReadDir(files); err == nil && len(list) != 0 {
			t.Errorf("%s: %d names were left in the store", name, len(list))
		}
	}
	for _, c := range tamperings {
		refuse(c.name, putTogether(t, c.do(t, takeApart(t, good))), c.kind, c.key, c.names)
	}
	refuse("cut short", good[:len(good)/2], fault.Invalid, "backup.not_a_backup", "")
	refuse("nothing", nil, fault.Invalid, "backup.not_a_backup", "")
	refuse("an entry's bytes changed under its sum", flipped(t, good), fault.Invalid, "backup.table_damaged", "ledger_fact")
	_, err := restore(t, d, files, good)
	must(t, err)
	same(t, d, files, want)
}

// flipped changes one compressed byte of the table of facts, as a bad disk does.
func flipped(t testing.TB, archive []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	must(t, err)
	for _, f := range z.File {
		if f.Name == "tables/ledger_fact.jsonl" {
			at, err := f.DataOffset()
			must(t, err)
			out := slices.Clone(archive)
			out[at+int64(f.CompressedSize64)/2] ^= 0x10
			return out
		}
	}
	t.Fatal("no table of facts")
	return nil
}

// overlapping adds entries to the list of a zip that all name the bytes of its only entry.
func overlapping(t testing.TB, name string, body []byte, copies int) []byte {
	t.Helper()
	one := putTogether(t, []entry{{name, zip.Store, body}})
	const endSize = 22 // the end record, without a comment
	end := slices.Clone(one[len(one)-endSize:])
	from := binary.LittleEndian.Uint32(end[16:])
	list := one[from : len(one)-endSize]
	out := slices.Clone(one[:from])
	for i := range copies {
		next := slices.Clone(list)
		at := bytes.Index(next, []byte(name))
		next[at+len(name)-1] = '0' + byte(i)
		out = append(out, next...)
	}
	binary.LittleEndian.PutUint16(end[8:], uint16(copies))
	binary.LittleEndian.PutUint16(end[10:], uint16(copies))
	binary.LittleEndian.PutUint32(end[12:], uint32(copies*len(list)))
	return append(out, end...)
}

func TestRestore_refuses_entries_that_share_their_bytes(t *testing.T) {
	t.Parallel()
	name := "files/" + strings.Repeat("a", 64) + "-00000000"
	bomb := overlapping(t, name, bytes.Repeat([]byte("x"), 100_000), 9)
	if z, err := zip.NewReader(bytes.NewReader(bomb), int64(len(bomb))); err != nil || len(z.File) != 9 {
		t.Fatalf("the planted zip is none: %v", err)
	}
	_, err := restore(t, testkit.NewDB(t), filepath.Join(t.TempDir(), "files"), bomb)
	if f, ok := fault.As(err); !ok || f.Kind != fault.TooLarge || f.Key != "backup.too_large" {
		t.Errorf("error %v, want backup.too_large", err)
	}
}

// The context ends after each table in turn, and at last when only the commit is left: by then the
// files are in their place and are taken away again.
func TestRestore_leaves_nothing_when_it_is_interrupted_anywhere(t *testing.T) {
	t.Parallel()
	good, want := newTown(t, testkit.NewDB(t)).archive(t)
	d, files := testkit.NewDB(t), filepath.Join(t.TempDir(), "files")
	steps := len(want.Tables) + len(want.Files)
	for stop := 1; stop <= steps; stop++ {
		ctx, cancel := context.WithCancel(t.Context())
		step, last := 0, ""
		_, err := backup.Restore(ctx, d, files, bytes.NewReader(good), int64(len(good)), func(table string, _ int64) {
			if step, last = step+1, table; step == stop {
				cancel()
			}
		})
		cancel()
		if err == nil {
			t.Fatalf("interrupted at step %d of %d (%s), it succeeded", stop, steps, last)
		}
		if list, err := os.ReadDir(files); err == nil && len(list) != 0 {
			t.Errorf("interrupted at step %d of %d (%s), it left %d names in the store", stop, steps, last, len(list))
		}
	}
	_, err := restore(t, d, files, good)
	must(t, err)
	same(t, d, files, want)
}

func TestRestore_refuses_a_database_or_folder_in_use(t *testing.T) {
	t.Parallel()
	archive, _ := newTown(t, testkit.NewDB(t)).archive(t)
	full := filepath.Join(t.TempDir(), "full")
	must(t, os.MkdirAll(full, 0o700))
	must(t, os.WriteFile(filepath.Join(full, "kept"), []byte("x"), 0o600))

	unit := testkit.NewDB(t)
	must(t, unit.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO org_unit (unit_id, kind, lo, hi, version) VALUES (1, 'city', 1, 1, 0)`)
		return err
	}))
	head := testkit.NewDB(t)
	must(t, head.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE org_head SET version = 1 WHERE id = 1`)
		return err
	}))
	cases := map[string]struct {
		db    *db.DB
		files string
		key   string
		names string
	}{
		"a row in a table":      {unit, filepath.Join(t.TempDir(), "files"), "backup.database_not_empty", "org_unit"},
		"a head that has moved": {head, filepath.Join(t.TempDir(), "files"), "backup.database_not_empty", "org_head"},
		"a file in the folder":  {testkit.NewDB(t), full, "backup.folder_not_empty", full},
	}
	for name, c := range cases {
		_, err := restore(t, c.db, c.files, archive)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Conflict || f.Key != c.key || fmt.Sprint(f.Args...) != c.names {
			t.Errorf("%s: %v, want %s naming %s", name, err, c.key, c.names)
		}
	}
	if _, err := os.Stat(filepath.Join(full, "kept")); err != nil {
		t.Errorf("what lay in the folder: %v", err)
	}
}
