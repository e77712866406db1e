package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	homepage "tuoxing/internal/web/page/home"
	"tuoxing/internal/web/part"
)

// headlines are the figures of the home page, two rows of three; companions stand on their cards.
var headlines = []string{
	"employees", "industrial_workers", "highly_skilled_per_10k",
	"skilled_ever", "skilled_ever_industrial", "highly_skilled_ever", "highly_skilled_ever_industrial", "employed",
}

// recentImports is how many imports the home page lists.
const recentImports = 6

// getHome greets the reader with what their role is about.
func (s *Server) getHome(w http.ResponseWriter, r *http.Request) error {
	if isOwn(visitOf(r).actor) {
		http.Redirect(w, r, "/me/file", http.StatusSeeOther)
		return nil
	}
	q, err := s.askedOf(r)
	if err != nil {
		return err
	}
	q.by, q.where, q.conds = nil, nil, nil
	who, b := visitOf(r).actor, s.base(r)
	p := homepage.Page{Base: b, Scope: scopeWords(b, who), On: q.on, Pinned: q.block != 0, CanImport: may(who, account.ImportWrite), Figures: may(who, account.FigureRead), Imported: may(who, account.ImportRead)}
	if p.Figures {
		if err := s.homeFigures(r, &p, q); err != nil {
			return err
		}
	}
	if p.Imported {
		if err := s.homeImports(r, &p); err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, homepage.Show(p))
}

func (s *Server) homeFigures(r *http.Request, p *homepage.Page, q asked) error {
	var list []*figure.Indicator
	for _, name := range headlines {
		if ind, ok := s.Figures.Catalogue.Find(name); ok { // a city may have another catalogue
			list = append(list, ind)
		}
	}
	values, err := s.values(r, q, list)
	if err != nil {
		return err
	}
	cards, of, err := s.cards(r, p.Base, q, values)
	if err != nil {
		return err
	}
	for i, c := range cards {
		p.Block = c.Block
		if ind := of[i].Indicator; ind.Count != nil && ind.Count.Fact == ledger.Statistic.String() {
			cards[i].Note = p.T("web_home.outside")
		}
	}
	if p.Block == 0 {
		return nil
	}
	p.Cards = cards
	if p.District, err = s.chart(r, p.Base, q, "employees", ledger.District, "bar"); err != nil {
		return err
	}
	if len(p.District.Rows) < 2 { // one district's own page: its industries say more
		if p.District, err = s.chart(r, p.Base, q, "employees", ledger.Section, "bar"); err != nil {
			return err
		}
	}
	p.Rank, err = s.chart(r, p.Base, q, "skilled_ever", ledger.RankEver, "stack")
	return err
}

// chart is a figure by one dimension, in the official order. A catalogue without it gives an empty
// chart.
func (s *Server) chart(r *http.Request, b part.Base, q asked, name string, d ledger.Dim, kind string) (part.Chart, error) {
	if _, ok := s.Figures.Catalogue.Find(name); !ok {
		return part.Chart{Kind: kind}, nil
	}
	v, err := s.Figures.Value(r.Context(), visitOf(r).actor, q.cut(d).request(name))
	if err != nil {
		return part.Chart{}, err
	}
	l, err := s.Figures.Labels(r.Context(), q.on, b.Printer)
	if err != nil {
		return part.Chart{}, err
	}
	l.Sort(v.By, v.Cells)
	c := part.Chart{Kind: kind, Title: b.T("web_home.chart", v.TitleIn(string(b.Lang())), l.Dim(d)), Head: l.Dim(d), Total: quantity(v.Indicator, v.Total)}
	for _, cell := range v.Cells {
		c.Rows = append(c.Rows, part.ChartRow{Label: labelOf(b, l, d, cell.Keys[0]), Value: quantity(v.Indicator, cell), Shade: shade(d, cell.Keys[0]), Href: q.and(is(d, cell.Keys[0])).url(figureURL(name))})
	}
	return c, nil
}

// homeImports lists the last imports and what waits for the reader.
func (s *Server) homeImports(r *http.Request, p *homepage.Page) error {
	v, err := s.viewer(r)
	if err != nil {
		return err
	}
	list, _, err := s.Intake.List(r.Context(), v, intake.Filter{Limit: recentImports})
	if err != nil {
		return err
	}
	lines, err := s.importLines(r.Context(), p.Base, list)
	if err != nil {
		return err
	}
	for _, l := range lines {
		p.Imports = append(p.Imports, homepage.Import{Href: l.Href, File: l.File, Kind: l.Kind, On: l.On, State: l.State.Tone(), StateWord: l.State.Word(p.Base), Accepted: l.Counts.Accepted + l.Counts.Mended, At: l.At})
	}
	if !p.CanImport {
		return nil
	}
	return s.next(r, p, v)
}

func (s *Server) next(r *http.Request, p *homepage.Page, v intake.Viewer) error {
	text, href, err := s.nextFilings(r, p.Base)
	if err != nil {
		return err
	}
	if text != "" {
		p.Next = append(p.Next, homepage.Next{Icon: "building", Text: text, Href: href})
	}
	_, staged, err := s.Intake.List(r.Context(), v, intake.Filter{State: intake.Staged, Limit: 1})
	if err != nil {
		return err
	}
	if staged > 0 {
		p.Next = append(p.Next, homepage.Next{Icon: "file-import", Text: p.T("web_home.next_staged", strconv.Itoa(staged)), Href: "/imports?state=" + string(intake.Staged)})
	}
	open, err := s.Registry.OpenLeavers(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(open)) {
		x, err := s.Intake.Find(r.Context(), v, id)
		if fault.Is(err, fault.NotFound) { // people of this unit in a file of another: theirs to decide
			continue
		}
		if err != nil {
			return err
		}
		p.Next = append(p.Next, homepage.Next{Icon: "users", Text: p.T("web_home.next_leavers", p.Int(int64(open[id])), x.Name), Href: importURL(id) + "#leavers"})
	}
	return nil
}
