package audit

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

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
	number, hash := int64(0), make([]byte, sm3.Size)
	for {
		links, err := readLinks(ctx, tx, `SELECT id, at, user_id, action, subject, detail, number, hash_before, hash FROM audit_entry
			WHERE number > $1 ORDER BY number LIMIT $2`, number, sealBatch)
		if err != nil {
			return fmt.Errorf("verify audit log: %w", err)
		}
		for _, l := range links {
			number++
			if l.number != number {
				return fault.New(fault.Conflict, "audit.entry_missing", number)
			}
			if !bytes.Equal(l.before, hash) || !bytes.Equal(l.hash, l.sum()) {
				return fault.New(fault.Conflict, "audit.entry_differs", number, fmt.Sprint(l.id))
			}
			hash = l.hash
		}
		if len(links) < sealBatch {
			break
		}
	}
	switch {
	case number < last:
		return fault.New(fault.Conflict, "audit.entry_missing", number+1)
	case number > last || !bytes.Equal(hash, head):
		return fault.New(fault.Conflict, "audit.head_differs", number)
	}
	return nil
}
