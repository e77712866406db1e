package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"tuoxing/internal/fault"
)

// csvParser reads records by RFC 4180, forgiving: a quote inside an unquoted cell is a
// character, and ="…" (a common way to keep digits as text) is its content. The texts of a record lie together in
// one string, so that it costs one allocation and not one for each cell.
type csvParser struct {
	in    io.Reader
	buf   []byte // unread bytes are buf[pos:end]
	pos   int
	end   int
	err   error // what ended the input
	delim byte
	lim   Limits
	line  int
	cells []string
	text  []byte // of the record
	ends  []int  // where each cell ends in it
}

func newCSVParser(in io.Reader, delim byte, lim Limits) *csvParser {
	return &csvParser{in: in, delim: delim, lim: lim, line: 1, buf: make([]byte, max(window, 2*lim.Cell))}
}

// fill reads more behind the unread bytes, which move to the front. It reports whether there is more.
func (p *csvParser) fill() bool {
	if p.err != nil {
		return false
	}
	p.end = copy(p.buf, p.buf[p.pos:p.end])
	p.pos = 0
	for p.end < len(p.buf) && p.err == nil {
		n, err := p.in.Read(p.buf[p.end:])
		p.end, p.err = p.end+n, err
		if n > 0 {
			return true
		}
	}
	return false
}

// record reads one record. io.EOF may come together with the last one.
func (p *csvParser) record() ([]string, error) {
	p.text, p.ends = p.text[:0], p.ends[:0]
	for {
		from := len(p.text)
		last, err := p.field()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(p.ends) < p.lim.Columns {
			p.ends = append(p.ends, len(p.text))
		} else if !blank(string(p.text[from:])) {
			return nil, fault.New(fault.TooLarge, "intake.columns_too_many", p.lim.Columns)
		} else {
			p.text = p.text[:from]
		}
		if err != nil || last {
			return p.split(), err
		}
	}
}

// split makes the cells of the record.
func (p *csvParser) split() []string {
	p.cells = p.cells[:0]
	all, from := string(p.text), 0
	good := utf8.ValidString(all) && bytes.IndexByte(p.text, 0) < 0
	for _, to := range p.ends {
		c := all[from:to]
		if !good {
			c = whole(c)
		}
		p.cells, from = append(p.cells, c), to
	}
	return p.cells
}

// field adds one cell to the text of the record; last reports that it was the record's last.
func (p *csvParser) field() (last bool, err error) {
	for i := 0; ; i++ {
		if p.pos+i == p.end {
			if i > p.lim.Cell {
				return false, p.tooLarge(p.line)
			}
			if !p.fill() {
				p.text = append(p.text, p.buf[p.pos:p.pos+i]...)
				p.pos += i
				return true, damagedText(p.err)
			}
		}
		b := p.buf[p.pos+i]
		if b > '"' && b != p.delim {
			continue
		}
		switch {
		case b == p.delim, b == '\n', b == '\r':
			if i > p.lim.Cell {
				return false, p.tooLarge(p.line)
			}
			p.text = append(p.text, p.buf[p.pos:p.pos+i]...)
			p.pos += i + 1
			return p.ended(b), nil
		case b == '"' && (i == 0 || i == 1 && p.buf[p.pos] == '='):
			p.pos += i + 1
			return p.quoted()
		}
	}
}

// ended takes the byte behind a cell and reports whether the record ends with it.
func (p *csvParser) ended(b byte) bool {
	if b == p.delim {
		return false
	}
	if b == '\r' && p.peek('\n') {
		p.pos++
	}
	p.line++
	return true
}

// quoted reads a cell behind its first quote, and what stands behind its last.
func (p *csvParser) quoted() (last bool, err error) {
	start, from, open := p.line, len(p.text), true
	for {
		if p.pos == p.end && !p.fill() {
			if open && errors.Is(p.err, io.EOF) {
				return false, fault.New(fault.Invalid, "intake.quote_open", start)
			}
			return true, damagedText(p.err)
		}
		b := p.buf[p.pos]
		p.pos++
		switch {
		case open && b == '"' && p.peek('"'):
			p.pos++
			p.text = append(p.text, b)
		case open && b == '"':
			open = false
		case open:
			if b == '\n' {
				p.line++
			}
			p.text = append(p.text, b)
		case b == '"' && len(p.text) == from:
			open = true
		case b == p.delim, b == '\n', b == '\r':
			return p.ended(b), nil
		default:
			p.text = append(p.text, b)
		}
		if len(p.text)-from > p.lim.Cell {
			return false, p.tooLarge(start)
		}
	}
}

func (p *csvParser) tooLarge(line int) error {
	return fault.New(fault.TooLarge, "intake.cell_too_large_at", p.lim.Cell/1024, line)
}

// peek reports whether b comes next.
func (p *csvParser) peek(b byte) bool {
	return (p.pos < p.end || p.fill()) && p.buf[p.pos] == b
}

func damagedText(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	return damaged(err)
}
