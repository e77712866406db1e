package intake

import (
	"slices"
	"strings"

	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
)

// maxText is the longest cell of a data row, bytes; longer ones are a text that slipped into a table.
const maxText = 2000

// cellErrors are the values by which spreadsheets say that a formula failed.
var cellErrors = map[string]bool{"#N/A": true, "#REF!": true, "#VALUE!": true, "#DIV/0!": true, "#NAME?": true,
	"#NULL!": true, "#NUM!": true, "#SPILL!": true, "#GETTING_DATA": true}

// build makes a Row of the cells that the target asked for and applies the rules that hold for
// every kind of spreadsheet.
func (g *staging) build(t *table, has []bool, in sheet.Row) *Row {
	r := &Row{Line: ledger.LineOf(t.sheet, in.Number), Sheet: t.name, headings: t.headings, layout: g.layout, has: has, cells: make([]Cell, len(t.at))}
	for i, at := range t.at {
		if at < 0 {
			if t.above[i] != "" {
				r.cells[i] = Cell{Read: t.above[i], Value: t.above[i]}
				g.checkCell(r, i)
				r.Note(RuleAbove, g.layout.columns[i].Name, "intake.cell_above")
			}
			continue
		}
		raw := cell(in.Cells, at)
		r.cells[i] = Cell{Read: raw, Value: clean(raw)}
		if text, escaped := listing.Restore(r.cells[i].Value); escaped {
			r.cells[i].Value = text
			r.Note(RuleEscaped, g.layout.columns[i].Name, "intake.cell_escaped")
		}
		g.checkCell(r, i)
		if len(in.Carried) > 0 && slices.Contains(in.Carried, at) {
			r.Note(RuleMerged, g.layout.columns[i].Name, "intake.cell_carried")
		}
	}
	if in.Hidden {
		r.Warn(RuleHidden, "", "intake.row_hidden")
	}
	return r
}

func (g *staging) checkCell(r *Row, i int) {
	col, value := g.layout.columns[i], r.cells[i].Value
	switch {
	case value == "":
		if col.Required {
			r.Refuse(RuleEmpty, col.Name, "intake.cell_empty", col.Title)
		}
	case strings.ContainsRune(value, '\uFFFD'):
		r.Refuse(RuleEncoding, col.Name, "intake.cell_garbled", col.Title)
	case value == sheet.Uncalculated:
		r.Refuse(RuleUncalculated, col.Name, "intake.cell_uncalculated", col.Title)
	case value[0] == '#' && cellErrors[value]:
		r.Refuse(RuleError, col.Name, "intake.cell_error", col.Title, value)
	case len(value) > maxText:
		r.Refuse(RuleLength, col.Name, "intake.cell_long", col.Title, maxText/3)
	}
}
