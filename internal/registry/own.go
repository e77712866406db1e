package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// The verbs of this file are those of a worker (职工) who is logged in. None takes the id of a file: whose it is follows from the
// account, so that a guessed id leads nowhere. A file is read wherever it lies, the person's own at every firm.
var anywhere = account.Scope{All: true}

// Login opens a session. Who gives an ID number is a worker, and the account is found by the blind index of the number;
// everything else is the login of a user. Whatever is wrong, the fault is that of account.Login, at the same cost.
func (s *Service) Login(ctx context.Context, login, password, ip string) (token string, who account.Actor, err error) {
	id, err := cn.ParseID(login, date.Forever)
	if err != nil { // no login of a user reads like an ID number
		return s.Accounts.Login(ctx, login, password, ip)
	}
	var user int64
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		user, err = s.userOf(ctx, tx, id.Number)
		return err
	})
	if err != nil {
		return "", who, err
	}
	return s.Accounts.LoginUser(ctx, user, password, ip)
}

// userOf is the account of whoever has this ID number: that of the number's file, or of a file that is one person's with it.
// 0 is none.
func (s *Service) userOf(ctx context.Context, tx *db.Tx, number string) (int64, error) {
	var w WorkerID
	err := tx.QueryRow(ctx, `SELECT worker_id FROM registry_number WHERE number_index = $1`, []any{s.Vault.BlindIndex(indexID, number)}, &w)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find number: %w", err)
	}
	files, err := families(ctx, tx, []WorkerID{w})
	if err != nil {
		return 0, err
	}
	users, err := loginsOf(ctx, tx, files)
	if err != nil {
		return 0, err
	}
	for _, f := range append([]WorkerID{w}, files...) {
		if users[f] != 0 {
			return users[f], nil
		}
	}
	return 0, nil
}

// loginsOf gives the accounts of some files.
func loginsOf(ctx context.Context, tx *db.Tx, files []WorkerID) (map[WorkerID]int64, error) {
	out := map[WorkerID]int64{}
	list, args := in(1, files)
	err := tx.Query(ctx, `SELECT worker_id, user_id FROM registry_login WHERE worker_id IN `+list, args, func(row db.Scanner) error {
		var w WorkerID
		var user int64
		err := row.Scan(&w, &user)
		out[w] = user
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find logins: %w", err)
	}
	return out, nil
}

// endLogin takes from an erased person the account, its slip, and what was read and consented to.
func endLogin(ctx context.Context, tx *db.Tx, w WorkerID) error {
	users, err := loginsOf(ctx, tx, []WorkerID{w})
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := account.CloseWorker(ctx, tx, user); err != nil {
			return err
		}
	}
	for _, table := range []string{"registry_login", "registry_slip", "registry_notice", "registry_consent"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE worker_id = $1`, int64(w)); err != nil {
			return fmt.Errorf("end login: %w", err)
		}
	}
	return nil
}

// own finds the file of who is logged in, the survivor's where it was merged, with all files that are one person's. Until the
// notice in force was read it is a Forbidden fault, registry.notice_first.
func (s *Service) own(ctx context.Context, tx *db.Tx, who account.Actor) (w WorkerID, files []WorkerID, err error) {
	if w, files, err = s.ownUnread(ctx, tx, who); err != nil {
		return 0, nil, err
	}
	read, err := noticesOf(ctx, tx, files)
	if err != nil {
		return 0, nil, err
	}
	if read[NoticeVersion()].IsZero() {
		return 0, nil, fault.New(fault.Forbidden, "registry.notice_first").WithFix("registry.notice_first_fix")
	}
	return w, files, nil
}

// ownUnread is own before the notice was read: for the notice itself, and for a complaint.
func (s *Service) ownUnread(ctx context.Context, tx *db.Tx, who account.Actor) (w WorkerID, files []WorkerID, err error) {
	if err := who.Must(account.OwnFile); err != nil {
		return 0, nil, err
	}
	err = tx.QueryRow(ctx, `SELECT worker_id FROM registry_login WHERE user_id = $1`, []any{who.UserID}, &w)
	if fault.Is(err, fault.NotFound) {
		return 0, nil, fault.New(fault.NotFound, "registry.own_none")
	}
	if err != nil {
		return 0, nil, fmt.Errorf("find own file: %w", err)
	}
	a, err := aliasesOf(ctx, tx, []WorkerID{w})
	if err != nil {
		return 0, nil, err
	}
	w = a.root(w)
	files, err = families(ctx, tx, []WorkerID{w})
	return w, files, err
}

// look finds the own file and logs that its owner looks at it.
func (s *Service) look(ctx context.Context, who account.Actor, action string, detail any) (w WorkerID, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		w, _, err = s.own(ctx, tx, who)
		return err
	})
	if err != nil {
		return 0, err
	}
	return w, audit.Read(ctx, s.DB, who.UserID, action, w.String(), detail)
}

// OwnFile opens the own file. It is logged before: who has stolen a password leaves a trace too.
func (s *Service) OwnFile(ctx context.Context, who account.Actor) (*File, error) {
	w, err := s.look(ctx, who, "own.open", nil)
	if err != nil {
		return nil, err
	}
	return s.fileOf(ctx, anywhere, w)
}

// RevealOwn shows a masked field of the own file; nobody asks the person why. Logged before.
func (s *Service) RevealOwn(ctx context.Context, who account.Actor, field Secret) (string, error) {
	if field != SecretID && field != SecretPhone {
		var c fault.Check
		c.Add("field", "registry.field_unknown", string(field))
		return "", c.Err()
	}
	w, err := s.look(ctx, who, "own.reveal", map[string]any{"field": string(field)})
	if err != nil {
		return "", err
	}
	return s.secretOf(ctx, anywhere, w, field)
}

// Look is one time that somebody saw the file or did something about it (谁看过).
type Look struct {
	At     time.Time    `json:"at"`
	Action string       `json:"action"` // as in the log; its word is registry.look.<action>
	Role   account.Role `json:"role"`   // of the account as it is today; operator: the program itself, or who runs the server
	Unit   org.UnitID   `json:"unit"`   // 0: the whole city, or none
	Field  string       `json:"field,omitempty"`
	Why    string       `json:"why,omitempty"` // the reason that was given
	Own    bool         `json:"own"`           // by the person
	ID     int64        `json:"id,string"`
}

// LookFilter chooses looks.
type LookFilter struct {
	Own    bool      // also the person's own
	Before audit.Key // after this one in the list, newest first
	Limit  int       // 0 = 50, at most 200
}

// OwnLooks tells who saw the own file, when, in which capacity and why. total is how many there are in all. A reason is left out where it may
// speak of another person: of two files that were taken for one.
func (s *Service) OwnLooks(ctx context.Context, who account.Actor, f LookFilter) (list []Look, total int, err error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		_, files, err := s.own(ctx, tx, who)
		if err != nil {
			return err
		}
		q := audit.Filter{Before: f.Before, Limit: f.Limit}
		for _, w := range files {
			q.Subjects = append(q.Subjects, w.String())
		}
		if !f.Own {
			q.NotUser = who.UserID
		}
		entries, n, err := audit.List(ctx, tx, q)
		if err != nil {
			return err
		}
		total = n
		by := map[int64]account.Capacity{0: {Role: account.Operator().Role}}
		for _, e := range entries {
			if _, ok := by[e.User]; !ok {
				if by[e.User], err = s.Accounts.CapacityOf(ctx, tx, e.User); err != nil {
					return err
				}
			}
			l, err := lookOf(e, by[e.User])
			if err != nil {
				return err
			}
			l.Own = e.User == who.UserID
			list = append(list, l)
		}
		return nil
	})
	return list, total, err
}

// lookActions are the actions about a person that have a word of their own, registry.look.<action>.
var lookActions = []string{
	"worker.open", "worker.cells", "worker.reveal", "worker.reveal_cells", "worker.merge", "worker.unmerge", "worker.erase_plan", "worker.erase",
	"conflict.open", "conflict.decide", "conflict.reopen", "certificate.open", "certificate.revoke", "certificate.restore", "duplicate.reject",
	"request.register", "request.open", "request.copy", "request.done", "request.refused",
	"slip.make", "slip.failed", "slip.void", "own.activate", "own.open", "own.reveal", "own.notice", "own.consent",
}

// Key is the catalogue key of what was done.
func (l *Look) Key() string {
	if slices.Contains(lookActions, l.Action) {
		return "registry.look." + l.Action
	}
	return "registry.look.other"
}

// ofTwoPeople are the actions whose reason speaks of two files.
var ofTwoPeople = []string{"duplicate.reject", "worker.merge", "worker.unmerge"}

func lookOf(e audit.Entry, by account.Capacity) (Look, error) {
	l := Look{At: e.At, Action: e.Action, Role: by.Role, Unit: by.Unit, ID: e.ID}
	var said struct {
		Field string `json:"field"`
		Why   string `json:"why"`
	}
	if err := json.Unmarshal(e.Detail, &said); err != nil {
		return l, fmt.Errorf("read the log: %w", err)
	}
	l.Field = said.Field
	if !slices.Contains(ofTwoPeople, e.Action) {
		l.Why = said.Why
	}
	return l, nil
}
