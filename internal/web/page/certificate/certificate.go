// Package certificate is the list of certificates (证书清单) with its filters. One certificate, with what used it, is a page of
// its holder's file.
//
// Numbers come masked; the page must not hold one in clear, nor an address with one.
package certificate

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// ListPage is the list of certificates.
type ListPage struct {
	part.Base
	Query     string
	Filters   []part.Field // of the filter bar
	Keep      []part.Pair  // filters without a field of their own
	Problems  []part.Problem
	Chips     []part.Chip
	Columns   []part.Column // those shown
	Picker    part.Picker
	Rows      []Row
	Total     int64
	Pager     part.Pager
	CSV, XLSX string // empty: may not, or the list was searched by a number
	CanImport bool
}

// Row is one certificate of the list.
type Row struct {
	Holder, HolderHref       string
	Href, Occupation, Number string // the page of the certificate; the number masked, empty of an erased person
	Rank, Form               string
	IssuedOn, ExpiresOn      date.Day
	State                    part.Tone
	RevokedOn, ListedIn      string // empty for none
	StateWord                string
	Employer, District       string // empty for none
}
