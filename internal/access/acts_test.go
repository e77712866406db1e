package access_test

import (
	"net/http"
	"testing"

	"tuoxing/internal/api"
	"tuoxing/internal/web"
)

// acts say of everything that the pages do by which operation a program does the same. What no
// operation does has its reason.
var acts = map[string]struct{ operation, reason string }{
	"login.do":        {operation: "session-open"},
	"logout":          {operation: "session-close"},
	"password.change": {operation: "me-password"},
	"preference.set":  {reason: "language and theme are kept in the browser; a program sends Accept-Language"},
	"demo.role":       {reason: "of a made-up city only: two sessions in one click, which a program opens and closes itself"},
	"activate.do":     {operation: "session-activate"},

	"worker.search":      {operation: "worker-search"},
	"worker.export":      {operation: "export-list"},
	"list.columns":       {operation: "me-columns-choose"},
	"certificate.search": {operation: "certificate-search"},
	"worker.reveal":      {operation: "worker-reveal"},
	"worker.erase":       {operation: "worker-erase"},
	"certificate.revoke": {operation: "certificate-revoke"}, "certificate.restore": {operation: "certificate-restore"},
	"duplicate.unmerge": {operation: "duplicate-unmerge"}, "duplicate.find": {operation: "duplicate-find"}, "duplicate.certain": {operation: "duplicate-certain"},
	"duplicate.accept": {operation: "duplicate-accept"}, "duplicate.reject": {operation: "duplicate-reject"},
	"request.register": {operation: "request-register"}, "request.done": {operation: "request-done"}, "request.refuse": {operation: "request-refuse"}, "request.copy": {operation: "request-copy"},
	"conflict.decide": {operation: "conflict-decide"}, "conflict.reopen": {operation: "conflict-reopen"}, "conflict.accept": {operation: "conflict-accept"},

	"import.upload": {operation: "import-receive"}, "import.apply": {operation: "import-apply"}, "import.confirm": {operation: "import-confirm"}, "import.codes": {operation: "import-change"},
	"import.leavers": {operation: "leaver-decide"}, "import.leaver_take_back": {operation: "leaver-take-back"}, "import.discard": {operation: "import-discard"}, "import.undo": {operation: "import-undo"},
	"import.map": {operation: "import-map"}, "mapping.forget": {operation: "mapping-forget"}, "import.undo_try": {operation: "import-undo-trial"},
	"import.row_reveal": {operation: "worker-reveal_cells"},

	"filing.call": {operation: "call-create"}, "filing.confirm_many": {operation: "call-confirm"}, "filing.extend_many": {operation: "call-extend"}, "filing.confirm": {operation: "filing-confirm"}, "filing.return": {operation: "filing-return"},
	"filing.extend": {operation: "filing-extend"}, "filing.decline": {operation: "filing-decline"}, "filing.ask": {operation: "filing-ask"},
	"user.add": {operation: "user-add"}, "user.act": {operation: "user-set"}, "user.lock_many": {operation: "user-lock-many"}, "user.token_revoke": {operation: "user-token-revoke"}, "token.create": {operation: "token-create"}, "token.revoke": {operation: "token-revoke"},
	"audit.verify": {operation: "audit-verify"}, "slip.make": {operation: "slip-make"},
	"own.activate": {operation: "own-activate"}, "own.reveal": {operation: "own-reveal"}, "own.copy": {operation: "own-copy"}, "own.ask": {operation: "own-ask"}, "own.notice_read": {operation: "own-notice_read"}, "own.consent": {operation: "own-consent"},
	"user.bulk": {operation: "user-bulk"}, "user.slips": {operation: "user-slips"},
}

// undone gives the acts of pages without operation or reason, and the lines of the list that fit
// nothing any more.
func undone(routes []web.Route, operations []api.Operation) (missing, stray []string) {
	changes := map[string]bool{}
	for _, op := range operations {
		changes[op.Name] = true
	}
	seen := map[string]bool{}
	for _, r := range routes {
		if r.Method == http.MethodGet {
			continue
		}
		seen[r.Name] = true
		if a, ok := acts[r.Name]; !ok || a.operation == "" && a.reason == "" {
			missing = append(missing, r.Name)
		}
	}
	for name, a := range acts {
		if !seen[name] || a.operation != "" && !changes[a.operation] {
			stray = append(stray, name)
		}
	}
	return missing, stray
}

func TestEveryAct_of_the_pages_has_an_operation_or_a_reason(t *testing.T) {
	t.Parallel()
	operations := (&api.Server{}).Operations()
	missing, stray := undone((&web.Server{}).Routes(), operations)
	for _, name := range missing {
		t.Errorf("what the page's route %s does, no program can do: name its operation, or the reason, in acts", name)
	}
	for _, name := range stray {
		t.Errorf("%s in acts names a route or an operation that is not there", name)
	}
	missing, stray = undone([]web.Route{{Method: "POST", Name: "new"}}, operations)
	if len(missing) != 1 || len(stray) != len(acts) {
		t.Error("a new act would not be found")
	}
}
