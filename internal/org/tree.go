package org

import (
	"cmp"
	"slices"
	"sync"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// Tree is an immutable snapshot of all units and their observations, safe for many readers.
type Tree struct {
	version int64
	root    UnitID
	units   map[UnitID]*unit
	order   []UnitID            // ascending, so that everything computed is deterministic
	codes   map[string]UnitID   // folded code, any it ever had
	names   map[string][]UnitID // folded name, any it ever had
	kids    map[UnitID][]UnitID // every unit that ever lay directly under the key
	spelled *sync.Map           // name → spelling, found when first searched or sorted by; shared by the trees that follow one another

	mu  sync.Mutex // guards day
	day *Day       // the one last asked for
}

// unit is one unit with its rows. A unit of a Tree is never changed; with copies it.
type unit struct {
	id     UnitID
	all    []Observation // every row by (AsOf, Import, ID), withdrawn ones too
	line   []Observation // those in force, one per day, ascending
	stored row           // what org_unit holds
}

// row is what org_unit keeps of a unit: a function of the tree and of today.
type row struct {
	code   string
	kind   Kind // "" when every observation is withdrawn
	lo, hi int64
}

// nowhere is the range of a unit that lies in no subtree: lo BETWEEN -1 AND -2 finds nothing, and
// no range that somebody left at zero finds such a unit.
var nowhere = row{lo: -1, hi: -2}

// build makes the snapshot. The rows of each unit come sorted; units are not shared with an
// older tree.
func build(version int64, units map[UnitID]*unit) *Tree {
	t := &Tree{version: version, units: units, codes: map[string]UnitID{}, names: map[string][]UnitID{}, kids: map[UnitID][]UnitID{}, spelled: &sync.Map{}}
	for id, u := range units {
		u.line = inForce(u.all)
		t.order = append(t.order, id)
	}
	slices.Sort(t.order)
	for _, id := range t.order {
		for _, o := range units[id].line {
			t.index(id, &o)
		}
	}
	for _, id := range t.order {
		u := units[id]
		for i := range u.line {
			if p := t.parent(u, &u.line[i]); p != 0 && !slices.Contains(t.lastOf(p), id) {
				t.kids[p] = append(t.kids[p], id)
			}
		}
	}
	return t
}

func (t *Tree) index(id UnitID, o *Observation) {
	if o.Kind == City && t.root == 0 {
		t.root = id
	}
	if o.Code != "" {
		t.codes[cn.Fold(o.Code)] = id
	}
	if name := cn.Fold(o.Name); !slices.Contains(t.names[name], id) {
		t.names[name] = append(t.names[name], id)
	}
}

// lastOf is the tail of the children noted so far: units are noted in order, so a unit that is
// there already is the last.
func (t *Tree) lastOf(p UnitID) []UnitID {
	k := t.kids[p]
	return k[max(0, len(k)-1):]
}

// inForce keeps what is not withdrawn; of several rows for one day the latest import wins.
func inForce(all []Observation) []Observation {
	var line []Observation
	for _, o := range all {
		switch n := len(line); {
		case o.Withdrawn:
		case n > 0 && line[n-1].AsOf == o.AsOf:
			line[n-1] = o
		default:
			line = append(line, o)
		}
	}
	return line
}

// at is the row in force on a day, nil when every row is withdrawn.
func (u *unit) at(on date.Day) *Observation {
	if len(u.line) == 0 {
		return nil
	}
	return &u.line[u.index(on)]
}

// index is the place of the row in force on a day in the line of a unit that has one.
func (u *unit) index(on date.Day) int {
	for i := len(u.line) - 1; i > 0; i-- {
		if u.line[i].AsOf <= on {
			return i
		}
	}
	return 0
}

// parent is the unit above under row o. A unit whose parent is not said, or was withdrawn, lies
// directly under the city: so a subtree never loses people.
func (t *Tree) parent(u *unit, o *Observation) UnitID {
	if u.id == t.root {
		return 0
	}
	if p := t.units[o.Parent]; p != nil && len(p.line) > 0 {
		return o.Parent
	}
	return t.root
}

// union is the ancestor-or-self directly under the city on a day. The number of steps is bounded
// because a damaged database could hold a circle.
func (t *Tree) union(u *unit, on date.Day) *unit {
	for range t.order {
		p := t.parent(u, u.at(on))
		if p == 0 || p == t.root {
			return u
		}
		u = t.units[p]
	}
	return u
}

// Version is org_head.version of the snapshot.
func (t *Tree) Version() int64 { return t.version }

// Root is the city's federation, 0 while there is none.
func (t *Tree) Root() UnitID { return t.root }

// At is what a unit was on a day; false for an unknown unit and for one whose rows are all
// withdrawn.
func (t *Tree) At(id UnitID, on date.Day) (State, bool) {
	u := t.units[id]
	if u == nil || len(u.line) == 0 {
		return State{}, false
	}
	o, top := u.at(on), t.union(u, on)
	s := State{
		Name: o.Name, Kind: o.Kind, Parent: t.parent(u, o), Union: top.id,
		District: o.District, Industry: o.Industry, Ownership: o.Ownership, Size: o.Size,
	}
	if s.District == 0 {
		s.District = top.at(on).District
	}
	return s, true
}

// Name is the unit's name on a day, empty for an unknown unit.
func (t *Tree) Name(id UnitID, on date.Day) string {
	if u := t.units[id]; u != nil && len(u.line) > 0 {
		return u.at(on).Name
	}
	return ""
}

// Code is the code by which people know the unit: the latest it had, empty when it never had one.
func (t *Tree) Code(id UnitID) string {
	if u := t.units[id]; u != nil {
		return u.stored.code
	}
	return ""
}

// Observations are all rows of a unit by day, import and id, withdrawn ones too.
func (t *Tree) Observations(id UnitID) []Observation {
	if u := t.units[id]; u != nil {
		return slices.Clone(u.all)
	}
	return nil
}

// Changes are the days, ascending, on which At differs from the day before, through the unit's
// own rows or its ancestors'. The first row applies to all days before it and is no change.
func (t *Tree) Changes(id UnitID) []date.Day {
	var out []date.Day
	for _, d := range t.days(id)[1:] {
		before, _ := t.At(id, d-1)
		if now, _ := t.At(id, d); now != before {
			out = append(out, d)
		}
	}
	return out
}

// days are date.Ever and the days on which anything that At reads may change: the first days of
// the rows of the unit and of all units that were ever above it.
func (t *Tree) days(id UnitID) []date.Day {
	out := []date.Day{date.Ever}
	seen := map[UnitID]bool{id: true}
	for todo := []UnitID{id}; len(todo) > 0; {
		u := t.units[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if u == nil {
			continue
		}
		for i := range u.line {
			out = append(out, u.line[i].AsOf)
			if p := t.parent(u, &u.line[i]); p != 0 && !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ByCode finds a unit by any code it ever had, however it is spaced or cased.
func (t *Tree) ByCode(code string) (UnitID, bool) {
	id, ok := t.codes[cn.Fold(code)]
	return id, ok
}

// ByName finds the units that ever had a name, given folded (cn.Fold).
func (t *Tree) ByName(folded string) []UnitID { return slices.Clone(t.names[folded]) }

// Find reads a code or a name. A name that several units had means the one that has it last;
// if that is not exactly one, the fault is org.ambiguous_unit. No unit is org.unknown_unit.
func (t *Tree) Find(text string) (UnitID, error) {
	key := cn.Fold(text)
	if id, ok := t.codes[key]; ok && key != "" {
		return id, nil
	}
	found := t.names[key]
	if len(found) > 1 {
		found = slices.DeleteFunc(slices.Clone(found), func(id UnitID) bool { return cn.Fold(t.Name(id, date.Forever)) != key })
		if len(found) != 1 {
			return 0, fault.New(fault.Invalid, "org.ambiguous_unit", text).WithFix("org.ambiguous_unit_fix")
		}
	}
	if len(found) == 0 {
		return 0, fault.New(fault.NotFound, "org.unknown_unit", text)
	}
	return found[0], nil
}

// Children are the units directly under a unit on a day, in the official order.
func (t *Tree) Children(id UnitID, on date.Day) []UnitID {
	var out []UnitID
	for _, k := range t.kids[id] {
		if u := t.units[k]; t.parent(u, u.at(on)) == id {
			out = append(out, k)
		}
	}
	t.sort(out, on)
	return out
}

// Units are the units of a kind ("" = all) by their latest row, in the official order.
func (t *Tree) Units(kind Kind) []UnitID {
	var out []UnitID
	for _, id := range t.order {
		if o := t.units[id].at(date.Forever); o != nil && (kind == "" || o.Kind == kind) {
			out = append(out, id)
		}
	}
	t.sort(out, date.Forever)
	return out
}

// Official are a unit and everything below it on a day in the official order (按序): the regions as the city lists
// them, then by name, each unit before those under it. Lists of units that are shown to people stand in it,
// because any other order would be read as a ranking.
func (t *Tree) Official(top UnitID, on date.Day) []UnitID {
	if _, ok := t.At(top, on); !ok {
		return nil
	}
	out := []UnitID{top}
	if len(t.kids[top]) == 0 {
		return out
	}
	for _, k := range t.Children(top, on) {
		out = append(out, t.Official(k, on)...)
	}
	return out
}

// DistrictUnion is the union of a district or functional zone on a day, 0 when there is none.
func (t *Tree) DistrictUnion(district int32, on date.Day) UnitID {
	if district == 0 {
		return 0
	}
	for _, id := range t.Children(t.root, on) {
		if o := t.units[id].at(on); o.District == district && (o.Kind == District || o.Kind == Zone) {
			return id
		}
	}
	return 0
}

// Range is today's ordinal range: a unit lies in the subtree of u when its lo is between the two.
// An unknown or withdrawn unit has an empty range.
func (t *Tree) Range(id UnitID) (lo, hi int64) {
	if u := t.units[id]; u != nil {
		return u.stored.lo, u.stored.hi
	}
	return nowhere.lo, nowhere.hi
}

// regionPlaces are the places of the regions in the official order, from 1.
func regionPlaces() map[int32]int {
	place := map[int32]int{}
	for i, r := range cn.Zhenjiang() {
		place[cn.RegionNumber(r.Code)] = i + 1
	}
	return place
}

// sort brings units into the official order: the regions as cn.Zhenjiang lists them, then by name.
func (t *Tree) sort(ids []UnitID, on date.Day) {
	place := regionPlaces()
	type key struct {
		place int
		name  string
	}
	keys := make(map[UnitID]key, len(ids))
	for _, id := range ids {
		o := t.units[id].at(on)
		k := key{len(place) + 1, o.Name}
		switch o.Kind {
		case City:
			k.place = 0
		case District, Zone:
			if p := place[o.District]; p > 0 {
				k.place = p
			}
		}
		keys[id] = k
	}
	slices.SortFunc(ids, func(a, b UnitID) int {
		x, y := keys[a], keys[b]
		return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.name, y.name), cmp.Compare(a, b))
	})
}
