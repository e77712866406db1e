package ledger

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/money"
	"tuoxing/internal/testkit"
)

func sameCells(t *testing.T, what string, want, got []Cell) {
	t.Helper()
	if !slices.EqualFunc(want, got, sameCell) {
		t.Errorf("%s:\nwant %+v\ngot  %+v", what, want, got)
	}
}

// allFacts reads the table of facts in block order.
func allFacts(t *testing.T, d *db.DB) []Placed {
	t.Helper()
	var out []Placed
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		return tx.Query(ctx, selectFacts+"ORDER BY block, position", nil, func(row db.Scanner) error {
			p, err := scanFact(row)
			out = append(out, p)
			return err
		})
	})
	return out
}

// sameFacts compares every fact in memory with its row.
func sameFacts(t *testing.T, d *db.DB, c *Columns) {
	t.Helper()
	rows := allFacts(t, d)
	got := make([]Placed, c.Facts())
	for i := range got {
		got[i] = c.fact(int32(i))
	}
	if diff := gocmp.Diff(rows, got); diff != "" {
		t.Errorf("rows and columns differ (-rows +columns):\n%s", diff)
	}
}

// chain seals random blocks: events, facts taken back, and timelines that are settled anew.
func chain(t *testing.T, d *db.DB, r *rand.Rand, blocks int) {
	t.Helper()
	for range blocks {
		must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
			if err := Enter(t.Context(), tx, 7, smallFacts(r, 1+r.IntN(30))...); err != nil {
				return err
			}
			keys := []Key{{Kind: Worker, Worker: 100 + int64(r.IntN(5))}, {Kind: Statistic, Subject: 900}}
			return Settle(t.Context(), tx, 7, keys, func(k Key) ([]Fact, error) {
				var out []Fact
				for range r.IntN(4) {
					f := smallFact(r)
					f.Kind, f.Worker, f.Subject = k.Kind, k.Worker, k.Subject
					out = append(out, f)
				}
				return out, nil
			})
		}))
	}
}

// naiveValue is the value of a dimension, written down a second time.
func naiveValue(d Dim, f *Fact, on date.Day) int64 {
	switch d {
	case Section:
		if s := cn.Section(int(f.Industry)); s != "" {
			return int64(s[0])
		}
		return 0
	case Age:
		if f.BirthMonth == 0 {
			return 0
		}
		birthYear, birthMonth := f.BirthMonth.YM()
		year, month, _ := on.YMD()
		age := year - birthYear
		if month < birthMonth {
			age--
		}
		switch {
		case age < 25:
			return 1
		case age < 35:
			return 2
		case age < 45:
			return 3
		case age < 55:
			return 4
		}
		return 5
	}
	return map[Dim]int64{
		District: int64(f.District), Union: f.Union, Employer: f.Employer, Industry: int64(f.Industry), Ownership: int64(f.Ownership),
		Size: int64(f.Size), Occupation: int64(f.Occupation), Rank: int64(f.Rank), RankEver: int64(f.RankEver), Sex: int64(f.Sex),
		Member: int64(f.Member), Class: int64(f.Class), CauseOf: int64(f.Cause), EntryOf: int64(f.Entry), ImportOf: f.Import,
	}[d]
}

func naiveHas(q Query, f *Fact) bool {
	if f.Kind != q.Kind || f.OccurredOn < q.Period.From || f.OccurredOn > q.Period.To || (q.Attr != "" && q.Attr != f.Attr) {
		return false
	}
	switch {
	case q.Scope.All:
	case q.Scope.Employer != 0:
		if f.Employer != q.Scope.Employer {
			return false
		}
	case q.Scope.Union == 0 || f.Union != q.Scope.Union:
		return false
	}
	for _, w := range q.Where {
		v := naiveValue(w.Dim, f, q.Period.To)
		in := len(w.In) > 0 && slices.Contains(w.In, v)
		between := len(w.In) == 0 && w.Min <= v && v <= w.Max
		if !in && !between {
			return false
		}
	}
	return true
}

func naiveSum(facts []Placed, q Query) []Cell {
	var out []Cell
	if len(q.By) == 0 {
		out = append(out, Cell{})
	}
	for i := range facts {
		f := &facts[i].Fact
		if (q.Block > 0 && facts[i].Block > q.Block) || !naiveHas(q, f) {
			continue
		}
		var keys []int64
		for _, d := range q.By {
			keys = append(keys, naiveValue(d, f, q.Period.To))
		}
		k := slices.IndexFunc(out, func(c Cell) bool { return slices.Equal(c.Keys, keys) })
		if k < 0 {
			k = len(out)
			out = append(out, Cell{Keys: keys})
		}
		out[k].Quantity += f.Quantity
		out[k].Amount += f.Amount
		out[k].Facts++
	}
	slices.SortFunc(out, func(a, b Cell) int { return slices.Compare(a.Keys, b.Keys) })
	return out
}

var allDims = []Dim{District, Union, Employer, Industry, Section, Ownership, Size, Occupation, Rank, RankEver, Sex, Age, Member, Class, CauseOf, EntryOf, ImportOf}

func someQuery(r *rand.Rand, facts []Placed, blocks int64) Query {
	q := Query{Kind: oneOf(r, Worker, Worker, Statistic), Attr: oneOf(r, "", "", "a", "employed", "never"), Block: r.Int64N(blocks + 2)}
	day := func() date.Day { return date.Of(2021, 12, 1) + date.Day(r.IntN(800)) }
	q.Period = date.Period{From: date.Ever, To: day()}
	if r.IntN(3) == 0 {
		q.Period.From = day()
	}
	q.Scope = oneOf(r, Scope{All: true}, Scope{All: true}, Scope{Union: r.Int64N(5)}, Scope{Employer: r.Int64N(6)}, Scope{})
	for range r.IntN(4) {
		w := Cond{Dim: oneOf(r, allDims...)}
		a, b := valueFrom(r, facts, w.Dim, q.Period.To), valueFrom(r, facts, w.Dim, q.Period.To)
		if w.Min, w.Max = min(a, b), max(a, b); r.IntN(2) == 0 {
			w.In = []int64{a, b, 99}
		}
		q.Where = append(q.Where, w)
	}
	for _, k := range r.Perm(len(allDims))[:r.IntN(MaxBy+1)] {
		q.By = append(q.By, allDims[k])
	}
	return q
}

func valueFrom(r *rand.Rand, facts []Placed, d Dim, on date.Day) int64 {
	return naiveValue(d, &facts[r.IntN(len(facts))].Fact, on)
}

func TestSum_equals_a_naive_sum_over_the_rows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		d, r := testkit.NewDB(t), dice(seed)
		chain(t, d, r, 12)
		c, rows := columnsOf(t, NewBook(d)), allFacts(t, d)
		sameFacts(t, d, c)
		for range 400 {
			q := someQuery(r, rows, c.Head())
			want := naiveSum(rows, q)
			if got := c.Sum(q); !slices.EqualFunc(want, got, sameCell) {
				t.Fatalf("seed %d %+v:\nwant %+v\ngot  %+v", seed, q, want, got)
			}
			var in int64
			for _, cell := range want {
				in += cell.Facts
			}
			if list := c.FactsIn(q); int64(len(list)) != in || !slices.IsSortedFunc(list, byPlace) {
				t.Fatalf("seed %d %+v: %d facts listed, want %d in block order", seed, q, len(list), in)
			}
			for _, dim := range q.By {
				f := rows[r.IntN(len(rows))].Fact
				if got, want := ValueOf(dim, &f, q.Period.To), naiveValue(dim, &f, q.Period.To); got != want || !IsDim(dim) {
					t.Fatalf("seed %d: %s of %+v = %d, want %d", seed, dim, f, got, want)
				}
			}
		}
	}
	if IsDim("name") {
		t.Error("a name is no dimension")
	}
}

func sameCell(a, b Cell) bool {
	return slices.Equal(a.Keys, b.Keys) && a.Quantity == b.Quantity && a.Amount == b.Amount && a.Facts == b.Facts
}

func byPlace(a, b Placed) int {
	return cmp.Or(cmp.Compare(a.Block, b.Block), cmp.Compare(a.Position, b.Position))
}

// stayOf is the timeline of one worker: in and out, and in again, with ranks.
func stayOf(r *rand.Rand, worker int64) []Fact {
	var out []Fact
	day := date.Of(2022, 1, 1)
	var last Fact
	for range r.IntN(4) {
		day += date.Day(1 + r.IntN(200))
		if last.Quantity != 0 {
			back := last
			back.Quantity, back.OccurredOn, back.Cause = -1, day, Moved
			out = append(out, back)
		}
		last = smallFact(r)
		last.Kind, last.Attr, last.Worker, last.Quantity, last.Amount, last.OccurredOn = Worker, "", worker, 1, 0, day
		out = append(out, last)
	}
	return out
}

// An opened figure closes both ways at every block: the people add up to the figure, and so do the facts.
func TestOpen_closes_both_ways(t *testing.T) {
	t.Parallel()
	stateDims := []Dim{District, Union, Employer, Section, Rank, RankEver, Sex, Age, Class, Member}
	for seed := range uint64(3) {
		d, r := testkit.NewDB(t), dice(seed)
		for range 15 {
			keys := []Key{}
			for _, w := range r.Perm(12)[:4] {
				keys = append(keys, Key{Kind: Worker, Worker: int64(w + 1)})
			}
			must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
				return Settle(t.Context(), tx, 7, keys, func(k Key) ([]Fact, error) { return stayOf(r, k.Worker), nil })
			}))
		}
		c, rows := columnsOf(t, NewBook(d)), allFacts(t, d)
		for range 300 {
			q := Stock(Worker, date.Of(2022, 1, 1)+date.Day(r.IntN(800)))
			q.Block, q.Scope = r.Int64N(c.Head()+1), Scope{All: true}
			if r.IntN(2) == 0 {
				dim := oneOf(r, stateDims...)
				q.Where = []Cond{{Dim: dim, Min: valueFrom(r, rows, dim, q.Period.To), Max: 1 << 62}}
			}
			figure, open := c.Sum(q)[0], c.Open(q)
			var sum, facts int64
			for i, row := range open.Rows {
				sum += row.Quantity
				if row.Quantity != 1 || row.Fact.Worker != row.Worker || row.Fact.Quantity != 1 || row.Fact.Reverses != (Ref{}) || !naiveHas(q, &row.Fact.Fact) {
					t.Fatalf("seed %d %+v: row %+v is not what put the person there", seed, q, row)
				}
				if i > 0 && open.Rows[i-1].Worker >= row.Worker {
					t.Fatalf("seed %d: rows are not in the order of ids", seed)
				}
				if k, _ := slices.BinarySearchFunc(rows, row.Fact, byPlace); rows[k] != row.Fact {
					t.Fatalf("seed %d: %+v is not the row in the table", seed, row.Fact)
				}
			}
			for _, f := range c.FactsIn(q) {
				facts += f.Quantity
			}
			if sum != figure.Quantity || facts != figure.Quantity || open.Quantity != figure.Quantity || open.Facts != figure.Facts || open.Total != len(open.Rows) {
				t.Fatalf("seed %d %+v: figure %d, people %d of %d, facts %d, opened %d", seed, q, figure.Quantity, sum, open.Total, facts, open.Quantity)
			}
		}
	}
}

// Many readers ask more different questions than are remembered; each gets what nobody else's question has touched.
func TestOpen_answers_readers_side_by_side_as_one_alone(t *testing.T) {
	t.Parallel()
	d, r := testkit.NewDB(t), dice(11)
	for w := range int64(40) {
		k := Key{Kind: Worker, Worker: w + 1}
		settle(t, d, k, stayOf(r, k.Worker)...)
	}
	shared := columnsOf(t, NewBook(d))
	questions := make([]Query, 3*keptTallies)
	want := make([]Opened, len(questions))
	for i := range questions {
		questions[i] = Stock(Worker, date.Of(2022, 1, 1)+date.Day(40*i))
		questions[i].Scope.All = true
		want[i] = columnsOf(t, NewBook(d)).OpenPage(questions[i], int64(i%3), 7)
	}
	var readers sync.WaitGroup
	for reader := range 8 {
		readers.Go(func() {
			for n := range 200 {
				i := (reader*5 + n*7) % len(questions)
				if n%3 == 0 {
					i = n % 2 // some ask the same
				}
				if diff := gocmp.Diff(want[i], shared.OpenPage(questions[i], int64(i%3), 7)); diff != "" {
					t.Errorf("question %d (-alone +beside others):\n%s", i, diff)
					return
				}
			}
		})
	}
	readers.Wait()
}

func TestOpen_lists_subjects_of_what_is_no_person(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	level := func(subject, value int64, on string) Fact {
		return Fact{Kind: Statistic, Attr: "employed", Subject: subject, Quantity: value, OccurredOn: date.MustParse(on)}
	}
	settle(t, d, Key{Kind: Statistic, Subject: 1}, level(1, 1000, "2021-12-31"), level(1, -1000, "2022-12-31"), level(1, 1100, "2022-12-31"))
	settle(t, d, Key{Kind: Statistic, Subject: 2}, level(2, 500, "2022-06-30"))
	c := columnsOf(t, NewBook(d))
	for day, want := range map[string][2]int64{"2022-01-01": {1000, 0}, "2022-12-30": {1000, 500}, "2023-01-01": {1100, 500}} {
		q := Stock(Statistic, date.MustParse(day))
		q.Scope.All = true
		var got [2]int64
		for _, row := range c.Open(q).Rows {
			got[row.Subject-1] = row.Quantity
		}
		if got != want {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

func TestBook_sees_blocks_that_another_writer_sealed(t *testing.T) {
	t.Parallel()
	dsn := testkit.NewDSN(t)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), dsn, db.Options{Clock: testkit.NewClock().Now, NoSync: true})
		must(t, err)
		t.Cleanup(func() { must(t, d.Close()) })
		return d
	}
	ours, theirs := open(), open()
	book := NewBook(ours)
	r := dice(12)
	for block := range int64(5) {
		old := columnsOf(t, book)
		enter(t, theirs, 7, smallFacts(r, 40)...)
		if old.Head() != block {
			t.Errorf("a state changed under its reader: block %d, was %d", old.Head(), block)
		}
		if c := columnsOf(t, book); c.Head() != block+1 || c.Facts() != 40*int(block+1) {
			t.Errorf("block %d with %d facts after %d", c.Head(), c.Facts(), block+1)
		}
	}
	sameFacts(t, theirs, columnsOf(t, book))
	if first, again := columnsOf(t, book), columnsOf(t, book); first != again {
		t.Error("the same head gave two states")
	}
}

func TestColumns_hold_the_heads_of_all_blocks_across_windows(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	book := NewBook(d)
	f := goldenFacts()[0]
	for i := range 2*blockWindow + 3 {
		f.Quantity = int64(i + 1)
		enter(t, d, 7, f)
	}
	c := columnsOf(t, book)
	q := Stock(Worker, date.Forever)
	q.Scope.All = true
	for _, block := range []int64{1, blockWindow, blockWindow + 1, 2*blockWindow + 3} {
		q.Block = block
		if got, want := c.Sum(q)[0].Quantity, block*(block+1)/2; got != want {
			t.Errorf("as known at block %d: %d, want %d", block, got, want)
		}
	}
	sameFacts(t, d, c)
	if got := verify(t, d, ""); got != "ok" {
		t.Errorf("verify: %s", got)
	}
}

// A column that takes in more and more distinct values grows from one byte a fact to two and to four, and
// states handed out before still read the same.
func TestColumns_widen_beyond_256_and_65536_distinct_values(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	book := NewBook(d)
	day := date.Of(2022, 1, 1)
	next := int64(0)
	var states []*Columns
	for _, upTo := range []int64{200, 256, 257, 300, 65_535, 65_536, 65_537, 70_000} {
		var facts []Fact
		for ; next < upTo; next++ {
			facts = append(facts, Fact{Kind: Worker, Entry: Entered, Quantity: 1, Amount: money.Fen(next), OccurredOn: day, Worker: next + 1, Employer: next})
		}
		enter(t, d, 7, facts...)
		states = append(states, columnsOf(t, book))
	}
	for _, c := range states {
		n := int64(c.Facts())
		q := Stock(Worker, day)
		q.Scope.All, q.By = true, []Dim{Employer}
		cells := c.Sum(q)
		if int64(len(cells)) != n {
			t.Fatalf("%d employers, want %d", len(cells), n)
		}
		for i, cell := range cells {
			if cell.Keys[0] != int64(i) || cell.Quantity != 1 || cell.Amount != money.Fen(i) {
				t.Fatalf("of %d: cell %d is %+v", n, i, cell)
			}
		}
	}
	if wide := states[len(states)-1].dicts[colEmployer].wide; wide != 4 || states[0].dicts[colEmployer].wide != 1 {
		t.Errorf("the last state takes %d bytes a fact", wide)
	}
	fresh := columnsOf(t, NewBook(d))
	for i := range int32(fresh.Facts()) {
		if a, b := fresh.fact(i), states[len(states)-1].fact(i); a != b {
			t.Fatalf("fact %d: %+v when loaded at once, %+v in steps", i, a, b)
		}
	}
	if got := verify(t, d, ""); got != "ok" {
		t.Errorf("verify: %s", got)
	}
}

func TestBlock_of_more_than_a_piece_is_read_back_in_order(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	r := dice(4)
	facts := make([]Fact, MaxPiece+700)
	small := smallFacts(r, 500)
	for i := range facts {
		facts[i] = small[i%len(small)]
		facts[i].Worker, facts[i].Line = int64(i+1), Line(i)
	}
	enter(t, d, 7, facts...)
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		var pieces int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM ledger_piece", nil, &pieces); err != nil {
			return err
		}
		if pieces != 2 {
			t.Errorf("%d pieces, want 2", pieces)
		}
		return nil
	})
	c := columnsOf(t, NewBook(d))
	for i := range facts {
		if got := c.fact(int32(i)); got.Fact != facts[i] || got.Ref != (Ref{Block: 1, Position: int32(i)}) {
			t.Fatalf("fact %d: %+v, want %+v", i, got, facts[i])
		}
	}
	if got := verify(t, d, ""); got != "ok" {
		t.Errorf("verify: %s", got)
	}
}

func TestBook_serves_readers_while_blocks_are_sealed(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	book := NewBook(d)
	const blocks, each = 30, 20
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for head := int64(0); head < blocks; {
				c, err := book.Columns(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if head = c.Head(); c.Facts() != int(head)*each {
					t.Errorf("block %d with %d facts", head, c.Facts())
					return
				}
				q := Stock(Worker, date.Forever)
				q.Scope.All, q.By = true, []Dim{Employer}
				if n := int64(len(c.Sum(q))); n != min(head*each, 300) {
					t.Errorf("%d employers at block %d", n, head)
					return
				}
			}
		})
	}
	next := int64(0)
	for range blocks {
		facts := make([]Fact, each)
		for i := range facts {
			facts[i] = Fact{Kind: Worker, Entry: Entered, Quantity: 1, OccurredOn: date.Of(2022, 1, 1), Worker: 1 + next, Employer: next % 300}
			next++
		}
		enter(t, d, 7, facts...)
	}
	readers.Wait()
}

func TestAgeBand_counts_a_year_as_complete_from_the_first_day_of_the_birth_month(t *testing.T) {
	t.Parallel()
	born := date.MonthOf(1998, 7)
	for day, want := range map[string]int64{
		"2023-06-30": 1, "2023-07-01": 2, "2023-07-31": 2, "2033-06-30": 2, "2033-07-01": 3, "2043-07-01": 4, "2053-06-30": 4, "2053-07-01": 5, "2099-01-01": 5, "1998-07-01": 1,
	} {
		if got := AgeBand(born, date.MustParse(day)); got != want {
			t.Errorf("born 1998-07, on %s: band %d, want %d", day, got, want)
		}
	}
	if got := AgeBand(0, date.Of(2023, 1, 1)); got != 0 {
		t.Errorf("unknown birth: band %d", got)
	}
}
