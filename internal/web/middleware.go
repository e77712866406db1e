package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// visit is what is known of one request. Middleware fills it from the outside in.
type visit struct {
	id    string // printed on error pages and in every log line
	route string
	lang  locale.Lang
	theme string
	actor account.Actor // the zero Actor is nobody
	unit  string        // name of the actor's unit, in the reader's language for the whole city
	token string        // of the session, for logging out
	cause error         // what the log says of a failed request
}

type visitKey struct{}

// known reports whether somebody is logged in.
func (v *visit) known() bool { return v.actor.Role != "" }

// visitOf gives the visit of a request; every request has one behind identify.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{lang: locale.ZH}
}

// contentPolicy lets a page load from this server alone and run no script that is written
// into it. Inline styles are refused too: shapes are drawn with classes and SVG attributes.
const contentPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func policy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// identify gives the request its number. A number sent by a client is not believed.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [5]byte
		rand.Read(b[:]) // crypto/rand does not fail since Go 1.24: it stops the program instead
		id := hex.EncodeToString(b[:])
		v := &visit{id: id[:5] + "-" + id[5:], route: "?", lang: locale.ZH}
		w.Header().Set("X-Request-Id", v.id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// counted remembers status and size for the log.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counted) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection for streamed exports.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// logged writes one line a request: the route's name, never the address, whose query may
// hold a person's name.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, c := s.Now(), &counted{ResponseWriter: w}
		defer func() { s.note(r, c, s.Now().Sub(start)) }() // also when a broken file ends the request by a panic
		next.ServeHTTP(c, r)
	})
}

func (s *Server) note(r *http.Request, c *counted, took time.Duration) {
	v := visitOf(r)
	level, args := slog.LevelInfo, []any{"request", v.id, "method", r.Method, "route", v.route, "status", c.status, "bytes", c.bytes, "took", took.Round(time.Microsecond)}
	if v.cause != nil {
		args = append(args, "cause", v.cause)
		if c.status >= 500 || c.status < 400 {
			level = slog.LevelError
		}
	}
	s.Log.Log(r.Context(), level, "page", args...)
}

// recovered turns a panic into the general error page; the stack is for the log.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { // the server's own word for "hang up"
				panic(p)
			}
			s.fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// SessionCookie holds the session token.
const SessionCookie = "tuoxing_session"

// session finds out who asks. A cookie of a session that has ended counts as nobody.
func (s *Server) session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(SessionCookie)
		if err != nil {
			next.ServeHTTP(w, r)
			return
		}
		v := visitOf(r)
		v.token = c.Value
		v.actor, err = s.Accounts.Authenticate(r.Context(), c.Value)
		if err == nil && v.actor.Scope.Unit != 0 {
			v.unit, err = s.unitName(r.Context(), v.actor.Scope.Unit)
		}
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			s.fail(w, r, fmt.Errorf("find the session: %w", err))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Cookies of a reader's choices; they name nobody.
const (
	langCookie  = "tuoxing_lang"
	themeCookie = "tuoxing_theme"
)

// language takes ?lang= before the cookie before the browser's wish, and the theme's cookie.
func (s *Server) language(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r)
		v.lang = locale.Match(r.Header.Get("Accept-Language"))
		if c, err := r.Cookie(langCookie); err == nil {
			if lang, ok := locale.ParseLang(c.Value); ok {
				v.lang = lang
			}
		}
		if lang, ok := locale.ParseLang(r.URL.Query().Get("lang")); ok {
			v.lang = lang
		}
		if c, err := r.Cookie(themeCookie); err == nil {
			v.theme, _ = themeOf(c.Value)
		}
		w.Header().Add("Vary", "Cookie, Accept-Language")
		next.ServeHTTP(w, r)
	})
}

// themeOf reads a theme: light or dark.
func themeOf(s string) (string, bool) {
	if s == "light" || s == "dark" {
		return s, true
	}
	return "", false
}

// sameOrigin refuses forms that another site sends with the reader's cookies.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := guard.Check(r); err != nil {
			s.fail(w, r, fault.New(fault.Forbidden, "web_error.cross_origin").WithFix("web_error.cross_origin_fix").Because(err))
			return
		}
		next.ServeHTTP(w, r)
	})
}
