package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type certificatesInput struct {
	Page
	Q          string        `query:"q" maxLength:"60" doc:"Part of the holder's name, pinyin or initials. A number goes into no address: see POST /api/v1/certificates/search"`
	Rank       int           `query:"rank" minimum:"1" maximum:"8" doc:"Of the certificate"`
	Form       string        `query:"form" enum:"skill22,senior22,quals16,local20,paper" doc:"Numbering that its number follows"`
	Occupation string        `query:"occupation" maxLength:"60" doc:"Code or name of the classification of 2022, such as 6-18-01-01"`
	District   int32         `query:"district" minimum:"100000" maximum:"999999" doc:"Division of the holder's file today"`
	Employer   string        `query:"employer" doc:"Id of the unit where the holder is employed today"`
	From       string        `query:"from" maxLength:"10" doc:"Issued on this day or later, 2006-01-02"`
	To         string        `query:"to" maxLength:"10" doc:"Issued on this day or earlier, 2006-01-02"`
	State      string        `query:"state" enum:"valid,expired,revoked,not_yet" doc:"What it is worth today"`
	Sort       listing.Order `query:"sort" enum:"issued,-issued,rank,-rank,name,-name" doc:"By a column, with a minus descending; issued last first when not given"`
}

type certificateSearchInput struct {
	Body struct {
		Q          string        `json:"q" minLength:"1" maxLength:"60" doc:"Part of the holder's name, pinyin or initials, or a whole certificate number; searching is logged without the words"`
		Rank       int           `json:"rank,omitempty" minimum:"1" maximum:"8"`
		Form       string        `json:"form,omitempty" enum:"skill22,senior22,quals16,local20,paper"`
		Occupation string        `json:"occupation,omitempty" maxLength:"60"`
		District   int32         `json:"district,omitempty" minimum:"100000" maximum:"999999"`
		Employer   ID            `json:"employer,omitempty"`
		From       string        `json:"from,omitempty" maxLength:"10"`
		To         string        `json:"to,omitempty" maxLength:"10"`
		State      string        `json:"state,omitempty" enum:"valid,expired,revoked,not_yet"`
		Sort       listing.Order `json:"sort,omitempty" enum:"issued,-issued,rank,-rank,name,-name"`
		After      ID            `json:"after,omitempty"`
		Limit      int           `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500"`
	}
}

// CertificateList is a page of certificates in force.
type CertificateList struct {
	Total        int                 `json:"total" doc:"Certificates on all pages"`
	Next         string              `json:"next,omitempty"`
	Certificates []ListedCertificate `json:"certificates"`
	Marked
}

// ListedCertificate is a certificate with its holder.
type ListedCertificate struct {
	WorkerCert
	Form           Coded     `json:"form"`
	OccupationCode string    `json:"occupation_code,omitempty"`
	Holder         WorkerDoc `json:"holder"`
}

type certificatesOutput struct{ Body CertificateList }

func (s *Server) certificateListOperations(a huma.API) {
	const at = base + "/certificates"
	add(s, a, route{name: "certificate-list", method: http.MethodGet, path: at, summary: "Certificates in force"}, s.listCertificates)
	add(s, a, route{name: "certificate-search", method: http.MethodPost, path: at + "/search", summary: "Certificates in force, also by certificate number"}, s.searchCertificates)
}

// certificateTexts are the parts of a filter that come as texts.
type certificateTexts struct{ form, occupation, from, to string }

// into reads the texts; all that cannot be read is told at once.
func (t certificateTexts) into(f *registry.CertificateFilter) error {
	var c fault.Check
	keep := func(name string, err error) {
		for _, p := range fault.Fields(err) {
			c.Add(p.Name, p.Key, p.Args...)
		}
		if e, ok := fault.As(err); ok && len(e.Fields) == 0 {
			c.Add(name, e.Key, e.Args...)
		}
	}
	var err error
	if f.Form, err = registry.ParseForm(t.form); err != nil {
		keep("form", err)
	}
	if t.occupation != "" {
		if f.Occupation, err = cn.ParseOccupation(t.occupation); err != nil {
			keep("occupation", err)
		}
	}
	if f.From, err = dayIn("from", t.from, 0); err != nil {
		keep("from", err)
	}
	if f.To, err = dayIn("to", t.to, 0); err != nil {
		keep("to", err)
	}
	return c.Err()
}

func (s *Server) listCertificates(ctx context.Context, v *visit, in *certificatesInput) (*certificatesOutput, error) {
	if err := v.who.Must(account.WorkerRead); err != nil { // before the address is read, as the verb does
		return nil, err
	}
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	employer, err := idIn("employer", in.Employer)
	if err != nil {
		return nil, err
	}
	f := registry.CertificateFilter{Text: in.Q, Rank: in.Rank, District: in.District, Employer: org.UnitID(employer), State: registry.Validity(in.State), Order: in.Sort, After: registry.CertificateID(after), Limit: in.Limit}
	if f.ByNumber() { // addresses stand in the logs of every proxy on the way
		return nil, fieldFault("q", "api.certificate_in_address")
	}
	if err := (certificateTexts{in.Form, in.Occupation, in.From, in.To}).into(&f); err != nil {
		return nil, err
	}
	return s.certificates(ctx, v, f)
}

func (s *Server) searchCertificates(ctx context.Context, v *visit, in *certificateSearchInput) (*certificatesOutput, error) {
	if err := v.who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	q := in.Body
	f := registry.CertificateFilter{Text: q.Q, Rank: q.Rank, District: q.District, Employer: org.UnitID(q.Employer), State: registry.Validity(q.State), Order: q.Sort, After: registry.CertificateID(q.After), Limit: q.Limit}
	if err := (certificateTexts{q.Form, q.Occupation, q.From, q.To}).into(&f); err != nil {
		return nil, err
	}
	return s.certificates(ctx, v, f)
}

func (s *Server) certificates(ctx context.Context, v *visit, f registry.CertificateFilter) (*certificatesOutput, error) {
	list, total, err := s.Registry.ListCertificates(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := CertificateList{Total: total, Certificates: make([]ListedCertificate, len(list)), Marked: Marked{s.Demo}}
	for i := range list {
		out.Certificates[i] = l.listed(v, &list[i], s.today())
	}
	if len(list) == f.Limit {
		out.Next = strconv.FormatInt(list[len(list)-1].ID, 10)
	}
	return &certificatesOutput{out}, nil
}

func (l labels) listed(v *visit, c *registry.ListedCertificate, today date.Day) ListedCertificate {
	out := ListedCertificate{WorkerCert: l.certificate(&c.HeldCertificate, today), Form: Coded{Code: c.Form.String(), Name: v.p.T(c.Form.Key())}, Holder: l.worker(&c.Worker)}
	if out.Occupation != "" {
		out.OccupationCode = cn.OccupationCode(c.Occupation)
	}
	return out
}
