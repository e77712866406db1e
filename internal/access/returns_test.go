package access_test

import (
	"strconv"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/filing"
	"tuoxing/internal/testkit/world"
)

// returns makes a call of Danyang's, and an account that waits for its first login: {call} with {filing} of a firm of
// Danyang, {own filing} of the enterprise that asks, and {pending}.
func (f *fixture) returns(t *testing.T) {
	c, _, err := f.Filings.CreateCall(t.Context(), f.Actor(t, world.Danyang), filing.CallInput{Title: "四月花名册", Kind: "roster", AsOf: date.Of(2023, 4, 9), DueOn: date.Of(2023, 4, 28)})
	if err != nil {
		t.Fatal(err)
	}
	rows, _, _, err := f.Filings.List(t.Context(), f.Actor(t, world.Danyang), c.ID, filing.Filter{})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d filings: %v", len(rows), err)
	}
	f.words["{call}"] = c.ID.String()
	for _, r := range rows {
		switch r.Name {
		case "丹阳新光眼镜有限公司":
			f.words["{own filing}"] = r.ID.String()
		case "丹阳恒远机械有限公司":
			f.words["{filing}"] = r.ID.String()
		}
	}
	b, err := f.Accounts.CreateBulk(t.Context(), f.Actor(t, world.City), account.BulkInput{Role: account.EnterpriseUnion, List: []string{"丹阳恒远机械有限公司"}})
	if err != nil || len(b.Slips) != 1 {
		t.Fatalf("%+v %v", b, err)
	}
	f.words["{pending}"] = strconv.FormatInt(b.Slips[0].User, 10)
}

// Statuses in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin.
var (
	pageAsk      = everybody{303, 200, 200, 200, 403, 403, 403, 403} // asks units of the own subtree
	pageToDecide = everybody{303, 409, 409, 404, 403, 403, 403, 403} // the union above, but nothing was sent yet
	pageDesks    = everybody{303, 200, 403, 403, 403, 403, 200, 403} // manages users
)

func returnPages() []ask {
	return []ask{
		{of: "GET /filings", what: "the calls, or the own filings", path: "/filings", want: everybody{303, 200, 200, 200, 200, 200, 403, 403}},
		{of: "GET /filings/new", what: "the form", path: "/filings/new", want: pageAsk},
		{of: "POST /filings", what: "whom it would ask", path: "/filings", form: "title=名册&kind=roster&as_of=2023-04-08&due_on=2023-04-30&unit_kind=enterprise&step=preview", want: pageAsk},
		{of: "POST /filings", what: "in Danyang", path: "/filings", form: "title=名册&kind=roster&as_of=2023-04-08&due_on=2023-04-30&under={unit}&step=preview", want: everybody{303, 200, 200, 422, 403, 403, 403, 403}},
		{of: "GET /filings/mine", what: "of the own unit", path: "/filings/mine", want: everybody{303, 403, 200, 200, 200, 403, 403, 403}},
		{of: "GET /filings/calls/{id}", what: "Danyang's; the enterprise sees its own part", path: "/filings/calls/{call}", want: everybody{303, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /filings/calls/{id}", what: "of one foreign union", path: "/filings/calls/{call}?union={foreign unit}", want: everybody{303, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /filings/calls/{id}/remind", what: "Danyang's", path: "/filings/calls/{call}/remind", want: everybody{303, 200, 200, 404, 403, 403, 403, 403}},
		{of: "POST /filings/calls/{id}/confirm", what: "what was not sent", path: "/filings/calls/{call}/confirm", form: "filing={filing}", want: pageToDecide},
		{of: "GET /filings/calls/{id}/extend", what: "the question", path: "/filings/calls/{call}/extend?filing={filing}", want: everybody{303, 200, 200, 404, 403, 403, 403, 403}},
		{of: "POST /filings/calls/{id}/extend", what: "to an earlier day", path: "/filings/calls/{call}/extend", form: "filing={filing}&reason=核对&until=2023-04-27", want: everybody{303, 422, 422, 404, 403, 403, 403, 403}},
		{of: "GET /filings/{id}", what: "another firm's of Danyang", path: "/filings/{filing}", want: pageMine},
		{of: "GET /filings/{id}", what: "the enterprise's own", path: "/filings/{own filing}", want: everybody{303, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /imports/new", what: "for another firm's filing", path: "/imports/new?filing={filing}", want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /imports/new", what: "for the enterprise's own", path: "/imports/new?filing={own filing}", want: everybody{303, 200, 200, 404, 200, 403, 403, 403}},
		{of: "POST /filings/{id}/confirm", what: "what was not sent", path: "/filings/{filing}/confirm", want: pageToDecide},
		{of: "POST /filings/{id}/return", what: "what was not sent", path: "/filings/{filing}/return", form: "reason=核对", want: pageToDecide},
		{of: "POST /filings/{id}/decline", what: "what was not asked", path: "/filings/{filing}/decline", form: "reason=核对", want: pageToDecide},
		{of: "POST /filings/{id}/extend", what: "to an earlier day", path: "/filings/{filing}/extend", form: "reason=核对&until=2023-04-27", want: everybody{303, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /filings/{id}/ask", what: "another firm's", path: "/filings/{filing}/ask", form: "reason=忙&until=2023-05-08", want: everybody{303, 403, 403, 404, 404, 403, 403, 403}},
		{of: "POST /filings/{id}/ask", what: "the enterprise's own", path: "/filings/{own filing}/ask", form: "reason=忙&until=2023-05-08", want: everybody{303, 403, 403, 404, 303, 403, 403, 403}},

		{of: "GET /users/bulk", what: "who waits for a first login", path: "/users/bulk", shows: desks, want: pageDesks},
		{of: "POST /users/bulk", what: "for whom", path: "/users/bulk", form: "role=enterprise_hr&site=http://127.0.0.1&step=preview", shows: desks, want: pageDesks},
		{of: "POST /users/slips", what: "a new slip", path: "/users/slips", form: "user={pending}&site=http://127.0.0.1", shows: desks, want: pageDesks},
		{of: "POST /users/slips", what: "for nobody", path: "/users/slips", form: "user=4711&site=http://127.0.0.1", shows: desks, want: everybody{303, 404, 403, 403, 403, 403, 404, 403}},
		{of: "GET /activate", what: "the form", path: "/activate", want: everybody{200, 200, 200, 200, 200, 200, 200, 200}},
		{of: "POST /activate", what: "a login that is not there", path: "/activate", form: "login=stranger&code=77777-77777-77777-77777-777777&password=Qiao-Liang-2024&again=Qiao-Liang-2024", want: everybody{401, 401, 401, 401, 401, 401, 401, 401}},
	}
}

// Statuses of the API for the same.
var (
	apiAsk      = everybody{401, 200, 200, 200, 403, 403, 403, 403}
	apiToDecide = everybody{401, 409, 409, 404, 403, 403, 403, 403}
	apiDesks    = everybody{401, 200, 403, 403, 403, 403, 200, 403}
)

func returnOperations() []ask {
	const terms = `{"title":"名册","kind":"roster","as_of":"2023-04-08","due_on":"2023-04-30"}`
	return []ask{
		{of: "GET /api/v1/calls", what: "all", path: "/api/v1/calls", want: apiFigures},
		{of: "GET /api/v1/calls", what: "a guessed key of a page", path: "/api/v1/calls?after={call}", want: apiFigures},
		{of: "POST /api/v1/calls", what: "with mistakes", path: "/api/v1/calls", json: `{"title":"","kind":"roster","as_of":"2023-04-08","due_on":"2023-04-30"}`, want: everybody{401, 422, 422, 422, 403, 403, 403, 403}},
		{of: "POST /api/v1/calls/preview", what: "of the own subtree", path: "/api/v1/calls/preview", json: terms, want: apiAsk},
		{of: "GET /api/v1/calls/{id}", what: "Danyang's", path: "/api/v1/calls/{call}", want: everybody{401, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /api/v1/calls/{id}/filings", what: "Danyang's; the enterprise sees its own", path: "/api/v1/calls/{call}/filings?limit=500", want: everybody{401, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /api/v1/calls/{id}/filings", what: "a guessed key of a page", path: "/api/v1/calls/{call}/filings?after={firm}", want: everybody{401, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /api/v1/calls/{id}/reminder", what: "Danyang's", path: "/api/v1/calls/{call}/reminder", want: everybody{401, 200, 200, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/calls/{id}/confirm", what: "what was not sent", path: "/api/v1/calls/{call}/confirm", json: `{"filings":["{filing}"]}`, want: apiToDecide},
		{of: "POST /api/v1/calls/{id}/extend", what: "to an earlier day", path: "/api/v1/calls/{call}/extend", json: `{"filings":["{filing}"],"until":"2023-04-27","reason":"核对"}`, want: everybody{401, 422, 422, 404, 403, 403, 403, 403}},
		{of: "GET /api/v1/filings", what: "of the own unit", path: "/api/v1/filings", want: everybody{401, 403, 200, 200, 200, 403, 403, 403}},
		{of: "GET /api/v1/filings/{id}", what: "another firm's of Danyang", path: "/api/v1/filings/{filing}", want: apiMine},
		{of: "GET /api/v1/filings/{id}", what: "the enterprise's own", path: "/api/v1/filings/{own filing}", want: everybody{401, 200, 200, 404, 200, 200, 403, 403}},
		{of: "POST /api/v1/filings/{id}/confirm", what: "what was not sent", path: "/api/v1/filings/{filing}/confirm", want: apiToDecide},
		{of: "POST /api/v1/filings/{id}/return", what: "what was not sent", path: "/api/v1/filings/{filing}/return", json: `{"reason":"核对"}`, want: apiToDecide},
		{of: "POST /api/v1/filings/{id}/decline", what: "what was not asked", path: "/api/v1/filings/{filing}/decline", json: `{"reason":"核对"}`, want: apiToDecide},
		{of: "POST /api/v1/filings/{id}/extend", what: "to an earlier day", path: "/api/v1/filings/{filing}/extend", json: `{"until":"2023-04-27","reason":"核对"}`, want: everybody{401, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/filings/{id}/ask", what: "another firm's", path: "/api/v1/filings/{filing}/ask", json: `{"until":"2023-05-08","reason":"忙"}`, want: everybody{401, 403, 403, 404, 404, 403, 403, 403}},

		{of: "POST /api/v1/users/bulk", what: "for whom", path: "/api/v1/users/bulk", json: `{"role":"enterprise_hr","preview":true}`, shows: desks, want: apiDesks},
		{of: "GET /api/v1/users/pending", what: "who waits for a first login", path: "/api/v1/users/pending", shows: desks, want: apiDesks},
		{of: "POST /api/v1/users/slips", what: "a new slip", path: "/api/v1/users/slips", json: `{"users":["{pending}"]}`, shows: desks, want: apiDesks},
		{of: "POST /api/v1/activation", what: "a login that is not there", path: "/api/v1/activation", json: `{"login":"stranger","code":"77777-77777-77777-77777-777777","password":"Qiao-Liang-2024"}`, want: everybody{401, 401, 401, 401, 401, 401, 401, 401}},
	}
}
