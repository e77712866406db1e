package export

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// organisations is the list of units of the reader's subtree as they are on a day, in the official order. The employees are those of each unit itself, so that they add up.
func (m *making) organisations() (*list, error) {
	f := m.req.Units
	if f.On == 0 {
		f.On = m.today
	}
	f.Order = "" // a file stands in the list's own order
	units, err := m.Registry.ExportUnits(m.ctx, m.who, f)
	if err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.organisations"), sub: m.p.T("export.units_sub", f.On, m.today), rows: int64(len(units)), action: "export.organisations",
		detail: map[string]any{"kind": string(f.Kind), "on": f.On.String(), "ended": f.Ended},
		columns: []listing.Column{m.text("export.unit"), m.code("export.code"), m.text("export.kind"), m.text("export.parent"), m.text("export.district"), m.code("export.industry"), m.text("export.ownership"), m.text("export.size"),
			m.text("export.standing"), m.whole("export.own_people")}}
	l.each = func(_ context.Context, add func(...any) error) error {
		for _, u := range units {
			parent, industry, people := any(nil), any(nil), any(nil)
			if u.Parent != 0 {
				parent = m.tree.Name(u.Parent, f.On)
			}
			if u.Industry != 0 {
				industry = fmt.Sprintf("%04d", u.Industry)
			}
			if u.Counted {
				people = u.Own
			}
			if err := add(u.Name, u.Code, m.p.T(u.Kind.Key()), parent, m.labels.Of(ledger.District, int64(u.District)), industry,
				m.named(ledger.Ownership, int64(u.Ownership)), m.named(ledger.Size, int64(u.Size)), m.p.T(u.Standing.Key()), people); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}

// imports is the list of files taken in.
func (m *making) imports() (*list, error) {
	f := m.req.Imports
	total, by, err := m.Intake.CountIn(m.ctx, m.tx, m.viewer, f)
	if err != nil {
		return nil, err
	}
	if err := m.users(by); err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.imports"), sub: m.p.T("export.on", m.today), rows: int64(total), action: "export.imports", detail: map[string]any{"kind": f.Kind, "state": string(f.State)},
		columns: []listing.Column{m.text("export.file"), m.text("export.kind_of_file"), m.text("export.unit"), m.day("export.as_of"), m.text("export.full"), m.text("export.state"), m.whole("intake.label_read"),
			m.whole("intake.label_accepted"), m.whole("intake.label_mended"), m.whole("intake.label_refused"), m.whole("intake.label_duplicate"), m.code("export.block"), m.text("export.by"), m.text("export.at"), m.code("export.import")}}
	l.each = func(ctx context.Context, add func(...any) error) error {
		return m.Intake.EachIn(ctx, m.tx, m.viewer, f, func(r intake.Report) error {
			unit := m.p.T("export.whole_city")
			if r.Unit != 0 {
				unit = m.tree.Name(org.UnitID(r.Unit), m.today)
			}
			asOf, full, block := any(nil), "export.additional", any(nil)
			if day, ok := r.Day(); ok {
				asOf = day
			}
			if r.Full {
				full = "export.complete"
			}
			if r.Block != 0 {
				block = strconv.FormatInt(r.Block, 10)
			}
			return add(r.Name, m.p.T("export.kind_"+r.Kind), unit, asOf, m.p.T(full), m.p.T("intake.state_"+string(r.State)), r.Read, r.Accepted, r.Mended, r.Refused, r.Duplicate,
				block, by[r.By], instant(r.Received()), r.ID.String())
		})
	}
	return l, nil
}

// blocks is the list of sealed blocks, newest first. Its last row adds up their facts.
func (m *making) blocks() (*list, error) {
	if err := m.who.Must(account.BlockRead); err != nil {
		return nil, err
	}
	total, by, err := ledger.CountBlocks(m.ctx, m.tx)
	if err != nil {
		return nil, err
	}
	if err := m.users(by); err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.blocks"), sub: m.p.T("export.on", m.today), rows: total, action: "export.blocks", detail: map[string]any{},
		columns: []listing.Column{m.code("export.block"), m.text("export.sealed_at"), m.text("export.by"), m.whole("export.facts"), m.text("export.sums"), m.code("export.hash_before"), m.code("export.hash")}}
	l.each = func(ctx context.Context, add func(...any) error) error {
		for before := int64(0); ; {
			part, err := ledger.ListBlocks(ctx, m.tx, before, batch)
			if err != nil || len(part) == 0 {
				return err
			}
			for _, b := range part {
				sums := ""
				for i, s := range b.Sums {
					if i > 0 {
						sums += m.p.T("export.sums_and")
					}
					sums += m.p.T("export.sums_of", m.p.T("export.fact_"+s.Kind.String()), s.Facts, s.Quantity)
				}
				if err := add(strconv.FormatInt(b.Number, 10), instant(b.RecordedAt), by[b.RecordedBy], b.Facts, sums, b.Before.String(), b.Hash.String()); err != nil {
					return err
				}
			}
			if before = part[len(part)-1].Number; before <= 1 {
				return nil
			}
		}
	}
	return l, nil
}

// batch is how many rows are read at one time where a list is read in parts.
const batch = 500

// audit is the log of acts and looks, newest first.
func (m *making) audit() (*list, error) {
	if err := m.who.Must(account.AuditRead); err != nil {
		return nil, err
	}
	f, err := m.Accounts.ChooseLog(m.ctx, m.tx, m.who, m.req.Audit)
	if err != nil {
		return nil, err
	}
	total, by, err := audit.Count(m.ctx, m.tx, f)
	if err != nil {
		return nil, err
	}
	if err := m.users(by); err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.audit"), sub: m.p.T("export.on", m.today), rows: int64(total), action: "export.audit",
		detail:  map[string]any{"action": f.Action, "kind": m.req.Audit.Kind, "of_id": m.req.Audit.ID != "", "from": days(f.From), "to": days(f.To)},
		columns: []listing.Column{m.text("export.at"), m.code("export.by_id"), m.text("export.by"), m.text("export.action"), m.text("export.act"), m.code("export.subject"), m.text("export.detail"), m.code("export.number"), m.code("export.entry")}}
	if f.ByUser || f.User != 0 {
		l.detail["user"] = strconv.FormatInt(f.User, 10)
	}
	l.each = func(ctx context.Context, add func(...any) error) error {
		return audit.Each(ctx, m.tx, f, func(e audit.Entry) error {
			number := any(nil)
			if e.Number != 0 {
				number = strconv.FormatInt(e.Number, 10)
			}
			return add(instant(e.At), strconv.FormatInt(e.User, 10), by[e.User], e.Action, m.act(e.Action), e.Subject, detail(e.Detail), number, strconv.FormatInt(e.ID, 10))
		})
	}
	return l, nil
}

// act is an action in words; one that is not listed stays as it was written.
func (m *making) act(name string) string {
	if a, ok := audit.Find(name); ok {
		return m.p.T(a.Key())
	}
	return name
}

// accounts is the list of users within the reader's reach, by login.
func (m *making) accounts() (*list, error) {
	f := m.req.Users
	total, err := m.Accounts.CountIn(m.ctx, m.tx, m.who, f)
	if err != nil {
		return nil, err
	}
	by := map[int64]string{}
	if err := m.Accounts.EachIn(m.ctx, m.tx, m.who, f, func(u account.User) error { by[u.CreatedBy] = ""; return nil }); err != nil {
		return nil, err
	}
	if err := m.users(by); err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.users"), sub: m.p.T("export.on", m.today), rows: int64(total), action: "export.users",
		detail:  map[string]any{"letters": len([]rune(f.Text)), "role": f.Role, "state": f.State, "under": f.Under},
		columns: []listing.Column{m.code("export.login"), m.text("export.user_name"), m.text("export.role"), m.text("export.unit"), m.text("export.state"), m.text("export.last_login"), m.text("export.created_at"), m.text("export.created_by"), m.code("export.by_id")}}
	l.each = func(ctx context.Context, add func(...any) error) error {
		return m.Accounts.EachIn(ctx, m.tx, m.who, f, func(u account.User) error {
			unit, seen := m.p.T("export.whole_city"), any(nil)
			if u.Unit != 0 {
				unit = m.tree.Name(u.Unit, m.today)
			}
			if !u.LastLogin.IsZero() {
				seen = instant(u.LastLogin)
			}
			return add(u.Login, u.Name, m.p.T(u.Role.Key()), unit, m.p.T(u.State(m.tx.Now()).Key()), seen, instant(u.CreatedAt), by[u.CreatedBy], strconv.FormatInt(u.ID, 10))
		})
	}
	return l, nil
}

// detail leaves an empty object out.
func detail(d json.RawMessage) any {
	if string(d) == "{}" {
		return nil
	}
	return string(d)
}

func (m *making) cause(c ledger.Cause) string {
	if c == ledger.NoCause {
		return ""
	}
	return m.labels.Of(ledger.CauseOf, int64(c))
}

func rowText(l ledger.Line) string { return strconv.Itoa(l.Row()) }

// figureRank is the level that a figure is about: the one held now if it filters by it, else the
// highest ever held.
func figureRank(ind *figure.Indicator, f ledger.Fact) (ledger.Dim, int64) {
	if ind.Count != nil {
		for _, c := range ind.Count.Where {
			if c.Dim == ledger.Rank {
				return ledger.Rank, int64(f.Rank)
			}
		}
	}
	return ledger.RankEver, int64(f.RankEver)
}

// days is a day of a filter, empty when it filters nothing.
func days(d date.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
