package org_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

func TestFind_reads_codes_and_names(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.observe(t,
		org.Observation{Unit: w.optics, Kind: org.Enterprise, Name: "明镜光学集团", Code: "C-OPT", Parent: w.danyang, AsOf: split},
		org.Observation{Unit: 301, Kind: org.Enterprise, Name: "丹阳光学有限公司", Code: "C-OPT2", Parent: w.danyang, AsOf: split},
		org.Observation{Unit: 302, Kind: org.Enterprise, Name: "兴达厂", Parent: w.danyang, AsOf: split},
		org.Observation{Unit: 303, Kind: org.Enterprise, Name: "兴达厂", Parent: w.jingkou, AsOf: split})
	tree := w.tree(t)
	cases := map[string]struct {
		text string
		want org.UnitID
		kind fault.Kind
	}{
		"code":                               {"c-xq", w.zone, 0},
		"name":                               {"京口面粉厂", w.mill, 0},
		"name with blanks":                   {" 京口　面粉厂 ", w.mill, 0},
		"new name":                           {"明镜光学集团", w.optics, 0},
		"a name that went on to another":     {"丹阳光学有限公司", 301, 0},
		"a name that two have":               {"兴达厂", 0, fault.Invalid},
		"no such unit":                       {"无名厂", 0, fault.NotFound},
		"empty text is no unit without code": {"", 0, fault.NotFound},
	}
	for name, c := range cases {
		got, err := tree.Find(c.text)
		if got != c.want || (err != nil) != (c.want == 0) || err != nil && fault.KindOf(err) != c.kind {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestChildren_come_in_the_official_order(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	tree := w.tree(t)
	if diff := cmp.Diff([]org.UnitID{w.jingkou, w.danyang, w.zone, w.textile}, tree.Children(w.city, first)); diff != "" {
		t.Errorf("children of the city (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]org.UnitID{w.jingkou, w.danyang}, tree.Units(org.District)); diff != "" {
		t.Errorf("districts (-want +got):\n%s", diff)
	}
	if tree.Root() != w.city {
		t.Errorf("root = %s", tree.Root())
	}
	for district, want := range map[int32]org.UnitID{321171: w.zone, 321181: w.danyang, 321183: 0, 0: 0} {
		if got := tree.DistrictUnion(district, first); got != want {
			t.Errorf("union of %d = %s, want %s", district, got, want)
		}
	}
}

func TestRenumber_follows_a_move_that_takes_effect_at_midnight(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	w := &town{Service: &org.Service{}, db: testkit.NewDBAt(t, clock)}
	w.observe(t,
		org.Observation{Unit: 1, Kind: org.City, Name: "市", AsOf: first},
		org.Observation{Unit: 2, Kind: org.District, Name: "甲", AsOf: first, District: 321102},
		org.Observation{Unit: 3, Kind: org.District, Name: "乙", AsOf: first, District: 321111},
		org.Observation{Unit: 4, Kind: org.Enterprise, Name: "厂", AsOf: first, Parent: 2},
		org.Observation{Unit: 4, Kind: org.Enterprise, Name: "厂", AsOf: split, Parent: 3})
	inside := func(outer, inner org.UnitID) bool {
		tree := w.tree(t)
		lo, hi := tree.Range(outer)
		at, _ := tree.Range(inner)
		return lo <= at && at <= hi
	}
	if !inside(2, 4) || inside(3, 4) {
		t.Error("a move in the future moved the range already")
	}
	renumber := func() {
		must(t, w.db.WriteTx(t.Context(), func(tx *db.Tx) error { return w.Renumber(t.Context(), tx) }))
	}
	renumber()
	if v := w.tree(t).Version(); v != 1 {
		t.Errorf("renumbering on the same day made version %d", v)
	}
	clock.Set(split.Time().Add(-8 * time.Hour)) // midnight in China
	renumber()
	if inside(2, 4) || !inside(3, 4) {
		t.Error("the range did not follow the move")
	}
}

func TestCodes_read_names_and_numbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]org.Ownership{"170": 170, "私营": 170, " 私营企业": 170, "港澳台": 200, "民办非企业单位": 700, "": 0} {
		if got, err := org.ParseOwnership(text); err != nil || got != want {
			t.Errorf("ownership %q = %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]org.Size{"1": 1, "大型": 1, "微型企业": 4, "": 0} {
		if got, err := org.ParseSize(text); err != nil || got != want {
			t.Errorf("size %q = %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]org.Kind{"enterprise": org.Enterprise, "企业": org.Enterprise, "辖市（区）总工会": org.District, "产业工会": org.IndustryUnion} {
		if got, err := org.ParseKind(text); err != nil || got != want {
			t.Errorf("kind %q = %s, %v", text, got, err)
		}
	}
	_, oerr := org.ParseOwnership("火星")
	_, serr := org.ParseSize("5")
	_, kerr := org.ParseKind("")
	for name, err := range map[string]error{"ownership": oerr, "size": serr, "kind": kerr} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("unknown %s: %v", name, err)
		}
	}
}

func TestUnitID_is_text_in_json_and_forms(t *testing.T) {
	t.Parallel()
	var id org.UnitID
	must(t, id.UnmarshalText([]byte("4611686018427387904")))
	if b, err := id.MarshalText(); err != nil || string(b) != "4611686018427387904" {
		t.Errorf("id prints as %s, %v", b, err)
	}
	for _, bad := range []string{"-1", "x", "1.5", "99999999999999999999"} {
		if err := id.UnmarshalText([]byte(bad)); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	must(t, id.UnmarshalText(nil))
	if id != 0 {
		t.Errorf("empty text is %s", id)
	}
}

func TestObserve_keeps_the_day_of_founding(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := org.Observation{Unit: w.mill, Kind: org.Enterprise, Name: "京口面粉厂", AsOf: split, Parent: w.jingkou}
	o.FoundedOn.V, o.FoundedOn.Valid = date.MustParse("1958-05-01"), true
	w.observe(t, o)
	rows := w.tree(t).Observations(w.mill)
	if last := rows[len(rows)-1]; !last.FoundedOn.Valid || last.FoundedOn.V.String() != "1958-05-01" || rows[0].FoundedOn.Valid {
		t.Errorf("founding days: %v", rows)
	}
}
