package stories_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/rogpeppe/go-internal/testscript"
)

// An outsider's verifier, written from docs/formats.md alone: it shares no code with the ledger or
// the log, so that the description is shown to be enough.

// outsider: outsider checks every block, every piece and the log of the story's database.
func outsider(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: [!] outsider")
	}
	conn := openRaw(ts)
	defer conn.Close()
	err := errors.Join(outsiderBlocks(conn), outsiderLog(conn))
	if (err == nil) == neg {
		ts.Fatalf("outsider: %v (not: %t)", err, neg)
	}
}

// sealed is a row of ledger_block.
type sealed struct {
	number, by, facts, pieces int64
	at                        int64
	sums, before, hash        []byte
}

func outsiderBlocks(conn *sql.DB) error {
	rows, err := conn.Query(`SELECT number, recorded_at, recorded_by, facts, pieces, sums, hash_before, hash FROM ledger_block ORDER BY number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var blocks []sealed
	for rows.Next() {
		var b sealed
		var at any
		if err := rows.Scan(&b.number, &at, &b.by, &b.facts, &b.pieces, &b.sums, &b.before, &b.hash); err != nil {
			return err
		}
		if b.at, err = millis(at); err != nil {
			return err
		}
		blocks = append(blocks, b)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(blocks) == 0 {
		return errors.New("there is no block")
	}
	before := make([]byte, 32)
	for i, b := range blocks {
		if b.number != int64(i+1) || !bytes.Equal(b.before, before) {
			return fmt.Errorf("block %d does not follow", b.number)
		}
		if err := outsiderBlock(conn, b); err != nil {
			return fmt.Errorf("block %d: %w", b.number, err)
		}
		before = b.hash
	}
	var head []byte
	if err := conn.QueryRow(`SELECT hash FROM ledger_head WHERE id = 1`).Scan(&head); err != nil {
		return err
	}
	if !bytes.Equal(head, before) {
		return errors.New("the head is not the last block")
	}
	return nil
}

// millis reads an instant as either database gives it.
func millis(at any) (int64, error) {
	switch v := at.(type) {
	case time.Time:
		return v.UnixMilli(), nil
	case string:
		t, err := time.Parse("2006-01-02T15:04:05.000Z", v)
		return t.UnixMilli(), err
	}
	return 0, fmt.Errorf("an instant as %T", at)
}

func outsiderBlock(conn *sql.DB, b sealed) error {
	h := sm3.New()
	h.Write([]byte("tuoxing block 1\n"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(b.number)))
	h.Write(b.before)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(b.at)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(b.by)))
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(b.facts)))
	h.Write(b.sums)
	var facts int64
	quantity := map[int64]int64{}
	for piece := range b.pieces {
		var packed []byte
		if err := conn.QueryRow(fmt.Sprintf(`SELECT packed FROM ledger_piece WHERE block = %d AND piece = %d`, b.number, piece)).Scan(&packed); err != nil {
			return err
		}
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(packed))))
		h.Write(packed)
		columns, err := outsiderPiece(packed)
		if err != nil {
			return err
		}
		for i, kind := range columns[0] {
			quantity[kind] += columns[1][i]
		}
		facts += int64(len(columns[0]))
	}
	if !bytes.Equal(h.Sum(nil), b.hash) {
		return errors.New("the hash differs")
	}
	if facts != b.facts {
		return fmt.Errorf("%d facts in the pieces, %d in the block", facts, b.facts)
	}
	for s := b.sums; len(s) > 0; s = s[25:] {
		if got := quantity[int64(s[0])]; got != int64(binary.BigEndian.Uint64(s[9:])) {
			return fmt.Errorf("kind %d: the quantities add up to %d", s[0], got)
		}
	}
	return nil
}

// outsiderPiece unpacks the 26 columns of a piece.
func outsiderPiece(b []byte) (columns [26][]int64, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the piece is too short")
		}
	}()
	take := func(n int) []byte {
		out := b[:n]
		b = b[n:]
		return out
	}
	number := func(width int) (v uint64) {
		for _, c := range take(width) {
			v = v<<8 | uint64(c)
		}
		return v
	}
	if v := number(1); v != 1 {
		return columns, fmt.Errorf("version %d", v)
	}
	n, codes := int(number(4)), int(number(2))
	for range codes {
		take(int(number(1)))
	}
	if codes > 1 {
		take(2 * n)
	}
	for c := range columns {
		low, width := int64(number(8)), int(number(1))
		for range n {
			columns[c] = append(columns[c], low+int64(number(width)))
		}
	}
	if len(b) != 0 {
		return columns, fmt.Errorf("%d bytes after the last column", len(b))
	}
	return columns, nil
}

func outsiderLog(conn *sql.DB) error {
	rows, err := conn.Query(`SELECT number, id, at, user_id, action, subject, detail, hash_before, hash FROM audit_entry WHERE number IS NOT NULL ORDER BY number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	last, next := make([]byte, 32), int64(1)
	for rows.Next() {
		var number, id, user int64
		var at any
		var action, subject, detail string
		var before, hash []byte
		if err := rows.Scan(&number, &id, &at, &user, &action, &subject, &detail, &before, &hash); err != nil {
			return err
		}
		ms, err := millis(at)
		if err != nil {
			return err
		}
		text := bytes.Clone(before)
		for _, v := range []int64{number, id, ms, user} {
			text = binary.BigEndian.AppendUint64(text, uint64(v))
		}
		for _, s := range []string{action, subject, detail} {
			text = append(binary.BigEndian.AppendUint64(text, uint64(len(s))), s...)
		}
		if sum := sm3.Sum(text); number != next || !bytes.Equal(before, last) || !bytes.Equal(sum[:], hash) {
			return fmt.Errorf("entry %d of the log differs", number)
		}
		last, next = hash, next+1
	}
	return rows.Err()
}
