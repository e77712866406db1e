package intake

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// The two tables of packed batches. Their names are constants: no text of a person reaches SQL.
const (
	stageTable   = "intake_stage"
	problemTable = "intake_problem_batch"
)

// writer packs rows into batches of one table, each in a transaction of its own, so that reading a
// long file holds the database only for moments.
type batchWriter struct {
	s     *Service
	rec   *record
	table string
	next  int
	rows  []*Row
}

func (w *batchWriter) add(ctx context.Context, r *Row) error {
	w.rows = append(w.rows, r)
	if len(w.rows) < batchRows {
		return nil
	}
	return w.flush(ctx)
}

func (w *batchWriter) flush(ctx context.Context) error {
	if len(w.rows) == 0 {
		return nil
	}
	sealed := w.rec.key.Seal(int64(w.next), w.table, packBatch(w.rows))
	err := w.s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := w.rec.hold(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO "+w.table+" (import_id, batch, rows, sealed) VALUES ($1, $2, $3, $4)",
			int64(w.rec.id), w.next, len(w.rows), sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("write batch %d: %w", w.next, err)
	}
	w.next++
	clear(w.rows)
	w.rows = w.rows[:0]
	return nil
}

// batches walks the rows of a table's batches, one batch in memory at a time and no cursor open between
// two rows, so that the caller may use the transaction.
func (rec *record) batches(ctx context.Context, tx *db.Tx, table string, l *layout) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		if rec.columns != l.names() {
			yield(nil, fault.New(fault.Conflict, "intake.stage_again"))
			return
		}
		for no := 0; ; no++ {
			rows, err := rec.batch(ctx, tx, table, no, l)
			if err != nil || rows == nil {
				if err != nil {
					yield(nil, err)
				}
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// batch reads one batch; nil when there is none with this number.
func (rec *record) batch(ctx context.Context, tx *db.Tx, table string, no int, l *layout) ([]*Row, error) {
	var sealed []byte
	err := tx.QueryRow(ctx, "SELECT sealed FROM "+table+" WHERE import_id = $1 AND batch = $2", []any{int64(rec.id), no}, &sealed)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := rec.key.Open(int64(no), table, sealed)
	if err != nil {
		return nil, err
	}
	return unpackBatch(plain, l)
}

// dropBatches empties staging and problem lists of an import.
func dropBatches(ctx context.Context, tx *db.Tx, id ImportID) error {
	for _, table := range []string{stageTable, problemTable} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE import_id = $1", int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// cellColumn names a kept row's place for its seal: bound to import (the row number of the seal) and line.
func cellColumn(line int64) string { return "intake_row." + strconv.FormatInt(line, 10) }
