package web

import (
	"net/http"
	"net/url"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	unitpage "tuoxing/internal/web/page/organisation"
	"tuoxing/internal/web/part"
)

// unitsAsked is what the address of the list of units says. The day is repeated in links only when it was said.
type unitsAsked struct {
	registry.UnitFilter
	said bool // the day was said
}

// unitsOf reads the filters of the list of units; all that cannot be read is told at once.
func (s *Server) unitsOf(form url.Values) (unitsAsked, place, error) {
	q := unitsAsked{UnitFilter: registry.UnitFilter{On: date.On(s.Now()), Order: listing.Order(form.Get("sort")), Limit: perPage,
		Filter: org.Filter{Text: form.Get("q"), Kind: org.Kind(form.Get("kind")), Section: form.Get("section"), Ended: form.Get("ended") != ""}}}
	var c fault.Check
	if text := form.Get("on"); text != "" {
		day, err := date.Parse(text)
		if err != nil {
			c.Add("on", "web_figure.on_unreadable", text)
		}
		q.said = day != q.On
		q.On = day
	}
	number := func(name string, allowed []string) int {
		text := form.Get(name)
		if text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			listing.OneOf(&c, name, text, allowed)
		}
		return n
	}
	q.District, q.Size, q.Ownership = int32(number("district", registry.DistrictCodes())), org.Size(number("size", registry.Codes(org.Sizes()))), org.Ownership(number("ownership", registry.Codes(org.Ownerships())))
	if err := q.Under.UnmarshalText([]byte(form.Get("under"))); err != nil {
		c.Add("under", "web_organisation.filter_unreadable", form.Get("under"))
	}
	at, err := placeOf(form)
	if err != nil {
		return q, at, err
	}
	q.After = org.UnitID(at.after)
	return q, at, c.Err()
}

// url is the address of a list of units with these filters, without one of them if named, and with more behind.
func (q unitsAsked) url(path, without string, more ...string) string {
	form := url.Values{}
	add := func(name, value string) {
		if name != without && value != "" && value != "0" {
			form.Set(name, value)
		}
	}
	if q.said {
		add("on", q.On.String())
	}
	add("q", q.Text)
	add("kind", string(q.Kind))
	add("district", strconv.Itoa(int(q.District)))
	add("section", q.Section)
	add("size", strconv.Itoa(int(q.Size)))
	add("ownership", strconv.Itoa(int(q.Ownership)))
	if q.Ended {
		add("ended", "1")
	}
	add("under", q.Under.String())
	add("sort", string(q.Order))
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if len(form) == 0 {
		return path
	}
	return path + "?" + form.Encode()
}

const unitsPath = "/organisations"

func unitURL(id org.UnitID) string { return unitsPath + "/" + id.String() }

// dated adds the day to an address, when it was said.
func (q unitsAsked) dated(path string) string {
	if !q.said {
		return path
	}
	return path + "?" + url.Values{"on": {q.On.String()}}.Encode()
}

// getUnits lists the units of the reader's subtree as they were on a day.
func (s *Server) getUnits(w http.ResponseWriter, r *http.Request) error {
	q, at, err := s.unitsOf(r.URL.Query())
	if err != nil {
		return err
	}
	who, b := visitOf(r).actor, s.base(r)
	b.Path = q.url(unitsPath, "")
	list, total, more, err := s.Registry.ListUnits(r.Context(), who, q.UnitFilter)
	if err != nil {
		return err
	}
	u, err := s.unitPrinter(r, b, q)
	if err != nil {
		return err
	}
	tree := unitsAsked{UnitFilter: registry.UnitFilter{On: q.On}, said: q.said}.url(unitsPath+"/tree", "", treeAt(q.Under)...)
	p := unitpage.ListPage{
		Base: b, On: q.On, Query: q.Text, Filters: u.filters(), Total: int64(total), CanImport: may(who, account.ImportWrite), Tree: tree,
		CSV: q.url(unitsPath+".csv", "sort"), XLSX: q.url(unitsPath+".xlsx", "sort"),
	}
	if p.Columns, p.Picker, err = s.columnsOf(r, b, registry.UnitColumns); err != nil {
		return err
	}
	p.Columns = sorted(p.Columns, ordering(p.Columns, "name", "code", "district", "industry", "ownership", "size", "people"), q.Order, func(o listing.Order) string {
		other := q
		other.Order = o
		return other.url(unitsPath, "")
	})
	if p.Chips, err = s.unitChips(r, u); err != nil {
		return err
	}
	for _, k := range []part.Pair{{Label: "under", Value: q.Under.String()}, {Label: "sort", Value: string(q.Order)}} {
		if k.Value != "" && k.Value != "0" {
			p.Keep = append(p.Keep, k)
		}
	}
	for _, x := range list {
		p.Rows = append(p.Rows, u.row(x))
	}
	next := ""
	if more {
		next = q.url(unitsPath, "", "after", list[len(list)-1].ID.String(), "done", strconv.FormatInt(at.done+int64(len(list)), 10))
	}
	p.Pager = at.pager(int64(len(list)), int64(total), q.url(unitsPath, ""), next)
	return s.render(w, r, http.StatusOK, unitpage.List(p))
}

func treeAt(id org.UnitID) []string {
	if id == 0 {
		return nil
	}
	return []string{"at", id.String()}
}

// getUnitsFile gives the list of units out, its filters being those of the page.
func (s *Server) getUnitsFile(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, _, err := s.unitsOf(r.URL.Query())
		if err != nil {
			return err
		}
		return s.send(w, r, export.Request{List: export.Organisations, Format: form, Units: q.UnitFilter})
	}
}

// unitPrinter prints units as of a day.
type unitPrinter struct {
	part.Base
	q     unitsAsked
	words registry.Words
	open  bool // the reader may open figures
}

func (s *Server) unitPrinter(r *http.Request, b part.Base, q unitsAsked) (unitPrinter, error) {
	l, err := s.Figures.Labels(r.Context(), q.On, b.Printer)
	if err != nil {
		return unitPrinter{}, err
	}
	return unitPrinter{Base: b, q: q, words: registry.Words{Printer: b.Printer, Of: l.Of}, open: may(visitOf(r).actor, account.FigureRead)}, nil
}

// row prints a unit of a list.
func (u unitPrinter) row(x registry.Unit) unitpage.Row {
	d := u.words.Unit(x)
	out := unitpage.Row{Href: u.q.dated(unitURL(x.ID)), Name: x.Name, Code: x.Code, Kind: d.Kind.Name, Section: d.Section.Name, Below: int64(x.Below)}
	if x.District != 0 {
		out.District = d.District.Name
	}
	if x.Size != 0 {
		out.Size = d.Size.Name
	}
	if x.Ownership != 0 {
		out.Ownership = d.Ownership.Name
	}
	if out.Class = d.Industry; d.Parent != nil {
		out.Parent = d.Parent.Name
	}
	if x.Standing != org.Living {
		out.Gone = d.Standing.Name
	}
	if x.Counted {
		out.People = u.Exact(people(x.People))
		where, ok := whole(x)
		out.PeopleHref = u.figure("employees", where, ok)
	}
	return out
}

func people(n int64) part.Quantity {
	return part.Quantity{Value: strconv.FormatInt(n, 10), Unit: part.Person}
}

// whole is the filter of a figure that counts a unit and all below it; ok is false where the ledger knows no such cut.
func whole(x registry.Unit) (where string, ok bool) {
	switch {
	case x.Kind == org.City:
		return "", true
	case x.Union == x.ID:
		return is(ledger.Union, int64(x.ID)), true
	case x.Below == 0:
		return is(ledger.Employer, int64(x.ID)), true
	}
	return "", false
}

// figure is the address of a figure under a filter on the day; empty when the reader may not open it or it has no such cut.
func (u unitPrinter) figure(name, where string, ok bool) string {
	if !u.open || !ok {
		return ""
	}
	q := asked{on: u.q.On, onSaid: u.q.said}
	if where != "" {
		q = q.and(where)
	}
	return q.url(figureURL(name))
}

// filters are the selects of the list.
func (u unitPrinter) filters() []part.Field {
	b, q := u.Base, u.q
	all := part.Option{Label: b.T("web.all")}
	kinds, districts, sections, sizes, owners := []part.Option{all}, []part.Option{all}, []part.Option{all}, []part.Option{all}, []part.Option{all}
	for _, k := range org.Kinds {
		kinds = append(kinds, part.Option{Value: string(k), Label: b.T(k.Key())})
	}
	for _, d := range cn.Zhenjiang() {
		districts = append(districts, part.Option{Value: d.Code, Label: u.words.Of(ledger.District, int64(cn.RegionNumber(d.Code)))})
	}
	for l := 'A'; l <= 'T'; l++ {
		sections = append(sections, part.Option{Value: string(l), Label: string(l) + " " + b.T("cn.section."+string(l))})
	}
	for _, z := range org.Sizes() {
		sizes = append(sizes, part.Option{Value: strconv.Itoa(int(z)), Label: b.T(z.Key())})
	}
	for _, o := range org.Ownerships() {
		owners = append(owners, part.Option{Value: strconv.Itoa(int(o)), Label: b.T(o.Key())})
	}
	ended := ""
	if q.Ended {
		ended = "1"
	}
	return []part.Field{
		{Name: "kind", Label: b.T("web_organisation.kind"), Value: string(q.Kind), Options: kinds},
		{Name: "district", Label: b.T("web.district"), Value: strconv.Itoa(int(q.District)), Options: districts},
		{Name: "section", Label: b.T("web_organisation.section"), Value: q.Section, Options: sections},
		{Name: "size", Label: b.T("web_organisation.size"), Value: strconv.Itoa(int(q.Size)), Options: sizes},
		{Name: "ownership", Label: b.T("web_organisation.ownership"), Value: strconv.Itoa(int(q.Ownership)), Options: owners},
		{Name: "ended", Label: b.T("web_organisation.standing"), Value: ended, Options: []part.Option{{Label: b.T("web_organisation.living_only")}, {Value: "1", Label: b.T("web_organisation.ended_too")}}},
	}
}

// unitChips are the filters in force, each with the address without it.
func (s *Server) unitChips(r *http.Request, u unitPrinter) ([]part.Chip, error) {
	b, q := u.Base, u.q
	var out []part.Chip
	chip := func(name, label, value string) {
		out = append(out, part.Chip{Label: label, Value: value, Remove: q.url(unitsPath, name)})
	}
	if q.said {
		chip("on", b.T("web.as_of"), b.DayShort(q.On))
	}
	if q.Text != "" {
		chip("q", b.T("web_organisation.search"), q.Text)
	}
	if q.Kind != "" {
		chip("kind", b.T("web_organisation.kind"), b.T(q.Kind.Key()))
	}
	if q.District != 0 {
		chip("district", b.T("web.district"), u.words.Of(ledger.District, int64(q.District)))
	}
	if q.Section != "" {
		chip("section", b.T("web_organisation.section"), b.T("cn.section."+q.Section))
	}
	if q.Size != 0 {
		chip("size", b.T("web_organisation.size"), b.T(q.Size.Key()))
	}
	if q.Ownership != 0 {
		chip("ownership", b.T("web_organisation.ownership"), b.T(q.Ownership.Key()))
	}
	if q.Ended {
		chip("ended", b.T("web_organisation.standing"), b.T("web_organisation.ended_too"))
	}
	if q.Under != 0 {
		l, err := s.Figures.Labels(r.Context(), q.On, b.Printer)
		if err != nil {
			return nil, err
		}
		chip("under", b.T("web_organisation.under"), b.UnitName(l.NameFor(visitOf(r).actor.Scope, ledger.Employer, int64(q.Under))))
	}
	if q.Order != "" {
		way := b.T("web.sort_up")
		if q.Order.Down() {
			way = b.T("web.sort_down")
		}
		chip("sort", b.T("web.sort"), b.T("web_organisation.by_"+q.Order.Name())+" "+way)
	}
	return out, nil
}

// getUnitTree opens the tree of units from the top down to the one that the address names.
func (s *Server) getUnitTree(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	q, _, err := s.unitsOf(url.Values{"on": form["on"]})
	if err != nil {
		return err
	}
	var at org.UnitID
	if err := at.UnmarshalText([]byte(form.Get("at"))); err != nil {
		return err
	}
	levels, _, err := s.Registry.UnitTree(r.Context(), visitOf(r).actor, q.On, at)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = q.url(unitsPath+"/tree", "", treeAt(at)...)
	u, err := s.unitPrinter(r, b, q)
	if err != nil {
		return err
	}
	p := unitpage.TreePage{Base: b, On: q.On, List: q.url(unitsPath, "")}
	if at != 0 {
		p.At = at.String()
		under := q
		under.Under = at
		p.List = under.url(unitsPath, "")
	}
	if len(levels) > 0 {
		p.Rows = u.nodes(levels, 0, at)
	}
	return s.render(w, r, http.StatusOK, unitpage.Tree(p))
}

// nodes prints the opened tree from one level down: the unit of the level, and under it its units, one of which may be the next level.
func (u unitPrinter) nodes(levels []registry.UnitLevel, depth int, at org.UnitID) []unitpage.Node {
	l := levels[depth]
	top := unitpage.Node{Row: u.row(l.Unit), ID: l.Unit.ID.String(), Level: depth, Open: l.Total > 0, Current: l.Unit.ID == at}
	if depth > 0 && l.Total > 0 { // closing it opens the one above
		top.Toggle = u.treeURL(levels[depth-1].Unit.ID)
	}
	out := []unitpage.Node{top}
	last := 0
	for _, x := range l.Under {
		if depth+1 < len(levels) && x.ID == levels[depth+1].Unit.ID {
			out = append(out, u.nodes(levels, depth+1, at)...)
			continue
		}
		n := unitpage.Node{Row: u.row(x), ID: x.ID.String(), Level: depth + 1}
		if x.Below > 0 {
			n.Toggle = u.treeURL(x.ID)
		}
		out = append(out, n)
	}
	if last = len(out) - 1; l.Total > len(l.Under) {
		under := u.q
		under.Under = l.Unit.ID
		out[last].More, out[last].MoreN = under.url(unitsPath, ""), int64(l.Total-len(l.Under))
	}
	return out
}

func (u unitPrinter) treeURL(id org.UnitID) string {
	return u.q.url(unitsPath+"/tree", "", treeAt(id)...) + "#u-" + id.String()
}
