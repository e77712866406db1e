package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/web/part"
)

// asked is what the address of a page of figures says. What it does not say (the day, the
// block) moves on with time, so links repeat only what was said.
type asked struct {
	on     date.Day
	onSaid bool
	block  int64 // 0: as known now
	by     []ledger.Dim
	where  []string // as written
	conds  []ledger.Cond
	sort   listing.Order // of the cells; empty: the official order
	pick   ledger.Dim    // the dimension whose values are being chosen as a filter; in no link
}

// askedOf reads the address. All that cannot be read is told at once.
func (s *Server) askedOf(r *http.Request) (asked, error) {
	form := r.URL.Query()
	q := asked{on: date.On(s.Now())}
	var c fault.Check
	if text := form.Get("on"); text != "" {
		day, err := date.Parse(text)
		if err != nil {
			c.Add("on", "web_figure.on_unreadable", text)
		}
		q.on, q.onSaid = day, true
	}
	if text := form.Get("block"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			c.Add("block", "web_figure.block_unreadable", text)
		}
		q.block = n
	}
	for _, text := range form["by"] {
		for _, d := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
			q.by = append(q.by, ledger.Dim(d))
		}
	}
	q.by = slices.Compact(q.by)
	for _, text := range form["where"] {
		if strings.TrimSpace(text) == "" {
			continue
		}
		cond, err := figure.ParseWhere(text)
		for _, f := range fault.Fields(err) {
			c.Add(f.Name, f.Key, f.Args...)
		}
		q.where, q.conds = append(q.where, text), append(q.conds, cond)
	}
	q.pick = ledger.Dim(form.Get("pick"))
	q.sort = listing.Order(form.Get("sort"))
	if _, _, err := cellOrders.Of(q.sort); err != nil {
		for _, f := range fault.Fields(err) {
			c.Add(f.Name, f.Key, f.Args...)
		}
	}
	return q, c.Err()
}

// request is the question to the figure module.
func (q asked) request(name string) figure.Request {
	return figure.Request{Name: name, On: q.on, Block: q.block, By: q.by, Where: q.conds}
}

// and adds a filter.
func (q asked) and(where string) asked {
	if !slices.Contains(q.where, where) {
		q.where = append(slices.Clone(q.where), where)
	}
	return q
}

// without takes a filter away.
func (q asked) without(i int) asked {
	q.where = slices.Delete(slices.Clone(q.where), i, i+1)
	return q
}

// unfiltered drops the filters on a dimension, and gives the values that they kept.
func (q asked) unfiltered(d ledger.Dim) (asked, []int64) {
	var kept []int64
	out := q
	out.where, out.conds, out.pick = nil, nil, ""
	for i, c := range q.conds {
		if c.Dim == d {
			kept = append(kept, c.In...)
			continue
		}
		out.where, out.conds = append(out.where, q.where[i]), append(out.conds, c)
	}
	return out, kept
}

// picked puts a filter of several values in the place of those on its dimension; without values there is none.
func (q asked) picked(d ledger.Dim, values []string) asked {
	out, _ := q.unfiltered(d)
	if len(values) > 0 {
		out.where = append(out.where, string(d)+"="+strings.Join(values, ","))
	}
	return out
}

// cut asks for other dimensions.
func (q asked) cut(by ...ledger.Dim) asked {
	q.by, q.sort = by, ""
	return q
}

// url is the address of a page that asks this, with more names and values behind.
func (q asked) url(path string, more ...string) string {
	form := url.Values{}
	if q.onSaid {
		form.Set("on", q.on.String())
	}
	if q.block != 0 {
		form.Set("block", strconv.FormatInt(q.block, 10))
	}
	for _, d := range q.by {
		form.Add("by", string(d))
	}
	for _, w := range q.where {
		form.Add("where", w)
	}
	if q.sort != "" {
		form.Set("sort", string(q.sort))
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	if len(form) == 0 {
		return path
	}
	return path + "?" + form.Encode()
}

// is is the filter that keeps one value of a dimension.
func is(d ledger.Dim, v int64) string { return string(d) + "=" + figure.Code(d, v) }

// keep are the parts of the address that a form sends along beside the day and the block.
func (q asked) keep() []part.Pair {
	var out []part.Pair
	for _, d := range q.by {
		out = append(out, part.Pair{Label: "by", Value: string(d)})
	}
	for _, w := range q.where {
		out = append(out, part.Pair{Label: "where", Value: w})
	}
	if q.sort != "" {
		out = append(out, part.Pair{Label: "sort", Value: string(q.sort)})
	}
	return out
}

// keepAll is keep with the day and the block, for a form that asks for neither.
func (q asked) keepAll() []part.Pair {
	out := q.keep()
	if q.onSaid {
		out = append(out, part.Pair{Label: "on", Value: q.on.String()})
	}
	if q.block != 0 {
		out = append(out, part.Pair{Label: "block", Value: strconv.FormatInt(q.block, 10)})
	}
	return out
}

// chips are the filters in force, each with the address without it.
func (s *Server) chips(r *http.Request, q asked, path string, l *figure.Labels) []part.Chip {
	b, scope := s.base(r), visitOf(r).actor.Scope
	var out []part.Chip
	for i, c := range q.conds {
		if i >= len(q.where) {
			break
		}
		words := make([]string, len(c.In))
		for k, v := range c.In {
			words[k] = l.NameFor(scope, c.Dim, v)
			if v != 0 && (c.Dim == ledger.Union || c.Dim == ledger.Employer) {
				words[k] = b.UnitName(words[k])
			}
		}
		out = append(out, part.Chip{Label: l.Dim(c.Dim), Value: strings.Join(words, " / "), Remove: q.without(i).url(path)})
	}
	return out
}

// figureURL is the address of a figure's page, or of something below it.
func figureURL(name string, below ...string) string {
	return "/figures/" + strings.Join(append([]string{url.PathEscape(name)}, below...), "/")
}

// quantity is a cell of a figure with its unit; none when a rate has no denominator.
func quantity(ind *figure.Indicator, c figure.Cell) part.Quantity {
	q := part.Quantity{Unit: unitOf(ind)}
	if c.Defined {
		q.Value = strconv.FormatInt(c.Value, 10)
	}
	return q
}

func unitOf(ind *figure.Indicator) part.Unit {
	switch ind.Unit {
	case figure.Per10k:
		return part.PerTenK
	case figure.Posts:
		return part.Post
	}
	return part.Person
}
