package web

import (
	"fmt"
	"net/http"

	"tuoxing/internal/locale"
	"tuoxing/internal/web/page/login"
)

// getLogin shows the login form.
func (s *Server) getLogin(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.URL.Query().Get("back"))
	if visitOf(r).actor.Known() {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, http.StatusOK, login.Show(login.Page{Base: s.base(r), Back: back}))
}

// choiceAge is how long language and theme are kept: one year, in seconds.
const choiceAge = 365 * 24 * 3600

// postPreference keeps the reader's language and theme and goes back to where they were.
func (s *Server) postPreference(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read the form: %w", err)
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
