package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// The states of a proposed pair (疑似重复), beside Proposed and Rejected of leavers.
const (
	Accepted  = "accepted"  // the files are one person's
	Withdrawn = "withdrawn" // nothing speaks for it any more
)

// DuplicateStates are all states of a pair, in the order of lists.
var DuplicateStates = []string{Proposed, Accepted, Rejected, Withdrawn}

// DuplicateSide is one of the two files as the list shows it.
type DuplicateSide struct {
	Worker   WorkerID   `json:"worker"`
	Name     string     `json:"name"`
	Sex      Sex        `json:"-"`
	Birth    date.Month `json:"-"`
	Employer org.UnitID `json:"employer"`
	District int32      `json:"district"`
}

// Duplicate is a pair of files that may be one person's.
type Duplicate struct {
	Keep      DuplicateSide `json:"keep"`  // would stay
	Other     DuplicateSide `json:"other"` // would be merged into it
	Grade     Grade         `json:"grade"`
	Evidence  []string      `json:"evidence"` // names of EvidenceKinds
	Places    []int         `json:"places"`   // digits of the ID numbers that differ, from 1 on
	State     string        `json:"state"`
	FoundAt   time.Time     `json:"found_at"`
	DecidedAt *time.Time    `json:"decided_at,omitempty"`
	DecidedBy int64         `json:"decided_by,string"` // 0: not decided, or at the console
	Reason    string        `json:"reason"`
}

// DuplicateRun says what looking for duplicates came to. The counts by grade are of the pairs that
// wait for a decision.
type DuplicateRun struct {
	Files     int `json:"files"`
	Compared  int `json:"compared"` // pairs looked at
	Certain   int `json:"certain"`
	Likely    int `json:"likely"`
	Possible  int `json:"possible"`
	New       int `json:"new"`
	Withdrawn int `json:"withdrawn"`
}

// FindDuplicates looks through all files in the actor's subtree for those that may be one person's, and keeps the
// pairs as proposals; it merges nothing. What was rejected stays rejected, and a proposal for which
// nothing speaks any more is withdrawn. It opens every ID and phone number, which is logged as one
// look at all of them, before.
func (s *Service) FindDuplicates(ctx context.Context, who account.Actor) (run DuplicateRun, err error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return run, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "duplicates.find", "", nil); err != nil {
		return run, err
	}
	var rows []duplicateRow
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		list, err := s.suspects(ctx, tx, who.Scope)
		if err != nil {
			return err
		}
		run.Files = len(list)
		found, compared, err := candidates(ctx, list, tx.Today())
		if err != nil {
			return err
		}
		run.Compared = compared
		if found, err = addShared(ctx, tx, list, found); err != nil {
			return err
		}
		rows, err = graded(ctx, tx, list, found)
		return err
	})
	if err != nil {
		return run, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		run.New, run.Withdrawn = 0, 0
		if err := keepProposals(ctx, tx, who.Scope, rows, &run); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "duplicates.found", "", run)
	})
	return run, err
}

// duplicateRow is a pair as it is kept: worker < other.
type duplicateRow struct {
	worker, other, keep WorkerID
	grade               Grade
	evidence, places    string
	state               string
}

// pairOf puts two files in the order in which a pair is kept.
func pairOf(a, b WorkerID) [2]WorkerID { return [2]WorkerID{min(a, b), max(a, b)} }

// keepProposals brings the table up to what was found, within a subtree.
func keepProposals(ctx context.Context, tx *db.Tx, scope account.Scope, rows []duplicateRow, run *DuplicateRun) error {
	held, err := heldPairs(ctx, tx, scope)
	if err != nil {
		return err
	}
	family, err := allAliases(ctx, tx) // since they were read, somebody may have merged some
	if err != nil {
		return err
	}
	var fresh [][]any
	counts := map[Grade]int{}
	for _, r := range rows {
		key := pairOf(r.worker, r.other)
		old, ok := held[key]
		delete(held, key)
		if family.root(r.worker) == family.root(r.other) || (ok && (old.state == Rejected || old.state == Accepted)) {
			continue
		}
		counts[r.grade]++
		r.state = Proposed
		switch {
		case !ok:
			fresh = append(fresh, []any{int64(r.worker), int64(r.other), int64(r.keep), int64(r.grade), r.evidence, r.places, Proposed, db.At(tx.Now()), int64(0), "", int64(0)})
		case old != r:
			if _, err := tx.Exec(ctx, `UPDATE registry_duplicate SET keep_id = $3, grade = $4, evidence = $5, places = $6, state = $7, version = version + 1 WHERE worker_id = $1 AND other_id = $2`,
				int64(r.worker), int64(r.other), int64(r.keep), int64(r.grade), r.evidence, r.places, Proposed); err != nil {
				return fmt.Errorf("change proposal: %w", err)
			}
		}
	}
	run.Certain, run.Likely, run.Possible, run.New = counts[CertainSame], counts[LikelySame], counts[PossibleSame], len(fresh)
	if _, err := tx.Bulk(ctx, "registry_duplicate", []string{"worker_id", "other_id", "keep_id", "grade", "evidence", "places", "state", "found_at", "decided_by", "reason", "version"}, rowsOf(fresh)); err != nil {
		return fmt.Errorf("keep proposals: %w", err)
	}
	// A file in which nothing is in force any more lies nowhere, and nobody sees its pairs.
	n, err := tx.Exec(ctx, `UPDATE registry_duplicate SET state = $1, version = version + 1 WHERE state = $2 AND (worker_id IN (SELECT worker_id FROM registry_worker WHERE unit_id = 0) OR other_id IN (SELECT worker_id FROM registry_worker WHERE unit_id = 0))`, Withdrawn, Proposed)
	if err != nil {
		return fmt.Errorf("withdraw proposals of empty files: %w", err)
	}
	run.Withdrawn = int(n)
	for key, old := range held {
		if old.state != Proposed {
			continue
		}
		run.Withdrawn++
		if _, err := tx.Exec(ctx, `UPDATE registry_duplicate SET state = $3, version = version + 1 WHERE worker_id = $1 AND other_id = $2 AND state = $4`, int64(key[0]), int64(key[1]), Withdrawn, Proposed); err != nil {
			return fmt.Errorf("withdraw proposal: %w", err)
		}
	}
	return nil
}

// bothSeen keeps pairs away of which not both files lie in the reader's subtree: as with merging, whoever is above
// both decides. It takes three arguments from $1 on.
var bothSeen = ` FROM registry_duplicate d, registry_worker a, registry_worker b, org_unit u, org_unit v
WHERE a.worker_id = d.worker_id AND b.worker_id = d.other_id AND u.unit_id = a.unit_id AND v.unit_id = b.unit_id AND ` + unitInScope("u", 1) + ` AND ` + unitInScope("v", 1)

func heldPairs(ctx context.Context, tx *db.Tx, scope account.Scope) (map[[2]WorkerID]duplicateRow, error) {
	held := map[[2]WorkerID]duplicateRow{}
	err := tx.Query(ctx, `SELECT d.worker_id, d.other_id, d.keep_id, d.grade, d.evidence, d.places, d.state`+bothSeen, seenArgs(scope), func(row db.Scanner) error {
		var r duplicateRow
		err := row.Scan(&r.worker, &r.other, &r.keep, &r.grade, &r.evidence, &r.places, &r.state)
		held[pairOf(r.worker, r.other)] = r
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", err)
	}
	return held, nil
}

// DuplicateFilter chooses pairs. Zero values choose all, but for State: that is Proposed.
type DuplicateFilter struct {
	Grade Grade
	State string
	After string // key of the last pair of the page before
	Limit int
}

// Key is the pair's place in a list, for the page after.
func (d *Duplicate) Key() string {
	p := pairOf(d.Keep.Worker, d.Other.Worker)
	return strconv.Itoa(int(d.Grade)) + "-" + p[0].String() + "-" + p[1].String()
}

func (f *DuplicateFilter) check() (after [3]int64, err error) {
	var c fault.Check
	if f.State == "" {
		f.State = Proposed
	}
	if !slices.Contains(DuplicateStates, f.State) {
		c.Add("state", "registry.duplicate_state_unknown", f.State)
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	after = [3]int64{int64(CertainSame) + 1}
	if f.After != "" {
		parts := strings.Split(f.After, "-")
		for i := range after {
			n, err := strconv.ParseInt(parts[min(i, len(parts)-1)], 10, 64)
			if err != nil || len(parts) != len(after) {
				c.Add("after", "registry.duplicate_after", f.After)
				break
			}
			after[i] = n
		}
	}
	return after, c.Err()
}

// ListDuplicates gives the pairs of which both files lie in the reader's subtree, the surest first, and how many
// there are.
func (s *Service) ListDuplicates(ctx context.Context, who account.Actor, f DuplicateFilter) (list []Duplicate, total int, err error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return nil, 0, err
	}
	after, err := f.check()
	if err != nil {
		return nil, 0, err
	}
	where, args := ` AND d.state = $4`, append(seenArgs(who.Scope), f.State)
	if f.Grade != 0 {
		where, args = where+` AND d.grade = $5`, append(args, int64(f.Grade))
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*)`+bothSeen+where, args, &total); err != nil {
			return fmt.Errorf("count proposals: %w", err)
		}
		n := len(args)
		list, err = readDuplicates(ctx, tx, where+fmt.Sprintf(` AND (d.grade < $%d OR (d.grade = $%d AND (d.worker_id, d.other_id) > ($%d, $%d))) ORDER BY d.grade DESC, d.worker_id, d.other_id LIMIT $%d`, n+1, n+1, n+2, n+3, n+4),
			append(slices.Clone(args), after[0], after[1], after[2], f.Limit))
		return err
	})
	return list, total, err
}

func readDuplicates(ctx context.Context, tx *db.Tx, where string, args []any) (list []Duplicate, err error) {
	err = tx.Query(ctx, `SELECT d.worker_id, a.name, a.sex, a.birth_month, a.employer_id, a.district, d.other_id, b.name, b.sex, b.birth_month, b.employer_id, b.district,
d.keep_id, d.grade, d.evidence, d.places, d.state, d.found_at, d.decided_at, d.decided_by, d.reason`+bothSeen+where, args, func(row db.Scanner) error {
		var d Duplicate
		var keep WorkerID
		var evidence, places string
		var found, decided db.Time
		a, b := &d.Keep, &d.Other
		err := row.Scan(&a.Worker, &a.Name, &a.Sex, &a.Birth, &a.Employer, &a.District, &b.Worker, &b.Name, &b.Sex, &b.Birth, &b.Employer, &b.District,
			&keep, &d.Grade, &evidence, &places, &d.State, &found, &decided, &d.DecidedBy, &d.Reason)
		if err != nil {
			return err
		}
		if keep == b.Worker {
			d.Keep, d.Other = d.Other, d.Keep
		}
		d.Evidence, d.FoundAt = strings.Fields(evidence), found.Time
		if !decided.IsZero() {
			d.DecidedAt = &decided.Time
		}
		d.Places = []int{}
		for _, p := range strings.Fields(places) {
			n, err := strconv.Atoi(p)
			if err != nil {
				return fmt.Errorf("places of a proposal: %w", err)
			}
			d.Places = append(d.Places, n)
		}
		list = append(list, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", err)
	}
	return list, nil
}

// duplicate reads one pair, whatever became of it. NotFound: there is none, or not both files lie in the subtree.
func duplicate(ctx context.Context, tx *db.Tx, scope account.Scope, a, b WorkerID) (*Duplicate, error) {
	p := pairOf(a, b)
	list, err := readDuplicates(ctx, tx, ` AND d.worker_id = $4 AND d.other_id = $5`, append(seenArgs(scope), int64(p[0]), int64(p[1])))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "registry.duplicate_unknown")
	}
	return &list[0], nil
}

// CountDuplicates counts the pairs that wait for a decision, by grade.
func (s *Service) CountDuplicates(ctx context.Context, who account.Actor) (map[Grade]int, error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return nil, err
	}
	out := map[Grade]int{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT d.grade, count(*)`+bothSeen+` AND d.state = $4 GROUP BY d.grade`, append(seenArgs(who.Scope), Proposed), func(row db.Scanner) error {
			var g Grade
			var n int
			err := row.Scan(&g, &n)
			out[g] = n
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count proposals: %w", err)
	}
	return out, nil
}
