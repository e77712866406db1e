package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	conflictpage "tuoxing/internal/web/page/conflict"
	"tuoxing/internal/web/part"
)

// conflictsAsked is the list of conflicts as an address asks for it.
type conflictsAsked struct {
	registry.ConflictFilter
	unit string // as it was typed: name or code
}

// getConflicts lists the conflicts of the people of the reader's subtree.
func (s *Server) getConflicts(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	f := conflictsAsked{unit: strings.TrimSpace(form.Get("unit")), ConflictFilter: registry.ConflictFilter{Kind: registry.ConflictKind(form.Get("kind")), State: form.Get("state"), Part: form.Get("part"), After: form.Get("after"), Limit: perPage}}
	if err := visitOf(r).actor.Must(account.WorkerRead); err != nil { // before the unit is looked up
		return err
	}
	if f.unit != "" {
		t, err := s.tree(r.Context())
		if err != nil {
			return err
		}
		if f.Unit, err = t.Find(f.unit); err != nil {
			return fieldFault("unit", "registry.conflict_unit") // told as one that the reader does not see
		}
	}
	list, total, err := s.Registry.ListConflicts(r.Context(), visitOf(r).actor, f.ConflictFilter)
	if err != nil {
		return err
	}
	b := s.base(r)
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return err
	}
	p := conflictpage.ListPage{Base: b, Total: int64(total), Decides: may(visitOf(r).actor, account.ConflictDecide), Said: saidOf(b, r, map[string]string{"accepted": "web_conflict.said_accepted"})}
	for _, c := range list {
		row := conflictpage.Row{ID: c.Key(), Open: !c.Decided, Href: conflictURL(c.Key()), Name: nameShown(b, c.Worker.Name), Unit: l.Of(ledger.Employer, int64(c.Worker.Unit)), Task: c.Task, Part: b.T("registry.conflict_part_list"), Found: b.DayShort(date.On(c.FoundAt))}
		row.Title, _ = s.conflictWords(b, c.Kind)
		row.State, row.StateWord = conflictState(b, c.Decided)
		if c.Task {
			row.Part = b.T("registry.conflict_part_task")
		}
		p.Rows = append(p.Rows, row)
	}
	s.conflictFilters(&p, f)
	done, err := strconv.ParseInt(form.Get("done"), 10, 64)
	if err != nil || done < 0 || f.After == "" {
		done = 0
	}
	n := int64(len(list))
	p.Pager = part.Pager{From: done + 1, To: done + n, Total: int64(total)}
	if f.After != "" {
		p.Pager.First = conflictsURL(f, "", 0)
	}
	if n > 0 && done+n < int64(total) {
		p.Pager.Next = conflictsURL(f, list[n-1].Key(), done+n)
	}
	return s.render(w, r, http.StatusOK, conflictpage.List(p))
}

// conflictFilters fills in the filter bar and the filters in force.
func (s *Server) conflictFilters(p *conflictpage.ListPage, f conflictsAsked) {
	all := part.Option{Label: p.T("web.all")}
	kinds := part.Field{Name: "kind", Label: p.T("web_conflict.what"), Value: string(f.Kind), Options: []part.Option{all}}
	for _, k := range s.Registry.Conflicts {
		kinds.Options = append(kinds.Options, part.Option{Value: string(k.Kind), Label: k.Title[string(p.Lang())]})
	}
	parts := part.Field{Name: "part", Label: p.T("web_conflict.part"), Value: f.Part, Options: []part.Option{all, {Value: "task", Label: p.T("registry.conflict_part_task")}, {Value: "list", Label: p.T("registry.conflict_part_list")}}}
	states := part.Field{Name: "state", Label: p.T("web.state"), Value: f.State, Options: []part.Option{all, {Value: "open", Label: p.T("registry.conflict_state_open")}, {Value: "decided", Label: p.T("registry.conflict_state_decided")}}}
	p.Filters = []part.Field{kinds, parts, states}
	p.Unit = f.unit
	without := []conflictsAsked{f, f, f}
	without[0].Kind, without[1].Part, without[2].State = "", "", ""
	for i, field := range p.Filters {
		if k := slices.IndexFunc(field.Options, func(o part.Option) bool { return o.Value == field.Value }); k > 0 {
			p.Chips = append(p.Chips, part.Chip{Label: field.Label, Value: field.Options[k].Label, Remove: conflictsURL(without[i], "", 0)})
		}
	}
	if f.unit != "" {
		all := f
		all.unit = ""
		p.Chips = append(p.Chips, part.Chip{Label: p.T("web_conflict.unit"), Value: f.unit, Remove: conflictsURL(all, "", 0)})
	}
}

func conflictsURL(f conflictsAsked, after string, done int64) string {
	v := url.Values{}
	for name, text := range map[string]string{"kind": string(f.Kind), "part": f.Part, "state": f.State, "unit": f.unit, "after": after} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if done > 0 {
		v.Set("done", strconv.FormatInt(done, 10))
	}
	if len(v) == 0 {
		return "/conflicts"
	}
	return "/conflicts?" + v.Encode()
}

func conflictURL(id string) string { return "/conflicts/" + id }

func conflictState(b part.Base, decided bool) (part.Tone, string) {
	if decided {
		return part.Good, b.T("registry.conflict_state_decided")
	}
	return part.Warn, b.T("registry.conflict_state_open")
}

func (s *Server) conflictWords(b part.Base, kind registry.ConflictKind) (title, advice string) {
	for _, k := range s.Registry.Conflicts {
		if k.Kind == kind {
			return k.Title[string(b.Lang())], k.Advice[string(b.Lang())]
		}
	}
	return string(kind), ""
}

// conflictLink leads from a person's file to a conflict.
func (s *Server) conflictLink(b part.Base, worker registry.WorkerID, c registry.Conflict) part.Link {
	title, _ := s.conflictWords(b, c.Kind)
	_, word := conflictState(b, c.Ruling != 0)
	return part.Link{Label: title + "（" + word + "）", Href: conflictURL(registry.ConflictPlace{Worker: worker, Kind: c.Kind, About: c.About}.String())}
}

// getConflict shows one conflict with what each decision would do.
func (s *Server) getConflict(w http.ResponseWriter, r *http.Request) error {
	return s.showConflict(w, r, http.StatusOK, nil)
}

// postDecide decides which statement holds.
func (s *Server) postDecide(w http.ResponseWriter, r *http.Request) error {
	return s.changeConflict(w, r, func(at registry.ConflictPlace) error {
		keep, err := strconv.ParseInt(r.PostFormValue("keep"), 10, 64)
		if err != nil {
			return fieldFault("keep", "web_conflict.choose")
		}
		return s.Registry.DecideConflict(r.Context(), visitOf(r).actor, registry.DecideConflictInput{Worker: at.Worker, Kind: at.Kind, Keep: keep, Why: r.PostFormValue("why")})
	})
}

// postReopen takes a decision back.
func (s *Server) postReopen(w http.ResponseWriter, r *http.Request) error {
	return s.changeConflict(w, r, func(at registry.ConflictPlace) error {
		return s.Registry.ReopenConflict(r.Context(), visitOf(r).actor, at.Worker, at.Kind, at.About, r.PostFormValue("why"))
	})
}

// changeConflict does what a form of the page asks, and shows the page again.
func (s *Server) changeConflict(w http.ResponseWriter, r *http.Request, do func(registry.ConflictPlace) error) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if err := visitOf(r).actor.Must(account.ConflictDecide); err != nil { // before the form is read, as the verbs do
		return err
	}
	at, err := registry.ParseConflictPlace(r.PathValue("id"))
	if err != nil {
		return err
	}
	err = do(at)
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.showConflict(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, conflictURL(at.String()), http.StatusSeeOther)
	return nil
}

func (s *Server) showConflict(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	at, err := registry.ParseConflictPlace(r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := s.Registry.FindConflict(r.Context(), visitOf(r).actor, at.Worker, at.Kind, at.About)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = conflictURL(at.String())
	today := date.On(s.Now())
	l, err := s.Figures.Labels(r.Context(), today, b.Printer)
	if err != nil {
		return err
	}
	var imports []int64
	for _, c := range f.Choices {
		imports = append(imports, c.Import)
	}
	files, err := s.sources(r.Context(), imports)
	if err != nil {
		return err
	}
	x := paper{Base: b, l: l, files: files, today: today, id: int64(f.Worker.ID)}
	p := conflictpage.Page{Base: b, ID: at.String(), Name: nameShown(b, f.Worker.Name), Worker: workerURL(int64(f.Worker.ID)), Problems: problems}
	p.Title, p.Advice = s.conflictWords(b, f.Kind)
	p.State, p.StateWord = conflictState(b, f.Ruling != nil)
	for i := range f.Choices {
		st := x.statement(f.Kind, &f.Choices[i])
		st.Chosen = r.PostFormValue("keep") == st.ID
		for _, c := range f.Choices[i].Changes {
			st.Changes = append(st.Changes, s.figureChange(x, c))
		}
		p.Statements = append(p.Statements, st)
	}
	if f.Ruling != nil {
		p.Decision = []part.Pair{{Label: b.T("web_conflict.why"), Value: f.Ruling.Reason}, {Label: b.T("web_conflict.decided_at"), Value: b.Time(f.Ruling.At)}}
	}
	if may(visitOf(r).actor, account.ConflictDecide) {
		x.conflictForms(r, &p, f.Ruling != nil)
	}
	return s.render(w, r, status, conflictpage.Show(p))
}

func (s *Server) figureChange(x paper, c registry.FigureChange) conflictpage.Change {
	out := conflictpage.Change{Figure: c.Indicator, District: x.l.Of(ledger.District, int64(c.District)), By: signed(x.Base, c.By), Span: x.DayShort(c.From)}
	if ind, ok := s.Figures.Catalogue.Find(c.Indicator); ok {
		out.Figure = ind.TitleIn(string(x.Lang()))
	}
	if c.To == date.Forever {
		out.Span = x.T("web_worker.since", out.Span)
	} else {
		out.Span += " — " + x.DayShort(c.To)
	}
	return out
}

// conflictForms are the deeds that are possible.
func (p paper) conflictForms(r *http.Request, to *conflictpage.Page, decided bool) {
	at := conflictURL(to.ID)
	why := func(id string) *part.Field {
		return &part.Field{Name: "why", ID: id, Label: p.T("web_conflict.why"), Help: p.T("web_worker.erase_why_help"), Auto: "off", Value: r.PostFormValue("why"), Required: true, Problem: part.ProblemOf(to.Problems, "why")}
	}
	to.Decide = &part.Harm{Action: at + "/decide", Title: p.T("web_conflict.decide_title"), Button: p.T("web_conflict.decide"), Back: "/conflicts", Reason: why("why-decide"),
		Lines: []string{p.T("web_conflict.decide_aside"), p.T("web_conflict.decide_figures"), p.T("web_conflict.decide_undo")}}
	if decided {
		to.Reopen = &part.Harm{Action: at + "/reopen", Title: p.T("web_conflict.reopen_title"), Button: p.T("web_conflict.reopen"), Back: at, Reason: why("why-reopen"),
			Lines: []string{p.T("web_conflict.reopen_rule"), p.T("web_worker.revoke_kept")}}
	}
}

// statement says one statement in words, with its source.
func (p paper) statement(kind registry.ConflictKind, c *registry.Choice) conflictpage.Statement {
	out := conflictpage.Statement{ID: strconv.FormatInt(c.Row, 10), Says: p.says(kind, c.Stated), Kind: p.T("registry.source_" + c.From.String()), Holds: c.Holds}
	if c.AsOf != 0 {
		out.AsOf = p.T("web_conflict.as_of", p.DayShort(c.AsOf))
	}
	if c.Import != 0 {
		out.Source = p.from(c.Import, c.Line)
	}
	return out
}

func (p paper) says(kind registry.ConflictKind, s registry.Stated) string {
	switch kind {
	case registry.TwoMain, registry.StartedDiffers:
		return p.T("web_conflict.employed", p.UnitName(p.l.Of(ledger.Employer, int64(s.Employer))), p.DayShort(s.Period.From))
	case registry.JobDiffers:
		member := p.T("web_worker.not_member")
		if s.Member {
			member = p.T("web_worker.member")
		}
		return postName(p.Base, s.Post) + " · " + p.occupation(s.Occupation) + " · " + member
	case registry.CertificateDiffers:
		return p.l.Of(ledger.RankEver, int64(s.Rank)) + " · " + p.DayShort(s.IssuedOn)
	case registry.SexDiffers:
		return p.l.Of(ledger.Sex, int64(s.Sex))
	case registry.BirthDiffers:
		return p.Month(s.Birth)
	}
	return s.Name
}
