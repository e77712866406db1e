package db

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"tuoxing/internal/date"
)

// copyHeader begins a binary COPY: the signature, no flags, no extension.
// PostgreSQL, COPY, "Binary Format".
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// copyEpoch is day 0 of PostgreSQL's days and instants.
var copyEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// copyEpochDay is the same day, counted from 1970-01-01.
const copyEpochDay = 10957

// copyRows is a binary COPY as a stream. The types that make up nearly all of a load are written here; the rest
// goes through pgx, whose own encoder looks for a plan value by value and took twice the time.
type copyRows struct {
	next  func() ([]any, error, bool)
	types *pgtype.Map
	oids  []uint32
	buf   []byte // encoded and not yet read
	read  int    // of buf
	done  bool
	err   error // what the rows gave; pgx would tell it as an error of its own
}

func (tx *Tx) copy(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (n int64, err error) {
	next, stop := iter.Pull2(rows)
	defer stop()
	src := &copyRows{next: next, buf: []byte(copyHeader)}
	err = tx.held(func(c any) error {
		conn := c.(*stdlib.Conn).Conn()
		list := strings.Join(columns, ", ")
		query := "SELECT " + list + " FROM " + pgx.Identifier{table}.Sanitize()
		described, err := conn.Prepare(ctx, query, query)
		if err != nil {
			return err
		}
		src.types = conn.TypeMap()
		for _, f := range described.Fields {
			src.oids = append(src.oids, f.DataTypeOID)
		}
		tag, err := conn.PgConn().CopyFrom(ctx, src, "COPY "+pgx.Identifier{table}.Sanitize()+" ("+list+") FROM STDIN (FORMAT binary)")
		n = tag.RowsAffected()
		return err
	})
	if src.err != nil {
		return n, src.err
	}
	if err != nil {
		return n, classify(fmt.Errorf("copy into %s: %w", table, err))
	}
	return n, nil
}

// Read fills p as far as there are rows: each Read becomes one message to the server.
func (c *copyRows) Read(p []byte) (int, error) {
	for len(c.buf)-c.read < len(p) && !c.done && c.err == nil {
		c.buf, c.read = c.buf[:copy(c.buf, c.buf[c.read:])], 0
		c.row()
	}
	if c.err != nil {
		return 0, c.err
	}
	n := copy(p, c.buf[c.read:])
	c.read += n
	if n == 0 && c.done {
		return 0, io.EOF
	}
	return n, nil
}

// row appends the next row, or the end.
func (c *copyRows) row() {
	row, err, ok := c.next()
	if err != nil {
		c.err = err
		return
	}
	if !ok {
		c.buf, c.done = binary.BigEndian.AppendUint16(c.buf, 0xffff), true
		return
	}
	if len(row) != len(c.oids) {
		c.err = fmt.Errorf("a row of %d values for %d columns", len(row), len(c.oids))
		return
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(len(row)))
	for i, v := range row {
		if c.value(c.oids[i], v); c.err != nil {
			return
		}
	}
}

// value appends the length and the bytes of a value, for a column of type oid.
func (c *copyRows) value(oid uint32, v any) {
	switch x := v.(type) {
	case nil:
		c.buf = append(c.buf, 0xff, 0xff, 0xff, 0xff)
		return
	case int64:
		if oid == pgtype.Int8OID {
			c.buf = binary.BigEndian.AppendUint64(append(c.buf, 0, 0, 0, 8), uint64(x))
			return
		}
	case string:
		if oid == pgtype.TextOID {
			c.buf = append(binary.BigEndian.AppendUint32(c.buf, uint32(len(x))), x...)
			return
		}
	case []byte:
		if oid == pgtype.ByteaOID && x != nil {
			c.buf = append(binary.BigEndian.AppendUint32(c.buf, uint32(len(x))), x...)
			return
		}
	case date.Day:
		if oid == pgtype.DateOID {
			c.buf = binary.BigEndian.AppendUint32(append(c.buf, 0, 0, 0, 4), uint32(x-copyEpochDay))
			return
		}
	case sql.Null[date.Day]:
		if x.Valid {
			c.value(oid, x.V)
		} else {
			c.value(oid, nil)
		}
		return
	case Time:
		if x.IsZero() {
			c.value(oid, nil)
			return
		}
		if oid == pgtype.TimestamptzOID {
			c.buf = binary.BigEndian.AppendUint64(append(c.buf, 0, 0, 0, 8), uint64(x.UnixMicro()-copyEpoch.UnixMicro()))
			return
		}
	}
	c.other(oid, v)
}

// other appends a value by way of the library, which knows how to make of Go's types what the column holds.
func (c *copyRows) other(oid uint32, v any) {
	at := len(c.buf)
	c.buf = append(c.buf, 0, 0, 0, 0)
	out, err := c.types.Encode(oid, pgtype.BinaryFormatCode, v, c.buf)
	switch {
	case err != nil:
		c.err = fmt.Errorf("encode %T: %w", v, err)
	case out == nil: // NULL
		c.buf = append(c.buf[:at], 0xff, 0xff, 0xff, 0xff)
	default:
		c.buf = out
		binary.BigEndian.PutUint32(c.buf[at:], uint32(len(c.buf)-at-4))
	}
}
