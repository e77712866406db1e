package registry

import (
	"slices"
	"sort"

	"tuoxing/internal/date"
	"tuoxing/internal/org"
)

// World is what a timeline reads beside the person's own rows: the dated tree of units and the
// dated definition of the worker class (产业工人).
type World struct {
	tree    *org.Tree
	classes Classes
	order   Precedence
	unions  map[unionOn]org.UnitID
	units   map[org.UnitID]standing
	regions []date.Day           // days on which any district or zone changes; nil: not yet asked
	handed  map[int32][]date.Day // by division: days on which it gets another union
}

type unionOn struct {
	district int32
	on       date.Day
}

// standing is what a unit was at all times.
type standing struct {
	days   []date.Day  // on which it changed
	states []org.State // before the first of them, and from each on
}

// NewWorld gathers what timelines read. It is used by one goroutine.
func NewWorld(tree *org.Tree, classes Classes, order Precedence) *World {
	return &World{tree: tree, classes: classes, order: order, unions: map[unionOn]org.UnitID{}, units: map[org.UnitID]standing{}, handed: map[int32][]date.Day{}}
}

// maxCached bounds the look-ups that a World remembers, of each kind.
const maxCached = 1 << 18

func (w *World) standing(id org.UnitID) standing {
	s, ok := w.units[id]
	if ok {
		return s
	}
	s.days = w.tree.Changes(id)
	first, _ := w.tree.At(id, date.Ever) // an unknown unit has no attributes
	s.states = append(s.states, first)
	for _, d := range s.days {
		now, _ := w.tree.At(id, d)
		s.states = append(s.states, now)
	}
	if len(w.units) < maxCached {
		w.units[id] = s
	}
	return s
}

// unit is what a unit was on a day.
func (w *World) unit(id org.UnitID, on date.Day) org.State {
	s := w.standing(id)
	return s.states[sort.Search(len(s.days), func(i int) bool { return s.days[i] > on })]
}

// changes are the days on which a unit became another.
func (w *World) changes(id org.UnitID) []date.Day { return w.standing(id).days }

func (w *World) districtUnion(district int32, on date.Day) org.UnitID {
	k := unionOn{district, on}
	u, ok := w.unions[k]
	if !ok {
		u = w.tree.DistrictUnion(district, on)
		if len(w.unions) < maxCached {
			w.unions[k] = u
		}
	}
	return u
}

// isRegion reports whether a unit of this kind stands for a division.
func isRegion(k org.Kind) bool { return k == org.District || k == org.Zone }

// districtDays are the days on which a division gets another union, or none any more.
func (w *World) districtDays(district int32) []date.Day {
	if days, ok := w.handed[district]; ok {
		return days
	}
	if w.regions == nil {
		w.regions = []date.Day{}
		for _, u := range w.tree.Units("") {
			if slices.ContainsFunc(w.tree.Observations(u), func(o org.Observation) bool { return isRegion(o.Kind) }) {
				w.regions = append(w.regions, w.tree.Changes(u)...)
			}
		}
		slices.Sort(w.regions)
		w.regions = slices.Compact(w.regions)
	}
	var days []date.Day
	for _, d := range w.regions {
		if w.districtUnion(district, d) != w.districtUnion(district, d-1) {
			days = append(days, d)
		}
	}
	w.handed[district] = days
	return days
}
