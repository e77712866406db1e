package intake

import (
	"context"
	"errors"
	"iter"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

// UndoTrial is what taking an import back would do to the figures: it was taken back in a transaction that was rolled back, with
// everything that follows from it, so the numbers are exact as of the head of the chain then.
type UndoTrial struct {
	Head   int64     `json:"head"` // last block when it was tried
	At     time.Time `json:"at"`
	Facts  int64     `json:"facts"` // signed facts that would be entered
	Shifts []Shift   `json:"shifts"`
}

// Shift is by how much a figure of today would change in one union.
type Shift struct {
	Figure string `json:"figure"`
	Union  int64  `json:"union,string"`
	Own    bool   `json:"own"` // of the unit whose list it is, which sees no other
	By     int64  `json:"by"`
}

// TryUndo takes an applied import back in a transaction that is rolled back, and keeps what that would do to the figures. It
// holds the writer for as long as an undo does.
func (s *Service) TryUndo(ctx context.Context, who Viewer, id ImportID) (UndoTrial, error) {
	if err := s.admit(ctx, who, id, RightUndo); err != nil {
		return UndoTrial{}, err
	}
	_, end := s.begin(id, PhaseUndoTrial)
	defer end()
	var trial UndoTrial
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, target, err := s.takeApplied(ctx, tx, who, id)
		if err != nil {
			return err
		}
		head, err := ledger.ListBlocks(ctx, tx, 0, 1)
		if err != nil {
			return err
		}
		trial = UndoTrial{At: tx.Now()}
		if len(head) > 0 {
			trial.Head = head[0].Number
		}
		tx.BeforeCommit(db.Seal, func(context.Context) error {
			if err := s.weigh(tx, rec, &trial); err != nil {
				return err
			}
			return errDry
		})
		return rec.takeBack(ctx, tx, target, who.User, "")
	})
	if !errors.Is(err, errDry) {
		return UndoTrial{}, err
	}
	return trial, s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, _, err := s.takeApplied(ctx, tx, who, id)
		if err != nil {
			return err
		}
		rec.details.Undo = &trial
		return rec.update(ctx, tx)
	})
}

// takeApplied takes an import that may be taken back.
func (s *Service) takeApplied(ctx context.Context, tx *db.Tx, who Viewer, id ImportID) (*record, *Target, error) {
	rec, err := s.take(ctx, tx, who, id, RightUndo)
	if err != nil {
		return nil, nil, err
	}
	if rec.state != Applied {
		return nil, nil, fault.New(fault.Conflict, "intake.not_applied")
	}
	target, err := s.target(rec)
	return rec, target, err
}

// takeBack has the target withdraw the rows; of the same file in force already nothing was entered.
func (rec *record) takeBack(ctx context.Context, tx *db.Tx, target *Target, by int64, why string) error {
	if rec.details.Same {
		return nil
	}
	imp := rec.forTarget()
	imp.By = by // the one who undoes enters the reversal
	return target.Undo(ctx, tx, imp, why)
}

// weigh counts the facts that the transaction has entered, and what they do to the figures.
func (s *Service) weigh(tx *db.Tx, rec *record, trial *UndoTrial) error {
	facts := ledger.Pending(tx)
	for _, err := range facts {
		if err != nil {
			return err
		}
		trial.Facts++
	}
	if s.Weigh == nil {
		return nil
	}
	var err error
	trial.Shifts, err = s.Weigh(facts, rec.opt.Unit)
	return err
}

// Weigh says by how much facts change the figures of today, by union; unit is the one whose own share is told apart.
type Weigh func(facts iter.Seq2[ledger.Fact, error], unit int64) ([]Shift, error)
