package access_test

import (
	"strings"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// conflicts hands in a list that gives {worker} another name: the row is refused, and the conflict is {conflict}, with
// {statement} the name that the list gives.
func (f *fixture) conflicts(t *testing.T) {
	text := "姓名,身份证号,单位名称,岗位类别\n逄利恒," + f.words["{number}"] + ",丹阳新光眼镜有限公司,生产操作\n"
	v := intake.Trusted(f.Actor(t, world.Danyang).UserID)
	id, err := f.Intake.Receive(t.Context(), v, "改名.csv", strings.NewReader(text), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(f.Unit(t, "丹阳市总工会"))})
	if err == nil {
		_, err = f.Intake.Stage(t.Context(), v, id)
	}
	if err == nil {
		_, err = f.Intake.Apply(t.Context(), v, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	list, total, err := f.Registry.ListConflicts(t.Context(), f.Actor(t, world.Danyang), registry.ConflictFilter{Kind: registry.NameDiffers})
	if err != nil || total != 1 || len(list) != 1 {
		t.Fatalf("%d conflicts about names: %v", total, err)
	}
	f.words["{conflict}"] = list[0].Key()
}

// Statuses in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin.
var (
	pageUndecided = everybody{303, 422, 422, 404, 403, 403, 403, 403} // decides, but says nothing
	apiUndecided  = everybody{401, 422, 422, 404, 403, 403, 403, 403}
)

func conflictCases() []ask {
	return []ask{
		{of: "GET /conflicts", what: "all", path: "/conflicts", want: pageFigures},
		{of: "GET /conflicts", what: "tasks that are open", path: "/conflicts?part=task&state=open&kind=two_main", want: pageFigures},
		{of: "GET /conflicts", what: "a guessed key of a page", path: "/conflicts?after={foreign}.two_main.0", want: pageFigures},
		{of: "GET /conflicts", what: "an unknown kind", path: "/conflicts?kind=quarrel", want: everybody{303, 422, 422, 422, 422, 422, 403, 403}},
		{of: "GET /conflicts", what: "of Danyang's union", path: "/conflicts?unit=%E4%B8%B9%E9%98%B3%E5%B8%82%E6%80%BB%E5%B7%A5%E4%BC%9A", want: everybody{303, 200, 200, 422, 422, 200, 403, 403}},
		{of: "GET /api/v1/conflicts", what: "of Danyang's union", path: "/api/v1/conflicts?unit={unit}", want: everybody{401, 200, 200, 422, 422, 200, 403, 403}},
		{of: "GET /api/v1/conflicts", what: "of a firm, by its guessed id", path: "/api/v1/conflicts?unit={firm}", want: everybody{401, 200, 200, 422, 422, 200, 403, 403}},
		{of: "GET /conflicts/{id}", what: "about a person of Danyang", path: "/conflicts/{conflict}", want: pageMine},
		{of: "GET /conflicts/{id}", what: "that is none", path: "/conflicts/{worker}.two_main.1", want: everybody{303, 404, 404, 404, 404, 404, 403, 403}},
		{of: "GET /conflicts/accept", what: "the question about one of Danyang", path: "/conflicts/accept?conflict={conflict}", want: everybody{303, 200, 200, 404, 403, 403, 403, 403}},
		{of: "GET /conflicts/accept", what: "that is none", path: "/conflicts/accept?conflict={worker}.two_main.1", want: everybody{303, 404, 404, 404, 403, 403, 403, 403}},
		{of: "POST /conflicts/accept", what: "without a reason", path: "/conflicts/accept", form: "conflict={conflict}&why=", want: pageUndecided},
		{of: "POST /conflicts/accept", what: "none", path: "/conflicts/accept", form: "why=核实", want: everybody{303, 422, 422, 422, 403, 403, 403, 403}},
		{of: "POST /conflicts/{id}/decide", what: "without a choice", path: "/conflicts/{conflict}/decide", form: "why=核实", want: pageUndecided},
		{of: "POST /conflicts/{id}/decide", what: "without a reason", path: "/conflicts/{conflict}/decide", form: "keep=1&why=", want: pageUndecided},
		{of: "POST /conflicts/{id}/reopen", what: "what nobody decided", path: "/conflicts/{conflict}/reopen", form: "why=核实有误", want: everybody{303, 409, 409, 404, 403, 403, 403, 403}},

		{of: "GET /api/v1/conflicts", what: "all", path: "/api/v1/conflicts", want: apiFigures},
		{of: "GET /api/v1/conflicts", what: "a guessed key of a page", path: "/api/v1/conflicts?after={foreign}.two_main.0", want: apiFigures},
		{of: "GET /api/v1/conflicts/{id}", what: "about a person of Danyang", path: "/api/v1/conflicts/{conflict}", want: apiMine},
		{of: "POST /api/v1/conflicts/acceptance", what: "without a reason", path: "/api/v1/conflicts/acceptance", json: `{"conflicts":["{conflict}"],"why":""}`, want: apiUndecided},
		{of: "POST /api/v1/conflicts/{id}/decision", what: "without a reason", path: "/api/v1/conflicts/{conflict}/decision", json: `{"keep":"1","why":""}`, want: apiUndecided},
		{of: "POST /api/v1/conflicts/{id}/reopening", what: "what nobody decided", path: "/api/v1/conflicts/{conflict}/reopening", json: `{"why":"核实有误"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
	}
}
