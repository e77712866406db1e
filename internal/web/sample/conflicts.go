package sample

import (
	"tuoxing/internal/web/page/conflict"
	"tuoxing/internal/web/part"
)

func (m maker) conflicts() []Sample {
	b := m.base
	titles := [][2]string{{"同时有两个主要用人单位", "Two main employers at once"}, {"同一证书编号的等级或发证日期不同", "One certificate number with two levels or days of issue"}, {"同一身份证号下姓名不同", "Another name under the same ID number"}}
	all := part.Option{Label: b.T("web.all")}
	list := conflict.ListPage{
		Base: m.at("/conflicts"), Total: 214, Decides: true, Pager: part.Pager{From: 21, To: 40, Total: 214, First: "/conflicts", Next: "/conflicts?after=1.two_main.2&done=40"},
		Filters: []part.Field{
			{Name: "kind", Label: b.T("web_conflict.what"), Options: []part.Option{all, {Value: "two_main", Label: m.w(titles[0][0], titles[0][1])}}},
			{Name: "part", Label: b.T("web_conflict.part"), Value: "task", Options: []part.Option{all, {Value: "task", Label: b.T("registry.conflict_part_task")}}},
			{Name: "state", Label: b.T("web.state"), Options: []part.Option{all, {Value: "open", Label: b.T("registry.conflict_state_open")}}},
		},
		Chips: []part.Chip{{Label: b.T("web_conflict.part"), Value: b.T("registry.conflict_part_task"), Remove: "/conflicts"}},
	}
	none := conflict.ListPage{Base: m.at("/conflicts"), Filters: list.Filters}
	for i := range 20 {
		r := conflict.Row{ID: "1.two_main.2", Open: i%5 != 4, Href: "/conflicts/1.two_main.2", Name: "王五", Unit: "示例光学有限公司", Title: m.w(titles[i%3][0], titles[i%3][1]), Task: i%3 != 2, Part: b.T("registry.conflict_part_task"),
			State: part.Warn, StateWord: b.T("registry.conflict_state_open"), Found: "2023-04-10"}
		if !r.Task {
			r.Part = b.T("registry.conflict_part_list")
		}
		if i%5 == 4 {
			r.State, r.StateWord = part.Good, b.T("registry.conflict_state_decided")
		}
		list.Rows = append(list.Rows, r)
	}
	return []Sample{
		{"conflicts", "conflicts", conflict.List(list)}, {"conflicts-empty", "conflicts, none", conflict.List(none)},
		{"conflict", "conflict between two rosters", conflict.Show(m.conflict(false))}, {"conflict-decided", "conflict, decided", conflict.Show(m.conflict(true))},
		{"conflict-empty", "conflict, for a reader", conflict.Show(conflict.Page{Base: m.at("/conflicts/1.name_differs.0"), ID: "1.name_differs.0", Name: "王五", Worker: "/workers/1", Title: m.w(titles[2][0], titles[2][1]), State: part.Warn, StateWord: b.T("registry.conflict_state_open")})},
	}
}

func (m maker) conflict(decided bool) conflict.Page {
	b := m.base
	danyang, jurong := m.w("丹阳市", "Danyang"), m.w("句容市", "Jurong")
	employees := m.w("职工", "Employees")
	at := "/conflicts/1.two_main.2"
	p := conflict.Page{
		Base: m.at(at), ID: "1.two_main.2", Name: "王五", Worker: "/workers/1", Title: m.w("同时有两个主要用人单位", "Two main employers at once"),
		Advice: m.w("向两家单位核实：已离开的由原单位报离职日期；确实兼职的，在此确定哪一家是主要用人单位。", "Ask both units: who has left is reported as a leaver by the old one; where both hold, decide here which is the main one."),
		State:  part.Warn, StateWord: b.T("registry.conflict_state_open"),
		Statements: []conflict.Statement{
			{ID: "11", Says: b.T("web_conflict.employed", "句容糕点厂", "2022-03-01"), Kind: b.T("registry.source_enterprise"), AsOf: b.T("web_conflict.as_of", "2023-04-10"), Holds: true, Source: part.Source{File: "糕点厂花名册.xlsx", Sheet: "1", Row: 7, Href: "/imports/1/rows/0/7"}},
			{ID: "12", Says: b.T("web_conflict.employed", "示例光学有限公司", "2019-07-01"), Kind: b.T("registry.source_district"), AsOf: b.T("web_conflict.as_of", "2023-04-10"), Source: part.Source{File: "丹阳市职工花名册.xlsx", Sheet: "1", Row: 23, Href: "/imports/2/rows/0/23"},
				Changes: []conflict.Change{{Figure: employees, District: danyang, By: "+1", Span: b.T("web_worker.since", "2022-03-01")}, {Figure: employees, District: jurong, By: "−1", Span: b.T("web_worker.since", "2022-03-01")}}},
		},
		Decide: &part.Harm{Action: at + "/decide", Title: b.T("web_conflict.decide_title"), Button: b.T("web_conflict.decide"), Back: "/conflicts", Reason: &part.Field{Name: "why", ID: "why-decide", Label: b.T("web_conflict.why"), Help: b.T("web_worker.erase_why_help"), Required: true},
			Lines: []string{b.T("web_conflict.decide_aside"), b.T("web_conflict.decide_figures"), b.T("web_conflict.decide_undo")}},
	}
	if decided {
		p.State, p.StateWord = part.Good, b.T("registry.conflict_state_decided")
		p.Decision = []part.Pair{{Label: b.T("web_conflict.why"), Value: m.w("经两家单位核实", "Asked at both units")}, {Label: b.T("web_conflict.decided_at"), Value: "2023-04-12 09:30"}}
		p.Reopen = &part.Harm{Action: at + "/reopen", Title: b.T("web_conflict.reopen_title"), Button: b.T("web_conflict.reopen"), Back: at, Reason: &part.Field{Name: "why", ID: "why-reopen", Label: b.T("web_conflict.why"), Required: true}, Lines: []string{b.T("web_conflict.reopen_rule"), b.T("web_worker.revoke_kept")}}
	}
	return p
}
