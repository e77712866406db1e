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
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// Read notes a look, in a transaction that it shares with the looks of others. Call it before the data is shown,
// and show nothing when it fails.
func Read(ctx context.Context, d *db.DB, user int64, action, subject string, detail any) error {
	return d.WriteTogether(ctx, func(ctx context.Context, tx *db.Tx) error { return Add(ctx, tx, user, action, subject, detail) })
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
	Actions  []string // one of these, when there are some
	Without  []string // none of these
	Subject  string
	Subjects []string // one of these, when there are some
	NotUser  int64    // not what this user did; 0 = everybody's
	From, To date.Day // civil days in China, both included
	Before   Key      // only entries after this one in the list: the last Key of the page before
	Limit    int      // 1–1000; 0 = 100
}

// Counted is how many entries List counts at most: a log of millions is not read through for one page.
const Counted = 10_000

// List gives entries, newest first, and how many there are under the filter without Before and Limit: exactly up to
// Counted, and Counted+1 for more.
func List(ctx context.Context, tx *db.Tx, f Filter) ([]Entry, int, error) {
	where, args := f.where()
	var total int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 AS one FROM audit_entry`+where+` LIMIT $`+strconv.Itoa(len(args)+1)+`) counted`, append(slices.Clone(args), Counted+1), &total)
	if err != nil {
		return nil, 0, fmt.Errorf("count audit entries: %w", err)
	}
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	out, err := page(ctx, tx, f)
	if err != nil {
		return nil, 0, fmt.Errorf("list audit entries: %w", err)
	}
	return out, total, nil
}

// page reads one page. Of several actions each is read by itself along the index of actions and the newest are kept: an
// engine would otherwise walk the whole log backwards for actions that are rare.
func page(ctx context.Context, tx *db.Tx, f Filter) (out []Entry, err error) {
	actions := f.Actions
	if len(actions) == 0 || f.Action != "" || f.User != 0 || f.ByUser || f.Subject != "" || len(f.Subjects) > 0 {
		return part(ctx, tx, f)
	}
	f.Actions = nil
	for _, f.Action = range actions {
		list, err := part(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return out[:min(len(out), f.Limit)], nil
}

func part(ctx context.Context, tx *db.Tx, f Filter) (out []Entry, err error) {
	where, args := f.pageWhere()
	args = append(args, f.Limit)
	err = each(ctx, tx, where, " LIMIT $"+strconv.Itoa(len(args)), args, func(e Entry) error {
		out = append(out, e)
		return nil
	})
	return out, err
}

// pageWhere is where with the place at which the page begins.
func (f Filter) pageWhere() (string, []any) {
	where, args := f.where()
	if !f.Before.At.IsZero() {
		where += " AND (at, id) < ($" + strconv.Itoa(len(args)+1) + ", $" + strconv.Itoa(len(args)+2) + ")"
		args = append(args, db.At(f.Before.At), f.Before.ID)
	}
	return where, args
}

// KeyOf gives the place of an entry in the list, so that an address need only hold its id.
func KeyOf(ctx context.Context, tx *db.Tx, id int64) (Key, error) {
	var at db.Time
	if err := tx.QueryRow(ctx, `SELECT at FROM audit_entry WHERE id = $1`, []any{id}, &at); err != nil {
		return Key{}, err
	}
	return Key{At: at.Time, ID: id}, nil
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

const (
	pageSelect = `SELECT id, at, user_id, action, subject, detail, coalesce(number, 0) FROM audit_entry`
	pageOrder  = ` ORDER BY at DESC, id DESC`
)

func each(ctx context.Context, tx *db.Tx, where, limit string, args []any, fn func(Entry) error) error {
	return tx.Query(ctx, pageSelect+where+pageOrder+limit, args, func(r db.Scanner) error {
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
		// Of one user's entries few are walked, of one act's millions: an engine that does not count (SQLite) would
		// take the index of actions, which it cannot do with an expression.
		add(map[bool]string{false: "action =", true: "action || '' ="}[f.User != 0], f.Action)
	}
	if f.Subject != "" {
		add("subject =", f.Subject)
	}
	list := func(condition string, values []string) {
		if len(values) == 0 {
			return
		}
		b.WriteString(" AND " + condition + " " + db.In(len(args)+1, len(values)))
		for _, v := range values {
			args = append(args, v)
		}
	}
	list("action IN", f.Actions)
	list("action NOT IN", f.Without)
	list("subject IN", f.Subjects)
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
