//go:build browser

package web_test

import (
	"strings"

	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// A worker's way on a phone of 390 px: the address in the slip's QR code, first login, notice, own file, who looked, a correction asked
// for and answered, a complaint. Before any page it is another browser: nobody is in.
func walkPhone(g *guide) {
	k, danyang, person := g.p.T, g.w.Actor(g.t, world.Danyang), g.w.Person(g.t, "卞若溪")
	g.out()
	g.wide(390)
	run, err := g.w.Registry.MakeSlips(g.t.Context(), danyang, registry.SlipInput{Workers: []registry.WorkerID{person.ID}})
	if err != nil {
		g.t.Fatal(err)
	}
	g.see("slip", "/me/activate#w/"+run.Slips[0].Code)
	if got := asked(g.t, g.ctx, `document.querySelector("#f-code").value + location.hash`); got != run.Slips[0].Code {
		g.t.Errorf("the form holds %q: the code stands in the address still, or not in the form", got)
	}
	g.fill("#f-id", "0027", "#f-phone", "0001", "#f-password", world.Password, "#f-again", world.Password)
	g.refused(401, "another number", "form[data-slip] button.btn-primary")
	g.fill("#f-code", run.Slips[0].Code, "#f-id", "0026", "#f-phone", "0001", "#f-password", world.Password, "#f-again", world.Password)
	g.press("first login", "form[data-slip] button.btn-primary", k("web_own.notice_rights"), registry.NoticeVersion())
	g.press("own file", "form[action='/me/notice'] button", "卞若溪", "丹阳花名册2022年6月.csv", "3299")
	g.press("the number", "button[name=field][value=id_number]", person.Number)
	if b := g.file("copy", "form[action='/me/copy'] button"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("the copy begins with %.20q", b)
	}
	g.press("consents", "a[href='/me/consents']", k("web_own.not_given"))
	g.press("given", "form[action='/me/consents'] button[value='1']", k("web_own.given"))
	g.press("withdrawn", "form[action='/me/consents'] button[value='0']")
	g.see("notice again", "/me/notice", registry.NoticeVersion())
	g.press("timeline", ".tx-tabs a[href='/me/timeline']")
	if _, err := g.w.Registry.Find(g.t.Context(), danyang, person.ID); err != nil {
		g.t.Fatal(err)
	}
	g.press("who looked", ".tx-tabs a[href='/me/looks']", k("registry.look.worker.open"), "丹阳市总工会")
	g.press("requests", ".tx-tabs a[href='/me/requests']")
	g.press("a correction", "main a[href='/me/requests/new?kind=correct']")
	g.fill("#f-text", "入职日期应为2010年12月1日")
	g.press("asked", "form[action='/me/requests'] button.btn-primary", k("web_own.registered"))
	list, _, _, err := g.w.Registry.ListRequests(g.t.Context(), danyang, registry.RequestFilter{})
	if err != nil || len(list) == 0 {
		g.t.Fatalf("the district sees %v %v", list, err)
	}
	for _, r := range list {
		if r.Worker == person.ID && r.Kind == registry.RequestCorrect {
			err = g.w.Registry.FinishRequest(g.t.Context(), danyang, person.ID, r.ID, "已按劳动合同更正")
		}
	}
	if err != nil {
		g.t.Fatal(err)
	}
	g.press("requests again", ".tx-tabs a[href='/me/requests']")
	g.press("the answer", "main .list-group li:last-child a", "已按劳动合同更正", k("account.role.district"))
	g.press("complaint", "main a[href='/me/requests/new?kind=opinion']")
	g.answer = 403
	g.see("no page of an officer", "/workers", "403")
}
