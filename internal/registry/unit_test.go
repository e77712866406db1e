package registry_test

import (
	"slices"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
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
