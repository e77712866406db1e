package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/testkit/world"
)

// names are the units of a list, in its order.
func names(t *testing.T, c *world.Client, path string) []string {
	t.Helper()
	return column(t, page(t, c.Get(path), 200), "单位")
}

func TestOrganisations_are_chosen_by_filters_that_stand_in_the_address(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	city, danyang := w.Client(t, world.City), w.Client(t, world.Danyang)
	for name, c := range map[string]struct {
		who   *world.Client
		query string
		want  []string
	}{
		"the city's reader, in the official order": {city, "", []string{"镇江市总工会", "丹阳市总工会", "丹阳云帆物流有限公司", "丹阳恒远机械有限公司", "丹阳新光眼镜有限公司", "句容市总工会", "句容绿源建材有限公司", "句容青山电子有限公司", "镇江市人力资源和社会保障局", "镇江市建设产业工会", "镇江远通桥梁工程有限公司"}},
		"a district's reader":                      {danyang, "", []string{"丹阳市总工会", "丹阳云帆物流有限公司", "丹阳恒远机械有限公司", "丹阳新光眼镜有限公司"}},
		"a part of the name":                       {danyang, "q=机械", []string{"丹阳恒远机械有限公司"}},
		"initials":                                 {danyang, "q=dyyf", []string{"丹阳云帆物流有限公司"}},
		"a credit code":                            {danyang, "q=91329900ma1dy00229", []string{"丹阳恒远机械有限公司"}},
		"kind, ownership and size":                 {city, "kind=enterprise&ownership=170&size=2", []string{"丹阳新光眼镜有限公司", "句容青山电子有限公司"}},
		"section":                                  {city, "section=E", []string{"镇江远通桥梁工程有限公司"}},
		"district":                                 {city, "district=321183&kind=enterprise", []string{"句容绿源建材有限公司", "句容青山电子有限公司"}},
		"below a union":                            {city, "under=" + w.Unit(t, "镇江市建设产业工会").String(), []string{"镇江远通桥梁工程有限公司"}},
		"below a union of elsewhere":               {danyang, "under=" + w.Unit(t, "句容市总工会").String(), nil},
		"by name":                                  {danyang, "sort=name", []string{"丹阳恒远机械有限公司", "丹阳市总工会", "丹阳新光眼镜有限公司", "丹阳云帆物流有限公司"}},
	} {
		path := strings.TrimSuffix("/organisations?"+c.query, "?")
		if len(c.want) == 0 {
			doc := page(t, c.who.Get(path), 200)
			has(t, words(doc.Find(".tx-empty")), "没有符合条件的单位")
			continue
		}
		if d := cmp.Diff(c.want, names(t, c.who, path)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for _, bad := range []string{"kind=firm", "section=Z", "size=9", "ownership=1", "sort=founded", "on=yesterday", "district=x", "under=x"} {
		if a := city.Get("/organisations?" + bad); a.Status != 422 && a.Status != 404 {
			t.Errorf("%s: status %d", bad, a.Status)
		}
	}
	chips := page(t, city.Get("/organisations?kind=enterprise&q=有限&on=2022-06-30&sort=-people"), 200).Find(".tx-chips")
	has(t, words(chips), "截至 2022-06-30", "单位类型 企业", "查找 有限", "排序 职工数 降序")
	if got := chips.Find("a").First().AttrOr("href", ""); got != "/organisations?kind=enterprise&q=%E6%9C%89%E9%99%90&sort=-people" {
		t.Errorf("the day is taken away by %s", got)
	}
}

// A number of employees that a list shows is the figure to which it leads.
func TestOrganisations_open_the_number_of_their_employees(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, who := range []string{world.City, world.Danyang, world.Firm} {
		c := w.Client(t, who)
		n := 0
		for _, on := range []string{"2022-06-30", "2023-03-31"} {
			doc := page(t, c.Get("/organisations?on="+on), 200)
			for _, to := range doc.Find("table tbody tr td:last-child a").EachIter() {
				n++
				figure := page(t, c.Get(to.AttrOr("href", "")), 200)
				want := strings.Fields(words(figure.Find(".tx-value-lg .visually-hidden").First()))
				if shown := strings.Fields(words(to)); len(want) == 0 || shown[0] != want[0] {
					t.Errorf("as %s on %s: %s shows %s, the figure %s", who, on, to.AttrOr("href", ""), shown, want)
				}
			}
		}
		if n == 0 {
			t.Errorf("as %s no number opens", who)
		}
	}
	list := page(t, w.Client(t, world.City).Get("/organisations?on=2023-03-31"), 200)
	if got := column(t, list, "职工"); !slices.ContainsFunc(got, func(s string) bool { return s != "0 人" && s != "—" }) {
		t.Errorf("nobody works anywhere: %q", got)
	}
}

func TestOrganisations_go_out_as_files_with_control_totals(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	doc := page(t, c.Get("/organisations?kind=enterprise&on=2023-03-31&sort=name"), 200)
	for _, ext := range []string{"csv", "xlsx"} {
		to := ""
		for _, a := range doc.Find("a[download]").EachIter() {
			if strings.Contains(a.AttrOr("href", ""), "."+ext) {
				to = a.AttrOr("href", "")
			}
		}
		rows := sheetOf(t, c.Get(to))
		last := rows[len(rows)-1]
		if rows[3][0] != "丹阳云帆物流有限公司" || last[0] != "合计 3 行" || last[len(last)-1] == "0" || last[len(last)-1] == "" {
			t.Errorf("%s: %q … %q", ext, rows[3], last)
		}
		has(t, rows[1][0], "2023")
	}
}

// nodes are the units that a tree shows, from the top down.
func nodes(doc *goquery.Document) (out []string) {
	doc.Find("table tbody th a:not([aria-label])").Each(func(_ int, a *goquery.Selection) { out = append(out, words(a)) })
	return out
}

// The tree works by links alone: from the top to a firm and back.
func TestTree_opens_level_by_level(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/organisations"), 200)
	doc = page(t, c.Get(href(t, doc, "main a", "单位树")), 200)
	top := nodes(doc)
	if len(top) != 5 || doc.Find("tbody tr a[aria-label]").Length() != 3 {
		t.Fatalf("the top shows %q, %d open", top, doc.Find("tbody tr a[aria-label]").Length())
	}
	open := doc.Find("tbody tr").Eq(1).Find("a[aria-label]")
	has(t, open.AttrOr("aria-label", ""), "展开“丹阳市总工会”", "3")
	to, anchor, _ := strings.Cut(open.AttrOr("href", ""), "#")
	doc = page(t, c.Get(to), 200)
	if got := nodes(doc); len(got) != 8 || doc.Find("#"+anchor).Length() != 1 {
		t.Errorf("Danyang opened shows %q", got)
	}
	has(t, doc.Find("#"+anchor+" a[aria-label]").AttrOr("aria-label", ""), "收起")
	back, _, _ := strings.Cut(doc.Find("#"+anchor+" a[aria-label]").AttrOr("href", ""), "#")
	if got := nodes(page(t, c.Get(back), 200)); len(got) != len(top) {
		t.Errorf("closed again it shows %q", got)
	}
	found := names(t, c, fmt.Sprintf("/organisations?under=%s&q=%s", w.Unit(t, "丹阳市总工会"), "物流"))
	if !slices.Equal(found, []string{"丹阳云帆物流有限公司"}) {
		t.Errorf("searched inside: %q", found)
	}
	own := nodes(page(t, w.Client(t, world.Firm).Get("/organisations/tree"), 200))
	if !slices.Equal(own, []string{"丹阳新光眼镜有限公司"}) {
		t.Errorf("a firm's tree shows %q", own)
	}
}

// Who may open the file opens the row from the history; who may not reads where it stands.
func TestOrganisation_names_the_source_of_every_row(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	path := "/organisations/" + w.Unit(t, "丹阳新光眼镜有限公司").String()
	doc := page(t, w.Client(t, world.City).Get(path), 200)
	has(t, words(doc.Find("main")), "丹阳新光眼镜有限公司", "91329900MA1DY0014E", "3587", "私营", "中型", "首次登记", "存续")
	to := href(t, doc, ".tx-timeline a", "单位名录.csv")
	if to != "/imports/"+w.Imports[world.Organisations].String()+"/rows/0/7" {
		t.Errorf("the row lies at %s", to)
	}
	has(t, words(page(t, w.Client(t, world.City).Get(to), 200).Find("main")), "丹阳新光眼镜有限公司")
	has(t, href(t, doc, ".tx-next a", "本单位职工档案"), "/workers?employer=")
	has(t, href(t, doc, ".tx-next a", "产业工人"), "/figures/industrial_workers?where=employer")

	own := page(t, w.Client(t, world.Firm).Get(path), 200)
	if own.Find(".tx-timeline a").Length() != 0 || own.Find(".tx-timeline .tx-source").Length() == 0 {
		t.Error("the firm may open the city's file, or does not read where the row stands")
	}
	union := page(t, w.Client(t, world.Danyang).Get("/organisations/"+w.Unit(t, "丹阳市总工会").String()), 200)
	has(t, words(union.Find("main")), "3 家", "丹阳云帆物流有限公司")
	has(t, words(union.Find(".tx-pairs")), "镇江市总工会")
	if union.Find(".tx-pairs a[href^='/organisations/']").Length() != 0 {
		t.Error("a district's reader is led to the city")
	}
}

func TestOrganisations_stand_in_pinyin_on_English_pages(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	c.Lang = "en"
	doc := page(t, c.Get("/organisations?q=恒远"), 200)
	cell := doc.Find("tbody th")
	if got := words(cell.Find("a")); got != "Danyang Hengyuan Jixie Youxian Gongsi" {
		t.Errorf("the list says %q", got)
	}
	if small := cell.Find("small"); words(small) != "丹阳恒远机械有限公司" || small.AttrOr("lang", "") != "zh-CN" {
		t.Errorf("below it stands %q", words(small))
	}
	doc = page(t, c.Get(cell.Find("a").AttrOr("href", "")), 200)
	has(t, words(doc.Find("h1")), "Danyang Hengyuan Jixie Youxian Gongsi")
	has(t, words(doc.Find(".tx-head p[lang]")), "丹阳恒远机械有限公司")
}
