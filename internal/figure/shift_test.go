package figure

import (
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
)

func facts(list []ledger.Fact, end error) iter.Seq2[ledger.Fact, error] {
	return func(yield func(ledger.Fact, error) bool) {
		for _, f := range list {
			if !yield(f, nil) {
				return
			}
		}
		if end != nil {
			yield(ledger.Fact{}, end)
		}
	}
}

func TestShifts_sum_what_facts_do_to_each_count_by_union(t *testing.T) {
	t.Parallel()
	c := &Catalogue{list: []*Indicator{
		{Name: "employees", Count: &Count{kind: ledger.Worker, Where: []Condition{{Dim: ledger.Employer, Min: 1}}}},
		{Name: "skilled", Count: &Count{kind: ledger.Worker, Where: []Condition{{Dim: ledger.Rank, Min: 2, Max: 8}}}},
		{Name: "rate", Ratio: &Ratio{Numerator: "skilled", Denominator: "employees", Factor: 100}},
	}}
	on := date.Of(2023, 4, 1)
	list := []ledger.Fact{
		{Kind: ledger.Worker, Quantity: -1, OccurredOn: on, Union: 1, Employer: 9, Rank: 4},
		{Kind: ledger.Worker, Quantity: -1, OccurredOn: on, Union: 1, Employer: 8, Rank: 0},
		{Kind: ledger.Worker, Quantity: 1, OccurredOn: on - 400, Union: 2, Employer: 7, Rank: 2},
		{Kind: ledger.Worker, Quantity: -1, OccurredOn: on + 1, Union: 1, Employer: 9}, // not today
		{Kind: ledger.Worker, Quantity: 1, OccurredOn: on, Union: 3, Employer: 6},      // and taken back again
		{Kind: ledger.Worker, Quantity: -1, OccurredOn: on, Union: 3, Employer: 6},
		{Kind: ledger.Statistic, Quantity: 500, OccurredOn: on, Union: 1},
	}
	got, err := c.Shifts(facts(list, nil), 9, on)
	want := []Shift{{"employees", 1, true, -1}, {"employees", 1, false, -1}, {"employees", 2, false, 1}, {"skilled", 1, true, -1}, {"skilled", 2, false, 1}}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v %v", got, err)
	}
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || cmp.Equal(w, g)
		}
		if !found {
			t.Errorf("no %+v in %+v", w, got)
		}
	}
	broken := errors.New("broken")
	if _, err := c.Shifts(facts(list[:1], broken), 9, on); !errors.Is(err, broken) {
		t.Errorf("facts that cannot be read: %v", err)
	}
}
