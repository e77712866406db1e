package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

const userColumns = `user_id, login, name, role, unit_id, must_change, locked_until, disabled_at, created_at`

// Filter chooses users. Zero fields do not filter.
type Filter struct {
	Text   string // part of login or name
	Role   Role
	Limit  int // 1–500; 0 = 100
	Offset int
}

// List gives the users within the actor's reach, by login, and how many there are in all.
func (s *Service) List(ctx context.Context, who Actor, f Filter) (out []User, total int, err error) {
	if err := who.Must(UserManage); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 100
	}
	where, args := ` WHERE (login_fold LIKE $1 ESCAPE '\' OR name_fold LIKE $1 ESCAPE '\')`, []any{"%" + escapeLike(cn.Fold(f.Text)) + "%"}
	if f.Role != "" {
		where, args = where+" AND role = $2", append(args, string(f.Role))
	} else { // workers have no names here, and are many
		where, args = where+" AND role <> $2", append(args, string(Worker))
	}
	if !who.Scope.All && who.Scope.Unit != 0 {
		n := len(args)
		where += fmt.Sprintf(" AND unit_id IN (SELECT unit_id FROM org_unit WHERE lo BETWEEN $%d AND $%d)", n+1, n+2)
		args = append(args, who.Scope.Lo, who.Scope.Hi)
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_user`+where, args, &total); err != nil {
			return err
		}
		n := strconv.Itoa(len(args) + 1)
		m := strconv.Itoa(len(args) + 2)
		return tx.Query(ctx, `SELECT `+userColumns+` FROM account_user`+where+` ORDER BY login_fold, user_id LIMIT $`+n+` OFFSET $`+m,
			append(args, f.Limit, f.Offset), func(r db.Scanner) error {
				var u User
				if err := scanUser(r, &u); err != nil {
					return err
				}
				out = append(out, u)
				return nil
			})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list users: %w", err)
	}
	return out, total, nil
}

// Find gives one user within the actor's reach; anybody else is a NotFound fault.
func (s *Service) Find(ctx context.Context, who Actor, user int64) (u User, err error) {
	if err := who.Must(UserManage); err != nil {
		return User{}, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) (err error) {
		if u, err = findUser(ctx, tx, user); err != nil {
			return err
		}
		t, err := s.org.Tree(ctx, tx)
		if err == nil && !manages(who, t, u.Unit) {
			err = unknownUser()
		}
		return err
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// FindLogin gives the user with this login, for commands that name users so.
func (s *Service) FindLogin(ctx context.Context, who Actor, login string) (User, error) {
	var id int64
	err := s.db.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT user_id FROM account_user WHERE login_fold = $1`, []any{cn.Fold(login)}, &id)
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return User{}, fmt.Errorf("find user: %w", err)
	}
	return s.Find(ctx, who, id) // 0, which nobody is, when there is none
}

func unknownUser() error { return fault.New(fault.NotFound, "account.unknown_user") }

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func scanUser(r db.Scanner, u *User, more ...any) error {
	var locked, disabled, created db.Time
	dest := append([]any{&u.ID, &u.Login, &u.Name, &u.Role, &u.Unit, &u.MustChange, &locked, &disabled, &created}, more...)
	if err := r.Scan(dest...); err != nil {
		return err
	}
	u.LockedUntil, u.DisabledAt, u.CreatedAt = locked.Time, disabled.Time, created.Time
	return nil
}

func findUser(ctx context.Context, tx *db.Tx, user int64) (User, error) {
	p, err := findProof(ctx, tx, "user_id", user)
	if err == nil && p.user.ID == 0 {
		err = unknownUser()
	}
	return p.user, err
}

// findProof reads a user by one of the two unique columns; nobody is the zero proof and no error.
func findProof(ctx context.Context, tx *db.Tx, column string, value any) (p proof, err error) {
	err = tx.Query(ctx, `SELECT `+userColumns+`, hash, failed FROM account_user WHERE `+column+` = $1`, []any{value}, func(r db.Scanner) error {
		return scanUser(r, &p.user, &p.hash, &p.fails)
	})
	if err != nil {
		return proof{}, fmt.Errorf("find user: %w", err)
	}
	return p, nil
}

// takeUser locks a user's row for the rest of the transaction and reads it.
func takeUser(ctx context.Context, tx *db.Tx, user int64) (proof, error) {
	if _, err := tx.Exec(ctx, `UPDATE account_user SET version = version + 1 WHERE user_id = $1`, user); err != nil {
		return proof{}, fmt.Errorf("take user: %w", err)
	}
	p, err := findProof(ctx, tx, "user_id", user)
	if err == nil && p.user.ID == 0 {
		err = unknownUser()
	}
	return p, err
}

func setFails(ctx context.Context, tx *db.Tx, user int64, fails int, until time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE account_user SET failed = $1, locked_until = $2 WHERE user_id = $3`, fails, db.At(until), user); err != nil {
		return fmt.Errorf("count failed logins: %w", err)
	}
	return nil
}

func insertUser(ctx context.Context, tx *db.Tx, u User, hash string) error {
	var taken int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_user WHERE login_fold = $1`, []any{cn.Fold(u.Login)}, &taken); err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	if taken > 0 { // a race past this line meets the unique column
		var c fault.Check
		c.Add("login", "account.login_taken")
		return c.Err()
	}
	_, err := tx.Exec(ctx, `INSERT INTO account_user (user_id, login, login_fold, name, name_fold, hash, role, unit_id, must_change, failed, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, 0)`,
		u.ID, u.Login, cn.Fold(u.Login), u.Name, cn.Fold(u.Name), hash, string(u.Role), int64(u.Unit), u.MustChange, db.At(u.CreatedAt))
	if err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	return nil
}

// UnitOf is the unit that a user is bound to, 0 for the whole installation and for the operator: for modules that ask,
// inside their own transaction, in whose name somebody acted.
func (s *Service) UnitOf(ctx context.Context, tx *db.Tx, user int64) (org.UnitID, error) {
	p, err := findProof(ctx, tx, "user_id", user)
	return p.user.Unit, err
}

// Reached are the units with an account that may log in, or can be activated.
func (s *Service) Reached(ctx context.Context, tx *db.Tx) (map[org.UnitID]bool, error) {
	out := map[org.UnitID]bool{}
	err := tx.Query(ctx, `SELECT DISTINCT unit_id FROM account_user WHERE disabled_at IS NULL`, nil, func(r db.Scanner) error {
		var id int64
		err := r.Scan(&id)
		out[org.UnitID(id)] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("units with accounts: %w", err)
	}
	return out, nil
}
