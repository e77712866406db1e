package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Observe adds sourced rows and gives the units whose State changed on any day, descendants
// included, ascending. Unit and ID of each row are filled in: Unit 0 is matched by code, else by
// name and parent (also to a unit whose rows were withdrawn, so that undo and import again meet
// the same unit), else a new unit is made; a Unit that is not known yet is made under that id,
// so that rows of one call can name each other as parents. A row of kind city without a unit
// always means the one root.
//
// One call costs a pass over the tree: hand in a file at once, not row by row.
func (s *Service) Observe(ctx context.Context, tx *db.Tx, obs []Observation) (changed []UnitID, err error) {
	if len(obs) == 0 {
		return nil, nil
	}
	for i := range obs {
		if err := obs[i].Check(); err != nil {
			return nil, err
		}
	}
	old, v, err := s.take(ctx, tx)
	if err != nil {
		return nil, err
	}
	m := newMatcher(old)
	for i := range obs {
		obs[i].ID, obs[i].Withdrawn = tx.NewID(), false
		if err := m.resolve(tx, &obs[i]); err != nil {
			return nil, err
		}
	}
	var touched []UnitID
	next := old.with(v, func(units map[UnitID]*unit) {
		for _, o := range obs {
			if units[o.Unit] == nil {
				units[o.Unit] = &unit{id: o.Unit, stored: nowhere}
			}
			touched = append(touched, o.Unit)
		}
		addRows(units, obs)
	})
	for _, o := range obs {
		if o.Parent != 0 && next.units[o.Parent] == nil {
			return nil, fault.New(fault.Invalid, "org.unknown_parent", o.Name)
		}
		if o.Kind == City && o.Unit != next.root {
			return nil, fault.New(fault.Conflict, "org.second_city", o.Name)
		}
	}
	return s.finish(ctx, tx, old, next, touched, func() error { return insertRows(ctx, tx, obs) })
}

// addRows puts rows into copies of the units' lists, which older trees share.
func addRows(units map[UnitID]*unit, obs []Observation) {
	fresh := map[UnitID][]Observation{}
	for _, o := range obs {
		fresh[o.Unit] = append(fresh[o.Unit], o)
	}
	for id, rows := range fresh {
		u := units[id]
		u.all = slices.Concat(u.all, rows)
		sortRows(u.all)
	}
}

// Check gives every problem of the row itself at once.
func (o *Observation) Check() error {
	var c fault.Check
	if strings.TrimSpace(o.Name) == "" {
		c.Add("name", "org.name_empty")
	}
	if !o.Kind.Known() {
		c.Add("kind", "org.kind_unknown", string(o.Kind))
	}
	if o.AsOf == 0 {
		c.Add("as_of", "org.as_of_missing")
	}
	if o.District != 0 && (o.District < 100000 || o.District > 999999) {
		c.Add("district", "org.district_digits")
	}
	if o.Industry < 0 || o.Industry > 9999 {
		c.Add("industry", "org.industry_digits")
	}
	if o.Ownership != 0 && !slices.Contains(Ownerships(), o.Ownership) {
		c.Add("ownership", "org.ownership_unknown", fmt.Sprint(int(o.Ownership)))
	}
	if o.Size != 0 && !slices.Contains(Sizes(), o.Size) {
		c.Add("size", "org.size_unknown", fmt.Sprint(int(o.Size)))
	}
	if o.FoundedOn.Valid && o.EndedOn.Valid && o.EndedOn.V < o.FoundedOn.V {
		c.Add("ended_on", "org.ended_before_founded")
	}
	if o.Kind == City && o.EndedOn.Valid {
		c.Add("ended_on", "org.city_ended")
	}
	if o.Kind == City && o.Parent != 0 {
		c.Add("parent", "org.city_parent")
	}
	return c.Err()
}

// WithdrawImport takes back the rows of an import and gives the units whose State changed on any
// day. What other rows say of the same units comes into force again. A unit without any row left
// keeps its id and code and lies in no subtree.
func (s *Service) WithdrawImport(ctx context.Context, tx *db.Tx, imported int64) (changed []UnitID, err error) {
	if imported == 0 {
		return nil, fmt.Errorf("withdraw import 0: rows entered by hand are no import")
	}
	old, v, err := s.take(ctx, tx)
	if err != nil {
		return nil, err
	}
	var touched []UnitID
	next := old.with(v, func(units map[UnitID]*unit) {
		for id, u := range units {
			if !slices.ContainsFunc(u.all, func(o Observation) bool { return o.Import == imported && !o.Withdrawn }) {
				continue
			}
			u.all = slices.Clone(u.all)
			for i := range u.all {
				u.all[i].Withdrawn = u.all[i].Withdrawn || u.all[i].Import == imported
			}
			touched = append(touched, id)
		}
	})
	return s.finish(ctx, tx, old, next, touched, func() error {
		_, err := tx.Exec(ctx, `UPDATE org_observation SET withdrawn = TRUE WHERE import_id = $1 AND withdrawn = FALSE`, imported)
		return err
	})
}

// take locks the tree for this transaction and gives the snapshot to change and the next version.
func (s *Service) take(ctx context.Context, tx *db.Tx) (old *Tree, v int64, err error) {
	err = tx.QueryRow(ctx, `UPDATE org_head SET version = version + 1, numbered_on = $1 WHERE id = 1 RETURNING version`, []any{tx.Today()}, &v)
	if err != nil {
		return nil, 0, fmt.Errorf("take the tree: %w", err)
	}
	if p := pendingOf(tx); p.tree != nil {
		return p.tree, v, nil
	}
	s.mu.Lock()
	old = s.cached
	s.mu.Unlock()
	if old == nil || old.version != v-1 {
		old, err = Load(ctx, tx)
	}
	return old, v, err
}

// with copies the tree, changes the copy of the units and computes the rest anew. The change may
// replace a unit's rows but not write into them: older trees share them.
func (t *Tree) with(version int64, change func(units map[UnitID]*unit)) *Tree {
	units := make(map[UnitID]*unit, len(t.units))
	for id, u := range t.units {
		c := *u
		units[id] = &c
	}
	change(units)
	next := build(version, units)
	next.spelled = t.spelled
	return next
}

// finish checks the new tree, writes it and tells who wants to know.
func (s *Service) finish(ctx context.Context, tx *db.Tx, old, next *Tree, touched []UnitID, write func() error) ([]UnitID, error) {
	slices.Sort(touched)
	touched = slices.Compact(touched)
	if err := next.noCircle(touched); err != nil {
		return nil, err
	}
	next.number(tx.Today())
	if err := saveUnits(ctx, tx, old, next); err != nil {
		return nil, fmt.Errorf("save units: %w", err)
	}
	if err := write(); err != nil {
		return nil, fmt.Errorf("save observations: %w", err)
	}
	s.keep(tx, next)
	changed := differing(old, next, touched)
	if len(changed) > 0 && s.OnChange != nil {
		if err := s.OnChange(ctx, tx, changed); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// keep makes next the tree of this transaction, and of everybody after its commit.
func (s *Service) keep(tx *db.Tx, next *Tree) {
	p := pendingOf(tx)
	if p.tree == nil {
		tx.AfterCommit(func() { s.publish(p.tree) })
	}
	p.tree = next
}

// noCircle refuses a tree in which a touched unit is above itself on any day. A circle always
// goes through a unit whose rows changed.
func (t *Tree) noCircle(touched []UnitID) error {
	for _, id := range touched {
		for _, d := range t.days(id) {
			if t.inCircle(id, d) {
				return fault.New(fault.Conflict, "org.cycle", t.Name(id, d), d.String())
			}
		}
	}
	return nil
}

func (t *Tree) inCircle(id UnitID, on date.Day) bool {
	u := t.units[id]
	for range t.order {
		if len(u.line) == 0 {
			return false
		}
		p := t.parent(u, u.at(on))
		if p == 0 {
			return false
		}
		if p == id {
			return true
		}
		u = t.units[p]
	}
	return true
}

// differing gives those of the touched units and of all that were ever below them whose State is
// not the same in both trees on every day.
func differing(old, next *Tree, touched []UnitID) []UnitID {
	seen := map[UnitID]bool{}
	var changed []UnitID
	for todo := slices.Clone(touched); len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		todo = append(append(todo, old.kids[id]...), next.kids[id]...)
		if differs(old, next, id) {
			changed = append(changed, id)
		}
	}
	slices.Sort(changed)
	return changed
}

func differs(old, next *Tree, id UnitID) bool {
	for _, d := range slices.Concat(old.days(id), next.days(id)) {
		a, aok := old.At(id, d)
		if b, bok := next.At(id, d); a != b || aok != bok {
			return true
		}
	}
	return false
}
