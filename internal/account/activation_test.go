package account_test

import (
	"fmt"
	"regexp"
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

const ownPassword = "Xinguang*2023"

func (o *office) slips(t *testing.T, in account.BulkInput) []account.Slip {
	t.Helper()
	b, err := o.CreateBulk(t.Context(), o.admin, in)
	must(t, err)
	return b.Slips
}

func (o *office) activate(t *testing.T, login, code, password string) (account.Actor, error) {
	t.Helper()
	token, who, err := o.Activate(t.Context(), account.ActivateInput{Login: login, Code: code, Password: password}, "192.0.2.7")
	if err == nil {
		if again, aerr := o.Authenticate(t.Context(), token); aerr != nil || again.UserID != who.UserID {
			t.Errorf("the session of the activation does not hold: %v", aerr)
		}
	}
	return who, err
}

func TestCreateBulk_makes_what_is_missing_and_nothing_twice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.user(t, "mill", account.EnterpriseHR, mill)
	in := account.BulkInput{Role: account.EnterpriseHR}
	p, err := o.PreviewBulk(t.Context(), o.admin, in)
	must(t, err)
	if len(p.Slips) != 1 || p.There != 1 || p.Slips[0].Unit != lens || p.Slips[0].Code != "" {
		t.Errorf("preview: %+v", p)
	}
	slips := o.slips(t, in)
	if len(slips) != 1 || slips[0].Unit != lens || slips[0].UnitName != "镜片厂" || !strings.HasSuffix(slips[0].Login, "-hr") {
		t.Fatalf("slips: %+v", slips)
	}
	if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{6}$`).MatchString(slips[0].Code) {
		t.Errorf("the code is %q", slips[0].Code)
	}
	if again := o.slips(t, in); len(again) != 0 {
		t.Errorf("a second run makes %+v", again)
	}
	if union := o.slips(t, account.BulkInput{Role: account.EnterpriseUnion, Under: jingkou}); len(union) != 1 || union[0].Unit != mill {
		t.Errorf("unions below Jingkou: %+v", union)
	}
	if n := len(o.audited(t, "user.create")); n != 3 {
		t.Errorf("%d accounts are noted, want 3", n)
	}
}

func TestCreateBulk_turns_away(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, district := o.user(t, "eastern", account.District, jingkou)
	_, auditor := o.user(t, "audit", account.AuditAdmin, 0)
	ctx := t.Context()
	for name, who := range map[string]account.Actor{"district": district, "audit administrator": auditor} {
		_, err := o.CreateBulk(ctx, who, account.BulkInput{Role: account.EnterpriseHR})
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
		_, err = o.PreviewBulk(ctx, who, account.BulkInput{Role: account.EnterpriseHR})
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
		_, err = o.ReissueSlips(ctx, who, []int64{5})
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
		_, _, err = o.ListPending(ctx, who, "", 10)
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
	}
	_, err := o.CreateBulk(ctx, o.admin, account.BulkInput{Role: account.District})
	wantFault(t, "districts in bulk", err, fault.Invalid, "account.bulk_role")
	_, err = o.CreateBulk(ctx, o.admin, account.BulkInput{Role: account.EnterpriseHR, List: []string{" 面粉厂", "", "技师学院", "无此厂"}})
	wantFault(t, "a list with a school and a stranger", err, fault.Invalid, "account.bulk_unit")
	if f := fault.Fields(err); len(f) != 2 || f[0].Args[0] != 3 || f[1].Args[0] != 4 {
		t.Errorf("the lines are told as %+v", f)
	}
	if left := o.slips(t, account.BulkInput{Role: account.EnterpriseHR, List: []string{"面粉厂"}}); len(left) != 1 {
		t.Errorf("of a list of one: %+v", left)
	}
}

func TestActivate_opens_the_account_once_and_with_a_password_of_ones_own(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	x := o.slips(t, account.BulkInput{Role: account.EnterpriseHR, List: []string{"镜片厂"}})[0]
	_, _, err := o.Login(t.Context(), x.Login, x.Code, "")
	wantFault(t, "the code is no password", err, fault.Unauthenticated, "account.login_failed")
	_, _, err = o.Login(t.Context(), x.Login, "", "")
	wantFault(t, "an empty password", err, fault.Unauthenticated, "account.login_failed")
	_, err = o.activate(t, x.Login, x.Code, "weak")
	wantFault(t, "a weak password", err, fault.Invalid, "account.password_short")
	_, err = o.activate(t, x.Login, x.Code[:20], ownPassword)
	wantFault(t, "half a code", err, fault.Invalid, "account.code_length")
	typed := " " + strings.ToLower(strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(x.Code)) + " "
	who, err := o.activate(t, strings.ToUpper(x.Login), typed, ownPassword)
	must(t, err)
	if who.UserID != x.User || who.MustChange || who.Scope.Unit != lens || who.Role != account.EnterpriseHR {
		t.Errorf("activated as %+v", who)
	}
	_, err = o.activate(t, x.Login, x.Code, ownPassword)
	wantFault(t, "a second time", err, fault.Unauthenticated, "account.activation_failed")
	o.login(t, x.Login, ownPassword)
	_, err = o.ReissueSlips(t.Context(), o.admin, []int64{x.User})
	wantFault(t, "a slip for who is activated", err, fault.Conflict, "account.activated_already")
	if n := len(o.audited(t, "user.activate")); n != 1 {
		t.Errorf("%d activations are noted", n)
	}
}

func TestActivate_says_the_same_whatever_is_wrong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	slips := o.slips(t, account.BulkInput{Role: account.EnterpriseHR})
	a, b := slips[0], slips[1]
	_, _ = o.user(t, "known", account.EnterpriseUnion, mill)
	wrong := strings.Repeat("7", 26)
	var told []string
	try := func(what, login, code string) {
		t.Helper()
		_, err := o.activate(t, login, code, ownPassword)
		wantFault(t, what, err, fault.Unauthenticated, "account.activation_failed")
		f, _ := fault.As(err)
		told = append(told, fmt.Sprint(f.Key, f.Args, f.Fix))
	}
	try("a login that is not there", "nobody", a.Code)
	try("a wrong code", a.Login, wrong)
	try("another's code", a.Login, b.Code)
	try("an account with a password", "known", a.Code)
	fresh, err := o.ReissueSlips(t.Context(), o.admin, []int64{a.User})
	must(t, err)
	try("a code that was replaced", a.Login, a.Code)
	a = fresh[0]
	must(t, o.Lock(t.Context(), o.admin, b.User))
	try("a disabled account", b.Login, b.Code)
	o.clock.Advance(account.ActivationFor)
	try("an expired code", a.Login, a.Code)
	if slices.Sort(told); told[0] != told[len(told)-1] {
		t.Errorf("the answers differ: %v", told)
	}
}

func TestActivate_waits_after_five_wrong_codes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	x := o.slips(t, account.BulkInput{Role: account.EnterpriseHR, List: []string{"镜片厂"}})[0]
	for range 5 {
		_, err := o.activate(t, x.Login, strings.Repeat("7", 26), ownPassword)
		wantFault(t, "a wrong code", err, fault.Unauthenticated, "account.activation_failed")
	}
	_, err := o.activate(t, x.Login, x.Code, ownPassword)
	wantFault(t, "the right code while it waits", err, fault.Unauthenticated, "account.activation_failed")
	if len(o.audited(t, "activation.failed")) != 6 || len(o.audited(t, "activation.locked")) != 1 {
		t.Error("the wrong codes are not noted")
	}
	o.clock.Advance(15 * time.Minute)
	_, err = o.activate(t, x.Login, x.Code, ownPassword)
	must(t, err)
}

func TestActivate_lets_one_of_many_in(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	x := o.slips(t, account.BulkInput{Role: account.EnterpriseHR, List: []string{"镜片厂"}})[0]
	var wg sync.WaitGroup
	got := make([]error, 6)
	for i := range got {
		wg.Go(func() {
			_, _, got[i] = o.Activate(t.Context(), account.ActivateInput{Login: x.Login, Code: x.Code, Password: ownPassword + fmt.Sprint(i)}, "")
		})
	}
	wg.Wait()
	in := 0
	for _, err := range got {
		if err == nil {
			in++
		} else {
			wantFault(t, "a later one", err, fault.Unauthenticated, "account.activation_failed")
		}
	}
	if in != 1 {
		t.Errorf("one code let %d in", in)
	}
}

func TestSlips_are_void_when_a_password_is_given_or_the_account_closed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	slips := o.slips(t, account.BulkInput{Role: account.EnterpriseHR})
	pending, total, err := o.ListPending(ctx, o.admin, "", 10)
	must(t, err)
	if total != 2 || len(pending) != 2 || pending[0].Expires.IsZero() {
		t.Errorf("pending: %+v", pending)
	}
	next, _, err := o.ListPending(ctx, o.admin, pending[0].Login, 10)
	must(t, err)
	if len(next) != 1 || next[0].Login != pending[1].Login {
		t.Errorf("the page after %s: %+v", pending[0].Login, next)
	}
	initial, err := o.SetPassword(ctx, o.admin, slips[0].User)
	must(t, err)
	_, err = o.activate(t, slips[0].Login, slips[0].Code, ownPassword)
	wantFault(t, "after a password was given", err, fault.Unauthenticated, "account.activation_failed")
	o.login(t, slips[0].Login, initial)
	must(t, o.Lock(ctx, o.admin, slips[1].User))
	_, err = o.ReissueSlips(ctx, o.admin, []int64{slips[1].User})
	wantFault(t, "a slip for a closed account", err, fault.Conflict, "account.disabled")
	must(t, o.Unlock(ctx, o.admin, slips[1].User))
	_, err = o.activate(t, slips[1].Login, slips[1].Code, ownPassword)
	wantFault(t, "the old slip after closing and opening", err, fault.Unauthenticated, "account.activation_failed")
	again, err := o.ReissueSlips(ctx, o.admin, []int64{slips[1].User})
	must(t, err)
	_, err = o.activate(t, again[0].Login, again[0].Code, ownPassword)
	must(t, err)
	if n := len(o.audited(t, "user.reissue")); n != 1 {
		t.Errorf("%d new slips are noted", n)
	}
	_, err = o.ReissueSlips(ctx, o.admin, nil)
	wantFault(t, "nobody chosen", err, fault.Invalid, "account.reissue_choose")
	_, err = o.ReissueSlips(ctx, o.admin, []int64{4711})
	wantFault(t, "nobody there", err, fault.NotFound, "account.unknown_user")
}

// Two thousand firms are one meeting's worth of slips. A slow hash for each would take minutes on two cores; the bound
// is far above what is needed and far below that.
func TestCreateBulk_of_two_thousand_firms_takes_seconds_and_keeps_no_code(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var obs []org.Observation
	for i := range 2000 {
		obs = append(obs, org.Observation{Unit: org.UnitID(1000 + i), Kind: org.Enterprise, Name: fmt.Sprintf("第%d厂", i), Parent: danyang, AsOf: date.MustParse("2022-01-01"),
			Code: fmt.Sprintf("91329900MA1%06dX", i)})
	}
	o.observe(t, obs...)
	start := time.Now()
	slips := o.slips(t, account.BulkInput{Role: account.EnterpriseHR, Under: danyang})
	took := time.Since(start)
	t.Logf("2,001 accounts in %s", took)
	if len(slips) != 2001 || took > 30*time.Second {
		t.Errorf("%d slips in %s", len(slips), took)
	}
	seen := map[string]bool{}
	for _, x := range slips {
		if seen[x.Login] || seen[x.Code] {
			t.Fatalf("%s or its code stands twice", x.Login)
		}
		seen[x.Login], seen[x.Code] = true, true
	}
	must(t, o.db.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), `SELECT code_hash FROM account_activation`, nil, func(r db.Scanner) error {
			var b []byte
			err := r.Scan(&b)
			if len(b) != 32 || seen[string(b)] {
				t.Errorf("%x is kept", b)
			}
			return err
		})
	}))
}
