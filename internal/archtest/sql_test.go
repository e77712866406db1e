package archtest_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// sqlText recognises a literal that is SQL or a piece of it: capital keywords, or a statement in
// any spelling.
var sqlText = regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|RETURNING|ORDER BY|VALUES|JOIN|I?LIKE)\b` +
	`|^\s*(AND|OR)\b|(?i)^\s*(select\s.*\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from)\s`)

// unportable are the spellings that one of the two engines does not know or reads otherwise.
var unportable = []struct {
	pattern *regexp.Regexp
	what    string
}{
	{regexp.MustCompile(`(?i)\bILIKE\b`), "ILIKE is PostgreSQL only: compare a _fold column"},
	{regexp.MustCompile(`(?i)\bnow\s*\(\s*\)`), "now() is PostgreSQL only: the transaction gives the time"},
	{regexp.MustCompile(`(?i)\bCURRENT_(TIMESTAMP|DATE|TIME)\b`), "the engine's clock is not ours: the transaction gives the time"},
	{regexp.MustCompile(`(?i)\bANY\s*\(`), "ANY( is PostgreSQL only: db.In builds the list"},
	{regexp.MustCompile(`(?i)\bSELECT\s+(DISTINCT\s+)?([a-z_]\w*\.)?\*`), "columns are listed, so that a migration may add one"},
	{regexp.MustCompile(`(?i)\bRETURNING\s+\*`), "columns are listed, so that a migration may add one"},
	{regexp.MustCompile(`::`), ":: is PostgreSQL only: CAST(x AS type)"},
}

// like finds each LIKE with what stands before it.
var like = regexp.MustCompile(`(?i)(\S+)\s+(?:NOT\s+)?LIKE\b`)

// sqlRule checks the SQL text of non-test code and counts the uses of db.Pick, whose two texts,
// one for each engine, are exempt.
func sqlRule(t *tree) (found []string, picks int) {
	named := map[string]bool{} // "folder name" of constants given to db.Pick
	exempt := map[ast.Node]bool{}
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !f.isPick(call) {
				return true
			}
			picks++
			for _, arg := range call.Args {
				exempt[arg] = true
				if id, ok := arg.(*ast.Ident); ok {
					named[f.dir()+" "+id.Name] = true
				}
			}
			return true
		})
	}
	for _, f := range t.files {
		if f.isTest() || f.generated() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if n == nil || exempt[n] {
				return false
			}
			if spec, ok := n.(*ast.ValueSpec); ok && named[f.dir()+" "+spec.Names[0].Name] {
				return false
			}
			if text, ok := literal(n); ok {
				for _, what := range badSQL(text) {
					found = append(found, fmt.Sprintf("%s: %s", f.at(n.Pos()), what))
				}
				return false
			}
			return true
		})
	}
	return found, picks
}

// isPick recognises db.Pick, and Pick inside the package db.
func (f *goFile) isPick(call *ast.CallExpr) bool {
	switch fn := call.Fun.(type) {
	case *ast.SelectorExpr:
		x, ok := fn.X.(*ast.Ident)
		return ok && fn.Sel.Name == "Pick" && f.imports()[x.Name] == module+"/internal/db"
	case *ast.Ident:
		return fn.Name == "Pick" && f.dir() == "internal/db"
	}
	return false
}

// literal gives the text of a string literal, or of literals joined by +; what is not a literal
// in the chain counts as one blank name.
func literal(n ast.Node) (string, bool) {
	switch e := n.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		a, okA := literal(e.X)
		b, okB := literal(e.Y)
		if !okA && !okB {
			return "", false
		}
		if !okA {
			a = "x_"
		}
		if !okB {
			b = "x_"
		}
		return a + b, true
	}
	return "", false
}

// badSQL says what is not portable in a text, if it is SQL.
func badSQL(text string) []string {
	if !sqlText.MatchString(text) {
		return nil
	}
	var found []string
	for _, u := range unportable {
		if u.pattern.MatchString(text) {
			found = append(found, u.what)
		}
	}
	for _, m := range like.FindAllStringSubmatch(text, -1) {
		if !strings.HasSuffix(m[1], "_fold") {
			found = append(found, "LIKE on "+m[1]+": the engines differ in case; compare a _fold column")
		}
	}
	return found
}

func TestSQL_is_one_text_for_both_engines(t *testing.T) {
	t.Parallel()
	found, picks := sqlRule(theHouse(t))
	report(t, found)
	t.Logf("db.Pick is used %d times (a text of its own for each engine)", picks)
}

func TestBadSQL_names_each_forbidden_spelling(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, sql string
		bad       bool
	}{
		{"ILIKE", "SELECT id FROM unit WHERE name ILIKE $1", true},
		{"now()", "UPDATE unit SET at = now() WHERE id = $1", true},
		{"CURRENT_TIMESTAMP", "INSERT INTO unit (at) VALUES (CURRENT_TIMESTAMP)", true},
		{"ANY", "SELECT id FROM unit WHERE id = ANY($1)", true},
		{"star", "SELECT * FROM unit", true},
		{"star of one table", "SELECT u.* FROM unit u", true},
		{"returning star", "DELETE FROM unit WHERE id = $1 RETURNING *", true},
		{"cast", "SELECT id::text FROM unit", true},
		{"like", "SELECT id FROM unit WHERE name LIKE $1", true},
		{"not like, in a piece", " AND name NOT LIKE $1", true},
		{"small letters", "select * from unit", true},
		{"like on a fold column", "SELECT id FROM unit WHERE u.name_fold LIKE $1", false},
		{"count star", "SELECT count(*) FROM unit", false},
		{"an ordinary statement", "INSERT INTO unit (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING id", false},
		{"no SQL at all", "std::vector and ANY(thing) now()", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := badSQL(c.sql); (len(got) > 0) != c.bad {
				t.Errorf("findings %q, want some: %v", got, c.bad)
			}
		})
	}
}

func TestSQLRule_reads_joined_literals_and_spares_db_Pick(t *testing.T) {
	t.Parallel()
	text := "package org\nimport \"tuoxing/internal/db\"\n" +
		"const a = \"SELECT id \" +\n\"FROM unit WHERE at < now()\"\n" +
		"const spared = \"SELECT id::text FROM unit\"\n" +
		"var b = db.Pick(1, \"SELECT id FROM unit\", \"SELECT id::text FROM unit\")\n" +
		"var c = db.Pick(1, \"SELECT id FROM unit\", spared)\n"
	found, picks := sqlRule(planted(t, fstest.MapFS{
		"internal/org/x.go":      {Data: []byte(text)},
		"internal/org/x_test.go": {Data: []byte("package org\nconst t = \"SELECT * FROM unit\"\n")},
	}))
	want(t, found, "internal/org/x.go:3: now()")
	if picks != 2 {
		t.Errorf("%d uses of db.Pick, want 2", picks)
	}
}
