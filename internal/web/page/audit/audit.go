// Package audit is the page on which the audit log (审计日志) is searched and its chain compared with what was sealed.
//
// Who reads it sees no business data: people and units stand under their bare ids, and an id leads to its page only for a
// reader who may open that. It must not print what the log does not hold.
package audit

import (
	"time"

	"tuoxing/internal/web/part"
)

// ListPage is one page of the log.
type ListPage struct {
	part.Base
	Filters   []Filter
	Chips     []part.Chip
	Rows      []Row
	Pager     part.Pager
	CSV, XLSX string
	Chain     Chain
	Said      string
	Problems  []part.Problem
}

// Filter is a field of the search; with groups it is a choice.
type Filter struct {
	part.Field
	Groups []Group
}

// Group is some choices under one heading; without a heading they stand by themselves.
type Group struct {
	Label   string
	Options []part.Option
}

// Row is one entry.
type Row struct {
	At         time.Time
	Who, Login string
	Act        string // in words; one that is not listed as the log holds it
	Failed     bool
	Kind, ID   string // of what it is about
	About      string // login of the user it is about
	Href       string // opens it; empty when the reader may not
	Detail     []part.Pair
	Number     string // place in the chain; empty: not sealed yet
}

// Chain is how the chain stands.
type Chain struct {
	Sealed, Open, Checked int64
	Begun, At             time.Time
	Head                  string
	Broken                string // what differs, in words
}
