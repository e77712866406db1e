// Package bench measures a whole installation at the size of a city (实测): it writes a made-up
// roster, takes it in through the real intake, asks the figures, and prints one line for each job
// beside the floor measured in the same run and the two goals of the design.
//
// Words: a job (项目) is one line; the floor (下限) is what a bare tool does with the same bytes and
// no checks; a goal is "we must" (应达) or "we want" (力争).
//
// Numbers are of the machine, its other load included, and of this program's own process: peak
// memory is what the kernel says of the process (VmHWM), that of a floor's program is not in
// it. It must not change an installation: everything happens in a folder, or in
// databases, of its own that are removed at the end. It must not measure wrong work: a roster whose
// report differs from what was planted ends the run.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// The bounds of Options.Workers. A sheet of a workbook holds 1,048,576 rows.
const (
	MinWorkers  = 500
	CityWorkers = 680_000
	MaxWorkers  = 1_000_000
)

// The jobs, in the order in which they are measured.
const (
	CSV   = "csv"   // a roster of so many rows as csv
	XLSX  = "xlsx"  // the same as xlsx
	Cross = "cross" // a cross table over many facts
	Open  = "open"  // any page of a figure's rows
	List  = "list"  // the page of people, over HTTP
	Mixed = "mixed" // many readers at once, over HTTP
	Start = "start" // the columns from packed blocks
)

// Jobs lists the names of all jobs in order.
func Jobs() []string { return []string{CSV, XLSX, Cross, Open, List, Mixed, Start} }

// Options say what is measured and where.
type Options struct {
	Dir     string         // a folder of its own is made in it and removed at the end; empty: the system's folder for such
	Workers int            // rows of the roster; 0: CityWorkers
	DB      string         // empty: SQLite in Dir; or a postgres:// URL whose user may create databases
	Rows    []string       // names of jobs; empty: all
	Out     io.Writer      // the table, in Markdown
	Words   locale.Printer // the zero Printer prints Chinese
	Profile string         // a folder for one CPU profile of each job; empty: none
	Each    func(Line)     // told each line as it is printed; may be nil
}

func (o *Options) fill() error {
	var c fault.Check
	if o.Workers == 0 {
		o.Workers = CityWorkers
	}
	if o.Workers < MinWorkers || o.Workers > MaxWorkers {
		c.Add("rows", "bench.rows_range", MinWorkers, MaxWorkers)
	}
	if o.DB != "" && !db.IsPostgres(o.DB) {
		c.Add("db", "bench.db_not_server")
	}
	for _, name := range o.Rows {
		if !slices.Contains(Jobs(), name) {
			c.Add("job", "bench.job_unknown", name)
		}
	}
	if len(o.Rows) == 0 {
		o.Rows = Jobs()
	}
	if o.Words.Lang() == "" {
		o.Words = locale.New(locale.ZH)
	}
	return c.Err()
}

// run is one run of the bench.
type run struct {
	Options
	dir    string // of this run
	places *places
	floor  string // of the same rows as csv, once it is known
}

// Run measures the jobs asked for and prints each line as soon as it is known. Errors: Invalid for
// options out of range; anything else is a failure of the work that was being measured.
func Run(ctx context.Context, o Options) (err error) {
	if err := o.fill(); err != nil {
		return err
	}
	r := &run{Options: o}
	if r.dir, err = os.MkdirTemp(o.Dir, "tuoxing-bench-"); err != nil {
		return fmt.Errorf("make the folder of the bench: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	if r.places, err = newPlaces(ctx, r.dir, o.DB); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.places.close(context.WithoutCancel(ctx))) }()
	if err := r.head(); err != nil {
		return err
	}
	return r.all(ctx)
}

// all measures the jobs. Opening and lists need the installation that the csv import leaves, the cross table and the
// start need one with many facts; both are made unmeasured where nothing else makes them.
func (r *run) all(ctx context.Context) error {
	var roster, facts installation
	if r.wants(CSV, Open, List, Mixed) {
		var err error
		if roster, err = r.lines(ctx); err != nil {
			return fmt.Errorf("job %s: %w", CSV, err)
		}
	}
	if r.wants(Cross, Start) {
		var err error
		if facts, err = r.facts(ctx); err != nil {
			return fmt.Errorf("job %s: %w", Cross, err)
		}
	}
	for _, j := range []struct {
		name string
		in   installation
		do   func(context.Context, installation) (Line, error)
	}{{XLSX, installation{}, r.workbook}, {Cross, facts, r.crossTable}, {Open, roster, r.opening}, {List, roster, r.lists}, {Mixed, roster, r.mixed}, {Start, facts, r.start}} {
		if !r.wants(j.name) {
			continue
		}
		l, err := j.do(ctx, j.in)
		if err == nil {
			err = r.print(l)
		}
		if err != nil {
			return fmt.Errorf("job %s: %w", j.name, err)
		}
	}
	return nil
}

// wants reports whether one of some jobs was asked for.
func (r *run) wants(jobs ...string) bool {
	return slices.ContainsFunc(jobs, func(job string) bool { return slices.Contains(r.Rows, job) })
}

// measured runs one piece of work with memory swept before, and gives its time and peak memory.
func (r *run) measured(job string, work func() error) (m measure, err error) {
	debug.FreeOSMemory()
	if r.Profile != "" && r.wants(job) {
		end, err := profile(filepath.Join(r.Profile, job+".pprof"))
		if err != nil {
			return m, err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	peak := watchPeak()
	took := stopwatch()
	err = work()
	m.took = took()
	m.peak = peak()
	return m, err
}

func profile(path string) (end func() error, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("begin a profile: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("begin a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("begin a profile: %w", err), f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}

func (r *run) engine() string {
	if r.DB == "" {
		return "SQLite"
	}
	return "PostgreSQL"
}

func (r *run) head() error {
	w := r.Words
	_, err := fmt.Fprintf(r.Out, "%s\n\n| %s | %s | %s | %s | %s | %s | %s |\n|---|---|---|---|---|---|---|\n",
		w.T("bench.about", w.Int(int64(r.Workers)), r.engine(), runtime.NumCPU(), runtime.GOOS+"/"+runtime.GOARCH, runtime.Version()),
		w.T("bench.col_job"), w.T("bench.col_time"), w.T("bench.col_speed"), w.T("bench.col_memory"),
		w.T("bench.col_floor"), w.T("bench.col_must"), w.T("bench.col_want"))
	return err
}

// Line is one line of the table, already in words.
type Line struct {
	Job   string `json:"job"`
	Took  string `json:"took"`
	Speed string `json:"speed"`
	Peak  string `json:"peak"`
	Floor string `json:"floor"`
	Must  string `json:"must"`
	Want  string `json:"want"`
}

func (r *run) print(l Line) error {
	if l.Floor == "" {
		l.Floor = r.Words.T("bench.not_measured")
	}
	if r.Each != nil {
		r.Each(l)
	}
	_, err := fmt.Fprintf(r.Out, "| %s | %s | %s | %s | %s | %s | %s |\n", l.Job, l.Took, l.Speed, l.Peak, l.Floor, l.Must, l.Want)
	return err
}
