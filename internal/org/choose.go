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

// Choose gives the units that a filter chooses and sees lets through, in the official order.
func (t *Tree) Choose(on date.Day, f Filter, sees func(UnitID) bool) []UnitID {
	text := cn.Fold(f.Text)
	latin := text
	if strings.ContainsFunc(latin, func(r rune) bool { return r > 'z' }) {
		latin = "" // no pinyin: not looked for there
	}
	var out []UnitID
	for _, id := range t.OfficialAll(on) {
		if !sees(id) || !t.chosen(id, on, f) {
			continue
		}
		if text != "" && !t.named(id, on, text, latin) {
			continue
		}
		out = append(out, id)
	}
	return out
}

// chosen compares everything but the text.
func (t *Tree) chosen(id UnitID, on date.Day, f Filter) bool {
	s, ok := t.At(id, on)
	standing, _ := t.Standing(id, on)
	return ok && (standing == Living || standing == Ended && f.Ended) &&
		(f.Kind == "" || s.Kind == f.Kind) && (f.District == 0 || s.District == f.District) &&
		(f.Section == "" || cn.Section(s.Industry) == f.Section) && (f.Size == 0 || s.Size == f.Size) &&
		(f.Ownership == 0 || s.Ownership == f.Ownership) && (f.Under == 0 || slices.Contains(t.Above(id, on), f.Under))
}

func (t *Tree) named(id UnitID, on date.Day, text, latin string) bool {
	s := t.spell(t.Name(id, on))
	return strings.Contains(s.fold, text) || latin != "" && (strings.Contains(s.pinyin, latin) || strings.Contains(s.initials, latin)) ||
		strings.Contains(cn.Fold(t.Code(id)), text)
}

// OfficialAll are all units in the official order of a day, found once for each day and version of the tree.
func (t *Tree) OfficialAll(on date.Day) []UnitID {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ordered == nil || t.orderedOn != on {
		t.ordered, t.orderedOn = t.Official(t.root, on), on
	}
	return t.ordered
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
	keys := make([]key, len(ids))
	for i, id := range ids {
		s, _ := t.At(id, on)
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
