package account

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// State is where an account stands (账号状态): always exactly one of the four.
type State string

// The states.
const (
	Active  State = "active"  // 在用
	Locked  State = "locked"  // 锁定: by an administrator, or for a quarter of an hour by wrong passwords
	Waiting State = "pending" // 待激活: no password of the person's own yet
	Closed  State = "closed"  // 已关闭, for good
)

// States lists them in the order in which people name them.
var States = []State{Active, Locked, Waiting, Closed}

// Key is the catalogue key of the state's name.
func (s State) Key() string { return "account.state." + string(s) }

// State is where the account stands at a moment.
func (u User) State(now time.Time) State {
	switch {
	case !u.ClosedAt.IsZero():
		return Closed
	case !u.DisabledAt.IsZero() || now.Before(u.LockedUntil):
		return Locked
	case !u.Activated:
		return Waiting
	}
	return Active
}

// Acts are what who manages users can do with an account, by the names that the doors give them.
var Acts = []string{"set", "slip", "password", "lock", "unlock", "sessions", "close"}

// Acts are those that make sense for the account as it stands; the verbs ask again.
func (u User) Acts(now time.Time) []string {
	locked := u.State(now) == Locked
	return slices.DeleteFunc(slices.Clone(Acts), func(act string) bool {
		switch act {
		case "lock", "slip", "password":
			return !u.DisabledAt.IsZero()
		case "unlock":
			return !locked
		case "sessions":
			return !u.Activated || locked
		}
		return false
	})
}

// Lock keeps a user out until somebody unlocks the account: sessions end, tokens do not work, a slip is void. Who is
// locked already stays so; nobody locks their own account.
func (s *Service) Lock(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.lock", lock(ctx))
}

func lock(ctx context.Context) func(*db.Tx, *User) error {
	return func(tx *db.Tx, u *User) error {
		if err := keepsManager(ctx, tx, u); err != nil {
			return err
		}
		if err := voidCode(ctx, tx, u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account_user SET disabled_at = coalesce(disabled_at, $1) WHERE user_id = $2`, db.At(tx.Now()), u.ID)
		return err
	}
}

// mostAtOnce is how many accounts one act may change.
const mostAtOnce = 5000

// LockMany locks several users: all of them, or none when one of them cannot be locked. Each of these is named by its id.
func (s *Service) LockMany(ctx context.Context, who Actor, users []int64) error {
	if err := who.Must(UserManage); err != nil {
		return err
	}
	var c fault.Check
	switch {
	case len(users) == 0:
		c.Add("user", "account.none_chosen")
	case len(users) > mostAtOnce:
		c.Add("user", "account.too_many", mostAtOnce)
	}
	if err := c.Err(); err != nil {
		return err
	}
	ids := slices.Clone(users)
	slices.Sort(ids) // two who lock the same people wait for one another, each in the same order
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		var stopped fault.Check
		for _, id := range slices.Compact(ids) {
			err := s.changeIn(ctx, tx, who, id, "user.lock", lock(ctx))
			if err == nil {
				continue
			}
			if err = stopped.Stop(strconv.FormatInt(id, 10), err); err != nil {
				return err
			}
		}
		return stopped.Err()
	})
}

// Unlock lets a locked user in again, also one whom wrong passwords or wrong codes have locked.
func (s *Service) Unlock(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.unlock", func(tx *db.Tx, u *User) error {
		if _, err := tx.Exec(ctx, `UPDATE account_activation SET failed = 0, locked_until = NULL WHERE user_id = $1`, u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account_user SET disabled_at = NULL, locked_until = NULL, failed = 0 WHERE user_id = $1`, u.ID)
		return err
	})
}

// Close ends an account for good: nobody logs in with it again, its tokens are revoked, its login stays taken and its
// name stays beside what it has done.
func (s *Service) Close(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.close", func(tx *db.Tx, u *User) error {
		if err := keepsManager(ctx, tx, u); err != nil {
			return err
		}
		if err := voidCode(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := revokeTokens(ctx, tx, u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account_user SET hash = '', must_change = FALSE, closed_at = $1, disabled_at = coalesce(disabled_at, $1) WHERE user_id = $2`, db.At(tx.Now()), u.ID)
		return err
	})
}

// keepsManager refuses what would leave nobody who can manage users. The rows of all who can are taken first: two of
// them who close each other at the same moment wait for one another.
func keepsManager(ctx context.Context, tx *db.Tx, u *User) error {
	if !u.Role.Has(UserManage) {
		return nil
	}
	var names []string
	for _, r := range Roles {
		if r.Has(UserManage) {
			names = append(names, string(r))
		}
	}
	list := db.In(1, len(names))
	if _, err := tx.Exec(ctx, `UPDATE account_user SET version = version + 1 WHERE role IN `+list, db.Args(names)...); err != nil {
		return fmt.Errorf("take managers: %w", err)
	}
	var left int
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM account_user WHERE role IN `+list+` AND disabled_at IS NULL AND hash <> '' AND user_id <> $%d`, len(names)+1),
		append(db.Args(names), u.ID), &left)
	if err != nil {
		return fmt.Errorf("count managers: %w", err)
	}
	if left == 0 {
		return fault.New(fault.Conflict, "account.last_manager").WithFix("account.last_manager_fix")
	}
	return nil
}

// Session is a session that a user has open. Nothing of it says where from: that is in the audit log.
type Session struct {
	OpenedAt time.Time `json:"opened_at"`
	SeenAt   time.Time `json:"seen_at"` // to the minute
}

// Sessions gives the sessions that a user within the actor's reach has open, the newest first.
func (s *Service) Sessions(ctx context.Context, who Actor, user int64) (out []Session, err error) {
	if _, err := s.Find(ctx, who, user); err != nil {
		return nil, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT created_at, seen_at FROM account_session WHERE user_id = $1 ORDER BY created_at DESC`, []any{user}, func(r db.Scanner) error {
			var opened, seen db.Time
			if err := r.Scan(&opened, &seen); err != nil {
				return err
			}
			if !expired(tx.Now(), opened.Time, seen.Time) {
				out = append(out, Session{opened.Time, seen.Time})
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sessions of a user: %w", err)
	}
	return out, nil
}

// EndSessions logs a user out everywhere. The password and the tokens stay.
func (s *Service) EndSessions(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.end_sessions", func(*db.Tx, *User) error { return nil })
}

// Add makes a user who opens the account with an activation code: nobody but the person ever knows the password.
func (s *Service) Add(ctx context.Context, who Actor, in CreateInput) (x Slip, err error) {
	if err := who.Must(UserManage); err != nil {
		return x, err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.checkNew(ctx, tx, who, in); err != nil {
			return err
		}
		u := User{ID: tx.NewID(), Login: in.Login, Name: strings.TrimSpace(in.Name), Role: in.Role, Unit: in.Unit, CreatedAt: tx.Now(), CreatedBy: who.UserID}
		if err := insertUser(ctx, tx, u, ""); err != nil {
			return err
		}
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		if x, err = giveCode(ctx, tx, who, t, u); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "user.create", u.ID, detailOf(u))
	})
	if err != nil {
		return Slip{}, err
	}
	return x, nil
}

// RenewCode gives a user a new activation code, whether the account was activated or not: the old slip, the password and
// the tokens are void, and all sessions end.
func (s *Service) RenewCode(ctx context.Context, who Actor, user int64) (x Slip, err error) {
	err = s.change(ctx, who, user, "user.reissue", func(tx *db.Tx, u *User) error {
		if !u.DisabledAt.IsZero() {
			return fault.New(fault.Conflict, "account.locked_first", u.Login)
		}
		if err := revokeTokens(ctx, tx, u.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE account_user SET hash = '', must_change = FALSE, failed = 0, locked_until = NULL WHERE user_id = $1`, u.ID); err != nil {
			return fmt.Errorf("void password: %w", err)
		}
		t, err := s.org.Tree(ctx, tx)
		if err == nil {
			x, err = giveCode(ctx, tx, who, t, *u)
		}
		return err
	})
	if err != nil {
		return Slip{}, err
	}
	return x, nil
}

// Offer is a role that an actor may give, with the kinds of unit to which it can be bound.
type Offer = TableRow

// Offers are the roles that an actor may give, in the order in which people name them.
func Offers(who Actor) (out []Offer) {
	for _, r := range Roles {
		if slices.Contains(grants[who.Role].gives, r) {
			row := Offer{Role: r, Rights: r.Rights()}
			row.Kinds, row.Whole = r.Kinds()
			out = append(out, row)
		}
	}
	return out
}

// Manages tells whether the actor may change this account, and not only look at it: not the own, not a closed one, and
// only of a role that the actor may give. The verbs ask again.
func Manages(who Actor, u User) bool {
	return who.Has(UserManage) && who.UserID != u.ID && u.ClosedAt.IsZero() && slices.Contains(grants[who.Role].gives, u.Role)
}
