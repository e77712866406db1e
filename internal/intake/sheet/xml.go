package sheet

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"tuoxing/internal/fault"
)

// xmlScanner walks the tags of one XML part without building a tree. It reads what spreadsheet
// programs write (UTF-8, any namespace prefix, CDATA, comments) and is no general XML parser: entities
// other than the five and numeric ones stay as they are, so no entity can grow. What it was not made for
// (another encoding, a document type) it calls odd, and the workbook library is asked.
type xmlScanner struct {
	r    io.Reader
	buf  []byte // unread bytes are buf[pos:end]
	pos  int
	end  int
	max  int    // longest tag or text, bytes
	tag  []byte // between < and >, valid until the next call
	text []byte // character data before the tag, still escaped, when asked for
}

// maxEscape is how much longer a character may be in escaped form ("&#128512;" for 4 bytes).
const maxEscape = 6

// window is how many bytes of a part are looked at together.
const window = 128 << 10

func newXML(r io.Reader, lim Limits) *xmlScanner {
	return &xmlScanner{r: r, buf: make([]byte, window), max: lim.Cell * maxEscape}
}

// fill reads more behind the unread bytes, which move to the front. The window grows as far as one tag may.
func (s *xmlScanner) fill() error {
	if s.pos > 0 {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if s.end > s.max {
			return s.tooLarge()
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *xmlScanner) tooLarge() error {
	return fault.New(fault.TooLarge, "intake.cell_too_large", s.max/maxEscape/1024)
}

// next goes to the next element tag. With text, the character data before it is collected in s.text.
// io.EOF ends the part.
func (s *xmlScanner) next(text bool) error {
	s.text = s.text[:0]
	for {
		if err := s.open(text); err != nil {
			return err
		}
		if err := s.readTag(); err != nil {
			if errors.Is(err, io.EOF) {
				return damaged(io.ErrUnexpectedEOF)
			}
			return err
		}
		switch {
		case len(s.tag) == 0 || s.tag[0] != '!' && s.tag[0] != '?':
			return nil
		case bytes.HasPrefix(s.tag, cdata):
			if text {
				raw := bytes.TrimSuffix(s.tag[len(cdata):], []byte("]]"))
				s.text = append(s.text, bytes.ReplaceAll(raw, []byte("&"), []byte("&amp;"))...)
			}
		case s.isOdd():
			return errOdd
		}
	}
}

var cdata = []byte("![CDATA[")

// open passes what stands before the next tag and its <.
func (s *xmlScanner) open(text bool) error {
	for {
		i := bytes.IndexByte(s.buf[s.pos:s.end], '<')
		upTo := s.pos + i
		if i < 0 {
			upTo = s.end
		}
		if text {
			s.text = append(s.text, s.buf[s.pos:upTo]...)
			if len(s.text) > s.max {
				return s.tooLarge()
			}
		}
		if i >= 0 {
			s.pos = upTo + 1
			return nil
		}
		s.pos = s.end
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// readTag reads to the > that ends the tag: not one inside a quoted value, comment or CDATA. Each byte is
// looked at once, however many > there are.
func (s *xmlScanner) readTag() error {
	var quote byte
	for from := 0; ; {
		i := bytes.IndexByte(s.buf[s.pos+from:s.end], '>')
		if i < 0 {
			if s.end-s.pos > s.max {
				return s.tooLarge()
			}
			quote = quoteAfter(s.buf[s.pos+from:s.end], quote)
			from = s.end - s.pos
			if err := s.fill(); err != nil {
				return err
			}
			continue
		}
		quote = quoteAfter(s.buf[s.pos+from:s.pos+from+i], quote)
		from += i + 1
		tag := s.buf[s.pos : s.pos+from-1]
		if from > s.max {
			return s.tooLarge()
		}
		if ends(tag, quote) {
			s.tag = tag
			s.pos += from
			return nil
		}
	}
}

// quoteAfter is the quote that is open after more bytes of a tag, 0 when none is.
func quoteAfter(b []byte, quote byte) byte {
	if quote == 0 && bytes.IndexByte(b, '"') < 0 && bytes.IndexByte(b, '\'') < 0 {
		return 0
	}
	for _, c := range b {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote
}

// ends reports whether a tag is complete.
func ends(tag []byte, quote byte) bool {
	switch {
	case bytes.HasPrefix(tag, []byte("!--")):
		return len(tag) >= 5 && bytes.HasSuffix(tag, []byte("--"))
	case bytes.HasPrefix(tag, cdata):
		return bytes.HasSuffix(tag, []byte("]]"))
	}
	return quote == 0
}

// isOdd recognises a declaration of another encoding than UTF-8 and a document type.
func (s *xmlScanner) isOdd() bool {
	if bytes.HasPrefix(s.tag, []byte("!DOCTYPE")) {
		return true
	}
	if !bytes.HasPrefix(s.tag, []byte("?xml ")) {
		return false
	}
	enc := bytes.ToLower(s.attr("encoding"))
	return len(enc) > 0 && string(enc) != "utf-8" && string(enc) != "utf8" && string(enc) != "us-ascii"
}

// errOdd is the finding that a part is written in a way that the scanner was not made for.
var errOdd = errors.New("an odd workbook")

// name is the element's name without prefix; an end tag begins with "/".
func (s *xmlScanner) name() []byte {
	n := s.tag
	for i := 1; i < len(n); i++ {
		switch n[i] {
		case ' ', '\t', '\r', '\n', '/':
			return n[:i]
		case ':':
			if n[0] == '/' {
				n[i] = '/'
				n = n[i:]
			} else {
				n = n[i+1:]
			}
			i = 0
		}
	}
	return n
}

// empty reports a self-closing tag.
func (s *xmlScanner) empty() bool { return len(s.tag) > 0 && s.tag[len(s.tag)-1] == '/' }

// attr is the raw value of an attribute, compared without prefix; nil when absent.
func (s *xmlScanner) attr(name string) []byte {
	rest := s.tag
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return nil
		}
		key := bytes.TrimRight(rest[:eq], " \t\r\n")
		if i := bytes.LastIndexAny(key, " \t\r\n"); i >= 0 {
			key = key[i+1:]
		}
		if i := bytes.IndexByte(key, ':'); i >= 0 {
			key = key[i+1:]
		}
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : end+1]
		}
		rest = rest[end+2:]
	}
}

// unescape turns character data into text: entities, and Excel's own _x000D_ form for control
// characters (ECMA-376 part 1, 22.9.2.19).
func unescape(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '_') < 0 {
		return string(b)
	}
	return string(appendText(make([]byte, 0, len(b)), b))
}

// appendText adds character data as text. Line ends are one line feed, as XML asks for.
func appendText(out, b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '_') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return append(out, b...)
	}
	for i := 0; i < len(b); {
		switch b[i] {
		case '&':
			if r, n := entity(b[i:]); n > 0 {
				out = utf8.AppendRune(out, r)
				i += n
				continue
			}
		case '_':
			if v, ok := hexEscape(b[i:]); ok {
				out = utf8.AppendRune(out, v)
				i += 7
				continue
			}
		case '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
				continue
			}
			out = append(out, '\n')
			i++
			continue
		}
		out = append(out, b[i])
		i++
	}
	return out
}

// hexEscape reads _xHHHH_.
func hexEscape(b []byte) (rune, bool) {
	if len(b) < 7 || b[1] != 'x' || b[6] != '_' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(v), err == nil
}

var entities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// entity decodes the entity at the start of b and says how many bytes it took, 0 = none.
func entity(b []byte) (rune, int) {
	end := bytes.IndexByte(b[:min(len(b), 12)], ';')
	if end < 2 {
		return 0, 0
	}
	body := string(b[1:end])
	if r, ok := entities[body]; ok {
		return r, end + 1
	}
	if body[0] != '#' {
		return 0, 0
	}
	digits, base := body[1:], 10
	if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base = digits[1:], 16
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if err != nil || v > utf8.MaxRune {
		return 0, 0
	}
	return rune(v), end + 1
}

// damaged is the fault for a file whose parts do not hold together; the cause is for the log.
func damaged(err error) error {
	if _, ok := fault.As(err); ok {
		return err
	}
	return fault.New(fault.Invalid, "intake.file_damaged").WithFix("intake.save_as_xlsx").Because(err)
}
