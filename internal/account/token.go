package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// tokenPrefix begins every token (令牌), so that it is told from a session's and found where it was left lying.
const tokenPrefix = "tuoxing_"

// Limits of tokens: few enough to know what each is for, and none that outlives a year unseen.
const (
	MostTokens   = 10  // of one user, that can be used
	LongestToken = 366 // days from today: a year, also over a leap day
	nameOfToken  = 40  // characters
)

// usedEvery is how often the last use of a token is written, and noted in the audit log: a program that asks every
// second is one write an hour.
const usedEvery = time.Hour

// Token is a user's own key for a program. What it opens is found anew at each request: the rights that it and its
// user's role both hold, below its unit and its user's. It ends with its day, when it is revoked, and with its user.
type Token struct {
	ID        int64      `json:"id,string"`
	Name      string     `json:"name"` // what it is for, in the user's words
	Rights    []Right    `json:"rights"`
	Unit      org.UnitID `json:"unit"` // narrower than the user's; 0: no narrower
	CreatedAt time.Time  `json:"created_at"`
	ExpiresOn date.Day   `json:"expires_on"`       // the last day on which it is good, in China
	UsedAt    time.Time  `json:"used_at,omitzero"` // to the hour
	RevokedAt time.Time  `json:"revoked_at,omitzero"`
}

// Good reports whether the token can still be used on a day, as far as it goes itself.
func (t Token) Good(on date.Day) bool { return t.RevokedAt.IsZero() && on <= t.ExpiresOn }

// TokenInput is what a new token needs.
type TokenInput struct {
	Name      string
	ExpiresOn date.Day // the last day, at most LongestToken days from today
	Rights    []Right  // at least one, each held by the user's role
	Unit      org.UnitID
}

// CreateToken makes a token of a user and gives it: it is shown this once, and only its hash is kept. A user makes them
// for themself, after logging in; the operator of the server makes them for anybody.
func (s *Service) CreateToken(ctx context.Context, who Actor, user int64, in TokenInput) (t Token, secret string, err error) {
	if err := who.MustBeThemself(); err != nil {
		return t, "", err
	}
	if who.UserID != user && who.Role != operator {
		return t, "", fault.New(fault.Forbidden, "account.token_own")
	}
	raw := make([]byte, tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return t, "", fmt.Errorf("make token: %w", err)
	}
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		p, err := takeUser(ctx, tx, user) // two at once do not pass the limit together
		if err != nil {
			return err
		}
		if !p.user.DisabledAt.IsZero() || !p.user.Activated || p.user.MustChange {
			return fault.New(fault.Conflict, "account.token_user", p.user.Login)
		}
		if t, err = s.checkToken(ctx, tx, p.user, in); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO account_token (token_id, user_id, name, token_hash, rights, unit_id, created_at, expires_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.ID, user, t.Name, tokenKey(secret), joinRights(t.Rights), int64(t.Unit), db.At(t.CreatedAt), t.ExpiresOn)
		if err != nil {
			return fmt.Errorf("create token: %w", err)
		}
		return audit.Add(ctx, tx, who.UserID, "token.create", tokenSubject(t.ID), map[string]any{"user": strconv.FormatInt(user, 10), "rights": t.Rights, "unit": t.Unit, "until": t.ExpiresOn})
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

// checkToken names every mistake of an input and makes the token.
func (s *Service) checkToken(ctx context.Context, tx *db.Tx, u User, in TokenInput) (t Token, err error) {
	var c fault.Check
	t = Token{ID: tx.NewID(), Name: strings.TrimSpace(in.Name), Unit: in.Unit, CreatedAt: tx.Now(), ExpiresOn: in.ExpiresOn}
	if n := len([]rune(t.Name)); n == 0 || n > nameOfToken {
		c.Add("name", "account.token_name", nameOfToken)
	}
	if last := tx.Today() + LongestToken; in.ExpiresOn < tx.Today() || in.ExpiresOn > last {
		c.Add("until", "account.token_until", tx.Today(), last)
	}
	for _, r := range Rights { // in the order of the list, each once
		if slices.Contains(in.Rights, r) && u.Role.Has(r) {
			t.Rights = append(t.Rights, r)
		}
	}
	for _, r := range in.Rights {
		if !u.Role.Has(r) {
			c.Add("rights", "account.token_right", string(r))
		}
	}
	if len(in.Rights) == 0 {
		c.Add("rights", "account.token_rights_none")
	}
	if in.Unit != 0 {
		tree, err := s.org.Tree(ctx, tx)
		if err != nil {
			return t, err
		}
		switch whole := scopeOf(tree, u.Role, u.Unit, tx.Today()); {
		case !u.Role.Has(FigureRead):
			c.Add("unit", "account.token_unit_none")
		case narrowed(tree, whole, in.Unit, tx.Today()).Lo < 0:
			c.Add("unit", "account.unit_unknown")
		}
	}
	var living int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM account_token WHERE user_id = $1 AND revoked_at IS NULL AND expires_on >= $2`, []any{u.ID, tx.Today()}, &living); err != nil {
		return t, fmt.Errorf("count tokens: %w", err)
	}
	if living >= MostTokens {
		c.Add("name", "account.token_many", MostTokens)
	}
	return t, c.Err()
}

// Tokens gives a user's tokens, the newest first, also those that have ended: the user's own, or, to who manages users,
// those of an account within reach.
func (s *Service) Tokens(ctx context.Context, who Actor, user int64) (out []Token, err error) {
	if err := s.maySeeTokens(ctx, who, user); err != nil {
		return nil, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.Query(ctx, `SELECT token_id, name, rights, unit_id, created_at, expires_on, used_at, revoked_at FROM account_token WHERE user_id = $1
			ORDER BY created_at DESC, token_id DESC LIMIT $2`, []any{user, mostListed}, func(r db.Scanner) error {
			t, err := scanToken(r)
			out = append(out, t)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return out, nil
}

// mostListed bounds a list of tokens: those that can be used and what ended lately.
const mostListed = 100

func (s *Service) maySeeTokens(ctx context.Context, who Actor, user int64) error {
	if who.UserID == user && user != 0 {
		return who.MustBeThemself()
	}
	_, err := s.Find(ctx, who, user)
	return err
}

func scanToken(r db.Scanner, more ...any) (t Token, err error) {
	var rights string
	var created, used, revoked db.Time
	err = r.Scan(append([]any{&t.ID, &t.Name, &rights, &t.Unit, &created, &t.ExpiresOn, &used, &revoked}, more...)...)
	for _, word := range strings.Fields(rights) {
		t.Rights = append(t.Rights, Right(word))
	}
	t.CreatedAt, t.UsedAt, t.RevokedAt = created.Time, used.Time, revoked.Time
	return t, err
}

// RevokeToken ends a token at once: the user's own, or, by who manages users, one of an account that the actor may
// change. One that was revoked stays so.
func (s *Service) RevokeToken(ctx context.Context, who Actor, user, token int64) error {
	if err := s.maySeeTokens(ctx, who, user); err != nil {
		return err
	}
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		p, err := takeUser(ctx, tx, user)
		if err != nil {
			return err
		}
		if user != who.UserID && !slices.Contains(grants[who.Role].gives, p.user.Role) {
			return fault.New(fault.Forbidden, "account.role_above")
		}
		var revoked db.Time
		err = tx.QueryRow(ctx, `SELECT revoked_at FROM account_token WHERE token_id = $1 AND user_id = $2`, []any{token, user}, &revoked)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "account.token_unknown")
		}
		if err != nil || !revoked.IsZero() {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE account_token SET revoked_at = $1 WHERE token_id = $2`, db.At(tx.Now()), token); err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return audit.Add(ctx, tx, who.UserID, "token.revoke", tokenSubject(token), map[string]any{"user": strconv.FormatInt(user, 10)})
	})
}

// revokeTokens ends all tokens of a user, as part of what ended the account or its password.
func revokeTokens(ctx context.Context, tx *db.Tx, user int64) error {
	if _, err := tx.Exec(ctx, `UPDATE account_token SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL`, db.At(tx.Now()), user); err != nil {
		return fmt.Errorf("revoke tokens: %w", err)
	}
	return nil
}

// IsToken reports whether a key has the form of a token and not of a session.
func IsToken(key string) bool { return strings.HasPrefix(key, tokenPrefix) }

// AuthenticateToken gives the actor of a token with the role and scope of this moment, cut to what the token holds. One
// that is unknown, revoked or over, or whose user may not log in, is an Unauthenticated fault. ip is noted with the
// first use in an hour.
func (s *Service) AuthenticateToken(ctx context.Context, secret, ip string) (who Actor, err error) {
	stale := false
	err = s.db.ReadTx(ctx, func(tx *db.Tx) (err error) {
		who, stale, err = s.byToken(ctx, tx, "token_hash", tokenKey(secret))
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	if !stale {
		return who, nil
	}
	err = s.db.WriteTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE account_token SET used_at = $1 WHERE token_id = $2 AND (used_at IS NULL OR used_at <= $3)`, db.At(tx.Now()), who.Token, db.At(tx.Now().Add(-usedEvery)))
		if err != nil || n == 0 { // another request of this moment has noted it
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "token.use", tokenSubject(who.Token), map[string]any{"ip": ip})
	})
	if err != nil {
		return Actor{}, fmt.Errorf("note the use of a token: %w", err)
	}
	return who, nil
}

// byToken gives the actor of a token as of this moment, and whether its use should be written anew. The column is its hash or its id.
func (s *Service) byToken(ctx context.Context, tx *db.Tx, column string, value any) (who Actor, stale bool, err error) {
	var user int64
	var t Token
	found := false
	err = tx.Query(ctx, `SELECT token_id, name, rights, unit_id, created_at, expires_on, used_at, revoked_at, user_id FROM account_token WHERE `+column+` = $1`,
		[]any{value}, func(r db.Scanner) (err error) {
			found = true
			t, err = scanToken(r, &user)
			return err
		})
	switch {
	case err != nil:
		return who, false, fmt.Errorf("find token: %w", err)
	case !found:
		return who, false, refused("account.token_refused")
	case !t.RevokedAt.IsZero():
		return who, false, refused("account.token_revoked")
	case tx.Today() > t.ExpiresOn:
		return who, false, refused("account.token_expired", t.ExpiresOn)
	}
	u, err := findUser(ctx, tx, user)
	if err != nil {
		return who, false, err
	}
	if !u.DisabledAt.IsZero() || !u.Activated || u.MustChange {
		return who, false, refused("account.token_user_out")
	}
	if who, err = s.actor(ctx, tx, u); err != nil {
		return who, false, err
	}
	who.Token, who.Only = t.ID, t.Rights
	if t.Unit != 0 {
		tree, err := s.org.Tree(ctx, tx)
		if err != nil {
			return who, false, err
		}
		who.Scope = narrowed(tree, who.Scope, t.Unit, tx.Today())
	}
	return who, tx.Now().Sub(t.UsedAt) >= usedEvery, nil
}

func refused(key string, args ...any) error {
	return fault.New(fault.Unauthenticated, key, args...).WithFix("account.token_fix")
}

func tokenSubject(id int64) string { return "token:" + strconv.FormatInt(id, 10) }

func joinRights(rights []Right) string {
	words := make([]string, len(rights))
	for i, r := range rights {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}
