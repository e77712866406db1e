//go:build browser

package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

// walks are the main stories of the pages, in an order in which each leaves behind what the next needs.
var walks = []struct {
	name string
	walk func(*guide)
}{
	{"doors", walkDoors},
	{"people", walkPeople},
	{"a file", walkFile},
	{"certificates", walkCertificates},
	{"headings that nobody knows", walkHeadings},
	{"an import and back", walkImport},
	{"leavers", walkLeavers},
	{"credit codes", walkCodes},
	{"twins", walkTwins},
	{"conflicts", walkConflicts},
	{"returns", walkReturns},
	{"units", walkUnits},
	{"figures", walkFigures},
	{"users", walkUsers},
	{"tokens", walkTokens},
	{"audit", walkAudit},
	{"requests and erasure", walkRequests},
	{"a worker's phone", walkPhone},
}

// unwalked are the routes that no walk asks for, each with the reason.
var unwalked = map[string]string{
	"POST /demo/role":            "only of a made-up city; TestBrowser_changes_the_role_in_one_click",
	"GET /imports/{id}/progress": "may be over before it is asked; TestBrowser_goes_from_login_over_an_import_to_the_cell_behind_a_figure",
	"POST /imports/{id}/confirm": "sent along with the apply form; for programs and open pages of older versions",
}

func TestBrowser_walks_every_page_in_both_languages(t *testing.T) {
	for _, lang := range locale.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			g := newGuide(t, lang)
			for _, w := range walks {
				start := time.Now()
				if !t.Run(w.name, func(t *testing.T) {
					g.t = t
					w.walk(g)
				}) && g.ctx.Err() != nil {
					t.Fatal(g.ctx.Err())
				}
				t.Logf("%-28s %v", w.name, round(time.Since(start)))
			}
			g.t = t
			var missing []string
			for _, r := range (&web.Server{}).Routes() {
				route := r.Method + " " + r.Pattern
				if _, known := unwalked[route]; !known && !g.seen.routes[route] {
					missing = append(missing, route)
				}
			}
			slices.Sort(missing)
			if len(missing) > 0 {
				t.Errorf("no walk asks for\n%s", strings.Join(missing, "\n"))
			}
		})
	}
}

func walkDoors(g *guide) {
	k := g.p.T
	g.see("an address for those who are in leads to the login", "/imports", k("web_login.sub"))
	g.fill("#f-user", "danyang", "#f-password", "wrong")
	g.refused(401, "a wrong password", "form[action='/login'] button.btn-primary", k("account.login_failed"))
	if got := g.value("#f-user", "value") + g.value("#f-password", "value"); got != "danyang" {
		g.t.Errorf("the form holds %q", got)
	}
	g.fill("#f-password", "Qiao-Liang-2023")
	g.press("the right one leads on", "form[action='/login'] button.btn-primary", k("web.nav_imports"))
	g.press("dark", ".tx-side button[name=theme]")
	g.press("light", ".tx-side button[name=theme]")
	g.press("home", ".tx-side a.tx-brand", k("web_home.recent"))
	g.answer = 404
	g.see("no such address", "/nowhere", "404")
	g.as(world.Firm)
	g.answer = 403
	g.see("no right", "/users", "403")
	g.as(world.Auditor)
	g.see("password", "/password", k("web_login.change_note"))
	g.fill("#f-old", "Qiao-Liang-2023", "#f-password", "Jing-Shen-2024", "#f-again", "other")
	g.refused(422, "typed twice, differently", "form[action='/password'] button.btn-primary", k("web_login.again_wrong"))
	g.fill("#f-old", "Qiao-Liang-2023", "#f-password", "Jing-Shen-2024", "#f-again", "Jing-Shen-2024")
	g.press("changed", "form[action='/password'] button.btn-primary", k("web_login.changed"))
	g.with("auditor", "Jing-Shen-2024")
	g.see("purposes", "/purposes", k("web_purpose.without"))
	g.out()
	g.see("the interface, for everybody", "/reference", k("web_reference.errors"), "/api/v1/workers")
}

func walkPeople(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	g.press("people", ".tx-side a[href='/workers']", "逄立恒")
	g.fill("#f-q", "佘")
	g.press("found", "form[action='/workers'].tx-filter button", "佘怀瑾", "佘清和")
	if got := g.value("tbody tr:nth-child(3)", "tagName"); got != "" {
		g.t.Error("more than two are found")
	}
	g.press("filter taken off", ".tx-chips a")
	g.fill("select[name=rank]", "4")
	g.press("filtered", "form[action='/workers'].tx-filter button", "佘清和", g.text("select[name=rank] option[value='4']"))
	g.press("sorted", "thead th a")
	if got := g.value("thead th[aria-sort]", "tagName"); got != "TH" {
		g.t.Error("no heading is sorted by")
	}
	g.files("people", "/workers")
	g.press("with numbers", "a[href^='/workers/export']", k("web_worker.out_logged"))
	g.click("whole", "input[name=numbers][value=full]")
	g.refused(422, "without a reason", "form[action='/workers/export'] button.btn-primary", k("web_worker.out_full"))
	g.fill("#f-why", "核对补贴")
	if b := g.file("whole numbers", "form[action='/workers/export'] button.btn-primary"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("the file begins with %.20q", b)
	}
}

func walkFile(g *guide) {
	k, person := g.p.T, g.w.Person(g.t, "逄立恒")
	g.as(world.Danyang)
	g.see("a person", "/workers/"+person.ID.String(), "逄立恒", k("web_worker.timeline"), "3299************13")
	g.click("show", "details:has(input[value=id_number]) summary")
	g.fill("#f-reason-id_number", "verify")
	g.press("shown", "form:has(> input[value=id_number]) button", person.Number, k("web.shown_logged"))
	g.see("the file again", "/workers/"+person.ID.String())
	g.press("source", "main td a.tx-source", "逄立恒", k("web_intake.row_cells"))
	g.fill("#f-reason", "verify")
	g.press("cells in clear", "form[action*='/rows/'] button", person.Number)
	g.see("the file once more", "/workers/"+person.ID.String())
	g.press("certificate", "main a[href*='/certificates/']", k("web_worker.rests"))
	g.fill("form[action$='/revoke'] input[name=on]", "2023-04-01", "form[action$='/revoke'] input[name=why]", "查实为无效证书")
	g.press("revoked", "form[action$='/revoke'] button.btn-primary")
	if g.value("form[action$='/restore']", "method") == "" {
		g.press("certificate again", "main a[href*='/certificates/']")
	}
	g.fill("form[action$='/restore'] input[name=why]", "复核后有效")
	g.press("restored", "form[action$='/restore'] button.btn-primary")
}

func walkCertificates(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	g.press("certificates", ".tx-side a[href='/certificates']", k("web_worker.paper_number"))
	g.files("certificates", "/certificates")
	g.fill("#f-q", "逄立恒")
	g.press("found", "form[action='/certificates'] button", "S000****")
	g.see("all", "/certificates")
	g.click("columns", ".tx-pick summary")
	g.press("the usual ones", ".tx-pick button[name=usual]")
}

func walkHeadings(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	g.upload("台账.csv", "roster", ownHeadings)
	g.work("no heading is known", "main a[href$='/columns']", k("web_intake.columns_ask"))
	g.press("what the columns are", "main a[href$='/columns']", "329*************16", k("web_intake.columns_note"))
	for i, col := range []string{"name", "id_number", "employer", "post"} {
		g.fill(fmt.Sprintf("select[name=column_%d]", i), col)
	}
	g.press("said", "#f-columns button.btn-primary")
	g.work("read", "#apply", k("web_intake.apply_do", "1"))
	g.press("not taken in", "#apply button[formaction$='/discard']")
	g.press("remembered", "main a[href='/imports/mappings']", "怎么称呼")
	g.press("forgotten", "form[action$='/forget'] button", k("web_intake.mappings_none"))
}

// Each guard of the walks bites.
func TestBrowser_a_walk_hears_what_it_guards(t *testing.T) {
	policy := "default-src 'self'; img-src *"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		switch r.URL.Path {
		case "/page":
			fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><body><a class="tx-skip" href="#main">skip</a><main id="main"><h1>Page</h1><p style="color:red">red</p><p>audit.detail_reason</p><p>web_figure.unit_unknown %!d(string=3)</p><p>unmarked 张三</p><p lang="zh-CN">李四</p>
<img alt="" src="http://127.0.0.2:1/x.png"><script src="/script"></script></main><footer></footer></body></html>`)
		case "/script":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `console.error("no"); null.member`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	g := &guide{t: t, p: locale.New(locale.EN), at: srv.URL}
	g.ctx, g.heard = chromium(t)
	g.run("page", chromedp.Navigate(srv.URL+"/page"))
	all := strings.Join(g.found("page"), "\n")
	for _, want := range []string{"Content Security Policy", "console: error", "exception: ", "asks another host: http://127.0.0.2:1/x.png", "key of the catalogue: audit.detail_reason", "broken verb", "Chinese that is not marked"} {
		if !strings.Contains(strings.ReplaceAll(all, ":  ", ": "), want) {
			t.Errorf("%q is not heard in\n%s", want, all)
		}
	}
	if strings.Contains(all, "not marked: <p> \"李四") || strings.Count(all, "not marked") != 1 {
		t.Error("a marked original is heard")
	}
	g.answer = 404
	g.run("page", chromedp.Navigate(srv.URL+"/page"))
	if all := strings.Join(g.found("page"), "\n"); !strings.Contains(all, "the page had no status of 404") {
		t.Errorf("a page that should have been refused is not heard in\n%s", all)
	}
}
