package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/web/page/errorpage"
	"tuoxing/internal/web/part"
)

// statusOf is the door's table from the kind of a fault to the HTTP status; a test holds it
// complete.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

func notFound() error {
	return fault.New(fault.NotFound, "web_error.not_found").WithFix("web_error.not_found_fix")
}

// page is the adapter of every route: it asks for a login, limits the body, runs the
// handler and turns a returned error into a page.
func (s *Server) page(route Route) http.Handler {
	limit := route.MaxBody
	if limit == 0 {
		limit = maxForm
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r)
		v.route = route.Name
		if !route.Public && !v.known() {
			s.askLogin(w, r)
			return
		}
		if v.actor.MustChange && !route.First {
			http.Redirect(w, r, "/password", http.StatusSeeOther)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := route.Handle(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// base is what every page knows of its request.
func (s *Server) base(r *http.Request) part.Base {
	v := visitOf(r)
	b := part.Base{Printer: locale.New(v.lang), Path: r.URL.RequestURI(), Demo: s.Demo, RequestID: v.id, Theme: v.theme}
	if r.Method != http.MethodGet { // what was sent is not in the address, and there is nothing to come back to
		b.Path = r.URL.Path
	}
	if v.known() {
		b.Actor = part.Actor{Name: b.Person(v.actor.Name), Role: b.T(v.actor.Role.Key()), Unit: b.UnitName(v.unit)}
		if v.unit == "" {
			b.Actor.Unit = b.T("web.whole_city")
		}
		if isOwn(v.actor) { // an account of a worker has no name: whose it is the pages say
			b.Actor = part.Actor{Name: b.T(v.actor.Role.Key()), Role: b.T("web_own.side")}
			b.Complain = ownComplain
		}
		b.Nav, b.Search = nav(v.actor), may(v.actor, account.WorkerRead)
		b.Roles = s.roles(v, b)
	}
	return b
}

// render writes a page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	return write(w, r, status, c)
}

// usualPage is the size of a list of 50 rows in bytes.
const usualPage = 64 << 10

// write renders to a buffer first, so that an error in the middle is still an error page.
// Pages name people: nothing between here and the reader may keep them.
func write(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	b.Grow(usualPage)
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	// A client that hangs up is no error of ours.
	_, _ = w.Write(b.Bytes())
	return nil
}

// fail answers an error with a page and keeps its cause for the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = fault.New(fault.TooLarge, "web_error.too_large", tooBig.Limit>>20).WithFix("web_error.too_large_fix")
	}
	if fault.Is(err, fault.Unauthenticated) {
		s.askLogin(w, r)
		return
	}
	v, b := visitOf(r), s.base(r)
	if f, ok := fault.As(err); ok && f.Key == "registry.notice_first" {
		http.Redirect(w, r, "/me/notice", http.StatusSeeOther)
		return
	}
	v.cause = err
	p := errorpage.Page{Base: b, Status: statusOf[fault.KindOf(err)], Back: part.Link{Label: b.T("web_error.home"), Href: "/"}}
	p.Sentence, p.Fix = b.Fault(err)
	p.Problems = b.Problems(fault.Fields(err))
	if !v.known() {
		p.Back = part.Link{Label: b.T("web_error.login"), Href: "/login"}
	}
	if werr := s.render(w, r, p.Status, errorpage.Show(p)); werr != nil {
		v.cause = errors.Join(err, werr)
		http.Error(w, v.id, p.Status)
	}
}

// askLogin sends a reader without a session to the login page and remembers where they
// wanted to go; a part of a page that htmx fetches moves the whole window.
func (s *Server) askLogin(w http.ResponseWriter, r *http.Request) {
	to, q := "/login", url.Values{}
	if r.Method == http.MethodGet && r.Header.Get("HX-Request") == "" && r.URL.Path != "/" {
		q.Set("back", r.URL.RequestURI())
	}
	if visitOf(r).token != "" {
		q.Set("said", saidEnded)
	}
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// localPath keeps a "go back to" inside this server; anything else leads home.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n") {
		return "/"
	}
	return s
}
