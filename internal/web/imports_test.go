package web_test

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/date"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

const header = "姓名,身份证号,性别,单位名称,统一社会信用代码,岗位类别,入职日期,手机号码,是否工会会员\n"

// newcomers are two people of Danyang whom no other file knows, and one row that is refused.
const newcomers = header +
	"蓟新来,329901199601010116,男,丹阳新光眼镜有限公司,91329900MA1DY0014E,生产操作,2023-04-01,19900000101,是\n" +
	"蓟初到,329901199702020225,女,丹阳新光眼镜有限公司,91329900MA1DY0014E,生产操作,2023.4.1,19900000102,是\n" +
	"蓟错码,329901199702020226,女,丹阳新光眼镜有限公司,91329900MA1DY0014E,生产操作,2023-04-01,19900000103,是\n"

// upload hands a file in and gives the import's address and id.
func upload(t *testing.T, c *world.Client, name, text string, fields ...[2]string) (string, intake.ImportID) {
	t.Helper()
	to := led(t, c.Upload("/imports", name, []byte(text), fields...))
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(strings.TrimPrefix(to, "/imports/"))); err != nil {
		t.Fatal(err)
	}
	return to, id
}

// tried waits until a file was checked and tried out.
func tried(t *testing.T, w *world.World, id intake.ImportID) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !w.Wait(t, id, intake.Staged).Tried; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is not tried out")
		}
	}
}

// employees is the figure 职工 of a reader today.
func employees(t *testing.T, w *world.World, login string) int64 {
	t.Helper()
	v, err := w.Figures.Value(t.Context(), w.Actor(t, login), figure.Request{Name: "employees", On: date.On(w.DB.Now())})
	if err != nil {
		t.Fatal(err)
	}
	return v.Total.Value
}

func roster(w *world.World, t *testing.T) [][2]string {
	return [][2]string{{"kind", "roster"}, {"on", "2023-04-05"}, {"full", "0"}, {"unit", w.Unit(t, "丹阳市总工会").String()}}
}

func TestImport_goes_through_the_pages_and_back(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	before := employees(t, w, world.Danyang)
	to, id := upload(t, c, "新进职工.csv", newcomers, roster(w, t)...)
	tried(t, w, id)

	doc := page(t, c.Get(to), 200)
	has(t, words(doc.Find("main")), "新进职工.csv", "职工花名册 · 丹阳市总工会 · 截至2023年4月5日（增量）", "丹阳业务员", "读取 3 = 通过 1 + 已修正 1 + 退回 1 + 重复 0", "R110", "入账 2 行")
	if got := words(doc.Find(".steps [aria-current]")); !strings.HasSuffix(got, "入账") {
		t.Errorf("the step is %q", got)
	}
	for _, secret := range []string{"329901199601010116", "19900000101"} {
		hasNot(t, c.Get(to), secret)
	}
	rejects := c.Get(href(t, doc, "a[download]", "退回"))
	if rejects.Status != 200 || !strings.HasPrefix(string(rejects.Body), "PK") || !strings.Contains(rejects.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the reject workbook: %d", rejects.Status)
	}
	if employees(t, w, world.Danyang) != before {
		t.Error("checking changed a figure")
	}

	wait := led(t, c.Form(to+"/apply", nil))
	done := w.Wait(t, id, intake.Applied)
	doc = page(t, c.Get(wait), 200)
	has(t, words(doc.Find("main")), "已入账 2 行", "数字变化", "+2", "SM3")
	if got := employees(t, w, world.Danyang); got != before+2 {
		t.Errorf("%d employees, before %d", got, before)
	}

	if doc.Find(`form[action="`+to+`/undo/try"]`).Length() != 1 {
		t.Error("the page does not offer the undo")
	}
	first := page(t, c.Get(to+"/undo"), 200)
	if first.Find(".tx-harm").Length() != 0 || first.Find(`form[action="`+to+`/undo/try"]`).Length() != 1 {
		t.Error("the question is asked before the figures are known")
	}
	led(t, c.Form(to+"/undo/try", nil))
	triedUndo(t, w, id)
	if got := employees(t, w, world.Danyang); got != before+2 {
		t.Errorf("trying the undo out changed %d employees to %d", before+2, got)
	}
	ask := page(t, c.Get(to+"/undo"), 200)
	has(t, words(ask.Find(".tx-harm")), "2 行标记为撤回", "2 条事实将红字冲销", "请输入要撤回的行数 2")
	line := words(ask.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(words(s), "职工") }))
	has(t, line, strconv.FormatInt(before+2, 10)+" 人", strconv.FormatInt(before, 10)+" 人", "-2")
	for _, form := range []url.Values{{"why": {""}, "confirm": {"2"}}, {"why": {"重复报送"}, "confirm": {"3"}}} {
		again := page(t, c.Form(to+"/undo", form), 422)
		if got := again.Find("input[name=why]").AttrOr("value", ""); got != form.Get("why") {
			t.Errorf("the reason became %q", got)
		}
	}
	led(t, c.Form(to+"/undo", url.Values{"why": {"重复报送"}, "confirm": {"2"}}))
	w.Wait(t, id, intake.Undone)
	has(t, words(page(t, c.Get(to), 200).Find(".tx-alert")), "已撤回", "重复报送")
	if got := employees(t, w, world.Danyang); got != before {
		t.Errorf("%d employees after the undo, before %d", got, before)
	}
	page(t, c.Get(to+"/undo"), 409)
	if done.Block == 0 {
		t.Error("no block")
	}
}

// triedUndo waits until an undo was tried out.
func triedUndo(t *testing.T, w *world.World, id intake.ImportID) {
	t.Helper()
	for range 500 {
		r, err := w.Intake.Find(t.Context(), intake.Trusted(1), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.UndoTrial != nil && r.Running == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the undo was not tried out")
}

func TestImport_page_waits_for_work_that_was_ordered(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	to, id := upload(t, c, "a.csv", newcomers, roster(w, t)...)
	tried(t, w, id)
	until := func(d time.Duration) string {
		return "?at=staged.tried&until=" + strconv.FormatInt(w.DB.Now().Add(d).Unix(), 10)
	}
	ordered := c.Get(to + until(30*time.Second))
	doc := page(t, ordered, 200)
	bar := doc.Find("#work")
	if bar.Length() != 1 || doc.Find("#apply").Length() != 0 || !strings.Contains(string(ordered.Body), `<noscript><meta http-equiv="refresh"`) {
		t.Fatal("the page does not wait")
	}
	poll := func(path string) *world.Answer {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("HX-Request", "true")
		return c.Do(r)
	}
	a := poll(bar.AttrOr("hx-get", ""))
	if a.Status != 200 || !strings.Contains(string(a.Body), `id="work"`) || strings.Contains(string(a.Body), "<html") {
		t.Errorf("the bar alone: %d %.200s", a.Status, a.Body)
	}
	a = poll(to + "/progress")
	if a.Status != 204 || a.Header.Get("HX-Redirect") != to {
		t.Errorf("nothing to wait for: %d %v", a.Status, a.Header)
	}
	if got := led(t, c.Get(to+"/progress")); got != to {
		t.Errorf("without htmx it leads to %s", got)
	}
	late := page(t, c.Get(to+until(-time.Second)), 200)
	has(t, words(late.Find(".tx-alert")), "任务还没有完成")
	if late.Find("#apply").Length() != 1 {
		t.Error("it waits for ever")
	}
	if page(t, c.Get(to+until(24*time.Hour)), 200).Find("#work").Length() != 0 {
		t.Error("an address makes the page wait for a day")
	}
}

func TestUpload_shows_mistakes_beside_their_fields_and_keeps_what_was_chosen(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	unit := w.Unit(t, "丹阳市总工会").String()
	for name, fields := range map[string][][2]string{
		"kind": {{"kind", "novel"}, {"unit", unit}}, "on": {{"kind", "roster"}, {"on", "morgen"}, {"unit", unit}}, "full": {{"kind", "certificates"}, {"full", "1"}, {"unit", unit}},
	} {
		doc := page(t, c.Upload("/imports", "a.csv", []byte(newcomers), fields...), 422)
		if doc.Find("#f-"+name+"-problem").Length() != 1 {
			t.Errorf("%s: the mistake is not beside its field: %s", name, words(doc.Find(".tx-alert")))
		}
		if got := doc.Find("select[name=unit] [selected]").AttrOr("value", ""); got != unit {
			t.Errorf("%s: the unit became %q", name, got)
		}
	}
	has(t, words(page(t, c.Upload("/imports", "", nil), 422).Find(".tx-alert")), "请选择文件")
	page(t, c.Form("/imports", url.Values{"kind": {"roster"}}), 422)
	foreign := c.Upload("/imports", "a.csv", []byte(newcomers), [2]string{"kind", "roster"}, [2]string{"unit", w.Unit(t, "句容市总工会").String()})
	page(t, foreign, 403)
	hasNot(t, foreign, "句容")
	if n := page(t, c.Get("/imports?state=received"), 200).Find("tbody tr").Length(); n != 0 {
		t.Errorf("%d refused files were kept", n)
	}
	page(t, c.Upload("/imports", "big.csv", make([]byte, 5<<20), roster(w, t)...), 413)
}

func TestUpload_offers_the_units_of_the_own_subtree_and_the_own_first(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	a := w.Client(t, world.Danyang).Get("/imports/new")
	doc := page(t, a, 200)
	var names []string
	doc.Find("select[name=unit] option").Each(func(_ int, s *goquery.Selection) { names = append(names, words(s)) })
	if len(names) != 4 || words(doc.Find("select[name=unit] [selected]")) != "丹阳市总工会" {
		t.Errorf("units %q, chosen %q", names, words(doc.Find("select[name=unit] [selected]")))
	}
	hasNot(t, a, "句容", "全市")
	if got := doc.Find("form input,form select").Last().AttrOr("name", ""); got != "file" {
		t.Errorf("the last field is %q: the file must come after the others", got)
	}
	city := page(t, w.Client(t, world.City).Get("/imports/new"), 200)
	if got := words(city.Find("select[name=unit] option").First()); got != "全市" {
		t.Errorf("the city's first unit is %q", got)
	}
	page(t, w.Client(t, world.Auditor).Get("/imports/new"), 403)
	page(t, w.Client(t, world.Auditor).Upload("/imports", "a.csv", []byte(newcomers), roster(w, t)...), 403)
}

func TestImport_confirms_credit_codes_that_fail_their_check_digit(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	const units = "单位名称,统一社会信用代码,单位类型,上级单位,所在地区,行业代码\n丹阳老字号眼镜厂,91329900MA1DY0014F,企业,丹阳市总工会,丹阳市,3587\n丹阳新设眼镜厂,,企业,丹阳市总工会,丹阳市,3587\n"
	to, id := upload(t, c, "单位.csv", units, [2]string{"kind", "organisations"}, [2]string{"on", "2023-04-01"}, [2]string{"unit", "0"})
	tried(t, w, id)
	doc := page(t, c.Get(to), 200)
	box := doc.Find("input[name=code]")
	if box.Length() != 1 || box.AttrOr("value", "") != "91329900MA1DY0014F" {
		t.Fatalf("%d codes: %s", box.Length(), words(doc.Find("main")))
	}
	has(t, words(doc.Find(".tx-question")), "丹阳老字号眼镜厂", "校验")
	wait := led(t, c.Form(to+"/codes", url.Values{"code": {"91329900MA1DY0014F"}}))
	tried(t, w, id)
	if doc := page(t, c.Get(wait), 200); doc.Find("#work").Length() != 0 {
		t.Error("the page waits for what is done")
	}
	r := w.Wait(t, id, intake.Staged)
	if r.Refused != 0 || r.Accepted+r.Mended != 2 {
		t.Errorf("after confirming: %+v", r.Counts)
	}
	if _, ok := page(t, c.Get(to), 200).Find("input[name=code]").Attr("checked"); !ok {
		t.Error("the confirmed code is not ticked")
	}
}

func TestImport_of_a_complete_roster_asks_for_the_number_of_absentees_and_for_decisions(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	before := employees(t, w, world.Danyang)
	rows := strings.SplitAfter(string(world.Text(world.DanyangFull)), "\n")
	full := roster(w, t)
	full[2] = [2]string{"full", "1"}
	to, id := upload(t, c, "全量.csv", strings.Join(rows[:10], ""), full...)
	tried(t, w, id)
	doc := page(t, c.Get(to), 200)
	has(t, words(doc.Find(".tx-question")), "花名册中少了 5 人", "请输入减少的人数 5")
	for _, typed := range []string{"", "x", "3"} {
		again := page(t, c.Form(to+"/apply", url.Values{"confirm_absent": {typed}}), 422)
		if again.Find("#f-confirm_absent-problem").Length() != 1 {
			t.Errorf("%q: the mistake is not beside its field", typed)
		}
	}
	led(t, c.Form(to+"/confirm", url.Values{"confirm_absent": {"5"}}))
	led(t, c.Form(to+"/apply", nil))
	w.Wait(t, id, intake.Applied)
	if got := employees(t, w, world.Danyang); got != before {
		t.Errorf("%d employees, before %d: nobody leaves without a decision", got, before)
	}

	doc = page(t, c.Get(to), 200)
	people := doc.Find("#leavers tbody input[name=worker]")
	if people.Length() != 5 {
		t.Fatalf("%d absentees: %s", people.Length(), words(doc.Find("#leavers")))
	}
	// Whoever sent the roster decides, also about a person whose file has gone elsewhere since.
	gone := doc.Find("#leavers tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(words(s), "现在其他单位") })
	if gone.Length() != 1 || gone.Find("a").Length() != 0 || strings.Contains(words(doc.Find("#leavers")), "麴迁乔") {
		t.Errorf("%d rows of somebody elsewhere, or a link to a file that may not be opened: %s", gone.Length(), words(doc.Find("#leavers")))
	}
	one := people.First().AttrOr("value", "")
	for name, form := range map[string]url.Values{
		"nobody": {"decide": {"confirm"}, "left_on": {"2023-04-01"}}, "no day": {"decide": {"confirm"}, "worker": {one}}, "too late": {"decide": {"confirm"}, "worker": {one}, "left_on": {"2023-04-09"}}, "nothing": {"worker": {one}},
	} {
		again := page(t, c.Form(to+"/leavers", form), 422)
		if again.Find("[role=alert]").Length() == 0 {
			t.Errorf("%s: nothing is said", name)
		}
	}
	led(t, c.Form(to+"/leavers", url.Values{"decide": {"confirm"}, "worker": {one}, "left_on": {"2023-04-01"}}))
	if got := employees(t, w, world.Danyang); got != before-1 {
		t.Errorf("%d employees, before %d", got, before)
	}
	led(t, c.Form(to+"/leavers", url.Values{"decide": {"reject"}, "all": {"1"}}))
	has(t, words(page(t, c.Get(to), 200).Find("#leavers")), "待确认 0 人，已确认离职 1 人，仍在职 4 人")
	page(t, w.Client(t, world.Jurong).Form(to+"/leavers", url.Values{"decide": {"reject"}, "all": {"1"}}), 404)
	// The confirmed one has not left after all: the page asks, wants a reason, and the figure is what it was.
	ask, _ := doc.Find("#leavers").Html()
	back := to + "/leavers/" + one + "/take-back"
	if strings.Contains(ask, back) {
		t.Error("an open proposal can be taken back")
	}
	has(t, words(page(t, c.Get(to), 200).Find("#leavers")), "撤销决定")
	has(t, words(page(t, c.Get(back), 200).Find("form.tx-harm")), "从未离开本单位")
	if wrong := page(t, c.Form(back, url.Values{"why": {""}}), 422); wrong.Find("#f-why-problem").Length() != 1 {
		t.Error("the mistake is not beside its field")
	}
	led(t, c.Form(back, url.Values{"why": {"经核实仍在职"}}))
	has(t, words(page(t, c.Get(to), 200).Find("#leavers")), "待确认 1 人，已确认离职 0 人，仍在职 4 人")
	if got := employees(t, w, world.Danyang); got != before {
		t.Errorf("%d employees, before %d: taking back leaves no trace", got, before)
	}
}

func TestImport_that_cannot_be_read_says_why_and_can_be_dropped(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	to, id := upload(t, c, "散文.csv", "今天天气很好\n我们去看树\n", roster(w, t)...)
	w.Wait(t, id, intake.Refused)
	doc := page(t, c.Get(to), 200)
	has(t, words(doc.Find(".tx-alert")), "没有找到表头", "必需的列")
	if strings.Contains(doc.Text(), "%!") {
		t.Errorf("a broken sentence: %s", words(doc.Find(".tx-alert")))
	}
	if got := led(t, c.Form(to+"/discard", nil)); got != "/imports" {
		t.Errorf("led to %s", got)
	}
	page(t, c.Get(to), 404)
	applied := "/imports/" + w.Imports[world.DanyangBefore].String()
	page(t, c.Form(applied+"/discard", nil), 409)
}

func TestImports_of_other_units_do_not_exist(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Jurong)
	list := c.Get("/imports")
	doc := page(t, list, 200)
	if got := words(doc.Find("tbody th a")); got != "句容花名册2023年3月.csv" {
		t.Errorf("the list is %q", got)
	}
	hasNot(t, list, "丹阳花名册", w.Imports[world.DanyangFull].String())
	its := "/imports/" + w.Imports[world.DanyangFull].String()
	for _, path := range []string{"", "/progress", "/undo", "/rejects", "/rows/0/3"} {
		a := c.Get(its + path)
		page(t, a, 404)
		hasNot(t, a, "丹阳")
	}
	for _, path := range []string{"/apply", "/confirm", "/codes", "/leavers", "/discard"} {
		page(t, c.Form(its+path, url.Values{"decide": {"reject"}, "all": {"1"}}), 404)
	}
	page(t, c.Form(its+"/undo", url.Values{"why": {"试试"}, "confirm": {"11"}}), 404)
	page(t, w.Client(t, world.Auditor).Form(its+"/undo", url.Values{"why": {"试试"}, "confirm": {"11"}}), 403)
	page(t, w.Client(t, world.Auditor).Get(its+"/rejects"), 403)
}

func TestBlocks_are_listed_with_their_hashes(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	cols, err := w.Book.Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doc := page(t, w.Client(t, world.Auditor).Get("/blocks"), 200)
	if n := int64(doc.Find("tbody tr").Length()); n != cols.Head() {
		t.Errorf("%d blocks, want %d", n, cols.Head())
	}
	hash := cols.HeadHash().String()
	if words(doc.Find("tbody tr").First().Find(".tx-hash")) != hash || !strings.Contains(words(doc.Find("main")), "Σ") {
		t.Error("the newest block lacks its hash or totals")
	}
	page(t, w.Client(t, world.Firm).Get("/blocks"), 403)
	page(t, w.Client(t, world.SysAdmin).Get("/blocks"), 403)
}

func TestUndo_trial_tells_each_reader_the_figures_that_the_undo_brings(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	to, id := upload(t, c, "新进职工.csv", newcomers, roster(w, t)...)
	tried(t, w, id)
	led(t, c.Form(to+"/apply", nil))
	w.Wait(t, id, intake.Applied)
	led(t, c.Form(to+"/undo/try", nil))
	triedUndo(t, w, id)
	r, err := w.Intake.Find(t.Context(), intake.Trusted(1), id)
	if err != nil {
		t.Fatal(err)
	}
	var shifts []figure.Shift
	for _, sh := range r.UndoTrial.Shifts {
		shifts = append(shifts, figure.Shift(sh))
	}
	on := date.On(w.DB.Now())
	told := map[string]map[string]int64{}
	logins := []string{world.City, world.Danyang, world.Jurong}
	for _, login := range logins {
		list, head, err := w.Figures.Outlooks(t.Context(), w.Actor(t, login), on, shifts)
		if err != nil || head != r.UndoTrial.Head {
			t.Fatalf("%s: head %d, tried at %d: %v", login, head, r.UndoTrial.Head, err)
		}
		told[login] = map[string]int64{}
		for _, o := range list {
			told[login][o.Name] = o.After.Value
		}
	}
	if len(told[world.City]) == 0 || len(told[world.Danyang]) != len(told[world.City]) || len(told[world.Jurong]) != 0 {
		t.Errorf("changes told: %v", told)
	}
	before := map[string]map[string]int64{}
	value := func(login, name string) int64 {
		v, err := w.Figures.Value(t.Context(), w.Actor(t, login), figure.Request{Name: name, On: on})
		if err != nil {
			t.Fatal(err)
		}
		return v.Total.Value
	}
	for _, login := range logins {
		before[login] = map[string]int64{}
		for _, ind := range w.Figures.Catalogue.List() {
			before[login][ind.Name] = value(login, ind.Name)
		}
	}
	led(t, c.Form(to+"/undo", url.Values{"why": {"重复报送"}, "confirm": {"2"}}))
	w.Wait(t, id, intake.Undone)
	for _, login := range logins {
		for _, ind := range w.Figures.Catalogue.List() {
			want, changes := told[login][ind.Name]
			if !changes {
				want = before[login][ind.Name]
			}
			if got := value(login, ind.Name); got != want {
				t.Errorf("%s, %s: told %d, now %d", login, ind.Name, want, got)
			}
		}
	}
}
