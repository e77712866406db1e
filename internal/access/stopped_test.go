package access_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/testkit/world"
)

// hooked answers a request and does something when the first bytes of its body have been written.
type hooked struct {
	http.ResponseWriter
	do func()
}

func (h *hooked) Write(b []byte) (int, error) {
	if do := h.do; do != nil {
		h.do = nil
		do()
	}
	return h.ResponseWriter.Write(b)
}

func (h *hooked) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// A file whose reader loses the right while it comes arrives as a failed download through both doors, never as a short one: the
// connection breaks, what came says that it is not whole, and the control totals are missing. To ask again gives nothing.
// (A workbook of a few people is written in one piece, after the right was asked for the last time; package export tests a long one.)
func TestDownloads_break_when_the_role_is_withdrawn_meanwhile(t *testing.T) {
	f := newFixture(t)
	admin := f.Actor(t, world.City)
	for _, c := range []struct{ what, method, path, body string }{
		{"page", http.MethodGet, "/workers.csv", ""},
		{"rows of a figure", http.MethodGet, "/figures/employees/rows.csv", ""},
		{"sheet", http.MethodGet, "/imports/sheet?kind=roster&format=csv&unit=" + f.words["{unit}"], ""},
		{"interface", http.MethodPost, "/api/v1/exports/workers", `{"format":"csv"}`},
	} {
		token := f.NewToken(t, world.Danyang)
		who, err := f.Accounts.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		withdraw := func() {
			if err := f.Accounts.Set(t.Context(), admin, who.UserID, account.SetInput{Role: account.Auditor}); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := &hooked{ResponseWriter: w}
			if r.Header.Get("X-Withdraw") != "" {
				h.do = withdraw
			}
			f.Handler.ServeHTTP(h, r)
		}))
		get := func(meanwhile bool) (int, string, error) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if c.method == http.MethodPost {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			r.AddCookie(&http.Cookie{Name: world.SessionCookie, Value: token})
			if meanwhile {
				r.Header.Set("X-Withdraw", "1")
			}
			client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			a, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			text, err := io.ReadAll(a.Body)
			return a.StatusCode, string(text), err
		}
		if status, text, err := get(false); status != http.StatusOK || err != nil || c.what != "sheet" && !strings.Contains(text, "合计") {
			t.Errorf("%s, undisturbed: status %d, %v", c.what, status, err)
		}
		status, text, err := get(true)
		if status != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: status %d, %v: the download has not failed", c.what, status, err)
		}
		if strings.Contains(text, "合计") || !strings.Contains(text, "文件不完整") {
			t.Errorf("%s: what came looks whole: %.2000q", c.what, text)
		}
		if status, _, _ := get(false); status != http.StatusSeeOther && status != http.StatusUnauthorized {
			t.Errorf("%s, asked again: status %d", c.what, status)
		}
		server.Close()
		if err := f.Accounts.Set(t.Context(), admin, who.UserID, account.SetInput{Role: account.District, Unit: f.Unit(t, "丹阳市总工会")}); err != nil {
			t.Fatal(err)
		}
	}
}
