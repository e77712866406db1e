// Package web is the pages door: it turns a request into a call of a module's verb and the
// answer into a page, and nothing else.
//
// Words: a Route is one line of the one list that the server is built from and that tests
// walk; a visit is what is known of a request; a page is a props struct of a package under
// page/, made of the pieces in part/. Every page works without JavaScript, charts excepted.
//
// A rule written here is a bug: rights, checks and sums live in the modules. Nothing of a
// person (name, ID number, search words) goes into the log or an error text; an ID number
// that is searched for goes into no address.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/figure"
	"tuoxing/internal/filing"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	"tuoxing/internal/web/part"
	"tuoxing/internal/web/static"
)

// Server serves the pages. All fields are set once, before Handler is called.
type Server struct {
	DB       *db.DB
	Accounts *account.Service
	Figures  *figure.Service
	Registry *registry.Service
	Filings  *filing.Service
	Intake   *intake.Service
	Org      *org.Service
	Book     *ledger.Book
	Export   *export.Service

	Log  *slog.Logger
	Now  func() time.Time
	Demo bool // the database holds a made-up city: every page says so
	// Secure marks cookies for encrypted connections only; off on a laptop.
	Secure bool
	// MaxUpload is the largest file that may be handed in, in bytes.
	MaxUpload int64
	// Viewer is an actor as intake asks for it.
	Viewer func(ctx context.Context, who account.Actor) (intake.Viewer, error)
	// Run orders an act on an import: stage (read, check, then try out), try, apply, or undo with
	// its reason. It checks the right and the scope, and returns once the work is in the queue.
	Run func(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error
	// Document writes the OpenAPI document of the JSON interface; set by app.
	Document func() ([]byte, error)
	// Logins are shown on the login page of a made-up city.
	Logins []Login
}

// Login is an account that anybody may try.
type Login struct {
	Login, Password string
	Role            account.Role
	Unit            string // name of the unit, empty for the whole city
}

// Route is one line of the list of everything the server answers.
type Route struct {
	Method  string
	Pattern string // of http.ServeMux, without the method
	Name    string // of the log and of the tests: figure.rows
	Public  bool   // also for people who are not logged in
	First   bool   // also for people who have to change their password first
	MaxBody int64  // of the request, in bytes; 0 is maxForm
	Handle  func(http.ResponseWriter, *http.Request) error
}

// maxForm is the largest ordinary form: long texts and a few thousand ticked boxes.
const maxForm = 1 << 20

// formOver is what a form adds to the file it carries.
const formOver = 1 << 16

// Routes is everything the server answers except static files. A test asks each line as
// nobody, as a stranger and as the right person.
func (s *Server) Routes() []Route { return append(s.deskRoutes(), s.ownRoutes()...) }

// deskRoutes are the pages of those who work here, and the doors.
func (s *Server) deskRoutes() []Route {
	return []Route{
		{Method: "GET", Pattern: "/login", Name: "login.form", Public: true, First: true, Handle: s.getLogin},
		{Method: "POST", Pattern: "/login", Name: "login.do", Public: true, First: true, Handle: s.postLogin},
		{Method: "POST", Pattern: "/logout", Name: "logout", First: true, Handle: s.postLogout},
		{Method: "GET", Pattern: "/password", Name: "password.form", First: true, Handle: s.getPassword},
		{Method: "POST", Pattern: "/password", Name: "password.change", First: true, Handle: s.postPassword},
		{Method: "POST", Pattern: "/preference", Name: "preference.set", Public: true, First: true, Handle: s.postPreference},
		{Method: "POST", Pattern: "/demo/role", Name: "demo.role", Handle: s.postRole},

		{Method: "GET", Pattern: "/{$}", Name: "home", Handle: s.getHome},
		{Method: "GET", Pattern: "/figures", Name: "figure.list", Handle: s.getFigures},
		{Method: "GET", Pattern: "/figures/{name}", Name: "figure.show", Handle: s.getFigure},
		{Method: "GET", Pattern: "/figures/{name}/table.csv", Name: "figure.table_csv", Handle: s.getFigureTable(listing.CSV)},
		{Method: "GET", Pattern: "/figures/{name}/table.xlsx", Name: "figure.table_xlsx", Handle: s.getFigureTable(listing.XLSX)},
		{Method: "GET", Pattern: "/figures/{name}/rows", Name: "figure.rows", Handle: s.getRows},
		{Method: "GET", Pattern: "/figures/{name}/rows.csv", Name: "figure.rows_csv", Handle: s.getRowsFile(listing.CSV)},
		{Method: "GET", Pattern: "/figures/{name}/rows.xlsx", Name: "figure.rows_xlsx", Handle: s.getRowsFile(listing.XLSX)},

		{Method: "GET", Pattern: "/workers", Name: "worker.list", Handle: s.getWorkers},
		{Method: "POST", Pattern: "/workers", Name: "worker.search", Handle: s.postWorkers},
		{Method: "GET", Pattern: "/workers.csv", Name: "worker.csv", Handle: s.getWorkersFile(listing.CSV)},
		{Method: "GET", Pattern: "/workers.xlsx", Name: "worker.xlsx", Handle: s.getWorkersFile(listing.XLSX)},
		{Method: "GET", Pattern: "/workers/export", Name: "worker.export_form", Handle: s.getWorkersOut},
		{Method: "POST", Pattern: "/workers/export", Name: "worker.export", Handle: s.postWorkersOut},
		{Method: "GET", Pattern: "/workers/{id}", Name: "worker.show", Handle: s.getWorker},
		{Method: "POST", Pattern: "/workers/{id}/show", Name: "worker.reveal", Handle: s.postReveal},
		{Method: "GET", Pattern: "/workers/{id}/erase", Name: "worker.erase_plan", Handle: s.getErase},
		{Method: "POST", Pattern: "/workers/{id}/erase", Name: "worker.erase", Handle: s.postErase},
		{Method: "GET", Pattern: "/workers/{id}/certificates/{certificate}", Name: "certificate.show", Handle: s.getCertificate},
		{Method: "POST", Pattern: "/workers/{id}/certificates/{certificate}/revoke", Name: "certificate.revoke", Handle: s.postRevoke},
		{Method: "POST", Pattern: "/workers/{id}/certificates/{certificate}/restore", Name: "certificate.restore", Handle: s.postRestore},
		{Method: "GET", Pattern: "/workers/{id}/unmerge", Name: "duplicate.unmerge_ask", Handle: s.getUnmerge},
		{Method: "POST", Pattern: "/workers/{id}/unmerge", Name: "duplicate.unmerge", Handle: s.postUnmerge},

		{Method: "GET", Pattern: "/certificates", Name: "certificate.list", Handle: s.getCertificates},
		{Method: "POST", Pattern: "/certificates", Name: "certificate.search", Handle: s.postCertificates},
		{Method: "GET", Pattern: "/certificates.csv", Name: "certificate.csv", Handle: s.getCertificatesFile(listing.CSV)},
		{Method: "GET", Pattern: "/certificates.xlsx", Name: "certificate.xlsx", Handle: s.getCertificatesFile(listing.XLSX)},

		{Method: "POST", Pattern: "/columns/{list}", Name: "list.columns", Handle: s.postListColumns},

		{Method: "GET", Pattern: "/organisations", Name: "organisation.list", Handle: s.getUnits},
		{Method: "GET", Pattern: "/organisations.csv", Name: "organisation.csv", Handle: s.getUnitsFile(listing.CSV)},
		{Method: "GET", Pattern: "/organisations.xlsx", Name: "organisation.xlsx", Handle: s.getUnitsFile(listing.XLSX)},
		{Method: "GET", Pattern: "/organisations/tree", Name: "organisation.tree", Handle: s.getUnitTree},
		{Method: "GET", Pattern: "/organisations/{id}", Name: "organisation.show", Handle: s.getUnit},

		{Method: "GET", Pattern: "/duplicates", Name: "duplicate.list", Handle: s.getDuplicates},
		{Method: "POST", Pattern: "/duplicates/find", Name: "duplicate.find", Handle: s.postFindDuplicates},
		{Method: "GET", Pattern: "/duplicates/certain", Name: "duplicate.certain_ask", Handle: s.getCertain},
		{Method: "POST", Pattern: "/duplicates/certain", Name: "duplicate.certain", Handle: s.postCertain},
		{Method: "GET", Pattern: "/duplicates/{id}/{other}", Name: "duplicate.show", Handle: s.getDuplicate},
		{Method: "POST", Pattern: "/duplicates/{id}/{other}/accept", Name: "duplicate.accept", Handle: s.postAcceptDuplicate},
		{Method: "POST", Pattern: "/duplicates/{id}/{other}/reject", Name: "duplicate.reject", Handle: s.postRejectDuplicate},

		{Method: "GET", Pattern: "/requests", Name: "request.list", Handle: s.getRequests},
		{Method: "GET", Pattern: "/workers/{id}/requests/new", Name: "request.new", Handle: s.getNewRequest},
		{Method: "POST", Pattern: "/workers/{id}/requests", Name: "request.register", Handle: s.postRequest},
		{Method: "GET", Pattern: "/workers/{id}/requests/{request}", Name: "request.show", Handle: s.getRequest},
		{Method: "POST", Pattern: "/workers/{id}/requests/{request}/done", Name: "request.done", Handle: s.postFinishRequest},
		{Method: "POST", Pattern: "/workers/{id}/requests/{request}/refused", Name: "request.refuse", Handle: s.postRefuseRequest},
		{Method: "POST", Pattern: "/workers/{id}/requests/{request}/copy", Name: "request.copy", Handle: s.postCopy},

		{Method: "GET", Pattern: "/conflicts", Name: "conflict.list", Handle: s.getConflicts},
		{Method: "GET", Pattern: "/conflicts/accept", Name: "conflict.accept_ask", Handle: s.acceptMany},
		{Method: "POST", Pattern: "/conflicts/accept", Name: "conflict.accept", Handle: s.acceptMany},
		{Method: "GET", Pattern: "/conflicts/{id}", Name: "conflict.show", Handle: s.getConflict},
		{Method: "POST", Pattern: "/conflicts/{id}/decide", Name: "conflict.decide", Handle: s.postDecide},
		{Method: "POST", Pattern: "/conflicts/{id}/reopen", Name: "conflict.reopen", Handle: s.postReopen},

		{Method: "GET", Pattern: "/imports", Name: "import.list", Handle: s.getImports},
		{Method: "GET", Pattern: "/imports.csv", Name: "import.csv", Handle: s.getImportsFile(listing.CSV)},
		{Method: "GET", Pattern: "/imports.xlsx", Name: "import.xlsx", Handle: s.getImportsFile(listing.XLSX)},
		{Method: "GET", Pattern: "/imports/sheet", Name: "import.sheet", Handle: s.getSheet},
		{Method: "GET", Pattern: "/imports/new", Name: "import.new", Handle: s.getNewImport},
		{Method: "POST", Pattern: "/imports", Name: "import.upload", MaxBody: s.MaxUpload + formOver, Handle: s.postImport},
		{Method: "GET", Pattern: "/imports/{id}", Name: "import.show", Handle: s.getImport},
		{Method: "GET", Pattern: "/imports/{id}/progress", Name: "import.progress", Handle: s.getProgress},
		{Method: "POST", Pattern: "/imports/{id}/apply", Name: "import.apply", Handle: s.postApply},
		{Method: "POST", Pattern: "/imports/{id}/confirm", Name: "import.confirm", Handle: s.postConfirm},
		{Method: "POST", Pattern: "/imports/{id}/codes", Name: "import.codes", Handle: s.postCodes},
		{Method: "GET", Pattern: "/imports/mappings", Name: "mapping.list", Handle: s.getMappings},
		{Method: "POST", Pattern: "/imports/mappings/{id}/forget", Name: "mapping.forget", Handle: s.postForgetMapping},
		{Method: "GET", Pattern: "/imports/{id}/columns", Name: "import.columns", Handle: s.getColumns},
		{Method: "POST", Pattern: "/imports/{id}/columns", Name: "import.map", Handle: s.postColumns},
		{Method: "POST", Pattern: "/imports/{id}/leavers", Name: "import.leavers", Handle: s.postLeavers},
		{Method: "GET", Pattern: "/imports/{id}/leavers/{worker}/take-back", Name: "import.leaver_ask", Handle: s.getTakeBack},
		{Method: "POST", Pattern: "/imports/{id}/leavers/{worker}/take-back", Name: "import.leaver_take_back", Handle: s.postTakeBack},
		{Method: "GET", Pattern: "/imports/{id}/leavers.csv", Name: "import.leavers_csv", Handle: s.getLeaversFile(listing.CSV)},
		{Method: "GET", Pattern: "/imports/{id}/leavers.xlsx", Name: "import.leavers_xlsx", Handle: s.getLeaversFile(listing.XLSX)},
		{Method: "POST", Pattern: "/imports/{id}/discard", Name: "import.discard", Handle: s.postDiscard},
		{Method: "POST", Pattern: "/imports/{id}/undo/try", Name: "import.undo_try", Handle: s.postTryUndo},
		{Method: "GET", Pattern: "/imports/{id}/undo", Name: "import.undo_ask", Handle: s.getUndo},
		{Method: "POST", Pattern: "/imports/{id}/undo", Name: "import.undo", Handle: s.postUndo},
		{Method: "GET", Pattern: "/imports/{id}/rejects", Name: "import.rejects", Handle: s.getRejects},
		{Method: "GET", Pattern: "/imports/{id}/rows/{sheet}/{row}", Name: "import.row", Handle: s.getRow},
		{Method: "POST", Pattern: "/imports/{id}/rows/{sheet}/{row}", Name: "import.row_reveal", Handle: s.postRow},

		{Method: "GET", Pattern: "/filings", Name: "filing.list", Handle: s.getFilings},
		{Method: "POST", Pattern: "/filings", Name: "filing.call", Handle: s.postCall},
		{Method: "GET", Pattern: "/filings/new", Name: "filing.new", Handle: s.getNewCall},
		{Method: "GET", Pattern: "/filings/mine", Name: "filing.mine", Handle: s.getMyFilings},
		{Method: "GET", Pattern: "/filings/calls/{id}", Name: "filing.show_call", Handle: s.getCall},
		{Method: "GET", Pattern: "/filings/calls/{id}/remind", Name: "filing.remind", Handle: s.getRemind},
		{Method: "POST", Pattern: "/filings/calls/{id}/confirm", Name: "filing.confirm_many", Handle: s.postConfirmMany},
		{Method: "GET", Pattern: "/filings/calls/{id}/extend", Name: "filing.extend_ask", Handle: s.extendMany},
		{Method: "POST", Pattern: "/filings/calls/{id}/extend", Name: "filing.extend_many", Handle: s.extendMany},
		{Method: "GET", Pattern: "/filings/{id}", Name: "filing.show", Handle: s.getFiling},
		{Method: "POST", Pattern: "/filings/{id}/confirm", Name: "filing.confirm", Handle: s.filingAct("confirm", s.confirmFiling)},
		{Method: "POST", Pattern: "/filings/{id}/return", Name: "filing.return", Handle: s.filingAct("return", s.returnFiling)},
		{Method: "POST", Pattern: "/filings/{id}/extend", Name: "filing.extend", Handle: s.filingAct("extend", s.extendFiling)},
		{Method: "POST", Pattern: "/filings/{id}/decline", Name: "filing.decline", Handle: s.filingAct("decline", s.declineFiling)},
		{Method: "POST", Pattern: "/filings/{id}/ask", Name: "filing.ask", Handle: s.filingAct("ask", s.askFiling)},

		{Method: "GET", Pattern: "/purposes", Name: "purpose.list", Handle: s.getPurposes},
		{Method: "GET", Pattern: "/reference", Name: "reference.show", Public: true, First: true, Handle: s.getReference()},

		{Method: "GET", Pattern: "/users", Name: "user.list", Handle: s.getUsers},
		{Method: "POST", Pattern: "/users", Name: "user.add", Handle: s.postNewUser},
		{Method: "GET", Pattern: "/users.csv", Name: "user.csv", Handle: s.getUsersFile(listing.CSV)},
		{Method: "GET", Pattern: "/users.xlsx", Name: "user.xlsx", Handle: s.getUsersFile(listing.XLSX)},
		{Method: "GET", Pattern: "/users/new", Name: "user.new", Handle: s.getNewUser},
		{Method: "GET", Pattern: "/users/lock", Name: "user.lock_ask", Handle: s.lockMany},
		{Method: "POST", Pattern: "/users/lock", Name: "user.lock_many", Handle: s.lockMany},
		{Method: "GET", Pattern: "/users/{id}", Name: "user.show", Handle: s.getUser},
		{Method: "GET", Pattern: "/users/{id}/{act}", Name: "user.ask", Handle: s.getUserAct},
		{Method: "POST", Pattern: "/users/{id}/{act}", Name: "user.act", Handle: s.postUserAct},
		{Method: "GET", Pattern: "/users/{id}/tokens/{token}/revoke", Name: "user.token_ask", Handle: s.getUserToken},
		{Method: "POST", Pattern: "/users/{id}/tokens/{token}/revoke", Name: "user.token_revoke", Handle: s.postUserToken},
		{Method: "GET", Pattern: "/roles", Name: "role.list", Handle: s.getRoles},
		{Method: "GET", Pattern: "/tokens", Name: "token.list", Handle: s.getTokens},
		{Method: "POST", Pattern: "/tokens", Name: "token.create", Handle: s.postToken},
		{Method: "GET", Pattern: "/tokens/{token}/revoke", Name: "token.revoke_ask", Handle: s.getRevoke},
		{Method: "POST", Pattern: "/tokens/{token}/revoke", Name: "token.revoke", Handle: s.postRevokeToken},
		{Method: "GET", Pattern: "/audit", Name: "audit.list", Handle: s.getAudit},
		{Method: "GET", Pattern: "/audit.csv", Name: "audit.csv", Handle: s.getAuditFile(listing.CSV)},
		{Method: "GET", Pattern: "/audit.xlsx", Name: "audit.xlsx", Handle: s.getAuditFile(listing.XLSX)},
		{Method: "POST", Pattern: "/audit/verify", Name: "audit.verify", Handle: s.postVerify},
		{Method: "GET", Pattern: "/users/bulk", Name: "user.bulk_form", Handle: s.getBulk},
		{Method: "POST", Pattern: "/users/bulk", Name: "user.bulk", Handle: s.postBulk},
		{Method: "POST", Pattern: "/users/slips", Name: "user.slips", Handle: s.postSlips},
		{Method: "GET", Pattern: "/activate", Name: "activate.form", Public: true, First: true, Handle: s.getActivate},
		{Method: "POST", Pattern: "/activate", Name: "activate.do", Public: true, First: true, Handle: s.postActivate},

		{Method: "GET", Pattern: "/slips", Name: "slip.list", Handle: s.getSlips},
		{Method: "POST", Pattern: "/slips", Name: "slip.make", Handle: s.postSlipsOfPeople},

		{Method: "GET", Pattern: "/blocks", Name: "block.list", Handle: s.getBlocks},
		{Method: "GET", Pattern: "/blocks.csv", Name: "block.csv", Handle: s.getBlocksFile(listing.CSV)},
		{Method: "GET", Pattern: "/blocks.xlsx", Name: "block.xlsx", Handle: s.getBlocksFile(listing.XLSX)},
	}
}

// menu is the main menu: each entry with the right that its page asks for.
var menu = []struct {
	part.NavItem
	right account.Right
}{
	{part.NavItem{Key: "web.nav_home", Icon: "home", Href: "/"}, ""},
	{part.NavItem{Key: "web.nav_figures", Icon: "chart-bar", Href: "/figures"}, account.FigureRead},
	{part.NavItem{Key: "web.nav_workers", Icon: "users", Href: "/workers"}, account.WorkerRead},
	{part.NavItem{Key: "web.nav_certificates", Icon: "certificate", Href: "/certificates"}, account.WorkerRead},
	{part.NavItem{Key: "web.nav_imports", Icon: "file-import", Href: "/imports"}, account.ImportRead},
	{part.NavItem{Key: "web.nav_organisations", Icon: "building", Href: "/organisations"}, account.OrgRead},
	{part.NavItem{Key: "web.nav_conflicts", Icon: "alert-triangle", Href: "/conflicts"}, account.WorkerRead},
	{part.NavItem{Key: "web.nav_filings", Icon: "upload", Href: "/filings"}, account.FilingRead},
	{part.NavItem{Key: "web_request.nav", Icon: "clock", Href: "/requests"}, account.RequestWrite},
	{part.NavItem{Key: "web_slip.nav", Icon: "user", Href: "/slips"}, account.WorkerInvite},
	{part.NavItem{Key: "web.nav_blocks", Icon: "stack-2", Href: "/blocks"}, account.BlockRead},
	{part.NavItem{Key: "web.nav_users", Icon: "user", Href: "/users"}, account.UserManage},
	{part.NavItem{Key: "web.nav_audit", Icon: "eye", Href: "/audit"}, account.AuditRead},
}

// nav is the part of the menu that an actor may use.
func nav(who account.Actor) []part.NavItem {
	if isOwn(who) {
		return ownMenu
	}
	var out []part.NavItem
	for _, m := range menu {
		if may(who, m.right) {
			out = append(out, m.NavItem)
		}
	}
	return out
}

// may reports whether a page should offer what needs a right; "" needs none but a password of
// one's own. The module that does it asks again.
func may(who account.Actor, right account.Right) bool {
	if right == "" {
		return !who.MustChange
	}
	return who.Must(right) == nil
}

// Handler builds the door: the routes behind request id → log → recover → session →
// language → cross-origin protection → body limit.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.Routes() {
		mux.Handle(r.Method+" "+r.Pattern, s.page(r))
	}
	lost := Route{Name: "lost", Public: true, First: true, Handle: func(http.ResponseWriter, *http.Request) error { return notFound() }}
	mux.Handle("/", s.page(lost))
	pages := s.identify(s.logged(s.recovered(s.session(s.language(s.sameOrigin(mux))))))

	top := http.NewServeMux()
	top.HandleFunc("GET "+static.Prefix, func(w http.ResponseWriter, r *http.Request) {
		if !static.Serve(w, r) {
			pages.ServeHTTP(w, r)
		}
	})
	top.Handle("/", pages)
	return policy(top)
}
