package web

import (
	"context"
	"net/http"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

// getWorker shows one person's file.
func (s *Server) getWorker(w http.ResponseWriter, r *http.Request) error {
	f, err := s.openWorker(r.Context(), visitOf(r).actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	p, err := s.workerPage(r, f)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, workerpage.Show(p))
}

// postReveal shows one masked field after a reason was given. The value is in this answer alone.
func (s *Server) postReveal(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	field := r.PostFormValue("field")
	shown, err := s.Registry.Reveal(r.Context(), who, id, registry.Secret(field), reasonOf(r))
	if err != nil {
		return err
	}
	f, err := s.Registry.Find(r.Context(), who, id)
	if err != nil {
		return err
	}
	p, err := s.workerPage(r, f)
	if err != nil {
		return err
	}
	for i := range p.Masked {
		if p.Masked[i].Name == field {
			p.Masked[i].Shown = shown
		}
	}
	return s.render(w, r, http.StatusOK, workerpage.Show(p))
}

// reasonOf is the chosen reason for a look; one that was not offered is none.
func reasonOf(r *http.Request) string {
	why := r.PostFormValue("reason")
	for _, o := range (part.Base{}).ShowReasons() {
		if o.Value == why {
			return why
		}
	}
	return ""
}

// sources looks up the files that rows and facts came from.
func (s *Server) sources(ctx context.Context, imports []int64) (map[int64]intake.Source, error) {
	slices.Sort(imports)
	imports = slices.Compact(imports)
	out := map[int64]intake.Source{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		ids := make([]intake.ImportID, len(imports))
		for i, id := range imports {
			ids[i] = intake.ImportID(id)
		}
		found, err := s.Intake.Sources(ctx, tx, ids)
		for id, src := range found {
			out[int64(id)] = src
		}
		return err
	})
	return out, err
}

// paper prints a person's file.
type paper struct {
	part.Base
	l     *figure.Labels
	files map[int64]intake.Source
	today date.Day
	id    int64
	own   bool // for the person: sources and certificates are named, not opened
}

func (p paper) from(imported int64, line ledger.Line) part.Source {
	f := ledger.Fact{Import: imported, Line: line}
	src, href := p.files[imported], ""
	if !p.own {
		href = rowURL(f, p.id)
	}
	return source(f, src.Name, src.Sheets[line.Sheet()], href)
}

// paperOf gathers what a person's file is printed with.
func (s *Server) paperOf(r *http.Request, f *registry.File) (paper, error) {
	b := s.base(r)
	today := date.On(s.Now())
	l, err := s.Figures.Labels(r.Context(), today, b.Printer)
	if err != nil {
		return paper{}, err
	}
	var imports []int64
	for _, c := range f.Certificates {
		imports = append(imports, c.Import)
	}
	for _, j := range f.Jobs {
		imports = append(imports, j.Import)
	}
	for _, x := range f.Facts {
		imports = append(imports, x.Import)
	}
	for _, x := range f.Fields {
		imports = append(imports, x.Import)
		for _, a := range x.Also {
			imports = append(imports, a.Import)
		}
	}
	files, err := s.sources(r.Context(), imports)
	return paper{Base: b, l: l, files: files, today: today, id: int64(f.ID)}, err
}

func (s *Server) workerPage(r *http.Request, f *registry.File) (workerpage.Page, error) {
	x, err := s.paperOf(r, f)
	if err != nil {
		return workerpage.Page{}, err
	}
	x.Path = workerURL(int64(f.ID))
	b, l := x.Base, x.l
	p := workerpage.Page{Base: b, ID: f.ID.String(), Name: nameShown(b, f.Name), Sex: l.Of(ledger.Sex, int64(f.Sex)), Birth: b.Month(f.Birth), Timeline: x.timeline(f.Facts), Employment: x.employment(f), Papers: x.papers(f), Erase: eraseURL(visitOf(r).actor, f), Erased: f.Erased}
	if f.RankEver != 0 {
		p.Rank = l.Of(ledger.RankEver, int64(f.RankEver))
	}
	if f.Class != 0 {
		p.Class = b.T("web_worker.industrial")
	}
	if f.Survivor != 0 {
		p.Survivor = workerURL(int64(f.Survivor))
		if may(visitOf(r).actor, account.WorkerMerge) {
			p.Unmerge = workerURL(int64(f.ID)) + "/unmerge"
		}
	}
	for _, m := range f.Merged {
		p.Merged = append(p.Merged, workerURL(int64(m)))
	}
	p.Facts, p.Fields = x.now(f), x.fields(f)
	for _, c := range f.Conflicts {
		p.Conflicts = append(p.Conflicts, s.conflictLink(b, f.ID, c))
	}
	p.Masked = x.masked(f, visitOf(r).actor)
	if !f.Erased && f.Survivor == 0 && may(visitOf(r).actor, account.WorkerInvite) {
		p.Slip = "/slips?worker=" + f.ID.String()
	}
	return p, s.addRequests(r, f, &p)
}

// fields are the fields of the file with their sources, and what else is stated about them.
func (p paper) fields(f *registry.File) []workerpage.Field {
	var out []workerpage.Field
	for _, x := range f.Fields {
		line := workerpage.Field{Label: p.T("web_worker.field_" + x.Field), Said: p.said(x.Field, x.Stated)}
		for _, a := range x.Also {
			line.Also = append(line.Also, p.said(x.Field, a))
		}
		out = append(out, line)
	}
	return out
}

// said says a field's value and where it is from.
func (p paper) said(field string, s registry.Stated) workerpage.Said {
	out := workerpage.Said{Kind: p.T("registry.source_" + s.From.String())}
	if s.AsOf != 0 {
		out.AsOf = p.T("web_conflict.as_of", p.DayShort(s.AsOf))
	}
	if s.Import != 0 {
		out.Source = p.from(s.Import, s.Line)
	}
	switch field {
	case "name":
		out.Value = p.Person(nameShown(p.Base, s.Name))
	case "sex":
		out.Value = p.l.Of(ledger.Sex, int64(s.Sex))
	case "birth_month":
		out.Value = p.Month(s.Birth)
	case "employer":
		out.Value = p.UnitName(p.l.Of(ledger.Employer, int64(s.Employer)))
	case "started_on":
		out.Value = p.DayShort(s.Period.From)
	case "post":
		out.Value = postName(p.Base, s.Post)
	case "occupation":
		out.Value = p.occupation(s.Occupation)
	case "member":
		out.Value = p.T("web_worker.not_member")
		if s.Member {
			out.Value = p.T("web_worker.member")
		}
	case "rank":
		out.Value = p.l.Of(ledger.RankEver, int64(s.Rank)) + " · " + p.DayShort(s.IssuedOn)
	}
	return out
}

// now is what holds for the person today.
func (p paper) now(f *registry.File) []part.Pair {
	employer, post, member := p.T("web_figure.no_employer"), "", p.T("web_worker.not_member")
	if f.Employer != 0 {
		employer = p.UnitName(p.l.Of(ledger.Employer, int64(f.Employer)))
	}
	for _, j := range f.Jobs {
		if j.Employer == f.Employer && j.Period.Has(p.today) {
			post = postName(p.Base, j.Post)
			if j.Member {
				member = p.T("web_worker.member")
			}
		}
	}
	rank := func(n int) string { return p.l.Of(ledger.Rank, int64(n)) }
	out := []part.Pair{
		{Label: p.T("web.employer"), Value: employer}, {Label: p.T("web_worker.post"), Value: post}, {Label: p.T("web.district"), Value: p.l.Of(ledger.District, int64(f.District))},
		{Label: p.T("web_worker.membership"), Value: member}, {Label: p.l.Dim(ledger.Rank), Value: rank(f.Rank)}, {Label: p.l.Dim(ledger.RankEver), Value: rank(f.RankEver)},
	}
	if f.Class != 0 {
		out = append(out, part.Pair{Label: p.T("web.class"), Value: p.l.Of(ledger.Class, int64(f.Class))})
	}
	return out
}

func (p paper) masked(f *registry.File, who account.Actor) []part.Masked {
	action := ""
	if may(who, account.WorkerReveal) && !f.Erased {
		action = workerURL(p.id) + "/show"
	}
	return []part.Masked{
		{Label: p.T("web_worker.id_number"), Name: string(registry.SecretID), Hidden: f.IDMasked, Action: action},
		{Label: p.T("web_worker.phone"), Name: string(registry.SecretPhone), Hidden: f.PhoneMasked, Action: action},
	}
}

func (p paper) employment(f *registry.File) []workerpage.Employment {
	var out []workerpage.Employment
	for _, j := range slices.Backward(f.Jobs) {
		out = append(out, workerpage.Employment{
			Employer: p.l.Of(ledger.Employer, int64(j.Employer)), Post: postName(p.Base, j.Post), From: j.Period.From, To: j.Period.To,
			Main: j.Employer == f.Employer && j.Period.Has(p.today), Source: p.from(j.Import, j.Line),
		})
	}
	return out
}

func (p paper) papers(f *registry.File) []workerpage.Paper {
	var out []workerpage.Paper
	for i := range f.Certificates {
		out = append(out, p.paper(&f.Certificates[i]))
	}
	slices.SortStableFunc(out, func(a, b workerpage.Paper) int { return int(b.On) - int(a.On) })
	return out
}

// timeline tells a person's facts as what happened, newest first. The two sides of a change
// (−1 of before, +1 of after) are one entry; a fact that was taken back stays, struck out.
func (p paper) timeline(facts []ledger.Placed) []part.Entry {
	gone := map[ledger.Ref]bool{}
	for _, f := range facts {
		gone[f.Reverses] = true // the zero Ref is nobody's
	}
	type side struct {
		block int64
		day   date.Day
		gone  bool
		post  int64 // the employer of a further post
	}
	sideOf := func(f ledger.Placed) side {
		s := side{block: f.Block, day: f.OccurredOn, gone: gone[f.Ref]}
		if f.Kind == ledger.Post {
			s.post = f.Employer
		}
		return s
	}
	before := map[side]ledger.Placed{}
	paired := map[side]bool{}
	for _, f := range facts {
		if f.Reverses == (ledger.Ref{}) && f.Quantity < 0 {
			before[sideOf(f)] = f
		}
	}
	var out []part.Entry
	for _, f := range facts {
		if f.Reverses != (ledger.Ref{}) || f.Quantity < 0 {
			continue
		}
		old, ok := before[sideOf(f)]
		paired[sideOf(f)] = true
		out = append(out, p.entry(old, ok, f, true, gone[f.Ref]))
	}
	for _, f := range facts {
		if f.Reverses == (ledger.Ref{}) && f.Quantity < 0 && !paired[sideOf(f)] {
			out = append(out, p.entry(f, true, ledger.Placed{}, false, gone[f.Ref]))
		}
	}
	slices.SortStableFunc(out, func(a, b part.Entry) int {
		if a.On != b.On {
			return int(b.On) - int(a.On)
		}
		return int(b.Block - a.Block)
	})
	return out
}

// icons of what happened.
var causeIcons = map[ledger.Cause]string{ledger.New: "user", ledger.Left: "logout", ledger.Moved: "building", ledger.Risen: "trending-up", ledger.Lapsed: "alert-triangle"}

func (p paper) entry(old ledger.Placed, hadOld bool, f ledger.Placed, has, taken bool) part.Entry {
	at := f
	if !has {
		at = old
	}
	e := part.Entry{On: at.OccurredOn, Icon: causeIcons[at.Cause], From: p.from(at.Import, at.Line), Block: at.Block, Taken: taken}
	if e.Icon == "" {
		e.Icon = "clock"
	}
	e.Title = causeWord(p.Base, p.l, at.Cause)
	if at.Kind == ledger.Post {
		e.Title = p.T("web_worker.entry_post", e.Title)
	}
	what := func(say func(ledger.Fact) string) string {
		switch {
		case hadOld && has && say(old.Fact) != say(f.Fact):
			return say(old.Fact) + " → " + say(f.Fact)
		case has:
			return say(f.Fact)
		}
		return say(old.Fact)
	}
	employer := what(func(f ledger.Fact) string { return p.UnitName(unitOrNone(p.Base, p.l, f)) })
	rank := what(func(f ledger.Fact) string { return p.l.Of(ledger.Rank, int64(f.Rank)) })
	if at.Cause == ledger.Risen || at.Cause == ledger.Lapsed {
		e.Title, e.Text = p.T("web_worker.entry", e.Title, rank), employer
		return e
	}
	e.Title, e.Text = p.T("web_worker.entry", e.Title, employer), what(func(f ledger.Fact) string { return p.l.Of(ledger.District, int64(f.District)) })+" · "+rank
	return e
}

// nameShown says in the reader's language that a person is erased; the registry keeps one word for it.
func nameShown(b part.Base, name string) string {
	if name == registry.ErasedName {
		return b.T("web_worker.erased")
	}
	return name
}
