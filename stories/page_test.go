package stories_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/web"
)

// browser does not follow where it is led: a story says where it goes.
var browser = &http.Client{Timeout: client.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// page: page STATUS METHOD PATH [NAME=VALUE…] opens a page or sends a form as a browser does, as whom $COOKIE says; @FILE before
// the values sends a file too. The answer is kept in the file "answer", where it leads in $TO, and the session that it opens in $COOKIE.
func page(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: page STATUS METHOD PATH [@FILE] [NAME=VALUE…]")
	}
	body, kind := io.Reader(http.NoBody), "application/x-www-form-urlencoded"
	if fields := args[3:]; len(fields) > 0 {
		if file, ok := strings.CutPrefix(fields[0], "@"); ok {
			body, kind = form(ts, file, fields[1:])
		} else {
			values := url.Values{}
			for _, f := range fields {
				name, value, _ := strings.Cut(f, "=")
				values.Add(name, value)
			}
			body = strings.NewReader(values.Encode())
		}
	}
	r, err := http.NewRequest(args[1], ts.Getenv("SITE")+args[2], body)
	ts.Check(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept-Language", "zh")
	if session := ts.Getenv("COOKIE"); session != "" {
		r.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: session})
	}
	answer, err := browser.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), text, 0o600))
	if strconv.Itoa(answer.StatusCode) != args[0] {
		ts.Fatalf("%s %s: status %d, want %s\n%q", args[1], args[2], answer.StatusCode, args[0], words(ts, "main"))
	}
	ts.Setenv("TO", answer.Header.Get("Location"))
	for _, c := range answer.Cookies() {
		if c.Name == web.SessionCookie {
			ts.Setenv("COOKIE", c.Value)
		}
	}
}

// says: [!] says SELECTOR WORDS looks for an element of the page in "answer" whose text holds these words, blanks counted once.
func says(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] says SELECTOR WORDS")
	}
	all := words(ts, args[0])
	if !neg && len(all) == 0 {
		ts.Fatalf("the page has no %s", args[0])
	}
	if slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, args[1]) }) == neg {
		ts.Fatalf("%s says %q, wanted (not: %t) %q", args[0], all, neg, args[1])
	}
}

// words are the texts of the elements of the page in "answer".
func words(ts *testscript.TestScript, selector string) (all []string) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(ts.ReadFile("answer")))
	ts.Check(err)
	for _, e := range doc.Find(selector).EachIter() {
		all = append(all, strings.Join(strings.Fields(e.Text()), " "))
	}
	return all
}

// comment: comment FILE TEXT COLUMN WORDS checks that in the only row of a workbook with a cell TEXT the cell under the heading
// COLUMN carries a comment with these words.
func comment(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: comment FILE TEXT COLUMN WORDS")
	}
	f, sheet, cell := find(ts, args[0], args[1], args[2])
	defer f.Close()
	all, err := f.GetComments(sheet)
	ts.Check(err)
	for _, c := range all {
		if c.Cell == cell {
			if !strings.Contains(said(c), args[3]) {
				ts.Fatalf("%s of %s says %q, wanted %q", cell, args[0], said(c), args[3])
			}
			return
		}
	}
	ts.Fatalf("%s of %s has no comment", cell, args[0])
}

// said is the text of a comment, which a workbook may hold in parts.
func said(c excelize.Comment) string {
	text := c.Text
	for _, part := range c.Paragraph {
		text += part.Text
	}
	return text
}

// find opens a workbook at the cell under a heading in the only row that has a cell TEXT.
func find(ts *testscript.TestScript, file, text, heading string) (f *excelize.File, sheet, cell string) {
	f, err := excelize.OpenFile(ts.MkAbs(file))
	ts.Check(err)
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		ts.Check(err)
		col := -1
		for i, row := range rows {
			if col < 0 {
				col = slices.Index(row, heading)
				continue
			}
			if !slices.Contains(row, text) {
				continue
			}
			if cell != "" {
				ts.Fatalf("%s: two rows hold %q", file, text)
			}
			at, err := excelize.CoordinatesToCellName(col+1, i+1)
			ts.Check(err)
			sheet, cell = name, at
		}
	}
	if cell == "" {
		ts.Fatalf("%s: no column %q, or no row with %q below it", file, heading, text)
	}
	return f, sheet, cell
}

// amendBook writes one cell of a workbook as text.
func amendBook(ts *testscript.TestScript, file, text, heading, value string) {
	f, sheet, cell := find(ts, file, text, heading)
	defer f.Close()
	ts.Check(f.SetCellStr(sheet, cell, value))
	ts.Check(f.Save())
}

// keep: keep NAME PREFIX keeps what stands behind PREFIX in $TO as $NAME, up to the next ? or /.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME PREFIX")
	}
	rest, ok := strings.CutPrefix(ts.Getenv("TO"), args[1])
	if !ok {
		ts.Fatalf("led to %q, not to %s…", ts.Getenv("TO"), args[1])
	}
	if end := strings.IndexAny(rest, "?/"); end >= 0 {
		rest = rest[:end]
	}
	if rest == "" {
		ts.Fatalf("nothing behind %s", args[1])
	}
	ts.Setenv(args[0], rest)
}
