package registry

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// ListedCertificate is a certificate in force as lists show it, with its holder's file. The number is masked, and empty of
// somebody who is erased.
type ListedCertificate struct {
	HeldCertificate
	Worker Worker
}

// CertificateFilter chooses certificates in force. Zero values choose all. District and employer are those of the holder's
// file today, as in the list of files.
type CertificateFilter struct {
	Text       string // part of the holder's name, pinyin or initials, or a whole certificate number
	Rank       int
	Form       CertificateForm
	Occupation int32
	District   int32
	Employer   org.UnitID
	From, To   date.Day      // of the day of issue; 0 is open
	State      Validity      // today
	After      CertificateID // key of the page before
	Order      listing.Order // one of certificateOrders; own order: issued last first
	Limit      int
}

// ByNumber reports whether the text is searched for as a certificate number, which must not be put into an address. No
// name has a digit.
func (f CertificateFilter) ByNumber() bool { return strings.ContainsAny(cn.Fold(f.Text), "0123456789") }

// holders is the filter of the holders' files.
func (f CertificateFilter) holders() Filter {
	h := Filter{Text: f.Text, District: f.District, Employer: f.Employer}
	if f.ByNumber() {
		h.Text = ""
	}
	return h
}

// Check looks at the values of the filter that only some values can be.
func (f CertificateFilter) Check() error {
	var c fault.Check
	knownDistrict(&c, f.District)
	if f.Rank != 0 && (f.Rank < cn.MinRank || f.Rank > cn.MaxRank) {
		c.Add("rank", "registry.rank_unreadable", f.Rank)
	}
	if f.State != "" && !slices.Contains(Validities, f.State) {
		c.Add("state", "registry.validity_unreadable", string(f.State))
	}
	if f.From != 0 && f.To != 0 && f.To < f.From {
		c.Add("to", "registry.to_before_from", f.From.String(), f.To.String())
	}
	return c.Err()
}

// Validities are all validities, in the order in which lists offer them.
var Validities = []Validity{Valid, Expired, Revoked, NotYet}

// holds reports whether the filter chooses a certificate, the holder's file apart.
func (f CertificateFilter) holds(c *CertificateRow, today date.Day) bool {
	return (f.Rank == 0 || c.Rank == f.Rank) && (f.Form == 0 || c.Form == f.Form) && (f.Occupation == 0 || c.Occupation == f.Occupation) &&
		(f.From == 0 || c.IssuedOn >= f.From) && (f.To == 0 || c.IssuedOn <= f.To) && (f.State == "" || c.ValidityOn(today) == f.State)
}

// certificateOrders are the columns by which a list of certificates may be ordered; roll.paperKey knows them.
var certificateOrders = listing.Orders{
	"issued": {Expr: "issued"},
	"rank":   {Expr: "rank"},
	"name":   {Expr: "name"}, // of the holder, by pinyin
}

// ListCertificates gives the certificates in force (证书清单) of the people in the reader's subtree, as the reader ordered them,
// and how many there are in all. A number is looked up by its blind index, anything else is answered by the roll.
// Searching is logged, without the words.
func (s *Service) ListCertificates(ctx context.Context, who account.Actor, f CertificateFilter) (list []ListedCertificate, total int, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, 0, err
	}
	if err := f.Check(); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	if f.Text != "" {
		if err := audit.Read(ctx, s.DB, who.UserID, "certificate.search", "", map[string]any{"letters": len([]rune(f.Text))}); err != nil {
			return nil, 0, err
		}
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if f.ByNumber() {
			list, err = s.certificatesNumbered(ctx, tx, who.Scope, f)
			total = len(list)
			return err
		}
		var page []paperAt
		err := s.readPapers(ctx, tx, func(r *roll) (err error) {
			page, total, err = r.paperPage(who.Scope, f, tx.Today())
			return err
		})
		if err == nil {
			list, err = s.certificatesAt(ctx, tx, who.Scope, page)
		}
		return err
	})
	return list, total, err
}

// paperAt names a certificate in force by its holder's file and the row that speaks.
type paperAt struct {
	holder WorkerID
	id     int64
}

// certificatesAt reads certificates in the order of their list: those that are in force and the reader may see, for the
// roll may be ahead of the transaction.
func (s *Service) certificatesAt(ctx context.Context, tx *db.Tx, scope account.Scope, page []paperAt) ([]ListedCertificate, error) {
	holders := make([]WorkerID, 0, len(page))
	for _, p := range page {
		holders = append(holders, p.holder)
	}
	slices.Sort(holders)
	held, err := s.certificatesOf(ctx, tx, scope, slices.Compact(holders))
	if err != nil {
		return nil, err
	}
	at := make(map[paperAt]int, len(held))
	for i := range held {
		at[paperAt{held[i].Worker.ID, held[i].ID}] = i
	}
	out := make([]ListedCertificate, 0, len(page))
	for _, p := range page {
		if i, ok := at[p]; ok {
			out = append(out, held[i])
		}
	}
	return out, nil
}

// certificatesOf reads all certificates in force of those of some people whom the reader may see.
func (s *Service) certificatesOf(ctx context.Context, tx *db.Tx, scope account.Scope, holders []WorkerID) ([]ListedCertificate, error) {
	workers, err := listOf(ctx, tx, scope, holders)
	if err != nil || len(workers) == 0 {
		return nil, err
	}
	return s.certificatesIn(ctx, tx, workers, true)
}

// certificatesIn reads all certificates in force of some people, with their numbers masked if asked for.
func (s *Service) certificatesIn(ctx context.Context, tx *db.Tx, workers []Worker, numbers bool) ([]ListedCertificate, error) {
	ids := make([]WorkerID, len(workers))
	by := make(map[WorkerID]*Worker, len(workers))
	for i := range workers {
		ids[i] = workers[i].ID
		by[ids[i]] = &workers[i]
	}
	papers, family, err := papersHeld(ctx, tx, s.Precedence, ids)
	if err != nil {
		return nil, err
	}
	masked := map[int64]string{}
	if numbers {
		keys, err := s.keysOf(ctx, tx, family)
		if err != nil {
			return nil, err
		}
		if err := maskedNumbers(ctx, tx, keys, masked); err != nil {
			return nil, err
		}
	}
	var out []ListedCertificate
	for i := range papers {
		if w := by[papers[i].holder]; w != nil {
			out = append(out, ListedCertificate{HeldCertificate{papers[i].CertificateRow, masked[papers[i].ID]}, *w})
		}
	}
	return out, nil
}

// certificatesNumbered finds the certificate of a number: one or none.
func (s *Service) certificatesNumbered(ctx context.Context, tx *db.Tx, scope account.Scope, f CertificateFilter) ([]ListedCertificate, error) {
	number := cn.Fold(f.Text)
	if c, err := cn.ParseCertificate(f.Text); err == nil {
		number = c.Number
	} else if paper, ok := cn.ParsePaper(f.Text); ok {
		number = paper
	}
	index := s.Vault.BlindIndex(indexCertificate, number)
	var holder WorkerID
	err := tx.QueryRow(ctx, `SELECT worker_id FROM registry_certificate_number WHERE number_index = $1`, []any{index}, &holder)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find a certificate by its number: %w", err)
	}
	alias, err := aliasesOf(ctx, tx, []WorkerID{holder})
	if err != nil {
		return nil, err
	}
	held, err := s.certificatesOf(ctx, tx, scope, []WorkerID{alias.root(holder)})
	return slices.DeleteFunc(held, func(c ListedCertificate) bool {
		return c.Key != string(index) || !f.holds(&c.CertificateRow, tx.Today()) || !f.holders().holds(&c.Worker)
	}), err
}

// ExportCertificates gives how many certificates a filter chooses and all of them, person by person, for a file, as
// the transaction sees them. It asks for the right to take lists of people out of the system and is logged before
// anything is given. Numbers are masked.
func (s *Service) ExportCertificates(ctx context.Context, tx *db.Tx, who account.Actor, f CertificateFilter) (total int, all iter.Seq2[ListedCertificate, error], err error) {
	if err := who.Must(account.WorkerExport); err != nil {
		return 0, nil, err
	}
	if err := f.Check(); err != nil {
		return 0, nil, err
	}
	for _, err := range s.eachCertificate(ctx, tx, who.Scope, f, false) {
		if err != nil {
			return 0, nil, err
		}
		total++
	}
	detail := map[string]any{"letters": len([]rune(f.Text)), "rank": f.Rank, "form": f.Form.String(), "occupation": f.Occupation, "district": f.District, "employer": f.Employer.String(), "state": string(f.State), "rows": total}
	if err := audit.Read(ctx, s.DB, who.UserID, "certificate.export", "", detail); err != nil {
		return 0, nil, err
	}
	return total, s.eachCertificate(ctx, tx, who.Scope, f, true), nil
}

// eachCertificate goes through the certificates that a filter chooses by their holders' ids, reading some people at a time:
// the memory does not grow with the list.
func (s *Service) eachCertificate(ctx context.Context, tx *db.Tx, scope account.Scope, f CertificateFilter, numbers bool) iter.Seq2[ListedCertificate, error] {
	return func(yield func(ListedCertificate, error) bool) {
		if f.ByNumber() {
			list, err := s.certificatesNumbered(ctx, tx, scope, f)
			for i := range list {
				if !yield(list[i], nil) {
					return
				}
			}
			if err != nil {
				yield(ListedCertificate{}, err)
			}
			return
		}
		h := f.holders()
		where, args := whereOf(scope, h)
		for h.Limit = exportBatch; ; {
			workers, err := pageOf(ctx, tx, where, args, h)
			var list []ListedCertificate
			if err == nil {
				list, err = s.certificatesIn(ctx, tx, workers, numbers)
			}
			if err != nil {
				yield(ListedCertificate{}, err)
				return
			}
			slices.SortFunc(list, func(a, b ListedCertificate) int {
				return cmp.Or(cmp.Compare(a.Worker.ID, b.Worker.ID), cmp.Compare(a.IssuedOn, b.IssuedOn), cmp.Compare(a.ID, b.ID))
			})
			for i := range list {
				if f.holds(&list[i].CertificateRow, tx.Today()) && !yield(list[i], nil) {
					return
				}
			}
			if len(workers) < h.Limit {
				return
			}
			h.After = workers[len(workers)-1].ID
		}
	}
}
