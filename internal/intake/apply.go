package intake

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/vault"
)

// errDry ends a dry run just before anything is sealed; it never leaves this package.
var errDry = errors.New("intake: dry run")

// DryRun applies the staged file in a transaction that is rolled back (试算), after everything that follows
// from the change was derived: the answer is exact, unchanged rows and proposed leavers included. It
// holds the writer for as long as an apply does.
func (s *Service) DryRun(ctx context.Context, who Viewer, id ImportID) (Report, error) {
	if err := s.admit(ctx, who, id, RightWrite); err != nil {
		return Report{}, err
	}
	progress, end := s.begin(id, PhaseTrying)
	defer end()
	var out Outcome
	var version int64
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, err := s.takeStaged(ctx, tx, who, id)
		if err != nil {
			return err
		}
		version = rec.version
		tx.BeforeCommit(db.Seal, func(context.Context) error { return errDry })
		out, err = s.run(ctx, tx, rec, progress, true)
		return err
	})
	if !errors.Is(err, errDry) {
		return Report{}, err
	}
	var rec *record
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if rec, err = s.takeStaged(ctx, tx, who, id); err != nil {
			return err
		}
		if rec.version != version { // somebody changed it between the two transactions
			return fault.New(fault.Conflict, "intake.taken_over")
		}
		rec.keepOutcome(out)
		return rec.update(ctx, tx)
	})
	if err != nil {
		return Report{}, err
	}
	return rec.report(), nil
}

// Apply enters the staged file (入账) in ONE transaction, which seals one block; staging is emptied. Applying
// what is applied already tells its report again, so that an interrupted job may be repeated.
// Faults: Conflict when it is not staged, or when so many people are absent from a complete
// roster that their number has to be typed back first (Confirm).
func (s *Service) Apply(ctx context.Context, who Viewer, id ImportID) (Report, error) {
	if err := s.admit(ctx, who, id, RightWrite); err != nil {
		return Report{}, err
	}
	progress, end := s.begin(id, PhaseApplying)
	defer end()
	var rec *record
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) (err error) {
		if rec, err = s.take(ctx, tx, who, id, RightWrite); err != nil || rec.state == Applied {
			return err
		}
		if rec.state != Staged {
			return fault.New(fault.Conflict, "intake.not_staged")
		}
		out, err := s.run(ctx, tx, rec, progress, false)
		if err != nil {
			return err
		}
		if rec.opt.Full && out.NeedsConfirm(rec.opt.ConfirmAbsent) {
			return fault.New(fault.Conflict, "intake.absent_confirm", out.Proposed, out.Standing).WithFix("intake.type_absent")
		}
		rec.keepOutcome(out)
		rec.counts, rec.state = rec.settle(out), Applied
		if err := rec.counts.balanced(); err != nil {
			return err
		}
		if err := dropRows(ctx, tx, id, stageTable); err != nil {
			return err
		}
		s.dropUnread(tx, rec)
		if s.OnApplied != nil {
			if err := s.OnApplied(ctx, tx, rec.forTarget()); err != nil {
				return err
			}
		}
		if err := s.note(ctx, tx, who, "intake.apply", rec); err != nil {
			return err
		}
		ledger.OnSealed(tx, func(ctx context.Context, block int64) error {
			rec.block = block
			return rec.update(ctx, tx)
		})
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return rec.report(), nil
}

// Confirm records the number of absentees that a person typed back. It takes effect only when it
// is exact at the moment of Apply.
func (s *Service) Confirm(ctx context.Context, who Viewer, id ImportID, absent int) error {
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, err := s.takeStaged(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if !rec.tried || absent != rec.outcome.Proposed {
			return fault.New(fault.Conflict, "intake.absent_differs")
		}
		rec.opt.ConfirmAbsent = absent
		if err := s.note(ctx, tx, who, "intake.confirm", rec); err != nil {
			return err
		}
		return rec.update(ctx, tx)
	})
}

// Undo takes an applied import back by reversal (撤回), in one transaction and with a reason. The
// cells of its rows stay, sealed, so that the reversed facts still open; its problem list goes.
func (s *Service) Undo(ctx context.Context, who Viewer, id ImportID, why string) (Report, error) {
	if clean(why) == "" {
		return Report{}, fault.New(fault.Invalid, "intake.why_needed")
	}
	if err := s.admit(ctx, who, id, RightUndo); err != nil {
		return Report{}, err
	}
	_, end := s.begin(id, PhaseUndoing)
	defer end()
	var rec *record
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) (err error) {
		var target *Target
		if rec, target, err = s.takeApplied(ctx, tx, who, id); err != nil {
			return err
		}
		if err := rec.takeBack(ctx, tx, target, who.User, why); err != nil {
			return err
		}
		rec.state, rec.details.Why, rec.details.Undo = Undone, why, nil
		if err := dropBatches(ctx, tx, id); err != nil {
			return err
		}
		if s.OnUndone != nil {
			if err := s.OnUndone(ctx, tx, rec.forTarget(), who.User); err != nil {
				return err
			}
		}
		if err := s.note(ctx, tx, who, "intake.undo", rec); err != nil {
			return err
		}
		ledger.OnSealed(tx, func(ctx context.Context, block int64) error {
			rec.undone = block
			return rec.update(ctx, tx)
		})
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return rec.report(), nil
}

func (s *Service) takeStaged(ctx context.Context, tx *db.Tx, who Viewer, id ImportID) (*record, error) {
	rec, err := s.take(ctx, tx, who, id, RightWrite)
	if err != nil {
		return nil, err
	}
	if rec.state != Staged {
		return nil, fault.New(fault.Conflict, "intake.not_staged")
	}
	return rec, nil
}

func (rec *record) keepOutcome(out Outcome) {
	rec.outcome, rec.tried = out, true
	rec.details.Unchanged = [2]int{out.Unchanged, out.UnchangedMended}
}

// run hands the staged rows to the target and checks that it accounted for each of them. The
// same file in force already has no rows to hand over: nothing is applied, nobody is proposed.
func (s *Service) run(ctx context.Context, tx *db.Tx, rec *record, progress *progress, dry bool) (Outcome, error) {
	target, err := s.target(rec)
	if err != nil || rec.details.Same {
		return Outcome{}, err
	}
	imp := rec.forTarget()
	imp.Dry = dry
	imp.refused = func(rules []string) iter.Seq2[*Row, error] { return rec.refusedBy(ctx, tx, target, rules) }
	keeper := &keeper{tx: tx, id: rec.id}
	if !dry {
		imp.seal = rec.sealRow
		imp.keep = func(k Kept) error { return keeper.keep(ctx, k) }
	}
	progress.set(Counts{}) // a transaction that lost against another one runs again
	progress.total.Store(int64(rec.counts.Accepted + rec.counts.Mended))
	handed := 0
	rows := func(yield func(*Row, error) bool) {
		for r, err := range rec.batches(ctx, tx, stageTable, newLayout(target)) {
			if err == nil {
				handed++
				progress.read.Add(1)
			}
			if !yield(r, err) {
				return
			}
		}
	}
	out, err := target.Apply(ctx, tx, imp, rows)
	if err != nil {
		return Outcome{}, err
	}
	if err := keeper.flush(ctx); err != nil {
		return Outcome{}, err
	}
	staged := rec.counts.Accepted + rec.counts.Mended
	if handed != staged || out.Applied+out.Unchanged != staged || out.UnchangedMended > rec.counts.Mended {
		return Outcome{}, fmt.Errorf("intake: %s: %d rows staged, %d handed over, %d applied, %d unchanged",
			target.Kind, staged, handed, out.Applied, out.Unchanged)
	}
	return out, nil
}

// refusedBy reads the refused rows of which one of the rules spoke.
func (rec *record) refusedBy(ctx context.Context, tx *db.Tx, target *Target, rules []string) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		if !slices.ContainsFunc(rec.details.Rules, func(c RuleCount) bool { return c.Grade == GradeRefuse && slices.Contains(rules, c.Rule) }) {
			return
		}
		for r, err := range rec.batches(ctx, tx, problemTable, packedLayout(target, rec.columns)) {
			if err == nil && (!r.refused || !slices.ContainsFunc(r.remarks, func(m Remark) bool { return slices.Contains(rules, m.Rule) })) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// sealRow seals the cells of a row under its person's key, or the file's own.
func (rec *record) sealRow(worker int64, key vault.Key, r *Row) Kept {
	if worker == 0 {
		key = rec.key
	}
	return Kept{worker, r.Line, key.Seal(int64(rec.id), cellColumn(int64(r.Line)), packBatch([]*Row{r}))}
}
