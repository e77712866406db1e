package account

import (
	"context"
	"fmt"
	"time"

	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// OpenWorker gives a worker (职工) an account with this password and logs in; user is the account they have already, whose
// password is replaced and whose sessions end, or 0. The caller, inside whose transaction it is, has made sure who it is
// and keeps whose file the account is for. The account has a login that nobody is told, and neither name nor unit.
func (s *Service) OpenWorker(ctx context.Context, tx *db.Tx, user int64, hash, ip string) (id int64, token string, who Actor, err error) {
	if user == 0 {
		u := User{ID: tx.NewID(), Role: Worker, CreatedAt: tx.Now()}
		u.Login = "zg-" + lettersOf(u.ID)
		if err := insertUser(ctx, tx, u, hash); err != nil {
			return 0, "", who, err
		}
		user = u.ID
	}
	p, err := takeUser(ctx, tx, user)
	if err != nil {
		return 0, "", who, err
	}
	if p.user.Role != Worker || !p.user.DisabledAt.IsZero() {
		return 0, "", who, fault.New(fault.Forbidden, "account.disabled")
	}
	if _, err := tx.Exec(ctx, `UPDATE account_user SET hash = $1 WHERE user_id = $2`, hash, user); err != nil {
		return 0, "", who, fmt.Errorf("set password: %w", err)
	}
	if err := setFails(ctx, tx, user, 0, time.Time{}); err != nil {
		return 0, "", who, err
	}
	if err := endSessions(ctx, tx, user); err != nil {
		return 0, "", who, err
	}
	if token, err = openSession(ctx, tx, user); err != nil {
		return 0, "", who, err
	}
	if who, err = s.actor(ctx, tx, p.user); err != nil {
		return 0, "", who, err
	}
	return user, token, who, audit.Add(ctx, tx, user, "user.activate", subject(user), map[string]string{"ip": ip})
}

// CloseWorker ends the account of a worker for good: an erased person cannot log in from the same moment on.
func CloseWorker(ctx context.Context, tx *db.Tx, user int64) error {
	if err := endSessions(ctx, tx, user); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE account_user SET hash = '', closed_at = $1, disabled_at = coalesce(disabled_at, $1), version = version + 1 WHERE user_id = $2 AND role = $3`,
		db.At(tx.Now()), user, string(Worker))
	if err != nil {
		return fmt.Errorf("close account: %w", err)
	}
	return nil
}

// Capacity is in what capacity somebody acts: the role and the unit of their account as it is today. The zero Capacity is
// the program itself, or who runs it at the server.
type Capacity struct {
	Role Role
	Unit org.UnitID // 0: the whole installation, or a worker
}

// CapacityOf tells in what capacity a user acts, inside the caller's transaction.
func (s *Service) CapacityOf(ctx context.Context, tx *db.Tx, user int64) (Capacity, error) {
	p, err := findProof(ctx, tx, "user_id", user)
	return Capacity{p.user.Role, p.user.Unit}, err
}

// lettersOf writes an id in letters: a long number is no login.
func lettersOf(n int64) string {
	text := ""
	for ; n > 0; n /= 26 {
		text += string(rune('a' + n%26))
	}
	return text
}
