package ledger

import (
	"context"
	"math/rand/v2"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/testkit"
)

// benchFacts is the size of the ledger that benchmarks run over: a city of 680,000 people after some years.
const benchFacts = 5_000_000

// cityFact is one of many: a person who came in once, in one of 1,500 enterprises.
func cityFact(r *rand.Rand, worker int64) Fact {
	employer := r.Int64N(1500)
	rank := uint8(r.IntN(7))
	return Fact{
		Kind: Worker, Quantity: 1, Cause: New, Entry: Entered, OccurredOn: date.Of(2018, 1, 1) + date.Day(r.IntN(1900)),
		Worker: worker, Employer: 1<<40 + employer, Union: 1<<41 + employer%11, District: 321100 + int32(employer%11), Industry: 1300 + int32(employer%90)*10,
		Ownership: 100 + int32(employer%16)*10, Size: int32(1 + employer%4), Occupation: 6_000_000 + int32(r.IntN(300)),
		Rank: rank, RankEver: rank, Sex: uint8(1 + r.IntN(2)), BirthMonth: date.MonthOf(1960+r.IntN(45), 1+r.IntN(12)),
		Member: uint8(r.IntN(2)), Class: uint8(r.IntN(4)), Subject: 1<<42 + worker, Import: 1<<43 + employer%40, Line: Line(worker % 60_000),
	}
}

// packedCity writes the packed blocks of a city. The benchmarks read those alone, so the table of facts,
// which takes a minute to fill, stays empty.
func packedCity(b *testing.B) *db.DB {
	b.Helper()
	d, r := testkit.NewDB(b), dice(1)
	must(b, d.WriteTx(b.Context(), func(tx *db.Tx) error {
		var before Hash
		number := int64(0)
		for at := 0; at < benchFacts; at += MaxPiece {
			facts := make([]Fact, min(MaxPiece, benchFacts-at))
			for i := range facts {
				facts[i] = cityFact(r, int64(at+i+1))
			}
			packed, err := pack(facts)
			if err != nil {
				return err
			}
			number++
			blk := Block{Number: number, RecordedAt: tx.Now(), RecordedBy: 1, Facts: len(facts), Sums: sums(facts), Before: before}
			blk.Hash = blk.hash([][]byte{packed})
			if err := (&pending{}).insert(b.Context(), tx, blk, [][]byte{packed}); err != nil {
				return err
			}
			before = blk.Hash
		}
		_, err := tx.Exec(b.Context(), `UPDATE ledger_head SET number = $1, hash = $2`, number, before[:])
		return err
	}))
	return d
}

func cityColumns(b *testing.B) *Columns {
	b.Helper()
	scanPart = 1 << 16
	c := columnsOf(b, NewBook(packedCity(b)))
	if c.Facts() != benchFacts {
		b.Fatalf("%d facts", c.Facts())
	}
	return c
}

func BenchmarkLoad_of_five_million_facts(b *testing.B) {
	d := packedCity(b)
	b.ResetTimer()
	for b.Loop() {
		if c := columnsOf(b, NewBook(d)); c.Facts() != benchFacts {
			b.Fatal(c.Facts())
		}
	}
	b.ReportMetric(benchFacts*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}

func BenchmarkSum_over_five_million_facts(b *testing.B) {
	c := cityColumns(b)
	skilled := Cond{Dim: RankEver, Min: 2, Max: 8}
	queries := map[string]Query{
		"total":                      {},
		"skilled by district":        {Where: []Cond{skilled}, By: []Dim{District}},
		"skilled by four dimensions": {Where: []Cond{skilled}, By: []Dim{District, RankEver, Sex, Age}},
		"of one union by age":        {Scope: Scope{Union: 1<<41 + 3}, By: []Dim{Age}},
		"one year by employer":       {Period: date.Year(2020), By: []Dim{Employer}},
	}
	for name, q := range queries {
		b.Run(name, func(b *testing.B) {
			q.Kind = Worker
			if q.Period == (date.Period{}) {
				q.Period = Stock(Worker, date.Of(2022, 6, 30)).Period
			}
			q.Scope.All = q.Scope == Scope{}
			for b.Loop() {
				if len(c.sum(q)) == 0 { // Sum remembers
					b.Fatal("no cell")
				}
			}
		})
	}
}

func BenchmarkOpen_over_five_million_facts(b *testing.B) {
	c := cityColumns(b)
	for name, where := range map[string][]Cond{
		"everybody":                      nil,
		"highly skilled of one district": {{Dim: RankEver, Min: 4, Max: 8}, {Dim: District, In: []int64{321103}}},
	} {
		b.Run(name, func(b *testing.B) {
			q := Stock(Worker, date.Of(2022, 6, 30))
			q.Scope.All, q.Where = true, where
			for b.Loop() {
				c.recent = &tallies{} // as nobody has asked
				if len(c.OpenPage(q, benchFacts/2, 51).Rows) == 0 {
					b.Fatal("nobody")
				}
			}
		})
	}
}

func BenchmarkSettle_of_500_people(b *testing.B) {
	d, r := testkit.NewDB(b), dice(2)
	keys := make([]Key, settleBatch)
	for i := range keys {
		keys[i] = Key{Kind: Worker, Worker: int64(i + 1)}
	}
	for b.Loop() {
		must(b, d.WriteTx(context.Background(), func(tx *db.Tx) error {
			return Settle(context.Background(), tx, 7, keys, func(k Key) ([]Fact, error) { return []Fact{cityFact(r, k.Worker)}, nil })
		}))
	}
}
