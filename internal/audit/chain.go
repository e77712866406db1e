package audit

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// sealBatch bounds how many entries one transaction chains.
const sealBatch = 500

// link is an entry as it is hashed.
type link struct {
	id, ms, user            int64
	action, subject, detail string
	number                  int64
	before, hash            []byte
}

// sum is SM3 (GB/T 32905) over, without separators: the hash before (32 bytes; zeros for the
// first); number, id, instant in milliseconds since 1970 and user as big-endian 64-bit numbers;
// action, subject and detail, each as UTF-8 with its length in bytes as a big-endian 64-bit
// number before it.
func (l *link) sum() []byte {
	b := bytes.Clone(l.before)
	for _, n := range []int64{l.number, l.id, l.ms, l.user} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range []string{l.action, l.subject, l.detail} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	h := sm3.Sum(b)
	return h[:]
}

// Seal chains the entries that are not chained yet, by instant and id, and gives their number.
// An entry whose transaction commits late is chained by a later call. A job calls it every few
// seconds; two at once do no harm.
func Seal(ctx context.Context, d *db.DB) (sealed int, err error) {
	for {
		var n int
		err := d.WriteTx(ctx, func(tx *db.Tx) (err error) {
			n, err = sealSome(ctx, tx)
			return err
		})
		if err != nil {
			return sealed, fmt.Errorf("seal audit entries: %w", err)
		}
		if sealed += n; n < sealBatch {
			return sealed, nil
		}
	}
}

func sealSome(ctx context.Context, tx *db.Tx) (int, error) {
	var number int64
	var hash []byte
	if err := tx.QueryRow(ctx, `UPDATE audit_head SET version = version + 1 WHERE id = 1 RETURNING number, hash`, nil, &number, &hash); err != nil {
		return 0, err
	}
	links, err := readLinks(ctx, tx, `SELECT id, at, user_id, action, subject, detail, 0, NULL, NULL FROM audit_entry
		WHERE number IS NULL ORDER BY at, id LIMIT $1`, sealBatch)
	if err != nil || len(links) == 0 {
		return 0, err
	}
	for _, l := range links {
		number++
		l.number, l.before = number, hash
		hash = l.sum()
		if _, err := tx.Exec(ctx, `UPDATE audit_entry SET number = $1, hash_before = $2, hash = $3 WHERE id = $4`, l.number, l.before, hash, l.id); err != nil {
			return 0, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1`, number, hash)
	return len(links), err
}

func readLinks(ctx context.Context, tx *db.Tx, query string, args ...any) ([]*link, error) {
	var out []*link
	err := tx.Query(ctx, query, args, func(r db.Scanner) error {
		l := &link{}
		var at db.Time
		if err := r.Scan(&l.id, &at, &l.user, &l.action, &l.subject, &l.detail, &l.number, &l.before, &l.hash); err != nil {
			return err
		}
		l.ms = at.UnixMilli()
		out = append(out, l)
		return nil
	})
	return out, err
}

// Verify walks the chain and gives a Conflict fault that names the first entry that differs from
// what was sealed: altered, removed, added or moved. A chain shorter than its head says is named
// by the number that is missing.
func Verify(ctx context.Context, tx *db.Tx) error {
	var last int64
	var head []byte
	if err := tx.QueryRow(ctx, `SELECT number, hash FROM audit_head WHERE id = 1`, nil, &last, &head); err != nil {
		return fmt.Errorf("verify audit log: %w", err)
	}
	number, hash, err := walk(ctx, tx, 0, make([]byte, sm3.Size), math.MaxInt64)
	if err != nil {
		return err
	}
	return ends(number, hash, last, head)
}

// walk compares the entries behind a number with what was sealed, at most so many, and gives the number and hash at
// which it ended.
func walk(ctx context.Context, tx *db.Tx, number int64, hash []byte, most int64) (int64, []byte, error) {
	for most > 0 {
		links, err := readLinks(ctx, tx, `SELECT id, at, user_id, action, subject, detail, number, hash_before, hash FROM audit_entry
			WHERE number > $1 ORDER BY number LIMIT $2`, number, min(most, sealBatch))
		if err != nil {
			return 0, nil, fmt.Errorf("verify audit log: %w", err)
		}
		for _, l := range links {
			number++
			if l.number != number {
				return 0, nil, fault.New(fault.Conflict, "audit.entry_missing", number)
			}
			if !bytes.Equal(l.before, hash) || !bytes.Equal(l.hash, l.sum()) {
				return 0, nil, fault.New(fault.Conflict, "audit.entry_differs", number, fmt.Sprint(l.id))
			}
			hash = l.hash
		}
		if len(links) < sealBatch {
			break
		}
		most -= int64(len(links))
	}
	return number, hash, nil
}

// ends compares where a walk to the end has ended with the head.
func ends(number int64, hash []byte, last int64, head []byte) error {
	switch {
	case number < last:
		return fault.New(fault.Conflict, "audit.entry_missing", number+1)
	case number > last || !bytes.Equal(hash, head):
		return fault.New(fault.Conflict, "audit.head_differs", number)
	}
	return nil
}

// Chain is how the chain stands.
type Chain struct {
	Sealed  int64     `json:"sealed"`              // entries in the chain
	Open    int64     `json:"open"`                // written, and not chained yet
	Head    string    `json:"head"`                // hash of the last one, hexadecimal
	Checked int64     `json:"checked"`             // compared up to this number by Check
	Begun   time.Time `json:"begun,omitzero"`      // when that walk began at the first entry
	At      time.Time `json:"checked_at,omitzero"` // when it last went on
}

// State tells how the chain stands.
func State(ctx context.Context, tx *db.Tx) (c Chain, err error) {
	var head []byte
	if err := tx.QueryRow(ctx, `SELECT number, hash FROM audit_head WHERE id = 1`, nil, &c.Sealed, &head); err != nil {
		return c, fmt.Errorf("state of the audit log: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM audit_entry WHERE number IS NULL`, nil, &c.Open); err != nil {
		return c, fmt.Errorf("state of the audit log: %w", err)
	}
	c.Head = hex.EncodeToString(head)
	var begun, at db.Time
	if err := tx.QueryRow(ctx, `SELECT number, begun_at, at FROM audit_check_head WHERE id = 1`, nil, &c.Checked, &begun, &at); err != nil {
		return c, fmt.Errorf("state of the audit log: %w", err)
	}
	c.Begun, c.At = begun.Time, at.Time
	return c, nil
}

// checkMost bounds how many entries one Check compares: about a second's work.
const checkMost = 100_000

// Check compares the next entries with what was sealed, from where the last Check ended, or from the first one when anew
// is asked for, and notes how far it came. What differs is told as by Verify, and nothing is noted. An entry that was
// altered after a Check has passed it is found by the next walk from the first, and by Verify.
func Check(ctx context.Context, d *db.DB, anew bool) (c Chain, err error) {
	var number, last int64
	var hash, head []byte
	err = d.ReadTx(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT number, hash FROM audit_check_head WHERE id = 1`, nil, &number, &hash); err != nil {
			return fmt.Errorf("verify audit log: %w", err)
		}
		if err := tx.QueryRow(ctx, `SELECT number, hash FROM audit_head WHERE id = 1`, nil, &last, &head); err != nil {
			return fmt.Errorf("verify audit log: %w", err)
		}
		if anew {
			number, hash = 0, make([]byte, sm3.Size)
		}
		anew = number == 0
		from := number
		if number, hash, err = walk(ctx, tx, number, hash, checkMost); err != nil || number-from >= checkMost {
			return err
		}
		return ends(number, hash, last, head)
	})
	if err != nil {
		return c, err
	}
	err = d.WriteTx(ctx, func(tx *db.Tx) error {
		now := db.At(tx.Now())
		_, err := tx.Exec(ctx, `UPDATE audit_check_head SET number = $1, hash = $2, at = $3 WHERE id = 1`, number, hash, now)
		if err == nil && anew {
			_, err = tx.Exec(ctx, `UPDATE audit_check_head SET begun_at = $1 WHERE id = 1`, now)
		}
		if err == nil {
			c, err = State(ctx, tx)
		}
		return err
	})
	return c, err
}
