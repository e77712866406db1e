package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// ConflictFilter chooses conflicts. Zero values choose all.
type ConflictFilter struct {
	Kind  ConflictKind
	State string     // open, decided
	Part  string     // task: those that change a figure; list: the others
	Unit  org.UnitID // of people whose file belongs to this unit, an employer for instance, or to one below it
	After string     // key of the last line of the page before
	Limit int
}

// ConflictLine is one conflict in the list.
type ConflictLine struct {
	Worker  Worker
	Kind    ConflictKind
	About   int64
	Task    bool
	Decided bool
	FoundAt time.Time
}

// Key is where a list goes on.
func (l ConflictLine) Key() string { return ConflictPlace{l.Worker.ID, l.Kind, l.About}.String() }

// ConflictPlace names a conflict: whose, of which kind, about what.
type ConflictPlace struct {
	Worker WorkerID
	Kind   ConflictKind
	About  int64
}

// String writes the place as addresses carry it: 123.two_main.456.
func (p ConflictPlace) String() string {
	return p.Worker.String() + "." + string(p.Kind) + "." + strconv.FormatInt(p.About, 10)
}

// ParseConflictPlace reads what String writes. Anything else is a NotFound fault.
func ParseConflictPlace(text string) (p ConflictPlace, err error) {
	parts := strings.Split(text, ".")
	unknown := fault.New(fault.NotFound, "registry.conflict_unknown")
	if len(parts) != 3 || p.Worker.UnmarshalText([]byte(parts[0])) != nil {
		return p, unknown
	}
	p.Kind = ConflictKind(parts[1])
	if p.About, err = strconv.ParseInt(parts[2], 10, 64); err != nil || !p.Kind.Known() {
		return p, unknown
	}
	return p, nil
}

// ListConflicts gives the conflicts of the people in the reader's subtree, and how many there are in all. The look
// is logged.
func (s *Service) ListConflicts(ctx context.Context, who account.Actor, f ConflictFilter) (list []ConflictLine, total int, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, 0, err
	}
	where, args, err := s.conflictsWhere(ctx, who.Scope, f)
	if err != nil {
		return nil, 0, err
	}
	var after ConflictPlace
	if f.After != "" {
		if after, err = ParseConflictPlace(f.After); err != nil {
			return nil, 0, err
		}
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "conflict.list", "", map[string]any{"kind": string(f.Kind)}); err != nil {
		return nil, 0, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM registry_conflict c, registry_worker w, org_unit u WHERE `+where, args, &total); err != nil {
			return err
		}
		n := len(args)
		args := append(args, int64(after.Worker), string(after.Kind), after.About, f.Limit)
		return tx.Query(ctx, fmt.Sprintf(`SELECT w.worker_id, w.name, w.unit_id, w.employer_id, w.district, c.kind, c.about, c.task, c.ruling_id, c.found_at FROM registry_conflict c, registry_worker w, org_unit u
WHERE %s AND (c.worker_id, c.kind, c.about) > ($%d, $%d, $%d) ORDER BY c.worker_id, c.kind, c.about LIMIT $%d`, where, n+1, n+2, n+3, n+4), args, func(row db.Scanner) error {
			var l ConflictLine
			var ruling int64
			var at db.Time
			w := &l.Worker
			err := row.Scan(&w.ID, &w.Name, &w.Unit, &w.Employer, &w.District, (*string)(&l.Kind), &l.About, &l.Task, &ruling, &at)
			l.Decided, l.FoundAt = ruling != 0, at.Time
			list = append(list, l)
			return err
		})
	})
	return list, total, err
}

// OpenTasks counts the conflicts in the reader's subtree that change a figure and wait for a decision.
func (s *Service) OpenTasks(ctx context.Context, who account.Actor) (n int, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return 0, err
	}
	where, args, err := ConflictFilter{State: "open", Part: "task"}.where(who.Scope)
	if err != nil {
		return 0, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM registry_conflict c, registry_worker w, org_unit u WHERE `+where, args, &n)
	})
	return n, err
}

// conflictsWhere is where with the unit, which must lie within the reader's reach.
func (s *Service) conflictsWhere(ctx context.Context, scope account.Scope, f ConflictFilter) (where string, args []any, err error) {
	var c fault.Check
	if where, args, err = f.where(scope); err != nil {
		for _, x := range fault.Fields(err) {
			c.Add(x.Name, x.Key, x.Args...)
		}
	}
	if f.Unit == 0 {
		return where, args, c.Err()
	}
	var lo, hi int64
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		tree, err := s.Org.Tree(ctx, tx)
		if err == nil {
			lo, hi = tree.Range(f.Unit)
		}
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if lo <= 0 || !scope.Has(lo) {
		c.Add("unit", "registry.conflict_unit")
	}
	args = append(args, lo, hi)
	return where + fmt.Sprintf(` AND u.lo BETWEEN $%d AND $%d`, len(args)-1, len(args)), args, c.Err()
}

func (f ConflictFilter) where(scope account.Scope) (string, []any, error) {
	var c fault.Check
	where, args := `w.worker_id = c.worker_id AND `+seen(1), seenArgs(scope)
	if f.Kind != "" {
		if !f.Kind.Known() {
			listing.OneOf(&c, "kind", string(f.Kind), listing.Names(allConflicts))
		}
		args = append(args, string(f.Kind))
		where += fmt.Sprintf(` AND c.kind = $%d`, len(args))
	}
	switch f.State {
	case "":
	case "open":
		where += ` AND c.ruling_id = 0`
	case "decided":
		where += ` AND c.ruling_id <> 0`
	default:
		c.Add("state", "registry.conflict_state", f.State)
	}
	switch f.Part {
	case "":
	case "task", "list":
		args = append(args, f.Part == "task")
		where += fmt.Sprintf(` AND c.task = $%d`, len(args))
	default:
		c.Add("part", "registry.conflict_part", f.Part)
	}
	return where, args, c.Err()
}
