package sample

import (
	"fmt"
	"time"

	"tuoxing/internal/filing"
	"tuoxing/internal/locale"
	"tuoxing/internal/web/page/account"
	filingpage "tuoxing/internal/web/page/filing"
	"tuoxing/internal/web/part"
)

var due = asOf + 20

func (maker) firm(i int) string {
	return []string{"示例光学有限公司", "示例电子厂", "示例机械有限公司", "示例物流有限公司"}[i%4]
}

func (maker) danyang() string { return "丹阳市总工会" }

// filings are the pages of returns.
func (m maker) filings() []Sample {
	b := m.base
	title, kind := m.w("2023年一季度职工花名册", "Roster of the first quarter of 2023"), m.w("职工花名册", "Roster")
	stand := filingpage.Counts{Asked: 1999, Unsent: 412, Sent: 655, Returned: 32, Confirmed: 900, Overdue: 17, Asking: 5}
	list := filingpage.ListPage{Base: m.at("/filings"), Columns: filingpage.ListColumns(m.base), CanCall: true, Own: true, Pager: part.Pager{From: 1, To: 3, Total: 3}}
	for i, c := range []filingpage.Counts{stand, {Asked: 6, Unsent: 6}, {Asked: 280, Confirmed: 280}} {
		list.Rows = append(list.Rows, filingpage.CallLine{Href: fmt.Sprintf("/filings/calls/%d", i+1), Title: title, Kind: kind, By: m.w("全市", "the whole city"), AsOf: asOf, DueOn: due, Counts: c})
	}
	call := filingpage.CallPage{Base: m.at("/filings/calls/1"), ID: "1", Title: title, Note: m.w("请按身份证填写姓名；离职人员不填。", "Write names as on the card; leave out who has left."), Kind: kind, By: m.danyang(), AsOf: asOf, DueOn: due, Counts: stand, CanDecide: true,
		Remind: "/filings/calls/1/remind?state=unsent", Filters: m.filingFilters(), Chips: []part.Chip{{Label: b.T("web_filing.union"), Value: b.UnitName(m.danyang()), Remove: "/filings/calls/1"}}, Pager: part.Pager{From: 1, To: 4, Total: 412, Next: "/filings/calls/1?after=4&done=4"}}
	for i, st := range filing.States {
		u := filingpage.UnitLine{ID: fmt.Sprint(i + 1), Href: fmt.Sprintf("/filings/%d", i+1), Name: m.firm(i), Union: m.danyang(), State: []part.Tone{part.Plain, part.Info, part.Bad, part.Good}[i], StateWord: b.T(st.Key()), Overdue: i == 0, FilledIn: i == 3}
		if !st.Open() {
			u.SentAt = sealed
		}
		if i == 2 {
			u.Later, u.AskedOn = due+5, due+12
		}
		call.Rows = append(call.Rows, u)
	}
	wrong := call
	wrong.Problems = []part.Problem{{Name: "filing", Text: b.T("filing.not_sent")}}
	none := filingpage.CallPage{Base: m.at("/filings/calls/2"), ID: "2", Title: title, Kind: kind, By: m.danyang(), AsOf: asOf, DueOn: due, Filters: m.filingFilters()}
	rem := filing.Reminder{Call: filing.Call{Title: title, AsOf: asOf, DueOn: due}, Total: 2, Groups: []filing.Group{{Union: m.danyang(), Count: 2, Units: []filing.Waiting{{Name: m.firm(0)}, {Name: m.firm(2), Returned: true, DueOn: due + 5}}}}}
	remind := filingpage.RemindPage{Base: m.at("/filings/calls/1/remind"), Call: part.Link{Label: title, Href: "/filings/calls/1"}, Total: 2, ZH: rem.Text(b.Printer, kind), EN: rem.Text(locale.New(locale.EN), "Roster"), Other: "/filings/calls/1/remind?counts=1"}
	mine := filingpage.MinePage{Base: m.at("/filings/mine"), Unit: m.firm(0), Rows: []filingpage.MineLine{
		{Href: "/filings/1", Title: title, Kind: kind, Note: call.Note, AsOf: asOf, DueOn: due, State: part.Bad, StateWord: b.T(filing.Returned.Key()), Overdue: true, Reason: m.w("少了两名质检员", "two inspectors are missing"), Send: "/imports/new?filing=1"},
		{Href: "/filings/2", Title: title, Kind: kind, AsOf: asOf, DueOn: due, State: part.Good, StateWord: b.T(filing.Confirmed.Key()), FilledIn: true},
	}}
	return []Sample{
		{"filings", "filings, calls", filingpage.List(list)}, {"filings-empty", "filings, none", filingpage.List(filingpage.ListPage{Base: m.at("/filings")})},
		{"filing-new", "ask for a sheet", filingpage.New(m.newCall(nil, nil))},
		{"filing-new-preview", "ask for a sheet, seen", filingpage.New(m.newCall(&filingpage.Preview{Units: 5, Sent: 1, Already: 2, Silent: 3, First: []string{m.firm(0), m.firm(1), m.firm(2)}}, nil))},
		{"filing-new-problems", "ask for a sheet, with mistakes", filingpage.New(m.newCall(nil, []part.Problem{{Name: "title", Text: b.T("filing.title_length", 60)}, {Name: "due_on", Text: b.T("filing.due_missing")}}))},
		{"filing-call", "a call", filingpage.Call(call)}, {"filing-call-wrong", "a call, not confirmed", filingpage.Call(wrong)}, {"filing-call-empty", "a call, no unit", filingpage.Call(none)},
		{"filing-remind", "a reminder", filingpage.Remind(remind)}, {"filing-mine", "own filings", filingpage.Mine(mine)}, {"filing-mine-empty", "own filings, none", filingpage.Mine(filingpage.MinePage{Base: m.at("/filings/mine"), Unit: m.firm(0)})},
		{"filing-district", "a filing, seen by the district", filingpage.Show(m.oneFiling(true))}, {"filing-firm", "a filing, seen by the firm", filingpage.Show(m.oneFiling(false))},
	}
}

func (m maker) filingFilters() []part.Field {
	b := m.base
	states := []part.Option{{Label: b.T("web.all")}}
	for _, st := range filing.States {
		states = append(states, part.Option{Value: string(st), Label: b.T(st.Key())})
	}
	return []part.Field{{Name: "state", Label: b.T("web.state"), Options: states}, {Name: "q", Label: b.T("web_filing.unit")}}
}

func (m maker) newCall(seen *filingpage.Preview, ps []part.Problem) filingpage.NewPage {
	all := []part.Option{{Label: m.base.T("web.all")}}
	return filingpage.NewPage{
		Base: m.at("/filings/new"), Title: m.w("2023年一季度职工花名册", "Roster of the first quarter of 2023"), Kind: "roster", AsOf: asOf.String(), DueOn: due.String(), Today: asOf.String(), UnitKind: "enterprise", Preview: seen, Problems: ps,
		Kinds: []part.Option{{Value: "roster", Label: m.w("职工花名册", "Roster")}}, Unders: []part.Option{{Value: "1", Label: m.base.UnitName(m.danyang())}},
		UnitKinds: []part.Option{{Value: "enterprise", Label: m.base.T("org.kind.enterprise")}}, Sizes: all, Sections: all,
	}
}

func (m maker) oneFiling(district bool) filingpage.Page {
	b := m.base
	p := filingpage.Page{Base: m.at("/filings/1"), ID: "1", Unit: m.firm(0), Union: m.danyang(), Kind: m.w("职工花名册", "Roster"), Note: m.w("离职人员不填。", "Leave out who has left."),
		Call: part.Link{Label: m.w("2023年一季度职工花名册", "Roster of the first quarter of 2023"), Href: "/filings/calls/1"}, AsOf: asOf, DueOn: due, Import: "/imports/1", Send: "/imports/new?filing=1",
		Events: []filingpage.Event{
			{At: sealed, Word: b.T("filing.act.asked"), By: "张三", Reason: m.w("系统升级", "a new system"), Day: b.T("web_filing.to_day", (due + 5).String())},
			{At: sealed.Add(-time.Hour), Word: b.T("filing.act.sent"), By: "张三", Import: "/imports/1"},
		}}
	if district {
		p.State, p.StateWord, p.SentAt, p.FilledIn, p.MayConfirm, p.MayReturn, p.Send = part.Info, b.T(filing.Sent.Key()), sealed, true, true, true, ""
		p.Act, p.Problems = "return", []part.Problem{{Name: "return-reason", Text: b.T("filing.reason_missing")}}
		return p
	}
	p.State, p.StateWord, p.Overdue, p.Reason, p.MayAsk = part.Bad, b.T(filing.Returned.Key()), true, m.w("少了两名质检员", "two inspectors are missing"), true
	p.AskedOn, p.AskedReason = due+5, m.w("系统升级", "a new system")
	return p
}

// accounts are the pages that make accounts in bulk, the slips, and the page to which a slip leads.
func (m maker) accounts() []Sample {
	b := m.base
	site := "https:" + "//tuoxing.example.cn"
	bulk := account.BulkPage{Base: m.at("/users/bulk"), Role: "enterprise_hr", Site: site, Pager: part.Pager{From: 1, To: 3, Total: 3}, Roles: []part.Option{
		{Value: "enterprise_union", Label: b.T("account.role.enterprise_union")}, {Value: "enterprise_hr", Label: b.T("account.role.enterprise_hr")}}}
	for i := range 3 {
		bulk.Pending = append(bulk.Pending, account.Pending{ID: fmt.Sprint(i + 1), Login: fmt.Sprintf("ma1xyz00%d-hr", i), Unit: m.firm(i), Role: b.T("account.role.enterprise_hr")})
	}
	bulk.Pending[0].Expires, bulk.Pending[1].Expires, bulk.Pending[1].Expired = sealed, sealed, true
	seen := bulk
	seen.Preview, seen.Problems = &account.Preview{New: 1999, There: 1, First: []string{m.firm(0), m.firm(1)}}, nil
	wrong := bulk
	wrong.Problems = []part.Problem{{Name: "list", Text: b.T("account.bulk_unit", 3, m.firm(2))}}
	slips := account.SlipsPage{Base: m.at("/users/bulk"), Site: site + "/activate"}
	for i := range 11 {
		x := account.Slip{Unit: m.firm(i), Role: b.T("account.role.enterprise_hr"), Login: fmt.Sprintf("ma1xyz0%02d-hr", i), Code: "7K2QM-XR4VT-9HBNC-0WZSE-6YJ3PA", Until: due}
		var err error
		if x.QR, err = part.NewQR(slips.Site + "#" + x.Login + "/" + x.Code); err != nil {
			panic(err) // a text of this length has a code
		}
		slips.Slips = append(slips.Slips, x)
	}
	out := m.at("/activate")
	out.Actor, out.Nav, out.Search = part.Actor{}, nil, false
	failed := account.ActivatePage{Base: out, Login: "ma1xyz000-hr", Code: "7K2QM", Problems: []part.Problem{{Name: "login", Text: b.T("account.activation_failed")}}, Fix: b.T("account.activation_failed_fix")}
	return []Sample{
		{"users-bulk", "accounts in bulk", account.Bulk(bulk)}, {"users-bulk-seen", "accounts in bulk, seen", account.Bulk(seen)}, {"users-bulk-wrong", "accounts in bulk, with mistakes", account.Bulk(wrong)},
		{"users-bulk-empty", "accounts in bulk, none waits", account.Bulk(account.BulkPage{Base: m.at("/users/bulk")})},
		{"slips", "activation slips", account.Slips(slips)}, {"slips-none", "activation slips, none", account.Slips(account.SlipsPage{Base: m.at("/users/bulk"), There: 12})},
		{"activate", "activate an account", account.Activate(account.ActivatePage{Base: out})}, {"activate-wrong", "activate an account, wrong code", account.Activate(failed)},
	}
}
