//go:build browser

package web_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
)

// The desk's way through the list of certificates: filtered, a filter taken away, ordered, searched by a number, opened; then the columns
// chosen, kept over another page, and the usual ones back. At last the same list on a phone.
func TestBrowser_goes_through_the_list_of_certificates(t *testing.T) {
	for _, lang := range locale.Langs {
		t.Run(string(lang), func(t *testing.T) {
			w := world.New(t)
			srv := httptest.NewServer(w.Handler)
			t.Cleanup(srv.Close)
			ctx, complaints := chromium(t)
			p := locale.New(lang)
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
			asked := func(js string) string {
				t.Helper()
				got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			says := func(what, sel string, all ...string) {
				t.Helper()
				got := asked(`document.querySelector("` + sel + `").innerText`)
				for _, want := range all {
					if !strings.Contains(got, want) {
						t.Errorf("%s: %q is missing in %.300q", what, want, strings.Join(strings.Fields(got), " "))
					}
				}
			}
			do("login", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/certificates"), chromedp.SendKeys(css("#f-user"), world.Danyang), chromedp.SendKeys(css("#f-password"), world.Password),
				chromedp.Click(css("form[action='/login'] button.btn-primary")), chromedp.WaitReady(css("form[action='/certificates']")))
			if lang == locale.ZH { // the browser asks for English
				do("中文", chromedp.Click(css(".tx-side button[name=lang]")), chromedp.WaitReady(css("html[lang=zh-CN]")))
			}
			says("list", "main h1", p.T("web.nav_certificates"))
			do("filter", chromedp.SetValue(css("select[name=rank]"), "4"), chromedp.SetValue(css("#f-to"), "2022-12-31"), chromedp.Click(css(".tx-filter button")), chromedp.WaitReady(css(".tx-chips li + li")))
			says("chips", ".tx-chips", p.T("cn.rank.4"), "2022-12-31")
			if at := asked(`location.pathname + location.search`); at != "/certificates?rank=4&to=2022-12-31" {
				t.Errorf("the filters stand in %s", at)
			}
			do("one filter away", chromedp.Click(css(".tx-chips li:first-child a")), chromedp.WaitNotPresent(css(".tx-chips li + li")))
			do("by level", chromedp.Click(css("thead a[href*='sort=rank']")), chromedp.WaitReady(css("th[aria-sort=ascending]")))
			do("by number", chromedp.SendKeys(css(".tx-filter input[name=q]"), "S000032000000171720104"), chromedp.Click(css(".tx-filter button")), chromedp.WaitReady(css("tbody tr:only-child")))
			if at := asked(`location.href`); strings.Contains(at, "S0000") {
				t.Errorf("the number stands in %s", at)
			}
			says("masked", "tbody", "S000****")
			do("opened", chromedp.Click(css("tbody a[href*='/certificates/']")), chromedp.WaitReady(css("main h1 + p, main .tx-pairs")))
			says("certificate", "main", "S000****")

			do("columns opened by key", chromedp.Navigate(srv.URL+"/certificates"), chromedp.Focus(css(".tx-pick summary")), chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(css(".tx-pick[open]")))
			do("closed by key", chromedp.KeyEvent(kb.Escape), chromedp.WaitReady(css(".tx-pick:not([open])")))
			do("columns chosen", chromedp.Click(css(".tx-pick summary")), chromedp.Click(css(".tx-pick input[value=employer]")), chromedp.Click(css(".tx-pick input[value=number]")), chromedp.Click(css(".tx-pick button:not([name])")),
				chromedp.WaitNotPresent(css(".tx-pick[open]")), chromedp.WaitReady(css("main tbody tr")))
			do("another page", chromedp.Navigate(srv.URL+"/certificates?sort=issued"), chromedp.WaitReady(css("th[aria-sort=ascending]")))
			says("chosen", "main thead", p.T("web_worker.paper_number"))
			if heads := asked(`document.querySelector("main thead").innerText`); strings.Contains(heads, p.T("web.employer")) {
				t.Errorf("the column is still there: %q", heads)
			}
			do("the usual ones", chromedp.Click(css(".tx-pick summary")), chromedp.Click(css(".tx-pick button[name=usual]")), chromedp.WaitNotPresent(css(".tx-pick[open]")), chromedp.WaitReady(css("main tbody tr")))
			says("usual", "main thead", p.T("web.employer"))
			do("on a phone", chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/certificates"), chromedp.WaitReady(css("tbody tr")), chromedp.Click(css(".tx-pick summary")), chromedp.WaitReady(css(".tx-pick[open]")))
		})
	}
}
