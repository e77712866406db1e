package archtest_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the import path of the house.
const module = "tuoxing"

// goFile is one parsed Go file. Its path is relative to the module root, with slashes.
type goFile struct {
	path string
	text string
	fset *token.FileSet
	ast  *ast.File
}

// tree is the source text of the house, read once.
type tree struct {
	fsys  fs.FS
	paths []string // every file that belongs to the project
	files []*goFile
}

func (f *goFile) dir() string     { return path.Dir(f.path) }
func (f *goFile) isTest() bool    { return strings.HasSuffix(f.path, "_test.go") }
func (f *goFile) generated() bool { return ast.IsGenerated(f.ast) }

// at prints the place of a node as path:line.
func (f *goFile) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d", f.path, f.fset.Position(p).Line)
}

// load parses the Go files among paths. testdata folders hold examples and are not code.
func load(fsys fs.FS, paths []string) (*tree, error) {
	t := &tree{fsys: fsys, paths: paths}
	for _, p := range paths {
		if !strings.HasSuffix(p, ".go") || strings.Contains("/"+p, "/testdata/") {
			continue
		}
		text, err := fs.ReadFile(fsys, p)
		if errors.Is(err, fs.ErrNotExist) {
			continue // listed by git, deleted in the working copy
		}
		if err != nil {
			return nil, err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", p, err)
		}
		t.files = append(t.files, &goFile{path: p, text: string(text), fset: fset, ast: file})
	}
	return t, nil
}

// planted makes a tree from file contents, for the tests that prove a rule can fail.
func planted(t *testing.T, fsys fs.FS) *tree {
	t.Helper()
	paths, err := walk(fsys)
	if err != nil {
		t.Fatal(err)
	}
	got, err := load(fsys, paths)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// walk lists every file below the root except git's own folder.
func walk(fsys fs.FS) ([]string, error) {
	var paths []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			paths = append(paths, p)
		}
		return nil
	})
	return paths, err
}

// root finds the folder with go.mod above the working directory.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = up
	}
}

// house is the real tree. What git ignores (a demo database, a build) is no part of it; in a
// copy without git every file counts.
var house = sync.OnceValues(func() (*tree, error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	fsys := os.DirFS(dir)
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = dir
	out, err := cmd.Output()
	paths := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if err != nil || len(out) == 0 {
		if paths, err = walk(fsys); err != nil {
			return nil, err
		}
	}
	return load(fsys, paths)
})

// theHouse gives the real tree to a test.
func theHouse(t *testing.T) *tree {
	t.Helper()
	got, err := house()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// report fails the test with every finding of a rule.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// imports gives the import paths of a file with the name each is used by. An import without a
// name of its own is known by the last part of its path that is not a major version.
func (f *goFile) imports() map[string]string {
	names := map[string]string{}
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it, so this cannot be
		}
		name := path.Base(p)
		if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

func TestHouse_is_read_whole(t *testing.T) {
	t.Parallel()
	h := theHouse(t)
	seen := map[string]bool{}
	for _, f := range h.files {
		seen[f.path] = true
	}
	for _, p := range []string{"internal/fault/fault.go", "internal/archtest/tree_test.go"} {
		if !seen[p] {
			t.Errorf("%s was not read: the rules would pass on an empty tree", p)
		}
	}
}
