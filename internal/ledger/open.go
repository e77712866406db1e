package ledger

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"sync"
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
	t, done := c.tallied(q)
	defer done()
	o := Opened{Facts: t.facts, Quantity: t.quantity, Total: t.counted}
	var codes []uint32 // of the rows: the worker's
	t.walk(after, func(code uint32, worker, subject, sum int64) bool {
		o.Rows = append(o.Rows, Counted{Worker: worker, Subject: subject, Quantity: sum})
		codes = append(codes, code)
		return limit <= 0 || len(o.Rows) < limit
	})
	t.sourced(o.Rows, codes)
	return o
}

// keptTallies is how many questions are remembered: who has opened a figure goes on to its next page. Each
// takes 4 bytes a person.
const keptTallies = 6

// tallies are the newest ones of a state of the columns, which never changes: the newest last.
type tallies struct {
	mu   sync.Mutex
	list []*keptTally
}

type keptTally struct {
	query string
	t     *tally
	users int
	old   bool // no longer in the list: the last user lets it go
}

// tallied gives the tally of a query, which nobody changes, until done.
func (c *Columns) tallied(q Query) (t *tally, done func()) {
	query := c.asked(&q)
	k := c.recent.find(query)
	if k == nil {
		k = c.recent.keep(&keptTally{query: query, t: c.tally(q), users: 1})
	}
	return k.t, func() { c.recent.leave(k) }
}

// asked is the text under which a query is remembered; what is not sealed yet is asked as of now.
func (c *Columns) asked(q *Query) string {
	q.Block = max(0, min(q.Block, c.Head()))
	return fmt.Sprintf("%+v", *q)
}

func (r *tallies) find(query string) *keptTally {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.list, func(k *keptTally) bool { return k.query == query })
	if i < 0 {
		return nil
	}
	k := r.list[i]
	k.users++
	r.list = append(slices.Delete(r.list, i, i+1), k)
	return k
}

func (r *tallies) keep(k *keptTally) *keptTally {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == keptTallies {
		r.list[0].drop()
		r.list = slices.Delete(r.list, 0, 1)
	}
	r.list = append(r.list, k)
	return k
}

func (r *tallies) leave(k *keptTally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k.users--; k.old {
		k.drop()
	}
}

func (k *keptTally) drop() {
	if k.old = true; k.users == 0 {
		k.t.release()
	}
}

// tally is what a query adds up to by person or thing.
type tally struct {
	c               *Columns
	fs              []filter
	end             int32
	facts, quantity int64
	counted         int
	people          []int32         // sums by code of the worker: 1 in a stock
	first, last     uint32          // the least and the greatest code that has facts; first > last: none has
	things          map[int64]int64 // sums by subject, of facts without a person
}

// usedSums holds a few arrays of sums for the next question: they are as long as there are people, and new ones cost
// a question half a millisecond.
var usedSums struct {
	sync.Mutex
	list [][]int32
}

// mostUsed is one question's for two processors and one more.
const mostUsed = 3

func newSums(n int) []int32 {
	usedSums.Lock()
	i := slices.IndexFunc(usedSums.list, func(sums []int32) bool { return cap(sums) >= n })
	if i < 0 {
		usedSums.Unlock()
		return make([]int32, n)
	}
	sums := usedSums.list[i][:n]
	usedSums.list = slices.Delete(usedSums.list, i, i+1)
	usedSums.Unlock()
	clear(sums)
	return sums
}

func (t *tally) release() {
	usedSums.Lock()
	defer usedSums.Unlock()
	if usedSums.list = append(usedSums.list, t.people); len(usedSums.list) > mostUsed {
		usedSums.list = slices.Delete(usedSums.list, 0, 1) // the oldest may be of a smaller state
	}
	t.people = nil
}

func (c *Columns) tally(q Query) *tally {
	fs, end := c.filters(q), c.end(q.Block)
	weights, nobody := valuesOf(&c.dicts[colQuantity]), c.nobody()
	runs := inRuns(end, func(lo, hi int32) *tally {
		t := &tally{c: c, fs: fs, end: end, people: newSums(len(c.dicts[colWorker].vals)), first: math.MaxUint32, things: map[int64]int64{}}
		t.run(lo, hi, weights, nobody)
		return t
	})
	t := runs[0]
	for _, o := range runs[1:] {
		t.merge(o)
		o.release()
	}
	for _, sum := range t.things {
		if sum != 0 {
			t.counted++
		}
	}
	return t
}

// run adds the facts from lo to hi up.
func (t *tally) run(lo, hi int32, weights []int64, nobody uint32) {
	workers, quantity := &t.c.dicts[colWorker], &t.c.dicts[colQuantity]
	var quantities [scanStep]int64
	scan(t.fs, lo, hi, func(sel []int32) {
		qs := quantities[:len(sel)]
		clear(qs)
		addColumn(quantity, sel, weights, qs)
		t.facts += int64(len(sel))
		switch workers.wide {
		case 1:
			addPeople(t, workers.w8, nobody, sel, qs)
		case 2:
			addPeople(t, workers.w16, nobody, sel, qs)
		default:
			addPeople(t, workers.w32, nobody, sel, qs)
		}
	})
}

// addPeople adds the facts at some indexes to the sums of their people, and keeps count of the sums that are not 0.
func addPeople[C code](t *tally, codes []C, nobody uint32, sel []int32, qs []int64) {
	counted, quantity, first, last := 0, int64(0), t.first, t.last
	for k, i := range sel {
		quantity += qs[k]
		w := uint32(codes[i])
		if w == nobody {
			t.things[t.c.subject[i]] += qs[k]
			continue
		}
		first, last = min(first, w), max(last, w)
		was := t.people[w]
		now := was + int32(qs[k])
		t.people[w] = now
		if now != 0 {
			counted++
		}
		if was != 0 {
			counted--
		}
	}
	t.first, t.last = first, last
	t.counted += counted
	t.quantity += quantity
}

// merge adds the sums of another run of facts. Codes are given in order of the facts, so that two runs have
// few people in common after a first load, and what the other has is then only copied.
func (t *tally) merge(o *tally) {
	t.facts += o.facts
	t.quantity += o.quantity
	t.counted += o.counted
	for thing, sum := range o.things {
		t.things[thing] += sum
	}
	if o.first > o.last {
		return
	}
	mine, theirs := t.people[o.first:], o.people[o.first:o.last+1]
	common := 0
	if t.first <= t.last {
		common = max(0, int(min(t.last, o.last))+1-int(o.first))
	}
	for i, sum := range theirs[:common] {
		was := mine[i]
		mine[i] = was + sum
		switch {
		case was == 0 || sum == 0:
		case was+sum == 0:
			t.counted -= 2
		default:
			t.counted--
		}
	}
	copy(mine[common:], theirs[common:])
	t.first, t.last = min(t.first, o.first), max(t.last, o.last)
}

// nobody is the code of the facts that are of no person; one that no fact has when there are none.
func (c *Columns) nobody() uint32 {
	if len(c.byID) == 0 || c.dicts[colWorker].vals[c.byID[0]] != 0 {
		return math.MaxUint32
	}
	return c.byID[0]
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

// factsOf adds the indexes of a person's facts, or of nobody's, that lie before an end.
func (c *Columns) factsOf(to []int32, code uint32, end int32) []int32 {
	for i := c.newest[code]; i != noFact; i = c.before[i] {
		if i < end {
			to = append(to, i)
		}
	}
	return to
}

// sourced gives each row the fact that put it there: of its facts under the filter that add, are in force
// and take nothing back, the one of the latest day, the later entered of two.
func (t *tally) sourced(rows []Counted, codes []uint32) {
	c := t.c
	workers := &c.dicts[colWorker]
	rowOf, subjects := map[uint32]int{}, map[int64]int{} // row + 1
	var own []int32
	for i, code := range codes {
		if rows[i].Worker != 0 {
			rowOf[code] = i + 1
			own = c.factsOf(own, code, t.end)
			continue
		}
		if len(subjects) == 0 {
			own = c.factsOf(own, code, t.end)
		}
		subjects[rows[i].Subject] = i + 1
	}
	slices.Sort(own)
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
