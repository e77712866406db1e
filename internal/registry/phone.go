package registry

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"tuoxing/internal/db"
	"tuoxing/internal/intake"
)

// The phone number of a file is the one that was stated last, by a row in force. Each row of a roster keeps what
// it stated, so that taking rows back finds the one before.

// restorePhones gives the people of whom an undone import stated a phone number the one that was stated before it, or
// none.
func restorePhones(ctx context.Context, tx *db.Tx, undone intake.ImportID) error {
	var called []WorkerID
	err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_employment WHERE import_id = $1 AND phone_sealed IS NOT NULL`, []any{int64(undone)}, func(row db.Scanner) error {
		var w WorkerID
		err := row.Scan((*int64)(&w))
		called = append(called, w)
		return err
	})
	if err != nil {
		return fmt.Errorf("people of whom the import stated a phone number: %w", err)
	}
	for part := range slices.Chunk(called, batch) {
		if err := restorePart(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

func restorePart(ctx context.Context, tx *db.Tx, part []WorkerID) error {
	list, args := in(1, part)
	stated := make(map[WorkerID][]byte, len(part))
	err := tx.Query(ctx, `SELECT worker_id, phone_sealed FROM registry_employment WHERE phone_sealed IS NOT NULL AND withdrawn_at IS NULL AND worker_id IN `+list+` ORDER BY worker_id, recorded_at, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var sealed []byte
		err := row.Scan((*int64)(&w), &sealed)
		stated[w] = sealed // the last one stays
		return err
	})
	if err != nil {
		return fmt.Errorf("read stated phone numbers: %w", err)
	}
	var change []WorkerID
	err = tx.Query(ctx, `SELECT worker_id, phone_sealed FROM registry_worker WHERE length(wrapped_key) > 0 AND worker_id IN `+list+` ORDER BY worker_id`, args, func(row db.Scanner) error {
		var w WorkerID
		var sealed []byte
		err := row.Scan((*int64)(&w), &sealed)
		if !bytes.Equal(sealed, stated[w]) {
			change = append(change, w)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read phone numbers: %w", err)
	}
	for _, w := range change {
		if _, err := tx.Exec(ctx, `UPDATE registry_worker SET phone_sealed = $2, version = version + 1 WHERE worker_id = $1`, int64(w), blob(stated[w])); err != nil {
			return fmt.Errorf("phone of %s: %w", w, err)
		}
	}
	return nil
}
