package sample

import (
	"fmt"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/web/page/own"
	"tuoxing/internal/web/page/slip"
	"tuoxing/internal/web/part"
)

// mine is the request of a worker on the own pages.
func (m maker) mine(path string) part.Base {
	b := m.at(path)
	b.Complain = "/me/requests/new?kind=opinion"
	b.Search, b.Actor = false, part.Actor{Name: b.T("account.role.worker"), Role: b.T("web_own.side")}
	b.Nav = []part.NavItem{{Key: "web_own.nav_file", Icon: "user", Href: "/me/file"}, {Key: "web_own.nav_timeline", Icon: "clock", Href: "/me/timeline"}, {Key: "web_own.nav_looks", Icon: "eye", Href: "/me/looks"}, {Key: "web_own.nav_requests", Icon: "search", Href: "/me/requests"}}
	return b
}

func (m maker) ownFile() own.FilePage {
	b := m.mine("/me/file")
	roster := part.Source{File: m.w("丹阳花名册2023年3月.xlsx", "Roster Danyang March 2023.xlsx"), Sheet: "Sheet1", Row: 6}
	from := b.T("registry.source_enterprise") + " · " + b.T("web_conflict.as_of", b.DayShort(asOf))
	return own.FilePage{
		Base: b, Name: m.w("张三", "Zhang San"), Sub: m.w("男 · 1985年3月 · 产业工人", "male · March 1985 · industrial worker"), NoticeAt: sealed, Consents: b.T("web_own.consents_given", 1, 3),
		Masked: []part.Masked{{Label: b.T("web_worker.id_number"), Name: "id_number", Hidden: "3299**********0016", Action: "/me/file"}, {Label: b.T("web_worker.phone"), Name: "phone", Hidden: "199****0001", Shown: "19900000001", Action: "/me/file"}},
		Lines: []own.Line{
			{Label: b.T("web_worker.field_name"), Value: m.w("张三", "Zhang San"), From: from, Source: roster},
			{Label: b.T("web_worker.field_employer"), Value: m.firm(0), From: from, Source: roster},
			{Label: b.T("web_worker.field_post"), Value: m.w("生产操作", "production"), From: from, Source: roster, Also: []string{b.T("web_worker.also", m.w("技术", "technical"), b.T("registry.source_district"))}},
			{Label: b.T("web_worker.field_member"), Value: b.T("web_worker.member"), From: from, Source: roster},
		},
		Papers: []own.Line{{Label: m.w("三级/高级工", "level 3, senior"), Value: m.w("眼镜验光员", "optometrist"), Tone: part.Good, State: b.T("registry.validity_valid"), Notes: []string{"S000**************101", b.T("web_own.paper_days", "2019-06-18", b.DayShort(date.Forever))}, Source: part.Source{File: m.w("技能证书名册.csv", "Certificates.csv"), Sheet: "", Row: 4}}},
		Jobs:   []own.Line{{Label: b.T("web_worker.since", "2019-07-01"), Value: m.firm(0), Notes: []string{m.w("生产操作", "production")}, Tone: part.Good, State: b.T("web_worker.main"), Source: roster}},
		Doubts: []string{m.w("岗位", "post")},
	}
}

func (m maker) ownRequest(kind string, state part.Tone, word, left string) own.Request {
	return own.Request{Href: "/me/requests/5", Kind: m.base.T("registry.request_kind_" + kind), ReceivedOn: date.Of(2023, 4, 7), DueOn: date.Of(2023, 4, 27), State: state, StateWord: m.base.T("registry.request_" + word), Left: left}
}

// own are the pages of a worker.
func (m maker) own() []Sample {
	b := m.base
	empty := own.FilePage{Base: m.mine("/me/file"), Name: m.w("李四", "Li Si"), Sub: m.w("女 · 1990年5月", "female · May 1990"), NoticeAt: sealed, Consents: b.T("web_own.consents_given", 0, 3), Masked: []part.Masked{{Label: b.T("web_worker.id_number")}, {Label: b.T("web_worker.phone")}}}
	looks := own.LooksPage{Base: m.mine("/me/looks"), Own: true, Total: 57, Next: "/me/looks?before=1.2", Looks: []own.Look{
		{At: sealed, What: b.T("registry.look.worker.reveal") + " · " + b.T("web_worker.id_number"), Who: b.T("account.role.district") + " · " + m.danyang(), Why: b.T("web.reason_verify")},
		{At: sealed.Add(-time.Hour), What: b.T("registry.look.own.open"), Own: true},
		{At: sealed.Add(-26 * time.Hour), What: b.T("registry.look.worker.open"), Who: b.T("account.role.enterprise_hr") + " · " + m.firm(0)},
	}}
	open := m.ownRequest("correct", part.Info, "open", b.T("web_request.left", 9))
	late := m.ownRequest("opinion", part.Info, "open", b.T("web_request.overdue"))
	late.Late = true
	done := m.ownRequest("correct", part.Good, "done", "")
	list := own.RequestsPage{Base: m.mine("/me/requests"), Requests: []own.Request{open, late, done, m.ownRequest("erase", part.Plain, "refused", "")}}
	text := m.w("入职日期应为 2019 年 6 月 1 日", "I started on 1 June 2019")
	one := own.RequestPage{Base: m.mine("/me/requests/5"), Request: open, Text: text, Thanks: true}
	answered := own.RequestPage{Base: m.mine("/me/requests/5"), Request: done, Text: text, Answer: m.w("已按劳动合同更正，见丹阳花名册2023年4月。", "Corrected after the contract; see the roster of April."), AnsweredAt: sealed, By: b.T("account.role.district") + " · " + m.danyang()}
	ask := own.AskPage{Base: m.mine("/me/requests/new?kind=correct"), Kind: "correct", KindWord: b.T("registry.request_kind_correct"), Days: 15}
	bad := own.AskPage{Base: m.mine("/me/requests/new?kind=opinion"), Kind: "opinion", KindWord: b.T("registry.request_kind_opinion"), Days: 15, Problems: []part.Problem{{Name: "text", Text: b.T("registry.opinion_text_needed")}}}
	notice := own.NoticePage{Base: m.mine("/me/notice"), Version: "1f0a9c3e", Changed: true, NoPurpose: []string{"民族", "婚姻", "住址"}}
	for range 3 {
		notice.Fields = append(notice.Fields, own.Held{Title: m.w("手机号码", "Phone"), Purpose: m.w("通知本人培训、补贴和申请的办理结果", "To tell the person about training, subsidies and answers"), Basis: m.w("个人信息保护法第十三条第一款第三项", "PIPL article 13 (1)(3)"), Retention: m.w("至本人申请注销", "Until the person asks for erasure"), Viewers: []string{b.T("account.role.city"), b.T("account.role.enterprise_union")}})
	}
	read := own.NoticePage{Base: m.mine("/me/notice"), Version: "1f0a9c3e", Accepted: sealed}
	consents := own.ConsentsPage{Base: m.mine("/me/consents")}
	for i, kind := range []string{"bank_account", "photo", "public_display"} {
		c := own.Consent{Kind: kind, Title: b.T("registry.consent_" + kind), Why: b.T("registry.consent_" + kind + "_why")}
		if i == 0 {
			c.Given, c.History = true, []own.Said{{At: sealed, Word: b.T("web_own.was_given")}, {At: sealed.Add(-time.Hour), Word: b.T("web_own.was_withdrawn")}, {At: sealed.Add(-2 * time.Hour), Word: b.T("web_own.was_given")}}
		}
		consents.Consents = append(consents.Consents, c)
	}
	out := m.mine("/me/activate")
	out.Actor, out.Nav = part.Actor{}, nil
	failed := own.ActivatePage{Base: out, Code: "7K2QM", Problems: []part.Problem{{Name: "code", Text: b.T("registry.activation_failed")}}, Fix: b.T("registry.activation_failed_fix")}
	return append([]Sample{
		{"own-file", "own file", own.File(m.ownFile())}, {"own-file-empty", "own file, empty", own.File(empty)},
		{"own-timeline", "own timeline", own.Timeline(own.TimelinePage{Base: m.mine("/me/timeline"), Entries: m.worker().Timeline})}, {"own-timeline-empty", "own timeline, empty", own.Timeline(own.TimelinePage{Base: m.mine("/me/timeline")})},
		{"own-looks", "who looked", own.Looks(looks)}, {"own-looks-empty", "who looked, nobody", own.Looks(own.LooksPage{Base: m.mine("/me/looks")})},
		{"own-requests", "own requests", own.Requests(list)}, {"own-requests-empty", "own requests, none", own.Requests(own.RequestsPage{Base: m.mine("/me/requests")})},
		{"own-request", "own request, open", own.RequestOne(one)}, {"own-request-answered", "own request, answered", own.RequestOne(answered)},
		{"own-ask", "form of an own request", own.Ask(ask)}, {"own-ask-bad", "form of a complaint, refused", own.Ask(bad)},
		{"own-notice", "notice", own.Notice(notice)}, {"own-notice-read", "notice, read", own.Notice(read)},
		{"own-consents", "separate consents", own.Consents(consents)}, {"own-consents-empty", "separate consents, none asked for", own.Consents(own.ConsentsPage{Base: m.mine("/me/consents")})},
		{"own-activate", "first login", own.Activate(own.ActivatePage{Base: out})}, {"own-activate-wrong", "first login, wrong", own.Activate(failed)},
	}, m.slips()...)
}

// slips are the pages on which slips for people are made.
func (m maker) slips() []Sample {
	site := "https:" + "//tuoxing.example.cn"
	b := m.at("/slips")
	names := []string{m.w("张三", "Zhang San"), m.w("李四", "Li Si"), m.w("王五", "Wang Wu"), m.w("赵六", "Zhao Liu")}
	list := slip.ListPage{Base: b, Site: site, Total: 4, Pager: part.Pager{From: 1, To: 4, Total: 4}}
	for i, name := range names {
		list.People = append(list.People, slip.Person{ID: fmt.Sprint(i + 1), Name: name, Employer: m.firm(i), Phone: i != 3})
	}
	list.People[1].Until, list.People[1].Good, list.People[2].Until = sealed, true, sealed
	plan := list
	plan.Plan = &slip.Plan{New: 40, First: names[:3], NoPhone: names[3:], All: true}
	wrong := list
	wrong.Problems = []part.Problem{{Name: "worker", Text: b.T("registry.slip_choose")}}
	made := slip.SlipsPage{Base: b, Site: site + "/me/activate", NoPhone: names[3:]}
	for i := range 9 {
		x := slip.Slip{Name: names[i%3], Employer: m.firm(i), Code: "7K2QM-XR4VT-9HBNC-0WZSE-6YJ3PA", Until: due}
		var err error
		if x.QR, err = part.NewQR(made.Site + "#w/" + x.Code); err != nil {
			panic(err) // a text of this length has a code
		}
		made.Slips = append(made.Slips, x)
	}
	return []Sample{
		{"worker-logins", "people without a login", slip.List(list)}, {"worker-logins-plan", "people without a login, planned", slip.List(plan)}, {"worker-logins-wrong", "people without a login, none chosen", slip.List(wrong)},
		{"worker-logins-empty", "people without a login, none", slip.List(slip.ListPage{Base: b})},
		{"worker-slips", "slips of people", slip.Slips(made)}, {"worker-slips-none", "slips of people, none", slip.Slips(slip.SlipsPage{Base: b, NoPhone: names[3:]})},
	}
}
