package db_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// The schema as it is after all migrations stands in docs/schema.<engine>.sql, so that who reviews
// a migration sees its result. `go test ./internal/db -update`, with and without TUOXING_TEST_DB,
// writes both. The rules below read these texts: both engines are checked wherever the test runs.
var update = flag.Bool("update", false, "write docs/schema.<engine>.sql")

const schemaHead = `-- The tables of Tuoxing on %s after all migrations, without those of goose and River.
-- Written by: go test ./internal/db -update%s

`

// SQLite keeps the statements themselves; PostgreSQL's are put together from its catalogue.
const (
	sqliteDump   = `SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type <> 'table', name`
	postgresDump = `SELECT d.relname, d.made FROM (SELECT c.relname, 'CREATE TABLE ' || c.relname || ' (' || concat_ws(', ',
		(SELECT string_agg(a.attname || ' ' || CASE a.atttypid WHEN 'timestamptz'::regtype THEN 'timestamptz' ELSE format_type(a.atttypid, a.atttypmod) END
			|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
			|| CASE WHEN a.attidentity <> '' THEN ' GENERATED AS IDENTITY' ELSE '' END
			|| coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''), ', ' ORDER BY a.attnum)
			FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
		(SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.contype, k.conname)
			FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c'))) || ')'
	FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
	UNION ALL
	SELECT t.relname, replace(replace(pg_get_indexdef(i.indexrelid), ' USING btree', ''), current_schema() || '.', '')
	FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
	WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'
		AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
	UNION ALL
	SELECT c.relname, 'CREATE ' || CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' WHEN 'v' THEN 'VIEW ' ELSE 'OTHER ' END || c.relname
	FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('r', 'i')
	) d (relname, made) ORDER BY left(d.made, 12) <> 'CREATE TABLE', d.made DESC` // tables before indexes
)

// cast is what PostgreSQL adds to each literal of a condition or default.
var cast = regexp.MustCompile(`::\w+`)

// dump reads the schema of a database from its catalogue.
func dump(ctx context.Context, d *db.DB) (*schema, error) {
	var text strings.Builder
	err := d.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, tx.Pick(sqliteDump, postgresDump), nil, func(row db.Scanner) error {
			var name, sql string
			err := row.Scan(&name, &sql)
			if !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "river_") {
				text.WriteString(sql + ";\n")
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return parseSchema(cast.ReplaceAllString(text.String(), ""))
}

func golden(d db.Dialect) string {
	return filepath.Join("..", "..", "docs", "schema."+string(d)+".sql")
}

func readGolden(t *testing.T, d db.Dialect) *schema {
	t.Helper()
	text, err := os.ReadFile(golden(d))
	must(t, err)
	s, err := parseSchema(string(text))
	must(t, err)
	if len(s.tables) < 15 {
		t.Fatalf("%s has %d tables", golden(d), len(s.tables))
	}
	return s
}

func TestSchema_of_a_fresh_install_is_the_documented_one(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d, err := db.Open(ctx, testkit.EmptyDSN(t), db.Options{NoSync: true})
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	must(t, d.Migrate(ctx))
	s, err := dump(ctx, d)
	must(t, err)
	got := fmt.Sprintf(schemaHead, map[db.Dialect]string{db.SQLite: "SQLite", db.Postgres: "PostgreSQL"}[d.Dialect()],
		map[db.Dialect]string{db.Postgres: " with " + testkit.EnvDB + " set"}[d.Dialect()]) + s.print()
	if *update {
		must(t, os.WriteFile(golden(d.Dialect()), []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden(d.Dialect()))
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale; run with -update and look at the difference (-want +got):\n%s", golden(d.Dialect()), diff)
	}
	back, err := parseSchema(got)
	must(t, err)
	if !strings.HasSuffix(got, back.print()) {
		t.Error("the canonical text is not read back as it was written")
	}
	must(t, d.Migrate(ctx)) // a second time changes nothing
	if s, err = dump(ctx, d); err != nil || !strings.HasSuffix(got, s.print()) {
		t.Errorf("migrating again changed the schema (%v)", err)
	}
}

func TestSchema_is_the_same_on_both_engines_and_keeps_the_rules(t *testing.T) {
	t.Parallel()
	lite, post := readGolden(t, db.SQLite), readGolden(t, db.Postgres)
	for _, f := range slices.Concat(keyRule(lite), keyRule(post), strictRule(lite), twinRule(lite, post)) {
		t.Error(f)
	}
}

// counting are the words of columns that an engine numbers by itself.
var counting = regexp.MustCompile(`(?i)serial|identity|autoincrement|nextval`)

// keyRule holds what a distributed PostgreSQL (Citus) asks: rows of a person lie together, under
// keys that begin with the person, and nothing joins them to another's or counts across machines.
func keyRule(s *schema) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, o := range s.others {
		add("%s: neither a table nor an index", o)
	}
	for _, t := range s.tables {
		if len(t.primary) == 0 {
			add("%s: no primary key", t.name)
		}
		for _, c := range t.columns {
			if counting.MatchString(c.typ + " " + c.extra) {
				add("%s.%s: ids are made in Go, the engine must not count", t.name, c.name)
			}
		}
		for _, r := range t.refs {
			if to := s.table(r.table); to == nil || t.has("worker_id") && to.has("worker_id") {
				add("%s.%s: a foreign key between rows of people, or to nothing", t.name, r.column)
			}
		}
		if !t.has("worker_id") {
			continue
		}
		if strings.HasSuffix(t.name, "_number") { // spread by the number, to be unique over all people
			if !slices.Equal(t.primary, []string{"number_index"}) {
				add("%s: the key of a number table is its blind index", t.name)
			}
			continue
		}
		if len(t.primary) > 0 && t.primary[0] != "worker_id" {
			add("%s: the primary key does not begin with worker_id", t.name)
		}
		for _, u := range slices.Concat(t.unique, t.indexes) {
			if u.unique && !slices.Contains(u.columns, "worker_id") {
				add("%s: unique (%s) without worker_id", t.name, strings.Join(u.columns, ", "))
			}
		}
	}
	return found
}

// strictRule wants tables of SQLite that refuse values of another type.
func strictRule(s *schema) []string {
	var found []string
	for _, t := range s.tables {
		if !slices.Contains(names(strings.ToUpper(t.options)), "STRICT") {
			found = append(found, t.name+": not STRICT")
		}
	}
	return found
}

// twins are the types of PostgreSQL that each of the three of SQLite may stand for.
var twins = map[string][]string{"INTEGER": {"bigint", "boolean"}, "TEXT": {"text", "date", "timestamptz"}, "BLOB": {"bytea"}}

// twinRule compares the engines: everything but the names of types is equal, and these are twins.
func twinRule(lite, post *schema) []string {
	var found []string
	logical := func(s *schema) []*schemaTable {
		var out []*schemaTable
		for _, t := range s.tables {
			c := *t
			c.options, c.columns = "", slices.Clone(t.columns)
			c.checks = make([]string, len(t.checks)) // PostgreSQL writes IN and others in words of its own
			for i := range c.columns {
				c.columns[i].typ = ""
			}
			out = append(out, &c)
		}
		return out
	}
	all := cmp.AllowUnexported(schemaTable{}, schemaColumn{}, schemaKey{}, schemaRef{})
	if diff := cmp.Diff(logical(lite), logical(post), all); diff != "" {
		found = append(found, "the engines differ (-sqlite +postgres):\n"+diff)
	}
	for _, t := range lite.tables {
		for i, c := range t.columns {
			allowed, ok := twins[c.typ]
			if !ok {
				found = append(found, fmt.Sprintf("%s.%s: %s is no type of ours", t.name, c.name, c.typ))
			}
			if p := post.table(t.name); ok && p != nil && i < len(p.columns) && !slices.Contains(allowed, p.columns[i].typ) {
				found = append(found, fmt.Sprintf("%s.%s: %s on SQLite and %s on PostgreSQL", t.name, c.name, c.typ, p.columns[i].typ))
			}
		}
	}
	return found
}

func mustParse(t *testing.T, text string) *schema {
	t.Helper()
	s, err := parseSchema(text)
	must(t, err)
	return s
}

func TestKeyRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	const worker = "CREATE TABLE w (worker_id bigint PRIMARY KEY);"
	cases := []struct{ name, sql, want string }{
		{"a key that begins elsewhere", "CREATE TABLE x (worker_id bigint NOT NULL, id bigint PRIMARY KEY);", "begin with worker_id"},
		{"worker_id second", "CREATE TABLE x (worker_id bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (id, worker_id));", "begin with worker_id"},
		{"no key", "CREATE TABLE x (id bigint NOT NULL);", "no primary key"},
		{"a unique column", "CREATE TABLE x (worker_id bigint, code text UNIQUE, PRIMARY KEY (worker_id));", "unique (code)"},
		{"a unique list", "CREATE TABLE x (worker_id bigint, a text, b text, PRIMARY KEY (worker_id), UNIQUE (a, b));", "unique (a, b)"},
		{"a unique index", "CREATE TABLE x (worker_id bigint PRIMARY KEY, a text);\nCREATE UNIQUE INDEX i ON x (a) WHERE a IS NOT NULL;", "unique (a)"},
		{"a number table by person", "CREATE TABLE x_number (number_index bytea, worker_id bigint, PRIMARY KEY (worker_id));", "blind index"},
		{"a foreign key between people", worker + "CREATE TABLE x (worker_id bigint PRIMARY KEY REFERENCES w (worker_id));", "foreign key"},
		{"the same on its own line", worker + "CREATE TABLE x (worker_id bigint PRIMARY KEY, o bigint, FOREIGN KEY (o) REFERENCES w (worker_id));", "foreign key"},
		{"serial", "CREATE TABLE x (id bigserial PRIMARY KEY);", "must not count"},
		{"identity", "CREATE TABLE x (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);", "must not count"},
		{"autoincrement", "CREATE TABLE x (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;", "must not count"},
		{"a default from a sequence", "CREATE TABLE x (id bigint NOT NULL DEFAULT nextval('s'), PRIMARY KEY (id));", "must not count"},
		{"a sequence", "CREATE SEQUENCE s;", "neither a table"},
	}
	for _, c := range cases {
		if got := keyRule(mustParse(t, c.sql)); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: findings %q, want one with %q", c.name, got, c.want)
		}
	}
	good := worker + `
		CREATE TABLE x (worker_id bigint NOT NULL, id bigint NOT NULL, n bigint NOT NULL, PRIMARY KEY (worker_id, id), UNIQUE (n, worker_id));
		CREATE UNIQUE INDEX i ON x (n, worker_id);
		CREATE INDEX j ON x (n);
		CREATE TABLE x_number (number_index bytea PRIMARY KEY, worker_id bigint NOT NULL);
		CREATE TABLE unit (id bigint PRIMARY KEY CHECK (id IN (1, 2)), code text UNIQUE, up bigint REFERENCES unit (id));`
	if got := keyRule(mustParse(t, good)); len(got) != 0 {
		t.Errorf("findings in a good schema: %q", got)
	}
}

func TestStrictRule_and_TwinRule_find_what_is_planted(t *testing.T) {
	t.Parallel()
	const index = "CREATE INDEX i ON x (a) WHERE a = 0;"
	lite := "CREATE TABLE x (id INTEGER PRIMARY KEY CHECK (id = 1), a TEXT NOT NULL, b BLOB) STRICT;" + index
	post := "CREATE TABLE x (id bigint NOT NULL, a date NOT NULL, b bytea, PRIMARY KEY (id), CHECK ((id = 1)));" + strings.ReplaceAll(index, "a = 0", "(a = 0)")
	if got := slices.Concat(strictRule(mustParse(t, lite)), twinRule(mustParse(t, lite), mustParse(t, post))); len(got) != 0 {
		t.Errorf("findings in a good pair: %q", got)
	}
	if got := strictRule(mustParse(t, strings.ReplaceAll(lite, "STRICT", ""))); len(got) != 1 {
		t.Errorf("a table that is not STRICT: %q", got)
	}
	cases := []struct{ name, old, new, want string }{
		{"an integer of four bytes", "id bigint", "id integer", "INTEGER on SQLite and integer"},
		{"a text for bytes", "b bytea", "b text", "BLOB on SQLite and text"},
		{"JSON", "a date", "a jsonb", "TEXT on SQLite and jsonb"},
		{"NULL on one side", "a date NOT NULL", "a date", "the engines differ"},
		{"another name", "b bytea", "c bytea", "the engines differ"},
		{"a column more", "b bytea", "b bytea, c text", "the engines differ"},
		{"a default on one side", "b bytea", "b bytea DEFAULT ''", "the engines differ"},
		{"another index", "ON x (a)", "ON x (b)", "the engines differ"},
		{"another condition", "(a = 0)", "(a = 1)", "the engines differ"},
		{"no check", ", CHECK ((id = 1))", "", "the engines differ"},
		{"a table less", post, "", "the engines differ"},
	}
	for _, c := range cases {
		changed := strings.ReplaceAll(post, c.old, c.new)
		if got := twinRule(mustParse(t, lite), mustParse(t, changed)); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: findings %q, want one with %q", c.name, got, c.want)
		}
	}
	if got := twinRule(mustParse(t, strings.ReplaceAll(lite, "TEXT", "VARCHAR")), mustParse(t, post)); len(got) != 1 || !strings.Contains(got[0], "no type of ours") {
		t.Errorf("a fourth type on SQLite: %q", got)
	}
}

// migrationName is the time of writing and a noun: numbers in sequence would collide on a merge.
var migrationName = regexp.MustCompile(`^\d{14}_[a-z_]+\.sql$`)

// migrationRule holds the two folders of migrations against each other.
func migrationRule(fsys fs.FS) (found []string) {
	in := map[string][]string{}
	err := fs.WalkDir(fsys, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(fsys, path)
		if !migrationName.MatchString(e.Name()) {
			found = append(found, path+": the name is not 14 digits and a noun")
		}
		why, _, _ := strings.Cut(string(text), "\n-- +goose Up")
		if !strings.HasPrefix(why, "-- ") || len(strings.Fields(why)) < 8 {
			found = append(found, path+": does not start with a comment that says why")
		}
		if strings.Contains(string(text), "+goose Down") {
			found = append(found, path+": migrations only go forward")
		}
		in[e.Name()] = append(in[e.Name()], strings.TrimSuffix(path, "/"+e.Name()))
		return err
	})
	for name, where := range in {
		if !slices.Equal(where, []string{"postgres", "sqlite"}) {
			found = append(found, fmt.Sprintf("%s: only in %q", name, where))
		}
	}
	if err != nil || len(in) == 0 {
		found = append(found, fmt.Sprintf("no migrations (%v)", err))
	}
	slices.Sort(found)
	return found
}

func TestMigrations_have_the_same_names_and_say_why(t *testing.T) {
	t.Parallel()
	for _, f := range migrationRule(os.DirFS("migrations")) {
		t.Error(f)
	}
}

func TestMigrationRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	good := &fstest.MapFile{Data: []byte("-- Seats of a course, so that none is given twice.\n-- +goose Up\nSELECT 1;\n")}
	got := migrationRule(fstest.MapFS{
		"sqlite/20260101000100_a.sql": good, "postgres/20260101000100_a.sql": good,
		"sqlite/20260101000200_b.sql": good, "postgres/20260101000200_c.sql": good,
		"sqlite/3_d.sql": good, "postgres/3_d.sql": good,
		"sqlite/20260101000400_e.sql":   &fstest.MapFile{Data: []byte("-- +goose Up\nSELECT 1;\n")},
		"postgres/20260101000400_e.sql": &fstest.MapFile{Data: append(slices.Clone(good.Data), "-- +goose Down\n"...)},
	})
	want := []string{"20260101000200_b.sql: only", "20260101000200_c.sql: only", "postgres/20260101000400_e.sql: migrations only",
		"postgres/3_d.sql: the name", "sqlite/20260101000400_e.sql: does not", "sqlite/3_d.sql: the name"}
	if len(got) != len(want) {
		t.Fatalf("findings %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("finding %q, want %q", got[i], want[i])
		}
	}
	if got := migrationRule(fstest.MapFS{}); len(got) != 1 {
		t.Errorf("no folders: %q", got)
	}
}

var setList = regexp.MustCompile(`(?is)\bSET\s(.*?)(?:\bWHERE\b|\bRETURNING\b|\bFROM\b|$)`)

// movesWorker reports whether a text is SQL that gives a row to another person: a distributed
// database refuses it, and here it would break the chain from a fact to its person.
func movesWorker(text string) bool {
	for _, m := range setList.FindAllStringSubmatch(text, -1) {
		for _, part := range splitTop(strings.Trim(m[1], "( \n\t")) {
			if name, _, _ := strings.Cut(part, "="); slices.Contains(names(strings.Trim(name, "() ")), "worker_id") && strings.Contains(m[1], "=") {
				return true
			}
		}
	}
	return false
}

func TestWorker_of_a_row_is_never_updated(t *testing.T) {
	t.Parallel()
	texts := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err == nil && strings.Contains(text, "SET ") {
				texts++
			}
			if err == nil && movesWorker(text) {
				t.Errorf("%s updates worker_id: %s", path, text)
			}
			return true
		})
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file of somebody's editor may go meanwhile
		t.Fatal(err)
	}
	if texts < 5 {
		t.Errorf("only %d texts with SET were looked at", texts)
	}
}

func TestMovesWorker_knows_a_set_list(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"UPDATE x SET worker_id = $1 WHERE id = $2":                                   true,
		"UPDATE x SET a = 1,\n\tworker_id=$1":                                         true,
		"UPDATE x SET a = coalesce(b, c), worker_id = $1":                             true,
		"UPDATE x SET (a, worker_id) = (1, 2) WHERE id = 1":                           true,
		"INSERT INTO x (worker_id) VALUES ($1) ON CONFLICT DO UPDATE SET worker_id=1": true,
		"update x set worker_id = $1":                                                 true,
		"UPDATE x SET a = 1 WHERE worker_id = $1":                                     false,
		"UPDATE x SET a = 1, b = 2 WHERE worker_id = $1 AND id = $2 RETURNING a":      false,
		"UPDATE x SET other_worker_id = 1":                                            false,
		"SELECT worker_id FROM x WHERE worker_id = 1":                                 false,
	} {
		if got := movesWorker(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
