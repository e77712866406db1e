package ledger

import (
	"runtime"
	"sync"

	"tuoxing/internal/date"
)

// scanStep is how many facts are looked at together: their indexes, keys and quantities stay in the
// processor's nearest cache while one column after the other is read over them.
const scanStep = 2048

// scanPart is the least number of facts for which a further processor is asked; tests lower it.
var scanPart = 1 << 16

// code is a column's array of dictionary codes.
type code interface{ uint8 | uint16 | uint32 }

// siftAll writes the indexes, counted from lo, of the codes that pass, and gives how many there are. No
// branch depends on a code: what does not pass is overwritten.
func siftAll[C code](codes []C, pass []uint8, lo int32, sel []int32) int {
	n := 0
	for i, c := range codes {
		sel[n] = lo + int32(i)
		n += int(pass[c])
	}
	return n
}

// siftSome keeps those of some indexes whose code passes.
func siftSome[C code](codes []C, pass []uint8, sel []int32) int {
	n := 0
	for _, i := range sel {
		sel[n] = i
		n += int(pass[codes[i]])
	}
	return n
}

// siftBytes is siftSome for the narrowest codes, whose table needs no check.
func siftBytes(codes []uint8, pass *[256]uint8, sel []int32) int {
	n := 0
	for _, i := range sel {
		sel[n] = i
		n += int(pass[codes[i]])
	}
	return n
}

// number is what is looked up by code and added.
type number interface{ uint32 | uint64 | int64 }

// addUp adds what a table says of the codes at some indexes to one sum each.
func addUp[C code, V number](codes []C, sel []int32, table, to []V) {
	to = to[:len(sel)]
	for k, i := range sel {
		to[k] += table[codes[i]]
	}
}

// addBytes is addUp for the narrowest codes, whose table needs no check.
func addBytes[V number](codes []uint8, sel []int32, table *[256]V, to []V) {
	to = to[:len(sel)]
	for k, i := range sel {
		to[k] += table[codes[i]]
	}
}

// addColumn is addUp over a column of any width; the table is one that tableOf made.
func addColumn[V number](d *dict, sel []int32, table, to []V) {
	switch d.wide {
	case 1:
		addBytes(d.w8, sel, (*[256]V)(table), to)
	case 2:
		addUp(d.w16, sel, table, to)
	default:
		addUp(d.w32, sel, table, to)
	}
}

// tableOf makes a table by code, with room for every code of the narrowest width.
func tableOf[V any](d *dict, of func(code int) V) []V {
	out := make([]V, len(d.vals), max(len(d.vals), 256))
	for i := range out {
		out[i] = of(i)
	}
	return out[:cap(out)]
}

// filter is one column's part of a query: 1 for each of its codes that passes.
type filter struct {
	d    *dict
	pass []uint8
}

// all gives the indexes from lo to hi that pass.
func (f *filter) all(lo, hi int32, sel []int32) []int32 {
	switch f.d.wide {
	case 1:
		return sel[:siftAll(f.d.w8[lo:hi], f.pass, lo, sel)]
	case 2:
		return sel[:siftAll(f.d.w16[lo:hi], f.pass, lo, sel)]
	}
	return sel[:siftAll(f.d.w32[lo:hi], f.pass, lo, sel)]
}

// some gives those of some indexes that pass.
func (f *filter) some(sel []int32) []int32 {
	switch f.d.wide {
	case 1:
		return sel[:siftBytes(f.d.w8, (*[256]uint8)(f.pass), sel)]
	case 2:
		return sel[:siftSome(f.d.w16, f.pass, sel)]
	}
	return sel[:siftSome(f.d.w32, f.pass, sel)]
}

// passes reports whether one fact passes.
func passes(fs []filter, i int32) bool {
	for k := range fs {
		if fs[k].pass[fs[k].d.at(i)] == 0 {
			return false
		}
	}
	return true
}

// filters translates a query into pass tables over dictionary codes; those that pass everything
// are left out.
func (c *Columns) filters(q Query) []filter {
	var out []filter
	add := func(d *dict, has func(v int64) bool) {
		passing := 0
		f := filter{d: d, pass: tableOf(d, func(code int) uint8 {
			if !has(d.vals[code]) {
				return 0
			}
			passing++
			return 1
		})}
		if passing < len(d.vals) {
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

// scan gives the indexes from lo to hi of the facts that pass, in order, some at a time; the slice is
// used again after each returns.
func scan(fs []filter, lo, hi int32, each func(sel []int32)) {
	var buf [scanStep]int32
	for ; lo < hi; lo += scanStep {
		to := min(lo+scanStep, hi)
		sel := buf[:to-lo]
		if len(fs) == 0 {
			for i := range sel {
				sel[i] = lo + int32(i)
			}
		} else {
			sel = fs[0].all(lo, to, sel)
		}
		for k := 1; k < len(fs) && len(sel) > 0; k++ {
			sel = fs[k].some(sel)
		}
		if len(sel) > 0 {
			each(sel)
		}
	}
}

// inRuns cuts the facts up to end into one run for each processor that is worth asking, reads the runs
// together and gives what each found, in order; there is at least one.
func inRuns[T any](end int32, read func(lo, hi int32) T) []T {
	n := max(1, min(runtime.GOMAXPROCS(0), int(end)/scanPart))
	out := make([]T, n)
	if n == 1 {
		out[0] = read(0, end)
		return out
	}
	var wg sync.WaitGroup
	for k := range n {
		lo, hi := int64(end)*int64(k)/int64(n), int64(end)*int64(k+1)/int64(n)
		wg.Go(func() { out[k] = read(int32(lo), int32(hi)) })
	}
	wg.Wait()
	return out
}

// FactsIn gives every signed fact that a query counts, in block order.
func (c *Columns) FactsIn(q Query) []Placed {
	var out []Placed
	scan(c.filters(q), 0, c.end(q.Block), func(sel []int32) {
		for _, i := range sel {
			out = append(out, c.fact(i))
		}
	})
	return out
}
