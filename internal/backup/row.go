package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

// appendRow writes a row as the driver gave it, as one canonical line with its end.
func appendRow(out []byte, columns []column, values []any) ([]byte, error) {
	out = append(out, '[')
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendValue(out, columns[i].kind, v); err != nil {
			return nil, fmt.Errorf("column %s: %w", columns[i].name, err)
		}
	}
	return append(out, ']', '\n'), nil
}

// appendValue writes one value. What the canonical form cannot hold unchanged is an error: a
// backup that bends a value would be found only when it is needed.
func appendValue(out []byte, k kind, v any) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case int64:
		return strconv.AppendInt(out, x, 10), nil
	case bool:
		if x {
			return append(out, '1'), nil
		}
		return append(out, '0'), nil
	case string:
		if !utf8.ValidString(x) {
			return nil, errors.New("text is not UTF-8")
		}
		return appendString(out, x), nil
	case []byte:
		out = append(out, '"')
		out = base64.StdEncoding.AppendEncode(out, x)
		return append(out, '"'), nil
	case time.Time:
		if k == day {
			return appendString(out, date.Day(x.Unix()/secondsOfDay).String()), nil
		}
		if x.Nanosecond()%int(time.Millisecond) != 0 {
			return nil, errors.New("instant is finer than a millisecond")
		}
		return appendString(out, x.UTC().Format(db.TimeLayout)), nil
	}
	return nil, fmt.Errorf("value of type %T", v)
}

// secondsOfDay is the length of a day in UTC.
const secondsOfDay = 86400

// appendString writes a JSON string with the least escaping that JSON allows.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ':
			out = fmt.Appendf(out, `\u%04x`, c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}

var errRow = errors.New("not a canonical row")

// parseRow reads a line without its end into values to bind, one for each column. It takes strangers'
// bytes and knows exactly the form that appendRow writes.
func parseRow(line []byte, columns []column, values []any) error {
	rest, ok := cut(line, '[')
	for i := range columns {
		if i > 0 && ok {
			rest, ok = cut(rest, ',')
		}
		if !ok {
			return errRow
		}
		var err error
		if values[i], rest, err = parseValue(rest, columns[i].kind); err != nil {
			return fmt.Errorf("column %s: %w", columns[i].name, err)
		}
	}
	if rest, ok = cut(rest, ']'); !ok || len(rest) != 0 {
		return errRow
	}
	return nil
}

// cut takes one expected byte from the front.
func cut(b []byte, c byte) ([]byte, bool) {
	if len(b) == 0 || b[0] != c {
		return nil, false
	}
	return b[1:], true
}

// parseValue reads one value from the front and gives the rest.
func parseValue(b []byte, k kind) (any, []byte, error) {
	if len(b) > 0 && b[0] == '"' {
		s, rest, err := parseString(b)
		if err != nil {
			return nil, nil, err
		}
		v, err := fromString(s, k)
		return v, rest, err
	}
	end := 0
	for end < len(b) && b[end] != ',' && b[end] != ']' {
		end++
	}
	word, rest := string(b[:end]), b[end:]
	if word == "null" {
		return nil, rest, nil
	}
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != word {
		return nil, nil, errRow
	}
	switch {
	case k == integer:
		return n, rest, nil
	case k == truth && (n == 0 || n == 1):
		return n == 1, rest, nil
	}
	return nil, nil, errRow
}

// parseString reads a JSON string from the front and gives the rest.
func parseString(b []byte) (string, []byte, error) {
	escaped := false
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			raw, rest := b[:i+1], b[i+1:]
			if !utf8.Valid(raw) {
				return "", nil, errRow
			}
			if !escaped {
				return string(raw[1:i]), rest, nil
			}
			var s string
			if err := json.Unmarshal(raw, &s); err != nil {
				return "", nil, errRow
			}
			return s, rest, nil
		}
	}
	return "", nil, errRow
}

// fromString makes the value to bind from a canonical string.
func fromString(s string, k kind) (any, error) {
	switch k {
	case text:
		return s, nil
	case bytesOf:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil {
			return nil, errRow
		}
		return b, nil
	case day:
		d, err := date.Parse(s)
		if err != nil {
			return nil, errRow
		}
		return d, nil
	case instant:
		t, err := time.Parse(db.TimeLayout, s)
		if err != nil {
			return nil, errRow
		}
		return db.At(t), nil
	}
	return nil, errRow
}
