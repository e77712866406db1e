package account

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

const userColumns = `user_id, login, name, role, unit_id, must_change, locked_until, disabled_at, created_at, created_by, last_login_at, closed_at, hash <> ''`

// Filter chooses users. Zero fields do not filter.
type Filter struct {
	Text  string // part of login or name
	Role  Role
	State State
	Under org.UnitID    // this unit and those below it
	Order listing.Order // one of userOrders; own order: by login
	After int64         // key of the page before: the last user on it
	Limit int           // 1–500; 0 = 100
}

// never stands for the last login of who never logged in, so that they come first: an instant before all others, in the
// text that both engines read.
const never = `'1970-01-01T00:00:00.000Z'`

// userOrders are the columns by which users may be ordered.
var userOrders = listing.Orders{
	"login":   {Expr: "u.login_fold"},
	"name":    {Expr: "u.name_fold"},
	"role":    {Expr: "u.role"},
	"unit":    {Expr: "coalesce(o.lo, 0)"},
	"created": {Expr: "u.created_at"},
	"seen":    {Expr: "coalesce(u.last_login_at, " + never + ")"},
}

const fromUsers = ` FROM account_user u LEFT JOIN org_unit o ON o.unit_id = u.unit_id`

// selected are the columns of a user in a statement that names the table u.
var selected = "u." + strings.ReplaceAll(userColumns, ", ", ", u.")

// where writes the conditions of a filter within the actor's reach.
func (s *Service) where(ctx context.Context, tx *db.Tx, who Actor, f Filter) (string, []any, error) {
	var c fault.Check
	listing.OneOf(&c, "role", string(f.Role), listing.Names(Roles))
	if f.State != "" && !slices.Contains(States, f.State) {
		c.Add("state", "account.state_unknown", string(f.State))
	}
	if err := c.Err(); err != nil {
		return "", nil, err
	}
	var args []any
	where := " WHERE TRUE"
	add := func(condition string, values ...any) {
		for i := range values {
			condition = strings.ReplaceAll(condition, "?"+strconv.Itoa(i+1), "$"+strconv.Itoa(len(args)+i+1))
		}
		where, args = where+" AND "+condition, append(args, values...)
	}
	if !who.Scope.All && who.Scope.Unit != 0 {
		add("o.lo BETWEEN ?1 AND ?2", who.Scope.Lo, who.Scope.Hi)
	}
	if f.Text != "" {
		add(`(u.login_fold LIKE ?1 ESCAPE '\' OR u.name_fold LIKE ?1 ESCAPE '\')`, "%"+escapeLike(cn.Fold(f.Text))+"%")
	}
	if f.Role != "" {
		add("u.role = ?1", string(f.Role))
	} else { // workers have no names here, and are many
		add("u.role <> ?1", string(Worker))
	}
	if f.Under != 0 {
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return "", nil, err
		}
		lo, hi := t.Range(f.Under)
		if lo <= 0 || !manages(who, t, f.Under) {
			var c fault.Check
			c.Add("under", "account.unit_unknown")
			return "", nil, c.Err()
		}
		add("o.lo BETWEEN ?1 AND ?2", lo, hi)
	}
	const out = "(u.disabled_at IS NOT NULL OR coalesce(u.locked_until, " + never + ") > ?1)"
	now := db.At(tx.Now())
	switch f.State {
	case "":
	case Closed:
		add("u.closed_at IS NOT NULL")
	case Locked:
		add("u.closed_at IS NULL AND "+out, now)
	case Waiting:
		add("u.closed_at IS NULL AND u.hash = '' AND NOT "+out, now)
	case Active:
		add("u.closed_at IS NULL AND u.hash <> '' AND NOT "+out, now)
	}
	return where, args, nil
}

// List gives the users within the actor's reach, by login or as the reader ordered them, and how many there are in all.
func (s *Service) List(ctx context.Context, who Actor, f Filter) (out []User, total int, err error) {
	if err := who.Must(UserManage); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 100
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		where, args, err := s.where(ctx, tx, who, f)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*)`+fromUsers+where, args, &total); err != nil {
			return err
		}
		out, err = userPage(ctx, tx, where, args, f)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list users: %w", err)
	}
	return out, total, nil
}

// userPage reads the page behind f.After. The key of that row is looked up, so that no name stands in an address; users
// of one key stand by id, so that no page repeats or loses anybody.
func userPage(ctx context.Context, tx *db.Tx, where string, args []any, f Filter) (out []User, err error) {
	expr, down, err := userOrders.Of(f.Order)
	if err != nil {
		return nil, err
	}
	if expr == "" {
		expr = userOrders["login"].Expr
	}
	beyond, dir := ">", ""
	if down {
		beyond, dir = "<", " DESC"
	}
	args = slices.Clone(args)
	if f.After != 0 {
		var key any
		err := tx.QueryRow(ctx, `SELECT `+expr+fromUsers+` WHERE u.user_id = $1`, []any{f.After}, &key)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.Invalid, "listing.after_gone")
		}
		if err != nil {
			return nil, err
		}
		n := len(args)
		where += fmt.Sprintf(" AND (%s %s $%d OR (%s = $%d AND u.user_id > $%d))", expr, beyond, n+1, expr, n+1, n+2)
		args = append(args, key, f.After)
	}
	err = tx.Query(ctx, fmt.Sprintf(`SELECT `+selected+fromUsers+where+` ORDER BY %s%s, u.user_id LIMIT $%d`, expr, dir, len(args)+1), append(args, f.Limit), func(r db.Scanner) error {
		var u User
		err := scanUser(r, &u)
		out = append(out, u)
		return err
	})
	return out, err
}

// CountIn counts the users that a filter chooses, as a transaction sees them, and EachIn gives them all, by login: for a file.
func (s *Service) CountIn(ctx context.Context, tx *db.Tx, who Actor, f Filter) (total int, err error) {
	if err := who.Must(UserManage); err != nil {
		return 0, err
	}
	where, args, err := s.where(ctx, tx, who, f)
	if err == nil {
		err = tx.QueryRow(ctx, `SELECT count(*)`+fromUsers+where, args, &total)
	}
	return total, err
}

// EachIn: see CountIn.
func (s *Service) EachIn(ctx context.Context, tx *db.Tx, who Actor, f Filter, fn func(User) error) error {
	if err := who.Must(UserManage); err != nil {
		return err
	}
	where, args, err := s.where(ctx, tx, who, f)
	if err != nil {
		return err
	}
	return tx.Query(ctx, `SELECT `+selected+fromUsers+where+` ORDER BY u.login_fold`, args, func(r db.Scanner) error {
		var u User
		if err := scanUser(r, &u); err != nil {
			return err
		}
		return fn(u)
	})
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
	var locked, disabled, created, seen, closed db.Time
	dest := append([]any{&u.ID, &u.Login, &u.Name, &u.Role, &u.Unit, &u.MustChange, &locked, &disabled, &created, &u.CreatedBy, &seen, &closed, &u.Activated}, more...)
	if err := r.Scan(dest...); err != nil {
		return err
	}
	u.LockedUntil, u.DisabledAt, u.CreatedAt, u.LastLogin, u.ClosedAt = locked.Time, disabled.Time, created.Time, seen.Time, closed.Time
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
	_, err := tx.Exec(ctx, `INSERT INTO account_user (user_id, login, login_fold, name, name_fold, hash, role, unit_id, must_change, failed, created_at, created_by, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, 0)`,
		u.ID, u.Login, cn.Fold(u.Login), u.Name, cn.Fold(u.Name), hash, string(u.Role), int64(u.Unit), u.MustChange, db.At(u.CreatedAt), u.CreatedBy)
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
