//go:build browser

package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// A worker's way on a phone of 390 px: the address in the slip's QR code, first login, notice, own file, who looked, a correction asked
// for and answered, a complaint.
func TestBrowser_goes_a_workers_way_on_a_phone(t *testing.T) {
	for _, lang := range locale.Langs {
		t.Run(string(lang), func(t *testing.T) {
			w := world.New(t)
			srv := httptest.NewServer(w.Handler)
			t.Cleanup(srv.Close)
			ctx, complaints := browser(t)
			p, danyang, person := locale.New(lang), w.Actor(t, world.Danyang), w.Person(t, "卞若溪")
			run, err := w.Registry.MakeSlips(t.Context(), danyang, registry.SlipInput{Workers: []registry.WorkerID{person.ID}})
			if err != nil {
				t.Fatal(err)
			}
			type css = chromedp.CSS
			do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
				t.Helper()
				if err := chromedp.Do(ctx, steps...); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
				if err != nil || over > 0 {
					t.Errorf("%s: %d px too wide, %v", what, over, err)
				}
				for _, c := range complaints() {
					t.Errorf("%s: %s", what, c)
				}
			}
			says := func(what string, all ...string) {
				t.Helper()
				got, err := chromedp.Run(ctx, chromedp.TextContent(css("main")))
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				for _, want := range all {
					if !strings.Contains(got, want) {
						t.Errorf("%s: %q is missing in %.400q", what, want, strings.Join(strings.Fields(got), " "))
					}
				}
			}
			do("slip", chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/me/activate#w/"+run.Slips[0].Code), chromedp.WaitReady(css("form[data-slip]")))
			code, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("#f-code").value + location.hash`))
			if err != nil || code != run.Slips[0].Code {
				t.Errorf("the form holds %q (%v): the code stands in the address still, or not in the form", code, err)
			}
			if lang == locale.ZH { // the browser asks for English
				do("中文", chromedp.Click(css("button[name=lang]")), chromedp.WaitReady(css("html[lang=zh-CN]")), chromedp.SendKeys(css("#f-code"), run.Slips[0].Code))
			}
			do("first login", chromedp.SendKeys(css("#f-id"), "0026"), chromedp.SendKeys(css("#f-phone"), "0001"), chromedp.SendKeys(css("#f-password"), world.Password), chromedp.SendKeys(css("#f-again"), world.Password),
				chromedp.Click(css("form[data-slip] button.btn-primary")), chromedp.WaitReady(css("form[action='/me/notice']")))
			says("notice", p.T("web_own.notice_rights"), registry.NoticeVersion())
			do("own file", chromedp.Click(css("form[action='/me/notice'] button")), chromedp.WaitReady(css("form[action='/me/copy']")))
			says("own file", "卞若溪", "丹阳花名册2022年6月.csv", "3299")
			do("show the number", chromedp.Click(css("button[name=field][value=id_number]")), chromedp.WaitNotPresent(css("button[name=field][value=id_number]")), chromedp.WaitReady(css("main h1")))
			says("the number", person.Number)
			do("timeline", chromedp.Click(css(".tx-tabs a[href='/me/timeline']")), chromedp.WaitReady(css(".tx-timeline")))
			if _, err := w.Registry.Find(t.Context(), danyang, person.ID); err != nil {
				t.Fatal(err)
			}
			do("who looked", chromedp.Click(css(".tx-tabs a[href='/me/looks']")), chromedp.WaitReady(css("main .list-group")))
			says("who looked", p.T("registry.look.worker.open"), "丹阳市总工会")
			do("ask", chromedp.Click(css(".tx-tabs a[href='/me/requests']")), chromedp.WaitReady(css("main .tx-next")), chromedp.Click(css("main a[href='/me/requests/new?kind=correct']")), chromedp.WaitReady(css("#f-text")),
				chromedp.SendKeys(css("#f-text"), "入职日期应为2010年12月1日"), chromedp.Click(css("form[action='/me/requests'] button.btn-primary")), chromedp.WaitReady(css(".tx-alert.tx-good")))
			list, _, _, err := w.Registry.ListRequests(t.Context(), danyang, registry.RequestFilter{})
			if err != nil || len(list) != 1 {
				t.Fatalf("the district sees %v %v", list, err)
			}
			if err := w.Registry.FinishRequest(t.Context(), danyang, person.ID, list[0].ID, "已按劳动合同更正"); err != nil {
				t.Fatal(err)
			}
			do("the answer", chromedp.Click(css(".tx-tabs a[href='/me/requests']")), chromedp.WaitReady(css("main .list-group a")), chromedp.Click(css("main .list-group a")), chromedp.WaitReady(css("main .text-break")))
			says("the answer", "已按劳动合同更正", p.T("account.role.district"))
			do("complain", chromedp.Click(css("main a[href='/me/requests/new?kind=opinion']")), chromedp.WaitReady(css("#f-text")))
		})
	}
}
