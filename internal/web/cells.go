package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"tuoxing/internal/export"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	figurepage "tuoxing/internal/web/page/figure"
	"tuoxing/internal/web/part"
)

// What a page prints of a cross table; the files hold all of it.
const (
	mostRows = 300
	mostCols = 16
)

// cellsOf fills the cells of a figure's page: a list with bars for one dimension, a cross table
// for two, a plain list for more.
func cellsOf(p *figurepage.Page, q asked, v *figure.Value, l *figure.Labels) {
	path := figureURL(v.Name)
	for _, d := range v.Indicator.By {
		p.Tabs = append(p.Tabs, figurepage.Tab{Label: l.Dim(d), Href: q.cut(d).url(path), On: len(v.By) > 0 && d == v.By[0]})
	}
	if len(v.By) == 0 {
		return
	}
	names := make([]string, len(v.By))
	for i, d := range v.By {
		names[i] = l.Dim(d)
	}
	p.ByName = strings.Join(names, " × ")
	file := q.cut(q.by...) // the file stands in the official order
	p.CSV, p.XLSX = file.url(figureURL(v.Name, "table.csv")), file.url(figureURL(v.Name, "table.xlsx"))
	p.Cut, p.Filter = cutOf(q, v, l), filterOfFigure(q, v, l)
	if v.Ratio == nil {
		p.Sum = quantity(v.Indicator, v.Total)
	}
	if len(v.By) == 2 {
		if p.Cross = crossOf(p.Base, q, v, l); p.Cross != nil {
			return
		}
	}
	listOf(p, q, v, l)
}

// cutOf is the form that asks for rows and columns.
func cutOf(q asked, v *figure.Value, l *figure.Labels) *figurepage.Cut {
	c := &figurepage.Cut{Action: figureURL(v.Name), Keep: q.cut().keepAll(), Options: []part.Option{{Value: "", Label: "—"}}, Row: string(v.By[0])}
	for _, d := range v.Indicator.By {
		c.Options = append(c.Options, part.Option{Value: string(d), Label: l.Dim(d)})
	}
	if len(v.By) > 1 {
		c.Col = string(v.By[1])
	}
	return c
}

// filterOfFigure is the form that asks for the dimension of one filter more.
func filterOfFigure(q asked, v *figure.Value, l *figure.Labels) *figurepage.Filter {
	f := &figurepage.Filter{Action: figureURL(v.Name), Keep: q.keepAll(), Value: string(q.pick)}
	for _, d := range v.Indicator.By {
		f.Options = append(f.Options, part.Option{Value: string(d), Label: l.Dim(d)})
	}
	return f
}

// picker asks for the values of the dimension that was chosen as a filter, each with the figure under the other filters.
func (s *Server) picker(r *http.Request, q asked, v *figure.Value, l *figure.Labels) (*figurepage.Picker, error) {
	if q.pick == "" {
		return nil, nil
	}
	other, chosen := q.unfiltered(q.pick)
	values, err := s.Figures.Value(r.Context(), visitOf(r).actor, other.cut(q.pick).request(v.Name))
	if err != nil {
		return nil, err
	}
	l.Sort(values.By, values.Cells)
	k := &figurepage.Picker{Action: figureURL(v.Name), Dim: string(q.pick), Label: l.Dim(q.pick), Back: q.url(figureURL(v.Name)), Keep: other.keepAll()}
	for _, c := range values.Cells {
		on := slices.Contains(chosen, c.Keys[0])
		if len(k.Values) >= mostRows && !on {
			k.More++
			continue
		}
		k.Values = append(k.Values, figurepage.Pick{Value: figure.Code(q.pick, c.Keys[0]), Label: l.Of(q.pick, c.Keys[0]), Count: quantity(v.Indicator, c), On: on})
	}
	return k, nil
}

// narrowed asks for the people of one cell.
func (q asked) narrowed(by []ledger.Dim, keys []int64) asked {
	out := q.cut()
	for i, d := range by {
		out = out.and(is(d, keys[i]))
	}
	return out
}

// into leads from a cell to the figure with the cell's value as a filter, cut further.
func into(q asked, v *figure.Value, keys []int64) string {
	to := q.narrowed(v.By, keys)
	known := q
	known.by = v.By
	return to.cut(nextCut(v.Indicator, known)...).url(figureURL(v.Name))
}

// cellOrders are the orders of the cells of a figure beside their official one.
var cellOrders = listing.Orders{"value": {}}

// cellColumns are the headings of the cells: the first leads back to the official order, the value from
// large to small and then from small to large.
func cellColumns(p *figurepage.Page, q asked) []part.Column {
	to := func(o listing.Order) string {
		q.sort = o
		return q.url(figureURL(p.ID))
	}
	cols := figurepage.CellColumns(p)
	switch q.sort {
	case "":
		cols[2].Href = to("-value")
	case "-value":
		cols[0].Href, cols[2].Href, cols[2].Dir = to(""), to("value"), "descending"
	default:
		cols[0].Href, cols[2].Href, cols[2].Dir = to(""), to("-value"), "ascending"
	}
	return cols
}

func listOf(p *figurepage.Page, q asked, v *figure.Value, l *figure.Labels) {
	cells := slices.Clone(v.Cells)
	if q.sort != "" { // the reader's own act: districts and firms stand in the official order
		slices.SortStableFunc(cells, func(a, b figure.Cell) int {
			if q.sort.Down() {
				a, b = b, a
			}
			return cmp.Compare(a.Value, b.Value)
		})
	}
	p.Columns = cellColumns(p, q)
	var top int64 = 1
	for _, c := range cells {
		top = max(top, c.Value)
	}
	for _, c := range cells[:min(len(cells), mostRows)] {
		cell := figurepage.Cell{Label: cellName(p.Base, v.By, c.Keys, l), Value: quantity(v.Indicator, c), Share: int(max(c.Value, 0) * 100 / top), Shade: level(v.By[0], c.Keys[0]), Into: into(q, v, c.Keys)}
		if v.Ratio == nil {
			cell.Rows = q.narrowed(v.By, c.Keys).url(figureURL(v.Name, "rows"))
		} else {
			cell.Sides = p.T("web_figure.sides_of", p.Int(c.Numerator), p.Int(c.Denominator))
		}
		p.Cells = append(p.Cells, cell)
	}
	p.More = int64(len(cells) - len(p.Cells))
}

func cellName(b part.Base, by []ledger.Dim, keys []int64, l *figure.Labels) string {
	words := make([]string, len(by))
	for i, d := range by {
		words[i] = labelOf(b, l, d, keys[i])
	}
	return strings.Join(words, " · ")
}

// crossOf lays two dimensions out as rows and columns; nil when a page cannot hold it.
func crossOf(b part.Base, q asked, v *figure.Value, l *figure.Labels) *figurepage.Cross {
	row, col := 0, 1
	rows, cols := keysOf(v.Cells, row), keysOf(v.Cells, col)
	if len(cols) > mostCols {
		row, col, rows, cols = col, row, cols, rows
	}
	if len(cols) > mostCols || len(rows) > mostRows {
		return nil
	}
	at := map[[2]int64]figure.Cell{}
	rowSum, colSum := map[int64]int64{}, map[int64]int64{}
	for _, c := range v.Cells {
		at[[2]int64{c.Keys[row], c.Keys[col]}] = c
		rowSum[c.Keys[row]] += c.Value
		colSum[c.Keys[col]] += c.Value
	}
	sum := func(n int64) part.Quantity {
		if v.Ratio != nil { // rates do not add up
			return part.Quantity{}
		}
		return quantity(v.Indicator, figure.Cell{Value: n, Defined: true})
	}
	rowDim, colDim := v.By[row], v.By[col]
	x := &figurepage.Cross{RowHead: l.Dim(rowDim), ColHead: l.Dim(colDim), Unit: unitOf(v.Indicator)}
	for i, k := range cols {
		x.Cols = append(x.Cols, figurepage.CrossCol{Label: labelOf(b, l, colDim, k), Sum: sum(colSum[k]), Shade: shadeAt(colDim, k, i)})
	}
	for _, rk := range rows {
		line := figurepage.CrossRow{Label: labelOf(b, l, rowDim, rk), Sum: sum(rowSum[rk])}
		line.Into = q.narrowed([]ledger.Dim{rowDim}, []int64{rk}).cut(colDim).url(figureURL(v.Name))
		for _, ck := range cols {
			c := at[[2]int64{rk, ck}]
			cell := figurepage.CrossCell{Value: quantity(v.Indicator, c)}
			if v.Ratio == nil && c.Value != 0 {
				cell.Rows = q.narrowed([]ledger.Dim{rowDim, colDim}, []int64{rk, ck}).url(figureURL(v.Name, "rows"))
			}
			line.Cells = append(line.Cells, cell)
		}
		x.Rows = append(x.Rows, line)
	}
	return x
}

// keysOf are the values of one dimension in the order in which sorted cells hold them.
func keysOf(cells []figure.Cell, i int) []int64 {
	var out []int64
	seen := map[int64]bool{}
	for _, c := range cells {
		if k := c.Keys[i]; !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// getFigureTable writes a cross table as a file. It names nobody.
func (s *Server) getFigureTable(form listing.Format) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := s.askedOf(r)
		if err != nil {
			return err
		}
		v, err := s.Figures.Value(r.Context(), visitOf(r).actor, q.request(r.PathValue("name")))
		if err != nil {
			return err
		}
		b := s.base(r)
		l, err := s.Figures.Labels(r.Context(), q.on, b.Printer)
		if err != nil {
			return err
		}
		l.Sort(v.By, v.Cells)
		return s.sendTable(w, r, form, v, l)
	}
}

func (s *Server) sendTable(w http.ResponseWriter, r *http.Request, form listing.Format, v *figure.Value, l *figure.Labels) error {
	b := s.base(r)
	head := listing.Head{Title: v.TitleIn(string(b.Lang())), Above: []string{b.T("web.as_of_block", v.On, v.Block)}}
	if s.Demo {
		head.Above = append(head.Above, export.DemoMark)
	}
	for _, d := range v.By {
		head.Columns = append(head.Columns, listing.Column{Title: b.T("web_figure.code_of", l.Dim(d)), Kind: listing.Code}, listing.Column{Title: l.Dim(d)})
	}
	head.Columns = append(head.Columns, listing.Column{Title: b.T("web.value"), Kind: listing.Whole}, listing.Column{Title: b.T("web_figure.numerator"), Kind: listing.Whole},
		listing.Column{Title: b.T("web_figure.denominator"), Kind: listing.Whole}, listing.Column{Title: b.T("web.unit")})
	line := func(c figure.Cell) []any {
		var out []any
		for i, d := range v.By {
			if len(c.Keys) == 0 {
				out = append(out, "", map[bool]string{true: b.T("web.total")}[i == 0])
				continue
			}
			out = append(out, figure.Code(d, c.Keys[i]), l.Of(d, c.Keys[i]))
		}
		value := any(nil) // a rate without denominator has none
		if c.Defined {
			value = c.Value
		}
		return append(out, value, c.Numerator, c.Denominator, b.UnitWord(unitOf(v.Indicator)))
	}
	o := &outgoing{w: w, seen: visitOf(r)}
	return o.end(s.writeTable(o, form, head, v, line))
}

// writeTable writes the cells and, as the last row, the figure: counts of people do not add up.
func (s *Server) writeTable(o *outgoing, form listing.Format, head listing.Head, v *figure.Value, line func(figure.Cell) []any) error {
	w, err := o.open(s.file(head.Title, form), form.MediaType())
	if err != nil {
		return err
	}
	t, err := listing.New(w, form, head)
	if err != nil {
		return err
	}
	for _, c := range v.Cells {
		if err := t.Add(line(c)...); err != nil {
			return err
		}
	}
	return t.EndWith(line(v.Total)...)
}
