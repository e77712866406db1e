package intake

import (
	"slices"

	"tuoxing/internal/db"
)

// wholeRead reports whether everything that the file holds was read: no column without purpose, no heading that
// nobody knows, no column without one, no sheet that is hidden or no table. Of the same file in force
// nothing is read.
func (d *details) wholeRead() bool {
	return !d.Same && !slices.ContainsFunc(d.Sheets, func(s SheetReport) bool { return s.Header == 0 || len(s.NotKept)+len(s.Unknown) > 0 })
}

// dropUnread destroys the original of a file about people that holds more than was read, inside the transaction that
// applies it (docs/adr/0022): what has no purpose is not kept, sealed neither. The key goes with the
// transaction, the encrypted file right after it.
func (s *Service) dropUnread(tx *db.Tx, rec *record) {
	if t, ok := s.Targets[rec.opt.Kind]; !ok || !t.Person || rec.details.wholeRead() {
		return
	}
	s.dropOriginal(tx, rec)
}

// dropOriginal takes the original's key and name out of the record, which the caller writes, and removes the
// file after the commit.
func (s *Service) dropOriginal(tx *db.Tx, rec *record) {
	stored := rec.file.Name
	rec.file.Name, rec.file.WrappedKey = "", []byte{}
	if stored != "" {
		tx.AfterCommit(func() {
			_ = s.Files.Remove(stored) // its key is gone: what stays on the disk says nothing
		})
	}
}
