package registry

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"tuoxing/internal/db"
	"tuoxing/internal/org"
)

// roll (名册) is what lists of people are searched, counted and ordered by: a few columns of all files, in
// memory, about 50 bytes a file. A database needs 0.1 s and more to count or to order the files of a city, for
// it reads them all.
//
// It follows the database by a table of what each transaction changed, so that a process also sees what
// others write; whoever asks has first brought it up to the own transaction's state. It may be ahead of that:
// the rows of a page are therefore read from the database, under the reader's scope once more.
type roll struct {
	mu     sync.RWMutex
	loaded bool
	number int64 // of the last change that is in it

	files  fileColumns
	units  places
	words  wordBook
	layout int // another number when files got other places

	papers paperColumns

	tree *org.Tree // of lo
	lo   []int64   // by place of a unit: where it lies in tree

	pages pages // under mu as well: readers keep, whoever changes the roll forgets
}

// fileColumns are the files by ascending id. A merged file has the place of no unit: it is found through its
// survivor.
type fileColumns struct {
	id []WorkerID
	whereabouts
	born     []int32 // date.Month
	rankEver []uint8
}

// whereabouts are the columns that files and certificates are chosen by alike.
type whereabouts struct {
	unit     []int32 // places in units
	employer []int32
	district []int32
	words    []int32 // number in words
}

// places numbers units in the order in which they are met; the place 0 is no unit.
type places struct {
	list []org.UnitID
	at   map[org.UnitID]int32
}

func (p *places) of(id org.UnitID) int32 {
	if p.at == nil {
		p.list, p.at = []org.UnitID{0}, map[org.UnitID]int32{0: 0}
	}
	at, ok := p.at[id]
	if !ok {
		at = int32(len(p.list))
		p.list, p.at[id] = append(p.list, id), at
	}
	return at
}

// listed is a file as the roll holds it.
type listed struct {
	id             WorkerID
	text           string // see wordBook
	unit, employer org.UnitID
	district, born int32
	rankEver       uint8
}

// wordSeparator stands between the words of a name, and in no folded word.
const wordSeparator = "\n"

const selectListed = `SELECT worker_id, pinyin_fold || CAST($1 AS TEXT) || name_fold || CAST($1 AS TEXT) || initials_fold, CASE WHEN survivor_id = 0 THEN unit_id ELSE 0 END, employer_id, district, birth_month, rank_ever FROM registry_worker `

func scanListed(row db.Scanner) (f listed, err error) {
	err = row.Scan(&f.id, &f.text, &f.unit, &f.employer, &f.district, &f.born, &f.rankEver)
	return f, err
}

// readRoll runs read with the roll brought up to what the transaction sees.
func (s *Service) readRoll(ctx context.Context, tx *db.Tx, read func(r *roll) error) error {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	var number int64
	if err := tx.QueryRow(ctx, `SELECT number FROM registry_roll_head WHERE id = 1`, nil, &number); err != nil {
		return fmt.Errorf("state of the roll: %w", err)
	}
	r := &s.roll
	r.mu.RLock()
	for !r.loaded || r.number < number || r.tree == nil || r.tree.Version() < tree.Version() || len(r.lo) < len(r.units.list) {
		r.mu.RUnlock()
		if err := r.follow(ctx, tx, number, tree); err != nil {
			return err
		}
		r.mu.RLock()
	}
	defer r.mu.RUnlock()
	return read(r)
}

// follow takes in what was changed up to a number.
func (r *roll) follow(ctx context.Context, tx *db.Tx, number int64, tree *org.Tree) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages.forget()
	if !r.loaded || r.number < number {
		spans, all, err := changes(ctx, tx, r.loaded, r.number, number)
		if err != nil {
			return err
		}
		if all {
			err = r.load(ctx, tx)
		} else {
			err = r.renew(ctx, tx, spans)
		}
		if err != nil {
			return fmt.Errorf("read files for the roll: %w", err)
		}
		r.loaded, r.number = true, number
	}
	if r.tree == nil || r.tree.Version() <= tree.Version() {
		r.tree = tree
	}
	r.lo = r.lo[:0]
	for _, u := range r.units.list {
		lo, _ := r.tree.Range(u)
		r.lo = append(r.lo, lo)
	}
	return nil
}

// span is files whose ids lie from first to last.
type span struct{ first, last WorkerID }

// everything is the span of a transaction that changed more files than are worth being named.
var everything = span{0, math.MaxInt64}

// changes gives what was changed after a state; all when everything is to be read from the start.
func changes(ctx context.Context, tx *db.Tx, loaded bool, after, number int64) (spans []span, all bool, err error) {
	if !loaded || number-after > keptChanges {
		return nil, true, nil
	}
	err = tx.Query(ctx, `SELECT first_id, last_id FROM registry_roll_change WHERE number > $1 AND number <= $2`, []any{after, number}, func(row db.Scanner) error {
		var p span
		err := row.Scan(&p.first, &p.last)
		all = all || p == everything
		spans = append(spans, p)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("changes of the roll: %w", err)
	}
	return spans, all, nil
}

// load reads all files.
func (r *roll) load(ctx context.Context, tx *db.Tx) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM registry_worker`, nil, &n); err != nil {
		return err
	}
	var files fileColumns
	var units places
	words := newWordMaker()
	files.grow(n)
	err := tx.Query(ctx, selectListed+`ORDER BY worker_id`, []any{wordSeparator}, func(row db.Scanner) error {
		f, err := scanListed(row)
		files.put(len(files.id), &f, &units, words.number(f.text))
		return err
	})
	if err != nil {
		return err
	}
	book, moved := words.book()
	for i, w := range files.words {
		files.words[i] = moved[w]
	}
	r.files, r.units, r.words, r.lo, r.layout = files, units, book, nil, r.layout+1
	return nil
}

// renew reads some files again, and those that are new.
func (r *roll) renew(ctx context.Context, tx *db.Tx, spans []span) error {
	var found []listed
	for _, p := range spans {
		err := tx.Query(ctx, selectListed+`WHERE worker_id >= $2 AND worker_id <= $3`, []any{wordSeparator, int64(p.first), int64(p.last)}, func(row db.Scanner) error {
			f, err := scanListed(row)
			found = append(found, f)
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(found, func(a, b listed) int { return cmp.Compare(a.id, b.id) })
	found = slices.CompactFunc(found, func(a, b listed) bool { return a.id == b.id })
	fresh := found[:0]
	for i := range found {
		at, ok := slices.BinarySearch(r.files.id, found[i].id)
		if !ok {
			fresh = append(fresh, found[i])
			continue
		}
		r.files.put(at, &found[i], &r.units, r.words.number(found[i].text))
	}
	ordered := len(r.files.id) == 0 || len(fresh) == 0 || fresh[0].id > r.files.id[len(r.files.id)-1]
	for i := range fresh {
		r.files.put(len(r.files.id), &fresh[i], &r.units, r.words.number(fresh[i].text))
	}
	if !ordered { // two processes make ids at the same time
		r.files.sort()
		r.layout++
	}
	r.words.settle()
	return nil
}

func (c *fileColumns) grow(n int) {
	c.id, c.unit, c.employer = make([]WorkerID, 0, n), make([]int32, 0, n), make([]int32, 0, n)
	c.words, c.born, c.district, c.rankEver = make([]int32, 0, n), make([]int32, 0, n), make([]int32, 0, n), make([]uint8, 0, n)
}

// put sets the file at a place, which may be the one after the last.
func (c *fileColumns) put(at int, f *listed, units *places, words int32) {
	if at == len(c.id) {
		c.id, c.unit, c.employer = append(c.id, 0), append(c.unit, 0), append(c.employer, 0)
		c.words, c.born, c.district, c.rankEver = append(c.words, 0), append(c.born, 0), append(c.district, 0), append(c.rankEver, 0)
	}
	c.id[at], c.unit[at], c.employer[at] = f.id, units.of(f.unit), units.of(f.employer)
	c.words[at], c.born[at], c.district[at], c.rankEver[at] = words, f.born, f.district, f.rankEver
}

func (c *fileColumns) sort() {
	order := make([]int32, len(c.id))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(c.id[a], c.id[b]) })
	c.id, c.unit, c.employer = inOrder(c.id, order), inOrder(c.unit, order), inOrder(c.employer, order)
	c.words, c.born, c.district, c.rankEver = inOrder(c.words, order), inOrder(c.born, order), inOrder(c.district, order), inOrder(c.rankEver, order)
}

func inOrder[T any](column []T, order []int32) []T {
	out := make([]T, len(order))
	for i, at := range order {
		out[i] = column[at]
	}
	return out
}

// keptChanges is how many numbers back the changes are kept; a process that has seen less reads all files.
const keptChanges = 10_000

// namedChanges is how many files of one transaction are named as changed; more are all.
const namedChanges = 1000

// relist notes that lists show a file otherwise than before.
func (t *touched) relist(w WorkerID) { t.relisted = append(t.relisted, w) }

// noteChanges tells the rolls of all processes what the transaction changed. The head's row is held until the
// commit, so that numbers go up as commits do. It comes before the ledger's seal in every transaction: two
// that wait for both never wait for each other.
func (t *touched) noteChanges(ctx context.Context, tx *db.Tx) error {
	spans := t.spans()
	if len(spans) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE registry_roll_head SET number = number + 1 WHERE id = 1`); err != nil {
		return fmt.Errorf("next change of the roll: %w", err)
	}
	var number int64
	if err := tx.QueryRow(ctx, `SELECT number FROM registry_roll_head WHERE id = 1`, nil, &number); err != nil {
		return fmt.Errorf("next change of the roll: %w", err)
	}
	_, err := tx.Bulk(ctx, "registry_roll_change", []string{"number", "first_id", "last_id"}, func(yield func([]any, error) bool) {
		for _, p := range spans {
			if !yield([]any{number, int64(p.first), int64(p.last)}, nil) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("changes of the roll: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM registry_roll_change WHERE number <= $1`, number-keptChanges); err != nil {
		return fmt.Errorf("old changes of the roll: %w", err)
	}
	return nil
}

// spans are the files that lists show otherwise after the transaction. The ids of those that it made lie
// close together.
func (t *touched) spans() []span {
	var out []span
	if n := len(t.fresh); n > 0 {
		out = append(out, span{t.fresh[0], t.fresh[n-1]})
	}
	slices.Sort(t.relisted)
	t.relisted = slices.Compact(t.relisted)
	if len(t.relisted) > namedChanges {
		return []span{everything}
	}
	for _, w := range t.relisted {
		if len(out) == 0 || w < out[0].first || w > out[0].last {
			out = append(out, span{w, w})
		}
	}
	return out
}

// wordBook holds each pinyin, name and initials once, as lines of one text, so that a part of any is found by
// going through it: some 10 MB for a city. The lines made when it was loaded stand in the order of pinyin.
type wordBook struct {
	text  []byte
	from  []uint32         // where each line begins, and where the last ends
	order []int32          // by number: the same for the same pinyin, ascending with it
	known int              // lines in order of text
	later map[string]int32 // lines since
}

func (b *wordBook) line(n int32) []byte { return b.text[b.from[n] : b.from[n+1]-1] }

// number gives a line's number, a new one if need be; settle must follow.
func (b *wordBook) number(text string) int32 {
	n, ok := slices.BinarySearchFunc(b.from[:b.known], text, func(from uint32, text string) int {
		end := from + uint32(bytes.IndexByte(b.text[from:], 0))
		return cmp.Compare(string(b.text[from:end]), text)
	})
	if ok {
		return int32(n)
	}
	if n, ok := b.later[text]; ok {
		return n
	}
	if b.later == nil {
		b.later = map[string]int32{}
	}
	at := b.add(text)
	b.later[text] = at
	return at
}

func (b *wordBook) add(text string) int32 {
	if b.from == nil {
		b.from = []uint32{0}
	}
	b.text = append(append(b.text, text...), 0)
	b.from = append(b.from, uint32(len(b.text)))
	return int32(len(b.from) - 2)
}

func pinyinOf(line []byte) []byte { return line[:bytes.Index(line, []byte(wordSeparator))] }

// settle gives the lines their order: those known stand in it, the later ones are sorted and merged in.
func (b *wordBook) settle() {
	n := int32(max(0, len(b.from)-1))
	if int(n) == len(b.order) {
		return
	}
	later := make([]int32, 0, len(b.later))
	for _, at := range b.later {
		later = append(later, at)
	}
	slices.SortFunc(later, func(x, y int32) int { return bytes.Compare(pinyinOf(b.line(x)), pinyinOf(b.line(y))) })
	b.order = make([]int32, n)
	var place int32
	var last []byte
	give := func(at int32) {
		if p := pinyinOf(b.line(at)); last == nil || !bytes.Equal(p, last) {
			place, last = place+1, p
		}
		b.order[at] = place
	}
	for at := range int32(b.known) {
		for len(later) > 0 && bytes.Compare(pinyinOf(b.line(later[0])), pinyinOf(b.line(at))) <= 0 {
			give(later[0])
			later = later[1:]
		}
		give(at)
	}
	for _, at := range later {
		give(at)
	}
}

// holding marks the lines with a part in them.
func (b *wordBook) holding(part string) []uint8 {
	pass := make([]uint8, max(0, len(b.from)-1))
	find := []byte(part)
	n := 0
	for at := 0; ; {
		i := bytes.Index(b.text[at:], find)
		if i < 0 {
			return pass
		}
		for int(b.from[n+1]) <= at+i {
			n++
		}
		pass[n], at = 1, int(b.from[n+1])
	}
}

// wordMaker gathers the lines of a first load.
type wordMaker struct {
	at   map[string]int32
	list []string
}

func newWordMaker() *wordMaker { return &wordMaker{at: map[string]int32{}} }

func (m *wordMaker) number(text string) int32 {
	n, ok := m.at[text]
	if !ok {
		n = int32(len(m.list))
		m.at[text], m.list = n, append(m.list, text)
	}
	return n
}

// book orders the lines and tells the new number of each old one.
func (m *wordMaker) book() (wordBook, []int32) {
	sorted := slices.Clone(m.list)
	slices.Sort(sorted)
	var b wordBook
	moved := make([]int32, len(sorted))
	for _, text := range sorted {
		at := b.add(text)
		moved[m.at[text]] = at
	}
	b.known = len(sorted)
	b.settle()
	return b, moved
}
