package export

import (
	"context"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
)

// workers is the list of people's files.
func (m *making) workers() (*list, error) {
	f := m.req.Workers
	form := registry.ExportForm{Filter: f, Numbers: m.req.Numbers != Without, Full: m.req.Numbers == Full, Why: m.req.Why}
	if !(m.req.Numbers == Without || m.req.Numbers == Masked || m.req.Numbers == Full) {
		return nil, fault.New(fault.Invalid, "export.numbers_unknown", string(m.req.Numbers))
	}
	total, all, err := m.Registry.Export(m.ctx, m.tx, m.who, form)
	if err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.workers"), sub: m.p.T("export.people_sub", m.today, total), rows: int64(total), columns: []listing.Column{
		m.text("export.name"), m.text("export.sex"), m.whole("export.age"), m.text("export.employer"), m.text("export.district"), m.text("export.rank"), m.text("export.class"),
	}}
	if form.Numbers {
		l.columns = append(l.columns, m.code("export.id_number"), m.code("export.phone"))
	}
	l.each = func(_ context.Context, add func(...any) error) error {
		for x, err := range all {
			if err != nil {
				return err
			}
			row := []any{x.Name, m.labels.Of(ledger.Sex, int64(x.Sex)), age(x.Birth, m.today), m.named(ledger.Employer, int64(x.Employer)), m.labels.Of(ledger.District, int64(x.District)),
				m.named(ledger.RankEver, int64(x.RankEver)), m.named(ledger.Class, int64(x.Class))}
			if form.Numbers {
				row = append(row, x.IDNumber, x.Phone)
			}
			if err := add(row...); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}

// age is an empty cell for somebody whose birth is not known.
func age(birth date.Month, on date.Day) any {
	if birth == 0 {
		return nil
	}
	return birth.Age(on)
}

// named is an empty cell for none.
func (m *making) named(d ledger.Dim, v int64) any {
	if v == 0 {
		return nil
	}
	return m.labels.Of(d, v)
}

// leavers is the list of those whom a complete roster proposes as leavers.
func (m *making) leavers() (*list, error) {
	r, err := m.Intake.Find(m.ctx, m.viewer, m.req.Import) // the reader sees the import, or there is none
	if err != nil {
		return nil, err
	}
	found, err := m.Registry.ExportLeavers(m.ctx, m.tx, m.who, m.req.Import)
	if err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.leavers"), sub: m.p.T("export.leavers_sub", r.Name, r.AsOf), rows: int64(len(found)), action: "export.leavers", subject: r.ID.String(), detail: map[string]any{},
		columns: []listing.Column{m.text("export.name"), m.text("export.employer"), m.day("export.as_of"), m.text("export.state")}}
	l.each = func(_ context.Context, add func(...any) error) error {
		for _, x := range found {
			name := x.Name
			if name == "" {
				name = m.p.T("figure.elsewhere")
			}
			if err := add(name, m.tree.Name(x.Employer, x.AsOf), x.AsOf, m.p.T("registry.leaver_"+x.State)); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}

// figureRows are the people or things behind a figure.
func (m *making) figureRows() (*list, error) {
	req := m.req.Figure
	req.By = nil
	o, named, err := m.Figures.Export(m.ctx, m.who, req)
	if err != nil {
		return nil, err
	}
	if o.Ratio != nil {
		return nil, fault.New(fault.Invalid, "export.rate", o.Ratio.Numerator, o.Ratio.Denominator)
	}
	l := &list{title: o.TitleIn(string(m.p.Lang())), sub: m.p.T("export.as_of_block", o.On, o.Block), rows: int64(o.Total), columns: []listing.Column{
		m.text("export.name"), m.text("export.employer"), m.text("export.district"), m.text("export.rank"), m.day("export.fact_on"), m.text("export.cause"),
		m.text("export.file"), m.text("export.sheet"), m.code("export.row"), m.whole("export.quantity"),
	}}
	l.each = func(ctx context.Context, add func(...any) error) error {
		sum := int64(0)
		for r, err := range named(ctx, m.tx) {
			if err != nil {
				return err
			}
			f := r.Fact.Fact
			name, rank := r.Name, any(m.labels.Of(figureRank(o.Indicator, f)))
			switch {
			case r.Worker == 0:
				name, rank = m.labels.Of(ledger.District, int64(f.District)), nil
			case name == "":
				name = m.p.T("figure.elsewhere")
			}
			employer := m.p.T("export.no_employer")
			if f.Employer != 0 {
				employer = m.labels.Of(ledger.Employer, f.Employer)
			}
			file, sheet, row := any(nil), any(nil), any(nil)
			if f.Import != 0 && r.File != "" {
				file, sheet, row = r.File, r.Sheet, rowText(f.Line)
			}
			sum += r.Quantity
			if err := add(name, employer, m.labels.Of(ledger.District, int64(f.District)), rank, f.OccurredOn, m.cause(f.Cause), file, sheet, row, r.Quantity); err != nil {
				return err
			}
		}
		if sum != o.Quantity {
			return fault.New(fault.Conflict, "export.sum_differs", sum, o.Quantity)
		}
		return nil
	}
	return l, nil
}
