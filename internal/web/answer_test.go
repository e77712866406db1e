package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

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
