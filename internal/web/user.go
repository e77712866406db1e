package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	accountpage "tuoxing/internal/web/page/account"
	"tuoxing/internal/web/part"
)

// usersAsked is the list of users as an address asks for it.
type usersAsked struct {
	account.Filter
	under string // as it was typed: name or code of a unit
	done  int64  // rows on the pages before
}

// usersOf reads an address. The unit is found by its name or code.
func (s *Server) usersOf(r *http.Request) (usersAsked, error) {
	form := r.URL.Query()
	q := usersAsked{under: strings.TrimSpace(form.Get("under")), Filter: account.Filter{Text: strings.TrimSpace(form.Get("q")), Role: account.Role(form.Get("role")), State: account.State(form.Get("state")),
		Order: listing.Order(form.Get("sort")), Limit: perPage}}
	q.After, _ = strconv.ParseInt(form.Get("after"), 10, 64)                                // what is no key begins at the beginning
	if q.done, _ = strconv.ParseInt(form.Get("done"), 10, 64); q.After == 0 || q.done < 0 { // only a count that is printed
		q.done = 0
	}
	if q.under == "" {
		return q, nil
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return q, err
	}
	if q.Under, err = t.Find(q.under); err != nil {
		f, ok := fault.As(err)
		if !ok {
			return q, err
		}
		return q, fieldFault("under", f.Key, f.Args...)
	}
	return q, nil
}

// url is the address of the list, from its first page on, without one of its filters.
func (q usersAsked) url(path, without string, more ...string) string {
	v := url.Values{}
	for name, text := range map[string]string{"q": q.Text, "role": string(q.Role), "state": string(q.State), "under": q.under, "sort": string(q.Order)} {
		if text != "" && name != without {
			v.Set(name, text)
		}
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// getUsers lists the accounts within the reader's reach.
func (s *Server) getUsers(w http.ResponseWriter, r *http.Request) error {
	who, b := visitOf(r).actor, s.base(r)
	if err := who.Must(account.UserManage); err != nil { // before the unit is looked up
		return err
	}
	q, err := s.usersOf(r)
	p := accountpage.ListPage{Base: b, Said: saidOf(b, r, map[string]string{"locked": "web_account.said_locked"}), Site: s.site(r), Query: q.Text, Under: q.under, Filters: userFilters(b, q)}
	var list []account.User
	total := 0
	if err == nil {
		list, total, err = s.Accounts.List(r.Context(), who, q.Filter)
	}
	p.CSV, p.XLSX = q.url("/users.csv", "sort"), q.url("/users.xlsx", "sort")
	if fields := fault.Fields(err); len(fields) > 0 {
		p.Problems = b.Problems(fields)
		return s.render(w, r, http.StatusUnprocessableEntity, accountpage.List(p))
	}
	if err != nil {
		return err
	}
	if p.Rows, err = s.userRows(r, b, list); err != nil {
		return err
	}
	p.Total, p.Chips = int64(total), userChips(b, q)
	p.Columns = sorted([]part.Column{{Label: b.T("web_account.who")}, {Label: b.T("web_account.role_head")}, {Label: b.T("web_account.unit")}, {Label: b.T("web.state")}, {Label: b.T("web_account.last_login")}, {Label: b.T("web_account.created")}},
		[]string{"login", "role", "unit", "", "seen", "created"}, q.Order, func(o listing.Order) string { g := q; g.Order = o; return g.url("/users", "") })
	p.Columns = append([]part.Column{{Label: b.T("web.choose")}}, p.Columns...)
	if q.Order != "" {
		p.Keep = []part.Pair{{Label: "sort", Value: string(q.Order)}}
	}
	n := int64(len(list))
	p.Pager = part.Pager{From: q.done + 1, To: q.done + n, Total: int64(total)}
	if q.After != 0 {
		p.Pager.First = q.url("/users", "")
	}
	if n == perPage && q.done+n < int64(total) {
		p.Pager.Next = q.url("/users", "", "after", strconv.FormatInt(list[n-1].ID, 10), "done", strconv.FormatInt(q.done+n, 10))
	}
	return s.render(w, r, http.StatusOK, accountpage.List(p))
}

// getUsersFile gives the list of users out, its filters being those of the page.
func (s *Server) getUsersFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := visitOf(r).actor.Must(account.UserManage); err != nil {
			return err
		}
		q, err := s.usersOf(r)
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Users, Format: form, Users: q.Filter})
	}
}

func (s *Server) userRows(r *http.Request, b part.Base, list []account.User) (rows []accountpage.Row, err error) {
	t, err := s.tree(r.Context())
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		row := accountpage.Row{ID: strconv.FormatInt(u.ID, 10), Href: userURL(u.ID), Login: u.Login, Name: u.Name, Role: b.T(u.Role.Key()), Unit: boundTo(b, t, u.Unit, date.On(s.Now())), LastLogin: u.LastLogin, CreatedAt: u.CreatedAt}
		row.State, row.StateWord = userState(b, u, s.Now())
		rows = append(rows, row)
	}
	return rows, nil
}

func userURL(id int64) string { return "/users/" + strconv.FormatInt(id, 10) }

// boundTo is the unit of an account in words.
func boundTo(b part.Base, t *org.Tree, unit org.UnitID, on date.Day) string {
	if unit == 0 {
		return b.T("web.whole_city")
	}
	return t.Name(unit, on)
}

func userState(b part.Base, u account.User, now time.Time) (part.Tone, string) {
	st := u.State(now)
	tone := map[account.State]part.Tone{account.Active: part.Good, account.Locked: part.Warn, account.Waiting: part.Info, account.Closed: part.Plain}[st]
	return tone, b.T(st.Key())
}

func userFilters(b part.Base, q usersAsked) []part.Field {
	all := part.Option{Label: b.T("web.all")}
	roles, states := []part.Option{all}, []part.Option{all}
	for _, x := range account.Roles {
		roles = append(roles, part.Option{Value: string(x), Label: b.T(x.Key())})
	}
	for _, x := range account.States {
		states = append(states, part.Option{Value: string(x), Label: b.T(x.Key())})
	}
	return []part.Field{{Name: "role", Label: b.T("web_account.role_head"), Value: string(q.Role), Options: roles}, {Name: "state", Label: b.T("web.state"), Value: string(q.State), Options: states}}
}

func userChips(b part.Base, q usersAsked) (out []part.Chip) {
	add := func(name, label, value string) {
		if value != "" {
			out = append(out, part.Chip{Label: label, Value: value, Remove: q.url("/users", name)})
		}
	}
	add("q", b.T("web_account.find"), q.Text)
	for _, f := range userFilters(b, q) {
		if i := slices.IndexFunc(f.Options, func(o part.Option) bool { return o.Value == f.Value }); i > 0 {
			add(f.Name, f.Label, f.Options[i].Label)
		}
	}
	add("under", b.T("web_account.below"), q.under)
	if q.Order != "" {
		way := b.T("web.sort_up")
		if q.Order.Down() {
			way = b.T("web.sort_down")
		}
		column := map[string]string{"login": "web_account.login", "role": "web_account.role_head", "unit": "web_account.unit", "seen": "web_account.last_login", "created": "web_account.created", "name": "web_account.who"}[q.Order.Name()]
		add("sort", b.T("web.sort"), b.T(column)+" "+way)
	}
	return out
}

// userOf reads the id in the address; what is none is nobody's.
func userOf(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// getUser shows one account.
func (s *Server) getUser(w http.ResponseWriter, r *http.Request) error {
	who, b, id := visitOf(r).actor, s.base(r), userOf(r)
	u, err := s.Accounts.Find(r.Context(), who, id)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	p := accountpage.UserPage{Base: b, Login: u.Login, Name: u.Name}
	p.State, p.StateWord = userState(b, u, s.Now())
	if p.Facts, err = s.userFacts(r, b, u, t); err != nil {
		return err
	}
	list, err := s.Accounts.Sessions(r.Context(), who, id)
	if err != nil {
		return err
	}
	for _, x := range list {
		p.Sessions = append(p.Sessions, accountpage.Session{OpenedAt: x.OpenedAt, SeenAt: x.SeenAt})
	}
	tokens, err := s.Accounts.Tokens(r.Context(), who, id)
	if err != nil {
		return err
	}
	p.Tokens = s.tokenRows(b, t, tokens)
	if account.Manages(who, u) {
		for _, name := range u.Acts(s.Now()) {
			if name == "sessions" { // it stands below the sessions themselves
				continue
			}
			p.Acts = append(p.Acts, part.Link{Label: b.T("web_account.act_" + name), Href: userURL(id) + "/" + name})
		}
		p.EndAll = userURL(id) + "/sessions"
		for i := range p.Tokens {
			if p.Tokens[i].Revoke != "" {
				p.Tokens[i].Revoke = userURL(id) + p.Tokens[i].Revoke
			}
		}
	} else {
		p.NoActs = b.T(whyNot(who, u))
		for i := range p.Tokens {
			p.Tokens[i].Revoke = ""
		}
	}
	if may(who, account.AuditRead) {
		p.Log = "/audit?" + url.Values{"who": {u.Login}}.Encode()
	}
	if act := r.URL.Query().Get("said"); slices.Contains(account.Acts, act) {
		p.Said = b.T("web_account.said_" + act)
	}
	return s.render(w, r, http.StatusOK, accountpage.Show(p))
}

// whyNot says why a reader may do nothing with an account.
func whyNot(who account.Actor, u account.User) string {
	switch {
	case !u.ClosedAt.IsZero():
		return "web_account.acts_closed"
	case who.UserID == u.ID:
		return "account.not_oneself"
	}
	return "account.role_above"
}

func (s *Server) userFacts(r *http.Request, b part.Base, u account.User, t *org.Tree) ([]part.Pair, error) {
	names, err := s.userNames(r.Context(), b, u.CreatedBy)
	if err != nil {
		return nil, err
	}
	seen := b.T("web_account.never")
	if !u.LastLogin.IsZero() {
		seen = b.Time(u.LastLogin)
	}
	facts := []part.Pair{
		{Label: b.T("web_account.login"), Value: u.Login}, {Label: b.T("web_account.role_head"), Value: b.T(u.Role.Key())}, {Label: b.T("web_account.unit"), Value: boundTo(b, t, u.Unit, date.On(s.Now()))},
		{Label: b.T("web_account.last_login"), Value: seen}, {Label: b.T("web_account.created"), Value: b.Time(u.CreatedAt)}, {Label: b.T("web_account.created_by"), Value: names[u.CreatedBy]},
	}
	if u.MustChange {
		facts = append(facts, part.Pair{Label: b.T("web_account.password"), Value: b.T("web_account.must_change")})
	}
	switch {
	case !u.ClosedAt.IsZero():
		facts = append(facts, part.Pair{Label: b.T("web_account.closed_at"), Value: b.Time(u.ClosedAt)})
	case !u.DisabledAt.IsZero():
		facts = append(facts, part.Pair{Label: b.T("web_account.locked_at"), Value: b.Time(u.DisabledAt)})
	case s.Now().Before(u.LockedUntil):
		facts = append(facts, part.Pair{Label: b.T("web_account.locked_until"), Value: b.Time(u.LockedUntil)})
	}
	return facts, nil
}
