package access_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/testkit/world"
)

// Nothing between here and the reader may keep an answer, whoever asks and however it ends: pages, files, redirects, refusals and
// mistakes. There is no name (ETag) or day by which a kept one could be asked for again, and who asks for one as if they had it gets
// the answer of this moment.
func TestAnswers_are_kept_by_nobody(t *testing.T) {
	f := newFixture(t)
	n := 0
	check := func(what string, got *world.Answer) {
		n++
		h := got.Header
		if !strings.Contains(h.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: status %d may be kept: Cache-Control %q", what, got.Status, h.Get("Cache-Control"))
		}
		if h.Get("ETag") != "" || h.Get("Last-Modified") != "" || h.Get("Expires") != "" {
			t.Errorf("%s: status %d can be asked for again: %v", what, got.Status, h)
		}
		if got.Status == http.StatusNotModified {
			t.Errorf("%s: not modified", what)
		}
	}
	for _, a := range allCases() {
		for who := range classes {
			answer, _ := f.send(t, a, who)
			check(a.of+" ("+a.what+") as "+who.String(), answer)
		}
	}
	for _, path := range []string{"/nowhere", "/workers/", "//workers", "/workers/../figures", "/api/v1/nowhere", "//api/v1/workers", "/api//v1/workers", "/api", "/static/nothing.css"} {
		for _, login := range []string{"", world.City} {
			check(path+" as "+login, f.Client(t, login).Get(path))
		}
	}
	for _, path := range []string{"/", "/workers", "/workers/" + f.words["{worker}"], "/workers.csv", "/figures/employees/rows", "/api/v1/workers", "/api/v1/figures/employees", "/api/v1/workers/" + f.words["{worker}"]} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		for name, value := range map[string]string{"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "If-Range": "*", "Range": "bytes=0-10"} {
			r.Header.Set(name, value)
		}
		r.AddCookie(&http.Cookie{Name: world.SessionCookie, Value: f.Token(t, world.City)})
		got := f.Client(t, "").Do(r)
		check(path+" as if kept", got)
		if got.Status != http.StatusOK {
			t.Errorf("%s as if kept: status %d", path, got.Status)
		}
	}
	if n < 1000 {
		t.Errorf("only %d answers", n)
	}
}

// Who has logged out, was locked, or has another role or unit now gets at the same address with the same session what anybody
// gets; logged in again, what the new role may.
func TestAddresses_give_nothing_after_a_session_or_a_role_has_ended(t *testing.T) {
	f := newFixture(t)
	admin := f.Actor(t, world.City)
	paths := []string{"/", "/workers", "/workers/{worker}", "/workers.csv", "/workers.xlsx", "/figures/employees/rows?where=district=321181", "/imports/{import}", "/imports/{import}/rejects", "/organisations/{unit}",
		"/api/v1/me", "/api/v1/workers", "/api/v1/workers/{worker}", "/api/v1/figures/employees/rows", "/api/v1/imports/{import}/problems", "/api/v1/imports/{import}/rejects.xlsx"}
	secrets := f.secrets()
	for _, c := range []struct {
		name string
		end  func(token string, user int64) error
		undo func(user int64) error
	}{
		{"logged out", func(token string, _ int64) error { return f.Accounts.Logout(t.Context(), token) }, nil},
		{"locked", func(_ string, user int64) error { return f.Accounts.Lock(t.Context(), admin, user) }, func(user int64) error { return f.Accounts.Unlock(t.Context(), admin, user) }},
		{"another district", func(_ string, user int64) error {
			return f.Accounts.Set(t.Context(), admin, user, account.SetInput{Role: account.District, Unit: f.Unit(t, "句容市总工会")})
		}, func(user int64) error {
			return f.Accounts.Set(t.Context(), admin, user, account.SetInput{Role: account.District, Unit: f.Unit(t, "丹阳市总工会")})
		}},
		{"sessions ended", func(_ string, user int64) error { return f.Accounts.EndSessions(t.Context(), admin, user) }, nil},
	} {
		token := f.NewToken(t, world.Danyang)
		who, err := f.Accounts.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path string) *world.Answer {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, f.fill(t, path), nil)
			if strings.HasPrefix(path, "/api/") {
				r.Header.Set("Authorization", "Bearer "+token)
			} else {
				r.AddCookie(&http.Cookie{Name: world.SessionCookie, Value: token})
			}
			return f.Client(t, "").Do(r)
		}
		for _, path := range paths {
			if got := ask(path); got.Status != http.StatusOK {
				t.Fatalf("%s before: status %d", path, got.Status)
			}
		}
		if err := c.end(token, who.UserID); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			got, want := ask(path), http.StatusSeeOther
			if strings.HasPrefix(path, "/api/") {
				want = http.StatusUnauthorized
			}
			if got.Status != want {
				t.Errorf("%s, %s: status %d, want %d", c.name, path, got.Status, want)
			}
			text := content(t, got)
			for _, s := range secrets {
				if strings.Contains(text, s.text) && !strings.Contains(f.fill(t, path), s.text) {
					t.Errorf("%s, %s: holds %s %s", c.name, path, s.what, s.text)
				}
			}
		}
		if c.undo != nil {
			if c.name == "another district" { // with the new role the old addresses are not there
				token = f.NewToken(t, world.Danyang)
				for _, path := range []string{"/workers/{worker}", "/imports/{import}", "/imports/{import}/rejects", "/organisations/{unit}", "/api/v1/workers/{worker}"} {
					if got := ask(path); got.Status != http.StatusNotFound {
						t.Errorf("%s, %s: status %d", c.name, path, got.Status)
					}
				}
			}
			if err := c.undo(who.UserID); err != nil {
				t.Fatal(err)
			}
		}
	}
}
