package figure

import (
	"maps"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
)

// Change is by how much a figure of one division differs, on every day of a period, between two lists of facts.
type Change struct {
	*Indicator
	District int32 // 0: the city's own
	From, To date.Day
	By       int64
}

// Changes compares what two lists of stock facts, which may be one person's with and without a
// certificate, add to every figure: with minus without, in the order of the catalogue, by division
// and day. A rate is told through its numerator, for the same days. Facts of kinds that no
// indicator counts change nothing.
func (c *Catalogue) Changes(with, without []ledger.Fact) []Change {
	var out []Change
	found := map[string][]Change{}
	for _, ind := range c.list {
		var list []Change
		if ind.Ratio != nil {
			list = slices.Clone(found[ind.Ratio.Numerator])
			for i := range list {
				list[i].Indicator = ind
			}
		} else {
			list = ind.changes(with, without)
			found[ind.Name] = list
		}
		out = append(out, list...)
	}
	return out
}

func (i *Indicator) changes(with, without []ledger.Fact) []Change {
	var open []Change // not yet ended, at most one a division
	var out []Change
	for _, day := range i.days(with, without) {
		now := map[int32]int64{}
		i.add(now, with, day, 1)
		i.add(now, without, day, -1)
		for _, o := range open {
			if now[o.District] == o.By {
				delete(now, o.District) // goes on
				continue
			}
			o.To = day - 1
			out = append(out, o)
		}
		open = slices.DeleteFunc(open, func(o Change) bool {
			return slices.ContainsFunc(out, func(d Change) bool { return d.District == o.District && d.From == o.From })
		})
		for _, district := range slices.Sorted(maps.Keys(now)) {
			if by := now[district]; by != 0 {
				open = append(open, Change{Indicator: i, District: district, From: day, To: date.Forever, By: by})
			}
		}
	}
	out = append(out, open...)
	slices.SortStableFunc(out, func(a, b Change) int {
		if a.From != b.From {
			return int(a.From - b.From)
		}
		return int(a.District - b.District)
	})
	return out
}

// days are those on which the figure may change: the facts' own, and, where it asks for an age, the months
// in which somebody grows into the next band.
func (i *Indicator) days(lists ...[]ledger.Fact) []date.Day {
	aged := slices.ContainsFunc(i.Count.Where, func(w Condition) bool { return w.Dim == ledger.Age })
	var out []date.Day
	for _, list := range lists {
		for _, f := range list {
			out = append(out, f.OccurredOn)
			for _, years := range ledger.AgeBands {
				if aged && f.BirthMonth != 0 && years > 0 {
					out = append(out, (f.BirthMonth + date.Month(12*years)).First())
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// add sums what the facts count on a day, by division.
func (i *Indicator) add(into map[int32]int64, facts []ledger.Fact, on date.Day, sign int64) {
	for k := range facts {
		f := &facts[k]
		if i.counts(f, on) {
			into[f.District] += sign * f.Quantity
		}
	}
}
