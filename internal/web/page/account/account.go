// Package account is the pages on which accounts are made in bulk, their slips are printed, and a person activates
// their own.
//
// A slip is shown once, in the answer to the form that makes it; no page can show it again. A wrong login and a wrong
// code give the same sentence.
package account

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// BulkPage makes accounts for many enterprises and renews slips.
type BulkPage struct {
	part.Base
	Role, Under, List, Site string

	Roles    []part.Option
	Preview  *Preview
	Pending  []Pending
	Pager    part.Pager
	Problems []part.Problem
}

// Preview says for whom accounts would be made.
type Preview struct {
	New, There int
	First      []string // the first units in the official order
}

// Pending is an account that waits for its first login.
type Pending struct {
	ID, Login, Unit, Role string
	Expires               time.Time // of the slip; zero: it has none that is good
	Expired               bool
}

// SlipsPage is the slips of one run, to be printed now.
type SlipsPage struct {
	part.Base
	Site  string
	There int // units that had an account already
	Slips []Slip
}

// Slip is one of them.
type Slip struct {
	Unit, Role, Login, Code string
	Until                   date.Day // good before this day
	QR                      part.QR
}

// perSheet is how many slips an A4 page holds, two side by side.
const perSheet = 8

// sheets are the slips page by page.
func (p SlipsPage) sheets() [][]Slip {
	var out [][]Slip
	for at := 0; at < len(p.Slips); at += perSheet {
		out = append(out, p.Slips[at:min(at+perSheet, len(p.Slips))])
	}
	return out
}

// ActivatePage takes a code and a first password.
type ActivatePage struct {
	part.Base
	Login, Code string
	Problems    []part.Problem
	Fix         string
}

// ListPage lists the accounts within the reader's reach.
type ListPage struct {
	part.Base
	Said      string // what was just done with several
	Site      string // printed on slips
	Total     int64
	Query     string       // part of a login or name
	Under     string       // unit by name or code, as it was typed
	Filters   []part.Field // role, state
	Keep      []part.Pair  // hidden values that go along with the filters
	Chips     []part.Chip
	Columns   []part.Column
	Rows      []Row
	Pager     part.Pager
	CSV, XLSX string
	Problems  []part.Problem
}

// Row is one account of the list.
type Row struct {
	ID                            string
	Href, Login, Name, Role, Unit string
	State                         part.Tone
	StateWord                     string
	LastLogin, CreatedAt          time.Time
}

// UserPage is one account.
type UserPage struct {
	part.Base
	Login, Name string
	State       part.Tone
	StateWord   string
	Facts       []part.Pair
	Acts        []part.Link // what the reader may do with it
	NoActs      string      // why there is nothing
	Said        string      // what was just done
	Sessions    []Session
	EndAll      string // where the question stands before all sessions end; empty when it cannot be asked
	Tokens      []Token
	Log         string // what the account did, in the audit log; empty when the reader may not
}

// Session is a session that is open.
type Session struct {
	OpenedAt, SeenAt time.Time
}

// Token is one token of a user.
type Token struct {
	Name, Unit        string
	Rights            []string
	ExpiresOn         date.Day
	CreatedAt, UsedAt time.Time
	State             part.Tone
	StateWord         string
	Revoke            string // where the question stands; empty when it has ended
}

// AskPage asks once before an account is changed and says what will happen, with the fields that the change needs.
type AskPage struct {
	part.Base
	Title, Of, Back string
	Crumbs          []part.Link
	Action          string
	Lines           []string
	Fields          []part.Field
	Button          string
	Problems        []part.Problem
}

// GivenPage shows something that is shown once: an initial password, a token.
type GivenPage struct {
	part.Base
	Title, Of, Note string
	Label, Value    string
	Crumbs          []part.Link
	Back            string
}

// RolesPage is the role table.
type RolesPage struct {
	part.Base
	Rows  []RoleRow
	Users string // the list of accounts; empty when the reader may not see it
}

// RoleRow is what one role may do.
type RoleRow struct {
	Name   string
	Bound  []string // to which kinds of unit
	Rights []string
	Gives  []string
	Own    bool // the reader's
}

// TokensPage is the reader's own tokens and the form of a new one.
type TokensPage struct {
	part.Base
	Tokens             []Token
	Left               int // how many more can be made
	Name, Until, Unit  string
	UntilMin, UntilMax string
	Rights             []RightBox
	Units              bool // a narrower unit can be asked for
	Said               string
	Problems           []part.Problem
}

// RightBox is a right that can be ticked.
type RightBox struct {
	Value, Label string
	On           bool
}
