package filing

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// State is where a filing stands. Its word is in the catalogues as filing.state.<state>.
type State string

// The states.
const (
	Unsent    State = "unsent"    // 未报
	Sent      State = "sent"      // 已报
	Returned  State = "returned"  // 退回
	Confirmed State = "confirmed" // 已确认
)

// States lists the states on their way.
var States = []State{Unsent, Sent, Returned, Confirmed}

// Key is the catalogue key of the state's word.
func (s State) Key() string { return "filing.state." + string(s) }

// Open reports whether the unit has something to send.
func (s State) Open() bool { return s == Unsent || s == Returned }

// Filing is one unit's part of a call.
type Filing struct {
	ID          ID              `json:"id"`
	Call        CallID          `json:"call"`
	Unit        org.UnitID      `json:"unit"`
	Kind        string          `json:"kind"`
	AsOf        date.Day        `json:"as_of"`
	State       State           `json:"state"`
	DueOn       date.Day        `json:"due_on"`  // the unit's own, after an extension later than the call's
	Overdue     bool            `json:"overdue"` // open after its due day, as of today
	Import      intake.ImportID `json:"import"`  // what was sent; 0 = nothing
	SentAt      time.Time       `json:"sent_at,omitzero"`
	FilledIn    bool            `json:"filled_in"`        // 代填
	Reason      string          `json:"reason,omitempty"` // of the sending back
	AskedOn     date.Day        `json:"asked_on"`         // the later day that the unit asks for; 0 = none
	AskedReason string          `json:"asked_reason,omitempty"`

	wasReturned bool // before what was sent last
}

// Event is something that happened to a filing.
type Event struct {
	At     time.Time       `json:"at"`
	By     int64           `json:"by,string"`
	Act    string          `json:"act"` // sent, undone, confirmed, returned, asked, extended, declined
	Reason string          `json:"reason,omitempty"`
	Day    date.Day        `json:"day"` // asked for or given; 0 = none
	Import intake.ImportID `json:"import"`
}

const filingColumns = `f.filing_id, f.call_id, f.unit_id, f.kind, f.as_of_on, f.state, f.was_returned, f.due_on, f.import_id, f.sent_at, f.filled_in, f.reason, f.asked_on, f.asked_reason`

func scanFiling(r db.Scanner, f *Filing, today date.Day) error {
	var sent db.Time
	var asked sql.Null[date.Day]
	err := r.Scan((*int64)(&f.ID), (*int64)(&f.Call), (*int64)(&f.Unit), &f.Kind, &f.AsOf, (*string)(&f.State), &f.wasReturned, &f.DueOn,
		(*int64)(&f.Import), &sent, &f.FilledIn, &f.Reason, &asked, &f.AskedReason)
	f.SentAt, f.AskedOn, f.Overdue = sent.Time, asked.V, f.State.Open() && f.DueOn < today
	return err
}

// read loads a filing; NotFound outside the actor's subtree.
func (s *Service) read(ctx context.Context, tx *db.Tx, who account.Actor, id ID) (f Filing, err error) {
	found := false
	err = tx.Query(ctx, `SELECT `+filingColumns+` FROM filing_unit f WHERE f.filing_id = $1`, []any{int64(id)}, func(r db.Scanner) error {
		found = true
		return scanFiling(r, &f, tx.Today())
	})
	if err != nil {
		return f, fmt.Errorf("read filing: %w", err)
	}
	t, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return f, err
	}
	if lo, _ := t.Range(f.Unit); !found || !who.Scope.Has(lo) {
		return Filing{}, unknownFiling()
	}
	return f, nil
}

// take holds a filing's row until the transaction ends and loads it.
func (s *Service) take(ctx context.Context, tx *db.Tx, who account.Actor, id ID) (Filing, error) {
	if _, err := tx.Exec(ctx, `UPDATE filing_unit SET version = version + 1 WHERE filing_id = $1`, int64(id)); err != nil {
		return Filing{}, fmt.Errorf("take filing: %w", err)
	}
	return s.read(ctx, tx, who, id)
}

// save writes what may change. The caller holds the row.
func (f *Filing) save(ctx context.Context, tx *db.Tx) error {
	var asked any
	if f.AskedOn != 0 {
		asked = f.AskedOn
	}
	_, err := tx.Exec(ctx, `UPDATE filing_unit SET state = $1, was_returned = $2, due_on = $3, import_id = $4, sent_at = $5, filled_in = $6, reason = $7,
		asked_on = $8, asked_reason = $9 WHERE filing_id = $10`,
		string(f.State), f.wasReturned, f.DueOn, int64(f.Import), db.At(f.SentAt), f.FilledIn, f.Reason, asked, f.AskedReason, int64(f.ID))
	if err != nil {
		return fmt.Errorf("save filing: %w", err)
	}
	return nil
}

// note keeps an event for both sides and one line in the audit log, which holds no reason: a reason may name
// somebody.
func (f *Filing) note(ctx context.Context, tx *db.Tx, e Event) error {
	var day any
	if e.Day != 0 {
		day = e.Day
	}
	_, err := tx.Exec(ctx, `INSERT INTO filing_event (filing_id, id, at, by_user, act, reason, day_on, import_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(f.ID), tx.NewID(), db.At(tx.Now()), e.By, e.Act, strings.TrimSpace(e.Reason), day, int64(e.Import))
	if err != nil {
		return fmt.Errorf("note filing: %w", err)
	}
	return audit.Add(ctx, tx, e.By, "filing."+e.Act, subject(f.ID), map[string]any{"unit": f.Unit, "state": f.State, "due_on": f.DueOn, "import": e.Import})
}

// over is the way of every verb of the union above: right, rows taken, not one's own unit, the change, the note.
// All filings change or none does; of several, each that stops the act is named by its id.
func (s *Service) over(ctx context.Context, who account.Actor, ids []ID, do func(tx *db.Tx, f *Filing) (Event, error)) error {
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		var stopped fault.Check
		for _, id := range ids {
			f, err := s.take(ctx, tx, who, id)
			if err != nil {
				return err
			}
			var e Event
			if err = fault.New(fault.Forbidden, "filing.own_unit"); f.Unit != who.Scope.Unit {
				e, err = do(tx, &f)
			}
			if err != nil && len(ids) > 1 {
				if err = stopped.Stop(id.String(), err); err == nil {
					continue
				}
			}
			if err != nil {
				return err
			}
			e.By = who.UserID
			if err := f.save(ctx, tx); err != nil {
				return err
			}
			if err := f.note(ctx, tx, e); err != nil {
				return err
			}
		}
		return stopped.Err()
	})
}

// mostAtOnce is how many filings one act may change.
const mostAtOnce = 5000

// Confirm accepts what the units sent (确认). All of them, or none when one has sent nothing.
func (s *Service) Confirm(ctx context.Context, who account.Actor, ids ...ID) error {
	return s.ConfirmIn(ctx, who, 0, ids...)
}

// ConfirmIn is Confirm for filings of one call: a filing of another is not there. 0 is whatever call.
func (s *Service) ConfirmIn(ctx context.Context, who account.Actor, call CallID, ids ...ID) error {
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	var c fault.Check
	if chosen(&c, ids); c.Err() != nil {
		return c.Err()
	}
	return s.over(ctx, who, sorted(ids), func(_ *db.Tx, f *Filing) (Event, error) {
		if call != 0 && f.Call != call {
			return Event{}, unknownFiling()
		}
		if f.State != Sent {
			return Event{}, fault.New(fault.Conflict, "filing.not_sent")
		}
		f.State = Confirmed
		return Event{Act: "confirmed", Import: f.Import}, nil
	})
}

// chosen checks how many filings one act is to change.
func chosen(c *fault.Check, ids []ID) {
	switch {
	case len(ids) == 0:
		c.Add("filing", "filing.none_chosen")
	case len(ids) > mostAtOnce:
		c.Add("filing", "filing.too_many", mostAtOnce)
	}
}

// Return sends a filing back (退回) with a reason. What was sent stays in force until its import is undone or
// a new file replaces it.
func (s *Service) Return(ctx context.Context, who account.Actor, id ID, reason string) error {
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	var c fault.Check
	if reasoned(&c, reason); c.Err() != nil {
		return c.Err()
	}
	return s.over(ctx, who, []ID{id}, func(_ *db.Tx, f *Filing) (Event, error) {
		if f.State.Open() {
			return Event{}, fault.New(fault.Conflict, "filing.nothing_sent")
		}
		f.State, f.wasReturned, f.Reason = Returned, true, strings.TrimSpace(reason)
		return Event{Act: "returned", Reason: reason, Import: f.Import}, nil
	})
}

// Extend gives a unit a later day (延期), whether it asked or not.
func (s *Service) Extend(ctx context.Context, who account.Actor, id ID, until date.Day, reason string) error {
	return s.over(ctx, who, []ID{id}, extend(until, reason))
}

// ExtendMany gives several units the same later day: all of them, or none when one of them has sent its sheet or has that
// much time already. Each of these is named by its id.
func (s *Service) ExtendMany(ctx context.Context, who account.Actor, ids []ID, until date.Day, reason string) error {
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	var c fault.Check
	chosen(&c, ids)
	deadline(&c, until, 0, date.On(s.DB.Now()))
	reasoned(&c, reason)
	if err := c.Err(); err != nil {
		return err
	}
	return s.over(ctx, who, sorted(ids), extend(until, reason))
}

func extend(until date.Day, reason string) func(*db.Tx, *Filing) (Event, error) {
	return func(tx *db.Tx, f *Filing) (Event, error) {
		if !f.State.Open() { // before the day, which says nothing to who has sent
			return Event{}, fault.New(fault.Conflict, "filing.sent_already")
		}
		var c fault.Check
		deadline(&c, until, f.DueOn, tx.Today())
		reasoned(&c, reason)
		if err := c.Err(); err != nil {
			return Event{}, err
		}
		f.DueOn, f.AskedOn, f.AskedReason = until, 0, ""
		return Event{Act: "extended", Day: until, Reason: reason}, nil
	}
}

// Decline answers a unit that asked for a later day with no, and why.
func (s *Service) Decline(ctx context.Context, who account.Actor, id ID, reason string) error {
	if err := who.Must(account.FilingCall); err != nil {
		return err
	}
	var c fault.Check
	if reasoned(&c, reason); c.Err() != nil {
		return c.Err()
	}
	return s.over(ctx, who, []ID{id}, func(_ *db.Tx, f *Filing) (Event, error) {
		if f.AskedOn == 0 {
			return Event{}, fault.New(fault.Conflict, "filing.not_asked")
		}
		day := f.AskedOn
		f.AskedOn, f.AskedReason = 0, ""
		return Event{Act: "declined", Day: day, Reason: reason}, nil
	})
}

// Ask asks for a later day (申请延期), in the name of the unit itself.
func (s *Service) Ask(ctx context.Context, who account.Actor, id ID, until date.Day, reason string) error {
	if err := who.Must(account.FilingSend); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		f, err := s.take(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if f.Unit != who.Scope.Unit {
			return fault.New(fault.Forbidden, "filing.not_own_unit")
		}
		var c fault.Check
		deadline(&c, until, f.DueOn, tx.Today())
		reasoned(&c, reason)
		if err := c.Err(); err != nil {
			return err
		}
		if !f.State.Open() {
			return fault.New(fault.Conflict, "filing.sent_already")
		}
		f.AskedOn, f.AskedReason = until, strings.TrimSpace(reason)
		if err := f.save(ctx, tx); err != nil {
			return err
		}
		return f.note(ctx, tx, Event{By: who.UserID, Act: "asked", Day: until, Reason: reason})
	})
}
