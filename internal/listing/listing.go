package listing

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf16"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/money"
)

// Kind is what a column holds.
type Kind int

// The kinds of columns.
const (
	Text  Kind = iota
	Code       // digits that are no quantity; always text
	Whole      // int or int64
	Money      // money.Fen, written in yuan with two decimals
	Day        // date.Day; date.Forever is written in the words of the list
)

// Column is one column of a list.
type Column struct {
	Title   string
	Kind    Kind
	Width   int      // in characters of half width; 0 = as its kind and title need
	Choices []string // xlsx: offered while a cell is filled in; other texts may still be typed
}

// Format is the kind of a file.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// MediaType is the format's type as HTTP names it.
func (f Format) MediaType() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Head is what stands above the rows, and the words that the list needs.
type Head struct {
	Title   string
	Above   []string // lines between title and headings
	Columns []Column
	Total   func(rows int64) string // words of the last row; nil: the list has no control totals
	Forever string                  // how a day without end is written
	Sheet   string                  // xlsx: name of the sheet; the title when empty
	Notes   []string                // xlsx: lines of a second sheet
	NotesOn string                  // xlsx: its name
}

// Totals are the control totals of a list: the number of rows and, for each column of numbers, Σ.
type Totals struct {
	Rows int64
	Sums []int64 // one for each column; 0 for those that are not added up. Money in fen
}

// file is a format being written. Rows are checked before.
type file interface {
	row(cells []any, last bool) error
	end() error
}

// Writer writes one list. The first error stays, and every later call gives it again.
type Writer struct {
	head Head
	to   file
	sum  Totals
	err  error
}

// New begins a file: title, the lines above, headings.
func New(w io.Writer, f Format, h Head) (*Writer, error) {
	l := &Writer{head: h, sum: Totals{Sums: make([]int64, len(h.Columns))}}
	switch f {
	case CSV:
		l.to, l.err = newCSV(w, h)
	case XLSX:
		l.to, l.err = newXLSX(w, h, maxRows)
	default:
		l.err = fault.New(fault.Invalid, "listing.format_unknown", string(f))
	}
	return l, l.err
}

// Add writes one row: a string for Text and Code, int or int64 for Whole, money.Fen for Money, date.Day
// for Day; nil is an empty cell in each.
func (l *Writer) Add(cells ...any) error {
	if l.err != nil {
		return l.err
	}
	if len(cells) > len(l.head.Columns) {
		l.err = fmt.Errorf("listing: %d cells for %d columns", len(cells), len(l.head.Columns))
		return l.err
	}
	for i, c := range cells {
		if l.err = l.count(i, c); l.err != nil {
			return l.err
		}
	}
	l.sum.Rows++
	l.err = l.to.row(cells, false)
	return l.err
}

// Rows is how many rows were added so far.
func (l *Writer) Rows() int64 { return l.sum.Rows }

// count checks a cell and adds it to its column's Σ.
func (l *Writer) count(i int, cell any) error {
	var n int64
	ok := false
	switch v := cell.(type) {
	case nil:
		return nil
	case string:
		ok = l.head.Columns[i].Kind == Text || l.head.Columns[i].Kind == Code
	case date.Day:
		ok = l.head.Columns[i].Kind == Day
	case int:
		n, ok = int64(v), l.head.Columns[i].Kind == Whole
	case int64:
		n, ok = v, l.head.Columns[i].Kind == Whole
	case money.Fen:
		n, ok = int64(v), l.head.Columns[i].Kind == Money
	}
	if !ok {
		return fmt.Errorf("listing: a %T in column %d (%s)", cell, i, l.head.Columns[i].Title)
	}
	if sum := l.sum.Sums[i]; (n > 0 && sum > math.MaxInt64-n) || (n < 0 && sum < math.MinInt64-n) {
		return fmt.Errorf("listing: Σ of column %d (%s) is beyond 64 bits", i, l.head.Columns[i].Title)
	}
	l.sum.Sums[i] += n
	return nil
}

// End writes the row of control totals and finishes the file.
func (l *Writer) End() (Totals, error) {
	if l.err == nil && l.head.Total != nil {
		last := make([]any, len(l.head.Columns))
		for i, c := range l.head.Columns {
			switch c.Kind {
			case Whole:
				last[i] = l.sum.Sums[i]
			case Money:
				last[i] = money.Fen(l.sum.Sums[i])
			}
		}
		last[0] = l.head.Total(l.sum.Rows) // the first column names a row and is never added up
		l.sum.Sums[0] = 0
		l.err = l.to.row(last, true)
	}
	return l.sum, l.close()
}

// EndWith finishes the file with a last row of one's own, for totals that are no sum of the rows.
func (l *Writer) EndWith(last ...any) error {
	if l.err == nil {
		l.err = l.to.row(last, true)
	}
	return l.close()
}

// Break ends a file that will not be whole, so that nobody takes it for one: a csv says these words in its last line, and a
// workbook is left without its directory, which no program opens. The row of control totals is in neither.
func (l *Writer) Break(words string) {
	f, ok := l.to.(*csvFile)
	if !ok || l.err != nil {
		return
	}
	if l.err = f.row([]any{words}, true); l.err == nil {
		l.err = f.end()
	}
}

func (l *Writer) close() error {
	if l.err == nil {
		l.err = l.to.end()
	}
	return l.err
}

// maxCell is how many characters (units of UTF-16) a cell of a spreadsheet program holds. A longer text
// would be cut, and nothing of a list is cut.
const maxCell = 32_767

// fits refuses a text that no spreadsheet program could hold.
func fits(s string) error {
	if len(s) <= maxCell {
		return nil
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	if n > maxCell {
		return fault.New(fault.TooLarge, "listing.cell_too_long", maxCell)
	}
	return nil
}

// plain writes a cell as a text: for csv, and for numbers that a spreadsheet program would round.
func plain(cell any, forever string) string {
	switch v := cell.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case money.Fen:
		return v.String()
	case date.Day:
		if v == date.Forever {
			return forever
		}
		return v.String()
	}
	return ""
}
