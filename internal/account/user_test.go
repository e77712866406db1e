package account_test

import (
	"strings"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

func TestCreate_refuses_what_does_not_fit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, sys := o.user(t, "sys", account.SysAdmin, 0)
	cases := map[string]struct {
		who  account.Actor
		in   account.CreateInput
		kind fault.Kind
		key  string
	}{
		"district without a unit":     {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: account.District}, fault.Invalid, "account.unit_missing"},
		"district on an enterprise":   {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: account.District, Unit: mill}, fault.Invalid, "account.unit_kind"},
		"audit admin on a unit":       {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: account.AuditAdmin, Unit: city}, fault.Invalid, "account.unit_kind"},
		"unknown unit":                {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: account.School, Unit: 99}, fault.Invalid, "account.unit_unknown"},
		"unknown role":                {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: "king"}, fault.Invalid, "account.role_unknown"},
		"the operator's role":         {o.admin, account.CreateInput{Login: "aa", Name: "n", Role: "operator"}, fault.Invalid, "account.role_unknown"},
		"phone as login":              {o.admin, account.CreateInput{Login: "19900000000", Name: "n", Role: account.City}, fault.Invalid, "account.login_personal"},
		"blank in login":              {o.admin, account.CreateInput{Login: "a b", Name: "n", Role: account.City}, fault.Invalid, "account.login_characters"},
		"short login":                 {o.admin, account.CreateInput{Login: "a", Name: "n", Role: account.City}, fault.Invalid, "account.login_length"},
		"no name":                     {o.admin, account.CreateInput{Login: "aa", Role: account.City}, fault.Invalid, "account.name_length"},
		"login taken, other case":     {o.admin, account.CreateInput{Login: "ADMIN", Name: "n", Role: account.City}, fault.Invalid, "account.login_taken"},
		"system admin makes city":     {sys, account.CreateInput{Login: "aa", Name: "n", Role: account.City}, fault.Forbidden, "account.role_above"},
		"system admin makes auditing": {sys, account.CreateInput{Login: "aa", Name: "n", Role: account.AuditAdmin}, fault.Forbidden, "account.role_above"},
	}
	for name, c := range cases {
		_, password, err := o.Create(t.Context(), c.who, c.in)
		wantFault(t, name, err, c.kind, c.key)
		if password != "" {
			t.Errorf("%s: a password was given", name)
		}
	}
	if _, _, err := o.Create(t.Context(), sys, account.CreateInput{Login: "dy", Name: "丹阳", Role: account.District, Unit: danyang}); err != nil {
		t.Errorf("the system administrator cannot make a district user: %v", err)
	}
}

func TestUsers_are_managed_only_with_the_right(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	verbs := map[string]func(who account.Actor, user int64) error{
		"create": func(who account.Actor, _ int64) error {
			_, _, err := o.Create(ctx, who, account.CreateInput{Login: "x1", Name: "n", Role: account.EnterpriseHR, Unit: mill})
			return err
		},
		"list":         func(who account.Actor, _ int64) error { _, _, err := o.List(ctx, who, account.Filter{}); return err },
		"find":         func(who account.Actor, user int64) error { _, err := o.Find(ctx, who, user); return err },
		"find login":   func(who account.Actor, _ int64) error { _, err := o.FindLogin(ctx, who, "jk"); return err },
		"lock":         func(who account.Actor, user int64) error { return o.Lock(ctx, who, user) },
		"unlock":       func(who account.Actor, user int64) error { return o.Unlock(ctx, who, user) },
		"close":        func(who account.Actor, user int64) error { return o.Close(ctx, who, user) },
		"end sessions": func(who account.Actor, user int64) error { return o.EndSessions(ctx, who, user) },
		"sessions":     func(who account.Actor, user int64) error { _, err := o.Sessions(ctx, who, user); return err },
		"renew code":   func(who account.Actor, user int64) error { _, err := o.RenewCode(ctx, who, user); return err },
		"add": func(who account.Actor, _ int64) error {
			_, err := o.Add(ctx, who, account.CreateInput{Login: "x2", Name: "n", Role: account.EnterpriseHR, Unit: mill})
			return err
		},
		"set password": func(who account.Actor, user int64) error { _, err := o.SetPassword(ctx, who, user); return err },
		"set role": func(who account.Actor, user int64) error {
			return o.Set(ctx, who, user, account.SetInput{Role: account.School, Unit: college})
		},
	}
	for name, verb := range verbs {
		wantFault(t, name+" by a district", verb(jk, o.admin.UserID), fault.Forbidden, "account.right_missing")
		wantFault(t, name+" by nobody", verb(account.Actor{}, jk.UserID), fault.Unauthenticated, "account.session_ended")
	}
	for _, name := range []string{"lock", "unlock", "close", "end sessions", "renew code", "set password", "set role"} {
		wantFault(t, name+" oneself", verbs[name](o.admin, o.admin.UserID), fault.Conflict, "account.not_oneself")
		wantFault(t, name+" nobody", verbs[name](o.admin, 99), fault.NotFound, "account.unknown_user")
	}
	_, sys := o.user(t, "sys", account.SysAdmin, 0)
	for _, name := range []string{"lock", "unlock", "close", "end sessions", "renew code", "set password", "set role"} {
		wantFault(t, name+" a city user by the system administrator", verbs[name](sys, o.admin.UserID), fault.Forbidden, "account.role_above")
	}
	_, err := o.FindLogin(ctx, o.admin, "no-such")
	wantFault(t, "find login of nobody", err, fault.NotFound, "account.unknown_user")
}

func TestSetPassword_gives_one_use_and_takes_the_lock_away(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, jk := o.user(t, "jk", account.District, jingkou)
	for range 5 {
		_, _, err := o.Login(ctx, "jk", "Wrong-password-1", "")
		wantFault(t, "wrong", err, fault.Unauthenticated, "account.login_failed")
	}
	initial, err := o.SetPassword(ctx, o.admin, jk.UserID)
	must(t, err)
	_, who := o.login(t, "jk", initial)
	if !who.MustChange {
		t.Error("an initial password need not be changed")
	}
	wantFault(t, "work with an initial password", who.Must(account.FigureRead), fault.Forbidden, "account.change_first")
	wantFault(t, "keep it", o.ChangePassword(ctx, who, initial, initial), fault.Invalid, "account.password_same")
	must(t, o.ChangePassword(ctx, who, initial, userPassword))
	_, who = o.login(t, "jk", userPassword)
	if who.MustChange {
		t.Error("a changed password must be changed again")
	}
}

func TestChangePassword_holds_the_rules(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	cases := map[string]struct{ old, password, key string }{
		"too short":            {adminPassword, "Ab1-xyz", "account.password_short"},
		"too few classes":      {adminPassword, "abcdefgh12", "account.password_classes"},
		"too long":             {adminPassword, strings.Repeat("Ab1-", 33), "account.password_long"},
		"contains the login":   {adminPassword, "My-Admin-2023", "account.password_login"},
		"wrong old password":   {"Wrong-password-1", "Quite-good-1", "account.password_wrong"},
		"Chinese is no excuse": {adminPassword, "镇江工会", "account.password_short"},
	}
	for name, c := range cases {
		wantFault(t, name, o.ChangePassword(ctx, o.admin, c.old, c.password), fault.Invalid, c.key)
	}
	for range 4 {
		wantFault(t, "guessing", o.ChangePassword(ctx, o.admin, "Wrong-password-1", "Quite-good-1"), fault.Invalid, "account.password_wrong")
	}
	for _, e := range o.audited(t, "password.failed") {
		if e.User != o.admin.UserID {
			t.Errorf("a wrong old password is noted under user %d", e.User)
		}
	}
	wantFault(t, "right but locked", o.ChangePassword(ctx, o.admin, adminPassword, "Quite-good-1"), fault.Invalid, "account.password_wrong")
}

func TestList_finds_parts_of_logins_and_names(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, u := range []account.CreateInput{
		{Login: "jk_1", Name: "京口甲", Role: account.District, Unit: jingkou},
		{Login: "jk.2", Name: "京口乙", Role: account.District, Unit: jingkou},
		{Login: "Mill", Name: "面粉厂经办", Role: account.EnterpriseHR, Unit: mill},
	} {
		_, _, err := o.Create(t.Context(), o.admin, u)
		must(t, err)
	}
	cases := map[string]struct {
		f     account.Filter
		want  string
		total int
	}{
		"all":                       {account.Filter{}, "admin jk.2 jk_1 Mill", 4},
		"part of a login":           {account.Filter{Text: "JK"}, "jk.2 jk_1", 2},
		"part of a name":            {account.Filter{Text: "面粉"}, "Mill", 1},
		"a wildcard is a character": {account.Filter{Text: "k_"}, "jk_1", 1},
		"per cent":                  {account.Filter{Text: "%"}, "", 0},
		"a role":                    {account.Filter{Role: account.City}, "admin", 1},
		"a page":                    {account.Filter{Limit: 2, After: o.admin.UserID}, "jk.2 jk_1", 4},
		"below a district":          {account.Filter{Under: jingkou}, "jk.2 jk_1 Mill", 3},
		"below an enterprise":       {account.Filter{Under: mill}, "Mill", 1},
		"below the city":            {account.Filter{Under: city}, "jk.2 jk_1 Mill", 3},
		"by name, descending":       {account.Filter{Order: "-name"}, "Mill jk_1 jk.2 admin", 4},
		"by last login":             {account.Filter{Order: "seen"}, "jk_1 jk.2 Mill admin", 4},
		"by unit":                   {account.Filter{Order: "unit"}, "admin jk_1 jk.2 Mill", 4},
	}
	for name, c := range cases {
		users, total, err := o.List(t.Context(), o.admin, c.f)
		must(t, err)
		var logins []string
		for _, u := range users {
			logins = append(logins, u.Login)
		}
		if got := strings.Join(logins, " "); got != c.want || total != c.total {
			t.Errorf("%s: %q of %d, want %q of %d", name, got, total, c.want, c.total)
		}
	}
}

func TestChanges_are_noted_without_names(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	u, _, err := o.Create(ctx, o.admin, account.CreateInput{Login: "secret-login", Name: "王小二", Role: account.District, Unit: jingkou})
	must(t, err)
	must(t, o.Set(ctx, o.admin, u.ID, account.SetInput{Role: account.EnterpriseHR, Unit: mill}))
	must(t, o.Lock(ctx, o.admin, u.ID))
	must(t, o.Unlock(ctx, o.admin, u.ID))
	_, err = o.SetPassword(ctx, o.admin, u.ID)
	must(t, err)
	want := map[string]string{
		"user.create": `{"role":"district","unit":"2"}`, "user.set": `{"role":"enterprise_hr","unit":"7","was_role":"district","was_unit":"2"}`,
		"user.lock": `{"role":"enterprise_hr","unit":"7"}`, "user.unlock": `{"role":"enterprise_hr","unit":"7"}`,
		"user.set_password": `{"role":"enterprise_hr","unit":"7"}`,
	}
	for action, detail := range want {
		list := o.audited(t, action)
		if len(list) != 1 || string(list[0].Detail) != detail || list[0].User != o.admin.UserID {
			t.Errorf("%s noted as %+v", action, list)
		}
	}
}

func TestStored_secrets_are_hashes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token, _ := o.login(t, "admin", adminPassword)
	must(t, o.db.ReadTx(t.Context(), func(tx *db.Tx) error {
		var hash string
		if err := tx.QueryRow(t.Context(), `SELECT hash FROM account_user WHERE user_id = $1`, []any{o.admin.UserID}, &hash); err != nil {
			return err
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, adminPassword) {
			t.Errorf("stored hash %s", hash)
		}
		return tx.Query(t.Context(), `SELECT token_hash FROM account_session`, nil, func(r db.Scanner) error {
			var key []byte
			err := r.Scan(&key)
			if string(key) == token || len(key) != 32 {
				t.Errorf("stored token of %d bytes", len(key))
			}
			return err
		})
	}))
}

func TestRoles_can_be_given_and_bound(t *testing.T) {
	t.Parallel()
	for _, role := range account.Roles {
		kinds, whole := role.Kinds()
		if len(kinds) == 0 && !whole {
			t.Errorf("%s can be bound to nothing", role)
		}
		for _, given := range role.Gives() {
			if !role.Has(account.UserManage) || !given.Known() {
				t.Errorf("%s may give %s", role, given)
			}
		}
		if role.Has(account.AuditRead) && len(role.Rights()) != 1 {
			t.Errorf("%s reads the audit log and does other things: %v", role, role.Rights())
		}
	}
}
