package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tuoxing/internal/db"
)

// dict is one dictionary-coded column in memory: each distinct value once, and per fact its code
// in the narrowest width that fits. Widths only grow. A reader keeps a copy of the struct: the
// writer appends behind the reader's length, or moves to a wider array, and never changes what a
// reader can see.
type dict struct {
	vals  []int64
	code  map[int64]uint32
	w8    []uint8
	w16   []uint16
	w32   []uint32
	wide  int // 1, 2 or 4 bytes
	facts int
}

func newDict() dict { return dict{code: map[int64]uint32{}, wide: 1} }

func (d *dict) codeOf(v int64) uint32 {
	c, ok := d.code[v]
	if !ok {
		c = uint32(len(d.vals))
		d.code[v] = c
		d.vals = append(d.vals, v)
		d.widen(len(d.vals))
	}
	return c
}

func (d *dict) widen(distinct int) {
	switch {
	case d.wide == 1 && distinct > 1<<8:
		d.w16 = make([]uint16, len(d.w8), 2*cap(d.w8)+64)
		for i, c := range d.w8 {
			d.w16[i] = uint16(c)
		}
		d.w8, d.wide = nil, 2
	case d.wide == 2 && distinct > 1<<16:
		d.w32 = make([]uint32, len(d.w16), 2*cap(d.w16)+64)
		for i, c := range d.w16 {
			d.w32[i] = uint32(c)
		}
		d.w16, d.wide = nil, 4
	}
}

func (d *dict) push(c uint32) {
	switch d.wide {
	case 1:
		d.w8 = append(d.w8, uint8(c))
	case 2:
		d.w16 = append(d.w16, uint16(c))
	default:
		d.w32 = append(d.w32, c)
	}
	d.facts++
}

// at gives the code of fact i.
func (d *dict) at(i int32) uint32 {
	switch d.wide {
	case 1:
		return uint32(d.w8[i])
	case 2:
		return uint32(d.w16[i])
	}
	return d.w32[i]
}

// value gives the value of fact i.
func (d *dict) value(i int32) int64 { return d.vals[d.at(i)] }

// appendColumn adds column c of a packed piece. Narrow columns look each distinct offset up once.
func (d *dict) appendColumn(p *packedPiece, c int) {
	if p.width[c] > 2 {
		for i := range p.n {
			d.push(d.codeOf(p.value(c, i)))
		}
		return
	}
	seen := make([]uint32, 1<<(8*p.width[c])) // code + 1 by offset from the base
	for i := range p.n {
		v := p.value(c, i)
		off := v - p.base[c]
		if seen[off] == 0 {
			seen[off] = d.codeOf(v) + 1
		}
		d.push(seen[off] - 1)
	}
}

// columnIndex gives the place of a column in the table of facts.
var columnIndex = func() map[string]int {
	m := map[string]int{}
	for i, c := range columns {
		m[c.name] = i
	}
	return m
}()

var (
	colKind      = columnIndex["kind"]
	colQuantity  = columnIndex["quantity"]
	colAmount    = columnIndex["amount_fen"]
	colDay       = columnIndex["occurred_on"]
	colWorker    = columnIndex["worker_id"]
	colEmployer  = columnIndex["employer_id"]
	colUnion     = columnIndex["union_id"]
	colSubject   = columnIndex["subject_id"]
	colLine      = columnIndex["line"]
	colRevBlock  = columnIndex["reverses_block"]
	colRevPlace  = columnIndex["reverses_position"]
	rawColumns   = map[int]bool{colSubject: true, colLine: true, colRevBlock: true, colRevPlace: true}
	notReversing = int32(-1)
	noFact       = int32(-1)
)

// mark is the end of a block in the arrays.
type mark struct {
	number int64
	end    int32 // index after its last fact
	hash   Hash
	at     int64 // recorded_at, Unix milliseconds
	by     int64
}

// Columns is a state of the ledger in memory, in block order. It does not change; Book.Columns
// gives a newer one when blocks were added.
type Columns struct {
	marks    []mark
	n        int32
	dicts    [len(columns)]dict // by column; raw columns lie below
	attrs    dict               // indexes attrNames
	names    []string
	subject  []int64
	line     []int32
	reverses []int32  // index of the fact that is taken back, or notReversing
	newest   []int32  // by code of the worker: index of the person's last fact; this state's own
	before   []int32  // by fact: index of the person's fact before, or noFact
	byID     []uint32 // the codes of the workers in order of their ids; 0 (nobody) stands first
	recent   *tallies // of this state alone, and so are crossed
	crossed  *crossed
}

// Book gives the ledger's columns, loading blocks that were sealed meanwhile by anybody.
type Book struct {
	db   *db.DB
	mu   sync.Mutex
	cols *Columns
}

// NewBook makes an empty book over a database.
func NewBook(d *db.DB) *Book { return &Book{db: d, cols: newColumns()} }

func newColumns() *Columns {
	c := &Columns{attrs: newDict(), recent: &tallies{}, crossed: &crossed{}}
	for i := range c.dicts {
		c.dicts[i] = newDict()
	}
	return c
}

// Columns reads the head's number, loads the blocks that are missing and gives the newest state.
// A figure is thus never older than the last commit before the question.
func (b *Book) Columns(ctx context.Context) (*Columns, error) {
	var head int64
	if err := b.db.ReadRow(ctx, readHead, nil, &head); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cols.Head() >= head {
		return b.cols, nil
	}
	err := b.db.ReadTx(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, readHead, nil, &head); err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		next, err := b.cols.load(ctx, tx, head)
		if err != nil {
			// The dictionaries are shared with what was half loaded: begin anew.
			b.cols = newColumns()
			return err
		}
		b.cols = next
		return nil
	})
	return b.cols, err
}

const readHead = `SELECT number FROM ledger_head WHERE id = 1`

// Head is the number of the newest block, 0 when there is none.
func (c *Columns) Head() int64 { return int64(len(c.marks)) }

// HeadHash is the hash of the newest block.
func (c *Columns) HeadHash() Hash {
	if len(c.marks) == 0 {
		return Hash{}
	}
	return c.marks[len(c.marks)-1].hash
}

// Sealed gives the hash of a block and when it was sealed; zero for a block that is not there.
func (c *Columns) Sealed(block int64) (Hash, time.Time) {
	if block < 1 || block > c.Head() {
		return Hash{}, time.Time{}
	}
	m := c.marks[block-1]
	return m.hash, time.UnixMilli(m.at).UTC()
}

// Facts is how many facts there are.
func (c *Columns) Facts() int { return int(c.n) }

// load copies the heads of the arrays and appends the blocks up to head.
func (c *Columns) load(ctx context.Context, tx *db.Tx, head int64) (*Columns, error) {
	out := *c
	out.recent, out.crossed = &tallies{}, &crossed{}
	out.newest = slices.Clone(c.newest)
	err := readBlocks(ctx, tx, c.Head(), head, func(b Block, pieces []*packedPiece) error {
		for _, p := range pieces {
			if err := out.appendPiece(p, b.Number); err != nil {
				return fmt.Errorf("block %d: %w", b.Number, err)
			}
		}
		out.marks = append(out.marks, mark{number: b.Number, end: out.n, hash: b.Hash, at: b.RecordedAt.UnixMilli(), by: b.RecordedBy})
		return nil
	})
	out.byID = inOrder(c.byID, out.dicts[colWorker].vals)
	return &out, err
}

// inOrder adds the codes that are new to codes in order of their values. Ids grow with time, so the new ones
// nearly always come last; what others hold of the array is not changed.
func inOrder(sorted []uint32, vals []int64) []uint32 {
	if len(sorted) == len(vals) {
		return sorted
	}
	byValue := func(a, b uint32) int { return cmp.Compare(vals[a], vals[b]) }
	fresh := make([]uint32, 0, len(vals)-len(sorted))
	for code := len(sorted); code < len(vals); code++ {
		fresh = append(fresh, uint32(code))
	}
	slices.SortFunc(fresh, byValue)
	if len(sorted) == 0 || byValue(sorted[len(sorted)-1], fresh[0]) < 0 {
		return append(sorted, fresh...)
	}
	all := slices.Concat(sorted, fresh)
	slices.SortFunc(all, byValue)
	return all
}

func (c *Columns) appendPiece(p *packedPiece, block int64) error {
	attr := make([]uint32, len(p.attrs))
	for i, name := range p.attrs {
		attr[i] = c.attrCode(name)
	}
	for i := range p.n {
		c.attrs.push(attr[p.attrIndex(i)])
		c.subject = append(c.subject, p.value(colSubject, i))
		c.line = append(c.line, int32(p.value(colLine, i)))
		back := notReversing
		if blk := p.value(colRevBlock, i); blk != 0 {
			at := c.blockStart(blk) + int32(p.value(colRevPlace, i))
			if blk >= block || at < 0 || at >= c.n {
				return fmt.Errorf("%w: it takes back a fact that is not before it", errPacked)
			}
			back = at
		}
		c.reverses = append(c.reverses, back)
	}
	for k := range columns {
		if !rawColumns[k] {
			c.dicts[k].appendColumn(p, k)
		}
	}
	workers := &c.dicts[colWorker]
	for len(c.newest) < len(workers.vals) {
		c.newest = append(c.newest, noFact)
	}
	for i := c.n; i < c.n+int32(p.n); i++ {
		last := &c.newest[workers.at(i)]
		c.before = append(c.before, *last)
		*last = i
	}
	c.n += int32(p.n)
	return nil
}

func (c *Columns) attrCode(name string) uint32 {
	for i, n := range c.names {
		if n == name {
			return c.attrs.codeOf(int64(i))
		}
	}
	c.names = append(c.names, name)
	return c.attrs.codeOf(int64(len(c.names) - 1))
}

// blockStart is the index of the first fact of a block.
func (c *Columns) blockStart(block int64) int32 {
	if block <= 1 || block > int64(len(c.marks)) {
		return 0
	}
	return c.marks[block-2].end
}

// end is the index after the last fact that was known at a block; 0 means the newest.
func (c *Columns) end(block int64) int32 {
	if block <= 0 || block > int64(len(c.marks)) {
		return c.n
	}
	return c.marks[block-1].end
}

// place names fact i by its place in the chain.
func (c *Columns) place(i int32) Ref {
	lo, hi := 0, len(c.marks)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if c.marks[mid].end > i {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return Ref{Block: c.marks[lo].number, Position: i - c.blockStart(c.marks[lo].number)}
}

// fact makes fact i.
func (c *Columns) fact(i int32) Placed {
	p := Placed{Ref: c.place(i)}
	for k := range columns {
		if !rawColumns[k] {
			columns[k].set(&p.Fact, c.dicts[k].value(i))
		}
	}
	p.Attr = c.names[c.attrs.value(i)]
	p.Subject, p.Line = c.subject[i], Line(c.line[i])
	if r := c.reverses[i]; r != notReversing {
		p.Reverses = c.place(r)
	}
	return p
}
