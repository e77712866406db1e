package filing

import (
	"context"
	"fmt"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// ImportApplied marks the filing that an import answers as sent (已报), inside the transaction that applies
// it. A file for a whole district, for a day that nobody asked for, or of a unit that was not asked, answers
// nothing. A file that comes after the confirmation has to be confirmed anew.
func (s *Service) ImportApplied(ctx context.Context, tx *db.Tx, imp *intake.Import) error {
	f, ok, err := answered(ctx, tx, imp)
	if err != nil || !ok {
		return err
	}
	unit, err := s.Accounts.UnitOf(ctx, tx, imp.By)
	if err != nil {
		return err
	}
	f.State, f.Import, f.SentAt, f.FilledIn = Sent, imp.ID, tx.Now(), unit != f.Unit
	f.AskedOn, f.AskedReason = 0, ""
	if err := f.save(ctx, tx); err != nil {
		return err
	}
	return f.note(ctx, tx, Event{By: imp.By, Act: "sent", Import: imp.ID})
}

// ImportUndone takes that back, inside the transaction that undoes the import: the filing is sent by the newest
// file that is still in force, else not sent, or sent back when it had been.
func (s *Service) ImportUndone(ctx context.Context, tx *db.Tx, imp *intake.Import, by int64) error {
	f, ok, err := answered(ctx, tx, imp)
	if err != nil || !ok || f.Import != imp.ID {
		return err
	}
	stays := f.State == Returned // a file that is in force still does not mend what was sent back
	f.State, f.Import, f.SentAt, f.FilledIn = Unsent, 0, time.Time{}, false
	if f.wasReturned {
		f.State = Returned
	}
	imports, err := s.InForce(ctx, tx, f.Kind, f.AsOf)
	if err != nil {
		return err
	}
	for _, other := range imports {
		if other.ID == imp.ID || org.UnitID(other.Unit) != f.Unit {
			continue
		}
		unit, err := s.Accounts.UnitOf(ctx, tx, other.By)
		if err != nil {
			return err
		}
		f.Import, f.SentAt, f.FilledIn = other.ID, other.At, unit != f.Unit
		if !stays {
			f.State = Sent
		}
	}
	if err := f.save(ctx, tx); err != nil {
		return err
	}
	return f.note(ctx, tx, Event{By: by, Act: "undone", Import: imp.ID})
}

// answered finds and holds the filing that an import answers.
func answered(ctx context.Context, tx *db.Tx, imp *intake.Import) (f Filing, ok bool, err error) {
	if imp.Unit == 0 || imp.AsOf == 0 {
		return f, false, nil
	}
	if err := takeHead(ctx, tx); err != nil {
		return f, false, err
	}
	n, err := tx.Exec(ctx, `UPDATE filing_unit SET version = version + 1 WHERE unit_id = $1 AND kind = $2 AND as_of_on = $3`, imp.Unit, imp.Kind, imp.AsOf)
	if err != nil || n == 0 {
		return f, false, err
	}
	err = tx.Query(ctx, `SELECT `+filingColumns+` FROM filing_unit f WHERE f.unit_id = $1 AND f.kind = $2 AND f.as_of_on = $3`,
		[]any{imp.Unit, imp.Kind, imp.AsOf}, func(r db.Scanner) error { return scanFiling(r, &f, tx.Today()) })
	if err != nil {
		return f, false, fmt.Errorf("find filing: %w", err)
	}
	return f, true, nil
}
