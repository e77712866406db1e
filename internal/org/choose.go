package org

import (
	"cmp"
	"slices"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
)

// Filter chooses units as they are on a day. Zero fields choose all that live.
type Filter struct {
	Text      string // part of the name, of its pinyin or initials, or of the code
	Kind      Kind
	District  int32
	Section   string // letter of the section (门类) of GB/T 4754: C
	Size      Size
	Ownership Ownership
	Ended     bool   // also those that were struck off
	Under     UnitID // only what lies below this unit on the day
}

// SortBy is a column by which units may be ordered.
type SortBy string

// The orders. None is the official one.
const (
	Officially  SortBy = ""
	ByName      SortBy = "name" // by pinyin
	ByCode      SortBy = "code"
	ByDistrict  SortBy = "district"
	ByIndustry  SortBy = "industry"
	BySize      SortBy = "size"
	ByOwnership SortBy = "ownership"
)

// spelling is a name as it is searched for.
type spelling struct {
	fold     string
	pinyin   string // without blanks
	initials string
}

func (t *Tree) spell(name string) spelling {
	if s, ok := t.spelled.Load(name); ok {
		return s.(spelling) //nolint:errcheck // only spellings are stored
	}
	s := spelling{fold: cn.Fold(name)}
	s.pinyin, s.initials = cn.SpelledFirm(name)
	t.spelled.Store(name, s)
	return s
}

// Placed is one unit of a Day.
type Placed struct {
	ID UnitID
	State
	Standing Standing
	Up       int   // place of the unit above in Units, -1 for the top
	Lo       int64 // today's ordinal, which scopes compare with
}

// Day is the whole tree as it was on one day, in the official order, each unit before those under it. It is found once for a day and a version
// of the tree, and never changed: lists of units read it again and again.
type Day struct {
	On    date.Day
	Units []Placed
	at    map[UnitID]int
}

// Place is where a unit stands in Units; false when it is not in the tree of the day.
func (d *Day) Place(id UnitID) (int, bool) {
	i, ok := d.at[id]
	return i, ok
}

// Under reports whether the unit at one place lies below the one at another.
func (d *Day) Under(i, top int) bool {
	for i = d.Units[i].Up; i > top; i = d.Units[i].Up { // what is above stands before
	}
	return i == top
}

// Day gives the tree of a day.
func (t *Tree) Day(on date.Day) *Day {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.day != nil && t.day.On == on {
		return t.day
	}
	d := &Day{On: on, at: map[UnitID]int{}}
	for _, id := range t.Official(t.root, on) {
		p := Placed{ID: id, Up: -1}
		p.State, _ = t.At(id, on)
		p.Standing, _ = t.Standing(id, on)
		p.Lo, _ = t.Range(id)
		if up, ok := d.at[p.Parent]; ok {
			p.Up = up
		}
		d.at[id] = len(d.Units)
		d.Units = append(d.Units, p)
	}
	t.day = d
	return d
}

// Choose gives the units that a filter chooses and sees lets through, in the official order.
func (t *Tree) Choose(on date.Day, f Filter, sees func(*Placed) bool) []UnitID {
	d := t.Day(on)
	top := -1
	if f.Under != 0 {
		at, ok := d.Place(f.Under)
		if !ok {
			return nil
		}
		top = at
	}
	text := cn.Fold(f.Text)
	latin := text
	if strings.ContainsFunc(latin, func(r rune) bool { return r > 'z' }) {
		latin = "" // no pinyin: not looked for there
	}
	var out []UnitID
	for i := range d.Units {
		u := &d.Units[i]
		if sees(u) && u.chosen(f) && (f.Under == 0 || d.Under(i, top)) && (text == "" || t.named(u, text, latin)) {
			out = append(out, u.ID)
		}
	}
	return out
}

// chosen compares everything but place and text.
func (u *Placed) chosen(f Filter) bool {
	return (u.Standing == Living || u.Standing == Ended && f.Ended) &&
		(f.Kind == "" || u.Kind == f.Kind) && (f.District == 0 || u.District == f.District) &&
		(f.Section == "" || cn.Section(u.Industry) == f.Section) && (f.Size == 0 || u.Size == f.Size) && (f.Ownership == 0 || u.Ownership == f.Ownership)
}

func (t *Tree) named(u *Placed, text, latin string) bool {
	s := t.spell(u.Name)
	return strings.Contains(s.fold, text) || latin != "" && (strings.Contains(s.pinyin, latin) || strings.Contains(s.initials, latin)) ||
		strings.Contains(cn.Fold(t.Code(u.ID)), text)
}

// SortUnits brings units that stand in the official order into another one. Units of one key keep it, in either direction.
func (t *Tree) SortUnits(ids []UnitID, on date.Day, by SortBy, down bool) {
	if by == Officially {
		return
	}
	type key struct {
		id   UnitID
		text string
		n    int64
	}
	places := regionPlaces()
	d := t.Day(on)
	keys := make([]key, len(ids))
	for i, id := range ids {
		s := &d.Units[d.at[id]]
		k := key{id: id}
		switch by {
		case ByName:
			k.text = t.spell(s.Name).pinyin
		case ByCode:
			k.text = t.Code(id)
		case ByDistrict:
			k.n = int64(cmp.Or(places[s.District], len(places)+1)) // what lies in no district comes last
		case ByIndustry:
			k.n = int64(s.Industry)
		case BySize:
			k.n = int64(s.Size)
		case ByOwnership:
			k.n = int64(s.Ownership)
		}
		keys[i] = k
	}
	slices.SortStableFunc(keys, func(a, b key) int {
		c := cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.n, b.n))
		if down {
			return -c
		}
		return c
	})
	for i, k := range keys {
		ids[i] = k.id
	}
}
