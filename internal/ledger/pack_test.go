package ledger

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
)

// wildFact has extreme values in every attribute.
func wildFact(r *rand.Rand, attrs int) Fact {
	f := Fact{Attr: fmt.Sprint("programme_", r.IntN(attrs))}
	for _, c := range columns {
		v := oneOf(r, 0, 1, -1, 255, 256, 65_535, 65_536, math.MaxUint32, math.MaxInt64, math.MinInt64, int64(r.Uint64()))
		c.set(&f, v) // narrower attributes keep the low bits
	}
	return f
}

func unpack(t *testing.T, packed []byte) []Fact {
	t.Helper()
	p, err := readPiece(packed)
	must(t, err)
	out := make([]Fact, p.n)
	for i := range out {
		out[i] = p.fact(i)
	}
	return out
}

func TestPack_gives_back_what_was_put_in(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := dice(seed)
		facts := make([]Fact, 1+r.IntN(oneOf(r, 1, 5, 400)))
		attrs := oneOf(r, 1, 2, 300)
		for i := range facts {
			if facts[i] = wildFact(r, attrs); r.IntN(2) == 0 {
				facts[i] = smallFact(r)
			}
		}
		packed, err := pack(facts)
		must(t, err)
		if diff := cmp.Diff(facts, unpack(t, packed)); diff != "" {
			t.Fatalf("seed %d (-in +out):\n%s", seed, diff)
		}
		again, err := pack(unpack(t, packed))
		must(t, err)
		if !slices.Equal(packed, again) {
			t.Fatalf("seed %d: the same facts gave other bytes", seed)
		}
	}
}

func TestPack_holds_each_column_over_the_whole_range_of_its_type(t *testing.T) {
	t.Parallel()
	for _, c := range columns {
		for _, pair := range [][2]int64{{math.MinInt64, math.MaxInt64}, {0, 255}, {0, 256}, {-1, 65_534}, {-1, 65_535}, {-5, math.MaxUint32 - 6}, {0, math.MaxUint32}} {
			var facts [2]Fact
			c.set(&facts[0], pair[0])
			c.set(&facts[1], pair[1])
			packed, err := pack(facts[:])
			must(t, err)
			if diff := cmp.Diff(facts[:], unpack(t, packed)); diff != "" {
				t.Errorf("%s %d–%d (-in +out):\n%s", c.name, pair[0], pair[1], diff)
			}
		}
	}
}

func TestPack_refuses_what_does_not_fit(t *testing.T) {
	t.Parallel()
	cases := map[string][]Fact{
		"no fact":             nil,
		"more than a piece":   make([]Fact, MaxPiece+1),
		"an attr of 65 bytes": {{Attr: string(make([]byte, maxAttr+1))}},
	}
	for name, facts := range cases {
		if _, err := pack(facts); err == nil {
			t.Errorf("%s: packed", name)
		}
	}
	if _, err := pack([]Fact{{Attr: string(make([]byte, maxAttr))}}); err != nil {
		t.Errorf("an attr of %d bytes: %v", maxAttr, err)
	}
}

func TestReadPiece_refuses_damaged_bytes_and_never_panics(t *testing.T) {
	t.Parallel()
	r := dice(3)
	packed, err := pack(smallFacts(r, 20))
	must(t, err)
	for n := range packed {
		if _, err := readPiece(packed[:n]); !errors.Is(err, errPacked) {
			t.Fatalf("cut off after %d of %d bytes: %v", n, len(packed), err)
		}
	}
	if _, err := readPiece(append(slices.Clone(packed), 0)); !errors.Is(err, errPacked) {
		t.Errorf("a byte too many: %v", err)
	}
	for i := range packed {
		bad := slices.Clone(packed)
		bad[i] ^= 1 << r.IntN(8)
		p, err := readPiece(bad)
		if err != nil {
			continue
		}
		for k := range p.n { // what can be read at all can be read to its end
			_ = p.fact(k)
		}
	}
}

// goldenFacts are two fixed facts that set every attribute.
func goldenFacts() []Fact {
	a := Fact{
		Kind: Worker, Attr: "a", Quantity: 1, Amount: 150_000, Cause: New, Entry: Entered, OccurredOn: date.Of(2023, 4, 10),
		Worker: 11, Employer: 201, Using: 202, Union: 120, District: 321181, Industry: 3587, Ownership: 170, Size: 2, Occupation: 6180101,
		Rank: 4, RankEver: 5, Sex: 2, BirthMonth: date.MonthOf(1990, 7), Member: 1, Class: 1, Subject: 31, Import: 41, Line: LineOf(1, 17),
	}
	b := a
	b.Attr, b.Quantity, b.Amount, b.Entry, b.Reverses = "b", -1, -150_000, Reversed, Ref{Block: 3, Position: 70_000}
	return []Fact{a, b}
}

// The encoding and the hash of sealed blocks never change: an installation would not verify any more.
// These values were written down once; a test that fails here means that sealed chains break.
func TestHash_of_a_fixed_block_never_changes(t *testing.T) {
	t.Parallel()
	facts := goldenFacts()
	packed, err := pack(facts)
	must(t, err)
	b := Block{Number: 4, RecordedAt: time.Date(2023, 4, 10, 1, 2, 3, 456e6, time.UTC), RecordedBy: 9, Facts: len(facts), Sums: sums(facts)}
	b.Before[0], b.Before[31] = 0xAB, 0xCD
	const want = "95027acef3ac07e06a9fda809f7e326889a11478337e20c9f9cc6084ab7b04bb"
	if got := b.hash([][]byte{packed}).String(); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
	if want := 271; len(packed) != want {
		t.Errorf("%d bytes, want %d", len(packed), want)
	}
}

func TestHash_depends_on_every_part_of_the_head_and_on_the_order_of_pieces(t *testing.T) {
	t.Parallel()
	one, err := pack(goldenFacts()[:1])
	must(t, err)
	two, err := pack(goldenFacts()[1:])
	must(t, err)
	base := Block{Number: 1, RecordedAt: time.UnixMilli(1000), RecordedBy: 1, Facts: 2, Sums: sums(goldenFacts())}
	seen := map[Hash]string{base.hash([][]byte{one, two}): "the block itself"}
	add := func(name string, h Hash) {
		if other, ok := seen[h]; ok {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[h] = name
	}
	for name, change := range map[string]func(b *Block){
		"number": func(b *Block) { b.Number++ }, "time": func(b *Block) { b.RecordedAt = b.RecordedAt.Add(time.Millisecond) },
		"user": func(b *Block) { b.RecordedBy++ }, "facts": func(b *Block) { b.Facts++ },
		"sums": func(b *Block) { b.Sums = b.Sums[:0] }, "before": func(b *Block) { b.Before[5]++ },
	} {
		b := base
		change(&b)
		add(name, b.hash([][]byte{one, two}))
	}
	add("order", base.hash([][]byte{two, one}))
	add("joined pieces", base.hash([][]byte{slices.Concat(one, two)}))
	add("one piece less", base.hash([][]byte{one}))
}

func TestSums_are_kept_as_they_are(t *testing.T) {
	t.Parallel()
	facts := smallFacts(dice(8), 200)
	got, err := decodeSums(encodeSums(sums(facts)))
	must(t, err)
	want := map[Kind]KindSum{}
	for _, f := range facts {
		s := want[f.Kind]
		want[f.Kind] = KindSum{Kind: f.Kind, Facts: s.Facts + 1, Quantity: s.Quantity + f.Quantity, Amount: s.Amount + f.Amount}
	}
	if len(got) != len(want) {
		t.Errorf("%d kinds, want %d", len(got), len(want))
	}
	for _, s := range got {
		if s != want[s.Kind] {
			t.Errorf("%s: %+v, want %+v", s.Kind, s, want[s.Kind])
		}
	}
	if _, err := decodeSums(make([]byte, sumBytes+1)); err == nil {
		t.Error("sums of a broken length were read")
	}
}

func TestLine_holds_sheet_and_row(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]int{{0, 1}, {0, MaxRow}, {1, 2}, {1023, MaxRow}} {
		l := LineOf(c[0], c[1])
		if l.Sheet() != c[0] || l.Row() != c[1] || l <= 0 {
			t.Errorf("sheet %d row %d became %d: sheet %d row %d", c[0], c[1], l, l.Sheet(), l.Row())
		}
	}
}

func TestNames_of_kinds_causes_and_entries_are_stable(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(Worker, Statistic, New, Left, Moved, Risen, Lapsed, NoCause, Entered, Corrected, Reversed, Cause(99), Entry(99))
	if want := "worker statistic new left moved risen lapsed  entered corrected reversed ? ?"; got != want {
		t.Errorf("names = %q, want %q", got, want)
	}
	for _, k := range []Kind{Worker, Statistic} {
		if back, ok := KindNamed(k.String()); !ok || back != k {
			t.Errorf("kind %s is read as %d, %v", k, back, ok)
		}
	}
	if _, ok := KindNamed("nothing"); ok {
		t.Error("an unknown kind was found")
	}
}
