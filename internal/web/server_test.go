package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/web"
)

// newServer is a door without a house: for what is answered before anything is read.
func newServer(log io.Writer) *web.Server {
	clock := time.Date(2023, 4, 6, 1, 0, 0, 0, time.UTC)
	return &web.Server{Log: slog.New(slog.NewTextHandler(log, nil)), Now: func() time.Time { return clock }, Demo: true, MaxUpload: 1 << 20}
}

// ask sends one request to a server.
func ask(t *testing.T, s *web.Server, method, target string, form url.Values, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestServer_answers_an_unknown_address_with_a_page_and_its_number(t *testing.T) {
	t.Parallel()
	w := ask(t, newServer(io.Discard), "GET", "/nothing/here", nil, nil)
	if w.Code != http.StatusNotFound {
		t.Fatalf("status %d", w.Code)
	}
	id := w.Header().Get("X-Request-Id")
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if id == "" || !strings.Contains(doc.Find("main").Text(), id) {
		t.Errorf("the number %q is not on the page", id)
	}
	if got := doc.Find("h1").Text(); got != "没有这个页面" {
		t.Errorf("the page says %q", got)
	}
}

func TestServer_logs_no_address_and_no_search_words(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	ask(t, newServer(&log), "GET", "/login?q=329901199001010010&back=%2Fworkers%3Fq%3D%E5%BC%A0%E4%B8%89", nil, nil)
	if !strings.Contains(log.String(), "route=login.form") {
		t.Errorf("the route is missing: %s", log.String())
	}
	for _, secret := range []string{"329901199001010010", "张三", "%E5%BC%A0", "back="} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestServer_refuses_a_form_from_another_site(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, site string
		want       int
	}{{"another site", "cross-site", 403}, {"a sister site", "same-site", 403}, {"this site", "same-origin", 303}, {"no browser", "", 303}} {
		w := ask(t, newServer(io.Discard), "POST", "/preference", url.Values{"lang": {"en"}, "back": {"/figures"}}, func(r *http.Request) {
			if c.site != "" {
				r.Header.Set("Sec-Fetch-Site", c.site)
			}
		})
		if w.Code != c.want {
			t.Errorf("%s: status %d", c.name, w.Code)
		}
	}
}

func TestServer_refuses_a_form_that_is_too_large(t *testing.T) {
	t.Parallel()
	w := ask(t, newServer(io.Discard), "POST", "/preference", url.Values{"back": {strings.Repeat("a", 2<<20)}}, nil)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "1 MB") {
		t.Errorf("status %d", w.Code)
	}
}

func TestServer_sends_the_headers_that_keep_strangers_out(t *testing.T) {
	t.Parallel()
	h := ask(t, newServer(io.Discard), "GET", "/login", nil, nil).Header()
	policy := h.Get("Content-Security-Policy")
	for _, words := range []string{"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, words) {
			t.Errorf("the policy lacks %s", words)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Error("the policy allows something unsafe")
	}
	if got := h.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("pages may be kept: %q", got)
	}
}

func TestPreference_is_kept_and_leads_back_to_this_server_only(t *testing.T) {
	t.Parallel()
	for back, want := range map[string]string{
		"/figures?by=rank": "/figures?by=rank", "": "/", "https://example.org/": "/", "//example.org": "/", `/\example.org`: "/", "figures": "/", "javascript:alert(1)": "/",
	} {
		w := ask(t, newServer(io.Discard), "POST", "/preference", url.Values{"lang": {"en"}, "theme": {"dark"}, "back": {back}}, nil)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("back %q leads to %q", back, got)
		}
		if n := len(w.Result().Cookies()); n != 2 {
			t.Errorf("%d cookies", n)
		}
	}
}

func TestLanguage_comes_from_the_address_before_the_cookie_before_the_browser(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, target, cookie, accept, want string }{
		{"nothing said", "/login", "", "", "zh-CN"},
		{"browser", "/login", "", "en-GB,en;q=0.9", "en"},
		{"cookie wins", "/login", "zh", "en-GB", "zh-CN"},
		{"address wins", "/login?lang=en", "zh", "zh-CN", "en"},
		{"unknown ones are passed over", "/login?lang=fr", "xx", "en", "en"},
	} {
		w := ask(t, newServer(io.Discard), "GET", c.target, nil, func(r *http.Request) {
			r.Header.Set("Accept-Language", c.accept)
			if c.cookie != "" {
				r.AddCookie(&http.Cookie{Name: "tuoxing_lang", Value: c.cookie})
			}
		})
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("html").AttrOr("lang", ""); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
