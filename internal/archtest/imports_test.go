package archtest_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// short turns a folder of the module into the name used in the plan.
func short(dir string) string {
	if rest, ok := strings.CutPrefix(dir, "internal/"); ok {
		return rest
	}
	return "/" + dir
}

// placeOf finds the line of a package: its own, or that of its family (name/*).
func placeOf(pkg string) (place, bool) {
	for _, want := range []string{pkg, path.Join(path.Dir(pkg), "*")} {
		i := slices.IndexFunc(plan, func(p place) bool { return p.pkg == want })
		if i >= 0 {
			return plan[i], true
		}
	}
	return place{}, false
}

// stands reports whether an arrow, or a chain of arrows, leads from one line to another.
func stands(on place, to string) bool {
	for _, a := range on.arrows {
		if a.to == to {
			return true
		}
		if next, ok := placeOf(a.to); ok && stands(next, to) {
			return true
		}
	}
	return false
}

// forbidden says why from may not import to, or nothing. Both are names of the plan.
func forbidden(from, to string) string {
	f, ok := placeOf(from)
	if !ok {
		return fmt.Sprintf("package %s has no line in the house plan (internal/archtest/floors_test.go)", from)
	}
	g, ok := placeOf(to)
	switch {
	case !ok:
		return fmt.Sprintf("imports %s, which has no line in the house plan", to)
	case f.free:
		return ""
	case g.free:
		return fmt.Sprintf("imports %s, which is for tests", to)
	case f.only != nil && !slices.Contains(f.only, to):
		return fmt.Sprintf("imports %s; of the house it may import only %q", to, f.only)
	case f.only != nil:
		return ""
	case g.floor > f.floor:
		return fmt.Sprintf("imports %s, which stands on a higher floor", to)
	case g.floor == f.floor && !stands(f, g.pkg):
		return fmt.Sprintf("imports %s on its own floor, and no arrow is drawn", to)
	}
	return ""
}

// outside are packages that pure code does not import: it has no database and no network.
var outside = []string{"database/sql", "net/http", "os/exec"}

// importRule holds the floors. Tests may import what they like.
func importRule(t *tree) []string {
	var found []string
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		from := short(f.dir())
		p, ok := placeOf(from)
		if !ok {
			found = append(found, fmt.Sprintf("%s: %s", f.path, forbidden(from, from)))
			continue
		}
		for _, spec := range f.ast.Imports {
			to := strings.Trim(spec.Path.Value, `"`)
			if p.pure && slices.Contains(outside, to) {
				found = append(found, fmt.Sprintf("%s: %s is pure and must not import %s", f.at(spec.Pos()), from, to))
			}
			rest, ok := strings.CutPrefix(to, module+"/")
			if !ok {
				continue
			}
			if why := forbidden(from, short(rest)); why != "" {
				found = append(found, fmt.Sprintf("%s: %s %s", f.at(spec.Pos()), from, why))
			}
		}
	}
	return found
}

func TestImports_follow_the_floors(t *testing.T) {
	t.Parallel()
	report(t, importRule(theHouse(t)))
}

func TestPlan_is_sound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range plan {
		if seen[p.pkg] {
			t.Errorf("%s has two lines", p.pkg)
		}
		seen[p.pkg] = true
		if stands(p, p.pkg) {
			t.Errorf("the arrows from %s come back to it", p.pkg)
		}
		for _, a := range p.arrows {
			to, ok := placeOf(a.to)
			if !ok || to.floor != p.floor {
				t.Errorf("arrow %s → %s does not end on the same floor", p.pkg, a.to)
			}
			if a.why == "" {
				t.Errorf("arrow %s → %s has no reason", p.pkg, a.to)
			}
		}
	}
}

func TestImportRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, file, imports, want string }{
		{"upward", "internal/ledger/x.go", "tuoxing/internal/registry", "higher floor"},
		{"sideways without an arrow", "internal/policy/x.go", "tuoxing/internal/ledger", "no arrow"},
		{"figure asks the registry", "internal/figure/x.go", "tuoxing/internal/registry", "may import only"},
		{"the generator asks the reader", "internal/demo/x.go", "tuoxing/internal/intake", "may import only"},
		{"the planter asks the reader", "internal/testkit/planter/x.go", "tuoxing/internal/intake/sheet", "may import only"},
		{"the planter asks who owns people", "internal/testkit/planter/x.go", "tuoxing/internal/registry", "may import only"},
		{"the planter asks the standards", "internal/testkit/planter/x.go", "tuoxing/internal/cn", "may import only"},
		{"the planter asks the other planter", "internal/testkit/planter/x.go", "tuoxing/internal/demo", "may import only"},
		{"one page asks another", "internal/web/page/home/x.go", "tuoxing/internal/web/page/login", "no arrow"},
		{"a page asks the routes", "internal/web/page/home/x.go", "tuoxing/internal/web", "no arrow"},
		{"against the arrow", "internal/org/x.go", "tuoxing/internal/account", "no arrow"},
		{"SQL in pure code", "internal/panel/x.go", "database/sql", "pure"},
		{"a package nobody planned", "internal/util/x.go", "fmt", "no line"},
		{"an import nobody planned", "internal/web/x.go", "tuoxing/internal/util", "no line"},
		{"the test kit outside tests", "internal/org/x.go", "tuoxing/internal/testkit", "for tests"},
		{"the main program knows too much", "cmd/tuoxing/x.go", "tuoxing/internal/app", "may import only"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf("package x\nimport _ %q\n", c.imports)
			got := importRule(planted(t, fstest.MapFS{c.file: {Data: []byte(text)}}))
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("findings %q, want one with %q", got, c.want)
			}
		})
	}
}

func TestImportRule_allows_lower_floors_arrows_and_chains(t *testing.T) {
	t.Parallel()
	good := fstest.MapFS{
		"internal/registry/x.go":      {Data: []byte("package x\nimport (\n_ \"tuoxing/internal/ledger\"\n_ \"tuoxing/internal/vault\"\n)\n")},
		"internal/intake/x.go":        {Data: []byte("package x\nimport (\n_ \"tuoxing/internal/audit\"\n_ \"tuoxing/internal/org\"\n)\n")},
		"internal/web/page/home/x.go": {Data: []byte("package x\nimport _ \"tuoxing/internal/web/part\"\n")},
		"internal/web/x.go":           {Data: []byte("package x\nimport _ \"tuoxing/internal/web/page/home\"\n")},
		"internal/org/x_test.go":      {Data: []byte("package x\nimport _ \"tuoxing/internal/testkit\"\n")},
	}
	if diff := cmp.Diff([]string(nil), importRule(planted(t, good))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
