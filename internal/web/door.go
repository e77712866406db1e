package web

import (
	"net"
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/web/page/login"
	"tuoxing/internal/web/part"
)

// What the login page says first, as the address carries it.
const (
	saidEnded   = "ended"   // the session has ended
	saidChanged = "changed" // the password was changed: log in with the new one
)

// getLogin shows the login form.
func (s *Server) getLogin(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.URL.Query().Get("back"))
	if visitOf(r).known() {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	p := s.loginPage(r, back)
	switch r.URL.Query().Get("said") {
	case saidEnded:
		p.Notice = p.T("web_login.ended")
	case saidChanged:
		p.Notice = p.T("web_login.changed")
	}
	return s.render(w, r, http.StatusOK, login.Show(p))
}

func (s *Server) loginPage(r *http.Request, back string) login.Page {
	p := login.Page{Base: s.base(r), Back: back}
	for _, l := range s.Logins {
		unit := p.UnitName(l.Unit)
		if unit == "" {
			unit = p.T("web.whole_city")
		}
		p.Hints = append(p.Hints, login.Hint{User: l.Login, Password: l.Password, Label: p.T(l.Role.Key()) + " · " + unit})
	}
	return p
}

// postLogin opens a session. A mistake shows the form again; the password is not in it.
func (s *Server) postLogin(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	user, back := r.PostFormValue("user"), localPath(r.PostFormValue("back"))
	token, _, err := s.Registry.Login(r.Context(), user, r.PostFormValue("password"), addressOf(r))
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.Forbidden, fault.Invalid:
		p := s.loginPage(r, back)
		p.User = user
		sentence, fix := p.Fault(err)
		p.Problems, p.Fix = []part.Problem{{Name: "user", Text: sentence}}, fix
		return s.render(w, r, statusOf[fault.KindOf(err)], login.Show(p))
	}
	if err != nil {
		return err
	}
	s.setSession(w, token, int(account.TotalTimeout.Seconds()))
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// setSession keeps the session's token in the browser for so many seconds; below 0 forgets it.
func (s *Server) setSession(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{Name: SessionCookie, Value: token, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode})
}

// addressOf is the address that a request came from, for the audit log.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Server) postLogout(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.Logout(r.Context(), visitOf(r).token); err != nil {
		return err
	}
	s.setSession(w, "", -1)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

func (s *Server) passwordPage(r *http.Request) login.ChangePage {
	who := visitOf(r).actor
	p := login.ChangePage{Base: s.base(r), User: who.Login, First: who.MustChange}
	if isOwn(who) { // who logs in with the ID number, which is not written here
		p.User = ""
	}
	return p
}

func (s *Server) getPassword(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, login.Change(s.passwordPage(r)))
}

// postPassword changes the reader's own password; all their sessions end.
func (s *Server) postPassword(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var err error
	if r.PostFormValue("password") != r.PostFormValue("again") {
		err = fieldFault("again", "web_login.again_wrong")
	} else {
		err = s.Accounts.ChangePassword(r.Context(), visitOf(r).actor, r.PostFormValue("old"), r.PostFormValue("password"))
	}
	if fault.Is(err, fault.Invalid) {
		p := s.passwordPage(r)
		p.Problems = p.Base.Problems(fault.Fields(err))
		return s.render(w, r, http.StatusUnprocessableEntity, login.Change(p))
	}
	if err != nil {
		return err
	}
	s.setSession(w, "", -1)
	http.Redirect(w, r, "/login?said="+saidChanged, http.StatusSeeOther)
	return nil
}

// choiceAge is how long language and theme are kept: one year, in seconds.
const choiceAge = 365 * 24 * 3600

// postPreference keeps the reader's language and theme and goes back to where they were.
func (s *Server) postPreference(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	keep := func(name, value string) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: choiceAge, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode})
	}
	if lang, ok := locale.ParseLang(r.PostFormValue("lang")); ok {
		keep(langCookie, string(lang))
	}
	if theme, ok := themeOf(r.PostFormValue("theme")); ok {
		keep(themeCookie, theme)
	}
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

// unreadable is the answer to a form that cannot be read; one that is too large is answered so.
func unreadable(err error) error { return fault.New(fault.Invalid, "web_error.form").Because(err) }

// fieldFault is one mistake in one input.
func fieldFault(name, key string, args ...any) error {
	var c fault.Check
	c.Add(name, key, args...)
	return c.Err()
}
