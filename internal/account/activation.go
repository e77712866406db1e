package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// An activation code is read from paper: Crockford's 32 letters leave out those that look like another. 26 of
// them are 130 bits: nobody guesses one, so what is kept of it is one SM3. The slow hash (argon2id) is for
// passwords, which people choose; over 2,000 slips it would take minutes and protect nothing more.
const (
	codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength  = 26
	codeGroup   = 5 // the last group has one more
)

// ActivationFor is how long a slip is good: time to print and hand out 2,000 of them at a district's meeting.
const ActivationFor = 30 * 24 * time.Hour

// mostSlips is how many accounts one run makes: more than two clusters of 2,000, and a printout of 625 pages.
const mostSlips = 5000

// bulkRoles are the roles that accounts can be made for in bulk, each with the ending of its logins. Who sees
// more than one enterprise is made one by one.
var bulkRoles = map[Role]string{EnterpriseHR: "-hr", EnterpriseUnion: "-gh"}

// BulkRoles lists them in the order in which people name them.
func BulkRoles() []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return bulkRoles[r] == "" })
}

// Slip is what is printed for one new account (激活条). The code is shown once and kept nowhere.
type Slip struct {
	User     int64      `json:"user,string"`
	Login    string     `json:"login"`
	Name     string     `json:"name,omitempty"` // of an account that was made singly
	Unit     org.UnitID `json:"unit"`
	UnitName string     `json:"unit_name"`
	Role     Role       `json:"role"`
	Code     string     `json:"code"`
	Expires  time.Time  `json:"expires,omitzero"`
}

// BulkInput says for whom accounts are made.
type BulkInput struct {
	Role  Role
	Under org.UnitID // every enterprise below this unit; 0 = within reach
	List  []string   // only these, each a code or a name, as it stands in a column of a sheet; blank lines do not count
}

// Bulk is what a run makes, or would make.
type Bulk struct {
	Slips []Slip `json:"slips"` // in the official order; without codes in a preview
	There int    `json:"there"` // units that have such an account already: nothing is made for them
}

// PreviewBulk tells for whom CreateBulk would make an account.
func (s *Service) PreviewBulk(ctx context.Context, who Actor, in BulkInput) (b Bulk, err error) {
	if err := who.Must(UserManage); err != nil {
		return b, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		b, err = s.chooseBulk(ctx, tx, who, in)
		return err
	})
	return b, err
}

// CreateBulk makes an account without password for every chosen enterprise that has none of this role, and gives
// the slips. Running it again makes only what is missing.
func (s *Service) CreateBulk(ctx context.Context, who Actor, in BulkInput) (b Bulk, err error) {
	if err := who.Must(UserManage); err != nil {
		return b, err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		if b, err = s.chooseBulk(ctx, tx, who, in); err != nil {
			return err
		}
		if len(b.Slips) > mostSlips {
			return fault.New(fault.Invalid, "account.bulk_many", len(b.Slips), mostSlips)
		}
		logins, err := takenLogins(ctx, tx)
		if err != nil {
			return err
		}
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		for i := range b.Slips {
			x := &b.Slips[i]
			x.User, x.Login = tx.NewID(), freeLogin(logins, t.Code(x.Unit), x.Unit, in.Role)
			if err := x.draw(tx.Now()); err != nil {
				return err
			}
		}
		return insertSlips(ctx, tx, who, b.Slips)
	})
	if err != nil {
		return Bulk{}, err
	}
	return b, nil
}

// draw gives the slip a new code.
func (x *Slip) draw(now time.Time) (err error) {
	x.Code, err = NewCode()
	x.Expires = now.Add(ActivationFor)
	return err
}

// NewCode draws an activation code, as it is printed.
func NewCode() (string, error) {
	raw := make([]byte, codeLength)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make code: %w", err)
	}
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%codeGroup == 0 && i < codeLength-1 {
			b.WriteByte('-')
		}
		b.WriteByte(codeLetters[r%32]) // 256 is a multiple of 32: every letter is as likely
	}
	return b.String(), nil
}

// chooseBulk finds the enterprises that are meant and have no account of the role.
func (s *Service) chooseBulk(ctx context.Context, tx *db.Tx, who Actor, in BulkInput) (b Bulk, err error) {
	var c fault.Check
	if bulkRoles[in.Role] == "" {
		c.Add("role", "account.bulk_role")
		return b, c.Err()
	}
	if !slices.Contains(grants[who.Role].gives, in.Role) {
		return b, fault.New(fault.Forbidden, "account.role_above")
	}
	t, err := s.org.Tree(ctx, tx)
	if err != nil {
		return b, err
	}
	units, err := bulkUnits(t, who, in, tx)
	if err != nil {
		return b, err
	}
	b.Slips = []Slip{}
	there := map[org.UnitID]bool{}
	err = tx.Query(ctx, `SELECT unit_id FROM account_user WHERE role = $1`, []any{string(in.Role)}, func(r db.Scanner) error {
		var id int64
		err := r.Scan(&id)
		there[org.UnitID(id)] = true
		return err
	})
	if err != nil {
		return b, fmt.Errorf("units with accounts: %w", err)
	}
	for _, id := range units {
		if there[id] {
			b.There++
			continue
		}
		b.Slips = append(b.Slips, Slip{Unit: id, UnitName: t.Name(id, tx.Today()), Role: in.Role})
	}
	return b, nil
}

// bulkUnits are the enterprises meant, in the official order. A line of the list that means none is told with its number.
func bulkUnits(t *org.Tree, who Actor, in BulkInput, tx *db.Tx) ([]org.UnitID, error) {
	var c fault.Check
	kinds, _ := in.Role.Kinds()
	fits := func(id org.UnitID) bool {
		st, ok := t.At(id, tx.Today())
		return ok && slices.Contains(kinds, st.Kind)
	}
	top := in.Under
	if top == 0 {
		if top = who.Scope.Unit; top == 0 {
			top = t.Root()
		}
	}
	if !manages(who, t, top) {
		c.Add("under", "account.unit_unknown")
		return nil, c.Err()
	}
	wanted, listed := map[org.UnitID]bool{}, false
	for i, line := range in.List {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		listed = true
		id, err := t.Find(line)
		if err != nil || !manages(who, t, id) || !fits(id) {
			c.Add("list", "account.bulk_unit", i+1, line)
		}
		wanted[id] = true
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(t.Official(top, tx.Today()), func(id org.UnitID) bool { return !fits(id) || listed && !wanted[id] }), nil
}

func takenLogins(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	out := map[string]bool{}
	err := tx.Query(ctx, `SELECT login_fold FROM account_user WHERE role <> $1`, []any{string(Worker)}, func(r db.Scanner) error {
		var login string
		err := r.Scan(&login)
		out[login] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("logins in use: %w", err)
	}
	return out, nil
}

// The organisation code (组织机构代码) is characters 9 to 17 of a credit code (GB 32100-2015): nine characters that the
// firm knows and that are its own. It is no number of a person.
const (
	creditLength     = 18
	orgFrom, orgUpTo = 8, 17
)

// freeLogin makes a login that says whose it is, and keeps it.
func freeLogin(taken map[string]bool, code string, unit org.UnitID, role Role) string {
	base := ""
	if len(code) == creditLength {
		base = strings.ToLower(code[orgFrom:orgUpTo])
	} else { // letters only: a long number is no login
		base = lettersOf(int64(unit))
	}
	login := base + bulkRoles[role]
	for n := 2; taken[cn.Fold(login)]; n++ {
		login = fmt.Sprintf("%s%s%d", base, bulkRoles[role], n)
	}
	taken[cn.Fold(login)] = true
	return login
}

// nameMax is the longest name of an account, in characters.
const nameMax = 40

func insertSlips(ctx context.Context, tx *db.Tx, who Actor, slips []Slip) error {
	now := db.At(tx.Now())
	var users iter.Seq2[[]any, error] = func(yield func([]any, error) bool) {
		for _, x := range slips {
			name := []rune(x.UnitName)
			short := string(name[:min(len(name), nameMax)])
			if !yield([]any{x.User, x.Login, cn.Fold(x.Login), short, cn.Fold(short), "", string(x.Role), int64(x.Unit), false, int64(0), now, who.UserID, int64(0)}, nil) {
				return
			}
		}
	}
	if _, err := tx.Bulk(ctx, "account_user", []string{"user_id", "login", "login_fold", "name", "name_fold", "hash", "role", "unit_id", "must_change", "failed", "created_at", "created_by", "version"}, users); err != nil {
		return fmt.Errorf("create users: %w", err)
	}
	var codes iter.Seq2[[]any, error] = func(yield func([]any, error) bool) {
		for _, x := range slips {
			if !yield([]any{x.User, CodeKey(x.Code), now, who.UserID, db.At(x.Expires), int64(0), int64(0)}, nil) {
				return
			}
		}
	}
	if _, err := tx.Bulk(ctx, "account_activation", []string{"user_id", "code_hash", "created_at", "created_by", "expires_at", "failed", "version"}, codes); err != nil {
		return fmt.Errorf("create codes: %w", err)
	}
	for _, x := range slips {
		if err := audit.Add(ctx, tx, who.UserID, "user.create", subject(x.User), detailOf(User{Role: x.Role, Unit: x.Unit})); err != nil {
			return err
		}
	}
	return nil
}

// CheckCode says whether a code has the length of one, as it was typed.
func CheckCode(c *fault.Check, field, code string) {
	if n := len(plainCode(code)); n != codeLength {
		c.Add(field, "account.code_length", codeLength)
	}
}

// CodeKey is what is stored of a code, and looked for.
func CodeKey(code string) []byte {
	h := sm3.Sum([]byte(plainCode(code)))
	return h[:]
}

// plainCode reads a code as it was typed: small letters, blanks and full-width forms, O for 0, I and L for 1.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case strings.ContainsRune(codeLetters, r):
			return r
		case r == '-' || unicode.IsSpace(r):
			return -1
		}
		return '?'
	}, cn.Fold(code))
}

// ReissueSlips gives new slips to users who have not activated their account; the old ones are void.
func (s *Service) ReissueSlips(ctx context.Context, who Actor, users []int64) (out []Slip, err error) {
	if err := who.Must(UserManage); err != nil {
		return nil, err
	}
	users = slices.Clone(users)
	slices.Sort(users) // two runs take the rows in one order
	users = slices.Compact(users)
	var c fault.Check
	if len(users) == 0 || len(users) > mostSlips {
		c.Add("user", "account.reissue_choose", mostSlips)
		return nil, c.Err()
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		out = nil
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range users {
			x, err := s.reissue(ctx, tx, who, t, id)
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) reissue(ctx context.Context, tx *db.Tx, who Actor, t *org.Tree, id int64) (x Slip, err error) {
	p, err := takeUser(ctx, tx, id)
	if err != nil {
		return x, err
	}
	switch {
	case !manages(who, t, p.user.Unit):
		return x, unknownUser()
	case !slices.Contains(grants[who.Role].gives, p.user.Role):
		return x, fault.New(fault.Forbidden, "account.role_above")
	case p.hash != "":
		return x, fault.New(fault.Conflict, "account.activated_already", p.user.Login)
	case !p.user.DisabledAt.IsZero():
		return x, fault.New(fault.Conflict, "account.disabled")
	}
	if x, err = giveCode(ctx, tx, who, t, p.user); err != nil {
		return x, err
	}
	return x, audit.Add(ctx, tx, who.UserID, "user.reissue", subject(id), detailOf(p.user))
}

// giveCode gives a user a new code, which makes an older one void.
func giveCode(ctx context.Context, tx *db.Tx, who Actor, t *org.Tree, u User) (Slip, error) {
	x := Slip{User: u.ID, Login: u.Login, Name: u.Name, Unit: u.Unit, UnitName: t.Name(u.Unit, tx.Today()), Role: u.Role}
	if err := x.draw(tx.Now()); err != nil {
		return x, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO account_activation (user_id, code_hash, created_at, created_by, expires_at, failed, version) VALUES ($1, $2, $3, $4, $5, 0, 0)
		ON CONFLICT (user_id) DO UPDATE SET code_hash = excluded.code_hash, created_at = excluded.created_at, created_by = excluded.created_by, expires_at = excluded.expires_at,
		failed = 0, locked_until = NULL`, u.ID, CodeKey(x.Code), db.At(tx.Now()), who.UserID, db.At(x.Expires)); err != nil {
		return x, fmt.Errorf("renew code: %w", err)
	}
	return x, nil
}

// voidCode takes a code away that must not be used any more.
func voidCode(ctx context.Context, tx *db.Tx, user int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM account_activation WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("void code: %w", err)
	}
	return nil
}

// ActivateInput is what the activation page asks for.
type ActivateInput struct {
	Login, Code, Password string
}

// Activate takes a code and a password of the person's own choice, and logs in. A login that is not there, one that was
// activated, a wrong, used or expired code, and a lock after five wrong ones are one and the same Unauthenticated
// fault. It is the only way into an account that was made in bulk.
func (s *Service) Activate(ctx context.Context, in ActivateInput, ip string) (token string, who Actor, err error) {
	var c fault.Check
	CheckCode(&c, "code", in.Code)
	checkPassword(&c, "password", in.Login, in.Password)
	if err := c.Err(); err != nil {
		return "", Actor{}, err
	}
	key, failed := CodeKey(in.Code), fault.New(fault.Unauthenticated, "account.activation_failed").WithFix("account.activation_failed_fix")
	var user int64
	err = s.db.WriteTx(ctx, func(tx *db.Tx) (err error) {
		user, err = tryCode(ctx, tx, in.Login, key, ip)
		return err
	})
	if err != nil {
		return "", Actor{}, err
	}
	if user == 0 {
		return "", Actor{}, failed
	}
	hash, err := s.hash(ctx, in.Password) // only for who holds the right code: a stranger cannot make the server hash
	if err != nil {
		return "", Actor{}, err
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		p, err := takeUser(ctx, tx, user)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM account_activation WHERE user_id = $1 AND code_hash = $2`, user, key)
		if err != nil {
			return fmt.Errorf("use code: %w", err)
		}
		if n == 0 || p.hash != "" || !p.user.DisabledAt.IsZero() { // used or replaced since
			return failed
		}
		if _, err := tx.Exec(ctx, `UPDATE account_user SET hash = $1, must_change = FALSE, failed = 0, locked_until = NULL, last_login_at = $2 WHERE user_id = $3`, hash, db.At(tx.Now()), user); err != nil {
			return fmt.Errorf("activate: %w", err)
		}
		if token, err = openSession(ctx, tx, user); err != nil {
			return err
		}
		if who, err = s.actor(ctx, tx, p.user); err != nil {
			return err
		}
		return audit.Add(ctx, tx, user, "user.activate", subject(user), map[string]string{"ip": ip})
	})
	if err != nil {
		return "", Actor{}, err
	}
	return token, who, nil
}

// tryCode compares a code and commits what follows: the count of wrong ones, the lock, the note. It gives the user of a
// right code, else 0.
func tryCode(ctx context.Context, tx *db.Tx, login string, key []byte, ip string) (user int64, err error) {
	p, err := findProof(ctx, tx, "login_fold", cn.Fold(login))
	if err != nil {
		return 0, err
	}
	var want []byte
	var expires, locked db.Time
	var fails int
	if p.user.ID != 0 {
		if _, err := tx.Exec(ctx, `UPDATE account_activation SET version = version + 1 WHERE user_id = $1`, p.user.ID); err != nil {
			return 0, fmt.Errorf("take code: %w", err)
		}
		err := tx.QueryRow(ctx, `SELECT code_hash, expires_at, failed, locked_until FROM account_activation WHERE user_id = $1`, []any{p.user.ID}, &want, &expires, &fails, &locked)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, fmt.Errorf("find code: %w", err)
		}
	}
	waits := tx.Now().Before(locked.Time)
	if subtle.ConstantTimeCompare(want, key) == 1 && !waits && tx.Now().Before(expires.Time) && p.hash == "" && p.user.DisabledAt.IsZero() {
		return p.user.ID, nil
	}
	who := ""
	if p.user.ID != 0 {
		who = subject(p.user.ID)
	}
	if err := audit.Add(ctx, tx, 0, "activation.failed", who, map[string]string{"ip": ip}); err != nil || want == nil || waits {
		return 0, err
	}
	fails++
	var until time.Time
	if fails >= failsToLock {
		fails, until = 0, tx.Now().Add(lockFor)
		if err := audit.Add(ctx, tx, 0, "activation.locked", who, nil); err != nil {
			return 0, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE account_activation SET failed = $1, locked_until = $2 WHERE user_id = $3`, fails, db.At(until), p.user.ID); err != nil {
		return 0, fmt.Errorf("count wrong codes: %w", err)
	}
	return 0, nil
}

// Pending is a user who has not activated the account.
type Pending struct {
	User
	UnitName string    `json:"unit_name"`
	Expires  time.Time `json:"expires"` // of the slip handed out last
}

// ListPending gives the accounts within the actor's reach that wait for their first login, by login, and how many there are. After is
// the last login of the page before.
func (s *Service) ListPending(ctx context.Context, who Actor, after string, limit int) (out []Pending, total int, err error) {
	if err := who.Must(UserManage); err != nil {
		return nil, 0, err
	}
	where, args := ` FROM account_user u LEFT JOIN account_activation a ON a.user_id = u.user_id WHERE u.hash = '' AND u.disabled_at IS NULL`, []any{}
	if !who.Scope.All && who.Scope.Unit != 0 {
		where += ` AND u.unit_id IN (SELECT unit_id FROM org_unit WHERE lo BETWEEN $1 AND $2)`
		args = append(args, who.Scope.Lo, who.Scope.Hi)
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		t, err := s.org.Tree(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*)`+where, args, &total); err != nil {
			return err
		}
		n := len(args)
		where += fmt.Sprintf(` AND u.login_fold > $%d ORDER BY u.login_fold LIMIT $%d`, n+1, n+2)
		return tx.Query(ctx, `SELECT `+selected+`, a.expires_at`+where, append(args, cn.Fold(after), limit), func(r db.Scanner) error {
			var p Pending
			var expires db.Time
			if err := scanUser(r, &p.User, &expires); err != nil {
				return err
			}
			p.UnitName, p.Expires = t.Name(p.Unit, tx.Today()), expires.Time
			out = append(out, p)
			return nil
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list pending users: %w", err)
	}
	return out, total, nil
}
