package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/demo"
)

// scale is a number of industrial workers, or the word city.
type scale int

// UnmarshalText reads a number or "city".
func (s *scale) UnmarshalText(b []byte) error {
	if string(b) == "city" {
		*s = demo.CityWorkers
		return nil
	}
	n, err := strconv.Atoi(string(b))
	if err != nil {
		return fmt.Errorf("%q is neither a number nor city", b)
	}
	*s = scale(n)
	return nil
}

type demoCmd struct {
	Scale   scale  `default:"6800" help:"Number of industrial workers, or city for 680,000."`
	Dir     string `help:"Folder for the spreadsheets and the database; a new temporary one when not given." type:"path"`
	Seed    uint64 `default:"1" help:"Another seed makes another city."`
	Addr    string `help:"host:port of the pages." placeholder:"HOST:PORT"`
	NoServe bool   `help:"Stop after printing the figures."`
	Doubles bool   `name:"duplicates" help:"Also take in lists in which 2 in 100 employees stand again under a number that makes another file."`
}

func (demoCmd) Help() string {
	return "Examples:\n  tuoxing demo\n  tuoxing demo --scale city --dir /tmp/city --no-serve"
}

// Run makes the made-up city, prints its figures and serves its pages.
func (cmd *demoCmd) Run(c *console) (err error) {
	started := time.Now()
	if cmd.Dir == "" {
		if cmd.Dir, err = os.MkdirTemp("", "tuoxing-demo-"); err != nil {
			return err
		}
		if cmd.NoServe {
			defer func() { err = errors.Join(err, os.RemoveAll(cmd.Dir)) }()
		}
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	if cfg.DB == "" {
		cfg.DB = filepath.Join(cmd.Dir, "tuoxing.db")
	}
	if cfg.FilesDir == "" {
		cfg.FilesDir = filepath.Join(cmd.Dir, "tuoxing.files") // as for a database file in that folder
	}
	if cfg.KeyFile == "" {
		cfg.KeyFile = filepath.Join(cmd.Dir, "tuoxing.key")
	}
	if cmd.Addr != "" {
		cfg.Addr = cmd.Addr
	}
	c.line("%s", c.p.T("cli.demo_start", int(cmd.Scale), cmd.Dir))
	step, end := c.steps(started)
	a, reports, err := app.LoadDemoOf(c.ctx, cfg, c.log, demo.Options{Dir: filepath.Join(cmd.Dir, "sheets"), Workers: int(cmd.Scale), Seed: cmd.Seed, Doubles: cmd.Doubles}, step)
	end()
	if err != nil {
		return err
	}
	defer func() {
		if cerr := a.Close(); err == nil {
			err = cerr
		}
	}()
	c.demo = true
	read, refused := 0, 0
	for _, r := range reports {
		read, refused = read+r.Read, refused+r.Refused
	}
	c.line("%s", c.p.T("cli.demo_done", len(reports), read, refused, time.Since(started).Round(100*time.Millisecond).String()))
	if err := c.printFigures(a, account.Operator(), nil, &asked{Year: 2022}, false, false); err != nil {
		return err
	}
	if cmd.NoServe {
		return nil
	}
	c.line("%s", c.p.T("cli.demo_login", "city", app.DemoPassword))
	for _, l := range app.DemoLogins {
		c.line("  %-10s %s", l.Login, c.p.T(l.Role.Key()))
	}
	if login := a.WorkerLogin(); login != "" {
		c.line("  %-10s %s", login, c.p.T(account.Worker.Key()))
	}
	return c.serve(a)
}

// steps tells what is being done: a bar on a terminal, else a line now and then.
func (c *console) steps(started time.Time) (step app.DemoStep, end func()) {
	if c.terminal() {
		set, finish := c.bar("")
		return func(done, total int, what string) { set(done, total, what) }, finish
	}
	last := ""
	return func(done, total int, what string) {
		if what != last && what != "" && !c.JSON {
			fmt.Fprintf(c.err, "%6.1fs  %s\n", time.Since(started).Seconds(), what)
			last = what
		}
	}, func() {}
}

type generateCmd struct {
	Dir   string `required:"" help:"Folder to write into." type:"path"`
	Seed  uint64 `default:"1" help:"Another seed makes another city."`
	Scale scale  `default:"6800" help:"Number of industrial workers, or city for 680,000."`
	Dirty bool   `help:"Also lists full of planted defects, and a list of what a right import does with each row."`

	Doubles bool `name:"duplicates" help:"Also lists in which 2 in 100 employees stand again under another number, and a list of who is whom."`
}

func (generateCmd) Help() string {
	return "Example:\n  tuoxing generate --dir /tmp/sheets --scale 6800"
}

// Run writes the spreadsheets of the made-up city.
func (cmd *generateCmd) Run(c *console) error {
	step, end := c.steps(time.Now())
	m, err := demo.Generate(c.ctx, demo.Options{Dir: cmd.Dir, Seed: cmd.Seed, Workers: int(cmd.Scale), Progress: step, Dirty: cmd.Dirty, Doubles: cmd.Doubles})
	end()
	if err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(m)
		return nil
	}
	var rows [][]string
	for _, f := range slices.Concat(m.Files, m.Dirty, m.Doubles) {
		rows = append(rows, []string{f.Name, f.Kind, f.AsOf.String(), strconv.Itoa(f.Expected.Read)})
	}
	c.table([]string{c.p.T("cli.file"), c.p.T("cli.kind"), c.p.T("cli.as_of"), ">" + c.p.T("cli.read")}, rows)
	c.line("%s", c.p.T("demo.mark"))
	return nil
}

type serveCmd struct {
	Addr string `help:"host:port." placeholder:"HOST:PORT"`
}

func (serveCmd) Help() string { return "Example:\n  tuoxing serve --db tuoxing.db --addr 0.0.0.0:8080" }

// Run serves pages and API until it is interrupted.
func (cmd *serveCmd) Run(c *console) (err error) {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	if cmd.Addr != "" {
		cfg.Addr = cmd.Addr
	}
	a, err := app.Open(c.ctx, cfg, c.log, app.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := a.Close(); err == nil {
			err = cerr
		}
	}()
	return c.serve(a)
}

func (c *console) serve(a *app.App) error {
	return a.Serve(c.ctx, func(addr string) { c.line("%s", c.p.T("cli.serving", "http://"+addr)) })
}

type galleryCmd struct {
	Addr string `default:"127.0.0.1:8081" help:"host:port." placeholder:"HOST:PORT"`
}

func (galleryCmd) Help() string { return "Example:\n  tuoxing gallery --addr 127.0.0.1:8081" }

// Run serves the gallery.
func (cmd *galleryCmd) Run(c *console) error {
	return app.ServeGallery(c.ctx, cmd.Addr, func(addr string) { c.line("%s", c.p.T("cli.serving", "http://"+addr)) })
}
