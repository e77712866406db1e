// Package own is the pages of a worker (职工), made for a phone: the own file, its timeline, who looked, what was asked,
// the notice and the separate consents.
//
// A page shows its reader's own file and nobody else's; no address in it names a file. A button for a complaint stands on
// each of them.
package own

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// FilePage is the own file.
type FilePage struct {
	part.Base
	Name, Sub string
	Masked    []part.Masked // Action: where "show" goes
	Lines     []Line
	Papers    []Line
	Jobs      []Line
	Doubts    []string // what sources state differently about
	Consents  string   // in words: how many are given
	NoticeAt  time.Time
}

// Line is one thing in the file with where it is from.
type Line struct {
	Label, Value string
	Notes        []string // below the value
	Tone         part.Tone
	State        string // empty: no state
	From         string // who said it and as of when
	Source       part.Source
	Also         []string // what others state
}

// TimelinePage is what happened.
type TimelinePage struct {
	part.Base
	Entries []part.Entry
}

// LooksPage is who saw the file.
type LooksPage struct {
	part.Base
	Own   bool // also the person's own looks
	Total int
	Looks []Look
	Next  string
}

// Look is one time that somebody saw it.
type Look struct {
	At             time.Time
	What, Who, Why string
	Own            bool
}

// RequestsPage is what the worker asked.
type RequestsPage struct {
	part.Base
	Requests []Request
}

// Request is one of them.
type Request struct {
	Href, Kind        string
	ReceivedOn, DueOn date.Day
	State             part.Tone
	StateWord, Left   string
	Late              bool
}

// AskPage is the form of a request.
type AskPage struct {
	part.Base
	Kind, KindWord string // empty: the form lets the reader choose
	Text           string
	Days           int
	Problems       []part.Problem
}

// RequestPage is one request with its answer.
type RequestPage struct {
	part.Base
	Request
	Text, Answer string
	AnsweredAt   time.Time
	By           string // in whose capacity it was answered
	Thanks       bool   // it was just registered
}

// NoticePage is what a worker is told first.
type NoticePage struct {
	part.Base
	Version   string
	Accepted  time.Time // zero: not yet
	Changed   bool      // another version was read before
	Fields    []Held
	NoPurpose []string
}

// Held is one thing that is kept about people.
type Held struct {
	Title, Purpose, Basis, Retention string
	Viewers                          []string
}

// ConsentsPage is the separate consents.
type ConsentsPage struct {
	part.Base
	Consents []Consent
}

// Consent is one of them.
type Consent struct {
	Kind, Title, Why string
	Given            bool
	History          []Said // newest first
}

// Said is one time that it was given or withdrawn.
type Said struct {
	At   time.Time
	Word string
}

// ActivatePage is the page to which a worker's slip leads.
type ActivatePage struct {
	part.Base
	Code     string
	Problems []part.Problem
	Fix      string
}
