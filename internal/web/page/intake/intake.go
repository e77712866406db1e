// Package intake is the pages of imports (采集): the list, handing in a file, the way of one
// file from check to result, taking it back, and one row with its cells.
//
// The counts always add up: read = accepted + mended + refused + duplicate. Cells of people
// are shown only after a reason was given and logged. The pages must not judge a row.
package intake

import (
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/part"
)

// Counts are the totals of an import.
type Counts struct {
	Read, Accepted, Mended, Refused, Duplicate, Skipped int64
}

// State is a stage of an import's way, for badge and steps.
type State uint8

// The stages.
const (
	Received State = iota
	Staging
	Staged
	Applying
	Applied
	Undone
	Refused
)

var stateKeys = [...]string{"web_intake.state_received", "web_intake.state_staging", "web_intake.state_staged",
	"web_intake.state_applying", "web_intake.state_applied", "web_intake.state_undone", "web_intake.state_refused"}

// Word prints the state.
func (s State) Word(b part.Base) string { return b.T(stateKeys[s]) }

// Tone colours the state.
func (s State) Tone() part.Tone {
	switch s {
	case Applied:
		return part.Good
	case Refused:
		return part.Bad
	case Undone, Staged:
		return part.Warn
	}
	return part.Info
}

// The steps of the way of a file.
const (
	stepUpload = iota
	stepColumns
	stepCheck
	stepApply
	stepDone
)

// step gives the place on the way. A file whose headings are not understood waits at its columns.
func (p Page) step() int {
	switch p.State {
	case Refused:
		if p.Columns != "" {
			return stepColumns
		}
		return stepCheck
	case Received, Staging:
		return stepCheck
	case Staged, Applying:
		return stepApply
	}
	return stepDone
}

// ListPage is the list of imports.
type ListPage struct {
	part.Base
	Rows      []Line
	Filters   []part.Field
	Pager     part.Pager
	CanImport bool
	CSV, XLSX string // the list as a file, with the same filters
	Columns   []part.Column
	Sort      string // the order asked for, which the filters keep
}

// ListColumns are the headings of the list of imports.
func ListColumns(b part.Base) []part.Column {
	return []part.Column{
		{Label: b.T("web.file")}, {Label: b.T("web.as_of")}, {Label: b.T("web.state")},
		{Label: b.T("web_intake.read"), Num: true}, {Label: b.T("web.accepted"), Num: true}, {Label: b.T("web_intake.mended"), Num: true},
		{Label: b.T("web_intake.refused"), Num: true}, {Label: b.T("web_intake.duplicate"), Num: true}, {Label: b.T("web_intake.block"), Num: true},
		{Label: b.T("web_intake.received")},
	}
}

// Line is one import in the list.
type Line struct {
	Href, File, Kind, Unit, By string
	On                         date.Day // 0: the kind has no day
	Full, TakesFull            bool
	State                      State
	Counts                     Counts
	Block                      int64 // 0: none sealed
	At                         time.Time
}

// NewPage hands in a file.
type NewPage struct {
	part.Base
	Prefilled bool // sheets can be downloaded filled in
	Kinds     []part.Option
	Kind      string
	On        string
	Full      bool
	Units     []part.Option
	Unit      string
	Many      bool   // enterprises are too many for the list: they are named by code or name
	Other     string // the unit so named
	Today     string
	MaxBytes  int64
	Problems  []part.Problem
}

// Page is one import on its way.
type Page struct {
	part.Base
	ID        string
	File      string
	Kind      string
	Unit      string
	By        string
	At        time.Time
	SHA256    string
	On        date.Day // 0: none
	Full      bool
	TakesFull bool // the kind knows complete and partial lists
	State     State
	Counts    Counts
	Skips     []Skip
	Tried     bool       // it was tried out: absentees and repetitions are known
	Work      *part.Work // while it is being read or applied, or waits for it
	Idle      bool       // nothing is at work on it: it may be started again, or dropped
	Late      bool       // ordered work has not begun in good time
	Sheets    []Sheet
	Problems  []Problem // the first ones
	Rules     []Rule
	Leavers   *Leavers // 全量: how many are absent
	Leaving   *Leaving // 全量, applied: who is absent, and what was decided
	Today     string
	Why       string     // of the undo
	Codes     []Code     // credit codes to confirm
	Earlier   *part.Link // the same file, in force already
	Failure   string     // why the whole file was refused
	Fix       string
	Result    *Result
	Rejects   string         // address of the reject workbook, empty when nothing was refused
	Columns   string         // where a person says what the columns are; empty when that is settled
	Faults    []part.Problem // of the apply form
	CanApply  bool
	CanUndo   bool
}

// Skip is rows without data and why they were not counted.
type Skip struct {
	Reason string
	Rows   int64
}

// Sheet says how one sheet was understood.
type Sheet struct {
	Name    string
	Header  int // row of the heading, 0: no table found
	Rows    int64
	Columns []part.Pair // heading in the file → taken for
	Unknown []string    // ignored
	NotKept []string    // without purpose: not read, not kept
	Read    *Remembered // by what a person once said of these headings; nil: by known words
}

// Problem is one cell that a rule spoke about.
type Problem struct {
	Sheet    string
	Row      int
	Column   string
	Rule     string
	Text     string
	Tone     part.Tone // bad: refused, good: mended, warn: look
	ToneWord string
	Href     string // the row and its cells
}

// Rule is how often one rule spoke.
type Rule struct {
	Code, Text, Column string
	Tone               part.Tone
	ToneWord           string
	Rows               int64
}

// Leavers are the people whom a complete roster leaves out.
type Leavers struct {
	Absent, Standing int64
	Typed            string // what was typed back
	NeedsConfirm     bool   // more than a fifth: the exact number is asked for
}

// Leaving is who is absent from a complete roster that was applied. Nobody leaves by it: a person
// decides.
type Leaving struct {
	People                    []Absent // open ones, the first
	Decided                   []Absent // the others, the first
	Open, Confirmed, Rejected int64
	Day                       string // of the roster: the latest day of leaving
	CSV, XLSX                 string // all of them as a file; empty for who may not take lists away
}

// Absent is one person whom the roster leaves out.
type Absent struct {
	ID, Name, Href, Employer string
	State                    part.Tone // of a decision
	StateWord                string
	Back                     string // where the decision is taken back
}

// Code is a credit code whose check digit fails: some really issued ones do.
type Code struct {
	Code, Name string
	Reason     string
	Rows       int64
	Confirmed  bool
}

// Result is what applying did.
type Result struct {
	Applied, Unchanged, Proposed int64
	Facts                        int64
	Block                        int64 // 0: nothing was new
	Hash                         string
	SealedAt                     time.Time
	Changes                      []Change // figures before and after
}

// Change is one figure before and after an import.
type Change struct {
	Name, Href    string
	Before, After part.Quantity
	Delta         string // signed
}

// UndoPage asks before an import is taken back.
type UndoPage struct {
	part.Base
	ID, File string
	Lines    []string   // in numbers
	Work     *part.Work // while it is being tried out
	Late     bool
	Tried    bool // Changes are known
	Stale    bool // the ledger has grown since
	Facts    int64
	Changes  []Change // figures as they are and as they would be
	Reason   string
	Confirm  int64 // rows to type back
	Typed    string
	Problems []part.Problem
}

// TakeBackPage asks before the decision about a leaver is taken back.
type TakeBackPage struct {
	part.Base
	ID, File       string
	Name, Employer string
	StateWord      string // what was decided
	Left           bool   // they had been confirmed: figures change
	Reason         string
	Problems       []part.Problem
}

// RowPage is one row of a file and its cells.
type RowPage struct {
	part.Base
	ID, File, Kind string
	Sheet          string
	Row            int
	By             string
	At             time.Time
	SHA256         string
	Import         string     // address of the import, empty when it is another unit's
	Person         *part.Link // whose file it feeds
	Cells          []Cell
	Personal       bool // cells of people: masked until a reason is given
	Shown          bool
	Reveal         string // address of the form that shows them
}

// Cell is one cell: as read and what it was taken for.
type Cell struct {
	Column, Read, Value string
	Masked              bool
	Notes               []string
}
