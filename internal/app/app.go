// Package app wires Tuoxing together: configuration, database, vault, pillars, modules. It is the
// only package that knows all others below the doors, and it sets the function fields through
// which modules call each other. It holds no rules.
package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"tuoxing/figures"
	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/filing"
	"tuoxing/internal/intake"
	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	"tuoxing/internal/vault"
	"tuoxing/internal/web"
)

// App is an opened installation.
type App struct {
	Config   Config
	Log      *slog.Logger
	DB       *db.DB
	Vault    *vault.Vault
	Files    *vault.Store
	Org      *org.Service
	Accounts *account.Service
	Book     *ledger.Book
	Intake   *intake.Service
	Registry *registry.Service
	Figures  *figure.Service
	Export   *export.Service
	Filings  *filing.Service
	Demo     bool      // a made-up city: every page, export and print says so
	worker   web.Login // of a made-up city: a worker's own login; empty when it has none
	clock    *clock
}

// clock is the real one, shifted for a made-up city, or standing still while one is loaded.
type clock struct {
	offset atomic.Int64 // nanoseconds
	fixed  atomic.Int64 // Unix milliseconds, 0 when it runs
}

func (c *clock) now() time.Time {
	if ms := c.fixed.Load(); ms != 0 {
		return time.UnixMilli(ms)
	}
	return time.Now().Add(time.Duration(c.offset.Load()))
}

// Options of Open.
type Options struct {
	Create   bool // make the schema and the key file of a new database
	KeepOld  bool // open a database of an older version as it is, for migrate and restore
	FixedNow time.Time
}

// Open opens an installation. A new database is made when Create is set; one of an older version
// is refused until migrate has run.
func Open(ctx context.Context, cfg Config, log *slog.Logger, opt Options) (_ *App, err error) {
	cfg = cfg.Filled()
	if err := exists(cfg, opt); err != nil {
		return nil, err
	}
	a := &App{Config: cfg, Log: log, clock: &clock{}}
	if !opt.FixedNow.IsZero() {
		a.clock.fixed.Store(opt.FixedNow.UnixMilli())
	}
	if a.DB, err = db.Open(ctx, cfg.DB, db.Options{Clock: a.clock.now, ClaimNode: opt.FixedNow.IsZero()}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.DB.Close())
		}
	}()
	if err = a.prepare(ctx, opt); err != nil {
		return nil, err
	}
	if err = a.wire(); err != nil {
		return nil, err
	}
	return a, a.applyErasures(ctx)
}

// applyErasures brings the database up to the register of erasures before anything is served: a restored
// backup may be older than an erasure.
func (a *App) applyErasures(ctx context.Context) error {
	if version, err := a.DB.Version(ctx); err != nil || version != db.Newest() {
		return err // of an older version: at the first start after migrate
	}
	n, err := a.Registry.ApplyErasures(ctx, a.Intake)
	if n > 0 {
		a.Log.Info("erasures of the register were applied", "people", n)
	}
	return err
}

// exists keeps a mistyped path from silently becoming a new, empty database.
func exists(cfg Config, opt Options) error {
	if opt.Create || db.IsPostgres(cfg.DB) {
		return nil
	}
	if _, err := os.Stat(cfg.DB); errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "app.no_database", cfg.DB).WithFix("app.no_database_fix")
	}
	return nil
}

func (a *App) prepare(ctx context.Context, opt Options) error {
	version, err := a.DB.Version(ctx)
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	isNew := version == 0
	switch newest := db.Newest(); {
	case isNew && opt.Create:
		if err := a.DB.Migrate(ctx); err != nil {
			return err
		}
	case isNew:
		return fault.New(fault.NotFound, "app.no_schema").WithFix("app.no_database_fix")
	case version > newest:
		return fault.New(fault.Conflict, "app.too_new", version, newest)
	case version < newest && !opt.KeepOld:
		return fault.New(fault.Conflict, "app.too_old", version, newest).WithFix("app.too_old_fix")
	}
	if isNew {
		a.Vault, err = vault.OpenOrCreate(a.Config.KeyFile, a.DB.Now())
	} else {
		a.Vault, err = vault.Open(a.Config.KeyFile)
	}
	if err != nil {
		return err
	}
	if a.Files, err = vault.NewStore(a.Config.FilesDir); err != nil {
		return err
	}
	if version < db.Newest() && !isNew {
		return nil
	}
	return a.readSettings(ctx)
}

// wire makes the services and ties them where one calls another.
func (a *App) wire() error {
	data, err := figures.FS.ReadFile("worker_class.yaml")
	if err != nil {
		return err
	}
	classes, err := registry.ReadClasses(data)
	if err != nil {
		return err
	}
	if data, err = figures.FS.ReadFile("precedence.yaml"); err != nil {
		return err
	}
	precedence, err := registry.ReadPrecedence(data)
	if err != nil {
		return err
	}
	if data, err = figures.FS.ReadFile("conflicts.yaml"); err != nil {
		return err
	}
	conflicts, err := registry.ReadConflicts(data)
	if err != nil {
		return err
	}
	if data, err = figures.FS.ReadFile("indicators.yaml"); err != nil {
		return err
	}
	catalogue, err := figure.ReadCatalogue(data)
	if err != nil {
		return err
	}
	a.Org = &org.Service{}
	days, err := a.Config.workingDays()
	if err != nil {
		return err
	}
	a.Registry = &registry.Service{DB: a.DB, Vault: a.Vault, Org: a.Org, Classes: classes, Precedence: precedence, Conflicts: conflicts, Days: days}
	a.Org.OnChange = a.Registry.UnitsChanged
	a.Accounts = account.New(a.DB, a.Org)
	a.Registry.Accounts = a.Accounts
	a.Book = ledger.NewBook(a.DB)
	a.Intake = &intake.Service{DB: a.DB, Vault: a.Vault, Files: a.Files, Audit: audit.Add, Demo: func() bool { return a.Demo }, Limits: sheet.Default, Targets: map[string]*intake.Target{}}
	a.Intake.Limits.File = a.Config.MaxUpload
	for _, t := range []*intake.Target{a.Registry.OrganisationsTarget(), a.Registry.RosterTarget(), a.Registry.CertificatesTarget(), a.Registry.StatisticsTarget()} {
		a.Intake.Targets[t.Kind] = t
	}
	a.Filings = &filing.Service{DB: a.DB, Org: a.Org, Accounts: a.Accounts, Kinds: func() []string { return slices.Sorted(maps.Keys(a.Intake.Targets)) }, InForce: a.Intake.InForce}
	a.Intake.OnApplied, a.Intake.OnUndone = a.Filings.ImportApplied, a.Filings.ImportUndone
	a.Registry.Figures = changesOf(catalogue)
	a.Intake.Weigh = func(facts iter.Seq2[ledger.Fact, error], unit int64) ([]intake.Shift, error) {
		shifts, err := catalogue.Shifts(facts, unit, date.On(a.DB.Now()))
		out := make([]intake.Shift, len(shifts))
		for i, sh := range shifts {
			out[i] = intake.Shift(sh)
		}
		return out, err
	}
	a.Figures = &figure.Service{DB: a.DB, Book: a.Book, Org: a.Org, Catalogue: catalogue, NamePeople: a.Registry.Names, NameFiles: a.nameFiles}
	a.Registry.Employees = a.employees
	a.Export = export.New()
	a.Export.DB, a.Export.Org, a.Export.Accounts, a.Export.Registry, a.Export.Figures, a.Export.Intake = a.DB, a.Org, a.Accounts, a.Registry, a.Figures, a.Intake
	a.Export.Demo, a.Export.Viewer = a.Intake.Demo, a.Viewer
	return nil
}

// changesOf lets the registry, which may not see figures, say what a change does to them.
func changesOf(catalogue *figure.Catalogue) func(with, without []ledger.Fact) []registry.FigureChange {
	return func(with, without []ledger.Fact) []registry.FigureChange {
		var out []registry.FigureChange
		for _, c := range catalogue.Changes(with, without) {
			out = append(out, registry.FigureChange{Indicator: c.Name, District: c.District, From: c.From, To: c.To, By: c.By})
		}
		return out
	}
}

// employees lets the registry, which may not see figures, say how many employees each unit has. A city whose catalogue has
// no such figure shows none.
func (a *App) employees(ctx context.Context, who account.Actor, on date.Day) (map[org.UnitID]int64, error) {
	const name = "employees"
	out := map[org.UnitID]int64{}
	if _, ok := a.Figures.Catalogue.Find(name); !ok {
		return out, nil
	}
	v, err := a.Figures.Value(ctx, who, figure.Request{Name: name, On: on, By: []ledger.Dim{ledger.Employer}})
	if err != nil {
		return nil, err
	}
	for _, c := range v.Cells {
		out[org.UnitID(c.Keys[0])] = c.Value
	}
	return out, nil
}

func (a *App) nameFiles(ctx context.Context, tx *db.Tx, imports []int64) (map[int64]figure.File, error) {
	ids := make([]intake.ImportID, len(imports))
	for i, id := range imports {
		ids[i] = intake.ImportID(id)
	}
	sources, err := a.Intake.Sources(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]figure.File, len(sources))
	for id, src := range sources {
		out[int64(id)] = figure.File{Name: src.Name, Sheets: src.Sheets}
	}
	return out, nil
}

// Close closes what Open opened.
func (a *App) Close() error { return a.DB.Close() }

// Viewer is an actor as intake asks for it.
func (a *App) Viewer(ctx context.Context, who account.Actor) (intake.Viewer, error) {
	tree, err := a.Org.Latest(ctx, a.DB)
	may := func(right string) error { return who.Must(account.Right(right)) }
	return intake.Viewer{User: who.UserID, May: may, Sees: func(unit int64) bool {
		if who.Scope.All || unit == 0 {
			return who.Scope.All
		}
		lo, _ := tree.Range(org.UnitID(unit))
		return who.Scope.Has(lo)
	}}, err
}
