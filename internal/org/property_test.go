package org_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

// history grows a random tree by random files, moves, renames and withdrawals, some refused as
// circles, and keeps what it handed in as the naive truth.
type history struct {
	*town
	rnd  *rand.Rand
	rows []org.Observation // what Observe accepted; Withdrawn kept up by hand
	gone map[int64]bool
}

const (
	units   = 14
	dayZero = "2023-01-01"
	span    = 20 // days over which rows are spread
)

func (h *history) row(imported int64) org.Observation {
	id := org.UnitID(h.rnd.IntN(units) + 1)
	o := org.Observation{
		Unit: id, Kind: org.Enterprise, Name: fmt.Sprintf("单位%d", h.rnd.IntN(3)), Import: imported,
		AsOf: date.MustParse(dayZero) + date.Day(h.rnd.IntN(span)), Industry: h.rnd.IntN(2) * 3587,
	}
	switch {
	case id == 1:
		o.Kind, o.Name = org.City, "市总工会"
	case id <= 4:
		o.Kind, o.District, o.Parent = org.District, 321102+int32(h.rnd.IntN(2)), 1
	default:
		o.Parent = org.UnitID(h.rnd.IntN(int(id)-1) + 1)
		if h.rnd.IntN(6) == 0 {
			o.Parent = org.UnitID(h.rnd.IntN(units) + 1) // may close a circle, may be unknown
		}
	}
	return o
}

// first is a file that names the upper units and some of the lower ones.
func (h *history) first() []org.Observation {
	var file []org.Observation
	for i := range units {
		o := h.row(1)
		for o.Unit != org.UnitID(i+1) || o.Parent >= o.Unit || o.Parent > 5 {
			o = h.row(1)
		}
		if i < 5 || h.rnd.IntN(2) == 0 {
			file = append(file, o)
		}
	}
	return file
}

// step hands in one file or withdraws one and reports whether the tree took it.
func (h *history) step(t *testing.T, imported int64) {
	t.Helper()
	before := h.tree(t)
	var file []org.Observation
	var back int64
	switch {
	case imported == 1:
		file = h.first()
	case imported > 3 && h.rnd.IntN(4) == 0:
		back = h.rnd.Int64N(imported-1) + 1
	default:
		for range h.rnd.IntN(4) + 1 {
			file = append(file, h.row(imported))
		}
	}
	var changed []org.UnitID
	err := h.db.WriteTx(t.Context(), func(tx *db.Tx) (err error) {
		if back != 0 {
			changed, err = h.WithdrawImport(t.Context(), tx, back)
		} else {
			changed, err = h.Observe(t.Context(), tx, file)
		}
		return err
	})
	if err != nil {
		if k := fault.KindOf(err); k == fault.Internal {
			t.Fatal(err)
		}
		return
	}
	if back != 0 {
		h.gone[back] = true
	}
	h.rows = append(h.rows, file...)
	h.compare(t, before, changed)
}

// naive is the row in force by the words of the package comment, found by looking at all rows.
func (h *history) naive(id org.UnitID, on date.Day) *org.Observation {
	var best, earliest *org.Observation
	for i := range h.rows {
		o := &h.rows[i]
		if o.Unit != id || h.gone[o.Import] {
			continue
		}
		later := func(b *org.Observation) bool { // of one day the later import, then the later id
			return o.Import > b.Import || o.Import == b.Import && o.ID > b.ID
		}
		if o.AsOf <= on && (best == nil || o.AsOf > best.AsOf || o.AsOf == best.AsOf && later(best)) {
			best = o
		}
		if earliest == nil || o.AsOf < earliest.AsOf || o.AsOf == earliest.AsOf && later(earliest) {
			earliest = o
		}
	}
	if best == nil {
		return earliest
	}
	return best
}

func (h *history) naiveState(id org.UnitID, on date.Day) (s org.State, ok bool) {
	o := h.naive(id, on)
	if o == nil {
		return s, false
	}
	s = org.State{Name: o.Name, Kind: o.Kind, Parent: h.naiveParent(o, on), Union: id, District: o.District, Industry: o.Industry, Ownership: o.Ownership, Size: o.Size}
	for top := o; ; {
		p := h.naiveParent(top, on)
		if p == 0 || h.naive(p, on).Kind == org.City {
			s.Union = top.Unit
			if s.District == 0 {
				s.District = top.District
			}
			return s, true
		}
		top = h.naive(p, on)
	}
}

func (h *history) naiveParent(o *org.Observation, on date.Day) org.UnitID {
	switch {
	case o.Kind == org.City:
		return 0
	case o.Parent != 0 && h.naive(o.Parent, on) != nil:
		return o.Parent
	case h.naive(1, on) != nil:
		return 1
	}
	return 0
}

// compare holds the tree against the naive truth day by day, the change list against the states
// before, and the ranges against a walk.
func (h *history) compare(t *testing.T, before *org.Tree, changed []org.UnitID) {
	t.Helper()
	after := h.tree(t)
	start := date.MustParse(dayZero)
	var differ []org.UnitID
	for id := org.UnitID(1); id <= units; id++ {
		var days []date.Day
		same := true
		prev, _ := h.naiveState(id, start-3)
		for d := start - 3; d < start+span+3; d++ {
			want, wantOK := h.naiveState(id, d)
			got, ok := after.At(id, d)
			if got != want || ok != wantOK {
				t.Fatalf("unit %s on %s: %+v %v, want %+v %v", id, d, got, ok, want, wantOK)
			}
			if want != prev {
				days = append(days, d)
			}
			prev = want
			was, wasOK := before.At(id, d)
			same = same && was == got && wasOK == ok
		}
		if !same {
			differ = append(differ, id)
		}
		if diff := cmp.Diff(days, after.Changes(id)); diff != "" {
			t.Fatalf("changes of %s (-want +got):\n%s", id, diff)
		}
	}
	if diff := cmp.Diff(differ, changed); diff != "" {
		t.Fatalf("changed units (-want +got):\n%s", diff)
	}
	h.compareRanges(t, after, date.MustParse(dayZero)+span/2)
}

func (h *history) compareRanges(t *testing.T, tree *org.Tree, today date.Day) {
	t.Helper()
	for id := org.UnitID(1); id <= units; id++ {
		var walked, ranged []org.UnitID
		if _, ok := tree.At(id, today); ok {
			for todo := []org.UnitID{id}; len(todo) > 0; {
				u := todo[0]
				todo = append(todo[1:], tree.Children(u, today)...)
				walked = append(walked, u)
			}
		}
		lo, hi := tree.Range(id)
		must(t, h.db.ReadTx(t.Context(), func(tx *db.Tx) error {
			return tx.Query(t.Context(), `SELECT unit_id FROM org_unit WHERE lo BETWEEN $1 AND $2 ORDER BY unit_id`, []any{lo, hi}, func(r db.Scanner) error {
				var u org.UnitID
				err := r.Scan(&u)
				ranged = append(ranged, u)
				return err
			})
		}))
		slices.Sort(walked)
		if diff := cmp.Diff(walked, ranged); diff != "" {
			t.Fatalf("subtree of %s (-walked +by range):\n%s", id, diff)
		}
	}
}

func TestTree_agrees_with_a_naive_reading_of_random_histories(t *testing.T) {
	t.Parallel()
	seeds, steps := uint64(20), int64(12)
	if testkit.OnPostgres() {
		seeds, steps = 4, 8 // the same code on a slower database
	}
	taken := 0
	for seed := range seeds {
		clock := testkit.NewClock()
		clock.Set(date.MustParse(dayZero).Time().Add(span / 2 * 24 * time.Hour)) // rows lie on both sides of today
		h := &history{
			town: &town{Service: &org.Service{}, db: testkit.NewDBAt(t, clock)},
			rnd:  rand.New(rand.NewPCG(seed, 7)), gone: map[int64]bool{},
		}
		for i := range steps {
			h.step(t, i+1)
		}
		taken += len(h.rows)
	}
	if taken < int(seeds)*20 {
		t.Errorf("only %d rows were accepted: the histories are too thin to say anything", taken)
	}
}

// BenchmarkObserve is one file of 30,000 enterprises, the size of a whole city, and one row more.
func BenchmarkObserve(b *testing.B) {
	file := []org.Observation{{Unit: 1, Kind: org.City, Name: "市总工会", AsOf: 1}}
	for i := range 8 {
		file = append(file, org.Observation{Unit: org.UnitID(2 + i), Kind: org.District, Name: fmt.Sprintf("辖区%d", i), AsOf: 1, District: int32(321102 + i)})
	}
	for i := range 30_000 {
		file = append(file, org.Observation{Kind: org.Enterprise, Name: fmt.Sprintf("企业%05d", i), Code: fmt.Sprintf("E%05d", i), Parent: org.UnitID(2 + i%8), AsOf: 1})
	}
	one := []org.Observation{{Kind: org.Enterprise, Name: "又一家企业", Parent: 2, AsOf: 1}}
	for name, what := range map[string]string{"whole city": "file", "one row more": "one", "load": "load"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				d, s := testkit.NewDB(b), &org.Service{}
				observe := func(obs []org.Observation) {
					if err := d.WriteTx(b.Context(), func(tx *db.Tx) error {
						_, err := s.Observe(b.Context(), tx, slices.Clone(obs))
						return err
					}); err != nil {
						b.Fatal(err)
					}
				}
				if what != "file" {
					observe(file)
				}
				b.StartTimer()
				switch what {
				case "file":
					observe(file)
				case "one":
					observe(one)
				case "load":
					if err := d.ReadTx(b.Context(), func(tx *db.Tx) error { _, err := org.Load(b.Context(), tx); return err }); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
