package org_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

func said(text string) sql.Null[date.Day] {
	return sql.Null[date.Day]{V: date.MustParse(text), Valid: true}
}

func TestStanding_follows_what_rows_say_of_beginning_and_end(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.observe(t,
		// Told in June that it ended in May; listed as there again a year later.
		org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.jingkou, AsOf: date.MustParse("2023-06-30"), EndedOn: said("2023-05-10")},
		org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.jingkou, AsOf: date.MustParse("2024-06-30")},
		org.Observation{Unit: 301, Kind: org.Enterprise, Name: "新厂", Parent: w.jingkou, AsOf: split, FoundedOn: said("2023-03-01"), EndedOn: said("2023-06-01")},
	)
	tree := w.tree(t)
	for _, c := range []struct {
		unit org.UnitID
		on   string
		want org.Standing
	}{
		{w.mill, "2021-01-01", org.Living}, {w.mill, "2023-05-09", org.Living}, {w.mill, "2023-05-10", org.Ended}, {w.mill, "2024-06-29", org.Ended}, {w.mill, "2024-06-30", org.Living},
		{301, "2023-02-28", org.Coming}, {301, "2023-03-01", org.Living}, {301, "2023-06-01", org.Ended}, {w.city, "2019-01-01", org.Living},
	} {
		if got, ok := tree.Standing(c.unit, date.MustParse(c.on)); !ok || got != c.want {
			t.Errorf("unit %s is %q on %s, want %q", c.unit, got, c.on, c.want)
		}
	}
	if _, ok := tree.Standing(999, first); ok {
		t.Error("a unit that nobody knows is there")
	}
	for _, bad := range []org.Observation{
		{Kind: org.City, Name: "镇江市总工会", AsOf: split, EndedOn: said("2023-01-01")},
		{Kind: org.Enterprise, Name: "厂", AsOf: split, FoundedOn: said("2023-01-02"), EndedOn: said("2023-01-01")},
	} {
		if bad.Check() == nil {
			t.Errorf("%s ends too early and is taken", bad.Name)
		}
	}
}

func TestMoves_tell_what_came_and_went_on_which_day(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.observe(t,
		org.Observation{Unit: w.foundry, Kind: org.Enterprise, Name: "大港铸造厂", Parent: w.zone, AsOf: split},
		org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.zone, AsOf: split},
		org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", Parent: w.jingkou, AsOf: split + 100},
	)
	tree := w.tree(t)
	want := []org.Move{{On: split + 100, From: w.zone, To: w.jingkou, Units: []org.UnitID{w.mill}}, {On: split, From: w.jingkou, To: w.zone, Units: []org.UnitID{w.mill, w.foundry}}}
	for _, id := range []org.UnitID{w.jingkou, w.zone} {
		if d := cmp.Diff(want, tree.Moves(id)); d != "" {
			t.Errorf("moves of %s (-want +got):\n%s", id, d)
		}
	}
	if got := tree.Moves(w.danyang); len(got) != 0 {
		t.Errorf("nothing moved at Danyang, told %v", got)
	}
	if d := cmp.Diff([]org.UnitID{w.zone, w.city}, tree.Above(w.foundry, split)); d != "" {
		t.Error(d)
	}
}

func TestChoose_filters_and_keeps_the_official_order(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	tree := w.tree(t)
	everybody := func(*org.Placed) bool { return true }
	for name, c := range map[string]struct {
		f    org.Filter
		want []org.UnitID
	}{
		"all, in the official order": {org.Filter{}, []org.UnitID{w.city, w.jingkou, w.mill, w.foundry, w.danyang, w.optics, w.lens, w.zone, w.textile}},
		"by kind":                    {org.Filter{Kind: org.Enterprise}, []org.UnitID{w.mill, w.foundry, w.optics, w.lens}},
		"by part of the name":        {org.Filter{Text: "光学"}, []org.UnitID{w.optics}},
		"by pinyin":                  {org.Filter{Text: "Danyang Guangxue"}, []org.UnitID{w.optics}},
		"by initials":                {org.Filter{Text: "jkmfc"}, []org.UnitID{w.mill}},
		"by code, in small letters":  {org.Filter{Text: "c-opt"}, []org.UnitID{w.optics}},
		"by district":                {org.Filter{District: 321171}, []org.UnitID{w.foundry, w.zone}},
		"by section":                 {org.Filter{Section: "C", Size: 4}, []org.UnitID{w.lens}},
		"by ownership":               {org.Filter{Ownership: 110}, []org.UnitID{w.mill}},
		"below a union":              {org.Filter{Under: w.danyang}, []org.UnitID{w.optics, w.lens}},
		"nothing":                    {org.Filter{Text: "无"}, nil},
	} {
		got := tree.Choose(first, c.f, everybody)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if got := tree.Choose(first, org.Filter{}, func(u *org.Placed) bool { return u.ID == w.mill }); !slices.Equal(got, []org.UnitID{w.mill}) {
		t.Errorf("outside the scope: %v", got)
	}
	for by, want := range map[org.SortBy][]org.UnitID{
		org.ByName: {w.foundry, w.optics, w.lens, w.mill}, // dagang, danyangguang, danyangjing, jingkou
		org.BySize: {w.foundry, w.optics, w.mill, w.lens}, org.ByIndustry: {w.mill, w.foundry, w.optics, w.lens}, org.ByOwnership: {w.mill, w.optics, w.lens, w.foundry},
	} {
		ids := tree.Choose(first, org.Filter{Kind: org.Enterprise}, everybody)
		tree.SortUnits(ids, first, by, false)
		if d := cmp.Diff(want, ids); d != "" {
			t.Errorf("by %s (-want +got):\n%s", by, d)
		}
		tree.SortUnits(ids, first, by, true)
		if by == org.ByName { // all keys differ
			slices.Reverse(want)
			if d := cmp.Diff(want, ids); d != "" {
				t.Errorf("descending by %s (-want +got):\n%s", by, d)
			}
		}
	}
}

// The list of a city of 14,000 units, searched and sorted.
func BenchmarkChoose_of_14000_units(b *testing.B) {
	obs := []org.Observation{{Unit: 1, Kind: org.City, Name: "镇江市总工会", AsOf: first}}
	for d := range 8 {
		obs = append(obs, org.Observation{Unit: org.UnitID(10 + d), Kind: org.District, Name: fmt.Sprintf("第%d区总工会", d), Parent: 1, AsOf: first, District: 321102})
	}
	for i := range 14_000 {
		obs = append(obs, org.Observation{Unit: org.UnitID(100 + i), Kind: org.Enterprise, Name: fmt.Sprintf("丹阳%c%c机械有限公司%d", '一'+rune(i%800), '丁'+rune(i%300), i), Code: fmt.Sprintf("C%06d", i), Parent: org.UnitID(10 + i%8), AsOf: first, Industry: 3587})
	}
	s, d := &org.Service{}, testkit.NewDB(b)
	var tree *org.Tree
	err := d.WriteTx(b.Context(), func(tx *db.Tx) (err error) {
		if _, err = s.Observe(b.Context(), tx, obs); err != nil {
			return err
		}
		tree, err = s.Tree(b.Context(), tx)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	everybody := func(*org.Placed) bool { return true }
	for name, f := range map[string]org.Filter{"all": {}, "search": {Text: "jixie"}, "under": {Under: 12}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tree.Choose(first, f, everybody)
			}
		})
	}
	b.Run("sorted by name", func(b *testing.B) {
		for b.Loop() {
			tree.SortUnits(tree.Choose(first, org.Filter{}, everybody), first, org.ByName, false)
		}
	})
}
