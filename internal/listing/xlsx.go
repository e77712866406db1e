package listing

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"tuoxing/internal/date"
	"tuoxing/internal/money"
)

// maxRows is how many rows a sheet takes before the list goes on in the next: a spreadsheet program
// holds 1,048,576, and one stays free for whoever adds a line.
const maxRows = 1_048_575

// exact is the number of digits that a spreadsheet program keeps of a number; longer ones are written as
// text, so that none is rounded.
const exact = 15

// xlsxFile is a list as an Office Open XML workbook (ECMA-376), written part by part into the zip as
// rows come: nothing but one buffer is held. Texts stand in their cells (inlineStr): a table of shared
// texts would have to be held until the end.
type xlsxFile struct {
	zip     *zip.Writer
	w       *bufio.Writer // into the sheet being written
	head    Head
	letters []string // names of the columns: A, B …
	sheets  []string
	limit   int
	next    int // row of the sheet
	buf     []byte
}

func newXLSX(w io.Writer, h Head, limit int) (*xlsxFile, error) {
	f := &xlsxFile{zip: zip.NewWriter(w), head: h, limit: limit, w: bufio.NewWriterSize(nil, 64<<10)}
	// The fastest level: the list is sent once, and one core writes it beside the database's.
	f.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := range h.Columns {
		f.letters = append(f.letters, letters(i))
	}
	// Every part that is not named here is a sheet: so this one can stand first, where programs
	// look that recognise a file by its first bytes.
	for _, p := range [][2]string{{"[Content_Types].xml", contentTypes}, {"_rels/.rels", relations}, {"xl/styles.xml", styles}} {
		if err := f.part(p[0], p[1]); err != nil {
			return nil, err
		}
	}
	return f, f.beginSheet()
}

// letters is the name of a column, from 0.
func letters(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letters(i/26-1) + string(rune('A'+i%26))
}

func (f *xlsxFile) part(name, text string) error {
	w, err := f.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

// beginSheet begins a sheet with its title and headings, which stay in sight.
func (f *xlsxFile) beginSheet() error {
	f.sheets = append(f.sheets, sheetName(f.head, len(f.sheets)+1))
	w, err := f.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(f.sheets)))
	if err != nil {
		return err
	}
	f.w.Reset(w)
	heading := 2 + len(f.head.Above)
	fmt.Fprintf(f.w, `%s<worksheet xmlns="%s"><sheetViews><sheetView workbookViewId="0"><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`,
		declaration, mainSpace, heading, heading+1)
	for i, c := range f.head.Columns {
		fmt.Fprintf(f.w, `<col min="%d" max="%d" width="%d" style="%d" customWidth="1"/>`, i+1, i+1, width(c), styleOf(c.Kind, false))
	}
	if _, err := f.w.WriteString(`</cols><sheetData>`); err != nil {
		return err
	}
	f.next = 1
	for i, text := range append([]string{f.head.Title}, f.head.Above...) {
		style := stylePlain
		if i == 0 {
			style = styleTitle
		}
		if err := f.line([]any{text}, func(int) int { return style }); err != nil {
			return err
		}
	}
	titles := make([]any, len(f.head.Columns))
	for i, c := range f.head.Columns {
		titles[i] = c.Title
	}
	return f.line(titles, func(int) int { return styleHeading })
}

func (f *xlsxFile) row(cells []any, last bool) error {
	if f.next > f.limit {
		if err := f.endSheet(); err != nil {
			return err
		}
		if err := f.beginSheet(); err != nil {
			return err
		}
	}
	return f.line(cells, func(i int) int { return styleOf(f.head.Columns[i].Kind, last) })
}

// line writes one row.
func (f *xlsxFile) line(cells []any, style func(i int) int) error {
	number := strconv.Itoa(f.next)
	b := append(append(append(f.buf[:0], `<row r="`...), number...), `">`...)
	for i, c := range cells {
		if c == nil {
			continue
		}
		b = append(append(append(b, `<c r="`...), f.letters[i]...), number...)
		var err error
		if b, err = f.cell(b, c, style(i)); err != nil {
			return err
		}
	}
	f.buf = append(b, `</row>`...)
	f.next++
	_, err := f.w.Write(f.buf)
	return err
}

// cell writes what comes after the place of a cell.
func (f *xlsxFile) cell(b []byte, c any, style int) ([]byte, error) {
	number := ""
	switch v := c.(type) {
	case int, int64, money.Fen:
		if n := plain(v, ""); len(strings.Trim(n, "-.")) <= exact {
			number = n
		}
	case date.Day:
		if n, ok := serial(v); ok {
			number = strconv.Itoa(n)
		}
	}
	text := plain(c, f.head.Forever)
	if number == "" && isFormula(text) {
		style = safe(style)
	}
	b = append(strconv.AppendInt(append(b, `" s="`...), int64(style), 10), '"')
	if number != "" {
		return append(append(append(b, `><v>`...), number...), `</v></c>`...), nil
	}
	if text == "" {
		return append(b, `/>`...), nil
	}
	if err := fits(text); err != nil {
		return b, err
	}
	b = append(b, ` t="inlineStr"><is><t`...)
	if strings.TrimSpace(text) != text {
		b = append(b, ` xml:space="preserve"`...)
	}
	b = append(b, '>')
	return append(escape(b, text), `</t></is></c>`...), nil
}

// zeroth is the day from which spreadsheet programs count, and firstSerial the first on whose number
// they agree: they know a 29 February 1900 that never was.
var zeroth, firstSerial = date.Of(1899, 12, 30), date.Of(1900, 3, 1)

// serial is the number of a day as spreadsheet programs count.
func serial(d date.Day) (int, bool) {
	if d < firstSerial || d == date.Forever {
		return 0, false
	}
	return int(d - zeroth), true
}

// escape writes a text into XML. A character that XML cannot hold is written _xHHHH_ (ECMA-376 part 1,
// 22.9.2.19), and so is the low line of a text that looks like this already.
func escape(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && n == 1, c == 0xFFFE, c == 0xFFFF:
			b = append(b, "\ufffd"...)
		case c == '&':
			b = append(b, "&amp;"...)
		case c == '<':
			b = append(b, "&lt;"...)
		case c == '>':
			b = append(b, "&gt;"...)
		case c == '\r' || c < ' ' && c != '\t' && c != '\n':
			b = fmt.Appendf(b, "_x%04X_", c)
		case c == '_' && looksEscaped(s[i:]):
			b = append(b, "_x005F_"...)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}

func looksEscaped(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 16)
	return err == nil
}

// width of a column in characters of half width.
func width(c Column) int {
	if c.Width > 0 {
		return c.Width
	}
	title := 2
	for _, r := range c.Title {
		if title++; r > 0x7F {
			title++
		}
	}
	return max(title, []int{Text: 14, Code: 22, Whole: 10, Money: 14, Day: 12}[c.Kind])
}

// sheetName is a name that spreadsheet programs take: at most 31 characters, none of []:*?/\.
func sheetName(h Head, no int) string {
	name := h.Sheet
	if name == "" {
		name = h.Title
	}
	mark := ""
	if no > 1 {
		mark = " (" + strconv.Itoa(no) + ")"
	}
	var out []rune
	for _, r := range name {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			r = '_'
		}
		out = append(out, r)
	}
	if room := 31 - len(mark); len(out) > room {
		out = out[:room]
	}
	return strings.Trim(string(out), "'") + mark
}

// endSheet writes what stands below the rows.
func (f *xlsxFile) endSheet() error {
	f.buf = append(f.buf[:0], `</sheetData>`...)
	n := 0
	for i, c := range f.head.Columns {
		if len(c.Choices) == 0 {
			continue
		}
		if n++; n == 1 {
			f.buf = append(f.buf, `<dataValidations>`...)
		}
		// A warning, not a refusal: the reader of sheets understands more words than are offered.
		from := 3 + len(f.head.Above)
		f.buf = fmt.Appendf(f.buf, `<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" sqref="%s%d:%s%d"><formula1>"`, f.letters[i], from, f.letters[i], maxRows+1)
		f.buf = append(escape(f.buf, strings.Join(c.Choices, ",")), `"</formula1></dataValidation>`...)
	}
	if n > 0 {
		f.buf = append(f.buf, `</dataValidations>`...)
	}
	f.buf = append(f.buf, `</worksheet>`...)
	if _, err := f.w.Write(f.buf); err != nil {
		return err
	}
	return f.w.Flush()
}

func (f *xlsxFile) end() error {
	if err := f.endSheet(); err != nil {
		return err
	}
	if len(f.head.Notes) > 0 {
		if err := f.notes(); err != nil {
			return err
		}
	}
	book, links := &strings.Builder{}, &strings.Builder{}
	for i, name := range f.sheets {
		fmt.Fprintf(book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, strings.ReplaceAll(string(escape(nil, name)), `"`, "&quot;"), i+1, i+1)
		fmt.Fprintf(links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, officeSpace, i+1)
	}
	fmt.Fprintf(links, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, len(f.sheets)+1, officeSpace)
	if err := f.part("xl/workbook.xml", declaration+`<workbook xmlns="`+mainSpace+`" xmlns:r="`+officeSpace+`"><sheets>`+book.String()+`</sheets></workbook>`); err != nil {
		return err
	}
	if err := f.part("xl/_rels/workbook.xml.rels", declaration+`<Relationships xmlns="`+packageSpace+`">`+links.String()+`</Relationships>`); err != nil {
		return err
	}
	return f.zip.Close()
}

// notes writes the sheet that explains the first.
func (f *xlsxFile) notes() error {
	f.sheets = append(f.sheets, sheetName(Head{Sheet: f.head.NotesOn}, 1))
	w, err := f.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(f.sheets)))
	if err != nil {
		return err
	}
	f.w.Reset(w)
	fmt.Fprintf(f.w, `%s<worksheet xmlns="%s"><cols><col min="1" max="1" width="110" customWidth="1"/></cols><sheetData>`, declaration, mainSpace)
	f.next = 1
	for _, text := range f.head.Notes {
		if err := f.line([]any{text}, func(int) int { return styleWrapped }); err != nil {
			return err
		}
	}
	if _, err := f.w.WriteString(`</sheetData></worksheet>`); err != nil {
		return err
	}
	return f.w.Flush()
}
