package filing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// Counts are the filings of a call within the reader's subtree. Asked = Unsent + Sent + Returned + Confirmed.
type Counts struct {
	Asked     int `json:"asked"`
	Unsent    int `json:"unsent"`
	Sent      int `json:"sent"`
	Returned  int `json:"returned"`
	Confirmed int `json:"confirmed"`
	Overdue   int `json:"overdue"` // of Unsent and Returned
	Asking    int `json:"asking"`  // of Unsent and Returned: ask for a later day
}

// Of is the number in one state.
func (c Counts) Of(s State) int {
	return map[State]int{Unsent: c.Unsent, Sent: c.Sent, Returned: c.Returned, Confirmed: c.Confirmed}[s]
}

func (c *Counts) add(f *Filing) {
	c.Asked++
	switch f.State {
	case Unsent:
		c.Unsent++
	case Sent:
		c.Sent++
	case Returned:
		c.Returned++
	case Confirmed:
		c.Confirmed++
	}
	if f.Overdue {
		c.Overdue++
	}
	if f.AskedOn != 0 {
		c.Asking++
	}
}

// CallRow is a call in a list, with what the reader sees of it.
type CallRow struct {
	Call
	Counts Counts `json:"counts"`
}

// Row is a filing in a list.
type Row struct {
	Filing
	Name  string     `json:"name"`
	Union org.UnitID `json:"union"` // the union directly under the city that the unit belongs to
}

const callColumns = `c.call_id, c.title, c.note, c.kind, c.as_of_on, c.due_on, c.by_unit, c.by_user, c.created_at`

func scanCall(r db.Scanner, c *Call) error {
	var at db.Time
	err := r.Scan((*int64)(&c.ID), &c.Title, &c.Note, &c.Kind, &c.AsOf, &c.DueOn, (*int64)(&c.ByUnit), &c.ByUser, &at)
	c.CreatedAt = at.Time
	return err
}

// visible is the condition under which a filing f is the actor's to see, as SQL with the next places of args.
// Units that are gone lie in no subtree: only who sees the whole city sees them.
func visible(who account.Actor, args []any) (string, []any) {
	if who.Scope.All {
		return "TRUE", args
	}
	n := len(args)
	return "f.unit_id IN (SELECT unit_id FROM org_unit WHERE lo BETWEEN $" + strconv.Itoa(n+1) + " AND $" + strconv.Itoa(n+2) + ")", append(args, who.Scope.Lo, who.Scope.Hi)
}

// callOrders are the columns by which the calls may be ordered. The units that a call asks have no other order than the
// official one: returns are never ranked.
var callOrders = listing.Orders{"as_of": {Expr: "c.as_of_on"}, "due": {Expr: "c.due_on"}}

// ListCalls gives the calls that ask a unit of the reader's subtree, newest first or as asked for, and how many there are.
// After is the last call of the page before.
func (s *Service) ListCalls(ctx context.Context, who account.Actor, order listing.Order, after CallID, limit int) (out []CallRow, total int, err error) {
	if err := who.Must(account.FilingRead); err != nil {
		return nil, 0, err
	}
	expr, down, err := callOrders.Of(order)
	if err != nil {
		return nil, 0, err
	}
	out = []CallRow{}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		cond, args := visible(who, nil)
		where := ` FROM filing_call c WHERE EXISTS (SELECT 1 FROM filing_unit f WHERE f.call_id = c.call_id AND ` + cond + `)`
		if err := tx.QueryRow(ctx, `SELECT count(*)`+where, args, &total); err != nil {
			return err
		}
		by := "" // ids are made in the order of time
		if expr != "" {
			by = expr + ", "
		}
		if down {
			by = expr + " DESC, "
		}
		if after != 0 {
			behind, more, err := s.behind(ctx, tx, who, expr, down, after, len(args))
			if err != nil {
				return err
			}
			where, args = where+" AND "+behind, append(args, more...)
		}
		where += ` ORDER BY ` + by + `c.call_id DESC LIMIT $` + strconv.Itoa(len(args)+1)
		err := tx.Query(ctx, `SELECT `+callColumns+where, append(args, limit), func(r db.Scanner) error {
			var row CallRow
			err := scanCall(r, &row.Call)
			out = append(out, row)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out {
			if out[i].Counts, err = s.counts(ctx, tx, who, out[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list calls: %w", err)
	}
	return out, total, nil
}

// behind is the condition under which a call stands behind another one, which the reader must see; n places of
// arguments are taken before it.
func (s *Service) behind(ctx context.Context, tx *db.Tx, who account.Actor, expr string, down bool, after CallID, n int) (string, []any, error) {
	if expr == "" {
		return `c.call_id < $` + strconv.Itoa(n+1), []any{int64(after)}, nil
	}
	if _, err := s.findCall(ctx, tx, who, after); err != nil {
		return "", nil, fault.New(fault.Invalid, "listing.after_gone").Because(err)
	}
	var key any
	if err := tx.QueryRow(ctx, `SELECT `+expr+` FROM filing_call c WHERE c.call_id = $1`, []any{int64(after)}, &key); err != nil {
		return "", nil, err
	}
	beyond := " > $"
	if down {
		beyond = " < $"
	}
	first, second := strconv.Itoa(n+1), strconv.Itoa(n+2)
	return `(` + expr + beyond + first + ` OR (` + expr + ` = $` + first + ` AND c.call_id < $` + second + `))`, []any{key, int64(after)}, nil
}

func (s *Service) counts(ctx context.Context, tx *db.Tx, who account.Actor, id CallID) (c Counts, err error) {
	err = s.each(ctx, tx, who, id, func(f Filing) { c.add(&f) })
	return c, err
}

// each walks the filings of a call within the reader's subtree. A call of the whole city has some thousands, each a
// short row: they are counted and ordered here, because the official order lives in the tree.
func (s *Service) each(ctx context.Context, tx *db.Tx, who account.Actor, id CallID, do func(Filing)) error {
	cond, args := visible(who, []any{int64(id)})
	return tx.Query(ctx, `SELECT `+filingColumns+` FROM filing_unit f WHERE f.call_id = $1 AND `+cond, args, func(r db.Scanner) error {
		var f Filing
		if err := scanFiling(r, &f, tx.Today()); err != nil {
			return err
		}
		do(f)
		return nil
	})
}

// findCall reads a call of which the reader sees at least one filing.
func (s *Service) findCall(ctx context.Context, tx *db.Tx, who account.Actor, id CallID) (row CallRow, err error) {
	found := false
	err = tx.Query(ctx, `SELECT `+callColumns+` FROM filing_call c WHERE c.call_id = $1`, []any{int64(id)}, func(r db.Scanner) error {
		found = true
		return scanCall(r, &row.Call)
	})
	if err != nil {
		return row, err
	}
	if found {
		row.Counts, err = s.counts(ctx, tx, who, id)
	}
	if err == nil && row.Counts.Asked == 0 {
		err = unknownCall()
	}
	if err != nil {
		return CallRow{}, err
	}
	return row, nil
}

// FindCall gives one call; NotFound when it asks nobody in the reader's subtree.
func (s *Service) FindCall(ctx context.Context, who account.Actor, id CallID) (row CallRow, err error) {
	if err := who.Must(account.FilingRead); err != nil {
		return row, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		row, err = s.findCall(ctx, tx, who, id)
		return err
	})
	return row, err
}

// Filter chooses filings of a call. Zero fields choose all.
type Filter struct {
	State   State
	Overdue bool
	Asking  bool       // asks for a later day
	Union   org.UnitID // below this union
	Text    string     // part of the unit's name
	After   org.UnitID // only what stands behind this unit in the official order: the last row of the page before
	Limit   int        // 0 = all
}

func (f Filter) has(row *Row) bool {
	return (f.State == "" || row.State == f.State) && (!f.Overdue || row.Overdue) && (!f.Asking || row.AskedOn != 0) &&
		(f.Union == 0 || row.Union == f.Union) && (f.Text == "" || strings.Contains(cn.Fold(row.Name), cn.Fold(f.Text)))
}

// List gives the filings of a call within the reader's subtree in the official order, how many the filter chooses in
// all, and how many of them stand before this page.
func (s *Service) List(ctx context.Context, who account.Actor, id CallID, f Filter) (out []Row, total, before int, err error) {
	if err := who.Must(account.FilingRead); err != nil {
		return nil, 0, 0, err
	}
	if err := checkState(f.State); err != nil {
		return nil, 0, 0, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if _, err := s.findCall(ctx, tx, who, id); err != nil {
			return err
		}
		out, err = s.rows(ctx, tx, who, id, f)
		return err
	})
	if err != nil {
		return nil, 0, 0, err
	}
	total = len(out)
	if f.After != 0 {
		before = slices.IndexFunc(out, func(r Row) bool { return r.Unit == f.After }) + 1
		out = out[before:]
	}
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out, total, before, nil
}

// rows are the filings of a call that a filter chooses, in the official order.
func (s *Service) rows(ctx context.Context, tx *db.Tx, who account.Actor, id CallID, f Filter) (out []Row, err error) {
	t, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, err
	}
	out = []Row{}
	place := map[org.UnitID]int{}
	for i, u := range t.Official(t.Root(), tx.Today()) {
		place[u] = i + 1
	}
	err = s.each(ctx, tx, who, id, func(x Filing) {
		st, _ := t.At(x.Unit, tx.Today())
		if row := (Row{Filing: x, Name: st.Name, Union: st.Union}); f.has(&row) {
			out = append(out, row)
		}
	})
	slices.SortFunc(out, func(a, b Row) int { return place[a.Unit] - place[b.Unit] })
	return out, err
}

// Mine gives what the reader's own unit is asked for: what is open first, then by due day.
func (s *Service) Mine(ctx context.Context, who account.Actor) (out []Own, err error) {
	if err := who.Must(account.FilingSend); err != nil {
		return nil, err
	}
	out = []Own{}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT `+filingColumns+`, c.title, c.note FROM filing_unit f JOIN filing_call c ON c.call_id = f.call_id
			WHERE f.unit_id = $1 ORDER BY f.due_on DESC, f.filing_id DESC`, []any{int64(who.Scope.Unit)}, func(r db.Scanner) error {
			o := Own{}
			err := scanFiling(withMore{r, []any{&o.Title, &o.Note}}, &o.Filing, tx.Today())
			out = append(out, o)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("own filings: %w", err)
	}
	slices.SortStableFunc(out, func(a, b Own) int {
		if x, y := a.State.Open(), b.State.Open(); x != y {
			if x {
				return -1
			}
			return 1
		}
		if a.State.Open() { // what is due first stands first; what is done, last done first
			return int(a.DueOn - b.DueOn)
		}
		return 0
	})
	return out, nil
}

// OfUnit gives what one unit of the reader's subtree was asked for, what is due last first.
func (s *Service) OfUnit(ctx context.Context, who account.Actor, unit org.UnitID) (out []Own, err error) {
	if err := who.Must(account.FilingRead); err != nil {
		return nil, err
	}
	out = []Own{}
	cond, args := visible(who, []any{int64(unit)})
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT `+filingColumns+`, c.title, c.note FROM filing_unit f JOIN filing_call c ON c.call_id = f.call_id
			WHERE f.unit_id = $1 AND `+cond+` ORDER BY f.due_on DESC, f.filing_id DESC`, args, func(r db.Scanner) error {
			o := Own{}
			err := scanFiling(withMore{r, []any{&o.Title, &o.Note}}, &o.Filing, tx.Today())
			out = append(out, o)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("filings of a unit: %w", err)
	}
	return out, nil
}

// Own is a filing as its unit sees it.
type Own struct {
	Filing
	Title string `json:"title"`
	Note  string `json:"note"`
}

// withMore reads further columns behind those of a filing.
type withMore struct {
	db.Scanner
	more []any
}

// Scan reads the row.
func (w withMore) Scan(dest ...any) error { return w.Scanner.Scan(append(dest, w.more...)...) }

// Detail is one filing with its call and its history.
type Detail struct {
	Row
	Asked  Call    `json:"asked"`
	Events []Event `json:"events"` // newest first
	// What the reader may do now; the verbs ask again.
	MaySend, MayAsk, MayConfirm, MayReturn, MayExtend, MayDecline bool `json:"-"`
}

// Find gives one filing; NotFound outside the reader's subtree.
func (s *Service) Find(ctx context.Context, who account.Actor, id ID) (d Detail, err error) {
	if err := who.Must(account.FilingRead); err != nil {
		return d, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if d.Filing, err = s.read(ctx, tx, who, id); err != nil {
			return err
		}
		t, err := s.Org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		st, _ := t.At(d.Unit, tx.Today())
		d.Name, d.Union = st.Name, st.Union
		if err := tx.Query(ctx, `SELECT `+callColumns+` FROM filing_call c WHERE c.call_id = $1`, []any{int64(d.Call)}, func(r db.Scanner) error {
			return scanCall(r, &d.Asked)
		}); err != nil {
			return err
		}
		d.Events, err = events(ctx, tx, id)
		return err
	})
	if err != nil {
		return Detail{}, err
	}
	over, own := who.Must(account.FilingCall) == nil && d.Unit != who.Scope.Unit, who.Must(account.FilingSend) == nil && d.Unit == who.Scope.Unit
	d.MaySend = d.State.Open() && who.Must(account.ImportWrite) == nil
	d.MayAsk = own && d.State.Open()
	d.MayConfirm, d.MayReturn = over && d.State == Sent, over && !d.State.Open()
	d.MayExtend, d.MayDecline = over && d.State.Open(), over && d.AskedOn != 0
	return d, nil
}

func events(ctx context.Context, tx *db.Tx, id ID) (out []Event, err error) {
	err = tx.Query(ctx, `SELECT at, by_user, act, reason, coalesce(day_on, '0001-01-01'), import_id FROM filing_event WHERE filing_id = $1 ORDER BY id DESC`, []any{int64(id)}, func(r db.Scanner) error {
		var e Event
		var at db.Time
		err := r.Scan(&at, &e.By, &e.Act, &e.Reason, &e.Day, (*int64)(&e.Import))
		if e.At = at.Time; e.Day == date.Ever {
			e.Day = 0
		}
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("history of filing: %w", err)
	}
	return out, nil
}

// sorted are ids ascending, each once, so that two acts over the same rows take them in one order.
func sorted(ids []ID) []ID {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(out)
}

// checkState refuses a state that nobody knows.
func checkState(s State) error {
	if s == "" || slices.Contains(States, s) {
		return nil
	}
	var c fault.Check
	c.Add("state", "filing.state_unknown", string(s))
	return c.Err()
}
