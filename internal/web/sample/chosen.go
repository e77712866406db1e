package sample

import (
	"tuoxing/internal/web/page/chosen"
	"tuoxing/internal/web/part"
)

// chosen is the question before several rows are changed at once.
func (m maker) chosen() []Sample {
	b := m.at("/filings/calls/1/extend")
	title := m.w("2023年一季度职工花名册", "Roster of the first quarter of 2023")
	p := chosen.Page{Base: b, Title: b.T("web_filing.extend_many"), Sub: title, Field: "filing", Crumbs: []part.Link{{Label: b.T("web.nav_filings"), Href: "/filings"}, {Label: title, Href: "/filings/calls/1"}}}
	for i, id := range []string{"1", "2", "3"} {
		p.Rows = append(p.Rows, chosen.Row{ID: id, Name: m.firm(i), Under: b.T("filing.state.unsent") + " · " + b.T("web_filing.due_by", due)})
	}
	p.Harm = part.Harm{
		Action: b.Path, Title: b.T("web_filing.extend_many_title", "3"), Lines: []string{b.T("web_filing.extend_many_line"), b.T("web.chosen_all")}, Button: b.T("web_filing.extend_many_do"), Back: "/filings/calls/1",
		Confirm: &part.Field{Name: "until", Label: b.T("web_filing.until"), Type: "date", Required: true}, Reason: &part.Field{Name: "reason", Label: b.T("web_filing.reason"), Help: b.T("web_filing.extend_help"), Required: true},
	}
	stopped := p
	stopped.Rows = append([]chosen.Row{}, p.Rows...)
	stopped.Rows[1].Problem = b.T("filing.sent_already")
	people := chosen.Page{Base: m.at("/conflicts/accept"), Title: b.T("web_conflict.accept_many"), Sub: b.T("web_conflict.accept_many_sub"), Field: "conflict", Problems: []part.Problem{{Name: "why", Text: b.T("registry.reason_needed")}}}
	people.Rows = []chosen.Row{{ID: "1.name_differs.0", Name: "王五", Person: true, Under: m.w("同一身份证号下姓名不同", "Another name under the same ID number") + " · " + b.T("web_conflict.stays", "王五")}}
	people.Harm = part.Harm{Action: "/conflicts/accept", Title: b.T("web_conflict.accept_many_title", "1"), Lines: []string{b.T("web_conflict.accept_many_figures")}, Button: b.T("web_conflict.accept_many_do"), Back: "/conflicts",
		Reason: &part.Field{Name: "why", Label: b.T("web_conflict.why"), Required: true, Problem: b.T("registry.reason_needed")}}
	none := chosen.Page{Base: m.at("/users/lock"), Title: b.T("web_account.lock_many"), Field: "user", Harm: part.Harm{Action: "/users/lock", Back: "/users"}}
	return []Sample{
		{"chosen", "several at once, the question", chosen.Ask(p)}, {"chosen-stopped", "several at once, one stops it", chosen.Ask(stopped)}, {"chosen-people", "several at once, people", chosen.Ask(people)},
		{"chosen-empty", "several at once, none chosen", chosen.Ask(none)},
	}
}
