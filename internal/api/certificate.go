package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
)

// CertificatePlace is a certificate in a file.
type CertificatePlace struct {
	ID          string `path:"id" doc:"Id of the file"`
	Certificate string `path:"certificate" doc:"Id of the certificate in the file"`
}

type revokeInput struct {
	CertificatePlace
	Body struct {
		On  string `json:"on" doc:"The first day on which it does not count, 2006-01-02"`
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

type restoreInput struct {
	CertificatePlace
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

// CertificateDoc is a certificate with everything that used it.
type CertificateDoc struct {
	Worker   ID                `json:"worker"`
	Held     WorkerCert        `json:"certificate"`
	Decision *RevocationDoc    `json:"revocation,omitempty" doc:"A person's decision; a revocation that a list states has none"`
	Facts    []UsedFactDoc     `json:"facts" doc:"Facts of the person that rest on it, those taken back too"`
	Counts   []FigureChangeDoc `json:"counts" doc:"In which figures it counts its holder, by district and days"`
	Lost     []FigureChangeDoc `json:"lost" doc:"In which it counts no more, because it is revoked"`
	Uses     []UseDoc          `json:"uses" doc:"What other business used it"`
	Marked
}

// RevocationDoc is a person's decision that a certificate was revoked.
type RevocationDoc struct {
	On     date.Day  `json:"on"`
	Reason string    `json:"reason"`
	By     ID        `json:"by,omitempty" doc:"User; none for the operator"`
	At     time.Time `json:"at"`
}

// UsedFactDoc is a fact and whether it was taken back.
type UsedFactDoc struct {
	FigureFact
	Taken bool `json:"taken"`
}

// FigureChangeDoc is by how much a figure of one division changes on each day of a period.
type FigureChangeDoc struct {
	Figure   string   `json:"figure"`
	District Coded    `json:"district"`
	From     date.Day `json:"from"`
	To       date.Day `json:"to" doc:"Last day; 9999-12-31 when it does not end"`
	By       int64    `json:"by"`
}

// UseDoc is something of other business that used the certificate.
type UseDoc struct {
	Kind string   `json:"kind"`
	ID   ID       `json:"id"`
	On   date.Day `json:"on"`
	Text string   `json:"text"`
}

type certificateOutput struct{ Body CertificateDoc }

func (s *Server) certificateOperations(a huma.API) {
	const at = base + "/workers/{id}/certificates/{certificate}"
	add(s, a, route{name: "certificate-show", method: http.MethodGet, path: at, summary: "A certificate and everything that used it; the look is logged"}, s.showCertificate)
	add(s, a, route{name: "certificate-revoke", method: http.MethodPost, path: at + "/revocation", summary: "Revoke the certificate; figures change by reversal"}, s.revokeCertificate)
	add(s, a, route{name: "certificate-restore", method: http.MethodPost, path: at + "/restoration", summary: "Take a person's revocation back"}, s.restoreCertificate)
}

func (in *CertificatePlace) asked() (worker registry.WorkerID, id registry.CertificateID, err error) {
	if worker, err = parse[registry.WorkerID](in.ID); err == nil {
		id, err = parse[registry.CertificateID](in.Certificate)
	}
	return worker, id, err
}

func (s *Server) showCertificate(ctx context.Context, v *visit, in *CertificatePlace) (*certificateOutput, error) {
	worker, id, err := in.asked()
	if err != nil {
		return nil, err
	}
	c, err := s.Registry.FindCertificate(ctx, v.who, worker, id)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := CertificateDoc{Worker: ID(worker), Held: l.certificate(&c.Held, s.today()), Facts: make([]UsedFactDoc, len(c.Facts)), Counts: l.changes(c.Counts), Lost: l.changes(c.Lost), Uses: make([]UseDoc, len(c.Uses)), Marked: Marked{s.Demo}}
	for i := range c.Facts {
		out.Facts[i] = UsedFactDoc{l.fact(&c.Facts[i].Placed), c.Facts[i].Taken}
	}
	for i, u := range c.Uses {
		out.Uses[i] = UseDoc{Kind: v.p.T(u.Key), ID: ID(u.ID), On: u.On, Text: u.Text}
	}
	if d := c.Decision; d != nil {
		out.Decision = &RevocationDoc{On: d.On, Reason: d.Reason, By: ID(d.By), At: d.At}
	}
	return &certificateOutput{out}, nil
}

func (l labels) changes(list []registry.FigureChange) []FigureChangeDoc {
	out := make([]FigureChangeDoc, len(list))
	for i, c := range list {
		out[i] = FigureChangeDoc{Figure: c.Indicator, District: l.coded(ledger.District, int64(c.District)), From: c.From, To: c.To, By: c.By}
	}
	return out
}

func (s *Server) revokeCertificate(ctx context.Context, v *visit, in *revokeInput) (*certificateOutput, error) {
	worker, id, err := in.asked()
	if err != nil {
		return nil, err
	}
	on, err := dayIn("on", in.Body.On, 0)
	if err != nil {
		return nil, err
	}
	err = s.Registry.RevokeCertificate(ctx, v.who, registry.RevokeCertificateInput{Worker: worker, Certificate: id, On: on, Why: in.Body.Why})
	if err != nil {
		return nil, err
	}
	return s.showCertificate(ctx, v, &in.CertificatePlace)
}

func (s *Server) restoreCertificate(ctx context.Context, v *visit, in *restoreInput) (*certificateOutput, error) {
	worker, id, err := in.asked()
	if err != nil {
		return nil, err
	}
	if err := s.Registry.RestoreCertificate(ctx, v.who, worker, id, in.Body.Why); err != nil {
		return nil, err
	}
	return s.showCertificate(ctx, v, &in.CertificatePlace)
}
