// Package slip is the pages on which a union makes activation slips (激活条) for its people.
//
// A slip is shown once, in the answer to the form that makes it; no page can show it again.
package slip

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the people without a login.
type ListPage struct {
	part.Base
	Site     string
	Firm     string // the list is cut to its people
	Total    int
	People   []Person
	Plan     *Plan
	Pager    part.Pager
	Problems []part.Problem
}

// Person is one of them.
type Person struct {
	ID, Name, Employer string
	Until              time.Time // of the slip made last; zero: none
	Good               bool      // it can still be used
	Phone              bool      // without a phone number on file no slip can be made
}

// Plan says for whom slips would be made.
type Plan struct {
	New     int
	First   []string // some of the names
	NoPhone []string // names of those who are left out
	All     bool
	Workers []string // ids, when not all
}

// SlipsPage is the slips of one run, to be printed now.
type SlipsPage struct {
	part.Base
	Site    string
	Slips   []Slip
	NoPhone []string
}

// Slip is one of them.
type Slip struct {
	Name, Employer, Code string
	Until                date.Day
	QR                   part.QR
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
