package registry

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// Leaver is a person who was employed in a unit and is absent from its complete roster (全量).
type Leaver struct {
	Worker   WorkerID        `json:"worker"`
	Name     string          `json:"name"` // empty when the file lies elsewhere now (现在其他单位)
	Import   intake.ImportID `json:"import"`
	Employer org.UnitID      `json:"employer"`
	AsOf     date.Day        `json:"as_of"` // the roster's day
	State    string          `json:"state"` // proposed, confirmed, rejected

	files []WorkerID // in which the proposal stands: several when files were merged
}

// The states of a proposal.
const (
	Proposed  = "proposed"
	Confirmed = "confirmed"
	Rejected  = "rejected"
)

// proposeLeavers compares a complete roster with the people of whom another file says that they
// had, on its day, a living employment in the subtree of its unit. Nobody leaves by it: proposals are decided by a person.
func (s *Service) proposeLeavers(ctx context.Context, tx *db.Tx, imp *intake.Import, tree *org.Tree, seen map[WorkerID]bool) (standing, proposed int, err error) {
	var there []WorkerID
	lo, hi := tree.Range(org.UnitID(imp.Unit))
	err = tx.Query(ctx, `SELECT DISTINCT e.worker_id FROM registry_employment e JOIN org_unit u ON u.unit_id = e.employer_id WHERE e.withdrawn_at IS NULL AND e.import_id <> $4 AND (CAST($1 AS BIGINT) = 0 OR (u.lo >= $2 AND u.lo <= $3)) ORDER BY e.worker_id`,
		[]any{imp.Unit, lo, hi, int64(imp.ID)}, func(row db.Scanner) error {
			var w WorkerID
			err := row.Scan(&w)
			there = append(there, w)
			return err
		})
	if err != nil {
		return 0, 0, fmt.Errorf("people of the unit: %w", err)
	}
	// A merged file is present when its survivor is, and the survivor when it is.
	alias, err := allAliases(ctx, tx)
	if err != nil {
		return 0, 0, err
	}
	present := make(map[WorkerID]bool, len(seen))
	for w := range seen {
		present[alias.root(w)] = true
	}
	for i, w := range there {
		there[i] = alias.root(w)
	}
	slices.Sort(there)
	there = slices.Compact(there)
	var absent []Leaver
	for part := range slices.Chunk(there, batch) {
		src, err := loadSources(ctx, tx, part)
		if err != nil {
			return 0, 0, err
		}
		for _, w := range part {
			for _, e := range employed(src[w], s.Precedence, imp.AsOf) {
				if !within(tree, e, org.UnitID(imp.Unit)) {
					continue
				}
				standing++
				if !present[w] {
					absent = append(absent, Leaver{Worker: w, Employer: e})
				}
				break
			}
		}
	}
	return standing, len(absent), enterProposals(ctx, tx, imp, absent)
}

// enterProposals keeps who is absent. Of a merged person each file that knows of the employer has the
// proposal, so that an un-merge leaves it with the right one.
func enterProposals(ctx context.Context, tx *db.Tx, imp *intake.Import, absent []Leaver) error {
	workers := make([]WorkerID, len(absent))
	for i := range absent {
		workers[i] = absent[i].Worker
	}
	alias, err := aliasesOf(ctx, tx, workers)
	if err != nil {
		return err
	}
	merged := map[WorkerID]bool{}
	for w := range alias {
		merged[alias.root(w)] = true
	}
	var rows [][]any
	for _, l := range absent {
		files := []WorkerID{l.Worker}
		if merged[l.Worker] {
			if files, err = concerned(ctx, tx, l.Worker, l.Employer); err != nil {
				return err
			}
		}
		for _, w := range files {
			rows = append(rows, []any{int64(w), int64(imp.ID), int64(l.Employer), imp.AsOf, Proposed, int64(0)})
		}
	}
	if _, err := tx.Bulk(ctx, "registry_leaver", leaverColumns, rowsOf(rows)); err != nil {
		return fmt.Errorf("propose leavers: %w", err)
	}
	return nil
}

var leaverColumns = []string{"worker_id", "import_id", "employer_id", "as_of", "state", "decided_by"}

// DecideLeaversInput is a decision about proposals of one import.
type DecideLeaversInput struct {
	Import  intake.ImportID
	Workers []WorkerID
	Confirm bool     // false: they are still there
	LeftOn  date.Day // with Confirm: the first day of not being there any more
}

// DecideLeavers confirms or rejects proposals and gives how many were open. LeftOn is at the latest
// the roster's day. The caller has checked that the reader sees the import.
func (s *Service) DecideLeavers(ctx context.Context, who account.Actor, in DecideLeaversInput) (done int, err error) {
	if err := who.Must(account.ImportWrite); err != nil {
		return 0, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		done = 0
		list, err := s.leaversOf(ctx, tx, who.Scope, in.Import)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.State != Proposed || !slices.Contains(in.Workers, p.Worker) {
				continue
			}
			if err := s.decide(ctx, tx, who, p, in); err != nil {
				return err
			}
			done++
		}
		return audit.Add(ctx, tx, who.UserID, "leavers.decide", in.Import.String(), map[string]any{"people": done, "confirm": in.Confirm})
	})
	return done, err
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, who account.Actor, p Leaver, in DecideLeaversInput) error {
	state := Rejected
	if in.Confirm {
		state = Confirmed
		if in.LeftOn > p.AsOf || in.LeftOn <= p.AsOf-maxBackLeft {
			var c fault.Check
			c.Add("left_on", "registry.left_on_range", p.AsOf.String())
			return c.Err()
		}
	}
	files := p.files
	if in.Confirm {
		var err error
		if files, err = concerned(ctx, tx, p.Worker, p.Employer); err != nil {
			return err
		}
		for _, w := range p.files {
			if !slices.Contains(files, w) {
				files = append(files, w)
			}
		}
	}
	var left [][]any
	for _, w := range files {
		took, err := decideFile(ctx, tx, who.UserID, w, p, state)
		if err != nil {
			return err
		}
		if in.Confirm && took {
			e := EmploymentRow{ID: tx.NewID(), Employer: p.Employer, AsOf: p.AsOf, LeftOn: sql.Null[date.Day]{V: in.LeftOn, Valid: true}, Import: int64(p.Import), RecordedAt: tx.Now()}
			left = append(left, e.fields(w))
		}
	}
	if _, err := tx.Bulk(ctx, "registry_employment", employmentColumns, rowsOf(left)); err != nil {
		return fmt.Errorf("enter leaving: %w", err)
	}
	if in.Confirm {
		s.touch(tx, who.UserID, files...)
	}
	return nil
}

// decideFile keeps the decision in one file of the person, which may have had no proposal of its own. It does not when the
// file has one that was decided on before the merge: that decision stands.
func decideFile(ctx context.Context, tx *db.Tx, by int64, w WorkerID, p Leaver, state string) (took bool, err error) {
	if !slices.Contains(p.files, w) {
		n, err := tx.Exec(ctx, `INSERT INTO registry_leaver (worker_id, import_id, employer_id, as_of, state, decided_by) VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (worker_id, import_id) DO NOTHING`,
			int64(w), int64(p.Import), int64(p.Employer), p.AsOf, Proposed)
		if err != nil {
			return false, fmt.Errorf("propose leaver: %w", err)
		}
		if n == 0 {
			return false, nil
		}
	}
	n, err := tx.Exec(ctx, `UPDATE registry_leaver SET state = $3, decided_at = $4, decided_by = $5 WHERE worker_id = $1 AND import_id = $2 AND state = $6`,
		int64(w), int64(p.Import), state, db.At(tx.Now()), by, Proposed)
	if err != nil {
		return false, fmt.Errorf("decide leaver: %w", err)
	}
	if n == 0 {
		return false, conflict("registry.leaver_decided") // somebody else was faster
	}
	return true, nil
}

// maxBackLeft is how far before the roster's day a leaving may be dated when it is confirmed from
// a list: two years. Older ones are entered with their own paper.
const maxBackLeft = 2 * 366

// leaversOf reads the proposals of an import about employments in the reader's subtree: whoever
// sent the roster decides, also about a person whose file has gone elsewhere since. That person's
// name is not given, as in an opened figure.
func (s *Service) leaversOf(ctx context.Context, tx *db.Tx, scope account.Scope, imported intake.ImportID) ([]Leaver, error) {
	var list []Leaver
	err := tx.Query(ctx, `SELECT l.worker_id, l.employer_id, l.as_of, l.state FROM registry_leaver l, org_unit u
WHERE u.unit_id = l.employer_id AND `+inScope(1)+` AND l.import_id = $4 ORDER BY l.worker_id`, append(seenArgs(scope), int64(imported)), func(row db.Scanner) error {
		l := Leaver{Import: imported}
		err := row.Scan(&l.Worker, &l.Employer, &l.AsOf, &l.State)
		list = append(list, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read leavers: %w", err)
	}
	if list, err = persons(ctx, tx, imported, list); err != nil {
		return nil, err
	}
	workers := make([]int64, len(list))
	for i := range list {
		workers[i] = int64(list[i].Worker)
	}
	names, err := s.Names(ctx, tx, scope, workers)
	for i := range list {
		list[i].Name = names[int64(list[i].Worker)]
	}
	return list, err
}

// Leavers lists the proposals of an import. The look is logged before. The caller has checked that
// the reader sees the import.
func (s *Service) Leavers(ctx context.Context, who account.Actor, imported intake.ImportID) (list []Leaver, err error) {
	if err := who.Must(account.ImportRead); err != nil {
		return nil, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "leavers.list", imported.String(), nil); err != nil {
		return nil, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		list, err = s.leaversOf(ctx, tx, who.Scope, imported)
		return err
	})
	return list, err
}

// ExportLeavers is Leavers for a file, as the transaction sees them. It asks for the right to take lists of
// people out of the system; the caller has logged it.
func (s *Service) ExportLeavers(ctx context.Context, tx *db.Tx, who account.Actor, imported intake.ImportID) ([]Leaver, error) {
	for _, right := range []account.Right{account.ImportRead, account.WorkerExport} {
		if err := who.Must(right); err != nil {
			return nil, err
		}
	}
	return s.leaversOf(ctx, tx, who.Scope, imported)
}
