package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit/world"
)

// Every answer about accounts, tokens and the log is held against the document while an account goes its whole way.
func TestAccounts_go_the_whole_way(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	admin := k.Client(t, world.City)
	unit := k.Unit(t, "丹阳市总工会").String()
	bad := want(t, admin.Send(http.MethodPost, "/api/v1/users", raw(`{"login":"1","name":"","role":"district","unit":"`+unit+`"}`)), 422)
	if n := len(bad["errors"].([]any)); n != 2 {
		t.Errorf("%d mistakes are told: %v", n, bad)
	}
	made := want(t, admin.Send(http.MethodPost, "/api/v1/users", raw(`{"login":"xinshou","name":"新手","role":"district","unit":"`+unit+`"}`)), 201)
	slip := made["slips"].([]any)[0].(map[string]any)
	at := "/api/v1/users/" + slip["user"].(string)
	open := want(t, admin.Send(http.MethodPost, "/api/v1/activation", raw(`{"login":"xinshou","code":"`+slip["code"].(string)+`","password":"Kuai-Le-2024"}`)), 201)
	desk := admin.As(open["token"].(string))

	list := want(t, admin.Get("/api/v1/users?q=xinshou&under="+unit), 200)
	if list["total"].(float64) != 1 || list["users"].([]any)[0].(map[string]any)["state"].(map[string]any)["code"] != "active" {
		t.Errorf("listed: %v", list)
	}
	if u := want(t, admin.Get(at), 200); len(u["sessions"].([]any)) != 1 || u["manages"] != true || u["last_login_at"] == nil {
		t.Errorf("shown: %v", u)
	}
	first := want(t, admin.Get("/api/v1/users?limit=2&sort=-login"), 200)
	second := want(t, admin.Get("/api/v1/users?limit=2&sort=-login&after="+first["next"].(string)), 200)
	if a, b := first["users"].([]any)[1].(map[string]any)["login"], second["users"].([]any)[0].(map[string]any)["login"]; a.(string) <= b.(string) {
		t.Errorf("%v stands before %v", a, b)
	}
	if r := want(t, desk.Get("/api/v1/roles"), 200); len(r["roles"].([]any)) != 11 {
		t.Errorf("roles: %v", r)
	}

	until := (date.On(k.DB.Now()) + 30).String()
	tok := want(t, desk.Send(http.MethodPost, "/api/v1/me/tokens", raw(`{"name":"报表","until":"`+until+`","rights":["block.read"],"unit":"`+unit+`"}`)), 201)
	program := desk.As(tok["secret"].(string))
	id := tok["token"].(map[string]any)["id"].(string)
	if me := want(t, program.Get("/api/v1/me"), 200); me["token"] != id || len(me["rights"].([]any)) != 1 {
		t.Errorf("the program is %v", me)
	}
	want(t, program.Get("/api/v1/blocks"), 200)
	want(t, program.Get("/api/v1/workers"), 403)
	want(t, program.Get("/api/v1/me/tokens"), 403)
	if l := want(t, desk.Get("/api/v1/me/tokens"), 200)["tokens"].([]any)[0].(map[string]any); l["state"] != "good" || l["used_at"] == nil || l["until"] != until {
		t.Errorf("token: %v", l)
	}
	want(t, admin.Send(http.MethodDelete, at+"/tokens/"+id, nil), 204)
	if p := want(t, program.Get("/api/v1/blocks"), 401); p["code"] != "account.token_revoked" || p["fix"] == "" {
		t.Errorf("revoked: %v", p)
	}
	tok = want(t, desk.Send(http.MethodPost, "/api/v1/me/tokens", raw(`{"name":"报表","until":"`+until+`","rights":["block.read"]}`)), 201)
	want(t, desk.Send(http.MethodDelete, "/api/v1/me/tokens/"+tok["token"].(map[string]any)["id"].(string), nil), 204)

	want(t, admin.Send(http.MethodPost, at+"/set", raw(`{"role":"district","unit":"`+k.Unit(t, "句容市总工会").String()+`"}`)), 200)
	want(t, desk.Get("/api/v1/me"), 401)
	for _, act := range []string{"lock", "unlock", "sessions-end"} {
		want(t, admin.Send(http.MethodPost, at+"/"+act, nil), 200)
	}
	if p := want(t, admin.Send(http.MethodPost, at+"/password", nil), 200); p["password"] == "" || p["user"].(map[string]any)["must_change"] != true {
		t.Errorf("password: %v", p)
	}
	if x := want(t, admin.Send(http.MethodPost, at+"/slip", nil), 200); len(x["slips"].([]any)) != 1 {
		t.Errorf("slip: %v", x)
	}
	if u := want(t, admin.Send(http.MethodPost, at+"/close", nil), 200); u["manages"] != false || u["closed_at"] == nil {
		t.Errorf("closed: %v", u)
	}
	want(t, admin.Send(http.MethodPost, at+"/unlock", nil), 409)

	reader := k.Client(t, world.AuditAdmin)
	log := reader.Get("/api/v1/audit?kind=user&about=" + slip["user"].(string) + "&limit=3")
	if strings.Contains(string(log.Body), "新手") {
		t.Errorf("the log names the account's user: %s", log.Body)
	}
	page := want(t, log, 200)
	if e := page["entries"].([]any)[0].(map[string]any); e["action"] != "user.close" || e["login"] != "city" || e["words"] != "关闭账号" {
		t.Errorf("newest: %v", e)
	}
	rest := want(t, reader.Get("/api/v1/audit?kind=user&about="+slip["user"].(string)+"&limit=500&after="+page["next"].(string)), 200)
	if n := len(rest["entries"].([]any)); n+3 != int(page["total"].(float64)) {
		t.Errorf("%d after the first 3 of %v", n, page["total"])
	}
	sealLog(t, k.DB)
	c := want(t, reader.Send(http.MethodPost, "/api/v1/audit/verify", raw(`{"anew":true}`)), 200)
	if c["checked"] != c["sealed"] || c["checked"].(float64) == 0 {
		t.Errorf("verified: %v", c)
	}
	if s := want(t, reader.Get("/api/v1/audit/chain"), 200); s["checked"] != c["checked"] {
		t.Errorf("chain: %v", s)
	}
}

// sealLog chains the log's entries, as a server does every few seconds.
func sealLog(t *testing.T, d *db.DB) {
	t.Helper()
	if _, err := audit.Seal(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}
