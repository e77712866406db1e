package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/web"
)

// The worker of a made-up city got the login as workers do, and is one of the roles that are taken in one click; the own pages stand
// there, with whose file it is and who looked, and nothing of anybody else can be opened. The login survives a new start.
func TestDemo_has_a_worker_among_its_roles(t *testing.T) {
	t.Parallel()
	a := loadCity(t, scale).open(t)
	login := a.WorkerLogin()
	if !strings.HasPrefix(login, "zg-") {
		t.Fatalf("the worker's login is %q", login)
	}
	pages := a.Pages(nil).Handler()
	send := func(session, method, path string, form url.Values) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: session})
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		return w.Result()
	}
	text := func(r *http.Response) string {
		b, err := io.ReadAll(r.Body)
		must(t, err)
		return string(b)
	}
	token, _, err := a.Accounts.Login(t.Context(), demoFirst, DemoPassword, "")
	must(t, err)
	if home := text(send(token, http.MethodGet, "/", nil)); !strings.Contains(home, `value="`+login+`"`) {
		t.Fatal("the bar does not offer the worker")
	}
	r := send(token, http.MethodPost, "/demo/role", url.Values{"login": {login}, "back": {"/workers"}})
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" || len(r.Cookies()) != 1 {
		t.Fatalf("status %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	own := r.Cookies()[0].Value
	if r := send(own, http.MethodGet, "/", nil); r.Header.Get("Location") != "/me/file" {
		t.Errorf("at home the worker is led to %q", r.Header.Get("Location"))
	}
	file := text(send(own, http.MethodGet, "/me/file", nil))
	for _, want := range []string{a.worker.Unit, "演示数据", `value="` + login + `" title="职工 · ` + a.worker.Unit + `" aria-current="true"`, `value="city"`} {
		if !strings.Contains(file, want) {
			t.Errorf("the own page does not hold %s", want)
		}
	}
	if looks := text(send(own, http.MethodGet, "/me/looks", nil)); !strings.Contains(looks, "丹阳市总工会") {
		t.Error("the worker is not told that the district looked")
	}
	for _, path := range []string{"/workers", "/figures", "/imports", "/users", "/audit"} {
		if r := send(own, http.MethodGet, path, nil); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", path, r.StatusCode)
		}
	}
	if r := send(own, http.MethodPost, "/demo/role", url.Values{"login": {"city"}}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("back to the city: status %d", r.StatusCode)
	}
	last := a.Pages(nil).Logins
	if l := last[len(last)-1]; l.Role != account.Worker || l.Login != login || l.Password != DemoPassword || l.Unit == "" {
		t.Errorf("the last login is %+v", l)
	}
}
