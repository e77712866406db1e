package registry

import (
	"context"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// UnitFile is one unit with its history.
type UnitFile struct {
	Unit
	On       date.Day
	Founded  date.Day    // 0: not said
	EndedOn  date.Day    // 0: living, or not said
	Way      []UnitRef   // the units above it on the day, the city first
	Kinds    []KindCount // what lies directly under it on the day
	Children []Unit      // the first of them, in the official order
	History  []UnitSaid  // newest first
	Moves    []UnitMove  // of units directly under it, newest first
}

// UnitRef names a unit on a day; Seen tells whether the reader may open it.
type UnitRef struct {
	ID   org.UnitID
	Name string
	Seen bool
}

// KindCount is how many units of a kind lie under another one.
type KindCount struct {
	Kind org.Kind
	N    int
}

// Stand is what became of a row about a unit.
type Stand string

// The stands. Their words are in the catalogues as registry.unit_stand_<stand>.
const (
	StandFirst     Stand = "first"     // the first row that holds
	StandChanged   Stand = "changed"   // says something else than the row before
	StandConfirmed Stand = "confirmed" // says the same
	StandOverruled Stand = "overruled" // a later file says something about the same day (矛盾)
	StandWithdrawn Stand = "withdrawn" // its import was undone
	StandAbove     Stand = "above"     // no row of the unit: a unit above it was moved
)

// UnitSaid is one row of a unit's history, or a change that came from above.
type UnitSaid struct {
	org.Observation // of StandAbove only AsOf is set
	Stand           Stand
	Changes         []UnitChange // against the row that held before, or nothing; of StandOverruled against the one that holds
}

// UnitChange is one field of a unit that two rows say differently.
type UnitChange struct {
	Field    string // name, code, kind, parent, union, district, industry, ownership, size, founded_on, ended_on
	From, To any    // string, org.Kind, UnitRef, int32 (district), int (industry), org.Ownership, org.Size, date.Day
}

// UnitMove is units that passed from under one unit to under another on a day. Both sides are named, for a unit has one
// history; of the units that passed those are named that the reader may open.
type UnitMove struct {
	On       date.Day
	From, To UnitRef
	Units    []UnitRef // the first of them
	N        int
}

// fewUnits is how many children, and how many units of a move, a unit's page names; the list has all.
const fewUnits = 20

// FindUnit opens a unit of the reader's subtree as it was on a day; 0 is today.
func (s *Service) FindUnit(ctx context.Context, who account.Actor, id org.UnitID, on date.Day) (*UnitFile, error) {
	v, err := s.viewUnits(ctx, who, on)
	if err != nil {
		return nil, err
	}
	now, ok := v.tree.InForce(id, v.on)
	if !ok || !v.sees(id) {
		return nil, fault.New(fault.NotFound, "org.unknown_unit", id.String())
	}
	f := &UnitFile{Unit: v.unit(id), On: v.on, Founded: now.FoundedOn.V, History: v.history(id)}
	f.EndedOn, _ = v.tree.EndedOn(id)
	above := v.tree.Above(id, v.on)
	for _, up := range slices.Backward(above) {
		f.Way = append(f.Way, v.ref(up, v.on))
	}
	f.Children, f.Kinds = v.children(id)
	for _, m := range v.tree.Moves(id) {
		f.Moves = append(f.Moves, v.move(m))
	}
	return f, nil
}

// children are the living units directly under a unit: the first of them, and how many there are by kind.
func (v *unitView) children(id org.UnitID) (first []Unit, kinds []KindCount) {
	n := map[org.Kind]int{}
	for _, k := range v.under(id) {
		if len(first) < fewUnits {
			first = append(first, v.unit(k))
		}
		st, _ := v.tree.At(k, v.on)
		n[st.Kind]++
	}
	for _, k := range org.Kinds {
		if n[k] > 0 {
			kinds = append(kinds, KindCount{k, n[k]})
		}
	}
	return first, kinds
}

// under are the living units directly under a unit on the day that the reader sees.
func (v *unitView) under(id org.UnitID) []org.UnitID {
	return slices.DeleteFunc(v.tree.Children(id, v.on), func(k org.UnitID) bool {
		st, _ := v.tree.Standing(k, v.on)
		return st != org.Living || !v.sees(k)
	})
}

// move tells a passage as the reader may know it.
func (v *unitView) move(m org.Move) UnitMove {
	out := UnitMove{On: m.On, From: v.ref(m.From, m.On), To: v.ref(m.To, m.On), N: len(m.Units)}
	for _, u := range m.Units {
		if r := v.ref(u, m.On); r.Seen && len(out.Units) < fewUnits {
			out.Units = append(out.Units, r)
		}
	}
	return out
}

// history tells every row about a unit with what it changed, and the days on which a unit above it was moved.
func (v *unitView) history(id org.UnitID) []UnitSaid {
	var out []UnitSaid
	line := v.tree.Line(id)
	for _, o := range v.tree.Observations(id) {
		i := slices.IndexFunc(line, func(l org.Observation) bool { return l.AsOf == o.AsOf })
		said := UnitSaid{Observation: o}
		switch {
		case o.Withdrawn:
			said.Stand = StandWithdrawn
		case line[i].ID != o.ID:
			said.Stand, said.Changes = StandOverruled, v.changes(line[i], o)
			if len(said.Changes) == 0 {
				said.Stand = StandConfirmed
			}
		case i == 0:
			said.Stand, said.Changes = StandFirst, v.changes(org.Observation{}, o)
		default:
			said.Stand, said.Changes = StandChanged, v.changes(line[i-1], o)
			if len(said.Changes) == 0 {
				said.Stand = StandConfirmed
			}
		}
		out = append(out, said)
	}
	for _, d := range v.tree.Changes(id) {
		if slices.ContainsFunc(line, func(o org.Observation) bool { return o.AsOf == d }) {
			continue
		}
		before, _ := v.tree.At(id, d-1)
		after, _ := v.tree.At(id, d)
		said := UnitSaid{Observation: org.Observation{AsOf: d}, Stand: StandAbove}
		if before.Union != after.Union {
			said.Changes = append(said.Changes, UnitChange{Field: "union", From: v.ref(before.Union, d-1), To: v.ref(after.Union, d)})
		}
		said.Changes = appendChange(said.Changes, "district", before.District, after.District)
		out = append(out, said)
	}
	slices.SortStableFunc(out, func(a, b UnitSaid) int { return int(a.AsOf - b.AsOf) })
	slices.Reverse(out)
	return out
}

// changes are the fields that two rows about a unit say differently.
func (v *unitView) changes(a, b org.Observation) []UnitChange {
	out := appendChange(nil, "name", a.Name, b.Name)
	out = appendChange(out, "code", a.Code, b.Code)
	out = appendChange(out, "kind", a.Kind, b.Kind)
	if a.Parent != b.Parent {
		out = append(out, UnitChange{Field: "parent", From: v.ref(a.Parent, b.AsOf), To: v.ref(b.Parent, b.AsOf)})
	}
	out = appendChange(out, "district", a.District, b.District)
	out = appendChange(out, "industry", a.Industry, b.Industry)
	out = appendChange(out, "ownership", a.Ownership, b.Ownership)
	out = appendChange(out, "size", a.Size, b.Size)
	out = appendChange(out, "founded_on", a.FoundedOn.V, b.FoundedOn.V)
	return appendChange(out, "ended_on", a.EndedOn.V, b.EndedOn.V)
}

func appendChange[T comparable](list []UnitChange, field string, from, to T) []UnitChange {
	if from == to {
		return list
	}
	return append(list, UnitChange{Field: field, From: from, To: to})
}

// UnitLevel is one step of the opened tree: the unit and what lies directly under it.
type UnitLevel struct {
	Unit  Unit
	Under []Unit // at most maxLevel of them, and the one that is opened further
	Total int
}

// maxLevel is how many units the tree shows under one; the list has them all.
const maxLevel = 200

// UnitTree opens the tree of a day from the top of what the reader sees down to one unit (0: only the top), level by level.
func (s *Service) UnitTree(ctx context.Context, who account.Actor, on date.Day, at org.UnitID) (levels []UnitLevel, day date.Day, err error) {
	v, err := s.viewUnits(ctx, who, on)
	if err != nil {
		return nil, 0, err
	}
	top := who.Scope.Unit
	if who.Scope.All {
		top = v.tree.Root()
	}
	if _, ok := v.tree.InForce(top, v.on); !ok { // an empty installation, or a unit that is gone
		return nil, v.on, nil
	}
	way := []org.UnitID{top}
	if at != 0 && at != top {
		if _, ok := v.tree.InForce(at, v.on); !ok || !v.sees(at) {
			return nil, 0, fault.New(fault.NotFound, "org.unknown_unit", at.String())
		}
		above := v.tree.Above(at, v.on)
		if i := slices.Index(above, top); i >= 0 { // on that day it may have lain elsewhere
			down := slices.Clone(above[:i])
			slices.Reverse(down)
			way = append(append(way, down...), at)
		}
	}
	for i, id := range way {
		under := v.under(id)
		l := UnitLevel{Unit: v.unit(id), Total: len(under)}
		shown := under[:min(len(under), maxLevel)]
		if i+1 < len(way) && !slices.Contains(shown, way[i+1]) {
			shown = append(slices.Clone(shown), way[i+1])
		}
		l.Under = v.units(shown)
		levels = append(levels, l)
	}
	return levels, v.on, nil
}
