package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"tuoxing/internal/fault"
)

// xlsx is an Office Open XML workbook (ECMA-376). Only cell values are read: styles, charts,
// macros and outside links are never opened.
//
// What is written in a way that the scanner was not made for is read by the workbook library instead.
type xlsx struct {
	r           io.ReaderAt
	size, total int64 // bytes, packed and unpacked
	parts       map[string]*zip.File
	lim         Limits
	names       []Sheet
	sheets      []string // part name of each sheet
	shared      texts    // shared string table
	strings     string   // its part
	styles      string   // part of the styles
	dates       dates
	merged      map[int][]area
}

// maxParts bounds the number of parts of a workbook; real ones have tens.
const maxParts = 10_000

// maxList bounds the bytes of the list of parts, which the zip reader holds in memory as a whole: 10,000 names are
// 1 MiB.
const maxList = 4 << 20

// mergeScan is the unzipped size up to which a sheet is read once more to learn its
// merged areas, which stand behind the rows. Longer sheets are machine-made lists.
const mergeScan = 256 << 20

func openXLSX(r io.ReaderAt, size int64, lim Limits) (*Book, error) {
	list := &budget{r: r, left: maxList}
	z, err := zip.NewReader(list, size)
	if list.left < 0 || err == nil && len(z.File) > maxParts {
		return nil, fault.New(fault.TooLarge, "intake.parts_too_many", maxParts)
	}
	if err != nil {
		return nil, damaged(err)
	}
	list.met = true
	x := &xlsx{r: r, size: size, parts: map[string]*zip.File{}, lim: lim, merged: map[int][]area{}}
	var total uint64
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/"))
		if x.parts[name] != nil && !f.FileInfo().IsDir() {
			return nil, damaged(errTwice)
		}
		x.parts[name] = f
		total += f.UncompressedSize64
		if total > uint64(lim.Unzipped) || f.UncompressedSize64 > uint64(lim.Unzipped) {
			return nil, fault.New(fault.TooLarge, "intake.unzipped_too_large", lim.Unzipped>>20)
		}
	}
	if total > RatioFrom && total > uint64(lim.Ratio)*uint64(size) {
		return nil, fault.New(fault.TooLarge, "intake.ratio_too_large", lim.Ratio)
	}
	x.total = int64(total)
	err = x.workbook()
	if err == nil && len(x.names) > maxSheets {
		return nil, fault.New(fault.TooLarge, "intake.sheets_too_many", maxSheets)
	}
	if err == nil {
		err = x.sharedStrings()
	}
	if err == nil {
		err = x.readStyles()
	}
	if x.tryLibrary(err) {
		return x.bookByLibrary(err)
	}
	if err != nil {
		return nil, err
	}
	b := &Book{Sheets: x.names, Format: XLSX, rows: x.rows, merges: x.areas}
	for _, part := range x.sheets {
		if f, ok := x.parts[strings.ToLower(part)]; ok {
			b.bytes += int64(f.UncompressedSize64)
		}
	}
	return b, nil
}

// tryLibrary reports an error of the scanner for which the library is asked: anything but a limit, and a zip that is no workbook.
func (x *xlsx) tryLibrary(err error) bool {
	if err == nil || errors.Is(err, errNoBook) || errors.Is(err, errLies) || errors.Is(err, errOrder) {
		return false
	}
	f, ok := fault.As(err)
	return !ok || f.Kind == fault.Invalid
}

// errTwice is the cause for two parts of one name: what one program shows is not what another reads.
var errTwice = errors.New("two parts of one name in the zip")

// errNoBook is the cause for a zip without the parts of a workbook.
var errNoBook = errors.New("no workbook in the zip")

// open gives one part; it never yields more bytes than the archive declared, and those were
// checked against the limits.
func (x *xlsx) open(name string) (io.ReadCloser, error) {
	f, ok := x.parts[strings.ToLower(name)]
	if !ok {
		return nil, fault.New(fault.Invalid, "intake.format_unknown").WithFix("intake.save_as_xlsx").Because(errNoBook)
	}
	rc, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&honest{rc, int64(f.UncompressedSize64)}, rc}, nil
}

// honest gives a part as far as the archive declared it, and an error when it goes on behind that or its checksum
// is wrong.
type honest struct {
	r    io.Reader
	left int64
}

func (h *honest) Read(p []byte) (int, error) {
	if h.left == 0 {
		var more [1]byte
		if n, err := io.ReadFull(h.r, more[:]); n > 0 || !errors.Is(err, io.EOF) {
			return 0, errors.Join(errLies, err)
		}
		return 0, io.EOF
	}
	n, err := h.r.Read(p[:min(int64(len(p)), h.left)])
	h.left -= int64(n)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		err = errors.Join(errLies, err) // a checksum, or bytes that do not unpack
	case h.left > 0:
		err = errLies
	default:
		err = nil // the next call looks behind it
	}
	return n, err
}

// errLies is the cause for a part that is not as long as the archive says, or not the same.
var errLies = errors.New("a part is not as the archive declares it")

// budget is a file of which no more than so many bytes are looked at until it is met; left is below 0 when it was not.
type budget struct {
	r    io.ReaderAt
	left int64
	met  bool
}

// ReadAt reads within the budget.
func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if !b.met {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errors.New("more than the budget")
		}
	}
	return b.r.ReadAt(p, off)
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
func (x *xlsx) workbook() error {
	main := "xl/workbook.xml"
	targets, err := x.relations("_rels/.rels", "")
	if err != nil {
		return err
	}
	for _, t := range targets {
		if strings.HasSuffix(t.kind, "/officeDocument") {
			main = t.part
		}
	}
	dir, file := path.Split(main)
	parts, err := x.relations(dir+"_rels/"+file+".rels", dir)
	if err != nil {
		return err
	}
	x.findTables(parts)
	return x.each(main, func(s *xmlScanner) error {
		switch string(s.name()) {
		case "workbookPr":
			v := string(s.attr("date1904"))
			x.dates.since1904 = v == "1" || v == "true"
		case "sheet":
			t, ok := parts[string(s.attr("id"))]
			if !ok || !strings.HasSuffix(t.kind, "/worksheet") {
				return nil // a chart or macro sheet
			}
			if len(x.names) == maxSheets {
				return fault.New(fault.TooLarge, "intake.sheets_too_many", maxSheets)
			}
			state := string(s.attr("state"))
			x.names = append(x.names, Sheet{Name: unescape(s.attr("name")), Hidden: state == "hidden" || state == "veryHidden"})
			x.sheets = append(x.sheets, t.part)
		}
		return nil
	})
}

// findTables finds the parts of shared strings and styles: by relation, else by their usual names.
func (x *xlsx) findTables(parts map[string]relation) {
	for _, t := range parts {
		switch {
		case strings.HasSuffix(t.kind, "/sharedStrings"):
			x.strings = t.part
		case strings.HasSuffix(t.kind, "/styles"):
			x.styles = t.part
		}
	}
	if _, ok := x.parts[strings.ToLower(x.strings)]; ok {
		return
	}
	x.strings = ""
	for name := range x.parts {
		if strings.HasSuffix(name, "/sharedstrings.xml") {
			x.strings = name
		}
	}
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
		if len(rels) == maxParts {
			return fault.New(fault.TooLarge, "intake.parts_too_many", maxParts)
		}
		rels[string(s.attr("Id"))] = relation{string(s.attr("Type")), target}
		return nil
	})
	return rels, err
}

// sharedStrings reads the table of texts that cells point into; phonetic runs are left out.
func (x *xlsx) sharedStrings() error {
	if x.strings == "" {
		return nil
	}
	err := x.each(x.strings, func(s *xmlScanner) error {
		for x.plainString(s) {
			if x.shared.long > x.lim.Cell {
				return x.cellTooLarge()
			}
			if err := x.sharedSize(); err != nil {
				return err
			}
		}
		if string(s.name()) != "si" {
			return nil
		}
		if err := x.sharedString(s); err != nil {
			return err
		}
		return x.sharedSize()
	})
	x.shared.close()
	return err
}

// Shared texts are the one thing of a workbook that is held in memory: a quarter of what it may unpack to, and in
// number one for 64 bytes of that. A list of two million people with five texts each keeps both by far.
const sharedPart, sharedEach = 4, 64

func (x *xlsx) sharedSize() error {
	if x.shared.size() > x.lim.Unzipped/sharedPart || int64(x.shared.len()) > x.lim.Unzipped/sharedEach {
		return fault.New(fault.TooLarge, "intake.texts_too_large", x.lim.Unzipped/sharedPart>>20)
	}
	return nil
}

// plainString takes an item written as nearly all are, <si><t>…</t></si>, when it comes next. The tag in hand is
// then one that is over.
func (x *xlsx) plainString(s *xmlScanner) bool {
	if string(s.tag) != "/si" {
		return false
	}
	w := s.buf[s.pos:s.end]
	at := 0
	switch {
	case bytes.HasPrefix(w, []byte("<si><t>")):
		at = len("<si><t>")
	case bytes.HasPrefix(w, []byte(`<si><t xml:space="preserve">`)):
		at = len(`<si><t xml:space="preserve">`)
	default:
		return false
	}
	n := bytes.IndexByte(w[at:], '<')
	if n < 0 || !bytes.HasPrefix(w[at+n:], []byte("</t></si>")) {
		return false
	}
	x.shared.add(w[at : at+n])
	s.pos += at + n + len("</t></si>")
	return true
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
			phonetic = !s.empty()
		case "/rPh":
			phonetic = false
		case "/si":
			done = true
		case "si", "/sst":
			return errOdd
		}
	}
	x.shared.add(item)
	if x.shared.long > x.lim.Cell {
		return x.cellTooLarge()
	}
	return nil
}

func (x *xlsx) cellTooLarge() error {
	return fault.New(fault.TooLarge, "intake.cell_too_large", x.lim.Cell/1024)
}

// rows walks a sheet. What the scanner finds odd is read by the library from there on.
func (x *xlsx) rows(sheet int, done *counter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		last, stopped, err := x.scan(sheet, done, yield)
		switch {
		case stopped || err == nil:
		case x.tryLibrary(err):
			x.rowsByLibrary(sheet, last, err, yield)
		default:
			yield(Row{Number: last + 1}, damaged(err))
		}
	}
}

// scan walks a sheet with the scanner and gives the last row that was passed on.
func (x *xlsx) scan(sheet int, done *counter, yield func(Row, error) bool) (last int, stopped bool, err error) {
	areas, err := x.areas(sheet)
	if err != nil {
		return 0, false, err
	}
	rc, err := x.open(x.sheets[sheet])
	if err != nil {
		return 0, false, err
	}
	ahead := readAhead(rc)
	defer ahead.Close()
	p := rowParser{x: x, s: newXML(counted{ahead, done}, x.lim), carry: carrier{areas: areas}}
	for {
		row, err := p.next()
		if errors.Is(err, io.EOF) {
			// What stands behind the rows is read to its end, where the checksum of the part is.
			_, err = io.Copy(io.Discard, ahead)
			return last, false, err
		}
		if err != nil {
			return last, false, err
		}
		if !yield(row, nil) {
			return last, true, nil
		}
		last = row.Number
	}
}
