package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"tuoxing/internal/testkit"
)

// env is what a process finds in its environment.
type env map[string]string

// newEnv is the environment of an installation of its own that does not exist yet.
func newEnv(t testing.TB) env {
	t.Helper()
	dir := t.TempDir()
	return env{"TUOXING_DB": testkit.EmptyDSN(t), "TUOXING_KEY_FILE": filepath.Join(dir, "the.key"), "TUOXING_FILES_DIR": filepath.Join(dir, "files")}
}

// result is what a process leaves.
type result struct {
	code     int
	out, err string
}

// run runs a command line in this process.
func (e env) run(stdin string, args ...string) result {
	var out, errs bytes.Buffer
	code := Main(args, strings.NewReader(stdin), &out, &errs, func(name string) string { return e[name] })
	return result{code, out.String(), errs.String()}
}

// must runs a command line that has to succeed.
func (e env) must(t testing.TB, args ...string) result {
	t.Helper()
	r := e.run("", args...)
	if r.code != 0 {
		t.Fatalf("tuoxing %s: exit code %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r
}

// oneObject reads stdout, which must hold one JSON object and nothing else.
func (r result) oneObject(t testing.TB) map[string]any {
	t.Helper()
	var doc map[string]any
	d := json.NewDecoder(strings.NewReader(r.out))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil || doc == nil {
		t.Fatalf("no JSON object on stdout: %v\n%s", err, r.out)
	}
	var more json.RawMessage
	if err := d.Decode(&more); err != io.EOF {
		t.Fatalf("more than one object on stdout: %s", r.out)
	}
	return doc
}

// demoCity loads a small made-up city and gives the folder of its spreadsheets.
func demoCity(t testing.TB) (e env, sheets string) {
	t.Helper()
	e = newEnv(t)
	dir := t.TempDir()
	e.must(t, "demo", "--scale", "680", "--dir", dir, "--db", e["TUOXING_DB"], "--no-serve")
	return e, filepath.Join(dir, "sheets")
}

// importOf gives the id of the newest import of a kind.
func importOf(t testing.TB, e env, kind string) string {
	t.Helper()
	list := e.must(t, "imports", "--json", "--kind", kind).oneObject(t)["imports"].([]any)
	return list[0].(map[string]any)["id"].(string)
}
