//go:build unix

// Command pgcluster runs a command with a PostgreSQL server of its own:
//
//	go run ./internal/testkit/pgcluster -- go test ./...
//
// It makes a private cluster (专用集群) from the installed package in the temp folder, gives its
// address to the command as TUOXING_TEST_DB, and stops and removes it when the command ends. All
// packages of one run share the cluster. The server listens on this machine alone, trusts whoever
// connects and does not wait for the disk (fsync off): it is for tests and must never hold data
// that somebody needs. When the package is not installed it fails and says what to install; it
// never lets the command run without a server.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"tuoxing/internal/testkit"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: pgcluster [--] COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgcluster:", err)
	}
	os.Exit(code)
}

// run starts a cluster, runs the command in it and gives the command's exit code; 1 with an error
// when the cluster cannot be had.
func run(args []string) (code int, err error) {
	bin, err := programs(os.Getenv("PATH"), packageFolders)
	if err != nil {
		return 1, err
	}
	c, err := start(bin)
	if err != nil {
		return 1, err
	}
	defer func() {
		if stopErr := c.stop(); err == nil && stopErr != nil {
			code, err = 1, stopErr
		}
	}()
	return command(args, testkit.EnvDB+"="+c.url())
}

// command runs a command with one more variable in its environment. Interrupts reach the command
// by the terminal or are passed on, so that the cluster is still removed after them.
func command(args []string, variable string) (int, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), variable)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // it may have ended already, which Wait tells
		case err := <-ended:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0, nil
			case errors.As(err, &exit) && exit.ExitCode() > 0:
				return exit.ExitCode(), nil
			}
			return 1, err
		}
	}
}

// packageFolders is where packages of PostgreSQL lie outside the path, each version by itself.
var packageFolders = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin"}

// programs finds the folder with initdb and postgres: the newest version of the package folders,
// else one of the path.
func programs(path string, folders []string) (string, error) {
	var found []string
	for _, pattern := range folders {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		found = append(found, dirs...)
	}
	slices.SortStableFunc(found, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(found, filepath.SplitList(path)...) {
		if isProgram(filepath.Join(dir, "initdb")) && isProgram(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errors.New("PostgreSQL is not installed (on Debian: apt-get install postgresql); these tests do not run without it")
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// version is the first number in a folder's name, 0 if there is none.
func version(dir string) int {
	number := strings.TrimLeftFunc(dir, func(r rune) bool { return r < '0' || r > '9' })
	if i := strings.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		number = number[:i]
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return n
}
