package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/db"
)

// Key names one timeline: all stock facts of a kind about one worker, or, for things that are not
// people (Worker 0), about one subject.
type Key struct {
	Kind    Kind
	Worker  int64
	Subject int64 // only when Worker is 0
}

// settleBatch is how many timelines are compared with one query.
const settleBatch = 500

// Settle makes the facts in force of each timeline equal to what want gives, by entering the
// difference: what is no longer so is taken back by a reversal, what is missing is entered.
// by is the user who answers for the change. A timeline is settled once per transaction, because what
// the transaction itself has entered is not read back; Forgo takes that back first.
func Settle(ctx context.Context, tx *db.Tx, by int64, keys []Key, want func(Key) ([]Fact, error)) error {
	for batch := range slices.Chunk(keys, settleBatch) {
		held, err := heldFacts(ctx, tx, batch)
		if err != nil {
			return fmt.Errorf("read facts in force: %w", err)
		}
		for _, k := range batch {
			w, err := want(k)
			if err != nil {
				return err
			}
			if diff := Difference(held[k], w); len(diff) > 0 {
				if err := Enter(ctx, tx, by, diff...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Difference gives the facts to enter so that the facts in force, held, become want. Reversals
// come first. What is taken back and what takes its place (of the same sign) is Corrected on both
// sides; the rest is Reversed, or Entered. Two facts of equal content are the same.
func Difference(held []Placed, want []Fact) []Fact {
	left := make(map[Fact]int, len(want))
	for _, f := range want {
		left[f.content()]++
	}
	var gone []Placed
	for _, h := range held {
		c := h.content()
		if left[c] > 0 {
			left[c]--
			continue
		}
		gone = append(gone, h)
	}
	var add []Fact
	for _, f := range want {
		if c := f.content(); left[c] > 0 {
			left[c]--
			add = append(add, c)
		}
	}
	exchanged := map[bool]int{}
	for _, plus := range []bool{true, false} {
		exchanged[plus] = min(
			count(gone, func(g Placed) bool { return g.positive() == plus }),
			count(add, func(f Fact) bool { return f.positive() == plus }))
	}
	out := make([]Fact, 0, len(gone)+len(add))
	back := map[bool]int{}
	for _, g := range gone {
		r := g.Fact
		r.Quantity, r.Amount, r.Reverses, r.Entry = -r.Quantity, -r.Amount, g.Ref, Reversed
		if back[g.positive()]++; back[g.positive()] <= exchanged[g.positive()] {
			r.Entry = Corrected
		}
		out = append(out, r)
	}
	put := map[bool]int{}
	for _, f := range add {
		f.Entry = Entered
		if put[f.positive()]++; put[f.positive()] <= exchanged[f.positive()] {
			f.Entry = Corrected
		}
		out = append(out, f)
	}
	return out
}

func (f Fact) positive() bool { return f.Quantity > 0 || (f.Quantity == 0 && f.Amount > 0) }

func count[T any](list []T, is func(T) bool) int {
	n := 0
	for _, v := range list {
		if is(v) {
			n++
		}
	}
	return n
}

// InForce gives the facts of a timeline that nothing has taken back, in block order.
func InForce(facts []Placed) []Placed {
	gone := map[Ref]bool{}
	for i := range facts {
		if facts[i].Reverses != (Ref{}) {
			gone[facts[i].Reverses] = true
		}
	}
	out := make([]Placed, 0, len(facts))
	for i := range facts {
		if facts[i].Reverses == (Ref{}) && !gone[facts[i].Ref] {
			out = append(out, facts[i])
		}
	}
	return out
}

func heldFacts(ctx context.Context, tx *db.Tx, keys []Key) (map[Key][]Placed, error) {
	all := map[Key][]Placed{}
	byKind := map[Kind][]int64{}
	for _, k := range keys {
		if k.Worker != 0 {
			byKind[k.Kind] = append(byKind[k.Kind], k.Worker)
			continue
		}
		facts, err := FactsOfSubject(ctx, tx, k.Kind, k.Subject)
		if err != nil {
			return nil, err
		}
		all[k] = facts
	}
	for kind, workers := range byKind {
		facts, err := FactsOf(ctx, tx, kind, workers)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			k := Key{Kind: kind, Worker: f.Worker}
			all[k] = append(all[k], f)
		}
	}
	for k := range all {
		all[k] = InForce(all[k])
	}
	return all, nil
}

var selectFacts = `SELECT ` + strings.Join(factColumns(), ", ") + ` FROM ledger_fact `

// FactsOf gives every fact of a kind about some workers, in block order. kind 0 means all kinds.
func FactsOf(ctx context.Context, tx *db.Tx, kind Kind, workers []int64) ([]Placed, error) {
	var out []Placed
	// The list is filled up so that the same few statement texts serve every batch.
	n := 1
	for n < len(workers) {
		n *= 2
	}
	list := slices.Clone(workers)
	for len(list) < n {
		list = append(list, 0)
	}
	err := tx.Query(ctx, selectFacts+`WHERE worker_id <> 0 AND (CAST($1 AS BIGINT) = 0 OR kind = $1) AND worker_id IN `+db.In(2, n)+` ORDER BY block, position`,
		db.Args(list, int64(kind)), func(row db.Scanner) error {
			p, err := scanFact(row)
			out = append(out, p)
			return err
		})
	return out, err
}

// FactsOfSubject gives every fact of a kind about one subject that is not a person.
func FactsOfSubject(ctx context.Context, tx *db.Tx, kind Kind, subject int64) ([]Placed, error) {
	var out []Placed
	err := tx.Query(ctx, selectFacts+`WHERE worker_id = 0 AND kind = $1 AND subject_id = $2 ORDER BY block, position`,
		[]any{int64(kind), subject}, func(row db.Scanner) error {
			p, err := scanFact(row)
			out = append(out, p)
			return err
		})
	return out, err
}
