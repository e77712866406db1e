package registry

import (
	"context"
	"database/sql"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
)

// FigureChange is by how much a figure of one division changes, on each day of a period.
type FigureChange struct {
	Indicator string
	District  int32 // 0: the city's own
	From, To  date.Day
	By        int64
}

// Use is something of another module that used a certificate: a decision, a promotion, an honour.
type Use struct {
	Key  string // catalogue key of what it is: promotion.use
	ID   int64  // its row
	On   date.Day
	Text string // what it is, in the words of its module; no name, no number
}

// UsesOf asks a module what of its own used a certificate of a person. rows are the rows that speak of the
// certificate, in whichever files are one person's with the worker.
type UsesOf func(ctx context.Context, tx *db.Tx, worker WorkerID, rows []CertificateID) ([]Use, error)

// UsedFact is a fact of the person that rests on the certificate.
type UsedFact struct {
	ledger.Placed
	Taken bool // by a reversal
}

// CertificateFile is a certificate with everything that used it.
type CertificateFile struct {
	Worker   Worker
	Held     HeldCertificate
	Validity Validity // today
	Decision *Revocation
	Facts    []UsedFact     // in block order; those that other certificates carry as well are not among them
	Counts   []FigureChange // in which figures it counts the person now
	Lost     []FigureChange // in which it does not any more, because it is revoked
	Uses     []Use          // of other modules
}

// FindCertificate opens a certificate and lists what used it. It is logged like the file it lies in.
func (s *Service) FindCertificate(ctx context.Context, who account.Actor, worker WorkerID, id CertificateID) (*CertificateFile, error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, who, worker, "certificate.open", map[string]any{"certificate": id.String()}); err != nil {
		return nil, err
	}
	var out *CertificateFile
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, _, _, _, err := s.open(ctx, tx, who.Scope, worker)
		if err != nil {
			return err
		}
		src, err := loadSources(ctx, tx, []WorkerID{worker})
		if err != nil {
			return err
		}
		c, err := src[worker].certificate(id, s.Precedence)
		if err != nil {
			return err
		}
		out = &CertificateFile{Worker: w, Held: HeldCertificate{CertificateRow: *c}, Validity: c.ValidityOn(tx.Today())}
		numbers, _, err := s.numbers(ctx, tx, worker)
		if err != nil {
			return err
		}
		out.Held.NumberMasked = numbers[c.ID]
		if out.Decision, err = decisionOf(ctx, tx, worker, c.decided); err != nil {
			return err
		}
		return s.uses(ctx, tx, src[worker], out)
	})
	return out, err
}

// uses fills in what used the certificate. What rests on it is what would be otherwise without it: the one
// function of timelines is asked with it, without it, and as if it had never been revoked.
func (s *Service) uses(ctx context.Context, tx *db.Tx, src *Sources, out *CertificateFile) error {
	world, err := s.world(ctx, tx)
	if err != nil {
		return err
	}
	key := out.Held.Key
	now := Timeline(src, world)
	never := timelineIf(src, world, key, func(*CertificateRow) bool { return false })
	intact := timelineIf(src, world, key, func(c *CertificateRow) bool {
		c.RevokedOn, c.decided = sql.Null[date.Day]{}, 0
		return true
	})
	var rows []CertificateID
	rests := map[ledger.Fact]bool{}
	for i := range src.Certificates {
		if src.Certificates[i].Key == key {
			rows = append(rows, CertificateID(src.Certificates[i].ID))
		}
	}
	for _, f := range append(now, intact...) {
		rests[f] = true
	}
	for _, f := range never {
		delete(rests, f)
	}
	if out.Facts, err = entered(ctx, tx, src.Worker, func(f *ledger.Fact) bool { return rests[*f] || slices.Contains(rows, CertificateID(f.Subject)) }); err != nil {
		return err
	}
	out.Counts, out.Lost = s.Figures(now, never), s.Figures(intact, now)
	for _, ask := range s.CertificateUses {
		list, err := ask(ctx, tx, src.Worker, rows)
		if err != nil {
			return err
		}
		out.Uses = append(out.Uses, list...)
	}
	return nil
}

// timelineIf is the timeline as it would be if a certificate were as change makes it; false leaves it out.
func timelineIf(src *Sources, w *World, key string, change func(*CertificateRow) bool) []ledger.Fact {
	p := readPerson(src, w.order)
	p.certs = slices.DeleteFunc(p.certs, func(c CertificateRow) bool { return c.Key == key && !change(&c) })
	for i := range p.certs {
		if p.certs[i].Key == key {
			change(&p.certs[i])
		}
	}
	return timeline(p, src.Worker, w)
}

// entered gives the facts of a person that were entered with one of these contents, reversals left out.
func entered(ctx context.Context, tx *db.Tx, worker WorkerID, has func(*ledger.Fact) bool) ([]UsedFact, error) {
	all, err := ledger.FactsOf(ctx, tx, 0, []int64{int64(worker)})
	if err != nil {
		return nil, err
	}
	taken := map[ledger.Ref]bool{}
	for _, f := range all {
		taken[f.Reverses] = true // the zero Ref is nobody's
	}
	var out []UsedFact
	for _, f := range all {
		said := f.Fact
		said.Entry = 0
		if f.Reverses == (ledger.Ref{}) && has(&said) {
			out = append(out, UsedFact{Placed: f, Taken: taken[f.Ref]})
		}
	}
	return out, nil
}

// decisionOf reads a revocation as it is shown; nil for none.
func decisionOf(ctx context.Context, tx *db.Tx, worker WorkerID, id int64) (*Revocation, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // no decision is an ordinary answer
	}
	family, err := families(ctx, tx, []WorkerID{worker})
	if err != nil {
		return nil, err
	}
	var r Revocation
	var at db.Time
	list, args := in(2, family)
	err = tx.QueryRow(ctx, `SELECT revoked_on, reason, recorded_at, recorded_by FROM registry_revocation WHERE id = $1 AND worker_id IN `+list, append([]any{id}, args...), &r.On, &r.Reason, &at, &r.By)
	r.At = at.Time
	return &r, err
}
