//go:build browser

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tuoxing/internal/locale"
	"tuoxing/internal/web"
	"tuoxing/internal/web/sample"
)

// chromium starts the browser, which the tests with the tag "browser" need, and collects what it
// complains about: content policy, console errors, exceptions, requests to other hosts.
func chromium(t *testing.T) (ctx context.Context, complaints func() []string) {
	t.Helper()
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-prefers-reduced-motion", true)) // a page that glides to its place is no target to click
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
		case *network.EventRequestWillBeSent: // every server of these tests is one of net/http/httptest
			if u, err := url.Parse(e.Request.URL); err != nil || strings.HasPrefix(u.Scheme, "http") && u.Hostname() != "127.0.0.1" {
				hear("asks another host: " + e.Request.URL)
			}
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
	ctx, complaints := chromium(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL), chromedp.Sleep(200*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if got := complaints(); len(got) < 2 {
		t.Errorf("heard only %q", got)
	}
}

func TestBrowser_draws_the_charts_from_their_tables(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, complaints := chromium(t)
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

// asked evaluates an expression that gives words.
func asked(t *testing.T, ctx context.Context, js string) string {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return got
}

const focused = `(document.activeElement.name || document.activeElement.textContent).trim().split("\n")[0]`

func TestBrowser_keys_search_walk_open_and_close(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, _ := chromium(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/gallery/zh/workers"), chromedp.KeyEvent("/"))
	if got := asked(t, ctx, focused); got != "q" {
		t.Errorf("/ leads to %q", got)
	}
	do(chromedp.KeyEvent("a/b"))
	if got := asked(t, ctx, `document.activeElement.value`); !strings.HasSuffix(got, "a/b") {
		t.Errorf("in the search a / is a letter, typed was %q", got)
	}
	asked(t, ctx, `document.querySelector("tbody a").focus(), ""`)
	do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	if got := asked(t, ctx, focused); got != "李四" {
		t.Errorf("the arrows lead to %q", got)
	}
	do(chromedp.Click(chromedp.CSS(".tx-menu summary")), chromedp.WaitReady(chromedp.CSS(".tx-menu[open]")), chromedp.KeyEvent(kb.Escape), chromedp.WaitReady(chromedp.CSS(".tx-menu:not([open])")))
	if got := asked(t, ctx, `document.activeElement.tagName`); got != "SUMMARY" {
		t.Errorf("after Esc the focus is at %s", got)
	}
	asked(t, ctx, `document.querySelector("tbody a").focus(), ""`)
	do(chromedp.KeyEvent(kb.Enter), chromedp.WaitNotPresent(chromedp.CSS("tbody a")))
	if got := asked(t, ctx, `location.pathname`); got != "/workers/1" {
		t.Errorf("Enter opens %q", got)
	}
}

// The bar of a phone has four places; the last opens what has no place of its own, so that the whole
// menu can be reached.
func TestBrowser_phone_reaches_the_whole_menu(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, complaints := chromium(t)
	const reached = `[...new Set([...document.querySelectorAll(".tx-tabs a")].filter((a) => a.checkVisibility()).map((a) => a.getAttribute("href")))].join(" ")`
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/gallery/zh/workers")); err != nil {
		t.Fatal(err)
	}
	if got := asked(t, ctx, reached); got != "/ /figures /workers" {
		t.Errorf("the bar has %q", got)
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".tx-more summary")), chromedp.WaitReady(chromedp.CSS(".tx-more[open]"))); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, n := range sample.Base(locale.ZH, "/").Nav {
		all = append(all, n.Href)
	}
	if got := asked(t, ctx, reached); got != strings.Join(all, " ") {
		t.Errorf("with the last place open the phone reaches %q", got)
	}
	if over := asked(t, ctx, `String([...document.querySelectorAll(".tx-more a")].some((a) => { const b = a.getBoundingClientRect(); return b.top < 0 || b.bottom > innerHeight || b.height < 24; }))`); over != "false" {
		t.Error("an entry lies outside the screen or is too small")
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Escape), chromedp.WaitReady(chromedp.CSS(".tx-more:not([open])"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints() {
		t.Error(c)
	}
}

// A row of a table is a block of lines on a phone, each with the heading of its column.
func TestBrowser_phone_shows_every_column_of_a_table(t *testing.T) {
	srv := httptest.NewServer(web.Gallery())
	defer srv.Close()
	ctx, _ := chromium(t)
	for _, page := range []string{"workers", "conflicts", "duplicates", "requests", "imports", "filings", "filing-call", "rows", "blocks", "users-bulk", "purposes", "worker", "import-applied", "figure"} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/gallery/zh/"+page)); err != nil {
			t.Fatal(err)
		}
		got := asked(t, ctx, `[...document.querySelectorAll(".tx-stack tbody tr")].slice(0, 8).flatMap((tr) => [...tr.children]).filter((c) => { const b = c.getBoundingClientRect(); return b.width === 0 || b.left < 0 || b.right > innerWidth; }).map((c) => c.textContent.trim()).join("; ")`)
		if got != "" {
			t.Errorf("%s: not to be seen: %s", page, got)
		}
		if got := asked(t, ctx, `[...document.querySelectorAll(".tx-stack td[data-th]")].filter((c) => getComputedStyle(c, "::before").content !== '"' + c.dataset.th.replaceAll('"', '\\"') + '"').length + " of " + document.querySelectorAll(".tx-stack td[data-th]").length`); !strings.HasPrefix(got, "0 of ") || got == "0 of 0" {
			t.Errorf("%s: cells without their heading: %s", page, got)
		}
	}
}
