package web_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/testkit/world"
)

// column is the text of a column of the only list of a page, by its heading.
func column(t *testing.T, doc *goquery.Document, heading string) (out []string) {
	t.Helper()
	at := -1
	doc.Find("table thead th").Each(func(i int, th *goquery.Selection) {
		if words(th) == heading {
			at = i
		}
	})
	if at < 0 {
		t.Fatalf("no heading %q in %q", heading, words(doc.Find("table thead")))
	}
	doc.Find("table tbody tr").Each(func(_ int, tr *goquery.Selection) {
		cell := tr.Children().Eq(at)
		cell.Find("small").Remove()
		out = append(out, words(cell))
	})
	return out
}

// heading presses the heading of a column and gives the page behind it, which must say how it is sorted.
func heading(t *testing.T, c *world.Client, doc *goquery.Document, name, sorted string) *goquery.Document {
	t.Helper()
	doc = page(t, c.Get(href(t, doc, "table thead th a", name)), 200)
	say := doc.Find("table thead th[aria-sort]")
	if say.Length() != 1 || say.AttrOr("aria-sort", "") != sorted || words(say) != name {
		t.Errorf("%s: the headings say %d times %q of %q, want %s", name, say.Length(), say.AttrOr("aria-sort", ""), words(say), sorted)
	}
	return doc
}

// Nothing is sorted by a value unless the reader presses a heading; pressed again it is turned round.
func TestWorkers_are_sorted_by_their_headings(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/workers?district=321181"), 200)
	if doc.Find("[aria-sort]").Length() != 0 || doc.Find("table thead th a").Length() != 3 {
		t.Fatalf("the list is sorted, or %d of its headings sort", doc.Find("table thead th a").Length())
	}
	people := column(t, doc, "姓名")
	ages := func(doc *goquery.Document) (out []int) {
		for _, text := range column(t, doc, "年龄") {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, n)
		}
		return out
	}
	doc = heading(t, c, doc, "年龄", "ascending")
	up := ages(doc)
	has(t, words(doc.Find(".tx-chips")), "丹阳市", "排序 年龄 升序")
	doc = heading(t, c, doc, "年龄", "descending")
	down := ages(doc)
	if !slices.IsSorted(up) || len(up) != len(people) || up[0] == up[len(up)-1] {
		t.Errorf("ages ascending: %v", up)
	}
	slices.Reverse(down)
	if !slices.Equal(up, down) {
		t.Errorf("ages descending: %v", down)
	}
	doc = heading(t, c, doc, "技能等级", "ascending")
	doc = heading(t, c, doc, "姓名", "ascending")
	byName := column(t, doc, "姓名")
	if slices.Equal(byName, people) {
		t.Error("sorted by name it stands as before")
	}
	slices.Sort(byName)
	slices.Sort(people)
	if !slices.Equal(byName, people) {
		t.Errorf("others are listed: %q, before %q", byName, people)
	}
	// Without the chip it is as before; the way out of the system keeps the filter and no order.
	back := page(t, c.Get(doc.Find(".tx-chips a").Last().AttrOr("href", "")), 200)
	if back.Find("[aria-sort]").Length() != 0 {
		t.Error("the order stays")
	}
	if to := href(t, doc, ".tx-head a", "CSV"); strings.Contains(to, "sort") || !strings.Contains(to, "district") {
		t.Errorf("the file: %s", to)
	}
	for _, bad := range []string{"/workers?sort=pinyin_fold", "/workers?sort=--age", "/imports?sort=sha256", "/filings?sort=note", "/figures/employees?by=district&sort=name"} {
		has(t, words(page(t, c.Get(bad), 422).Find("main")), "不能按")
	}
}

func TestImports_are_sorted_by_their_headings(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/imports"), 200)
	files := column(t, doc, "文件")
	doc = heading(t, c, doc, "读取", "ascending")
	doc = heading(t, c, doc, "读取", "descending")
	var read []int
	for _, text := range column(t, doc, "读取") {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, n)
	}
	slices.Reverse(read)
	if !slices.IsSorted(read) || len(read) != len(files) || read[0] == read[len(read)-1] {
		t.Errorf("rows read: %v", read)
	}
	if doc.Find("form.tx-filter input[name=sort][value='-read']").Length() != 1 {
		t.Error("the filters forget the order")
	}
}

// Firms and districts stand in the official order; by value they stand only when asked to.
func TestFigure_lists_units_in_the_official_order_until_asked(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	for _, by := range []string{"employer", "district"} {
		doc := page(t, c.Get("/figures/employees?"+url.Values{"by": {by}}.Encode()), 200)
		official := column(t, doc, words(doc.Find("table thead th").First()))
		if doc.Find("[aria-sort]").Length() != 0 || len(official) < 2 {
			t.Fatalf("by %s: %q", by, official)
		}
		values := func(doc *goquery.Document) (out []int) {
			for _, text := range column(t, doc, "数值") {
				n, err := strconv.Atoi(strings.Fields(text)[0])
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, n)
			}
			return out
		}
		if down := values(doc); by == "employer" && slices.IsSortedFunc(down, func(a, b int) int { return b - a }) {
			t.Errorf("firms stand from large to small: %v", down)
		}
		doc = heading(t, c, doc, "数值", "descending")
		down := values(doc)
		doc = heading(t, c, doc, "数值", "ascending")
		if up := values(doc); !slices.IsSorted(up) || up[0] != down[len(down)-1] || up[0] == down[0] {
			t.Errorf("by %s: up %v, down %v", by, up, down)
		}
		doc = page(t, c.Get(doc.Find("table thead th a").First().AttrOr("href", "")), 200)
		if again := column(t, doc, words(doc.Find("table thead th").First())); !slices.Equal(again, official) {
			t.Errorf("by %s: the official order is %q, was %q", by, again, official)
		}
	}
}
