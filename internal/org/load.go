package org

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Service is the only writer of the tree and keeps its newest snapshot. The zero value is ready.
type Service struct {
	// OnChange is called by Observe and WithdrawImport, in their transaction, with the units
	// whose State changed on any day. The app sets it; it may read the new tree with Tree.
	OnChange func(ctx context.Context, tx *db.Tx, changed []UnitID) error

	mu     sync.Mutex
	cached *Tree
}

// pending is the tree that this transaction has written and not yet committed. It must not reach
// the shared cache before: after a rollback another transaction gives the same version number.
type pending struct{ tree *Tree }

type pendingKey struct{}

func pendingOf(tx *db.Tx) *pending {
	return db.State(tx, pendingKey{}, func() *pending { return &pending{} })
}

// Tree is the snapshot that this transaction sees, kept from call to call while nothing changes.
func (s *Service) Tree(ctx context.Context, tx *db.Tx) (*Tree, error) {
	if p := pendingOf(tx); p.tree != nil {
		return p.tree, nil
	}
	v, err := version(ctx, tx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	t := s.cached
	s.mu.Unlock()
	if t != nil && t.version == v {
		return t, nil
	}
	if t, err = Load(ctx, tx); err != nil {
		return nil, err
	}
	s.publish(t)
	return t, nil
}

// Latest is the newest tree, for who asks nothing else of the database.
func (s *Service) Latest(ctx context.Context, d *db.DB) (t *Tree, err error) {
	var v int64
	if err := d.ReadRow(ctx, readVersion, nil, &v); err != nil {
		return nil, fmt.Errorf("version of the units: %w", err)
	}
	s.mu.Lock()
	t = s.cached
	s.mu.Unlock()
	if t != nil && t.version >= v {
		return t, nil
	}
	err = d.ReadTx(ctx, func(tx *db.Tx) error {
		t, err = s.Tree(ctx, tx)
		return err
	})
	return t, err
}

const readVersion = `SELECT version FROM org_head WHERE id = 1`

func (s *Service) publish(t *Tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cached == nil || s.cached.version < t.version {
		s.cached = t
	}
}

func version(ctx context.Context, tx *db.Tx) (v int64, err error) {
	err = tx.QueryRow(ctx, readVersion, nil, &v)
	return v, err
}

// Load reads all units from the database. In a write transaction of PostgreSQL each statement
// sees the newest commit, so the load repeats when a change came between its two queries.
func Load(ctx context.Context, tx *db.Tx) (*Tree, error) {
	const tries = 5
	for range tries {
		before, err := version(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("load units: %w", err)
		}
		units, err := loadUnits(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("load units: %w", err)
		}
		if after, err := version(ctx, tx); err != nil || after == before {
			return build(before, units), err
		}
	}
	return nil, fault.New(fault.Unavailable, "db.busy")
}

func loadUnits(ctx context.Context, tx *db.Tx) (map[UnitID]*unit, error) {
	units := map[UnitID]*unit{}
	err := tx.Query(ctx, `SELECT unit_id, coalesce(code, ''), kind, lo, hi FROM org_unit`, nil, func(r db.Scanner) error {
		u := &unit{}
		if err := r.Scan(&u.id, &u.stored.code, &u.stored.kind, &u.stored.lo, &u.stored.hi); err != nil {
			return err
		}
		units[u.id] = u
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = tx.Query(ctx, `SELECT unit_id, id, as_of_on, kind, name, code, parent_id, district, industry, ownership, size,
		founded_on, ended_on, import_id, line, withdrawn FROM org_observation`, nil, func(r db.Scanner) error {
		var o Observation
		if err := r.Scan(&o.Unit, &o.ID, &o.AsOf, &o.Kind, &o.Name, &o.Code, &o.Parent, &o.District, &o.Industry, &o.Ownership, &o.Size,
			&o.FoundedOn, &o.EndedOn, &o.Import, &o.Line, &o.Withdrawn); err != nil {
			return err
		}
		u := units[o.Unit]
		if u == nil {
			return fmt.Errorf("observation %d belongs to no unit", o.ID)
		}
		u.all = append(u.all, o)
		return nil
	})
	for _, u := range units {
		sortRows(u.all)
	}
	return units, err
}

func sortRows(rows []Observation) {
	slices.SortFunc(rows, func(a, b Observation) int {
		return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.Import, b.Import), cmp.Compare(a.ID, b.ID))
	})
}

// insertRows writes new observations.
func insertRows(ctx context.Context, tx *db.Tx, rows []Observation) error {
	columns := []string{
		"unit_id", "id", "as_of_on", "kind", "name", "code", "parent_id", "district", "industry", "ownership", "size",
		"founded_on", "ended_on", "import_id", "line", "withdrawn",
	}
	_, err := tx.Bulk(ctx, "org_observation", columns, func(yield func([]any, error) bool) {
		for _, o := range rows {
			if !yield([]any{
				int64(o.Unit), o.ID, o.AsOf, string(o.Kind), o.Name, o.Code, int64(o.Parent), int64(o.District), int64(o.Industry),
				int64(o.Ownership), int64(o.Size), orNull(o.FoundedOn), orNull(o.EndedOn), o.Import, int64(o.Line), o.Withdrawn,
			}, nil) {
				return
			}
		}
	})
	return err
}

func orNull(d sql.Null[date.Day]) any {
	if !d.Valid {
		return nil
	}
	return d.V
}
