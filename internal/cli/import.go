package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

type importCmd struct {
	Kind          string   `arg:"" help:"organisations, roster, certificates or statistics."`
	Files         []string `arg:"" type:"existingfile" help:"Spreadsheets (xlsx, csv)."`
	On            string   `help:"The day as of which the rows are true (截至), 2006-01-02." placeholder:"DATE"`
	Full          bool     `help:"The roster is complete (全量) for its unit: who is absent is proposed as a leaver."`
	Org           string   `help:"The unit whose list it is: credit code or name." placeholder:"CODE"`
	ConfirmAbsent int      `help:"The number of absentees typed back, when more than a fifth is absent." placeholder:"N"`
	ConfirmCode   []string `help:"A credit code that fails its check digit and is confirmed as really issued." placeholder:"CODE"`
	Map           []string `help:"What a column is: heading or letter = column of the kind, by name or Chinese heading; - is not read. Remembered for the unit and these headings." placeholder:"HEADING=COLUMN" sep:"none"`
	HeadingRow    int      `help:"With --map: the row of the heading, when it is not found." placeholder:"N"`
	DryRun        bool     `help:"Say what would happen; change nothing."`
	Rejects       string   `help:"Write the refused rows, with what is wrong, into this workbook." placeholder:"OUT.xlsx"`
}

func (importCmd) Help() string {
	return "Example:\n  tuoxing import roster 职工花名册.xlsx --on 2022-12-31 --org 丹阳市总工会 --rejects 退回.xlsx\n  tuoxing import roster 台账.xlsx --org 东方眼镜厂 --map 员工=姓名 --map 证号=id_number --map C=岗位类别 --map 备用=-"
}

// Run takes the files in one after the other; each is in or it is not.
func (cmd *importCmd) Run(c *console) error {
	var on date.Day
	if cmd.On != "" {
		var err error
		if on, err = date.Parse(cmd.On); err != nil {
			return fieldFault("on", "cli.date_unreadable", cmd.On)
		}
	}
	say, err := cmd.mapping()
	if err != nil {
		return err
	}
	return c.with(app.Options{Create: cmd.Kind == "organisations"}, func(a *app.App, who account.Actor) error {
		var reports []intake.Report
		for _, file := range cmd.Files {
			r, err := cmd.one(c, a, who, file, on, say)
			if err != nil {
				return err
			}
			reports = append(reports, r)
			c.printReport(r)
		}
		if c.JSON {
			c.printJSON(map[string]any{"imports": reports, "demo": a.Demo})
		}
		c.mark()
		return refusedFile(reports)
	})
}

// mapping reads what --map says; nil when it says nothing.
func (cmd *importCmd) mapping() (*intake.MapInput, error) {
	if len(cmd.Map) == 0 {
		if cmd.HeadingRow != 0 {
			return nil, fieldFault("map", "cli.map_missing")
		}
		return nil, nil
	}
	say := &intake.MapInput{HeadingAt: intake.HeadingAt{Row: cmd.HeadingRow}}
	for _, text := range cmd.Map {
		at := strings.LastIndex(text, "=") // a heading may hold the sign, a column's name does not
		if at <= 0 || at == len(text)-1 {
			return nil, fieldFault("map", "cli.map_unreadable", text)
		}
		choice := intake.Choice{At: -1, Heading: strings.TrimSpace(text[:at]), Column: strings.TrimSpace(text[at+1:])}
		if choice.Column == "-" {
			choice.Column = ""
		}
		say.Columns = append(say.Columns, choice)
	}
	return say, nil
}

func (cmd *importCmd) one(c *console, a *app.App, who account.Actor, file string, on date.Day, say *intake.MapInput) (intake.Report, error) {
	opt := intake.Options{Kind: cmd.Kind, AsOf: on, Full: cmd.Full, ConfirmAbsent: cmd.ConfirmAbsent, ConfirmedCodes: cmd.ConfirmCode}
	if cmd.Org != "" {
		err := a.DB.ReadTx(c.ctx, func(tx *db.Tx) error {
			tree, err := a.Org.Tree(c.ctx, tx)
			if err != nil {
				return err
			}
			unit, err := tree.Find(cmd.Org)
			opt.Unit, opt.UnitCode = int64(unit), tree.Code(unit)
			return err
		})
		if err != nil {
			return intake.Report{}, err
		}
	}
	return c.takeIn(a, who, file, opt, say, cmd.DryRun, cmd.Rejects)
}

// takeIn brings one file all the way in, or up to the dry run.
func (c *console) takeIn(a *app.App, who account.Actor, file string, opt intake.Options, say *intake.MapInput, dry bool, rejects string) (intake.Report, error) {
	v, err := a.Viewer(c.ctx, who)
	if err != nil {
		return intake.Report{}, err
	}
	f, err := os.Open(file)
	if err != nil {
		return intake.Report{}, fault.New(fault.NotFound, "cli.file_missing", filepath.Base(file)).Because(err)
	}
	defer f.Close()
	id, err := a.Intake.Receive(c.ctx, v, filepath.Base(file), f, opt)
	if err != nil {
		return intake.Report{}, err
	}
	if say != nil {
		if err := a.Intake.Map(c.ctx, v, id, *say); err != nil {
			return intake.Report{}, errors.Join(err, a.Intake.Discard(c.ctx, v, id)) // a wrong word on the line leaves nothing behind
		}
	}
	end := c.watch(a, id, filepath.Base(file))
	r, err := a.Intake.Stage(c.ctx, v, id)
	if err == nil && r.State == intake.Staged {
		if dry {
			r, err = a.Intake.DryRun(c.ctx, v, id)
		} else {
			r, err = a.Intake.Apply(c.ctx, v, id)
		}
	}
	end()
	if err != nil || rejects == "" || r.Refused == 0 {
		return r, err
	}
	out, err := os.Create(rejects)
	if err != nil {
		return r, fault.New(fault.Invalid, "cli.file_unwritable", rejects).Because(err)
	}
	if err := a.Intake.Rejects(c.ctx, v, id, c.p, out); err != nil {
		return r, err
	}
	return r, out.Close()
}

// refusedFile turns a file that could not be read at all into the fault that says why.
func refusedFile(reports []intake.Report) error {
	i := slices.IndexFunc(reports, func(r intake.Report) bool { return r.State == intake.Refused })
	if i < 0 || reports[i].Failure == nil {
		return nil
	}
	f := reports[i].Failure
	return &fault.Error{Kind: fault.Invalid, Key: f.Key, Args: f.Args, Fix: f.Fix}
}

func (c *console) printReport(r intake.Report) {
	c.line("%s  %s  %s", r.ID, r.Name, c.p.T("intake.state_"+string(r.State)))
	c.line("  %s", c.p.T("cli.counts", r.Read, r.Accepted, r.Mended, r.Refused, r.Duplicate))
	if r.Proposed > 0 {
		c.line("  %s", c.p.T("cli.proposed", r.Proposed))
	}
	for _, sh := range r.Sheets {
		if sh.Mapping != nil {
			c.line("  %s", c.p.T("cli.mapped", sh.Name, sh.Mapping.At, sh.Mapping.ID.String()))
		}
	}
	for _, rule := range r.Rules {
		c.line("  %s %s %s × %d", rule.Rule, rule.Grade, c.p.T("intake.rule_seen", rule.Col), rule.Rows)
	}
	if r.Block > 0 {
		c.line("  %s", c.p.T("cli.block", r.Block))
	}
}

type importsCmd struct {
	Kind  string `help:"Only this kind."`
	State string `help:"Only this state: received, staged, applied, undone, refused."`
	Limit int    `default:"50" help:"At most so many, newest first."`
}

func (importsCmd) Help() string { return "Example:\n  tuoxing imports --kind roster" }

// Run lists imports, newest first.
func (cmd *importsCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		v, err := a.Viewer(c.ctx, who)
		if err != nil {
			return err
		}
		list, total, err := a.Intake.List(c.ctx, v, intake.Filter{Kind: cmd.Kind, State: intake.State(cmd.State), Limit: cmd.Limit})
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"imports": list, "total": total, "demo": a.Demo})
			return nil
		}
		rows := make([][]string, len(list))
		for i, r := range list {
			rows[i] = []string{r.ID.String(), r.Kind, c.p.T("intake.state_" + string(r.State)), r.AsOf, fmt.Sprint(r.Read), fmt.Sprint(r.Accepted), fmt.Sprint(r.Mended), fmt.Sprint(r.Refused), fmt.Sprint(r.Duplicate), fmt.Sprint(r.Block), r.Name}
		}
		c.table([]string{"id", c.p.T("cli.kind"), c.p.T("cli.state"), c.p.T("cli.as_of"), ">" + c.p.T("cli.read"), ">" + c.p.T("cli.accepted"), ">" + c.p.T("cli.mended"), ">" + c.p.T("cli.refused"), ">" + c.p.T("cli.duplicate"), ">" + c.p.T("cli.block_no"), c.p.T("cli.file")}, rows)
		c.line("%s", c.p.T("cli.total", total))
		c.mark()
		return nil
	})
}

type undoCmd struct {
	Import string `arg:"" help:"Id of the import."`
	Why    string `help:"The reason, kept with the reversal."`
	DryRun bool   `help:"Say what the figures of today would be; change nothing."`
}

func (undoCmd) Help() string {
	return "Examples:\n  tuoxing undo 123456789 --dry-run\n  tuoxing undo 123456789 --why 报送单位重复报送"
}

// Run takes an import back.
func (cmd *undoCmd) Run(c *console) error {
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(cmd.Import)); err != nil {
		return err
	}
	if cmd.Why == "" {
		cmd.Why = c.p.T("cli.undo_why")
	}
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		v, err := a.Viewer(c.ctx, who)
		if err != nil {
			return err
		}
		if cmd.DryRun {
			return c.printUndoTrial(a, who, v, id)
		}
		r, err := a.Intake.Undo(c.ctx, v, id, cmd.Why)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(struct {
				intake.Report
				Demo bool `json:"demo"`
			}{r, a.Demo})
			return nil
		}
		c.printReport(r)
		c.mark()
		return nil
	})
}

// printUndoTrial tells what taking an import back would do to the figures.
func (c *console) printUndoTrial(a *app.App, who account.Actor, v intake.Viewer, id intake.ImportID) error {
	trial, err := a.Intake.TryUndo(c.ctx, v, id)
	if err != nil {
		return err
	}
	shifts := make([]figure.Shift, len(trial.Shifts))
	for i, sh := range trial.Shifts {
		shifts[i] = figure.Shift(sh)
	}
	list, _, err := a.Figures.Outlooks(c.ctx, who, date.On(a.DB.Now()), shifts)
	if err != nil {
		return err
	}
	docs, rows := make([]map[string]any, len(list)), make([][]string, len(list))
	for i, o := range list {
		title := o.TitleIn(string(c.p.Lang()))
		docs[i] = map[string]any{"name": o.Name, "title": title, "unit": o.Unit, "before": o.Before.Text(), "after": o.After.Text()}
		rows[i] = []string{o.Name, title, o.Before.Text(), o.After.Text(), c.p.T("figure.unit." + string(o.Unit))}
	}
	if c.JSON {
		c.printJSON(map[string]any{"id": id, "block": trial.Head, "facts": trial.Facts, "figures": docs, "demo": a.Demo})
		return nil
	}
	c.table([]string{"name", c.p.T("cli.figure"), ">" + c.p.T("cli.now"), ">" + c.p.T("cli.after_undo"), c.p.T("cli.unit")}, rows)
	c.line("%s", c.p.T("cli.undo_trial", trial.Facts, trial.Head))
	c.mark()
	return nil
}

type leaversCmd struct {
	Import  string   `arg:"" help:"Id of the roster's import."`
	Confirm bool     `xor:"decide" help:"They have left."`
	Reject  bool     `xor:"decide" help:"They are still there."`
	Back    bool     `xor:"decide" name:"take-back" help:"Take decisions back: who was confirmed has not left, and the proposals are open again."`
	Worker  []string `help:"Only these people, by id; all when not given."`
	On      string   `help:"With --confirm: the first day of not being there any more; the roster's day when not given." placeholder:"DATE"`
	Why     string   `help:"With --take-back: the reason, kept in the audit log; no name, no number."`
}

func (leaversCmd) Help() string {
	return "Example:\n  tuoxing leavers 123456789 --confirm --on 2022-12-01\n  tuoxing leavers 123456789 --take-back --worker 456 --why 经核实仍在职"
}

func fieldFault(name, key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: name, Key: key, Args: args}}}
}

// unitNames reads the tree for labels.
func unitNames(c *console, a *app.App) (*org.Tree, error) {
	var tree *org.Tree
	err := a.DB.ReadTx(c.ctx, func(tx *db.Tx) (err error) {
		tree, err = a.Org.Tree(c.ctx, tx)
		return err
	})
	return tree, err
}
