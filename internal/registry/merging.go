package registry

import (
	"context"
	"fmt"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

// AcceptDuplicateInput is the answer that a proposed pair is one person's.
type AcceptDuplicateInput struct {
	First, Other WorkerID
	Keep         WorkerID // the one of the two that stays
	Why          string
}

// AcceptDuplicate merges a proposed pair. Where one of the files was merged already, its survivor stands for it.
func (s *Service) AcceptDuplicate(ctx context.Context, who account.Actor, in AcceptDuplicateInput) error {
	if err := who.Must(account.WorkerMerge); err != nil {
		return err
	}
	var c fault.Check
	checkWhy(&c, in.Why)
	keep, other, why := in.First, in.Other, in.Why
	switch in.Keep {
	case in.First:
	case in.Other:
		keep, other = other, keep
	default:
		c.Add("keep", "registry.keep_needed")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeProposal(ctx, tx, who, keep, other); err != nil {
			return err
		}
		return s.accept(ctx, tx, who, keep, other, why)
	})
}

// takeProposal takes the row of a pair that is to be decided, and the files.
func (s *Service) takeProposal(ctx context.Context, tx *db.Tx, who account.Actor, a, b WorkerID) error {
	if _, err := duplicate(ctx, tx, who.Scope, a, b); err != nil {
		return err
	}
	p := pairOf(a, b)
	n, err := tx.Exec(ctx, `UPDATE registry_duplicate SET version = version + 1 WHERE worker_id = $1 AND other_id = $2 AND state = $3`, int64(p[0]), int64(p[1]), Proposed)
	if err != nil {
		return fmt.Errorf("take proposal: %w", err)
	}
	if n == 0 {
		return conflict("registry.duplicate_decided")
	}
	return nil
}

// accept merges the families of a pair whose row is taken.
func (s *Service) accept(ctx context.Context, tx *db.Tx, who account.Actor, keep, other WorkerID, why string) error {
	a, err := aliasesOf(ctx, tx, []WorkerID{keep, other})
	if err != nil {
		return err
	}
	survivor, loser := a.root(keep), a.root(other)
	if err := s.takeFiles(ctx, tx, who.Scope, survivor, loser); err != nil {
		return err
	}
	if err := s.merge(ctx, tx, who.UserID, survivor, loser, why); err != nil {
		return err
	}
	return audit.Add(ctx, tx, who.UserID, "worker.merge", survivor.String(), map[string]any{"merged": loser.String(), "why": why, "proposed": true})
}

// RejectDuplicate decides that a proposed pair are two people. It is not proposed again.
func (s *Service) RejectDuplicate(ctx context.Context, who account.Actor, a, b WorkerID, why string) error {
	if err := mayMerge(who, why); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeProposal(ctx, tx, who, a, b); err != nil {
			return err
		}
		p := pairOf(a, b)
		if err := decideDuplicates(ctx, tx, who.UserID, Rejected, why, `worker_id = $5 AND other_id = $6`, int64(p[0]), int64(p[1])); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "duplicate.reject", p[0].String(), map[string]any{"other": p[1].String(), "why": why})
	})
}

// decideDuplicates puts a decision on some pairs.
func decideDuplicates(ctx context.Context, tx *db.Tx, by int64, state, why, where string, args ...any) error {
	_, err := tx.Exec(ctx, `UPDATE registry_duplicate SET state = $1, decided_at = $2, decided_by = $3, reason = $4, version = version + 1 WHERE `+where,
		append([]any{state, db.At(tx.Now()), by, why}, args...)...)
	if err != nil {
		return fmt.Errorf("decide pair: %w", err)
	}
	return nil
}

// settleMerged marks the proposed pairs whose files have become one person's by a merge, however it came about.
func settleMerged(ctx context.Context, tx *db.Tx, by int64, survivor WorkerID, why string) error {
	family, err := families(ctx, tx, []WorkerID{survivor})
	if err != nil {
		return err
	}
	list, args := in(5, family)
	where := fmt.Sprintf(`worker_id IN %s AND other_id IN %s AND state = $%d`, list, list, 5+len(args))
	return decideDuplicates(ctx, tx, by, Accepted, why, where, append(args, Proposed)...)
}

// settleUnmerged marks the accepted pairs whose files have become two people's: whoever takes a merge back says that
// they are not one, so they are not proposed again.
func settleUnmerged(ctx context.Context, tx *db.Tx, by int64, loser WorkerID, why string) error {
	family, err := families(ctx, tx, []WorkerID{loser})
	if err != nil {
		return err
	}
	list, args := in(5, family)
	where := fmt.Sprintf(`((worker_id IN %s AND other_id NOT IN %s) OR (worker_id NOT IN %s AND other_id IN %s)) AND state = $%d`, list, list, list, list, 5+len(args))
	return decideDuplicates(ctx, tx, by, Rejected, why, where, append(args, Accepted)...)
}

// DuplicatePair is a pair with both files side by side, and what merging would change.
type DuplicatePair struct {
	Duplicate
	Files   [2]*File       // the one that would stay, the other
	Changes []FigureChange // in the figures, if they were merged now; of pairs that wait for a decision
}

// OpenDuplicate opens both files of a pair. Both looks are logged before.
func (s *Service) OpenDuplicate(ctx context.Context, who account.Actor, a, b WorkerID) (*DuplicatePair, error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return nil, err
	}
	out := &DuplicatePair{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		d, err := duplicate(ctx, tx, who.Scope, a, b)
		if err == nil {
			out.Duplicate = *d
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, w := range []WorkerID{out.Keep.Worker, out.Other.Worker} {
		if out.Files[i], err = s.Find(ctx, who, w); err != nil {
			return nil, err
		}
	}
	if out.State == Proposed {
		out.Changes, err = s.PlanMerge(ctx, who, out.Keep.Worker, out.Other.Worker)
	}
	return out, err
}

// PlanMerge tells by how much every figure would change, on which days, if the family of other were merged into that of
// keep. Nothing when they are one already.
func (s *Service) PlanMerge(ctx context.Context, who account.Actor, keep, other WorkerID) (out []FigureChange, err error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return nil, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		for _, w := range []WorkerID{keep, other} {
			if _, _, _, _, err := s.open(ctx, tx, who.Scope, w); err != nil {
				return err
			}
		}
		a, err := aliasesOf(ctx, tx, []WorkerID{keep, other})
		if err != nil || a.root(keep) == a.root(other) {
			return err
		}
		with, without, err := s.ifMerged(ctx, tx, []WorkerID{a.root(keep), a.root(other)})
		out = s.Figures(with, without)
		return err
	})
	return out, err
}

// ifMerged gives the timelines of some people as if all were one with the first, and as they are.
func (s *Service) ifMerged(ctx context.Context, tx *db.Tx, roots []WorkerID) (with, without []ledger.Fact, err error) {
	world, err := s.world(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	src, err := loadSources(ctx, tx, roots)
	if err != nil {
		return nil, nil, err
	}
	with, without = mergedTimelines(src, world, roots)
	return with, without, nil
}

func mergedTimelines(src map[WorkerID]*Sources, world *World, roots []WorkerID) (with, without []ledger.Fact) {
	first := src[roots[0]]
	one := &Sources{Worker: first.Worker, Identity: slices.Clone(first.Identity), Employment: slices.Clone(first.Employment),
		Certificates: slices.Clone(first.Certificates), Revocations: slices.Clone(first.Revocations)}
	for i, w := range roots {
		without = append(without, Timeline(src[w], world)...)
		if i > 0 {
			one.lend(src[w], true)
		}
	}
	return Timeline(one, world), without
}

// CertainPlan says what accepting all certain pairs would do.
type CertainPlan struct {
	Pairs   int            `json:"pairs"`
	People  int            `json:"people"` // who the files would be of, in the end
	On      date.Day       `json:"on"`
	Changes []FigureChange `json:"-"` // in the figures of that day, by division
}

// PlanCertain tells what AcceptCertain would do now.
func (s *Service) PlanCertain(ctx context.Context, who account.Actor) (plan CertainPlan, err error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return plan, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		pairs, err := certainPairs(ctx, tx, who.Scope)
		if err != nil {
			return err
		}
		groups, err := groupsOf(ctx, tx, pairs)
		if err != nil {
			return err
		}
		plan.Pairs, plan.People, plan.On = len(pairs), len(groups), tx.Today()
		plan.Changes, err = s.changesOn(ctx, tx, groups, plan.On)
		return err
	})
	return plan, err
}

// certainPairs are the proposals of grade certain: the file that would stay, the other.
func certainPairs(ctx context.Context, tx *db.Tx, scope account.Scope) (pairs [][2]WorkerID, err error) {
	held, err := readDuplicates(ctx, tx, ` AND d.state = $4 AND d.grade = $5 ORDER BY d.worker_id, d.other_id`, append(seenArgs(scope), Proposed, int64(CertainSame)))
	for _, d := range held {
		pairs = append(pairs, [2]WorkerID{d.Keep.Worker, d.Other.Worker})
	}
	return pairs, err
}

// groupsOf gathers pairs that hang together, and what was merged before, to groups of roots; the first of a group is the
// one that accepting the pairs in their order would leave.
func groupsOf(ctx context.Context, tx *db.Tx, pairs [][2]WorkerID) (groups [][]WorkerID, err error) {
	a, err := allAliases(ctx, tx)
	if err != nil {
		return nil, err
	}
	members := map[WorkerID][]WorkerID{}
	of := func(w WorkerID) []WorkerID { return append([]WorkerID{w}, members[w]...) }
	for _, p := range pairs {
		keep, other := a.root(p[0]), a.root(p[1])
		if keep == other {
			continue
		}
		members[keep] = append(members[keep], of(other)...)
		delete(members, other)
		a[other] = keep
	}
	for root := range members {
		groups = append(groups, of(root))
	}
	slices.SortFunc(groups, func(x, y []WorkerID) int { return int(min(max(x[0]-y[0], -1), 1)) })
	return groups, nil
}

// changesOn sums what merging each group would change in the figures of one day.
func (s *Service) changesOn(ctx context.Context, tx *db.Tx, groups [][]WorkerID, on date.Day) ([]FigureChange, error) {
	world, err := s.world(ctx, tx)
	if err != nil {
		return nil, err
	}
	type cell struct {
		indicator string
		district  int32
	}
	sums := map[cell]int64{}
	var order []cell
	for part := range slices.Chunk(groups, batch/2) {
		src, err := loadSources(ctx, tx, slices.Concat(part...))
		if err != nil {
			return nil, err
		}
		for _, g := range part {
			for _, c := range s.Figures(mergedTimelines(src, world, g)) {
				if c.From > on || on > c.To {
					continue
				}
				k := cell{c.Indicator, c.District}
				if _, ok := sums[k]; !ok {
					order = append(order, k)
				}
				sums[k] += c.By
			}
		}
	}
	slices.SortStableFunc(order, func(x, y cell) int { return int(x.district - y.district) })
	var out []FigureChange
	for _, k := range order {
		if sums[k] != 0 {
			out = append(out, FigureChange{Indicator: k.indicator, District: k.district, From: on, To: on, By: sums[k]})
		}
	}
	return out, nil
}

// AcceptCertain accepts all pairs of grade certain at once. confirm is how many the actor has seen that there are: when it is
// another number by now, nothing is done. It gives the number of pairs decided.
func (s *Service) AcceptCertain(ctx context.Context, who account.Actor, confirm int, why string) (done int, err error) {
	if err := mayMerge(who, why); err != nil {
		return 0, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		pairs, err := certainPairs(ctx, tx, who.Scope)
		if err != nil {
			return err
		}
		if len(pairs) != confirm {
			return conflict("registry.duplicate_confirm", len(pairs), confirm)
		}
		merged, err := allAliases(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			keep, other := merged.root(p[0]), merged.root(p[1])
			if keep == other { // by pairs before it
				continue
			}
			if err := s.takeProposal(ctx, tx, who, p[0], p[1]); err != nil {
				return err
			}
			if err := s.accept(ctx, tx, who, p[0], p[1], why); err != nil {
				return err
			}
			merged[other] = keep
		}
		done = len(pairs)
		return audit.Add(ctx, tx, who.UserID, "duplicates.accept_certain", "", map[string]any{"pairs": done, "why": why})
	})
	return done, err
}

// FindMerged opens a file that was merged into another, before that is taken back.
func (s *Service) FindMerged(ctx context.Context, who account.Actor, id WorkerID) (*File, error) {
	if err := who.Must(account.WorkerMerge); err != nil {
		return nil, err
	}
	f, err := s.Find(ctx, who, id)
	if err == nil && f.Survivor == 0 {
		err = conflict("registry.not_merged")
	}
	return f, err
}
