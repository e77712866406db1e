// Package worker is the pages of people's files (职工档案): the list with search and filters,
// and one person's file as a timeline with sources.
//
// Sensitive fields come masked; the value itself is only in the answer to a request that
// gave a reason and was logged before. The pages must not hold a value they do not show.
package worker

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the list of people.
type ListPage struct {
	part.Base
	Query      string
	Filters    []part.Field // selects of the filter bar
	Chips      []part.Chip
	Columns    []part.Column // those shown
	Picker     part.Picker
	Rows       []Row
	Total      int64
	Pager      part.Pager
	CSV, XLSX  string
	Out        string      // the form that gives the list out with numbers
	Keep       []part.Pair // filters without a field of their own
	CanImport  bool
	Duplicates bool // may decide on files that may be one person's
}

// OutPage asks how the list of people is to be given out.
type OutPage struct {
	part.Base
	Total    int64
	Chips    []part.Chip
	Keep     []part.Pair // the filters, as hidden fields
	Back     string
	Numbers  string // "", masked, full
	Full     bool   // the reader may have whole numbers
	Format   string
	Why      string
	Problems []part.Problem
}

// Row is one person in the list.
type Row struct {
	Href, Name, Sex string
	Age             int // completed years; below 0 when the birth month is unknown
	Employer        string
	District, Rank  string
	Birth, Unit     string // month; the unit by which the file is seen
	RankNow         string // of what is valid today
	Class           string // worker class 产业工人 …, empty for none
}

// Page is one person's file.
type Page struct {
	part.Base
	ID         string
	Name       string
	Sex        string
	Birth      string // month
	Rank       string
	Class      string
	Facts      []part.Pair // employer, post, district, membership today
	Masked     []part.Masked
	Employment []Employment
	Papers     []Paper
	Timeline   []part.Entry
	Fields     []Field
	Conflicts  []part.Link // between sources, about this person
	Erase      string      // the way to the question; empty: may not, or is erased
	Erased     bool
	Requests   []RequestLine // what the person asked about the own data, the open ones first
	NewRequest string        // the way to register one; empty: may not, or is erased
	Slip       string        // address that makes an activation slip, for who may
	Survivor   string        // address of the file into which this one was merged
	Merged     []string      // addresses of those merged into this one
	Unmerge    string        // the way to the question, of a merged file
}

// RequestLine is one request of the person.
type RequestLine struct {
	Href, Kind, StateWord, Left string
	DueOn                       date.Day
	State                       part.Tone
	Late                        bool
}

// Field is one field of the file with its source, and what else is stated.
type Field struct {
	Label string
	Said
	Also []Said
}

// Said is a value and whose word it is.
type Said struct {
	Value, Kind, AsOf string
	Source            part.Source
}

// ErasePage is the question before a person is erased (注销).
type ErasePage struct {
	part.Base
	ID       string
	Lines    []string // in numbers
	Reason   string
	Problems []part.Problem
}

// Employment is one dated employment; one of those living at a time is the main one.
type Employment struct {
	Employer, Post string
	From, To       date.Day
	Main           bool
	Source         part.Source
}

// Paper is a certificate.
type Paper struct {
	Href                             string // the page of the certificate with what used it
	Number, Occupation, Rank, Issuer string
	On, Until                        date.Day
	State                            part.Tone
	StateWord                        string
	Source                           part.Source
}

// CertificatePage is one certificate with everything that used it.
type CertificatePage struct {
	part.Base
	ID, Name string // of the person
	Paper    Paper
	Facts    []part.Pair
	Counts   []Counted
	Rests    []Rest
	Uses     []part.Pair // of other modules
	Form     *part.Harm  // to revoke or restore; Confirm asks for the day. nil: may not
	Problems []part.Problem
}

// Counted is a figure of one division in which the certificate counts, or counted, its holder.
type Counted struct {
	Figure, Href, District, By string
	From, To                   date.Day
	State                      part.Tone
	StateWord                  string
}

// Rest is a fact that rests on the certificate.
type Rest struct {
	Place, What, Quantity string
	On                    date.Day
	State                 part.Tone
	StateWord             string
	Source                part.Source
}
