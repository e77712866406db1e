package cli

import (
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type organisationsCmd struct {
	List organisationsListCmd `cmd:"" help:"List units as they were on a day."`
	Show organisationShowCmd  `cmd:"" help:"Show a unit as it was on a day, with every row about it."`
}

type organisationsListCmd struct {
	On        string `help:"As of this day; today when not given." placeholder:"DATE"`
	Q         string `help:"Part of a name, its pinyin, initials or code." placeholder:"TEXT"`
	Kind      string `help:"city, district, zone, industry_union, member, school, enterprise."`
	District  int32  `help:"Six digits of the division." placeholder:"321181"`
	Section   string `help:"Letter of the section of GB/T 4754." placeholder:"C"`
	Size      string `help:"1 to 4, or 大型, 中型, 小型, 微型."`
	Ownership string `help:"Three digits, or 国有, 集体, 私营, 外商 …"`
	Ended     bool   `help:"Also those that were struck off."`
	Under     string `help:"Only what lies below this unit; credit code or name." placeholder:"CODE"`
	Sort      string `help:"name, code, district, industry, ownership, size or people, with - before it descending (--sort=-people); the official order when not given."`
	After     string `help:"Go on behind this unit: next of the page before." placeholder:"ID"`
	Limit     int    `help:"Lines of a page." default:"50"`
}

func (organisationsListCmd) Help() string {
	return "Examples:\n  tuoxing organisations list --kind district --on 2023-12-31\n  tuoxing organisations list --under 丹阳市总工会 --section C --sort name"
}

// Run lists units.
func (cmd *organisationsListCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		f, err := cmd.filter(c, a)
		if err != nil {
			return err
		}
		list, total, more, err := a.Registry.ListUnits(c.ctx, who, f)
		if err != nil {
			return err
		}
		w, err := c.words(a, f.On)
		if err != nil {
			return err
		}
		next := ""
		if more {
			next = list[len(list)-1].ID.String()
		}
		if c.JSON {
			c.printJSON(map[string]any{"on": f.On, "organisations": w.Units(list), "total": total, "next": next, "demo": a.Demo})
			return nil
		}
		rows := make([][]string, len(list))
		for i, d := range w.Units(list) {
			people := ""
			if d.People != nil {
				people = strconv.FormatInt(*d.People, 10)
			}
			rows[i] = []string{d.ID.String(), d.Name, d.Code, d.Kind.Name, d.District.Name, d.Standing.Name, strconv.Itoa(d.Below), people}
		}
		c.table([]string{"id", c.p.T("cli.employer"), c.p.T("cli.unit_code"), c.p.T("cli.unit_kind"), c.p.T("cli.district"), c.p.T("cli.state"), ">" + c.p.T("cli.units_below"), ">" + c.p.T("cli.employees")}, rows)
		c.line("%s", c.p.T("cli.units_total", f.On, total))
		if next != "" {
			c.line("%s", c.p.T("cli.next", next))
		}
		c.mark()
		return nil
	})
}

// filter reads the flags.
func (cmd *organisationsListCmd) filter(c *console, a *app.App) (f registry.UnitFilter, err error) {
	f = registry.UnitFilter{Filter: org.Filter{Text: cmd.Q, Kind: org.Kind(cmd.Kind), District: cmd.District, Section: strings.ToUpper(cmd.Section), Ended: cmd.Ended}, Order: listing.Order(cmd.Sort), Limit: cmd.Limit}
	if f.On, err = c.day(a, "on", cmd.On); err != nil {
		return f, err
	}
	if f.Size, err = org.ParseSize(cmd.Size); err != nil {
		return f, err
	}
	if f.Ownership, err = org.ParseOwnership(cmd.Ownership); err != nil {
		return f, err
	}
	if f.Under, err = c.unit(a, cmd.Under); err != nil {
		return f, err
	}
	err = f.After.UnmarshalText([]byte(cmd.After))
	return f, err
}

type organisationShowCmd struct {
	Unit string `arg:"" help:"Credit code or name, or id from the list."`
	On   string `help:"As of this day; today when not given." placeholder:"DATE"`
}

func (organisationShowCmd) Help() string {
	return "Example:\n  tuoxing organisations show 丹阳市总工会 --on 2023-12-31"
}

// Run shows a unit.
func (cmd *organisationShowCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		on, err := c.day(a, "on", cmd.On)
		if err != nil {
			return err
		}
		id, err := c.unit(a, cmd.Unit)
		if err != nil {
			var byID org.UnitID
			if byID.UnmarshalText([]byte(cmd.Unit)) != nil {
				return err // no id either: the name is what was meant
			}
			id = byID
		}
		f, err := a.Registry.FindUnit(c.ctx, who, id, on)
		if err != nil {
			return err
		}
		w, err := c.words(a, on)
		if err != nil {
			return err
		}
		doc := w.File(f)
		if c.JSON {
			c.printJSON(map[string]any{"on": on, "organisation": doc, "demo": a.Demo})
			return nil
		}
		c.printUnit(doc, on)
		c.mark()
		return nil
	})
}

// printUnit prints a unit, what lies under it, its history and what moved.
func (c *console) printUnit(d registry.OrganisationDoc, on date.Day) {
	c.line("%s", c.p.T("cli.unit_head", d.Name, d.Kind.Name, d.Standing.Name, on))
	var way []string
	for _, r := range d.Way {
		way = append(way, r.Name)
	}
	if len(way) > 0 {
		c.line("%s", c.p.T("cli.unit_way", strings.Join(way, " › ")))
	}
	c.line("%s", c.p.T("cli.unit_counts", d.Below))
	if d.People != nil {
		c.line("%s", c.p.T("cli.unit_people", *d.Own, *d.People))
	}
	var rows [][]string
	for _, s := range d.History {
		stand, from := c.p.T("registry.unit_stand_"+s.Stand), ""
		if s.Import != "" {
			from = c.p.T("cli.unit_row", s.Import, s.Row)
		}
		if len(s.Changes) == 0 {
			rows = append(rows, []string{s.AsOf.String(), stand, "", from})
		}
		for _, x := range s.Changes {
			rows = append(rows, []string{s.AsOf.String(), stand, c.p.T("registry.unit_field_"+x.Field) + " " + orDash(x.From) + " → " + orDash(x.To), from})
		}
	}
	c.table([]string{c.p.T("cli.day"), c.p.T("cli.unit_stand"), c.p.T("cli.unit_change"), c.p.T("cli.source")}, rows)
	for _, m := range d.Moves {
		c.line("%s", c.p.T("cli.unit_move", m.On, m.Total, m.From.Name, m.To.Name))
	}
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// day reads a day among the flags; today when none was given.
func (c *console) day(a *app.App, flag, text string) (date.Day, error) {
	if text == "" {
		return date.On(a.DB.Now()), nil
	}
	d, err := date.Parse(text)
	if err != nil {
		return 0, fieldFault(flag, "cli.date_unreadable", text)
	}
	return d, nil
}

// words print units in the language of the command.
func (c *console) words(a *app.App, on date.Day) (registry.Words, error) {
	l, err := a.Figures.Labels(c.ctx, on, c.p)
	if err != nil {
		return registry.Words{}, err
	}
	return registry.Words{Printer: c.p, Of: l.Of}, nil
}
