// Package stories_test tells whole days with the real binary: each *.txtar file is one story, a
// script of commands with the spreadsheets it needs. The binary is built once, as it is released
// (CGO_ENABLED=0, no race detector); each story runs in a folder of its own, on a SQLite file in it or,
// when TUOXING_TEST_DB names a PostgreSQL server, on a database of its own there. $DB is its address,
// which the binary also reads from TUOXING_DB; $DB2 is that of a second, empty one.
//
// A story shows what a person would do and see. Rules are tested where they are written; here it is
// shown that they hold together. The package also holds docs/formats.md against the program. People
// in stories are made up: their ID numbers carry the region codes 3299xx, which were never issued.
package stories_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tuoxing/internal/testkit"
)

// folder of the binary; TestMain removes it.
var builtIn string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tuoxing-stories-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	builtIn = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// build makes the binary, once, when the first story asks for it.
var build = sync.OnceValue(func() error {
	name := filepath.Join(builtIn, "tuoxing")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", name, "../cmd/tuoxing")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return nil
})

func TestStories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) {
			t.Parallel()
			tell(t, file)
		})
	}
}

// tell runs one story.
func tell(t *testing.T, file string) {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	var server, second string
	if testkit.OnPostgres() {
		server, second = testkit.EmptyDSN(t), testkit.EmptyDSN(t)
	}
	testscript.Run(t, testscript.Params{
		Files:               []string{file},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                commands,
		Setup: func(env *testscript.Env) error {
			dsn, other := server, second
			if dsn == "" {
				dsn, other = filepath.Join(env.WorkDir, "tuoxing.db"), filepath.Join(env.WorkDir, "second.db")
			}
			env.Setenv("DB", dsn)
			env.Setenv("DB2", other)
			env.Setenv("TUOXING_DB", dsn)
			env.Setenv("PATH", builtIn+string(os.PathListSeparator)+os.Getenv("PATH"))
			return nil
		},
	})
}

// commands are what stories may say beside testscript's own words.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":    exits,
	"counts":   counts,
	"json":     jsonIs,
	"take":     take,
	"amend":    amend,
	"sql":      runSQL,
	"flip":     flip,
	"outsider": outsider,
	"day":      day,
	"site":     site,
	"api":      api,
	"until":    until,
	"page":     page,
	"says":     says,
	"comment":  comment,
	"keep":     keep,
}

// exits CODE COMMAND … runs a command that must end with this code; stdout and stderr are those of
// the command afterwards.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		code = fmt.Sprint(exit.ExitCode())
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}
