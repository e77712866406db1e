package org

import (
	"slices"

	"tuoxing/internal/date"
)

// Standing is whether a unit is there on a day (存续状态). Its name is in the catalogues as org.standing.<standing>.
type Standing string

// The standings.
const (
	Living Standing = "living" // 存续
	Ended  Standing = "ended"  // 已注销: struck off on this day or before
	Coming Standing = "coming" // 尚未成立: founded later
)

// Key is the catalogue key of the standing's name.
func (s Standing) Key() string { return "org.standing." + string(s) }

// Standing tells whether a unit is there on a day; false for an unknown unit and for one whose rows are all withdrawn.
// An end is known from the row that states it or from any later one, because a list of June can say that a firm was
// struck off in May; a row that is true on a later day and states no end says that the unit is there again.
// Before the first row, and where no row states a day of founding, a unit is there: facts of that time need a place.
func (t *Tree) Standing(id UnitID, on date.Day) (Standing, bool) {
	u := t.units[id]
	if u == nil || len(u.line) == 0 {
		return "", false
	}
	rest := u.line[u.index(on):]
	if slices.ContainsFunc(rest, func(o Observation) bool { return o.EndedOn.Valid && o.EndedOn.V <= on }) {
		return Ended, true
	}
	for _, o := range rest {
		if o.FoundedOn.Valid {
			if o.FoundedOn.V > on {
				return Coming, true
			}
			break
		}
	}
	return Living, true
}

// EndedOn is the day on which a unit was struck off, as its latest row has it; false while none says so.
func (t *Tree) EndedOn(id UnitID) (date.Day, bool) {
	if u := t.units[id]; u != nil && len(u.line) > 0 {
		last := u.line[len(u.line)-1]
		return last.EndedOn.V, last.EndedOn.Valid
	}
	return 0, false
}

// Above are the units above a unit on a day, the nearest first and the city last.
func (t *Tree) Above(id UnitID, on date.Day) []UnitID {
	var out []UnitID
	for u := t.units[id]; u != nil && len(u.line) > 0 && len(out) <= len(t.order); u = t.units[out[len(out)-1]] {
		p := t.parent(u, u.at(on))
		if p == 0 {
			break
		}
		out = append(out, p)
	}
	return out
}

// InForce is the row that says what a unit is on a day.
func (t *Tree) InForce(id UnitID, on date.Day) (Observation, bool) {
	u := t.units[id]
	if u == nil || len(u.line) == 0 {
		return Observation{}, false
	}
	return *u.at(on), true
}

// Line are the rows of a unit that hold, one a day, ascending: what is not withdrawn and not overruled by a later file about the same day.
func (t *Tree) Line(id UnitID) []Observation {
	if u := t.units[id]; u != nil {
		return slices.Clone(u.line)
	}
	return nil
}

// Move is units that passed from under one unit to under another on one day: a transfer, or a district that is split.
type Move struct {
	On       date.Day
	From, To UnitID
	Units    []UnitID // ascending
}

// Moves are the passages of units that lay directly under a unit, or came to lie there, the newest first.
func (t *Tree) Moves(id UnitID) []Move {
	type way struct {
		on       date.Day
		from, to UnitID
	}
	units := map[way][]UnitID{}
	for _, k := range t.kids[id] {
		u := t.units[k]
		for i := 1; i < len(u.line); i++ {
			from, to := t.parent(u, &u.line[i-1]), t.parent(u, &u.line[i])
			if from != to && (from == id || to == id) {
				w := way{u.line[i].AsOf, from, to}
				units[w] = append(units[w], k)
			}
		}
	}
	out := make([]Move, 0, len(units))
	for w, list := range units {
		out = append(out, Move{On: w.on, From: w.from, To: w.to, Units: list})
	}
	slices.SortFunc(out, func(a, b Move) int {
		switch {
		case a.On != b.On:
			return int(b.On - a.On)
		case a.From != b.From:
			return compareIDs(a.From, b.From)
		}
		return compareIDs(a.To, b.To)
	})
	return out
}

func compareIDs(a, b UnitID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
