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

// batchWriter packs rows into batches of one table, each in a transaction of its own, so that reading a
// long file holds the database only for moments. A batch is packed, sealed and written beside the one
// that is being filled.
type batchWriter struct {
	s     *Service
	rec   *record
	table string
	next  int
	rows  []*Row
	done  chan error // of the batch on its way; nil when there is none
}

func (w *batchWriter) add(ctx context.Context, r *Row) error {
	w.rows = append(w.rows, r)
	if len(w.rows) < batchRows {
		return nil
	}
	return w.flush(ctx)
}

// finish writes what is left and waits for it.
func (w *batchWriter) finish(ctx context.Context) error {
	if len(w.rows) > 0 {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	return w.wait()
}

func (w *batchWriter) flush(ctx context.Context) error {
	if err := w.wait(); err != nil {
		return err
	}
	no, rows := w.next, w.rows
	w.next, w.rows, w.done = w.next+1, make([]*Row, 0, batchRows), make(chan error, 1)
	go func() { w.done <- w.write(ctx, no, rows) }()
	return nil
}

func (w *batchWriter) wait() error {
	if w.done == nil {
		return nil
	}
	err := <-w.done
	w.done = nil
	return err
}

func (w *batchWriter) write(ctx context.Context, no int, rows []*Row) error {
	sealed := w.rec.key.Seal(int64(no), w.table, packBatch(rows))
	err := w.s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := w.rec.hold(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO "+w.table+" (import_id, batch, rows, sealed) VALUES ($1, $2, $3, $4)",
			int64(w.rec.id), no, len(rows), sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("write batch %d: %w", no, err)
	}
	return nil
}

// batches walks the rows of a table's batches, with no cursor open between two rows, so that the caller may
// use the transaction. While one batch is handed over the next is opened and unpacked beside it: two
// batches are in memory at a time.
func (rec *record) batches(ctx context.Context, tx *db.Tx, table string, l *layout) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		if rec.columns != l.names() {
			yield(nil, fault.New(fault.Conflict, "intake.stage_again"))
			return
		}
		next := rec.batch(ctx, tx, table, 0, l)
		for no := 1; ; no++ {
			got := <-next
			if got.err != nil || got.rows == nil {
				if got.err != nil {
					yield(nil, got.err)
				}
				return
			}
			next = rec.batch(ctx, tx, table, no, l)
			for _, r := range got.rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// opened is a batch that was read, opened and unpacked.
type opened struct {
	rows []*Row
	err  error
}

// batch reads one batch in the transaction and opens it in the background; rows are nil when there is none
// with this number. The channel gives one answer, whether or not somebody waits for it.
func (rec *record) batch(ctx context.Context, tx *db.Tx, table string, no int, l *layout) <-chan opened {
	out := make(chan opened, 1)
	var sealed []byte
	err := tx.QueryRow(ctx, "SELECT sealed FROM "+table+" WHERE import_id = $1 AND batch = $2", []any{int64(rec.id), no}, &sealed)
	if fault.Is(err, fault.NotFound) {
		out <- opened{}
		return out
	}
	if err != nil {
		out <- opened{err: err}
		return out
	}
	go func() {
		plain, err := rec.key.Open(int64(no), table, sealed)
		if err != nil {
			out <- opened{err: err}
			return
		}
		rows, err := unpackBatch(plain, l)
		out <- opened{rows, err}
	}()
	return out
}

// dropBatches empties staging and problem lists of an import.
func dropBatches(ctx context.Context, tx *db.Tx, id ImportID) error {
	return dropRows(ctx, tx, id, stageTable, problemTable)
}

// dropRows deletes batches. They are sealed, so that their freed pages need not be overwritten: on SQLite
// that would write all of a file's rows once more.
func dropRows(ctx context.Context, tx *db.Tx, id ImportID, tables ...string) error {
	return tx.Unscrubbed(ctx, func() error {
		for _, table := range tables {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE import_id = $1", int64(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// cellColumn names a kept row's place for its seal: bound to import (the row number of the seal) and line.
func cellColumn(line int64) string { return "intake_row." + strconv.FormatInt(line, 10) }
