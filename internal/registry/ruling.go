package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Choice is a statement of a conflict, and what would change if it were the one that holds.
type Choice struct {
	Stated
	Changes []FigureChange // against today; none for the one that holds
}

// Ruling is a person's decision as it is shown.
type Ruling struct {
	Reason string
	At     time.Time
	By     int64
}

// ConflictFile is one conflict with what each decision would do.
type ConflictFile struct {
	Worker  Worker
	Kind    ConflictKind
	About   int64
	Task    bool
	Choices []Choice // the one that holds first
	Ruling  *Ruling  // nil: open
}

// FindConflict opens one conflict of a person. It is logged like the file it lies in.
func (s *Service) FindConflict(ctx context.Context, who account.Actor, worker WorkerID, kind ConflictKind, about int64) (*ConflictFile, error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, who, worker, "conflict.open", map[string]any{"kind": string(kind)}); err != nil {
		return nil, err
	}
	var out *ConflictFile
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, _, _, _, err := s.open(ctx, tx, who.Scope, worker)
		if err != nil {
			return err
		}
		src, c, err := s.conflict(ctx, tx, worker, kind, func(c *Conflict) bool { return c.About == about })
		if err != nil {
			return err
		}
		world, err := s.world(ctx, tx)
		if err != nil {
			return err
		}
		out = &ConflictFile{Worker: w, Kind: kind, About: about}
		for _, st := range c.Says {
			ch := Choice{Stated: st}
			if !st.Holds {
				ch.Changes = s.ifHolds(src, world, c, st.Row, tx.Now())
			}
			out.Task = out.Task || s.isTask(kind, len(ch.Changes) > 0)
			out.Choices = append(out.Choices, ch)
		}
		out.Ruling, err = rulingOf(ctx, tx, worker, c.Ruling)
		return err
	})
	return out, err
}

// conflict finds a conflict of a person. A merged file has none of its own.
func (s *Service) conflict(ctx context.Context, tx *db.Tx, worker WorkerID, kind ConflictKind, is func(*Conflict) bool) (*Sources, *Conflict, error) {
	src, err := loadSources(ctx, tx, []WorkerID{worker})
	if err != nil {
		return nil, nil, err
	}
	if of := src[worker]; of.Survivor == 0 {
		list := readPerson(of, s.Precedence).conflicts(of, s.Precedence)
		for i := range list {
			if list[i].Kind == kind && is(&list[i]) {
				return of, &list[i], nil
			}
		}
	}
	return nil, nil, fault.New(fault.NotFound, "registry.conflict_unknown")
}

// isTask applies the table of kinds.
func (s *Service) isTask(kind ConflictKind, figureChanges bool) bool {
	i := slices.IndexFunc(s.Conflicts, func(k ConflictSpec) bool { return k.Kind == kind })
	return i >= 0 && s.Conflicts[i].Becomes == "figures" && figureChanges
}

// ifHolds is what would change in the figures if a statement were decided to hold.
func (s *Service) ifHolds(src *Sources, world *World, c *Conflict, row int64, now time.Time) []FigureChange {
	then := *src
	then.Rulings = slices.DeleteFunc(slices.Clone(src.Rulings), func(r RulingRow) bool { return r.Kind == c.Kind && c.has(r.Kept) })
	then.Rulings = append(then.Rulings, RulingRow{Kind: c.Kind, Kept: row, RecordedAt: now})
	return s.Figures(Timeline(&then, world), Timeline(src, world))
}

func (c *Conflict) has(row int64) bool {
	return slices.ContainsFunc(c.Says, func(s Stated) bool { return s.Row == row })
}

// DecideConflictInput says which statement of a conflict holds, and why.
type DecideConflictInput struct {
	Worker WorkerID
	Kind   ConflictKind
	Keep   int64 // Stated.Row
	Why    string
}

// DecideConflict decides which statement holds (采信): the others are set aside, also where they are said again, and
// every figure they counted in changes by reversal. A decision before about the same statements is withdrawn. Faults:
// NotFound for a file not seen or a statement that is in no conflict, Conflict when it is decided so already.
func (s *Service) DecideConflict(ctx context.Context, who account.Actor, in DecideConflictInput) error {
	if err := who.Must(account.ConflictDecide); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeFiles(ctx, tx, who.Scope, in.Worker); err != nil {
			return err
		}
		if err := checkReason(ctx, tx, in.Worker, in.Why); err != nil {
			return err
		}
		src, c, err := s.conflict(ctx, tx, in.Worker, in.Kind, func(c *Conflict) bool { return c.has(in.Keep) })
		if err != nil {
			return err
		}
		if c.Ruling != 0 && c.Says[0].Row == in.Keep {
			return conflict("registry.conflict_decided")
		}
		return s.decideIn(ctx, tx, who, in, src, c)
	})
}

// decideIn enters a decision. The caller holds the file.
func (s *Service) decideIn(ctx context.Context, tx *db.Tx, who account.Actor, in DecideConflictInput, src *Sources, c *Conflict) error {
	if err := withdrawRulings(ctx, tx, who.UserID, in.Worker, src, c); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO registry_ruling (worker_id, id, kind, kept_id, reason, recorded_at, recorded_by, withdrawn_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		int64(in.Worker), tx.NewID(), string(in.Kind), in.Keep, in.Why, db.At(tx.Now()), who.UserID)
	if err != nil {
		return fmt.Errorf("decide conflict: %w", err)
	}
	s.touch(tx, who.UserID, in.Worker)
	return audit.Add(ctx, tx, who.UserID, "conflict.decide", in.Worker.String(), map[string]any{"kind": string(in.Kind), "keep": strconv.FormatInt(in.Keep, 10), "why": in.Why})
}

// mostAccepted is how many conflicts are settled at once.
const mostAccepted = 500

// AcceptConflicts decides several conflicts as the precedence of sources has them (采信现行说法): the statement that holds stays, so no
// figure changes, and none of them waits any more. All of them, or none when one is decided already or names its person in the
// reason; each of these is named by its place. NotFound for a file not seen or what is no conflict any more.
func (s *Service) AcceptConflicts(ctx context.Context, who account.Actor, places []ConflictPlace, why string) error {
	if err := who.Must(account.ConflictDecide); err != nil {
		return err
	}
	var c fault.Check
	switch {
	case len(places) == 0:
		c.Add("conflict", "registry.conflict_none_chosen")
	case len(places) > mostAccepted:
		c.Add("conflict", "registry.conflict_too_many", mostAccepted)
	}
	if err := c.Err(); err != nil {
		return err
	}
	places = slices.Clone(places)
	slices.SortFunc(places, func(a, b ConflictPlace) int { // files are taken in one order
		return cmp.Or(cmp.Compare(a.Worker, b.Worker), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.About, b.About))
	})
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		var stopped fault.Check
		for _, at := range slices.Compact(places) {
			err := s.acceptIn(ctx, tx, who, at, why)
			if err == nil {
				continue
			}
			if fields := fault.Fields(err); len(fields) > 0 && fields[0].Key != "registry.why_names" {
				return err // of the form, not of one conflict
			}
			if err = stopped.Stop(at.String(), err); err != nil {
				return err
			}
		}
		return stopped.Err()
	})
}

func (s *Service) acceptIn(ctx context.Context, tx *db.Tx, who account.Actor, at ConflictPlace, why string) error {
	if err := s.takeFiles(ctx, tx, who.Scope, at.Worker); err != nil {
		return err
	}
	if err := checkReason(ctx, tx, at.Worker, why); err != nil {
		return err
	}
	src, c, err := s.conflict(ctx, tx, at.Worker, at.Kind, func(c *Conflict) bool { return c.About == at.About })
	if err != nil {
		return err
	}
	if c.Ruling != 0 {
		return conflict("registry.conflict_decided")
	}
	return s.decideIn(ctx, tx, who, DecideConflictInput{Worker: at.Worker, Kind: at.Kind, Keep: c.Says[0].Row, Why: why}, src, c)
}

// ReopenConflict takes the decision about a conflict back (收回): the precedence of sources holds again, and the
// figures with it.
func (s *Service) ReopenConflict(ctx context.Context, who account.Actor, worker WorkerID, kind ConflictKind, about int64, why string) error {
	if err := who.Must(account.ConflictDecide); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeFiles(ctx, tx, who.Scope, worker); err != nil {
			return err
		}
		if err := checkReason(ctx, tx, worker, why); err != nil {
			return err
		}
		src, c, err := s.conflict(ctx, tx, worker, kind, func(c *Conflict) bool { return c.About == about })
		if err != nil {
			return err
		}
		if c.Ruling == 0 {
			return conflict("registry.conflict_open")
		}
		if err := withdrawRulings(ctx, tx, who.UserID, worker, src, c); err != nil {
			return err
		}
		s.touch(tx, who.UserID, worker)
		return audit.Add(ctx, tx, who.UserID, "conflict.reopen", worker.String(), map[string]any{"kind": string(kind), "why": why})
	})
}

func withdrawRulings(ctx context.Context, tx *db.Tx, by int64, worker WorkerID, src *Sources, c *Conflict) error {
	family, err := families(ctx, tx, []WorkerID{worker})
	if err != nil {
		return err
	}
	list, args := in(4, family)
	for _, r := range src.Rulings {
		if r.Withdrawn || r.Kind != c.Kind || !c.has(r.Kept) {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE registry_ruling SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1 AND worker_id IN `+list, append([]any{r.ID, db.At(tx.Now()), by}, args...)...); err != nil {
			return fmt.Errorf("withdraw decision: %w", err)
		}
	}
	return nil
}

func rulingOf(ctx context.Context, tx *db.Tx, worker WorkerID, id int64) (*Ruling, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // no decision is an ordinary answer
	}
	family, err := families(ctx, tx, []WorkerID{worker})
	if err != nil {
		return nil, err
	}
	var r Ruling
	var at db.Time
	list, args := in(2, family)
	err = tx.QueryRow(ctx, `SELECT reason, recorded_at, recorded_by FROM registry_ruling WHERE id = $1 AND worker_id IN `+list, append([]any{id}, args...), &r.Reason, &at, &r.By)
	r.At = at.Time
	return &r, err
}

// settleConflicts makes the list of conflicts of some people follow their rows in force, and their names the
// decisions about names.
func (s *Service) settleConflicts(ctx context.Context, tx *db.Tx, part []WorkerID, src map[WorkerID]*Sources, world *World) error {
	held, err := heldConflicts(ctx, tx, part)
	if err != nil {
		return err
	}
	for _, w := range part {
		of := src[w]
		var list []Conflict
		if of.Survivor == 0 {
			list = readPerson(of, world.order).conflicts(of, world.order)
		}
		for i := range list {
			c := &list[i]
			key := conflictKey{w, c.Kind, c.About}
			now := conflictRow{task: s.becomesTask(of, world, c, tx.Now()), ruling: c.Ruling}
			old, known := held[key]
			delete(held, key)
			switch {
			case known && old == now:
				continue
			case known:
				_, err = tx.Exec(ctx, `UPDATE registry_conflict SET task = $4, ruling_id = $5 WHERE worker_id = $1 AND kind = $2 AND about = $3`, int64(w), string(c.Kind), c.About, now.task, now.ruling)
			default:
				_, err = tx.Exec(ctx, `INSERT INTO registry_conflict (worker_id, kind, about, task, ruling_id, found_at) VALUES ($1, $2, $3, $4, $5, $6)`, int64(w), string(c.Kind), c.About, now.task, now.ruling, db.At(tx.Now()))
			}
			if err != nil {
				return fmt.Errorf("list conflict: %w", err)
			}
		}
		if err := s.settleName(ctx, tx, w, of.name()); err != nil {
			return err
		}
	}
	for key := range held {
		if _, err := tx.Exec(ctx, `DELETE FROM registry_conflict WHERE worker_id = $1 AND kind = $2 AND about = $3`, int64(key.worker), string(key.kind), key.about); err != nil {
			return fmt.Errorf("drop conflict: %w", err)
		}
	}
	return nil
}

// becomesTask asks for each other statement whether a figure would change if it held.
func (s *Service) becomesTask(src *Sources, world *World, c *Conflict, now time.Time) bool {
	if s.Figures == nil {
		return s.isTask(c.Kind, true)
	}
	return s.isTask(c.Kind, slices.ContainsFunc(c.Says, func(st Stated) bool {
		return !st.Holds && len(s.ifHolds(src, world, c, st.Row, now)) > 0
	}))
}

type conflictKey struct {
	worker WorkerID
	kind   ConflictKind
	about  int64
}

type conflictRow struct {
	task   bool
	ruling int64
}

func heldConflicts(ctx context.Context, tx *db.Tx, part []WorkerID) (map[conflictKey]conflictRow, error) {
	out := map[conflictKey]conflictRow{}
	list, args := in(1, part)
	err := tx.Query(ctx, `SELECT worker_id, kind, about, task, ruling_id FROM registry_conflict WHERE worker_id IN `+list, args, func(row db.Scanner) error {
		var k conflictKey
		var r conflictRow
		err := row.Scan(&k.worker, (*string)(&k.kind), &k.about, &r.task, &r.ruling)
		out[k] = r
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	return out, nil
}

// settleName gives a file the name that its claims make; nobody has claims but who was in a conflict of names.
func (s *Service) settleName(ctx context.Context, tx *db.Tx, w WorkerID, name string) error {
	if name == "" {
		return nil
	}
	full, initials := cn.Spelled(name)
	n, err := tx.Exec(ctx, `UPDATE registry_worker SET name = $2, name_fold = $3, pinyin_fold = $4, initials_fold = $5, version = version + 1 WHERE worker_id = $1 AND name <> $2 AND length(wrapped_key) > 0`,
		int64(w), name, cn.Fold(name), full, initials)
	if err != nil {
		return fmt.Errorf("name of %s: %w", w, err)
	}
	if n > 0 {
		s.touch(tx, 0).relist(w)
	}
	return nil
}
