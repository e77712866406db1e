package web

import (
	"net/http"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/web/part"
)

// roles are the readers as whom a made-up city can be looked at, none of a real one. A role that
// several have is told apart by its unit.
func (s *Server) roles(v *visit, b part.Base) []part.RoleChoice {
	if !s.Demo {
		return nil
	}
	var out []part.RoleChoice
	for _, l := range s.Logins {
		full, short := b.T(l.Role.Key()), b.T(l.Role.Key())
		if key := "web_demo.role_" + string(l.Role); b.Has(key) {
			short = b.T(key)
		}
		if l.Unit != "" {
			unit := b.UnitName(l.Unit)
			full += " · " + unit
			if slices.ContainsFunc(s.Logins, func(o Login) bool { return o.Role == l.Role && o.Login != l.Login }) {
				short += " · " + unit
			}
		}
		out = append(out, part.RoleChoice{Login: l.Login, Label: short, Full: full, Now: l.Login == v.actor.Login})
	}
	return out
}

// postRole lets the reader of a made-up city go on as somebody else: a login with the password that
// stands on the login page, and the end of the session before, both in the audit log. There is no
// other way in than that password, and on a real installation not even this address.
func (s *Server) postRole(w http.ResponseWriter, r *http.Request) error {
	if !s.Demo {
		return notFound()
	}
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	at := slices.IndexFunc(s.Logins, func(l Login) bool { return l.Login == r.PostFormValue("login") })
	if at < 0 {
		return notFound()
	}
	token, who, err := s.Accounts.Login(r.Context(), s.Logins[at].Login, s.Logins[at].Password, addressOf(r))
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Forbidden) { // somebody gave it another password
		return fault.New(fault.Conflict, "web_demo.closed").WithFix("web_demo.closed_fix").Because(err)
	}
	if err != nil {
		return err
	}
	if err := s.Accounts.Logout(r.Context(), visitOf(r).token); err != nil {
		return err
	}
	s.setSession(w, token, int(account.TotalTimeout.Seconds()))
	http.Redirect(w, r, stay(who, localPath(r.PostFormValue("back"))), http.StatusSeeOther)
	return nil
}

// stay is the page of the menu at which somebody may stay after they have become another; anything
// else, such as one person's file, might be closed to them, so they begin at home.
func stay(who account.Actor, back string) string {
	for _, n := range nav(who) {
		if n.Href == back {
			return back
		}
	}
	return "/"
}
