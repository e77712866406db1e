package registry

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
)

// wanted is a filter as tables over what the columns hold: 1 passes. A nil table passes all.
type wanted struct {
	units    []uint8
	words    []uint8
	ranks    [256]uint8
	employer int32 // place; negative for all
	district int32 // 0 for all
}

// sees reports whether a unit, by its place, lies in the reader's subtree.
func (r *roll) sees(who account.Scope, unit int32) bool {
	lo := r.lo[unit]
	return unit > 0 && (who.All || lo >= who.Lo && lo <= who.Hi)
}

// wants makes the tables of a filter; nobody's when it names a unit or a word that no file has.
func (r *roll) wants(who account.Scope, f Filter) (w wanted, nobody bool) {
	w.units = make([]uint8, len(r.units.list))
	for at := range r.lo {
		if r.sees(who, int32(at)) {
			w.units[at] = 1
		}
	}
	for rank := range w.ranks {
		if rank >= f.RankEver {
			w.ranks[rank] = 1
		}
	}
	w.employer, w.district = -1, f.District
	if f.Employer != 0 {
		at, ok := r.units.at[f.Employer]
		if !ok {
			return w, true
		}
		w.employer = at
	}
	if text := cn.Fold(f.Text); text != "" {
		w.words = r.words.holding(text)
		nobody = !slices.Contains(w.words, 1)
	}
	return w, nobody
}

// rollPart is the least number of files for which a further processor is asked; tests lower it.
var rollPart = 1 << 16

// chosen are the files that a filter chooses: one bit for each, 64 in a word.
type chosen []uint64

// sift asks n files or certificates, 64 at a time. No branch depends on what one holds where most are looked at.
func sift(n int, some func(lo, hi int) uint64) chosen {
	out := make(chosen, (n+63)/64)
	out.inParts(func(_, from, to int) {
		for k := from; k < to; k++ {
			out[k] = some(64*k, min(64*k+64, n))
		}
	})
	return out
}

// inParts runs do over the words from one to another, each processor a part.
func (s chosen) inParts(do func(part, from, to int)) {
	parts := max(1, min(runtime.GOMAXPROCS(0), 64*len(s)/rollPart))
	var all sync.WaitGroup
	for p := range parts {
		all.Go(func() { do(p, len(s)*p/parts, len(s)*(p+1)/parts) })
	}
	all.Wait()
}

// some asks at most 64, the first of which is the lowest bit.
func (c *whereabouts) some(w *wanted, lo, hi int) uint64 {
	bits := lanes(c.unit[lo:hi], func(unit int32) uint8 { return w.units[unit] })
	if bits != 0 && w.district != 0 {
		bits &= lanes(c.district[lo:hi], func(d int32) uint8 { return same(d, w.district) })
	}
	if bits != 0 && w.employer >= 0 {
		bits &= lanes(c.employer[lo:hi], func(e int32) uint8 { return same(e, w.employer) })
	}
	if bits != 0 && w.words != nil {
		bits &= lanes(c.words[lo:hi], func(n int32) uint8 { return w.words[n] })
	}
	return bits
}

// chosenBy asks every file.
func (c *fileColumns) chosenBy(w *wanted) chosen {
	return sift(len(c.id), func(lo, hi int) uint64 {
		bits := c.some(w, lo, hi)
		if bits != 0 && w.ranks[0] == 0 {
			bits &= lanes(c.rankEver[lo:hi], func(r uint8) uint8 { return w.ranks[r] })
		}
		return bits
	})
}

func lanes[T any](column []T, pass func(T) uint8) (bits uint64) {
	for i, v := range column {
		bits |= uint64(pass(v)) << (uint(i) & 63)
	}
	return bits
}

func same(a, b int32) uint8 {
	if a == b {
		return 1
	}
	return 0
}

func (s chosen) count() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// places gives the places of the files chosen among the words from one to another.
func (s chosen) places(from, to int) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for k := from; k < to; k++ {
			for word := s[k]; word != 0; word &= word - 1 {
				if !yield(int32(64*k + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// backwards gives them from the last on.
func (s chosen) backwards(from, to int) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for k := to - 1; k >= from; k-- {
			for word := s[k]; word != 0; {
				top := 63 - bits.LeadingZeros64(word)
				if !yield(int32(64*k + top)) {
					return
				}
				word &^= 1 << top
			}
		}
	}
}

// keptPages is how many pages are remembered until somebody's file or the tree changes: many open the same list. Of a
// filter what it chooses is remembered too, for its other pages and orders: a bit for each file.
const (
	keptPages   = 256
	keptFilters = 32
)

// pages are what was asked of a state of the roll.
type pages struct {
	mu      sync.Mutex
	kept    map[asked]answered
	filters map[asked]selection
}

// selection is what a filter chooses, in any order; nobody changes it.
type selection struct {
	files chosen
	total int
}

type asked struct {
	who account.Scope
	f   Filter
}

type answered struct {
	ids   []WorkerID
	total int
}

func (p *pages) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept, p.filters = nil, nil
}

func (p *pages) find(q asked) (answered, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.kept[q]
	return a, ok
}

func (p *pages) keep(q asked, a answered) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= keptPages {
		p.kept = map[asked]answered{}
	}
	p.kept[q] = a
}

// page gives the ids of a page, which nobody changes, and how many files the filter chooses. See find.
func (r *roll) page(who account.Scope, f Filter) (ids []WorkerID, total int, err error) {
	q := asked{who, f}
	a, ok := r.pages.find(q)
	if !ok {
		if a.ids, a.total, err = r.find(who, f); err != nil {
			return nil, 0, err
		}
		r.pages.keep(q, a)
	}
	return a.ids, a.total, nil
}

// find gives the ids of a page, and how many files the filter chooses. The page begins behind the file f.After,
// which the reader must be allowed to see: its key is looked up, so that neither a name nor an age stands in an address. Files
// of one key stand by id, so that no page repeats or loses anybody.
func (r *roll) find(who account.Scope, f Filter) (ids []WorkerID, total int, err error) {
	key, down, err := r.key(f)
	if err != nil {
		return nil, 0, err
	}
	sel := r.selected(who, f)
	files := sel.files
	if total = sel.total; total == 0 {
		return nil, 0, nil
	}
	if key == nil {
		from, _ := slices.BinarySearch(r.files.id, f.After+1)
		for at := range files.places(from/64, len(files)) {
			if int(at) < from {
				continue
			}
			if len(ids) == f.Limit {
				break
			}
			ids = append(ids, r.files.id[at])
		}
		return ids, total, nil
	}
	sort := keyed{key: key, down: down, most: f.Limit, after: ranked{math.MinInt32, -1}}
	if f.After != 0 {
		at, ok := slices.BinarySearch(r.files.id, f.After)
		if !ok || !r.sees(who, r.files.unit[at]) {
			return nil, 0, fault.New(fault.Invalid, "listing.after_gone")
		}
		sort.after = sort.of(int32(at))
	}
	for _, at := range sort.first(files) {
		ids = append(ids, r.files.id[at])
	}
	return ids, total, nil
}

// selected is what a filter chooses.
func (r *roll) selected(who account.Scope, f Filter) selection {
	f.After, f.Order, f.Limit = 0, "", 0
	q := asked{who, f}
	r.pages.mu.Lock()
	sel, ok := r.pages.filters[q]
	r.pages.mu.Unlock()
	if ok {
		return sel
	}
	if w, nobody := r.wants(who, f); !nobody {
		sel.files = r.files.chosenBy(&w)
		sel.total = sel.files.count()
	}
	r.pages.mu.Lock()
	defer r.pages.mu.Unlock()
	if r.pages.filters == nil || len(r.pages.filters) >= keptFilters {
		r.pages.filters = map[asked]selection{}
	}
	r.pages.filters[q] = sel
	return sel
}

// key gives what an order compares; nil for the list's own.
func (r *roll) key(f Filter) (key func(at int32) int32, down bool, err error) {
	expr, down, err := workerOrders.Of(f.Order)
	if err != nil || expr == "" {
		return nil, false, err
	}
	c := &r.files
	switch f.Order.Name() {
	case "name":
		return func(at int32) int32 { return r.words.order[c.words[at]] }, down, nil
	case "age":
		return func(at int32) int32 { return c.born[at] }, down, nil
	default:
		return func(at int32) int32 { return int32(c.rankEver[at]) }, down, nil
	}
}

// ranked is a file with the key of an order, turned round for a descending one.
type ranked struct{ key, at int32 }

func (a ranked) compare(b ranked) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.at, b.at)
}

// keyed finds the first files of an order behind one of them.
type keyed struct {
	key   func(at int32) int32
	down  bool
	most  int
	after ranked
}

func (k *keyed) of(at int32) ranked {
	v := k.key(at)
	if k.down {
		v = -v
	}
	return ranked{v, at}
}

// first looks through each part beside the others, keeping no more than a few pages of each.
func (k *keyed) first(files chosen) []int32 {
	found := make([][]ranked, runtime.GOMAXPROCS(0))
	files.inParts(func(part, from, to int) { found[part] = k.among(files, from, to) })
	best := slices.Concat(found...)
	slices.SortFunc(best, ranked.compare)
	out := make([]int32, 0, k.most)
	for _, b := range best[:min(len(best), k.most)] {
		out = append(out, b.at)
	}
	return out
}

func (k *keyed) among(files chosen, from, to int) []ranked {
	best := make([]ranked, 0, 4*k.most)
	limit := ranked{math.MaxInt32, math.MaxInt32} // what is behind it is on no page
	walk := files.places
	if k.down { // what came last is mostly of the latest day: beginning there, little is kept in vain
		walk = files.backwards
	}
	for at := range walk(from, to) {
		one := k.of(at)
		if one.compare(k.after) <= 0 || one.compare(limit) > 0 {
			continue
		}
		if best = append(best, one); len(best) == cap(best) {
			slices.SortFunc(best, ranked.compare)
			best = best[:k.most]
			limit = best[k.most-1]
		}
	}
	return best
}
