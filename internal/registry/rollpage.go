package registry

import (
	"cmp"
	"math"
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

// wants makes the tables of a filter; nobody's when it names a unit or a word that no file has.
func (r *roll) wants(who account.Scope, f Filter) (w wanted, nobody bool) {
	w.units = make([]uint8, len(r.units.list))
	for at, lo := range r.lo {
		if at > 0 && (who.All || lo >= who.Lo && lo <= who.Hi) {
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

// rollStep is how many files are looked at together, so that their places stay in the nearest cache.
const rollStep = 2048

// rollPart is the least number of files for which a further processor is asked; tests lower it.
var rollPart = 1 << 16

// sift gives the places of the files that a filter chooses, in runs that follow one another. No branch depends on
// what a file holds where most are looked at: what does not pass is overwritten.
func (c *fileColumns) sift(w *wanted) [][]int32 {
	n := len(c.id)
	parts := max(1, min(runtime.GOMAXPROCS(0), n/rollPart))
	out := make([][]int32, parts)
	var all sync.WaitGroup
	for p := range parts {
		all.Go(func() {
			lo, hi := n*p/parts, n*(p+1)/parts
			var sel [rollStep]int32
			for lo < hi {
				end := min(lo+rollStep, hi)
				out[p] = append(out[p], c.step(w, lo, end, sel[:])...)
				lo = end
			}
		})
	}
	all.Wait()
	return out
}

func (c *fileColumns) step(w *wanted, lo, hi int, sel []int32) []int32 {
	n := 0
	for i, unit := range c.unit[lo:hi] {
		sel[n] = int32(lo + i)
		n += int(w.units[unit])
	}
	sel = sel[:n]
	if w.district != 0 {
		sel = keep(sel, func(at int32) bool { return c.district[at] == w.district })
	}
	if w.employer >= 0 {
		sel = keep(sel, func(at int32) bool { return c.employer[at] == w.employer })
	}
	if w.ranks[0] == 0 {
		n = 0
		for _, at := range sel {
			sel[n] = at
			n += int(w.ranks[c.rankEver[at]])
		}
		sel = sel[:n]
	}
	if w.words != nil {
		n = 0
		for _, at := range sel {
			sel[n] = at
			n += int(w.words[c.words[at]])
		}
		sel = sel[:n]
	}
	return sel
}

func keep(sel []int32, passes func(at int32) bool) []int32 {
	n := 0
	for _, at := range sel {
		sel[n] = at
		if passes(at) {
			n++
		}
	}
	return sel[:n]
}

// page gives the ids of a page, and how many files the filter chooses. The page begins behind the file f.After,
// which the reader must be allowed to see: its key is looked up, so that neither a name nor an age stands in an address. Files
// of one key stand by id, so that no page repeats or loses anybody.
func (r *roll) page(who account.Scope, f Filter) (ids []WorkerID, total int, err error) {
	key, down, err := r.key(f)
	if err != nil {
		return nil, 0, err
	}
	w, nobody := r.wants(who, f)
	if nobody {
		return nil, 0, nil
	}
	runs := r.files.sift(&w)
	for _, run := range runs {
		total += len(run)
	}
	if key == nil {
		from, _ := slices.BinarySearch(r.files.id, f.After+1)
		for _, run := range runs {
			first, _ := slices.BinarySearch(run, int32(from))
			for _, at := range run[first:] {
				if len(ids) == f.Limit {
					return ids, total, nil
				}
				ids = append(ids, r.files.id[at])
			}
		}
		return ids, total, nil
	}
	sort := keyed{key: key, down: down, most: f.Limit, after: ranked{math.MinInt32, -1}}
	if f.After != 0 {
		at, ok := slices.BinarySearch(r.files.id, f.After)
		if !ok || w.units[r.files.unit[at]] == 0 {
			return nil, 0, fault.New(fault.Invalid, "listing.after_gone")
		}
		sort.after = sort.of(int32(at))
	}
	for _, at := range sort.first(runs) {
		ids = append(ids, r.files.id[at])
	}
	return ids, total, nil
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

// first looks through each run beside the others, keeping no more than a few pages of each.
func (k *keyed) first(runs [][]int32) []int32 {
	found := make([][]ranked, len(runs))
	var all sync.WaitGroup
	for i, run := range runs {
		all.Go(func() { found[i] = k.ofRun(run) })
	}
	all.Wait()
	best := slices.Concat(found...)
	slices.SortFunc(best, ranked.compare)
	out := make([]int32, 0, k.most)
	for _, b := range best[:min(len(best), k.most)] {
		out = append(out, b.at)
	}
	return out
}

func (k *keyed) ofRun(run []int32) []ranked {
	best := make([]ranked, 0, 4*k.most)
	limit := ranked{math.MaxInt32, math.MaxInt32} // what is behind it is on no page
	for _, at := range run {
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
