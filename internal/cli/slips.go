package cli

import (
	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/registry"
)

type slipsCmd struct {
	Workers  []registry.WorkerID `arg:"" optional:"" name:"worker" help:"Ids of files."`
	Employer string              `help:"Everybody of this firm who has neither a login nor a good slip: code or name." placeholder:"CODE"`
	Plan     bool                `help:"Say for whom; make nothing."`
}

func (slipsCmd) Help() string {
	return "Makes activation slips for people and prints their codes once; the page /slips prints them with QR codes.\n\nExample:\n  tuoxing slips --employer 东方眼镜厂 --plan"
}

// Run makes slips.
func (cmd *slipsCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		in := registry.SlipInput{Workers: cmd.Workers, All: cmd.Employer != ""}
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		if in.All {
			if in.Employer, err = tree.Find(cmd.Employer); err != nil {
				return err
			}
		}
		do := a.Registry.MakeSlips
		if cmd.Plan {
			do = a.Registry.PlanSlips
		}
		run, err := do(c.ctx, who, in)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"slips": run.Slips, "no_phone": run.NoPhone, "demo": c.demo})
			return nil
		}
		rows := make([][]string, len(run.Slips))
		for i, x := range run.Slips {
			rows[i] = []string{x.Worker.String(), x.Name, x.Code}
		}
		c.table([]string{c.p.T("cli.worker_id"), c.p.T("cli.name"), c.p.T("cli.code")}, rows)
		c.line("%s", c.p.T("cli.slips_total", len(run.Slips), len(run.NoPhone)))
		c.mark()
		return nil
	})
}
