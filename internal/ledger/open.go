package ledger

import (
	"maps"
	"slices"
	"sort"
)

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
	t := c.tally(q)
	o := Opened{Facts: t.facts, Quantity: t.quantity, Total: t.counted()}
	t.walk(after, func(code uint32, worker, subject, sum int64) bool {
		o.Rows = append(o.Rows, Counted{Worker: worker, Subject: subject, Quantity: sum})
		t.code = append(t.code, code)
		return limit <= 0 || len(o.Rows) < limit
	})
	t.sourced(o.Rows)
	return o
}

// tally is what a query adds up to by person or thing.
type tally struct {
	c               *Columns
	fs              []filter
	end             int32
	facts, quantity int64
	people          []int32         // sums by code of the worker: 1 in a stock
	things          map[int64]int64 // sums by subject, of facts without a person
	code            []uint32        // of the rows listed: the worker's
}

func (c *Columns) tally(q Query) *tally {
	fs, end := c.filters(q), c.end(q.Block)
	weights := valuesOf(&c.dicts[colQuantity])
	runs := inRuns(end, func(lo, hi int32) *tally {
		t := &tally{c: c, fs: fs, end: end, people: make([]int32, len(c.dicts[colWorker].vals)), things: map[int64]int64{}}
		t.add(lo, hi, weights)
		return t
	})
	t := runs[0]
	for _, o := range runs[1:] {
		t.facts, t.quantity = t.facts+o.facts, t.quantity+o.quantity
		for code, sum := range o.people {
			t.people[code] += sum
		}
		for subject, sum := range o.things {
			t.things[subject] += sum
		}
	}
	return t
}

// add adds the facts from lo to hi up.
func (t *tally) add(lo, hi int32, weights []int64) {
	workers, quantity := &t.c.dicts[colWorker], &t.c.dicts[colQuantity]
	nobody, without := t.c.nobody()
	var codes [scanStep]uint32
	var quantities [scanStep]int64
	scan(t.fs, lo, hi, func(sel []int32) {
		ws, qs := codes[:len(sel)], quantities[:len(sel)]
		clear(qs)
		addColumn(quantity, sel, weights, qs)
		workers.codesAt(sel, ws)
		t.facts += int64(len(sel))
		for k, w := range ws {
			t.quantity += qs[k]
			if without && w == nobody {
				t.things[t.c.subject[sel[k]]] += qs[k]
				continue
			}
			t.people[w] += int32(qs[k])
		}
	})
}

// nobody is the code of the facts that are of no person, if there are any.
func (c *Columns) nobody() (code uint32, ok bool) {
	if len(c.byID) == 0 {
		return 0, false
	}
	return c.byID[0], c.dicts[colWorker].vals[c.byID[0]] == 0
}

func (t *tally) counted() (n int) {
	for _, sum := range t.people {
		if sum != 0 {
			n++
		}
	}
	for _, sum := range t.things {
		if sum != 0 {
			n++
		}
	}
	return n
}

// walk gives what is counted in order of id, from after a key, until each says no.
func (t *tally) walk(after int64, each func(code uint32, worker, subject, sum int64) bool) {
	ids, byID := t.c.dicts[colWorker].vals, t.c.byID
	things := slices.Sorted(maps.Keys(t.things))
	p := sort.Search(len(byID), func(i int) bool { return ids[byID[i]] > after })
	s := sort.Search(len(things), func(i int) bool { return things[i] > after })
	for p < len(byID) || s < len(things) {
		if s == len(things) || p < len(byID) && ids[byID[p]] < things[s] {
			code := byID[p]
			if sum := t.people[code]; sum != 0 && !each(code, ids[code], 0, int64(sum)) {
				return
			}
			p++
			continue
		}
		if sum := t.things[things[s]]; sum != 0 && !each(byID[0], 0, things[s], sum) {
			return
		}
		s++
	}
}

// sourced gives each row the fact that put it there: of its facts under the filter that add, are in force
// and take nothing back, the one of the latest day, the later entered of two.
func (t *tally) sourced(rows []Counted) {
	c := t.c
	workers := &c.dicts[colWorker]
	wanted := filter{d: workers, pass: make([]uint8, max(len(workers.vals), 256))}
	rowOf, subjects := map[uint32]int{}, map[int64]int{} // row + 1
	for i, code := range t.code {
		wanted.pass[code] = 1
		if rows[i].Worker != 0 {
			rowOf[code] = i + 1
		} else {
			subjects[rows[i].Subject] = i + 1
		}
	}
	own := slices.Concat(inRuns(t.end, func(lo, hi int32) (own []int32) {
		scan([]filter{wanted}, lo, hi, func(sel []int32) { own = append(own, sel...) })
		return own
	})...)
	gone := map[int32]bool{}
	for _, i := range own {
		if r := c.reverses[i]; r != notReversing {
			gone[r] = true
		}
	}
	days, quantity := &c.dicts[colDay], &c.dicts[colQuantity]
	last := make([]int32, len(rows)) // index + 1
	for _, i := range own {
		row := rowOf[workers.at(i)]
		if row == 0 {
			row = subjects[c.subject[i]]
		}
		if row == 0 || quantity.value(i) <= 0 || c.reverses[i] != notReversing || gone[i] || !passes(t.fs, i) {
			continue
		}
		if at := &last[row-1]; *at == 0 || days.value(i) >= days.value(*at-1) {
			*at = i + 1
		}
	}
	for i := range rows {
		if last[i] > 0 {
			rows[i].Fact = c.fact(last[i] - 1)
		}
	}
}
