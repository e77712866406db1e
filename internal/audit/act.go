package audit

import (
	"slices"
	"strings"
)

// Act is one action as the log is searched by it. Its words are in the catalogues as audit.act.<name>.
type Act struct {
	Name   string
	Kind   string // of its subject, see Kinds; empty when it has none
	Failed bool   // it tells of an attempt that was turned away
}

// Kinds are the kinds of subject in the order in which people ask for them.
var Kinds = []string{"user", "token", "worker", "import", "call", "filing", "figure"}

// Acts lists every action that a module notes, grouped by what it is about. A module that notes a new one adds it here:
// a test walks the made-up city's log and finds what is missing.
var Acts = slices.Concat(
	kind("user", "login", "logout", "password.change", "user.first", "user.create", "user.activate", "user.reissue", "user.set_password", "user.set", "user.set_role",
		"user.lock", "user.unlock", "user.close", "user.end_sessions", "user.disable", "user.enable"),
	failed("user", "login.failed", "login.locked", "password.failed", "activation.failed", "activation.locked"),
	kind("worker", "slip.make", "own.activate", "own.open", "own.reveal", "own.notice", "own.consent"),
	failed("worker", "slip.failed", "slip.void"),
	kind("token", "token.create", "token.use", "token.revoke"),
	kind("worker", "worker.open", "worker.cells", "worker.reveal", "worker.reveal_cells", "worker.merge", "worker.unmerge", "worker.erase_plan", "worker.erase",
		"conflict.open", "conflict.decide", "conflict.reopen", "certificate.open", "certificate.revoke", "certificate.restore", "duplicate.reject",
		"request.register", "request.open", "request.copy", "request.done", "request.refused"),
	kind("import", "intake.receive", "intake.columns", "intake.map", "intake.cells", "intake.problems", "intake.rejects", "intake.change", "intake.confirm", "intake.apply", "intake.undo", "intake.discard", "leavers.list", "leavers.decide", "leavers.take_back", "export.leavers"),
	kind("call", "filing.call", "filing.remind"),
	kind("filing", "filing.sent", "filing.undone", "filing.confirmed", "filing.returned", "filing.asked", "filing.extended", "filing.declined"),
	kind("figure", "figure.open", "figure.export"),
	failed("", "export.stopped"),
	kind("", "intake.forget_mapping", "worker.search", "worker.export", "certificate.search", "certificate.export", "conflict.list", "duplicates.find", "duplicates.found", "duplicates.accept_certain", "sheet.prefill",
		"export.users", "export.organisations", "export.imports", "export.blocks", "export.audit", "audit.list", "audit.verify"),
)

func kind(of string, names ...string) (out []Act) {
	for _, n := range names {
		out = append(out, Act{Name: n, Kind: of})
	}
	return out
}

func failed(of string, names ...string) (out []Act) {
	for _, a := range kind(of, names...) {
		a.Failed = true
		out = append(out, a)
	}
	return out
}

// Find gives what is known of an action; one that is not listed has its name alone.
func Find(name string) (Act, bool) {
	i := slices.IndexFunc(Acts, func(a Act) bool { return a.Name == name })
	if i < 0 {
		return Act{Name: name}, false
	}
	return Acts[i], true
}

// Like names the actions that begin with the same word as one that is not listed, user.create for user.make; all when none does.
func Like(name string) (out []string) {
	word, _, _ := strings.Cut(name, ".")
	var all []string
	for _, a := range Acts {
		all = append(all, a.Name)
		if first, _, _ := strings.Cut(a.Name, "."); first == word {
			out = append(out, a.Name)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// Known reports whether an action is listed.
func Known(name string) bool {
	_, ok := Find(name)
	return ok
}

// Key is the catalogue key of the action's words.
func (a Act) Key() string { return "audit.act." + a.Name }

// About takes the subject of an entry apart. Subjects are written as kind:id, and by some acts as the bare id of the
// kind that the act is about.
func (e Entry) About() (kind, id string) {
	kind, id, ok := strings.Cut(e.Subject, ":")
	if ok && slices.Contains(Kinds, kind) {
		return kind, id
	}
	a, _ := Find(e.Action)
	return a.Kind, e.Subject
}
