package access_test

// Statuses of the API, in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin.
var (
	apiAll     = everybody{200, 200, 200, 200, 200, 200, 200, 200}
	apiFigures = everybody{401, 200, 200, 200, 200, 200, 403, 403} // each within the own subtree
	apiMine    = everybody{401, 200, 200, 404, 404, 200, 403, 403} // Danyang's thing, opened by reading
	apiExport  = everybody{401, 200, 200, 200, 200, 403, 403, 403} // needs the right to take lists away
	apiBlocks  = everybody{401, 200, 200, 200, 403, 200, 403, 403}
)

func apiCases() []ask {
	return []ask{
		{of: "GET /healthz", what: "alive", path: "/healthz", want: apiAll},
		{of: "GET /readyz", what: "ready", path: "/readyz", want: apiAll},
		{of: "GET /api/v1/openapi.yaml", what: "the document", path: "/api/v1/openapi.yaml", want: apiAll},

		{of: "POST /api/v1/session", what: "an unknown login", path: "/api/v1/session", json: `{"login":"stranger","password":"Wrong-Password-1"}`, want: everybody{401, 401, 401, 401, 401, 401, 401, 401}},
		{of: "DELETE /api/v1/session", what: "log out", path: "/api/v1/session", fresh: true, want: everybody{401, 204, 204, 204, 204, 204, 204, 204}},
		{of: "GET /api/v1/me", what: "oneself", path: "/api/v1/me", want: everybody{401, 200, 200, 200, 200, 200, 200, 200}},
		{of: "POST /api/v1/me/password", what: "a weak password", path: "/api/v1/me/password", json: `{"old":"x","password":"weak"}`, want: everybody{401, 422, 422, 422, 422, 422, 422, 422}},

		{of: "GET /api/v1/figures", what: "the catalogue", path: "/api/v1/figures", want: apiFigures},
		{of: "GET /api/v1/figures/{name}", what: "by employer", path: "/api/v1/figures/employees?by=employer,union&on=2022-06-30", want: apiFigures},
		{of: "GET /api/v1/figures/{name}", what: "the other district's", path: "/api/v1/figures/employees?where=district=321183&by=employer", want: apiFigures},
		{of: "GET /api/v1/figures/{name}", what: "the own district's", path: "/api/v1/figures/skilled_ever?where=district=321181&by=district,union", want: apiFigures},
		{of: "GET /api/v1/figures/{name}", what: "of one foreign union", path: "/api/v1/figures/employees?where=union={foreign unit}&by=employer", want: apiFigures},
		{of: "GET /api/v1/figures/{name}", what: "of one firm, by its guessed id", path: "/api/v1/figures/employees?where=employer={firm}&by=employer", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/rows", what: "everybody", path: "/api/v1/figures/employees/rows?limit=500", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/rows", what: "before the move", path: "/api/v1/figures/employees/rows?limit=500&on=2022-06-30", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/rows", what: "the other district's", path: "/api/v1/figures/employees/rows?where=district=321183", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/rows", what: "a guessed key of a page", path: "/api/v1/figures/employees/rows?after={foreign}", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/facts", what: "everybody", path: "/api/v1/figures/skilled_ever/facts?limit=500", want: apiFigures},
		{of: "GET /api/v1/figures/{name}/facts", what: "the other district's", path: "/api/v1/figures/employees/facts?where=district=321183", want: apiFigures},

		{of: "GET /api/v1/workers", what: "all", path: "/api/v1/workers?limit=500", want: apiFigures},
		{of: "GET /api/v1/workers", what: "by another's name", path: "/api/v1/workers?q={name}", want: apiFigures},
		{of: "GET /api/v1/workers", what: "of another district", path: "/api/v1/workers?district=321183&limit=500", want: apiFigures},
		{of: "GET /api/v1/workers", what: "of another firm", path: "/api/v1/workers?employer={firm}", want: apiFigures},
		{of: "GET /api/v1/workers", what: "a guessed key of a page", path: "/api/v1/workers?after={foreign}", want: apiFigures},
		{of: "POST /api/v1/workers/search", what: "by ID number", path: "/api/v1/workers/search", json: `{"q":"{number}"}`, want: apiFigures},
		{of: "GET /api/v1/workers/{id}", what: "a person of Danyang", path: "/api/v1/workers/{worker}", want: apiMine},
		{of: "GET /api/v1/workers/{id}", what: "a colleague of the firm", path: "/api/v1/workers/{colleague}", want: everybody{401, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /api/v1/workers/{id}", what: "a person of Jurong", path: "/api/v1/workers/{foreign}", want: everybody{401, 200, 404, 200, 404, 200, 403, 403}},
		{of: "GET /api/v1/workers/{id}/erasure", what: "the plan for a person of Danyang", path: "/api/v1/workers/{worker}/erasure", want: everybody{401, 200, 403, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/erasure", what: "without a reason", path: "/api/v1/workers/{worker}/erasure", json: `{"why":""}`, want: everybody{401, 422, 403, 403, 403, 403, 403, 403}},
		{of: "GET /api/v1/workers/{id}/certificates/{certificate}", what: "a certificate of Danyang", path: "/api/v1/workers/{certified}/certificates/{certificate}", want: apiMine},
		{of: "GET /api/v1/workers/{id}/certificates/{certificate}", what: "through another person", path: "/api/v1/workers/{foreign}/certificates/{certificate}", want: everybody{401, 404, 404, 404, 404, 404, 403, 403}},
		{of: "POST /api/v1/workers/{id}/certificates/{certificate}/revocation", what: "without a reason", path: "/api/v1/workers/{certified}/certificates/{certificate}/revocation", json: `{"on":"2023-04-01","why":""}`, want: everybody{401, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/certificates/{certificate}/restoration", what: "of what nobody revoked", path: "/api/v1/workers/{certified}/certificates/{certificate}/restoration", json: `{"why":"查无实据"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/reveal", what: "the number of a person of Danyang", path: "/api/v1/workers/{worker}/reveal", json: `{"field":"id_number","why":"核对"}`, shows: numbers, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /api/v1/workers/{id}/rows/{import}/{sheet}/{row}", what: "the row of a person of Danyang", path: "/api/v1/workers/{worker}/rows/{import}/0/{row}", want: apiMine},
		{of: "GET /api/v1/workers/{id}/rows/{import}/{sheet}/{row}", what: "a foreign row through the own person", path: "/api/v1/workers/{worker}/rows/{foreign import}/0/3", want: everybody{401, 404, 404, 404, 404, 404, 403, 403}},
		{of: "GET /api/v1/workers/{id}/rows/{import}/{sheet}/{row}", what: "the own row through a foreign person", path: "/api/v1/workers/{foreign}/rows/{import}/0/{row}", want: everybody{401, 404, 404, 404, 404, 404, 403, 403}},
		{of: "POST /api/v1/workers/{id}/rows/{import}/{sheet}/{row}", what: "the row in clear", path: "/api/v1/workers/{worker}/rows/{import}/0/{row}", json: `{"why":"核对"}`, shows: numbers, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},

		{of: "GET /api/v1/imports", what: "all", path: "/api/v1/imports?limit=500", want: apiFigures},
		{of: "POST /api/v1/imports", what: "for the own district", path: "/api/v1/imports", form: "kind=roster&as_of=2023-04-02&unit={unit}", upload: true, want: everybody{401, 201, 201, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/imports", what: "for another district", path: "/api/v1/imports", form: "kind=roster&as_of=2023-04-02&unit={foreign unit}", upload: true, want: everybody{401, 201, 403, 201, 403, 403, 403, 403}},
		{of: "POST /api/v1/imports", what: "for the whole city", path: "/api/v1/imports", form: "kind=roster&as_of=2023-04-02&unit=0", upload: true, want: everybody{401, 201, 403, 403, 403, 403, 403, 403}},
		{of: "GET /api/v1/imports/{id}", what: "Danyang's", path: "/api/v1/imports/{import}", want: apiMine},
		{of: "GET /api/v1/imports/{id}", what: "Jurong's", path: "/api/v1/imports/{foreign import}", want: everybody{401, 200, 404, 200, 404, 200, 403, 403}},
		{of: "DELETE /api/v1/imports/{id}", what: "Danyang's", path: "/api/v1/imports/{scratch}", want: everybody{401, 204, 204, 404, 404, 403, 403, 403}},
		{of: "GET /api/v1/imports/{id}/problems", what: "Danyang's", path: "/api/v1/imports/{import}/problems?limit=500", shows: numbers | rows, want: apiMine},
		{of: "GET /api/v1/imports/{id}/rejects.xlsx", what: "Danyang's", path: "/api/v1/imports/{import}/rejects.xlsx", shows: numbers | rows, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /api/v1/imports/{id}/rows/{sheet}/{row}", what: "a unit's", path: "/api/v1/imports/{units import}/rows/0/7", want: everybody{401, 200, 404, 404, 404, 200, 403, 403}},
		{of: "GET /api/v1/imports/{id}/rows/{sheet}/{row}", what: "a person's, as if about nobody", path: "/api/v1/imports/{import}/rows/0/{row}", want: everybody{401, 404, 404, 404, 404, 404, 403, 403}},
		{of: "POST /api/v1/imports/{id}/stage", what: "Danyang's", path: "/api/v1/imports/{scratch}/stage", want: everybody{401, 202, 202, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/imports/{id}/try", what: "Danyang's, which is not staged", path: "/api/v1/imports/{scratch}/try", want: everybody{401, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/imports/{id}/apply", what: "Danyang's, which is not staged", path: "/api/v1/imports/{scratch}/apply", want: everybody{401, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/imports/{id}/undo", what: "Danyang's, which is not applied", path: "/api/v1/imports/{scratch}/undo", json: `{"why":"试一试"}`, want: everybody{401, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/imports/{id}/confirm", what: "Danyang's, which is not staged", path: "/api/v1/imports/{scratch}/confirm", json: `{"absent":1}`, want: everybody{401, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/imports/{id}/change", what: "Danyang's", path: "/api/v1/imports/{scratch}/change", json: `{"confirmed_codes":[]}`, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /api/v1/imports/{id}/leavers", what: "Danyang's", path: "/api/v1/imports/{full}/leavers", want: apiMine},
		{of: "POST /api/v1/imports/{id}/leavers", what: "about somebody who is not proposed", path: "/api/v1/imports/{full}/leavers", json: `{"workers":["{worker}"],"confirm":true}`, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},

		{of: "POST /api/v1/exports/{list}", what: "workers", path: "/api/v1/exports/workers", json: `{"format":"csv"}`, want: apiExport},
		{of: "POST /api/v1/exports/{list}", what: "workers with masked numbers", path: "/api/v1/exports/workers", json: `{"format":"xlsx","numbers":"masked"}`, want: apiExport},
		{of: "POST /api/v1/exports/{list}", what: "workers with whole numbers", path: "/api/v1/exports/workers", json: `{"format":"csv","numbers":"full","why":"核对补贴","q":"{number}"}`, shows: numbers, want: apiExport},
		{of: "POST /api/v1/exports/{list}", what: "whole numbers without a reason", path: "/api/v1/exports/workers", json: `{"format":"csv","numbers":"full"}`, want: everybody{401, 422, 422, 422, 422, 403, 403, 403}},
		{of: "POST /api/v1/exports/{list}", what: "another district's workers", path: "/api/v1/exports/workers", json: `{"format":"csv","district":321183}`, want: apiExport},
		{of: "POST /api/v1/exports/{list}", what: "rows of a figure before the move", path: "/api/v1/exports/rows", json: `{"format":"csv","figure":"employees","on":"2022-06-30"}`, want: apiExport},
		{of: "POST /api/v1/exports/{list}", what: "organisations", path: "/api/v1/exports/organisations", json: `{"format":"csv"}`, want: apiFigures},
		{of: "POST /api/v1/exports/{list}", what: "imports", path: "/api/v1/exports/imports", json: `{"format":"xlsx"}`, want: apiFigures},
		{of: "POST /api/v1/exports/{list}", what: "leavers", path: "/api/v1/exports/leavers", json: `{"format":"csv","import":"{full}"}`, want: everybody{401, 200, 200, 404, 404, 403, 403, 403}},
		{of: "POST /api/v1/exports/{list}", what: "blocks", path: "/api/v1/exports/blocks", json: `{"format":"csv"}`, want: apiBlocks},
		{of: "POST /api/v1/exports/{list}", what: "the audit log", path: "/api/v1/exports/audit", json: `{"format":"csv"}`, shows: ids, want: everybody{401, 403, 403, 403, 403, 403, 403, 200}},
		{of: "POST /api/v1/sheets/{kind}", what: "the own district's roster", path: "/api/v1/sheets/roster", json: `{"format":"csv","unit":"{unit}"}`, want: everybody{401, 200, 200, 403, 403, 403, 403, 403}},
		{of: "POST /api/v1/sheets/{kind}", what: "another district's certificates", path: "/api/v1/sheets/certificates", json: `{"format":"xlsx","unit":"{foreign unit}"}`, want: everybody{401, 200, 403, 200, 403, 403, 403, 403}},
		{of: "POST /api/v1/sheets/{kind}", what: "all that one sees", path: "/api/v1/sheets/roster", json: `{"format":"csv"}`, want: apiExport},
		{of: "GET /api/v1/units", what: "all", path: "/api/v1/units?limit=500", want: apiFigures},
		{of: "GET /api/v1/units", what: "a guessed key of a page", path: "/api/v1/units?after={foreign unit}", want: apiFigures},
		{of: "GET /api/v1/requests", what: "all", path: "/api/v1/requests?all=true", want: apiFigures},
		{of: "GET /api/v1/requests", what: "of a guessed person", path: "/api/v1/requests?all=true&worker={worker}", want: apiFigures},
		{of: "POST /api/v1/workers/{id}/requests", what: "a future day", path: "/api/v1/workers/{worker}/requests", json: `{"kind":"copy","received_on":"2099-01-01"}`, want: everybody{401, 422, 422, 404, 404, 403, 403, 403}},
		{of: "GET /api/v1/workers/{id}/requests/{request}", what: "a person's of Danyang", path: "/api/v1/workers/{worker}/requests/{request}", want: apiMine},
		{of: "POST /api/v1/workers/{id}/requests/{request}/done", what: "without a word", path: "/api/v1/workers/{worker}/requests/{request}/done", json: `{}`, want: everybody{401, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/requests/{request}/refused", what: "without a reason", path: "/api/v1/workers/{worker}/requests/{request}/refused", json: `{}`, want: everybody{401, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/requests/{request}/copy", what: "of a request for a correction", path: "/api/v1/workers/{worker}/requests/{request}/copy", json: `{"format":"csv"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
		{of: "GET /api/v1/purposes", what: "the register", path: "/api/v1/purposes", want: everybody{401, 200, 200, 200, 200, 200, 200, 200}},
		{of: "GET /api/v1/blocks", what: "all", path: "/api/v1/blocks", want: apiBlocks},
		{of: "GET /api/v1/blocks/{number}", what: "the first", path: "/api/v1/blocks/1", want: apiBlocks},
	}
}
