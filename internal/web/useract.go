package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	accountpage "tuoxing/internal/web/page/account"
	"tuoxing/internal/web/part"
)

// crumbsOf lead from an account's own pages back to it.
func crumbsOf(b part.Base, u account.User) []part.Link {
	return []part.Link{{Label: b.T("web.nav_users"), Href: "/users"}, {Label: u.Name, Href: userURL(u.ID)}}
}

// getUserAct asks before an account is changed.
func (s *Server) getUserAct(w http.ResponseWriter, r *http.Request) error {
	return s.askUserAct(w, r, http.StatusOK, nil)
}

func (s *Server) askUserAct(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	act := r.PathValue("act")
	who, b := visitOf(r).actor, s.base(r)
	u, err := s.Accounts.Find(r.Context(), who, userOf(r))
	if err != nil {
		return err
	}
	if !slices.Contains(account.Acts, act) {
		return notFound()
	}
	if !account.Manages(who, u) {
		return fault.New(fault.Forbidden, whyNot(who, u))
	}
	b.Path = userURL(u.ID) + "/" + act
	p := accountpage.AskPage{Base: b, Title: b.T("web_account.act_" + act), Of: u.Name + " · " + u.Login, Crumbs: crumbsOf(b, u), Action: b.Path, Back: userURL(u.ID), Button: b.T("web_account.do_" + act), Problems: problems}
	if p.Lines, err = s.userWill(r, b, u, act); err != nil {
		return err
	}
	switch act {
	case "set":
		if p.Fields, err = s.setFields(r, b, u, problems); err != nil {
			return err
		}
	case "slip":
		p.Fields = []part.Field{s.siteField(r, b, problems)}
	}
	return s.render(w, r, status, accountpage.Ask(p))
}

// userWill says in numbers what an act will do.
func (s *Server) userWill(r *http.Request, b part.Base, u account.User, act string) (lines []string, err error) {
	who := visitOf(r).actor
	sessions, err := s.Accounts.Sessions(r.Context(), who, u.ID)
	if err != nil {
		return nil, err
	}
	tokens, err := s.Accounts.Tokens(r.Context(), who, u.ID)
	if err != nil {
		return nil, err
	}
	good := 0
	for _, t := range tokens {
		if t.Good(date.On(s.Now())) {
			good++
		}
	}
	lines = append(lines, b.T("web_account.will_"+act))
	if act != "unlock" {
		lines = append(lines, b.T("web_account.will_end", len(sessions)))
	}
	switch act {
	case "slip", "password", "close":
		lines = append(lines, b.T("web_account.will_revoke", good))
	case "lock":
		lines = append(lines, b.T("web_account.will_rest", good))
	case "set":
		lines = append(lines, b.T("web_account.will_cut", good))
	}
	return append(lines, b.T("web_account.will_log")), nil
}

// setFields are what can be changed of an account, filled with what it is.
func (s *Server) setFields(r *http.Request, b part.Base, u account.User, problems []part.Problem) ([]part.Field, error) {
	t, err := s.tree(r.Context())
	if err != nil {
		return nil, err
	}
	name, role, unit := u.Name, string(u.Role), ""
	if u.Unit != 0 {
		unit = t.Name(u.Unit, date.On(s.Now()))
	}
	if r.Method == http.MethodPost { // the person's own words
		name, role, unit = r.PostFormValue("name"), r.PostFormValue("role"), r.PostFormValue("unit")
	}
	return s.bindingFields(b, visitOf(r).actor, name, role, unit, problems), nil
}

// bindingFields are name, role and unit of an account.
func (s *Server) bindingFields(b part.Base, who account.Actor, name, role, unit string, problems []part.Problem) []part.Field {
	var roles []part.Option
	for _, x := range account.Offers(who) {
		roles = append(roles, part.Option{Value: string(x.Role), Label: b.T(x.Role.Key())})
	}
	return []part.Field{
		{Name: "name", Label: b.T("web_account.name"), Help: b.T("web_account.name_help"), Value: name, Required: true, Auto: "off", Problem: part.ProblemOf(problems, "name")},
		{Name: "role", Label: b.T("web_account.role_head"), Help: b.T("web_account.role_help"), Value: role, Required: true, Options: roles, Problem: part.ProblemOf(problems, "role")},
		{Name: "unit", Label: b.T("web_account.unit"), Help: b.T("web_account.unit_help"), Value: unit, Auto: "off", Problem: part.ProblemOf(problems, "unit")},
	}
}

// siteField is the address that is printed on a slip.
func (s *Server) siteField(r *http.Request, b part.Base, problems []part.Problem) part.Field {
	site := r.PostFormValue("site")
	if site == "" {
		site = s.site(r)
	}
	return part.Field{Name: "site", Label: b.T("web_account.site"), Help: b.T("web_account.site_help"), Value: site, Required: true, Auto: "off", Problem: part.ProblemOf(problems, "site")}
}

// unitIn finds the unit that was typed into a form, by name or code; nothing typed is no unit.
func (s *Server) unitIn(r *http.Request, field string) (org.UnitID, error) {
	text := strings.TrimSpace(r.FormValue(field))
	if text == "" {
		return 0, nil
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return 0, err
	}
	unit, err := t.Find(text)
	if f, ok := fault.As(err); ok {
		return 0, fieldFault(field, f.Key, f.Args...)
	}
	return unit, err
}

// postUserAct changes an account, and shows it again or what is shown once.
func (s *Server) postUserAct(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	act, id := r.PathValue("act"), userOf(r)
	who := visitOf(r).actor
	if err := who.Must(account.UserManage); err != nil {
		return err
	}
	var given string
	var slip account.Slip
	site, err := "", error(nil)
	switch act {
	case "set":
		err = s.setUser(r, who, id)
	case "slip":
		if site, err = siteOf(r); err == nil {
			slip, err = s.Accounts.RenewCode(r.Context(), who, id)
		}
	case "password":
		given, err = s.Accounts.SetPassword(r.Context(), who, id)
	case "lock":
		err = s.Accounts.Lock(r.Context(), who, id)
	case "unlock":
		err = s.Accounts.Unlock(r.Context(), who, id)
	case "sessions":
		err = s.Accounts.EndSessions(r.Context(), who, id)
	case "close":
		err = s.Accounts.Close(r.Context(), who, id)
	default:
		return notFound()
	}
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.askUserAct(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	switch {
	case err != nil:
		return err
	case act == "slip":
		return s.printSlips(w, r, site, account.Bulk{Slips: []account.Slip{slip}})
	case act == "password":
		return s.showPassword(w, r, id, given)
	}
	http.Redirect(w, r, userURL(id)+"?said="+act, http.StatusSeeOther)
	return nil
}

func (s *Server) setUser(r *http.Request, who account.Actor, id int64) error {
	unit, err := s.unitIn(r, "unit")
	if err != nil {
		return err
	}
	if strings.TrimSpace(r.PostFormValue("name")) == "" {
		return fieldFault("name", "account.name_length")
	}
	return s.Accounts.Set(r.Context(), who, id, account.SetInput{Name: r.PostFormValue("name"), Role: account.Role(r.PostFormValue("role")), Unit: unit})
}

// showPassword shows an initial password this once.
func (s *Server) showPassword(w http.ResponseWriter, r *http.Request, id int64, password string) error {
	b := s.base(r)
	u, err := s.Accounts.Find(r.Context(), visitOf(r).actor, id)
	if err != nil {
		return err
	}
	b.Path = userURL(id)
	return s.render(w, r, http.StatusOK, accountpage.Given(accountpage.GivenPage{Base: b, Title: b.T("web_account.initial"), Of: u.Name + " · " + u.Login, Note: b.T("web_account.initial_note"),
		Label: b.T("web_account.initial"), Value: password, Crumbs: crumbsOf(b, u), Back: userURL(id)}))
}

// getNewUser shows the form of a new account.
func (s *Server) getNewUser(w http.ResponseWriter, r *http.Request) error {
	return s.showNewUser(w, r, http.StatusOK, nil)
}

func (s *Server) showNewUser(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	who, b := visitOf(r).actor, s.base(r)
	if err := who.Must(account.UserManage); err != nil {
		return err
	}
	b.Path = "/users/new"
	login := part.Field{Name: "login", Label: b.T("web_account.login"), Help: b.T("web_account.login_help"), Value: r.PostFormValue("login"), Required: true, Auto: "off", Problem: part.ProblemOf(problems, "login")}
	fields := append([]part.Field{login}, s.bindingFields(b, who, r.PostFormValue("name"), r.PostFormValue("role"), r.PostFormValue("unit"), problems)...)
	p := accountpage.AskPage{Base: b, Title: b.T("web_account.new"), Of: b.T("web_account.new_sub"), Crumbs: []part.Link{{Label: b.T("web.nav_users"), Href: "/users"}}, Action: "/users", Back: "/users",
		Fields: append(fields, s.siteField(r, b, problems)), Button: b.T("web_account.new_do"), Problems: problems}
	return s.render(w, r, status, accountpage.Ask(p))
}

// postNewUser makes an account and answers with its slip.
func (s *Server) postNewUser(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	if err := who.Must(account.UserManage); err != nil {
		return err
	}
	site, err := siteOf(r)
	wrong := fault.Fields(err)
	in := account.CreateInput{Login: strings.TrimSpace(r.PostFormValue("login")), Name: r.PostFormValue("name"), Role: account.Role(r.PostFormValue("role"))}
	in.Unit, err = s.unitIn(r, "unit")
	if err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	unit := fault.Fields(err)
	var slip account.Slip
	if len(wrong)+len(unit) == 0 {
		slip, err = s.Accounts.Add(r.Context(), who, in)
	} else { // what else is wrong is told with it
		err = s.Accounts.CheckNew(r.Context(), who, in)
	}
	if err != nil && len(fault.Fields(err)) == 0 {
		return err
	}
	for _, f := range fault.Fields(err) {
		if f.Name != "unit" || len(unit) == 0 { // what is said of a unit that was not found says more than that there is none
			wrong = append(wrong, f)
		}
	}
	if fields := append(wrong, unit...); len(fields) > 0 {
		return s.showNewUser(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	return s.printSlips(w, r, site, account.Bulk{Slips: []account.Slip{slip}})
}

// getUserToken asks before a user's token is revoked by who manages users.
func (s *Server) getUserToken(w http.ResponseWriter, r *http.Request) error {
	who, b := visitOf(r).actor, s.base(r)
	u, err := s.Accounts.Find(r.Context(), who, userOf(r))
	if err != nil {
		return err
	}
	if !account.Manages(who, u) {
		return fault.New(fault.Forbidden, whyNot(who, u))
	}
	return s.askRevoke(w, r, u.ID, userURL(u.ID)+"/tokens/"+r.PathValue("token")+"/revoke", userURL(u.ID), crumbsOf(b, u))
}

// postUserToken revokes a user's token.
func (s *Server) postUserToken(w http.ResponseWriter, r *http.Request) error {
	return s.revoke(w, r, userOf(r), userURL(userOf(r)))
}

func tokenOf(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.PathValue("token"), 10, 64)
	if err != nil {
		return 0 // which none is
	}
	return id
}
