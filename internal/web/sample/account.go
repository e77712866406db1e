package sample

import (
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	accountpage "tuoxing/internal/web/page/account"
	auditpage "tuoxing/internal/web/page/audit"
	"tuoxing/internal/web/part"
)

// users are the list of accounts, an account, the questions before it is changed, and the role table.
func (m maker) users() []Sample {
	b := m.at("/users")
	all := part.Option{Label: b.T("web.all")}
	list := accountpage.ListPage{Base: b, Total: 2048, Query: m.w("丹阳", "danyang"), CSV: "/users.csv", XLSX: "/users.xlsx", Pager: part.Pager{From: 21, To: 40, Total: 2048, First: "/users", Next: "/users?after=4711&done=40"},
		Filters: []part.Field{{Name: "role", Label: b.T("web_account.role_head"), Options: []part.Option{all}}, {Name: "state", Label: b.T("web.state"), Options: []part.Option{all}}},
		Chips:   []part.Chip{{Label: b.T("web_account.find"), Value: m.w("丹阳", "danyang"), Remove: "/users"}},
		Columns: []part.Column{{Label: b.T("web.choose")}, {Label: b.T("web_account.who"), Href: "/users?sort=login"}, {Label: b.T("web_account.role_head"), Href: "/users?sort=role"}, {Label: b.T("web_account.unit"), Href: "/users?sort=unit"}, {Label: b.T("web.state")},
			{Label: b.T("web_account.last_login"), Href: "/users?sort=-seen", Dir: "ascending"}, {Label: b.T("web_account.created"), Href: "/users?sort=created"}}}
	tones := []part.Tone{part.Good, part.Warn, part.Info, part.Plain}
	for i := range 20 {
		row := accountpage.Row{ID: "4711", Href: "/users/4711", Login: []string{"danyang", "ma1xyz001-hr", "jurong.2"}[i%3], Name: m.w("丹阳业务员", "Danyang desk"), Role: b.T([]string{"account.role.district", "account.role.enterprise_hr", "account.role.enterprise_union"}[i%3]), Unit: m.firm(i),
			State: tones[i%4], StateWord: b.T(account.States[i%4].Key()), LastLogin: sealed.Add(time.Duration(i) * time.Hour), CreatedAt: sealed}
		if i%4 == 2 {
			row.LastLogin = time.Time{}
		}
		list.Rows = append(list.Rows, row)
	}
	none := accountpage.ListPage{Base: b, Filters: list.Filters, CSV: "/users.csv", XLSX: "/users.xlsx"}
	bad := none
	bad.Under, bad.Problems = m.w("无此单位", "No such unit"), []part.Problem{{Name: "under", Text: b.T("account.unit_unknown")}}
	roles := accountpage.RolesPage{Base: m.at("/roles"), Users: "/users"}
	for _, r := range account.Roles {
		row := accountpage.RoleRow{Name: b.T(r.Key()), Own: r == account.City}
		for _, x := range r.Rights() {
			row.Rights = append(row.Rights, b.T(x.Key()))
		}
		for _, g := range r.Gives() {
			row.Gives = append(row.Gives, b.T(g.Key()))
		}
		kinds, whole := r.Kinds()
		if whole {
			row.Bound = append(row.Bound, b.T("web.whole_city"))
		}
		for _, k := range kinds {
			row.Bound = append(row.Bound, b.T(k.Key()))
		}
		roles.Rows = append(roles.Rows, row)
	}
	return append([]Sample{
		{"users", "accounts", accountpage.List(list)}, {"users-empty", "accounts, none fits", accountpage.List(none)}, {"users-wrong", "accounts, a unit that is not there", accountpage.List(bad)},
		{"roles", "roles and rights", accountpage.RoleTable(roles)}, {"roles-empty", "roles and rights, none", accountpage.RoleTable(accountpage.RolesPage{Base: m.at("/roles")})},
	}, append(m.user(), m.tokens()...)...)
}

func (m maker) user() []Sample {
	b := m.at("/users/4711")
	name, login := m.w("丹阳业务员", "Danyang desk"), "danyang"
	crumbs := []part.Link{{Label: b.T("web.nav_users"), Href: "/users"}, {Label: name, Href: "/users/4711"}}
	p := accountpage.UserPage{Base: b, Login: login, Name: name, State: part.Good, StateWord: b.T(account.Active.Key()), Said: b.T("web_account.said_set"), EndAll: "/users/4711/sessions", Log: "/audit?who=danyang",
		Facts: []part.Pair{{Label: b.T("web_account.login"), Value: login}, {Label: b.T("web_account.role_head"), Value: b.T("account.role.district")}, {Label: b.T("web_account.unit"), Value: m.firm(0)}, {Label: b.T("web_account.last_login"), Value: b.Time(sealed)},
			{Label: b.T("web_account.created"), Value: b.Time(sealed)}, {Label: b.T("web_account.created_by"), Value: m.w("李四", "Li Si")}},
		Sessions: []accountpage.Session{{OpenedAt: sealed, SeenAt: sealed.Add(20 * time.Minute)}, {OpenedAt: sealed.Add(-time.Hour), SeenAt: sealed}}, Tokens: m.tokenRows()}
	for _, act := range []string{"set", "slip", "password", "lock", "close"} {
		p.Acts = append(p.Acts, part.Link{Label: b.T("web_account.act_" + act), Href: "/users/4711/" + act})
	}
	closed := accountpage.UserPage{Base: b, Login: login, Name: name, State: part.Plain, StateWord: b.T(account.Closed.Key()), NoActs: b.T("web_account.acts_closed"), Facts: p.Facts[:3]}
	ask := accountpage.AskPage{Base: m.at("/users/4711/close"), Title: b.T("web_account.act_close"), Of: name + " · " + login, Crumbs: crumbs, Action: "/users/4711/close", Back: "/users/4711", Button: b.T("web_account.do_close"),
		Lines: []string{b.T("web_account.will_close"), b.T("web_account.will_end", 2), b.T("web_account.will_revoke", 1), b.T("web_account.will_log")}}
	fields := func(problem string) []part.Field {
		return []part.Field{{Name: "name", Label: b.T("web_account.name"), Help: b.T("web_account.name_help"), Value: name, Required: true},
			{Name: "role", Label: b.T("web_account.role_head"), Help: b.T("web_account.role_help"), Value: "district", Required: true, Options: []part.Option{{Value: "district", Label: b.T("account.role.district")}}},
			{Name: "unit", Label: b.T("web_account.unit"), Help: b.T("web_account.unit_help"), Value: m.firm(0), Problem: problem}}
	}
	set := ask
	set.Title, set.Button, set.Action, set.Fields = b.T("web_account.act_set"), b.T("web_account.do_set"), "/users/4711/set", fields(b.T("account.unit_kind"))
	set.Lines, set.Problems = []string{b.T("web_account.will_set"), b.T("web_account.will_end", 2), b.T("web_account.will_log")}, []part.Problem{{Name: "unit", Text: b.T("account.unit_kind")}}
	fresh := accountpage.AskPage{Base: m.at("/users/new"), Title: b.T("web_account.new"), Of: b.T("web_account.new_sub"), Crumbs: crumbs[:1], Action: "/users", Back: "/users", Button: b.T("web_account.new_do"),
		Fields: append([]part.Field{{Name: "login", Label: b.T("web_account.login"), Help: b.T("web_account.login_help"), Required: true}}, fields("")...)}
	given := accountpage.GivenPage{Base: b, Title: b.T("web_account.initial"), Of: name + " · " + login, Note: b.T("web_account.initial_note"), Label: b.T("web_account.initial"), Value: "QWXF-kmtp-4827", Crumbs: crumbs, Back: "/users/4711"}
	return []Sample{
		{"user", "an account", accountpage.Show(p)}, {"user-empty", "an account, closed", accountpage.Show(closed)}, {"user-new", "form of a new account", accountpage.Ask(fresh)},
		{"user-close", "question before an account is closed", accountpage.Ask(ask)}, {"user-set", "form that changes an account, refused", accountpage.Ask(set)}, {"user-password", "an initial password", accountpage.Given(given)},
	}
}

func (m maker) tokenRows() []accountpage.Token {
	b := m.base
	rights := []string{b.T("account.right.figure.read"), b.T("account.right.org.read"), b.T("account.right.import.read")}
	return []accountpage.Token{
		{Name: m.w("报表程序", "Report program"), Rights: rights[:2], Unit: m.firm(0), ExpiresOn: date.Of(2023, 12, 31), CreatedAt: sealed, UsedAt: sealed.Add(time.Hour), State: part.Good, StateWord: b.T("web_account.token_good"), Revoke: "/tokens/1/revoke"},
		{Name: m.w("大屏", "Wall screen"), Rights: rights, ExpiresOn: date.Of(2023, 4, 1), CreatedAt: sealed, State: part.Plain, StateWord: b.T("web_account.token_over")},
		{Name: m.w("试用", "Trial"), Rights: rights[:1], ExpiresOn: date.Of(2023, 12, 31), CreatedAt: sealed, State: part.Plain, StateWord: b.T("web_account.token_revoked")},
	}
}

func (m maker) tokens() []Sample {
	b := m.at("/tokens")
	p := accountpage.TokensPage{Base: b, Tokens: m.tokenRows(), Left: 9, UntilMin: "2023-04-10", UntilMax: "2024-04-10", Units: true}
	for i, r := range account.City.Rights() {
		p.Rights = append(p.Rights, accountpage.RightBox{Value: string(r), Label: b.T(r.Key()), On: i == 0})
	}
	none := p
	none.Tokens, none.Left = nil, 10
	none.Problems = []part.Problem{{Name: "name", Text: b.T("account.token_name", 40)}, {Name: "rights", Text: b.T("account.token_rights_none")}}
	crumbs := []part.Link{{Label: b.T("web_account.tokens"), Href: "/tokens"}}
	given := accountpage.GivenPage{Base: b, Title: b.T("web_account.token"), Of: m.w("报表程序", "Report program"), Note: b.T("web_account.token_note"), Label: b.T("web_account.token"), Value: "tuoxing_Zq1Xr7nUe0mB4c9TfKp2wYdHs8LvJaG5iQo3RtN6uEk", Crumbs: crumbs, Back: "/tokens"}
	ask := accountpage.AskPage{Base: b, Title: b.T("web_account.revoke_title"), Of: given.Of, Crumbs: crumbs, Action: "/tokens/1/revoke", Back: "/tokens", Button: b.T("web_account.revoke"), Lines: []string{b.T("web_account.will_token"), b.T("web_account.will_log")}}
	return []Sample{{"tokens", "tokens", accountpage.Tokens(p)}, {"tokens-empty", "tokens, none, with mistakes", accountpage.Tokens(none)}, {"token-given", "a new token", accountpage.Given(given)}, {"token-revoke", "question before a token is revoked", accountpage.Ask(ask)}}
}

// audits are the pages of the audit log.
func (m maker) audits() []Sample {
	b := m.at("/audit")
	all := auditpage.Group{Options: []part.Option{{Label: b.T("web.all")}}}
	p := auditpage.ListPage{Base: b, CSV: "/audit.csv", XLSX: "/audit.xlsx", Said: b.T("web_audit.said_checked", "100,000", "4,812,390"),
		Pager: part.Pager{From: 1, To: 12, Total: audit.Counted, AtLeast: true, Next: "/audit?after=1&done=12"}, Chips: []part.Chip{{Label: b.T("web_audit.f_from"), Value: "2023-04-01", Remove: "/audit"}},
		Chain: auditpage.Chain{Sealed: 4812390, Open: 12, Checked: 100000, Begun: sealed, At: sealed, Head: hash}}
	for _, name := range []string{"from", "to", "who", "act", "kind", "id", "outcome"} {
		f := auditpage.Filter{Field: part.Field{Name: name, Label: b.T("web_audit.f_" + name)}}
		switch name {
		case "from", "to":
			f.Type = "date"
		case "act":
			f.Groups = []auditpage.Group{all, {Label: b.T("audit.kind.user"), Options: []part.Option{{Value: "login", Label: b.T("audit.act.login")}}}}
		case "kind", "outcome":
			f.Groups = []auditpage.Group{all}
		}
		p.Filters = append(p.Filters, f)
	}
	for i, act := range []string{"login.failed", "user.lock", "worker.reveal", "intake.apply", "figure.open", "token.use", "user.create", "worker.search", "filing.sent", "audit.list", "certificate.revoke", "login"} {
		a, _ := audit.Find(act)
		r := auditpage.Row{At: sealed.Add(-time.Duration(i) * time.Minute), Who: m.w("丹阳业务员", "Danyang desk"), Login: "danyang", Act: b.T(a.Key()), Failed: a.Failed, ID: "987654321012345678", Number: b.Int(int64(4812390 - i))}
		if a.Kind != "" {
			r.Kind = b.T("audit.kind." + a.Kind)
		} else {
			r.ID = ""
		}
		switch act {
		case "login.failed":
			r.Who, r.Login, r.Number, r.Detail = b.T("audit.nobody"), "", "", []part.Pair{{Label: b.T("audit.detail.ip"), Value: "192.0.2.7"}}
		case "user.lock":
			r.About, r.Detail = "jurong", []part.Pair{{Label: b.T("audit.detail.role"), Value: b.T("account.role.district")}, {Label: b.T("audit.detail.unit"), Value: "123456789012345678"}}
		case "worker.reveal":
			r.Detail = []part.Pair{{Label: b.T("audit.detail.field"), Value: "id_number"}, {Label: b.T("audit.detail.why"), Value: m.w("核对导入数据", "To check a file")}}
		case "figure.open":
			r.ID, r.Href = "employees", "/figures/employees"
		}
		p.Rows = append(p.Rows, r)
	}
	none := auditpage.ListPage{Base: b, CSV: "/audit.csv", XLSX: "/audit.xlsx", Filters: p.Filters, Problems: []part.Problem{{Name: "who", Text: b.T("audit.who_unknown", "stranger")}}}
	broken := none
	broken.Problems, broken.Chain = nil, auditpage.Chain{Sealed: 900, Checked: 900, Begun: sealed, At: sealed, Head: hash, Broken: b.T("audit.entry_differs", 17, "4711")}
	return []Sample{{"audit", "audit log", auditpage.List(p)}, {"audit-empty", "audit log, nothing fits", auditpage.List(none)}, {"audit-broken", "audit log, altered", auditpage.List(broken)}}
}
