package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/vault"
)

// record is the import's row, with its own key open.
type record struct {
	id      ImportID
	version int64
	state   State
	name    string
	file    vault.File
	wrapped []byte
	key     vault.Key
	opt     Options
	at      time.Time
	columns string // canonical names by which its rows are packed
	counts  Counts
	outcome Outcome // of the last dry run or of apply
	tried   bool    // outcome is known
	earlier ImportID
	block   int64
	undone  int64 // block of the undo
	sealed  []byte
	details details
}

// details is what a file says about itself: sealed under the file's own key.
type details struct {
	Confirmed []string      `json:"confirmed,omitempty"` // credit codes confirmed by the importer
	Sheets    []SheetReport `json:"sheets,omitempty"`
	Rules     []RuleCount   `json:"rules,omitempty"`
	Failure   *Failure      `json:"failure,omitempty"`
	Why       string        `json:"why,omitempty"`  // of the undo
	Same      bool          `json:"same,omitempty"` // nothing was read: the same file is in force
	Unchanged [2]int        `json:"unchanged"`      // all, and those mended among them
	Undo      *UndoTrial    `json:"undo,omitempty"` // what taking it back would do, as last tried
}

const recordColumns = `id, version, kind, state, name, sha256, size, stored_name, stored_key, wrapped_key, as_of, is_full,
	unit_id, unit_code, confirm_absent, by_user, received_at, columns, rows_read, accepted, mended, refused, duplicate,
	skipped, applied, proposed, standing, tried, earlier_id, block, undo_block, details`

// fields are the places to scan recordColumns into.
func (rec *record) fields() []any {
	return []any{(*int64)(&rec.id), &rec.version, &rec.opt.Kind, (*string)(&rec.state), &rec.name, &rec.file.SHA256, &rec.file.Size,
		&rec.file.Name, &rec.file.WrappedKey, &rec.wrapped, &rec.opt.AsOf, &rec.opt.Full, &rec.opt.Unit, &rec.opt.UnitCode,
		&rec.opt.ConfirmAbsent, &rec.opt.By, (*scanTime)(&rec.at), &rec.columns, &rec.counts.Read, &rec.counts.Accepted,
		&rec.counts.Mended, &rec.counts.Refused, &rec.counts.Duplicate, &rec.counts.Skipped, &rec.outcome.Applied,
		&rec.outcome.Proposed, &rec.outcome.Standing, &rec.tried, (*int64)(&rec.earlier), &rec.block, &rec.undone, &rec.sealed}
}

// scanTime reads an instant through db.Time into a plain one.
type scanTime time.Time

// Scan reads what either engine gives back.
func (t *scanTime) Scan(src any) error {
	var v db.Time
	if err := v.Scan(src); err != nil {
		return err
	}
	*t = scanTime(v.Time)
	return nil
}

// values are what insert and update write, in the order of recordColumns.
func (rec *record) values() ([]any, error) {
	text, err := json.Marshal(rec.details)
	if err != nil {
		return nil, fmt.Errorf("details of import: %w", err)
	}
	if rec.file.WrappedKey == nil {
		rec.file.WrappedKey = []byte{} // of a file that was forgotten; a column without NULL
	}
	sealed := rec.key.Seal(int64(rec.id), "intake_import.details", text)
	return []any{int64(rec.id), rec.version, rec.opt.Kind, string(rec.state), rec.name, rec.file.SHA256, rec.file.Size, rec.file.Name,
		rec.file.WrappedKey, rec.wrapped, rec.asOf(), rec.opt.Full, rec.opt.Unit, rec.opt.UnitCode, rec.opt.ConfirmAbsent, rec.opt.By,
		db.At(rec.at), rec.columns, rec.counts.Read, rec.counts.Accepted, rec.counts.Mended, rec.counts.Refused, rec.counts.Duplicate,
		rec.counts.Skipped, rec.outcome.Applied, rec.outcome.Proposed, rec.outcome.Standing, rec.tried, int64(rec.earlier), rec.block,
		rec.undone, sealed}, nil
}

// asOf is the day as stored: a file without one has the day before all others.
func (rec *record) asOf() date.Day {
	if rec.opt.AsOf == 0 {
		return date.Ever
	}
	return rec.opt.AsOf
}

func (rec *record) insert(ctx context.Context, tx *db.Tx) error {
	rec.version = 1
	values, err := rec.values()
	if err != nil {
		return err
	}
	holes := make([]string, len(values))
	for i := range holes {
		holes[i] = "$" + strconv.Itoa(i+1)
	}
	_, err = tx.Exec(ctx, "INSERT INTO intake_import ("+recordColumns+") VALUES ("+strings.Join(holes, ", ")+")", values...)
	if err != nil {
		return fmt.Errorf("insert import %s: %w", rec.id, err)
	}
	return nil
}

// update writes all that may change. The caller has taken or held the row.
func (rec *record) update(ctx context.Context, tx *db.Tx) error {
	values, err := rec.values()
	if err != nil {
		return err
	}
	var set []string
	for i, c := range strings.Split(strings.Join(strings.Fields(recordColumns), ""), ",") {
		if i > 0 {
			set = append(set, c+" = $"+strconv.Itoa(i+1))
		}
	}
	n, err := tx.Exec(ctx, "UPDATE intake_import SET "+strings.Join(set, ", ")+" WHERE id = $1", values...)
	if err != nil {
		return fmt.Errorf("update import %s: %w", rec.id, err)
	}
	if n != 1 {
		return fmt.Errorf("update import %s: %d rows", rec.id, n)
	}
	return nil
}

// open opens the file's own key and what it seals.
func (rec *record) open(v *vault.Vault) error {
	if rec.opt.AsOf == date.Ever {
		rec.opt.AsOf = 0
	}
	key, err := v.Unwrap(int64(rec.id), rec.wrapped)
	if err != nil {
		return fmt.Errorf("key of import %s: %w", rec.id, err)
	}
	rec.key = key
	text, err := key.Open(int64(rec.id), "intake_import.details", rec.sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &rec.details); err != nil {
		return fmt.Errorf("details of import %s: %w", rec.id, err)
	}
	if f := rec.details.Failure; f != nil {
		for i, a := range f.Args {
			if n, ok := a.(float64); ok { // JSON knows no whole numbers, messages do
				f.Args[i] = int64(n)
			}
		}
	}
	rec.opt.ConfirmedCodes = rec.details.Confirmed
	rec.outcome.Unchanged, rec.outcome.UnchangedMended = rec.details.Unchanged[0], rec.details.Unchanged[1]
	return nil
}

// clear forgets what an earlier reading of the file found.
func (rec *record) clear() {
	rec.counts, rec.outcome, rec.tried, rec.earlier = Counts{}, Outcome{}, false, 0
	rec.details = details{Confirmed: rec.details.Confirmed}
}

// settle puts an outcome into the totals: a row that says what is in force already is a duplicate.
func (rec *record) settle(o Outcome) Counts {
	c := rec.counts
	c.Accepted -= o.Unchanged - o.UnchangedMended
	c.Mended -= o.UnchangedMended
	c.Duplicate += o.Unchanged
	return c
}

// balanced checks that every row read is accounted for exactly once; anything else is a bug.
func (c Counts) balanced() error {
	if c.Read != c.Accepted+c.Mended+c.Refused+c.Duplicate || min(c.Accepted, c.Mended, c.Refused, c.Duplicate, c.Skipped) < 0 {
		return fmt.Errorf("intake: totals do not add up: %+v", c)
	}
	return nil
}

// report tells the record. After a dry run the totals are those that apply would give.
func (rec *record) report() Report {
	r := Report{ID: rec.id, Kind: rec.opt.Kind, Name: rec.name, SHA256: rec.file.SHA256, State: rec.state, Full: rec.opt.Full,
		Unit: rec.opt.Unit, UnitCode: rec.opt.UnitCode, By: rec.opt.By, At: rec.at.Format(time.RFC3339), Counts: rec.counts,
		Tried: rec.tried, Applied: rec.outcome.Applied, Proposed: rec.outcome.Proposed, Standing: rec.outcome.Standing,
		Earlier: rec.earlier, Block: rec.block, UndoBlock: rec.undone, Sheets: rec.details.Sheets, Rules: rec.details.Rules,
		Failure: rec.details.Failure, Why: rec.details.Why, UndoTrial: rec.details.Undo}
	if rec.opt.AsOf != 0 {
		r.AsOf = rec.opt.AsOf.String()
	}
	if rec.tried && rec.state == Staged {
		r.Counts = rec.settle(rec.outcome)
		r.NeedsConfirm = rec.outcome.NeedsConfirm(rec.opt.ConfirmAbsent)
	}
	return r
}

// forTarget is the import as its target sees it.
func (rec *record) forTarget() *Import {
	imp := &Import{ID: rec.id, Options: rec.opt, Name: rec.name, SHA256: rec.file.SHA256, At: rec.at, Earlier: rec.earlier,
		Staged: rec.counts.Accepted + rec.counts.Mended}
	for _, sh := range rec.details.Sheets {
		imp.Titles = append(imp.Titles, sh.Titles...)
	}
	return imp
}
