package app

import (
	"context"
	"fmt"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/registry"
	"tuoxing/internal/web"
)

// demoLooks is how many people are looked at to find one whose own page has something on it.
const demoLooks = 30

// demoWorker gives one made-up worker a login of their own in the way in which a worker gets one: the district makes a slip
// (激活条), the worker comes with it and the last digits of both numbers, chooses the password that is printed, and reads the notice. The clerk must
// be of a district. A city so small that nobody fits has none.
func (a *App) demoWorker(ctx context.Context, clerk account.Actor) error {
	w, err := a.demoPerson(ctx, clerk)
	if err != nil || w == nil {
		return err
	}
	run, err := a.Registry.MakeSlips(ctx, clerk, registry.SlipInput{Workers: []registry.WorkerID{w.ID}})
	if err != nil {
		return err
	}
	if len(run.Slips) != 1 {
		return fmt.Errorf("slip of the made-up worker %s: %d were made", w.ID, len(run.Slips))
	}
	in := registry.ActivateInput{Code: run.Slips[0].Code, Password: DemoPassword}
	for _, x := range []struct {
		field registry.Secret
		to    *string
	}{{registry.SecretID, &in.ID}, {registry.SecretPhone, &in.Phone}} {
		number, err := a.Registry.Reveal(ctx, clerk, w.ID, x.field, "演示：职工持激活条开通")
		if err != nil {
			return err
		}
		*x.to = number[len(number)-4:] // of digits alone, and long enough: it was checked when it came in
	}
	_, who, err := a.Registry.Activate(ctx, in, "")
	if err != nil {
		return err
	}
	if err := a.Registry.AcceptNotice(ctx, who, registry.NoticeVersion()); err != nil {
		return err
	}
	a.worker = web.Login{Login: who.Login, Password: DemoPassword, Role: account.Worker}
	return a.DB.WriteTx(ctx, func(tx *db.Tx) error {
		tree, err := a.Org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		a.worker.Unit = tree.Name(w.Employer, date.On(tx.Now()))
		if err := saveSetting(ctx, tx, settingWorkerUnit, a.worker.Unit); err != nil {
			return err
		}
		return saveSetting(ctx, tx, settingWorker, a.worker.Login)
	})
}

// demoPerson finds the first of the district with an employer, a phone number and a certificate; without certificate when none of the
// first has one.
func (a *App) demoPerson(ctx context.Context, clerk account.Actor) (best *registry.File, err error) {
	list, _, err := a.Registry.ListInvited(ctx, clerk, registry.InvitedFilter{Limit: 500})
	if err != nil {
		return nil, err
	}
	looks := 0
	for _, p := range list {
		if !p.Phone || p.Employer == 0 || looks == demoLooks {
			continue
		}
		looks++
		f, err := a.Registry.Find(ctx, clerk, p.Worker)
		if err != nil {
			return nil, err
		}
		if len(f.Certificates) > 0 {
			return f, nil
		}
		if best == nil {
			best = f
		}
	}
	return best, nil
}

// WorkerLogin is the login of the worker of a made-up city, empty when it has none.
func (a *App) WorkerLogin() string { return a.worker.Login }

// demoLogins are the accounts of a made-up city that anybody may try. The worker's login says nothing and stands in the database: each
// city makes its own.
func (a *App) demoLogins() []web.Login {
	out := []web.Login{{Login: demoFirst, Password: DemoPassword, Role: account.City}}
	for _, l := range DemoLogins {
		out = append(out, web.Login{Login: l.Login, Password: DemoPassword, Role: l.Role, Unit: l.Unit})
	}
	if a.worker.Login != "" {
		out = append(out, a.worker)
	}
	return out
}
