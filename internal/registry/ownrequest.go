package registry

import (
	"context"
	"fmt"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

// AskOwn registers what a worker asks about the own data, or complains of (申请). A complaint may be made before the notice was
// read. Faults as of RegisterRequest.
func (s *Service) AskOwn(ctx context.Context, who account.Actor, kind RequestKind, text string) (out Request, err error) {
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		find := s.own
		if kind == RequestOpinion {
			find = s.ownUnread
		}
		w, _, err := find(ctx, tx, who)
		if err != nil {
			return err
		}
		out, err = s.register(ctx, tx, who.UserID, anywhere, RequestInput{Worker: w, Kind: kind, Text: text})
		return err
	})
	return out, err
}

// MayAskOwn is nil for who may ask about an own file: the form is shown to them alone.
func (s *Service) MayAskOwn(who account.Actor) error { return who.Must(account.OwnFile) }

// OwnRequests lists what the worker asked, open ones first.
func (s *Service) OwnRequests(ctx context.Context, who account.Actor) (list []Request, err error) {
	var w WorkerID
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, _, err = s.own(ctx, tx, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	list, _, _, err = s.requestsIn(ctx, anywhere, true, RequestFilter{All: true, Worker: w, Limit: 500})
	return list, err
}

// OwnRequest opens one request of the worker with its answer; NotFound for another person's. Logged before.
func (s *Service) OwnRequest(ctx context.Context, who account.Actor, id RequestID) (out Request, err error) {
	var w WorkerID
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if w, _, err = s.own(ctx, tx, who); err != nil {
			return err
		}
		_, err = s.request(ctx, tx, anywhere, w, id)
		return err
	})
	if err != nil {
		return out, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "request.open", w.String(), map[string]any{"request": id}); err != nil {
		return out, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		out, err = s.request(ctx, tx, anywhere, w, id)
		return err
	})
	return out, err
}

// OwnCopy gives a worker all that is kept about them (查阅复制), at once: the request that is open, or a new one, is done with it.
func (s *Service) OwnCopy(ctx context.Context, who account.Actor, read *intake.Service) (*PersonCopy, error) {
	var w WorkerID
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) (err error) {
		if w, _, err = s.own(ctx, tx, who); err != nil {
			return err
		}
		if err := s.takeFiles(ctx, tx, anywhere, w); err != nil {
			return err
		}
		var id RequestID
		err = tx.QueryRow(ctx, `SELECT id FROM registry_request WHERE worker_id = $1 AND kind = 'copy' AND state = 'open'`, []any{int64(w)}, (*int64)(&id))
		if fault.Is(err, fault.NotFound) {
			var r Request
			r, err = s.register(ctx, tx, who.UserID, anywhere, RequestInput{Worker: w, Kind: RequestCopy})
			id = r.ID
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE registry_request SET copied_at = $3, state = 'done', decided_at = $3, decided_by = $4 WHERE worker_id = $1 AND id = $2`, int64(w), int64(id), db.At(tx.Now()), who.UserID)
		if err != nil {
			return fmt.Errorf("note the copy: %w", err)
		}
		return noteRequest(ctx, tx, who.UserID, "request.copy", w, id, RequestCopy)
	})
	if err != nil {
		return nil, err
	}
	return s.copyOf(ctx, anywhere, true, read, w)
}
