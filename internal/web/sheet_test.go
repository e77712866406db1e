package web_test

import (
	"bytes"
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// amended is a sheet of texts with some cells written anew, as a csv file. A change is found by a text in its row
// and the heading of its column.
func amended(t *testing.T, rows [][]string, changes ...[3]string) string {
	t.Helper()
	for _, c := range changes {
		head := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, c[1]) })
		at := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, c[0]) })
		if head < 0 || at <= head {
			t.Fatalf("no row with %q, or no column %q", c[0], c[1])
		}
		rows[at] = slices.Grow(rows[at], len(rows[head]))[:len(rows[head])] // cells at the end that are empty
		rows[at][slices.Index(rows[head], c[1])] = c[2]
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A district officer takes the sheet from the page on which it comes back, and hands it in there.
func TestSheet_is_given_out_by_the_page_that_takes_it_in(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	doc := page(t, c.Get("/imports/new"), 200)
	button := doc.Find("form[action='/imports'] button[formaction='/imports/sheet']")
	if button.AttrOr("formmethod", "") != "get" || !strings.Contains(words(button), "下载预填表") {
		t.Fatalf("no button: %q", words(button))
	}
	unit := w.Unit(t, "丹阳市总工会").String()
	for _, kind := range []string{"organisations", "roster", "certificates"} {
		ask := url.Values{"kind": {kind}, "unit": {unit}, "on": {""}}
		given := c.Get("/imports/sheet?" + ask.Encode())
		rows := sheetOf(t, given)
		hasNot(t, given, world.Secrets()...)
		if !slices.ContainsFunc(rows[:5], func(r []string) bool { return slices.Contains(r, "单位名称") || slices.Contains(r, "身份证号") }) {
			t.Fatalf("%s: no headings in %q", kind, rows[:5])
		}
		// As it is: the page says that nothing is new.
		to, id := upload(t, c, kind+".xlsx", string(given.Body), [2]string{"kind", kind}, [2]string{"unit", unit})
		tried(t, w, id)
		r := w.Wait(t, id, intake.Staged)
		if r.Read < 3 || r.Duplicate != r.Read || r.Accepted+r.Mended+r.Refused != 0 {
			t.Errorf("%s sent back: %+v %+v", kind, r.Counts, r.Rules)
		}
		has(t, words(page(t, c.Get(to), 200).Find("main")), "这份文件没有新的内容")
	}
	before := employees(t, w, world.Danyang)
	given := c.Get("/imports/sheet?" + url.Values{"kind": {"roster"}, "unit": {unit}, "format": {"csv"}}.Encode())
	text := amended(t, sheetOf(t, given), [3]string{"卞若溪", "岗位类别", "管理"}, [3]string{"卞知远", "入职日期", "2012-03-01"}, [3]string{"昝明川", "手机号码", "13912345678"})
	to, id := upload(t, c, "更正.csv", text, [2]string{"kind", "roster"}, [2]string{"unit", unit})
	tried(t, w, id)
	led(t, c.Form(to+"/apply", nil))
	r := w.Wait(t, id, intake.Applied)
	if r.Accepted != 3 || r.Duplicate != r.Read-3 || r.Mended+r.Refused != 0 || r.Block == 0 {
		t.Errorf("three rows corrected: %+v %+v", r.Counts, r.Rules)
	}
	if got := employees(t, w, world.Danyang); got != before {
		t.Errorf("%d employees, before %d: nobody came or left", got, before)
	}
}

// What cannot be given out is said on the form, with what was chosen.
func TestSheet_that_cannot_be_filled_is_told_beside_the_field(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	for _, q := range []struct{ ask, field, say string }{
		{"kind=statistics", "kind", "没有预填表"},
		{"kind=wages", "kind", ""},
		{"kind=roster&on=2999-01-01", "on", ""},
		{"kind=roster&on=yesterday", "on", "yesterday"},
		{"kind=roster&other=" + url.QueryEscape("没有这个单位"), "other", "没有这个单位"},
	} {
		doc := page(t, c.Get("/imports/sheet?"+q.ask), 422)
		problem := words(doc.Find("#f-" + q.field + "-problem"))
		if problem == "" && q.field != "other" { // that field is there when units are too many for a list
			t.Errorf("%s: no problem at %s: %q", q.ask, q.field, words(doc.Find("[role=alert]")))
		}
		has(t, words(doc.Find("[role=alert]")), q.say)
	}
	for login, status := range map[string]int{world.Auditor: 403, world.SysAdmin: 403, world.Jurong: 403} {
		page(t, w.Client(t, login).Get("/imports/sheet?kind=roster&unit="+w.Unit(t, "丹阳市总工会").String()), status)
	}
}
