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
		good, bad, err := c.countRunes()
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

// countRunes counts valid multi-byte characters and bytes that are not UTF-8. A file that is UTF-8 throughout,
// which is seen without counting, has none of either.
func (c *csvFile) countRunes() (good, bad int, err error) {
	if fine, err := c.isUTF8(); fine || err != nil {
		return 0, 0, err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(c.r, 0, c.size), window)
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

// isUTF8 reports whether the whole file is valid.
func (c *csvFile) isUTF8() (bool, error) {
	buf := make([]byte, window)
	kept := 0
	for at := int64(0); at < c.size; {
		n, err := c.r.ReadAt(buf[kept:], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		at += int64(n)
		have, cut := buf[:kept+n], kept+n
		for at < c.size && len(have)-cut < utf8.UTFMax && cut > 0 {
			cut--
			if utf8.RuneStart(have[cut]) { // the last character may go on in the next part
				break
			}
		}
		if n == 0 || !utf8.Valid(have[:cut]) {
			return false, nil
		}
		kept = copy(buf, have[cut:])
	}
	return true, nil
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
		p := newCSVParser(c.text(done), c.delim, c.lim)
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
