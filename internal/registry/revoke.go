package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// CertificateID names a certificate by one of the rows that speak of it.
type CertificateID int64

// String prints the id in decimal.
func (id CertificateID) String() string { return strconv.FormatInt(int64(id), 10) }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault.
func (id *CertificateID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return fault.New(fault.NotFound, "registry.certificate_unknown")
	}
	*id = CertificateID(n)
	return nil
}

// Validity is what a certificate is worth on a day.
type Validity string

// The validities. A revoked certificate counts nowhere, an expired one as ever held.
const (
	Valid   Validity = "valid"   // 有效
	Expired Validity = "expired" // 已过期
	Revoked Validity = "revoked" // 已撤销
	NotYet  Validity = "not_yet" // 未生效
)

// ValidityOn tells what the certificate is worth on a day.
func (c *CertificateRow) ValidityOn(day date.Day) Validity {
	ended, revoked := c.ended(day)
	switch {
	case revoked:
		return Revoked
	case c.IssuedOn > day:
		return NotYet
	case ended <= day:
		return Expired
	}
	return Valid
}

// Revocation is a person's decision as it is shown.
type Revocation struct {
	On     date.Day
	Reason string
	At     time.Time
	By     int64
}

// RevokeCertificateInput says which certificate was revoked from which day on, and why.
type RevokeCertificateInput struct {
	Worker      WorkerID
	Certificate CertificateID
	On          date.Day // the first day on which it does not count; from the day of issue to today
	Why         string
}

// RevokeCertificate revokes a certificate (撤销证书): it counts nowhere from the day on, and every figure in
// which it counted changes by reversal. RestoreCertificate takes that back. Faults: NotFound for a file
// not seen or a certificate not in force in it, Conflict when it is revoked already.
func (s *Service) RevokeCertificate(ctx context.Context, who account.Actor, in RevokeCertificateInput) error {
	if err := who.Must(account.CertificateRevoke); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		c, files, err := s.takeCertificate(ctx, tx, who.Scope, in.Worker, in.Certificate, in.Why)
		if err != nil {
			return err
		}
		if c.RevokedOn.Valid {
			return conflict("registry.revoked_already", c.RevokedOn.V.String())
		}
		if in.On < c.IssuedOn || in.On > tx.Today() {
			var check fault.Check
			check.Add("on", "registry.revoke_range", c.IssuedOn.String(), tx.Today().String())
			return check.Err()
		}
		for _, w := range files {
			_, err := tx.Exec(ctx, `INSERT INTO registry_revocation (worker_id, id, number_index, revoked_on, reason, recorded_at, recorded_by, withdrawn_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
				int64(w), tx.NewID(), []byte(c.Key), in.On, in.Why, db.At(tx.Now()), who.UserID)
			if err != nil {
				return fmt.Errorf("revoke certificate: %w", err)
			}
		}
		s.touch(tx, who.UserID, files...)
		return audit.Add(ctx, tx, who.UserID, "certificate.revoke", in.Worker.String(), map[string]any{"certificate": in.Certificate.String(), "on": in.On.String(), "why": in.Why})
	})
}

// RestoreCertificate withdraws a person's revocation (恢复证书): what the lists say of the certificate holds again,
// and the figures with it. Conflict when no person revoked it; what a list revokes, a list mends.
func (s *Service) RestoreCertificate(ctx context.Context, who account.Actor, worker WorkerID, id CertificateID, why string) error {
	if err := who.Must(account.CertificateRevoke); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		c, files, err := s.takeCertificate(ctx, tx, who.Scope, worker, id, why)
		if err != nil {
			return err
		}
		if c.decided == 0 {
			return conflict("registry.not_revoked")
		}
		for _, w := range files {
			_, err := tx.Exec(ctx, `UPDATE registry_revocation SET withdrawn_at = $3, withdrawn_by = $4 WHERE worker_id = $1 AND number_index = $2 AND withdrawn_at IS NULL`,
				int64(w), []byte(c.Key), db.At(tx.Now()), who.UserID)
			if err != nil {
				return fmt.Errorf("restore certificate: %w", err)
			}
		}
		s.touch(tx, who.UserID, files...)
		return audit.Add(ctx, tx, who.UserID, "certificate.restore", worker.String(), map[string]any{"certificate": id.String(), "why": why})
	})
}

// takeCertificate takes the files of the person that a verb is about to decide on, checks the reason, and finds the
// certificate in force and the files in which rows speak of it: several when files were merged, so that
// an un-merge leaves the decision with each.
func (s *Service) takeCertificate(ctx context.Context, tx *db.Tx, scope account.Scope, worker WorkerID, id CertificateID, why string) (*CertificateRow, []WorkerID, error) {
	if err := s.takeFiles(ctx, tx, scope, worker); err != nil {
		return nil, nil, err
	}
	if err := checkReason(ctx, tx, worker, why); err != nil {
		return nil, nil, err
	}
	src, err := loadSources(ctx, tx, []WorkerID{worker})
	if err != nil {
		return nil, nil, err
	}
	c, err := src[worker].certificate(id, s.Precedence)
	if err != nil {
		return nil, nil, err
	}
	family, err := families(ctx, tx, []WorkerID{worker})
	if err != nil {
		return nil, nil, err
	}
	var files []WorkerID
	list, args := in(2, family)
	err = tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_certificate WHERE number_index = $1 AND worker_id IN `+list+` ORDER BY worker_id`, append([]any{[]byte(c.Key)}, args...), func(row db.Scanner) error {
		var w WorkerID
		err := row.Scan(&w)
		files = append(files, w)
		return err
	})
	return c, files, err
}

// certificate finds the certificate in force of which the row speaks. Those of a merged file lie in its survivor.
func (src *Sources) certificate(id CertificateID, order Precedence) (*CertificateRow, error) {
	key := ""
	if src.Survivor != 0 {
		return nil, fault.New(fault.NotFound, "registry.certificate_unknown")
	}
	for i := range src.Certificates {
		if src.Certificates[i].ID == int64(id) {
			key = src.Certificates[i].Key
		}
	}
	list := certificates(src, order)
	for i := range list {
		if key != "" && list[i].Key == key {
			return &list[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "registry.certificate_unknown")
}

// checkReason looks at the reason of a decision about a person. It stays in the log, which outlives an erasure, so
// it must hold neither name nor number.
func checkReason(ctx context.Context, tx *db.Tx, worker WorkerID, why string) error {
	var c fault.Check
	if len([]rune(strings.TrimSpace(why))) < 2 {
		c.Add("why", "registry.reason_needed")
	}
	if looksLikeID(cn.Fold(why)) {
		c.Add("why", "registry.why_personal")
	}
	var name string
	if err := tx.QueryRow(ctx, `SELECT name FROM registry_worker WHERE worker_id = $1`, []any{int64(worker)}, &name); err != nil {
		return err
	}
	if strings.Contains(cn.Fold(why), cn.Fold(name)) {
		c.Add("why", "registry.why_names")
	}
	return c.Err()
}

// readRevocations adds the decisions about certificates to the rows of some files.
func readRevocations(ctx context.Context, tx *db.Tx, list string, args []any, out map[WorkerID]*Sources) error {
	err := tx.Query(ctx, `SELECT worker_id, id, number_index, revoked_on, recorded_at, withdrawn_at FROM registry_revocation WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r RevocationRow
		var at, gone db.Time
		var number []byte
		if err := row.Scan(&w, &r.ID, &number, &r.RevokedOn, &at, &gone); err != nil {
			return err
		}
		r.Key, r.RecordedAt, r.Withdrawn = string(number), at.Time, !gone.IsZero()
		out[w].Revocations = append(out[w].Revocations, r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read revocations: %w", err)
	}
	return nil
}
