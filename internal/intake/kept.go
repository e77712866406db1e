package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

// rowTable holds the kept cells of applied rows, some hundred rows together: a row of its own for each was
// a fifth of what a large file costs.
const rowTable = "intake_row_batch"

// Kept are the cells of one row, sealed and ready to be stored.
type Kept struct {
	worker int64
	line   ledger.Line
	sealed []byte
}

// headSize is worker, line and length of a kept row, in clear, big-endian.
const headSize = 8 + 4 + 4

// packKept lays rows together.
func packKept(rows []Kept) (heads, sealed []byte) {
	size := 0
	for _, r := range rows {
		size += len(r.sealed)
	}
	heads, sealed = make([]byte, 0, headSize*len(rows)), make([]byte, 0, size)
	for _, r := range rows {
		heads = binary.BigEndian.AppendUint64(heads, uint64(r.worker))
		heads = binary.BigEndian.AppendUint32(heads, uint32(r.line))
		heads = binary.BigEndian.AppendUint32(heads, uint32(len(r.sealed)))
		sealed = append(sealed, r.sealed...)
	}
	return heads, sealed
}

// unpackKept takes rows apart; without the sealed bytes they are told by worker and line alone.
func unpackKept(heads, sealed []byte) ([]Kept, error) {
	rows := make([]Kept, 0, len(heads)/headSize)
	for ; len(heads) >= headSize; heads = heads[headSize:] {
		r := Kept{worker: int64(binary.BigEndian.Uint64(heads)), line: ledger.Line(binary.BigEndian.Uint32(heads[8:]))}
		if n := int(binary.BigEndian.Uint32(heads[12:])); sealed != nil {
			if n > len(sealed) {
				return nil, errKept
			}
			r.sealed, sealed = sealed[:n:n], sealed[n:]
		}
		rows = append(rows, r)
	}
	if len(heads) > 0 || len(sealed) > 0 {
		return nil, errKept
	}
	return rows, nil
}

var errKept = errors.New("kept rows are damaged")

// keeper collects the sealed cells of applied rows and writes them many at a time.
type keeper struct {
	tx   *db.Tx
	id   ImportID
	next int
	rows []Kept
}

func (k *keeper) keep(ctx context.Context, row Kept) error {
	k.rows = append(k.rows, row)
	if len(k.rows) < batchRows {
		return nil
	}
	return k.flush(ctx)
}

func (k *keeper) flush(ctx context.Context) error {
	if len(k.rows) == 0 {
		return nil
	}
	first, last := k.rows[0].line, k.rows[0].line
	for _, r := range k.rows {
		first, last = min(first, r.line), max(last, r.line)
	}
	heads, sealed := packKept(k.rows)
	_, err := k.tx.Exec(ctx, "INSERT INTO "+rowTable+" (import_id, batch, first_line, last_line, heads, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
		int64(k.id), k.next, int64(first), int64(last), heads, sealed)
	if err != nil {
		return fmt.Errorf("keep cells: %w", err)
	}
	k.next, k.rows = k.next+1, k.rows[:0]
	return nil
}

// keptRow gives the sealed cells of one row. NotFound when it was erased or never kept.
func keptRow(ctx context.Context, tx *db.Tx, id ImportID, worker int64, line ledger.Line) ([]byte, error) {
	var found []byte
	err := tx.Query(ctx, "SELECT heads, sealed FROM "+rowTable+" WHERE import_id = $1 AND first_line <= $2 AND last_line >= $2",
		[]any{int64(id), int64(line)}, func(row db.Scanner) error {
			var heads, sealed []byte
			if err := row.Scan(&heads, &sealed); err != nil {
				return err
			}
			rows, err := unpackKept(heads, sealed)
			for _, r := range rows {
				if r.worker == worker && r.line == line {
					found = r.sealed
				}
			}
			return err
		})
	if err == nil && found == nil {
		err = fault.New(fault.NotFound, "intake.row_gone")
	}
	return found, err
}

// batchNo names one batch of kept rows.
type batchNo struct {
	id ImportID
	no int64
}

// keptOf finds the batches that hold rows of some people, and how many rows each import has of them. It
// looks through the heads of all: only an erasure asks.
func keptOf(ctx context.Context, tx *db.Tx, workers []int64) (batches []batchNo, rows map[ImportID]int64, err error) {
	rows = map[ImportID]int64{}
	err = tx.Query(ctx, "SELECT import_id, batch, heads FROM "+rowTable+" ORDER BY import_id, batch", nil, func(row db.Scanner) error {
		var b batchNo
		var heads []byte
		if err := row.Scan((*int64)(&b.id), &b.no, &heads); err != nil {
			return err
		}
		kept, err := unpackKept(heads, nil)
		n := int64(0)
		for _, r := range kept {
			if slices.Contains(workers, r.worker) {
				n++
			}
		}
		if n > 0 {
			batches = append(batches, b)
			rows[b.id] += n
		}
		return err
	})
	return batches, rows, err
}

// forgetKept takes the rows of some people out of batches.
func forgetKept(ctx context.Context, tx *db.Tx, batches []batchNo, workers []int64) error {
	for _, b := range batches {
		var heads, sealed []byte
		err := tx.QueryRow(ctx, "SELECT heads, sealed FROM "+rowTable+" WHERE import_id = $1 AND batch = $2", []any{int64(b.id), b.no}, &heads, &sealed)
		if err != nil {
			return err
		}
		rows, err := unpackKept(heads, sealed)
		if err != nil {
			return err
		}
		heads, sealed = packKept(slices.DeleteFunc(rows, func(r Kept) bool { return slices.Contains(workers, r.worker) }))
		if sealed == nil {
			sealed = []byte{}
		}
		_, err = tx.Exec(ctx, "UPDATE "+rowTable+" SET heads = $3, sealed = $4 WHERE import_id = $1 AND batch = $2", int64(b.id), b.no, heads, sealed)
		if err != nil {
			return err
		}
	}
	return nil
}
