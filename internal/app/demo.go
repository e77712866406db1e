package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/demo"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

// DemoPassword is the password of every user of a made-up city; it is printed at its start and on
// its login page. Such an installation listens on this machine only, unless told otherwise.
const DemoPassword = "Tuoxing-2023"

// demoStart is the first instant of the made-up city's clock: the article's figures are of April 2023.
var demoStart = time.Date(2023, 4, 10, 1, 0, 0, 0, time.UTC)

// demoFirst is the login of the first user, the city administrator.
const demoFirst = "city"

// DemoLogin is a user of the made-up city.
type DemoLogin struct {
	Login string
	Name  string
	Role  account.Role
	Unit  string // name of the unit, empty for the whole installation
}

// DemoLogins are the users of the made-up city beside the first, who is called city.
var DemoLogins = []DemoLogin{
	{Login: "danyang", Name: "丹阳市总工会业务员", Role: account.District, Unit: "丹阳市总工会"},
	{Login: "jingkou", Name: "京口区总工会业务员", Role: account.District, Unit: "京口区总工会"},
	{Login: "hr-bureau", Name: "市人社局经办", Role: account.Member, Unit: "镇江市人力资源和社会保障局"},
	{Login: "auditor", Name: "经审员", Role: account.Auditor},
	{Login: "sysadmin", Name: "系统管理员", Role: account.SysAdmin},
}

// DemoStep tells how far the loading is.
type DemoStep func(done, total int, what string)

// LoadDemo fills a new installation with a made-up city: its spreadsheets are written to dir and
// taken in through the real intake, on the city's own clock, one file after the other, so that the
// same seed and scale give the same ledger everywhere. It gives the reports in order.
func LoadDemo(ctx context.Context, cfg Config, log *slog.Logger, dir string, workers int, seed uint64, step DemoStep) (*App, []intake.Report, error) {
	return LoadDemoOf(ctx, cfg, log, demo.Options{Dir: dir, Seed: seed, Workers: workers}, step)
}

// LoadDemoOf is LoadDemo with what else the generator can write: its lists of people who have a file
// already are taken in after the others.
func LoadDemoOf(ctx context.Context, cfg Config, log *slog.Logger, gen demo.Options, step DemoStep) (*App, []intake.Report, error) {
	gen.Progress = step
	if err := gen.Check(); err != nil {
		return nil, nil, err
	}
	a, err := Open(ctx, cfg, log, Options{Create: true, FixedNow: demoStart})
	if err != nil {
		return nil, nil, err
	}
	reports, err := a.loadDemo(ctx, gen, step)
	if err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, reports, nil
}

func (a *App) loadDemo(ctx context.Context, gen demo.Options, step DemoStep) ([]intake.Report, error) {
	if err := a.empty(ctx); err != nil {
		return nil, err
	}
	m, err := demo.Generate(ctx, gen)
	if err != nil {
		return nil, err
	}
	if err := a.MarkDemo(ctx); err != nil {
		return nil, err
	}
	err = a.DB.WriteTx(ctx, func(tx *db.Tx) error {
		_, err := a.Accounts.CreateFirst(ctx, tx, demoFirst, DemoPassword)
		return err
	})
	if err != nil {
		return nil, err
	}
	_, who, err := a.Accounts.Login(ctx, demoFirst, DemoPassword, "")
	if err != nil {
		return nil, err
	}
	var reports []intake.Report
	list := slices.Concat(m.Files, m.Doubles)
	for i, f := range list {
		step(i, len(list), f.Name)
		a.SetClock(demoStart.Add(time.Duration(i+1) * 10 * time.Minute))
		r, err := a.demoFile(ctx, who, gen.Dir, f)
		if err != nil {
			return nil, fmt.Errorf("take in %s: %w", f.Name, err)
		}
		reports = append(reports, r)
	}
	step(len(list), len(list), "")
	a.SetClock(demoStart.Add(24 * time.Hour))
	if err := a.demoUsers(ctx, who); err != nil {
		return nil, err
	}
	if _, err := audit.Seal(ctx, a.DB); err != nil {
		return nil, err
	}
	return reports, a.RunClock(ctx)
}

// empty refuses to put a made-up city into an installation that holds anything.
func (a *App) empty(ctx context.Context) error {
	return a.DB.ReadTx(ctx, func(tx *db.Tx) error {
		var units, users, blocks int
		err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM org_unit), (SELECT count(*) FROM account_user), (SELECT number FROM ledger_head WHERE id = 1)`, nil, &units, &users, &blocks)
		if err == nil && units+users+blocks > 0 {
			err = fault.New(fault.Conflict, "app.demo_not_empty").WithFix("app.demo_not_empty_fix")
		}
		return err
	})
}

func (a *App) demoFile(ctx context.Context, who account.Actor, dir string, f demo.File) (intake.Report, error) {
	v, err := a.Viewer(ctx, who)
	if err != nil {
		return intake.Report{}, err
	}
	opt := intake.Options{Kind: f.Kind, AsOf: f.AsOf, Full: f.Full, UnitCode: f.Org}
	if f.Kind != demo.KindOrganisations && f.Org != "" {
		err := a.DB.ReadTx(ctx, func(tx *db.Tx) error {
			tree, err := a.Org.Tree(ctx, tx)
			if err != nil {
				return err
			}
			unit, err := tree.Find(f.Org)
			if unit != tree.Root() {
				opt.Unit = int64(unit)
			}
			return err
		})
		if err != nil {
			return intake.Report{}, err
		}
	}
	in, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return intake.Report{}, err
	}
	defer in.Close()
	id, err := a.Intake.Receive(ctx, v, f.Name, in, opt)
	if err != nil {
		return intake.Report{}, err
	}
	if r, err := a.Intake.Stage(ctx, v, id); err != nil || r.State != intake.Staged {
		return r, err
	}
	return a.Intake.Apply(ctx, v, id)
}

// demoUsers makes the users, who have changed their initial password to the one that is printed.
func (a *App) demoUsers(ctx context.Context, who account.Actor) error {
	for _, l := range DemoLogins {
		in := account.CreateInput{Login: l.Login, Name: l.Name, Role: l.Role}
		err := a.DB.ReadTx(ctx, func(tx *db.Tx) error {
			if l.Unit == "" {
				return nil
			}
			tree, err := a.Org.Tree(ctx, tx)
			if err != nil {
				return err
			}
			unit, err := tree.Find(l.Unit)
			in.Unit = unit
			return err
		})
		if err != nil {
			return err
		}
		_, initial, err := a.Accounts.Create(ctx, who, in)
		if err != nil {
			return err
		}
		_, actor, err := a.Accounts.Login(ctx, l.Login, initial, "")
		if err != nil {
			return err
		}
		if err := a.Accounts.ChangePassword(ctx, actor, initial, DemoPassword); err != nil {
			return err
		}
	}
	return a.demoWorkerOf(ctx, DemoLogins[0].Login)
}

// demoWorkerOf lets a clerk of the made-up city give a worker a login.
func (a *App) demoWorkerOf(ctx context.Context, clerk string) error {
	_, who, err := a.Accounts.Login(ctx, clerk, DemoPassword, "")
	if err != nil {
		return err
	}
	return a.demoWorker(ctx, who)
}
