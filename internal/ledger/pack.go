package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// MaxPiece is the most facts that one packed piece of a block holds.
const MaxPiece = 65_536

// maxAttr bounds the small code of a fact.
const maxAttr = 64

// pack writes facts in the canonical encoding, version 1: big-endian, no floats, no zones.
//
//	u8  version
//	u32 number of facts n
//	u16 number of attr codes, then each as u8 length and bytes, in byte order
//	u16 per fact: the index of its attr code (left out when there is but one code)
//	per column, in the order of the table columns:
//	  i64 smallest value, u8 width w ∈ {0,1,2,4,8}, then n offsets from it of w bytes
//
// The same facts in the same order always give the same bytes.
func pack(facts []Fact) ([]byte, error) {
	if len(facts) == 0 || len(facts) > MaxPiece {
		return nil, fmt.Errorf("a piece of %d facts", len(facts))
	}
	attrs := make([]string, 0, 8)
	for i := range facts {
		if !slices.Contains(attrs, facts[i].Attr) {
			attrs = append(attrs, facts[i].Attr)
		}
		if len(facts[i].Attr) > maxAttr {
			return nil, fmt.Errorf("attr code of %d bytes", len(facts[i].Attr))
		}
	}
	slices.Sort(attrs)
	out := make([]byte, 0, 64+40*len(facts))
	out = append(out, 1)
	out = binary.BigEndian.AppendUint32(out, uint32(len(facts)))
	out = binary.BigEndian.AppendUint16(out, uint16(len(attrs)))
	for _, a := range attrs {
		out = append(out, byte(len(a)))
		out = append(out, a...)
	}
	if len(attrs) > 1 {
		for i := range facts {
			k, _ := slices.BinarySearch(attrs, facts[i].Attr)
			out = binary.BigEndian.AppendUint16(out, uint16(k))
		}
	}
	for _, c := range columns {
		out = packColumn(out, facts, c.get)
	}
	return out, nil
}

func packColumn(out []byte, facts []Fact, get func(*Fact) int64) []byte {
	low, high := get(&facts[0]), get(&facts[0])
	for i := range facts {
		v := get(&facts[i])
		low, high = min(low, v), max(high, v)
	}
	span := uint64(high) - uint64(low) // wraps correctly for any two int64
	width := 8
	switch {
	case span == 0:
		width = 0
	case span < 1<<8:
		width = 1
	case span < 1<<16:
		width = 2
	case span < 1<<32:
		width = 4
	}
	out = binary.BigEndian.AppendUint64(out, uint64(low))
	out = append(out, byte(width))
	for i := range facts {
		off := uint64(get(&facts[i])) - uint64(low)
		switch width {
		case 1:
			out = append(out, byte(off))
		case 2:
			out = binary.BigEndian.AppendUint16(out, uint16(off))
		case 4:
			out = binary.BigEndian.AppendUint32(out, uint32(off))
		case 8:
			out = binary.BigEndian.AppendUint64(out, off)
		}
	}
	return out
}

var errPacked = errors.New("packed bytes are damaged")

// reader walks over packed bytes; after the first shortfall it only gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) uint(width int) uint64 {
	b := r.take(width)
	if r.bad {
		return 0
	}
	switch width {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	case 8:
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// packedPiece is a piece read column by column, without making facts.
type packedPiece struct {
	n      int
	attrs  []string
	attrOf []byte // u16 each, empty when there is one code
	base   [len(columns)]int64
	width  [len(columns)]int
	values [len(columns)][]byte
}

// readPiece splits packed bytes into their columns. Anything but a whole piece is an error.
func readPiece(b []byte) (*packedPiece, error) {
	r := &reader{b: b}
	if v := r.uint(1); v != 1 {
		return nil, fmt.Errorf("%w: version %d", errPacked, v)
	}
	p := &packedPiece{n: int(r.uint(4))}
	if p.n == 0 || p.n > MaxPiece {
		return nil, errPacked
	}
	for range r.uint(2) {
		p.attrs = append(p.attrs, string(r.take(int(r.uint(1)))))
		if r.bad {
			return nil, errPacked
		}
	}
	if len(p.attrs) > 1 {
		p.attrOf = r.take(2 * p.n)
	}
	for c := range columns {
		p.base[c] = int64(r.uint(8))
		p.width[c] = int(r.uint(1))
		if !slices.Contains([]int{0, 1, 2, 4, 8}, p.width[c]) {
			return nil, errPacked
		}
		p.values[c] = r.take(p.width[c] * p.n)
	}
	if r.bad || len(r.b) != 0 || len(p.attrs) == 0 {
		return nil, errPacked
	}
	for i := range p.n {
		if p.attrIndex(i) >= len(p.attrs) {
			return nil, errPacked
		}
	}
	return p, nil
}

func (p *packedPiece) attrIndex(i int) int {
	if len(p.attrOf) == 0 {
		return 0
	}
	return int(binary.BigEndian.Uint16(p.attrOf[2*i:]))
}

// value gives column c of fact i.
func (p *packedPiece) value(c, i int) int64 {
	b := p.values[c]
	var off uint64
	switch p.width[c] {
	case 1:
		off = uint64(b[i])
	case 2:
		off = uint64(binary.BigEndian.Uint16(b[2*i:]))
	case 4:
		off = uint64(binary.BigEndian.Uint32(b[4*i:]))
	case 8:
		off = binary.BigEndian.Uint64(b[8*i:])
	}
	return int64(uint64(p.base[c]) + off)
}

// fact makes fact i.
func (p *packedPiece) fact(i int) Fact {
	f := Fact{Attr: p.attrs[p.attrIndex(i)]}
	for c := range columns {
		columns[c].set(&f, p.value(c, i))
	}
	return f
}
