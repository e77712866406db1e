package cli

import (
	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/registry"
)

type duplicatesCmd struct {
	Find    findDuplicatesCmd   `cmd:"" help:"Look for files that may be one person's, and propose them."`
	List    listDuplicatesCmd   `cmd:"" help:"Proposed pairs, the surest first."`
	Accept  acceptDuplicatesCmd `cmd:"" help:"Merge a proposed pair, or all certain ones."`
	Reject  rejectDuplicateCmd  `cmd:"" help:"Say that a proposed pair are two people."`
	Merge   mergeCmd            `cmd:"" help:"Make two files one person's: the second counts in the first from then on."`
	Unmerge unmergeCmd          `cmd:"" help:"Take a merge back: both files have their own timelines again."`
}

type mergeCmd struct {
	Survivor registry.WorkerID `arg:"" help:"Id of the file that stays."`
	Loser    registry.WorkerID `arg:"" help:"Id of the file that is merged into it."`
	Why      string            `required:"" help:"The reason, kept in the audit log; no numbers of people."`
}

func (mergeCmd) Help() string {
	return "Example:\n  tuoxing duplicates merge 123 456 --why 证件号码录错一位"
}

// Run merges two files.
func (cmd *mergeCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if err := a.Registry.Merge(c.ctx, who, cmd.Survivor, cmd.Loser, cmd.Why); err != nil {
			return err
		}
		return c.said(a, "cli.merged", cmd.Loser, cmd.Survivor, true)
	})
}

type unmergeCmd struct {
	Loser registry.WorkerID `arg:"" help:"Id of the file that was merged into another."`
	Why   string            `required:"" help:"The reason, kept in the audit log; no numbers of people."`
}

func (unmergeCmd) Help() string {
	return "Example:\n  tuoxing duplicates unmerge 456 --why 经核实为两人"
}

// Run takes a merge back.
func (cmd *unmergeCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if err := a.Registry.Unmerge(c.ctx, who, cmd.Loser, cmd.Why); err != nil {
			return err
		}
		return c.said(a, "cli.unmerged", cmd.Loser, 0, false)
	})
}

// said tells what became of a file.
func (c *console) said(a *app.App, key string, file, survivor registry.WorkerID, merged bool) error {
	if c.JSON {
		c.printJSON(map[string]any{"file": file, "survivor": survivor, "merged": merged, "demo": a.Demo})
		return nil
	}
	c.line("%s", c.p.T(key, file.String()))
	c.mark()
	return nil
}
