package ledger

import (
	"context"
	"fmt"

	"tuoxing/internal/db"
)

const selectBlocks = `SELECT number, recorded_at, recorded_by, facts, pieces, sums, hash_before, hash FROM ledger_block `

// scanBlock reads a row selected with selectBlocks. A value of no possible shape is a Conflict fault
// that names the block.
func scanBlock(row db.Scanner) (b Block, pieces int, err error) {
	var at db.Time
	var sums, before, hash []byte
	if err = row.Scan(&b.Number, &at, &b.RecordedBy, &b.Facts, &pieces, &sums, &before, &hash); err != nil {
		return b, 0, err
	}
	b.RecordedAt = at.Time
	b.Sums, err = decodeSums(sums)
	if err != nil || len(before) != len(b.Before) || len(hash) != len(b.Hash) {
		return b, 0, differs("ledger.block_differs", b.Number)
	}
	copy(b.Before[:], before)
	copy(b.Hash[:], hash)
	return b, pieces, nil
}

// ListBlocks gives blocks newest first: those with a number below before (0: all), at most limit.
func ListBlocks(ctx context.Context, tx *db.Tx, before int64, limit int) ([]Block, error) {
	var out []Block
	err := tx.Query(ctx, selectBlocks+`WHERE CAST($1 AS BIGINT) = 0 OR number < $1 ORDER BY number DESC LIMIT $2`, []any{before, limit}, func(row db.Scanner) error {
		b, _, err := scanBlock(row)
		out = append(out, b)
		return err
	})
	return out, err
}

// CountBlocks counts all blocks, and gathers who sealed them.
func CountBlocks(ctx context.Context, tx *db.Tx) (total int64, by map[int64]string, err error) {
	by = map[int64]string{}
	err = tx.Query(ctx, `SELECT recorded_by, count(*) FROM ledger_block GROUP BY recorded_by`, nil, func(row db.Scanner) error {
		var user, n int64
		err := row.Scan(&user, &n)
		by[user] = ""
		total += n
		return err
	})
	return total, by, err
}

// FindBlock gives one block's head, or NotFound.
func FindBlock(ctx context.Context, tx *db.Tx, number int64) (Block, error) {
	var found *Block
	err := tx.Query(ctx, selectBlocks+`WHERE number = $1`, []any{number}, func(row db.Scanner) error {
		b, _, err := scanBlock(row)
		found = &b
		return err
	})
	if err == nil && found == nil {
		err = notFound(number)
	}
	if err != nil {
		return Block{}, err
	}
	return *found, nil
}

// blockWindow is how many blocks are read with one query.
const blockWindow = 256

// readBlocks gives the blocks after from up to and including to, in order, with their pieces.
func readBlocks(ctx context.Context, tx *db.Tx, from, to int64, each func(b Block, pieces []*packedPiece) error) error {
	return rawBlocks(ctx, tx, from, to, func(b Block, raw [][]byte) error {
		pieces := make([]*packedPiece, len(raw))
		for i := range raw {
			p, err := readPiece(raw[i])
			if err != nil {
				return fmt.Errorf("block %d piece %d: %w", b.Number, i, err)
			}
			pieces[i] = p
		}
		return each(b, pieces)
	})
}

// rawBlocks is readBlocks with the pieces as stored.
func rawBlocks(ctx context.Context, tx *db.Tx, from, to int64, each func(b Block, pieces [][]byte) error) error {
	for from < to {
		upTo := min(from+blockWindow, to)
		heads := map[int64]Block{}
		want := map[int64]int{}
		err := tx.Query(ctx, selectBlocks+`WHERE number > $1 AND number <= $2`, []any{from, upTo}, func(row db.Scanner) error {
			b, n, err := scanBlock(row)
			heads[b.Number], want[b.Number] = b, n
			return err
		})
		if err != nil {
			return fmt.Errorf("read blocks: %w", err)
		}
		pieces := map[int64][][]byte{}
		err = tx.Query(ctx, `SELECT block, packed FROM ledger_piece WHERE block > $1 AND block <= $2 ORDER BY block, piece`, []any{from, upTo}, func(row db.Scanner) error {
			var number int64
			var packed []byte
			if err := row.Scan(&number, &packed); err != nil {
				return err
			}
			pieces[number] = append(pieces[number], packed)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read pieces: %w", err)
		}
		for number := from + 1; number <= upTo; number++ {
			b, ok := heads[number]
			if !ok {
				return differs("ledger.block_missing", number)
			}
			if len(pieces[number]) != want[number] {
				return differs("ledger.block_pieces", number)
			}
			if err := each(b, pieces[number]); err != nil {
				return err
			}
		}
		from = upTo
	}
	return nil
}
