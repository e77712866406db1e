package sample

import (
	"tuoxing/internal/fault"
	"tuoxing/internal/web/page/reference"
)

func (m maker) references() []Sample {
	b := m.at("/reference")
	p := reference.Page{Base: b, Version: "1.0.0", Problem: []reference.Field{{Name: "detail", Type: "string", About: "What is wrong, in the language of the caller", Required: true}, {Name: "fix", Type: "string", About: "What to do about it, in the language of the caller", Required: true}},
		Groups: []reference.Group{
			{ID: "group-figure", Name: b.T("web_reference.group_figure"), Operations: []reference.Operation{{
				ID: "figure-list", Method: "GET", Path: "/api/v1/figures", Summary: "The catalogue of figures", Example: "curl -H \"Authorization: Bearer $TOKEN\" \\\n  https:" + "//tuoxing.example/api/v1/figures",
				Takes:   []reference.Field{{Name: "on", Type: "query · string, date", About: "The day"}},
				Answers: []reference.Answer{{Status: "200", About: "OK", Kinds: []string{"application/json"}, Fields: []reference.Field{{Name: "figures[].name", Type: "string", Required: true}}}},
			}}},
			{ID: "group-session", Name: b.T("web_reference.group_session"), Operations: []reference.Operation{{
				ID: "session-open", Method: "POST", Path: "/api/v1/session", Summary: "Log in", Public: true, Example: "curl -X POST \\\n  -H 'Content-Type: application/json' -d '{\"login\":\"city\",\"password\":\"a-long-password\"}' \\\n  https:" + "//tuoxing.example/api/v1/session",
				BodyKinds: []string{"application/json"}, Body: []reference.Field{{Name: "login", Type: "string", Required: true}, {Name: "password", Type: "string", Required: true}}, Answers: []reference.Answer{{Status: "204", About: "No Content"}},
			}}},
		}}
	for i, k := range fault.Kinds { // the real page has the statuses of the door's table
		p.Kinds = append(p.Kinds, reference.Kind{Status: []int{500, 422, 404, 409, 403, 401, 413, 503}[i%8], Type: "urn:tuoxing:problem:" + k.String(), Title: b.T("api.title_" + k.String()), Fix: b.T("api.fix_" + k.String())})
	}
	return []Sample{{"reference", "JSON interface", reference.Show(p)}, {"reference-empty", "JSON interface, none", reference.Show(reference.Page{Base: b})}}
}
