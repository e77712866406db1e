package db

import (
	"database/sql/driver"
	"fmt"
	"sync"
	"time"
)

// Time is an instant as stored: UTC, milliseconds, fixed width, so that text compares as time
// does. A bare time.Time must never reach the SQLite driver, which would store Go's own String.
type Time struct{ time.Time }

// TimeLayout is the fixed-width text of an instant.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// At wraps an instant.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// Value stores the fixed-width text; the zero time is NULL.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Format(TimeLayout), nil
}

// Scan reads what either engine gives back.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		t.Time = time.Time{}
		return nil
	case time.Time:
		t.Time = v.UTC()
		return nil
	case string:
		p, err := time.Parse(TimeLayout, v)
		if err != nil {
			return fmt.Errorf("scan time: %w", err)
		}
		t.Time = p
		return nil
	}
	return fmt.Errorf("scan time: unexpected %T", src)
}

// idEpoch is the first millisecond of ids: 41 bits reach to 2089.
var idEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

const (
	idNodeBits    = 8
	idCounterBits = 14
)

// idMaker makes ids of 41 bits of milliseconds, 8 of node and 14 of counter. A full counter
// borrows the next millisecond, and a clock that stands still or steps back does no harm. The
// order of ids means nothing.
type idMaker struct {
	mu      sync.Mutex
	node    int64
	ms      int64
	counter int64
}

func (m *idMaker) setNode(node int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.node = node
}

func (m *idMaker) next(now time.Time) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ms := now.UnixMilli() - idEpoch; ms > m.ms {
		m.ms, m.counter = ms, 0
	} else if m.counter++; m.counter == 1<<idCounterBits {
		m.ms, m.counter = m.ms+1, 0
	}
	return m.ms<<(idNodeBits+idCounterBits) | m.node<<idCounterBits | m.counter
}
