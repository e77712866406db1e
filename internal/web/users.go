package web

import (
	"bufio"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	accountpage "tuoxing/internal/web/page/account"
	"tuoxing/internal/web/part"
)

// getBulk shows the form that makes accounts, and the accounts that wait for their first login.
func (s *Server) getBulk(w http.ResponseWriter, r *http.Request) error {
	return s.showBulk(w, r, http.StatusOK, nil, nil)
}

func (s *Server) showBulk(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem, seen *accountpage.Preview) error {
	who, b := visitOf(r).actor, s.base(r)
	b.Path = "/users/bulk"
	after, done := r.URL.Query().Get("after"), int64(0)
	if n, err := strconv.ParseInt(r.URL.Query().Get("done"), 10, 64); err == nil && n > 0 && after != "" {
		done = n
	}
	list, total, err := s.Accounts.ListPending(r.Context(), who, after, perPage)
	if err != nil {
		return err
	}
	p := accountpage.BulkPage{Base: b, Role: r.FormValue("role"), Under: r.FormValue("under"), List: r.FormValue("list"), Site: r.FormValue("site"), Preview: seen, Problems: problems}
	if p.Site == "" {
		p.Site = s.site(r)
	}
	for _, role := range account.BulkRoles() {
		p.Roles = append(p.Roles, part.Option{Value: string(role), Label: b.T(role.Key())})
	}
	if p.Role == "" {
		p.Role = string(account.EnterpriseHR)
	}
	for _, u := range list {
		p.Pending = append(p.Pending, accountpage.Pending{ID: strconv.FormatInt(u.ID, 10), Login: u.Login, Unit: u.UnitName, Role: b.T(u.Role.Key()), Expires: u.Expires, Expired: !s.Now().Before(u.Expires)})
	}
	next, n := "", int64(len(list))
	if n > 0 && done+n < int64(total) {
		next = "/users/bulk?" + url.Values{"after": {list[n-1].Login}, "done": {strconv.FormatInt(done+n, 10)}}.Encode()
	}
	p.Pager = part.Pager{From: done + 1, To: done + n, Total: int64(total), Next: next}
	if after != "" {
		p.Pager.First = "/users/bulk"
	}
	return s.render(w, r, status, accountpage.Bulk(p))
}

// site is the address at which this request reached the server.
func (s *Server) site(r *http.Request) string {
	if s.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// siteOf reads the address that is printed on slips. It has to be one that a phone can open.
func siteOf(r *http.Request) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(r.PostFormValue("site")), "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fieldFault("site", "web_account.site_wrong")
	}
	return u.String(), nil
}

// postBulk shows for whom accounts would be made, and makes them when that was seen.
func (s *Server) postBulk(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	if err := who.Must(account.UserManage); err != nil {
		return err
	}
	site, err := siteOf(r)
	in := account.BulkInput{Role: account.Role(r.PostFormValue("role")), List: strings.Split(r.PostFormValue("list"), "\n")}
	if name := strings.TrimSpace(r.PostFormValue("under")); name != "" && err == nil {
		t, terr := s.tree(r.Context())
		if terr != nil {
			return terr
		}
		if in.Under, terr = t.Find(name); terr != nil {
			f, ok := fault.As(terr)
			if !ok {
				return terr
			}
			err = fieldFault("under", f.Key, f.Args...)
		}
	}
	makes := r.PostFormValue("step") == "make"
	var got account.Bulk
	switch {
	case err != nil:
	case makes:
		got, err = s.Accounts.CreateBulk(r.Context(), who, in)
	default:
		got, err = s.Accounts.PreviewBulk(r.Context(), who, in)
	}
	if fault.Is(err, fault.Invalid) {
		return s.showBulk(w, r, http.StatusUnprocessableEntity, s.problemsOf(s.base(r), err, "list"), nil)
	}
	if err != nil {
		return err
	}
	if makes {
		return s.printSlips(w, r, site, got)
	}
	seen := &accountpage.Preview{New: len(got.Slips), There: got.There}
	for _, x := range got.Slips[:min(len(got.Slips), firstNames)] {
		seen.First = append(seen.First, x.UnitName)
	}
	return s.showBulk(w, r, http.StatusOK, nil, seen)
}

// postSlips gives new slips for the ticked accounts; the old ones are void.
func (s *Server) postSlips(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	site, err := siteOf(r)
	var got account.Bulk
	if err == nil {
		ids := make([]int64, len(r.PostForm["user"]))
		for i, text := range r.PostForm["user"] {
			if ids[i], err = strconv.ParseInt(text, 10, 64); err != nil {
				ids[i] = 0 // which nobody is
			}
		}
		got.Slips, err = s.Accounts.ReissueSlips(r.Context(), visitOf(r).actor, ids)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.showBulk(w, r, statusOf[fault.KindOf(err)], s.problemsOf(s.base(r), err, "user"), nil)
	}
	if err != nil {
		return err
	}
	return s.printSlips(w, r, site, got)
}

// printSlips answers with the slips, page after page as they are drawn: a printout of 2,000 is some megabytes. The codes
// are in this answer alone, so nothing may keep it.
func (s *Server) printSlips(w http.ResponseWriter, r *http.Request, site string, got account.Bulk) error {
	b := s.base(r)
	b.Path = "/users/bulk"
	p := accountpage.SlipsPage{Base: b, Site: site + "/activate", There: got.There}
	for _, x := range got.Slips {
		qr, err := part.NewQR(p.Site + "#" + x.Login + "/" + x.Code)
		if err != nil {
			return err
		}
		p.Slips = append(p.Slips, accountpage.Slip{Unit: slipTitle(b, x), Role: b.T(x.Role.Key()), Login: x.Login, Code: x.Code, Until: date.On(x.Expires), QR: qr})
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	out := bufio.NewWriterSize(w, 1<<16)
	if err := accountpage.Slips(p).Render(r.Context(), out); err != nil {
		return err
	}
	return out.Flush()
}

// slipTitle says whose slip it is: the unit's, and before it the name of an account that is not called like its unit.
func slipTitle(b part.Base, x account.Slip) string {
	unit := x.UnitName
	if x.Unit == 0 {
		unit = b.T("web.whole_city")
	}
	if x.Name == "" || strings.HasPrefix(unit, x.Name) {
		return unit
	}
	return x.Name + " · " + unit
}

// getActivate shows the page to which a slip leads.
func (s *Server) getActivate(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, accountpage.Activate(accountpage.ActivatePage{Base: s.base(r)}))
}

// postActivate opens an account with its code and logs in.
func (s *Server) postActivate(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	in := account.ActivateInput{Login: strings.TrimSpace(r.PostFormValue("login")), Code: r.PostFormValue("code"), Password: r.PostFormValue("password")}
	var token string
	var err error
	if in.Password != r.PostFormValue("again") {
		err = fieldFault("again", "web_login.again_wrong")
	} else {
		token, _, err = s.Accounts.Activate(r.Context(), in, addressOf(r))
	}
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.Invalid:
		p := accountpage.ActivatePage{Base: s.base(r), Login: in.Login, Code: in.Code, Problems: s.base(r).Problems(fault.Fields(err))}
		if len(p.Problems) == 0 {
			sentence, fix := p.Fault(err)
			p.Problems, p.Fix = []part.Problem{{Name: "login", Text: sentence}}, fix
		}
		return s.render(w, r, statusOf[fault.KindOf(err)], accountpage.Activate(p))
	}
	if err != nil {
		return err
	}
	s.setSession(w, token, int(account.TotalTimeout.Seconds()))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
