package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// visit is what is known of one request. Middleware fills it from the outside in.
type visit struct {
	id     string // in every problem and in every log line
	name   string // of the operation
	p      locale.Printer
	who    account.Actor
	token  string // of the session, when the request brought one in its header
	turned error  // why a token (令牌) was not accepted
	cause  error  // what the log says of a failed request
	w      http.ResponseWriter
	r      *http.Request
}

func (v *visit) known() bool { return v.who.Role != "" }

type visitKey struct{}

// visitOf gives the visit of a request; every request has one behind identify.
func visitOf(ctx context.Context) *visit {
	return ctx.Value(visitKey{}).(*visit) //nolint:errcheck // identify has put it there; without it the program is wrong
}

// demoMark is the header that every answer of a made-up city bears. A header holds ASCII, so the
// words are written as RFC 8187 has it.
const (
	demoHeader = "X-Tuoxing-Demo"
	demoKey    = "api.demo_mark"
)

// headers are on every answer: nothing here is a page, and nothing may be kept on the way.
var headers = [...][2]string{
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cache-Control", "private, no-store"},
	{"Vary", "Accept-Language, Authorization, Cookie"},
}

// identify gives the request its number and its language. A number sent by a client is not believed.
func (s *Server) identify(next http.Handler) http.Handler {
	mark := "UTF-8''" + url.PathEscape(locale.New(locale.ZH).T(demoKey))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [5]byte
		rand.Read(b[:]) // crypto/rand does not fail: it stops the program instead
		id := hex.EncodeToString(b[:])
		v := &visit{id: id[:5] + "-" + id[5:], name: "?", p: locale.New(locale.Match(r.Header.Get("Accept-Language")))}
		h := w.Header()
		for _, line := range headers {
			h.Set(line[0], line[1])
		}
		h.Set("X-Request-Id", v.id)
		h.Set("Content-Language", string(v.p.Lang()))
		if s.Demo {
			h.Set(demoHeader, mark)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// counted remembers status and size for the log.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader remembers the first status.
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

// Unwrap lets http.ResponseController reach the connection.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// logged writes one line a request: the operation's name, never the address, whose query may hold
// a person's name.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, c := s.Now(), &counted{ResponseWriter: w}
		next.ServeHTTP(c, r)
		v := visitOf(r.Context())
		level, args := slog.LevelInfo, []any{"request", v.id, "method", r.Method, "operation", v.name, "user", v.who.UserID, "status", c.status, "bytes", c.bytes,
			"took", s.Now().Sub(start).Round(time.Microsecond)}
		if v.cause != nil {
			args = append(args, "cause", v.cause)
			if c.status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
		}
		s.Log.Log(r.Context(), level, "api", args...)
	})
}

// recovered turns a panic into the general problem; the stack is for the log.
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

// fail answers outside an operation.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitOf(r.Context())
	v.cause = err
	s.problem(v, err).write(w)
}

// authenticated finds out who asks. A session that has ended counts as nobody: what is public
// still answers.
func (s *Server) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.w, v.r = w, r
		token := bearer(r)
		v.token = token
		if token == "" && r.Header.Get("Authorization") == "" {
			token = s.pageSession(r)
		}
		if token != "" {
			who, err := s.identity(r, token)
			if account.IsToken(token) && fault.Is(err, fault.Unauthenticated) {
				v.turned = err
			}
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				s.fail(w, r, fmt.Errorf("find the session: %w", err))
				return
			}
			v.who = who
		}
		next.ServeHTTP(w, r)
	})
}

// identity finds who a key stands for: a session's, or a token's that a user gave to a program. A token comes in the
// header alone.
func (s *Server) identity(r *http.Request, key string) (account.Actor, error) {
	if account.IsToken(key) && bearer(r) == key {
		return s.Accounts.AuthenticateToken(r.Context(), key, address(r))
	}
	return s.Accounts.Authenticate(r.Context(), key)
}

// bearer is the token of the header (RFC 6750), empty when there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// pageSession is the session of the pages. It only reads, and only for a page of this server or a
// reader who typed the address: another site could otherwise act with the reader's cookies.
func (s *Server) pageSession(r *http.Request) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case site != "" && site != "same-origin" && site != "none":
		return ""
	case site == "" && r.Header.Get("Origin") != "" && !sameHost(r):
		return ""
	}
	c, err := r.Cookie(s.Cookie)
	if err != nil || s.Cookie == "" {
		return ""
	}
	return c.Value
}

func sameHost(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host == r.Host
}

// found answers addresses and methods that no operation has as problems too.
func (s *Server) found(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := &heard{header: http.Header{}}
		h.ServeHTTP(said, r)
		if said.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", said.header.Get("Allow"))
			s.plain(w, r, said.status, "api.method_not_allowed")
			return
		}
		s.plain(w, r, http.StatusNotFound, "api.no_operation")
	})
}

// heard listens to what the mux says of an address that it does not serve.
type heard struct {
	header http.Header
	status int
}

// Header gives the header that the mux fills.
func (h *heard) Header() http.Header { return h.header }

// WriteHeader remembers the status.
func (h *heard) WriteHeader(status int) { h.status = status }

func (h *heard) Write(b []byte) (int, error) { return len(b), nil }

// gate stands before an operation: it names it for the log and sends away who is not logged in,
// before anything of the request is read.
func (s *Server) gate(rt route) func(ctx huma.Context, next func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		v := visitOf(ctx.Context())
		v.name = rt.name
		if !rt.public && !v.known() {
			v.w.Header().Set("WWW-Authenticate", "Bearer")
			why := v.turned
			if why == nil {
				why = fault.New(fault.Unauthenticated, "account.session_ended")
			}
			s.fail(v.w, v.r, why)
			return
		}
		next(ctx)
	}
}

// address is where a request came from, for the audit log.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
