package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/fault"
)

func TestStatus_is_known_for_every_kind_of_fault(t *testing.T) {
	t.Parallel()
	seen := map[int]fault.Kind{}
	for _, k := range fault.Kinds {
		status, ok := statusOf[k]
		if !ok || http.StatusText(status) == "" || status < 400 {
			t.Errorf("%s has the status %d", k, status)
		}
		if other, twice := seen[status]; twice {
			t.Errorf("%s and %s share the status %d", k, other, status)
		}
		seen[status] = k
	}
}

func TestPage_asks_for_a_login_where_a_route_is_not_public(t *testing.T) {
	t.Parallel()
	s := &Server{}
	h := s.identify(s.page(Route{Name: "closed", Handle: func(http.ResponseWriter, *http.Request) error {
		t.Error("the handler ran for nobody")
		return nil
	}}))
	for _, c := range []struct {
		name, method, htmx string
		status             int
		header, want       string
	}{
		{"page", "GET", "", http.StatusSeeOther, "Location", "/login?back=%2Fworkers%3Fq%3D1"},
		{"form", "POST", "", http.StatusSeeOther, "Location", "/login"},
		{"part of a page", "GET", "true", http.StatusUnauthorized, "HX-Redirect", "/login"},
	} {
		r := httptest.NewRequest(c.method, "/workers?q=1", nil)
		r.Header.Set("HX-Request", c.htmx)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get(c.header) != c.want {
			t.Errorf("%s: %d %s=%q", c.name, w.Code, c.header, w.Header().Get(c.header))
		}
	}
}

func TestServer_turns_a_panic_into_the_general_page_and_logs_the_stack(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := &Server{Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return time.UnixMilli(0) }}
	h := s.identify(s.logged(s.recovered(s.page(Route{Name: "x", Public: true, Handle: func(http.ResponseWriter, *http.Request) error { panic("secret inside") }}))))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	if w.Code != http.StatusInternalServerError {
		t.Fatalf("status %d", w.Code)
	}
	if strings.Contains(w.Body.String(), "secret inside") || strings.Contains(w.Body.String(), "goroutine") {
		t.Error("the page prints what happened inside")
	}
	if !strings.Contains(log.String(), "secret inside") || !strings.Contains(log.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("the log does not say it: %s", log.String())
	}
}

func TestServer_logs_a_file_that_broke_off_in_the_middle(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := &Server{Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return time.UnixMilli(0) }}
	h := s.identify(s.logged(s.recovered(s.page(Route{Name: "x", Public: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
		o := &outgoing{w: w, seen: visitOf(r)}
		if _, err := o.open("t.csv", "text/csv"); err != nil {
			return err
		}
		return o.end(fault.New(fault.Unavailable, "db.busy"))
	}}))))
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Error("the connection is not broken off: half a file looks whole")
			}
		}()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
	}()
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "db.busy") {
		t.Errorf("the log says %q", log.String())
	}
}
