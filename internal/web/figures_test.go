package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/testkit/world"
)

func TestFigures_open_from_the_list_to_the_cell_of_the_row(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	list := page(t, c.Get("/figures"), 200)
	if n := list.Find("main h2").Length(); n != 3 {
		t.Errorf("%d groups", n)
	}
	with := list.Find(".tx-with").First()
	has(t, words(with), "其中产业工人", "人")
	fig := page(t, c.Get(href(t, list, ".tx-figure h3 a", "累计培育高技能人才")), 200)
	total := fig.Find(".tx-value .visually-hidden").Text()
	if total != "9 人" {
		t.Fatalf("the figure is %s", total)
	}
	has(t, words(fig.Find("tfoot")), "合计 9 人")
	has(t, words(fig.Find("main")), "口径")
	cell := fig.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return words(s.Find("th")) == "句容市" })
	rows := page(t, c.Get(cell.Find("td a").AttrOr("href", "")), 200)
	has(t, words(rows.Find("tfoot")), "共 4 人", "Σ 4")
	if n := rows.Find("tbody tr").Length(); n != 4 {
		t.Errorf("%d rows", n)
	}
	if chips := words(rows.Find(".tx-chips")); !strings.Contains(chips, "地区 句容市") {
		t.Errorf("chips %q", chips)
	}
	who := rows.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(words(s), "阚语桐") })
	has(t, words(who), "句容青山电子有限公司", "高级工", ".csv")
	file := page(t, c.Get(who.Find("td").First().Find("a").AttrOr("href", "")), 200)
	has(t, words(file.Find("h1")), "阚语桐")
	row := page(t, c.Get(who.Find("a.tx-source").AttrOr("href", "")), 200)
	has(t, words(row.Find("main")), "阚语桐", "打开阚语桐的档案", "SHA-256")
	for _, secret := range []string{"32990219860223202X", "19901000001"} {
		if strings.Contains(row.Text(), secret) {
			t.Errorf("the row shows %s", secret)
		}
	}
}

func TestFigure_cuts_along_two_dimensions_and_adds_up(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	doc := page(t, w.Client(t, world.City).Get("/figures/employees?by=district&by=sex"), 200)
	table := doc.Find("table.tx-cross")
	if got := words(table.Find("thead")); got != `地区 \ 性别 男 女 合计` {
		t.Errorf("heads %q", got)
	}
	var names []string
	table.Find("tbody tr").Each(func(_ int, s *goquery.Selection) { names = append(names, words(s.Find("th"))) })
	if want := []string{"京口区", "丹阳市", "句容市"}; !slices.Equal(names, want) {
		t.Errorf("not in the official order: %v", names)
	}
	if got := words(table.Find("tfoot")); got != "合计 14 11 25 人" {
		t.Errorf("foot %q", got)
	}
	if doc.Find("[data-chart=cross]").Length() != 1 || doc.Find("script[src*=echarts]").Length() != 1 {
		t.Error("there is no picture")
	}
	cell := table.Find("tbody td a").First()
	rows := page(t, w.Client(t, world.City).Get(cell.AttrOr("href", "")), 200)
	has(t, words(rows.Find("tfoot")), "共 "+words(cell)+" 人")
}

func TestFigure_of_a_rate_stands_on_its_two_sides(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/figures/highly_skilled_per_10k?on=2023-04-01"), 200)
	has(t, words(doc.Find(".tx-sides")), "分子 累计培育高技能人才 9 人", "分母 从业人员（外部统计） 831 人")
	if doc.Find("tfoot").Length() != 0 {
		t.Error("rates are added up")
	}
	has(t, words(doc.Find("tbody")), "÷ 520", "÷ 311")
	if got := led(t, c.Get("/figures/highly_skilled_per_10k/rows?on=2023-04-01")); got != "/figures/highly_skilled_per_10k?on=2023-04-01" {
		t.Errorf("the rows of a rate lead to %s", got)
	}
	page(t, c.Get("/figures/highly_skilled_per_10k/rows.csv"), 422)
	side := page(t, c.Get(href(t, doc, ".tx-sides a", "从业人员")), 200)
	rows := page(t, c.Get(href(t, side, "main a.btn", "追溯")), 200)
	has(t, words(rows.Find("tfoot")), "Σ 831")
	cells := page(t, c.Get(rows.Find("a.tx-source").First().AttrOr("href", "")), 200)
	has(t, words(cells.Find("main")), "样例统计年鉴", "从业人员统计.csv")
}

func TestFigure_shows_an_earlier_state_of_knowledge(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	now := page(t, c.Get("/figures/employees?on=2022-06-30"), 200).Find(".tx-value .visually-hidden").Text()
	then := page(t, c.Get("/figures/employees?on=2022-06-30&block=1"), 200)
	if got := then.Find(".tx-value .visually-hidden").Text(); got != "13 人" || got == now {
		t.Errorf("at block 1 %s, now %s", got, now)
	}
	if got := then.Find("input[name=block]").AttrOr("value", ""); got != "1" {
		t.Errorf("the block in the form is %q", got)
	}
	if to := href(t, then, "main a.btn", "追溯"); !strings.Contains(to, "block=1") || !strings.Contains(to, "on=2022-06-30") {
		t.Errorf("the rows are asked otherwise: %s", to)
	}
}

func TestFigure_says_what_is_wrong_with_an_address(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	for path, want := range map[string]string{
		"/figures/employees?on=yesterday":         "日期“yesterday”无法识别",
		"/figures/employees?block=x":              "批次“x”",
		"/figures/employees?where=district":       "筛选条件",
		"/figures/employees?where=district%3Dx":   "不是维度",
		"/figures/employees?by=occupation":        "没有维度",
		"/figures/employees?by=sex&by=age&by=sex": "重复",
		"/figures/employees/rows?after=x":         "翻页位置",
	} {
		has(t, words(page(t, c.Get(path), 422).Find("main")), want)
	}
	for _, path := range []string{"/figures/nothing", "/figures/nothing/rows", "/figures/employees?block=999999"} {
		page(t, c.Get(path), 404)
	}
}

func TestRows_page_by_key_and_name_nobody_of_another_unit(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	a := w.Client(t, world.Danyang).Get("/figures/employees/rows?on=2022-06-30")
	doc := page(t, a, 200)
	has(t, words(doc.Find("tfoot")), "共 13 人", "Σ 13")
	moved := doc.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(words(s), "现在其他单位") })
	if moved.Length() != 1 || moved.Find("a").Length() != 0 {
		t.Errorf("%d rows of people elsewhere, or a way to them", moved.Length())
	}
	hasNot(t, a, "麴迁乔", "阚语桐", w.Person(t, "麴迁乔").ID.String())
}

func TestFigure_of_another_district_is_empty_and_names_no_unit(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	unit := w.Unit(t, "句容市总工会").String()
	for _, path := range []string{"/figures/employees?where=district%3D321183", "/figures/employees/rows?where=union%3D" + unit, "/figures/employees?where=union%3D" + unit + "&by=employer"} {
		a := w.Client(t, world.Danyang).Get(path)
		page(t, a, 200)
		hasNot(t, a, "句容市总工会", "句容青山", "阚语桐", "句容花名册")
	}
}

func TestFigure_files_hold_the_page_and_its_totals(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	for _, kind := range []string{"csv", "xlsx"} {
		rows := sheetOf(t, c.Get("/figures/employees/rows."+kind+"?on=2022-06-30"))
		head := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "姓名" })
		last := rows[len(rows)-1]
		if head < 0 || len(rows)-head-2 != 13 || last[0] != "合计 13 行" || last[len(last)-1] != "13" {
			t.Errorf("%s: head in row %d of %d, last %q", kind, head, len(rows), last)
		}
		for _, r := range rows {
			if strings.Contains(strings.Join(r, "|"), "麴迁乔") {
				t.Errorf("%s names a person of another unit", kind)
			}
		}
		table := sheetOf(t, c.Get("/figures/employees/table."+kind+"?by=sex"))
		if last := table[len(table)-1]; last[1] != "合计" || last[2] != "12" {
			t.Errorf("%s: the total is %q", kind, last)
		}
	}
	for _, path := range []string{"/figures/employees/rows.csv", "/figures/employees/rows.xlsx", "/workers.csv", "/workers.xlsx"} {
		a := w.Client(t, world.Auditor).Get(path)
		page(t, a, 403)
		hasNot(t, a, "卞若溪")
	}
}

func TestFiles_of_a_made_up_city_say_so(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	if err := w.MarkDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := w.Pages(nil)
	w.Handler = s.Handler()
	c := w.Client(t, world.City)
	for _, path := range []string{"/workers.csv", "/workers.xlsx", "/figures/employees/rows.csv", "/figures/employees/table.xlsx?by=sex"} {
		a := c.Get(path)
		rows := sheetOf(t, a)
		if !slices.ContainsFunc(rows[:4], func(r []string) bool { return len(r) > 0 && r[0] == "演示数据 · demonstration data" }) {
			t.Errorf("%s does not say it: %q", path, rows[:3])
		}
		has(t, a.Header.Get("Content-Disposition"), url.PathEscape("演示数据"))
	}
}

func TestFigure_is_filtered_by_several_values_of_one_dimension(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	ask := page(t, c.Get("/figures/employees?by=sex&where=sex%3D1&where=district%3D321181&pick=district"), 200)
	box := ask.Find(`form#f-is`)
	if got := words(box.Find("li").First()); got != "京口区 2 人" && !strings.HasPrefix(got, "京口区") {
		t.Errorf("the first value is %q", got)
	}
	if on := box.Find("input[checked]"); on.Length() != 1 || on.AttrOr("value", "") != "321181" {
		t.Errorf("%d values are ticked", on.Length())
	}
	form := url.Values{"of": {"district"}, "is": {"321181", "321183"}}
	box.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("name", "") != "of" {
			form.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	to := led(t, c.Get("/figures/employees?"+form.Encode()))
	if want := "/figures/employees?by=sex&where=sex%3D1&where=district%3D321181%2C321183"; to != want {
		t.Fatalf("led to %s, want %s", to, want)
	}
	doc := page(t, c.Get(to), 200)
	has(t, words(doc.Find(".tx-chips")), "地区 丹阳市 / 句容市", "性别 男")
	has(t, doc.Find("#f-sentence_zh").Text(), "全市职工（性别：男；地区：丹阳市、句容市）为", "人（按第")
	has(t, doc.Find("#f-sentence_en").Text(), "in the whole city, Employees (sex: ", "Danyang, Jurong")
	one := func(where string) string {
		return page(t, c.Get("/figures/employees?where=sex%3D1&where="+url.QueryEscape(where)), 200).Find(".tx-value .visually-hidden").Text()
	}
	if both := doc.Find(".tx-value .visually-hidden").Text(); one("district=321181,321183") != both || one("district=321181") == both {
		t.Errorf("both districts have %s", both)
	}
	if got := led(t, c.Get("/figures/employees?where=district%3D321181&of=district")); got != "/figures/employees" {
		t.Errorf("without a value the filter is still there: %s", got)
	}
	page(t, c.Get("/figures/employees?pick=shoe"), 422)
}

func TestFigure_is_cut_by_any_rows_and_columns_in_colours_of_their_own(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	shades := func(path string) map[string]string {
		out := map[string]string{}
		page(t, c.Get(path), 200).Find("th[data-series]").Each(func(_ int, s *goquery.Selection) { out[s.AttrOr("data-series", "")] = s.AttrOr("data-shade", "") })
		return out
	}
	all := shades("/figures/skilled_ever?by=sex&by=rank_ever")
	few := shades("/figures/skilled_ever?by=sex&by=rank_ever&where=rank_ever%3D4,5")
	if len(all) <= len(few) || few["高级工"] != "r4" || all["高级工"] != "r4" || all["中级工"] != "r3" {
		t.Errorf("all levels %v, two of them %v", all, few)
	}
	turned := page(t, c.Get("/figures/skilled_ever?by=rank_ever&by=sex"), 200)
	if got := words(turned.Find("table.tx-cross thead")); got != `最高等级 \ 性别 男 女 合计` {
		t.Errorf("heads %q", got)
	}
	if row, col := turned.Find("select[name=by]").First().Find("[selected]").AttrOr("value", ""), turned.Find("select[name=by]").Last().Find("[selected]").AttrOr("value", ""); row != "rank_ever" || col != "sex" {
		t.Errorf("rows by %s, columns by %s", row, col)
	}
	list := page(t, c.Get("/figures/skilled_ever?by=rank_ever"), 200)
	if list.Find("rect.tx-bar-fill.tx-r4").Length() != 1 || page(t, c.Get("/figures/skilled_ever?by=sex"), 200).Find(`rect[class*="tx-r"]`).Length() != 0 {
		t.Error("levels have no shade of their own, or others have")
	}
}

func TestFigure_tells_the_change_against_the_year_before_and_the_years(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	number := func(on string) string {
		return page(t, c.Get("/figures/employees?on="+on), 200).Find(".tx-value .visually-hidden").Text()
	}
	now, before := number("2018-04-01"), number("2017-04-01")
	for _, path := range []string{"/figures/employees?on=2018-04-01", "/figures?on=2018-04-01"} {
		doc := page(t, c.Get(path), 200)
		line := doc.Find("svg.tx-spark").First().AttrOr("aria-label", "")
		if !strings.HasSuffix(line, "2017年4月1日 "+before+"、2018年4月1日 "+now) {
			t.Errorf("%s: the years are %q, want %s then %s", path, line, before, now)
		}
		has(t, words(doc.Find(".tx-change").First()), "+2 人", "比上年同日增加 10.5%")
	}
	has(t, words(page(t, c.Get("/figures/employees?on=2023-04-01"), 200).Find(".tx-change")), "0 人 与上年同日持平")
	if page(t, c.Get("/figures/employees?on=1990-01-01"), 200).Find(".tx-change, .tx-spark").Length() != 0 {
		t.Error("nothing is compared with nothing")
	}
}

func TestFigure_says_a_sentence_within_what_the_reader_sees(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	a := w.Client(t, world.Danyang).Get("/figures/employees?where=union%3D" + w.Unit(t, "句容市总工会").String())
	doc := page(t, a, 200)
	has(t, doc.Find("#f-sentence_zh").Text(), "丹阳市总工会管辖范围内职工（所属工会：其他单位）为0人")
	hasNot(t, a, "句容市总工会")
}
