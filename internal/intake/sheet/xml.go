package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"tuoxing/internal/fault"
)

// xmlScanner walks the tags of one XML part without building a tree. It reads what spreadsheet
// programs write (UTF-8, any namespace prefix, CDATA, comments) and is no general XML parser: entities
// other than the five and numeric ones stay as they are, so no entity can grow.
type xmlScanner struct {
	r    *bufio.Reader
	max  int    // longest tag or text, bytes
	tag  []byte // between < and >, valid until the next call
	text []byte // character data before the tag, still escaped, when asked for
}

// maxEscape is how much longer a character may be in escaped form ("&#128512;" for 4 bytes).
const maxEscape = 6

func newXML(r io.Reader, lim Limits) *xmlScanner {
	return &xmlScanner{r: bufio.NewReaderSize(r, 64<<10), max: lim.Cell * maxEscape}
}

// next goes to the next element tag. With text, the character data before it is collected in s.text.
// io.EOF ends the part.
func (s *xmlScanner) next(text bool) error {
	s.text = s.text[:0]
	for {
		if err := s.until('<', text, &s.text); err != nil {
			return err
		}
		if err := s.readTag(); err != nil {
			if errors.Is(err, io.EOF) {
				return damaged(io.ErrUnexpectedEOF)
			}
			return err
		}
		switch {
		case bytes.HasPrefix(s.tag, []byte("![CDATA[")):
			if text {
				raw := bytes.TrimSuffix(s.tag[len("![CDATA["):], []byte("]]"))
				s.text = append(s.text, bytes.ReplaceAll(raw, []byte("&"), []byte("&amp;"))...)
			}
		case len(s.tag) > 0 && (s.tag[0] == '!' || s.tag[0] == '?'):
		default:
			return nil
		}
	}
}

// until reads up to and including the delimiter; keep appends what stood before it to dst.
func (s *xmlScanner) until(delim byte, keep bool, dst *[]byte) error {
	for {
		chunk, err := s.r.ReadSlice(delim)
		full := errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !full {
			return err
		}
		if keep {
			end := len(chunk)
			if !full {
				end--
			}
			*dst = append(*dst, chunk[:end]...)
			if len(*dst) > s.max {
				return fault.New(fault.TooLarge, "intake.cell_too_large", s.max/maxEscape/1024)
			}
		}
		if !full {
			return nil
		}
	}
}

// readTag reads to the > that ends the tag: not one inside a quoted value, comment or CDATA.
func (s *xmlScanner) readTag() error {
	s.tag = s.tag[:0]
	for {
		if err := s.until('>', true, &s.tag); err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(s.tag, []byte("!--")):
			if len(s.tag) >= 5 && bytes.HasSuffix(s.tag, []byte("--")) {
				return nil
			}
		case bytes.HasPrefix(s.tag, []byte("![CDATA[")):
			if bytes.HasSuffix(s.tag, []byte("]]")) {
				return nil
			}
		case !openQuote(s.tag):
			return nil
		}
		s.tag = append(s.tag, '>')
	}
}

func openQuote(tag []byte) bool {
	var quote byte
	for _, b := range tag {
		switch {
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		case b == quote:
			quote = 0
		}
	}
	return quote != 0
}

// name is the element's name without prefix; an end tag begins with "/".
func (s *xmlScanner) name() []byte {
	n := s.tag
	end := bytes.IndexAny(n[min(1, len(n)):], " \t\r\n/")
	if end >= 0 {
		n = n[:end+1]
	}
	if i := bytes.IndexByte(n, ':'); i >= 0 {
		if n[0] == '/' {
			n[i] = '/'
			return n[i:]
		}
		return n[i+1:]
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
	if bytes.IndexByte(b, '&') < 0 && !bytes.Contains(b, []byte("_x")) {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] == '&' {
			if r, n := entity(b[i:]); n > 0 {
				out = utf8.AppendRune(out, r)
				i += n
				continue
			}
		}
		if b[i] == '_' && i+7 <= len(b) && b[i+1] == 'x' && b[i+6] == '_' {
			if v, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16); err == nil {
				out = utf8.AppendRune(out, rune(v))
				i += 7
				continue
			}
		}
		out = append(out, b[i])
		i++
	}
	return string(out)
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
