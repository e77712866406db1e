package archtest_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// reserved is something of the standard library that only some folders may use.
type reserved struct {
	pkg     string
	names   []string
	allowed []string // folders, with everything below them
	why     string
}

// reservations: modules are given a clock, a printer and a client, so that a test can give others.
var reservations = []reserved{
	{"time", []string{"Now", "Since", "Until"}, []string{"cmd", "internal/app", "internal/cli", "internal/db", "internal/testkit", "stories"}, "a clock is given (demo and tests run on their own)"},
	{"fmt", []string{"Print", "Printf", "Println"}, []string{"cmd", "internal/cli"}, "only the command line prints"},
	{"net/http", []string{"DefaultClient", "Get", "Head", "Post", "PostForm"}, nil, "a client with a time limit is given"},
}

// excused is the one way to an exception: the linter's own mark with its reason, on the same line.
var excused = regexp.MustCompile(`^//nolint:forbidigo // \S`)

// callRule finds reserved names outside their folders. Tests are exempt.
func callRule(t *tree) []string {
	var found []string
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		names, marked := f.imports(), f.excusedLines()
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			if marked[f.fset.Position(sel.Pos()).Line] {
				return true
			}
			for _, r := range reservations {
				if names[x.Name] == r.pkg && slices.Contains(r.names, sel.Sel.Name) && !below(f.path, r.allowed) {
					found = append(found, fmt.Sprintf("%s: %s.%s: %s", f.at(sel.Pos()), r.pkg, sel.Sel.Name, r.why))
				}
			}
			return true
		})
	}
	return found
}

// excusedLines are the lines that carry an exception with its reason.
func (f *goFile) excusedLines() map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if excused.MatchString(c.Text) {
				lines[f.fset.Position(c.Pos()).Line] = true
			}
		}
	}
	return lines
}

// below reports whether a file lies in one of the folders.
func below(file string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return strings.HasPrefix(file, d+"/") })
}

func TestClock_printing_and_clients_are_given(t *testing.T) {
	t.Parallel()
	report(t, callRule(theHouse(t)))
}

func TestCallRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	clock := []byte("package x\nimport tt \"time\"\nvar a = tt.Now\n")
	got := callRule(planted(t, fstest.MapFS{
		"internal/app/x.go":          {Data: clock},
		"internal/apple/x.go":        {Data: clock},
		"internal/org/x.go":          {Data: []byte("package x\nimport \"fmt\"\nfunc f() { fmt.Println() ; fmt.Sprint() }\n")},
		"internal/job/x.go":          {Data: []byte("package x\nimport \"time\"\nvar a = time.Now //nolint:forbidigo // the queue's own clock\nvar b = time.Now //nolint:forbidigo\n")},
		"internal/org/x_test.go":     {Data: clock},
		"internal/vault/x.go":        {Data: []byte("package x\nimport \"net/http\"\nvar c = http.DefaultClient\n")},
		"internal/vault/harmless.go": {Data: []byte("package x\nvar time struct{ Now int }\nvar n = time.Now\n")},
	}))
	want(t, got, "internal/apple/x.go:3: time.Now", "internal/job/x.go:4: time.Now", "internal/org/x.go:3: fmt.Println", "internal/vault/x.go:3: net/http.DefaultClient")
}
