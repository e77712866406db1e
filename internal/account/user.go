package account

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// User is an account. It says who works here, never which worker's file is whose.
type User struct {
	ID          int64      `json:"id,string"`
	Login       string     `json:"login"`
	Name        string     `json:"name"`
	Role        Role       `json:"role"`
	Unit        org.UnitID `json:"unit"` // 0: the whole installation
	MustChange  bool       `json:"must_change"`
	LockedUntil time.Time  `json:"locked_until,omitzero"` // zero: not locked
	DisabledAt  time.Time  `json:"disabled_at,omitzero"`  // zero: in use
	CreatedAt   time.Time  `json:"created_at"`
}

// firstID is the id of the first user: two first users at once meet in the primary key.
const firstID = 1

// CreateInput is what a new user needs.
type CreateInput struct {
	Login string // 2–40 letters, digits and . _ -; no ID number or phone
	Name  string
	Role  Role
	Unit  org.UnitID // 0 only for roles that can be bound to the whole installation
}

// CreateFirst makes the first user, a city administrator of the whole installation, while there
// is none; afterwards it is a Conflict fault. The password is the person's own.
func (s *Service) CreateFirst(ctx context.Context, tx *db.Tx, login, password string) (User, error) {
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_user`, nil, &n); err != nil {
		return User{}, fmt.Errorf("count users: %w", err)
	}
	if n > 0 {
		return User{}, fault.New(fault.Conflict, "account.not_first")
	}
	var c fault.Check
	checkLogin(&c, login)
	checkPassword(&c, "password", login, password)
	if err := c.Err(); err != nil {
		return User{}, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return User{}, err
	}
	u := User{ID: firstID, Login: login, Name: login, Role: City, CreatedAt: tx.Now()}
	if err := insertUser(ctx, tx, u, hash); err != nil {
		return User{}, err
	}
	return u, audit.Add(ctx, tx, 0, "user.first", subject(u.ID), detailOf(u))
}

// Create makes a user and gives the initial password, which is shown once and must be changed.
func (s *Service) Create(ctx context.Context, who Actor, in CreateInput) (u User, password string, err error) {
	if err := who.Must(UserManage); err != nil {
		return User{}, "", err
	}
	var c fault.Check
	checkLogin(&c, in.Login)
	if strings.TrimSpace(in.Name) == "" || utf8.RuneCountInString(in.Name) > 40 {
		c.Add("name", "account.name_length")
	}
	if err := c.Err(); err != nil {
		return User{}, "", err
	}
	password, hash, err := s.initial(ctx)
	if err != nil {
		return User{}, "", err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.checkBinding(ctx, tx, who, in.Role, in.Unit); err != nil {
			return err
		}
		u = User{ID: tx.NewID(), Login: in.Login, Name: in.Name, Role: in.Role, Unit: in.Unit, MustChange: true, CreatedAt: tx.Now()}
		if err := insertUser(ctx, tx, u, hash); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "user.create", subject(u.ID), detailOf(u))
	})
	if err != nil {
		return User{}, "", err
	}
	return u, password, nil
}

// initial makes an initial password and its hash, outside any transaction: hashing is slow.
func (s *Service) initial(ctx context.Context) (password, hash string, err error) {
	if password, err = initialPassword(); err != nil {
		return "", "", err
	}
	hash, err = s.hash(ctx, password)
	return password, hash, err
}

// SetPassword gives a user a new initial password, which is shown once and must be changed; it
// takes a lock away and ends the user's sessions.
func (s *Service) SetPassword(ctx context.Context, who Actor, user int64) (password string, err error) {
	if err := who.Must(UserManage); err != nil {
		return "", err
	}
	password, hash, err := s.initial(ctx)
	if err != nil {
		return "", err
	}
	err = s.change(ctx, who, user, "user.set_password", func(tx *db.Tx, u *User) error {
		if err := voidCode(ctx, tx, u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account_user SET hash = $1, must_change = TRUE, failed = 0, locked_until = NULL WHERE user_id = $2`, hash, u.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// Disable closes an account and ends its sessions; nobody disables their own. Who is disabled
// already stays so.
func (s *Service) Disable(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.disable", func(tx *db.Tx, u *User) error {
		if err := voidCode(ctx, tx, u.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account_user SET disabled_at = coalesce(disabled_at, $1) WHERE user_id = $2`, db.At(tx.Now()), u.ID)
		return err
	})
}

// Enable opens a disabled account again.
func (s *Service) Enable(ctx context.Context, who Actor, user int64) error {
	return s.change(ctx, who, user, "user.enable", func(tx *db.Tx, u *User) error {
		_, err := tx.Exec(ctx, `UPDATE account_user SET disabled_at = NULL WHERE user_id = $1`, u.ID)
		return err
	})
}

// SetRole gives a user another role or unit and ends their sessions.
func (s *Service) SetRole(ctx context.Context, who Actor, user int64, role Role, unit org.UnitID) error {
	return s.change(ctx, who, user, "user.set_role", func(tx *db.Tx, u *User) error {
		if err := s.checkBinding(ctx, tx, who, role, unit); err != nil {
			return err
		}
		u.Role, u.Unit = role, unit
		_, err := tx.Exec(ctx, `UPDATE account_user SET role = $1, unit_id = $2 WHERE user_id = $3`, string(role), int64(unit), u.ID)
		return err
	})
}

// change is the way of every change to another's account: right, scope, the row taken, not
// oneself, the change, sessions ended, a note in the audit log.
func (s *Service) change(ctx context.Context, who Actor, user int64, action string, do func(tx *db.Tx, u *User) error) error {
	if err := who.Must(UserManage); err != nil {
		return err
	}
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		p, err := takeUser(ctx, tx, user)
		if err != nil {
			return err
		}
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		if !manages(who, t, p.user.Unit) {
			return unknownUser()
		}
		if user == who.UserID {
			return fault.New(fault.Conflict, "account.not_oneself")
		}
		if !slices.Contains(grants[who.Role].gives, p.user.Role) {
			return fault.New(fault.Forbidden, "account.role_above")
		}
		if err := do(tx, &p.user); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, user); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, action, subject(user), detailOf(p.user))
	})
}

// manages reports whether an account bound to a unit is within the actor's reach. Who is bound to
// the whole installation reaches all; others reach the accounts of their subtree.
func manages(who Actor, t *org.Tree, unit org.UnitID) bool {
	if who.Scope.Unit == 0 || who.Scope.All {
		return true
	}
	lo, _ := t.Range(unit)
	return who.Scope.Has(lo)
}

// checkBinding asks whether the actor may give this role, and whether the role fits the unit.
func (s *Service) checkBinding(ctx context.Context, tx *db.Tx, who Actor, role Role, unit org.UnitID) error {
	var c fault.Check
	if !role.Known() {
		c.Add("role", "account.role_unknown", string(role))
		return c.Err()
	}
	if !slices.Contains(grants[who.Role].gives, role) {
		return fault.New(fault.Forbidden, "account.role_above")
	}
	t, err := s.org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	kinds, whole := role.Kinds()
	st, known := t.At(unit, tx.Today())
	switch {
	case unit == 0 && !whole:
		c.Add("unit", "account.unit_missing")
	case unit != 0 && (!known || !manages(who, t, unit)):
		c.Add("unit", "account.unit_unknown")
	case unit != 0 && !slices.Contains(kinds, st.Kind):
		c.Add("unit", "account.unit_kind")
	}
	return c.Err()
}

// checkLogin keeps personal numbers out of logins, which are shown in lists: eleven digits are a
// phone, more an ID number.
func checkLogin(c *fault.Check, login string) {
	digits := 0
	for _, r := range login {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r) || strings.ContainsRune("._-", r):
		default:
			c.Add("login", "account.login_characters")
			return
		}
	}
	if n := utf8.RuneCountInString(login); n < 2 || n > 40 {
		c.Add("login", "account.login_length")
	}
	if digits >= 11 {
		c.Add("login", "account.login_personal")
	}
}

func subject(user int64) string { return "user:" + strconv.FormatInt(user, 10) }

// detailOf is what the audit log says of an account: no login and no name.
func detailOf(u User) any {
	return struct {
		Role Role       `json:"role"`
		Unit org.UnitID `json:"unit"`
	}{u.Role, u.Unit}
}
