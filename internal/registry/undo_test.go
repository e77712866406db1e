package registry

import (
	"fmt"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/org"
)

// independent draws imports that do not contradict each other: no two speak of the same day, nobody begins
// at two employers on one day, and all say the same of who a person is.
func independent(h *history, n int) []batchOf {
	var pool []date.Day
	for _, k := range h.r.Perm(1400) {
		pool = append(pool, day("2020-06-01")+date.Day(k))
	}
	draw := func() date.Day { d := pool[0]; pool = pool[1:]; return d }
	out := make([]batchOf, n)
	for i := range out {
		out[i] = batchOf{id: int64(200 + i), employments: map[WorkerID][]EmploymentRow{}, certificates: map[WorkerID][]CertificateRow{}}
		if i%5 == 4 {
			out[i].units = []org.Observation{h.unit(oneOf(h.r, employers...), func(o *org.Observation) {
				o.AsOf, o.Parent, o.Import, o.Line = draw(), oneOf(h.r, unitJingkou, unitRunzhou, unitZone), out[i].id, 1
			})}
			continue
		}
		for range 3 {
			w := h.worker()
			if i%2 == 0 {
				r := h.rosterRow(w, oneOf(h.r, employers...), draw())
				if r.StartedOn.Valid {
					r.StartedOn = dayOf(draw())
				}
				if h.r.IntN(4) == 0 {
					r.LeftOn = dayOf(r.AsOf - date.Day(h.r.IntN(20)))
				}
				r.Sex, r.Birth = Sex(1+w%2), date.MonthOf(1963+5*int(w), 1+int(w))
				out[i].employments[w] = append(out[i].employments[w], r)
			} else {
				c := h.certificateRow(w, oneOf(h.r, "a", "b"))
				c.AsOf, c.IssuedOn = draw(), draw()
				c.Sex, c.Birth = Sex(1+w%2), date.MonthOf(1963+5*int(w), 1+int(w))
				out[i].certificates[w] = append(out[i].certificates[w], c)
			}
		}
	}
	return out
}

func (c *town) send(b batchOf) {
	c.t.Helper()
	if len(b.units) > 0 {
		c.observe(b.units...)
		return
	}
	c.enter(b)
}

// everything is all figures on all days, for comparing states.
func (c *town) everything() map[string]int64 {
	c.t.Helper()
	cols := c.columns()
	out := map[string]int64{}
	for on := spanFrom; on <= spanTo; on += 3 {
		for i := range figures {
			for _, cell := range cols.Sum(figures[i].query(on, 0)) {
				if cell.Quantity != 0 {
					out[figures[i].name+on.String()+fmt.Sprint(cell.Keys)] = cell.Quantity
				}
			}
		}
	}
	return out
}

func sameFigures(t *testing.T, what string, want, got map[string]int64) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %s = %d, want %d", what, k, got[k], v)
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d cells, want %d", what, len(got), len(want))
	}
}

func TestFigures_do_not_depend_on_the_order_of_independent_imports(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		h := newHistory(t, seed)
		imports := independent(h, 12)
		for _, b := range imports {
			h.send(b)
		}
		want := h.everything()
		if len(want) == 0 {
			t.Fatalf("seed %d: the imports brought nobody", seed)
		}
		for range 2 {
			other := newTown(t)
			for _, k := range h.r.Perm(len(imports)) {
				other.send(imports[k])
			}
			sameFigures(t, "another order", want, other.everything())
			must(t, other.verifyTimelines())
		}
	}
}

func TestUndo_and_import_again_restores_the_figures(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		h := newHistory(t, 50+seed)
		imports := independent(h, 10)
		states := []map[string]int64{h.everything()}
		for _, b := range imports {
			h.send(b)
			states = append(states, h.everything())
		}
		want := states[len(imports)]
		for _, k := range h.r.Perm(len(imports))[:5] {
			again := imports[k]
			h.undo(again.id)
			again.id += 1000
			for i := range again.units {
				again.units[i].Import = again.id
			}
			h.send(again)
			imports[k] = again
			sameFigures(t, "undone and imported again", want, h.everything())
		}
		head := h.columns().Head()
		for k := len(imports) - 1; k >= 0; k-- { // the last first: the figures go the same way back
			h.undo(imports[k].id)
			sameFigures(t, "undone back to an earlier state", states[k], h.everything())
		}
		if h.columns().Head() <= head {
			t.Error("undoing sealed no block")
		}
		must(t, h.verifyTimelines())
		must(t, h.verifyLedger())
	}
}

func TestImport_of_rows_in_force_adds_no_fact(t *testing.T) {
	t.Parallel()
	h := newHistory(t, 9)
	imports := independent(h, 8)
	for _, b := range imports {
		h.send(b)
	}
	facts, head := h.columns().Facts(), h.columns().Head()
	for _, b := range imports {
		b.id += 1000
		for i := range b.units {
			b.units[i].Import = b.id
		}
		h.send(b)
	}
	if c := h.columns(); c.Facts() != facts || c.Head() != head {
		t.Errorf("%d facts in %d blocks, want %d in %d", c.Facts(), c.Head(), facts, head)
	}
}
