package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tuoxing/internal/fault"
)

var (
	utf8BOM = []byte{0xEF, 0xBB, 0xBF}
	utf16LE = []byte{0xFF, 0xFE}
	utf16BE = []byte{0xFE, 0xFF}
)

// csvFile is a text table. Its one sheet carries the file's name.
type csvFile struct {
	r     io.ReaderAt
	size  int64
	enc   encoding.Encoding // nil = UTF-8
	delim byte
	lim   Limits
}

func openCSV(r io.ReaderAt, size int64, name string, lim Limits) (*Book, error) {
	c := &csvFile{r: r, size: size, lim: lim}
	if err := c.detect(); err != nil {
		return nil, err
	}
	title := strings.TrimSuffix(path.Base(strings.ReplaceAll(name, "\\", "/")), path.Ext(name))
	none := func(int) ([]area, error) { return nil, nil }
	return &Book{Sheets: []Sheet{{Name: title}}, Format: CSV, rows: c.rows, merges: none, bytes: size}, nil
}

// detect finds encoding and delimiter. The whole file is looked at: a Chinese title may be the only
// line that is not ASCII, and may stand anywhere.
func (c *csvFile) detect() error {
	in := bufio.NewReaderSize(io.NewSectionReader(c.r, 0, c.size), 64<<10)
	head, err := in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, utf8BOM):
	case bytes.HasPrefix(head, utf16LE), bytes.HasPrefix(head, utf16BE):
		c.enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	default:
		good, bad, err := countRunes(in)
		if err != nil {
			return err
		}
		// A UTF-8 file with a few broken bytes stays UTF-8, and the broken rows are named; text in
		// GB18030 hardly ever forms valid UTF-8 sequences.
		if bad > 0 && good < 10*bad {
			c.enc = simplifiedchinese.GB18030
		}
	}
	c.delim, err = c.guessDelimiter()
	return err
}

// countRunes counts valid multi-byte characters and bytes that are not UTF-8.
func countRunes(in *bufio.Reader) (good, bad int, err error) {
	for {
		r, n, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return good, bad, nil
		case err != nil:
			return 0, 0, err
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
	}
}

func (c *csvFile) text(done *counter) *bufio.Reader {
	var in io.Reader = counted{io.NewSectionReader(c.r, 0, c.size), done}
	if c.enc != nil {
		in = transform.NewReader(in, c.enc.NewDecoder())
	}
	out := bufio.NewReaderSize(in, 64<<10)
	if head, err := out.Peek(3); err == nil && bytes.Equal(head, utf8BOM) {
		out.Discard(3) //nolint:errcheck // three bytes were just peeked
	}
	return out
}

// guessDelimiter takes the candidate that stands most often outside quotes in the first 64 KiB.
func (c *csvFile) guessDelimiter() (byte, error) {
	in := c.text(nil)
	head, err := in.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return 0, damaged(err)
	}
	counts := map[byte]int{}
	quoted := false
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case !quoted:
			counts[b]++
		}
	}
	best := byte(',')
	for _, d := range []byte{';', '\t'} {
		if counts[d] > counts[best] {
			best = d
		}
	}
	return best, nil
}

func (c *csvFile) rows(_ int, done *counter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		p := csvParser{in: c.text(done), delim: c.delim, lim: c.lim, line: 1}
		for {
			number := p.line
			cells, err := p.record()
			if errors.Is(err, io.EOF) && len(cells) == 0 {
				return
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{Number: number}, err)
				return
			}
			if cells = trim(cells); len(cells) == 0 {
				if err != nil {
					return
				}
				continue
			}
			if number > c.lim.Rows {
				yield(Row{Number: number}, fault.New(fault.TooLarge, "intake.rows_too_many", c.lim.Rows))
				return
			}
			if !yield(Row{Number: number, Cells: cells}, nil) || err != nil {
				return
			}
		}
	}
}

// csvParser reads records by RFC 4180, forgiving: a quote inside an unquoted cell is a
// character, and ="…" (a common way to keep digits as text) is its content.
type csvParser struct {
	in    *bufio.Reader
	delim byte
	lim   Limits
	line  int
	cells []string
	cell  []byte
}

// record reads one record. io.EOF may come together with the last one.
func (p *csvParser) record() ([]string, error) {
	p.cells = p.cells[:0]
	for {
		end, err := p.field()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(p.cells) < p.lim.Columns {
			p.cells = append(p.cells, whole(string(p.cell)))
		} else if !blank(string(p.cell)) {
			return nil, fault.New(fault.TooLarge, "intake.columns_too_many", p.lim.Columns)
		}
		if err != nil || end {
			return p.cells, err
		}
	}
}

// field reads one cell into p.cell; end reports that it was the last of its record.
func (p *csvParser) field() (end bool, err error) {
	p.cell = p.cell[:0]
	quoted := false
	start := p.line
	for {
		b, err := p.in.ReadByte()
		if err != nil {
			if quoted && errors.Is(err, io.EOF) {
				return false, fault.New(fault.Invalid, "intake.quote_open", start)
			}
			return true, damagedText(err)
		}
		switch {
		case quoted:
			quoted = p.inQuotes(b)
		case b == '"' && (len(p.cell) == 0 || len(p.cell) == 1 && p.cell[0] == '='):
			quoted = true
			p.cell = p.cell[:0]
		case b == p.delim:
			return false, nil
		case b == '\n', b == '\r':
			if b == '\r' && p.peek('\n') {
				continue
			}
			p.line++
			return true, nil
		default:
			p.cell = append(p.cell, b)
		}
		if len(p.cell) > p.lim.Cell {
			return false, fault.New(fault.TooLarge, "intake.cell_too_large_at", p.lim.Cell/1024, start)
		}
	}
}

// inQuotes takes one byte inside quotes and reports whether the quotes go on.
func (p *csvParser) inQuotes(b byte) bool {
	switch {
	case b == '"' && p.peek('"'):
		p.in.Discard(1) //nolint:errcheck // one byte was just peeked
	case b == '"':
		return false
	case b == '\n':
		p.line++
	}
	p.cell = append(p.cell, b)
	return true
}

// peek reports whether b comes next.
func (p *csvParser) peek(b byte) bool {
	next, err := p.in.Peek(1)
	return err == nil && next[0] == b
}

func damagedText(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	return damaged(err)
}
