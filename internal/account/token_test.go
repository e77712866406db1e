package account_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
)

// token makes a token of a user with some rights, and gives the actor of a program that brings it.
func (o *office) token(t *testing.T, who account.Actor, rights ...account.Right) account.Actor {
	t.Helper()
	_, secret := o.newToken(t, who, 0, rights...)
	got, err := o.AuthenticateToken(t.Context(), secret, "192.0.2.7")
	must(t, err)
	return got
}

func (o *office) newToken(t *testing.T, who account.Actor, unit org.UnitID, rights ...account.Right) (account.Token, string) {
	t.Helper()
	tok, secret, err := o.CreateToken(t.Context(), who, who.UserID, account.TokenInput{Name: "报表程序", ExpiresOn: date.On(o.clock.Now()) + 30, Rights: rights, Unit: unit})
	must(t, err)
	return tok, secret
}

func TestToken_holds_what_it_and_the_role_both_hold(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	_, secret := o.newToken(t, jk, 0, account.FigureRead, account.FilingCall)
	who, err := o.AuthenticateToken(ctx, secret, "")
	must(t, err)
	must(t, who.Must(account.FigureRead))
	must(t, who.Must(account.FilingCall))
	wantFault(t, "a right that only the role holds", who.Must(account.WorkerRead), fault.Forbidden, "account.token_right_missing")
	wantFault(t, "a right that neither holds", who.Must(account.UserManage), fault.Forbidden, "account.right_missing")
	if got := who.Rights(); !slices.Equal(got, []account.Right{account.FigureRead, account.FilingCall}) || who.Scope != jk.Scope {
		t.Errorf("rights %v, scope %+v", got, who.Scope)
	}
	must(t, o.Set(ctx, o.admin, jk.UserID, account.SetInput{Role: account.EnterpriseHR, Unit: mill}))
	who, err = o.AuthenticateToken(ctx, secret, "")
	must(t, err)
	must(t, who.Must(account.FigureRead))
	wantFault(t, "a right that the new role lacks", who.Must(account.FilingCall), fault.Forbidden, "account.right_missing")
	if who.Scope.Unit != mill {
		t.Errorf("scope %+v", who.Scope)
	}
	_, err = o.Authenticate(ctx, secret)
	wantFault(t, "a token as a session", err, fault.Unauthenticated, "account.session_ended")
}

func TestToken_sees_no_more_than_its_unit_and_its_user(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, secret := o.newToken(t, o.admin, jingkou, account.FigureRead)
	sees := func() (out []org.UnitID) {
		who, err := o.AuthenticateToken(ctx, secret, "")
		must(t, err)
		must(t, o.db.ReadTx(ctx, func(tx *db.Tx) error {
			tree, err := o.org.Tree(ctx, tx)
			for id := city; id <= lens; id++ {
				if lo, _ := tree.Range(id); who.Scope.Has(lo) {
					out = append(out, id)
				}
			}
			return err
		}))
		return out
	}
	if got := sees(); !slices.Equal(got, []org.UnitID{jingkou, mill}) {
		t.Errorf("sees %v", got)
	}
	today := date.On(o.clock.Now())
	o.observe(t, org.Observation{Unit: mill, Kind: org.Enterprise, Name: "面粉厂", Parent: danyang, AsOf: today, Import: 9})
	if got := sees(); !slices.Equal(got, []org.UnitID{jingkou}) {
		t.Errorf("after the move it sees %v", got)
	}
	_, jk := o.user(t, "jk", account.District, jingkou)
	_, secret = o.newToken(t, jk, jingkou, account.FigureRead)
	must(t, o.Set(ctx, o.admin, jk.UserID, account.SetInput{Role: account.District, Unit: danyang}))
	if got := sees(); len(got) != 0 {
		t.Errorf("a user of another district sees %v through an old token", got)
	}
}

func TestToken_ends(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cases := map[string]struct {
		end func(o *office, jk account.Actor, tok account.Token) error
		key string
	}{
		"revoked by the user": {func(o *office, jk account.Actor, tok account.Token) error {
			return o.RevokeToken(ctx, jk, jk.UserID, tok.ID)
		}, "account.token_revoked"},
		"revoked by the manager": {func(o *office, jk account.Actor, tok account.Token) error {
			return o.RevokeToken(ctx, o.admin, jk.UserID, tok.ID)
		}, "account.token_revoked"},
		"over": {func(o *office, _ account.Actor, _ account.Token) error {
			o.clock.Advance(31 * 24 * time.Hour)
			return nil
		}, "account.token_expired"},
		"the account closed": {func(o *office, jk account.Actor, _ account.Token) error { return o.Close(ctx, o.admin, jk.UserID) }, "account.token_revoked"},
		"the account locked": {func(o *office, jk account.Actor, _ account.Token) error { return o.Lock(ctx, o.admin, jk.UserID) }, "account.token_user_out"},
		"a new code": {func(o *office, jk account.Actor, _ account.Token) error {
			_, err := o.RenewCode(ctx, o.admin, jk.UserID)
			return err
		}, "account.token_revoked"},
		"a new first password": {func(o *office, jk account.Actor, _ account.Token) error {
			_, err := o.SetPassword(ctx, o.admin, jk.UserID)
			return err
		}, "account.token_revoked"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			_, jk := o.user(t, "jk", account.District, jingkou)
			tok, secret := o.newToken(t, jk, 0, account.FigureRead)
			_, err := o.AuthenticateToken(ctx, secret, "")
			must(t, err)
			must(t, c.end(o, jk, tok))
			_, err = o.AuthenticateToken(ctx, secret, "")
			wantFault(t, name, err, fault.Unauthenticated, c.key)
			if c.key == "account.token_user_out" {
				must(t, o.Unlock(ctx, o.admin, jk.UserID))
				_, err = o.AuthenticateToken(ctx, secret, "")
				must(t, err)
			}
		})
	}
	o := newOffice(t)
	_, err := o.AuthenticateToken(ctx, "tuoxing_"+strings.Repeat("A", 43), "")
	wantFault(t, "one that nobody has", err, fault.Unauthenticated, "account.token_refused")
}

// The last day counts to its end in China.
func TestToken_is_good_to_the_end_of_its_last_day(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	today := date.On(o.clock.Now())
	_, secret, err := o.CreateToken(t.Context(), o.admin, o.admin.UserID, account.TokenInput{Name: "一天", ExpiresOn: today, Rights: []account.Right{account.FigureRead}})
	must(t, err)
	y, m, d := today.YMD()
	o.clock.Set(time.Date(y, time.Month(m), d, 23, 59, 59, 0, date.China))
	_, err = o.AuthenticateToken(t.Context(), secret, "")
	must(t, err)
	o.clock.Advance(time.Second)
	_, err = o.AuthenticateToken(t.Context(), secret, "")
	wantFault(t, "the day after", err, fault.Unauthenticated, "account.token_expired")
}

func TestCreateToken_refuses_what_does_not_fit(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	_, sys := o.user(t, "sys", account.SysAdmin, 0)
	today := date.On(o.clock.Now())
	good := account.TokenInput{Name: "报表", ExpiresOn: today + account.LongestToken, Rights: []account.Right{account.FigureRead}}
	with := func(change func(in *account.TokenInput)) account.TokenInput { in := good; change(&in); return in }
	for name, c := range map[string]struct {
		who  account.Actor
		user int64
		in   account.TokenInput
		kind fault.Kind
		key  string
	}{
		"no name":                    {jk, jk.UserID, with(func(in *account.TokenInput) { in.Name = " " }), fault.Invalid, "account.token_name"},
		"yesterday":                  {jk, jk.UserID, with(func(in *account.TokenInput) { in.ExpiresOn = today - 1 }), fault.Invalid, "account.token_until"},
		"no day":                     {jk, jk.UserID, with(func(in *account.TokenInput) { in.ExpiresOn = 0 }), fault.Invalid, "account.token_until"},
		"more than a year":           {jk, jk.UserID, with(func(in *account.TokenInput) { in.ExpiresOn++ }), fault.Invalid, "account.token_until"},
		"no right":                   {jk, jk.UserID, with(func(in *account.TokenInput) { in.Rights = nil }), fault.Invalid, "account.token_rights_none"},
		"a right the user lacks":     {jk, jk.UserID, with(func(in *account.TokenInput) { in.Rights = append(in.Rights, account.UserManage) }), fault.Invalid, "account.token_right"},
		"another district":           {jk, jk.UserID, with(func(in *account.TokenInput) { in.Unit = danyang }), fault.Invalid, "account.unit_unknown"},
		"a unit that is not there":   {jk, jk.UserID, with(func(in *account.TokenInput) { in.Unit = 99 }), fault.Invalid, "account.unit_unknown"},
		"a unit for a role of none":  {sys, sys.UserID, account.TokenInput{Name: "x", ExpiresOn: today, Rights: []account.Right{account.UserManage}, Unit: mill}, fault.Invalid, "account.token_unit_none"},
		"for somebody else":          {o.admin, jk.UserID, good, fault.Forbidden, "account.token_own"},
		"nobody":                     {account.Actor{}, jk.UserID, good, fault.Unauthenticated, "account.session_ended"},
		"with a token":               {o.token(t, jk, account.FigureRead), jk.UserID, good, fault.Forbidden, "account.token_not_enough"},
		"of nobody, by the operator": {account.Operator(), 99, good, fault.NotFound, "account.unknown_user"},
		"of the operator":            {account.Operator(), 0, good, fault.NotFound, "account.unknown_user"},
	} {
		_, secret, err := o.CreateToken(ctx, c.who, c.user, c.in)
		wantFault(t, name, err, c.kind, c.key)
		if secret != "" {
			t.Errorf("%s: a token was given", name)
		}
	}
	if _, secret, err := o.CreateToken(ctx, account.Operator(), jk.UserID, good); err != nil || !account.IsToken(secret) {
		t.Errorf("the operator makes one for a user: %v", err)
	}
	wantFault(t, "change the password with a token", o.ChangePassword(ctx, o.token(t, jk, account.FigureRead), userPassword, "Another-4711"), fault.Forbidden, "account.token_not_enough")
	_, err := o.Tokens(ctx, o.token(t, jk, account.FigureRead), jk.UserID)
	wantFault(t, "list tokens with a token", err, fault.Forbidden, "account.token_not_enough")
	_, err = o.Tokens(ctx, sys, 99)
	wantFault(t, "tokens of nobody", err, fault.NotFound, "account.unknown_user")
	_, err = o.Tokens(ctx, jk, o.admin.UserID)
	wantFault(t, "another's tokens", err, fault.Forbidden, "account.right_missing")
	wantFault(t, "revoke what is not there", o.RevokeToken(ctx, jk, jk.UserID, 99), fault.NotFound, "account.token_unknown")
	tok, _ := o.newToken(t, o.admin, 0, account.FigureRead)
	wantFault(t, "revoke another's as one's own", o.RevokeToken(ctx, jk, jk.UserID, tok.ID), fault.NotFound, "account.token_unknown")
	wantFault(t, "revoke one of a role above", o.RevokeToken(ctx, sys, o.admin.UserID, tok.ID), fault.Forbidden, "account.role_above")
}

// However many ask at once, nobody has more tokens than the limit.
func TestCreateToken_keeps_its_limit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var wg sync.WaitGroup
	for range account.MostTokens + 5 {
		wg.Go(func() {
			_, _, err := o.CreateToken(t.Context(), o.admin, o.admin.UserID, account.TokenInput{Name: "x", ExpiresOn: date.On(o.clock.Now()), Rights: []account.Right{account.FigureRead}})
			if err != nil {
				wantFault(t, "one too many", err, fault.Invalid, "account.token_many")
			}
		})
	}
	wg.Wait()
	list, err := o.Tokens(t.Context(), o.admin, o.admin.UserID)
	if err != nil || len(list) != account.MostTokens {
		t.Fatalf("%d tokens: %v", len(list), err)
	}
	must(t, o.RevokeToken(t.Context(), o.admin, o.admin.UserID, list[0].ID))
	o.newToken(t, o.admin, 0, account.FigureRead)
}

// A use is written once an hour, with where it came from; only the hash of a token is stored, and the log never has it.
func TestToken_use_is_noted_once_an_hour_and_its_secret_nowhere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	tok, secret := o.newToken(t, jk, mill, account.FigureRead)
	for range 3 {
		_, err := o.AuthenticateToken(ctx, secret, "192.0.2.7")
		must(t, err)
		o.clock.Advance(20 * time.Minute)
	}
	list, err := o.Tokens(ctx, jk, jk.UserID)
	must(t, err)
	if len(list) != 1 || o.clock.Now().Sub(list[0].UsedAt) != time.Hour || len(o.audited(t, "token.use")) != 1 {
		t.Errorf("%+v, %d uses noted", list, len(o.audited(t, "token.use")))
	}
	_, err = o.AuthenticateToken(ctx, secret, "192.0.2.8")
	must(t, err)
	if n := len(o.audited(t, "token.use")); n != 2 {
		t.Errorf("%d uses noted", n)
	}
	made := o.audited(t, "token.create")
	var detail struct {
		User, Unit string
		Rights     []string
	}
	if len(made) != 1 || json.Unmarshal(made[0].Detail, &detail) != nil || detail.Unit != mill.String() || len(detail.Rights) != 1 {
		t.Errorf("made: %+v", made)
	}
	must(t, o.RevokeToken(ctx, jk, jk.UserID, tok.ID))
	must(t, o.RevokeToken(ctx, jk, jk.UserID, tok.ID))
	if n := len(o.audited(t, "token.revoke")); n != 1 {
		t.Errorf("%d revocations noted", n)
	}
	must(t, o.db.ReadTx(ctx, func(tx *db.Tx) error {
		var key []byte
		if err := tx.QueryRow(ctx, `SELECT token_hash FROM account_token WHERE token_id = $1`, []any{tok.ID}, &key); err != nil {
			return err
		}
		if len(key) != 32 || strings.Contains(string(key), secret) {
			t.Errorf("stored %d bytes", len(key))
		}
		return nil
	}))
	for _, e := range append(made, o.audited(t, "token.use")...) {
		if strings.Contains(string(e.Detail), secret[:20]) {
			t.Errorf("the log holds the token: %s", e.Detail)
		}
	}
}
