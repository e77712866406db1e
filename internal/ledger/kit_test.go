package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/money"
)

// Small ledgers too are read in several runs.
func init() { scanPart = 7 }

// dice gives the same numbers for the same seed; a failing test prints its seed.
func dice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 20230410)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// smallFact is a fact of a small world, so that sums have many facts in each cell.
func smallFact(r *rand.Rand) Fact {
	f := Fact{
		Kind: oneOf(r, Worker, Worker, Statistic), Attr: oneOf(r, "", "", "employed", "a"),
		Quantity: int64(r.IntN(9) - 4), Amount: money.Fen(r.IntN(5) - 2),
		Cause: Cause(r.IntN(6)), Entry: Entry(1 + r.IntN(3)), OccurredOn: date.Of(2022, 1, 1) + date.Day(r.IntN(700)),
		Worker: int64(r.IntN(20)), Employer: int64(r.IntN(5)), Using: int64(r.IntN(2)), Union: int64(r.IntN(4)),
		District: oneOf[int32](r, 0, 321102, 321111, 321181), Industry: oneOf[int32](r, 0, 3587, 4710, 6513),
		Ownership: oneOf[int32](r, 0, 170, 300), Size: int32(r.IntN(5)), Occupation: oneOf[int32](r, 0, 6180101),
		Rank: uint8(r.IntN(9)), RankEver: uint8(r.IntN(9)), Sex: uint8(r.IntN(3)),
		Member: uint8(r.IntN(2)), Class: uint8(r.IntN(3)), Subject: int64(r.IntN(7)), Import: int64(r.IntN(3)), Line: LineOf(r.IntN(2), r.IntN(30)),
	}
	if r.IntN(5) > 0 {
		f.BirthMonth = date.MonthOf(1958+r.IntN(48), 1+r.IntN(12))
	}
	if f.Quantity == 0 && f.Amount == 0 {
		f.Quantity = 1
	}
	return f
}

func smallFacts(r *rand.Rand, n int) []Fact {
	out := make([]Fact, n)
	for i := range out {
		out[i] = smallFact(r)
	}
	return out
}

// enter seals the facts as one block.
func enter(t testing.TB, d *db.DB, by int64, facts ...Fact) {
	t.Helper()
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error { return Enter(t.Context(), tx, by, facts...) }))
}

// settle makes the facts of a timeline what want says and gives the number of the block, 0 for none.
func settle(t testing.TB, d *db.DB, k Key, want ...Fact) (block int64) {
	t.Helper()
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		OnSealed(tx, func(_ context.Context, number int64) error { block = number; return nil })
		return Settle(t.Context(), tx, 7, []Key{k}, func(Key) ([]Fact, error) { return want, nil })
	}))
	return block
}

// exec changes the database behind the ledger's back.
func exec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), query, args...)
		if err == nil && n == 0 {
			return fmt.Errorf("%s: no row", query)
		}
		return err
	}))
}

// read runs fn in a read transaction.
func read(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }))
}

func columnsOf(t testing.TB, b *Book) *Columns {
	t.Helper()
	c, err := b.Columns(t.Context())
	must(t, err)
	return c
}
