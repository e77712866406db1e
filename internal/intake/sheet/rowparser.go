package sheet

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"tuoxing/internal/fault"
)

// rowParser walks <sheetData>. The texts of a row lie together in one string, so that a row costs one
// allocation and not one for each cell.
type rowParser struct {
	x      *xlsx
	s      *xmlScanner
	carry  carrier
	number int
	given  int  // number of the last row that was given out
	inside bool // the rows are not over
	hidden bool
	cells  []string
	texts  []byte // of the cells that are no shared strings, one behind the other
	spans  []span // where in texts each lies
	value  []byte
}

type span struct{ col, from, to int }

// next gives the next row that is not blank.
func (p *rowParser) next() (Row, error) {
	for {
		ok, err := p.plainCell()
		if err != nil {
			return Row{}, err
		}
		if ok {
			continue
		}
		if err := p.s.next(false); err != nil {
			if p.inside && errors.Is(err, io.EOF) {
				err = errors.Join(errLies, io.ErrUnexpectedEOF)
			}
			return Row{}, err
		}
		switch string(p.s.name()) {
		case "sheetData":
			p.inside = !p.s.empty()
		case "row":
			p.startRow()
			if p.s.empty() {
				continue
			}
		case "c":
			if err := p.cell(); err != nil {
				return Row{}, err
			}
		case "/row":
			cells := trim(p.finished())
			if len(cells) == 0 {
				continue
			}
			if p.number > p.x.lim.Rows {
				return Row{}, fault.New(fault.TooLarge, "intake.rows_too_many", p.x.lim.Rows)
			}
			if p.number <= p.given {
				return Row{}, damaged(errOrder)
			}
			p.given = p.number
			cells, carried := p.carry.apply(p.number, cells)
			return Row{Number: p.number, Cells: cells, Carried: carried, Hidden: p.hidden}, nil
		case "/sheetData":
			return Row{}, io.EOF
		}
	}
}

// errOrder is the cause for rows whose numbers do not rise: nobody could find the row that a report names.
var errOrder = errors.New("row numbers out of order")

func (p *rowParser) startRow() {
	p.number++
	if r := p.s.attr("r"); r != nil {
		if n, err := strconv.Atoi(string(r)); err == nil {
			p.number = n
		}
	}
	h := string(p.s.attr("hidden"))
	p.hidden = h == "1" || h == "true"
	p.cells, p.texts, p.spans = p.cells[:0], p.texts[:0], p.spans[:0]
}

// finished gives the cells of the row that ends here.
func (p *rowParser) finished() []string {
	if len(p.spans) == 0 {
		return p.cells
	}
	all := string(p.texts)
	good := utf8.ValidString(all) && bytes.IndexByte(p.texts, 0) < 0
	for _, s := range p.spans {
		text := all[s.from:s.to]
		if !good {
			text = whole(text)
		}
		p.cells[s.col] = text
	}
	return p.cells
}

// plainCell reads a cell written as nearly all are: <c r="A1" s="1" t="s"><v>0</v></c>, or with
// <is><t>…</t></is>. Anything else, also one that goes on behind the window, is left to cell.
func (p *rowParser) plainCell() (bool, error) {
	w := p.s.buf[p.s.pos:p.s.end]
	if len(w) < 4 || w[0] != '<' || w[1] != 'c' || (w[2] != ' ' && w[2] != '>') {
		return false, nil
	}
	var a cellTag
	at := a.read(w)
	if at < 0 {
		return false, nil
	}
	col := p.column(a.ref)
	if a.empty {
		p.s.pos += at
		return true, p.blank(col)
	}
	before, after := plainValue, plainEnd
	if bytes.HasPrefix(w[at:], plainInline) {
		before, after = plainInline, plainInlineEnd
	}
	if !bytes.HasPrefix(w[at:], before) {
		return false, nil
	}
	at += len(before)
	n := bytes.IndexByte(w[at:], '<')
	if n < 0 || !bytes.HasPrefix(w[at+n:], after) {
		return false, nil
	}
	p.s.pos += at + n + len(after)
	return true, p.put(col, a.kind, a.style, w[at:at+n], false)
}

var (
	plainValue     = []byte("<v>")
	plainEnd       = []byte("</v></c>")
	plainInline    = []byte("<is><t>")
	plainInlineEnd = []byte("</t></is></c>")
)

// cellTag is what the start tag of a plain cell says.
type cellTag struct {
	ref, style, kind []byte
	empty            bool
}

// read takes the tag apart and gives where it ends, -1 when it is not a plain one.
func (a *cellTag) read(w []byte) int {
	for i := 2; i < len(w); {
		switch w[i] {
		case '>':
			return i + 1
		case '/':
			if i+1 < len(w) && w[i+1] == '>' {
				a.empty = true
				return i + 2
			}
			return -1
		case ' ':
		default:
			return -1
		}
		if i++; i+3 >= len(w) || w[i+1] != '=' || w[i+2] != '"' {
			if i < len(w) && (w[i] == '>' || w[i] == '/') {
				continue
			}
			return -1
		}
		n := bytes.IndexByte(w[i+3:min(len(w), i+40)], '"')
		if n < 0 {
			return -1
		}
		value := w[i+3 : i+3+n]
		switch w[i] {
		case 'r':
			a.ref = value
		case 's':
			a.style = value
		case 't':
			a.kind = value
		default:
			return -1
		}
		i += 4 + n
	}
	return -1
}

// column is where a cell stands: where it says, else behind the one before.
func (p *rowParser) column(ref []byte) int {
	if ref != nil {
		if c, _, ok := parseRef(ref); ok {
			return c
		}
	}
	return len(p.cells)
}

// blank keeps the place of a cell without content: the next one may not say where it stands.
func (p *rowParser) blank(col int) error {
	if col >= p.x.lim.Columns {
		return nil
	}
	for len(p.cells) <= col {
		p.cells = append(p.cells, "")
	}
	return nil
}

// cell reads any <c> element into its column.
func (p *rowParser) cell() error {
	col := p.column(p.s.attr("r"))
	kind, style := slices.Clone(p.s.attr("t")), slices.Clone(p.s.attr("s"))
	if p.s.empty() {
		return p.blank(col)
	}
	value, formula, err := p.content()
	if err != nil {
		return err
	}
	return p.put(col, kind, style, value, formula)
}

// put turns the content of a cell into text by its type (ECMA-376 part 1, 18.18.11) and keeps it.
func (p *rowParser) put(col int, kind, style, value []byte, formula bool) error {
	from, text := len(p.texts), ""
	switch string(kind) {
	case "s":
		i, err := strconv.Atoi(string(bytes.TrimSpace(value)))
		if len(value) == 0 {
			break
		}
		if err != nil || i < 0 || i >= p.x.shared.len() {
			return damaged(errors.New("shared string out of range"))
		}
		text = p.x.shared.at(i)
	case "str", "inlineStr", "e", "d":
		p.texts = appendText(p.texts, value)
	case "b":
		text = map[string]string{"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}[string(value)]
	case "", "n":
		p.texts = appendNumber(p.texts, value, p.x.dates.shift(style))
	default:
		return errOdd
	}
	size := len(p.texts) - from + len(text)
	if size == 0 && formula {
		text, size = Uncalculated, len(Uncalculated)
	}
	if size == 0 {
		return p.blank(col)
	}
	if size > p.x.lim.Cell {
		return p.x.cellTooLarge()
	}
	if col >= p.x.lim.Columns {
		return fault.New(fault.TooLarge, "intake.columns_too_many", p.x.lim.Columns)
	}
	for len(p.cells) <= col {
		p.cells = append(p.cells, "")
	}
	p.cells[col] = text
	if to := len(p.texts); to > from {
		p.spans = append(p.spans, span{col, from, to})
	}
	return nil
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
		name := string(p.s.name())
		if inText && (name == "" || name[0] != '/') {
			return nil, false, errOdd // an element inside a text: only another reader may know it
		}
		inText = false
		switch name {
		case "v", "t":
			inText = !p.s.empty()
		case "f":
			formula = true
		case "rPh":
			phonetic = !p.s.empty()
		case "/rPh":
			phonetic = false
		case "/c":
			return p.value, formula, nil
		case "c", "row", "/row", "/sheetData":
			return nil, false, errOdd
		}
	}
}

// exact is the magnitude up to which a binary64 number shows the digits that were typed:
// Excel keeps 15 of them. Beyond it a number is written in powers of ten, however many digits the file shows: what was
// typed behind the fifteenth is lost, and no reader of ID numbers takes such a text for whole.
const (
	exact       = 1e15
	exactDigits = 15
)

// appendNumber prints a numeric cell without float noise: 36.350000000000001 → 36.35, 1.38E10 →
// 13800000000. From 10¹⁵ on the text stays as it is. shift is added to days of the 1904 system.
func appendNumber(out, raw []byte, shift float64) []byte {
	if len(raw) > 0 && (raw[0] <= ' ' || raw[len(raw)-1] <= ' ') {
		raw = bytes.TrimSpace(raw)
	}
	if shift == 0 && len(raw) <= exactDigits && isDigits(raw) {
		return append(out, raw...)
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err == nil && (f >= exact || f <= -exact) && len(raw) < 2*exactDigits && bytes.IndexByte(raw, '.') < 0 && !bytes.ContainsAny(raw, "eE") {
		return strconv.AppendFloat(out, f, 'E', -1, 64)
	}
	if err != nil || f >= exact || f <= -exact {
		return appendText(out, raw)
	}
	if shift == 0 && bytes.IndexByte(raw, '.') < 0 && !bytes.ContainsAny(raw, "eE") {
		return append(out, raw...)
	}
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f+shift, 'g', 15, 64), 64) // cannot fail: just printed
	return strconv.AppendFloat(out, f, 'f', -1, 64)
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
