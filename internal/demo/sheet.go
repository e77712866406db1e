package demo

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// table takes the rows of one file in order. Cells are string, int or serial; a nil cell is empty.
type table interface {
	row(cells []any) error
	// join merges cells of the row written last; row offsets count upward from it. A format
	// without merged cells ignores it.
	join(fromCol, fromUp, toCol, toUp int) error
	close() error
}

// format is how a file is stored.
type format uint8

const (
	xlsx format = iota
	csvUTF8
	csvGB18030
)

func (f format) suffix() string {
	if f == xlsx {
		return ".xlsx"
	}
	return ".csv"
}

// openTable begins a file, replacing one of that name. A csv file has so many columns in each row.
func openTable(path string, f format, sheet string, columns int) (table, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("begin a demo file: %w", err)
	}
	var t table
	if f == xlsx {
		t, err = newBook(file, sheet)
	} else {
		t, err = newLines(file, f, columns)
	}
	if err != nil {
		_ = file.Close() // the first error is the one to tell
		return nil, fmt.Errorf("begin a demo file: %w", err)
	}
	return t, nil
}

// book is a workbook with one sheet, streamed: excelize keeps rows beyond 16 MB in a temporary
// file, so memory does not grow with the sheet but for the packed result.
type book struct {
	to    *os.File
	file  *excelize.File
	sheet *excelize.StreamWriter
	style int // of days
	rows  int
	cells []any // reused
}

func newBook(to *os.File, sheet string) (*book, error) {
	b := &book{to: to, file: excelize.NewFile()}
	if err := b.file.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	pattern := "yyyy-mm-dd"
	style, err := b.file.NewStyle(&excelize.Style{CustomNumFmt: &pattern})
	if err != nil {
		return nil, err
	}
	b.style = style
	b.sheet, err = b.file.NewStreamWriter(sheet)
	return b, err
}

func (b *book) row(cells []any) error {
	b.rows++
	b.cells = b.cells[:0]
	for _, c := range cells {
		switch v := c.(type) {
		case serial:
			c = excelize.Cell{StyleID: b.style, Value: int(v)}
		case string:
			if v == "" {
				c = nil
			}
		}
		b.cells = append(b.cells, c)
	}
	return b.sheet.SetRow("A"+strconv.Itoa(b.rows), b.cells)
}

func (b *book) join(fromCol, fromUp, toCol, toUp int) error {
	from, err := excelize.CoordinatesToCellName(fromCol, b.rows-fromUp)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(toCol, b.rows-toUp)
	if err != nil {
		return err
	}
	return b.sheet.MergeCell(from, to)
}

func (b *book) close() error {
	err := b.sheet.Flush()
	if err == nil {
		err = b.file.Write(b.to)
	}
	for _, c := range []io.Closer{b.file, b.to} {
		if e := c.Close(); err == nil {
			err = e
		}
	}
	return err
}

// lines is a csv file with the line ends of Windows.
type lines struct {
	to    *os.File
	out   *bufio.Writer
	coded io.WriteCloser // nil for UTF-8
	csv   *csv.Writer
	cells []string // reused

	columns int
}

func newLines(to *os.File, f format, columns int) (*lines, error) {
	l := &lines{to: to, columns: columns, out: bufio.NewWriterSize(to, 1<<16)}
	if f == csvGB18030 {
		l.coded = transform.NewWriter(l.out, simplifiedchinese.GB18030.NewEncoder())
		l.csv = csv.NewWriter(l.coded)
	} else {
		if _, err := l.out.WriteString("\uFEFF"); err != nil {
			return nil, err
		}
		l.csv = csv.NewWriter(l.out)
	}
	l.csv.UseCRLF = true
	return l, nil
}

func (l *lines) row(cells []any) error {
	l.cells = l.cells[:0]
	for _, c := range cells {
		text := ""
		switch v := c.(type) {
		case string:
			text = v
		case int:
			text = strconv.Itoa(v)
		case serial:
			text = strconv.Itoa(int(v))
		}
		l.cells = append(l.cells, text)
	}
	for len(l.cells) < l.columns {
		l.cells = append(l.cells, "")
	}
	return l.csv.Write(l.cells)
}

func (l *lines) join(_, _, _, _ int) error { return nil }

func (l *lines) close() error {
	l.csv.Flush()
	err := l.csv.Error()
	if l.coded != nil && err == nil {
		err = l.coded.Close()
	}
	if err == nil {
		err = l.out.Flush()
	}
	if e := l.to.Close(); err == nil {
		err = e
	}
	return err
}
