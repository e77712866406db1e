package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/vault"
)

// File is one person's file: who they are, with masked numbers, and their timeline with sources.
type File struct {
	Worker
	IDMasked     string
	PhoneMasked  string
	Certificates []HeldCertificate
	Jobs         []Job
	Facts        []ledger.Placed // every fact, in block order
	Fields       []FieldSaid     // today, each with its source and what else is stated
	Conflicts    []Conflict
	Survivor     WorkerID   // not 0 when this file was merged into that one
	Merged       []WorkerID // the files merged into this one
}

// HeldCertificate is a certificate in force in the file, its number masked.
type HeldCertificate struct {
	CertificateRow
	NumberMasked string
}

// Job is one unbroken time at one employer.
type Job struct {
	Employer org.UnitID
	Period   date.Period
	Post     Post
	Member   bool
	Import   int64
	Line     ledger.Line
}

// Find opens one file. It is logged before anything is given; NotFound outside the reader's subtree.
func (s *Service) Find(ctx context.Context, who account.Actor, id WorkerID) (*File, error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, who, id, "worker.open", nil); err != nil {
		return nil, err
	}
	return s.fileOf(ctx, who.Scope, id)
}

// fileOf reads a file whose opening is logged.
func (s *Service) fileOf(ctx context.Context, scope account.Scope, id WorkerID) (*File, error) {
	f := &File{}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, key, sealedID, sealedPhone, err := s.open(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		f.Worker = w
		if f.IDMasked, err = unseal(key, id, "id_number", sealedID, cn.MaskID); err != nil {
			return err
		}
		if f.PhoneMasked, err = unseal(key, id, "phone", sealedPhone, cn.MaskPhone); err != nil {
			return err
		}
		return s.fill(ctx, tx, f)
	})
	return f, err
}

// mayOpen checks that the file lies in the reader's subtree and logs the look.
func (s *Service) mayOpen(ctx context.Context, who account.Actor, id WorkerID, action string, detail any) error {
	var found WorkerID
	err := s.DB.ReadRow(ctx, `SELECT w.worker_id FROM registry_worker w, org_unit u WHERE `+seen(1)+` AND w.worker_id = $4`, append(seenArgs(who.Scope), int64(id)), &found)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "registry.worker_unknown")
	}
	if err != nil {
		return fmt.Errorf("find the file: %w", err)
	}
	return audit.Read(ctx, s.DB, who.UserID, action, id.String(), detail)
}

func (s *Service) open(ctx context.Context, tx *db.Tx, scope account.Scope, id WorkerID) (w Worker, key vault.Key, sealedID, sealedPhone []byte, err error) {
	var wrapped []byte
	err = tx.QueryRow(ctx, `SELECT w.worker_id, w.name, w.pinyin_fold, w.sex, w.birth_month, w.unit_id, w.employer_id, w.district, w.rank, w.rank_ever, w.worker_class, w.wrapped_key, w.id_sealed, w.phone_sealed
FROM registry_worker w, org_unit u WHERE `+seen(1)+` AND w.worker_id = $4`, append(seenArgs(scope), int64(id)),
		&w.ID, &w.Name, &w.Pinyin, &w.Sex, &w.Birth, &w.Unit, &w.Employer, &w.District, &w.Rank, &w.RankEver, &w.Class, &wrapped, &sealedID, &sealedPhone)
	if fault.Is(err, fault.NotFound) {
		return w, key, nil, nil, fault.New(fault.NotFound, "registry.worker_unknown")
	}
	if w.Erased = err == nil && len(wrapped) == 0; err == nil && !w.Erased {
		key, err = s.Vault.Unwrap(int64(id), wrapped)
	}
	return w, key, sealedID, sealedPhone, err
}

func unseal(key vault.Key, id WorkerID, column string, sealed []byte, mask func(string) string) (string, error) {
	if len(sealed) == 0 { // there is none, or the person is erased
		return "", nil
	}
	plain, err := key.Open(int64(id), column, sealed)
	if err != nil {
		return "", err
	}
	return mask(string(plain)), nil
}

func (s *Service) fill(ctx context.Context, tx *db.Tx, f *File) error {
	src, err := loadSources(ctx, tx, []WorkerID{f.ID})
	if err != nil {
		return err
	}
	if f.Survivor = src[f.ID].Survivor; f.Survivor != 0 { // its rows are read in the survivor's file
		f.Facts, err = ledger.FactsOf(ctx, tx, 0, []int64{int64(f.ID)})
		return err
	}
	numbers, merged, err := s.numbers(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	f.Merged = merged
	p := readPerson(src[f.ID], s.Precedence)
	f.Fields, f.Conflicts = p.stated(src[f.ID], f.Name, tx.Today(), s.Precedence), p.conflicts(src[f.ID], s.Precedence)
	for _, c := range p.certs {
		f.Certificates = append(f.Certificates, HeldCertificate{CertificateRow: c, NumberMasked: numbers[c.ID]})
	}
	for i := range p.spells {
		e := &p.spells[i]
		row, from := e.on(e.end)
		f.Jobs = append(f.Jobs, Job{Employer: e.employer, Period: date.Period{From: e.start, To: e.end}, Post: row.Post, Member: row.Member, Import: from.Import, Line: from.Line})
	}
	slices.SortFunc(f.Jobs, func(a, b Job) int { return cmp.Compare(a.Period.From, b.Period.From) })
	f.Facts, err = ledger.FactsOf(ctx, tx, 0, []int64{int64(f.ID)})
	return err
}

// numbers gives the masked certificate numbers of a person by row, and the files merged into this one.
func (s *Service) numbers(ctx context.Context, tx *db.Tx, id WorkerID) (masked map[int64]string, merged []WorkerID, err error) {
	keys, err := s.familyKeys(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	for w := range keys {
		if w != id {
			merged = append(merged, w)
		}
	}
	slices.Sort(merged)
	masked = map[int64]string{}
	return masked, merged, maskedNumbers(ctx, tx, keys, masked)
}

// Secret names a masked field of a file.
type Secret string

// The fields that Reveal shows.
const (
	SecretID    Secret = "id_number"
	SecretPhone Secret = "phone"
)

// Reveal shows one masked field. It asks for a reason, which is logged with the look, before.
func (s *Service) Reveal(ctx context.Context, who account.Actor, id WorkerID, field Secret, why string) (string, error) {
	if err := who.Must(account.WorkerReveal); err != nil {
		return "", err
	}
	var c fault.Check
	checkWhy(&c, why)
	if field != SecretID && field != SecretPhone {
		c.Add("field", "registry.field_unknown", string(field))
	}
	if err := c.Err(); err != nil {
		return "", err
	}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		_, _, _, _, err := s.open(ctx, tx, who.Scope, id)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "worker.reveal", id.String(), map[string]any{"field": string(field), "why": why}); err != nil {
		return "", err
	}
	return s.secretOf(ctx, who.Scope, id, field)
}

// secretOf reads a masked field in clear, once that is logged.
func (s *Service) secretOf(ctx context.Context, scope account.Scope, id WorkerID, field Secret) (out string, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, key, sealedID, sealedPhone, err := s.open(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if w.Erased {
			return fault.New(fault.Conflict, "registry.worker_erased")
		}
		sealed := sealedID
		if field == SecretPhone {
			sealed = sealedPhone
		}
		out, err = unseal(key, id, string(field), sealed, func(s string) string { return s })
		return err
	})
	return out, err
}

// Cells opens the cells of the row that a fact about a person came from, sensitive ones masked.
// Logged before.
func (s *Service) Cells(ctx context.Context, who account.Actor, read *intake.Service, id WorkerID, imported intake.ImportID, line ledger.Line) ([]intake.CellView, error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, who, id, "worker.cells", nil); err != nil {
		return nil, err
	}
	out, err := s.cells(ctx, who, read, id, imported, line)
	for i := range out {
		maskCell(&out[i])
	}
	return out, err
}

// RevealCells is Cells unmasked. It asks for a reason, which is logged with the look, before.
func (s *Service) RevealCells(ctx context.Context, who account.Actor, read *intake.Service, id WorkerID, imported intake.ImportID, line ledger.Line, why string) ([]intake.CellView, error) {
	if err := who.Must(account.WorkerReveal); err != nil {
		return nil, err
	}
	var c fault.Check
	checkWhy(&c, why)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := s.mayOpen(ctx, who, id, "worker.reveal_cells", map[string]any{"import": imported.String(), "line": int32(line), "why": why}); err != nil {
		return nil, err
	}
	return s.cells(ctx, who, read, id, imported, line)
}

// maskCell hides a sensitive cell as the file does. The name is not masked: the file shows it.
func maskCell(c *intake.CellView) {
	mask := cn.MaskID
	switch {
	case !c.Personal || c.Column == colName:
		return
	case c.Column == colPhone:
		mask = cn.MaskPhone
	}
	c.Read, c.Value = mask(c.Read), mask(c.Value)
}

func checkWhy(c *fault.Check, why string) {
	if len([]rune(why)) < 2 {
		c.Add("why", "registry.why_needed")
	}
	if looksLikeID(cn.Fold(why)) { // it is kept in clear, in the audit log
		c.Add("why", "registry.why_personal")
	}
}

func (s *Service) cells(ctx context.Context, who account.Actor, read *intake.Service, id WorkerID, imported intake.ImportID, line ledger.Line) ([]intake.CellView, error) {
	var out []intake.CellView
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if _, _, _, _, err := s.open(ctx, tx, who.Scope, id); err != nil {
			return err
		}
		keys, err := s.familyKeys(ctx, tx, id) // the row may stand in a file merged into this one
		if err != nil {
			return err
		}
		for w, key := range keys {
			out, err = read.Cells(ctx, tx, imported, int64(w), key, line)
			if !fault.Is(err, fault.NotFound) {
				break
			}
		}
		return err
	})
	return out, err
}
