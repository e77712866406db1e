package export

import (
	"context"
	"slices"

	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
)

// Copy is what is kept about one person, for the person (查阅复制). It is no list that anybody may ask for: it answers a
// request, and so is not among Lists.
const Copy = "copy"

// copyLine is one line of a copy.
type copyLine struct {
	part, item, value string
	on                date.Day // 0 = none
	imported          int64
	line              ledger.Line
}

// copyOf makes the copy.
func (m *making) copyOf() (*list, error) {
	var c *registry.PersonCopy
	var err error
	if m.req.Worker == 0 { // the person's own, who asks for it at this moment
		c, err = m.Registry.OwnCopy(m.ctx, m.who, m.Intake)
	} else {
		c, err = m.Registry.Copy(m.ctx, m.who, m.Intake, m.req.Worker, m.req.Request)
	}
	if err != nil {
		return nil, err
	}
	lines, err := m.copyLines(c)
	if err != nil {
		return nil, err
	}
	files, err := m.filesOf(lines)
	if err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.copy"), sub: m.p.T("export.copy_sub", m.today), rows: int64(len(lines)),
		columns: []listing.Column{m.text("export.part"), m.text("export.item"), m.code("export.value"), m.day("export.fact_on"), m.text("export.file"), m.text("export.sheet"), m.code("export.row")}}
	l.each = func(_ context.Context, add func(...any) error) error {
		for _, x := range lines {
			cells := []any{x.part, x.item, x.value, any(nil), any(nil), any(nil), any(nil)}
			if x.on != 0 {
				cells[3] = x.on
			}
			if src, ok := files[intake.ImportID(x.imported)]; ok {
				cells[4], cells[5], cells[6] = src.Name, src.Sheets[x.line.Sheet()], rowText(x.line)
			}
			if err := add(cells...); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}

// filesOf looks up the files that lines came from.
func (m *making) filesOf(lines []copyLine) (out map[intake.ImportID]intake.Source, err error) {
	var ids []intake.ImportID
	for _, x := range lines {
		if id := intake.ImportID(x.imported); id != 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	err = m.DB.ReadTx(m.ctx, func(tx *db.Tx) error {
		out, err = m.Intake.Sources(m.ctx, tx, ids)
		return err
	})
	return out, err
}

func (m *making) copyLines(c *registry.PersonCopy) ([]copyLine, error) {
	file := m.p.T("export.copy_file")
	out := []copyLine{
		{part: file, item: m.p.T("export.name"), value: c.Name}, {part: file, item: m.p.T("export.id_number"), value: c.IDNumber}, {part: file, item: m.p.T("export.phone"), value: c.Phone},
		{part: file, item: m.p.T("export.sex"), value: m.labels.Of(ledger.Sex, int64(c.Sex))}, {part: file, item: m.p.T("export.copy_birth"), value: m.p.Month(c.Birth)},
		{part: file, item: m.p.T("export.employer"), value: m.labels.Of(ledger.Employer, int64(c.Employer))}, {part: file, item: m.p.T("export.rank"), value: m.labels.Of(ledger.RankEver, int64(c.RankEver))},
		{part: file, item: m.p.T("export.class"), value: m.labels.Of(ledger.Class, int64(c.Class))},
	}
	for _, j := range c.Jobs {
		out = append(out, copyLine{m.p.T("export.copy_job"), m.tree.Name(j.Employer, m.today), m.p.DayShort(j.Period.From) + " — " + m.p.DayShort(j.Period.To), j.Period.From, j.Import, j.Line})
	}
	for _, x := range c.Certificates {
		out = append(out, copyLine{m.p.T("export.copy_certificate"), m.labels.Of(ledger.RankEver, int64(x.Rank)), c.Numbers[x.ID], x.IssuedOn, x.Import, x.Line})
	}
	for _, f := range c.Facts {
		out = append(out, copyLine{m.p.T("export.copy_fact"), m.cause(f.Cause), m.labels.Of(ledger.Employer, f.Employer), f.OccurredOn, f.Import, f.Line})
	}
	for _, r := range c.Rows {
		for _, cell := range r.Cells {
			if cell.Read != "" {
				out = append(out, copyLine{m.p.T("export.copy_row"), cell.Title, cell.Read, 0, int64(r.Import), r.Line})
			}
		}
	}
	for _, r := range c.Requests {
		out = append(out, copyLine{part: m.p.T("export.copy_request"), item: m.p.T("registry.request_kind_" + string(r.Kind)), value: m.p.T("registry.request_" + string(r.State)), on: r.ReceivedOn})
	}
	return m.looks(out, c.Looks)
}

// looks adds who saw or changed the file.
func (m *making) looks(out []copyLine, looks []audit.Entry) ([]copyLine, error) {
	by := map[int64]string{}
	for _, e := range looks {
		by[e.User] = ""
	}
	if err := m.users(by); err != nil {
		return nil, err
	}
	for _, e := range looks {
		out = append(out, copyLine{part: m.p.T("export.copy_look"), item: by[e.User] + " · " + m.p.T((&registry.Look{Action: e.Action}).Key()), value: instant(e.At), on: date.On(e.At)})
	}
	return out, nil
}
