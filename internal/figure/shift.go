package figure

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
)

// Shift is by how much facts change a count on a day, in one union; Own are those of one unit, whose readers see no other.
// Rates follow from their two sides.
type Shift struct {
	Figure string
	Union  int64
	Own    bool
	By     int64
}

// Shifts sums what facts that are not in the ledger yet do to every count on a day, by union.
func (c *Catalogue) Shifts(facts iter.Seq2[ledger.Fact, error], unit int64, on date.Day) ([]Shift, error) {
	type key struct {
		at    int
		union int64
		own   bool
	}
	sums := map[key]int64{}
	for f, err := range facts {
		if err != nil {
			return nil, err
		}
		for at, ind := range c.list {
			if ind.Count != nil && ind.counts(&f, on) {
				sums[key{at, f.Union, unit != 0 && f.Employer == unit}] += f.Quantity
			}
		}
	}
	var out []Shift
	for k, by := range sums {
		if by != 0 {
			out = append(out, Shift{c.list[k.at].Name, k.union, k.own, by})
		}
	}
	slices.SortFunc(out, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(a.Figure, b.Figure), cmp.Compare(a.Union, b.Union), cmp.Compare(b.By, a.By))
	})
	return out, nil
}

// counts reports whether a fact is one of those that a count sums on a day.
func (i *Indicator) counts(f *ledger.Fact, on date.Day) bool {
	return f.OccurredOn <= on && f.Kind == i.Count.kind && (i.Count.Attr == "" || f.Attr == i.Count.Attr) &&
		!slices.ContainsFunc(i.Count.Where, func(w Condition) bool { return !w.cond().Has(ledger.ValueOf(w.Dim, f, on)) })
}

// Outlook is a figure as it is and as it would be.
type Outlook struct {
	*Indicator
	Before, After Cell
	Block         int64 // the head at which Before was answered
}

// Outlooks tells of each figure that shifts would change what it is on a day and what it would be, within what the reader
// sees; and the head of the chain.
func (s *Service) Outlooks(ctx context.Context, who account.Actor, on date.Day, shifts []Shift) (out []Outlook, head int64, err error) {
	scope := ScopeOf(who.Scope)
	by := map[string]int64{}
	for _, sh := range shifts {
		if scope.All || scope.Union != 0 && sh.Union == scope.Union || scope.Employer != 0 && sh.Own {
			by[sh.Figure] += sh.By
		}
	}
	for _, ind := range s.Catalogue.list {
		v, err := s.Value(ctx, who, Request{Name: ind.Name, On: on})
		if err != nil {
			return nil, 0, err
		}
		head = v.Block
		after := v.Total
		if ind.Ratio == nil {
			after.Value += by[ind.Name]
			after.Numerator = after.Value
		} else {
			after = rate(nil, v.Total.Numerator+by[ind.Ratio.Numerator], v.Total.Denominator+by[ind.Ratio.Denominator], ind.Ratio.Factor)
		}
		if after.Value != v.Total.Value || after.Defined != v.Total.Defined || after.Numerator != v.Total.Numerator || after.Denominator != v.Total.Denominator {
			out = append(out, Outlook{Indicator: ind, Before: v.Total, After: after, Block: v.Block})
		}
	}
	return out, head, nil
}
