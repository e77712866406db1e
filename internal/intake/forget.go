package intake

import (
	"context"

	"tuoxing/internal/db"
)

// Forget destroys what intake keeps about a person (注销), inside the transaction of the erasure: the cells of
// the person's rows, and of every file that named the person the original, the problem list and the rows
// above its tables. The keys go with the transaction, the encrypted files right after it; one
// that is left over by a crash opens with no key any more. Totals, sheets and rules stay: they name nobody. The
// cells of other people's rows live on under their own keys.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, worker int64) error {
	var ids []ImportID
	err := tx.Query(ctx, "SELECT DISTINCT import_id FROM intake_row WHERE worker_id = $1", []any{worker}, func(row db.Scanner) error {
		var id int64
		if err := row.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, ImportID(id))
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM intake_row WHERE worker_id = $1", worker); err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.forgetFile(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetFile(ctx context.Context, tx *db.Tx, id ImportID) error {
	rec, err := s.take(ctx, tx, Trusted(0), id, RightWrite)
	if err != nil {
		return err
	}
	stored := rec.file.Name
	rec.file.Name, rec.file.WrappedKey = "", []byte{}
	for i := range rec.details.Sheets {
		rec.details.Sheets[i].Titles = nil
	}
	if err := dropBatches(ctx, tx, id); err != nil {
		return err
	}
	if stored != "" {
		tx.AfterCommit(func() {
			_ = s.Files.Remove(stored) // its key is gone: what stays on the disk says nothing
		})
	}
	return rec.update(ctx, tx)
}
