package access_test

// Statuses of the pages, in the order nobody, city, own, other, firm, auditor, sysadmin,
// auditadmin. Who is not logged in is led to the login page.
var (
	pageFigures = everybody{303, 200, 200, 200, 200, 200, 403, 403} // each within the own subtree
	pageExport  = everybody{303, 200, 200, 200, 200, 403, 403, 403} // needs the right to take lists away
	pageMine    = everybody{303, 200, 200, 404, 404, 200, 403, 403} // Danyang's thing, opened by reading
	pageDone    = everybody{303, 303, 303, 404, 404, 403, 403, 403} // done by who may, and led back
	pageRefused = everybody{303, 422, 422, 404, 404, 403, 403, 403} // who may is told what is missing
)

func pageCases() []ask {
	return []ask{
		{of: "GET /login", what: "the form", path: "/login", want: everybody{200, 303, 303, 303, 303, 303, 303, 303}},
		{of: "POST /login", what: "an unknown login", path: "/login", form: "user=stranger&password=Wrong-Password-1", want: everybody{401, 401, 401, 401, 401, 401, 401, 401}},
		{of: "POST /logout", what: "log out", path: "/logout", fresh: true, want: everybody{303, 303, 303, 303, 303, 303, 303, 303}},
		{of: "GET /password", what: "the form", path: "/password", want: everybody{303, 200, 200, 200, 200, 200, 200, 200}},
		{of: "POST /password", what: "a weak password", path: "/password", form: "old=x&password=weak&again=weak", want: everybody{303, 422, 422, 422, 422, 422, 422, 422}},
		{of: "POST /preference", what: "the language", path: "/preference", form: "lang=en&back=/", want: everybody{303, 303, 303, 303, 303, 303, 303, 303}},

		{of: "GET /{$}", what: "home", path: "/", want: everybody{303, 200, 200, 200, 200, 200, 200, 200}},
		{of: "GET /figures", what: "the list", path: "/figures", want: pageFigures},
		{of: "GET /figures/{name}", what: "by employer", path: "/figures/employees?by=employer&by=union&on=2022-06-30", want: pageFigures},
		{of: "GET /figures/{name}", what: "the other district's", path: "/figures/employees?where=district=321183&by=employer", want: pageFigures},
		{of: "GET /figures/{name}", what: "of one foreign union", path: "/figures/employees?where=union={foreign unit}&by=employer", want: pageFigures},
		{of: "GET /figures/{name}", what: "of one firm, by its guessed id", path: "/figures/employees?where=employer={firm}", want: pageFigures},
		{of: "GET /figures/{name}/rows", what: "of one firm, by its guessed id", path: "/figures/employees/rows?where=employer={firm}", want: pageFigures},
		{of: "GET /figures/{name}/rows.csv", what: "of one firm, by its guessed id", path: "/figures/employees/rows.csv?where=employer={firm}", want: pageExport},
		{of: "GET /figures/{name}/table.csv", what: "by employer", path: "/figures/employees/table.csv?by=employer", want: pageFigures},
		{of: "GET /figures/{name}/table.csv", what: "the other district's", path: "/figures/employees/table.csv?by=employer&where=district=321183", want: pageFigures},
		{of: "GET /figures/{name}/table.xlsx", what: "by employer", path: "/figures/employees/table.xlsx?by=employer", want: pageFigures},
		{of: "GET /figures/{name}/rows", what: "everybody", path: "/figures/employees/rows", want: pageFigures},
		{of: "GET /figures/{name}/rows", what: "before the move", path: "/figures/employees/rows?on=2022-06-30", want: pageFigures},
		{of: "GET /figures/{name}/rows", what: "the other district's", path: "/figures/employees/rows?where=district=321183", want: pageFigures},
		{of: "GET /figures/{name}/rows", what: "a guessed key of a page", path: "/figures/employees/rows?after={foreign}", want: pageFigures},
		{of: "GET /figures/{name}/rows.csv", what: "before the move", path: "/figures/employees/rows.csv?on=2022-06-30", want: pageExport},
		{of: "GET /figures/{name}/rows.csv", what: "the other district's", path: "/figures/skilled_ever/rows.csv?where=district=321183", want: pageExport},
		{of: "GET /figures/{name}/rows.xlsx", what: "everybody", path: "/figures/skilled_ever/rows.xlsx", want: pageExport},

		{of: "GET /workers", what: "all", path: "/workers", want: pageFigures},
		{of: "GET /workers", what: "of another district", path: "/workers?district=321183", want: pageFigures},
		{of: "GET /workers", what: "a guessed key of a page", path: "/workers?after={foreign}", want: pageFigures},
		{of: "POST /workers", what: "by name, led on to GET", path: "/workers", form: "q={name}", want: everybody{303, 303, 303, 303, 303, 303, 403, 403}},
		{of: "POST /workers", what: "by ID number, led on to the one file", path: "/workers", form: "q={number}", want: everybody{303, 303, 303, 200, 200, 303, 403, 403}},
		{of: "GET /workers.csv", what: "all", path: "/workers.csv", want: pageExport},
		{of: "GET /workers.csv", what: "of another district", path: "/workers.csv?district=321183", want: pageExport},
		{of: "GET /workers", what: "of one firm, by its guessed id", path: "/workers?employer={firm}", want: pageFigures},
		{of: "GET /workers.xlsx", what: "all", path: "/workers.xlsx", want: pageExport},
		{of: "GET /workers/{id}", what: "a person of Danyang", path: "/workers/{worker}", want: pageMine},
		{of: "GET /workers/{id}", what: "a colleague of the firm", path: "/workers/{colleague}", want: everybody{303, 200, 200, 404, 200, 200, 403, 403}},
		{of: "GET /workers/{id}", what: "a person of Jurong", path: "/workers/{foreign}", want: everybody{303, 200, 404, 200, 404, 200, 403, 403}},
		{of: "POST /workers/{id}/show", what: "the number of a person of Danyang", path: "/workers/{worker}/show", form: "field=id_number&reason=verify", shows: numbers, want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /workers/{id}/erase", what: "the question about a person of Danyang", path: "/workers/{worker}/erase", want: everybody{303, 200, 403, 403, 403, 403, 403, 403}},
		{of: "POST /workers/{id}/erase", what: "without a reason", path: "/workers/{worker}/erase", form: "why=", want: everybody{303, 422, 403, 403, 403, 403, 403, 403}},
		{of: "GET /workers/{id}/certificates/{certificate}", what: "a certificate of Danyang", path: "/workers/{certified}/certificates/{certificate}", want: pageMine},
		{of: "POST /workers/{id}/certificates/{certificate}/revoke", what: "without a reason", path: "/workers/{certified}/certificates/{certificate}/revoke", form: "on=2023-04-01&why=", want: everybody{303, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /workers/{id}/certificates/{certificate}/restore", what: "of what nobody revoked", path: "/workers/{certified}/certificates/{certificate}/restore", form: "why=查无实据", want: everybody{303, 409, 409, 404, 403, 403, 403, 403}},

		{of: "GET /imports", what: "all", path: "/imports", want: pageFigures},
		{of: "GET /imports.csv", what: "all", path: "/imports.csv", want: pageFigures},
		{of: "GET /imports.xlsx", what: "rosters", path: "/imports.xlsx?kind=roster", want: pageFigures},
		{of: "GET /workers.xlsx", what: "with masked numbers", path: "/workers.xlsx?numbers=masked", want: pageExport},
		{of: "GET /workers.csv", what: "with whole numbers, without a reason", path: "/workers.csv?numbers=full", want: everybody{303, 422, 422, 422, 422, 403, 403, 403}},
		{of: "GET /imports/new", what: "the form", path: "/imports/new", want: pageExport},
		{of: "POST /imports", what: "for the own district", path: "/imports", form: "kind=roster&as_of=2023-04-02&unit={unit}", upload: true, want: everybody{303, 303, 303, 403, 403, 403, 403, 403}},
		{of: "POST /imports", what: "for another district", path: "/imports", form: "kind=roster&as_of=2023-04-02&unit={foreign unit}", upload: true, want: everybody{303, 303, 403, 303, 403, 403, 403, 403}},
		{of: "GET /imports/{id}", what: "Danyang's", path: "/imports/{import}", shows: numbers | rows, want: pageMine},
		{of: "GET /imports/{id}", what: "Danyang's with leavers", path: "/imports/{full}", shows: numbers | rows, want: pageMine},
		{of: "GET /imports/{id}", what: "Jurong's", path: "/imports/{foreign import}", shows: numbers, want: everybody{303, 200, 404, 200, 404, 200, 403, 403}},
		{of: "GET /imports/{id}/progress", what: "Danyang's", path: "/imports/{import}/progress", want: everybody{303, 303, 303, 404, 404, 303, 403, 403}},
		{of: "POST /imports/{id}/apply", what: "Danyang's, which is not staged", path: "/imports/{scratch}/apply", want: everybody{303, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /imports/{id}/confirm", what: "Danyang's", path: "/imports/{scratch}/confirm", form: "confirm_absent=1", want: pageDone},
		{of: "POST /imports/{id}/codes", what: "Danyang's", path: "/imports/{scratch}/codes", form: "code=", want: pageDone},
		{of: "POST /imports/{id}/leavers", what: "about somebody who is not proposed", path: "/imports/{full}/leavers", form: "decide=reject&worker={worker}", want: pageDone},
		{of: "GET /imports/{id}/leavers/{worker}/take-back", what: "about somebody who is not proposed", path: "/imports/{full}/leavers/{worker}/take-back", want: everybody{303, 404, 404, 404, 404, 403, 403, 403}},
		{of: "GET /imports/{id}/leavers/{worker}/take-back", what: "about somebody who waits for a decision", path: "/imports/{full}/leavers/{leaver}/take-back", want: everybody{303, 409, 409, 404, 404, 403, 403, 403}},
		{of: "POST /imports/{id}/leavers/{worker}/take-back", what: "about somebody who waits for a decision", path: "/imports/{full}/leavers/{leaver}/take-back", form: "why=经核实仍在职", want: everybody{303, 409, 409, 404, 404, 403, 403, 403}},
		{of: "GET /imports/{id}/leavers.csv", what: "Danyang's", path: "/imports/{full}/leavers.csv", want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /imports/{id}/leavers.xlsx", what: "Danyang's", path: "/imports/{full}/leavers.xlsx", want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "POST /imports/{id}/discard", what: "Danyang's", path: "/imports/{scratch}/discard", want: pageDone},
		{of: "GET /imports/{id}/undo", what: "Danyang's", path: "/imports/{import}/undo", want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "POST /imports/{id}/undo", what: "Danyang's, without a reason", path: "/imports/{import}/undo", form: "why=", want: pageRefused},
		{of: "GET /imports/{id}/rejects", what: "Danyang's", path: "/imports/{import}/rejects", shows: numbers | rows, want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},
		{of: "GET /imports/{id}/rows/{sheet}/{row}", what: "of a person of Danyang", path: "/imports/{import}/rows/0/{row}?worker={worker}", want: pageMine},
		{of: "GET /imports/{id}/rows/{sheet}/{row}", what: "a foreign file through the own person", path: "/imports/{foreign import}/rows/0/3?worker={worker}", want: everybody{303, 404, 404, 404, 404, 404, 403, 403}},
		{of: "GET /imports/{id}/rows/{sheet}/{row}", what: "a foreign row through the foreign person", path: "/imports/{foreign import}/rows/0/3?worker={foreign}", want: everybody{303, 200, 404, 200, 404, 200, 403, 403}},
		{of: "GET /imports/{id}/rows/{sheet}/{row}", what: "a person's, as if about nobody", path: "/imports/{import}/rows/0/{row}", want: everybody{303, 404, 404, 404, 404, 404, 403, 403}},
		{of: "GET /imports/{id}/rows/{sheet}/{row}", what: "a unit's", path: "/imports/{units import}/rows/0/7", want: everybody{303, 200, 404, 404, 404, 200, 403, 403}},
		{of: "POST /imports/{id}/rows/{sheet}/{row}", what: "the row in clear", path: "/imports/{import}/rows/0/{row}?worker={worker}", form: "reason=verify", shows: numbers, want: everybody{303, 200, 200, 404, 404, 403, 403, 403}},

		{of: "GET /blocks.csv", what: "all", path: "/blocks.csv", want: everybody{303, 200, 200, 200, 403, 200, 403, 403}},
		{of: "GET /blocks.xlsx", what: "all", path: "/blocks.xlsx", want: everybody{303, 200, 200, 200, 403, 200, 403, 403}},
		{of: "GET /blocks", what: "all", path: "/blocks", want: everybody{303, 200, 200, 200, 403, 200, 403, 403}},
	}
}
