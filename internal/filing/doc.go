// Package filing is returns (报送): what is asked of which units by when, and where each of them stands.
//
// Words. A call (报送任务) asks for one kind of sheet as of one day from the units of a subtree, until a due
// day. A filing (报送) is one unit's part of a call. It is 未报 (not sent), 已报 (sent), 退回 (sent back) or 已确认
// (confirmed). An extension (延期) is a later due day for one unit; the unit asks, the union above gives. 代填 says
// that somebody else than the unit handed its file in. Overdue (逾期) is computed from the due day
// whenever it is asked for: no job flips a state. A reminder (催报) is text to copy into a chat group.
//
// A filing becomes 已报 when an import of that kind, day and unit is applied, and goes back when that import is
// undone, each in the transaction of the import (ImportApplied, ImportUndone, which app gives to intake).
// A unit is asked for the same sheet of the same day once, whoever asks, and what it has handed in before
// it was asked counts as sent.
//
// Tables: filing_head, filing_call, filing_unit, filing_event.
//
// The package must not rank: units stand in the official order of the tree and no list can be sorted by
// how quickly they send. It must not show a unit, or the number of others, to another unit. It keeps no
// phone numbers, and enters nothing in the ledger: a return is no fact about anybody.
package filing

import (
	"context"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// Service holds calls and filings.
type Service struct {
	DB       *db.DB
	Org      *org.Service
	Accounts *account.Service
	// Kinds are the kinds of sheets that can be asked for; set by app.
	Kinds func() []string
	// InForce are the applied imports of a kind and day, oldest first; set by app.
	InForce func(ctx context.Context, tx *db.Tx, kind string, asOf date.Day) ([]intake.Import, error)
}

// CallID names a call.
type CallID int64

// ID names a filing.
type ID int64

// String prints the id in decimal.
func (id CallID) String() string { return strconv.FormatInt(int64(id), 10) }

// String prints the id in decimal.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON: JavaScript would round 64-bit numbers.
func (id CallID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// MarshalText makes the id a string in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault: no such call.
func (id *CallID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return unknownCall()
	}
	*id = CallID(n)
	return nil
}

// UnmarshalText reads a decimal id. Anything else is a NotFound fault: no such filing.
func (id *ID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return unknownFiling()
	}
	*id = ID(n)
	return nil
}

func unknownCall() error { return fault.New(fault.NotFound, "filing.unknown_call") }

func unknownFiling() error { return fault.New(fault.NotFound, "filing.unknown") }

// takeHead holds back everybody else who asks or applies until the transaction ends.
func takeHead(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE filing_head SET version = version + 1 WHERE id = 1`)
	return err
}

// subject names a filing in the audit log.
func subject(id ID) string { return "filing:" + id.String() }
