// Package filing is the pages of returns (报送): the calls and where their units stand, making a call, one filing
// with its history, the reader's own filings, and the text of a reminder.
//
// Units stand in the official order: no page sorts or ranks them by how quickly they send. The pages must not count
// or decide anything.
package filing

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// Counts are the filings of a call within the reader's subtree, by state.
type Counts struct {
	Asked, Unsent, Sent, Returned, Confirmed, Overdue, Asking int
}

// ListColumns are the headings of the list of calls.
func ListColumns(b part.Base) []part.Column {
	return []part.Column{{Label: b.T("web_filing.call")}, {Label: b.T("web_filing.due")}, {Label: b.T("web_filing.stand")}, {Label: b.T("web_filing.asked"), Num: true}}
}

// ListPage is the list of calls.
type ListPage struct {
	part.Base
	Columns []part.Column
	Rows    []CallLine
	Pager   part.Pager
	CanCall bool
	Own     bool // the reader's own unit can be asked too
}

// CallLine is one call in the list.
type CallLine struct {
	Href, Title, Kind, By string
	AsOf, DueOn           date.Day
	Counts                Counts
}

// NewPage makes a call.
type NewPage struct {
	part.Base
	Title, Note, Kind, AsOf, DueOn, Under, UnitKind, Size, Section string

	Kinds, Unders, UnitKinds, Sizes, Sections []part.Option

	Today    string
	Preview  *Preview
	Problems []part.Problem
}

// Preview says whom the call would ask.
type Preview struct {
	Units, Sent, Already, Silent int
	First                        []string // the first units in the official order
}

// CallPage is one call with its units.
type CallPage struct {
	part.Base
	ID, Title, Note, Kind, By string
	AsOf, DueOn               date.Day
	Counts                    Counts
	Filters                   []part.Field
	Chips                     []part.Chip
	Rows                      []UnitLine
	Pager                     part.Pager
	CanDecide                 bool
	Remind                    string // address of the reminder under the same filter; empty when there is nobody to remind
	Said                      string // what was just done
	Problems                  []part.Problem
}

// UnitLine is one unit of a call.
type UnitLine struct {
	ID, Href, Name, Union string
	State                 part.Tone
	StateWord             string
	Overdue, FilledIn     bool
	Later                 date.Day // its own due day, when that is later; else 0
	AskedOn               date.Day
	SentAt                time.Time
}

// RemindPage is the text of a reminder, in both languages.
type RemindPage struct {
	part.Base
	Call       part.Link
	Total      int
	ZH, EN     string
	CountsOnly bool
	Other      string // address of the same reminder with names, or with numbers only
}

// MinePage is what the reader's unit is asked for.
type MinePage struct {
	part.Base
	Unit string
	Rows []MineLine
}

// MineLine is one of them.
type MineLine struct {
	Href, Title, Kind, Note string
	AsOf, DueOn             date.Day
	State                   part.Tone
	StateWord               string
	Overdue, FilledIn       bool
	Reason                  string // of the sending back
	Send                    string // address of the page that hands the file in; empty when there is nothing to send
}

// Page is one filing.
type Page struct {
	part.Base
	ID, Unit, Union, Kind, Note string
	Call                        part.Link
	AsOf, DueOn                 date.Day
	State                       part.Tone
	StateWord                   string
	Overdue, FilledIn           bool
	SentAt                      time.Time
	Import                      string // address of what was sent
	Reason                      string
	AskedOn                     date.Day
	AskedReason                 string
	Send                        string
	Events                      []Event
	Said                        string

	MayAsk, MayConfirm, MayReturn, MayExtend, MayDecline bool

	Act      string // the form that came back with mistakes
	Until    string
	Typed    string
	Problems []part.Problem
}

// Event is one line of a filing's history.
type Event struct {
	At          time.Time
	Word, By    string
	Reason, Day string
	Import      string // its address
}

// piece is one colour of the bar of states.
type piece struct {
	class string
	from  int
	n     int
}

// pieces are the states of a call side by side.
func (c Counts) pieces() []piece {
	var out []piece
	at := 0
	for _, p := range []piece{{class: "confirmed", n: c.Confirmed}, {class: "sent", n: c.Sent}, {class: "returned", n: c.Returned}, {class: "unsent", n: c.Unsent}} {
		if p.n > 0 {
			p.from = at
			out = append(out, p)
		}
		at += p.n
	}
	return out
}
