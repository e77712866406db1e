package account_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

const (
	adminPassword = "Tuoxing-2023"
	userPassword  = "Jingkou*4711"
)

// office is a database with a small tree and its first administrator.
type office struct {
	*account.Service
	db    *db.DB
	org   *org.Service
	clock *testkit.Clock
	admin account.Actor
}

// The units of the office's tree.
const (
	city, jingkou, danyang, textile, bureau, college, mill, lens org.UnitID = 1, 2, 3, 4, 5, 6, 7, 8
)

func newOffice(t *testing.T) *office {
	t.Helper()
	clock := testkit.NewClock()
	d := testkit.NewDBAt(t, clock)
	o := &office{db: d, org: &org.Service{}, clock: clock}
	o.Service = account.New(d, o.org)
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := o.CreateFirst(t.Context(), tx, "admin", adminPassword)
		return err
	}))
	obs := []org.Observation{
		{Unit: city, Kind: org.City, Name: "市总工会"},
		{Unit: jingkou, Kind: org.District, Name: "京口区总工会", District: 321102},
		{Unit: danyang, Kind: org.District, Name: "丹阳市总工会", District: 321181},
		{Unit: textile, Kind: org.IndustryUnion, Name: "纺织产业工会"},
		{Unit: bureau, Kind: org.Member, Name: "人社局"},
		{Unit: college, Kind: org.School, Name: "技师学院"},
		{Unit: mill, Kind: org.Enterprise, Name: "面粉厂", Parent: jingkou},
		{Unit: lens, Kind: org.Enterprise, Name: "镜片厂", Parent: danyang},
	}
	for i := range obs {
		obs[i].AsOf = date.MustParse("2022-01-01")
	}
	o.observe(t, obs...)
	_, o.admin = o.login(t, "admin", adminPassword)
	return o
}

func (o *office) observe(t *testing.T, obs ...org.Observation) {
	t.Helper()
	must(t, o.db.WriteTx(t.Context(), func(tx *db.Tx) error {
		_, err := o.org.Observe(t.Context(), tx, obs)
		return err
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) login(t *testing.T, login, password string) (string, account.Actor) {
	t.Helper()
	token, who, err := o.Login(t.Context(), login, password, "192.0.2.1")
	must(t, err)
	return token, who
}

// user makes a user who has changed the initial password, logged in.
func (o *office) user(t *testing.T, login string, role account.Role, unit org.UnitID) (string, account.Actor) {
	t.Helper()
	u, initial, err := o.Create(t.Context(), o.admin, account.CreateInput{Login: login, Name: "经办人", Role: role, Unit: unit})
	must(t, err)
	_, who := o.login(t, login, initial)
	if !who.MustChange || who.UserID != u.ID {
		t.Fatalf("a new user logs in as %+v", who)
	}
	must(t, o.ChangePassword(t.Context(), who, initial, userPassword))
	return o.login(t, login, userPassword)
}

func wantFault(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || f.Key != key && !slices.ContainsFunc(f.Fields, func(p fault.Field) bool { return p.Key == key }) {
		t.Errorf("%s: %v, want %s %s", what, err, kind, key)
	}
}

func (o *office) audited(t *testing.T, action string) (list []audit.Entry) {
	t.Helper()
	must(t, o.db.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
		list, _, err = audit.List(t.Context(), tx, audit.Filter{Action: action})
		return err
	}))
	return list
}

func TestMust_follows_the_role_table_for_every_role_and_right(t *testing.T) {
	t.Parallel()
	// Written down a second time on purpose: a change of the table must be meant.
	want := map[account.Role]string{
		account.City:            "figure.read worker.read worker.reveal worker.export worker.erase worker.merge certificate.revoke conflict.decide request.write request.decide import.read import.write import.undo org.read user.manage block.read filing.read filing.call",
		account.District:        "figure.read worker.read worker.reveal worker.export worker.merge certificate.revoke conflict.decide request.write request.decide import.read import.write import.undo org.read block.read filing.read filing.call filing.send worker.invite",
		account.Industry:        "figure.read worker.read worker.reveal worker.export worker.merge conflict.decide request.write request.decide import.read import.write import.undo org.read block.read filing.read filing.call filing.send",
		account.EnterpriseUnion: "figure.read worker.read worker.reveal worker.export request.write import.read import.write import.undo org.read filing.read filing.send worker.invite",
		account.EnterpriseHR:    "figure.read worker.read worker.reveal worker.export request.write import.read import.write import.undo org.read filing.read filing.send",
		account.Member:          "figure.read import.read import.write import.undo org.read filing.read filing.send",
		account.School:          "figure.read worker.read import.read import.write import.undo org.read filing.read filing.send",
		account.Auditor:         "figure.read worker.read import.read org.read block.read filing.read",
		account.SysAdmin:        "user.manage",
		account.SecAdmin:        "audit.read",
		account.AuditAdmin:      "audit.read",
		account.Worker:          "own.file",
		"nobody":                "",
	}
	if len(want) != len(account.Roles)+2 {
		t.Fatalf("%d roles tested, %d there", len(want), len(account.Roles)+1)
	}
	for role, list := range want {
		rights := strings.Fields(list)
		for _, right := range account.Rights {
			err := account.Actor{UserID: 5, Role: role}.Must(right)
			if slices.Contains(rights, string(right)) {
				if err != nil {
					t.Errorf("%s may not %s: %v", role, right, err)
				}
			} else {
				wantFault(t, string(role)+" "+string(right), err, fault.Forbidden, "account.right_missing")
			}
			wantFault(t, "initial password", account.Actor{Role: role, MustChange: true}.Must(right), fault.Forbidden, "account.change_first")
		}
	}
	for _, right := range account.Rights {
		wantFault(t, "nobody at all", account.Actor{}.Must(right), fault.Unauthenticated, "account.session_ended")
		if err := account.Operator().Must(right); err != nil {
			t.Errorf("the operator may not %s", right)
		}
	}
}

func TestCreateFirst_works_once(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	s := account.New(d, &org.Service{})
	create := func(login, password string) error {
		return d.WriteTx(t.Context(), func(tx *db.Tx) error {
			_, err := s.CreateFirst(t.Context(), tx, login, password)
			return err
		})
	}
	wantFault(t, "weak password", create("admin", "short"), fault.Invalid, "account.password_short")
	must(t, create("Admin", adminPassword))
	wantFault(t, "second first user", create("admin2", adminPassword), fault.Conflict, "account.not_first")
	_, who, err := s.Login(t.Context(), "ａｄｍｉｎ", adminPassword, "")
	must(t, err)
	if !who.Scope.All || who.Role != account.City || who.MustChange {
		t.Errorf("the first user is %+v", who)
	}
}

func TestLogin_locks_after_five_wrong_passwords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	wrong := func() {
		_, _, err := o.Login(t.Context(), "admin", "Wrong-password-1", "")
		wantFault(t, "wrong password", err, fault.Unauthenticated, "account.login_failed")
	}
	for range 4 {
		wrong()
	}
	o.login(t, "admin", adminPassword) // counts from zero again
	for range 5 {
		wrong()
	}
	_, _, err := o.Login(t.Context(), "admin", adminPassword, "")
	wantFault(t, "right password while locked", err, fault.Unauthenticated, "account.login_failed")
	u, err := o.Find(t.Context(), account.Operator(), o.admin.UserID)
	must(t, err)
	if got := u.LockedUntil.Sub(o.clock.Now()); got != 15*time.Minute {
		t.Errorf("locked for %v", got)
	}
	o.clock.Advance(15*time.Minute - time.Second)
	_, _, err = o.Login(t.Context(), "admin", adminPassword, "")
	wantFault(t, "a second before the end", err, fault.Unauthenticated, "account.login_failed")
	o.clock.Advance(time.Second)
	o.login(t, "admin", adminPassword)
	if n := len(o.audited(t, "login.failed")); n != 11 {
		t.Errorf("%d failed logins noted, want 11", n)
	}
	if n := len(o.audited(t, "login.locked")); n != 1 {
		t.Errorf("%d locks noted, want 1", n)
	}
}

func TestLogin_says_the_same_of_an_unknown_user_and_notes_no_login(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, _, unknown := o.Login(t.Context(), "nobody-here", "Wrong-password-1", "192.0.2.7")
	_, _, wrong := o.Login(t.Context(), "admin", "Wrong-password-1", "192.0.2.7")
	if diff := cmp.Diff(wrong.Error(), unknown.Error()); diff != "" {
		t.Errorf("the two faults differ: %s", diff)
	}
	for _, e := range o.audited(t, "login.failed") {
		text, err := json.Marshal(e)
		must(t, err)
		if strings.Contains(string(text), "nobody-here") || strings.Contains(string(text), "admin") || !strings.Contains(string(text), "192.0.2.7") {
			t.Errorf("noted: %s", text)
		}
	}
}

func TestAuthenticate_ends_an_idle_session_and_an_old_one(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	authenticate := func(token string) error {
		_, err := o.Authenticate(t.Context(), token)
		return err
	}
	token, _ := o.login(t, "admin", adminPassword)
	o.clock.Advance(29 * time.Minute)
	must(t, authenticate(token))
	o.clock.Advance(29 * time.Minute)
	must(t, authenticate(token))
	o.clock.Advance(30 * time.Minute)
	wantFault(t, "idle for half an hour", authenticate(token), fault.Unauthenticated, "account.session_ended")

	token, _ = o.login(t, "admin", adminPassword)
	for range 12*3 - 1 {
		o.clock.Advance(20 * time.Minute)
		must(t, authenticate(token))
	}
	o.clock.Advance(20 * time.Minute)
	wantFault(t, "busy for twelve hours", authenticate(token), fault.Unauthenticated, "account.session_ended")
	for _, bad := range []string{"", "x", token + "x"} {
		wantFault(t, "a token that nobody has", authenticate(bad), fault.Unauthenticated, "account.session_ended")
	}

	token, _ = o.login(t, "admin", adminPassword)
	must(t, o.Logout(t.Context(), token))
	must(t, o.Logout(t.Context(), token))
	wantFault(t, "logged out", authenticate(token), fault.Unauthenticated, "account.session_ended")
	if n := len(o.audited(t, "logout")); n != 1 {
		t.Errorf("%d logouts noted, want 1", n)
	}
}

func TestSessions_end_when_the_account_changes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	changes := map[string]func(user int64, who account.Actor) error{
		"disabled": func(user int64, _ account.Actor) error { return o.Lock(ctx, o.admin, user) },
		"role changed": func(user int64, _ account.Actor) error {
			return o.Set(ctx, o.admin, user, account.SetInput{Role: account.District, Unit: danyang})
		},
		"password changed": func(_ int64, who account.Actor) error {
			return o.ChangePassword(ctx, who, userPassword, "Another-4711")
		},
		"password set": func(user int64, _ account.Actor) error { _, err := o.SetPassword(ctx, o.admin, user); return err },
	}
	for name, change := range changes {
		token, who := o.user(t, strings.ReplaceAll(name, " ", "."), account.District, jingkou)
		other, _ := o.login(t, strings.ReplaceAll(name, " ", "."), userPassword)
		must(t, change(who.UserID, who))
		for _, tok := range []string{token, other} {
			_, err := o.Authenticate(ctx, tok)
			wantFault(t, name, err, fault.Unauthenticated, "account.session_ended")
		}
	}
	_, _, err := o.Login(ctx, "disabled", userPassword, "")
	wantFault(t, "login to a disabled account", err, fault.Forbidden, "account.disabled")
	u, err := o.FindLogin(ctx, o.admin, "disabled")
	must(t, err)
	must(t, o.Unlock(ctx, o.admin, u.ID))
	o.login(t, "disabled", userPassword)
}

func TestScope_is_found_anew_at_each_request(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token, _ := o.user(t, "jk", account.District, jingkou)
	sees := func() map[org.UnitID]bool {
		who, err := o.Authenticate(t.Context(), token)
		must(t, err)
		out := map[org.UnitID]bool{}
		must(t, o.db.ReadTx(t.Context(), func(tx *db.Tx) error {
			tree, err := o.org.Tree(t.Context(), tx)
			for id := city; id <= lens; id++ {
				if lo, _ := tree.Range(id); who.Scope.Has(lo) {
					out[id] = true
				}
			}
			return err
		}))
		return out
	}
	if diff := cmp.Diff(map[org.UnitID]bool{jingkou: true, mill: true}, sees()); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	today := date.On(o.clock.Now())
	o.observe(t, org.Observation{Unit: lens, Kind: org.Enterprise, Name: "镜片厂", Parent: jingkou, AsOf: today, Import: 9},
		org.Observation{Unit: mill, Kind: org.Enterprise, Name: "面粉厂", Parent: danyang, AsOf: today, Import: 9})
	if diff := cmp.Diff(map[org.UnitID]bool{jingkou: true, lens: true}, sees()); diff != "" {
		t.Errorf("after the move (-want +got):\n%s", diff)
	}
	o.observe(t, org.Observation{Unit: jingkou, Kind: org.Member, Name: "京口区某局", AsOf: today, Import: 10})
	if got := sees(); len(got) != 0 {
		t.Errorf("a district role bound to what is no district any more sees %v", got)
	}
}

func TestScope_of_each_role(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cases := []struct {
		name string
		role account.Role
		unit org.UnitID
		all  bool
		none bool
	}{
		{"city without a unit sees all", account.City, 0, true, false},
		{"city bound to the root sees all", account.City, city, true, false},
		{"auditor of a district sees its subtree", account.Auditor, danyang, false, false},
		{"an enterprise sees itself", account.EnterpriseHR, mill, false, false},
		{"system administrator sees no data", account.SysAdmin, 0, false, true},
		{"audit administrator sees no data", account.AuditAdmin, 0, false, true},
	}
	for i, c := range cases {
		_, who := o.user(t, "user-"+string(rune('a'+i)), c.role, c.unit)
		if who.Scope.All != c.all || c.none != (who.Scope == account.Scope{}) {
			t.Errorf("%s: %+v", c.name, who.Scope)
		}
		if !c.all && !c.none && (who.Scope.Unit != c.unit || who.Scope.Hi < who.Scope.Lo) {
			t.Errorf("%s: %+v", c.name, who.Scope)
		}
	}
	for _, lo := range []int64{-2, -1, 0, 1, 1 << 40} {
		if (account.Scope{}).Has(lo) {
			t.Errorf("the zero scope has %d", lo)
		}
	}
}
