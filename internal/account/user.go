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
	"tuoxing/internal/cn"
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
	ClosedAt    time.Time  `json:"closed_at,omitzero"`    // zero: not closed; else DisabledAt is set too
	CreatedAt   time.Time  `json:"created_at"`
	CreatedBy   int64      `json:"created_by,string"` // 0: the operator
	LastLogin   time.Time  `json:"last_login_at,omitzero"`
	Activated   bool       `json:"activated"` // has a password
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

func (in CreateInput) check(c *fault.Check) {
	checkLogin(c, in.Login)
	checkName(c, in.Name)
}

func checkName(c *fault.Check, name string) {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); n == 0 || n > nameMax {
		c.Add("name", "account.name_length")
	}
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
	if err := s.CheckNew(ctx, who, in); err != nil { // before the slow hash
		return User{}, "", err
	}
	password, hash, err := s.initial(ctx)
	if err != nil {
		return User{}, "", err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.checkNew(ctx, tx, who, in); err != nil {
			return err
		}
		u = User{ID: tx.NewID(), Login: in.Login, Name: strings.TrimSpace(in.Name), Role: in.Role, Unit: in.Unit, MustChange: true, CreatedAt: tx.Now(), CreatedBy: who.UserID, Activated: true}
		if err := insertUser(ctx, tx, u, hash); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "user.create", u.ID, detailOf(u))
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
// takes a lock by wrong passwords away, ends the user's sessions and revokes the tokens.
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
		if err := revokeTokens(ctx, tx, u.ID); err != nil {
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

// SetInput is what an account is changed to.
type SetInput struct {
	Name string // empty: unchanged
	Role Role
	Unit org.UnitID
}

// Set gives a user another name, role or unit and ends their sessions. A token of theirs holds from now on no right that
// the new role lacks.
func (s *Service) Set(ctx context.Context, who Actor, user int64, in SetInput) error {
	return s.change(ctx, who, user, "user.set", func(tx *db.Tx, u *User) error {
		var c fault.Check
		if in.Name = strings.TrimSpace(in.Name); in.Name == "" {
			in.Name = u.Name
		}
		checkName(&c, in.Name)
		if err := c.Err(); err != nil {
			return err
		}
		if err := s.checkBinding(ctx, tx, who, in.Role, in.Unit); err != nil {
			return err
		}
		if !in.Role.Has(UserManage) {
			if err := keepsManager(ctx, tx, u); err != nil {
				return err
			}
		}
		u.Name, u.Role, u.Unit = in.Name, in.Role, in.Unit
		_, err := tx.Exec(ctx, `UPDATE account_user SET name = $1, name_fold = $2, role = $3, unit_id = $4 WHERE user_id = $5`, u.Name, cn.Fold(u.Name), string(u.Role), int64(u.Unit), u.ID)
		return err
	})
}

// change is the way of every change to another's account: right, scope, the row taken, not
// oneself, the change, sessions ended, a note in the audit log.
func (s *Service) change(ctx context.Context, who Actor, user int64, action string, do func(tx *db.Tx, u *User) error) error {
	if err := who.Must(UserManage); err != nil {
		return err
	}
	return s.db.WriteTx(ctx, func(tx *db.Tx) error { return s.changeIn(ctx, tx, who, user, action, do) })
}

// changeIn is change within a transaction, by who may manage users.
func (s *Service) changeIn(ctx context.Context, tx *db.Tx, who Actor, user int64, action string, do func(tx *db.Tx, u *User) error) error {
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
	if !p.user.ClosedAt.IsZero() {
		return fault.New(fault.Conflict, "account.closed_already", p.user.Login)
	}
	was := p.user
	if err := do(tx, &p.user); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, user); err != nil {
		return err
	}
	return s.note(ctx, tx, who, action, user, changeOf(was, p.user))
}

// note writes the log. What a program does with a user's token is told as such.
func (s *Service) note(ctx context.Context, tx *db.Tx, who Actor, action string, user int64, detail map[string]any) error {
	if who.Token != 0 {
		detail["token"] = strconv.FormatInt(who.Token, 10)
	}
	return audit.Add(ctx, tx, who.UserID, action, subject(user), detail)
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

// CheckNew names everything that is wrong with a new account at once, and makes none.
func (s *Service) CheckNew(ctx context.Context, who Actor, in CreateInput) error {
	if err := who.Must(UserManage); err != nil {
		return err
	}
	return s.db.ReadTx(ctx, func(tx *db.Tx) error { return s.checkNew(ctx, tx, who, in) })
}

func (s *Service) checkNew(ctx context.Context, tx *db.Tx, who Actor, in CreateInput) error {
	var c fault.Check
	in.check(&c)
	if err := s.bind(ctx, tx, &c, who, in.Role, in.Unit); err != nil {
		return err
	}
	return c.Err()
}

// checkBinding asks whether the actor may give this role, and whether the role fits the unit.
func (s *Service) checkBinding(ctx context.Context, tx *db.Tx, who Actor, role Role, unit org.UnitID) error {
	var c fault.Check
	if err := s.bind(ctx, tx, &c, who, role, unit); err != nil {
		return err
	}
	return c.Err()
}

func (s *Service) bind(ctx context.Context, tx *db.Tx, c *fault.Check, who Actor, role Role, unit org.UnitID) error {
	t, err := s.org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	st, known := t.At(unit, tx.Today())
	known = known && manages(who, t, unit)
	if !role.Known() {
		c.Add("role", "account.role_unknown", string(role))
		if unit != 0 && !known {
			c.Add("unit", "account.unit_unknown")
		}
		return nil
	}
	if !slices.Contains(grants[who.Role].gives, role) {
		return fault.New(fault.Forbidden, "account.role_above")
	}
	kinds, whole := role.Kinds()
	switch {
	case unit == 0 && !whole:
		c.Add("unit", "account.unit_missing")
	case unit != 0 && !known:
		c.Add("unit", "account.unit_unknown")
	case unit != 0 && !slices.Contains(kinds, st.Kind):
		c.Add("unit", "account.unit_kind")
	}
	return nil
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
func detailOf(u User) map[string]any {
	return map[string]any{"role": u.Role, "unit": u.Unit}
}

// changeOf says in addition what the account was before, where that differs.
func changeOf(was, is User) map[string]any {
	d := detailOf(is)
	if was.Role != is.Role {
		d["was_role"] = was.Role
	}
	if was.Unit != is.Unit {
		d["was_unit"] = was.Unit
	}
	return d
}
