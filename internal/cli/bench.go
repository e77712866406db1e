package cli

import (
	"io"
	"os"

	"tuoxing/internal/bench"
)

type benchCmd struct {
	Dir     string   `help:"Folder for the files; a new temporary one that is removed when not given." type:"path"`
	Rows    int      `default:"68000" help:"Number of roster rows."`
	Job     []string `help:"Only these jobs: csv, xlsx, cross, open, list, mixed, start."`
	Profile string   `help:"Folder for a processor profile of each job." type:"path"`
}

func (benchCmd) Help() string {
	return "Example:\n  tuoxing bench --rows 68000 --job csv,cross"
}

// Run prints the table of measurements. --db may name a PostgreSQL server; scratch databases are made
// there and dropped. Without it the measurements are on SQLite.
func (cmd *benchCmd) Run(c *console) (err error) {
	if cmd.Dir == "" {
		if cmd.Dir, err = os.MkdirTemp("", "tuoxing-bench-"); err != nil {
			return err
		}
		defer func() {
			if rerr := os.RemoveAll(cmd.Dir); err == nil {
				err = rerr
			}
		}()
	}
	opt := bench.Options{Dir: cmd.Dir, Workers: cmd.Rows, DB: c.DB, Rows: cmd.Job, Out: c.out, Words: c.p, Profile: cmd.Profile}
	var lines []bench.Line
	if c.JSON {
		opt.Out, opt.Each = io.Discard, func(l bench.Line) { lines = append(lines, l) }
	}
	if err := bench.Run(c.ctx, opt); err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(map[string]any{"rows": cmd.Rows, "lines": lines})
	}
	return nil
}
