package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	figurepage "tuoxing/internal/web/page/figure"
	"tuoxing/internal/web/part"
)

// values answers several figures of one address; filters and cuts do not apply to a list.
func (s *Server) values(r *http.Request, q asked, list []*figure.Indicator) ([]*figure.Value, error) {
	q.by, q.where, q.conds = nil, nil, nil
	out := make([]*figure.Value, len(list))
	for i, ind := range list {
		v, err := s.Figures.Value(r.Context(), visitOf(r).actor, q.request(ind.Name))
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// companion finds the figure that a figure is a part of in another population (其中产业工人);
// it stands on that figure's card.
func (s *Server) companion(ind *figure.Indicator) (of *figure.Indicator, ok bool) {
	if ind.PartOf == "" {
		return nil, false
	}
	of, ok = s.Figures.Catalogue.Find(ind.PartOf)
	return of, ok && of.Population != ind.Population
}

// card is a figure at a glance.
func card(b part.Base, q asked, v *figure.Value) part.Card {
	return part.Card{Name: v.TitleIn(string(b.Lang())), Value: quantity(v.Indicator, v.Total), Href: q.url(figureURL(v.Name)), On: v.On, Block: v.Block}
}

// cards are the cards of figures in the order of the catalogue, companions on the card they
// belong to.
func (s *Server) cards(r *http.Request, b part.Base, q asked, values []*figure.Value) (cards []part.Card, of []*figure.Value, err error) {
	q.by, q.where, q.conds = nil, nil, nil
	for _, v := range values {
		parent, ok := s.companion(v.Indicator)
		i := -1
		if ok {
			i = slices.IndexFunc(of, func(o *figure.Value) bool { return o.Name == parent.Name })
		}
		if i >= 0 && cards[i].With == nil {
			cards[i].With = &part.Companion{Name: b.T("web_figure.of_" + v.Population), Value: quantity(v.Indicator, v.Total), Href: q.url(figureURL(v.Name))}
			continue
		}
		c := card(b, q, v)
		if c.Trend, err = s.trend(r, b, q, v); err != nil {
			return nil, nil, err
		}
		cards, of = append(cards, c), append(of, v)
	}
	return cards, of, nil
}

// trend is how a figure stood on the same day of the years before.
func (s *Server) trend(r *http.Request, b part.Base, q asked, v *figure.Value) (*part.Trend, error) {
	points, err := s.Figures.Years(r.Context(), visitOf(r).actor, q.request(v.Name), figure.PastYears)
	if err != nil {
		return nil, err
	}
	t := &part.Trend{}
	for _, p := range points {
		t.Points = append(t.Points, part.TrendPoint{On: p.On, Value: quantity(v.Indicator, p.Cell), N: p.Cell.Value})
	}
	if len(points) < 2 {
		return nil, nil
	}
	now, before := points[len(points)-1].Cell, points[len(points)-2].Cell
	if !now.Defined || !before.Defined {
		return t, nil
	}
	by := now.Value - before.Value
	t.Up, t.Change = cmp.Compare(by, 0), signed(b, by)+" "+b.UnitWord(unitOf(v.Indicator))
	key := map[int]string{1: "web_figure.more_than_before", -1: "web_figure.less_than_before"}[t.Up]
	switch {
	case by == 0:
		t.Words = b.T("web_figure.as_before")
	case before.Value == 0:
		t.Words = b.T("web_figure.new_since")
	default:
		t.Words = b.T(key, tenths(b, by, before.Value))
	}
	return t, nil
}

// tenths is a share in per cent with one decimal, rounded half up, without its sign: the words say which way.
func tenths(b part.Base, by, of int64) string {
	by, of = max(by, -by), max(of, -of)
	n := (2*1000*by + of) / (2 * of)
	return b.Number(strconv.FormatInt(n/10, 10)+"."+strconv.FormatInt(n%10, 10)) + "%"
}

// groupOf is the heading under which a figure stands in the list.
func groupOf(ind *figure.Indicator) string {
	switch {
	case ind.Ratio != nil || ind.Count.Fact == ledger.Statistic.String():
		return "web_figure.group_outside"
	case slices.ContainsFunc(ind.Count.Where, func(c figure.Condition) bool { return c.Dim == ledger.Rank || c.Dim == ledger.RankEver }):
		return "web_figure.group_skills"
	}
	return "web_figure.group_rosters"
}

// getFigures lists all figures of a day.
func (s *Server) getFigures(w http.ResponseWriter, r *http.Request) error {
	q, err := s.askedOf(r)
	if err != nil {
		return err
	}
	values, err := s.values(r, q, s.Figures.Catalogue.List())
	if err != nil {
		return err
	}
	b := s.base(r)
	p := figurepage.ListPage{Base: b, Scope: scopeWords(b, visitOf(r).actor), On: q.on, Pinned: q.block != 0, CanImport: may(visitOf(r).actor, "import.write")}
	cards, of, err := s.cards(r, b, q, values)
	if err != nil {
		return err
	}
	for i, c := range cards {
		p.Block = c.Block
		name := b.T(groupOf(of[i].Indicator))
		g := slices.IndexFunc(p.Groups, func(g figurepage.Group) bool { return g.Name == name })
		if g < 0 {
			g, p.Groups = len(p.Groups), append(p.Groups, figurepage.Group{Name: name})
		}
		p.Groups[g].Cards = append(p.Groups[g].Cards, c)
	}
	if p.Block == 0 {
		p.Groups = nil // nothing was ever entered: say what to do instead of a page of noughts
	}
	return s.render(w, r, http.StatusOK, figurepage.List(p))
}

// getFigure shows one figure with its definition and its cells.
func (s *Server) getFigure(w http.ResponseWriter, r *http.Request) error {
	q, err := s.askedOf(r)
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	if form := r.URL.Query(); form.Has("of") { // a filter was chosen: it stands in the address like any other
		http.Redirect(w, r, q.picked(ledger.Dim(form.Get("of")), form["is"]).url(figureURL(name)), http.StatusSeeOther)
		return nil
	}
	if ind, ok := s.Figures.Catalogue.Find(name); ok && len(q.by) == 0 {
		q.by = nextCut(ind, q)
	}
	v, err := s.Figures.Value(r.Context(), visitOf(r).actor, q.request(name))
	if err != nil {
		return err
	}
	b := s.base(r)
	l, err := s.Figures.Labels(r.Context(), q.on, b.Printer)
	if err != nil {
		return err
	}
	p := figurepage.Page{
		Base: b, ID: name, Name: v.TitleIn(string(b.Lang())), Definition: v.DefinitionIn(string(b.Lang())), Value: quantity(v.Indicator, v.Total),
		On: v.On, Block: v.Block, Pinned: q.block != 0, Scope: scopeWords(b, visitOf(r).actor), Keep: q.keep(),
		Sides: s.sides(b, q, v),
	}
	p.Chips = s.chips(r, q, figureURL(name), l)
	said := l.Speaker(visitOf(r).actor, s.Demo).Say(v)
	p.ZH, p.EN = said.ZH, said.EN
	if p.Trend, err = s.trend(r, b, q, v); err != nil {
		return err
	}
	if v.Ratio == nil {
		p.Rows = q.cut().url(figureURL(name, "rows"))
	}
	l.Sort(v.By, v.Cells)
	cellsOf(&p, q, v, l)
	if p.Picker, err = s.picker(r, q, v, l); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, figurepage.Show(p))
}

// sides are the numerator and the denominator of a rate.
func (s *Server) sides(b part.Base, q asked, v *figure.Value) []figurepage.Side {
	if v.Ratio == nil {
		return nil
	}
	side := func(role, name string, n int64) figurepage.Side {
		ind, ok := s.Figures.Catalogue.Find(name)
		if !ok { // a catalogue is read whole or not at all
			return figurepage.Side{}
		}
		return figurepage.Side{Role: b.T(role), Name: ind.TitleIn(string(b.Lang())), Value: quantity(ind, figure.Cell{Value: n, Defined: true}), Href: q.url(figureURL(name))}
	}
	return []figurepage.Side{
		side("web_figure.numerator", v.Ratio.Numerator, v.Total.Numerator),
		side("web_figure.denominator", v.Ratio.Denominator, v.Total.Denominator),
	}
}

// drill is the order in which a figure is cut when the reader does not say, and into which a
// cell leads on.
var drill = []ledger.Dim{ledger.District, ledger.Section, ledger.RankEver, ledger.Rank, ledger.Age, ledger.Sex, ledger.Class}

// nextCut is the first dimension of drill that the figure has and that is not filtered yet.
func nextCut(ind *figure.Indicator, q asked) []ledger.Dim {
	for _, d := range drill {
		filtered := slices.ContainsFunc(q.conds, func(c ledger.Cond) bool { return c.Dim == d })
		if slices.Contains(ind.By, d) && !slices.Contains(q.by, d) && !filtered {
			return []ledger.Dim{d}
		}
	}
	return nil
}
