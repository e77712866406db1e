package registry

import (
	"context"
	"fmt"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
)

// PersonCopy is all that is kept about a person, in clear, for the person (查阅复制).
type PersonCopy struct {
	*File
	IDNumber string
	Phone    string
	Numbers  map[int64]string // certificate numbers by row
	Rows     []SourceRow      // rows of files, as read
	Requests []Request
	Looks    []audit.Entry // who saw or changed the file, newest first
}

// SourceRow is a row of a file that a part of the file rests on.
type SourceRow struct {
	Import intake.ImportID
	Line   ledger.Line
	Cells  []intake.CellView
}

// Copy gives all that is kept about a person, for an open request for a copy. It shows numbers in clear: the look
// is logged, and noted with the request, before. Conflict when the request is answered, or asks for something else.
func (s *Service) Copy(ctx context.Context, who account.Actor, read *intake.Service, worker WorkerID, id RequestID) (*PersonCopy, error) {
	for _, right := range []account.Right{account.RequestDecide, account.WorkerReveal} {
		if err := who.Must(right); err != nil {
			return nil, err
		}
	}
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		r, err := s.takeOpen(ctx, tx, who.Scope, worker, id)
		if err != nil {
			return err
		}
		if r.Kind != RequestCopy {
			return conflict("registry.request_no_copy")
		}
		if _, err := tx.Exec(ctx, `UPDATE registry_request SET copied_at = $3 WHERE worker_id = $1 AND id = $2`, int64(worker), int64(id), db.At(tx.Now())); err != nil {
			return fmt.Errorf("note the copy: %w", err)
		}
		return noteRequest(ctx, tx, who.UserID, "request.copy", worker, id, r.Kind)
	})
	if err != nil {
		return nil, err
	}
	return s.copyOf(ctx, who.Scope, seesOpinions(who), read, worker)
}

// copyOf gathers all that is kept about a person.
func (s *Service) copyOf(ctx context.Context, scope account.Scope, opinions bool, read *intake.Service, worker WorkerID) (*PersonCopy, error) {
	out := &PersonCopy{File: &File{}, Numbers: map[int64]string{}}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, key, sealedID, sealedPhone, err := s.open(ctx, tx, scope, worker)
		if err != nil {
			return err
		}
		out.Worker = w
		plain := func(s string) string { return s }
		if out.IDNumber, err = unseal(key, worker, "id_number", sealedID, plain); err != nil {
			return err
		}
		if out.Phone, err = unseal(key, worker, "phone", sealedPhone, plain); err != nil {
			return err
		}
		if err := s.fill(ctx, tx, out.File); err != nil {
			return err
		}
		if err := s.copyRows(ctx, tx, read, out); err != nil {
			return err
		}
		return audit.Each(ctx, tx, audit.Filter{Subject: worker.String()}, func(e audit.Entry) error {
			out.Looks = append(out.Looks, e)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	list, _, _, err := s.requestsIn(ctx, scope, opinions, RequestFilter{All: true, Worker: worker, Limit: 500})
	out.Requests = list
	return out, err
}

// copyRows reads the numbers of certificates and the cells of every row that the file rests on.
func (s *Service) copyRows(ctx context.Context, tx *db.Tx, read *intake.Service, out *PersonCopy) error {
	keys, err := s.familyKeys(ctx, tx, out.ID)
	if err != nil {
		return err
	}
	for w, key := range keys {
		err := tx.Query(ctx, `SELECT id, number_sealed FROM registry_certificate WHERE worker_id = $1`, []any{int64(w)}, func(row db.Scanner) error {
			var id int64
			var sealed []byte
			if err := row.Scan(&id, &sealed); err != nil {
				return err
			}
			plain, err := key.Open(id, "number", sealed)
			out.Numbers[id] = string(plain)
			return err
		})
		if err != nil {
			return err
		}
	}
	type place struct {
		imported int64
		line     ledger.Line
	}
	var places []place
	add := func(imported int64, line ledger.Line) {
		if p := (place{imported, line}); imported != 0 && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	for _, f := range out.Facts {
		add(f.Import, f.Line)
	}
	for _, j := range out.Jobs {
		add(j.Import, j.Line)
	}
	for _, c := range out.Certificates {
		add(c.Import, c.Line)
	}
	for _, f := range out.Fields { // also what is stated otherwise
		add(f.Import, f.Line)
		for _, a := range f.Also {
			add(a.Import, a.Line)
		}
	}
	for _, p := range places {
		for w, key := range keys {
			cells, err := read.Cells(ctx, tx, intake.ImportID(p.imported), int64(w), key, p.line)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, SourceRow{intake.ImportID(p.imported), p.line, cells})
			break
		}
	}
	return nil
}
