package registry

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

func init() { rollPart = 3 }

// told is the roll's files, as texts that do not depend on how it came about.
func (r *roll) told() []string {
	var out []string
	c := &r.files
	for i, id := range c.id {
		unit := r.units.list[c.unit[i]]
		lo, _ := r.tree.Range(unit)
		if unit != 0 && r.lo[c.unit[i]] != lo {
			out = append(out, fmt.Sprint("unit ", unit, " lies elsewhere"))
		}
		line := r.words.line(c.words[i])
		before := 0 // other pinyin that come before, by the order
		seen := map[string]bool{}
		for n := range r.words.order {
			if p := string(pinyinOf(r.words.line(int32(n)))); r.words.order[n] < r.words.order[c.words[i]] && r.used(int32(n)) && !seen[p] {
				seen[p] = true
				before++
			}
		}
		out = append(out, fmt.Sprintf("%d %q unit %d employer %d born %d district %d rank %d after %d", id, line, unit, r.units.list[c.employer[i]], c.born[i], c.district[i], c.rankEver[i], before))
	}
	return out
}

func (r *roll) used(words int32) bool { return slices.Contains(r.files.words, words) }

func rollOf(t testing.TB, s *Service) []string {
	t.Helper()
	var told []string
	must(t, s.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return s.readRoll(t.Context(), tx, func(r *roll) error {
			told = r.told()
			return nil
		})
	}))
	return told
}

// sameRoll compares the roll that has followed every change with one that is read now.
func (c *town) sameRoll(after string) {
	c.t.Helper()
	fresh := &Service{DB: c.svc.DB, Org: c.svc.Org}
	if got, want := rollOf(c.t, c.svc), rollOf(c.t, fresh); !slices.Equal(got, want) {
		c.t.Fatalf("after %s the roll tells\n%s\nwant\n%s", after, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A process that only lists follows what another one writes, whether few files changed, very many, or files came that lie
// between the known ones.
func TestRoll_follows_what_other_processes_write(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.sameRoll("the beginning")
	r := rand.New(rand.NewPCG(7, 7))
	given := []string{"王芳", "王方", "李娜", "欧阳修", "吕布", "阿依古丽", "长孙无忌"}
	next := int64(1000)
	for step, n := range []int{1, 3, namedChanges + 1, 2, 400} {
		c.write(func(ctx context.Context, tx *db.Tx) error {
			t := c.svc.touch(tx, 0)
			for range n {
				next += 1 + int64(r.IntN(3))
				name := given[r.IntN(len(given))] + fmt.Sprint(r.IntN(20))
				id := next
				if step == 4 {
					id = 2*next + 1_000_000
				}
				if err := c.makeFile(ctx, tx, WorkerID(id), name); err != nil {
					return err
				}
				t.relist(WorkerID(id))
			}
			return nil
		})
		c.sameRoll(fmt.Sprint("step ", step))
	}
	c.write(func(ctx context.Context, tx *db.Tx) error { // an id that lies between
		c.svc.touch(tx, 0).relist(900)
		return c.makeFile(ctx, tx, 900, "诸葛亮")
	})
	c.sameRoll("an id between")
}

func (c *town) makeFile(ctx context.Context, tx *db.Tx, id WorkerID, name string) error {
	full, initials := cn.Spelled(name)
	_, err := tx.Bulk(ctx, "registry_worker", workerColumns, rowsOf([][]any{{int64(id), []byte{1}, name, cn.Fold(name), full, initials, "resident", []byte{1}, nil,
		int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), db.At(tx.Now()), int64(0)}}))
	return err
}

func TestWordBook_finds_and_orders_as_plain_comparing_does(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	some := func() string {
		name := []string{"王", "李", "吕", "长", "重"}[r.IntN(5)] + []string{"芳", "娜", "敏芳", "乐", ""}[r.IntN(5)]
		full, initials := cn.Spelled(name)
		return full + wordSeparator + cn.Fold(name) + wordSeparator + initials
	}
	m := newWordMaker()
	var given []string
	var numbers []int32
	for range 30 {
		given = append(given, some())
		numbers = append(numbers, m.number(given[len(given)-1]))
	}
	b, moved := m.book()
	for i := range numbers {
		numbers[i] = moved[numbers[i]]
	}
	for range 200 {
		text := some() + fmt.Sprint(r.IntN(9))
		given, numbers = append(given, text), append(numbers, b.number(text))
		b.settle()
	}
	for i, text := range given {
		if string(b.line(numbers[i])) != text {
			t.Fatalf("%q became %q", text, b.line(numbers[i]))
		}
		for k, other := range given {
			p, q := pinyinOf([]byte(text)), pinyinOf([]byte(other))
			if got, want := b.order[numbers[i]] < b.order[numbers[k]], bytes.Compare(p, q) < 0; got != want {
				t.Fatalf("%q before %q: %v", p, q, got)
			}
		}
	}
	for _, part := range []string{"王", "fang", "wf", "敏", "lv", "z", "8", "没有"} {
		pass := b.holding(part)
		for i, text := range given {
			if got, want := pass[numbers[i]] == 1, strings.Contains(text, part); got != want {
				t.Errorf("%q in %q: %v", part, text, got)
			}
		}
	}
}

// Whatever is asked, the roll answers as going through all files would.
func TestRoll_answers_as_going_through_all_files_does(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	all := make([]listed, 500)
	var rl roll
	words := newWordMaker()
	rl.units.of(0)
	for i := range all {
		name := []string{"王", "李", "吕", "长"}[r.IntN(4)] + []string{"芳", "娜", "乐"}[r.IntN(3)]
		full, initials := cn.Spelled(name)
		all[i] = listed{WorkerID(10 + 3*i), full + wordSeparator + name + wordSeparator + initials, org.UnitID(r.IntN(6)), org.UnitID(r.IntN(4)), int32(r.IntN(3)), int32(r.IntN(30)), uint8(r.IntN(9))}
		rl.files.put(i, &all[i], &rl.units, words.number(all[i].text))
	}
	book, moved := words.book()
	rl.words = book
	for i, w := range rl.files.words {
		rl.files.words[i] = moved[w]
	}
	for _, u := range rl.units.list {
		rl.lo = append(rl.lo, 10*int64(u))
	}
	scopes := []account.Scope{{All: true}, {Lo: 20, Hi: 40}, {Lo: 30, Hi: 30}, {Lo: 90, Hi: 99}}
	for range 3000 {
		who := scopes[r.IntN(len(scopes))]
		f := Filter{Limit: 1 + r.IntN(12), Order: []listing.Order{"", "name", "-name", "age", "-age", "rank", "-rank"}[r.IntN(7)]}
		if r.IntN(2) == 0 {
			f.Text = []string{"王", "fang", "娜", "l", "q"}[r.IntN(5)]
		}
		f.District, f.RankEver, f.Employer = int32(r.IntN(3)), r.IntN(5), org.UnitID(r.IntN(5))
		if r.IntN(2) == 0 {
			f.Employer, f.District = 0, 0
		}
		var want []listed
		for _, x := range all {
			if x.unit == 0 || !who.All && (10*int64(x.unit) < who.Lo || 10*int64(x.unit) > who.Hi) || f.Text != "" && !strings.Contains(x.text, f.Text) || f.District != 0 && x.district != f.District ||
				int(x.rankEver) < f.RankEver || f.Employer != 0 && x.employer != f.Employer {
				continue
			}
			want = append(want, x)
		}
		total := len(want)
		slices.SortStableFunc(want, func(a, b listed) int {
			n := 0
			switch f.Order.Name() {
			case "name":
				n = strings.Compare(string(pinyinOf([]byte(a.text))), string(pinyinOf([]byte(b.text))))
			case "age":
				n = int(b.born - a.born)
			case "rank":
				n = int(a.rankEver) - int(b.rankEver)
			}
			if f.Order.Down() {
				n = -n
			}
			return n
		})
		if len(want) > 0 && r.IntN(2) == 0 {
			at := r.IntN(len(want))
			f.After, want = want[at].id, want[at+1:]
		}
		ids, n, err := rl.page(who, f)
		must(t, err)
		var expected []WorkerID
		for _, x := range want[:min(len(want), f.Limit)] {
			expected = append(expected, x.id)
		}
		if n != total || !slices.Equal(ids, expected) {
			t.Fatalf("%+v as %+v: %d files, page %v; want %d, %v", f, who, n, ids, total, expected)
		}
	}
}
