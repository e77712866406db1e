package org

import (
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// matcher finds the unit that a row without a unit means.
type matcher struct {
	root   UnitID
	codes  map[string]UnitID
	names  map[place]UnitID
	coded  map[UnitID]bool
	folded map[string]string // names repeat; folding is the dear part
}

// place is a name under a parent.
type place struct {
	name   string
	parent UnitID
}

// newMatcher notes withdrawn rows first and those in force after them: they win.
func newMatcher(t *Tree) *matcher {
	m := &matcher{root: t.root, codes: map[string]UnitID{}, names: map[place]UnitID{}, coded: map[UnitID]bool{}, folded: map[string]string{}}
	for _, withdrawn := range []bool{true, false} {
		for _, id := range t.order {
			for i := range t.units[id].all {
				if o := &t.units[id].all[i]; o.Withdrawn == withdrawn {
					m.note(o)
				}
			}
		}
	}
	return m
}

func (m *matcher) note(o *Observation) {
	if o.Kind == City && m.root == 0 {
		m.root = o.Unit
	}
	if o.Code != "" {
		m.codes[cn.Fold(o.Code)] = o.Unit
		m.coded[o.Unit] = true
	}
	m.names[m.place(o)] = o.Unit
}

func (m *matcher) place(o *Observation) place {
	name, ok := m.folded[o.Name]
	if !ok {
		name = cn.Fold(o.Name)
		m.folded[o.Name] = name
	}
	p := place{name, o.Parent}
	if p.parent == 0 && o.Kind != City {
		p.parent = m.root
	}
	return p
}

// Resolver gives a function that fills in the Unit of rows one by one, exactly as Observe would when
// it is handed all of them, so that a row can name the unit of a row before it as its parent.
func (t *Tree) Resolver(tx *db.Tx) func(o *Observation) error {
	m := newMatcher(t)
	return func(o *Observation) error { return m.resolve(tx, o) }
}

// resolve fills in o.Unit. A unit that has a code is never matched by name to a row with another.
func (m *matcher) resolve(tx *db.Tx, o *Observation) error {
	byCode, known := m.codes[cn.Fold(o.Code)]
	known = known && o.Code != ""
	switch {
	case known && o.Unit != 0 && o.Unit != byCode:
		return fault.New(fault.Conflict, "org.code_taken", o.Code)
	case o.Unit != 0:
	case known:
		o.Unit = byCode
	case o.Kind == City && m.root != 0:
		o.Unit = m.root
	default:
		if id, ok := m.names[m.place(o)]; ok && (o.Code == "" || !m.coded[id]) {
			o.Unit = id
		} else {
			o.Unit = UnitID(tx.NewID())
		}
	}
	m.note(o)
	return nil
}
