package access_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

// Who has an initial password may do nothing but change it, see who they are, and leave.
func TestInitialPassword_opens_nothing(t *testing.T) {
	f := newFixture(t)
	_, initial, err := f.Accounts.Create(t.Context(), f.Actor(t, world.City), account.CreateInput{Login: "newcomer", Name: "新来者", Role: account.City})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := f.Accounts.Login(t.Context(), "newcomer", initial, "")
	if err != nil {
		t.Fatal(err)
	}
	free := []string{"DELETE /api/v1/session", "GET /api/v1/me", "POST /api/v1/me/password", "POST /api/v1/activation", "POST /api/v1/me/activation", "POST /logout"}
	for _, r := range (&web.Server{}).Routes() {
		if r.First {
			free = append(free, r.Method+" "+r.Pattern)
		}
	}
	secrets := f.secrets()
	for _, a := range allCases() {
		if slices.Contains(free, a.of) || a.want[nobody] == 200 || strings.HasPrefix(a.of, "POST /api/v1/session") {
			continue
		}
		answer, asked := f.sendAs(t, a, f.Client(t, "").As(token))
		want := http.StatusForbidden
		if !strings.Contains(a.of, " /api/") {
			want = http.StatusSeeOther
			if to := answer.Header.Get("Location"); to != "/password" {
				t.Errorf("%s (%s): led to %q", a.of, a.what, to)
			}
		}
		if answer.Status != want {
			t.Errorf("%s (%s): status %d, want %d: %.200s", a.of, a.what, answer.Status, want, answer.Body)
		}
		text := content(t, answer)
		for _, s := range secrets {
			if strings.Contains(text, s.text) && !strings.Contains(asked, s.text) {
				t.Errorf("%s (%s): holds %s %s", a.of, a.what, s.what, s.text)
			}
		}
	}
}

// Another site that sends a form with the reader's cookies is refused, whatever the form.
func TestForms_of_another_site_are_refused(t *testing.T) {
	f := newFixture(t)
	token := f.Token(t, world.City)
	n := 0
	for _, a := range slices.Concat(pageCases(), returnPages(), duplicatePages(), accountPages()) {
		method, _, _ := strings.Cut(a.of, " ")
		if method != http.MethodPost {
			continue
		}
		n++
		r := httptest.NewRequestWithContext(t.Context(), method, "http://tuoxing.example"+f.fill(t, a.path), strings.NewReader(f.fill(t, a.form)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "http://evil.example")
		r.AddCookie(&http.Cookie{Name: world.SessionCookie, Value: token})
		if got := f.Client(t, "").Do(r); got.Status != http.StatusForbidden {
			t.Errorf("%s (%s): status %d", a.of, a.what, got.Status)
		}
	}
	if n < 10 {
		t.Errorf("only %d forms", n)
	}
}
