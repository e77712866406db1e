package account_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
)

// Every account stands in exactly one state, and the list filtered by each of them says the same.
func TestStates_part_all_accounts(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, used := o.user(t, "used", account.District, jingkou)
	_, locked := o.user(t, "locked", account.District, jingkou)
	_, closed := o.user(t, "closed", account.District, jingkou)
	_, wrong := o.user(t, "wrong", account.District, jingkou)
	waiting, err := o.Add(ctx, o.admin, account.CreateInput{Login: "waiting", Name: "待激活", Role: account.EnterpriseHR, Unit: mill})
	must(t, err)
	lockedWaiting, err := o.Add(ctx, o.admin, account.CreateInput{Login: "locked.waiting", Name: "待激活", Role: account.EnterpriseHR, Unit: mill})
	must(t, err)
	must(t, o.Lock(ctx, o.admin, locked.UserID))
	must(t, o.Lock(ctx, o.admin, lockedWaiting.User))
	must(t, o.Close(ctx, o.admin, closed.UserID))
	for range 5 {
		_, _, err := o.Login(ctx, "wrong", "Wrong-password-1", "")
		wantFault(t, "wrong", err, fault.Unauthenticated, "account.login_failed")
	}
	want := map[account.State][]int64{account.Active: {o.admin.UserID, used.UserID}, account.Locked: {locked.UserID, lockedWaiting.User, wrong.UserID}, account.Waiting: {waiting.User}, account.Closed: {closed.UserID}}
	for _, state := range account.States {
		list, total, err := o.List(ctx, o.admin, account.Filter{State: state})
		must(t, err)
		var ids []int64
		for _, u := range list {
			if got := u.State(o.clock.Now()); got != state {
				t.Errorf("%s is listed as %s and is %s", u.Login, state, got)
			}
			ids = append(ids, u.ID)
		}
		slices.Sort(ids)
		slices.Sort(want[state])
		if !slices.Equal(ids, want[state]) || total != len(ids) {
			t.Errorf("%s: %v of %d, want %v", state, ids, total, want[state])
		}
	}
	_, _, err = o.List(ctx, o.admin, account.Filter{State: "asleep"})
	wantFault(t, "unknown state", err, fault.Invalid, "account.state_unknown")
	must(t, o.Unlock(ctx, o.admin, wrong.UserID))
	o.login(t, "wrong", userPassword)
}

// The pages of the list in every order hold everybody once.
func TestList_loses_nobody_between_its_pages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, login := range []string{"a1", "b2", "c3", "d4", "e5"} {
		_, _, err := o.Create(t.Context(), o.admin, account.CreateInput{Login: login, Name: "同名", Role: account.District, Unit: jingkou})
		must(t, err)
		o.clock.Advance(time.Second)
	}
	for _, order := range []listing.Order{"", "login", "-login", "name", "-name", "role", "unit", "-unit", "created", "-created", "seen", "-seen"} {
		var all []string
		for after := int64(0); ; {
			page, total, err := o.List(t.Context(), o.admin, account.Filter{Order: order, After: after, Limit: 2})
			must(t, err)
			if total != 6 {
				t.Fatalf("%q: %d users", order, total)
			}
			for _, u := range page {
				all = append(all, u.Login)
			}
			if len(page) < 2 {
				break
			}
			after = page[1].ID
		}
		if s := slices.Clone(all); len(all) != 6 || len(slices.Compact(sortedWords(s))) != 6 {
			t.Errorf("%q: %v", order, all)
		}
	}
	_, _, err := o.List(t.Context(), o.admin, account.Filter{Order: "hash"})
	wantFault(t, "an order that is not offered", err, fault.Invalid, "listing.order_unknown")
	_, _, err = o.List(t.Context(), o.admin, account.Filter{Under: 99})
	wantFault(t, "below nothing", err, fault.Invalid, "account.unit_unknown")
}

func sortedWords(s []string) []string { slices.Sort(s); return s }

func TestClose_is_for_good(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	token, jk := o.user(t, "jk", account.District, jingkou)
	must(t, o.Close(ctx, o.admin, jk.UserID))
	_, err := o.Authenticate(ctx, token)
	wantFault(t, "its session", err, fault.Unauthenticated, "account.session_ended")
	_, _, err = o.Login(ctx, "jk", userPassword, "")
	wantFault(t, "its password", err, fault.Unauthenticated, "account.login_failed")
	for name, verb := range map[string]func() error{
		"unlock": func() error { return o.Unlock(ctx, o.admin, jk.UserID) },
		"set": func() error {
			return o.Set(ctx, o.admin, jk.UserID, account.SetInput{Role: account.District, Unit: jingkou})
		},
		"set password": func() error { _, err := o.SetPassword(ctx, o.admin, jk.UserID); return err },
		"renew code":   func() error { _, err := o.RenewCode(ctx, o.admin, jk.UserID); return err },
		"close":        func() error { return o.Close(ctx, o.admin, jk.UserID) },
	} {
		wantFault(t, name, verb(), fault.Conflict, "account.closed_already")
	}
	_, _, err = o.Create(ctx, o.admin, account.CreateInput{Login: "JK", Name: "n", Role: account.District, Unit: jingkou})
	wantFault(t, "its login", err, fault.Invalid, "account.login_taken")
	_, err = o.ReissueSlips(ctx, o.admin, []int64{jk.UserID})
	wantFault(t, "a slip", err, fault.Conflict, "account.disabled")
}

// Whoever acts, somebody who can manage users is left: also when the last two close each other at the same moment, and
// when the operator of the server does it.
func TestLastManager_cannot_be_taken_away(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	for name, verb := range map[string]func() error{
		"lock":  func() error { return o.Lock(ctx, account.Operator(), o.admin.UserID) },
		"close": func() error { return o.Close(ctx, account.Operator(), o.admin.UserID) },
		"set": func() error {
			return o.Set(ctx, account.Operator(), o.admin.UserID, account.SetInput{Role: account.District, Unit: jingkou})
		},
	} {
		wantFault(t, name, verb(), fault.Conflict, "account.last_manager")
	}
	_, second := o.user(t, "second", account.City, 0)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, pair := range [][2]account.Actor{{o.admin, second}, {second, o.admin}} {
		wg.Go(func() { errs[i] = o.Close(ctx, pair[0], pair[1].UserID) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("closing each other: %v", errs)
	}
	left, total, err := o.List(ctx, account.Operator(), account.Filter{State: account.Active})
	must(t, err)
	if total != 1 || !left[0].Role.Has(account.UserManage) {
		t.Errorf("left are %+v", left)
	}
}

func TestAdd_gives_a_code_and_no_password(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	x, err := o.Add(ctx, o.admin, account.CreateInput{Login: "jk", Name: " 京口甲 ", Role: account.District, Unit: jingkou})
	must(t, err)
	u, err := o.Find(ctx, o.admin, x.User)
	must(t, err)
	if u.Name != "京口甲" || u.Activated || u.MustChange || u.CreatedBy != o.admin.UserID || x.UnitName != "京口区总工会" {
		t.Errorf("%+v %+v", u, x)
	}
	_, _, err = o.Login(ctx, "jk", "", "")
	wantFault(t, "no password", err, fault.Unauthenticated, "account.login_failed")
	token, who, err := o.Activate(ctx, account.ActivateInput{Login: "jk", Code: x.Code, Password: userPassword}, "")
	must(t, err)
	if who.MustChange || who.Scope.Unit != jingkou {
		t.Errorf("activated as %+v", who)
	}
	if u, err = o.Find(ctx, o.admin, x.User); err != nil || u.LastLogin.IsZero() {
		t.Errorf("last login %v: %v", u.LastLogin, err)
	}
	list, err := o.Sessions(ctx, o.admin, x.User)
	if err != nil || len(list) != 1 {
		t.Errorf("%d sessions: %v", len(list), err)
	}
	again, err := o.RenewCode(ctx, o.admin, x.User)
	must(t, err)
	_, err = o.Authenticate(ctx, token)
	wantFault(t, "the session after a new code", err, fault.Unauthenticated, "account.session_ended")
	_, _, err = o.Login(ctx, "jk", userPassword, "")
	wantFault(t, "the password after a new code", err, fault.Unauthenticated, "account.login_failed")
	_, _, err = o.Activate(ctx, account.ActivateInput{Login: "jk", Code: x.Code, Password: userPassword}, "")
	wantFault(t, "the old code", err, fault.Unauthenticated, "account.activation_failed")
	_, _, err = o.Activate(ctx, account.ActivateInput{Login: "jk", Code: again.Code, Password: userPassword}, "")
	must(t, err)
	must(t, o.Lock(ctx, o.admin, x.User))
	_, err = o.RenewCode(ctx, o.admin, x.User)
	wantFault(t, "a code for a locked account", err, fault.Conflict, "account.locked_first")
	_, sys := o.user(t, "sys", account.SysAdmin, 0)
	_, err = o.Add(ctx, sys, account.CreateInput{Login: "c2", Name: "n", Role: account.City})
	wantFault(t, "a role above", err, fault.Forbidden, "account.role_above")
}

// A program with the right to manage users is named in the log beside its user.
func TestChanges_through_a_token_are_told_as_such(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	who := o.token(t, o.admin, account.UserManage)
	must(t, o.Lock(t.Context(), who, jk.UserID))
	list := o.audited(t, "user.lock")
	if len(list) != 1 || list[0].User != o.admin.UserID || !strings.Contains(string(list[0].Detail), `"token":"`) {
		t.Errorf("noted as %+v", list)
	}
}

func TestTable_is_the_role_table(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rows, err := account.Table(o.admin)
	must(t, err)
	for i, role := range account.Roles {
		if rows[i].Role != role || !slices.Equal(rows[i].Rights, role.Rights()) || !slices.Equal(rows[i].Gives, role.Gives()) {
			t.Errorf("%+v", rows[i])
		}
	}
	_, err = account.Table(account.Actor{})
	wantFault(t, "nobody", err, fault.Unauthenticated, "account.session_ended")
	if n := len(account.Offers(o.admin)); n != len(account.Roles) {
		t.Errorf("the city offers %d roles", n)
	}
	_, jk := o.user(t, "jk", account.District, jingkou)
	if n := len(account.Offers(jk)); n != 0 {
		t.Errorf("a district offers %d roles", n)
	}
}

// Several are locked, or none is, and each that stops it is named.
func TestLockMany_locks_all_or_none(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	token, a := o.user(t, "one", account.District, jingkou)
	_, b := o.user(t, "two", account.District, jingkou)
	_, gone := o.user(t, "gone", account.District, jingkou)
	must(t, o.Close(ctx, o.admin, gone.UserID))
	err := o.LockMany(ctx, o.admin, []int64{a.UserID, gone.UserID, o.admin.UserID, b.UserID})
	wantFault(t, "one is closed, one is oneself", err, fault.Invalid, "fault.invalid")
	var named []string
	for _, f := range fault.Fields(err) {
		named = append(named, f.Name+" "+f.Key)
	}
	want := []string{strconv.FormatInt(gone.UserID, 10) + " account.closed_already", strconv.FormatInt(o.admin.UserID, 10) + " account.not_oneself"}
	slices.Sort(named)
	slices.Sort(want)
	if !slices.Equal(named, want) {
		t.Errorf("named are %q, want %q", named, want)
	}
	if _, err := o.Authenticate(ctx, token); err != nil {
		t.Errorf("half of it was done: %v", err)
	}
	wantFault(t, "nobody's", o.LockMany(ctx, o.admin, []int64{a.UserID, 4711}), fault.NotFound, "account.unknown_user")
	wantFault(t, "by a district", o.LockMany(ctx, a, []int64{b.UserID}), fault.Forbidden, "account.right_missing")
	must(t, o.LockMany(ctx, o.admin, []int64{b.UserID, a.UserID, a.UserID}))
	list, _, err := o.List(ctx, o.admin, account.Filter{State: account.Locked})
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d are locked", len(list))
	}
	if _, err := o.Authenticate(ctx, token); err == nil {
		t.Error("a session of a locked user goes on")
	}
}
