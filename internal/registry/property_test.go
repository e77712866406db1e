package registry

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// seedFlag runs one history again: go test -run Histories -seed 123.
var seedFlag = flag.Uint64("seed", 0, "the seed of one history to run alone")

// The days that are asked, every one of them.
var (
	spanFrom = day("2022-01-01")
	spanTo   = day("2023-12-31")
)

const (
	histories  = 9
	operations = 18
)

// figure is one population and the ways to cut it, as the indicators do.
type figure struct {
	name  string
	where []ledger.Cond
	by    []ledger.Dim
	in    func(b *being) bool
	posts bool // counts posts beside the main employment, not people
}

const most = math.MaxInt64

var figures = []figure{
	{"职工 employees", []ledger.Cond{{Dim: ledger.Employer, Min: 1, Max: most}}, []ledger.Dim{ledger.District, ledger.Rank, ledger.Sex, ledger.Age},
		func(b *being) bool { return b.employer != 0 }, false},
	{"产业工人 industrial workers", []ledger.Cond{{Dim: ledger.Class, Min: 1, Max: 255}}, []ledger.Dim{ledger.Union, ledger.Class, ledger.Sex, ledger.Age},
		func(b *being) bool { return b.class != 0 }, false},
	{"累计技能 skilled ever", []ledger.Cond{{Dim: ledger.RankEver, Min: 2, Max: 8}}, []ledger.Dim{ledger.District, ledger.RankEver, ledger.Sex, ledger.Age},
		func(b *being) bool { return b.ever >= 2 }, false},
	{"累计高技能 highly skilled ever", []ledger.Cond{{Dim: ledger.RankEver, Min: 4, Max: 8}}, []ledger.Dim{ledger.Union, ledger.Occupation, ledger.Member, ledger.Employer},
		func(b *being) bool { return b.ever >= 4 }, false},
	{"现有技能 skilled now", []ledger.Cond{{Dim: ledger.Rank, Min: 2, Max: 8}}, []ledger.Dim{ledger.District, ledger.Rank, ledger.Industry, ledger.Size},
		func(b *being) bool { return b.rank >= 2 }, false},
	{"兼任岗位 further posts", nil, []ledger.Dim{ledger.Employer, ledger.RankEver, ledger.Class, ledger.Age}, func(*being) bool { return true }, true},
	{"兼任岗位 further posts of skilled people", []ledger.Cond{{Dim: ledger.Rank, Min: 2, Max: 8}}, []ledger.Dim{ledger.District, ledger.Union, ledger.Occupation, ledger.Sex},
		func(b *being) bool { return b.rank >= 2 }, true},
}

// value is a dimension of a being on a day.
func (b *being) value(d ledger.Dim, on date.Day) int64 {
	switch d {
	case ledger.District:
		return int64(b.district)
	case ledger.Union:
		return int64(b.union)
	case ledger.Employer:
		return int64(b.employer)
	case ledger.Industry:
		return int64(b.industry)
	case ledger.Size:
		return int64(b.size)
	case ledger.Occupation:
		return int64(b.occupation)
	case ledger.Rank:
		return int64(b.rank)
	case ledger.RankEver:
		return int64(b.ever)
	case ledger.Sex:
		return int64(b.sex)
	case ledger.Class:
		return int64(b.class)
	case ledger.Member:
		if b.member {
			return 1
		}
		return 0
	case ledger.Age:
		return naiveBand(b.birth, on)
	}
	panic("the model knows no dimension " + d)
}

// naiveBand counts birthdays: a year is complete from the first day of the birth month.
func naiveBand(born date.Month, on date.Day) int64 {
	if born == 0 {
		return 0
	}
	year, month := born.YM()
	age := -1
	for date.Of(year+age+1, month, 1) <= on {
		age++
	}
	band := int64(1)
	for _, from := range []int{25, 35, 45, 55} {
		if age >= from {
			band++
		}
	}
	return band
}

// known is what the model knew when a block was sealed.
type knownAt struct {
	block int64
	after string
	lives [people + 1][]being
}

// history is a city that goes through random operations and remembers what was known after each.
type history struct {
	*town
	r        *rand.Rand
	next     int64             // import id
	done     map[int64]batchOf // imports in force, by id
	undone   []batchOf
	left     []int64 // imports about whose leavers somebody has decided
	known    []knownAt
	versions map[WorkerID][2]int
}

func newHistory(t testing.TB, seed uint64) *history {
	return &history{town: newTown(t), r: dice(seed), next: 100, done: map[int64]batchOf{}, versions: map[WorkerID][2]int{}}
}

// remember asks the model for every day as known now. Lives of people whose rows did not change are kept.
func (h *history) remember(after string) {
	k := knownAt{block: h.columns().Head(), after: after}
	for w := WorkerID(1); w <= people; w++ {
		v := [2]int{0, h.model.unitsVersion}
		for _, part := range h.model.person(w) {
			v[0] += h.model.version[part]
		}
		if n := len(h.known); n > 0 && h.versions[w] == v {
			k.lives[w] = h.known[n-1].lives[w]
			continue
		}
		h.versions[w] = v
		k.lives[w] = h.model.life(w, spanFrom, spanTo)
	}
	h.known = append(h.known, k)
}

// someDay lies within the span, or up to half a year around it. Days repeat, so that statements meet.
func (h *history) someDay() date.Day {
	if h.r.IntN(3) == 0 {
		return day("2021-07-01") + date.Day(h.r.IntN(1000))
	}
	return date.Of(2021, 7+h.r.IntN(36), 1)
}

func (h *history) worker() WorkerID { return WorkerID(1 + h.r.IntN(people)) }

// identityOf is what files usually say of a person, and sometimes do not.
func (h *history) identityOf(w WorkerID) (Sex, date.Month) {
	switch h.r.IntN(8) {
	case 0:
		return 0, 0
	case 1:
		return Sex(1 + h.r.IntN(2)), date.MonthOf(1965+h.r.IntN(40), 1+h.r.IntN(12))
	}
	return Sex(1 + w%2), date.MonthOf(1963+5*int(w), 1+int(w))
}

// sender is whose list a row comes from. Most come from one, so that later rows change what earlier ones say.
func (h *history) sender() SourceKind {
	return oneOf(h.r, FromDistrict, FromDistrict, FromDistrict, 0, FromCity, FromEnterprise, FromSchool, FromMember)
}

func (h *history) rosterRow(w WorkerID, at org.UnitID, asOf date.Day) EmploymentRow {
	r := EmploymentRow{Employer: at, AsOf: asOf, Post: Post(1 + h.r.IntN(5)), Occupation: oneOf[int32](h.r, 0, 6180101, 4080505),
		Member: h.r.IntN(2) == 0, Main: h.r.IntN(4) == 0, Sender: h.sender()}
	r.Sex, r.Birth = h.identityOf(w)
	if h.r.IntN(2) == 0 {
		r.StartedOn = dayOf(asOf - date.Day(h.r.IntN(500)))
	}
	return r
}

func (h *history) certificateRow(w WorkerID, key string) CertificateRow {
	c := CertificateRow{Key: fmt.Sprint("key ", w, key), AsOf: h.someDay(), Rank: 1 + h.r.IntN(8), Occupation: oneOf[int32](h.r, 0, 6180101, 6290203),
		IssuedOn: h.someDay(), ExpiresOn: date.Forever, District: oneOf[int32](h.r, 0, 321102, 321111, 321112, 321181, 321171, 321172), Sender: h.sender()}
	c.Sex, c.Birth = h.identityOf(w)
	if h.r.IntN(3) == 0 {
		c.ExpiresOn = c.IssuedOn + date.Day(h.r.IntN(500))
	}
	if h.r.IntN(4) == 0 {
		c.RevokedOn = dayOf(c.IssuedOn + date.Day(h.r.IntN(400)))
	}
	return c
}

func (h *history) apply(b batchOf) {
	h.next++
	b.id = h.next
	for i := range b.units {
		b.units[i].ID, b.units[i].Import, b.units[i].Line = 0, b.id, int32(i+1)
	}
	if len(b.units) > 0 {
		h.observe(b.units...)
	} else {
		h.enter(b)
	}
	if len(b.identity) == 0 {
		h.done[b.id] = b
	}
}

// operation is one thing that happens in a city, by name.
type operation struct {
	name   string
	weight int
	do     func(h *history)
}

var allOperations = []operation{
	{"roster", 8, func(h *history) {
		b := batchOf{employments: map[WorkerID][]EmploymentRow{}}
		asOf := h.someDay()
		for range 1 + h.r.IntN(5) {
			w := h.worker()
			b.employments[w] = append(b.employments[w], h.rosterRow(w, oneOf(h.r, employers...), asOf))
		}
		h.apply(b)
	}},
	{"same roster with other states", 3, func(h *history) {
		old, ok := h.inForce(func(b batchOf) bool { return len(b.employments) > 0 })
		if !ok {
			return
		}
		b := batchOf{employments: map[WorkerID][]EmploymentRow{}}
		for w, rows := range old.employments {
			for _, r := range rows {
				if h.r.IntN(2) == 0 {
					r.Post, r.Main = Post(1+h.r.IntN(5)), h.r.IntN(2) == 0
				}
				r.AsOf += date.Day(oneOf(h.r, 0, 0, 31, -31))
				b.employments[w] = append(b.employments[w], r)
			}
		}
		h.apply(b)
	}},
	{"leaving", 4, func(h *history) {
		var stays []EmploymentRow
		var who []WorkerID
		for w := WorkerID(1); w <= people; w++ {
			for _, r := range h.model.employments[w] {
				if !r.Withdrawn && !r.LeftOn.Valid {
					stays, who = append(stays, r), append(who, w)
				}
			}
		}
		if len(stays) == 0 {
			return
		}
		k := h.r.IntN(len(stays))
		asOf := stays[k].AsOf + date.Day(h.r.IntN(200))
		h.apply(batchOf{employments: map[WorkerID][]EmploymentRow{who[k]: {{Employer: stays[k].Employer, AsOf: asOf, LeftOn: dayOf(asOf - date.Day(h.r.IntN(60)))}}}})
	}},
	{"return", 2, func(h *history) {
		for w := WorkerID(1); w <= people; w++ {
			for _, r := range h.model.employments[w] {
				if !r.Withdrawn && r.LeftOn.Valid {
					h.apply(batchOf{employments: map[WorkerID][]EmploymentRow{w: {h.rosterRow(w, r.Employer, r.LeftOn.V+date.Day(h.r.IntN(150)))}}})
					return
				}
			}
		}
	}},
	{"certificates", 6, func(h *history) {
		b := batchOf{certificates: map[WorkerID][]CertificateRow{}}
		for range 1 + h.r.IntN(4) {
			w := h.worker()
			b.certificates[w] = append(b.certificates[w], h.certificateRow(w, oneOf(h.r, "a", "b", "c")))
		}
		h.apply(b)
	}},
	{"certificate revoked or confirmed", 3, func(h *history) {
		old, ok := h.inForce(func(b batchOf) bool { return len(b.certificates) > 0 })
		if !ok {
			return
		}
		b := batchOf{certificates: map[WorkerID][]CertificateRow{}}
		for w, rows := range old.certificates {
			for _, c := range rows {
				if c.AsOf += date.Day(h.r.IntN(90)); h.r.IntN(2) == 0 {
					c.RevokedOn = dayOf(c.IssuedOn + date.Day(h.r.IntN(300)))
				}
				b.certificates[w] = append(b.certificates[w], c)
			}
		}
		h.apply(b)
	}},
	{"certificate revoked or restored by a person", 6, func(h *history) {
		var rows []CertificateRow
		var who []WorkerID
		for w := WorkerID(1); w <= people; w++ {
			for _, c := range naiveCertificates(h.model.certificates[w]) {
				if h.model.into[w] == 0 && !strings.HasPrefix(c.Key, sharedKey) {
					rows, who = append(rows, c), append(who, w)
				}
			}
		}
		if len(rows) > 0 {
			k := h.r.IntN(len(rows))
			h.decide(who[k], rows[k], rows[k].IssuedOn+date.Day(h.r.IntN(400)-20))
		}
	}},
	{"certificate of a merged person listed under either number", 5, func(h *history) {
		if merged := slices.Sorted(maps.Keys(h.model.into)); len(merged) > 0 {
			family := h.model.person(h.root(oneOf(h.r, merged...)))
			c := h.certificateRow(family[0], "shared")
			c.Key = fmt.Sprint(sharedKey, family[0])
			if h.takenBy(c.Key, family) { // what was listed under one number of a family that is no more is refused
				return
			}
			h.apply(batchOf{certificates: map[WorkerID][]CertificateRow{oneOf(h.r, family...): {c}}})
		}
	}},
	{"leaver confirmed", 5, func(h *history) {
		var who []WorkerID
		var rows []EmploymentRow
		for w := WorkerID(1); w <= people; w++ {
			for _, r := range h.model.employments[w] {
				if !r.Withdrawn && !r.LeftOn.Valid {
					who, rows = append(who, h.root(w)), append(rows, r)
				}
			}
		}
		if len(who) == 0 {
			return
		}
		k := h.r.IntN(len(who))
		asOf := rows[k].AsOf + date.Day(h.r.IntN(200))
		h.next++
		h.propose(who[k], rows[k].Employer, h.next, asOf)
		h.leave(who[k], rows[k].Employer, h.next, asOf, asOf-date.Day(h.r.IntN(60)))
		h.left = append(h.left, h.next)
		h.done[h.next] = batchOf{id: h.next}
	}},
	{"leaver taken back, or confirmed again", 5, func(h *history) {
		h.left = slices.DeleteFunc(h.left, func(id int64) bool { _, ok := h.done[id]; return !ok }) // undone
		if len(h.left) == 0 {
			return
		}
		id := oneOf(h.r, h.left...)
		list, err := h.svc.Leavers(h.t.Context(), account.Operator(), intake.ImportID(id))
		must(h.t, err)
		x := oneOf(h.r, list...)
		if x.State == Confirmed {
			h.takeBack(x.Worker, id)
		} else {
			h.leave(x.Worker, x.Employer, id, x.AsOf, x.AsOf-date.Day(h.r.IntN(60)))
		}
	}},
	{"corrected identity", 2, func(h *history) {
		row := IdentityRow{Sex: Sex(h.r.IntN(3))}
		if h.r.IntN(2) == 0 {
			row.Birth = date.MonthOf(1960+h.r.IntN(45), 1+h.r.IntN(12))
		}
		h.apply(batchOf{identity: map[WorkerID][]IdentityRow{h.worker(): {row}}})
	}},
	{"enterprise moved to another district", 2, func(h *history) {
		h.apply(batchOf{units: []org.Observation{h.unit(oneOf(h.r, employers...), func(o *org.Observation) {
			o.Parent = oneOf(h.r, unitJingkou, unitRunzhou, unitDanyang, unitZone, unitNewZone)
			if !h.knows(unitNewZone) && o.Parent == unitNewZone {
				o.Parent = unitZone
			}
		})}})
	}},
	{"enterprise in another industry", 1, func(h *history) {
		h.apply(batchOf{units: []org.Observation{h.unit(oneOf(h.r, employers...), func(o *org.Observation) {
			o.Industry, o.Size = oneOf(h.r, 3587, 4710, 6513, 6110), org.Size(h.r.IntN(5))
		})}})
	}},
	{"new zone", 2, func(h *history) {
		o := org.Observation{Unit: unitNewZone, Kind: org.Zone, Name: "高新区总工会", District: 321172, AsOf: h.someDay()}
		h.apply(batchOf{units: []org.Observation{o}})
	}},
	{"district with another code", 1, func(h *history) {
		h.apply(batchOf{units: []org.Observation{h.unit(unitRunzhou, func(o *org.Observation) { o.District = oneOf[int32](h.r, 321111, 321112) })}})
	}},
	{"merge", 6, func(h *history) { h.merge(h.worker(), h.worker()) }},
	{"un-merge", 3, func(h *history) {
		if merged := slices.Sorted(maps.Keys(h.model.into)); len(merged) > 0 {
			h.unmerge(oneOf(h.r, merged...))
		}
	}},
	{"undo", 5, func(h *history) {
		if old, ok := h.inForce(func(batchOf) bool { return true }); ok {
			h.undo(old.id)
			delete(h.done, old.id)
			h.undone = append(h.undone, old)
		}
	}},
	{"import again", 3, func(h *history) {
		if n := len(h.undone); n > 0 {
			old := h.undone[n-1]
			h.undone = h.undone[:n-1]
			h.apply(old)
		}
	}},
}

// sharedKey begins the keys of certificates that stand in several files of one person. A person's revocation of such a one
// lies in the files that it stood in on that day, which the model does not know.
const sharedKey = "shared "

func (h *history) root(w WorkerID) WorkerID {
	for h.model.into[w] != 0 {
		w = h.model.into[w]
	}
	return w
}

// takenBy reports whether the certificate is held by somebody outside the family.
func (h *history) takenBy(key string, family []WorkerID) (taken bool) {
	h.read(func(ctx context.Context, tx *db.Tx) error {
		held := map[string]WorkerID{}
		err := findByIndex(ctx, tx, "registry_certificate_number", [][]byte{[]byte(key)}, held)
		holder, ok := held[key]
		taken = ok && !slices.Contains(family, holder)
		return err
	})
	return taken
}

// inForce draws one of the imports that are in force.
func (h *history) inForce(is func(b batchOf) bool) (batchOf, bool) {
	var ids []int64
	for id, b := range h.done {
		if is(b) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return batchOf{}, false
	}
	slices.Sort(ids)
	return h.done[oneOf(h.r, ids...)], true
}

func (h *history) knows(id org.UnitID) bool {
	_, ok := naiveUnits(h.model.units).row(id, spanFrom)
	return ok
}

// unit says of a unit, as of some day, what was said first, but for a change.
func (h *history) unit(id org.UnitID, change func(o *org.Observation)) org.Observation {
	list := firstUnits()
	o := list[slices.IndexFunc(list, func(o org.Observation) bool { return o.Unit == id })]
	o.AsOf = h.someDay()
	change(&o)
	return o
}

// step does one operation, drawn by weight.
func (h *history) step() {
	sum := 0
	for _, op := range allOperations {
		sum += op.weight
	}
	at := h.r.IntN(sum)
	for _, op := range allOperations {
		if at -= op.weight; at < 0 {
			op.do(h)
			h.remember(op.name)
			h.sameRoll(op.name)
			h.samePapers(op.name)
			return
		}
	}
}

type cellKey [ledger.MaxBy]int64

// counted sums the model's people into cells.
func (f *figure) counted(lives *[people + 1][]being, on date.Day) map[cellKey]int64 {
	out := map[cellKey]int64{}
	for _, life := range lives {
		if len(life) == 0 {
			continue
		}
		counted := life[on-spanFrom : on-spanFrom+1]
		if f.posts {
			counted = counted[0].posts
		}
		for i := range counted {
			b := &counted[i]
			if !b.there || !f.in(b) {
				continue
			}
			var k cellKey
			for i, d := range f.by {
				k[i] = b.value(d, on)
			}
			out[k]++
		}
	}
	return out
}

func (f *figure) query(on date.Day, block int64) ledger.Query {
	q := ledger.Stock(ledger.Worker, on)
	if f.posts {
		q.Kind = ledger.Post
	}
	q.Block, q.Where, q.By, q.Scope.All = block, f.where, f.by, true
	return q
}

// differs tells the first cell in which the ledger and the model differ, or "".
func differs(cells []ledger.Cell, want map[cellKey]int64) string {
	found := 0
	for _, c := range cells {
		var k cellKey
		copy(k[:], c.Keys)
		if c.Quantity != want[k] {
			return fmt.Sprintf("cell %v: ledger %d, rows %d", c.Keys, c.Quantity, want[k])
		}
		if c.Quantity != 0 {
			found++
		}
	}
	if found != len(want) {
		return fmt.Sprintf("ledger has %d cells with people, rows have %v", found, want)
	}
	return ""
}

// check compares every figure on every day as known at every block.
func (h *history) check(t *testing.T, seed uint64) {
	t.Helper()
	cols := h.columns()
	for _, k := range h.known {
		for on := spanFrom; on <= spanTo; on++ {
			for i := range figures {
				f := &figures[i]
				var cells []ledger.Cell
				if k.block != 0 { // before the first block nothing is known; 0 would ask for now
					cells = cols.Sum(f.query(on, k.block))
				}
				if d := differs(cells, f.counted(&k.lives, on)); d != "" {
					t.Fatalf("seed %d: %s on %s as known at block %d (after %q), by %v: %s", seed, f.name, on, k.block, k.after, f.by, d)
				}
			}
		}
	}
}

// Over random histories every figure, on every day and as known at every block, equals a naive count
// over the source rows that were known then.
func TestFigures_equal_a_naive_count_over_random_histories(t *testing.T) {
	t.Parallel()
	seeds := []uint64{uint64(time.Now().UnixNano())}
	t.Logf("the fresh seed is %d; run it again with -seed %d", seeds[0], seeds[0])
	for seed := range uint64(histories) {
		seeds = append(seeds, seed)
	}
	if *seedFlag != 0 {
		seeds = []uint64{*seedFlag}
	}
	for _, seed := range seeds {
		t.Run("seed "+strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, seed)
			for range operations {
				h.step()
			}
			h.check(t, seed)
			if err := h.verifyTimelines(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			if err := h.verifyLedger(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			if err := h.verifyNumbers(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			h.spoil(seed)
		})
	}
}

// spoil changes a source row behind the ledger's back; VerifyTimelines must name the person.
func (h *history) spoil(seed uint64) {
	h.t.Helper()
	var found WorkerID
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE registry_certificate SET rank = rank + 1 WHERE withdrawn_at IS NULL`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE registry_employment SET occupation = occupation + 1 WHERE withdrawn_at IS NULL`)
		return err
	})
	for w := WorkerID(people); w >= 1; w-- {
		there := func(b being) bool { return b.there }
		if slices.ContainsFunc(h.known[len(h.known)-1].lives[w], there) || (found == 0 && slices.ContainsFunc(h.model.life(w, paintFrom, paintTo), there)) {
			found = w
		}
	}
	f, ok := fault.As(h.verifyTimelines())
	switch {
	case found == 0 && ok:
		h.t.Errorf("seed %d: nobody is there, and yet %v", seed, f)
	case found != 0 && (!ok || f.Kind != fault.Conflict || f.Key != "registry.timeline_differs"):
		h.t.Errorf("seed %d: changed rows were not found: %v", seed, f)
	}
}
