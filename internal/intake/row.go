package intake

import (
	"errors"
	"fmt"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

// Grade is how much a remark about a cell weighs.
type Grade string

// The grades: a refused row is not taken in, a mended one is, with its note; a warning changes
// nothing and asks a person to look.
const (
	GradeRefuse Grade = "refuse"
	GradeMend   Grade = "mend"
	GradeWarn   Grade = "warn"
)

// Remark is what one numbered rule said about one cell. Args hold numbers and short
// texts; they are kept sealed, as cells are.
type Remark struct {
	Grade Grade
	Rule  string // I001, R101
	Col   string // canonical column, "" = the whole row
	Key   string // catalogue key of the sentence: what is wrong and how to mend it
	Args  []any
}

// Cell is one cell: as it was read and what it was taken for.
type Cell struct {
	Read  string // 原文
	Value string // 规范
}

// Row is one data row on its way: as read, normalised, with the remarks made about it.
type Row struct {
	Line     ledger.Line
	Sheet    string // name of the sheet
	headings []string
	layout   *layout
	cells    []Cell
	has      []bool // the table has this column
	remarks  []Remark
	key      []byte
	refused  bool
	mended   bool
}

// Get is the normalised value of a column, at first the cell without surrounding blanks. It is "" when the
// table has no such column or the cell is empty. A name that the target does not declare panics: it is a
// programmer's mistake which every run would show.
func (r *Row) Get(col string) string { return r.cells[r.at(col)].Value }

// Raw is the cell as read, before any normalising.
func (r *Row) Raw(col string) string { return r.cells[r.at(col)].Read }

// Has reports whether the table has this column at all: an empty cell says "none", a missing
// column says nothing.
func (r *Row) Has(col string) bool { return r.has[r.at(col)] }

// Heading is the column's heading as it stands in the file, which may name a unit (万元). It is known while
// rows are checked, not when they are applied.
func (r *Row) Heading(col string) string {
	if r.headings == nil {
		return ""
	}
	return r.headings[r.at(col)]
}

// Set replaces the normalised value. It is not a mend by itself: call Note when the reader
// should know about the change.
func (r *Row) Set(col, value string) { r.cells[r.at(col)].Value = value }

// Note records that a cell was mended (counted as mended) and by which rule.
func (r *Row) Note(rule, col, key string, args ...any) {
	r.mended = true
	r.remark(GradeMend, rule, col, key, args)
}

// Warn records something a person should look at; the row counts as it would without it.
func (r *Row) Warn(rule, col, key string, args ...any) {
	r.remark(GradeWarn, rule, col, key, args)
}

// Refuse records that the row cannot be taken in, and why. All problems of a row are
// recorded, so that one correction mends them all.
func (r *Row) Refuse(rule, col, key string, args ...any) {
	r.refused = true
	r.remark(GradeRefuse, rule, col, key, args)
}

// RefuseFault refuses with the key and arguments of a fault, under the rule that lists the fault, else under the one
// given; any other error is recorded with the general sentence.
func (r *Row) RefuseFault(rule, col string, err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		if own := ruleOfFault(r.layout.rules, f.Key); own != "" {
			rule = own
		}
		r.Refuse(rule, col, f.Key, f.Args...)
		return
	}
	r.Refuse(rule, col, "intake.cell_unreadable")
}

// Refused reports whether any rule refused the row.
func (r *Row) Refused() bool { return r.refused }

// Mended reports whether any rule mended the row.
func (r *Row) Mended() bool { return r.mended }

// Remarks are all remarks, in the order made.
func (r *Row) Remarks() []Remark { return r.remarks }

// Key sets the natural key by which rows of one file are the same. A second row with the same key and the
// same values is a duplicate, with other values it contradicts the first and is refused (I003).
func (r *Row) Key(parts ...string) {
	r.key = r.key[:0]
	for _, p := range parts {
		r.key = append(append(r.key, p...), 0)
	}
}

// Day normalises a column that holds a day: 2006-01-02, a month as its first day, 长期 as date.Forever.
// ok is false when the cell is empty (nothing is recorded) or unreadable (refused, rule I002).
// A spelling that had to be changed is noted by rule I004.
func (r *Row) Day(col string) (d date.Day, p cn.Precision, ok bool) {
	text := r.Get(col)
	if text == "" {
		return 0, 0, false
	}
	d, p, mended, err := cn.ParseDate(wholeDay(text))
	if err != nil {
		r.RefuseFault(RuleDate, col, err)
		return 0, p, false
	}
	switch {
	case p == cn.ToMonth:
		r.Note(RuleMonth, col, "intake.date_month", d.String())
	case len(wholeDay(text)) == 5 && strings.Trim(wholeDay(text), "0123456789") == "":
		r.Note(RuleSerial, col, "intake.date_serial", d.String())
	case mended || text != wholeDay(text):
		r.Note(RuleSpelling, col, "intake.date_mended", d.String())
	}
	r.Set(col, d.String())
	return d, p, true
}

// wholeDay drops the time of day from a serial number: 45021.375 is 09:00 on day 45021.
func wholeDay(text string) string {
	if days, _, ok := strings.Cut(text, "."); ok && len(days) == 5 && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") == 1 {
		return days
	}
	return text
}

func (r *Row) remark(g Grade, rule, col, key string, args []any) {
	if col != "" {
		r.at(col)
	}
	for i, a := range args {
		args[i] = plain(a)
	}
	r.remarks = append(r.remarks, Remark{Grade: g, Rule: rule, Col: col, Key: key, Args: args})
}

// plain reduces an argument to what the sealed lists can hold: int64 or string.
func plain(a any) any {
	switch v := a.(type) {
	case string, int64:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	}
	return fmt.Sprint(a)
}

func (r *Row) at(col string) int {
	i, ok := r.layout.index[col]
	if !ok {
		panic("intake: target " + r.layout.kind + " has no column " + col)
	}
	return i
}
