package ledger

import (
	"slices"
	"sync"

	"tuoxing/internal/date"
	"tuoxing/internal/money"
)

// axis is one dimension of a cross table: its values in order, and by dictionary code which of them a fact has.
type axis struct {
	d      *dict
	values []int64
	at     []int
	step   uint64   // what one value more adds to the number of the cell; cells are numbered in the order of their keys
	narrow []uint32 // at × step by code, in a table that is kept by number
	wide   []uint64 // the same in any other
}

// axisOf makes an axis of a column whose codes mean the values given.
func axisOf(d *dict, group []int64) axis {
	a := axis{d: d, values: slices.Compact(slices.Sorted(slices.Values(group))), at: make([]int, len(group))}
	for i, v := range group {
		a.at[i], _ = slices.BinarySearch(a.values, v)
	}
	return a
}

func (c *Columns) axis(by Dim, on date.Day) axis {
	dim := dimensions[by]
	d := &c.dicts[columnIndex[dim.col]]
	if dim.value == nil {
		return axisOf(d, d.vals)
	}
	group := make([]int64, len(d.vals))
	for i, v := range d.vals {
		group[i] = dim.value(v, on)
	}
	return axisOf(d, group)
}

// fewValues is the most distinct quantities for which facts are counted by quantity instead of adding
// their quantities up: nearly all are 1 and -1.
const fewValues = 16

// summing is a query made ready: its filters and its axes, the one of the quantity last when facts are counted by it.
type summing struct {
	fs               []filter
	axes             []axis
	by               int    // how many of the axes are keys
	cells            uint64 // product of the axes
	quantity, amount *dict
	weights          [2][]int64 // by code, when the quantity, the amount is added up for each cell
}

func (c *Columns) summing(q Query) *summing {
	s := &summing{fs: c.filters(q), by: len(q.By), cells: 1, quantity: &c.dicts[colQuantity], amount: &c.dicts[colAmount]}
	for _, by := range q.By {
		s.axes = append(s.axes, c.axis(by, q.Period.To))
	}
	counted := axisOf(s.quantity, s.quantity.vals)
	if len(s.quantity.vals) > fewValues {
		counted = axis{values: []int64{0}}
	}
	if counted.d == nil {
		s.weights[0] = valuesOf(s.quantity)
	}
	if len(s.amount.vals) > 1 {
		s.weights[1] = valuesOf(s.amount)
	}
	s.axes = append(s.axes, counted)
	for k := range slices.Backward(s.axes) { // the last changes fastest
		s.axes[k].step = s.cells
		s.cells *= uint64(max(1, len(s.axes[k].values)))
	}
	for k := range s.axes {
		a := &s.axes[k]
		switch {
		case len(a.values) < 2: // adds nothing
		case s.cells <= denseCells:
			a.narrow = tableOf(a.d, func(code int) uint32 { return uint32(a.at[code]) * uint32(a.step) })
		default:
			a.wide = tableOf(a.d, func(code int) uint64 { return uint64(a.at[code]) * a.step })
		}
	}
	return s
}

func valuesOf(d *dict) []int64 { return tableOf(d, func(code int) int64 { return d.vals[code] }) }

// denseCells is the most cells that are kept by their number; wider tables are mostly empty.
const denseCells = 1 << 16

// table holds what one run of facts adds up to, by cell. A wide table gives each cell that has a fact
// the next place.
type table struct {
	facts, quantity, amount []int64
	places                  map[uint64]uint32 // by number; nil: the number is the place
}

func newTable(cells uint64) *table {
	if cells > denseCells {
		return &table{places: map[uint64]uint32{}}
	}
	return &table{facts: make([]int64, cells), quantity: make([]int64, cells), amount: make([]int64, cells)}
}

func (t *table) place(number uint64) uint32 {
	if t.places == nil {
		return uint32(number)
	}
	p, ok := t.places[number]
	if !ok {
		p = uint32(len(t.facts))
		t.places[number] = p
		t.facts, t.quantity, t.amount = append(t.facts, 0), append(t.quantity, 0), append(t.amount, 0)
	}
	return p
}

// each gives the cells that have a fact, with number and place, in any order.
func (t *table) each(do func(number uint64, place uint32)) {
	for p := range t.facts {
		if t.places == nil && t.facts[p] > 0 {
			do(uint64(p), uint32(p))
		}
	}
	for number, p := range t.places {
		do(number, p)
	}
}

func (t *table) merge(o *table) {
	o.each(func(number uint64, from uint32) {
		p := t.place(number)
		t.facts[p] += o.facts[from]
		t.quantity[p] += o.quantity[from]
		t.amount[p] += o.amount[from]
	})
}

// keptTables is how many cross tables of a state are remembered, and keptCells how many cells of one: the same
// few figures are asked by everybody, on the home page first of all.
const (
	keptTables = 256
	keptCells  = 1 << 10
)

// crossed are the cross tables that were asked of a state of the columns, which never changes, by query.
type crossed struct {
	mu   sync.Mutex
	kept map[string][]Cell
}

func (r *crossed) find(query string) ([]Cell, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	cells, ok := r.kept[query]
	return cells, ok
}

func (r *crossed) keep(query string, cells []Cell) {
	if len(cells) > keptCells {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil || len(r.kept) == keptTables {
		r.kept = map[string][]Cell{}
	}
	r.kept[query] = cells
}

// Sum gives the cross table of a query, sorted by its keys; cells without any fact are missing,
// cells that cancelled to zero are there. Without By there is always exactly one cell. Nobody changes
// what it gives.
func (c *Columns) Sum(q Query) []Cell {
	query := c.asked(&q)
	cells, ok := c.crossed.find(query)
	if !ok {
		cells = c.sum(q)
		c.crossed.keep(query, cells)
	}
	return cells
}

func (c *Columns) sum(q Query) []Cell {
	s := c.summing(q)
	tables := inRuns(c.end(q.Block), s.run)
	for _, t := range tables[1:] {
		tables[0].merge(t)
	}
	return s.cellsOf(tables[0])
}

// run adds the facts from lo to hi up.
func (s *summing) run(lo, hi int32) *table {
	t := newTable(s.cells)
	var places [scanStep]uint32
	var numbers [scanStep]uint64
	var values [scanStep]int64
	scan(s.fs, lo, hi, func(sel []int32) {
		ps := places[:len(sel)]
		if t.places == nil {
			clear(ps)
			for k := range s.axes {
				if a := &s.axes[k]; a.narrow != nil {
					addColumn(a.d, sel, a.narrow, ps)
				}
			}
		} else {
			ns := numbers[:len(sel)]
			clear(ns)
			for k := range s.axes {
				if a := &s.axes[k]; a.wide != nil {
					addColumn(a.d, sel, a.wide, ns)
				}
			}
			for k, n := range ns {
				ps[k] = t.place(n)
			}
		}
		for _, p := range ps {
			t.facts[p]++
		}
		weigh(s.quantity, s.weights[0], sel, ps, values[:len(sel)], t.quantity)
		weigh(s.amount, s.weights[1], sel, ps, values[:len(sel)], t.amount)
	})
	return t
}

// weigh adds what the facts weigh to their places; nothing without weights.
func weigh(d *dict, weights []int64, sel []int32, ps []uint32, values, to []int64) {
	if weights == nil {
		return
	}
	clear(values)
	addColumn(d, sel, weights, values)
	for k, p := range ps {
		to[p] += values[k]
	}
}

// cellsOf makes the cells of the query from a table that has the quantity as one more axis.
func (s *summing) cellsOf(t *table) []Cell {
	counted := s.axes[s.by].values
	byNumber := map[uint64]*Cell{}
	if s.by == 0 {
		byNumber[0] = &Cell{}
	}
	t.each(func(number uint64, p uint32) {
		n := number / uint64(len(counted))
		c, ok := byNumber[n]
		if !ok {
			c = &Cell{Keys: s.keys(n)}
			byNumber[n] = c
		}
		c.Facts += t.facts[p]
		c.Quantity += t.quantity[p] + t.facts[p]*counted[number%uint64(len(counted))]
		c.Amount += money.Fen(t.amount[p])
		if s.weights[1] == nil && len(s.amount.vals) == 1 {
			c.Amount += money.Fen(t.facts[p] * s.amount.vals[0])
		}
	})
	out := make([]Cell, 0, len(byNumber))
	for _, c := range byNumber {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Cell) int { return slices.Compare(a.Keys, b.Keys) })
	return out
}

// keys are the values of the axes at a cell.
func (s *summing) keys(number uint64) []int64 {
	if s.by == 0 {
		return nil
	}
	out := make([]int64, s.by)
	for k := s.by - 1; k >= 0; k-- {
		values := s.axes[k].values
		out[k] = values[number%uint64(len(values))]
		number /= uint64(len(values))
	}
	return out
}
