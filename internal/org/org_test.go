package org_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

// The day of the first rows, and the day on which the zone was cut out of its district.
var (
	first = date.MustParse("2022-01-01")
	split = date.MustParse("2023-07-01")
)

// town is a small tree: city, two districts, one zone, an industrial union, three enterprises.
type town struct {
	*org.Service
	db                                           *db.DB
	city, jingkou, danyang, zone, textile        org.UnitID
	optics, mill /* of jingkou */, lens, foundry org.UnitID
}

const townImport = 11

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{Service: &org.Service{}, db: testkit.NewDB(t)}
	obs := []org.Observation{
		{Unit: 100, Kind: org.City, Name: "镇江市总工会", Code: "C-CITY"},
		{Unit: 110, Kind: org.District, Name: "京口区总工会", District: 321102, Code: "C-JK"},
		{Unit: 120, Kind: org.District, Name: "丹阳市总工会", District: 321181, Code: "C-DY"},
		{Unit: 130, Kind: org.Zone, Name: "镇江新区总工会", District: 321171, Code: "C-XQ"},
		{Unit: 140, Kind: org.IndustryUnion, Name: "纺织产业工会"},
		{Unit: 201, Kind: org.Enterprise, Name: "丹阳光学有限公司", Code: "C-OPT", Parent: 120, Industry: 3587, Ownership: 170, Size: 2},
		{Unit: 202, Kind: org.Enterprise, Name: "京口面粉厂", Parent: 110, Industry: 1311, Ownership: 110, Size: 3},
		{Unit: 203, Kind: org.Enterprise, Name: "丹阳镜片厂", Parent: 201, Industry: 3587, Ownership: 170, Size: 4},
		{Unit: 204, Kind: org.Enterprise, Name: "大港铸造厂", Parent: 110, Industry: 3391, Ownership: 300, Size: 1, District: 321171},
	}
	for i := range obs {
		obs[i].AsOf, obs[i].Import, obs[i].Line = first, townImport, int32(i+1)
	}
	w.city, w.jingkou, w.danyang, w.zone, w.textile = 100, 110, 120, 130, 140
	w.optics, w.mill, w.lens, w.foundry = 201, 202, 203, 204
	w.observe(t, obs...)
	return w
}

func (w *town) observe(t *testing.T, obs ...org.Observation) []org.UnitID {
	t.Helper()
	var changed []org.UnitID
	must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) (err error) {
		changed, err = w.Observe(t.Context(), tx, obs)
		return err
	}))
	return changed
}

func (w *town) withdraw(t *testing.T, imported int64) []org.UnitID {
	t.Helper()
	var changed []org.UnitID
	must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) (err error) {
		changed, err = w.WithdrawImport(t.Context(), tx, imported)
		return err
	}))
	return changed
}

// tree is the cached tree, after comparing it with one read anew.
func (w *town) tree(t *testing.T) *org.Tree {
	t.Helper()
	var cached *org.Tree
	must(t, w.db.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
		if cached, err = w.Tree(t.Context(), tx); err != nil {
			return err
		}
		fresh, err := org.Load(t.Context(), tx)
		if err != nil {
			return err
		}
		for _, id := range fresh.Units("") {
			if diff := cmp.Diff(fresh.Observations(id), cached.Observations(id)); diff != "" {
				t.Errorf("the cached rows of %s differ from the stored ones: %s", id, diff)
			}
			flo, fhi := fresh.Range(id)
			if lo, hi := cached.Range(id); lo != flo || hi != fhi {
				t.Errorf("the cached range of %s is %d–%d, the stored one %d–%d", id, lo, hi, flo, fhi)
			}
		}
		return nil
	}))
	return cached
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func state(t *testing.T, tree *org.Tree, id org.UnitID, on string) org.State {
	t.Helper()
	s, ok := tree.At(id, date.MustParse(on))
	if !ok {
		t.Fatalf("unit %s is unknown on %s", id, on)
	}
	return s
}

func TestAt_gives_union_and_district_through_the_ancestors(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	tree := w.tree(t)
	cases := map[string]struct {
		unit org.UnitID
		want org.State
	}{
		"the city is its own union":           {w.city, org.State{Name: "镇江市总工会", Kind: org.City, Union: w.city}},
		"a district is its own union":         {w.danyang, org.State{Name: "丹阳市总工会", Kind: org.District, Parent: w.city, Union: w.danyang, District: 321181}},
		"a grandchild has its union's region": {w.lens, org.State{Name: "丹阳镜片厂", Kind: org.Enterprise, Parent: w.optics, Union: w.danyang, District: 321181, Industry: 3587, Ownership: 170, Size: 4}},
		"an own region wins":                  {w.foundry, org.State{Name: "大港铸造厂", Kind: org.Enterprise, Parent: w.jingkou, Union: w.jingkou, District: 321171, Industry: 3391, Ownership: 300, Size: 1}},
	}
	for name, c := range cases {
		if diff := cmp.Diff(c.want, state(t, tree, c.unit, "2023-04-01")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.want, state(t, tree, c.unit, "1999-01-01")); diff != "" {
			t.Errorf("%s, before its first row (-want +got):\n%s", name, diff)
		}
		if days := tree.Changes(c.unit); len(days) != 0 {
			t.Errorf("%s: changes on %v, want none", name, days)
		}
	}
	if _, ok := tree.At(999, first); ok {
		t.Error("an unknown unit has a state")
	}
}

func TestObserve_splits_a_district_from_a_day_on(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before := w.tree(t)
	changed := w.observe(t, org.Observation{AsOf: split, Kind: org.Enterprise, Name: "丹阳光学有限公司", Code: "c-opt", Parent: w.zone, Industry: 3587, Ownership: 170, Size: 2, Import: 12})
	if diff := cmp.Diff([]org.UnitID{w.optics, w.lens}, changed); diff != "" {
		t.Errorf("changed units (-want +got):\n%s", diff)
	}
	tree := w.tree(t)
	for _, id := range []org.UnitID{w.optics, w.lens, w.mill} {
		if diff := cmp.Diff(state(t, before, id, "2023-06-30"), state(t, tree, id, "2023-06-30")); diff != "" {
			t.Errorf("the day before the split changed: %s", diff)
		}
	}
	for _, id := range []org.UnitID{w.optics, w.lens} {
		if s := state(t, tree, id, "2023-07-01"); s.Union != w.zone || s.District != 321171 {
			t.Errorf("after the split %s lies in %s, %d", s.Name, s.Union, s.District)
		}
		if diff := cmp.Diff([]date.Day{split}, tree.Changes(id)); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	}
	if s := state(t, tree, w.lens, "2023-07-01"); s.Parent != w.optics {
		t.Errorf("the parent of the lens factory is %s", s.Parent)
	}
}

func TestObserve_keeps_a_confirmation_that_takes_over_when_the_first_is_withdrawn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	again := org.Observation{AsOf: date.MustParse("2022-06-01"), Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.jingkou, Industry: 1311, Ownership: 110, Size: 3, Import: 12}
	if changed := w.observe(t, again); len(changed) != 0 {
		t.Errorf("a confirmation changed %v", changed)
	}
	if n := len(w.tree(t).Observations(w.mill)); n != 2 {
		t.Errorf("%d rows kept, want 2", n)
	}
	w.withdraw(t, townImport)
	s := state(t, w.tree(t), w.mill, "2022-01-01")
	if s.Name != "京口面粉厂" || s.Industry != 1311 {
		t.Errorf("the confirmation does not stand in: %+v", s)
	}
	if s.Parent != 0 {
		t.Errorf("the parent was withdrawn and there is no city, but parent is %s", s.Parent)
	}
}

func TestWithdrawImport_restores_what_was_before(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	before := w.tree(t)
	w.observe(t,
		org.Observation{AsOf: split, Kind: org.District, Name: "丹阳市总工会", Parent: w.city, District: 321181, Code: "C-DY", Import: 12},
		org.Observation{AsOf: split, Kind: org.Enterprise, Name: "丹阳光学集团", Code: "C-OPT", Parent: w.zone, Import: 12},
		org.Observation{AsOf: first, Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.jingkou, Industry: 1399, Import: 12},
		org.Observation{AsOf: split, Kind: org.Enterprise, Name: "新厂", Code: "C-NEW", Parent: w.zone, Import: 12})
	middle := w.tree(t)
	fresh, ok := middle.ByCode("C-NEW")
	if !ok || state(t, middle, w.mill, "2023-01-01").Industry != 1399 {
		t.Fatal("the second import is not in force")
	}
	want := []org.UnitID{w.optics, w.mill, w.lens, fresh}
	if diff := cmp.Diff(want, w.withdraw(t, 12)); diff != "" {
		t.Errorf("changed by the withdrawal (-want +got):\n%s", diff)
	}
	after := w.tree(t)
	for _, id := range before.Units("") {
		for _, on := range []string{"2021-01-01", "2023-06-30", "2023-07-01", "2030-01-01"} {
			if diff := cmp.Diff(state(t, before, id, on), state(t, after, id, on)); diff != "" {
				t.Errorf("%s on %s (-before +after):\n%s", id, on, diff)
			}
		}
		blo, bhi := before.Range(id)
		if lo, hi := after.Range(id); lo != blo || hi != bhi {
			t.Errorf("range of %s is %d–%d, was %d–%d", id, lo, hi, blo, bhi)
		}
	}
	if _, ok := after.At(fresh, split); ok {
		t.Error("a unit without any row in force has a state")
	}
	if lo, hi := after.Range(fresh); hi >= lo {
		t.Errorf("a withdrawn unit has the range %d–%d", lo, hi)
	}
	w.observe(t, org.Observation{AsOf: split, Kind: org.Enterprise, Name: "新厂", Code: "C-NEW", Parent: w.zone, Import: 13})
	if id, _ := w.tree(t).ByCode("C-NEW"); id != fresh {
		t.Errorf("imported again the unit is %s, was %s", id, fresh)
	}
}

func TestObserve_matches_by_code_then_by_name_and_parent(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	cases := []struct {
		name string
		obs  org.Observation
		want org.UnitID // 0: a new unit
	}{
		{"the code, in whatever case", org.Observation{Name: "改名公司", Code: " c-opt", Parent: w.danyang}, w.optics},
		{"name and parent", org.Observation{Name: "京口 面粉厂", Parent: w.jingkou}, w.mill},
		{"name and parent, now with a code", org.Observation{Name: "京口面粉厂", Parent: w.jingkou, Code: "C-MILL"}, w.mill},
		{"same name elsewhere", org.Observation{Name: "京口面粉厂", Parent: w.zone}, 0},
		{"same name and parent, another code", org.Observation{Name: "丹阳光学有限公司", Parent: w.danyang, Code: "C-OTHER"}, 0},
	}
	for _, c := range cases {
		c.obs.AsOf, c.obs.Kind = split, org.Enterprise
		rows := []org.Observation{c.obs}
		must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
			known := len(w.treeIn(t, tx).Units(""))
			if _, err := w.Observe(t.Context(), tx, rows); err != nil {
				return err
			}
			made := len(w.treeIn(t, tx).Units("")) - known
			if c.want != 0 && rows[0].Unit != c.want || (c.want == 0) != (made == 1) {
				t.Errorf("%s: unit %s with %d made", c.name, rows[0].Unit, made)
			}
			return nil
		}))
	}
	rows := []org.Observation{
		{AsOf: first, Kind: org.School, Name: "镇江技师学院"},
		{AsOf: split, Kind: org.School, Name: "镇江技师学院", Parent: w.city},
		{AsOf: first, Kind: org.City, Name: "镇江市工会联合会"},
	}
	w.observe(t, rows...)
	if rows[0].Unit != rows[1].Unit {
		t.Error("two rows of one file about one new school made two units")
	}
	if rows[2].Unit != w.city {
		t.Error("a renamed city is not the root")
	}
}

func (w *town) treeIn(t *testing.T, tx *db.Tx) *org.Tree {
	t.Helper()
	tree, err := w.Tree(t.Context(), tx)
	must(t, err)
	return tree
}

func TestObserve_refuses_what_makes_no_tree(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	cases := map[string]struct {
		obs  org.Observation
		want string
	}{
		"above itself through another": {org.Observation{Unit: w.optics, Kind: org.Enterprise, Name: "a", AsOf: split, Parent: w.lens}, "org.cycle"},
		"directly above itself":        {org.Observation{Unit: w.optics, Kind: org.Enterprise, Name: "a", AsOf: split, Parent: w.optics}, "org.cycle"},
		"unknown parent":               {org.Observation{Kind: org.Enterprise, Name: "a", AsOf: split, Parent: 77}, "org.unknown_parent"},
		"a second city":                {org.Observation{Unit: 999, Kind: org.City, Name: "另一市总工会", AsOf: split}, "org.second_city"},
		"another's code":               {org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "a", Code: "C-OPT", AsOf: split}, "org.code_taken"},
		"nothing said":                 {org.Observation{District: 3211, Industry: -1, Ownership: 7, Size: 9}, "fault.invalid"},
	}
	for name, c := range cases {
		err := w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
			_, err := w.Observe(t.Context(), tx, []org.Observation{c.obs})
			return err
		})
		f, ok := fault.As(err)
		if !ok || f.Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if c.want == "fault.invalid" && len(f.Fields) != 7 {
			t.Errorf("%s: %d fields named, want 7: %v", name, len(f.Fields), f.Fields)
		}
	}
	if n := len(w.tree(t).Units("")); n != 9 {
		t.Errorf("%d units after refusals, want 9", n)
	}
}

func TestWithdrawImport_refuses_to_bring_back_a_circle(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.observe(t, org.Observation{Unit: w.lens, Kind: org.Enterprise, Name: "丹阳镜片厂", AsOf: split, Parent: w.danyang, Import: 12})
	w.observe(t, org.Observation{Unit: w.optics, Kind: org.Enterprise, Name: "丹阳光学有限公司", AsOf: split, Parent: w.lens, Import: 13})
	err := w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := w.WithdrawImport(t.Context(), tx, 12)
		return err
	})
	if f, ok := fault.As(err); !ok || f.Key != "org.cycle" {
		t.Errorf("%v, want org.cycle", err)
	}
}

func TestTree_forgets_what_was_rolled_back(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	boom := errors.New("boom")
	err := w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
		if _, err := w.Observe(t.Context(), tx, []org.Observation{{Kind: org.School, Name: "不存在的学校", AsOf: first}}); err != nil {
			return err
		}
		if len(w.treeIn(t, tx).ByName(cn.Fold("不存在的学校"))) != 1 {
			t.Error("the transaction does not see its own unit")
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	w.observe(t, org.Observation{Kind: org.School, Name: "镇江技师学院", AsOf: first})
	tree := w.tree(t)
	if len(tree.ByName(cn.Fold("不存在的学校"))) != 0 || len(tree.ByName(cn.Fold("镇江技师学院"))) != 1 {
		t.Error("the cache holds the tree of a transaction that was rolled back")
	}
}

func TestTree_is_the_same_for_another_process(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	other := &town{Service: &org.Service{}, db: w.db}
	_ = other.tree(t) // its cache is filled
	w.observe(t, org.Observation{Kind: org.School, Name: "镇江技师学院", AsOf: first})
	if len(other.tree(t).ByName(cn.Fold("镇江技师学院"))) != 1 {
		t.Error("another service does not see the new unit")
	}
	other.observe(t, org.Observation{Kind: org.School, Name: "丹阳中专", AsOf: first})
	if len(w.tree(t).ByName(cn.Fold("丹阳中专"))) != 1 {
		t.Error("the first service does not see the other's unit")
	}
}

func TestOnChange_runs_in_the_transaction_and_can_refuse(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	var seen []org.UnitID
	boom := errors.New("boom")
	w.OnChange = func(ctx context.Context, tx *db.Tx, changed []org.UnitID) error {
		seen = changed
		if s := state(t, w.treeIn(t, tx), w.mill, "2023-07-01"); s.Union != w.zone {
			t.Errorf("the hook sees the old tree: union %s", s.Union)
		}
		return boom
	}
	err := w.db.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := w.Observe(t.Context(), tx, []org.Observation{{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", AsOf: split, Parent: w.zone}})
		return err
	})
	if !errors.Is(err, boom) || !cmp.Equal(seen, []org.UnitID{w.mill}) {
		t.Errorf("hook saw %v, error %v", seen, err)
	}
	if s := state(t, w.tree(t), w.mill, "2023-07-01"); s.Union != w.jingkou {
		t.Errorf("a refused change stayed: union %s", s.Union)
	}
}
