package intake

import (
	"context"
	"fmt"
	"time"

	"tuoxing/internal/db"
)

// sweepAfter is how long a stored file may be without a committed row. Between the two lie
// milliseconds; a day keeps clear of every clock that is set wrong.
const sweepAfter = 24 * time.Hour

// Sweep removes originals that were stored, but whose import was never written because the process
// died in between, and gives how many. now is the clock of the file system. It needs no right: what
// it removes belongs to nobody and can be opened by nobody.
func (s *Service) Sweep(ctx context.Context, now time.Time) (removed int, err error) {
	names, err := s.Files.OpenSince(now.Add(-sweepAfter))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		var rows int
		err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, "SELECT count(*) FROM intake_import WHERE stored_name = $1", []any{name}, &rows)
		})
		if err != nil {
			return removed, fmt.Errorf("look for the import of a stored file: %w", err)
		}
		if rows > 0 { // it died after the row was written: only the mark is left over
			if err := s.Files.Settle(name); err != nil {
				return removed, err
			}
			continue
		}
		if err := s.Files.Remove(name); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
