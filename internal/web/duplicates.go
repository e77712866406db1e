package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	duplicatepage "tuoxing/internal/web/page/duplicate"
	"tuoxing/internal/web/part"
)

// getDuplicates lists pairs of files that may be one person's.
func (s *Server) getDuplicates(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	f := registry.DuplicateFilter{State: form.Get("state"), After: form.Get("after"), Limit: perPage}
	if err := f.Grade.UnmarshalText([]byte(form.Get("grade"))); err != nil {
		return err
	}
	who, b := visitOf(r).actor, s.base(r)
	list, total, err := s.Registry.ListDuplicates(r.Context(), who, f)
	if err != nil {
		return err
	}
	waiting, err := s.Registry.CountDuplicates(r.Context(), who)
	if err != nil {
		return err
	}
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return err
	}
	if f.State == "" {
		f.State = registry.Proposed
	}
	b.Path = duplicatesURL(f, "")
	p := duplicatepage.ListPage{
		Base: b, Total: int64(total), Certain: waiting[registry.CertainSame] > 0, Filters: duplicateFilters(b, f), Chips: duplicateChips(b, f),
		Stand: b.T("web_duplicate.stand", waiting[registry.CertainSame], waiting[registry.LikelySame], waiting[registry.PossibleSame]),
	}
	if n, err := strconv.Atoi(form.Get("new")); err == nil && n >= 0 { // decides nothing: only told
		p.Found = b.T("web_duplicate.found", n)
	}
	for _, d := range list {
		p.Rows = append(p.Rows, duplicatepage.Row{
			Href: pairURL(&d), Keep: nameShown(b, d.Keep.Name), Other: nameShown(b, d.Other.Name), KeepUnder: sideWords(b, l, &d.Keep), OtherUnder: sideWords(b, l, &d.Other),
			Grade: gradeTones[d.Grade], GradeWord: b.T("registry.grade_" + d.Grade.String()), Evidence: evidenceWords(b, d.Evidence), StateWord: b.T("registry.duplicate_" + d.State), Found: b.DayShort(date.On(d.FoundAt)),
		})
	}
	done, err := strconv.ParseInt(form.Get("done"), 10, 64)
	if err != nil || f.After == "" || done < 0 {
		done = 0
	}
	p.Pager = part.Pager{From: done + 1, To: done + int64(len(list)), Total: int64(total)}
	if f.After != "" {
		p.Pager.First = duplicatesURL(f, "")
	}
	if n := len(list); n == perPage && p.Pager.To < int64(total) {
		p.Pager.Next = duplicatesURL(f, "", "after", list[n-1].Key(), "done", strconv.FormatInt(p.Pager.To, 10))
	}
	return s.render(w, r, http.StatusOK, duplicatepage.List(p))
}

var gradeTones = map[registry.Grade]part.Tone{registry.CertainSame: part.Good, registry.LikelySame: part.Warn, registry.PossibleSame: part.Info}

// duplicatesURL is the address of the list with these filters, without one of them if named.
func duplicatesURL(f registry.DuplicateFilter, without string, more ...string) string {
	form := url.Values{}
	if f.Grade != 0 && without != "grade" {
		form.Set("grade", f.Grade.String())
	}
	if f.State != "" && f.State != registry.Proposed && without != "state" {
		form.Set("state", f.State)
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if len(form) == 0 {
		return "/duplicates"
	}
	return "/duplicates?" + form.Encode()
}

func duplicateFilters(b part.Base, f registry.DuplicateFilter) []part.Field {
	grades := []part.Option{{Label: b.T("web.all")}}
	for _, g := range []registry.Grade{registry.CertainSame, registry.LikelySame, registry.PossibleSame} {
		grades = append(grades, part.Option{Value: g.String(), Label: b.T("registry.grade_" + g.String())})
	}
	var states []part.Option
	for _, x := range registry.DuplicateStates {
		states = append(states, part.Option{Value: x, Label: b.T("registry.duplicate_" + x)})
	}
	return []part.Field{{Name: "grade", Label: b.T("web_duplicate.grade"), Value: f.Grade.String(), Options: grades}, {Name: "state", Label: b.T("web.state"), Value: f.State, Options: states}}
}

func duplicateChips(b part.Base, f registry.DuplicateFilter) (out []part.Chip) {
	if f.Grade != 0 {
		out = append(out, part.Chip{Label: b.T("web_duplicate.grade"), Value: b.T("registry.grade_" + f.Grade.String()), Remove: duplicatesURL(f, "grade")})
	}
	if f.State != registry.Proposed {
		out = append(out, part.Chip{Label: b.T("web.state"), Value: b.T("registry.duplicate_" + f.State), Remove: duplicatesURL(f, "state")})
	}
	return out
}

// sideWords tells namesakes apart: birth month and employer.
func sideWords(b part.Base, l *figure.Labels, d *registry.DuplicateSide) []string {
	employer := b.T("web_figure.no_employer")
	if d.Employer != 0 {
		employer = b.UnitName(l.Of(ledger.Employer, int64(d.Employer)))
	}
	if d.Birth == 0 {
		return []string{employer}
	}
	return []string{b.Month(d.Birth), employer}
}

func evidenceWords(b part.Base, names []string) []duplicatepage.Evidence {
	out := make([]duplicatepage.Evidence, len(names))
	for i, n := range names {
		out[i].Word = b.T("registry.evidence_" + n)
		out[i].Against = slices.ContainsFunc(registry.EvidenceKinds, func(k registry.EvidenceKind) bool { return k.Name == n && k.Against })
	}
	return out
}

func pairURL(d *registry.Duplicate) string {
	return "/duplicates/" + d.Keep.Worker.String() + "/" + d.Other.Worker.String()
}

// postFindDuplicates looks for pairs.
func (s *Server) postFindDuplicates(w http.ResponseWriter, r *http.Request) error {
	run, err := s.Registry.FindDuplicates(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/duplicates?new="+strconv.Itoa(run.New), http.StatusSeeOther)
	return nil
}

// getDuplicate shows a pair side by side.
func (s *Server) getDuplicate(w http.ResponseWriter, r *http.Request) error {
	return s.showDuplicate(w, r, http.StatusOK, nil)
}

func pairAsked(r *http.Request) (a, b registry.WorkerID, err error) {
	if err = a.UnmarshalText([]byte(r.PathValue("id"))); err == nil {
		err = b.UnmarshalText([]byte(r.PathValue("other")))
	}
	return a, b, err
}

func (s *Server) showDuplicate(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	first, other, err := pairAsked(r)
	if err != nil {
		return err
	}
	d, err := s.Registry.OpenDuplicate(r.Context(), visitOf(r).actor, first, other)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = pairURL(&d.Duplicate)
	today := date.On(s.Now())
	l, err := s.Figures.Labels(r.Context(), today, b.Printer)
	if err != nil {
		return err
	}
	p := duplicatepage.PairPage{
		Base: b, Path: b.Path, Grade: gradeTones[d.Grade], GradeWord: b.T("registry.grade_" + d.Grade.String()), State: part.Info, StateWord: b.T("registry.duplicate_" + d.State),
		Evidence: evidenceWords(b, d.Evidence), Open: d.State == registry.Proposed, Reason: r.PostFormValue("why"), Keep: r.PostFormValue("keep"), Problems: problems,
	}
	if p.Keep == "" {
		p.Keep = d.Keep.Worker.String()
	}
	if len(d.Places) > 0 {
		p.Places = b.T("web_duplicate.places", b.List(decimals(d.Places)))
	}
	x := paper{Base: b, l: l, today: today}
	for i, f := range d.Files {
		p.Sides[i] = x.side(f, d.Places)
		if f.Survivor != 0 {
			p.Unmerge = workerURL(int64(f.ID)) + "/unmerge"
		}
	}
	if d.DecidedAt != nil {
		names, err := s.userNames(r.Context(), b, d.DecidedBy)
		if err != nil {
			return err
		}
		p.Decided = []part.Pair{{Label: b.T("web_duplicate.decided_by"), Value: names[d.DecidedBy] + " · " + b.Time(*d.DecidedAt)}, {Label: b.T("web_duplicate.why"), Value: d.Reason}}
	}
	p.Changes = x.figureChanges(s.Figures.Catalogue, d.Changes)
	return s.render(w, r, status, duplicatepage.Pair(p))
}

func decimals(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return out
}

// side prints one of the two files, its number masked as everywhere.
func (p paper) side(f *registry.File, places []int) duplicatepage.Side {
	out := duplicatepage.Side{ID: f.ID.String(), Name: nameShown(p.Base, f.Name), Href: workerURL(int64(f.ID))}
	for i, c := range []rune(f.IDMasked) {
		out.Number = append(out.Number, duplicatepage.Digit{Text: string(c), Differs: slices.Contains(places, i+1)})
	}
	out.Facts = []part.Pair{{Label: p.T("web_worker.phone"), Value: f.PhoneMasked}, {Label: p.T("web.sex"), Value: p.l.Of(ledger.Sex, int64(f.Sex))}, {Label: p.T("web_duplicate.born"), Value: p.Month(f.Birth)}}
	out.Facts = append(out.Facts, p.now(f)...)
	for _, c := range f.Certificates {
		out.Facts = append(out.Facts, part.Pair{Label: p.T("web_worker.paper"), Value: p.occupation(c.Occupation) + " · " + p.l.Of(ledger.RankEver, int64(c.Rank)) + " · " + c.NumberMasked})
	}
	return out
}

// figureChanges prints by how much figures change.
func (p paper) figureChanges(catalogue *figure.Catalogue, list []registry.FigureChange) (out []duplicatepage.Change) {
	for _, c := range list {
		ind, ok := catalogue.Find(c.Indicator)
		if !ok {
			continue // the catalogue that counted it is the one asked
		}
		out = append(out, duplicatepage.Change{
			Figure: ind.TitleIn(string(p.Lang())), Href: figureURL(ind.Name) + "?on=" + max(min(c.To, p.today), c.From).String(),
			District: p.l.Of(ledger.District, int64(c.District)), By: signed(p.Base, c.By), From: c.From, To: c.To,
		})
	}
	return out
}

// postAcceptDuplicate merges a pair; the form says which file stays.
func (s *Server) postAcceptDuplicate(w http.ResponseWriter, r *http.Request) error {
	return s.decideDuplicate(w, r, func(a, b registry.WorkerID) error {
		var keep registry.WorkerID
		if err := keep.UnmarshalText([]byte(r.PostFormValue("keep"))); err != nil {
			keep = 0 // as if nothing was chosen
		}
		return s.Registry.AcceptDuplicate(r.Context(), visitOf(r).actor, registry.AcceptDuplicateInput{First: a, Other: b, Keep: keep, Why: r.PostFormValue("why")})
	})
}

// postRejectDuplicate keeps a pair as two people.
func (s *Server) postRejectDuplicate(w http.ResponseWriter, r *http.Request) error {
	return s.decideDuplicate(w, r, func(a, b registry.WorkerID) error {
		return s.Registry.RejectDuplicate(r.Context(), visitOf(r).actor, a, b, r.PostFormValue("why"))
	})
}

func (s *Server) decideDuplicate(w http.ResponseWriter, r *http.Request, do func(a, b registry.WorkerID) error) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if err := visitOf(r).actor.Must(account.WorkerMerge); err != nil { // before the form is read, as the verbs do
		return err
	}
	a, b, err := pairAsked(r)
	if err != nil {
		return err
	}
	err = do(a, b)
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.showDuplicate(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/duplicates/"+a.String()+"/"+b.String(), http.StatusSeeOther)
	return nil
}

// getCertain asks before all certain pairs are accepted, and says in numbers what will happen.
func (s *Server) getCertain(w http.ResponseWriter, r *http.Request) error {
	return s.askCertain(w, r, http.StatusOK, nil)
}

func (s *Server) askCertain(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	plan, err := s.Registry.PlanCertain(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = "/duplicates/certain"
	today := date.On(s.Now())
	l, err := s.Figures.Labels(r.Context(), today, b.Printer)
	if err != nil {
		return err
	}
	x := paper{Base: b, l: l, today: today}
	return s.render(w, r, status, duplicatepage.Certain(duplicatepage.CertainPage{
		Base: b, Pairs: plan.Pairs, Reason: r.PostFormValue("why"), Confirm: r.PostFormValue("confirm"), Problems: problems, Changes: x.figureChanges(s.Figures.Catalogue, plan.Changes),
		Lines: []string{b.T("web_duplicate.certain_pairs", plan.Pairs, plan.People), b.T("web_duplicate.accept_rows"), b.T("web_duplicate.accept_back")},
	}))
}

// postCertain accepts all certain pairs.
func (s *Server) postCertain(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	confirm, err := strconv.Atoi(r.PostFormValue("confirm"))
	if err != nil {
		confirm = -1 // no number is another number than there are pairs
	}
	_, err = s.Registry.AcceptCertain(r.Context(), visitOf(r).actor, confirm, r.PostFormValue("why"))
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.askCertain(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/duplicates?state=accepted&grade=certain", http.StatusSeeOther)
	return nil
}

// getUnmerge asks before a merge is taken back.
func (s *Server) getUnmerge(w http.ResponseWriter, r *http.Request) error {
	return s.askUnmerge(w, r, http.StatusOK, nil)
}

func (s *Server) askUnmerge(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	f, err := s.Registry.FindMerged(r.Context(), visitOf(r).actor, id)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = workerURL(int64(f.ID)) + "/unmerge"
	return s.render(w, r, status, duplicatepage.Unmerge(duplicatepage.UnmergePage{
		Base: b, ID: f.ID.String(), Name: nameShown(b, f.Name), Reason: r.PostFormValue("why"), Problems: problems,
		Lines: []string{b.T("web_duplicate.unmerge_into", f.Survivor.String()), b.T("web_duplicate.unmerge_figures"), b.T("web_duplicate.unmerge_again")},
	}))
}

// postUnmerge takes a merge back.
func (s *Server) postUnmerge(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	err := s.Registry.Unmerge(r.Context(), visitOf(r).actor, id, r.PostFormValue("why"))
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.askUnmerge(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, workerURL(int64(id)), http.StatusSeeOther)
	return nil
}
