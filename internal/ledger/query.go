package ledger

import (
	"cmp"
	"slices"
	"sort"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/money"
)

// Dim is something that figures can be cut by or filtered on.
type Dim string

// The dimensions. Their values are the numbers that the fact holds; Section is the code point of
// the letter A–T, Age is the index of AgeBands plus one.
const (
	District   Dim = "district"
	Union      Dim = "union"
	Employer   Dim = "employer"
	Industry   Dim = "industry"
	Section    Dim = "section"
	Ownership  Dim = "ownership"
	Size       Dim = "size"
	Occupation Dim = "occupation"
	Rank       Dim = "rank"
	RankEver   Dim = "rank_ever"
	Sex        Dim = "sex"
	Age        Dim = "age"
	Member     Dim = "member"
	Class      Dim = "class"
	CauseOf    Dim = "cause"
	EntryOf    Dim = "entry"
	ImportOf   Dim = "import"
)

// AgeBands are the first years of age of the bands: under 25, 25–34, 35–44, 45–54, 55 and over.
var AgeBands = []int{0, 25, 35, 45, 55}

// AgeBand gives the band (1–5) of somebody born in a month, on a day; 0 when unknown.
func AgeBand(born date.Month, on date.Day) int64 {
	age := born.Age(on)
	if age < 0 {
		return 0
	}
	return int64(sort.SearchInts(AgeBands, age+1))
}

// dimension says which column a Dim reads, and how, on the day asked.
type dimension struct {
	col   string
	value func(v int64, on date.Day) int64
}

var dimensions = map[Dim]dimension{
	District:   {col: "district"},
	Union:      {col: "union_id"},
	Employer:   {col: "employer_id"},
	Industry:   {col: "industry"},
	Section:    {col: "industry", value: section},
	Ownership:  {col: "ownership"},
	Size:       {col: "size"},
	Occupation: {col: "occupation"},
	Rank:       {col: "rank"},
	RankEver:   {col: "rank_ever"},
	Sex:        {col: "sex"},
	Age:        {col: "birth_month", value: func(v int64, on date.Day) int64 { return AgeBand(date.Month(v), on) }},
	Member:     {col: "member"},
	Class:      {col: "worker_class"},
	CauseOf:    {col: "cause"},
	EntryOf:    {col: "entry"},
	ImportOf:   {col: "import_id"},
}

func section(industry int64, _ date.Day) int64 {
	s := cn.Section(int(industry))
	if s == "" {
		return 0
	}
	return int64(s[0])
}

// IsDim reports whether the name is a dimension.
func IsDim(d Dim) bool { _, ok := dimensions[d]; return ok }

// ValueOf gives the value of a dimension of one fact on the day asked.
func ValueOf(d Dim, f *Fact, on date.Day) int64 {
	dim := dimensions[d]
	v := columns[columnIndex[dim.col]].get(f)
	if dim.value != nil {
		v = dim.value(v, on)
	}
	return v
}

// Cond keeps the facts whose value is one of In, or, when In is empty, lies within Min–Max.
type Cond struct {
	Dim      Dim
	In       []int64
	Min, Max int64
}

// Has reports whether the condition holds for a value.
func (c Cond) Has(v int64) bool {
	if len(c.In) > 0 {
		return slices.Contains(c.In, v)
	}
	return c.Min <= v && v <= c.Max
}

// Scope is what a reader may count: everything, the facts of one union, or of one employer. The
// zero Scope counts nothing.
type Scope struct {
	All      bool
	Union    int64
	Employer int64
}

// Query asks for sums. A stock is asked with a period from date.Ever to the day.
type Query struct {
	Kind   Kind
	Attr   string // empty: any
	Period date.Period
	Block  int64 // as known when this block was sealed; 0: now
	Where  []Cond
	Scope  Scope
	By     []Dim
}

// Stock asks for what there is on a day.
func Stock(k Kind, on date.Day) Query {
	return Query{Kind: k, Period: date.Period{From: date.Ever, To: on}}
}

// Cell is one cell of a cross table: the values of By in order, and the sums.
type Cell struct {
	Keys     []int64
	Quantity int64
	Amount   money.Fen
	Facts    int64
}

// filter is one column's part of a query: which of its codes pass.
type filter struct {
	d    *dict
	pass []bool
}

// filters translates a query into pass tables over dictionary codes; those that pass everything
// are left out.
func (c *Columns) filters(q Query) []filter {
	var out []filter
	add := func(d *dict, has func(v int64) bool) {
		f := filter{d: d, pass: make([]bool, len(d.vals))}
		all := true
		for i, v := range d.vals {
			f.pass[i] = has(v)
			all = all && f.pass[i]
		}
		if !all {
			out = append(out, f)
		}
	}
	add(&c.dicts[colKind], func(v int64) bool { return Kind(v) == q.Kind })
	add(&c.dicts[colDay], func(v int64) bool { return q.Period.Has(date.Day(v)) })
	if q.Attr != "" {
		add(&c.attrs, func(v int64) bool { return c.names[v] == q.Attr })
	}
	switch {
	case q.Scope.All:
	case q.Scope.Employer != 0:
		add(&c.dicts[colEmployer], func(v int64) bool { return v == q.Scope.Employer })
	default:
		add(&c.dicts[colUnion], func(v int64) bool { return v != 0 && v == q.Scope.Union })
	}
	for _, w := range q.Where {
		dim := dimensions[w.Dim]
		add(&c.dicts[columnIndex[dim.col]], func(v int64) bool {
			if dim.value != nil {
				v = dim.value(v, q.Period.To)
			}
			return w.Has(v)
		})
	}
	return out
}

// selects gives the indexes of the facts that a query counts.
func (c *Columns) selects(q Query) []int32 {
	end := c.end(q.Block)
	fs := c.filters(q)
	out := make([]int32, 0, 1024)
next:
	for i := range end {
		for k := range fs {
			if !fs[k].pass[fs[k].d.at(i)] {
				continue next
			}
		}
		out = append(out, i)
	}
	return out
}

// Sum gives the cross table of a query, sorted by its keys; cells without any fact are missing,
// cells that cancelled to zero are there. Without By there is always exactly one cell.
func (c *Columns) Sum(q Query) []Cell {
	type axis struct {
		d     *dict
		group []int64 // dimension value by code
	}
	axes := make([]axis, len(q.By))
	for k, by := range q.By {
		dim := dimensions[by]
		d := &c.dicts[columnIndex[dim.col]]
		axes[k] = axis{d: d, group: d.vals}
		if dim.value != nil {
			axes[k].group = make([]int64, len(d.vals))
			for i, v := range d.vals {
				axes[k].group[i] = dim.value(v, q.Period.To)
			}
		}
	}
	cells := map[[maxBy]int64]*Cell{}
	if len(q.By) == 0 {
		cells[[maxBy]int64{}] = &Cell{}
	}
	quantity, amount := &c.dicts[colQuantity], &c.dicts[colAmount]
	for _, i := range c.selects(q) {
		var key [maxBy]int64
		for k := range axes {
			key[k] = axes[k].group[axes[k].d.at(i)]
		}
		cell, ok := cells[key]
		if !ok {
			cell = &Cell{Keys: slices.Clone(key[:len(axes)])}
			cells[key] = cell
		}
		cell.Quantity += quantity.value(i)
		cell.Amount += money.Fen(amount.value(i))
		cell.Facts++
	}
	out := make([]Cell, 0, len(cells))
	for _, cell := range cells {
		out = append(out, *cell)
	}
	slices.SortFunc(out, func(a, b Cell) int { return slices.Compare(a.Keys, b.Keys) })
	return out
}

// maxBy is the most dimensions of a cross table.
const maxBy = 4

// MaxBy is the most dimensions that a query may cut by.
const MaxBy = maxBy

// Counted is one person that a stock figure counts, or one subject, with the fact that put it there.
type Counted struct {
	Worker   int64 // 0 for things that are not people
	Subject  int64
	Quantity int64 // Σ under the filter, 1 for a person in a stock
	Fact     Placed
}

// Opened is an opened figure: what is counted, in order of id, and the control totals, which
// equal the figure both ways.
type Opened struct {
	Rows     []Counted // of the page asked for
	Total    int       // people or things in all
	Facts    int64
	Quantity int64 // Σ over all facts = Σ over all rows
}

// Open lists everything that a stock query counts. See OpenPage.
func (c *Columns) Open(q Query) Opened { return c.OpenPage(q, 0, 0) }

// OpenPage lists what a stock query counts: the people, or subjects, whose Σ under the filter is
// not zero, each with the newest fact in force that put it there. They come in order of id, from
// the one after a key on, at most limit (0: all); the totals are over all pages. It closes over the
// attributes of a state; a filter on cause, entry or import gives facts without their other side.
func (c *Columns) OpenPage(q Query, after int64, limit int) Opened {
	t := tally{c: c, gone: c.takenBack(c.end(q.Block)), quantity: &c.dicts[colQuantity], day: &c.dicts[colDay]}
	people := &c.dicts[colWorker]
	t.people = make([]count1, len(people.vals))
	t.things = map[int64]*count1{}
	var o Opened
	for _, i := range c.selects(q) {
		n := t.quantity.value(i)
		o.Facts++
		o.Quantity += n
		if code := people.at(i); people.vals[code] != 0 {
			t.add(&t.people[code], i, n)
			continue
		}
		thing, ok := t.things[c.subject[i]]
		if !ok {
			thing = &count1{}
			t.things[c.subject[i]] = thing
		}
		t.add(thing, i, n)
	}
	type found struct {
		worker, subject int64
		*count1
	}
	var all []found
	for code := range t.people {
		if a := &t.people[code]; a.counts() {
			all = append(all, found{worker: people.vals[code], count1: a})
		}
	}
	for subject, a := range t.things {
		if a.counts() {
			all = append(all, found{subject: subject, count1: a})
		}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.worker|a.subject, b.worker|b.subject) })
	o.Total = len(all)
	at, same := slices.BinarySearchFunc(all, after, func(f found, key int64) int { return cmp.Compare(f.worker|f.subject, key) })
	if same {
		at++
	}
	page := all[at:]
	if limit > 0 && len(page) > limit {
		page = page[:limit]
	}
	for _, f := range page {
		o.Rows = append(o.Rows, Counted{Worker: f.worker, Subject: f.subject, Quantity: f.sum, Fact: c.fact(f.last - 1)})
	}
	return o
}

// count1 is what one person or thing adds up to.
type count1 struct {
	sum  int64
	last int32 // index after the newest fact in force that adds; 0: none
}

func (a *count1) counts() bool { return a.sum != 0 && a.last > 0 }

// tally adds facts up by person or thing.
type tally struct {
	c             *Columns
	gone          []bool
	quantity, day *dict
	people        []count1 // by code of the worker
	things        map[int64]*count1
}

func (t *tally) add(a *count1, i int32, n int64) {
	a.sum += n
	if n > 0 && t.c.reverses[i] == notReversing && !t.gone[i] && (a.last == 0 || t.day.value(i) >= t.day.value(a.last-1)) {
		a.last = i + 1
	}
}

// FactsIn gives every signed fact that a query counts, in block order.
func (c *Columns) FactsIn(q Query) []Placed {
	sel := c.selects(q)
	out := make([]Placed, len(sel))
	for k, i := range sel {
		out[k] = c.fact(i)
	}
	return out
}

// takenBack marks the facts before end that a fact before end takes back.
func (c *Columns) takenBack(end int32) []bool {
	out := make([]bool, end)
	for i := range end {
		if r := c.reverses[i]; r != notReversing {
			out[r] = true
		}
	}
	return out
}
