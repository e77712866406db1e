package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// texts is a table of texts: they lie one behind the other in blocks of about a mebibyte, and 8 bytes
// without a pointer say where each lies, so that millions of them cost little and are not walked by
// the garbage collector.
type texts struct {
	blocks []string
	open   []byte
	refs   []uint64 // block, offset and length: 20, 22 and 22 bits
	long   int      // bytes of the longest
}

const (
	textBits  = 22
	blockSize = 1 << 20
)

// add adds a text, still escaped. One longer than a cell may be has been refused before.
func (t *texts) add(raw []byte) {
	from := len(t.open)
	t.open = appendText(t.open, raw)
	if text := t.open[from:]; !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		t.open = append(t.open[:from], whole(string(text))...)
	}
	n := len(t.open) - from
	t.long = max(t.long, n)
	t.refs = append(t.refs, uint64(len(t.blocks))<<(2*textBits)|uint64(from)<<textBits|uint64(n))
	if len(t.open) >= blockSize {
		t.close()
	}
}

// close ends the block in hand.
func (t *texts) close() {
	if len(t.open) > 0 {
		t.blocks = append(t.blocks, strings.Clone(string(t.open)))
		t.open = t.open[:0]
	}
}

func (t *texts) len() int { return len(t.refs) }

// size is how many bytes the texts take.
func (t *texts) size() int64 { return int64(len(t.blocks))*blockSize + int64(len(t.open)) }

// at gives a text; the table must be closed.
func (t *texts) at(i int) string {
	r := t.refs[i]
	n := r & (1<<textBits - 1)
	if n == 0 {
		return ""
	}
	from := r >> textBits & (1<<textBits - 1)
	return t.blocks[r>>(2*textBits)][from : from+n]
}
