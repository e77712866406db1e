package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/fault"
)

// libraryMax is the size, packed and unpacked, up to which an odd workbook is handed to the workbook library,
// which holds a file in memory as a whole. Above the limits given to it the library would write parts to
// plain temporary files; as they are equal it never does.
const libraryMax = 32 << 20

// openLibrary opens a workbook that the scanner found odd, for the reason given.
func (x *xlsx) openLibrary(cause error) (_ *excelize.File, err error) {
	if x.size > libraryMax || x.total > libraryMax {
		return nil, damaged(cause)
	}
	if err := x.fitsLibrary(); err != nil {
		return nil, damaged(errors.Join(cause, err))
	}
	// The bytes are a stranger's: what the library stumbles over is a damaged file and not the end of the server.
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("%w; the workbook library: %v", cause, p))
		}
	}()
	f, err := excelize.OpenReader(io.NewSectionReader(x.r, 0, x.size), excelize.Options{UnzipSizeLimit: libraryMax, UnzipXMLSizeLimit: libraryMax, RawCellValue: true})
	if err != nil {
		return nil, damaged(errors.Join(cause, err))
	}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return nil, errors.Join(fault.New(fault.Invalid, "intake.date_1904").WithFix("intake.switch_1904_off"), f.Close())
	}
	return f, nil
}

// The library makes a structure of some 200 bytes of every element and one of 50 of every attribute: 4 bytes of a file become
// fifty times as many. So elements and attributes are counted before, by the characters that they cannot do without, in every
// part: a name says nothing. A quarter of a million cells have a million.
const maxTags, maxAttributes = 1_000_000, 2_000_000

func (x *xlsx) fitsLibrary() error {
	buf := make([]byte, window)
	tags, attributes := 0, 0
	for name := range x.parts {
		rc, err := x.open(name)
		if err != nil {
			return err
		}
		for err == nil {
			var n int
			n, err = rc.Read(buf)
			tags += bytes.Count(buf[:n], []byte("<"))
			attributes += bytes.Count(buf[:n], []byte("="))
			if tags > maxTags || attributes > maxAttributes {
				err = errors.New("too many elements for the workbook library")
			}
		}
		if cerr := rc.Close(); !errors.Is(err, io.EOF) {
			return errors.Join(err, cerr)
		}
	}
	return nil
}

// bookByLibrary is the book as the library reads it, when the scanner cannot even list the sheets.
func (x *xlsx) bookByLibrary(cause error) (*Book, error) {
	f, err := x.openLibrary(cause)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := &Book{Format: XLSX, bytes: x.total}
	x.names = nil
	for _, name := range f.GetSheetList() {
		visible, err := f.GetSheetVisible(name)
		if err != nil {
			return nil, damaged(errors.Join(cause, err))
		}
		b.Sheets = append(b.Sheets, Sheet{Name: name, Hidden: !visible})
	}
	switch {
	case len(b.Sheets) == 0:
		return nil, damaged(cause)
	case len(b.Sheets) > maxSheets:
		return nil, fault.New(fault.TooLarge, "intake.sheets_too_many", maxSheets)
	}
	x.names = b.Sheets
	b.rows = func(sheet int, done *counter) iter.Seq2[Row, error] {
		return func(yield func(Row, error) bool) { x.rowsByLibrary(sheet, 0, cause, yield) }
	}
	b.merges = func(int) ([]area, error) { return nil, nil } // rowsByLibrary carries by itself
	return b, nil
}

// rowsByLibrary gives the rows behind a physical row as the library reads them.
func (x *xlsx) rowsByLibrary(sheet, behind int, cause error, yield func(Row, error) bool) {
	number := 0
	stopped := false
	defer func() {
		if p := recover(); p != nil {
			if stopped { // the panic is that of the loop which takes the rows
				panic(p)
			}
			stopped = true
			yield(Row{Number: number}, damaged(fmt.Errorf("%w; the workbook library: %v", cause, p)))
		}
	}()
	list, err := x.listByLibrary(sheet, behind, cause)
	number = behind
	stopped = true
	for _, row := range list {
		if !yield(row, nil) {
			return
		}
	}
	if err != nil {
		yield(Row{Number: number}, err)
	}
}

// listByLibrary reads the rows of a sheet into memory; the file is small.
func (x *xlsx) listByLibrary(sheet, behind int, cause error) (list []Row, err error) {
	f, err := x.openLibrary(cause)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	name := x.names[sheet].Name
	carry, err := areasByLibrary(f, name, x.lim)
	if err != nil {
		return nil, damaged(errors.Join(cause, err))
	}
	rows, err := f.Rows(name)
	if err != nil {
		return nil, damaged(errors.Join(cause, err))
	}
	defer rows.Close()
	for number := 1; rows.Next(); number++ {
		if number > x.lim.Rows {
			return list, fault.New(fault.TooLarge, "intake.rows_too_many", x.lim.Rows)
		}
		cells, err := rows.Columns()
		if err != nil {
			return list, damaged(errors.Join(cause, err))
		}
		if cells, err = x.sizedByLibrary(cells); err != nil {
			return list, err
		}
		if len(cells) == 0 {
			continue
		}
		cells, carried := carry.apply(number, cells)
		if number > behind {
			list = append(list, Row{Number: number, Cells: cells, Carried: slices.Clone(carried), Hidden: rows.GetRowOpts().Hidden})
		}
	}
	if err := rows.Error(); err != nil {
		return list, damaged(errors.Join(cause, err))
	}
	return list, nil
}

// sizedByLibrary holds cells to the limits and takes float noise from long numbers.
func (x *xlsx) sizedByLibrary(cells []string) ([]string, error) {
	for i, c := range cells {
		if len(c) > x.lim.Cell {
			return nil, x.cellTooLarge()
		}
		if noisy(c) {
			c = string(appendNumber(nil, []byte(c), 0))
		}
		cells[i] = whole(c)
	}
	cells = trim(cells)
	if len(cells) > x.lim.Columns {
		return nil, fault.New(fault.TooLarge, "intake.columns_too_many", x.lim.Columns)
	}
	return cells, nil
}

// noisy reports what only a number in binary looks like: 16 and more digits with a point, or an exponent. The library
// does not tell texts and numbers apart, and 2023.10 may be a month.
func noisy(s string) bool {
	if s == "" || strings.Trim(s, "0123456789.eE+-") != "" {
		return false
	}
	return strings.ContainsAny(s, "eE") || strings.Contains(s, ".") && len(s) > 16
}

func areasByLibrary(f *excelize.File, name string, lim Limits) (*carrier, error) {
	merged, err := f.GetMergeCells(name)
	if err != nil {
		return nil, err
	}
	c := &carrier{}
	for _, m := range merged[:min(len(merged), maxAreas)] {
		if a, ok := parseArea([]byte(m.GetStartAxis() + ":" + m.GetEndAxis())); ok && a.right < lim.Columns {
			c.areas = append(c.areas, a)
		}
	}
	slices.SortFunc(c.areas, byTop)
	return c, nil
}
