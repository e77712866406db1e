// Package duplicate is the pages of files that may be one person's (疑似重复): the list, a pair side by side, and the
// questions before files are merged or a merge is taken back.
//
// Numbers come masked. Of digits that differ the page says where they stand, and no more of what they are than the
// mask leaves.
package duplicate

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the list of pairs.
type ListPage struct {
	part.Base
	Filters []part.Field
	Chips   []part.Chip
	Stand   string // how many wait, by grade
	Rows    []Row
	Total   int64
	Pager   part.Pager
	Certain bool   // there are certain ones to be accepted together
	Found   string // what looking has come to, after it was asked for
}

// Row is one pair.
type Row struct {
	Href, Keep, Other     string   // names
	KeepUnder, OtherUnder []string // birth month, employer
	Grade                 part.Tone
	GradeWord             string
	Evidence              []Evidence
	StateWord             string
	Found                 string // when
}

// Evidence is one thing that speaks for one person, or against it.
type Evidence struct {
	Word    string
	Against bool
}

// PairPage is one pair side by side.
type PairPage struct {
	part.Base
	Path      string // of the pair, to which the forms are sent
	Grade     part.Tone
	GradeWord string
	State     part.Tone
	StateWord string
	Evidence  []Evidence
	Places    string // which digits differ, in words
	Decided   []part.Pair
	Sides     [2]Side
	Changes   []Change
	Reason    string // as typed
	Keep      string // id chosen to stay
	Open      bool   // waits for a decision
	Unmerge   string // the way to the question
	Problems  []part.Problem
}

// Side is one of the two files.
type Side struct {
	ID, Name, Href string
	Number         []Digit
	Facts          []part.Pair
}

// Digit is a character of a masked number; Differs: the other file has another one there.
type Digit struct {
	Text    string
	Differs bool
}

// Change is by how much a figure of one division changes.
type Change struct {
	Figure, Href, District, By string
	From, To                   date.Day
}

// CertainPage is the question before all certain pairs are accepted.
type CertainPage struct {
	part.Base
	Lines    []string
	Changes  []Change
	Pairs    int
	Confirm  string
	Reason   string
	Problems []part.Problem
}

// UnmergePage is the question before a merge is taken back.
type UnmergePage struct {
	part.Base
	ID, Name string
	Lines    []string
	Reason   string
	Problems []part.Problem
}
