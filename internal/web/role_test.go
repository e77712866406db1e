package web_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

// roleServer is the pages of a world, as a made-up city or as a real installation that has the same
// accounts.
func roleServer(w *world.World, demo bool) *web.Server {
	s := w.Pages(nil)
	s.Demo = demo
	s.Logins = []web.Login{{Login: world.City, Password: world.Password, Role: account.City}, {Login: world.Danyang, Password: world.Password, Role: account.District, Unit: "丹阳市总工会"},
		{Login: world.Jurong, Password: "another", Role: account.District, Unit: "句容市总工会"}, {Login: world.Firm, Password: world.Password, Role: account.EnterpriseHR, Unit: "丹阳新光眼镜有限公司"}}
	return s
}

// with asks as the owner of a session.
func with(t *testing.T, s *web.Server, token, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, s, method, path, form, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: web.SessionCookie, Value: token}) })
}

func sessionOf(w *httptest.ResponseRecorder) string {
	for _, c := range w.Result().Cookies() {
		if c.Name == web.SessionCookie {
			return c.Value
		}
	}
	return ""
}

// acts are what the audit log holds, newest last.
func acts(t *testing.T, w *world.World) (out []string) {
	t.Helper()
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), `SELECT action FROM audit_entry ORDER BY at, id`, nil, func(row db.Scanner) error {
			var a string
			if err := row.Scan(&a); err != nil {
				return err
			}
			out = append(out, a)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRole_is_changed_in_one_click_as_a_new_session_that_is_audited(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := roleServer(w, true)
	before := w.NewToken(t, world.City)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(with(t, s, before, "GET", "/workers", nil).Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	bar := doc.Find(".tx-demo form[action='/demo/role']")
	if got := bar.Find("button[aria-current]").Text(); bar.Find("button").Length() != 4 || got != "市总" {
		t.Errorf("the bar has %d roles, the reader's is %q", bar.Find("button").Length(), got)
	}
	if got := bar.Find("button[value=" + world.Danyang + "]").Text(); got != "辖市区 · 丹阳市总工会" {
		t.Errorf("one of two districts is called %q", got)
	}
	log := len(acts(t, w))
	a := with(t, s, before, "POST", "/demo/role", url.Values{"login": {world.Firm}, "back": {"/workers"}})
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/workers" {
		t.Fatalf("status %d to %s", a.Code, a.Header().Get("Location"))
	}
	after := sessionOf(a)
	if page := with(t, s, after, "GET", "/workers", nil).Body.String(); !strings.Contains(page, "卞若溪") || strings.Contains(page, "阚语桐") {
		t.Error("the enterprise does not see its people, or sees others")
	}
	if got := with(t, s, before, "GET", "/workers", nil).Code; got != http.StatusSeeOther {
		t.Errorf("the session before goes on: %d", got)
	}
	if got := acts(t, w)[log:]; !slices.Equal(got[:2], []string{"login", "logout"}) && !slices.Equal(got[:2], []string{"logout", "login"}) {
		t.Errorf("the audit log says %v", got)
	}
	if a := with(t, s, after, "POST", "/demo/role", url.Values{"login": {world.City}, "back": {"/workers/1"}}); a.Header().Get("Location") != "/" {
		t.Errorf("from one person's file another role is led to %s", a.Header().Get("Location"))
	}
}

func TestRole_is_not_taken_with_a_wrong_password_or_an_unknown_login(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := roleServer(w, true)
	token := w.NewToken(t, world.City)
	for login, want := range map[string]int{world.Jurong: http.StatusConflict, "stranger": http.StatusNotFound, world.Auditor: http.StatusNotFound, "": http.StatusNotFound} {
		a := with(t, s, token, "POST", "/demo/role", url.Values{"login": {login}})
		if a.Code != want || sessionOf(a) != "" {
			t.Errorf("%q: status %d, want %d, session %q", login, a.Code, want, sessionOf(a))
		}
	}
	if got := with(t, s, token, "GET", "/workers", nil).Code; got != http.StatusOK {
		t.Errorf("the reader's own session has ended: %d", got)
	}
	if a := ask(t, s, "POST", "/demo/role", url.Values{"login": {world.City}}, nil); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), "/login") || sessionOf(a) != "" {
		t.Errorf("nobody becomes somebody: %d", a.Code)
	}
}

// A real installation has neither the bar nor the address, even if it were given the accounts.
func TestRole_cannot_be_changed_on_a_real_installation(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := roleServer(w, false)
	token := w.NewToken(t, world.Firm)
	log := len(acts(t, w))
	a := with(t, s, token, "POST", "/demo/role", url.Values{"login": {world.City}})
	if a.Code != http.StatusNotFound || sessionOf(a) != "" {
		t.Errorf("status %d, session %q", a.Code, sessionOf(a))
	}
	if got := acts(t, w)[log:]; len(got) > 0 {
		t.Errorf("it did %v", got)
	}
	if page := with(t, s, token, "GET", "/", nil).Body.String(); strings.Contains(page, "/demo/role") {
		t.Error("the page offers roles")
	}
	if logins := w.Pages(nil).Logins; len(logins) > 0 {
		t.Errorf("a real installation offers the logins %v", logins)
	}
}
