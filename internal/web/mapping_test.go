package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// ownHeadings is a list of Danyang with headings that nobody knows, one of them of what there is no purpose for.
const ownHeadings = "人员台账,,,,\n怎么称呼,公安编号,在哪里干,干什么,族别\n蓟自称,329901199601010116,丹阳新光眼镜有限公司,生产操作,某族\n"

func TestMapping_is_said_once_on_a_page_and_used_by_itself_the_next_time(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	before := employees(t, w, world.Danyang)
	to, id := upload(t, c, "台账.csv", ownHeadings, roster(w, t)...)
	w.Wait(t, id, intake.Refused)
	doc := page(t, c.Get(to), 200)
	has(t, words(doc.Find(".tx-alert")), "没有找到表头")
	if got := words(doc.Find(".steps [aria-current]")); got != "认列" {
		t.Errorf("the step is %q", got)
	}

	at := href(t, doc, "main a.btn", "指出各列是什么")
	a := c.Get(at)
	ask := page(t, a, 200)
	hasNot(t, a, "329901199601010116", "某族")
	has(t, words(ask.Find("main")), "第 2 行最像", "329*************16", "蓟自称", "还没有对应：姓名、身份证号、岗位类别", "没有登记用途，不读取也不保存")
	if ask.Find("select[name^=column_]").Length() != 4 {
		t.Error("what has no purpose can be chosen, or a column cannot")
	}
	form := url.Values{"sheet": {"0"}, "row": {"2"}, "rows": {"1"}, "column_0": {"name"}, "column_1": {"id_number"}, "column_2": {"name"}, "column_3": {"post"}}
	again := page(t, c.Form(at, form), 422)
	has(t, words(again.Find(".tx-problem")), "“怎么称呼”和“在哪里干”都选作“姓名”")
	if got := again.Find("select[name=column_2] option[selected]").AttrOr("value", ""); got != "name" {
		t.Errorf("the choice became %q", got)
	}
	form.Set("column_4", "occupation")
	has(t, words(page(t, c.Form(at, form), 422).Find(".tx-alert")), "“族别”没有登记用途")
	form.Del("column_4")
	form.Set("column_2", "employer")
	if got := led(t, c.Form(at, form)); got != to {
		t.Errorf("led to %s", got)
	}
	tried(t, w, id)
	has(t, words(page(t, c.Get(to), 200).Find(".tx-sheet")), "所作的列对应读取 更改", "丹阳业务员", "无用途的列，不读取也不保存：族别")

	next := "族别,干什么,在哪里干,公安编号,怎么称呼\n某族,生产操作,丹阳新光眼镜有限公司,329901199702020225,蓟又来\n"
	second, other := upload(t, c, "台账二.csv", next, roster(w, t)...)
	tried(t, w, other)
	led(t, c.Form(second+"/apply", nil))
	w.Wait(t, other, intake.Applied)
	if got := employees(t, w, world.Danyang); got != before+1 {
		t.Errorf("%d employees, before %d", got, before)
	}
	done := page(t, c.Get(second), 200)
	if got := href(t, done, ".tx-sheet a", "更改"); got != "/imports/mappings" {
		t.Errorf("the mapping of an applied file is changed at %s", got)
	}
	list := page(t, c.Get("/imports/mappings"), 200)
	has(t, words(list.Find("tbody tr")), "丹阳市总工会 职工花名册", "怎么称呼 → 姓名", "公安编号 → 身份证号", "族别 → 不读取", "丹阳业务员")
	hasNot(t, w.Client(t, world.Jurong).Get("/imports/mappings"), "怎么称呼", "丹阳市总工会")
	led(t, c.Form(list.Find("tbody form").AttrOr("action", ""), nil))
	has(t, words(page(t, c.Get("/imports/mappings"), 200).Find("main")), "还没有记住任何列的对应")
	page(t, c.Get(second+"/columns"), 409)
}

func TestColumns_takes_another_row_for_the_heading_and_says_what_is_wrong_with_it(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	to, id := upload(t, c, "台账.csv", ownHeadings, roster(w, t)...)
	w.Wait(t, id, intake.Refused)
	headings := func(doc *goquery.Document) string { return words(doc.Find("tbody th").First()) }
	if got := headings(page(t, c.Get(to+"/columns?row=1&rows=2"), 200)); !strings.HasSuffix(got, "人员台账怎么称呼") {
		t.Errorf("two rows read together: %q", got)
	}
	for query, want := range map[string]string{"row=3": "第 3 行中有长号码", "row=9": "第 9 行没有内容", "row=x": "第 -1 行", "sheet=5&row=1": "没有第 6 张"} {
		doc := page(t, c.Get(to+"/columns?"+query), 422)
		has(t, words(doc.Find(".tx-alert")), want)
		if !strings.HasSuffix(headings(doc), " 怎么称呼") {
			t.Errorf("%s: the page shows %q", query, headings(doc))
		}
	}
	empty, none := upload(t, c, "空.csv", "1,2\n3,4\n", roster(w, t)...)
	w.Wait(t, none, intake.Refused)
	has(t, words(page(t, c.Get(empty+"/columns"), 200).Find(".tx-empty")), "没有找到可作表头的行")
}
