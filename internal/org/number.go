package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

// Renumber brings the stored ordinal ranges up to today's tree: a dated change may take effect at
// midnight without anybody writing. It does nothing when that was done today already; the app
// calls it at start and every hour.
func (s *Service) Renumber(ctx context.Context, tx *db.Tx) error {
	var on date.Day
	if err := tx.QueryRow(ctx, `SELECT numbered_on FROM org_head WHERE id = 1`, nil, &on); err != nil {
		return fmt.Errorf("renumber units: %w", err)
	}
	if on == tx.Today() {
		return nil
	}
	old, v, err := s.take(ctx, tx)
	if err != nil {
		return err
	}
	next := old.with(v, func(map[UnitID]*unit) {})
	next.number(tx.Today())
	if err := saveUnits(ctx, tx, old, next); err != nil {
		return fmt.Errorf("renumber units: %w", err)
	}
	s.keep(tx, next)
	return nil
}

// number computes what org_unit stores. Ranges start at 1 and are dense: lo counts the units in
// depth-first order, hi is the lo of the last descendant.
func (t *Tree) number(today date.Day) {
	below := map[UnitID][]UnitID{}
	for _, id := range t.order {
		u := t.units[id]
		u.stored = row{code: u.code(), lo: nowhere.lo, hi: nowhere.hi}
		if o := u.at(today); o != nil {
			u.stored.kind = o.Kind
			p := t.parent(u, o)
			below[p] = append(below[p], id)
		}
	}
	var n int64
	var visit func(id UnitID)
	visit = func(id UnitID) {
		n++
		u := t.units[id]
		u.stored.lo = n
		for _, k := range below[id] {
			visit(k)
		}
		u.stored.hi = n
	}
	for _, id := range below[0] {
		visit(id)
	}
}

// code is the latest code said of the unit; that of a withdrawn row when no other is left, so
// that the unit is found again.
func (u *unit) code() string {
	for _, rows := range [][]Observation{u.line, u.all} {
		for _, o := range slices.Backward(rows) {
			if o.Code != "" {
				return o.Code
			}
		}
	}
	return ""
}

// saveUnits writes the rows of org_unit that differ: new ones in bulk, changed ones in batches.
func saveUnits(ctx context.Context, tx *db.Tx, old, next *Tree) error {
	var fresh, moved []*unit
	for _, id := range next.order {
		u := next.units[id]
		if was := old.units[id]; was == nil {
			fresh = append(fresh, u)
		} else if was.stored != u.stored {
			moved = append(moved, u)
		}
	}
	columns := []string{"unit_id", "code", "kind", "lo", "hi", "version"}
	_, err := tx.Bulk(ctx, "org_unit", columns, func(yield func([]any, error) bool) {
		for _, u := range fresh {
			if !yield(append(u.args(), next.version), nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	const batch = 500 // 2,500 parameters, far below the limits of both engines
	for part := range slices.Chunk(moved, batch) {
		args := []any{next.version}
		for _, u := range part {
			args = append(args, u.args()...)
		}
		if _, err := tx.Exec(ctx, moveSQL(len(part)), args...); err != nil {
			return err
		}
	}
	return nil
}

func (u *unit) args() []any {
	var code any
	if u.stored.code != "" {
		code = u.stored.code
	}
	return []any{int64(u.id), code, string(u.stored.kind), u.stored.lo, u.stored.hi}
}

// moveSQL updates n units in one statement; one by one it is a round trip each.
func moveSQL(n int) string {
	var b strings.Builder
	b.WriteString(`WITH v (unit_id, code, kind, lo, hi) AS (VALUES `)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		p := 2 + 5*i
		fmt.Fprintf(&b, "(CAST($%d AS BIGINT), CAST($%d AS TEXT), CAST($%d AS TEXT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))", p, p+1, p+2, p+3, p+4)
	}
	b.WriteString(`) UPDATE org_unit SET code = v.code, kind = v.kind, lo = v.lo, hi = v.hi, version = $1 FROM v WHERE org_unit.unit_id = v.unit_id`)
	return b.String()
}
