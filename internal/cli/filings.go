package cli

import (
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/filing"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
)

type filingsCmd struct {
	List    filingsListCmd    `cmd:"" help:"List the calls, or the units of one call in the official order."`
	Call    filingsCallCmd    `cmd:"" help:"Ask units for a sheet (报送任务)."`
	Confirm filingsConfirmCmd `cmd:"" help:"Confirm what units sent (确认): all that is named, or none."`
	Return  filingsReturnCmd  `cmd:"" help:"Send a unit's filing back with a reason (退回)."`
	Extend  filingsExtendCmd  `cmd:"" help:"Give a unit a later day (延期)."`
	Remind  filingsRemindCmd  `cmd:"" help:"Print the text of a reminder for a chat group (催报)."`
}

// choice is which units of a call are meant.
type choice struct {
	State   string `help:"Only unsent, sent, returned or confirmed ones." placeholder:"STATE"`
	Overdue bool   `help:"Only those after their due day."`
	Union   string `help:"Only units of this union: code or name." placeholder:"CODE"`
}

func (ch choice) filter(tree *org.Tree) (f filing.Filter, err error) {
	f = filing.Filter{State: filing.State(ch.State), Overdue: ch.Overdue}
	if ch.Union != "" {
		f.Union, err = tree.Find(ch.Union)
	}
	return f, err
}

type filingsListCmd struct {
	CallID string `arg:"" optional:"" name:"call" help:"Id of a call."`
	choice
}

func (filingsListCmd) Help() string {
	return "Example:\n  tuoxing filings list\n  tuoxing filings list 4711 --state unsent"
}

// Run lists calls, or the units of one.
func (cmd *filingsListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		if cmd.CallID == "" {
			return listCalls(c, a, who)
		}
		return cmd.units(c, a, who)
	})
}

func listCalls(c *console, a *app.App, who account.Actor) error {
	list, total, err := a.Filings.ListCalls(c.ctx, who, "", 0, 1000)
	if err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(map[string]any{"calls": list, "total": total, "demo": a.Demo})
		return nil
	}
	var rows [][]string
	for _, x := range list {
		rows = append(rows, []string{x.ID.String(), x.Title, x.Kind, x.AsOf.String(), x.DueOn.String(), strconv.Itoa(x.Counts.Asked), strconv.Itoa(x.Counts.Unsent), strconv.Itoa(x.Counts.Sent),
			strconv.Itoa(x.Counts.Returned), strconv.Itoa(x.Counts.Confirmed), strconv.Itoa(x.Counts.Overdue)})
	}
	head := []string{"id", c.p.T("cli.call_title"), c.p.T("cli.kind"), c.p.T("cli.as_of"), c.p.T("cli.due"), ">" + c.p.T("cli.asked")}
	for _, st := range filing.States {
		head = append(head, ">"+c.p.T(st.Key()))
	}
	c.table(append(head, ">"+c.p.T("cli.overdue")), rows)
	c.line("%s", c.p.T("cli.total", total))
	c.mark()
	return nil
}

func (cmd *filingsListCmd) units(c *console, a *app.App, who account.Actor) error {
	var id filing.CallID
	if err := id.UnmarshalText([]byte(cmd.CallID)); err != nil {
		return err
	}
	tree, err := unitNames(c, a)
	if err != nil {
		return err
	}
	f, err := cmd.filter(tree)
	if err != nil {
		return err
	}
	call, err := a.Filings.FindCall(c.ctx, who, id)
	if err != nil {
		return err
	}
	list, total, _, err := a.Filings.List(c.ctx, who, id, f)
	if err != nil {
		return err
	}
	if c.JSON {
		c.printJSON(map[string]any{"call": call, "filings": list, "total": total, "demo": a.Demo})
		return nil
	}
	rows := make([][]string, len(list))
	for i, x := range list {
		state := c.p.T(x.State.Key())
		if x.Overdue {
			state += " " + c.p.T("cli.overdue")
		}
		rows[i] = []string{x.ID.String(), x.Name, tree.Name(x.Union, 0), state, x.DueOn.String()}
	}
	c.table([]string{"id", c.p.T("cli.unit_name"), c.p.T("cli.union"), c.p.T("cli.state"), c.p.T("cli.due")}, rows)
	c.line("%s", c.p.T("cli.total", total))
	c.mark()
	return nil
}

type filingsCallCmd struct {
	Title    string `required:"" help:"What it is called in reminders."`
	Kind     string `required:"" help:"Kind of the sheet: roster …"`
	On       string `required:"" help:"The day as of which the sheet is true (截至), 2006-01-02." placeholder:"DATE"`
	Due      string `required:"" help:"The due day (报送期限), 2006-01-02." placeholder:"DATE"`
	Under    string `help:"Whose units: code or name of a union; none for the whole city." placeholder:"CODE"`
	UnitKind string `help:"Kind of the units asked." default:"enterprise"`
	Size     string `help:"Only units of this size (单位规模), by code or name." placeholder:"SIZE"`
	Section  string `help:"Only units of this section of GB/T 4754: one letter." placeholder:"LETTER"`
	Note     string `help:"What the units should look to."`
	Preview  bool   `help:"Say whom it would ask; ask nobody."`
}

func (filingsCallCmd) Help() string {
	return "Example:\n  tuoxing filings call --title 一季度职工花名册 --kind roster --on 2023-03-31 --due 2023-04-20 --under 丹阳市总工会"
}

// Run asks, or says whom it would ask.
func (cmd *filingsCallCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		in := filing.CallInput{Title: cmd.Title, Note: cmd.Note, Kind: cmd.Kind, UnitKind: org.Kind(cmd.UnitKind), Section: cmd.Section}
		if in.AsOf, err = dayFlag("on", cmd.On); err != nil {
			return err
		}
		if in.DueOn, err = dayFlag("due", cmd.Due); err != nil {
			return err
		}
		if cmd.Size != "" {
			if in.Size, err = org.ParseSize(cmd.Size); err != nil {
				return err
			}
		}
		if cmd.Under != "" {
			if in.Under, err = tree.Find(cmd.Under); err != nil {
				return err
			}
		}
		var call filing.Call
		var seen filing.Preview
		if cmd.Preview {
			seen, err = a.Filings.Preview(c.ctx, who, in)
		} else {
			call, seen, err = a.Filings.CreateCall(c.ctx, who, in)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"call": call, "preview": seen, "demo": a.Demo})
			return nil
		}
		if !cmd.Preview {
			c.line("%s", call.ID)
		}
		c.line("%s", c.p.T("cli.call_units", len(seen.Units), seen.Sent, seen.Already, seen.Silent))
		c.mark()
		return nil
	})
}

// dayFlag reads a day of a flag.
func dayFlag(name, text string) (date.Day, error) {
	day, err := date.Parse(text)
	if err != nil {
		return 0, fieldFault(name, "cli.date_unreadable", text)
	}
	return day, nil
}

// filingOf finds a unit's filing of a call.
func filingOf(c *console, a *app.App, who account.Actor, callID, unit string) (filing.ID, error) {
	var id filing.CallID
	if err := id.UnmarshalText([]byte(callID)); err != nil {
		return 0, err
	}
	tree, err := unitNames(c, a)
	if err != nil {
		return 0, err
	}
	want, err := tree.Find(unit)
	if err != nil {
		return 0, err
	}
	list, _, _, err := a.Filings.List(c.ctx, who, id, filing.Filter{})
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		if f.Unit == want {
			return f.ID, nil
		}
	}
	return 0, fault.New(fault.NotFound, "filing.unknown")
}

// onFiling does something to a unit's filing and prints how it stands then.
func (c *console) onFiling(callID, unit string, do func(a *app.App, who account.Actor, id filing.ID) error) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		id, err := filingOf(c, a, who, callID, unit)
		if err != nil {
			return err
		}
		if err := do(a, who, id); err != nil {
			return err
		}
		f, err := a.Filings.Find(c.ctx, who, id)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"filing": f, "demo": a.Demo})
			return nil
		}
		c.line("%s  %s  %s", f.Name, c.p.T(f.State.Key()), f.DueOn)
		c.mark()
		return nil
	})
}

type filingsConfirmCmd struct {
	CallID string   `arg:"" name:"call" help:"Id of the call."`
	Units  []string `arg:"" optional:"" name:"unit" help:"Units, each by credit code or name."`
	Sent   bool     `help:"All units that have sent."`
}

func (filingsConfirmCmd) Help() string {
	return "Example:\n  tuoxing filings confirm 4711 丹阳新光眼镜有限公司\n  tuoxing filings confirm 4711 --sent"
}

// Run confirms.
func (cmd *filingsConfirmCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		var call filing.CallID
		if err := call.UnmarshalText([]byte(cmd.CallID)); err != nil {
			return err
		}
		var ids []filing.ID
		for _, unit := range cmd.Units {
			id, err := filingOf(c, a, who, cmd.CallID, unit)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if cmd.Sent {
			list, _, _, err := a.Filings.List(c.ctx, who, call, filing.Filter{State: filing.Sent})
			if err != nil {
				return err
			}
			for _, f := range list {
				ids = append(ids, f.ID)
			}
		}
		if err := a.Filings.Confirm(c.ctx, who, ids...); err != nil {
			return err
		}
		row, err := a.Filings.FindCall(c.ctx, who, call)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"call": row, "confirmed": len(ids), "demo": a.Demo})
			return nil
		}
		c.line("%s", c.p.T("cli.confirmed", row.Counts.Confirmed, row.Counts.Asked))
		c.mark()
		return nil
	})
}

type filingsReturnCmd struct {
	CallID string `arg:"" name:"call" help:"Id of the call."`
	Unit   string `arg:"" help:"Credit code or name of the unit."`
	Why    string `required:"" help:"What has to be mended; the unit reads it."`
}

func (filingsReturnCmd) Help() string {
	return "Example:\n  tuoxing filings return 4711 丹阳新光眼镜有限公司 --why 少了两名质检员"
}

// Run sends a filing back.
func (cmd *filingsReturnCmd) Run(c *console) error {
	return c.onFiling(cmd.CallID, cmd.Unit, func(a *app.App, who account.Actor, id filing.ID) error {
		return a.Filings.Return(c.ctx, who, id, cmd.Why)
	})
}

type filingsExtendCmd struct {
	CallID string `arg:"" name:"call" help:"Id of the call."`
	Unit   string `arg:"" help:"Credit code or name of the unit."`
	Until  string `required:"" help:"The later day, 2006-01-02." placeholder:"DATE"`
	Why    string `required:"" help:"The reason; the unit reads it."`
}

func (filingsExtendCmd) Help() string {
	return "Example:\n  tuoxing filings extend 4711 丹阳新光眼镜有限公司 --until 2023-05-05 --why 系统升级"
}

// Run gives a later day.
func (cmd *filingsExtendCmd) Run(c *console) error {
	until, err := dayFlag("until", cmd.Until)
	if err != nil {
		return err
	}
	return c.onFiling(cmd.CallID, cmd.Unit, func(a *app.App, who account.Actor, id filing.ID) error {
		return a.Filings.Extend(c.ctx, who, id, until, cmd.Why)
	})
}

type filingsRemindCmd struct {
	CallID string `arg:"" name:"call" help:"Id of the call."`
	Counts bool   `help:"Numbers by union, no names: for a group in which units of several unions read."`
	choice
}

func (filingsRemindCmd) Help() string {
	return "Example:\n  tuoxing filings remind 4711 --union 丹阳市总工会\n  tuoxing filings remind 4711 --counts"
}

// Run prints the text, in the language asked for.
func (cmd *filingsRemindCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		var id filing.CallID
		if err := id.UnmarshalText([]byte(cmd.CallID)); err != nil {
			return err
		}
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		f, err := cmd.filter(tree)
		if err != nil {
			return err
		}
		rem, err := a.Filings.Remind(c.ctx, who, id, filing.RemindInput{Filter: f, CountsOnly: cmd.Counts})
		if err != nil {
			return err
		}
		text := func(p locale.Printer) string { return rem.Text(p, p.T("web_intake.kind_"+rem.Call.Kind)) }
		if c.JSON {
			c.printJSON(map[string]any{"total": rem.Total, "groups": rem.Groups, "zh": text(locale.New(locale.ZH)), "en": text(locale.New(locale.EN)), "demo": a.Demo})
			return nil
		}
		c.line("%s", text(c.p))
		c.mark()
		return nil
	})
}
