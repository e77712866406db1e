package access_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit"
	"tuoxing/internal/testkit/world"
)

// gone is who is erased in these tests, and all that was ever taken in about her.
const gone = "卞若溪"

func goneNeedles() []needle {
	var out []needle
	for _, text := range []string{gone, cn.Pinyin(gone), "329901198503120026", "329901850312002", "19900000001", "S000032000000193720101"} {
		out = append(out, newNeedle(text))
	}
	return out
}

// everyFigure is each figure by each of its dimensions.
func everyFigure(t *testing.T, a *app.App) string {
	t.Helper()
	var out strings.Builder
	on := date.Of(2023, 4, 10)
	for _, ind := range a.Figures.Catalogue.List() {
		by := [][]ledger.Dim{nil}
		for _, d := range ind.By {
			by = append(by, []ledger.Dim{d})
		}
		for _, dims := range by {
			v, err := a.Figures.Value(t.Context(), account.Operator(), figure.Request{Name: ind.Name, On: on, By: dims})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&out, ind.Name, dims, v.Total, v.Cells)
		}
	}
	return out.String()
}

// rawPostgres searches the files of the database as they lie on the server's disk: dead rows, indexes and
// statistics too. The write-ahead log is the operator's.
func rawPostgres(t *testing.T, a *app.App, h *haystack) {
	t.Helper()
	if !testkit.OnPostgres() {
		return
	}
	var dir string
	if _, err := a.DB.Writer().ExecContext(t.Context(), "CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	err := a.DB.Writer().QueryRowContext(t.Context(), "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()").Scan(&dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // of the tables and indexes, by their files
	rows, err := a.DB.Writer().QueryContext(t.Context(), "SELECT CAST(pg_relation_filenode(oid) AS text), relname FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var file, name string
		if err := rows.Scan(&file, &name); err != nil {
			t.Fatal(err)
		}
		names[file] = name
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	before := h.bytes
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // the server puts some of its files in place anew
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		h.plain("the server's file "+d.Name()+" of "+names[d.Name()], b)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil || h.bytes == before {
		t.Fatalf("the files of the server were not searched: %v", err)
	}
}

func TestErasure_leaves_no_trace_and_every_figure(t *testing.T) {
	f := worldInTemp(t)
	p := f.Person(t, gone)
	// Her name stands in a file's name, and her row waits in a file that is not applied.
	draft := world.Text(world.DanyangBefore)
	id, err := f.Intake.Receive(t.Context(), intake.Trusted(0), gone+"等人.csv", strings.NewReader(string(draft)), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 5)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Intake.Stage(t.Context(), intake.Trusted(0), id); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "before.zip")
	if _, err := f.Backup(t.Context(), archive, nil); err != nil {
		t.Fatal(err)
	}
	before := everyFigure(t, f.App)
	// The planner's statistics hold samples of names: at any time, and so here.
	if _, err := f.DB.Writer().ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	h := &haystack{needles: goneNeedles()}
	f.everything(t, h)
	rawPostgres(t, f.App, h)
	for _, text := range []string{gone, cn.Pinyin(gone)} { // the others are sealed: nobody finds them at any time
		if !slices.ContainsFunc(h.found, func(x finding) bool { return x.text == text }) {
			t.Fatalf("the search does not find %s before the erasure", text)
		}
	}
	city := f.Actor(t, world.City)
	plan, err := f.Registry.PlanErasure(t.Context(), city, f.Intake, p.ID)
	if err != nil || plan.Facts == 0 || plan.Numbers != 2 || plan.Cells != 3 || plan.Files != 4 {
		t.Fatalf("plan %+v %v", plan, err)
	}
	done, err := f.Registry.Erase(t.Context(), city, f.Intake, []registry.WorkerID{p.ID}, "本人申请")
	if err != nil || done != plan {
		t.Fatalf("erased %+v %v, planned %+v", done, err, plan)
	}
	f.mustBeGone(t, f.App, f.everything)
	if after := everyFigure(t, f.App); after != before {
		t.Errorf("figures before:\n%s\nafter:\n%s", before, after)
	}
	if _, err := f.Verify(t.Context(), ""); err != nil {
		t.Error(err)
	}
	file, err := f.Registry.Find(t.Context(), city, p.ID)
	if err != nil || file.Name != registry.ErasedName || !file.Erased || len(file.Facts) == 0 || file.IDMasked != "" {
		t.Errorf("file %+v %v", file, err)
	}
	for _, made := range f.made() {
		t.Errorf("a temporary file was made: %s", made)
	}
	f.restored(t, archive, p.ID, before)
	f.employedAgain(t, p.ID)
}

func (f *fixture) mustBeGone(t *testing.T, a *app.App, search func(*testing.T, *haystack)) {
	t.Helper()
	h := &haystack{needles: goneNeedles()}
	search(t, h)
	rawPostgres(t, a, h)
	for _, x := range h.found {
		t.Errorf("%s holds %s as %s", x.where, x.text, x.spelling)
	}
	if h.bytes < 100_000 {
		t.Errorf("only %d bytes were searched", h.bytes)
	}
}

// restored: a backup older than the erasure shows nothing of the person once it is restored.
func (f *fixture) restored(t *testing.T, archive string, id registry.WorkerID, figures string) {
	t.Helper()
	dir := t.TempDir()
	key := filepath.Join(f.Dir, "keys", "tuoxing.key")
	cfg := app.Config{DB: testkit.EmptyDSN(t), KeyFile: filepath.Join(dir, "keys", "tuoxing.key"), FilesDir: filepath.Join(dir, "files")}
	if !testkit.OnPostgres() {
		cfg.DB = filepath.Join(dir, "tuoxing.db")
	}
	if _, err := app.Restore(t.Context(), cfg, slog.New(slog.DiscardHandler), archive, key, nil); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, stop, err := a.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	g := &fixture{World: &world.World{App: a, Dir: dir, Logs: &world.Logs{}}, temp: f.temp}
	g.mustBeGone(t, a, g.everything)
	if after := everyFigure(t, a); after != figures {
		t.Errorf("figures of the restored backup:\n%s\nwere:\n%s", after, figures)
	}
	if _, err := a.Registry.Reveal(context.Background(), account.Operator(), id, registry.SecretID, "核对"); !fault.Is(err, fault.Conflict) {
		t.Errorf("reveal of an erased person: %v", err)
	}
}

// employedAgain: a roster that names the same number later makes a new file.
func (f *fixture) employedAgain(t *testing.T, old registry.WorkerID) {
	t.Helper()
	id, err := f.Intake.Receive(t.Context(), intake.Trusted(0), "再入职.csv", strings.NewReader(string(world.Text(world.DanyangBefore))+"\n"), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 6)})
	if err == nil {
		_, err = f.Intake.Stage(t.Context(), intake.Trusted(0), id)
	}
	if err == nil {
		_, err = f.Intake.Apply(t.Context(), intake.Trusted(0), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := f.Registry.List(t.Context(), account.Operator(), registry.Filter{Text: gone})
	if err != nil || len(list) != 1 || list[0].ID == old {
		t.Errorf("employed again: %v %v", list, err)
	}
}

func TestErasure_is_turned_away(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	p := w.Person(t, gone)
	for _, login := range []string{world.Danyang, world.Jurong, world.Firm, world.Auditor, world.SysAdmin, world.AuditAdmin} {
		if _, err := w.Registry.Erase(t.Context(), w.Actor(t, login), w.Intake, []registry.WorkerID{p.ID}, "本人申请"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", login, err)
		}
	}
	for _, why := range []string{"", gone + "本人申请", "电话19900000001"} {
		if _, err := w.Registry.Erase(t.Context(), account.Operator(), w.Intake, []registry.WorkerID{p.ID}, why); !fault.Is(err, fault.Invalid) {
			t.Errorf("reason %q: %v", why, err)
		}
	}
	if erased, err := w.Vault.Erased(); err != nil || len(erased) != 0 {
		t.Errorf("what was refused is registered: %v %v", erased, err)
	}
	if _, err := w.Registry.Erase(t.Context(), account.Operator(), w.Intake, []registry.WorkerID{p.ID}, "本人申请"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Registry.Erase(t.Context(), account.Operator(), w.Intake, []registry.WorkerID{p.ID}, "本人申请"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second time: %v", err)
	}
}
