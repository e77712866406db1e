package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/date"
)

// format is the kind of a file that is given out.
type format string

// The formats.
const (
	asCSV  format = "csv"
	asXLSX format = "xlsx"
)

var contentTypes = map[format]string{
	asCSV:  "text/csv; charset=utf-8",
	asXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// demoMark stands in every file of a made-up city, in both languages at once.
const demoMark = "演示数据 · demonstration data"

// table is a file on its way out, row by row. The first error stays and end tells it.
type table struct {
	w    http.ResponseWriter
	csv  *csv.Writer
	file *excelize.File
	rows *excelize.StreamWriter
	next int // row number of the sheet
	err  error
	seen *visit // keeps the cause of a broken file for the log
}

// begin starts a file with its title lines and headings. Nothing may keep it on the way.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, form format, title, sub string, head []string) (*table, error) {
	name := title + "_" + date.On(s.Now()).String() + "." + string(form)
	if s.Demo {
		name = "演示数据_" + name
	}
	t := &table{w: w, next: 1, seen: visitOf(r)}
	h := w.Header()
	h.Set("Content-Type", contentTypes[form])
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(name)}))
	switch form {
	case asCSV:
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // by which Excel recognises UTF-8
			return nil, t.hungUp(err)
		}
		t.csv = csv.NewWriter(w)
	case asXLSX:
		t.file = excelize.NewFile()
		rows, err := t.file.NewStreamWriter("Sheet1")
		if err != nil {
			return nil, err
		}
		t.rows = rows
	}
	t.add(title)
	t.add(sub)
	if s.Demo {
		t.add(demoMark)
	}
	line := make([]any, len(head))
	for i, word := range head {
		line[i] = word
	}
	t.add(line...)
	return t, nil
}

// add writes one row of texts and whole numbers.
func (t *table) add(cells ...any) {
	if t.err != nil {
		return
	}
	if t.csv != nil {
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = textOf(c)
		}
		t.err = t.csv.Write(line)
		return
	}
	line := make([]any, len(cells))
	for i, c := range cells {
		line[i] = c
		if text, ok := c.(string); ok {
			line[i] = harmless(text)
		}
	}
	at, err := excelize.CoordinatesToCellName(1, t.next)
	if err != nil {
		t.err = err
		return
	}
	t.next++
	t.err = t.rows.SetRow(at, line)
}

func textOf(c any) string {
	switch v := c.(type) {
	case string:
		return harmless(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(c)
}

// harmless keeps a text from being run as a formula by the program that opens the file.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// end finishes the file. Once a part of it is out, a mistake can only be told by hanging up, so
// that nobody takes half a file for the whole; the last row holds the totals.
func (t *table) end() error {
	if t.csv != nil {
		t.csv.Flush()
		if t.err == nil {
			t.err = t.csv.Error()
		}
		return t.hungUp(t.err)
	}
	defer t.file.Close()
	if t.err == nil {
		t.err = t.rows.Flush()
	}
	if t.err != nil { // nothing is out yet: an error page is still possible
		t.w.Header().Del("Content-Disposition")
		return fmt.Errorf("write the workbook: %w", t.err)
	}
	return t.hungUp(t.file.Write(t.w))
}

// broken ends the file with an error that came from reading what it should hold.
func (t *table) broken(err error) error {
	if t.err == nil {
		t.err = err
	}
	return t.end()
}

// hungUp breaks the connection off after an error in the middle of a file.
func (t *table) hungUp(err error) error {
	if err != nil {
		t.seen.cause = err
		panic(http.ErrAbortHandler)
	}
	return nil
}

// fileName keeps what no file system refuses.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, s)
}
