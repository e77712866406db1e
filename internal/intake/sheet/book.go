// Package sheet reads spreadsheet files as rows of text: xlsx and csv, nothing else.
//
// Words: a Book has sheets (工作表); a sheet has rows with their physical number, as Excel shows it at the
// left edge; a cell is text. Numbers come without float noise, dates as their serial number or as the
// text that stands there: what they mean is not this package's business.
//
// It reads strangers' bytes: every size has a limit, nothing is written to disk, memory does not
// grow with the number of rows. It knows no headers, no targets, no database.
package sheet

import (
	"bytes"
	"io"
	"iter"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"tuoxing/internal/fault"
)

// Limits bound what a file may hold. Exceeding one is a TooLarge fault that names it.
type Limits struct {
	File     int64 // bytes as sent
	Unzipped int64 // bytes of all parts of an xlsx together
	Ratio    int64 // unzipped ÷ sent; judged from RatioFrom on
	Rows     int   // physical rows of one sheet
	Columns  int   // columns with content
	Cell     int   // bytes of one cell
	Row      int   // bytes of all cells of one row
}

// maxSheets is the number of sheets that a line of the ledger can name.
const maxSheets = 1024

// Default limits. Rows stays under 2²¹, the width of a row number in a ledger line.
var Default = Limits{File: 512 << 20, Unzipped: 1 << 30, Ratio: 200, Rows: 2_000_000, Columns: 256, Cell: 32 << 10, Row: 128 << 10}

// RatioFrom is the unzipped size from which the ratio is judged: small files of a few repeated
// words compress far better and harm nobody.
const RatioFrom = 16 << 20

// Book is an open spreadsheet. It reads from the ReaderAt it was opened with and holds
// nothing that needs closing. It is read by one goroutine; Done may be asked by others.
type Book struct {
	Sheets []Sheet
	Format Format
	rows   func(sheet int, done *counter) iter.Seq2[Row, error]
	merges func(sheet int) ([]area, error)
	bytes  int64 // of all sheets, unpacked
	done   counter
}

// Sheet names one sheet of a book.
type Sheet struct {
	Name   string
	Hidden bool // hidden in the file: a person who sends it does not see it
}

// Format is how the file was written.
type Format string

// The formats that are read.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Row is one row that is not blank.
type Row struct {
	Number  int      // physical, from 1; for csv the line its first cell begins on
	Cells   []string // without trailing blanks; valid until the next row is asked for
	Carried []int    // columns whose value stands in a merged cell that began further up
	Hidden  bool
}

// Open recognises the format by content, never by name, and reads the list of sheets.
// Old .xls, encrypted and web-page files are Invalid faults that say how to mend them.
func Open(r io.ReaderAt, size int64, name string, lim Limits) (*Book, error) {
	if size > lim.File {
		return nil, fault.New(fault.TooLarge, "intake.file_too_large", size>>20, lim.File>>20)
	}
	head := make([]byte, min(size, 4096))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return nil, fault.New(fault.Invalid, "intake.file_empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return sized(lim)(openXLSX(r, size, lim))
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, compound(r, head)
	case isMarkup(head):
		return nil, fault.New(fault.Invalid, "intake.web_page").WithFix("intake.save_as_xlsx")
	case isBinary(head):
		return nil, fault.New(fault.Invalid, "intake.format_unknown").WithFix("intake.save_as_xlsx")
	}
	return sized(lim)(openCSV(r, size, name, lim))
}

// sized holds the rows of a book to what one row and all rows of a sheet may say: a few bytes of a file can point at
// the same long text in every cell.
func sized(lim Limits) func(*Book, error) (*Book, error) {
	return func(b *Book, err error) (*Book, error) {
		if err != nil {
			return nil, err
		}
		rows := b.rows
		b.rows = func(sheet int, done *counter) iter.Seq2[Row, error] {
			return func(yield func(Row, error) bool) {
				total := int64(0)
				for row, err := range rows(sheet, done) {
					if err == nil {
						n := 0
						for _, c := range row.Cells {
							n += len(c)
						}
						if total += int64(n); n > lim.Row {
							row, err = Row{Number: row.Number}, fault.New(fault.TooLarge, "intake.row_too_large", row.Number, lim.Row>>10)
						} else if total > lim.Unzipped {
							row, err = Row{Number: row.Number}, fault.New(fault.TooLarge, "intake.unzipped_too_large", lim.Unzipped>>20)
						}
					}
					if !yield(row, err) || err != nil {
						return
					}
				}
			}
		}
		return b, nil
	}
}

// Rows walks the rows of a sheet that are not blank, in file order. An error ends the walk.
func (b *Book) Rows(sheet int) iter.Seq2[Row, error] { return b.rows(sheet, &b.done) }

// Done is the part of the sheets' bytes that Rows has passed, 0 to 1, for estimates.
func (b *Book) Done() float64 { return min(float64(b.done.Load())/float64(max(b.bytes, 1)), 1) }

// counter counts bytes; others may look at it.
type counter = atomic.Int64

// counted adds up the bytes that pass; a nil counter counts nothing.
type counted struct {
	io.Reader
	n *counter
}

// Read reads and counts.
func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.n != nil {
		c.n.Add(int64(n))
	}
	return n, err
}

// Head gives the rows up to a physical row number with every merged area filled with its first cell in
// both directions, as a two-row heading is meant. Cells of the rows may be kept.
func (b *Book) Head(sheet, upTo int) ([]Row, error) {
	var head []Row
	for row, err := range b.rows(sheet, nil) {
		if err != nil {
			return nil, err
		}
		if row.Number > upTo {
			break
		}
		row.Cells = append([]string(nil), row.Cells...)
		row.Carried = nil
		head = append(head, row)
	}
	areas, err := b.merges(sheet)
	if err != nil {
		return nil, err
	}
	for i, a := range areas { // in order of their first row
		if a.top > upTo || i == maxHeadAreas {
			break
		}
		fill(head, a)
	}
	return head, nil
}

// maxHeadAreas is how many merged areas the rows of a head are filled from: areas lie side by side, and more of them would
// not find room.
const maxHeadAreas = 4096

// fill writes the first cell of an area into all its cells.
func fill(head []Row, a area) {
	var value string
	for i := range head {
		row := &head[i]
		if row.Number < a.top || row.Number > a.bottom {
			continue
		}
		if row.Number == a.top && a.left < len(row.Cells) {
			value = row.Cells[a.left]
		}
		if value == "" {
			continue
		}
		for len(row.Cells) <= a.right {
			row.Cells = append(row.Cells, "")
		}
		for c := a.left; c <= a.right; c++ {
			row.Cells[c] = value
		}
	}
}

// compound tells an encrypted xlsx from an old .xls: both are OLE compound files. The names of the
// streams stand in the directory, whose first sector is named at offset 48 of the header ([MS-CFB] 2.2).
func compound(r io.ReaderAt, head []byte) error {
	locked := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	if len(head) >= 512 {
		shift := uint(head[30])
		sector := int64(head[48]) | int64(head[49])<<8 | int64(head[50])<<16 | int64(head[51])<<24
		dir := make([]byte, 4096)
		if shift == 9 || shift == 12 {
			n, err := r.ReadAt(dir, (sector+1)<<shift)
			if (err == nil || err == io.EOF) && bytes.Contains(dir[:n], locked) {
				return fault.New(fault.Invalid, "intake.xlsx_locked").WithFix("intake.remove_password")
			}
		}
	}
	return fault.New(fault.Invalid, "intake.xls_old").WithFix("intake.save_as_xlsx")
}

// isMarkup recognises web pages and XML that some systems export under the name .xls.
func isMarkup(head []byte) bool {
	h := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM)))
	for _, p := range []string{"<html", "<!doctype", "<table", "<?xml", "<head", "<meta", "<style", "mime-version:"} {
		if bytes.HasPrefix(h, []byte(p)) {
			return true
		}
	}
	return false
}

// isBinary reports NUL bytes without the mark of UTF-16: text tables have none.
func isBinary(head []byte) bool {
	if bytes.HasPrefix(head, utf16LE) || bytes.HasPrefix(head, utf16BE) {
		return false
	}
	return bytes.IndexByte(head, 0) >= 0
}

// trim drops trailing blank cells.
func trim(cells []string) []string {
	for len(cells) > 0 && blank(cells[len(cells)-1]) {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// blank reports a cell with nothing but white space, the ideographic and the no-break one included.
func blank(s string) bool {
	for _, r := range s {
		switch r {
		case ' ', '\t', '\r', '\n', '\u3000', '\u00a0', '\u200b', '\ufeff':
		default:
			return false
		}
	}
	return true
}

// whole marks what is no text, bytes that are no UTF-8 and NUL, by U+FFFD, so that later checks see it and no
// database is handed what it cannot store.
func whole(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
