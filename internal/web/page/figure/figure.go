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
	Source     string // of an outside statistic
	Chips      []part.Chip
	By         []part.Option // dimensions that can be asked for; the chosen one is ByKey
	ByKey      string
	ByName     string
	Cells      []Cell
	Sum        part.Quantity // of the cells; none when they do not add up (a rate)
	CSV, XLSX  string
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
	Rows  string // opens the rows behind
	Into  string // the figure with this value as a filter
}

// RowsPage is the people or things that a figure counts.
type RowsPage struct {
	part.Base
	ID        string
	Name      string
	Value     part.Quantity
	On        date.Day
	Block     int64
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
