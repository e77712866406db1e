package cli

import (
	"errors"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/registry"
)

type eraseCmd struct {
	Worker []string `arg:"" help:"Ids of files; several are one person's after a merge."`
	Why    string   `help:"The reason, which stays in the log: no name, no number." required:""`
	Plan   bool     `help:"Only say in numbers what would happen."`
}

func (eraseCmd) Help() string {
	return "Nobody can take it back: the person's key is destroyed, the facts stay under the bare id.\n\nExample:\n  tuoxing erase 123456789 --why 本人申请 --plan"
}

// Run erases a person, or says what that would do.
func (cmd *eraseCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		ids := make([]registry.WorkerID, len(cmd.Worker))
		for i, text := range cmd.Worker {
			if err := ids[i].UnmarshalText([]byte(text)); err != nil {
				return err
			}
		}
		var e registry.Erasure
		var err error
		if cmd.Plan {
			e, err = a.Registry.PlanErasure(c.ctx, who, a.Intake, ids...)
		} else {
			e, err = a.Registry.Erase(c.ctx, who, a.Intake, ids, cmd.Why)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(struct {
				registry.Erasure
				Erased bool `json:"erased"`
				Demo   bool `json:"demo"`
			}{e, !cmd.Plan, a.Demo})
			return nil
		}
		key := "cli.erased"
		if cmd.Plan {
			key = "cli.erase_plan"
		}
		c.line("%s", c.p.T(key, e.People, e.Numbers, e.Cells, e.Files, e.Facts))
		c.mark()
		return nil
	})
}

type scrubCmd struct{}

func (scrubCmd) Help() string {
	return "After an erasure that could not finish because the database was in use.\n\nExample:\n  tuoxing scrub"
}

// Run writes the database anew without the remains of what was erased.
func (*scrubCmd) Run(c *console) (err error) {
	a, err := c.open(app.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Registry.Scrub(c.ctx); err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(map[string]any{"scrubbed": true, "demo": a.Demo})
		return nil
	}
	c.line("%s", c.p.T("cli.scrubbed"))
	return nil
}
