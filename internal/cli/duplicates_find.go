package cli

import (
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
)

type findDuplicatesCmd struct{}

func (findDuplicatesCmd) Help() string {
	return "Merges nothing: the pairs found are proposals. Opens every ID and phone number within reach, which is logged.\n\nExample:\n  tuoxing duplicates find"
}

// Run looks for files that may be one person's.
func (cmd *findDuplicatesCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		run, err := a.Registry.FindDuplicates(c.ctx, who)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(struct {
				registry.DuplicateRun
				Demo bool `json:"demo"`
			}{run, a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.duplicates_found", run.Files, run.Certain, run.Likely, run.Possible, run.New, run.Withdrawn))
		c.mark()
		return nil
	})
}

type listDuplicatesCmd struct {
	Grade registry.Grade `help:"certain, likely or possible."`
	State string         `default:"proposed" help:"proposed, accepted, rejected or withdrawn."`
	After string         `help:"Key of the last pair of the page before." placeholder:"KEY"`
	Limit int            `default:"50" help:"At most so many, the surest first."`
}

func (listDuplicatesCmd) Help() string {
	return "Example:\n  tuoxing duplicates list --grade certain"
}

// Run lists proposed pairs.
func (cmd *listDuplicatesCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		list, total, err := a.Registry.ListDuplicates(c.ctx, who, registry.DuplicateFilter{Grade: cmd.Grade, State: cmd.State, After: cmd.After, Limit: cmd.Limit})
		if err != nil {
			return err
		}
		next := ""
		if len(list) > 0 && len(list) < total {
			next = list[len(list)-1].Key()
		}
		if c.JSON {
			c.printJSON(map[string]any{"duplicates": slices.Concat([]registry.Duplicate{}, list), "total": total, "next": next, "demo": a.Demo})
			return nil
		}
		rows := make([][]string, len(list))
		for i, d := range list {
			words := make([]string, len(d.Evidence))
			for k, e := range d.Evidence {
				words[k] = c.p.T("registry.evidence_" + e)
			}
			rows[i] = []string{c.p.T("registry.grade_" + d.Grade.String()), d.Keep.Worker.String(), d.Keep.Name, d.Other.Worker.String(), d.Other.Name,
				c.p.T("registry.duplicate_" + d.State), c.p.List(words)}
		}
		c.table([]string{c.p.T("cli.grade"), c.p.T("cli.keep"), c.p.T("cli.name"), c.p.T("cli.other"), c.p.T("cli.name"), c.p.T("cli.state"), c.p.T("cli.evidence")}, rows)
		c.line("%s", c.p.T("cli.total", total))
		if next != "" {
			c.line("%s", c.p.T("cli.next", next))
		}
		c.mark()
		return nil
	})
}

type acceptDuplicatesCmd struct {
	Keep    registry.WorkerID `arg:"" optional:"" help:"Id of the file that stays."`
	Other   registry.WorkerID `arg:"" optional:"" help:"Id of the file that is merged into it."`
	Certain int               `default:"-1" help:"In place of two files: accept all certain pairs, of which there are N." placeholder:"N"`
	Why     string            `help:"The reason, kept in the audit log; no numbers of people."`
	DryRun  bool              `help:"Only print how the figures would change."`
}

func (acceptDuplicatesCmd) Help() string {
	return "Prints by how much the figures change, and merges. The pair must have been proposed.\n\nExamples:\n  tuoxing duplicates accept 123 456 --dry-run\n  tuoxing duplicates accept 123 456 --why 证件号码录错一位\n  tuoxing duplicates accept --certain 31 --why 成批核对"
}

// Run accepts one pair, or all certain ones.
func (cmd *acceptDuplicatesCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if cmd.Certain >= 0 {
			return cmd.all(c, a, who)
		}
		if cmd.Keep == 0 || cmd.Other == 0 {
			return fieldFault("keep", "cli.accept_what")
		}
		pair, err := a.Registry.OpenDuplicate(c.ctx, who, cmd.Keep, cmd.Other)
		if err != nil {
			return err
		}
		changes, err := a.Registry.PlanMerge(c.ctx, who, cmd.Keep, cmd.Other)
		if err != nil {
			return err
		}
		if !cmd.DryRun {
			if err := a.Registry.AcceptDuplicate(c.ctx, who, registry.AcceptDuplicateInput{First: cmd.Keep, Other: cmd.Other, Keep: cmd.Keep, Why: cmd.Why}); err != nil {
				return err
			}
		}
		if c.JSON {
			c.printJSON(map[string]any{"keep": cmd.Keep, "other": cmd.Other, "grade": pair.Grade, "evidence": pair.Evidence, "changes": changeDocs(changes), "merged": !cmd.DryRun, "demo": a.Demo})
			return nil
		}
		if err := cmd.changes(c, a, changes); err != nil {
			return err
		}
		if !cmd.DryRun {
			c.line("%s", c.p.T("cli.merged", cmd.Other.String()))
		}
		c.mark()
		return nil
	})
}

func (cmd *acceptDuplicatesCmd) all(c *console, a *app.App, who account.Actor) error {
	plan, err := a.Registry.PlanCertain(c.ctx, who)
	if err != nil {
		return err
	}
	done := 0
	if !cmd.DryRun {
		if done, err = a.Registry.AcceptCertain(c.ctx, who, cmd.Certain, cmd.Why); err != nil {
			return err
		}
	}
	if c.JSON {
		c.printJSON(map[string]any{"pairs": plan.Pairs, "people": plan.People, "on": plan.On, "changes": changeDocs(plan.Changes), "accepted": done, "demo": a.Demo})
		return nil
	}
	if err := cmd.changes(c, a, plan.Changes); err != nil {
		return err
	}
	c.line("%s", c.p.T("cli.certain_accepted", plan.Pairs, plan.People, done))
	c.mark()
	return nil
}

// changes prints by how much figures change.
func (cmd *acceptDuplicatesCmd) changes(c *console, a *app.App, list []registry.FigureChange) error {
	if len(list) == 0 {
		c.line("%s", c.p.T("cli.no_figure_changes"))
		return nil
	}
	l, err := a.Figures.Labels(c.ctx, date.On(a.DB.Now()), c.p)
	if err != nil {
		return err
	}
	rows := make([][]string, len(list))
	for i, f := range list {
		rows[i] = []string{f.Indicator, l.Of(ledger.District, int64(f.District)), f.From.String(), f.To.String(), strconv.FormatInt(f.By, 10)}
	}
	c.table([]string{c.p.T("cli.figure"), l.Dim(ledger.District), c.p.T("cli.from"), c.p.T("cli.to"), ">" + c.p.T("cli.by")}, rows)
	return nil
}

type rejectDuplicateCmd struct {
	First registry.WorkerID `arg:"" help:"Id of one file."`
	Other registry.WorkerID `arg:"" help:"Id of the other."`
	Why   string            `required:"" help:"The reason, kept in the audit log; no numbers of people."`
}

func (rejectDuplicateCmd) Help() string {
	return "The pair is not proposed again.\n\nExample:\n  tuoxing duplicates reject 123 456 --why 双胞胎，经核实为两人"
}

// Run says that a pair are two people.
func (cmd *rejectDuplicateCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if err := a.Registry.RejectDuplicate(c.ctx, who, cmd.First, cmd.Other, cmd.Why); err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"first": cmd.First, "other": cmd.Other, "state": registry.Rejected, "demo": a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.duplicate_rejected", cmd.First.String(), cmd.Other.String()))
		c.mark()
		return nil
	})
}
