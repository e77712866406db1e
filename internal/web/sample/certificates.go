package sample

import (
	"tuoxing/internal/date"
	"tuoxing/internal/registry"
	"tuoxing/internal/web/page/certificate"
	"tuoxing/internal/web/part"
)

// certificateColumns are those that are shown to who has chosen nothing.
var certificateColumns = registry.CertificateColumns.All.Pick(registry.CertificateColumns.All.Usual())

func (m maker) certificates() []Sample {
	b := m.base
	danyang := m.w("丹阳市", "Danyang")
	filters := []part.Field{
		{Name: "rank", Label: b.T("web.rank"), Value: "4", Options: []part.Option{{Label: b.T("web.all")}, {Value: "4", Label: b.T("cn.rank.4")}}},
		{Name: "state", Label: b.T("web.state"), Options: []part.Option{{Label: b.T("web.all")}, {Value: "revoked", Label: b.T("registry.validity_revoked")}}},
		{Name: "form", Label: b.T("web_certificate.form"), Options: []part.Option{{Label: b.T("web.all")}, {Value: "quals16", Label: b.T(registry.FormQuals.Key())}}},
		{Name: "district", Label: b.T("web.district"), Options: []part.Option{{Label: b.T("web.all")}, {Value: "321181", Label: danyang}}},
		{Name: "occupation", Label: b.T("web_worker.occupation"), Help: b.T("web_certificate.occupation_hint")}, {Name: "unit", Label: b.T("web.employer"), Help: b.T("web_certificate.unit_hint")},
		{Name: "from", Type: "date", Label: b.T("web_certificate.from")}, {Name: "to", Type: "date", Label: b.T("web_certificate.to"), Value: "2022-12-31"},
	}
	list := certificate.ListPage{
		Base: m.at("/certificates"), Total: 620417, Filters: filters, CSV: "/certificates.csv", XLSX: "/certificates.xlsx", CanImport: true, Columns: part.Headings(b, certificateColumns), Picker: picker(b, registry.CertificateColumns),
		Chips: []part.Chip{{Label: b.T("web.rank"), Value: b.T("cn.rank.4"), Remove: "/certificates?to=2022-12-31"}, {Label: b.T("web_certificate.to"), Value: b.DayShort(date.Of(2022, 12, 31)), Remove: "/certificates?rank=4"}},
		Pager: part.Pager{From: 51, To: 56, Total: 620417, First: "/certificates", Next: "/certificates?after=7"},
	}
	list.Columns[0].Href, list.Columns[2].Href, list.Columns[4].Href, list.Columns[4].Dir = "/certificates?sort=name", "/certificates?sort=rank", "/certificates?sort=issued", "descending"
	states := []registry.Validity{registry.Valid, registry.Expired, registry.Revoked, registry.NotYet}
	tones := []part.Tone{part.Good, part.Warn, part.Bad, part.Info}
	for i, name := range []string{"张三", "李四", "王五", "赵六", "买买提·示例", b.T("web_worker.erased")} {
		r := certificate.Row{
			Holder: name, HolderHref: "/workers/1", Href: "/workers/1/certificates/7", Occupation: "眼镜验光师", Number: "S000****************17", Rank: b.T("cn.rank.4"), Form: b.T(registry.Forms[i%len(registry.Forms)].Key()),
			IssuedOn: date.Of(2022, 11, 20), ExpiresOn: date.Forever, State: tones[i%4], StateWord: b.T("registry.validity_" + string(states[i%4])), Employer: "丹阳示例光学有限公司", District: danyang,
		}
		if i == 1 {
			r.ExpiresOn, r.Employer = date.Of(2023, 3, 1), ""
		}
		if i == 5 {
			r.Number, r.Occupation, r.Form = "", b.T("web_worker.no_occupation"), b.T("registry.form_unknown")
		}
		list.Rows = append(list.Rows, r)
	}
	none := certificate.ListPage{Base: m.at("/certificates"), Query: m.w("张三丰", "nobody"), Filters: filters, Columns: part.Headings(b, certificateColumns), Picker: picker(b, registry.CertificateColumns), CanImport: true}
	wrong := none
	wrong.Problems = []part.Problem{{Name: "occupation", Text: b.T("web_certificate.occupation_unknown", "9-99-99")}, {Name: "to", Text: b.T("registry.to_before_from", "2023-01-01", "2022-12-31")}}
	wide := list
	wide.Columns, wide.Picker = part.Headings(b, registry.CertificateColumns.All), part.PickerOf(b, "certificates", registry.CertificateColumns.All, registry.CertificateColumns.All)
	return []Sample{{"certificates-wide", "certificates, with all columns", certificate.List(wide)}, {"certificates", "certificates", certificate.List(list)}, {"certificates-empty", "certificates, none", certificate.List(none)}, {"certificates-wrong", "certificates, filters that cannot be", certificate.List(wrong)}}
}
