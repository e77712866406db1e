//go:build browser

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tuoxing/internal/locale"
	"tuoxing/internal/web"
	"tuoxing/internal/web/sample"
)

// browser starts Chromium, which the tests with the tag "browser" need, and collects what it
// complains about: content policy, console errors, exceptions.
func browser(t *testing.T) (ctx context.Context, complaints func() []string) {
	t.Helper()
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	var mu sync.Mutex
	var heard []string
	hear := func(s string) {
		mu.Lock()
		heard = append(heard, s)
		mu.Unlock()
	}
	err := chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			hear(fmt.Sprint(e.Entry.Level, ": ", e.Entry.Text))
		case *runtime.EventExceptionThrown:
			hear("exception: " + e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			hear("console: " + string(e.Type))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		got := heard
		heard = nil
		return got
	}
}

// A page that breaks the policy is heard, so that the silence of the others means something.
func TestBrowser_hears_a_page_that_breaks_the_policy(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!DOCTYPE html><link rel="icon" href="data:,"><p style="color:red">x</p><script>1</script>`)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	ctx, complaints := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL), chromedp.Sleep(200*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if got := complaints(); len(got) < 2 {
		t.Errorf("heard only %q", got)
	}
}

func TestBrowser_shows_every_page_without_complaint_and_without_side_scroll(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, complaints := browser(t)
	for _, width := range []int64{1440, 390} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		for _, lang := range locale.Langs {
			for _, s := range sample.Pages(lang) {
				name := fmt.Sprintf("%s/%s at %d px", lang, s.Path, width)
				if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/gallery/"+string(lang)+"/"+s.Path)); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if over > 0 {
					t.Errorf("%s is %d px too wide", name, over)
				}
				// The gallery has no answer for a progress bar that fetches itself again.
				for _, c := range complaints() {
					if !strings.Contains(c, "404") || !strings.HasPrefix(s.Path, "import-") {
						t.Errorf("%s: %s", name, c)
					}
				}
			}
		}
	}
}

func TestBrowser_draws_the_charts_from_their_tables(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, complaints := browser(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/gallery/zh/home"), chromedp.Sleep(300*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll(".tx-chart canvas").length`))
	if err != nil || n != 2 {
		t.Errorf("%d charts are drawn, %v", n, err)
	}
	if got := complaints(); len(got) > 0 {
		t.Error(got)
	}
}

func TestBrowser_keys_search_walk_and_close(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, _ := browser(t)
	press := func(key string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
			_, err := chromedp.Evaluate[bool](`(document.activeElement||document.body).dispatchEvent(new KeyboardEvent("keydown",{key:"`+key+`",bubbles:true}))`)(ctx, tg)
			return err
		})
	}
	focus := func() string {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.activeElement.name || document.activeElement.textContent.trim()`))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/gallery/zh/workers"), press("/")); err != nil {
		t.Fatal(err)
	}
	if got := focus(); got != "q" {
		t.Errorf("/ leads to %q", got)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("tbody a").focus(), true`)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, press("ArrowDown"), press("ArrowDown"), press("ArrowUp")); err != nil {
		t.Fatal(err)
	}
	if got := focus(); got != "李四" {
		t.Errorf("the arrows lead to %q", got)
	}
}
