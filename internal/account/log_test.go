package account_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

func (o *office) log(t *testing.T, who account.Actor, f account.LogFilter) account.Log {
	t.Helper()
	log, err := o.ReadLog(t.Context(), who, f)
	must(t, err)
	return log
}

func TestReadLog_finds_by_each_filter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t)
	_, reader := o.user(t, "auditor1", account.AuditAdmin, 0)
	_, jk := o.user(t, "jk", account.District, jingkou)
	o.clock.Advance(48 * time.Hour)
	must(t, o.Lock(ctx, o.admin, jk.UserID))
	_, _, err := o.Login(ctx, "nobody-there", "Wrong-password-1", "")
	wantFault(t, "wrong login", err, fault.Unauthenticated, "account.login_failed")
	must(t, audit.Read(ctx, o.db, jk.UserID, "worker.open", "4711", nil)) // a bare id, of the kind that the act is about
	today := date.On(o.clock.Now())
	id := userID(jk)
	for name, c := range map[string]struct {
		f    account.LogFilter
		want string // actions, newest first
	}{
		"who by login":            {account.LogFilter{Who: "JK"}, "worker.open login password.change login"},
		"who by id":               {account.LogFilter{Who: id, From: today}, "worker.open"},
		"nobody":                  {account.LogFilter{Who: account.NobodyWord, Act: "login.failed"}, "login.failed"},
		"an act":                  {account.LogFilter{Act: "user.lock"}, "user.lock"},
		"an act nobody did":       {account.LogFilter{Act: "user.close"}, ""},
		"about a user":            {account.LogFilter{Kind: "user", ID: id, From: today}, "user.lock"},
		"about a bare id":         {account.LogFilter{Kind: "worker", ID: "4711"}, "worker.open"},
		"about an id of any kind": {account.LogFilter{ID: "4711"}, "worker.open"},
		"a kind":                  {account.LogFilter{Kind: "worker"}, "worker.open"},
		"refused":                 {account.LogFilter{Outcome: "refused"}, "login.failed"},
		"refused of another kind": {account.LogFilter{Outcome: "refused", Kind: "worker"}, ""},
		"done of a kind, today":   {account.LogFilter{Outcome: "done", Kind: "user", From: today}, "user.lock"},
		"days before":             {account.LogFilter{Act: "user.lock", To: today - 1}, ""},
	} {
		var got []string
		log := o.log(t, reader, c.f)
		for _, x := range log.Lines {
			got = append(got, x.Action)
		}
		if strings.Join(got, " ") != c.want || log.Total != len(got) {
			t.Errorf("%s: %v of %d, want %s", name, got, log.Total, c.want)
		}
	}
	line := o.log(t, reader, account.LogFilter{Act: "user.lock"}).Lines[0]
	if line.Login != "admin" || line.About != "jk" || line.Kind != "user" || line.ID != id {
		t.Errorf("%+v", line)
	}
	for name, c := range map[string]struct {
		f   account.LogFilter
		key string
	}{
		"a login that is not there": {account.LogFilter{Who: "stranger"}, "audit.who_unknown"},
		"a kind that is not there":  {account.LogFilter{Kind: "spirit"}, "listing.value_unknown"},
		"an act that is not there":  {account.LogFilter{Act: "user.crown"}, "audit.act_unknown"},
		"an outcome":                {account.LogFilter{Outcome: "maybe"}, "audit.outcome_unknown"},
		"days turned round":         {account.LogFilter{From: today, To: today - 1}, "audit.days_turned"},
		"a page behind nothing":     {account.LogFilter{After: 99}, "listing.after_gone"},
	} {
		_, err := o.ReadLog(ctx, reader, c.f)
		wantFault(t, name, err, fault.Invalid, c.key)
	}
	for name, who := range map[string]account.Actor{"the city": o.admin, "a program with another right": o.token(t, o.admin, account.FigureRead)} {
		_, err := o.ReadLog(ctx, who, account.LogFilter{})
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
		_, err = o.CheckLog(ctx, who, true)
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
		_, err = o.LogState(ctx, who)
		wantFault(t, name, err, fault.Forbidden, "account.right_missing")
	}
}

func userID(who account.Actor) string { return strconv.FormatInt(who.UserID, 10) }

// A search is noted once for its first page, by what and never with the words that were typed: they may be a number of a
// person.
func TestReadLog_is_noted_without_what_was_typed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, reader := o.user(t, "auditor1", account.AuditAdmin, 0)
	const typed = "329901198503120026"
	_, err := o.ReadLog(t.Context(), reader, account.LogFilter{ID: typed, Act: typed})
	wantFault(t, "an act that is not there", err, fault.Invalid, "audit.act_unknown")
	first := o.log(t, reader, account.LogFilter{Who: "admin", Limit: 1})
	o.log(t, reader, account.LogFilter{Who: "admin", Limit: 1, After: first.Lines[0].Entry.ID})
	notes := o.audited(t, "audit.list")
	if len(notes) != 2 {
		t.Fatalf("%d searches noted", len(notes))
	}
	for _, e := range notes {
		if strings.Contains(string(e.Detail), typed) {
			t.Errorf("noted as %s", e.Detail)
		}
	}
}
