package intake

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
)

// mapping makes a mapping of a person's choice, or says all that is wrong with it.
func (m *mapper) mapping(in MapInput) (*Mapping, error) {
	head, err := m.head(in.Sheet)
	if err != nil {
		return nil, err
	}
	c, _, _, err := m.heading(head, in.HeadingAt)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, mapFault("row", "intake.map_no_row")
	}
	taken, err := m.chosen(c, in.Columns)
	if err != nil {
		return nil, err
	}
	for i := range c.at {
		c.at[i] = slices.Index(taken, i)
	}
	if missing, _ := m.layout.missing(c, m.layout.labels(c, head)); len(missing) > 0 {
		return nil, mapFault("columns", "intake.map_missing", strings.Join(missing, "、"))
	}
	out := &Mapping{Kind: m.rec.opt.Kind, Unit: m.rec.opt.Unit, headings: m.s.indexOf(c.cells)}
	nth := nths(c.cells)
	for col, text := range c.cells {
		if cn.FoldHeader(text) == "" {
			continue
		}
		n := Named{Heading: text, Nth: nth[col]}
		if taken[col] >= 0 {
			n.Column = m.layout.columns[taken[col]].Name
		}
		out.Columns = append(out.Columns, n)
	}
	return out, nil
}

// chosen gives for each column of the sheet which of the kind's it is taken for, −1 for not read: as its heading says unless a
// person says otherwise.
func (m *mapper) chosen(c *candidate, said []Choice) ([]int, error) {
	var check fault.Check
	taken := make([]int, len(c.cells))
	for col := range taken {
		taken[col] = slices.Index(c.at, col)
	}
	for _, said := range said {
		col, ok := columnSaid(c, said)
		if !ok {
			check.Add("columns", "intake.map_no_heading", cmp.Or(said.Heading, strconv.Itoa(said.At+1)), c.first)
			continue
		}
		i, ok := m.layout.named(said.Column)
		switch reason := m.layout.barred(c.cells[col], i); {
		case said.Column == "":
			taken[col] = -1
		case !ok:
			check.Add(columnField(col), "intake.map_unknown", said.Column, strings.Join(m.layout.titles(), "、"))
		case reason != "":
			check.Add(columnField(col), reason, shown(c, col), m.layout.columns[i].Title)
		default:
			taken[col] = i
		}
	}
	m.once(&check, c, taken)
	return taken, check.Err()
}

// once refuses two columns that are said to be the same.
func (m *mapper) once(check *fault.Check, c *candidate, taken []int) {
	for col, i := range taken {
		if first := slices.Index(taken, i); i >= 0 && first < col {
			check.Add(columnField(col), "intake.map_twice", shown(c, first), shown(c, col), m.layout.columns[i].Title)
		}
	}
}

// columnField names a column of a sheet in a form.
func columnField(col int) string { return "column_" + strconv.Itoa(col) }

// shown is how a column of a sheet is named to a person.
func shown(c *candidate, col int) string { return cmp.Or(c.cells[col], sheet.ColumnName(col)) }

// columnSaid finds the column that a choice is about.
func columnSaid(c *candidate, said Choice) (int, bool) {
	if said.At >= 0 {
		return said.At, said.At < len(c.cells)
	}
	for col, text := range c.cells {
		if f := cn.FoldHeader(text); f != "" && f == cn.FoldHeader(strings.Join(strings.Fields(said.Heading), "")) {
			return col, true
		}
	}
	for col := range c.cells {
		if strings.EqualFold(sheet.ColumnName(col), strings.TrimSpace(said.Heading)) {
			return col, true
		}
	}
	return 0, false
}

// named finds a column of the kind by its canonical name or its title. −1 when there is none.
func (l *layout) named(text string) (int, bool) {
	if i, ok := l.index[strings.TrimSpace(text)]; ok {
		return i, true
	}
	for i, c := range l.columns {
		if cn.FoldHeader(c.Title) == cn.FoldHeader(text) {
			return i, true
		}
	}
	return -1, false
}

func (l *layout) titles() []string {
	out := make([]string, len(l.columns))
	for i, c := range l.columns {
		out[i] = c.Title
	}
	return out
}

func mapFault(field, key string, args ...any) error {
	var c fault.Check
	c.Add(field, key, args...)
	return c.Err()
}
