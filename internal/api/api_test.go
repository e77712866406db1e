package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/testkit/world"
)

func TestSession_opens_names_who_asks_and_closes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	nobody := k.Client(t, "")
	want(t, nobody.Send(http.MethodPost, "/api/v1/session", map[string]string{"login": world.Danyang, "password": "wrong"}), 401)
	got := want(t, nobody.Send(http.MethodPost, "/api/v1/session", map[string]string{"login": world.Danyang, "password": world.Password}), 201)
	c := nobody.As(got["token"].(string))
	me := want(t, c.Get("/api/v1/me"), 200)
	if me["login"] != world.Danyang || me["unit"].(map[string]any)["name"] != "丹阳市总工会" || me["demo"] != true {
		t.Errorf("me: %v", me)
	}
	want(t, c.Send(http.MethodDelete, "/api/v1/session", nil), 204)
	gone := c.Get("/api/v1/me")
	if p := want(t, gone, 401); p["code"] != "account.session_ended" || gone.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("after the end: %v %v", p, gone.Header)
	}
}

func TestSession_of_an_initial_password_may_only_change_it(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, initial, err := k.Accounts.Create(t.Context(), k.Actor(t, world.City), account.CreateInput{Login: "newcomer", Name: "新来者", Role: account.Auditor})
	if err != nil {
		t.Fatal(err)
	}
	got := want(t, k.Client(t, "").Send(http.MethodPost, "/api/v1/session", map[string]string{"login": "newcomer", "password": initial}), 201)
	c := k.Client(t, "").As(got["token"].(string))
	if me := want(t, c.Get("/api/v1/me"), 200); me["must_change"] != true || got["must_change"] != true {
		t.Errorf("must_change: %v", me)
	}
	if p := want(t, c.Get("/api/v1/figures"), 403); p["code"] != "account.change_first" {
		t.Errorf("figures: %v", p)
	}
	p := want(t, c.Send(http.MethodPost, "/api/v1/me/password", map[string]string{"old": initial, "password": "short"}), 422)
	if p["errors"].([]any)[0].(map[string]any)["name"] != "password" {
		t.Errorf("weak password: %v", p)
	}
	want(t, c.Send(http.MethodPost, "/api/v1/me/password", map[string]string{"old": initial, "password": world.Password}), 204)
	want(t, c.Get("/api/v1/me"), 401)
}

func TestPageSession_only_reads_and_only_for_its_own_origin(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	token := k.Token(t, world.City)
	ask := func(method, path string, header ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://tuoxing.example"+path, nil)
		r.AddCookie(&http.Cookie{Name: world.SessionCookie, Value: token})
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return k.Client(t, "").Do(r).Status
	}
	for _, c := range []struct {
		name   string
		status int
		method string
		path   string
		header []string
	}{
		{"a page of this server", 200, "GET", "/api/v1/me", []string{"Sec-Fetch-Site", "same-origin"}},
		{"an address typed in", 200, "GET", "/api/v1/me", []string{"Sec-Fetch-Site", "none"}},
		{"an old browser", 200, "GET", "/api/v1/me", nil},
		{"an old browser of this origin", 200, "GET", "/api/v1/me", []string{"Origin", "http://tuoxing.example"}},
		{"another site", 401, "GET", "/api/v1/me", []string{"Sec-Fetch-Site", "cross-site"}},
		{"a neighbour site", 401, "GET", "/api/v1/me", []string{"Sec-Fetch-Site", "same-site"}},
		{"another origin", 401, "GET", "/api/v1/me", []string{"Origin", "http://evil.example"}},
		{"a change", 401, "DELETE", "/api/v1/session", []string{"Sec-Fetch-Site", "same-origin"}},
		{"beside another kind of authorization", 401, "GET", "/api/v1/me", []string{"Authorization", "Basic eDp5"}},
	} {
		if got := ask(c.method, c.path, c.header...); got != c.status {
			t.Errorf("%s: status %d, want %d", c.name, got, c.status)
		}
	}
}

func TestAnswers_bear_the_headers_and_the_mark(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, path := range []string{"/healthz", "/readyz", "/api/v1/me", "/api/v1/nothing", "/api/v1/openapi.yaml", "/api/"} {
		a := k.Client(t, "").Get(path)
		for name, value := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"} {
			if a.Header.Get(name) != value {
				t.Errorf("%s: %s is %q", path, name, a.Header.Get(name))
			}
		}
		mark := a.Header.Get("X-Tuoxing-Demo")
		for _, r := range mark {
			if r > unicode.MaxASCII {
				t.Errorf("%s: the mark %q is not ASCII", path, mark)
			}
		}
		if words, err := url.PathUnescape(strings.TrimPrefix(mark, "UTF-8''")); err != nil || words != "演示数据" {
			t.Errorf("%s: the mark says %q: %v", path, words, err)
		}
		if a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request number", path)
		}
	}
}

// problem is what the tests look at.
type problem struct {
	Type, Title, Detail, Code, Fix, Request string
	Status                                  int
	Errors                                  []struct{ Name, Message, Code string }
}

func TestProblems_say_what_is_wrong_in_the_callers_language(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	p := k.Person(t, "卞若溪")
	send := func(path, kind, body string) *world.Answer {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return c.Do(r)
	}
	reveal := "/api/v1/workers/" + p.ID.String() + "/reveal"
	cases := []struct {
		name   string
		ask    func() *world.Answer
		status int
		code   string
		field  string
		reason string // code of the field
	}{
		{"unknown parameter", func() *world.Answer { return c.Get("/api/v1/workers?page=2") }, 422, "fault.invalid", "page", "api.unknown_parameter"},
		{"too big", func() *world.Answer { return c.Get("/api/v1/workers?limit=501") }, 422, "fault.invalid", "limit", "api.too_big"},
		{"no number", func() *world.Answer { return c.Get("/api/v1/workers?limit=many") }, 422, "fault.invalid", "limit", "api.want_integer"},
		{"one of", func() *world.Answer { return c.Get("/api/v1/imports?state=lost") }, 422, "fault.invalid", "state", "api.one_of"},
		{"no day", func() *world.Answer { return c.Get("/api/v1/figures/employees?on=2023") }, 422, "fault.invalid", "on", "api.want_day"},
		{"day and year", func() *world.Answer { return c.Get("/api/v1/figures/employees?on=2023-01-01&year=2022") }, 422, "fault.invalid", "year", "api.on_or_year"},
		{"dimension", func() *world.Answer { return c.Get("/api/v1/figures/employed?by=sex") }, 422, "fault.invalid", "by", "figure.dim_not_there"},
		{"filter", func() *world.Answer { return c.Get("/api/v1/figures/employees?where=luck=1") }, 422, "fault.invalid", "where", "figure.where_unreadable"},
		{"key of a page", func() *world.Answer { return c.Get("/api/v1/figures/employees/facts?after=x") }, 422, "fault.invalid", "after", "api.id_unreadable"},
		{"number in an address", func() *world.Answer { return c.Get("/api/v1/workers?q=" + p.Number) }, 422, "fault.invalid", "q", "api.number_in_address"},
		{"unknown figure", func() *world.Answer { return c.Get("/api/v1/figures/luck") }, 404, "figure.unknown", "", ""},
		{"no id", func() *world.Answer { return c.Get("/api/v1/workers/nobody") }, 404, "registry.worker_unknown", "", ""},
		{"no address", func() *world.Answer { return c.Get("/api/v1/luck") }, 404, "api.no_operation", "", ""},
		{"no method", func() *world.Answer { return c.Send(http.MethodPut, "/api/v1/me", nil) }, 405, "api.method_not_allowed", "", ""},
		{"no body", func() *world.Answer { return send(reveal, "application/json", "") }, 400, "api.body_unreadable", "", ""},
		{"half a body", func() *world.Answer { return send(reveal, "application/json", `{"field":"`) }, 400, "api.body_unreadable", "", "api.unreadable"},
		{"not JSON", func() *world.Answer { return send(reveal, "text/plain", `field=phone`) }, 415, "api.media_type", "", "api.unreadable"},
		{"unknown field", func() *world.Answer {
			return send(reveal, "application/json", `{"field":"phone","why":"核对","x":1}`)
		}, 422, "fault.invalid", "x", "api.unknown_field"},
		{"missing field", func() *world.Answer { return send(reveal, "application/json", `{"field":"phone"}`) }, 422, "fault.invalid", "why", "api.field_missing"},
		{"wrong type", func() *world.Answer { return send(reveal, "application/json", `{"field":"phone","why":1}`) }, 422, "fault.invalid", "why", "api.want_text"},
		{"empty reason", func() *world.Answer { return send(reveal, "application/json", `{"field":"phone","why":""}`) }, 422, "fault.invalid", "why", "registry.why_needed"},
		{"number in a reason", func() *world.Answer {
			return send(reveal, "application/json", `{"field":"phone","why":"核对`+p.Number+`"}`)
		}, 422, "fault.invalid", "why", "registry.why_personal"},
		{"far too long", func() *world.Answer { return send(reveal, "application/json", `{"why":"`+strings.Repeat("x", 2<<20)) }, 413, "api.body_too_large", "", ""},
		{"id in a list", func() *world.Answer {
			return send("/api/v1/imports/"+k.Imports[world.DanyangFull].String()+"/leavers", "application/json", `{"workers":[],"confirm":true}`)
		}, 422, "fault.invalid", "workers", "api.too_few"},
	}
	for _, lang := range []string{"zh", "en"} {
		c.Lang = lang
		for _, tc := range cases {
			a := tc.ask()
			var got problem
			a.JSON(t, &got)
			if a.Status != tc.status || got.Status != tc.status || got.Code != tc.code || a.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s in %s: %d %s: %s", tc.name, lang, a.Status, a.Header.Get("Content-Type"), a.Body)
			}
			if tc.reason != "" && (len(got.Errors) != 1 || got.Errors[0].Name != tc.field || got.Errors[0].Code != tc.reason) {
				t.Errorf("%s in %s: fields %+v", tc.name, lang, got.Errors)
			}
			if got.Request != a.Header.Get("X-Request-Id") || !strings.HasPrefix(got.Type, "urn:tuoxing:problem:") {
				t.Errorf("%s: request %q, type %q", tc.name, got.Request, got.Type)
			}
			for _, text := range append([]string{got.Title, got.Detail}, messagesOf(got)...) {
				if text == "" || isChinese(text) != (lang == "zh") {
					t.Errorf("%s: %q is not in %s", tc.name, text, lang)
				}
			}
			if strings.Contains(string(a.Body), p.Number) {
				t.Errorf("%s: the value is echoed", tc.name)
			}
		}
	}
	if bytes.Contains(k.Logs.Bytes(), []byte(p.Number)) {
		t.Error("the log holds an ID number from an address")
	}
}

func messagesOf(p problem) (all []string) {
	for _, f := range p.Errors {
		all = append(all, f.Message)
	}
	return all
}

func isChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestInternalErrors_say_nothing_of_their_cause(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.City)
	k.api.Figures = nil // a programmer's mistake
	a := c.Get("/api/v1/figures")
	if p := want(t, a, 500); p["code"] != "fault.internal" || bytes.Contains(a.Body, []byte("panic")) || bytes.Contains(a.Body, []byte("nil")) {
		t.Errorf("%s", a.Body)
	}
	if !bytes.Contains(k.Logs.Bytes(), []byte("nil pointer")) {
		t.Error("the log does not hold the cause")
	}
}

func TestFigures_agree_with_their_rows_and_facts_page_by_page(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for _, login := range []string{world.City, world.Danyang, world.Firm} {
		c := k.Client(t, login)
		const q = "on=2023-03-31&where=sex=1"
		value := want(t, c.Get("/api/v1/figures/employees?by=district&"+q), 200)["figures"].([]any)[0].(map[string]any)["value"]
		rows, facts := walk(t, c, "/api/v1/figures/employees/rows?limit=3&"+q, "rows"), walk(t, c, "/api/v1/figures/employees/facts?limit=4&"+q, "facts")
		sum := 0.0
		for _, f := range facts {
			sum += f["quantity"].(float64)
		}
		if fmt.Sprint(len(rows)) != value || fmt.Sprint(sum) != value || value == "0" {
			t.Errorf("%s: value %v, %d rows, Σ facts %v", login, value, len(rows), sum)
		}
	}
	rate := want(t, k.Client(t, world.City).Get("/api/v1/figures/highly_skilled_per_10k?on=2022-12-31"), 200)["figures"].([]any)[0].(map[string]any)
	open := want(t, k.Client(t, world.City).Get("/api/v1/figures/highly_skilled_per_10k/rows?on=2022-12-31"), 200)
	if rate["denominator"] != "831" || fmt.Sprint(open["sides"]) != "[highly_skilled_ever employed]" || open["value"] != rate["value"] {
		t.Errorf("rate %v opens to %v", rate, open)
	}
}

// walk follows next to the last page.
func walk(t *testing.T, c *world.Client, path, list string) (all []map[string]any) {
	t.Helper()
	total := -1.0
	for next := ""; ; {
		page := want(t, c.Get(path+"&after="+next), 200)
		for _, row := range page[list].([]any) {
			all = append(all, row.(map[string]any))
		}
		total = page["total"].(float64)
		more, ok := page["next"].(string)
		if !ok {
			break
		}
		if next = more; len(all) > 1000 {
			t.Fatal("the pages do not end")
		}
	}
	if int(total) != len(all) {
		t.Errorf("%s: total %v, %d rows", path, total, len(all))
	}
	return all
}

func TestRows_name_nobody_who_has_left_the_readers_subtree(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	moved := k.Person(t, "麴迁乔")
	for _, row := range walk(t, k.Client(t, world.Danyang), "/api/v1/figures/employees/rows?limit=500&on=2022-06-30", "rows") {
		if row["worker"] == moved.ID.String() {
			if row["name"] != "现在其他单位" || row["open"] != false {
				t.Errorf("the row says %v", row)
			}
			return
		}
	}
	t.Error("the person who has moved is not counted any more")
}

func TestWorkers_are_found_by_name_and_number_and_shown_masked(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	p := k.Person(t, "卞若溪")
	for _, q := range []string{"若溪", "bianruoxi"} {
		got := want(t, c.Get("/api/v1/workers?q="+url.QueryEscape(q)), 200)
		if got["total"] != 1.0 {
			t.Errorf("%s finds %v", q, got)
		}
	}
	got := want(t, c.Send(http.MethodPost, "/api/v1/workers/search", map[string]any{"q": p.Number}), 200)
	if got["workers"].([]any)[0].(map[string]any)["id"] != p.ID.String() {
		t.Errorf("by number: %v", got)
	}
	if len(walk(t, c, "/api/v1/workers?limit=5", "workers")) != 13 {
		t.Error("a page is missing")
	}
	path := "/api/v1/workers/" + p.ID.String()
	file := c.Get(path)
	if f := want(t, file, 200); f["id_masked"] != "3299************26" || bytes.Contains(file.Body, []byte(p.Number)) || len(f["timeline"].([]any)) == 0 {
		t.Errorf("file: %s", file.Body)
	}
	clear := want(t, c.Send(http.MethodPost, path+"/reveal", map[string]string{"field": "id_number", "why": "核对补贴"}), 200)
	if clear["value"] != p.Number {
		t.Errorf("revealed: %v", clear)
	}
	row := fmt.Sprintf("%s/rows/%s/0/3", path, k.Imports[world.DanyangBefore])
	if masked := c.Get(row); masked.Status != 200 || bytes.Contains(masked.Body, []byte(p.Number)) || !bytes.Contains(masked.Body, []byte("卞若溪")) {
		t.Errorf("row: %d %s", masked.Status, masked.Body)
	}
	if full := c.Send(http.MethodPost, row, map[string]string{"why": "核对原表"}); full.Status != 200 || !bytes.Contains(full.Body, []byte(p.Number)) {
		t.Errorf("row in clear: %d %s", full.Status, full.Body)
	}
}

func TestImport_goes_the_whole_way(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	before := want(t, c.Get("/api/v1/figures/employees?on=2023-04-01"), 200)["figures"].([]any)[0].(map[string]any)["value"]
	number := "32990119850312204"
	number += string(cn.IDCheckChar(number))
	roster := strings.NewReplacer("329901198503120026", number, "卞若溪", "卞新来", "生产操作,2011-02-15", "生产操作,2023-03-15").Replace(string(world.Text(world.DanyangBefore)))
	a := c.Upload("/api/v1/imports", "丹阳补充.csv", []byte(roster), [2]string{"kind", "roster"}, [2]string{"as_of", "2023-04-01"})
	got := want(t, a, 201)
	path := a.Header.Get("Location")
	if got["state"] != "received" || path != "/api/v1/imports/"+got["id"].(string) || got["unit"] != k.Unit(t, "丹阳市总工会").String() {
		t.Fatalf("received: %v at %s", got, path)
	}
	for _, act := range []string{"stage", "try", "apply"} {
		if o := want(t, c.Send(http.MethodPost, path+"/"+act, nil), 202); o["act"] != act {
			t.Errorf("%s: %v", act, o)
		}
	}
	r := want(t, c.Get(path), 200)
	if r["state"] != "applied" || r["refused"] != 1.0 || r["rule_texts"].(map[string]any)["R110"] == "" {
		t.Errorf("applied: %v", r)
	}
	if p := want(t, c.Get(path+"/problems?grade=refuse"), 200); p["total"] != 1.0 {
		t.Errorf("problems: %v", p)
	}
	if book := c.Get(path + "/rejects.xlsx"); book.Status != 200 || !bytes.HasPrefix(book.Body, []byte("PK")) || !strings.Contains(book.Header.Get("Content-Disposition"), url.PathEscape("演示数据")) {
		t.Errorf("rejects: %d %v", book.Status, book.Header)
	}
	after := want(t, c.Get("/api/v1/figures/employees?on=2023-04-01"), 200)["figures"].([]any)[0].(map[string]any)["value"]
	want(t, c.Get(path+"/undo"), 409) // nobody has tried it out
	want(t, c.Send(http.MethodPost, path+"/try-undo", nil), 202)
	told := want(t, c.Get(path+"/undo"), 200)
	if f := told["figures"].([]any)[0].(map[string]any); told["stale"] != false || f["name"] != "employees" || f["before"] != after || f["after"] != before {
		t.Errorf("the undo, tried out: %v", told)
	}
	want(t, c.Send(http.MethodPost, path+"/undo", map[string]string{"why": "传错了"}), 202)
	again := want(t, c.Get("/api/v1/figures/employees?on=2023-04-01"), 200)["figures"].([]any)[0].(map[string]any)["value"]
	if before == after || before != again {
		t.Errorf("employees %v, after %v, undone %v", before, after, again)
	}
}

func TestImport_can_be_changed_and_discarded_before_it_is_applied(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.City)
	a := c.Upload("/api/v1/imports", "统计.csv", world.Text(world.Statistics), [2]string{"kind", "statistics"})
	want(t, a, 201)
	path := a.Header.Get("Location")
	if r := want(t, c.Send(http.MethodPost, path+"/change", map[string]any{"as_of": "2023-02-01", "confirmed_codes": []string{}}), 200); r["as_of"] != "2023-02-01" {
		t.Errorf("changed: %v", r)
	}
	want(t, c.Send(http.MethodPost, path+"/confirm", map[string]int{"absent": 3}), 409)
	want(t, c.Send(http.MethodDelete, path, nil), 204)
	want(t, c.Get(path), 404)
}

func TestLeavers_are_decided(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	path := "/api/v1/imports/" + k.Imports[world.DanyangFull].String() + "/leavers"
	p := k.Person(t, "郗景行")
	list := want(t, c.Get(path), 200)["leavers"].([]any)
	names := map[any]any{}
	for _, l := range list {
		names[l.(map[string]any)["name"]] = l.(map[string]any)["state"]
	}
	// The second one's file lies in Jurong now: Danyang decides about its own roster, without a name.
	if len(list) != 2 || names["郗景行"] != "proposed" || names[""] != "proposed" {
		t.Fatalf("leavers: %v", list)
	}
	if d := want(t, c.Send(http.MethodPost, path, map[string]any{"workers": []string{p.ID.String()}, "confirm": true, "left_on": "2023-03-01"}), 200); d["decided"] != 1.0 {
		t.Errorf("decided: %v", d)
	}
	if v := want(t, c.Get("/api/v1/figures/employees?on=2023-03-31"), 200)["figures"].([]any)[0].(map[string]any)["value"]; v != "11" {
		t.Errorf("employees after: %v", v)
	}
	back := map[string]any{"workers": []string{p.ID.String()}, "why": ""}
	want(t, c.Send(http.MethodPost, path+"/take-back", back), 422)
	back["why"] = "经核实仍在职"
	if d := want(t, c.Send(http.MethodPost, path+"/take-back", back), 200); d["taken_back"] != 1.0 {
		t.Errorf("taken back: %v", d)
	}
	want(t, c.Send(http.MethodPost, path+"/take-back", back), 409)
	if v := want(t, c.Get("/api/v1/figures/employees?on=2023-03-31"), 200)["figures"].([]any)[0].(map[string]any)["value"]; v != "12" {
		t.Errorf("employees after it was taken back: %v", v)
	}
}

func TestUpload_refuses_what_it_would_overlook(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	raw := func(kind, body string) *world.Answer {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/imports", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return c.Do(r)
	}
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	file := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n姓名\r\n"
	const form = "multipart/form-data; boundary=b"
	for _, tc := range []struct {
		name   string
		answer *world.Answer
		status int
		field  string
		code   string
	}{
		{"no form", raw("application/json", "{}"), 422, "file", "api.want_form"},
		{"no file", raw(form, part("kind", "roster")+"--b--\r\n"), 422, "file", "api.file_missing"},
		{"unknown field", raw(form, part("kinds", "roster")+file+"--b--\r\n"), 422, "kinds", "api.unknown_field"},
		{"a field twice", raw(form, part("kind", "roster")+part("kind", "roster")+file+"--b--\r\n"), 422, "kind", "api.only_once"},
		{"a field behind the file", raw(form, part("kind", "roster")+file+part("full", "true")+"--b--\r\n"), 422, "file", "api.file_not_last"},
		{"broken off", raw(form, part("kind", "roster")+file), 422, "", "api.body_unreadable"},
		{"not a boolean", raw(form, part("kind", "roster")+part("full", "ja")+file+"--b--\r\n"), 422, "full", "api.want_boolean"},
		{"not a day", raw(form, part("kind", "roster")+part("as_of", "gestern")+file+"--b--\r\n"), 422, "as_of", "api.want_day"},
		{"a long field", raw(form, part("kind", strings.Repeat("x", 5000))+file+"--b--\r\n"), 422, "kind", "api.too_long"},
		{"unknown kind", raw(form, part("kind", "poem")+file+"--b--\r\n"), 422, "", "intake.kind_unknown"},
		{"another's unit", raw(form, part("kind", "roster")+part("unit", k.Unit(t, "句容市总工会").String())+file+"--b--\r\n"), 403, "", "intake.unit_outside"},
		{"too large", raw(form, part("kind", "roster")+file+strings.Repeat("x", 2<<20)+"\r\n--b--\r\n"), 413, "", "api.too_large"},
	} {
		var got problem
		tc.answer.JSON(t, &got)
		field, code := "", got.Code
		if len(got.Errors) == 1 {
			field, code = got.Errors[0].Name, got.Errors[0].Code
		}
		if tc.answer.Status != tc.status || field != tc.field || code != tc.code {
			t.Errorf("%s: %d %s", tc.name, tc.answer.Status, tc.answer.Body)
		}
	}
	if n := want(t, c.Get("/api/v1/imports"), 200)["total"]; n != 2.0 {
		t.Errorf("%v imports: one of those was kept", n)
	}
	stored, err := filepath.Glob(filepath.Join(k.Dir, "files", "*"))
	if err != nil || len(stored) != len(k.Imports) {
		t.Errorf("%d stored files, want %d: %v", len(stored), len(k.Imports), err)
	}
}

// The usual reader of forms spills what is longer than some memory into the temp folder in clear.
func TestUpload_writes_nothing_to_the_temp_folder(t *testing.T) {
	k := newKit(t)
	// A folder that is a file: whoever makes a temporary file fails, and the request with it.
	blocked := filepath.Join(t.TempDir(), "no-folder")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", blocked)
	if f, err := os.CreateTemp("", "x"); err == nil {
		t.Fatalf("the temp folder is not blocked: %s", f.Name())
	}
	c := k.Client(t, world.Danyang)
	long := string(world.Text(world.DanyangBefore)) + strings.Repeat("合计,,,,,,,,\n", 50_000)
	a := c.Upload("/api/v1/imports", "长.csv", []byte(long), [2]string{"kind", "roster"}, [2]string{"as_of", "2023-04-01"})
	want(t, a, 201)
	for _, act := range []string{"stage", "apply"} {
		want(t, c.Send(http.MethodPost, a.Header.Get("Location")+"/"+act, nil), 202)
	}
	if r := want(t, c.Get(a.Header.Get("Location")), 200); r["state"] != "applied" {
		t.Errorf("%v", r)
	}
	if book := c.Get(a.Header.Get("Location") + "/rejects.xlsx"); book.Status != 200 {
		t.Errorf("rejects: %d", book.Status)
	}
}

func TestToken_is_found_nowhere(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	token := k.Token(t, world.City)
	k.Client(t, world.City).Get("/api/v1/me")
	k.Client(t, world.City).Get("/api/v1/me?token=" + token)
	if bytes.Contains(k.Logs.Bytes(), []byte(token)) || bytes.Contains(k.Logs.Bytes(), []byte(base64.StdEncoding.EncodeToString([]byte(token)))) {
		t.Error("the log holds a session token")
	}
}

func TestHealth_tells_a_database_that_is_gone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, "")
	if got := want(t, c.Get("/readyz"), 200); got["status"] != "ready" {
		t.Errorf("%v", got)
	}
	var doc json.RawMessage
	if a := c.Get("/api/v1/openapi.yaml"); a.Status != 200 || a.Header.Get("Content-Type") != "application/yaml" || json.Unmarshal(a.Body, &doc) == nil {
		t.Errorf("document: %d %v", a.Status, a.Header)
	}
	want(t, c.Get("/healthz"), 200)
}
