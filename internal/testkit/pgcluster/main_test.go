//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tuoxing/internal/testkit"
)

// folder makes a folder of programs that do nothing.
func folder(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPrograms_prefers_the_newest_version(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	folder(t, top, "9", "bin")
	want := folder(t, top, "15", "bin")
	onPath := folder(t, top, "path")
	got, err := programs(onPath, []string{filepath.Join(top, "[0-9]*", "bin")})
	if err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	got, err = programs("/nowhere:"+onPath, nil)
	if err != nil || got != onPath {
		t.Errorf("from the path: got %s, %v", got, err)
	}
}

func TestPrograms_fails_when_the_package_is_missing(t *testing.T) {
	t.Parallel()
	top := folder(t, t.TempDir(), "15", "bin")
	if err := os.Remove(filepath.Join(top, "initdb")); err != nil {
		t.Fatal(err)
	}
	_, err := programs(top, []string{top})
	if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("got %v, want what to install", err)
	}
}

func TestCommand_passes_the_exit_code_and_the_variable(t *testing.T) {
	t.Parallel()
	code, err := command([]string{"sh", "-c", `test "$` + testkit.EnvDB + `" = here && exit 7`}, testkit.EnvDB+"=here")
	if code != 7 || err != nil {
		t.Errorf("code %d, %v; want 7", code, err)
	}
	if code, err := command([]string{"/nowhere/at/all"}, "A=b"); code != 1 || err == nil {
		t.Errorf("code %d, %v; want 1 and an error", code, err)
	}
}

func TestCluster_answers_and_leaves_nothing_behind(t *testing.T) {
	t.Parallel()
	bin, err := programs(os.Getenv("PATH"), packageFolders)
	if err != nil {
		t.Skip(err) // .ci/run installs it
	}
	c, err := start(bin)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(c.url(), "@127.0.0.1:") {
		t.Errorf("address %s", c.url())
	}
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", c.dir, err)
	}
}
