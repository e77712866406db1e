// Package conflict is the pages of conflicts between sources (矛盾): the list, in which what would change a
// figure is a task (待办), and one conflict with its statements and what each decision would do.
//
// A statement is shown with where it comes from and opens to its row; the pages hold no number of a person.
package conflict

import "tuoxing/internal/web/part"

// ListPage is the list of conflicts.
type ListPage struct {
	part.Base
	Filters []part.Field
	Unit    string // the unit that is asked for, as it was typed
	Chips   []part.Chip
	Rows    []Row
	Total   int64
	Pager   part.Pager
	Decides bool   // the reader settles conflicts
	Said    string // what was just done with several
}

// Row is one conflict in the list.
type Row struct {
	ID, Href, Name, Unit, Title string
	Part                        string // task or list only
	Task                        bool
	State                       part.Tone
	StateWord                   string
	Found                       string
	Open                        bool // waits for a decision
}

// Page is one conflict.
type Page struct {
	part.Base
	ID, Name, Worker string // Worker is the address of the file
	Title, Advice    string
	State            part.Tone
	StateWord        string
	Decision         []part.Pair // reason and time; none while it is open
	Statements       []Statement
	Decide           *part.Harm // nil: may not
	Reopen           *part.Harm // nil: may not, or is open
	Problems         []part.Problem
}

// Statement is one of the statements that disagree.
type Statement struct {
	ID, Says, Kind string // Kind of source
	AsOf           string
	Holds          bool
	Chosen         bool // in a form that came back
	Source         part.Source
	Changes        []Change
}

// Change is by how much a figure would change.
type Change struct {
	Figure, District, By, Span string
}
