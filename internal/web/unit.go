package web

import (
	"net/http"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	unitpage "tuoxing/internal/web/page/organisation"
	"tuoxing/internal/web/part"
)

// unitFigures are the figures to which a unit's page leads.
var unitFigures = []string{"industrial_workers", "members", "skilled_ever", "highly_skilled_ever"}

// unitImports is how many of the files that a unit sent its page names.
const unitImports = 10

// getUnit shows one unit as it was on a day, with its history.
func (s *Server) getUnit(w http.ResponseWriter, r *http.Request) error {
	q, _, err := s.unitsOf(map[string][]string{"on": r.URL.Query()["on"]})
	if err != nil {
		return err
	}
	var id org.UnitID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	who := visitOf(r).actor
	f, err := s.Registry.FindUnit(r.Context(), who, id, q.On)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = q.dated(unitURL(id))
	u, err := s.unitPrinter(r, b, q)
	if err != nil {
		return err
	}
	under := q
	under.Under = id
	row := u.row(f.Unit)
	p := unitpage.Page{
		Base: b, On: q.On, ID: id.String(), Name: f.Name, Kind: row.Kind, Gone: row.Gone, Facts: u.facts(f), Below: row.Below, All: under.url(unitsPath, ""),
		ShowsFilings: may(who, account.FilingRead), ShowsImports: may(who, account.ImportRead),
	}
	if f.Counted {
		p.People, p.Own, p.PeopleAt = people(f.People), people(f.Own), row.PeopleHref
	}
	for _, x := range f.Way {
		p.Way = append(p.Way, u.link(x))
	}
	for _, k := range f.Kinds {
		p.Kinds = append(p.Kinds, b.T("web_organisation.kind_n", b.T(k.Kind.Key()), b.Int(int64(k.N))))
	}
	for _, x := range f.Children {
		p.Children = append(p.Children, u.row(x))
	}
	for _, m := range f.Moves {
		p.Moves = append(p.Moves, u.move(m))
	}
	p.Leads = s.unitLeads(who, u, f)
	if p.History, err = s.unitHistory(r, u, f); err != nil {
		return err
	}
	if err := s.unitWork(r, &p, id); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, unitpage.Show(p))
}

// link names a unit; who may not open it has no address.
func (u unitPrinter) link(x registry.UnitRef) part.Link {
	l := part.Link{Label: x.Name}
	if x.Seen {
		l.Href = u.q.dated(unitURL(x.ID))
	}
	return l
}

// facts are what the unit is on the day.
func (u unitPrinter) facts(f *registry.UnitFile) []unitpage.Fact {
	d := u.words.File(f)
	out := []unitpage.Fact{{Label: u.T("web_organisation.code"), Value: d.Code}, {Label: u.T("web_organisation.kind"), Value: d.Kind.Name}}
	if f.ParentIs.ID != 0 {
		l := u.link(f.ParentIs)
		out = append(out, unitpage.Fact{Label: u.T("web_organisation.parent"), Unit: &l})
	}
	if f.UnionIs.ID != 0 && f.UnionIs.ID != f.ID && f.UnionIs.ID != f.ParentIs.ID {
		l := u.link(f.UnionIs)
		out = append(out, unitpage.Fact{Label: u.T("web_organisation.union"), Unit: &l})
	}
	row, owner := u.row(f.Unit), ""
	if f.Ownership != 0 {
		owner = d.Ownership.Name
	}
	industry := row.Section
	if d.Industry != "" {
		industry = d.Industry + " · " + row.Section
	}
	out = append(out, unitpage.Fact{Label: u.T("web.district"), Value: row.District}, unitpage.Fact{Label: u.T("web_organisation.industry"), Value: industry},
		unitpage.Fact{Label: u.T("web_organisation.ownership"), Value: owner}, unitpage.Fact{Label: u.T("web_organisation.size"), Value: row.Size},
		unitpage.Fact{Label: u.T("web_organisation.standing"), Value: d.Standing.Name}, unitpage.Fact{Label: u.T("web_organisation.founded"), Value: u.words.Value(f.Founded)})
	if f.EndedOn != 0 {
		out = append(out, unitpage.Fact{Label: u.T("web_organisation.ended"), Value: u.words.Value(f.EndedOn)})
	}
	return out
}

func (u unitPrinter) move(m registry.UnitMove) unitpage.Move {
	out := unitpage.Move{On: m.On, From: u.link(m.From), To: u.link(m.To), N: int64(m.N)}
	for _, x := range m.Units {
		out.Units = append(out.Units, u.link(x))
	}
	if m.To.Seen {
		under := u.q
		under.Under = m.To.ID
		out.List = under.url(unitsPath, "")
	}
	return out
}

// unitLeads are the ways on from a unit: its people, its figures, its place in the tree.
func (s *Server) unitLeads(who account.Actor, u unitPrinter, f *registry.UnitFile) []part.Link {
	var out []part.Link
	if may(who, account.WorkerRead) && f.Own > 0 {
		out = append(out, part.Link{Label: u.T("web_organisation.files"), Href: searched("/workers", registry.Filter{Employer: f.ID}, "")})
	}
	where, ok := whole(f.Unit)
	if !ok {
		where, ok = is(ledger.Employer, int64(f.ID)), true
	}
	for _, name := range unitFigures {
		if ind, known := s.Figures.Catalogue.Find(name); known && f.Counted {
			if to := u.figure(name, where, ok); to != "" {
				out = append(out, part.Link{Label: ind.TitleIn(string(u.Lang())), Href: to})
			}
		}
	}
	return append(out, part.Link{Label: u.T("web_organisation.in_tree"), Href: u.treeURL(f.ID)})
}

// unitHistory prints the rows about a unit, each with the file it came from. The row opens for who may open the file.
func (s *Server) unitHistory(r *http.Request, u unitPrinter, f *registry.UnitFile) ([]unitpage.Said, error) {
	var imports []int64
	for _, x := range f.History {
		if x.Import != 0 {
			imports = append(imports, x.Import)
		}
	}
	files, err := s.sources(r.Context(), imports)
	if err != nil {
		return nil, err
	}
	v, err := s.viewer(r)
	if err != nil {
		return nil, err
	}
	opens := map[int64]bool{}
	for id := range files {
		_, err := s.Intake.Find(r.Context(), v, intake.ImportID(id))
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		opens[id] = err == nil
	}
	tones := map[registry.Stand]part.Tone{registry.StandOverruled: part.Warn, registry.StandWithdrawn: part.Plain}
	out := make([]unitpage.Said, 0, len(f.History))
	for _, x := range f.History {
		said := unitpage.Said{On: x.AsOf, Stand: u.T("registry.unit_stand_" + string(x.Stand)), Tone: tones[x.Stand], Taken: x.Stand == registry.StandWithdrawn, Above: x.Stand == registry.StandAbove}
		for _, c := range x.Changes {
			said.Changes = append(said.Changes, unitpage.Change{Field: u.T("registry.unit_field_" + c.Field), From: u.value(c.From), To: u.value(c.To), New: x.Stand == registry.StandFirst})
		}
		fact, href := ledger.Fact{Import: x.Import, Line: ledger.Line(x.Line)}, ""
		switch {
		case opens[x.Import] && said.Taken: // its cells went with it
			href = importURL(intake.ImportID(x.Import))
		case opens[x.Import]:
			href = rowURL(fact, 0)
		}
		src := files[x.Import]
		said.Source = source(fact, src.Name, src.Sheets[fact.Line.Sheet()], href)
		out = append(out, said)
	}
	return out, nil
}

// value says a value of a changed field; units in the reader's letters.
func (u unitPrinter) value(v any) string {
	if x, ok := v.(registry.UnitRef); ok {
		return u.UnitName(x.Name)
	}
	return u.words.Value(v)
}

// unitWork adds what was asked of the unit and what it sent.
func (s *Server) unitWork(r *http.Request, p *unitpage.Page, id org.UnitID) error {
	if p.ShowsFilings {
		list, err := s.Filings.OfUnit(r.Context(), visitOf(r).actor, id)
		if err != nil {
			return err
		}
		for _, f := range list {
			p.Filings = append(p.Filings, unitpage.Filing{Href: filingURL(f.ID), Title: f.Title, State: filingTone(f.State), StateWord: p.T(f.State.Key()), DueOn: f.DueOn})
		}
	}
	if !p.ShowsImports {
		return nil
	}
	v, err := s.viewer(r)
	if err != nil {
		return err
	}
	list, total, err := s.Intake.List(r.Context(), v, intake.Filter{Unit: int64(id), Limit: unitImports})
	if err != nil {
		return err
	}
	for _, x := range list {
		label := x.Name + " · " + p.T("intake.state_"+string(x.State))
		if day, ok := x.Day(); ok {
			label += " · " + p.DayShort(day)
		}
		p.Imports = append(p.Imports, part.Link{Label: label, Href: importURL(x.ID)})
	}
	if total > len(list) {
		p.Imports = append(p.Imports, part.Link{Label: p.T("web_organisation.imports_more", strconv.Itoa(total-len(list))), Href: "/imports"})
	}
	return nil
}
