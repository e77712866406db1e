package stories_test

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"tuoxing/internal/db"
)

// jsonIs: json FILE PATH VALUE … checks values in a JSON file (stdout is one). A path has names and
// indexes between dots; len is the length of a list, and NAME=VALUE chooses the first element of a
// list whose field has that value: figures.name=employees.value.
func jsonIs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 || len(args)%2 == 0 {
		ts.Fatalf("usage: [!] json FILE PATH VALUE [PATH VALUE…]")
	}
	root := readJSON(ts, args[0])
	for i := 1; i < len(args); i += 2 {
		got := walk(ts, root, args[i])
		if (got == args[i+1]) == neg {
			ts.Fatalf("%s is %s, want %s (not: %t)", args[i], got, args[i+1], neg)
		}
	}
}

// counts: counts FILE ARGUMENT… runs tuoxing figures with these arguments and compares what it
// answers with a file: a line "name value" for each total and "name dimension=code … value" for each
// cell, in order.
func counts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: counts FILE ARGUMENT…")
	}
	ts.Check(ts.Exec("tuoxing", append([]string{"figures", "--json"}, args[1:]...)...))
	var doc struct {
		Figures []struct {
			Name  string            `json:"name"`
			Keys  map[string]string `json:"keys"`
			Value string            `json:"value"`
		} `json:"figures"`
	}
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc); err != nil {
		ts.Fatalf("figures --json: %v", err)
	}
	var got strings.Builder
	for _, f := range doc.Figures {
		got.WriteString(f.Name)
		for _, dim := range slices.Sorted(maps.Keys(f.Keys)) {
			got.WriteString(" " + dim + "=" + f.Keys[dim])
		}
		got.WriteString(" " + f.Value + "\n")
	}
	if want := ts.ReadFile(args[0]); got.String() != want {
		ts.Fatalf("%s\ngot:\n%swant:\n%s", args[0], got.String(), want)
	}
}

// take: take NAME FILE PATH keeps a value of a JSON file as the variable $NAME.
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: take NAME FILE PATH")
	}
	ts.Setenv(args[0], walk(ts, readJSON(ts, args[1]), args[2]))
}

func readJSON(ts *testscript.TestScript, file string) any {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(file)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("%s is no JSON: %v", file, err)
	}
	return v
}

// walk follows a path and gives the value as text, compound values as JSON.
func walk(ts *testscript.TestScript, v any, path string) string {
	for _, step := range strings.Split(path, ".") {
		next, err := walkStep(v, step)
		if err != nil {
			ts.Fatalf("%s, at %q: %v", path, step, err)
		}
		v = next
	}
	if text, ok := v.(string); ok {
		return text
	}
	b, err := json.Marshal(v)
	if err != nil {
		ts.Fatalf("%s: %v", path, err)
	}
	return string(b)
}

func walkStep(v any, step string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[step]
		if !ok {
			return nil, fmt.Errorf("no such name")
		}
		return next, nil
	case []any:
		if step == "len" {
			return json.Number(strconv.Itoa(len(v))), nil
		}
		if name, want, ok := strings.Cut(step, "="); ok {
			return choose(v, name, want)
		}
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(v) {
			return nil, fmt.Errorf("no such element of %d", len(v))
		}
		return v[i], nil
	}
	return nil, fmt.Errorf("%T has no parts", v)
}

// choose gives the first element whose field has a value.
func choose(list []any, name, want string) (any, error) {
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && fmt.Sprint(m[name]) == want {
			return e, nil
		}
	}
	return nil, fmt.Errorf("none of %d", len(list))
}

// amend: amend FILE TEXT COLUMN VALUE writes one cell of a csv list or a workbook, as a person does in a spreadsheet: in the only
// row that has a cell TEXT, under the heading COLUMN. Lines above the headings stay as they are.
func amend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: amend FILE TEXT COLUMN VALUE")
	}
	if filepath.Ext(args[0]) == ".xlsx" {
		amendBook(ts, args[0], args[1], args[2], args[3])
		return
	}
	r := csv.NewReader(strings.NewReader(ts.ReadFile(args[0])))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	ts.Check(err)
	col, at := -1, -1
	for i, row := range rows {
		if col < 0 {
			col = slices.Index(row, args[2])
			continue
		}
		if slices.Contains(row, args[1]) {
			if at >= 0 {
				ts.Fatalf("%s: rows %d and %d hold %q", args[0], at+1, i+1, args[1])
			}
			at = i
		}
	}
	if at < 0 {
		ts.Fatalf("%s: no column %q, or no row with %q below it", args[0], args[2], args[1])
	}
	rows[at][col] = args[3]
	var out strings.Builder
	w := csv.NewWriter(&out)
	ts.Check(w.WriteAll(rows))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o600))
}

// runSQL: sql STATEMENT changes the database behind the program's back, as somebody with access to
// the disk could. It must change exactly one row.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sql 'STATEMENT'")
	}
	conn := openRaw(ts)
	defer conn.Close()
	res, err := conn.Exec(args[0])
	if err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		ts.Fatalf("%s: %d rows changed, want 1 (%v)", args[0], n, err)
	}
}

// flip: flip COLUMN TABLE WHERE turns one bit in the middle of a value of bytes. Done twice, nothing has
// happened.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: flip COLUMN TABLE 'WHERE'")
	}
	conn := openRaw(ts)
	defer conn.Close()
	var b []byte
	ts.Check(conn.QueryRow("SELECT " + args[0] + " FROM " + args[1] + " WHERE " + args[2]).Scan(&b))
	b[len(b)/2] ^= 1
	_, err := conn.Exec("UPDATE "+args[1]+" SET "+args[0]+" = $1 WHERE "+args[2], b)
	ts.Check(err)
}

// openRaw opens the story's database past the program. The drivers are those that package db brings.
func openRaw(ts *testscript.TestScript) *sql.DB {
	dsn := ts.Getenv("DB")
	driver := "sqlite"
	if db.IsPostgres(dsn) {
		driver = "pgx"
	}
	conn, err := sql.Open(driver, dsn)
	ts.Check(err)
	return conn
}
