package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/filing"
	"tuoxing/internal/registry"
	chosenpage "tuoxing/internal/web/page/chosen"
	"tuoxing/internal/web/part"
)

// ask shows the question before an act on several, with what stopped the act beside the row that it names.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, p chosenpage.Page, err error) error {
	status := http.StatusOK
	for _, x := range p.Base.Problems(fault.Fields(err)) {
		status = http.StatusUnprocessableEntity
		if i := slices.IndexFunc(p.Rows, func(row chosenpage.Row) bool { return row.ID == x.Name }); i >= 0 {
			p.Rows[i].Problem = x.Text
		} else {
			p.Problems = append(p.Problems, x)
		}
	}
	p.Harm.Lines = append(p.Harm.Lines, p.T("web.chosen_all"))
	if p.Harm.Reason != nil {
		p.Harm.Reason.Value, p.Harm.Reason.Problem = r.PostFormValue(p.Harm.Reason.Name), part.ProblemOf(p.Problems, p.Harm.Reason.Name)
	}
	return s.render(w, r, status, chosenpage.Ask(p))
}

// done leads back to a list, which says what was done with how many.
func done(w http.ResponseWriter, r *http.Request, to, said string, n int) error {
	http.Redirect(w, r, to+"?"+url.Values{"said": {said}, "n": {strconv.Itoa(n)}}.Encode(), http.StatusSeeOther)
	return nil
}

// saidOf is what a list says was just done with several: only told, it decides nothing.
func saidOf(b part.Base, r *http.Request, words map[string]string) string {
	n, err := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
	key, known := words[r.URL.Query().Get("said")]
	if err != nil || n < 1 || !known {
		return ""
	}
	return b.T(key, b.Int(n))
}

// extendMany asks for the later day of several units of a call (GET), and gives it to all of them or none (POST).
func (s *Server) extendMany(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var id filing.CallID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	c, err := s.Filings.FindCall(r.Context(), who, id)
	if err != nil {
		return err
	}
	ids, err := chosenFilings(r.Form["filing"])
	if err == nil && r.Method == http.MethodPost {
		var check fault.Check
		until := dayOf(&check, r, "until")
		if err = check.Err(); err == nil {
			err = s.Filings.ExtendMany(r.Context(), who, ids, until, r.PostFormValue("reason"))
		}
		if err == nil {
			return done(w, r, callURL(id), "extended", len(ids))
		}
	}
	if err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	rows, _, _, lerr := s.Filings.List(r.Context(), who, id, filing.Filter{})
	if lerr != nil {
		return lerr
	}
	b := s.base(r)
	b.Path = callURL(id, "extend")
	p := chosenpage.Page{Base: b, Title: b.T("web_filing.extend_many"), Sub: c.Title, Field: "filing", Crumbs: []part.Link{{Label: b.T("web.nav_filings"), Href: "/filings"}, {Label: c.Title, Href: callURL(id)}}}
	for _, x := range rows {
		if slices.Contains(ids, x.ID) {
			p.Rows = append(p.Rows, chosenpage.Row{ID: x.ID.String(), Name: x.Name, Under: b.T(x.State.Key()) + " · " + b.T("web_filing.due_by", x.DueOn)})
		}
	}
	p.Harm = part.Harm{
		Action: b.Path, Title: b.T("web_filing.extend_many_title", b.Int(int64(len(p.Rows)))), Lines: []string{b.T("web_filing.extend_many_line")}, Button: b.T("web_filing.extend_many_do"), Back: callURL(id),
		Confirm: &part.Field{Name: "until", Label: b.T("web_filing.until"), Type: "date", Required: true, Value: r.PostFormValue("until"), Min: date.On(s.Now()).String(), Problem: part.ProblemOf(b.Problems(fault.Fields(err)), "until")},
		Reason:  &part.Field{Name: "reason", Label: b.T("web_filing.reason"), Help: b.T("web_filing.extend_help"), Required: true, Auto: "off"},
	}
	return s.ask(w, r, p, err)
}

// lockMany asks before several users are locked (GET), and locks all of them or none (POST).
func (s *Server) lockMany(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if err := who.Must(account.UserManage); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var ids []int64
	for _, text := range r.Form["user"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			id = 0 // which nobody is
		}
		ids = append(ids, id)
	}
	var err error
	if r.Method == http.MethodPost {
		if err = s.Accounts.LockMany(r.Context(), who, ids); err == nil {
			return done(w, r, "/users", "locked", len(ids))
		}
		if len(fault.Fields(err)) == 0 {
			return err
		}
	}
	t, terr := s.tree(r.Context())
	if terr != nil {
		return terr
	}
	b := s.base(r)
	b.Path = "/users/lock"
	p := chosenpage.Page{Base: b, Title: b.T("web_account.lock_many"), Field: "user", Crumbs: []part.Link{{Label: b.T("web.nav_users"), Href: "/users"}}}
	for _, id := range ids {
		u, ferr := s.Accounts.Find(r.Context(), who, id)
		if ferr != nil {
			return ferr
		}
		_, state := userState(b, u, s.Now())
		p.Rows = append(p.Rows, chosenpage.Row{ID: strconv.FormatInt(id, 10), Name: u.Name, Person: true, Under: u.Login + " · " + b.UnitName(boundTo(b, t, u.Unit, date.On(s.Now()))) + " · " + state})
	}
	p.Harm = part.Harm{Action: b.Path, Title: b.T("web_account.lock_many_title", b.Int(int64(len(p.Rows)))), Lines: []string{b.T("web_account.will_lock"), b.T("web_account.will_log")}, Button: b.T("web_account.lock_many_do"), Back: "/users"}
	return s.ask(w, r, p, err)
}

// acceptMany asks before several conflicts are settled as the precedence of sources has them (GET), and settles all of
// them or none (POST).
func (s *Server) acceptMany(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if err := who.Must(account.ConflictDecide); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var places []registry.ConflictPlace
	for _, text := range r.Form["conflict"] {
		at, err := registry.ParseConflictPlace(text)
		if err != nil {
			return err
		}
		places = append(places, at)
	}
	var err error
	if r.Method == http.MethodPost {
		if err = s.Registry.AcceptConflicts(r.Context(), who, places, r.PostFormValue("why")); err == nil {
			return done(w, r, "/conflicts", "accepted", len(places))
		}
		if len(fault.Fields(err)) == 0 {
			return err
		}
	}
	b := s.base(r)
	b.Path = "/conflicts/accept"
	l, lerr := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if lerr != nil {
		return lerr
	}
	x := paper{Base: b, l: l, today: date.On(s.Now())}
	p := chosenpage.Page{Base: b, Title: b.T("web_conflict.accept_many"), Sub: b.T("web_conflict.accept_many_sub"), Field: "conflict", Crumbs: []part.Link{{Label: b.T("web.nav_conflicts"), Href: "/conflicts"}}}
	for _, at := range places {
		f, ferr := s.Registry.FindConflict(r.Context(), who, at.Worker, at.Kind, at.About)
		if ferr != nil {
			return ferr
		}
		title, _ := s.conflictWords(b, f.Kind)
		p.Rows = append(p.Rows, chosenpage.Row{ID: at.String(), Name: nameShown(b, f.Worker.Name), Person: true, Under: title + " · " + b.T("web_conflict.stays", x.says(f.Kind, f.Choices[0].Stated))})
	}
	p.Harm = part.Harm{
		Action: b.Path, Title: b.T("web_conflict.accept_many_title", b.Int(int64(len(p.Rows)))), Lines: []string{b.T("web_conflict.accept_many_figures"), b.T("web_conflict.decide_undo")}, Button: b.T("web_conflict.accept_many_do"), Back: "/conflicts",
		Reason: &part.Field{Name: "why", Label: b.T("web_conflict.why"), Help: b.T("web_worker.erase_why_help"), Auto: "off", Required: true},
	}
	return s.ask(w, r, p, err)
}
