package cli

import (
	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/registry"
)

// Run lists proposals, or decides them.
func (cmd *leaversCmd) Run(c *console) error {
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(cmd.Import)); err != nil {
		return err
	}
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		v, err := a.Viewer(c.ctx, who)
		if err != nil {
			return err
		}
		if _, err := a.Intake.Find(c.ctx, v, id); err != nil {
			return err
		}
		list, err := a.Registry.Leavers(c.ctx, who, id)
		if err != nil {
			return err
		}
		decided, err := cmd.decide(c, a, who, id, list)
		if err != nil {
			return err
		}
		if cmd.Confirm || cmd.Reject || cmd.Back {
			if list, err = a.Registry.Leavers(c.ctx, who, id); err != nil {
				return err
			}
		}
		return cmd.print(c, a, list, decided)
	})
}

// decide does what the flags ask, and gives about how many people.
func (cmd *leaversCmd) decide(c *console, a *app.App, who account.Actor, id intake.ImportID, list []registry.Leaver) (int, error) {
	workers, err := cmd.chosen(list)
	switch {
	case err != nil:
		return 0, err
	case cmd.Back:
		return a.Registry.TakeBackLeavers(c.ctx, who, registry.TakeBackLeaversInput{Import: id, Workers: workers, Why: cmd.Why})
	case !cmd.Confirm && !cmd.Reject:
		return 0, nil
	}
	in := registry.DecideLeaversInput{Import: id, Workers: workers, Confirm: cmd.Confirm}
	if len(list) > 0 {
		in.LeftOn = list[0].AsOf
	}
	if cmd.On != "" {
		if in.LeftOn, err = date.Parse(cmd.On); err != nil {
			return 0, fieldFault("on", "cli.date_unreadable", cmd.On)
		}
	}
	return a.Registry.DecideLeavers(c.ctx, who, in)
}

func (cmd *leaversCmd) chosen(list []registry.Leaver) ([]registry.WorkerID, error) {
	var out []registry.WorkerID
	for _, text := range cmd.Worker {
		var w registry.WorkerID
		if err := w.UnmarshalText([]byte(text)); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if len(cmd.Worker) == 0 {
		for _, l := range list {
			out = append(out, l.Worker)
		}
	}
	return out, nil
}

func (cmd *leaversCmd) print(c *console, a *app.App, list []registry.Leaver, decided int) error {
	if c.JSON {
		c.printJSON(map[string]any{"leavers": list, "decided": decided, "demo": a.Demo})
		return nil
	}
	tree, err := unitNames(c, a)
	if err != nil {
		return err
	}
	rows := make([][]string, len(list))
	for i, l := range list {
		if l.Name == "" {
			l.Name = c.p.T("figure.elsewhere")
		}
		rows[i] = []string{l.Worker.String(), l.Name, tree.Name(l.Employer, l.AsOf), l.AsOf.String(), c.p.T("registry.leaver_" + l.State)}
	}
	c.table([]string{"id", c.p.T("cli.name"), c.p.T("cli.employer"), c.p.T("cli.as_of"), c.p.T("cli.state")}, rows)
	c.line("%s", c.p.T("cli.total", len(list)))
	c.mark()
	return nil
}
