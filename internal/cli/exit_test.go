package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// The promise of the command line, told once more and not read from the table it is made by.
var promised = map[fault.Kind]int{
	fault.Internal: 1, fault.Unavailable: 1, fault.Invalid: 3, fault.TooLarge: 3, fault.NotFound: 4, fault.Conflict: 5, fault.Forbidden: 6, fault.Unauthenticated: 6,
}

func TestFail_gives_each_kind_its_exit_code(t *testing.T) {
	t.Parallel()
	for _, kind := range fault.Kinds {
		for _, asJSON := range []bool{false, true} {
			var out, errs bytes.Buffer
			c := &console{globals: globals{JSON: asJSON}, out: &out, err: &errs, p: locale.New("en")}
			err := fmt.Errorf("some work: %w", fault.New(kind, "cli.date_unreadable", "31 June").WithFix("app.no_database_fix"))
			want, promised := promised[kind]
			if code := c.fail(err); code != want || !promised {
				t.Errorf("%s: exit code %d, want %d", kind, code, want)
			}
			if asJSON {
				doc := result{out: out.String()}.oneObject(t)
				if doc["error"] != kind.String() || doc["message"] == "" || doc["fix"] == nil {
					t.Errorf("%s: %v", kind, doc)
				}
			} else if out.Len() > 0 || errs.Len() == 0 {
				t.Errorf("%s: stdout %q, stderr %q", kind, &out, &errs)
			}
		}
	}
	var out, errs bytes.Buffer
	c := &console{globals: globals{JSON: true}, out: &out, err: &errs, p: locale.New("en")}
	if code := c.fail(errors.New("dial tcp 10.0.0.7: secret detail")); code != 1 || strings.Contains(out.String(), "secret") {
		t.Errorf("an error that is no fault: exit code %d, answer %s", code, out.String())
	}
	if code := c.fail(&differs{fault.New(fault.Conflict, "ledger.block_differs", 3)}); code != 1 {
		t.Errorf("a failed verification ends with %d, want 1", code)
	}
}

func TestMain_ends_with_the_exit_code_of_what_went_wrong(t *testing.T) {
	t.Parallel()
	e, sheets := demoCity(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	noBook := file("no-workbook.xlsx", "this is no workbook")
	statistics := filepath.Join(sheets, "外部统计_从业人员.xlsx")
	undone := importOf(t, e, "statistics")
	e.must(t, "undo", undone, "--why", "测试")
	cases := []struct {
		name string
		args []string
		code int
	}{
		{"done", []string{"figures"}, 0},
		{"the database is none", []string{"figures", "--db", file("no.db", strings.Repeat("this is no database ", 100))}, 1},
		{"no command", nil, 2},
		{"an unknown command", []string{"figure"}, 2},
		{"an unknown flag", []string{"figures", "--when", "2022"}, 2},
		{"a missing argument", []string{"undo", "--why", "x"}, 2},
		{"a missing flag", []string{"generate"}, 2},
		{"two flags that exclude each other", []string{"figures", "--on", "2022-12-31", "--year", "2022"}, 2},
		{"a word that is none of the choices", []string{"check", "passport"}, 2},
		{"a scale that is no number", []string{"demo", "--scale", "small"}, 2},
		{"an unreadable day", []string{"figures", "--on", "2022-02-30"}, 3},
		{"an unreadable filter", []string{"figures", "employees", "--where", "district"}, 3},
		{"a dimension that the figure does not have", []string{"figures", "employed", "--by", "sex"}, 3},
		{"a kind that cannot be imported", []string{"import", "payroll", statistics}, 3},
		{"a file that is no workbook", []string{"import", "statistics", noBook}, 3},
		{"a city too small", []string{"generate", "--dir", filepath.Join(dir, "small"), "--scale", "10"}, 3},
		{"a login that is taken", []string{"user", "create", "danyang", "--name", "丹阳", "--role", "auditor"}, 3},
		{"a role that is none", []string{"user", "create", "someone", "--name", "某人", "--role", "king"}, 3},
		{"a call for a sheet that nobody knows", []string{"filings", "call", "--title", "x", "--kind", "poem", "--on", "2023-04-09", "--due", "2023-04-28"}, 3},
		{"an unknown call", []string{"filings", "list", "4711"}, 4},
		{"a role that is not made in bulk", []string{"user", "bulk", "--role", "district"}, 3},
		{"no database", []string{"figures", "--db", filepath.Join(dir, "nowhere.db")}, 4},
		{"an unknown figure", []string{"figures", "happiness"}, 4},
		{"a block to come", []string{"figures", "employees", "--block", "1000"}, 4},
		{"an unknown import", []string{"undo", "4711", "--why", "x"}, 4},
		{"an import whose id is none", []string{"leavers", "abc"}, 4},
		{"an unknown user", []string{"user", "disable", "nobody"}, 4},
		{"a configuration asked for by name that is missing", []string{"config", "show", "--config", filepath.Join(dir, "missing.yaml")}, 4},
		{"taken back already", []string{"undo", undone, "--why", "x"}, 5},
		{"a made-up city on top of another", []string{"demo", "--scale", "680", "--dir", dir, "--db", e["TUOXING_DB"], "--no-serve"}, 5},
		{"the first user of an installation that has users", []string{"user", "first", "admin"}, 5},
	}
	for _, c := range cases {
		for _, asJSON := range []bool{false, true} {
			args := c.args
			if asJSON {
				args = append([]string{"--json"}, args...)
			}
			r := e.run("Quite-long-2023\n", args...)
			if r.code != c.code {
				t.Errorf("%s: %v ends with %d, want %d\n%s%s", c.name, args, r.code, c.code, r.out, r.err)
				continue
			}
			switch {
			case c.code == 0:
			case c.code == 2:
				if r.out != "" || !strings.Contains(r.err, "tuoxing: ") {
					t.Errorf("%s: stdout %q, stderr %q", c.name, r.out, r.err)
				}
			case !asJSON:
				if !strings.Contains(r.err, "tuoxing: ") {
					t.Errorf("%s: stderr %q", c.name, r.err)
				}
			default:
				if doc := r.oneObject(t); doc["message"] == "" || !slices.Contains(kindsOf(c.code), doc["error"].(string)) {
					t.Errorf("%s: %v", c.name, doc)
				}
			}
		}
	}
}

// kindsOf are the kinds that end with an exit code, by name.
func kindsOf(code int) (names []string) {
	for kind, c := range promised {
		if c == code {
			names = append(names, kind.String())
		}
	}
	return names
}
