package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/testkit/world"
)

// ticked are the values that a list offers to choose.
func ticked(doc *goquery.Document, name string) []string {
	return doc.Find("tbody input[name=" + name + "]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("value", "") })
}

func TestChosen_units_get_a_later_day_together_after_a_question(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	at, _, _ := strings.Cut(led(t, c.Form("/filings", callForm("ask"))), "?")
	ids := ticked(page(t, c.Get(at), 200), "filing")
	q := url.Values{"filing": ids[:2]}
	doc := page(t, c.Get(at+"/extend?"+q.Encode()), 200)
	has(t, words(doc.Find(".tx-harm")), "给 2 家单位延期", "全部办理，或一项也不办理", "延期所选单位")
	if n := doc.Find(".tx-harm input[name=filing][checked]").Length(); n != 2 {
		t.Errorf("%d units are chosen", n)
	}
	page(t, c.Get(at+"/extend"), 200) // none: it says what to do
	q.Set("until", "2023-05-08")
	wrong := page(t, c.Form(at+"/extend", q), 422)
	if got := wrong.Find("input[name=until]").AttrOr("value", ""); got != "2023-05-08" || wrong.Find("#f-reason-problem").Length() != 1 {
		t.Errorf("the day became %q, or the missing reason is not beside its field", got)
	}
	q.Set("reason", "系统升级")
	to := led(t, c.Form(at+"/extend", q))
	has(t, words(page(t, c.Get(to), 200).Find(".tx-alert")), "已延期 2 家单位")
	q["filing"], q["until"] = ids, []string{"2023-05-05"}
	again := page(t, c.Form(at+"/extend", q), 422)
	has(t, words(again.Find("main")), "2 项不能办理（共选 3 项）", "什么都没有改动")
	if n, ok := again.Find(".tx-problem").Length(), again.Find("input[name=filing][checked]").Length(); n != 2 || ok != 1 {
		t.Errorf("%d are marked, %d would still be done", n, ok)
	}
	if late := page(t, c.Get(at), 200); strings.Contains(words(late.Find("tbody")), "2023-05-05") {
		t.Error("half of it was done")
	}
}

func TestChosen_users_are_locked_together_and_oneself_stops_it(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	q := url.Values{"user": ticked(page(t, c.Get("/users"), 200), "user")}
	has(t, words(page(t, c.Get("/users/lock?"+q.Encode()), 200).Find(".tx-harm")), "锁定 7 个账号", "danyang")
	doc := page(t, c.Form("/users/lock", q), 422)
	has(t, words(doc.Find("main")), "1 项不能办理（共选 7 项）", "什么都没有改动")
	left := doc.Find("input[name=user][checked]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("value", "") })
	has(t, words(page(t, c.Get(led(t, c.Form("/users/lock", url.Values{"user": left}))), 200).Find(".tx-alert")), "已锁定 6 个账号")
	if doc := page(t, c.Get("/users?state=locked"), 200); doc.Find("tbody tr").Length() != 6 {
		t.Errorf("locked are %s", words(doc.Find("tbody")))
	}
}
