package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/audit"
)

// Whatever a module notes by a name of its own is listed, whether any test happens to do it or not.
func TestActs_list_every_action_that_stands_in_a_module(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	noted := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 4 {
				return true
			}
			fn, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fn.Sel.Name != "Add" && fn.Sel.Name != "Read" {
				return true
			}
			if x, ok := fn.X.(*ast.Ident); !ok || x.Name != "audit" {
				return true
			}
			lit, ok := call.Args[3].(*ast.BasicLit)
			if !ok {
				return true
			}
			name, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			noted++
			if _, ok := audit.Find(name); !ok {
				t.Errorf("%s: %s is noted and not listed in audit.Acts", fset.Position(call.Pos()), name)
			}
			return true
		})
	}
	if noted < 30 {
		t.Errorf("only %d calls were found", noted)
	}
}
