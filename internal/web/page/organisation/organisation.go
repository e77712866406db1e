// Package organisation is the pages of units (单位): the list with search and filters, the tree that is opened level by level,
// and one unit with its dated history and what came to it and went from it.
//
// Each page shows the units as they were on one day, today when none is asked for. Units stand in the official order; another
// order is the reader's own act. The pages must not count or decide anything; names are printed in pinyin on English pages.
package organisation

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the list of units.
type ListPage struct {
	part.Base
	On        date.Day
	Query     string
	Filters   []part.Field // selects of the filter bar
	Keep      []part.Pair  // filters without a field of their own
	Chips     []part.Chip
	Columns   []part.Column // those shown
	Picker    part.Picker
	Rows      []Row
	Total     int64
	Pager     part.Pager
	CSV, XLSX string
	Tree      string // the same day as a tree
	CanImport bool
}

// Row is one unit as it was on the day.
type Row struct {
	Href, Name, Code, Kind, District, Section, Size string
	Parent, Class, Ownership                        string // the unit above; class of GB/T 4754, four digits

	Gone       string // its standing, when it is not living
	Below      int64
	People     string // employees of it and all below it, with the unit of measure; empty: not counted for this reader
	PeopleHref string // opens the figure
}

// TreePage is the tree of units, opened from the top down to one of them.
type TreePage struct {
	part.Base
	On   date.Day
	At   string // id of the unit that is opened, empty for the top
	Rows []Node
	List string // the same day as a list
}

// Node is one line of the tree.
type Node struct {
	Row
	ID      string
	Level   int    // from 0
	Open    bool   // what lies under it is shown
	Toggle  string // opens or closes it; empty when nothing lies under it
	More    string // after it so many are left out: the list has them
	MoreN   int64
	Current bool // what was asked for
}

// Page is one unit.
type Page struct {
	part.Base
	On           date.Day
	ID, Name     string
	Kind         string
	Gone         string
	Way          []part.Link // the units above it; without address the reader does not see it
	Facts        []Fact
	Leads        []part.Link // its people, figures, tree
	People       part.Quantity
	PeopleAt     string // opens the figure
	Own          part.Quantity
	Below        int64
	Kinds        []string // what lies directly under it, by kind
	Children     []Row
	All          string // the list of all that lies below it
	Moves        []Move
	History      []Said
	Filings      []Filing
	ShowsFilings bool
	Imports      []part.Link // files that it sent, the newest first
	ShowsImports bool
}

// Fact is what the unit is on the day. A unit is printed as one.
type Fact struct {
	Label, Value string
	Unit         *part.Link
}

// Move is units that passed from under one unit to under another.
type Move struct {
	On       date.Day
	From, To part.Link
	N        int64
	Units    []part.Link // the first of them
	List     string      // where they all stand now
}

// Said is one row of the history.
type Said struct {
	On      date.Day
	Stand   string // what became of the row, in words
	Tone    part.Tone
	Taken   bool
	Changes []Change
	Source  part.Source
	Above   bool // no row of the unit itself
}

// Change is one field that is said otherwise than before.
type Change struct {
	Field, From, To string
	New             bool // nothing was said before
}

// Filing is one return that was asked of the unit.
type Filing struct {
	Href, Title, StateWord string
	State                  part.Tone
	DueOn                  date.Day
}
