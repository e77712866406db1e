package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// TakeBackLeaversInput says which decisions about proposals of an import were wrong, and why.
type TakeBackLeaversInput struct {
	Import  intake.ImportID
	Workers []WorkerID
	Why     string
}

// TakeBackLeavers takes decisions about proposals back (撤销决定) and gives how many: who was confirmed as a leaver
// has not left, every figure follows by reversal, and the proposals are open again. The caller has checked
// that the reader sees the import. Conflict when none of these people was decided on.
func (s *Service) TakeBackLeavers(ctx context.Context, who account.Actor, in TakeBackLeaversInput) (done int, err error) {
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
			if p.State == Proposed || !slices.Contains(in.Workers, p.Worker) {
				continue
			}
			if err := checkReason(ctx, tx, p.Worker, in.Why); err != nil {
				return err
			}
			if err := s.takeBack(ctx, tx, who.UserID, p); err != nil {
				return err
			}
			done++
		}
		if done == 0 {
			return conflict("registry.leaver_not_decided")
		}
		return audit.Add(ctx, tx, who.UserID, "leavers.take_back", in.Import.String(), map[string]any{"people": done, "why": in.Why})
	})
	return done, err
}

func (s *Service) takeBack(ctx context.Context, tx *db.Tx, by int64, p Leaver) error {
	for _, w := range p.files {
		n, err := tx.Exec(ctx, `UPDATE registry_leaver SET state = $4, decided_at = NULL, decided_by = 0 WHERE worker_id = $1 AND import_id = $2 AND state = $3`,
			int64(w), int64(p.Import), p.State, Proposed)
		if err != nil {
			return fmt.Errorf("take decision back: %w", err)
		}
		if n == 0 {
			return conflict("registry.leaver_not_decided") // somebody else was faster
		}
		// The row that a decision enters stands on no line of the file.
		_, err = tx.Exec(ctx, `UPDATE registry_employment SET withdrawn_at = $4 WHERE worker_id = $1 AND import_id = $2 AND employer_id = $3 AND line = 0 AND withdrawn_at IS NULL`,
			int64(w), int64(p.Import), int64(p.Employer), db.At(tx.Now()))
		if err != nil {
			return fmt.Errorf("withdraw leaving: %w", err)
		}
	}
	s.touch(tx, by, p.files...)
	return nil
}

// filesAt gives those of some files in which a row in force speaks of an employer.
func filesAt(ctx context.Context, tx *db.Tx, family []WorkerID, employer org.UnitID) ([]WorkerID, error) {
	var out []WorkerID
	list, args := in(2, family)
	err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_employment WHERE employer_id = $1 AND withdrawn_at IS NULL AND worker_id IN `+list+` ORDER BY worker_id`, append([]any{int64(employer)}, args...), func(row db.Scanner) error {
		var w WorkerID
		err := row.Scan((*int64)(&w))
		out = append(out, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("files with the employer: %w", err)
	}
	return out, nil
}

// concerned are the files in which a proposal, or a decision about it, stands: of a merged person all with the
// employer, so that an un-merge leaves it with each.
func concerned(ctx context.Context, tx *db.Tx, worker WorkerID, employer org.UnitID) ([]WorkerID, error) {
	family, err := families(ctx, tx, []WorkerID{worker})
	if err != nil || len(family) == 1 {
		return family, err
	}
	files, err := filesAt(ctx, tx, family, employer)
	if len(files) == 0 {
		files = []WorkerID{worker}
	}
	return files, err
}

// persons puts the proposals of files that are one person's together, under the survivor's id, and leaves out the
// open ones about somebody whom the roster names by another number after all.
func persons(ctx context.Context, tx *db.Tx, imported intake.ImportID, list []Leaver) ([]Leaver, error) {
	workers := make([]WorkerID, len(list))
	for i := range list {
		list[i].files = []WorkerID{list[i].Worker}
		workers[i] = list[i].Worker
	}
	alias, err := aliasesOf(ctx, tx, workers)
	if err != nil || len(alias) == 0 {
		return list, err
	}
	present, err := named(ctx, tx, imported, alias)
	if err != nil {
		return nil, err
	}
	type one struct {
		worker   WorkerID
		employer org.UnitID
		state    string
	}
	at := map[one]int{}
	var out []Leaver
	for _, l := range list {
		l.Worker = alias.root(l.Worker)
		if l.State == Proposed && present[l.Worker] {
			continue
		}
		key := one{l.Worker, l.Employer, l.State}
		if i, again := at[key]; again {
			out[i].files = append(out[i].files, l.files...)
			continue
		}
		at[key] = len(out)
		out = append(out, l)
	}
	return out, nil
}

// named tells of merged people, by their survivors, whether a row of the roster names them by any number.
func named(ctx context.Context, tx *db.Tx, imported intake.ImportID, alias aliases) (map[WorkerID]bool, error) {
	var files []WorkerID
	for w, survivor := range alias {
		files = append(files, w, survivor)
	}
	slices.Sort(files)
	out := map[WorkerID]bool{}
	for part := range slices.Chunk(slices.Compact(files), batch) {
		list, args := in(2, part)
		err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_employment WHERE import_id = $1 AND line <> 0 AND withdrawn_at IS NULL AND worker_id IN `+list, append([]any{int64(imported)}, args...), func(row db.Scanner) error {
			var w WorkerID
			err := row.Scan((*int64)(&w))
			out[alias.root(w)] = true
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("people named by the roster: %w", err)
		}
	}
	return out, nil
}

// OpenLeavers counts the people who wait for a decision, by import, about employments in the reader's
// subtree.
func (s *Service) OpenLeavers(ctx context.Context, who account.Actor) (map[intake.ImportID]int, error) {
	if err := who.Must(account.ImportRead); err != nil {
		return nil, err
	}
	out := map[intake.ImportID]int{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		err := tx.Query(ctx, `SELECT l.import_id, count(*) FROM registry_leaver l, org_unit u
WHERE u.unit_id = l.employer_id AND `+inScope(1)+` AND l.state = $4 GROUP BY l.import_id`, append(seenArgs(who.Scope), Proposed), func(row db.Scanner) error {
			var id int64
			var n int
			err := row.Scan(&id, &n)
			out[intake.ImportID(id)] = n
			return err
		})
		if err != nil {
			return err
		}
		return countPersons(ctx, tx, who.Scope, out)
	})
	maps.DeleteFunc(out, func(_ intake.ImportID, n int) bool { return n == 0 })
	return out, err
}

// countPersons turns counts of open proposals into counts of people: files of merged people are looked at again.
func countPersons(ctx context.Context, tx *db.Tx, scope account.Scope, open map[intake.ImportID]int) error {
	merged := map[intake.ImportID][]Leaver{}
	err := tx.Query(ctx, `SELECT l.import_id, l.worker_id, l.employer_id FROM registry_leaver l, org_unit u
WHERE u.unit_id = l.employer_id AND `+inScope(1)+` AND l.state = $4 AND EXISTS (SELECT 1 FROM registry_alias a WHERE a.withdrawn_at IS NULL AND (a.worker_id = l.worker_id OR a.survivor_id = l.worker_id))`,
		append(seenArgs(scope), Proposed), func(row db.Scanner) error {
			l := Leaver{State: Proposed}
			err := row.Scan((*int64)(&l.Import), &l.Worker, &l.Employer)
			merged[l.Import] = append(merged[l.Import], l)
			return err
		})
	if err != nil {
		return fmt.Errorf("proposals about merged people: %w", err)
	}
	for imported, files := range merged {
		list, err := persons(ctx, tx, imported, slices.Clone(files))
		if err != nil {
			return err
		}
		open[imported] -= len(files) - len(list)
	}
	return nil
}

// FindLeaver gives one person among the leavers of an import: what was decided, when the files of a merged one differ. The
// look is logged before. The caller has checked that the reader sees the import.
func (s *Service) FindLeaver(ctx context.Context, who account.Actor, imported intake.ImportID, worker WorkerID) (Leaver, error) {
	list, err := s.Leavers(ctx, who, imported)
	if err != nil {
		return Leaver{}, err
	}
	decided := slices.IndexFunc(list, func(l Leaver) bool { return l.Worker == worker && l.State != Proposed })
	if decided < 0 {
		decided = slices.IndexFunc(list, func(l Leaver) bool { return l.Worker == worker })
	}
	if decided < 0 {
		return Leaver{}, fault.New(fault.NotFound, "registry.leaver_unknown")
	}
	return list[decided], nil
}
