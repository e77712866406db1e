package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// use is one place in the source that names a key. A prefix is the known beginning of a key
// that is put together, as in p.T("cn.rank." + n).
type use struct {
	at     string
	key    string
	prefix bool
}

func TestCatalogues_hold_every_key_the_source_names(t *testing.T) {
	t.Parallel()
	all := catalogues()
	uses := sourceUses(t, moduleRoot(t))
	if len(uses) == 0 {
		t.Fatal("no key is used anywhere")
	}
	for _, u := range uses {
		for _, lang := range Langs {
			if !holds(all[lang], u) {
				t.Errorf("%s: %s is missing in %s", u.at, u.key, lang)
			}
		}
	}
}

func holds(words map[string]string, u use) bool {
	if _, ok := words[u.key]; ok || !u.prefix {
		return ok
	}
	for key := range words {
		if strings.HasPrefix(key, u.key) {
			return true
		}
	}
	return false
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

// sourceUses walks the Go files (without tests) and the templ files of the module.
func sourceUses(t *testing.T, root string) []use {
	t.Helper()
	var uses []use
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		at, _ := filepath.Rel(root, name)
		switch {
		case strings.HasSuffix(name, ".templ"):
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			uses = append(uses, templUses(at, string(text))...)
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			found, err := goUses(at, text)
			if err != nil {
				return err
			}
			uses = append(uses, found...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses
}

var templCall = regexp.MustCompile(`\.T\(\s*("[^"\n]*")(\s*\+)?`)

func templUses(at, text string) []use {
	var uses []use
	for _, m := range templCall.FindAllStringSubmatchIndex(text, -1) {
		key, err := strconv.Unquote(text[m[2]:m[3]])
		if err != nil {
			continue
		}
		line := 1 + strings.Count(text[:m[0]], "\n")
		uses = append(uses, use{at: at + ":" + strconv.Itoa(line), key: key, prefix: m[4] >= 0})
	}
	return uses
}

// goUses finds the keys handed to fault.New, WithFix, Check.Add, T and Has, and those in the
// fields Key and Fix of a fault.Error or fault.Field. Add is a common name: only a second
// argument that has the form of a key counts.
func goUses(at string, text []byte) ([]use, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, at, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	knowsFault := file.Name.Name == "fault"
	for _, imp := range file.Imports {
		knowsFault = knowsFault || strings.HasSuffix(imp.Path.Value, `/internal/fault"`)
	}
	var uses []use
	add := func(e ast.Expr) {
		key, prefix, ok := literal(e)
		if ok {
			uses = append(uses, use{at: set.Position(e.Pos()).String(), key: key, prefix: prefix})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.CallExpr:
			if e := keyArgument(v); e != nil {
				add(e)
			}
		case *ast.KeyValueExpr:
			name, ok := v.Key.(*ast.Ident)
			if ok && knowsFault && (name.Name == "Key" || name.Name == "Fix") && looksLikeKey(v.Value) {
				add(v.Value)
			}
		}
		return true
	})
	return uses, nil
}

// keyArgument gives the argument of a call that is a key, if the call is one of those.
func keyArgument(call *ast.CallExpr) ast.Expr {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	owner, _ := sel.X.(*ast.Ident)
	n := len(call.Args)
	switch {
	case sel.Sel.Name == "New" && owner != nil && owner.Name == "fault" && n >= 2:
		return call.Args[1]
	case sel.Sel.Name == "WithFix" && n == 1:
		return call.Args[0]
	case sel.Sel.Name == "T" && n >= 1:
		return call.Args[0]
	case sel.Sel.Name == "Add" && n >= 2 && looksLikeKey(call.Args[1]):
		return call.Args[1]
	}
	return nil
}

func looksLikeKey(e ast.Expr) bool {
	key, prefix, ok := literal(e)
	return ok && (prefix || keyForm.MatchString(key))
}

// literal gives the text of a string literal, or the literal a sum begins with.
func literal(e ast.Expr) (text string, prefix, ok bool) {
	switch v := e.(type) {
	case *ast.BasicLit:
		if v.Kind != token.STRING {
			return "", false, false
		}
		s, err := strconv.Unquote(v.Value)
		return s, false, err == nil
	case *ast.BinaryExpr:
		if v.Op != token.ADD {
			return "", false, false
		}
		s, _, ok := literal(v.X)
		return s, true, ok
	}
	return "", false, false
}

func TestGoUses_sees_every_way_of_naming_a_key(t *testing.T) {
	t.Parallel()
	const src = `package x
import "tuoxing/internal/fault"
func f(c *fault.Check, p printer, h header) error {
	c.Add("name", "x.name_empty")
	h.Add("Vary", "Accept-Encoding")
	_ = p.T("x.title", 1) + p.T("x.rank." + n)
	_ = []fault.Field{{Name: "a", Key: "x.field"}}
	_ = fault.Error{Fix: "x.fix"}
	return fault.New(fault.Invalid, "x.new").WithFix("x.with_fix")
}`
	found, err := goUses("x.go", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, u := range found {
		got[u.key] = u.prefix
	}
	want := map[string]bool{"x.name_empty": false, "x.title": false, "x.rank.": true, "x.field": false, "x.fix": false, "x.new": false, "x.with_fix": false}
	if len(got) != len(want) {
		t.Errorf("keys = %v, want %v", got, want)
	}
	for key, prefix := range want {
		if p, ok := got[key]; !ok || p != prefix {
			t.Errorf("%s: found %v, prefix %v", key, ok, p)
		}
	}
	if u := templUses("a.templ", "\n{ p.T(\"x.title\") } { p.T( \"x.rank.\" + n) }"); len(u) != 2 || u[0].key != "x.title" || u[0].at != "a.templ:2" || !u[1].prefix {
		t.Errorf("templ uses = %v", u)
	}
	if holds(map[string]string{"x.rank.1": ""}, use{key: "x.title", prefix: false}) || !holds(map[string]string{"x.rank.1": ""}, use{key: "x.rank.", prefix: true}) {
		t.Error("holds is wrong")
	}
}
