//go:build browser

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

type css = chromedp.CSS

// guide goes through one installation with one browser, in one language. Whatever a step leads to is looked at: the browser
// complains of nothing, no other host is asked, no key of a catalogue and no unmarked Chinese is shown, nothing is too wide,
// and what works is named.
type guide struct {
	t      *testing.T
	ctx    context.Context
	w      *world.World
	p      locale.Printer
	at     string // address of the server
	heard  func() []string
	dir    string // of what was downloaded
	seen   *seen
	answer int // status that the page of this step has to have; 200 when not said
}

// seen collects which routes a browser asked for.
type seen struct {
	mu     sync.Mutex
	mux    *http.ServeMux
	routes map[string]bool
}

func (s *seen) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	_, pattern := s.mux.Handler(r)
	s.mu.Lock()
	s.routes[pattern] = true
	s.mu.Unlock()
}

// stepTime is after how long a step that leads nowhere is given up.
const stepTime = 30 * time.Second

// newGuide starts an installation and a browser, and chooses the language on the login page.
func newGuide(t *testing.T, lang locale.Lang) *guide {
	t.Helper()
	g := &guide{t: t, w: world.New(t), p: locale.New(lang), dir: t.TempDir(), seen: &seen{mux: http.NewServeMux(), routes: map[string]bool{}}}
	for _, r := range (&web.Server{}).Routes() {
		g.seen.mux.HandleFunc(r.Method+" "+r.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.seen.ServeHTTP(w, r)
		g.w.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	g.at = srv.URL
	g.ctx, g.heard = chromium(t)
	_, err := chromedp.Run(g.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		on := true
		_, err := chromedp.Call(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: g.dir, EventsEnabled: &on})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	g.wide(1440)
	g.see("login page", "/login")
	if lang == locale.ZH { // the browser asks for English
		g.press("中文", "button[name=lang]")
	}
	return g
}

// wide sets the window's width in CSS pixels.
func (g *guide) wide(px int64) {
	g.t.Helper()
	g.run("window", chromedp.EmulateViewport(px, 900))
}

func (g *guide) run(what string, steps ...chromedp.Action[chromedp.Void]) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		at, _ := chromedp.Run(g.ctx, chromedp.Evaluate[string](`location.pathname + " " + document.querySelector("main").innerText.slice(0, 600)`)) // said as far as it can be
		g.t.Fatalf("%s: %v at %s; heard %q", what, err, at, g.heard())
	}
}

// arrived waits for a page that was not looked at yet, looks at it, and finds the words on it.
func (g *guide) arrived(what string, says ...string) {
	g.t.Helper()
	g.run(what, chromedp.WaitReady(css("html:not([data-walked]) body footer")))
	g.look(what)
	g.says(what, says...)
}

// loaded waits for the whole page, then asks it what cannot be used (usable.js), and marks it as looked at.
const loaded = `new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", done)).then(() => { %s; document.documentElement.dataset.walked = 1; return usable(%q, {names: true, lang: true, wide: true}); })`

func (g *guide) look(what string) {
	g.t.Helper()
	for _, bad := range g.found(what) {
		g.t.Errorf("%s: %s", what, bad)
	}
}

// found is what is wrong with the page that is there.
func (g *guide) found(what string) []string {
	g.t.Helper()
	bad, err := chromedp.Run(g.ctx, chromedp.Evaluate[[]string](fmt.Sprintf(loaded, usable, g.p.Lang()), chromedp.EvalAwaitPromise))
	if err != nil {
		g.t.Fatalf("%s: %v", what, err)
	}
	return append(bad, g.complaints()...)
}

// complaints are what the browser heard. A page with a status of 400 and up is an error of its console too: where the step
// expects it, it has to be heard, and nothing else.
func (g *guide) complaints() []string {
	got := g.heard()
	if g.answer != 0 {
		want := fmt.Sprintf("status of %d", g.answer)
		i := slices.IndexFunc(got, func(s string) bool { return strings.Contains(s, want) })
		if i < 0 {
			return append(got, "the page had no "+want)
		}
		got, g.answer = slices.Delete(got, i, i+1), 0
	}
	return got
}

func (g *guide) says(what string, all ...string) {
	g.t.Helper()
	if len(all) == 0 {
		return
	}
	text := strings.Join(strings.Fields(g.text("main")), " ")
	for _, want := range all {
		if !strings.Contains(text, strings.Join(strings.Fields(want), " ")) {
			g.t.Errorf("%s: %q is missing in %.900q", what, want, text)
		}
	}
}

// text is what stands in the first element, value its value or attribute.
func (g *guide) text(sel string) string {
	g.t.Helper()
	return asked(g.t, g.ctx, fmt.Sprintf("document.querySelector(%q).textContent.trim()", sel))
}

func (g *guide) value(sel, name string) string {
	g.t.Helper()
	return asked(g.t, g.ctx, fmt.Sprintf("((e) => e ? String(e[%q] ?? e.getAttribute(%q) ?? '') : '')(document.querySelector(%q))", name, name, sel))
}

// see opens an address.
func (g *guide) see(what, path string, says ...string) {
	g.t.Helper()
	g.run(what, chromedp.Navigate(g.at+path))
	g.arrived(what, says...)
}

// press clicks what leads to another page.
func (g *guide) press(what, sel string, says ...string) {
	g.t.Helper()
	g.click(what, sel)
	g.arrived(what, says...)
}

func (g *guide) click(what, sel string) {
	g.t.Helper()
	g.run(what+": "+sel, chromedp.Click(css(sel)))
}

// refused presses what is answered by a page with this status.
func (g *guide) refused(status int, what, sel string, says ...string) {
	g.t.Helper()
	g.answer = status
	g.press(what, sel, says...)
}

// work waits for ordered work to end: the page goes on by itself until the element is there.
func (g *guide) work(what, sel string, says ...string) {
	g.t.Helper()
	g.run(what, chromedp.WaitReady(css(sel)))
	g.look(what)
	g.says(what, says...)
}

// fill gives fields their values: selector, value, …
func (g *guide) fill(pairs ...string) {
	g.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		g.run("fill "+pairs[i], chromedp.SetValue(css(pairs[i]), pairs[i+1]))
	}
}

// file clicks what is downloaded, and reads it.
func (g *guide) file(what, sel string) []byte {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.ctx, stepTime)
	defer cancel()
	ev, err := chromedp.Run(ctx, chromedp.WaitEvent(browser.DownloadProgress, func(e browser.EventDownloadProgress) bool {
		return e.State != browser.DownloadProgressStateInProgress
	}, chromedp.Click(css(sel))))
	if err != nil || ev.State != browser.DownloadProgressStateCompleted {
		g.t.Fatalf("%s: %s %v; heard %q", what, ev.State, err, g.heard())
	}
	b, err := os.ReadFile(filepath.Join(g.dir, ev.GUID))
	if err != nil || len(b) == 0 {
		g.t.Fatalf("%s: %d bytes, %v", what, len(b), err)
	}
	for _, c := range g.complaints() {
		g.t.Errorf("%s: %s", what, c)
	}
	return b
}

// files downloads a list as CSV and as Excel.
func (g *guide) files(what, path string) {
	g.t.Helper()
	if b := g.file(what, "a[href^='"+path+".csv']"); !strings.HasPrefix(string(b), "\ufeff") {
		g.t.Errorf("%s.csv begins with %.20q", path, b)
	}
	if b := g.file(what, "a[href^='"+path+".xlsx']"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("%s.xlsx begins with %.20q", path, b)
	}
}

// as logs out whoever is in, and a user in.
func (g *guide) as(login string) {
	g.t.Helper()
	g.with(login, world.Password)
}

func (g *guide) with(login, password string) {
	g.t.Helper()
	g.out()
	g.fill("#f-user", login, "#f-password", password)
	g.press("log in as "+login, "form[action='/login'] button.btn-primary")
}

// out logs out, unless nobody is in.
func (g *guide) out() {
	g.t.Helper()
	if g.value("form[action='/logout']", "method") == "" {
		g.see("login page", "/login")
		return
	}
	g.click("menu", ".tx-menu summary")
	g.press("log out", "form[action='/logout'] button")
}
