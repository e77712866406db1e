package ledger

import (
	"context"
	"fmt"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

func differs(key string, args ...any) error { return fault.New(fault.Conflict, key, args...) }

func notFound(number int64) error { return fault.New(fault.NotFound, "ledger.no_block", number) }

// Verified says how far a verification came.
type Verified struct {
	Blocks int64
	Facts  int64
	Head   Hash
}

// Verify re-hashes every block from its packed bytes, follows the chain, and compares the table
// of facts with the bytes. The first place that differs is a Conflict fault that names the block,
// or the fact by block and position. head, when given in hexadecimal, must be the hash of some
// block of the chain: what was printed on a report is then still there.
func Verify(ctx context.Context, tx *db.Tx, head string) (Verified, error) {
	var v Verified
	var number int64
	var stored []byte
	if err := tx.QueryRow(ctx, `SELECT number, hash FROM ledger_head WHERE id = 1`, nil, &number, &stored); err != nil {
		return v, fmt.Errorf("read head: %w", err)
	}
	seen := head == "" || head == Hash{}.String()
	err := rawBlocks(ctx, tx, 0, number, func(b Block, raw [][]byte) error {
		if b.Before != v.Head || b.hash(raw) != b.Hash {
			return differs("ledger.block_differs", b.Number)
		}
		facts, err := unpackAll(b, raw)
		if err != nil {
			return err
		}
		if err := compareRows(ctx, tx, b, facts); err != nil {
			return err
		}
		v.Blocks, v.Head = b.Number, b.Hash
		v.Facts += int64(len(facts))
		seen = seen || b.Hash.String() == head
		return nil
	})
	if err != nil {
		return v, err
	}
	if string(stored) != string(v.Head[:]) {
		return v, differs("ledger.head_differs", number)
	}
	if err := verifyCounts(ctx, tx, number, v.Facts); err != nil {
		return v, err
	}
	if !seen {
		return v, differs("ledger.head_unknown", head)
	}
	return v, nil
}

// verifyCounts finds rows that belong to no block.
func verifyCounts(ctx context.Context, tx *db.Tx, number, facts int64) error {
	var rows, heads, inPieces int64
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM ledger_fact), (SELECT count(*) FROM ledger_block), (SELECT coalesce(sum(facts), 0) FROM ledger_piece)`, nil, &rows, &heads, &inPieces)
	switch {
	case err != nil:
		return fmt.Errorf("count facts and blocks: %w", err)
	case rows != facts:
		return differs("ledger.facts_count", rows, facts)
	case heads != number || inPieces != facts:
		return differs("ledger.blocks_count", heads, number, inPieces, facts)
	}
	return nil
}

func unpackAll(b Block, raw [][]byte) ([]Fact, error) {
	var facts []Fact // b.Facts may be damaged: no memory is set aside on its word
	for _, packed := range raw {
		p, err := readPiece(packed)
		if err != nil {
			return nil, differs("ledger.block_differs", b.Number)
		}
		for i := range p.n {
			facts = append(facts, p.fact(i))
		}
	}
	if len(facts) != b.Facts || string(encodeSums(sums(facts))) != string(encodeSums(b.Sums)) {
		return nil, differs("ledger.block_differs", b.Number)
	}
	return facts, nil
}

func compareRows(ctx context.Context, tx *db.Tx, b Block, facts []Fact) error {
	next := 0
	err := tx.Query(ctx, selectFacts+`WHERE block = $1 ORDER BY position`, []any{b.Number}, func(row db.Scanner) error {
		p, err := scanFact(row)
		if err != nil {
			return differs("ledger.fact_differs", b.Number, next)
		}
		if next >= len(facts) || int(p.Position) != next || p.Fact != facts[next] {
			return differs("ledger.fact_differs", b.Number, next)
		}
		next++
		return nil
	})
	if err != nil {
		return err
	}
	if next != len(facts) {
		return differs("ledger.fact_differs", b.Number, next)
	}
	return nil
}
