package web

import (
	"net/http"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/intake"
	purposepage "tuoxing/internal/web/page/purpose"
)

// getPurposes shows the purpose register, to everybody who is logged in.
func (s *Server) getPurposes(w http.ResponseWriter, r *http.Request) error {
	b := s.base(r)
	lang, reg := string(b.Lang()), intake.Register()
	p := purposepage.Page{Base: b, NoPurpose: reg.NoPurpose}
	for _, f := range reg.Fields {
		line := purposepage.Field{Title: f.Title.In(lang), Purpose: f.Purpose.In(lang), Basis: f.Basis.In(lang), Retention: f.Retention.In(lang), Stored: byTable(f.Stored)}
		for _, role := range f.Viewers {
			line.Viewers = append(line.Viewers, b.T(account.Role(role).Key()))
		}
		p.Fields = append(p.Fields, line)
	}
	for _, t := range reg.Technical {
		p.Technical = append(p.Technical, purposepage.Technical{Why: t.Why.In(lang), Columns: byTable(t.Columns)})
	}
	return s.render(w, r, http.StatusOK, purposepage.Show(p))
}

// byTable writes columns of tables as a line for each table, in the order in which the tables come.
func byTable(columns []string) []string {
	var out []string
	at := map[string]int{}
	for _, name := range columns {
		table, column, _ := strings.Cut(name, ".")
		if i, ok := at[table]; ok {
			out[i] += ", " + column
			continue
		}
		at[table] = len(out)
		out = append(out, table+": "+column)
	}
	return out
}
