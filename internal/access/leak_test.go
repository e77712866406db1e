package access_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit"
	"tuoxing/internal/testkit/world"
)

// hostile are requests that carry numbers where none belongs: in addresses, in logins, in broken
// bodies, in reasons, in titles of a sheet.
func (f *fixture) hostile(t *testing.T) {
	number, phone := f.words["{number}"], "19900000005"
	for _, login := range []string{"", world.Danyang, world.City} {
		c := f.Client(t, login)
		for _, path := range []string{"/workers?q=" + number, "/api/v1/workers?q=" + number, "/api/v1/workers/" + number, "/workers/" + number, "/nothing/" + number,
			"/api/v1/nothing/" + phone, "/login?back=/workers?q=" + number, "/figures/" + number, "/api/v1/figures/employees?where=district=" + phone, "/imports/" + phone} {
			c.Get(path)
		}
		c.Form("/login", url.Values{"user": {phone}, "password": {number}})
		c.Form("/workers", url.Values{"q": {number}})
		c.Send(http.MethodPost, "/api/v1/session", map[string]string{"login": number, "password": phone})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/workers/search", strings.NewReader(`{"q":"`+number))
		r.Header.Set("Content-Type", "application/json")
		c.Do(r)
		c.Send(http.MethodPost, f.fill(t, "/api/v1/workers/{worker}/reveal"), map[string]string{"field": "phone", "why": "核对" + number})
		c.Upload("/api/v1/imports", "a.csv", []byte("x"), [2]string{"kind", number})
		c.Upload("/imports", "a.csv", []byte("x"), [2]string{"kind", number}, [2]string{"note", phone})
	}
	c := f.Client(t, world.Danyang)
	titled := "经办人电话" + phone + "," + number + "\n" + string(world.Text(world.DanyangBefore))
	a := c.Upload("/api/v1/imports", "补充.csv", []byte(titled), [2]string{"kind", "roster"}, [2]string{"as_of", "2023-04-03"})
	if a.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", a.Status, a.Body)
	}
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(filepath.Base(a.Header.Get("Location")))); err != nil {
		t.Fatal(err)
	}
	c.Send(http.MethodPost, a.Header.Get("Location")+"/stage", nil)
	f.Wait(t, id, intake.Staged)
	c.Send(http.MethodPost, a.Header.Get("Location")+"/apply", nil)
	f.Wait(t, id, intake.Applied)
	c.Get(a.Header.Get("Location") + "/rejects.xlsx")
	c.Send(http.MethodPost, a.Header.Get("Location")+"/undo", map[string]string{"why": "电话" + phone + "，证件" + number})
	f.Wait(t, id, intake.Undone)
}

// leftLying searches everything that was written down for what went in.
func leftLying(t *testing.T, f *fixture) {
	f.hostile(t)
	f.idle(t)
	h := f.haystack(t)
	f.everything(t, h)
	for _, x := range h.found {
		t.Errorf("%s holds %s as %s", x.where, x.text, x.spelling)
	}
	if h.bytes < 100_000 {
		t.Errorf("only %d bytes were searched", h.bytes)
	}
	t.Logf("searched %d bytes for %d numbers", h.bytes, len(h.needles))

	// The same search finds what does lie there: names are kept in clear.
	known := &haystack{needles: []needle{newNeedle("逄立恒")}}
	f.everything(t, known)
	if !slices.ContainsFunc(known.found, func(x finding) bool { return strings.HasPrefix(x.where, "table registry_worker") }) {
		t.Errorf("a name that is kept in clear was not found: %v", known.found)
	}
	for _, made := range f.made() {
		t.Errorf("a temporary file was made: %s", made)
	}
}

// haystack looks for all numbers, and for what opens a session.
func (f *fixture) haystack(t *testing.T) *haystack {
	h := &haystack{}
	for _, s := range append(world.Secrets(), world.Password) {
		h.needles = append(h.needles, newNeedle(s))
	}
	for _, key := range f.keys {
		h.needles = append(h.needles, newNeedle(key))
	}
	for _, login := range logins[1:worker] {
		h.needles = append(h.needles, newNeedle(f.Token(t, login)))
	}
	return h
}

// everything searches database, files, keys, logs and the temp folder.
func (f *fixture) everything(t *testing.T, h *haystack) {
	h.search("the log", f.Logs.Bytes())
	h.folder(t, f.temp)
	h.folder(t, f.Dir) // the originals, the key, and on SQLite the database with its WAL
	tables := 0
	for _, table := range f.tables(t) {
		tables++
		f.table(t, h, table)
	}
	if tables < 15 {
		t.Errorf("only %d tables were searched", tables)
	}
}

// tables lists the tables of the database, those of the queue too.
func (f *fixture) tables(t *testing.T) (names []string) {
	query := f.DB.Pick("SELECT name FROM sqlite_master WHERE type = 'table'", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
	rows, err := f.DB.Writer().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "river_job") {
		t.Errorf("the queue's table is not among %q", names)
	}
	return names
}

// table searches every cell of a table.
func (f *fixture) table(t *testing.T, h *haystack, table string) {
	rows, err := f.DB.Writer().QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	cells, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		places[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		for i, c := range cells {
			b, ok := c.([]byte)
			if !ok {
				b = []byte(fmt.Sprint(c))
			}
			h.search("table "+table+", column "+columns[i], b)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// idle waits until the queue has nothing more to do.
func (f *fixture) idle(t *testing.T) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var n int
		err := f.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE finalized_at IS NULL", nil, &n)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d jobs are not done", n)
		}
	}
}

func TestSearch_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	const number = "329901198503120026"
	const card = "32990219860223202X"
	zipped := func(text string, cut int) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		part, err := z.Create("xl/sharedStrings.xml")
		if err == nil {
			_, err = part.Write([]byte(strings.Repeat("<si>张三</si>", 50) + text + strings.Repeat("<si>李四</si>", 50)))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()[:b.Len()-cut]
	}
	gzipped := func(text string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(strings.Repeat("x", 100) + text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	le, be := newNeedle(number).spellings["UTF-16 LE"], newNeedle(number).spellings["UTF-16 BE"]
	plants := map[string][]byte{
		"UTF-8": []byte("…" + number + "…"), "UTF-16 LE": le, "UTF-16 BE": be, "a zip": zipped(number, 0), "half a zip": zipped(number, 40), "gzip": gzipped(number),
		"a zip behind something": append([]byte("SQLite format 3"), zipped(number, 0)...), "hexadecimal": []byte(hex.EncodeToString([]byte("x" + number))),
		"capital hexadecimal": []byte(strings.ToUpper(hex.EncodeToString([]byte(number)))), "a binary number": {0, 4, 0x94, 0, 0}, "the last one with X": []byte(card),
	}
	plants["a binary number"] = append([]byte{1, 2, 3}, newNeedle(number).spellings["binary number"]...)
	for before := range 4 {
		text := []byte(strings.Repeat("a", before) + number + strings.Repeat("b", before))
		plants[fmt.Sprintf("base64 after %d", before)] = []byte(base64.StdEncoding.EncodeToString(text))
		plants[fmt.Sprintf("base64url after %d", before)] = []byte(base64.URLEncoding.EncodeToString(text))
		plants[fmt.Sprintf("base64 of UTF-16 after %d", before)] = []byte(base64.StdEncoding.EncodeToString(append(text[:before:before], le...)))
	}
	needles := []needle{newNeedle(number), newNeedle(card)}
	for name, blob := range plants {
		h := &haystack{needles: needles}
		if h.search(name, blob); len(h.found) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "deep", "er"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "deep", "er", "upload-1"), zipped(card, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &haystack{needles: needles}
	if h.folder(t, dir); len(h.found) == 0 {
		t.Error("not found in a folder")
	}
	h = &haystack{needles: needles}
	h.search("what is not there", append(zipped("329901198503120027", 0), []byte("32990119850312002 6")...))
	if len(h.found) != 0 {
		t.Errorf("found what is not there: %v", h.found)
	}
}

// What is planted in the database itself is found on both engines, as text, bytes and number.
func TestSearch_finds_what_is_planted_in_the_database(t *testing.T) {
	f := worldInTemp(t)
	const number = "329901198503120026"
	ctx := context.Background()
	for _, query := range []string{"CREATE TABLE planted_text (note text)", "CREATE TABLE planted_bytes (note " + f.DB.Pick("blob", "bytea") + ")", "CREATE TABLE planted_number (note bigint)"} {
		if _, err := f.DB.Writer().ExecContext(ctx, query); err != nil {
			t.Fatal(err)
		}
	}
	for table, value := range map[string]any{"planted_text": "见" + number, "planted_bytes": newNeedle(number).spellings["UTF-16 BE"], "planted_number": int64(329901198503120026)} {
		if _, err := f.DB.Writer().ExecContext(ctx, "INSERT INTO "+table+" (note) VALUES ($1)", value); err != nil {
			t.Fatal(err)
		}
	}
	f.Log.Info("a careless line", "number", number)
	h := f.haystack(t)
	f.everything(t, h)
	where := map[string]bool{}
	for _, x := range h.found {
		where[x.where] = where[x.where] || x.text == number
	}
	want := []string{"the log", "table planted_text, column note", "table planted_bytes, column note", "table planted_number, column note"}
	if !testkit.OnPostgres() {
		// Which of the two files depends on whether the WAL was written back.
		file := slices.ContainsFunc(h.found, func(x finding) bool { return strings.Contains(x.where, "tuoxing.db") && x.spelling == "binary number" })
		if !file {
			t.Errorf("not found in the database file or its WAL: %v", h.found)
		}
	}
	for _, place := range want {
		if !where[place] {
			t.Errorf("not found in %s: %v", place, h.found)
		}
	}
}

// worldInTemp makes a world whose temp folder is one of its own, and watches what is made there.
func worldInTemp(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{World: world.New(t), temp: t.TempDir(), words: map[string]string{}}
	t.Setenv("TMPDIR", f.temp)
	f.made = watch(t, f.temp)
	return f
}

func TestWatch_tells_of_files_that_are_gone_again(t *testing.T) {
	f := worldInTemp(t)
	tmp, err := os.CreateTemp("", "multipart-")
	if err == nil {
		err = errors.Join(tmp.Close(), os.Remove(tmp.Name()))
	}
	if err != nil {
		t.Fatal(err)
	}
	if made := f.made(); runtime.GOOS == "linux" && !slices.Equal(made, []string{filepath.Base(tmp.Name())}) {
		t.Errorf("told of %q", made)
	}
}
