// Package web is the pages door: it turns a request into a call of a module's verb and the
// answer into a page, and nothing else.
//
// Words: a Route is one line of the one list that the server is built from and that tests
// walk; a visit is what is known of a request; a page is a props struct of a package under
// page/, made of the pieces in part/. Every page works without JavaScript, charts excepted.
//
// A rule written here is a bug: rights, checks and sums live in the modules. Nothing of a
// person (name, ID number, search words) goes into the log, an address or an error text.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"tuoxing/internal/web/part"
	"tuoxing/internal/web/static"
)

// Server serves the pages. All fields are set once, before Handler is called.
type Server struct {
	Log  *slog.Logger
	Now  func() time.Time
	Demo bool // the database holds a made-up city: every page says so
	// Secure marks cookies for encrypted connections only; off on a laptop.
	Secure bool
	// MaxUpload is the largest file that may be handed in, in bytes.
	MaxUpload int64
	// WhoIs names the person behind a session token. An unknown or ended session is an
	// Unauthenticated fault; anything else is internal.
	WhoIs func(ctx context.Context, token string) (part.Actor, error)
}

// Route is one line of the list of everything the server answers.
type Route struct {
	Method  string
	Pattern string // of http.ServeMux, without the method
	Name    string // of the log and of the tests: figure.rows
	Public  bool   // also for people who are not logged in
	MaxBody int64  // of the request, in bytes; 0 is maxForm
	Handle  func(http.ResponseWriter, *http.Request) error
}

// maxForm is the largest ordinary form: long texts and a few hundred ticked boxes.
const maxForm = 1 << 20

// Routes is everything the server answers except static files. A test asks each line as
// nobody, as a stranger and as the right person.
func (s *Server) Routes() []Route {
	return []Route{
		{Method: "GET", Pattern: "/login", Name: "login.form", Public: true, Handle: s.getLogin},
		{Method: "POST", Pattern: "/preference", Name: "preference.set", Public: true, Handle: s.postPreference},
	}
}

// nav is the main menu.
func nav() []part.NavItem {
	return []part.NavItem{
		{Key: "web.nav_home", Icon: "home", Href: "/"},
		{Key: "web.nav_figures", Icon: "chart-bar", Href: "/figures"},
		{Key: "web.nav_workers", Icon: "users", Href: "/workers"},
		{Key: "web.nav_imports", Icon: "file-import", Href: "/imports"},
	}
}

// Handler builds the door: the routes behind request id → log → recover → session →
// language → cross-origin protection → body limit.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.Routes() {
		mux.Handle(r.Method+" "+r.Pattern, s.page(r))
	}
	lost := Route{Name: "lost", Public: true, Handle: func(http.ResponseWriter, *http.Request) error { return notFound() }}
	mux.Handle("/", s.page(lost))
	pages := s.identify(s.logged(s.recovered(s.session(s.language(s.sameOrigin(mux))))))

	top := http.NewServeMux()
	top.HandleFunc("GET "+static.Prefix, func(w http.ResponseWriter, r *http.Request) {
		if !static.Serve(w, r) {
			pages.ServeHTTP(w, r)
		}
	})
	top.Handle("/", pages)
	return policy(top)
}
