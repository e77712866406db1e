package web_test

import (
	"bytes"
	"encoding/csv"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/testkit/world"
)

// page parses an answer that must have this status.
func page(t *testing.T, a *world.Answer, status int) *goquery.Document {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %.400s", a.Status, status, a.Body)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("h1").Length(); n != 1 {
		t.Fatalf("the page has %d h1", n)
	}
	if bad := bareKey.FindString(doc.Text()); bad != "" {
		t.Errorf("the page prints %q", bad)
	}
	return doc
}

// words is the text of what a selector finds, with single blanks, also between cells.
func words(s *goquery.Selection) string {
	var all []string
	s.Find("*").AddBack().Contents().Each(func(_ int, n *goquery.Selection) {
		if goquery.NodeName(n) == "#text" {
			all = append(all, strings.Fields(n.Text())...)
		}
	})
	return strings.Join(all, " ")
}

// has fails unless the text holds all of these.
func has(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %.600q", want, text)
		}
	}
}

// hasNot fails if the answer holds any of these, also escaped for an address.
func hasNot(t *testing.T, a *world.Answer, all ...string) {
	t.Helper()
	for _, bad := range all {
		if bytes.Contains(a.Body, []byte(bad)) || bytes.Contains(a.Body, []byte(url.QueryEscape(bad))) || strings.Contains(a.Header.Get("Location"), bad) {
			t.Errorf("the answer holds %q", bad)
		}
	}
}

// href is the address of the link with these words.
func href(t *testing.T, doc *goquery.Document, sel, text string) string {
	t.Helper()
	to := ""
	doc.Find(sel).Each(func(_ int, s *goquery.Selection) {
		if to == "" && strings.Contains(words(s), text) {
			to = s.AttrOr("href", "")
		}
	})
	if to == "" {
		t.Fatalf("no link %q says %q", sel, text)
	}
	return to
}

// led is where an answer leads.
func led(t *testing.T, a *world.Answer) string {
	t.Helper()
	if a.Status != 303 {
		t.Fatalf("status %d: %.400s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// sheetOf reads a file that was given out, either kind, as rows of texts.
func sheetOf(t *testing.T, a *world.Answer) [][]string {
	t.Helper()
	if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("status %d, headers %v", a.Status, a.Header)
	}
	if bytes.HasPrefix(a.Body, []byte("PK")) {
		f, err := excelize.OpenReader(bytes.NewReader(a.Body))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.GetRows(f.GetSheetName(0))
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	text, marked := bytes.CutPrefix(a.Body, []byte("\ufeff"))
	if !marked {
		t.Error("the file does not say that it is UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
