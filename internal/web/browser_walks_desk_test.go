//go:build browser

package web_test

import (
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/testkit/world"
)

func walkReturns(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	g.press("returns", ".tx-side a[href='/filings']", k("web_filing.none"))
	g.press("form", ".tx-head a[href='/filings/new']")
	g.fill("#f-title", "四月花名册", "#f-kind", "roster", "#f-as_of", "2023-04-09", "#f-due_on", "2023-04-28", "#f-unit_kind", "enterprise")
	g.press("whom it would ask", "button[value=preview]", k("web_filing.preview_again"))
	g.press("asked", "button[value=ask]", "四月花名册")
	call := g.value("form[action$='/confirm']", "action")
	call = strings.TrimSuffix(call[strings.Index(call, "/filings/"):], "/confirm")
	g.fill("select[name=state]", "unsent")
	g.press("not sent", "form.tx-filter button", k("web_filing.unit"))
	g.press("reminder", ".tx-head a[href*='/remind']", k("web_filing.remind_note"))
	if got := g.value("#f-zh", "value"); !strings.Contains(got, "丹阳恒远机械有限公司") {
		g.t.Errorf("the reminder: %s", got)
	}
	g.click("copy", "button[data-copy=f-zh]")
	g.press("counts only", ".tx-head .tx-actions a")

	g.as(world.Firm)
	g.see("mine", "/filings/mine", "四月花名册")
	g.press("mine, too", ".tx-side a[href='/filings']", "四月花名册")
	g.press("one", "main h2 a", k("web_filing.where"))
	one := g.value("form[action$='/ask']", "action")
	one = strings.TrimSuffix(one[strings.Index(one, "/filings/"):], "/ask")
	g.fill("#f-ask-until", "2023-05-08", "#f-ask-reason", "系统升级")
	g.press("asks for time", "form[action$='/ask'] button", "系统升级")
	g.as(world.Danyang)
	g.see("the return", one, "系统升级")
	g.fill("#f-decline-reason", "期限充足")
	g.press("declined", "form[action$='/decline'] button", "期限充足")
	g.fill("#f-extend-until", "2023-05-05", "#f-extend-reason", "同意延期")
	g.press("extended", "form[action$='/extend'] button", "同意延期")

	send := func(name, text string) {
		g.as(world.Firm)
		g.see("the return of the firm", one)
		g.press("form of the import", ".tx-head a.btn-primary")
		g.attach("#f-file", g.written(name, text))
		g.click("upload", "form[action='/imports'] button.btn-primary")
		g.work("tried out", "#apply")
		g.click("apply", "#apply button.btn-primary")
		g.work("sent", ".tx-alert.tx-good")
		g.as(world.Danyang)
		g.see("the return, sent", one, k("filing.state.sent"))
	}
	row := "姓名,身份证号,单位名称,岗位类别\n蓟报送," + numbered("32990119800115001") + ",丹阳新光眼镜有限公司,生产操作\n"
	send("花名册.csv", row)
	g.fill("#f-return-reason", "缺少新入职人员")
	g.press("returned", "form[action$='/return'] button", "缺少新入职人员")
	send("花名册补.csv", row+"蓟补报,"+numbered("32990119800116001")+",丹阳新光眼镜有限公司,生产操作\n")
	g.press("confirmed", "form[action$='/confirm'] button.btn-primary", k("filing.state.confirmed"))
	g.see("the call", call+"?state=unsent")
	g.click("one", "tbody tr:nth-child(1) input[name=filing]")
	g.click("another", "tbody tr:nth-child(2) input[name=filing]")
	g.press("the question", "button[formaction$='/extend']", k("web_filing.extend_many_title", "2"))
	g.fill("#f-until", "2023-05-08")
	g.refused(422, "without a reason", "form.tx-harm button.btn-primary", k("filing.reason_missing"))
	g.fill("#f-reason", "系统升级")
	g.press("two have more time", "form.tx-harm button.btn-primary", k("web_filing.said_extended", "2"))
	g.see("the call", call)
	g.click("the first", "tbody input[name=filing]")
	g.refused(409, "what was not sent is not confirmed", "form[action$='/confirm'] button.btn-primary")
	g.click("the first", "tbody input[name=filing]")
	g.press("reminder of the chosen", "button[formaction$='/remind']")
}

func walkUnits(g *guide) {
	k := g.p.T
	g.as(world.City)
	g.press("units", ".tx-side a[href='/organisations']", g.p.T("web_organisation.people"), "丹阳新光眼镜有限公司")
	g.files("units", "/organisations")
	g.fill("#f-q", "恒远")
	g.press("found", "form.tx-filter button", "丹阳恒远机械有限公司")
	g.press("a unit", "tbody th a", k("web_organisation.history"))
	g.fill("main input[name=on]", "2022-03-01")
	g.press("on another day", "main form.tx-onpick button")
	g.see("units again", "/organisations")
	g.press("sorted by people", "thead th:last-child a")
	g.press("tree", "a[href^='/organisations/tree']", k("web_organisation.level", 1))
	g.press("opened", "tbody tr:nth-child(2) a.tx-twig")
}

func walkFigures(g *guide) {
	k := g.p.T
	g.as(world.City)
	g.press("figures", ".tx-side a[href='/figures']", k("web_figure.populations"))
	g.press("a card", "a.tx-cover[href*='/figures/employees']", k("web_figure.definition"))
	g.click("copy", "button[data-copy=f-sentence_zh]")
	g.run("copied", chromedp.WaitReady(css("[data-done]:not([hidden])")))
	g.fill(".tx-then label:nth-of-type(1) select[name=by]", "district", ".tx-then label:nth-of-type(2) select[name=by]", "rank_ever")
	g.press("two ways", ".tx-then button")
	g.run("drawn", chromedp.WaitReady(css(".tx-chart-cross canvas")))
	g.files("table", "/figures/employees/table")
	g.fill("select[name=pick]", "sex")
	g.press("a filter", "form:has(select[name=pick]) button", k("web_figure.pick_do"))
	g.click("one value", "#f-is input[name=is]")
	g.press("filtered", "#f-is button.btn-primary")
	g.press("taken off", ".tx-chips a")
	g.fill("main .tx-onpick input[name=on]", "2022-06-30", "main .tx-onpick input[name=block]", "3")
	g.press("as known then", "main .tx-onpick button")
	g.see("a rate", "/figures/highly_skilled_per_10k", k("web_figure.rate_note"))
	g.see("by district", "/figures/employees?by=district")
	g.press("into a district", "tbody th a")
	g.press("its rows", "main a.btn-primary[href*='/rows']", "Σ")
	g.files("rows", "/figures/employees/rows")
	g.press("source", "tbody a.tx-source", k("web_intake.row_cells"))
	g.see("blocks", "/blocks", "SM3")
	g.files("blocks", "/blocks")
	g.press("figures of a block", "tbody a")
}

var slipCode = regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5,6}){4}`)

func walkUsers(g *guide) {
	k := g.p.T
	g.as(world.SysAdmin)
	g.press("users", ".tx-side a[href='/users']", "danyang")
	g.press("roles", "a[href='/roles']", k("account.role.district"))
	g.see("form", "/users/new")
	g.fill("#f-login", "xinshou", "#f-name", "新手", "#f-role", "district", "#f-unit", "无此单位")
	g.refused(422, "no such unit", "form[action='/users'] button.btn-primary", "无此单位")
	g.fill("#f-unit", "丹阳市总工会")
	g.press("slip", "form[action='/users'] button.btn-primary", "xinshou")
	code := slipCode.FindString(g.text(".tx-slip"))
	g.out()
	g.see("first login", "/activate")
	g.fill("#f-login", "xinshou", "#f-code", code, "#f-password", "Kuai-Le-2024", "#f-again", "Kuai-Le-2024")
	g.press("in", "form[action='/activate'] button.btn-primary", k("web_home.recent"))

	g.as(world.SysAdmin)
	g.see("users", "/users")
	g.files("users", "/users")
	g.press("sorted", "thead th a")
	g.fill("input[name=q]", "xinshou")
	g.press("found", "form.tx-filter button", "xinshou")
	g.press("one", "tbody th a", k("web_account.sessions"))
	user := g.value("main a[href$='/lock']", "pathname")
	user = strings.TrimSuffix(user, "/lock")
	for _, act := range []string{"lock", "unlock", "sessions"} {
		g.see(act, user+"/"+act, k("web_account.do_"+act))
		g.press(act+" done", "form.tx-harm button.btn-primary", k("web_account.said_"+act))
	}
	g.see("change", user+"/set")
	g.fill("#f-name", "老手", "#f-unit", "句容市总工会")
	g.press("changed", "form.tx-harm button.btn-primary", k("web_account.said_set"))
	g.see("password", user+"/password")
	g.press("shown once", "form.tx-harm button.btn-primary", k("web_account.once"))
	password := g.value("#f-given", "value")
	g.with("xinshou", password)
	g.says("a given password is changed first", k("web_login.change_first"))
	g.as(world.SysAdmin)
	g.see("slip", user+"/slip")
	g.press("new slip", "form.tx-harm button.btn-primary", "xinshou")
	g.see("close", user+"/close")
	g.press("closed", "form.tx-harm button.btn-primary", k("web_account.said_close"))

	g.see("users of Danyang", "/users?q=jurong")
	g.click("one", "tbody input[name=user]")
	g.press("the question", "form[action='/users/lock'] button:not([formaction])", k("web_account.lock_many_title", "1"))
	g.press("locked together", "form.tx-harm button.btn-primary", k("web_account.said_locked", "1"))
	g.see("in bulk", "/users/bulk")
	g.fill("#f-list", "丹阳恒远机械有限公司\n丹阳云帆物流有限公司")
	g.press("for whom", "button[value=preview]", k("web_account.make_do", "2"))
	g.press("slips", "button[value=make]", k("web_account.slips_once"))
	g.see("who waits", "/users/bulk")
	g.click("the first", "tbody input[name=user]")
	g.press("again", "form[action='/users/slips'] button", k("web_account.slips_once"))

	g.as(world.Danyang)
	g.see("people without a login", "/slips", "卞若溪")
	g.click("one", "tbody input[name=worker]:not([disabled])")
	g.press("for whom", "button[name=step][value=plan]", k("web_slip.make_do", "1"))
	g.press("slip", "button[name=step][value=make]", k("web_slip.hand_out"))
}

func walkTokens(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	make := func(name string) {
		g.see("tokens", "/tokens", k("web_account.token_new"))
		g.fill("#f-name", name, "#f-until", "2023-05-01")
		g.click("a right", "input[name=right]")
		g.press("made", "form[action='/tokens'] button.btn-primary", k("web_account.once"))
		g.see("tokens", "/tokens", name)
	}
	make("夜间取数")
	g.press("the question", "tbody a[href$='/revoke']")
	g.press("revoked", "form.tx-harm button.btn-primary", k("web_account.said_revoked"))
	make("年报")
	g.as(world.City)
	g.see("users", "/users?q=danyang")
	g.press("one", "tbody th a", "年报")
	g.press("their token", "main a[href$='/revoke']")
	g.press("revoked by who manages", "form.tx-harm button.btn-primary")
}

func walkAudit(g *guide) {
	k := g.p.T
	g.as(world.AuditAdmin)
	g.press("log", ".tx-side a[href='/audit']", k("web_audit.chain"))
	g.files("log", "/audit")
	g.press("next page", ".tx-pager a[rel=next]")
	g.see("log", "/audit")
	g.fill("select[name=act]", "worker.reveal")
	g.press("who was shown a number", "form.tx-filter button", "danyang")
	g.press("verified", "form[action='/audit/verify'] button[name=anew]")
}

func walkRequests(g *guide) {
	k, person := g.p.T, g.w.Person(g.t, "逄采薇")
	at := "/workers/" + person.ID.String()
	g.as(world.City)
	register := func(kind string) {
		g.see("form", at+"/requests/new", k("web_request.register"))
		g.click(kind, "input[name=kind][value="+kind+"]")
		g.fill("#f-text", "请核对本人档案")
		g.press("registered", "form[action$='/requests'] button.btn-primary", "请核对本人档案")
	}
	register("correct")
	g.refused(422, "without a word", "form[action$='/done'] button")
	g.fill("#f-done-answer", "已按劳动合同更正")
	g.press("done", "form[action$='/done'] button", "已按劳动合同更正")
	register("copy")
	if b := g.file("copy", "form[action$='/copy'] button"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("the copy begins with %.20q", b)
	}
	register("erase")
	g.fill("#f-refused-answer", "仍在劳动关系存续期间")
	g.press("refused", "form[action$='/refused'] button", "仍在劳动关系存续期间")
	g.press("requests", ".tx-side a[href='/requests']")
	g.press("all", "a[href='/requests?all=1']", "逄采薇")
	g.see("the file", at, k("web_request.of_person"))
	g.press("the question", "a[href$='/erase']", k("web_worker.erase_do"))
	g.fill("#f-why", "本人申请注销")
	g.press("erased", "form.tx-harm button.btn-primary")
	g.see("the file, erased", at, k("web_worker.erased"))
}
