package registry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// tries is how often a slip may be used wrongly in all. The fifth wrong try makes it void: the last four digits of
// two numbers are few enough to be guessed by who has found a slip.
const tries = 5

// mostSlips is how many slips one run makes: a printout of 625 pages.
const mostSlips = 5000

// WorkerSlip is what is printed for one person (激活条). The code is shown once and kept nowhere.
type WorkerSlip struct {
	Worker   WorkerID   `json:"worker"`
	Name     string     `json:"name"`
	Employer org.UnitID `json:"employer"` // 0: none
	Code     string     `json:"code"`
	Expires  time.Time  `json:"expires,omitzero"`
}

// SlipRun is what a run of slips makes, or would make.
type SlipRun struct {
	Slips []WorkerSlip `json:"slips"` // by name; without codes in a plan
	// NoPhone are people without a slip because no phone number is on file, whose last four digits prove who comes with it.
	NoPhone []Invited `json:"no_phone"`
}

// SlipInput says for whom slips are made.
type SlipInput struct {
	Workers  []WorkerID
	All      bool       // everybody within reach who has neither a login nor a good slip; Workers do not count then
	Employer org.UnitID // with All: only the people of this firm; 0 = all within reach
}

// Invited is a person who has no login yet.
type Invited struct {
	Worker   WorkerID   `json:"worker"`
	Name     string     `json:"name"`
	Employer org.UnitID `json:"employer"`
	Until    time.Time  `json:"until,omitzero"` // of the slip made last; zero: none, or it was used or is void
	Good     bool       `json:"good"`           // the slip can still be used
	Phone    bool       `json:"phone"`          // a phone number is on file
}

// InvitedFilter chooses people without login.
type InvitedFilter struct {
	Employer org.UnitID
	After    WorkerID // the last one of the page before
	Limit    int      // 0 = 50, at most 500
}

// invited are the people of a subtree without a login of any of their files; erased and merged files, and those that lie nowhere, are left out.
const invited = ` FROM registry_worker w JOIN org_unit u ON u.unit_id = w.unit_id LEFT JOIN registry_slip s ON s.worker_id = w.worker_id
WHERE length(w.wrapped_key) > 0 AND w.survivor_id = 0
AND NOT EXISTS (SELECT 1 FROM registry_login l WHERE l.worker_id = w.worker_id)
AND w.worker_id NOT IN (SELECT m.survivor_id FROM registry_login l JOIN registry_worker m ON m.worker_id = l.worker_id) AND `

// ListInvited gives the people within reach who have no login, by id, and how many there are.
func (s *Service) ListInvited(ctx context.Context, who account.Actor, f InvitedFilter) (list []Invited, total int, err error) {
	if err := who.Must(account.WorkerInvite); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		where, args := invitedWhere(who.Scope, f.Employer)
		if err := tx.QueryRow(ctx, `SELECT count(*)`+where, args, &total); err != nil {
			return err
		}
		n := len(args)
		list, err = readInvited(ctx, tx, where+fmt.Sprintf(` AND w.worker_id > $%d ORDER BY w.worker_id LIMIT %d`, n+1, f.Limit), append(args, int64(f.After)))
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list people without login: %w", err)
	}
	return list, total, nil
}

func invitedWhere(scope account.Scope, employer org.UnitID) (where string, args []any) {
	where, args = invited+inScope(1), seenArgs(scope)
	if employer != 0 {
		where, args = where+` AND w.employer_id = $4`, append(args, int64(employer))
	}
	return where, args
}

func readInvited(ctx context.Context, tx *db.Tx, where string, args []any) (list []Invited, err error) {
	err = tx.Query(ctx, `SELECT w.worker_id, w.name, w.employer_id, w.phone_sealed, s.expires_at`+where, args, func(row db.Scanner) error {
		var p Invited
		var phone []byte
		var until db.Time
		if err := row.Scan(&p.Worker, &p.Name, &p.Employer, &phone, &until); err != nil {
			return err
		}
		p.Until, p.Phone = until.Time, len(phone) > 0
		p.Good = tx.Now().Before(p.Until)
		list = append(list, p)
		return nil
	})
	return list, err
}

// PlanSlips tells for whom MakeSlips would make slips.
func (s *Service) PlanSlips(ctx context.Context, who account.Actor, in SlipInput) (run SlipRun, err error) {
	if err := who.Must(account.WorkerInvite); err != nil {
		return run, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		run, err = s.chooseSlips(ctx, tx, who.Scope, in)
		return err
	})
	return run, err
}

// MakeSlips makes activation slips (激活条) for people within reach. A new slip voids the one before; for somebody who has a login it is
// the way to a new password, the old one holding until the slip is used. Each is logged with the person.
func (s *Service) MakeSlips(ctx context.Context, who account.Actor, in SlipInput) (run SlipRun, err error) {
	if err := who.Must(account.WorkerInvite); err != nil {
		return run, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if run, err = s.chooseSlips(ctx, tx, who.Scope, in); err != nil {
			return err
		}
		for i := range run.Slips {
			x := &run.Slips[i]
			if x.Code, err = account.NewCode(); err != nil {
				return err
			}
			x.Expires = tx.Now().Add(account.ActivationFor)
			_, err := tx.Exec(ctx, `INSERT INTO registry_slip (worker_id, code_hash, made_at, made_by, expires_at, failed, version) VALUES ($1, $2, $3, $4, $5, 0, 0)
ON CONFLICT (worker_id) DO UPDATE SET code_hash = excluded.code_hash, made_at = excluded.made_at, made_by = excluded.made_by, expires_at = excluded.expires_at, failed = 0`,
				int64(x.Worker), account.CodeKey(x.Code), db.At(tx.Now()), who.UserID, db.At(x.Expires))
			if err != nil {
				return fmt.Errorf("make slip: %w", err)
			}
			if err := audit.Add(ctx, tx, who.UserID, "slip.make", x.Worker.String(), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return SlipRun{}, err
	}
	return run, nil
}

// chooseSlips finds the people who are meant. One who is named must lie within reach, and be nobody erased or merged.
func (s *Service) chooseSlips(ctx context.Context, tx *db.Tx, scope account.Scope, in SlipInput) (run SlipRun, err error) {
	run = SlipRun{Slips: []WorkerSlip{}, NoPhone: []Invited{}}
	var list []Invited
	switch {
	case in.All:
		where, args := invitedWhere(scope, in.Employer)
		if list, err = readInvited(ctx, tx, where+` ORDER BY w.name_fold, w.worker_id`, args); err != nil {
			return run, err
		}
	case len(in.Workers) == 0:
		var c fault.Check
		c.Add("worker", "registry.slip_choose")
		return run, c.Err()
	default:
		for _, id := range in.Workers {
			p, err := s.invite(ctx, tx, scope, id)
			if err != nil {
				return run, err
			}
			list = append(list, p)
		}
	}
	for _, p := range list {
		switch {
		case in.All && p.Good:
		case !p.Phone:
			run.NoPhone = append(run.NoPhone, p)
		default:
			run.Slips = append(run.Slips, WorkerSlip{Worker: p.Worker, Name: p.Name, Employer: p.Employer})
		}
	}
	if n := len(run.Slips); n > mostSlips {
		return run, fault.New(fault.Invalid, "registry.slip_many", n, mostSlips)
	}
	return run, nil
}

// invite takes one person who is named.
func (s *Service) invite(ctx context.Context, tx *db.Tx, scope account.Scope, id WorkerID) (p Invited, err error) {
	w, _, _, sealedPhone, err := s.open(ctx, tx, scope, id)
	if err != nil {
		return p, err
	}
	if w.Erased {
		return p, conflict("registry.worker_erased")
	}
	a, err := aliasesOf(ctx, tx, []WorkerID{id})
	if err != nil {
		return p, err
	}
	if root := a.root(id); root != id {
		return p, conflict("registry.slip_merged", root.String())
	}
	return Invited{Worker: id, Name: w.Name, Employer: w.Employer, Phone: len(sealedPhone) > 0}, nil
}

// ActivateInput is what the page to which a slip leads asks for.
type ActivateInput struct {
	Code     string
	ID       string // the last four of the ID number
	Phone    string // the last four of the phone number on file
	Password string
}

func (in *ActivateInput) check() error {
	var c fault.Check
	account.CheckCode(&c, "code", in.Code)
	in.ID, in.Phone = strings.ToUpper(cn.Fold(in.ID)), cn.Fold(in.Phone)
	if !lastFour(in.ID, "0123456789X") {
		c.Add("id", "registry.last_four_id")
	}
	if !lastFour(in.Phone, "0123456789") {
		c.Add("phone", "registry.last_four_phone")
	}
	account.CheckPassword(&c, "password", in.Password)
	return c.Err()
}

func lastFour(text, of string) bool {
	return len(text) == 4 && strings.Trim(text, of) == ""
}

// Activate takes a slip's code with the last four of ID number and phone, and a password of the person's own choice, and logs in. A
// code that is not there, was used, is expired or void, and wrong digits are one and the same Unauthenticated fault.
func (s *Service) Activate(ctx context.Context, in ActivateInput, ip string) (token string, who account.Actor, err error) {
	if err := in.check(); err != nil {
		return "", who, err
	}
	failed := fault.New(fault.Unauthenticated, "registry.activation_failed").WithFix("registry.activation_failed_fix")
	key := account.CodeKey(in.Code)
	var w WorkerID
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) (err error) {
		w, err = s.trySlip(ctx, tx, in, key, ip)
		return err
	})
	if err != nil {
		return "", who, err
	}
	if w == 0 {
		return "", who, failed
	}
	hash, err := s.Accounts.Hash(ctx, in.Password) // only for who has shown the right slip
	if err != nil {
		return "", who, err
	}
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE registry_worker SET version = version + 1 WHERE worker_id = $1 AND length(wrapped_key) > 0`, int64(w))
		if err != nil {
			return fmt.Errorf("take file: %w", err)
		}
		if n > 0 {
			n, err = tx.Exec(ctx, `DELETE FROM registry_slip WHERE worker_id = $1 AND code_hash = $2`, int64(w), key)
		}
		if err != nil {
			return fmt.Errorf("use slip: %w", err)
		}
		if n == 0 { // erased, used or replaced since
			return failed
		}
		users, err := loginsOf(ctx, tx, []WorkerID{w})
		if err != nil {
			return err
		}
		var user int64
		if user, token, who, err = s.Accounts.OpenWorker(ctx, tx, users[w], hash, ip); err != nil {
			return err
		}
		if users[w] == 0 {
			if _, err := tx.Exec(ctx, `INSERT INTO registry_login (worker_id, user_id, made_at) VALUES ($1, $2, $3)`, int64(w), user, db.At(tx.Now())); err != nil {
				return fmt.Errorf("tie login: %w", err)
			}
		}
		return audit.Add(ctx, tx, user, "own.activate", w.String(), nil)
	})
	if err != nil {
		return "", account.Actor{}, err
	}
	return token, who, nil
}

// trySlip compares what was typed and commits what follows: the count of wrong tries, the slip made void, the note. It gives the person
// of a right slip, else 0. A code that nobody has is counted nowhere: 130 random bits are not guessed.
func (s *Service) trySlip(ctx context.Context, tx *db.Tx, in ActivateInput, key []byte, ip string) (w WorkerID, err error) {
	err = tx.QueryRow(ctx, `UPDATE registry_slip SET version = version + 1 WHERE code_hash = $1 RETURNING worker_id`, []any{key}, &w)
	if fault.Is(err, fault.NotFound) {
		return 0, audit.Add(ctx, tx, 0, "slip.failed", "", map[string]string{"ip": ip})
	}
	if err != nil {
		return 0, fmt.Errorf("find slip: %w", err)
	}
	var expires db.Time
	var fails int
	if err := tx.QueryRow(ctx, `SELECT expires_at, failed FROM registry_slip WHERE worker_id = $1`, []any{int64(w)}, &expires, &fails); err != nil {
		return 0, fmt.Errorf("read slip: %w", err)
	}
	right, err := s.lastFoursMatch(ctx, tx, w, in)
	if err != nil {
		return 0, err
	}
	if right && tx.Now().Before(expires.Time) {
		return w, nil
	}
	if err := audit.Add(ctx, tx, 0, "slip.failed", w.String(), map[string]string{"ip": ip}); err != nil {
		return 0, err
	}
	if fails+1 < tries {
		_, err = tx.Exec(ctx, `UPDATE registry_slip SET failed = failed + 1 WHERE worker_id = $1`, int64(w))
	} else if _, err = tx.Exec(ctx, `DELETE FROM registry_slip WHERE worker_id = $1`, int64(w)); err == nil {
		err = audit.Add(ctx, tx, 0, "slip.void", w.String(), nil)
	}
	if err != nil {
		return 0, fmt.Errorf("count wrong tries: %w", err)
	}
	return 0, nil
}

func (s *Service) lastFoursMatch(ctx context.Context, tx *db.Tx, w WorkerID, in ActivateInput) (bool, error) {
	p, key, sealedID, sealedPhone, err := s.open(ctx, tx, anywhere, w)
	if fault.Is(err, fault.NotFound) || p.Erased { // taken back since
		return false, nil
	}
	if err != nil {
		return false, err
	}
	last := func(text string) string { return text[max(0, len(text)-4):] }
	id, err := unseal(key, w, "id_number", sealedID, last)
	if err != nil {
		return false, err
	}
	phone, err := unseal(key, w, "phone", sealedPhone, last)
	return id == in.ID && phone == in.Phone && phone != "", err
}
