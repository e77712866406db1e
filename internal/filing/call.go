package filing

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

// Call is what is asked.
type Call struct {
	ID        CallID     `json:"id"`
	Title     string     `json:"title"`
	Note      string     `json:"note"`
	Kind      string     `json:"kind"`
	AsOf      date.Day   `json:"as_of"`
	DueOn     date.Day   `json:"due_on"`
	ByUnit    org.UnitID `json:"by_unit"` // 0: the city
	ByUser    int64      `json:"by_user,string"`
	CreatedAt time.Time  `json:"created_at"`
}

// CallInput is what a new call needs.
type CallInput struct {
	Title    string
	Note     string   // what to look to when filling in; may be empty
	Kind     string   // of the sheet
	AsOf     date.Day // 截至
	DueOn    date.Day
	Under    org.UnitID // whose subtree is asked; 0 = the caller's own
	UnitKind org.Kind   // kind of the units asked; "" = enterprises
	Size     org.Size   // only units of this size; 0 = all
	Section  string     // only units of this section of GB/T 4754 (C); "" = all
}

// Lengths of texts, in characters: a title stands on one line of a chat, a note or a reason in one message.
const (
	titleMax = 60
	noteMax  = 500
)

// furthest is how far ahead a due day may lie: a mistyped year is told.
const furthest = 2 * 366

// check finds everything that is wrong with the terms.
func (s *Service) check(in CallInput, today date.Day) error {
	var c fault.Check
	if n := utf8.RuneCountInString(strings.TrimSpace(in.Title)); n == 0 || n > titleMax {
		c.Add("title", "filing.title_length", titleMax)
	}
	if utf8.RuneCountInString(in.Note) > noteMax {
		c.Add("note", "filing.text_long", noteMax)
	}
	if personal(in.Title) {
		c.Add("title", "filing.text_personal")
	}
	if personal(in.Note) {
		c.Add("note", "filing.text_personal")
	}
	if kinds := s.Kinds(); !slices.Contains(kinds, in.Kind) {
		c.Add("kind", "filing.kind_unknown", in.Kind)
	}
	if in.AsOf == 0 {
		c.Add("as_of", "filing.as_of_missing")
	}
	switch {
	case in.DueOn == 0:
		c.Add("due_on", "filing.due_missing")
	case in.DueOn < today:
		c.Add("due_on", "filing.due_past", in.DueOn)
	case in.DueOn < in.AsOf:
		c.Add("due_on", "filing.due_before", in.DueOn, in.AsOf)
	case in.DueOn > today+furthest:
		c.Add("due_on", "filing.due_far", in.DueOn)
	}
	if in.UnitKind != "" && (!in.UnitKind.Known() || in.UnitKind == org.City) {
		c.Add("unit_kind", "filing.unit_kind_unknown", string(in.UnitKind))
	}
	if in.Section != "" && (len(in.Section) != 1 || in.Section[0] < 'A' || in.Section[0] > 'T') {
		c.Add("section", "filing.section_unknown", in.Section)
	}
	return c.Err()
}

// personalDigits is how many digits in a row may be a phone or ID number: none belongs into a text that
// goes to many people.
const personalDigits = 11

func personal(text string) bool {
	run := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r) || run > 0 && (r == 'X' || r == 'x'):
			if run++; run >= personalDigits {
				return true
			}
		case r == ' ' || r == '-':
		default:
			run = 0
		}
	}
	return false
}

// Preview tells before anybody is asked whom a call would ask.
type Preview struct {
	Units   []org.UnitID `json:"units"`   // whom it asks, in the official order
	Sent    int          `json:"sent"`    // of these: have handed the sheet in already
	Already int          `json:"already"` // left out: asked for this sheet and day by an earlier call
	Silent  int          `json:"silent"`  // of Units: nobody there has an account
}

// Preview chooses the units of a call without asking them.
func (s *Service) Preview(ctx context.Context, who account.Actor, in CallInput) (p Preview, err error) {
	if err := who.Must(account.FilingCall); err != nil {
		return p, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if err := s.check(in, tx.Today()); err != nil {
			return err
		}
		p, _, err = s.choose(ctx, tx, who, in)
		return err
	})
	return p, err
}

// CreateCall asks. It is a Conflict when there is nobody left to ask.
func (s *Service) CreateCall(ctx context.Context, who account.Actor, in CallInput) (c Call, p Preview, err error) {
	if err := who.Must(account.FilingCall); err != nil {
		return c, p, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.check(in, tx.Today()); err != nil {
			return err
		}
		if err := takeHead(ctx, tx); err != nil {
			return err
		}
		var sent map[org.UnitID]intake.Import
		if p, sent, err = s.choose(ctx, tx, who, in); err != nil {
			return err
		}
		if len(p.Units) == 0 {
			return fault.New(fault.Conflict, "filing.nobody", p.Already).WithFix("filing.nobody_fix")
		}
		c = Call{ID: CallID(tx.NewID()), Title: strings.TrimSpace(in.Title), Note: strings.TrimSpace(in.Note), Kind: in.Kind, AsOf: in.AsOf, DueOn: in.DueOn,
			ByUnit: who.Scope.Unit, ByUser: who.UserID, CreatedAt: tx.Now()}
		if _, err := tx.Exec(ctx, `INSERT INTO filing_call (call_id, title, note, kind, as_of_on, due_on, by_unit, by_user, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, int64(c.ID), c.Title, c.Note, c.Kind, c.AsOf, c.DueOn, int64(c.ByUnit), c.ByUser, db.At(c.CreatedAt)); err != nil {
			return fmt.Errorf("create call: %w", err)
		}
		if err := insertFilings(ctx, tx, c, p.Units); err != nil {
			return err
		}
		for _, unit := range p.Units {
			if imp, ok := sent[unit]; ok {
				if err := s.ImportApplied(ctx, tx, &imp); err != nil {
					return err
				}
			}
		}
		return audit.Add(ctx, tx, who.UserID, "filing.call", "call:"+c.ID.String(), map[string]any{"kind": c.Kind, "as_of": c.AsOf, "due_on": c.DueOn, "units": len(p.Units)})
	})
	return c, p, err
}

func insertFilings(ctx context.Context, tx *db.Tx, c Call, units []org.UnitID) error {
	ids := make([]int64, len(units))
	for i := range ids {
		ids[i] = tx.NewID()
	}
	var rows iter.Seq2[[]any, error] = func(yield func([]any, error) bool) {
		for i, unit := range units {
			if !yield([]any{ids[i], int64(0), int64(c.ID), int64(unit), c.Kind, c.AsOf, string(Unsent), false, c.DueOn, int64(0), false, "", ""}, nil) {
				return
			}
		}
	}
	_, err := tx.Bulk(ctx, "filing_unit", []string{"filing_id", "version", "call_id", "unit_id", "kind", "as_of_on", "state", "was_returned",
		"due_on", "import_id", "filled_in", "reason", "asked_reason"}, rows)
	if err != nil {
		return fmt.Errorf("ask units: %w", err)
	}
	return nil
}

// choose finds whom the terms mean, and which of them have sent already.
func (s *Service) choose(ctx context.Context, tx *db.Tx, who account.Actor, in CallInput) (p Preview, sent map[org.UnitID]intake.Import, err error) {
	t, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return p, nil, err
	}
	top := in.Under
	if top == 0 {
		if top = who.Scope.Unit; top == 0 {
			top = t.Root()
		}
	}
	if lo, _ := t.Range(top); !who.Scope.Has(lo) {
		var c fault.Check
		c.Add("under", "filing.under_outside")
		return p, nil, c.Err()
	}
	asked, err := askedUnits(ctx, tx, in.Kind, in.AsOf)
	if err != nil {
		return p, nil, err
	}
	reached, err := s.Accounts.Reached(ctx, tx)
	if err != nil {
		return p, nil, err
	}
	p.Units = []org.UnitID{}
	kind := in.UnitKind
	if kind == "" {
		kind = org.Enterprise
	}
	sent = map[org.UnitID]intake.Import{}
	imports, err := s.InForce(ctx, tx, in.Kind, in.AsOf)
	if err != nil {
		return p, nil, err
	}
	for _, imp := range imports {
		sent[org.UnitID(imp.Unit)] = imp
	}
	for _, id := range t.Official(top, tx.Today()) {
		st, _ := t.At(id, tx.Today())
		switch {
		case id == who.Scope.Unit || st.Kind != kind || in.Size != 0 && st.Size != in.Size || in.Section != "" && cn.Section(st.Industry) != in.Section:
		case asked[id]:
			p.Already++
		default:
			p.Units = append(p.Units, id)
			if _, ok := sent[id]; ok {
				p.Sent++
			}
			if !reached[id] {
				p.Silent++
			}
		}
	}
	return p, sent, nil
}

func askedUnits(ctx context.Context, tx *db.Tx, kind string, asOf date.Day) (map[org.UnitID]bool, error) {
	out := map[org.UnitID]bool{}
	err := tx.Query(ctx, `SELECT unit_id FROM filing_unit WHERE kind = $1 AND as_of_on = $2`, []any{kind, asOf}, func(r db.Scanner) error {
		var id int64
		err := r.Scan(&id)
		out[org.UnitID(id)] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who was asked: %w", err)
	}
	return out, nil
}

// deadline checks a later day for one unit: after the one that holds, not past, and not absurd.
func deadline(c *fault.Check, day, due, today date.Day) {
	switch {
	case day == 0:
		c.Add("until", "filing.until_missing")
	case day <= due:
		c.Add("until", "filing.until_early", due)
	case day < today:
		c.Add("until", "filing.due_past", day)
	case day > today+furthest:
		c.Add("until", "filing.due_far", day)
	}
}

// reasoned checks a reason, which both sides read.
func reasoned(c *fault.Check, reason string) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n == 0:
		c.Add("reason", "filing.reason_missing")
	case n > noteMax:
		c.Add("reason", "filing.text_long", noteMax)
	}
	if personal(reason) {
		c.Add("reason", "filing.text_personal")
	}
}
