package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tuoxing/internal/testkit/world"
)

const callTerms = `{"title":"四月花名册","kind":"roster","as_of":"2023-04-09","due_on":"2023-04-28"}`

func TestFilings_go_the_whole_way(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	district, firm := k.Client(t, world.Danyang), k.Client(t, world.Firm)
	p := want(t, district.Send(http.MethodPost, "/api/v1/calls/preview", raw(callTerms)), 200)
	if n := len(p["units"].([]any)); n != 3 || p["silent"].(float64) != 2 {
		t.Errorf("preview: %v", p)
	}
	call := want(t, district.Send(http.MethodPost, "/api/v1/calls", raw(callTerms)), 201)
	at := "/api/v1/calls/" + call["id"].(string)
	if c := call["counts"].(map[string]any); c["asked"].(float64) != 3 || c["unsent"].(float64) != 3 || call["by"].(map[string]any)["name"] != "丹阳市总工会" {
		t.Errorf("call: %v", call)
	}
	want(t, district.Send(http.MethodPost, "/api/v1/calls", raw(callTerms)), 409)
	bad := want(t, district.Send(http.MethodPost, "/api/v1/calls", raw(`{"title":"","kind":"poem","as_of":"","due_on":"2023-04-01"}`)), 422)
	if n := len(bad["errors"].([]any)); n != 4 {
		t.Errorf("%d mistakes are told: %v", n, bad)
	}
	mine := want(t, firm.Get("/api/v1/filings"), 200)["filings"].([]any)[0].(map[string]any)
	one := "/api/v1/filings/" + mine["id"].(string)
	want(t, firm.Send(http.MethodPost, one+"/ask", raw(`{"until":"2023-05-08","reason":"系统升级"}`)), 200)
	if f := want(t, district.Get(one), 200); f["asked_on"] != "2023-05-08" {
		t.Errorf("asked: %v", f)
	}
	want(t, district.Send(http.MethodPost, one+"/decline", raw(`{"reason":"请先报"}`)), 200)
	want(t, district.Send(http.MethodPost, one+"/extend", raw(`{"until":"2023-05-05","reason":"同意"}`)), 200)
	want(t, district.Send(http.MethodPost, one+"/confirm", nil), 409)

	up := firm.Upload("/api/v1/imports", "花名册.csv", []byte("姓名,身份证号,单位名称,岗位类别\n赵一,329901198001150014,丹阳新光眼镜有限公司,生产操作\n"), [2]string{"kind", "roster"}, [2]string{"as_of", "2023-04-09"}, [2]string{"unit", mine["unit"].(map[string]any)["id"].(string)})
	want(t, up, 201)
	imp := up.Header.Get("Location")
	for _, act := range []string{"stage", "try", "apply"} {
		want(t, firm.Send(http.MethodPost, imp+"/"+act, nil), 202)
	}
	f := want(t, district.Get(one), 200)
	if f["state"] != "sent" || f["filled_in"] != false || !strings.HasSuffix(imp, f["import"].(string)) {
		t.Errorf("sent: %v", f)
	}
	want(t, district.Send(http.MethodPost, one+"/return", raw(`{"reason":"少两人"}`)), 200)
	want(t, firm.Send(http.MethodPost, imp+"/undo", raw(`{"why":"重报"}`)), 202)
	if f = want(t, firm.Get(one), 200); f["state"] != "returned" || f["reason"] != "少两人" || len(f["events"].([]any)) != 6 {
		t.Errorf("sent back: %v", f)
	}
	rem := want(t, district.Get(at+"/reminder"), 200)
	if !strings.Contains(rem["zh"].(string), "丹阳新光眼镜有限公司（退回，待重报）（已延期至2023年5月5日）") || !strings.Contains(rem["en"].(string), "[Reminder]") || rem["total"].(float64) != 3 {
		t.Errorf("reminder: %v", rem)
	}
	if rem = want(t, district.Get(at+"/reminder?counts=true"), 200); strings.Contains(rem["zh"].(string), "有限公司") {
		t.Errorf("only numbers: %v", rem)
	}
	first := want(t, district.Get(at+"/filings?limit=2"), 200)
	next := want(t, district.Get(at+"/filings?limit=2&after="+first["next"].(string)), 200)
	if len(first["filings"].([]any)) != 2 || len(next["filings"].([]any)) != 1 || next["next"] != nil {
		t.Errorf("pages: %v then %v", first, next)
	}
	if list := want(t, district.Get(at+"/filings?state=returned"), 200); list["total"].(float64) != 1 {
		t.Errorf("sent back: %v", list)
	}
	want(t, district.Get(at+"/filings?state=late"), 422)
	if list := want(t, district.Get("/api/v1/calls"), 200); list["total"].(float64) != 1 {
		t.Errorf("calls: %v", list)
	}
	want(t, district.Send(http.MethodPost, at+"/confirm", raw(`{"filings":["`+mine["id"].(string)+`"]}`)), 409)
}

func TestUsers_are_made_in_bulk_and_activate_themselves(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	admin := k.Client(t, world.SysAdmin)
	seen := want(t, admin.Send(http.MethodPost, "/api/v1/users/bulk", raw(`{"role":"enterprise_hr","preview":true}`)), 200)
	if len(seen["slips"].([]any)) != 5 || seen["there"].(float64) != 1 || seen["slips"].([]any)[0].(map[string]any)["code"] != nil {
		t.Errorf("preview: %v", seen)
	}
	bad := want(t, admin.Send(http.MethodPost, "/api/v1/users/bulk", raw(`{"role":"enterprise_hr","list":["丹阳恒远机械有限公司","无此厂"]}`)), 422)
	if bad["errors"].([]any)[0].(map[string]any)["name"] != "list" {
		t.Errorf("a wrong line: %v", bad)
	}
	made := want(t, admin.Send(http.MethodPost, "/api/v1/users/bulk", raw(`{"role":"enterprise_hr","list":["丹阳恒远机械有限公司"]}`)), 200)
	x := made["slips"].([]any)[0].(map[string]any)
	pending := want(t, admin.Get("/api/v1/users/pending"), 200)
	if pending["total"].(float64) != 1 || pending["users"].([]any)[0].(map[string]any)["login"] != x["login"] {
		t.Errorf("pending: %v", pending)
	}
	fresh := want(t, admin.Send(http.MethodPost, "/api/v1/users/slips", raw(`{"users":["`+x["user"].(string)+`"]}`)), 200)["slips"].([]any)[0].(map[string]any)
	try := func(code any, status int) map[string]any {
		return want(t, k.Client(t, "").Send(http.MethodPost, "/api/v1/activation", map[string]any{"login": x["login"], "code": code, "password": "Heng-Yuan-2023"}), status)
	}
	try(x["code"], 401)
	token := try(fresh["code"], 201)["token"].(string)
	try(fresh["code"], 401)
	if me := want(t, k.Client(t, "").As(token).Get("/api/v1/me"), 200); me["unit"].(map[string]any)["name"] != "丹阳恒远机械有限公司" || me["must_change"] != false {
		t.Errorf("activated: %v", me)
	}
	if logs := string(k.Logs.Bytes()); strings.Contains(logs, fresh["code"].(string)) {
		t.Error("the log holds a code")
	}
}

type raw string

// MarshalJSON gives the text as it is.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }
