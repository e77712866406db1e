package filing

import (
	"context"
	"slices"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

// RemindInput chooses whom a reminder is for. Without Filings it is everybody whom Filter chooses.
type RemindInput struct {
	Filter     Filter
	Filings    []ID
	CountsOnly bool // numbers by union, no names: for a group in which units of several unions read
}

// Reminder is what is still to be sent, for a text to copy into a chat group (催报文字). It holds names of units and
// nothing of people.
type Reminder struct {
	Call       Call
	CountsOnly bool
	Groups     []Group
	Total      int
}

// Group is the units of one union.
type Group struct {
	Union string    `json:"union"`
	Count int       `json:"count"`
	Units []Waiting `json:"units,omitempty"` // in the official order; none when only numbers are wanted
}

// Waiting is one unit that has something to send.
type Waiting struct {
	Name     string   `json:"name"`
	Returned bool     `json:"returned"` // it was sent back
	DueOn    date.Day `json:"-"`        // its own day, when that is later than the call's; else 0
}

// Remind puts together who has not sent yet, of the reader's own subtree. It is noted in the audit log.
func (s *Service) Remind(ctx context.Context, who account.Actor, id CallID, in RemindInput) (rem Reminder, err error) {
	if err := who.Must(account.FilingCall); err != nil {
		return rem, err
	}
	if err := checkState(in.Filter.State); err != nil {
		return rem, err
	}
	if in.Filter.State != "" && !in.Filter.State.Open() {
		return rem, fault.New(fault.Conflict, "filing.nothing_to_remind")
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		row, err := s.findCall(ctx, tx, who, id)
		if err != nil {
			return err
		}
		rem = Reminder{Call: row.Call, CountsOnly: in.CountsOnly}
		rows, err := s.rows(ctx, tx, who, id, in.Filter)
		if err != nil {
			return err
		}
		t, err := s.Org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		for i := range rows {
			if rows[i].State.Open() && (len(in.Filings) == 0 || slices.Contains(in.Filings, rows[i].ID)) {
				rem.add(t.Name(rows[i].Union, tx.Today()), rows[i])
			}
		}
		if rem.Total == 0 {
			return fault.New(fault.Conflict, "filing.nothing_to_remind")
		}
		return audit.Add(ctx, tx, who.UserID, "filing.remind", "call:"+id.String(), map[string]any{"units": rem.Total, "counts_only": in.CountsOnly})
	})
	return rem, err
}

// add puts a unit behind those before it; rows come in the official order, so a union's units come together.
func (rem *Reminder) add(union string, row Row) {
	if n := len(rem.Groups); n == 0 || rem.Groups[n-1].Union != union {
		rem.Groups = append(rem.Groups, Group{Union: union})
	}
	g := &rem.Groups[len(rem.Groups)-1]
	g.Count++
	rem.Total++
	if rem.CountsOnly {
		return
	}
	w := Waiting{Name: row.Name, Returned: row.State == Returned}
	if row.DueOn != rem.Call.DueOn {
		w.DueOn = row.DueOn
	}
	g.Units = append(g.Units, w)
}

// Text is the reminder in one language. kind is the sheet's name in that language.
func (rem Reminder) Text(p locale.Printer, kind string) string {
	var b strings.Builder
	b.WriteString(p.T("filing.remind_head", rem.Call.Title, kind, rem.Call.AsOf, rem.Call.DueOn) + "\n")
	b.WriteString(p.T("filing.remind_count", rem.Total) + "\n")
	for _, g := range rem.Groups {
		b.WriteString(p.T("filing.remind_group", unitIn(p, g.Union), g.Count) + "\n")
		for _, u := range g.Units {
			line := "  " + unitIn(p, u.Name)
			if u.Returned {
				line += p.T("filing.remind_returned")
			}
			if u.DueOn != 0 {
				line += p.T("filing.remind_until", u.DueOn)
			}
			b.WriteString(line + "\n")
		}
	}
	b.WriteString(p.T("filing.remind_foot"))
	return b.String()
}

// unitIn writes the name of a unit for the language of the text.
func unitIn(p locale.Printer, name string) string {
	if p.Lang() == locale.EN {
		return cn.PinyinFirm(name)
	}
	return name
}
