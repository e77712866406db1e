package backup_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/audit"
	"tuoxing/internal/backup"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
	"tuoxing/internal/vault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newSQLite is a migrated, empty SQLite database whatever engine the tests run on.
func newSQLite(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "tuoxing.db"), db.Options{Clock: testkit.NewClock().Now, NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	must(t, d.Migrate(t.Context()))
	return d
}

// town is a small installation: units, facts, an audit chain, a user with a session and two
// stored files.
type town struct {
	db     *db.DB
	files  string
	vault  *vault.Vault
	stored []vault.File
}

const fileText = "工号,姓名\n1,王某\n"

func newTown(t testing.TB, d *db.DB) *town {
	t.Helper()
	w := &town{db: d, files: filepath.Join(t.TempDir(), "files")}
	var err error
	w.vault, err = vault.Create(filepath.Join(t.TempDir(), "tuoxing.key"), testkit.Start)
	must(t, err)
	store, err := vault.NewStore(w.files)
	must(t, err)
	for _, text := range []string{fileText, strings.Repeat("很长的花名册\n", 50_000)} {
		f, err := store.Put(strings.NewReader(text), w.vault, 1<<20)
		must(t, err)
		w.stored = append(w.stored, f)
	}
	// What a killed upload leaves behind is no stored file.
	must(t, os.WriteFile(filepath.Join(w.files, ".put-1"), []byte("half"), 0o600))
	ctx := t.Context()
	for _, fill := range []func(ctx context.Context, tx *db.Tx) error{w.observe, w.enter(1), w.enter(2), w.login, w.note} {
		must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return fill(ctx, tx) }))
	}
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO app_setting (name, value) VALUES ('demo', '1'), ('Zebra', ''), ('álgebra', 'x')`)
		return err
	}))
	_, err = audit.Seal(ctx, d)
	must(t, err)
	must(t, d.WriteTx(ctx, func(tx *db.Tx) error { return w.note(ctx, tx) })) // not yet chained: NULLs
	return w
}

func (w *town) observe(ctx context.Context, tx *db.Tx) error {
	first := date.MustParse("2022-01-01")
	_, err := (&org.Service{}).Observe(ctx, tx, []org.Observation{
		{Unit: 100, Kind: org.City, Name: "镇江市总工会", Code: "C-CITY", AsOf: first},
		{Unit: 110, Kind: org.District, Name: "丹阳市总工会 \"引号\" \\ 换\n行", District: 321181, AsOf: first},
		{Unit: 201, Kind: org.Enterprise, Name: "光学有限公司", Code: "C-OPT", Parent: 110, AsOf: first,
			FoundedOn: sql.Null[date.Day]{V: date.MustParse("1958-02-28"), Valid: true}},
	})
	return err
}

func (w *town) enter(block int64) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		facts := make([]ledger.Fact, 300)
		for i := range facts {
			facts[i] = ledger.Fact{Kind: ledger.Worker, Quantity: 1, Cause: ledger.New, Entry: ledger.Entered,
				OccurredOn: date.MustParse("2022-03-01") + date.Day(i), Worker: math.MaxInt64 - int64(i) - 1000*block, Employer: 201, District: 321181}
		}
		return ledger.Enter(ctx, tx, 7, facts...)
	}
}

func (w *town) login(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO account_user (user_id, login, login_fold, name, name_fold, hash, role, unit_id, must_change, failed, locked_until, created_at, version)
		VALUES ($1, 'admin', 'admin', '管理员', '管理员', '$argon2id$', 'city', 100, $2, 0, NULL, $3, 0)`, 7, true, db.At(tx.Now()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO account_session (token_hash, user_id, created_at, seen_at) VALUES ($1, 7, $2, $2)`, []byte{1, 0, 255}, db.At(tx.Now()))
	return err
}

func (w *town) note(ctx context.Context, tx *db.Tx) error {
	return audit.Add(ctx, tx, 7, "test.note", "unit:201", map[string]string{"why": "备份 𠮷"})
}

// archive writes a backup of the town into memory.
func (w *town) archive(t testing.TB) ([]byte, backup.Manifest) {
	t.Helper()
	var out bytes.Buffer
	m, err := backup.Write(t.Context(), w.db, w.files, &out, nil)
	must(t, err)
	return out.Bytes(), m
}

func restore(t testing.TB, d *db.DB, files string, archive []byte) (backup.Manifest, error) {
	t.Helper()
	return backup.Restore(t.Context(), d, files, bytes.NewReader(archive), int64(len(archive)), nil)
}

// same fails unless the database and the store hold what the manifest says.
func same(t *testing.T, d *db.DB, files string, want backup.Manifest) {
	t.Helper()
	got, err := backup.Write(t.Context(), d, files, io.Discard, nil)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was restored differs (-want +got):\n%s", diff)
	}
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) error {
		v, err := ledger.Verify(t.Context(), tx, want.Head.Hash)
		if err == nil && (v.Blocks != want.Head.Number || v.Facts != 600) {
			t.Errorf("the ledger verified %d blocks and %d facts", v.Blocks, v.Facts)
		}
		if err != nil {
			return err
		}
		return audit.Verify(t.Context(), tx)
	}))
}

func TestRestore_gives_back_tables_files_and_chain(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	archive, want := w.archive(t)
	d, files := testkit.NewDB(t), filepath.Join(t.TempDir(), "new", "files")
	got, err := restore(t, d, files, archive)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the manifest read differs from the one written (-want +got):\n%s", diff)
	}
	if !got.Demo || got.Head.Number != 2 || len(got.Files) != 2 || !got.CreatedAt.Equal(testkit.Start) {
		t.Errorf("manifest: demo %v, head %v, %d files, at %v", got.Demo, got.Head, len(got.Files), got.CreatedAt)
	}
	same(t, d, files, want)
	store, err := vault.NewStore(files)
	must(t, err)
	r, err := store.Open(w.stored[0], w.vault)
	must(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	must(t, err)
	if string(text) != fileText {
		t.Errorf("the stored file reads %q", text)
	}
	list, err := os.ReadDir(files)
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d names in the store, want the two files and nothing unfinished", len(list))
	}
}

// On PostgreSQL this goes SQLite → PostgreSQL → SQLite; three sums of each table are compared.
func TestRestore_crosses_from_one_engine_to_the_other_and_back(t *testing.T) {
	t.Parallel()
	w := newTown(t, newSQLite(t))
	archive, want := w.archive(t)
	for _, d := range []*db.DB{testkit.NewDB(t), newSQLite(t)} {
		files := filepath.Join(t.TempDir(), "files")
		_, err := restore(t, d, files, archive)
		must(t, err)
		same(t, d, files, want)
		archive, _ = (&town{db: d, files: files}).archive(t)
	}
}

func TestRestored_database_goes_on_where_the_old_one_stood(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	archive, m := w.archive(t)
	d := testkit.NewDB(t)
	_, err := restore(t, d, filepath.Join(t.TempDir(), "files"), archive)
	must(t, err)
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error { return w.enter(3)(t.Context(), tx) }))
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) error {
		v, err := ledger.Verify(t.Context(), tx, m.Head.Hash)
		if v.Blocks != 3 {
			t.Errorf("%d blocks, want 3", v.Blocks)
		}
		return err
	}))
}

func TestWrite_leaves_out_sessions_and_the_tables_of_others(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE river_job (id INTEGER PRIMARY KEY, state VARCHAR)`)
		return err
	}))
	_, m := w.archive(t)
	rows := map[string]int64{}
	for _, table := range m.Tables {
		rows[table.Name] = table.Rows
		if table.Name == "account_session" || table.Name == "account_token" || strings.HasPrefix(table.Name, "goose") || strings.HasPrefix(table.Name, "river_") {
			t.Errorf("the archive has %s", table.Name)
		}
	}
	for name, want := range map[string]int64{"ledger_fact": 600, "ledger_head": 1, "org_unit": 3, "org_observation": 3, "account_user": 1, "audit_entry": 2, "registry_worker": 0} {
		if got, ok := rows[name]; !ok || got != want {
			t.Errorf("%s: %d rows in the archive (there: %v), want %d", name, got, ok, want)
		}
	}
}

func TestWrite_gives_the_same_bytes_again(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	a, _ := w.archive(t)
	b, _ := w.archive(t)
	if !bytes.Equal(a, b) {
		t.Error("two archives of one state differ")
	}
}

func TestWrite_takes_a_missing_store_for_an_empty_one(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	m, err := backup.Write(t.Context(), d, filepath.Join(t.TempDir(), "none"), io.Discard, nil)
	must(t, err)
	if len(m.Files) != 0 || m.Head.Number != 0 || m.Demo {
		t.Errorf("manifest %+v", m)
	}
}

// The tables of one archive are of one moment, whatever is written meanwhile.
func TestWrite_sees_one_moment(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	before, _ := w.archive(t)
	var out bytes.Buffer
	once := false
	m, err := backup.Write(t.Context(), w.db, w.files, &out, func(string, int64) {
		if !once { // between the first table and the second
			once = true
			must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) error { return w.enter(3)(t.Context(), tx) }))
		}
	})
	must(t, err)
	if !once || m.Head.Number != 2 || !bytes.Equal(before, out.Bytes()) {
		t.Errorf("head %d; an archive begun before block 3 holds some of it", m.Head.Number)
	}
}

func TestProgress_tells_tables_and_files(t *testing.T) {
	t.Parallel()
	w := newTown(t, testkit.NewDB(t))
	archive, _ := w.archive(t)
	told := map[string]int64{}
	_, err := backup.Restore(t.Context(), testkit.NewDB(t), filepath.Join(t.TempDir(), "files"), bytes.NewReader(archive), int64(len(archive)),
		func(table string, rows int64) { told[table] = rows })
	must(t, err)
	if told["ledger_fact"] != 600 || told[backup.FilesStep] != 2 {
		t.Errorf("progress told %v", told)
	}
}
