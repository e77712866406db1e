// Package home is the first page after login: the figures of the reader's part of the city,
// their spread over districts and levels, the last imports, and what to do next.
//
// The words and numbers are given; the page adds nothing up.
package home

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// Page is the home page.
type Page struct {
	part.Base
	Scope    string // whose figures: 全市 or the reader's district
	On       date.Day
	Block    int64
	SealedAt time.Time // of the block
	Cards    []part.Card
	District part.Chart
	Rank     part.Chart
	Imports  []Import
	Next     []Next

	Pinned    bool // as known at an earlier block
	Figures   bool // the reader's role reads figures …
	Imported  bool // … imports …
	CanImport bool // … and hands files in
}

// Import is one line of the recent imports.
type Import struct {
	Href, File, Kind string
	On               date.Day
	State            part.Tone
	StateWord        string
	Accepted         int64
	At               time.Time
}

// Next is one thing waiting for the reader.
type Next struct {
	Icon, Text, Href string
}
