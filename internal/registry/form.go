package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// CertificateForm is the numbering that a certificate's number follows (证书形式), as it is stored in clear. 0 is not
// known.
type CertificateForm uint8

// The forms, in the order in which lists offer them.
const (
	FormSkill  CertificateForm = 1 // 职业技能等级证书
	FormSenior CertificateForm = 2 // 特级技师、首席技师
	FormQuals  CertificateForm = 3 // 国家职业资格证书
	FormLocal  CertificateForm = 4 // 早期地方编号
	FormPaper  CertificateForm = 5 // 统一编号之前的证书
)

// Forms are all forms.
var Forms = []CertificateForm{FormSkill, FormSenior, FormQuals, FormLocal, FormPaper}

var formNames = [...]string{"", string(cn.Skill22), string(cn.Senior22), string(cn.Quals16), string(cn.Local20), "paper"}

// String is the form as addresses and programs write it; empty when it is not known.
func (f CertificateForm) String() string { return formNames[f] }

// Key is the catalogue key of the form.
func (f CertificateForm) Key() string {
	if f == 0 {
		return "registry.form_unknown"
	}
	return "registry.form_" + f.String()
}

// ParseForm reads what String writes; nothing is no form.
func ParseForm(text string) (CertificateForm, error) {
	n := slices.Index(formNames[:], text)
	if n < 0 {
		var c fault.Check
		c.Add("form", "registry.form_unreadable", text)
		return 0, c.Err()
	}
	return CertificateForm(n), nil
}

// formOf tells the form of a number that was accepted.
func formOf(number string) CertificateForm {
	c, err := cn.ParseCertificate(number)
	if err != nil {
		return FormPaper
	}
	return CertificateForm(slices.Index(formNames[:], string(c.Form)))
}

// FillForms tells the form of certificates that were entered before it was kept: it opens their numbers. Those of people who
// are erased stay unknown. It may be run again.
func (s *Service) FillForms(ctx context.Context) (filled int, err error) {
	var after WorkerID
	for {
		var part []WorkerID
		n := 0
		err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
			part, n = part[:0], 0
			err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_certificate WHERE form = 0 AND worker_id > $1 ORDER BY worker_id LIMIT $2`, []any{int64(after), batch}, func(row db.Scanner) error {
				var w WorkerID
				err := row.Scan(&w)
				part = append(part, w)
				return err
			})
			if err != nil || len(part) == 0 {
				return err
			}
			keys, err := s.keysOf(ctx, tx, part)
			if err != nil {
				return err
			}
			n, err = s.fillForms(ctx, tx, keys)
			return err
		})
		if err != nil || len(part) == 0 {
			return filled, err
		}
		filled, after = filled+n, part[len(part)-1]
	}
}

func (s *Service) fillForms(ctx context.Context, tx *db.Tx, keys map[WorkerID]vault.Key) (filled int, err error) {
	forms := map[paperAt]CertificateForm{}
	list, args := in(1, slices.Sorted(maps.Keys(keys)))
	err = tx.Query(ctx, `SELECT worker_id, id, number_sealed FROM registry_certificate WHERE form = 0 AND worker_id IN `+list, args, func(row db.Scanner) error {
		var p paperAt
		var sealed []byte
		if err := row.Scan(&p.holder, &p.id, &sealed); err != nil {
			return err
		}
		number, err := keys[p.holder].Open(p.id, "number", sealed)
		forms[p] = formOf(string(number))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read certificate numbers: %w", err)
	}
	t := s.touch(tx, 0)
	for p, f := range forms {
		if _, err := tx.Exec(ctx, `UPDATE registry_certificate SET form = $3 WHERE worker_id = $1 AND id = $2`, int64(p.holder), p.id, int64(f)); err != nil {
			return 0, fmt.Errorf("form of a certificate: %w", err)
		}
		t.relist(p.holder)
	}
	return len(forms), nil
}
