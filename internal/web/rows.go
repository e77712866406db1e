package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	figurepage "tuoxing/internal/web/page/figure"
	"tuoxing/internal/web/part"
)

// place is where a page of a list begins: the key of the row before, and how many rows are
// before it, which is only for the words below the list.
type place struct {
	after int64
	done  int64
}

func placeOf(form url.Values) (place, error) {
	var p place
	var err error
	if text := form.Get("after"); text != "" {
		if p.after, err = strconv.ParseInt(text, 10, 64); err != nil || p.after < 0 {
			return p, fieldFault("after", "web.after_unreadable")
		}
		// A wrong count is shown as none: it decides nothing.
		if p.done, err = strconv.ParseInt(form.Get("done"), 10, 64); err != nil || p.done < 0 {
			p.done = 0
		}
	}
	return p, nil
}

func (p place) pager(shown, total int64, first, next string) part.Pager {
	out := part.Pager{From: p.done + 1, To: p.done + shown, Total: total, Next: next}
	if p.after != 0 {
		out.First = first
	}
	return out
}

// getRows opens a figure to the people or things behind it. A rate opens by its two sides, which
// stand on its own page.
func (s *Server) getRows(w http.ResponseWriter, r *http.Request) error {
	q, err := s.askedOf(r)
	if err != nil {
		return err
	}
	at, err := placeOf(r.URL.Query())
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	o, err := s.Figures.Open(r.Context(), visitOf(r).actor, q.cut().request(name), at.after, figure.PageSize)
	if err != nil {
		return err
	}
	if o.Ratio != nil {
		http.Redirect(w, r, q.url(figureURL(name)), http.StatusSeeOther)
		return nil
	}
	b := s.base(r)
	l, err := s.Figures.Labels(r.Context(), q.on, b.Printer)
	if err != nil {
		return err
	}
	path := figureURL(name, "rows")
	p := figurepage.RowsPage{
		Base: b, ID: name, Name: o.TitleIn(string(b.Lang())), Value: quantity(o.Indicator, o.Value.Total), On: o.On, Block: o.Block, Figure: q.url(figureURL(name)),
		Count: int64(o.Total), Sum: o.Quantity,
	}
	p.Chips = s.chips(r, q, path, l)
	if may(visitOf(r).actor, "worker.export") {
		p.CSV, p.XLSX = q.url(figureURL(name, "rows.csv")), q.url(figureURL(name, "rows.xlsx"))
	}
	for _, row := range o.Rows {
		p.Rows = append(p.Rows, s.rowOf(r, b, l, o.Indicator, row))
	}
	next := ""
	if o.Next != "" {
		next = q.url(path, "after", o.Next, "done", strconv.FormatInt(at.done+int64(len(o.Rows)), 10))
	}
	p.Pager = at.pager(int64(len(o.Rows)), int64(o.Total), q.url(path), next)
	return s.render(w, r, http.StatusOK, figurepage.Rows(p))
}

// rowOf prints one row of an opened figure.
func (s *Server) rowOf(r *http.Request, b part.Base, l *figure.Labels, ind *figure.Indicator, row figure.Row) figurepage.Row {
	f := row.Fact.Fact
	out := figurepage.Row{
		Name: row.Name, Employer: unitOrNone(b, l, f), District: l.Of(ledger.District, int64(f.District)), Rank: l.Of(rankOf(ind, f)),
		On: f.OccurredOn, Cause: causeWord(b, l, f.Cause), Quantity: row.Quantity,
	}
	href := ""
	switch {
	case row.Worker == 0:
		out.State, out.Rank = figurepage.Thing, ""
		out.Name = l.Of(ledger.District, int64(f.District))
		if visitOf(r).actor.Scope.All { // the file is the city's own
			href = rowURL(f, 0)
		}
	case row.Name == "":
		out.State = figurepage.Elsewhere
	default:
		out.Href, href = workerURL(row.Worker), rowURL(f, row.Worker)
	}
	out.From = source(f, row.File, row.Sheet, href)
	return out
}

// unitOrNone names the employer of a fact; people without one are in the stock too.
func unitOrNone(b part.Base, l *figure.Labels, f ledger.Fact) string {
	if f.Employer == 0 {
		return b.T("web_figure.no_employer")
	}
	return l.Of(ledger.Employer, f.Employer)
}

// rankOf is the level that a figure is about: the one held now if it filters by it, else the
// highest ever held.
func rankOf(ind *figure.Indicator, f ledger.Fact) (ledger.Dim, int64) {
	if ind.Count != nil {
		for _, c := range ind.Count.Where {
			if c.Dim == ledger.Rank {
				return ledger.Rank, int64(f.Rank)
			}
		}
	}
	return ledger.RankEver, int64(f.RankEver)
}

func workerURL(id int64) string { return "/workers/" + strconv.FormatInt(id, 10) }

// rowURL opens the row of a file that a fact came from; worker is the person it is about.
func rowURL(f ledger.Fact, worker int64) string {
	if f.Import == 0 {
		return ""
	}
	to := "/imports/" + strings.Join([]string{strconv.FormatInt(f.Import, 10), "rows", strconv.Itoa(f.Line.Sheet()), strconv.Itoa(f.Line.Row())}, "/")
	if worker != 0 {
		to += "?worker=" + strconv.FormatInt(worker, 10)
	}
	return to
}
