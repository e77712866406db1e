//go:build browser

package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/account"
	"tuoxing/internal/intake"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
)

// watched is a server of a world whose apply begins only after a browser has asked for the bar, so
// that the bar is there to be seen.
func watched(t *testing.T, w *world.World) *httptest.Server {
	t.Helper()
	asked := make(chan struct{})
	var once sync.Once
	pages := w.Pages(func(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error {
		v, err := w.Viewer(ctx, who)
		if err != nil {
			return err
		}
		switch act {
		case "stage":
			if _, err := w.Intake.Stage(ctx, v, id); err != nil {
				return err
			}
			_, err = w.Intake.DryRun(ctx, v, id)
			return err
		case "apply":
			go func() {
				<-asked
				if _, err := w.Intake.Apply(context.WithoutCancel(ctx), v, id); err != nil {
					t.Errorf("apply: %v", err)
				}
			}()
			return nil
		}
		_, err = w.Intake.Undo(ctx, v, id, why)
		return err
	}).Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(rw, r)
		if strings.HasSuffix(r.URL.Path, "/progress") {
			once.Do(func() { close(asked) })
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { once.Do(func() { close(asked) }) })
	return srv
}

func TestBrowser_goes_from_login_over_an_import_to_the_cell_behind_a_figure(t *testing.T) {
	for _, lang := range locale.Langs {
		t.Run(string(lang), func(t *testing.T) {
			w := world.New(t)
			srv := watched(t, w)
			ctx, complaints := chromium(t)
			p := locale.New(lang)
			file := filepath.Join(t.TempDir(), "newcomers.csv")
			if err := os.WriteFile(file, []byte(newcomers), 0o600); err != nil {
				t.Fatal(err)
			}
			do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
				t.Helper()
				if err := chromedp.Do(ctx, steps...); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				for _, c := range complaints() {
					t.Errorf("%s: %s", what, c)
				}
			}
			says := func(what, sel string, all ...string) {
				t.Helper()
				got, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS(sel)))
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				for _, want := range all {
					if !strings.Contains(got, want) {
						t.Errorf("%s: %q is missing in %.300q", what, want, strings.Join(strings.Fields(got), " "))
					}
				}
			}
			type css = chromedp.CSS

			do("login", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/imports/new?lang="+string(lang)),
				chromedp.SendKeys(css("#f-user"), world.Danyang), chromedp.SendKeys(css("#f-password"), world.Password), chromedp.Click(css("form[action='/login'] button.btn-primary")),
				chromedp.WaitReady(css("form[action='/imports']")))
			do("language", chromedp.Navigate(srv.URL+"/imports"), chromedp.WaitReady(css("main h1")))
			if lang == locale.ZH { // the browser asks for English
				do("中文", chromedp.Click(css(".tx-side button[name=lang]")), chromedp.WaitReady(css("html[lang=zh-CN]")))
			}
			do("upload", chromedp.Click(css("main a[href='/imports/new']")), chromedp.WaitReady(css("#f-file")),
				chromedp.SetValue(css("#f-on"), "2023-04-05"), chromedp.SetUploadFiles(css("#f-file"), []string{file}), chromedp.Click(css("form[action='/imports'] button.btn-primary")),
				chromedp.WaitReady(css("#apply")))
			says("staged", "main", "newcomers.csv", p.T("web_intake.apply_do", "2"))
			do("apply", chromedp.Click(css("#apply button.btn-primary")), chromedp.WaitReady(css("#work")))
			do("the bar leads to the result", chromedp.WaitReady(css(".tx-alert.tx-good")))
			says("applied", "main", "+2", "SM3")
			do("figure", chromedp.Click(css("main table a[href='/figures/employees']")), chromedp.WaitReady(css("h2.card-title")))
			says("figure", ".tx-value .visually-hidden", "14")
			do("by level too", chromedp.SetValue(css(".tx-then label + label select[name=by]"), "rank_ever"), chromedp.Click(css(".tx-then label + label + button")), chromedp.WaitReady(css(".tx-chart-cross canvas")))
			do("rows", chromedp.Click(css("main a.btn-primary[href^='/figures/employees/rows']")), chromedp.WaitReady(css("table[data-rows] tfoot")))
			says("rows", "tfoot", "Σ 14")
			do("row", chromedp.Click(css("tbody tr:last-child a.tx-source")), chromedp.WaitReady(css("form[action*='/rows/']")))
			says("row", "main", "newcomers.csv", "蓟初到", "2023.4.1", "2023-04-01", "3299************25")
			do("shown", chromedp.Click(css("form[action*='/rows/'] button")), chromedp.WaitNotPresent(css("form[action*='/rows/']")), chromedp.WaitReady(css("main tbody")))
			says("shown", "main", "329901199702020225", p.T("web.shown_logged"))
		})
	}
}
