package export

import (
	"context"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
)

// certificates is the list of certificates in force, by their holders' files. Numbers are always masked: a whole one
// is nobody's but the holder's to give out.
func (m *making) certificates() (*list, error) {
	f := m.req.Certificates
	if err := m.who.Must(account.WorkerExport); err != nil {
		return nil, err
	}
	if m.req.Numbers == Full {
		return nil, fault.New(fault.Invalid, "export.certificates_masked")
	}
	total, all, err := m.Registry.ExportCertificates(m.ctx, m.tx, m.who, f)
	if err != nil {
		return nil, err
	}
	l := &list{title: m.p.T("export.certificates"), sub: m.p.T("export.certificates_sub", m.today, total), rows: int64(total), columns: []listing.Column{
		m.text("export.name"), m.text("export.occupation"), m.code("export.occupation_code"), m.code("export.certificate_number"), m.text("export.rank"), m.text("export.form"),
		m.day("export.issued_on"), m.day("export.expires_on"), m.day("export.revoked_on"), m.text("export.state"), m.text("export.employer"), m.text("export.district"),
	}}
	l.each = func(_ context.Context, add func(...any) error) error {
		for c, err := range all {
			if err != nil {
				return err
			}
			occupation, code, revoked := any(nil), any(nil), any(nil)
			if name, ok := cn.OccupationName(c.Occupation); ok {
				occupation, code = name, cn.OccupationCode(c.Occupation)
			}
			if c.RevokedOn.Valid {
				revoked = c.RevokedOn.V
			}
			if err := add(c.Worker.Name, occupation, code, c.NumberMasked, m.labels.Of(ledger.RankEver, int64(c.Rank)), m.p.T(c.Form.Key()), c.IssuedOn, c.ExpiresOn, revoked,
				m.p.T("registry.validity_"+string(c.ValidityOn(m.today))), m.named(ledger.Employer, int64(c.Worker.Employer)), m.labels.Of(ledger.District, int64(c.Worker.District))); err != nil {
				return err
			}
		}
		return nil
	}
	return l, nil
}
