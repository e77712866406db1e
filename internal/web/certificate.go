package web

import (
	"net/http"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

// getCertificate shows one certificate with everything that used it.
func (s *Server) getCertificate(w http.ResponseWriter, r *http.Request) error {
	return s.showCertificate(w, r, http.StatusOK, nil)
}

// postRevoke revokes a certificate.
func (s *Server) postRevoke(w http.ResponseWriter, r *http.Request) error {
	return s.changeCertificate(w, r, func(worker registry.WorkerID, id registry.CertificateID) error {
		on, err := date.Parse(r.PostFormValue("on"))
		if err != nil {
			return fieldFault("on", "web_figure.on_unreadable", r.PostFormValue("on"))
		}
		return s.Registry.RevokeCertificate(r.Context(), visitOf(r).actor, registry.RevokeCertificateInput{Worker: worker, Certificate: id, On: on, Why: r.PostFormValue("why")})
	})
}

// postRestore takes a revocation back.
func (s *Server) postRestore(w http.ResponseWriter, r *http.Request) error {
	return s.changeCertificate(w, r, func(worker registry.WorkerID, id registry.CertificateID) error {
		return s.Registry.RestoreCertificate(r.Context(), visitOf(r).actor, worker, id, r.PostFormValue("why"))
	})
}

// changeCertificate does what a form of the page asks, and shows the page again.
func (s *Server) changeCertificate(w http.ResponseWriter, r *http.Request, do func(registry.WorkerID, registry.CertificateID) error) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if err := visitOf(r).actor.Must(account.CertificateRevoke); err != nil { // before the form is read, as the verbs do
		return err
	}
	worker, id, err := certificateAsked(r)
	if err != nil {
		return err
	}
	err = do(worker, id)
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.showCertificate(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, certificateURL(int64(worker), int64(id)), http.StatusSeeOther)
	return nil
}

func certificateAsked(r *http.Request) (worker registry.WorkerID, id registry.CertificateID, err error) {
	if err = worker.UnmarshalText([]byte(r.PathValue("id"))); err == nil {
		err = id.UnmarshalText([]byte(r.PathValue("certificate")))
	}
	return worker, id, err
}

func certificateURL(worker, id int64) string {
	return workerURL(worker) + "/certificates/" + strconv.FormatInt(id, 10)
}

func (s *Server) showCertificate(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	worker, id, err := certificateAsked(r)
	if err != nil {
		return err
	}
	c, err := s.Registry.FindCertificate(r.Context(), visitOf(r).actor, worker, id)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = certificateURL(int64(worker), int64(id))
	today := date.On(s.Now())
	l, err := s.Figures.Labels(r.Context(), today, b.Printer)
	if err != nil {
		return err
	}
	imports := []int64{c.Held.Import}
	for _, f := range c.Facts {
		imports = append(imports, f.Import)
	}
	files, err := s.sources(r.Context(), imports)
	if err != nil {
		return err
	}
	x := paper{Base: b, l: l, files: files, today: today, id: int64(worker)}
	p := workerpage.CertificatePage{Base: b, ID: worker.String(), Name: nameShown(b, c.Worker.Name), Paper: x.paper(&c.Held), Problems: problems}
	p.Facts, p.Rests = x.certificateFacts(c), x.rests(c.Facts)
	p.Counts = append(x.counted(s.Figures.Catalogue, c.Lost, part.Bad, "web_worker.counts_no_more"), x.counted(s.Figures.Catalogue, c.Counts, part.Good, "web_worker.counts")...)
	for _, u := range c.Uses {
		p.Uses = append(p.Uses, part.Pair{Label: b.T(u.Key), Value: u.Text + " · " + b.DayShort(u.On)})
	}
	if may(visitOf(r).actor, account.CertificateRevoke) {
		p.Form = x.certificateForm(r, c, problems)
	}
	return s.render(w, r, status, workerpage.Certificate(p))
}

func (p paper) certificateFacts(c *registry.CertificateFile) []part.Pair {
	out := []part.Pair{
		{Label: p.T("web_worker.paper_number"), Value: c.Held.NumberMasked}, {Label: p.T("web_worker.occupation"), Value: p.occupation(c.Held.Occupation)},
		{Label: p.T("web.rank"), Value: p.l.Of(ledger.RankEver, int64(c.Held.Rank))}, {Label: p.T("web_worker.issued"), Value: p.DayShort(c.Held.IssuedOn)},
		{Label: p.T("web_worker.expires"), Value: p.DayShort(c.Held.ExpiresOn)}, {Label: p.T("web.district"), Value: p.l.Of(ledger.District, int64(c.Held.District))},
	}
	if c.Held.RevokedOn.Valid {
		out = append(out, part.Pair{Label: p.T("web_worker.revoked_on"), Value: p.DayShort(c.Held.RevokedOn.V)})
	}
	if c.Decision != nil {
		out = append(out, part.Pair{Label: p.T("web_worker.revoke_why"), Value: c.Decision.Reason}, part.Pair{Label: p.T("web_worker.decided_at"), Value: p.Time(c.Decision.At)})
	}
	return out
}

// certificateForm is the one deed that is possible: to revoke what counts, or to take a person's revocation back.
func (p paper) certificateForm(r *http.Request, c *registry.CertificateFile, problems []part.Problem) *part.Harm {
	at := certificateURL(p.id, c.Held.ID)
	why := &part.Field{Name: "why", Label: p.T("web_worker.revoke_why"), Help: p.T("web_worker.erase_why_help"), Auto: "off", Value: r.PostFormValue("why"), Required: true, Problem: part.ProblemOf(problems, "why")}
	switch {
	case c.Decision != nil:
		why.Label = p.T("web_worker.erase_why")
		return &part.Harm{
			Action: at + "/restore", Title: p.T("web_worker.restore_title"), Button: p.T("web_worker.restore"), Back: workerURL(p.id), Reason: why,
			Lines: []string{p.T("web_worker.restore_figures", p.Int(int64(len(c.Lost)))), p.T("web_worker.revoke_kept")},
		}
	case c.Held.RevokedOn.Valid:
		return nil // a list says so; a list mends it
	}
	standing := 0
	for _, f := range c.Facts {
		if !f.Taken {
			standing++
		}
	}
	return &part.Harm{
		Action: at + "/revoke", Title: p.T("web_worker.revoke_title"), Button: p.T("web_worker.revoke"), Back: workerURL(p.id), Reason: why,
		Lines: []string{p.T("web_worker.revoke_facts", p.Int(int64(standing))), p.T("web_worker.revoke_figures", p.Int(int64(len(c.Counts)))), p.T("web_worker.revoke_uses", p.Int(int64(len(c.Uses)))), p.T("web_worker.revoke_undo")},
		Confirm: &part.Field{
			Name: "on", Type: "date", Label: p.T("web_worker.revoked_on"), Help: p.T("web_worker.revoke_on_help"), Required: true, Value: r.PostFormValue("on"),
			Min: c.Held.IssuedOn.String(), Max: p.today.String(), Problem: part.ProblemOf(problems, "on"),
		},
	}
}

func (p paper) counted(catalogue *figure.Catalogue, list []registry.FigureChange, tone part.Tone, word string) []workerpage.Counted {
	var out []workerpage.Counted
	for _, c := range list {
		ind, ok := catalogue.Find(c.Indicator)
		if !ok {
			continue // the catalogue that counted it is the one asked
		}
		on := min(c.To, p.today)
		out = append(out, workerpage.Counted{
			Figure: ind.TitleIn(string(p.Lang())), Href: figureURL(ind.Name) + "?on=" + max(on, c.From).String(), District: p.l.Of(ledger.District, int64(c.District)),
			By: signed(p.Base, c.By), From: c.From, To: c.To, State: tone, StateWord: p.T(word),
		})
	}
	return out
}

func (p paper) rests(facts []registry.UsedFact) []workerpage.Rest {
	out := make([]workerpage.Rest, len(facts))
	for i, f := range facts {
		out[i] = workerpage.Rest{
			Place: strconv.FormatInt(f.Block, 10) + "-" + strconv.Itoa(int(f.Position)), On: f.OccurredOn, Quantity: signed(p.Base, f.Quantity), Source: p.from(f.Import, f.Line),
			What:  causeWord(p.Base, p.l, f.Cause) + " · " + p.l.Of(ledger.Rank, int64(f.Rank)) + " · " + p.l.Of(ledger.RankEver, int64(f.RankEver)),
			State: part.Good, StateWord: p.T("web_worker.fact_stands"),
		}
		if f.Taken {
			out[i].State, out[i].StateWord = part.Bad, p.T("web_worker.fact_taken")
		}
	}
	return out
}

func (p paper) occupation(code int32) string {
	if _, ok := cn.OccupationName(code); ok {
		return p.l.Of(ledger.Occupation, int64(code))
	}
	return p.T("web_worker.no_occupation")
}

// paper shows a certificate and what it is worth today.
func (p paper) paper(c *registry.HeldCertificate) workerpage.Paper {
	out := workerpage.Paper{
		Href: certificateURL(p.id, c.ID), Number: c.NumberMasked, Occupation: p.occupation(c.Occupation), Rank: p.l.Of(ledger.RankEver, int64(c.Rank)), On: c.IssuedOn, Until: c.ExpiresOn,
		Source: p.from(c.Import, c.Line),
	}
	if p.own {
		out.Href = ""
	}
	v := c.ValidityOn(p.today)
	out.State, out.StateWord = validityTones[v], p.T("registry.validity_"+string(v))
	return out
}

var validityTones = map[registry.Validity]part.Tone{registry.Valid: part.Good, registry.Expired: part.Warn, registry.Revoked: part.Bad, registry.NotYet: part.Info}
