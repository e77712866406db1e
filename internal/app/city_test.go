package app

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/testkit"
)

// scale is the number of industrial workers (产业工人) of the small city: the smallest at which each
// population is there.
const scale = 680

// asOf is the day of all lists of the made-up city.
var asOf = demo.AsOf

var quiet = slog.New(slog.DiscardHandler)

// city is a loaded made-up city. It is closed, so that copies of it can be taken.
type city struct {
	cfg      Config
	dir      string // of the spreadsheets
	manifest demo.Manifest
	reports  []intake.Report
	copying  *sync.Mutex // PostgreSQL copies a database for one at a time
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// loadCity loads a made-up city the way the demo does.
func loadCity(t testing.TB, workers int) city {
	t.Helper()
	c := newCity(t)
	a, reports, err := LoadDemo(t.Context(), c.cfg, quiet, c.dir, workers, demo.DefaultSeed, func(int, int, string) {})
	must(t, err)
	must(t, a.Close())
	c.reports = reports
	text, err := os.ReadFile(filepath.Join(c.dir, demo.ManifestName))
	must(t, err)
	must(t, json.Unmarshal(text, &c.manifest))
	return c
}

func newCity(t testing.TB) city {
	t.Helper()
	dir := t.TempDir()
	cfg := Config{DB: testkit.EmptyDSN(t), KeyFile: filepath.Join(dir, "city.key"), FilesDir: filepath.Join(dir, "files")}
	return city{cfg: cfg, dir: filepath.Join(dir, "sheets"), copying: &sync.Mutex{}}
}

// open opens a copy of the city that the test may change; key and originals are shared.
func (c city) open(t testing.TB) *App {
	t.Helper()
	cfg := c.cfg
	cfg.DB, cfg.FilesDir = c.copyDB(t), c.copyFiles(t)
	a, err := Open(t.Context(), cfg, quiet, Options{})
	must(t, err)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// copyFiles copies the originals: applying an import can destroy one that another copy of the city still needs.
func (c city) copyFiles(t testing.TB) string {
	t.Helper()
	dst := filepath.Join(t.TempDir(), "files")
	must(t, os.CopyFS(dst, os.DirFS(c.cfg.FilesDir)))
	return dst
}

func (c city) copyDB(t testing.TB) string {
	t.Helper()
	dst := testkit.EmptyDSN(t)
	if !testkit.OnPostgres() {
		data, err := os.ReadFile(c.cfg.DB)
		must(t, err)
		must(t, os.WriteFile(dst, data, 0o600))
		return dst
	}
	c.copying.Lock()
	defer c.copying.Unlock()
	conn, err := sql.Open("pgx", os.Getenv(testkit.EnvDB))
	must(t, err)
	defer conn.Close()
	// The empty one gave its name, and is dropped at the end of the test.
	for _, text := range []string{"DROP DATABASE " + nameOf(t, dst), "CREATE DATABASE " + nameOf(t, dst) + " TEMPLATE " + nameOf(t, c.cfg.DB)} {
		_, err := conn.ExecContext(t.Context(), text)
		must(t, err)
	}
	return dst
}

func nameOf(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	return strings.TrimPrefix(u.Path, "/")
}

// take takes one file in, as the operator.
func take(t testing.TB, a *App, dir string, f demo.File) intake.Report {
	t.Helper()
	r, err := a.demoFile(t.Context(), account.Operator(), dir, f)
	if err != nil {
		t.Fatalf("take in %s: %v", f.Name, err)
	}
	return r
}

// counted is a report in the words of the manifest.
func counted(r intake.Report) demo.Expected {
	return demo.Expected{Read: r.Read, Taken: r.Accepted + r.Mended, Refused: r.Counts.Refused, Duplicate: r.Duplicate}
}

// value is a figure's total under filters.
func value(t testing.TB, a *App, name string, on date.Day, where ...ledger.Cond) int64 {
	t.Helper()
	return ask(t, a, figure.Request{Name: name, On: on, Where: where}).Total.Value
}

func ask(t testing.TB, a *App, req figure.Request) *figure.Value {
	t.Helper()
	v, err := a.Figures.Value(t.Context(), account.Operator(), req)
	if err != nil {
		t.Fatalf("%s by %v: %v", req.Name, req.By, err)
	}
	return v
}

// table is every figure and every cell of its cross tables that is not zero, by "name" or
// "name|dimension=value"; a rate also has its two sides.
type table map[string]int64

func (t table) add(key string, n int64) {
	if t[key] += n; t[key] == 0 {
		delete(t, key)
	}
}

// tables asks the system for all figures of a day, cut by each of the dimensions that they have.
func tables(t testing.TB, a *App, on date.Day, dims ...ledger.Dim) table {
	t.Helper()
	out := table{}
	put := func(key string, v *figure.Value, c figure.Cell) {
		if v.Ratio != nil {
			out.add(key+"|numerator", c.Numerator)
			out.add(key+"|denominator", c.Denominator)
		}
		if c.Defined {
			out.add(key, c.Value)
		}
	}
	for _, ind := range a.Figures.Catalogue.List() {
		v := ask(t, a, figure.Request{Name: ind.Name, On: on})
		put(ind.Name, v, v.Total)
		for _, d := range dims {
			if !has(ind, d) {
				continue
			}
			v := ask(t, a, figure.Request{Name: ind.Name, On: on, By: []ledger.Dim{d}})
			for _, c := range v.Cells {
				put(fmt.Sprintf("%s|%s=%d", ind.Name, d, c.Keys[0]), v, c)
			}
		}
	}
	return out
}

func has(ind *figure.Indicator, dim ledger.Dim) bool {
	for _, d := range ind.By {
		if d == dim {
			return true
		}
	}
	return false
}

// allDims are the dimensions of the catalogue.
func allDims(a *App) []ledger.Dim {
	var out []ledger.Dim
	seen := map[ledger.Dim]bool{}
	for _, ind := range a.Figures.Catalogue.List() {
		for _, d := range ind.By {
			if !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	return out
}

// head is number and hash of the newest block.
func head(t testing.TB, a *App) ledger.Block {
	t.Helper()
	return blocks(t, a)[0]
}

// blocks are all blocks, newest first.
func blocks(t testing.TB, a *App) []ledger.Block {
	t.Helper()
	var list []ledger.Block
	must(t, a.DB.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
		list, err = ledger.ListBlocks(t.Context(), tx, 0, 1000)
		return err
	}))
	return list
}
