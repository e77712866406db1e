package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit/world"
)

func TestWorkers_are_found_by_name_pinyin_and_number_without_the_number_in_an_address(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	wang := w.Person(t, "卞若溪")
	for _, q := range []string{"若溪", "bianruo", "brx"} {
		to := led(t, c.Form("/workers", url.Values{"q": {q}}))
		if to != "/workers?q="+url.QueryEscape(q) {
			t.Fatalf("%s leads to %s", q, to)
		}
		doc := page(t, c.Get(to), 200)
		if got := words(doc.Find("tbody th")); got != "卞若溪" {
			t.Errorf("%s finds %q", q, got)
		}
	}
	if got := led(t, c.Form("/workers", url.Values{"q": {wang.Number}})); got != "/workers/"+wang.ID.String() {
		t.Errorf("the number leads to %s", got)
	}
	a := c.Form("/workers", url.Values{"q": {w.Person(t, "阚语桐").Number}})
	doc := page(t, a, 200)
	has(t, words(doc.Find(".tx-empty")), "没有找到")
	doc.Find("a,form").Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.AttrOr("href", "")+s.AttrOr("action", ""), "3299") {
			t.Error("the number stands in an address")
		}
	})
	if strings.Contains(string(w.Logs.Bytes()), wang.Number) || strings.Contains(string(w.Logs.Bytes()), "bianruo") {
		t.Error("the log holds the words of a search")
	}
}

func TestWorkers_of_other_units_do_not_exist(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	other := w.Person(t, "阚语桐")
	for _, login := range []string{world.Danyang, world.Firm} {
		c := w.Client(t, login)
		for _, a := range []*world.Answer{
			c.Get("/workers"), c.Get("/workers?district=321183"), c.Get("/workers?q=" + url.QueryEscape("阚")), c.Get("/workers.csv"),
			c.Get("/workers?employer=" + w.Unit(t, "句容青山电子有限公司").String()),
		} {
			if a.Status != 200 {
				t.Errorf("%s: status %d", login, a.Status)
			}
			hasNot(t, a, "阚语桐", "句容青山", other.Number, "19901000001")
		}
		a := c.Get("/workers/" + other.ID.String())
		page(t, a, 404)
		hasNot(t, a, "阚语桐", "句容")
		page(t, c.Form("/workers/"+other.ID.String()+"/show", url.Values{"field": {"id_number"}, "reason": {"verify"}}), 404)
	}
	page(t, w.Client(t, world.City).Get("/workers/x"), 404)
	page(t, w.Client(t, world.City).Get("/workers?rank=99"), 422)
}

func TestWorkers_list_filters_pages_and_is_given_out(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	doc := page(t, c.Get("/workers?district=321181&rank=4"), 200)
	has(t, words(doc.Find(".tx-chips")), "辖市区 丹阳市", "最高等级 高级工及以上")
	n := doc.Find("tbody tr").Length()
	if n < 3 || !strings.Contains(words(doc.Find(".tx-head")), "共 "+string(rune('0'+n))+" 人") {
		t.Errorf("%d people, head %q", n, words(doc.Find(".tx-head")))
	}
	for _, kind := range []string{"CSV", "Excel"} {
		a := c.Get(href(t, doc, ".tx-head a", kind))
		rows := sheetOf(t, a)
		if last := rows[len(rows)-1]; last[0] != "合计 "+string(rune('0'+n))+" 行" {
			t.Errorf("%s: the last row is %q", kind, last)
		}
		for _, secret := range world.Secrets() {
			if strings.Contains(strings.Join(flat(rows), "|"), secret) {
				t.Errorf("%s holds %s", kind, secret)
			}
		}
	}
}

func flat(rows [][]string) (out []string) {
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

func TestWorker_file_shows_a_life_with_its_sources_and_masks_numbers(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	moved := w.Person(t, "麴迁乔")
	a := w.Client(t, world.Jurong).Get("/workers/" + moved.ID.String())
	doc := page(t, a, 200)
	has(t, words(doc.Find("main")), "句容青山电子有限公司", "高级工", "产业工人")
	timeline := words(doc.Find(".tx-timeline"))
	has(t, timeline, "变动：丹阳恒远机械有限公司 → 句容青山电子有限公司", "晋级：", "句容花名册2023年3月.csv")
	hasNot(t, a, moved.Number, "19900000013")
	has(t, words(doc.Find(".tx-secret")), "3299", "***")
	if n := doc.Find("form[action$='/show']").Length(); n != 2 {
		t.Errorf("%d ways to see masked values", n)
	}
}

func TestReveal_shows_one_value_once_for_a_reason_that_is_logged(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Person(t, "卞若溪")
	show := "/workers/" + who.ID.String() + "/show"
	c := w.Client(t, world.Danyang)
	a := c.Form(show, url.Values{"field": {"id_number"}, "reason": {"verify"}})
	page(t, a, 200)
	has(t, string(a.Body), who.Number, "本次查看已记录")
	hasNot(t, a, "19900000001")
	hasNot(t, c.Get("/workers/"+who.ID.String()), who.Number)
	for _, form := range []url.Values{{"field": {"id_number"}}, {"field": {"id_number"}, "reason": {"curious"}}, {"field": {"name"}, "reason": {"verify"}}} {
		bad := c.Form(show, form)
		page(t, bad, 422)
		hasNot(t, bad, who.Number)
	}
	denied := w.Client(t, world.Auditor).Form(show, url.Values{"field": {"id_number"}, "reason": {"verify"}})
	page(t, denied, 403)
	hasNot(t, denied, who.Number)
	if n := page(t, w.Client(t, world.Auditor).Get("/workers/"+who.ID.String()), 200).Find("form[action$='/show']").Length(); n != 0 {
		t.Error("who may not see masked values is offered to")
	}
	if n := logged(t, w, "worker.reveal"); n != 1 {
		t.Errorf("%d looks are logged", n)
	}
}

// logged counts the entries of an action in the audit log.
func logged(t *testing.T, w *world.World, action string) (n int) {
	t.Helper()
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		list, _, err := audit.List(t.Context(), tx, audit.Filter{Action: action, Limit: 100})
		n = len(list)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRow_of_a_person_is_masked_until_a_reason_is_given(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Person(t, "卞若溪")
	c := w.Client(t, world.Danyang)
	file := page(t, c.Get("/workers/"+who.ID.String()), 200)
	to := file.Find(".tx-timeline a.tx-source").Last().AttrOr("href", "")
	a := c.Get(to)
	doc := page(t, a, 200)
	has(t, words(doc.Find("tbody")), "姓名 卞若溪 卞若溪", "岗位类别 生产操作 生产操作", "是否工会会员 是 是", "性别 女 女")
	hasNot(t, a, who.Number, "19900000001")
	if n := logged(t, w, "worker.cells"); n != 1 {
		t.Errorf("%d looks are logged", n)
	}
	form := doc.Find("form[action*='/rows/']").AttrOr("action", "")
	shown := c.Form(form, url.Values{"reason": {"verify"}})
	page(t, shown, 200)
	has(t, string(shown.Body), who.Number, "19900000001")
	if n := logged(t, w, "worker.reveal_cells"); n != 1 {
		t.Errorf("%d looks are logged", n)
	}
	page(t, c.Form(form, nil), 422)
	page(t, w.Client(t, world.Auditor).Form(form, url.Values{"reason": {"verify"}}), 403)
	for _, path := range []string{to, strings.ReplaceAll(to, who.ID.String(), w.Person(t, "阚语桐").ID.String()), strings.ReplaceAll(to, "/rows/0/", "/rows/7/"), "/imports/1/rows/x/1", "/imports/1/rows/0/0", "/imports/1/rows/0/99999999999"} {
		page(t, w.Client(t, world.Jurong).Get(path), 404)
	}
}

// Whole numbers leave the system only with a purpose, which stands in everybody's log of looks.
func TestWorkers_are_given_out_with_whole_numbers_for_a_purpose_alone(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	wang := w.Person(t, "卞若溪")
	doc := page(t, c.Get("/workers?district=321181"), 200)
	doc = page(t, c.Get(href(t, doc, "main a.btn", "带号码导出")), 200)
	has(t, words(doc.Find("main")), "丹阳市", "遮盖", "完整号码", "导出原因")
	if doc.Find("form input[name=district][value='321181']").Length() != 1 {
		t.Error("the form forgets the district")
	}
	ask := func(numbers, why string) url.Values {
		return url.Values{"district": {"321181"}, "numbers": {numbers}, "format": {"csv"}, "why": {why}}
	}
	masked := c.Form("/workers/export", ask("masked", ""))
	has(t, strings.Join(flat(sheetOf(t, masked)), "|"), "卞若溪", "3299************26", "199****0001")
	hasNot(t, masked, world.Secrets()...)
	for _, why := range []string{"", "看", wang.Number} {
		a := c.Form("/workers/export", ask("full", why))
		doc := page(t, a, 422)
		if doc.Find("#f-why-problem").Length() != 1 || doc.Find("input[name=numbers][value=full][checked]").Length() != 1 {
			t.Errorf("%q: not told beside the field, or the choice is lost", why)
		}
		if why != wang.Number {
			hasNot(t, a, world.Secrets()...)
		}
	}
	page(t, c.Form("/workers/export", ask("all", "核对补贴")), 422)
	page(t, w.Client(t, world.Auditor).Form("/workers/export", ask("full", "核对补贴")), 403)
	if n := looks(t, w, "卞若溪"); n != 0 {
		t.Errorf("%d looks before anything was given out", n)
	}
	full := c.Form("/workers/export", ask("full", "核对补贴"))
	if rows := sheetOf(t, full); !strings.Contains(string(full.Body), wang.Number) || len(rows) < 5 {
		t.Errorf("%q", rows)
	}
	if n := looks(t, w, "卞若溪"); n != 1 {
		t.Errorf("%d looks at her file are logged", n)
	}
}

// looks is how often somebody saw a person's numbers for this purpose.
func looks(t *testing.T, w *world.World, name string) (n int) {
	t.Helper()
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_entry WHERE action = 'worker.reveal' AND subject = $1 AND detail LIKE '%核对补贴%'", []any{w.Person(t, name).ID.String()}, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
