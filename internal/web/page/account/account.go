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
