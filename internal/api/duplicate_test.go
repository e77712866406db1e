package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// sendAgain lists somebody of Danyang again, one digit of whose number is another.
func (k *kit) sendAgain(t *testing.T, name string, first17 string) {
	t.Helper()
	number := first17 + string(cn.IDCheckChar(first17))
	v := intake.Trusted(k.Actor(t, world.Danyang).UserID)
	text := "姓名,身份证号,单位名称,岗位类别\n" + name + "," + number + ",丹阳恒远机械有限公司,生产操作\n"
	id, err := k.Intake.Receive(t.Context(), v, "补报.csv", strings.NewReader(text), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(k.Unit(t, "丹阳市总工会"))})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []func() (intake.Report, error){
		func() (intake.Report, error) { return k.Intake.Stage(t.Context(), v, id) }, func() (intake.Report, error) { return k.Intake.Apply(t.Context(), v, id) },
	} {
		if r, err := act(); err != nil || r.Counts.Refused > 0 {
			t.Fatalf("%+v %v", r, err)
		}
	}
}

func TestDuplicates_are_found_shown_accepted_rejected_and_taken_back(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.Person(t, "逄立恒")
	seq := func(by byte) string { return p.Number[:16] + string('0'+(p.Number[16]-'0'+by)%10) }
	k.sendAgain(t, p.Name, seq(2))
	k.sendAgain(t, p.Name, seq(4))
	c := k.Client(t, world.Danyang)
	run := want(t, c.Send(http.MethodPost, "/api/v1/duplicates/search", nil), 200)
	if run["likely"] != 3.0 || run["new"] != 3.0 || run["certain"] != 0.0 {
		t.Fatalf("%v, want three pairs of three files", run)
	}
	list := want(t, c.Get("/api/v1/duplicates?grade=likely&limit=1"), 200)
	one := list["duplicates"].([]any)[0].(map[string]any)
	id := func(side string) string { return one[side].(map[string]any)["worker"].(string) }
	keep, other := id("keep"), id("other")
	at := "/api/v1/duplicates/" + keep + "/" + other
	if list["total"] != 3.0 || list["next"] == nil || one["places"].([]any)[0] != 17.0 {
		t.Errorf("list: %v", list)
	}
	if rest := want(t, c.Get("/api/v1/duplicates?after="+list["next"].(string)), 200); len(rest["duplicates"].([]any)) != 2 || rest["next"] != nil {
		t.Errorf("the rest: %v", rest)
	}
	shown := want(t, c.Get(at), 200)
	if shown["state"] != "proposed" || len(shown["changes"].([]any)) == 0 || len(shown["files"].([]any)) != 2 {
		t.Errorf("shown: %v", shown)
	}
	if refused := want(t, c.Send(http.MethodPost, at+"/acceptance", map[string]string{"keep": k.Person(t, "卞若溪").ID.String(), "why": ""}), 422); len(refused["errors"].([]any)) != 2 {
		t.Errorf("neither which stays nor why: %v", refused)
	}
	merged := want(t, c.Send(http.MethodPost, at+"/acceptance", map[string]string{"keep": other, "why": "录错一位"}), 200)
	if merged["state"] != "accepted" || merged["reason"] != "录错一位" || len(merged["changes"].([]any)) != 0 {
		t.Errorf("accepted: %v", merged)
	}
	want(t, c.Send(http.MethodPost, at+"/rejection", map[string]string{"why": "两人"}), 409)
	want(t, c.Send(http.MethodPost, "/api/v1/workers/"+keep+"/unmerge", map[string]string{"why": "经核实为两人"}), 200)
	if got := want(t, c.Get(at), 200); got["state"] != "rejected" || got["decided_at"] == nil {
		t.Errorf("taken back: %v", got)
	}
	if plan := want(t, c.Get("/api/v1/duplicates/certain"), 200); plan["pairs"] != 0.0 {
		t.Errorf("plan: %v", plan)
	}
	if done := want(t, c.Send(http.MethodPost, "/api/v1/duplicates/certain", map[string]any{"confirm": 0, "why": "成批核对"}), 200); done["accepted"] != 0.0 {
		t.Errorf("certain: %v", done)
	}
	want(t, c.Get("/api/v1/duplicates?after=somewhere"), 422)
}
