package ledger

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/money"
)

// Hash is the SM3 hash of a block, 32 bytes.
type Hash [sm3.Size]byte

// String prints the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Block is the head of a sealed block. Number counts from 1 without gaps.
type Block struct {
	Number     int64
	RecordedAt time.Time
	RecordedBy int64 // user id; 0 for the system itself
	Facts      int
	Sums       []KindSum
	Before     Hash
	Hash       Hash
}

// KindSum is the control total of one kind in a block.
type KindSum struct {
	Kind     Kind
	Facts    int64
	Quantity int64
	Amount   money.Fen
}

// pending is what a transaction has entered so far. Full pieces are packed at once: packed they take
// a fifth of the memory, and a first load enters a million facts in one transaction.
type pending struct {
	by     int64
	pieces []*piece // MaxPiece facts each
	facts  []Fact   // entered since the last full piece
	sums   []KindSum
	sealed []func(ctx context.Context, block int64) error
}

// piece is packed beside the transaction's work.
type piece struct {
	done   chan struct{}
	packed []byte
	err    error
}

func packBeside(facts []Fact) *piece {
	p := &piece{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.packed, p.err = pack(facts)
	}()
	return p
}

// bytes waits for the packing.
func (p *piece) bytes() ([]byte, error) {
	<-p.done
	return p.packed, p.err
}

type pendingKey struct{}

func pendingOf(tx *db.Tx) *pending {
	return db.State(tx, pendingKey{}, func() *pending {
		p := &pending{}
		tx.BeforeCommit(db.Seal, func(ctx context.Context) error { return p.seal(ctx, tx) })
		return p
	})
}

// count is how many facts were entered. Before sealing all pieces are full.
func (p *pending) count() int { return len(p.pieces)*MaxPiece + len(p.facts) }

// add appends facts and packs what fills a piece.
func (p *pending) add(facts []Fact) {
	p.sums = addSums(p.sums, facts)
	for len(facts) > 0 {
		n := min(len(facts), MaxPiece-len(p.facts))
		p.facts = append(p.facts, facts[:n]...)
		facts = facts[n:]
		if len(p.facts) == MaxPiece {
			// who filled one piece fills most of the next
			p.pieces, p.facts = append(p.pieces, packBeside(p.facts)), make([]Fact, 0, MaxPiece)
		}
	}
}

// all walks over the facts in the order in which they were entered.
func (p *pending) all() iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		for _, full := range p.pieces {
			packed, err := full.bytes()
			var piece *packedPiece
			if err == nil {
				piece, err = readPiece(packed)
			}
			if err != nil {
				yield(Fact{}, err)
				return
			}
			for i := range piece.n {
				if !yield(piece.fact(i), nil) {
					return
				}
			}
		}
		for _, f := range p.facts {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// Forgo drops what this transaction has entered so far of the timelines of some workers, as if it had
// never been entered: a later row of the same file said more about them, and Settle enters the whole.
func Forgo(tx *db.Tx, kind Kind, workers map[int64]bool) error {
	if len(workers) == 0 {
		return nil
	}
	p := pendingOf(tx)
	before := *p
	p.pieces, p.facts, p.sums = nil, nil, nil
	for f, err := range before.all() {
		if err != nil {
			return err
		}
		if f.Kind == kind && workers[f.Worker] {
			continue
		}
		p.add([]Fact{f})
	}
	return nil
}

// firstDay is the earliest day of a fact: the table holds days as text of ten characters.
var firstDay = date.Of(1000, 1, 1)

// Enter adds facts to the block that the transaction seals when it commits. by is the user id
// that answers for them; one transaction has one.
func Enter(_ context.Context, tx *db.Tx, by int64, facts ...Fact) error {
	p := pendingOf(tx)
	if p.count() > 0 && p.by != by {
		return fmt.Errorf("facts of users %d and %d in one block", p.by, by)
	}
	for i := range facts {
		f := &facts[i]
		if f.Kind == 0 || f.Entry == 0 || (f.Quantity == 0 && f.Amount == 0) {
			return fmt.Errorf("enter fact: incomplete (kind %d, entry %d)", f.Kind, f.Entry)
		}
		if f.OccurredOn < firstDay {
			return fmt.Errorf("enter fact: day %s", f.OccurredOn)
		}
	}
	p.by = by
	p.add(facts)
	return nil
}

// Pending walks over the facts that a transaction has entered so far, for a trial that is rolled back.
func Pending(tx *db.Tx) iter.Seq2[Fact, error] { return pendingOf(tx).all() }

// OnSealed calls fn in the same transaction after the block was sealed, with its number, or with
// 0 when the transaction entered no fact.
func OnSealed(tx *db.Tx, fn func(ctx context.Context, block int64) error) {
	p := pendingOf(tx)
	p.sealed = append(p.sealed, fn)
}

// seal writes facts and block. The head row is taken here, after all other work of the
// transaction, so that writers hold it for the shortest time.
func (p *pending) seal(ctx context.Context, tx *db.Tx) error {
	var number int64
	if p.count() > 0 {
		blk, err := p.write(ctx, tx)
		if err != nil {
			return fmt.Errorf("seal block: %w", err)
		}
		number = blk.Number
	}
	for _, fn := range p.sealed {
		if err := fn(ctx, number); err != nil {
			return err
		}
	}
	return nil
}

func (p *pending) write(ctx context.Context, tx *db.Tx) (Block, error) {
	b := Block{RecordedAt: tx.Now(), RecordedBy: p.by, Facts: p.count(), Sums: p.sums}
	slices.SortFunc(b.Sums, func(a, b KindSum) int { return int(a.Kind) - int(b.Kind) })
	if len(p.facts) > 0 {
		p.pieces, p.facts = append(p.pieces, packBeside(p.facts)), nil
	}
	pieces := make([][]byte, len(p.pieces))
	for i, full := range p.pieces {
		var err error
		if pieces[i], err = full.bytes(); err != nil {
			return b, err
		}
	}
	var before []byte
	if err := tx.QueryRow(ctx, `UPDATE ledger_head SET number = number + 1 WHERE id = 1 RETURNING number, hash`, nil, &b.Number, &before); err != nil {
		return b, fmt.Errorf("take head: %w", err)
	}
	if copy(b.Before[:], before) != sm3.Size {
		return b, errors.New("head hash is damaged")
	}
	b.Hash = b.hash(pieces)
	if err := p.insert(ctx, tx, b, pieces); err != nil {
		return b, err
	}
	_, err := tx.Exec(ctx, `UPDATE ledger_head SET hash = $1 WHERE id = 1`, b.Hash[:])
	return b, err
}

func (p *pending) insert(ctx context.Context, tx *db.Tx, b Block, pieces [][]byte) error {
	if _, err := tx.Exec(ctx, `INSERT INTO ledger_block (number, recorded_at, recorded_by, facts, pieces, sums, hash_before, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		b.Number, db.At(b.RecordedAt), b.RecordedBy, b.Facts, len(pieces), encodeSums(b.Sums), b.Before[:], b.Hash[:]); err != nil {
		return err
	}
	for i, packed := range pieces {
		if _, err := tx.Exec(ctx, `INSERT INTO ledger_piece (block, piece, facts, packed) VALUES ($1, $2, $3, $4)`,
			b.Number, i, min(MaxPiece, b.Facts-i*MaxPiece), packed); err != nil {
			return err
		}
	}
	build, err := tx.LateIndexes(ctx, b.Facts, "ledger_fact")
	if err != nil {
		return err
	}
	if _, err := tx.Bulk(ctx, "ledger_fact", factColumns(), factRows(b.Number, p.all())); err != nil {
		return err
	}
	return build(ctx)
}

// factColumns are the columns of the table ledger_fact in the order of factRows and scanFact.
func factColumns() []string {
	out := []string{"block", "position", "attr"}
	for _, c := range columns {
		out = append(out, c.name)
	}
	return out
}

// factRows gives the rows to Bulk; each is used up before the next is made.
func factRows(block int64, facts iter.Seq2[Fact, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		row := make([]any, 3+len(columns))
		i := int64(0)
		for f, err := range facts {
			if err != nil {
				yield(nil, err)
				return
			}
			row[0], row[1], row[2] = block, i, f.Attr
			for c := range columns {
				row[3+c] = columns[c].get(&f)
				if columns[c].name == "occurred_on" {
					row[3+c] = f.OccurredOn
				}
			}
			if !yield(row, nil) {
				return
			}
			i++
		}
	}
}

// scanFact reads a row of ledger_fact selected with factColumns.
func scanFact(row db.Scanner) (Placed, error) {
	var p Placed
	var pos int64
	var vals [len(columns)]int64
	dest := make([]any, 0, 3+len(columns))
	dest = append(dest, &p.Block, &pos, &p.Attr)
	for c := range columns {
		if columns[c].name == "occurred_on" {
			dest = append(dest, &p.OccurredOn)
			continue
		}
		dest = append(dest, &vals[c])
	}
	if err := row.Scan(dest...); err != nil {
		return p, err
	}
	for c := range columns {
		if columns[c].name == "occurred_on" {
			continue
		}
		columns[c].set(&p.Fact, vals[c])
		if columns[c].get(&p.Fact) != vals[c] {
			return p, fmt.Errorf("column %s holds %d, which no fact can have", columns[c].name, vals[c])
		}
	}
	p.Position = int32(pos)
	if int64(p.Position) != pos {
		return p, fmt.Errorf("position %d", pos)
	}
	return p, nil
}

// hash runs over the head of the block and its pieces in order.
func (b *Block) hash(pieces [][]byte) Hash {
	h := sm3.New()
	head := []byte("tuoxing block 1\n")
	head = binary.BigEndian.AppendUint64(head, uint64(b.Number))
	head = append(head, b.Before[:]...)
	head = binary.BigEndian.AppendUint64(head, uint64(b.RecordedAt.UnixMilli()))
	head = binary.BigEndian.AppendUint64(head, uint64(b.RecordedBy))
	head = binary.BigEndian.AppendUint32(head, uint32(b.Facts))
	head = append(head, encodeSums(b.Sums)...)
	h.Write(head)
	for _, p := range pieces {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		h.Write(p)
	}
	var out Hash
	h.Sum(out[:0])
	return out
}

func sums(facts []Fact) []KindSum {
	out := addSums(nil, facts)
	slices.SortFunc(out, func(a, b KindSum) int { return int(a.Kind) - int(b.Kind) })
	return out
}

// addSums adds facts to the control totals.
func addSums(out []KindSum, facts []Fact) []KindSum {
	for i := range facts {
		k := slices.IndexFunc(out, func(s KindSum) bool { return s.Kind == facts[i].Kind })
		if k < 0 {
			out = append(out, KindSum{Kind: facts[i].Kind})
			k = len(out) - 1
		}
		out[k].Facts++
		out[k].Quantity += facts[i].Quantity
		out[k].Amount += facts[i].Amount
	}
	return out
}

const sumBytes = 1 + 3*8

func encodeSums(list []KindSum) []byte {
	var out []byte
	for _, s := range list {
		out = append(out, byte(s.Kind))
		out = binary.BigEndian.AppendUint64(out, uint64(s.Facts))
		out = binary.BigEndian.AppendUint64(out, uint64(s.Quantity))
		out = binary.BigEndian.AppendUint64(out, uint64(s.Amount))
	}
	return out
}

func decodeSums(b []byte) ([]KindSum, error) {
	if len(b)%sumBytes != 0 {
		return nil, errPacked
	}
	var out []KindSum
	for part := range slices.Chunk(b, sumBytes) {
		out = append(out, KindSum{
			Kind:     Kind(part[0]),
			Facts:    int64(binary.BigEndian.Uint64(part[1:])),
			Quantity: int64(binary.BigEndian.Uint64(part[9:])),
			Amount:   money.Fen(binary.BigEndian.Uint64(part[17:])),
		})
	}
	return out, nil
}
