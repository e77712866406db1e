package intake

import (
	"encoding/binary"
	"errors"
	"fmt"

	"tuoxing/internal/ledger"
)

// Packed rows: what is sealed in batches and under people's keys. The encoding is positional by the
// target's columns; the import's row keeps their names, so that rows packed by an
// older program are recognised.

// packVersion is the first byte of every batch and every kept row.
const packVersion = 1

var errPacked = errors.New("intake: packed rows are damaged")

// Flags of a cell and of a row.
const (
	cellAbsent  = 0 // the table has no such column
	cellSame    = 1 // normalised as read
	cellChanged = 2
)

func packString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// packRow appends one row.
func packRow(b []byte, r *Row) []byte {
	b = binary.AppendUvarint(b, uint64(r.Line))
	b = packString(b, r.Sheet)
	b = binary.AppendUvarint(b, uint64(len(r.cells)))
	for i, c := range r.cells {
		switch {
		case !r.has[i]:
			b = append(b, cellAbsent)
		case c.Read == c.Value:
			b = packString(append(b, cellSame), c.Read)
		default:
			b = packString(packString(append(b, cellChanged), c.Read), c.Value)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(r.remarks)))
	for _, m := range r.remarks {
		b = packRemark(b, m)
	}
	return b
}

func packRemark(b []byte, m Remark) []byte {
	for _, s := range []string{string(m.Grade), m.Rule, m.Col, m.Key} {
		b = packString(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(m.Args)))
	for _, a := range m.Args {
		switch v := a.(type) {
		case int64:
			b = binary.AppendVarint(append(b, 'i'), v)
		default:
			b = packString(append(b, 's'), fmt.Sprint(v))
		}
	}
	return b
}

// unpacker reads packed rows; after an error everything reads as zero and err says so.
type unpacker struct {
	b   []byte
	all string // the whole, of which the texts read are parts: one allocation for a batch of rows
	err error
}

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.b, u.err = nil, errPacked
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) int() int64 {
	v, n := binary.Varint(u.b)
	if n <= 0 {
		u.b, u.err = nil, errPacked
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.err = errPacked
		return 0
	}
	v := u.b[0]
	u.b = u.b[1:]
	return v
}

func (u *unpacker) string() string {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.b, u.err = nil, errPacked
		return ""
	}
	at := len(u.all) - len(u.b)
	u.b = u.b[n:]
	return u.all[at : at+int(n)]
}

// count reads a length that cannot exceed what is left, so that damage asks for no memory.
func (u *unpacker) count() int {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.b, u.err = nil, errPacked
		return 0
	}
	return int(n)
}

// row reads one row into the columns of l.
func (u *unpacker) row(l *layout) *Row {
	r := &Row{Line: ledger.Line(u.uint()), Sheet: u.string(), layout: l}
	n := u.count()
	if n != len(l.columns) {
		u.err = errPacked
		return r
	}
	r.cells, r.has = make([]Cell, n), make([]bool, n)
	for i := range n {
		switch u.byte() {
		case cellSame:
			s := u.string()
			r.cells[i], r.has[i] = Cell{s, s}, true
		case cellChanged:
			r.cells[i], r.has[i] = Cell{u.string(), u.string()}, true
		}
	}
	for range u.count() {
		m := u.remark()
		r.remarks = append(r.remarks, m)
		r.refused = r.refused || m.Grade == GradeRefuse
		r.mended = r.mended || m.Grade == GradeMend
	}
	return r
}

func (u *unpacker) remark() Remark {
	m := Remark{Grade: Grade(u.string()), Rule: u.string(), Col: u.string(), Key: u.string()}
	for range u.count() {
		if u.byte() == 'i' {
			m.Args = append(m.Args, u.int())
		} else {
			m.Args = append(m.Args, u.string())
		}
	}
	return m
}

// usualRow is how many bytes a packed row seldom exceeds.
const usualRow = 256

// packBatch packs rows with a version and their number in front.
func packBatch(rows []*Row) []byte {
	b := make([]byte, 0, 16+len(rows)*usualRow)
	b = binary.AppendUvarint(append(b, packVersion), uint64(len(rows)))
	for _, r := range rows {
		b = packRow(b, r)
	}
	return b
}

func unpackBatch(b []byte, l *layout) ([]*Row, error) {
	u := unpacker{b: b, all: string(b)}
	if u.byte() != packVersion {
		return nil, errPacked
	}
	rows := make([]*Row, 0, u.count())
	for range cap(rows) {
		rows = append(rows, u.row(l))
		if u.err != nil {
			return nil, u.err
		}
	}
	if len(u.b) != 0 {
		return nil, errPacked
	}
	return rows, nil
}
