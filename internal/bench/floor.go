package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tuoxing/internal/db"
)

// bareTable is the table of a bare import: the columns of the roster as text, with the three indexes
// that a search by number, name and firm needs.
const bareTable = `CREATE TABLE roster (no text, name text, sex text, id_number text, firm text, post text, trade text, started text, phone text, member text);
CREATE INDEX roster_id_number ON roster (id_number);
CREATE INDEX roster_name ON roster (name);
CREATE INDEX roster_firm ON roster (firm);
`

// bareImport measures what the database's own program takes to load the same csv: no checks, no
// people, no ledger, nothing encrypted. ok is false when the program is not installed.
func (r *run) bareImport(ctx context.Context, file string) (took time.Duration, ok bool, err error) {
	program := "sqlite3"
	if r.DB != "" {
		program = "psql"
	}
	path, err := exec.LookPath(program)
	if errors.Is(err, exec.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for %s: %w", program, err)
	}
	dsn, err := r.places.database(ctx, "floor")
	if err != nil {
		return 0, false, err
	}
	run := bareSQLite
	if db.IsPostgres(dsn) {
		run = barePostgres
	}
	cmd, script, err := run(ctx, path, dsn, filepath.Base(file))
	if err != nil {
		return 0, false, err
	}
	cmd.Dir = filepath.Dir(file)
	cmd.Stdin = strings.NewReader(bareTable + script)
	read := stopwatch()
	out, err := cmd.CombinedOutput()
	took = read()
	if err != nil {
		return 0, false, fmt.Errorf("bare import by %s: %w: %s", program, err, out)
	}
	return took, true, nil
}

func bareSQLite(ctx context.Context, program, dsn, file string) (*exec.Cmd, string, error) {
	return exec.CommandContext(ctx, program, "-batch", "-bail", dsn), ".import --csv --skip 1 " + file + " roster\n", nil
}

// barePostgres gives a password by the environment: other people see the arguments of a program.
func barePostgres(ctx context.Context, program, dsn, file string) (*exec.Cmd, string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, "", fmt.Errorf("read the address of the server: %w", err)
	}
	env := os.Environ()
	if password, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	cmd := exec.CommandContext(ctx, program, "-X", "-q", "-v", "ON_ERROR_STOP=1", u.String())
	cmd.Env = env
	return cmd, `\copy roster from '` + file + `' with (format csv, header)` + "\n", nil
}
