package cli

import (
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/app"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

type mappingsCmd struct {
	Forget string `help:"Forget this mapping, by its id: these headings are read by the known words again." placeholder:"ID"`
}

func (mappingsCmd) Help() string {
	return "Examples:\n  tuoxing mappings\n  tuoxing mappings --forget 123456789"
}

// Run lists what was said of the columns of sheets, or forgets it.
func (cmd *mappingsCmd) Run(c *console) error {
	return c.with(app.Options{}, func(a *app.App, who account.Actor) error {
		v, err := a.Viewer(c.ctx, who)
		if err != nil {
			return err
		}
		if cmd.Forget != "" {
			var id intake.MappingID
			if err := id.UnmarshalText([]byte(cmd.Forget)); err != nil {
				return err
			}
			if err := a.Intake.ForgetMapping(c.ctx, v, id); err != nil {
				return err
			}
		}
		list, err := a.Intake.Mappings(c.ctx, v)
		if err != nil {
			return err
		}
		if c.JSON {
			c.printJSON(map[string]any{"mappings": list, "demo": a.Demo})
			return nil
		}
		tree, err := unitNames(c, a)
		if err != nil {
			return err
		}
		rows := make([][]string, len(list))
		for i, m := range list {
			unit := c.p.T("cli.whole_city")
			if m.Unit != 0 {
				unit = tree.Name(org.UnitID(m.Unit), date.On(a.DB.Now()))
			}
			rows[i] = []string{m.ID.String(), unit, m.Kind, c.p.T("cli.time", m.At), mappedWords(c, m)}
		}
		c.table([]string{"id", c.p.T("cli.unit_name"), c.p.T("cli.kind"), c.p.T("cli.mapped_at"), c.p.T("cli.mapped_columns")}, rows)
		c.mark()
		return nil
	})
}

// mappedWords tells what each heading is taken for.
func mappedWords(c *console, m intake.Mapping) string {
	words := make([]string, len(m.Columns))
	for i, n := range m.Columns {
		words[i] = n.Heading + " → " + n.Title
		if n.Column == "" {
			words[i] = n.Heading + " → " + c.p.T("cli.not_read")
		}
	}
	return strings.Join(words, " · ")
}
