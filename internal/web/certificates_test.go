package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/testkit/world"
)

// What is asked for by words leads to an address that can be kept; a number stands in none, and is shown masked.
func TestCertificates_are_found_by_words_in_the_address_and_by_number_in_the_body(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	const number = "S000032000000171720104"
	if got := led(t, c.Form("/certificates", url.Values{"q": {"卞"}, "rank": {"4"}, "unit": {"丹阳新光眼镜有限公司"}, "from": {"2019-01-01"}, "state": {""}})); got != "/certificates?employer="+w.Unit(t, "丹阳新光眼镜有限公司").String()+"&from=2019-01-01&q="+url.QueryEscape("卞")+"&rank=4" {
		t.Errorf("led to %s", got)
	}
	a := c.Form("/certificates", url.Values{"q": {number}})
	doc := page(t, a, 200)
	if n := doc.Find("tbody tr").Length(); n != 1 {
		t.Fatalf("%d certificates of one number", n)
	}
	has(t, words(doc.Find("tbody")), "逄立恒", "****", "职业技能等级证书")
	doc.Find("[href]").Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.AttrOr("href", ""), number) {
			t.Errorf("the number stands in %q", s.AttrOr("href", ""))
		}
	})
	if href, ok := doc.Find("tbody a").Eq(1).Attr("href"); !ok || page(t, c.Get(href), 200).Find("h1").Length() != 1 {
		t.Error("the certificate does not open")
	}
	other := w.Client(t, world.Jurong).Form("/certificates", url.Values{"q": {number}})
	if n := page(t, other, 200).Find("tbody tr").Length(); n != 0 {
		t.Errorf("another district finds %d", n)
	}
	hasNot(t, other, "逄立恒")
	if n := logged(t, w, "certificate.search"); n < 2 {
		t.Errorf("%d searches are logged", n)
	}
}

func TestCertificates_list_filters_and_is_given_out(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/certificates?district=321181&rank=4&to=2022-12-31"), 200)
	has(t, words(doc.Find(".tx-chips")), "辖市区 丹阳市", "技能等级 高级工", "发证日期止 2022-12-31")
	n := doc.Find("tbody tr").Length()
	if n == 0 || !strings.Contains(words(doc.Find(".tx-head")), "共 "+string(rune('0'+n))+" 张") {
		t.Fatalf("%d certificates, head %q", n, words(doc.Find(".tx-head")))
	}
	fewer := page(t, c.Get(doc.Find(".tx-chips a").First().AttrOr("href", "")), 200)
	if strings.Contains(words(fewer.Find(".tx-chips")), "高级工") {
		t.Error("a chip does not take its filter away")
	}
	for _, kind := range []string{"CSV", "Excel"} {
		rows := sheetOf(t, c.Get(href(t, doc, ".tx-head a", kind)))
		if last := rows[len(rows)-1]; last[0] != "合计 "+string(rune('0'+n))+" 行" {
			t.Errorf("%s: the last row is %q", kind, last)
		}
		for _, secret := range world.Secrets() {
			if strings.Contains(strings.Join(flat(rows), "|"), secret) {
				t.Errorf("%s holds %s", kind, secret)
			}
		}
	}
	none := page(t, c.Get("/certificates?state=not_yet"), 200)
	has(t, words(none.Find("main")), "没有符合条件的证书")
	wrong := page(t, c.Form("/certificates", url.Values{"occupation": {"打更"}, "unit": {"没有这家厂"}, "from": {"2023.13.1"}}), 422)
	has(t, words(wrong.Find("main")), "没有名为“打更”的职业", "2023.13.1", "没有这家厂")
	if got := wrong.Find("input[name=occupation]").AttrOr("value", ""); got != "打更" {
		t.Errorf("the words are not kept: %q", got)
	}
	page(t, c.Get("/certificates?form=gold"), 422)
	page(t, c.Get("/certificates?sort=number"), 422)
}

func TestCertificates_are_sorted_by_their_headings(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/certificates"), 200)
	days := column(t, doc, "发证日期")
	if !slices.IsSortedFunc(days, func(a, b string) int { return strings.Compare(b, a) }) || len(days) < 4 {
		t.Errorf("not issued last first: %q", days)
	}
	doc = heading(t, c, doc, "发证日期", "ascending")
	if days := column(t, doc, "发证日期"); !slices.IsSorted(days) {
		t.Errorf("not ascending: %q", days)
	}
	heading(t, c, doc, "持证人", "ascending")
}

// Which columns a list shows is the reader's own choice, there again after the next login, and no file follows it.
func TestColumns_are_chosen_and_remembered_for_each_list(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, list := range []struct {
		name, path, back    string
		all                 []string
		chosen, gone, fresh string
	}{
		{"workers", "/workers", "/workers?district=321181", []string{"name", "birth", "rank_now", "unit"}, "出生年月", "年龄", "姓名 出生年月 档案归属 现有等级"},
		{"certificates", "/certificates", "/certificates?rank=4", []string{"name", "number", "expires", "revoked", "listed_in"}, "证书编号", "单位", "持证人 证书编号 有效期至 撤销日期 名单地区"},
		{"organisations", "/organisations", "/organisations?kind=enterprise", []string{"name", "parent", "ownership", "class"}, "上级单位", "信用代码", "单位 上级单位 行业 经济类型"},
	} {
		c := w.Client(t, world.City)
		usual := words(page(t, c.Get(list.path), 200).Find("table thead"))
		file := sheetOf(t, c.Get(list.path+".csv"))
		doc := page(t, c.Get(list.back), 200)
		form := doc.Find("form[action='/columns/" + list.name + "']")
		if form.Find("input[name=back]").AttrOr("value", "") != list.back {
			t.Errorf("%s leads back to %q", list.name, form.Find("input[name=back]").AttrOr("value", ""))
		}
		if got := led(t, c.Form("/columns/"+list.name, url.Values{"column": list.all, "back": {list.back}})); got != list.back {
			t.Errorf("%s: led to %s", list.name, got)
		}
		again := w.Client(t, world.City).As(w.NewToken(t, world.City))
		doc = page(t, again.Get(list.path), 200)
		if got := words(doc.Find("table thead")); got != list.fresh {
			t.Errorf("%s shows %q, want %q", list.name, got, list.fresh)
		}
		if n := doc.Find("tbody tr").First().Children().Length(); n != len(list.all) {
			t.Errorf("%s: %d cells below %d headings", list.name, n, len(list.all))
		}
		if got := words(page(t, w.Client(t, world.Danyang).Get(list.path), 200).Find("table thead")); got != usual {
			t.Errorf("%s: another user sees %q", list.name, got)
		}
		if got := sheetOf(t, c.Get(list.path+".csv")); strings.Join(flat(got), "|") != strings.Join(flat(file), "|") {
			t.Errorf("%s: the file has changed", list.name)
		}
		bad := c.Form("/columns/"+list.name, url.Values{"column": {"name", "wage"}, "back": {list.path}})
		has(t, words(page(t, bad, 422).Find("main")), "没有名为“wage”的列")
		if got := led(t, c.Form("/columns/"+list.name, url.Values{"usual": {"1"}, "column": {"name"}, "back": {"//elsewhere.example/"}})); got != "/" {
			t.Errorf("%s: led to %s", list.name, got)
		}
		if got := words(page(t, c.Get(list.path), 200).Find("table thead")); got != usual {
			t.Errorf("%s shows %q, want the usual columns %q", list.name, got, usual)
		}
	}
}

// A filter that there is not stands among the filters in force as it was typed, to be taken away.
func TestCertificates_show_an_unknown_filter_as_it_was_typed(t *testing.T) {
	t.Parallel()
	a := world.New(t).Client(t, world.City).Get("/certificates?rank=99&state=gone")
	has(t, words(page(t, a, 422).Find(".tx-chips")), "99", "gone")
	hasNot(t, a, "cn.rank", "registry.")
}
