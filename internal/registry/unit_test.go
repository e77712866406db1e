package registry_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit"
	"tuoxing/internal/testkit/world"
)

// In every order, pages of every size hold each unit once and are the whole list cut into pieces.
func TestListUnits_pages_are_the_list_cut_into_pieces(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	for _, order := range []listing.Order{"", "name", "-name", "code", "district", "-district", "industry", "size", "-size", "ownership", "people", "-people"} {
		whole, total, more, err := w.Registry.ListUnits(t.Context(), who, registry.UnitFilter{Order: order, Limit: 500})
		if err != nil || total != 11 || len(whole) != total || more {
			t.Fatalf("%q: %d of %d, more %v, %v", order, len(whole), total, more, err)
		}
		for limit := 1; limit <= total; limit++ {
			var got []org.UnitID
			f := registry.UnitFilter{Order: order, Limit: limit}
			for {
				part, n, more, err := w.Registry.ListUnits(t.Context(), who, f)
				if err != nil || n != total || len(part) == 0 || len(part) > limit {
					t.Fatalf("%q by %d: %d of %d, %v", order, limit, len(part), n, err)
				}
				for _, u := range part {
					got = append(got, u.ID)
				}
				if !more {
					break
				}
				f.After = got[len(got)-1]
			}
			if !slices.EqualFunc(got, whole, func(id org.UnitID, u registry.Unit) bool { return id == u.ID }) {
				t.Errorf("%q by %d: %v", order, limit, got)
			}
		}
	}
	_, _, _, err := w.Registry.ListUnits(t.Context(), w.Actor(t, world.Danyang), registry.UnitFilter{After: w.Unit(t, "句容市总工会")})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a page begins behind a unit that the reader does not see: %v", err)
	}
}

// Counts below a unit are the sums of what lies below it, and people are told only to who may open them.
func TestListUnits_counts_what_lies_below(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	list, _, _, err := w.Registry.ListUnits(t.Context(), who, registry.UnitFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	below, people := map[org.UnitID]int{}, map[org.UnitID]int64{}
	parents := map[org.UnitID]org.UnitID{}
	for _, u := range list {
		parents[u.ID] = u.Parent
	}
	for _, u := range list {
		people[u.ID] += u.Own
		for up := parents[u.ID]; up != 0; up = parents[up] {
			below[up]++
			people[up] += u.Own
		}
	}
	some := false
	for _, u := range list {
		some = some || u.Own > 0
		if u.Below != below[u.ID] || u.People != people[u.ID] || !u.Counted {
			t.Errorf("%s: %d units and %d people below, want %d and %d", u.Name, u.Below, u.People, below[u.ID], people[u.ID])
		}
	}
	if !some {
		t.Error("nobody works anywhere")
	}
	hr := account.Actor{UserID: 1, Login: "hr", Role: account.Member, Scope: account.Scope{All: true}}
	list, _, _, err = w.Registry.ListUnits(t.Context(), hr, registry.UnitFilter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range list {
		if u.Counted || u.Own != 0 || u.People != 0 {
			t.Errorf("%s tells its %d people to who may not open them", u.Name, u.People)
		}
	}
}

func TestFindUnit_is_for_the_readers_subtree(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	firm := w.Unit(t, "句容青山电子有限公司")
	for login, want := range map[string]bool{world.City: true, world.Jurong: true, world.Auditor: true, world.Danyang: false, world.Firm: false} {
		f, err := w.Registry.FindUnit(t.Context(), w.Actor(t, login), firm, 0)
		if want && (err != nil || f.Name != "句容青山电子有限公司" || len(f.History) != 1 || f.History[0].Stand != registry.StandFirst) {
			t.Errorf("%s: %+v %v", login, f, err)
		}
		if !want && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens it: %v", login, err)
		}
		if _, _, err := w.Registry.UnitTree(t.Context(), w.Actor(t, login), 0, firm); want != (err == nil) {
			t.Errorf("%s in the tree: %v", login, err)
		}
	}
	for _, login := range []string{world.SysAdmin, world.AuditAdmin} {
		if _, err := w.Registry.FindUnit(t.Context(), w.Actor(t, login), firm, 0); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// One page of a list of 14,000 units as its reader waits for it: the tree, the numbers below each unit, filter, order and page.
func BenchmarkListUnits_of_14000(b *testing.B) {
	s := &registry.Service{DB: testkit.NewDB(b), Org: &org.Service{}}
	day := date.Of(2022, 12, 31)
	rows := []org.Observation{{Unit: 1, Kind: org.City, Name: "镇江市总工会", AsOf: day}}
	for d := range 8 {
		rows = append(rows, org.Observation{Unit: org.UnitID(10 + d), Kind: org.District, Name: fmt.Sprintf("第%d区总工会", d), Parent: 1, AsOf: day, District: 321102})
	}
	people := map[org.UnitID]int64{}
	for i := range 14_000 - len(rows) {
		id := org.UnitID(100 + i)
		rows = append(rows, org.Observation{Unit: id, Kind: org.Enterprise, Name: fmt.Sprintf("丹阳%c%c机械有限公司%d", '一'+rune(i%800), '丁'+rune(i%300), i), Code: fmt.Sprintf("C%06d", i), Parent: org.UnitID(10 + i%8), AsOf: day, Industry: 3587})
		people[id] = int64(i % 90)
	}
	s.Employees = func(context.Context, account.Actor, date.Day) (map[org.UnitID]int64, error) { return people, nil }
	if err := s.DB.WriteTx(b.Context(), func(tx *db.Tx) error {
		_, err := s.Org.Observe(b.Context(), tx, rows)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]registry.UnitFilter{
		"first page": {}, "page behind 13,000": {After: rows[13_000].Unit}, "searched": {Filter: org.Filter{Text: "jixie"}}, "below a district": {Filter: org.Filter{Under: 12}}, "by name": {Order: "name"}, "by people": {Order: "-people"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if list, _, _, err := s.ListUnits(b.Context(), account.Operator(), f); err != nil || len(list) != 50 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
	b.Run("one unit", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.FindUnit(b.Context(), account.Operator(), 12, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}
