// Package figure is the pages of the figures: the list of all, one figure with its definition
// and its cells, and the rows behind a cell (追溯) down to file, sheet and row.
//
// A figure is printed with unit, date and block; a rate is shown by its two sides. The pages
// compute nothing: counts, sums and shares come from the figure module.
package figure

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is all figures of a day.
type ListPage struct {
	part.Base
	Scope  string
	On     date.Day
	Block  int64
	Pinned bool
	Groups []Group
	// CanImport offers to hand in a file where there are no figures yet.
	CanImport bool
}

// Group is figures of one population, with the population's name.
type Group struct {
	Name  string
	Cards []part.Card
}

// Page is one figure.
type Page struct {
	part.Base
	ID         string
	Name       string
	Definition string
	Value      part.Quantity
	On         date.Day
	Block      int64
	Pinned     bool
	Scope      string
	Rows       string // address of the rows behind the value; empty for a rate
	Sides      []Side // numerator and denominator of a rate
	Chips      []part.Chip
	Keep       []part.Pair // cuts and filters, which go along with another day
	Tabs       []Tab       // the dimensions by which it can be cut
	Cut        *Cut        // rows and columns
	Filter     *Filter     // one filter more
	Picker     *Picker     // the values of a filter, when it is being chosen
	Trend      *part.Trend // against the year before, and the line of the years
	ZH, EN     string      // the value as an official sentence
	ByName     string      // names of the chosen dimensions
	Cells      []Cell
	Columns    []part.Column // of the cells
	More       int64         // cells that the page does not list
	Cross      *Cross        // two dimensions as rows and columns, instead of Cells
	Sum        part.Quantity // of the cells; none when they do not add up (a rate)
	CSV, XLSX  string
}

// Tab is a dimension to cut by.
type Tab struct {
	Label, Href string
	On          bool
}

// Cut asks for the dimensions of rows and columns.
type Cut struct {
	Action   string
	Keep     []part.Pair
	Options  []part.Option // of both; the first is none and only for columns
	Row, Col string
}

// Filter asks for the dimension of one filter more.
type Filter struct {
	Action  string
	Keep    []part.Pair
	Options []part.Option
	Value   string
}

// Picker asks for the values of a filter: one or several of a dimension.
type Picker struct {
	Action, Dim, Label string
	Back               string // the page without the question
	Keep               []part.Pair
	Values             []Pick
	More               int64 // values that the page does not list
}

// Pick is one value with what the figure is for it under the other filters.
type Pick struct {
	Value, Label string
	Count        part.Quantity
	On           bool
}

// Cross is a cross table.
type Cross struct {
	RowHead, ColHead string
	Unit             part.Unit
	Cols             []CrossCol
	Rows             []CrossRow
}

// CrossCol is the head and the foot of a column; Sum is none where cells do not add up.
type CrossCol struct {
	Label string
	Sum   part.Quantity
	Shade string // of the value wherever it is drawn
}

// CrossRow is one line of a cross table; Into opens the figure for it.
type CrossRow struct {
	Label, Into string
	Cells       []CrossCell
	Sum         part.Quantity
}

// CrossCell is one cell; Rows opens the people behind it, empty for none and for rates.
type CrossCell struct {
	Value part.Quantity
	Rows  string
}

// Side is the numerator or the denominator of a rate.
type Side struct {
	Role  string // 分子, 分母
	Name  string
	Value part.Quantity
	Href  string
}

// Cell is the figure for one value of the dimension.
type Cell struct {
	Label string
	Value part.Quantity
	Share int    // of the largest cell, 0–100, for the small bar
	Shade string // of the value wherever it is drawn
	Rows  string // opens the rows behind
	Into  string // the figure with this value as a filter
	Sides string // of a rate: numerator ÷ denominator
}

// RowsPage is the people or things that a figure counts.
type RowsPage struct {
	part.Base
	ID        string
	Name      string
	Value     part.Quantity
	On        date.Day
	Block     int64
	Figure    string // address of the figure, asked the same way
	Chips     []part.Chip
	Rows      []Row
	Pager     part.Pager
	Count     int64 // of all rows, not of this page
	Sum       int64 // Σ of their facts; equals the figure
	CSV, XLSX string
}

// State is what may be shown of a person.
type State uint8

// The states of a person in a row.
const (
	Open      State = iota // the reader may open the file
	Elsewhere              // 现在其他单位: counted here, the file is another unit's today
	Erased                 // 已注销人员
	Thing                  // no person: a published number
)

// Row is one person counted, with the fact that put them there.
type Row struct {
	State    State
	Name     string // only when Open
	Href     string
	Employer string
	District string
	Rank     string
	On       date.Day // of the fact
	Cause    string   // new, moved, risen …, in words
	From     part.Source
	Quantity int64 // signed sum of this person's facts, 1 for a stock
}

// CellColumns are the headings of the cells; the last is over what opens: the people behind a cell, or the sides of a
// rate.
func CellColumns(p *Page) []part.Column {
	last := p.T("web_figure.rows")
	if len(p.Sides) > 0 {
		last = p.T("web_figure.sides")
	}
	return []part.Column{{Label: p.ByName}, {Label: p.T("web_figure.share")}, {Label: p.T("web.value"), Num: true}, {Label: last}}
}
