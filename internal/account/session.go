package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// Limits after GB/T 22239-2019 (等保): five wrong passwords lock a login for a quarter of an hour,
// half an hour without a request ends a session, and twelve hours end it in any case.
const (
	failsToLock  = 5
	lockFor      = 15 * time.Minute
	IdleTimeout  = 30 * time.Minute
	TotalTimeout = 12 * time.Hour
)

// seenEvery is how often a living session's last request is written: a session may end that much
// before IdleTimeout, and a page of twenty requests is one write.
const seenEvery = time.Minute

// tokenBytes is the length of a session token.
const tokenBytes = 32

// Service holds users and sessions. Make it with New.
type Service struct {
	db    *db.DB
	org   *org.Service
	slots chan struct{}
}

// New makes the service on a database and the organisation tree.
func New(d *db.DB, o *org.Service) *Service {
	return &Service{db: d, org: o, slots: make(chan struct{}, hashesAtOnce)}
}

// proof is what is known of a user while a password is checked. The zero proof is nobody's.
type proof struct {
	user  User
	hash  string
	fails int
}

// Login checks a password and opens a session. Token is for the cookie and is kept nowhere; ip is
// noted in the audit log. A wrong login, a wrong password and a locked login give the same
// Unauthenticated fault and cost the same. The failure is counted in a transaction of its own.
func (s *Service) Login(ctx context.Context, login, password, ip string) (token string, who Actor, err error) {
	return s.login(ctx, "login_fold", cn.Fold(login), password, ip)
}

// LoginUser is Login for a module that knows by something else which user is meant; 0 is nobody, and costs the same.
func (s *Service) LoginUser(ctx context.Context, user int64, password, ip string) (token string, who Actor, err error) {
	return s.login(ctx, "user_id", user, password, ip)
}

func (s *Service) login(ctx context.Context, column string, value any, password, ip string) (token string, who Actor, err error) {
	var p proof
	err = s.db.ReadTx(ctx, func(tx *db.Tx) (err error) {
		p, err = findProof(ctx, tx, column, value)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	ok, err := s.prove(ctx, 0, p, password, "login.failed", map[string]string{"ip": ip})
	if err != nil {
		return "", Actor{}, err
	}
	if !ok {
		return "", Actor{}, fault.New(fault.Unauthenticated, "account.login_failed").WithFix("account.login_failed_fix")
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) (err error) {
		now, err := takeUser(ctx, tx, p.user.ID)
		if err != nil {
			return err
		}
		if now.hash != p.hash { // changed between the check and now
			return fault.New(fault.Unauthenticated, "account.login_failed").WithFix("account.login_failed_fix")
		}
		if !now.user.DisabledAt.IsZero() {
			return fault.New(fault.Forbidden, "account.disabled")
		}
		if token, err = openSession(ctx, tx, p.user.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE account_user SET last_login_at = $1 WHERE user_id = $2`, db.At(tx.Now()), p.user.ID); err != nil {
			return fmt.Errorf("note login: %w", err)
		}
		if who, err = s.actor(ctx, tx, now.user); err != nil {
			return err
		}
		return audit.Add(ctx, tx, p.user.ID, "login", subject(p.user.ID), map[string]string{"ip": ip})
	})
	if err != nil {
		return "", Actor{}, err
	}
	return token, who, nil
}

// prove checks a password and commits what follows from it: the count of failures, the lock, the
// note in the audit log under the user by (0: nobody is logged in). It is false for nobody, for a wrong password and while a lock lasts.
func (s *Service) prove(ctx context.Context, by int64, p proof, password, failure string, detail any) (ok bool, err error) {
	right, err := s.matches(ctx, p.hash, password)
	if err != nil {
		return false, err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		ok = false
		if p.user.ID == 0 {
			return audit.Add(ctx, tx, 0, failure, "", detail)
		}
		now, err := takeUser(ctx, tx, p.user.ID)
		if err != nil {
			return err
		}
		locked := tx.Now().Before(now.user.LockedUntil)
		if ok = right && !locked && now.hash == p.hash; ok {
			return setFails(ctx, tx, p.user.ID, 0, time.Time{})
		}
		if err := audit.Add(ctx, tx, by, failure, subject(p.user.ID), detail); err != nil || locked {
			return err
		}
		if now.fails+1 < failsToLock {
			return setFails(ctx, tx, p.user.ID, now.fails+1, time.Time{})
		}
		if err := audit.Add(ctx, tx, by, "login.locked", subject(p.user.ID), detail); err != nil {
			return err
		}
		return setFails(ctx, tx, p.user.ID, 0, tx.Now().Add(lockFor))
	})
	return ok && err == nil, err
}

// Authenticate gives the actor of a session token with the role and scope of this moment. An
// unknown, ended or expired session is an Unauthenticated fault.
func (s *Service) Authenticate(ctx context.Context, token string) (Actor, error) {
	key := tokenKey(token)
	who, stale, err := s.bySession(ctx, key)
	if err != nil {
		return Actor{}, err
	}
	if stale {
		err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE account_session SET seen_at = $1 WHERE token_hash = $2`, db.At(tx.Now()), key)
			return err
		})
		if err != nil {
			return Actor{}, fmt.Errorf("keep session: %w", err)
		}
	}
	return who, nil
}

// bySession gives the actor of a session as of this moment, and whether its last request should be written anew.
func (s *Service) bySession(ctx context.Context, key []byte) (who Actor, stale bool, err error) {
	var u User
	var created, seen db.Time
	// Every page begins with this: two rows, each read by itself.
	err = scanUser(scan(func(dest ...any) error {
		return s.db.ReadRow(ctx, `SELECT `+selected+`, s.created_at, s.seen_at FROM account_session s, account_user u WHERE s.token_hash = $1 AND u.user_id = s.user_id`, []any{key}, dest...)
	}), &u, &created, &seen)
	if fault.Is(err, fault.NotFound) {
		return who, false, ended()
	}
	if err != nil {
		return who, false, fmt.Errorf("find session: %w", err)
	}
	now := s.db.Now()
	if expired(now, created.Time, seen.Time) || !u.DisabledAt.IsZero() {
		return who, false, ended()
	}
	t, err := s.org.Latest(ctx, s.db)
	if err != nil {
		return who, false, fmt.Errorf("find scope: %w", err)
	}
	who = actorIn(t, u, date.On(now))
	who.session = key
	return who, now.Sub(seen.Time) >= seenEvery, nil
}

func ended() error { return fault.New(fault.Unauthenticated, "account.session_ended") }

func expired(now, created, seen time.Time) bool {
	return now.Sub(seen) >= IdleTimeout || now.Sub(created) >= TotalTimeout
}

// Logout ends a session. One that is not there any more is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		var user int64
		err := tx.QueryRow(ctx, `DELETE FROM account_session WHERE token_hash = $1 RETURNING user_id`, []any{tokenKey(token)}, &user)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("end session: %w", err)
		}
		return audit.Add(ctx, tx, user, "logout", subject(user), nil)
	})
}

// ChangePassword replaces the actor's own password and ends all their sessions, this one too. A
// wrong old password counts towards the lock.
func (s *Service) ChangePassword(ctx context.Context, who Actor, old, password string) error {
	var c fault.Check
	if who.Token != 0 {
		return who.MustBeThemself()
	}
	checkPassword(&c, "password", who.Login, password)
	if old == password {
		c.Add("password", "account.password_same")
	}
	if err := c.Err(); err != nil {
		return err
	}
	var p proof
	err := s.db.ReadTx(ctx, func(tx *db.Tx) (err error) {
		p, err = findProof(ctx, tx, "user_id", who.UserID)
		return err
	})
	if err != nil {
		return err
	}
	ok, err := s.prove(ctx, who.UserID, p, old, "password.failed", nil)
	if err != nil {
		return err
	}
	if !ok {
		c.Add("old", "account.password_wrong")
		return c.Err()
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account_user SET hash = $1, must_change = FALSE, version = version + 1 WHERE user_id = $2 AND hash = $3`, hash, who.UserID, p.hash)
		if err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		if n == 0 { // somebody set another one meanwhile
			return fault.New(fault.Conflict, "account.changed_meanwhile")
		}
		if err := endSessions(ctx, tx, who.UserID); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "password.change", subject(who.UserID), nil)
	})
}

// actor gives a user their scope in today's tree.
func (s *Service) actor(ctx context.Context, tx *db.Tx, u User) (Actor, error) {
	t, err := s.org.Tree(ctx, tx)
	if err != nil {
		return Actor{}, fmt.Errorf("find scope: %w", err)
	}
	return actorIn(t, u, tx.Today()), nil
}

func actorIn(t *org.Tree, u User, on date.Day) Actor {
	return Actor{
		UserID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, MustChange: u.MustChange,
		Scope: scopeOf(t, u.Role, u.Unit, on),
	}
}

// scan is a row that is read in one go.
type scan func(dest ...any) error

func (f scan) Scan(dest ...any) error { return f(dest...) }

// openSession stores a new session and drops what has expired.
func openSession(ctx context.Context, tx *db.Tx, user int64) (string, error) {
	b := make([]byte, tokenBytes)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(b)
	now := tx.Now()
	if _, err := tx.Exec(ctx, `DELETE FROM account_session WHERE seen_at <= $1 OR created_at <= $2`,
		db.At(now.Add(-IdleTimeout)), db.At(now.Add(-TotalTimeout))); err != nil {
		return "", fmt.Errorf("drop old sessions: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO account_session (token_hash, user_id, created_at, seen_at) VALUES ($1, $2, $3, $4)`,
		tokenKey(token), user, db.At(now), db.At(now)); err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return token, nil
}

func endSessions(ctx context.Context, tx *db.Tx, user int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_session WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// tokenKey is what is stored of a token. A fast hash is enough: a token cannot be guessed.
func tokenKey(token string) []byte {
	h := sm3.Sum([]byte(token))
	return h[:]
}
