// Package audit keeps who did and saw what (审计日志).
//
// Words. An entry says: at this instant this user did this action to this subject. Actions are
// stable names such as "import.apply" or "worker.reveal"; a subject is a kind and an id such as
// "worker:4711"; detail is a small JSON object. No entry holds personal data: ids stand for people,
// and a caller must not put a name, ID number or phone into detail.
//
// A change is noted in the transaction that makes it (Add); a look is noted before the data is
// shown (Read). Entries are chained by SM3 afterwards, in batches (Seal), so that writers do not
// wait for one another at the head of a chain. From its sealing on an entry cannot be altered,
// removed or put elsewhere without Verify naming it; until then (seconds) it could be.
//
// The package knows users by their id only and must not decide who may read the log: that is the
// right audit.read, asked for by the caller. Nothing is ever deleted: the law asks for six months
// at least (网络安全法 第二十一条, GB/T 22239-2019 安全审计).
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

// Entry is one line of the log.
type Entry struct {
	ID      int64           `json:"id,string"`
	At      time.Time       `json:"at"`          // UTC, milliseconds
	User    int64           `json:"user,string"` // 0: nobody was logged in, or the operator at the server's own console
	Action  string          `json:"action"`
	Subject string          `json:"subject"` // "worker:4711"; empty when the action has none
	Detail  json.RawMessage `json:"detail"`
	Number  int64           `json:"number,string"` // place in the chain from 1 on; 0 = not sealed yet
}

// Add notes an action inside the caller's transaction: both are kept or neither. Detail is
// marshalled to JSON; nil is the empty object.
func Add(ctx context.Context, tx *db.Tx, user int64, action, subject string, detail any) error {
	text := []byte("{}")
	if detail != nil {
		var err error
		if text, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("audit %s: %w", action, err)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_entry (id, at, user_id, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.NewID(), db.At(tx.Now()), user, action, subject, string(text))
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

// Read notes a look in a transaction of its own. Call it before the data is shown, and show
// nothing when it fails.
func Read(ctx context.Context, d *db.DB, user int64, action, subject string, detail any) error {
	return d.WriteTx(ctx, func(tx *db.Tx) error { return Add(ctx, tx, user, action, subject, detail) })
}

// Key is a place in the list, newest first.
type Key struct {
	At time.Time
	ID int64
}

// Filter chooses entries. Zero fields do not filter.
type Filter struct {
	User     int64 // only when ByUser or not 0
	ByUser   bool  // User counts even when it is 0
	Action   string
	Subject  string
	Subjects []string // any of these; none = all
	NotUser  int64    // not what this user did; 0 = everybody's
	From, To date.Day // civil days in China, both included
	Before   Key      // only entries after this one in the list: the last Key of the page before
	Limit    int      // 1–1000; 0 = 100
}

// List gives entries, newest first, and how many there are under the filter without Before and Limit.
func List(ctx context.Context, tx *db.Tx, f Filter) ([]Entry, int, error) {
	where, args := f.where()
	var total int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM audit_entry`+where, args, &total); err != nil {
		return nil, 0, fmt.Errorf("count audit entries: %w", err)
	}
	if !f.Before.At.IsZero() {
		where += " AND (at, id) < ($" + strconv.Itoa(len(args)+1) + ", $" + strconv.Itoa(len(args)+2) + ")"
		args = append(args, db.At(f.Before.At), f.Before.ID)
	}
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	args = append(args, f.Limit)
	var out []Entry
	err := each(ctx, tx, where, " LIMIT $"+strconv.Itoa(len(args)), args, func(e Entry) error {
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list audit entries: %w", err)
	}
	return out, total, nil
}

// Count counts the entries under a filter, and gathers who is in them.
func Count(ctx context.Context, tx *db.Tx, f Filter) (total int, by map[int64]string, err error) {
	where, args := f.where()
	by = map[int64]string{}
	err = tx.Query(ctx, `SELECT user_id, count(*) FROM audit_entry`+where+` GROUP BY user_id`, args, func(r db.Scanner) error {
		var user int64
		var n int
		err := r.Scan(&user, &n)
		by[user] = ""
		total += n
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("count audit entries: %w", err)
	}
	return total, by, nil
}

// Each walks all entries under a filter, newest first. Before and Limit do not count.
func Each(ctx context.Context, tx *db.Tx, f Filter, fn func(Entry) error) error {
	where, args := f.where()
	if err := each(ctx, tx, where, "", args, fn); err != nil {
		return fmt.Errorf("walk audit entries: %w", err)
	}
	return nil
}

func each(ctx context.Context, tx *db.Tx, where, limit string, args []any, fn func(Entry) error) error {
	return tx.Query(ctx, `SELECT id, at, user_id, action, subject, detail, coalesce(number, 0) FROM audit_entry`+where+
		` ORDER BY at DESC, id DESC`+limit, args, func(r db.Scanner) error {
		var e Entry
		var at db.Time
		var detail string
		if err := r.Scan(&e.ID, &at, &e.User, &e.Action, &e.Subject, &detail, &e.Number); err != nil {
			return err
		}
		e.At, e.Detail = at.Time, json.RawMessage(detail)
		return fn(e)
	})
}

// where writes the conditions that are asked for. A text with ($1 = 0 OR user_id = $1) would make
// PostgreSQL take $1 for a 32-bit number.
func (f Filter) where() (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString(" WHERE TRUE")
	add := func(condition string, arg any) {
		args = append(args, arg)
		b.WriteString(" AND " + condition + " $" + strconv.Itoa(len(args)))
	}
	if f.ByUser || f.User != 0 {
		add("user_id =", f.User)
	}
	if f.Action != "" {
		add("action =", f.Action)
	}
	if f.Subject != "" {
		add("subject =", f.Subject)
	}
	if len(f.Subjects) > 0 {
		b.WriteString(" AND subject IN " + db.In(len(args)+1, len(f.Subjects)))
		args = append(args, db.Args(f.Subjects)...)
	}
	if f.NotUser != 0 {
		add("user_id <>", f.NotUser)
	}
	if f.From != 0 {
		add("at >=", db.At(midnight(f.From)))
	}
	if f.To != 0 {
		add("at <", db.At(midnight(f.To+1)))
	}
	return b.String(), args
}

// midnight is the instant at which a civil day begins in China.
func midnight(d date.Day) time.Time {
	y, m, dd := d.YMD()
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, date.China)
}
