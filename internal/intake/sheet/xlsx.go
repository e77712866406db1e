package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"iter"
	"path"
	"strconv"
	"strings"
	"sync/atomic"

	"tuoxing/internal/fault"
)

// xlsx is an Office Open XML workbook (ECMA-376). Only cell values are read: styles, charts,
// macros and outside links are never opened.
type xlsx struct {
	parts  map[string]*zip.File
	lim    Limits
	sheets []string // part name of each sheet
	shared []string // shared string table
	merged map[int][]area
}

// maxParts bounds the number of parts of a workbook; real ones have tens.
const maxParts = 10_000

// mergeScan is the unzipped size up to which a sheet is read once more to learn its
// merged areas, which stand behind the rows. Longer sheets are machine-made lists.
const mergeScan = 256 << 20

func openXLSX(r io.ReaderAt, size int64, lim Limits) (*Book, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, fault.New(fault.TooLarge, "intake.parts_too_many", maxParts)
	}
	x := &xlsx{parts: map[string]*zip.File{}, lim: lim, merged: map[int][]area{}}
	var total uint64
	for _, f := range z.File {
		x.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/"))] = f
		total += f.UncompressedSize64
		if total > uint64(lim.Unzipped) || f.UncompressedSize64 > uint64(lim.Unzipped) {
			return nil, fault.New(fault.TooLarge, "intake.unzipped_too_large", lim.Unzipped>>20)
		}
	}
	if total > RatioFrom && total > uint64(lim.Ratio)*uint64(size) {
		return nil, fault.New(fault.TooLarge, "intake.ratio_too_large", lim.Ratio)
	}
	sheets, err := x.workbook()
	if err != nil {
		return nil, err
	}
	if len(sheets) > maxSheets {
		return nil, fault.New(fault.TooLarge, "intake.sheets_too_many", maxSheets)
	}
	if err := x.sharedStrings(); err != nil {
		return nil, err
	}
	b := &Book{Sheets: sheets, Format: XLSX, rows: x.rows, merges: x.areas}
	for _, part := range x.sheets {
		if f, ok := x.parts[strings.ToLower(part)]; ok {
			b.bytes += int64(f.UncompressedSize64)
		}
	}
	return b, nil
}

// open gives one part; it never yields more bytes than the archive declared, and those were
// checked against the limits.
func (x *xlsx) open(name string) (io.ReadCloser, error) {
	f, ok := x.parts[strings.ToLower(name)]
	if !ok {
		return nil, fault.New(fault.Invalid, "intake.format_unknown").WithFix("intake.save_as_xlsx")
	}
	rc, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(rc, int64(f.UncompressedSize64)), rc}, nil
}

// each calls fn at every tag of a part until the part or fn ends; fn returns io.EOF to stop.
func (x *xlsx) each(part string, fn func(s *xmlScanner) error) error {
	rc, err := x.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	s := newXML(rc, x.lim)
	for {
		err := s.next(false)
		if err == nil {
			err = fn(s)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
	}
}

// workbook reads the list of sheets and where their parts lie.
func (x *xlsx) workbook() ([]Sheet, error) {
	main := "xl/workbook.xml"
	targets, err := x.relations("_rels/.rels", "")
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if strings.HasSuffix(t.kind, "/officeDocument") {
			main = t.part
		}
	}
	dir, file := path.Split(main)
	parts, err := x.relations(dir+"_rels/"+file+".rels", dir)
	if err != nil {
		return nil, err
	}
	var sheets []Sheet
	err = x.each(main, func(s *xmlScanner) error {
		switch string(s.name()) {
		case "workbookPr":
			if v := string(s.attr("date1904")); v == "1" || v == "true" {
				return fault.New(fault.Invalid, "intake.date_1904").WithFix("intake.switch_1904_off")
			}
		case "sheet":
			t, ok := parts[string(s.attr("id"))]
			if !ok || !strings.HasSuffix(t.kind, "/worksheet") {
				return nil // a chart or macro sheet
			}
			state := string(s.attr("state"))
			sheets = append(sheets, Sheet{Name: unescape(s.attr("name")), Hidden: state == "hidden" || state == "veryHidden"})
			x.sheets = append(x.sheets, t.part)
		}
		return nil
	})
	return sheets, err
}

type relation struct{ kind, part string }

// relations reads a .rels part: id → kind and part name. A missing part has no relations.
func (x *xlsx) relations(part, dir string) (map[string]relation, error) {
	rels := map[string]relation{}
	if _, ok := x.parts[strings.ToLower(part)]; !ok {
		return rels, nil
	}
	err := x.each(part, func(s *xmlScanner) error {
		if string(s.name()) != "Relationship" {
			return nil
		}
		target := unescape(s.attr("Target"))
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(dir, target)
		}
		rels[string(s.attr("Id"))] = relation{string(s.attr("Type")), target}
		return nil
	})
	return rels, err
}

// sharedStrings reads the table of texts that cells point into; phonetic runs are left out.
func (x *xlsx) sharedStrings() error {
	part := ""
	for name := range x.parts {
		if strings.HasSuffix(name, "/sharedstrings.xml") {
			part = name
		}
	}
	if part == "" {
		return nil
	}
	rc, err := x.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	s := newXML(rc, x.lim)
	for {
		err := s.next(false)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && string(s.name()) == "si" {
			err = x.sharedString(s)
		}
		if err != nil {
			return damaged(err)
		}
	}
}

// sharedString reads one item: all its texts but the phonetic ones.
func (x *xlsx) sharedString(s *xmlScanner) error {
	var item []byte
	inText, phonetic := false, false
	for done := s.empty(); !done; {
		if err := s.next(inText); err != nil {
			return err
		}
		if inText && !phonetic {
			item = append(item, s.text...)
		}
		if len(item) > x.lim.Cell*maxEscape {
			return x.cellTooLarge()
		}
		inText = false
		switch string(s.name()) {
		case "t":
			inText = !s.empty()
		case "rPh":
			phonetic = true
		case "/rPh":
			phonetic = false
		case "/si":
			done = true
		}
	}
	x.shared = append(x.shared, unescape(item))
	return nil
}

func (x *xlsx) cellTooLarge() error {
	return fault.New(fault.TooLarge, "intake.cell_too_large", x.lim.Cell/1024)
}

func (x *xlsx) rows(sheet int, done *atomic.Int64) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		areas, err := x.areas(sheet)
		if err != nil {
			yield(Row{}, err)
			return
		}
		rc, err := x.open(x.sheets[sheet])
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer rc.Close()
		p := rowParser{x: x, s: newXML(counted{rc, done}, x.lim), carry: carrier{areas: areas}}
		for {
			row, err := p.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Number: p.number}, damaged(err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// rowParser walks <sheetData>.
type rowParser struct {
	x      *xlsx
	s      *xmlScanner
	carry  carrier
	number int
	hidden bool
	cells  []string
	value  []byte
}

// next gives the next row that is not blank.
func (p *rowParser) next() (Row, error) {
	for {
		if err := p.s.next(false); err != nil {
			return Row{}, err
		}
		switch string(p.s.name()) {
		case "row":
			p.number++
			if n, err := strconv.Atoi(string(p.s.attr("r"))); err == nil {
				p.number = n
			}
			p.hidden = string(p.s.attr("hidden")) == "1" || string(p.s.attr("hidden")) == "true"
			p.cells = p.cells[:0]
		case "c":
			if err := p.cell(); err != nil {
				return Row{}, err
			}
		case "/row":
			cells := trim(p.cells)
			if len(cells) == 0 {
				continue
			}
			if p.number > p.x.lim.Rows {
				return Row{}, fault.New(fault.TooLarge, "intake.rows_too_many", p.x.lim.Rows)
			}
			cells, carried := p.carry.apply(p.number, cells)
			return Row{Number: p.number, Cells: cells, Carried: carried, Hidden: p.hidden}, nil
		case "/sheetData":
			return Row{}, io.EOF
		}
	}
}

// cell reads one <c> element into its column.
func (p *rowParser) cell() error {
	col := len(p.cells)
	if ref := p.s.attr("r"); ref != nil {
		if c, _, ok := parseRef(ref); ok {
			col = c
		}
	}
	kind := string(p.s.attr("t"))
	if p.s.empty() {
		return nil
	}
	value, formula, err := p.content()
	if err != nil {
		return err
	}
	text, err := p.text(kind, value)
	if err != nil {
		return err
	}
	text = whole(text)
	if text == "" && formula {
		text = Uncalculated
	}
	if text == "" {
		return nil
	}
	if len(text) > p.x.lim.Cell {
		return p.x.cellTooLarge()
	}
	if col >= p.x.lim.Columns {
		return fault.New(fault.TooLarge, "intake.columns_too_many", p.x.lim.Columns)
	}
	for len(p.cells) <= col {
		p.cells = append(p.cells, "")
	}
	p.cells[col] = text
	return nil
}

// text turns the content of a cell into text by its type (ECMA-376 part 1, 18.18.11).
func (p *rowParser) text(kind string, value []byte) (string, error) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(value)))
		if err != nil || i < 0 || i >= len(p.x.shared) {
			return "", damaged(errors.New("shared string out of range"))
		}
		return p.x.shared[i], nil
	case "str", "inlineStr", "e", "d":
		return unescape(value), nil
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[string(value)], nil
	}
	return number(value), nil
}

// Uncalculated stands in for a formula whose result the file does not hold: the program that wrote
// it never calculated. It looks like Excel's own error values.
const Uncalculated = "#CALC!"

// content reads up to </c>: the value (of <v>, or all <t> of an inline string), still escaped.
func (p *rowParser) content() (value []byte, formula bool, err error) {
	p.value = p.value[:0]
	inText, phonetic := false, false
	for {
		if err := p.s.next(inText); err != nil {
			return nil, false, err
		}
		if inText && !phonetic {
			p.value = append(p.value, p.s.text...)
			if len(p.value) > p.s.max {
				return nil, false, p.x.cellTooLarge()
			}
		}
		inText = false
		switch string(p.s.name()) {
		case "v", "t":
			inText = !p.s.empty()
		case "f":
			formula = true
		case "rPh":
			phonetic = true
		case "/rPh":
			phonetic = false
		case "/c":
			return p.value, formula, nil
		}
	}
}

// exact is the magnitude up to which a binary64 number shows the digits that were typed:
// Excel keeps 15 of them. Beyond it a number is left as it stands, so that a damaged ID number is seen.
const exact = 1e15

// number prints a numeric cell without float noise: 36.350000000000001 → 36.35, 1.38E10 →
// 13800000000. From 10¹⁵ on the text stays as it is.
func number(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if !bytes.ContainsAny(raw, ".eE") {
		return string(raw)
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f >= exact || f <= -exact {
		return unescape(raw)
	}
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64) // cannot fail: just printed
	return strconv.FormatFloat(f, 'f', -1, 64)
}
