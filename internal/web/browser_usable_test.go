//go:build browser

package web_test

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tuoxing/internal/locale"
	"tuoxing/internal/web"
	"tuoxing/internal/web/sample"
)

//go:embed testdata/usable.js
var usable string

// view is one way in which a page is looked at: a width in CSS pixels, light or dark, and what is
// asked there. 320 pixels are a window of 640 at 200 % (WCAG 1.4.10).
type view struct {
	width  int64
	theme  string
	checks string
}

var views = []view{
	{1440, "light", "{names: true, contrast: true, lang: true, targets: true, focus: true, wide: true}"},
	{1440, "dark", "{contrast: true}"},
	{390, "dark", "{contrast: true}"},
	{390, "light", "{names: true, targets: true, wide: true}"},
	{320, "light", "{wide: true}"},
}

func lookAt(l view, lang locale.Lang) string {
	return fmt.Sprintf("document.documentElement.dataset.bsTheme = %q; %s; usable(%q, %s)", l.theme, usable, lang, l.checks)
}

func TestBrowser_every_page_can_be_used_by_everybody(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	t.Cleanup(srv.Close) // after the languages, which run beside each other
	for _, lang := range locale.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			ctx, complaints := chromium(t)
			width := int64(0)
			for _, s := range sample.Pages(lang) {
				if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/gallery/"+string(lang)+"/"+s.Path), chromedp.KeyEvent(kb.Tab)); err != nil {
					t.Fatalf("%s: %v", s.Path, err)
				}
				for _, l := range views {
					if l.width != width {
						if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, 900)); err != nil {
							t.Fatal(err)
						}
						width = l.width
					}
					got, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](lookAt(l, lang)))
					if err != nil {
						t.Fatalf("%s: %v", s.Path, err)
					}
					for _, bad := range got {
						t.Errorf("%s/%s at %d px, %s: %s", lang, s.Path, l.width, l.theme, bad)
					}
				}
				for _, c := range complaints() {
					// A browser says so when the Tab key was faster than the field that wants the focus.
					if !strings.Contains(c, "Autofocus") {
						t.Errorf("%s/%s: %s", lang, s.Path, c)
					}
				}
			}
		})
	}
}

// Each check finds what it is there for.
func TestBrowser_hears_what_cannot_be_used(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><style>.grey{color:#999;background:#fff}.small{display:inline-block;width:10px;height:10px;overflow:hidden}.bare:focus{outline:none}.tx-scroll{width:100px;overflow:auto}</style>
<body><main><h2>No first heading</h2><p class="grey">pale</p><p>张三 web_figure.open_rows</p><input name="q"><a class="small" href="#a">a</a><a class="small" href="#b">b</a><button class="bare">x</button>
<div class="tx-scroll"><div style="width:3000px">wide</div></div><div style="width:2000px">wider</div><img src="http://127.0.0.2:1/x.png"></main></body></html>`)
	}))
	defer srv.Close()
	ctx, _ := chromium(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 900), chromedp.Navigate(srv.URL), chromedp.KeyEvent(kb.Tab)); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](lookAt(views[0], locale.EN)))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"has contrast 2.8", "has no name", "h1:", "has no footer", "does not skip", "key of the catalogue", "asks another host", "not marked", "too small", "does not show that it has the focus", "px too wide", "cut off without a word"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not heard in\n%s", want, all)
		}
	}
}
