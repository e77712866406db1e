package cli

import (
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
)

type conflictsCmd struct {
	List   conflictsListCmd  `cmd:"" help:"List the conflicts between sources."`
	Show   conflictShowCmd   `cmd:"" help:"Show the statements of a conflict, and what would change if another one held."`
	Decide conflictDecideCmd `cmd:"" help:"Decide which statement holds: figures change by reversal."`
	Reopen conflictReopenCmd `cmd:"" help:"Take a decision back: the precedence of sources holds again."`
}

type conflictsListCmd struct {
	Kind  string `help:"Only this kind: two_main, job_differs, started_differs, certificate_differs, sex_differs, birth_differs, name_differs."`
	State string `help:"open or decided." placeholder:"STATE"`
	Part  string `help:"task (another statement would change a figure) or list (the others)." placeholder:"PART"`
	Unit  string `help:"Only people whose file belongs to this unit, an employer for instance, or to one below it: credit code or name." placeholder:"CODE"`
	After string `help:"Go on behind this conflict: next of the page before."`
	Limit int    `help:"Lines of a page." default:"50"`
}

func (conflictsListCmd) Help() string {
	return "Example:\n  tuoxing conflicts list --part task --state open"
}

// Run lists conflicts.
func (cmd *conflictsListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		unit, err := c.unit(a, cmd.Unit)
		if err != nil {
			return err
		}
		list, total, err := a.Registry.ListConflicts(c.ctx, who, registry.ConflictFilter{Kind: registry.ConflictKind(cmd.Kind), State: cmd.State, Part: cmd.Part, Unit: unit, After: cmd.After, Limit: cmd.Limit})
		if err != nil {
			return err
		}
		next := ""
		if len(list) == cmd.Limit {
			next = list[len(list)-1].Key()
		}
		if c.JSON {
			docs := make([]map[string]any, len(list))
			for i, l := range list {
				docs[i] = map[string]any{"id": l.Key(), "worker": l.Worker.ID, "name": l.Worker.Name, "kind": l.Kind, "task": l.Task, "decided": l.Decided, "found_at": l.FoundAt}
			}
			c.printJSON(map[string]any{"conflicts": docs, "total": total, "next": next, "demo": a.Demo})
			return nil
		}
		rows := make([][]string, len(list))
		for i, l := range list {
			rows[i] = []string{l.Key(), l.Worker.Name, conflictTitle(c, a, l.Kind), c.p.T("registry.conflict_part_" + part(l.Task)), c.p.T("registry.conflict_state_" + state(l.Decided))}
		}
		c.table([]string{"id", c.p.T("cli.person"), c.p.T("cli.conflict"), c.p.T("cli.part"), c.p.T("cli.state")}, rows)
		c.line("%s", c.p.T("cli.total", total))
		if next != "" {
			c.line("%s", c.p.T("cli.conflict_next", next))
		}
		c.mark()
		return nil
	})
}

func part(task bool) string {
	if task {
		return "task"
	}
	return "list"
}

func state(decided bool) string {
	if decided {
		return "decided"
	}
	return "open"
}

func conflictTitle(c *console, a *app.App, kind registry.ConflictKind) string {
	for _, k := range a.Registry.Conflicts {
		if k.Kind == kind {
			return k.Title[string(c.p.Lang())]
		}
	}
	return string(kind)
}

type conflictShowCmd struct {
	Conflict string `arg:"" help:"Id from the list: 123.two_main.456."`
}

func (conflictShowCmd) Help() string { return "Example:\n  tuoxing conflicts show 123.two_main.456" }

// Run shows a conflict.
func (cmd *conflictShowCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error { return c.printConflict(a, who, cmd.Conflict) })
}

type conflictDecideCmd struct {
	Conflict string `arg:"" help:"Id from the list: 123.two_main.456."`
	Keep     int64  `required:"" help:"The statement that holds, by its id in show."`
	Why      string `required:"" help:"The reason, which stays in the log: no name, no number."`
}

func (conflictDecideCmd) Help() string {
	return "Example:\n  tuoxing conflicts decide 123.two_main.456 --keep 789 --why 经两家单位核实"
}

// Run decides a conflict.
func (cmd *conflictDecideCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		place, err := registry.ParseConflictPlace(cmd.Conflict)
		if err != nil {
			return err
		}
		if err := a.Registry.DecideConflict(c.ctx, who, registry.DecideConflictInput{Worker: place.Worker, Kind: place.Kind, Keep: cmd.Keep, Why: cmd.Why}); err != nil {
			return err
		}
		return c.printConflict(a, who, cmd.Conflict)
	})
}

type conflictReopenCmd struct {
	Conflict string `arg:"" help:"Id from the list: 123.two_main.456."`
	Why      string `required:"" help:"The reason, which stays in the log: no name, no number."`
}

func (conflictReopenCmd) Help() string {
	return "Example:\n  tuoxing conflicts reopen 123.two_main.456 --why 核实有误"
}

// Run takes a decision back.
func (cmd *conflictReopenCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		place, err := registry.ParseConflictPlace(cmd.Conflict)
		if err != nil {
			return err
		}
		if err := a.Registry.ReopenConflict(c.ctx, who, place.Worker, place.Kind, place.About, cmd.Why); err != nil {
			return err
		}
		return c.printConflict(a, who, cmd.Conflict)
	})
}

func (c *console) printConflict(a *app.App, who account.Actor, id string) error {
	place, err := registry.ParseConflictPlace(id)
	if err != nil {
		return err
	}
	f, err := a.Registry.FindConflict(c.ctx, who, place.Worker, place.Kind, place.About)
	if err != nil {
		return err
	}
	l, err := a.Figures.Labels(c.ctx, date.On(a.DB.Now()), c.p)
	if err != nil {
		return err
	}
	if c.JSON {
		says := make([]map[string]any, len(f.Choices))
		for i, x := range f.Choices {
			says[i] = map[string]any{"id": strconv.FormatInt(x.Row, 10), "holds": x.Holds, "says": statedWords(c, l, f.Kind, x.Stated), "source": x.From.String(), "import": strconv.FormatInt(x.Import, 10), "sheet_no": x.Line.Sheet(), "row": x.Line.Row(), "changes": changeDocs(x.Changes)}
		}
		c.printJSON(map[string]any{"id": id, "kind": f.Kind, "task": f.Task, "decided": f.Ruling != nil, "statements": says, "demo": a.Demo})
		return nil
	}
	c.line("%s", c.p.T("cli.conflict_head", conflictTitle(c, a, f.Kind), c.p.T("registry.conflict_state_"+state(f.Ruling != nil))))
	var rows [][]string
	for _, x := range f.Choices {
		holds := ""
		if x.Holds {
			holds = c.p.T("cli.holds")
		}
		rows = append(rows, []string{strconv.FormatInt(x.Row, 10), statedWords(c, l, f.Kind, x.Stated), c.p.T("registry.source_" + x.From.String()), holds})
		for _, ch := range x.Changes {
			rows = append(rows, []string{"", ch.Indicator + " " + l.Of(ledger.District, int64(ch.District)), ch.From.String() + " – " + ch.To.String(), strconv.FormatInt(ch.By, 10)})
		}
	}
	c.table([]string{"id", c.p.T("cli.conflict_says"), c.p.T("cli.source"), c.p.T("cli.state")}, rows)
	c.mark()
	return nil
}

// statedWords says a statement as one line.
func statedWords(c *console, l *figure.Labels, kind registry.ConflictKind, s registry.Stated) string {
	switch kind {
	case registry.TwoMain:
		return l.Of(ledger.Employer, int64(s.Employer)) + " " + s.Period.From.String()
	case registry.StartedDiffers:
		return s.Period.From.String()
	case registry.JobDiffers:
		return s.Post.String() + " " + s.AsOf.String()
	case registry.CertificateDiffers:
		return l.Of(ledger.RankEver, int64(s.Rank)) + " " + s.IssuedOn.String()
	case registry.SexDiffers:
		return l.Of(ledger.Sex, int64(s.Sex))
	case registry.BirthDiffers:
		return c.p.Month(s.Birth)
	}
	return s.Name
}
