package intake

import (
	"context"
	"iter"
	"strconv"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// Target is what a module gives to intake so that one kind of spreadsheet can be read: its
// columns, its numbered rules, and three functions. Everything else (reading, header
// finding, staging, counting, the reject workbook, undo's bookkeeping) is intake's.
type Target struct {
	Kind      string // stable name, as on the command line: "roster"
	Person    bool   // rows are about one person: their cells are kept under that person's key
	NeedsDate bool   // the file must say as of which day it is true (截至)
	TakesFull bool   // the file may be complete (全量): who is absent is proposed as a leaver
	Columns   []Column
	Rules     []Rule

	// Prepare runs once per run inside a read transaction and loads what checking needs.
	// The function it returns checks and normalises ONE row: Get, Set, Note, Warn, Refuse, Key.
	// It is called in file order from one goroutine and may keep state between rows.
	Prepare func(ctx context.Context, tx *db.Tx, imp *Import) (func(*Row), error)

	// Apply enters the accepted rows in the module's tables and the ledger, inside the one
	// write transaction. Rows come in file order and may be held on to. It counts each row
	// with Outcome.Count exactly once and calls imp.Keep for each. Nothing outside tx
	// may be touched: a dry run rolls the same call back, and a serialisation failure repeats it.
	Apply func(ctx context.Context, tx *db.Tx, imp *Import, rows iter.Seq2[*Row, error]) (Outcome, error)

	// Undo withdraws the source rows this import brought, by reversal, inside the transaction.
	Undo func(ctx context.Context, tx *db.Tx, imp *Import, why string) error
}

// Column is one column that a target reads. What no Column names is not read and not kept.
type Column struct {
	Name     string   // canonical name, as used with Row.Get: "id_number"
	Title    string   // the Chinese heading used in reports and templates: "身份证号"
	Synonyms []string // other headings seen; compared through cn.FoldHeader; a two-row heading reads as both joined: "成绩理论"
	Required bool     // the table must have the column and each row must fill it (rule I001)
	Personal bool     // never shown without a logged look
}

// Rule is one documented, numbered rule. Key is the catalogue key of the sentence that
// states the rule; intake's own are in Rules, a module's begin with R.
type Rule struct {
	Code    string   // "R101"
	Key     string   // "registry.rule_employer_known"
	Example string   // what a cell looks like that the rule is about, as it stands in a sheet
	Faults  []string // keys of the faults of readers that speak under this rule
}

// ImportID names one received file. Ids are made in Go and say nothing about order.
type ImportID int64

// String prints the id in decimal, as JSON and addresses carry it.
func (id ImportID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON: JavaScript would round 64-bit numbers.
func (id ImportID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault: no such import.
func (id *ImportID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return fault.New(fault.NotFound, "intake.import_unknown")
	}
	*id = ImportID(n)
	return nil
}

// Options is what the person says about the file when handing it in.
type Options struct {
	Kind           string   // the target
	AsOf           date.Day // 截至: the day on which the rows are true; 0 = not said (a title row may say it)
	Full           bool     // 全量: the file is complete for its unit
	Unit           int64    // the unit whose list it is; scope and 全量 are judged by it; 0 = the whole city
	UnitCode       string   // the same unit by the code people use (--org); kept for the report
	ConfirmAbsent  int      // the number of absentees typed back; 0 = none typed
	ConfirmedCodes []string // credit codes that fail their check digit and are confirmed as really issued
	By             int64    // user id of the importer
}

// Import is one received file as a target sees it.
type Import struct {
	ID ImportID
	Options
	Name    string    // file name as sent
	SHA256  string    // of the plain file, lower-case hex
	At      time.Time // received, UTC
	Dry     bool      // this Apply will be rolled back
	Titles  []string  // text of the rows above the headers, all sheets
	Staged  int       // rows that Apply will be given
	Earlier ImportID  // an import of the same file that is applied and in force; 0 = none

	refused func(rules []string) iter.Seq2[*Row, error]
	seal    func(worker int64, key vault.Key, r *Row) Kept
	keep    func(Kept) error
}

// Confirmed reports whether this credit code was confirmed by the importer although its
// check digit fails.
func (imp *Import) Confirmed(code string) bool {
	for _, c := range imp.ConfirmedCodes {
		if c == code {
			return true
		}
	}
	return false
}

// Refused gives the refused rows of which one of these rules spoke, for Apply to take note of; they stay
// refused. Nothing is read when the rules did not speak.
func (imp *Import) Refused(rules ...string) iter.Seq2[*Row, error] {
	if imp.refused == nil {
		return func(func(*Row, error) bool) {}
	}
	return imp.refused(rules)
}

// Keep stores the row's cells as read, with what became of them, sealed under the key of the
// person they are about (原文 → 规范). Rows that are about nobody pass worker 0 and a zero
// Key: they are sealed under the file's own key. Call it once for each row in Apply, also
// for an unchanged row: it is a confirmation and may take the first one's place.
func (imp *Import) Keep(worker int64, key vault.Key, r *Row) error {
	return imp.KeepSealed(imp.Seal(worker, key, r))
}

// Seal is the first half of Keep. It touches no transaction and may be called from any goroutine.
func (imp *Import) Seal(worker int64, key vault.Key, r *Row) Kept {
	if imp.seal == nil {
		return Kept{}
	}
	return imp.seal(worker, key, r)
}

// KeepSealed is the second half of Keep.
func (imp *Import) KeepSealed(k Kept) error {
	if imp.keep == nil {
		return nil
	}
	return imp.keep(k)
}

// Outcome is what an Apply did. Applied + Unchanged is the number of rows it was given.
type Outcome struct {
	Applied         int // rows that changed something
	Unchanged       int // rows that say what is in force already: reported as duplicate
	UnchangedMended int // those among Unchanged that had been mended
	Proposed        int // 全量: people who are absent and therefore proposed as leavers
	Standing        int // 全量: people who were in force for the unit before; Proposed is judged against it
}

// Count adds one row to the outcome.
func (o *Outcome) Count(r *Row, changed bool) {
	switch {
	case changed:
		o.Applied++
	default:
		o.Unchanged++
		if r.Mended() {
			o.UnchangedMended++
		}
	}
}

// AbsentShare is the part of the people in force that a complete roster may leave out before
// the number of absentees has to be typed back: one fifth.
const AbsentShare = 5

// NeedsConfirm reports whether so many people are absent that their exact number has to be
// typed back before the file may be applied.
func (o Outcome) NeedsConfirm(typed int) bool {
	return o.Proposed*AbsentShare > o.Standing && o.Proposed != typed
}

// State is where an import stands.
type State string

// The states of an import, in the order of its way. Staged, dry-run and failed imports may be staged
// again; applied ones may be undone; what is undone stays undone (send the file again).
const (
	Received State = "received" // kept, not yet read
	Staging  State = "staging"  // being read; after a crash it is simply staged again
	Staged   State = "staged"   // checked, waiting to be applied
	Applied  State = "applied"  // in force, its block is sealed
	Undone   State = "undone"   // taken back by reversal
	Refused  State = "refused"  // the file as a whole cannot be read; Failure says why
)

// Counts are the totals of an import. Read = Accepted + Mended + Refused + Duplicate holds
// at every moment; rows that carry no data (titles, sums, blanks) are Skipped and not Read.
type Counts struct {
	Read      int `json:"read"`
	Accepted  int `json:"accepted"`
	Mended    int `json:"mended"`
	Refused   int `json:"refused"`
	Duplicate int `json:"duplicate"`
	Skipped   int `json:"skipped"`
}

// Report is what is told about an import at any stage.
type Report struct {
	ID       ImportID `json:"id"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	SHA256   string   `json:"sha256"`
	State    State    `json:"state"`
	AsOf     string   `json:"as_of,omitempty"` // 2006-01-02
	Full     bool     `json:"full"`
	Unit     int64    `json:"unit,string"`
	UnitCode string   `json:"unit_code,omitempty"`
	By       int64    `json:"by,string"`
	At       string   `json:"at"` // RFC 3339
	Counts
	Tried        bool          `json:"tried"` // a dry run or apply has told Applied, Proposed, Standing and the duplicates in force
	Applied      int           `json:"applied"`
	Proposed     int           `json:"proposed"`
	Standing     int           `json:"standing"`
	NeedsConfirm bool          `json:"needs_confirm"` // type Proposed back to apply
	Earlier      ImportID      `json:"earlier"`       // the same file in force already, else 0
	Block        int64         `json:"block"`         // sealed block, 0 = none
	UndoBlock    int64         `json:"undo_block"`    // block of the reversal, 0 = none
	Why          string        `json:"why,omitempty"` // reason given for the undo
	Sheets       []SheetReport `json:"sheets"`
	Rules        []RuleCount   `json:"rules"`
	Failure      *Failure      `json:"failure,omitempty"`
	UndoTrial    *UndoTrial    `json:"-"`                 // what taking it back would do; each reader sees the own share of it
	Running      *Snapshot     `json:"running,omitempty"` // a run goes on in this process; counts above are those before it
}

// Day is the day of the rows; ok is false for a file without one.
func (r Report) Day() (day date.Day, ok bool) {
	day, err := date.Parse(r.AsOf)
	return day, err == nil
}

// Received is when the file came in.
func (r Report) Received() time.Time {
	at, err := time.Parse(time.RFC3339, r.At)
	if err != nil {
		return time.Time{} // At is written by this package
	}
	return at
}

// SheetReport says how one sheet was understood.
type SheetReport struct {
	Sheet   int            `json:"sheet"` // from 0
	Name    string         `json:"name"`
	Hidden  bool           `json:"hidden"`
	Header  int            `json:"header"` // physical row of the (first) header row, 0 = no table found
	Read    int            `json:"read"`
	Columns []MappedColumn `json:"columns"`
	Unknown []string       `json:"unknown"`  // headings nobody asked for: ignored
	NotKept []string       `json:"not_kept"` // headings without a purpose (列无用途): not read, not kept
	Titles  []string       `json:"titles"`
	Skipped map[string]int `json:"skipped"`           // reason → rows; reasons are catalogue keys intake.skip_*
	Mapping *UsedMapping   `json:"mapping,omitempty"` // the remembered mapping by which it was read
}

// MappedColumn is one column found: which heading was taken for which column.
type MappedColumn struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Heading string `json:"heading"`
	At      int    `json:"at"` // from 0
}

// RuleCount is how often one rule spoke, and about what.
type RuleCount struct {
	Rule  string `json:"rule"`
	Grade Grade  `json:"grade"`
	Col   string `json:"column"`
	Title string `json:"title"` // the column's Chinese heading, "" = the whole row
	Key   string `json:"key"`   // the sentence of the remark, whose arguments differ from row to row
	Says  string `json:"says"`  // catalogue key of the rule's own sentence, without arguments
	Rows  int    `json:"rows"`
}

// Unmapped reports whether the file was refused only because its headings were not understood: a person may say what its
// columns are.
func (r Report) Unmapped() bool {
	return r.State == Refused && r.Failure != nil && (r.Failure.Key == "intake.columns_missing" || r.Failure.Key == "intake.no_table")
}

// Failure is the fault for which a whole file was refused.
type Failure struct {
	Key  string `json:"key"`
	Args []any  `json:"args,omitempty"`
	Fix  string `json:"fix,omitempty"`
}
