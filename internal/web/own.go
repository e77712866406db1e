package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	ownpage "tuoxing/internal/web/page/own"
	"tuoxing/internal/web/part"
)

// ownMenu is the bar of four at the bottom of a worker's phone.
var ownMenu = []part.NavItem{
	{Key: "web_own.nav_file", Icon: "user", Href: "/me/file"},
	{Key: "web_own.nav_timeline", Icon: "clock", Href: "/me/timeline"},
	{Key: "web_own.nav_looks", Icon: "eye", Href: "/me/looks"},
	{Key: "web_own.nav_requests", Icon: "search", Href: "/me/requests"},
}

// ownComplain is where a worker makes a complaint (意见投诉); a button for it stands on every page.
const ownComplain = "/me/requests/new?kind=opinion"

// ownRoutes are the pages of a worker who is logged in, and the one to which a slip leads.
func (s *Server) ownRoutes() []Route {
	return []Route{
		{Method: "GET", Pattern: "/me/activate", Name: "own.activate_form", Public: true, First: true, Handle: s.getOwnActivate},
		{Method: "POST", Pattern: "/me/activate", Name: "own.activate", Public: true, First: true, Handle: s.postOwnActivate},
		{Method: "GET", Pattern: "/me/file", Name: "own.file", Handle: s.getOwnFile},
		{Method: "POST", Pattern: "/me/file", Name: "own.reveal", Handle: s.postOwnReveal},
		{Method: "GET", Pattern: "/me/timeline", Name: "own.timeline", Handle: s.getOwnTimeline},
		{Method: "GET", Pattern: "/me/looks", Name: "own.looks", Handle: s.getOwnLooks},
		{Method: "POST", Pattern: "/me/copy", Name: "own.copy", Handle: s.postOwnCopy},
		{Method: "GET", Pattern: "/me/requests", Name: "own.requests", Handle: s.getOwnRequests},
		{Method: "POST", Pattern: "/me/requests", Name: "own.ask", Handle: s.postOwnRequest},
		{Method: "GET", Pattern: "/me/requests/new", Name: "own.ask_form", Handle: s.getOwnAsk},
		{Method: "GET", Pattern: "/me/requests/{request}", Name: "own.request", Handle: s.getOwnRequest},
		{Method: "GET", Pattern: "/me/notice", Name: "own.notice", Handle: s.getOwnNotice},
		{Method: "POST", Pattern: "/me/notice", Name: "own.notice_read", Handle: s.postOwnNotice},
		{Method: "GET", Pattern: "/me/consents", Name: "own.consents", Handle: s.getOwnConsents},
		{Method: "POST", Pattern: "/me/consents", Name: "own.consent", Handle: s.postOwnConsent},
	}
}

// isOwn reports whether the reader is a worker, whose pages are their own.
func isOwn(who account.Actor) bool { return who.Role == account.Worker }

// getOwnFile shows the own file.
func (s *Server) getOwnFile(w http.ResponseWriter, r *http.Request) error {
	return s.showOwnFile(w, r, "", "")
}

// postOwnReveal shows one masked number. The value is in this answer alone.
func (s *Server) postOwnReveal(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	field := r.PostFormValue("field")
	shown, err := s.Registry.RevealOwn(r.Context(), visitOf(r).actor, registry.Secret(field))
	if err != nil {
		return err
	}
	return s.showOwnFile(w, r, field, shown)
}

// ownPaper reads the own file and what prints it.
func (s *Server) ownPaper(r *http.Request) (*registry.File, paper, error) {
	f, err := s.Registry.OwnFile(r.Context(), visitOf(r).actor)
	if err != nil {
		return nil, paper{}, err
	}
	x, err := s.paperOf(r, f)
	x.own = true
	return f, x, err
}

func (s *Server) showOwnFile(w http.ResponseWriter, r *http.Request, field, shown string) error {
	f, x, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	who := visitOf(r).actor
	notice, err := s.Registry.OwnNotice(r.Context(), who)
	if err != nil {
		return err
	}
	consents, err := s.Registry.OwnConsents(r.Context(), who)
	if err != nil {
		return err
	}
	given := 0
	for _, c := range consents {
		if c.Given {
			given++
		}
	}
	b := x.Base
	p := ownpage.FilePage{Base: b, Name: f.Name, NoticeAt: notice.Accepted, Consents: b.T("web_own.consents_given", given, len(consents)), Lines: x.ownLines(f), Jobs: x.ownJobs(f), Papers: x.ownPapers(f)}
	p.Sub = x.l.Of(ledger.Sex, int64(f.Sex)) + " · " + b.Month(f.Birth)
	if f.Class != 0 {
		p.Sub += " · " + b.T("web_worker.industrial")
	}
	for _, m := range x.masked(f, who) {
		m.Action = "/me/file"
		if m.Name == field {
			m.Shown = shown
		}
		p.Masked = append(p.Masked, m)
	}
	for _, c := range f.Conflicts {
		if word, _ := s.conflictWords(b, c.Kind); !slices.Contains(p.Doubts, word) {
			p.Doubts = append(p.Doubts, word)
		}
	}
	return s.render(w, r, http.StatusOK, ownpage.File(p))
}

// ownLines are the fields of the file, each with who said it.
func (p paper) ownLines(f *registry.File) []ownpage.Line {
	var out []ownpage.Line
	for _, x := range p.fields(f) {
		l := ownpage.Line{Label: x.Label, Value: x.Value, From: saidBy(x.Kind, x.AsOf), Source: x.Source}
		for _, a := range x.Also {
			l.Also = append(l.Also, p.T("web_worker.also", a.Value, a.Kind))
		}
		out = append(out, l)
	}
	return out
}

func saidBy(kind, asOf string) string {
	if asOf == "" {
		return kind
	}
	return kind + " · " + asOf
}

func (p paper) ownJobs(f *registry.File) []ownpage.Line {
	var out []ownpage.Line
	for _, e := range p.employment(f) {
		l := ownpage.Line{Value: e.Employer, Label: p.DayShort(e.From) + " — " + p.DayShort(e.To), Notes: []string{e.Post}, Source: e.Source}
		if e.To == date.Forever {
			l.Label = p.T("web_worker.since", p.DayShort(e.From))
		}
		if e.Main {
			l.Tone, l.State = part.Good, p.T("web_worker.main")
		}
		out = append(out, l)
	}
	return out
}

func (p paper) ownPapers(f *registry.File) []ownpage.Line {
	var out []ownpage.Line
	for _, c := range p.papers(f) {
		out = append(out, ownpage.Line{
			Label: c.Rank, Value: c.Occupation, Tone: c.State, State: c.StateWord, Source: c.Source,
			Notes: []string{c.Number, p.T("web_own.paper_days", p.DayShort(c.On), p.DayShort(c.Until))},
		})
	}
	return out
}

func (s *Server) getOwnTimeline(w http.ResponseWriter, r *http.Request) error {
	f, x, err := s.ownPaper(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, ownpage.Timeline(ownpage.TimelinePage{Base: x.Base, Entries: x.timeline(f.Facts)}))
}

// getOwnLooks shows who saw the own file, when, in which capacity and why.
func (s *Server) getOwnLooks(w http.ResponseWriter, r *http.Request) error {
	form, b := r.URL.Query(), s.base(r)
	f := registry.LookFilter{Own: form.Get("own") == "1"}
	if at, id, ok := strings.Cut(form.Get("before"), "."); ok {
		ms, err1 := strconv.ParseInt(at, 10, 64)
		n, err2 := strconv.ParseInt(id, 10, 64)
		if err1 != nil || err2 != nil {
			return notFound()
		}
		f.Before = audit.Key{At: time.UnixMilli(ms), ID: n}
	}
	list, total, err := s.Registry.OwnLooks(r.Context(), visitOf(r).actor, f)
	if err != nil {
		return err
	}
	tree, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	p := ownpage.LooksPage{Base: b, Own: f.Own, Total: total}
	for i := range list {
		p.Looks = append(p.Looks, s.ownLook(b, tree, &list[i]))
	}
	if n := len(list); n > 0 && n == ownLooksPage {
		last := list[n-1]
		q := url.Values{"before": {strconv.FormatInt(last.At.UnixMilli(), 10) + "." + strconv.FormatInt(last.ID, 10)}}
		if f.Own {
			q.Set("own", "1")
		}
		p.Next = "/me/looks?" + q.Encode()
	}
	return s.render(w, r, http.StatusOK, ownpage.Looks(p))
}

// ownLooksPage is how many looks a page holds.
const ownLooksPage = 50

func (s *Server) ownLook(b part.Base, tree *org.Tree, l *registry.Look) ownpage.Look {
	out := ownpage.Look{At: l.At, What: b.T(l.Key()), Who: capacity(b, tree, l.Role, l.Unit, date.On(s.Now())), Why: l.Why, Own: l.Own}
	switch l.Field {
	case string(registry.SecretID):
		out.What += " · " + b.T("web_worker.id_number")
	case string(registry.SecretPhone):
		out.What += " · " + b.T("web_worker.phone")
	case "export":
		out.What += " · " + b.T("web_own.in_a_list")
	}
	for _, o := range b.ShowReasons() {
		if o.Value == l.Why {
			out.Why = o.Label
		}
	}
	return out
}

// capacity says in whose name somebody acts: the role and the unit, never the person.
func capacity(b part.Base, tree *org.Tree, role account.Role, unit org.UnitID, on date.Day) string {
	word := b.T(role.Key())
	if unit != 0 {
		word += " · " + tree.Name(unit, on)
	}
	return word
}

// postOwnCopy gives all that is kept about the reader, as a workbook.
func (s *Server) postOwnCopy(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, export.Request{List: export.Copy, Format: listing.XLSX})
}

func (s *Server) getOwnNotice(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Registry.OwnNotice(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	b := s.base(r)
	lang := string(b.Lang())
	p := ownpage.NoticePage{Base: b, Version: n.Version, Accepted: n.Accepted, Changed: n.Accepted.IsZero() && len(n.Earlier) > 0, NoPurpose: n.Register.NoPurpose}
	for _, f := range n.Register.Fields {
		held := ownpage.Held{Title: f.Title.In(lang), Purpose: f.Purpose.In(lang), Basis: f.Basis.In(lang), Retention: f.Retention.In(lang)}
		for _, role := range f.Viewers {
			held.Viewers = append(held.Viewers, b.T(account.Role(role).Key()))
		}
		p.Fields = append(p.Fields, held)
	}
	return s.render(w, r, http.StatusOK, ownpage.Notice(p))
}

func (s *Server) postOwnNotice(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if err := s.Registry.AcceptNotice(r.Context(), visitOf(r).actor, r.PostFormValue("version")); err != nil {
		return err
	}
	http.Redirect(w, r, "/me/file", http.StatusSeeOther)
	return nil
}

func (s *Server) getOwnConsents(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Registry.OwnConsents(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	b := s.base(r)
	p := ownpage.ConsentsPage{Base: b}
	word := map[bool]string{true: b.T("web_own.was_given"), false: b.T("web_own.was_withdrawn")}
	for _, c := range list {
		line := ownpage.Consent{Kind: string(c.Kind), Title: b.T("registry.consent_" + string(c.Kind)), Why: b.T("registry.consent_" + string(c.Kind) + "_why"), Given: c.Given}
		for _, h := range slices.Backward(c.History) {
			line.History = append(line.History, ownpage.Said{At: h.At, Word: word[h.Given]})
		}
		p.Consents = append(p.Consents, line)
	}
	return s.render(w, r, http.StatusOK, ownpage.Consents(p))
}

func (s *Server) postOwnConsent(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	kind := registry.ConsentKind(r.PostFormValue("kind"))
	if err := s.Registry.SayConsent(r.Context(), visitOf(r).actor, kind, r.PostFormValue("given") == "1"); err != nil {
		return err
	}
	http.Redirect(w, r, "/me/consents", http.StatusSeeOther)
	return nil
}

// getOwnActivate shows the page to which a worker's slip leads.
func (s *Server) getOwnActivate(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, ownpage.Activate(ownpage.ActivatePage{Base: s.base(r)}))
}

// postOwnActivate opens the own file's account with a slip and logs in. What was typed of the numbers is not in the answer.
func (s *Server) postOwnActivate(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	in := registry.ActivateInput{Code: r.PostFormValue("code"), ID: r.PostFormValue("id"), Phone: r.PostFormValue("phone"), Password: r.PostFormValue("password")}
	var token string
	var err error
	if in.Password != r.PostFormValue("again") {
		err = fieldFault("again", "web_login.again_wrong")
	} else {
		token, _, err = s.Registry.Activate(r.Context(), in, addressOf(r))
	}
	switch fault.KindOf(err) {
	case fault.Unauthenticated, fault.Invalid:
		b := s.base(r)
		p := ownpage.ActivatePage{Base: b, Code: in.Code, Problems: b.Problems(fault.Fields(err))}
		if len(p.Problems) == 0 {
			sentence, fix := p.Fault(err)
			p.Problems, p.Fix = []part.Problem{{Name: "code", Text: sentence}}, fix
		}
		return s.render(w, r, statusOf[fault.KindOf(err)], ownpage.Activate(p))
	}
	if err != nil {
		return err
	}
	s.setSession(w, token, int(account.TotalTimeout.Seconds()))
	http.Redirect(w, r, "/me/notice", http.StatusSeeOther)
	return nil
}
