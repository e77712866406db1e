package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/money"
	"tuoxing/internal/testkit"
)

// stock is a ±1 fact of worker 5 at an employer.
func stock(employer, quantity int64, on string) Fact {
	return Fact{Kind: Worker, Worker: 5, Employer: employer, Quantity: quantity, Cause: New, OccurredOn: date.MustParse(on)}
}

func held(facts ...Fact) []Placed {
	out := make([]Placed, len(facts))
	for i, f := range facts {
		f.Entry = Entered
		out[i] = Placed{Ref: Ref{Block: 9, Position: int32(i)}, Fact: f}
	}
	return out
}

// brief writes entered facts shortly: sign and employer, entry, and what is taken back.
func brief(facts []Fact) []string {
	out := []string{}
	for _, f := range facts {
		s := fmt.Sprintf("%+d at %d %s", f.Quantity, f.Employer, f.Entry)
		if f.Reverses != (Ref{}) {
			s += fmt.Sprintf(" #%d", f.Reverses.Position)
		}
		out = append(out, s)
	}
	return out
}

func TestDifference_of_timelines(t *testing.T) {
	t.Parallel()
	const day = "2023-01-01"
	a, b, c := stock(1, 1, day), stock(2, 1, day), stock(3, 1, day)
	aOut, bOut := stock(1, -1, "2023-05-01"), stock(2, -1, "2023-05-01")
	cases := map[string]struct {
		held []Placed
		want []Fact
		diff []string
	}{
		"nothing at all":                   {nil, nil, []string{}},
		"nothing new":                      {held(a, aOut), []Fact{a, aOut}, []string{}},
		"nothing new in another order":     {held(a, aOut, b), []Fact{b, a, aOut}, []string{}},
		"only added":                       {held(a), []Fact{a, aOut, b}, []string{"-1 at 1 entered", "+1 at 2 entered"}},
		"only taken back":                  {held(a, aOut, b), []Fact{a}, []string{"+1 at 1 reversed #1", "-1 at 2 reversed #2"}},
		"exchange of a plus":               {held(a), []Fact{b}, []string{"-1 at 1 corrected #0", "+1 at 2 corrected"}},
		"exchange of a minus":              {held(a, aOut), []Fact{a, bOut}, []string{"+1 at 1 corrected #1", "-1 at 2 corrected"}},
		"a minus is no exchange of a plus": {held(a), []Fact{bOut}, []string{"-1 at 1 reversed #0", "-1 at 2 entered"}},
		"more gone than put in place":      {held(a, b), []Fact{c}, []string{"-1 at 1 corrected #0", "-1 at 2 reversed #1", "+1 at 3 corrected"}},
		"more put in place than gone":      {held(a), []Fact{b, c}, []string{"-1 at 1 corrected #0", "+1 at 2 corrected", "+1 at 3 entered"}},
		"one of two equal facts too many":  {held(a, a), []Fact{a}, []string{"-1 at 1 reversed #1"}},
		"one of two equal facts missing":   {held(a), []Fact{a, a}, []string{"+1 at 1 entered"}},
		"equal facts three to two and new": {held(a, b, a, a), []Fact{a, c, a}, []string{"-1 at 2 corrected #1", "-1 at 1 reversed #3", "+1 at 3 corrected"}},
	}
	for name, tc := range cases {
		if diff := cmp.Diff(tc.diff, brief(Difference(tc.held, tc.want))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDifference_of_amounts_follows_their_sign(t *testing.T) {
	t.Parallel()
	paid := Fact{Kind: Worker, Worker: 5, Amount: 150_000, OccurredOn: date.Of(2023, 1, 1)}
	more := paid
	more.Amount = 200_000
	got := Difference(held(paid), []Fact{more})
	if len(got) != 2 || got[0].Amount != -150_000 || got[0].Entry != Corrected || got[1].Amount != 200_000 || got[1].Entry != Corrected {
		t.Errorf("exchange of amounts: %+v", got)
	}
	if got[0].OccurredOn != paid.OccurredOn {
		t.Error("a reversal carries another day than what it takes back")
	}
}

// apply enters facts into a list as a block would place them.
func apply(list []Placed, block int64, facts []Fact) []Placed {
	for i, f := range facts {
		list = append(list, Placed{Ref: Ref{Block: block, Position: int32(i)}, Fact: f})
	}
	return list
}

func contents[F any](facts []F, of func(F) Fact) map[Fact]int {
	out := map[Fact]int{}
	for _, f := range facts {
		out[of(f).content()]++
	}
	return out
}

func TestDifference_always_leads_to_what_is_wanted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := dice(seed)
		var chain []Placed
		for block := range int64(6) {
			want := wantedFacts(r)
			diff := Difference(InForce(chain), want)
			seenPlus := false
			for _, f := range diff {
				seenPlus = seenPlus || f.Reverses == Ref{}
				if seenPlus && f.Reverses != (Ref{}) {
					t.Fatalf("seed %d: a reversal comes after an entry", seed)
				}
			}
			chain = apply(chain, block+1, diff)
			got := contents(InForce(chain), func(p Placed) Fact { return p.Fact })
			if diff := cmp.Diff(contents(want, func(f Fact) Fact { return f }), got); diff != "" {
				t.Fatalf("seed %d block %d (-want +in force):\n%s", seed, block+1, diff)
			}
		}
	}
}

func wantedFacts(r *rand.Rand) []Fact {
	var out []Fact
	for range r.IntN(6) {
		out = append(out, stock(1+int64(r.IntN(3)), oneOf[int64](r, -1, 1), oneOf(r, "2023-01-01", "2023-02-01")))
	}
	return out
}

func TestSettle_enters_the_difference_and_nothing_when_there_is_none(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	k := Key{Kind: Worker, Worker: 5}
	a, b := stock(1, 1, "2023-01-01"), stock(2, 1, "2023-01-01")
	for i, step := range []struct {
		want  []Fact
		block int64
		facts []string
	}{
		{[]Fact{a}, 1, []string{"+1 at 1 entered"}},
		{[]Fact{a}, 0, []string{"+1 at 1 entered"}},
		{[]Fact{b}, 2, []string{"+1 at 1 entered", "-1 at 1 corrected #0", "+1 at 2 corrected"}},
		{nil, 3, []string{"+1 at 1 entered", "-1 at 1 corrected #0", "+1 at 2 corrected", "-1 at 2 reversed #1"}},
		{[]Fact{a}, 4, []string{"+1 at 1 entered", "-1 at 1 corrected #0", "+1 at 2 corrected", "-1 at 2 reversed #1", "+1 at 1 entered"}},
	} {
		if got := settle(t, d, k, step.want...); got != step.block {
			t.Errorf("step %d: sealed block %d, want %d", i, got, step.block)
		}
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			facts, err := FactsOf(ctx, tx, Worker, []int64{5})
			var plain []Fact
			for _, p := range facts {
				plain = append(plain, p.Fact)
			}
			if diff := cmp.Diff(step.facts, brief(plain)); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
			return err
		})
	}
}

func TestSettle_keeps_the_timelines_of_people_kinds_and_subjects_apart(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	other := stock(1, 1, "2023-01-01")
	other.Worker = 6
	series := Fact{Kind: Statistic, Attr: "employed", Quantity: 1000, Subject: 44, OccurredOn: date.Of(2022, 12, 31)}
	second := series
	second.Subject, second.Quantity = 45, 500
	settle(t, d, Key{Kind: Worker, Worker: 5}, stock(1, 1, "2023-01-01"))
	settle(t, d, Key{Kind: Worker, Worker: 6}, other)
	settle(t, d, Key{Kind: Statistic, Subject: 44}, series)
	settle(t, d, Key{Kind: Statistic, Subject: 45}, second)
	settle(t, d, Key{Kind: Worker, Worker: 5})
	settle(t, d, Key{Kind: Statistic, Subject: 44})
	c := columnsOf(t, NewBook(d))
	everything := Query{Period: Stock(Worker, date.Forever).Period, Scope: Scope{All: true}}
	for kind, want := range map[Kind]int64{Worker: 1, Statistic: 500} {
		everything.Kind = kind
		if got := c.Sum(everything)[0].Quantity; got != want {
			t.Errorf("%s = %d, want %d", kind, got, want)
		}
	}
}

func TestSettle_reads_many_timelines_in_batches(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	keys := make([]Key, 2*settleBatch+3)
	for i := range keys {
		keys[i] = Key{Kind: Worker, Worker: int64(i + 1)}
	}
	for round, want := range []int{len(keys), len(keys), len(keys) / 2} {
		must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
			return Settle(t.Context(), tx, 7, keys, func(k Key) ([]Fact, error) {
				if k.Worker > int64(want) {
					return nil, nil
				}
				return []Fact{{Kind: Worker, Worker: k.Worker, Quantity: 1, OccurredOn: date.Of(2023, 1, 1)}}, nil
			})
		}))
		c := columnsOf(t, NewBook(d))
		if got := c.Sum(Query{Kind: Worker, Period: Stock(Worker, date.Forever).Period, Scope: Scope{All: true}})[0].Quantity; got != int64(want) {
			t.Errorf("round %d: %d people, want %d", round, got, want)
		}
	}
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		v, err := Verify(ctx, tx, "")
		if v.Blocks != 2 {
			t.Errorf("%d blocks, want 2: settling again what is so enters nothing", v.Blocks)
		}
		return err
	})
}

func TestForgo_drops_what_the_transaction_entered_about_some_workers(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	const people = MaxPiece + 1000 // some of the dropped ones lie in a packed piece
	entered := func(worker int64, district int32) Fact {
		return Fact{Kind: Worker, Entry: Entered, Worker: worker, Quantity: 1, District: district, OccurredOn: date.Of(2023, 1, 1)}
	}
	again := map[int64]bool{1: true, 70: true, people: true}
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		for w := range int64(people) {
			must(t, Enter(t.Context(), tx, 7, entered(w+1, 321181)))
		}
		must(t, Forgo(tx, Worker, again))
		var keys []Key
		for w := range again {
			keys = append(keys, Key{Kind: Worker, Worker: w})
		}
		return Settle(t.Context(), tx, 7, keys, func(k Key) ([]Fact, error) { return []Fact{entered(k.Worker, 321182)}, nil })
	}))
	c := columnsOf(t, NewBook(d))
	for district, want := range map[int64]int64{321181: people - 3, 321182: 3} {
		q := Query{Kind: Worker, Period: Stock(Worker, date.Forever).Period, Scope: Scope{All: true}, Where: []Cond{{Dim: District, In: []int64{district}}}}
		if got := c.Sum(q)[0].Quantity; got != want {
			t.Errorf("district %d: %d people, want %d", district, got, want)
		}
	}
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		_, err := Verify(ctx, tx, "")
		return err
	})
}

func TestEnter_refuses_incomplete_facts_and_two_users_in_one_block(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	good := goldenFacts()[0]
	cases := map[string]func(f *Fact){
		"no kind":     func(f *Fact) { f.Kind = 0 },
		"no entry":    func(f *Fact) { f.Entry = 0 },
		"no quantity": func(f *Fact) { f.Quantity, f.Amount = 0, 0 },
		"no day":      func(f *Fact) { f.OccurredOn = date.Ever },
	}
	for name, change := range cases {
		f := good
		change(&f)
		if err := d.WriteTx(t.Context(), func(tx *db.Tx) error { return Enter(t.Context(), tx, 7, good, f) }); err == nil {
			t.Errorf("%s: entered", name)
		}
	}
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		must(t, Enter(t.Context(), tx, 7, good))
		return Enter(t.Context(), tx, 8, good)
	})
	if err == nil {
		t.Error("one block answers for two users")
	}
	if c := columnsOf(t, NewBook(d)); c.Head() != 0 {
		t.Errorf("%d blocks after refusals", c.Head())
	}
	enter(t, d, 7, good)
	if c := columnsOf(t, NewBook(d)); c.Head() != 1 || c.Facts() != 1 {
		t.Errorf("%d blocks, %d facts, want 1 and 1", c.Head(), c.Facts())
	}
}

func TestOnSealed_tells_the_block_or_that_there_is_none(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	for i, n := range []int64{1, 0, 2} {
		got := int64(-1)
		must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
			OnSealed(tx, func(_ context.Context, block int64) error { got = block; return nil })
			if n == 0 {
				return nil
			}
			return Enter(t.Context(), tx, 7, goldenFacts()[0])
		}))
		if got != n {
			t.Errorf("transaction %d: block %d, want %d", i, got, n)
		}
	}
}

func TestBlocks_are_listed_newest_first_and_found_by_number(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	for i := range 5 {
		f := goldenFacts()[0]
		f.Amount = money.Fen(i + 1)
		enter(t, d, int64(i+1), f)
	}
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, c := range []struct {
			before int64
			limit  int
			want   string
		}{{0, 2, "[5 4]"}, {4, 10, "[3 2 1]"}, {1, 10, "[]"}} {
			list, err := ListBlocks(ctx, tx, c.before, c.limit)
			must(t, err)
			numbers := make([]int64, len(list))
			for i, b := range list {
				numbers[i] = b.Number
			}
			if got := fmt.Sprint(numbers); got != c.want {
				t.Errorf("before %d limit %d: %s, want %s", c.before, c.limit, got, c.want)
			}
		}
		b, err := FindBlock(ctx, tx, 3)
		must(t, err)
		before, err := FindBlock(ctx, tx, 2)
		must(t, err)
		want := []KindSum{{Kind: Worker, Facts: 1, Quantity: 1, Amount: 3}}
		if diff := cmp.Diff(want, b.Sums); diff != "" || b.RecordedBy != 3 || !b.RecordedAt.Equal(testkit.Start) || b.Before != before.Hash || b.Facts != 1 {
			t.Errorf("block 3 = %+v %s", b, diff)
		}
		if _, err := FindBlock(ctx, tx, 9); !fault.Is(err, fault.NotFound) {
			t.Errorf("block 9: %v, want NotFound", err)
		}
		return nil
	})
}
