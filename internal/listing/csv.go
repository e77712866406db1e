package listing

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// csvFile is a list as comma-separated text in UTF-8, with the mark by which Excel recognises it.
type csvFile struct {
	w       *csv.Writer
	line    []string
	forever string
}

func newCSV(w io.Writer, h Head) (*csvFile, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	f := &csvFile{w: csv.NewWriter(w), forever: h.Forever}
	for _, text := range append([]string{h.Title}, h.Above...) {
		if err := f.row([]any{text}, false); err != nil {
			return nil, err
		}
	}
	titles := make([]any, len(h.Columns))
	for i, c := range h.Columns {
		titles[i] = c.Title
	}
	return f, f.row(titles, false)
}

func (f *csvFile) row(cells []any, _ bool) error {
	f.line = f.line[:0]
	for _, c := range cells {
		text := plain(c, f.forever)
		if s, ok := c.(string); ok {
			text = Harmless(s)
		}
		f.line = append(f.line, text)
	}
	return f.w.Write(f.line)
}

func (f *csvFile) end() error {
	f.w.Flush()
	return f.w.Error()
}

// formulaStarts are the characters with which a spreadsheet program takes a text for a formula (OWASP,
// CSV Injection), also in the full width that East Asian ones accept.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// isFormula reports a text that a spreadsheet program may run: one that begins as formulas do, after
// any number of apostrophes, so that Restore is exact.
func isFormula(s string) bool {
	first, n := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	return n > 0 && strings.ContainsRune(formulaStarts, first)
}

// Harmless puts an apostrophe before a text of a csv that would be run as a formula.
func Harmless(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

// Restore takes off the apostrophe that Harmless has put there; ok tells that there was one.
func Restore(s string) (text string, ok bool) {
	if strings.HasPrefix(s, "'") && isFormula(s) {
		return s[1:], true
	}
	return s, false
}
