package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
)

// installation is one that was loaded and closed.
type installation struct{ cfg app.Config }

// with opens the installation for one job and closes it, so that no job carries another's memory.
func (in installation) with(ctx context.Context, create bool, fn func(*app.App) error) (err error) {
	a, err := app.Open(ctx, in.cfg, slog.New(slog.DiscardHandler), app.Options{Create: create})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(a)
}

// lines takes the csv in, measured, and gives the loaded installation.
func (r *run) lines(ctx context.Context) (installation, error) {
	path := filepath.Join(r.dir, "roster.csv")
	in, m, err := r.imported(ctx, CSV, path, writeLines)
	if err != nil || !r.wants(CSV) {
		return in, err
	}
	l := r.importLine("bench.job_csv", m)
	l.Must, l.Want = "30 s, 300 MB", "10 s, 200 MB"
	floor, ok, err := r.bareImport(ctx, path)
	if err != nil {
		return in, err
	}
	if ok {
		l.Floor = seconds(floor)
		r.floor = l.Floor
	}
	return in, r.print(l)
}

// workbook takes the xlsx in, into an installation of its own that is dropped at once.
func (r *run) workbook(ctx context.Context, _ installation) (Line, error) {
	in, m, err := r.imported(ctx, XLSX, filepath.Join(r.dir, "roster.xlsx"), writeBook)
	if err != nil {
		return Line{}, err
	}
	l := r.importLine("bench.job_xlsx", m)
	l.Must, l.Want, l.Floor = "35 s", "12 s", r.floor // the same rows: no program loads a workbook
	return l, r.places.drop(in.cfg)
}

func (r *run) importLine(key string, m measure) Line {
	w, rows := r.Words, int64(r.Workers)
	return Line{Job: w.T(key, w.Int(rows)), Took: seconds(m.took), Speed: w.T("bench.rows_per_second", w.Int(perSecond(rows, m.took))), Peak: megabytes(m.peak)}
}

// imported writes the roster, makes an installation with the organisations in it, and measures the
// roster from the file on disk to the last word about a bad row.
func (r *run) imported(ctx context.Context, job, path string, write func(string, []string, func(func([]string) error) error) error) (in installation, m measure, err error) {
	var want planted
	err = write(path, rosterHeads, func(put func([]string) error) (err error) {
		want, err = rosterRows(r.Workers, put)
		return err
	})
	if err != nil {
		return in, m, fmt.Errorf("write the roster: %w", err)
	}
	units := filepath.Join(r.dir, "organisations.csv")
	if err := writeLines(units, unitHeads, func(put func([]string) error) error { return unitRows(r.Workers, put) }); err != nil {
		return in, m, fmt.Errorf("write the organisations: %w", err)
	}
	if in.cfg, err = r.places.config(ctx, job); err != nil {
		return in, m, err
	}
	err = in.with(ctx, true, func(a *app.App) error {
		got, err := r.take(ctx, a, units, intake.Options{Kind: "organisations", AsOf: asOf})
		if err != nil {
			return err
		}
		if n := got.Accepted + got.Mended; n != got.Read {
			return fmt.Errorf("organisations: %d of %d taken", n, got.Read)
		}
		return nil
	})
	if err != nil {
		return in, m, err
	}
	err = in.with(ctx, false, func(a *app.App) error {
		m, err = r.measured(job, func() error {
			got, err := r.take(ctx, a, path, intake.Options{Kind: "roster", AsOf: asOf, Full: true})
			if err != nil {
				return err
			}
			if have := (planted{got.Read, got.Refused, got.Duplicate}); have != want {
				return fmt.Errorf("the import reports %+v, planted were %+v", have, want)
			}
			return nil
		})
		return err
	})
	return in, m, err
}

// take brings one file all the way in, the workbook of refused rows included.
func (r *run) take(ctx context.Context, a *app.App, path string, opt intake.Options) (intake.Report, error) {
	v, err := a.Viewer(ctx, account.Operator())
	if err != nil {
		return intake.Report{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return intake.Report{}, err
	}
	defer f.Close()
	id, err := a.Intake.Receive(ctx, v, filepath.Base(path), f, opt)
	if err != nil {
		return intake.Report{}, err
	}
	got, err := a.Intake.Stage(ctx, v, id)
	if err != nil {
		return got, err
	}
	if got.State != intake.Staged {
		return got, fault.New(fault.Invalid, "bench.not_staged", string(got.State))
	}
	if got, err = a.Intake.Apply(ctx, v, id); err != nil || got.Refused == 0 {
		return got, err
	}
	return got, a.Intake.Rejects(ctx, v, id, r.Words, io.Discard)
}

// crossed is the cross table that is asked: three ways, of the men of two age bands, of a day.
func crossed(on date.Day) figure.Request {
	return figure.Request{Name: "employees", On: on, By: []ledger.Dim{ledger.District, ledger.Rank, ledger.Section},
		Where: []ledger.Cond{{Dim: ledger.Sex, In: []int64{1}}, {Dim: ledger.Age, Min: 2, Max: 3}}}
}

// crossTable asks the cross table as the API does: right, scope, sum, labels and JSON. Each time it is of another
// day, for what was asked of a state of the ledger is remembered.
func (r *run) crossTable(ctx context.Context, in installation) (l Line, err error) {
	err = in.with(ctx, false, func(a *app.App) error {
		cols, err := a.Book.Columns(ctx)
		if err != nil {
			return err
		}
		var took time.Duration
		m, err := r.measured(Cross, func() error {
			on := asOf
			took, err = p50(func() error {
				on++
				v, err := a.Figures.Value(ctx, account.Operator(), crossed(on))
				if err != nil {
					return err
				}
				labels, err := a.Figures.Labels(ctx, asOf, r.Words)
				if err != nil {
					return err
				}
				return json.NewEncoder(io.Discard).Encode(figure.Document([]*figure.Value{v}, labels, account.Operator(), false))
			})
			return err
		})
		w, facts := r.Words, int64(cols.Facts())
		l = Line{Job: w.T("bench.job_cross", w.Int(facts)), Took: seconds(took), Speed: w.T("bench.facts_per_second", w.Int(perSecond(facts, took))),
			Peak: megabytes(m.peak), Must: "20 ms", Want: "8 ms"}
		return err
	})
	return l, err
}

// opening opens the largest figure: as nobody has asked for it before, of another day each time, and then its
// first, middle and last page.
func (r *run) opening(ctx context.Context, in installation) (l Line, err error) {
	err = in.with(ctx, false, func(a *app.App) error {
		after, err := pageKeys(ctx, a)
		if err != nil {
			return err
		}
		page := func(on date.Day, key int64) error {
			o, err := a.Figures.Open(ctx, account.Operator(), figure.Request{Name: "employees", On: on}, key, figure.PageSize)
			if err == nil && len(o.Rows) != figure.PageSize {
				err = fmt.Errorf("a page of %d rows", len(o.Rows))
			}
			return err
		}
		var fresh time.Duration
		var took [len(after)]time.Duration
		m, err := r.measured(Open, func() error {
			on := asOf
			if fresh, err = p50(func() error { on++; return page(on, 0) }); err != nil {
				return err
			}
			for i, key := range after {
				if took[i], err = p50(func() error { return page(asOf, key) }); err != nil {
					return err
				}
			}
			return nil
		})
		w, worst := r.Words, max(fresh, took[0], took[1], took[2])
		l = Line{Job: w.T("bench.job_open"), Took: seconds(fresh) + " / " + seconds(took[0]) + " / " + seconds(took[1]) + " / " + seconds(took[2]),
			Speed: w.T("bench.pages_per_second", w.Int(perSecond(1, worst))), Peak: megabytes(m.peak), Must: "5 ms", Want: "1 ms"}
		return err
	})
	return l, err
}

// pageKeys are the keys after which the first, the middle and the last page begin.
func pageKeys(ctx context.Context, a *app.App) (keys [3]int64, err error) {
	cols, err := a.Book.Columns(ctx)
	if err != nil {
		return keys, err
	}
	q := ledger.Stock(ledger.Worker, asOf)
	q.Scope.All = true
	q.Where = []ledger.Cond{{Dim: ledger.Employer, Min: 1, Max: 1<<63 - 1}}
	rows := cols.Open(q).Rows
	if len(rows) <= figure.PageSize {
		return keys, fmt.Errorf("%d people are no three pages", len(rows))
	}
	return [3]int64{0, rows[len(rows)/2].Worker, rows[len(rows)-figure.PageSize-1].Worker}, nil
}

// start reads the columns from the packed blocks, as the first question after a start does.
func (r *run) start(ctx context.Context, in installation) (l Line, err error) {
	err = in.with(ctx, false, func(a *app.App) error {
		var facts int64
		m, err := r.measured(Start, func() error {
			cols, err := ledger.NewBook(a.DB).Columns(ctx)
			if err == nil {
				facts = int64(cols.Facts())
			}
			return err
		})
		w := r.Words
		l = Line{Job: w.T("bench.job_start", w.Int(facts)), Took: seconds(m.took), Speed: w.T("bench.facts_per_second", w.Int(perSecond(facts, m.took))),
			Peak: megabytes(m.peak), Must: "5 s", Want: "2 s"}
		return err
	})
	return l, err
}
