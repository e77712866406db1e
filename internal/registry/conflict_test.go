package registry

import (
	"context"
	"strings"
	"testing"
	"time"

	shipped "tuoxing/figures"
	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
)

const why = "经核实"

// disputed is the small city with the shipped table of kinds; every count of posts and people is a figure.
func disputed(t *testing.T) *town {
	c := newTown(t)
	data, err := shipped.FS.ReadFile("conflicts.yaml")
	must(t, err)
	c.svc.Conflicts, err = ReadConflicts(data)
	must(t, err)
	c.write(func(ctx context.Context, tx *db.Tx) error { // the people of the small city have no keys
		_, err := tx.Exec(ctx, `UPDATE registry_worker SET wrapped_key = $1`, []byte{})
		return err
	})
	c.svc.Figures = func(with, without []ledger.Fact) []FigureChange {
		sum := func(list []ledger.Fact, f *ledger.Fact) (n int64) {
			for i := range list {
				same := list[i]
				if same.Subject, same.Import, same.Line, same.Cause, same.Quantity = f.Subject, f.Import, f.Line, f.Cause, f.Quantity; same == *f {
					n += list[i].Quantity
				}
			}
			return n
		}
		var out []FigureChange
		for _, f := range append(append([]ledger.Fact(nil), with...), without...) {
			if by := sum(with, &f) - sum(without, &f); by != 0 {
				out = append(out, FigureChange{District: f.District, From: f.OccurredOn, By: by})
			}
		}
		return out
	}
	return c
}

// listed is the list of conflicts of person one.
func (c *town) listed() []ConflictLine {
	c.t.Helper()
	list, total, err := c.svc.ListConflicts(c.t.Context(), account.Operator(), ConflictFilter{})
	must(c.t, err)
	if total != len(list) {
		c.t.Fatalf("%d of %d conflicts", len(list), total)
	}
	return list
}

// only opens the one conflict that there is.
func (c *town) only(kind ConflictKind) *ConflictFile {
	c.t.Helper()
	list := c.listed()
	if len(list) != 1 || list[0].Kind != kind {
		c.t.Fatalf("conflicts %+v, want one of %s", list, kind)
	}
	f, err := c.svc.FindConflict(c.t.Context(), account.Operator(), one, kind, list[0].About)
	must(c.t, err)
	if list[0].Task != f.Task || list[0].Decided != (f.Ruling != nil) {
		c.t.Errorf("the list says %+v, the conflict %+v", list[0], f)
	}
	return f
}

func (c *town) rule(kind ConflictKind, keep int64) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	must(c.t, c.svc.DecideConflict(c.t.Context(), account.Operator(), DecideConflictInput{Worker: one, Kind: kind, Keep: keep, Why: why}))
	must(c.t, c.verifyTimelines())
}

func (c *town) reopen(f *ConflictFile) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	must(c.t, c.svc.ReopenConflict(c.t.Context(), account.Operator(), one, f.Kind, f.About, why))
	must(c.t, c.verifyTimelines())
}

func (c *town) employer(on string) int64 {
	c.t.Helper()
	f, ok := c.is(on, 0)
	if !ok {
		c.t.Fatalf("nobody is there on %s", on)
	}
	return f.Employer
}

func TestTwo_main_employers_are_a_task_that_a_person_decides_and_takes_back(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	c.roster(2, rosterSays(unitOptics, "2023-03-31", since("2019-07-01")))
	c.roster(3, rosterSays(unitBuilders, "2023-03-31", since("2022-03-01")))
	f := c.only(TwoMain)
	if !f.Task || len(f.Choices) != 2 || f.Choices[0].Employer != unitBuilders || len(f.Choices[1].Changes) == 0 {
		t.Fatalf("%+v", f)
	}
	c.rule(TwoMain, f.Choices[1].Row)
	if got := c.employer("2023-04-10"); got != int64(unitOptics) {
		t.Errorf("main employer %d after the decision", got)
	}
	if f = c.only(TwoMain); f.Ruling == nil || f.Ruling.Reason != why || f.Choices[0].Employer != unitOptics {
		t.Errorf("decided: %+v", f)
	}
	err := c.svc.DecideConflict(t.Context(), account.Operator(), DecideConflictInput{Worker: one, Kind: TwoMain, Keep: f.Choices[0].Row, Why: why})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the same decision again: %v", err)
	}
	c.roster(4, rosterSays(unitHotel, "2023-05-31", since("2023-05-01"))) // nobody has decided about that
	for _, l := range c.listed() {
		if l.Decided != (l.About == int64(unitBuilders)) {
			t.Errorf("%+v", l)
		}
	}
	c.undo(4)
	c.reopen(c.only(TwoMain))
	if got := c.employer("2023-04-10"); got != int64(unitBuilders) {
		t.Errorf("main employer %d after the decision was taken back", got)
	}
	if !fault.Is(c.svc.ReopenConflict(t.Context(), account.Operator(), one, TwoMain, f.About, why), fault.Conflict) {
		t.Error("what nobody decided is taken back")
	}
	c.undo(3)
	if list := c.listed(); len(list) != 0 {
		t.Errorf("conflicts after the undo: %+v", list)
	}
	c.roster(5, rosterSays(unitBuilders, "2023-03-31", func(r *EmploymentRow) { r.Main = true })) // it says which is the main one
	if list := c.listed(); len(list) != 0 {
		t.Errorf("conflicts though one is declared the main one: %+v", list)
	}
}

func TestA_certificate_with_two_days_is_decided_until_the_row_that_holds_is_taken_back(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	paper := func(issued string, from SourceKind) CertificateRow {
		return CertificateRow{Key: "a", AsOf: day("2023-01-31"), Rank: 4, IssuedOn: day(issued), District: 321181, Sender: from}
	}
	c.certificate(2, paper("2021-04-10", FromMember))
	c.certificate(3, paper("2021-06-10", FromDistrict))
	there := func(on string) bool { _, ok := c.is(on, 0); return ok }
	f := c.only(CertificateDiffers)
	if !there("2021-05-01") || !f.Task || f.Choices[0].From != FromMember {
		t.Fatalf("the issuing side does not count first: %+v", f)
	}
	c.rule(CertificateDiffers, f.Choices[1].Row)
	if there("2021-05-01") || !there("2021-06-10") {
		t.Error("the decision does not count")
	}
	c.certificate(4, paper("2021-04-10", FromMember)) // said again, and still set aside
	if there("2021-05-01") {
		t.Error("what was set aside counts when it is said again")
	}
	c.undo(3)
	if !there("2021-05-01") || len(c.listed()) != 0 {
		t.Errorf("the decision outlives the row that holds: %+v", c.listed())
	}
	must(t, c.verifyTimelines())
}

func TestAn_overruled_post_counts_when_a_person_decides_so(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	says := func(asOf string, post Post, from SourceKind) EmploymentRow {
		return rosterSays(unitOptics, asOf, func(r *EmploymentRow) { r.Post, r.Sender = post, from })
	}
	c.roster(2, says("2023-01-31", Production, FromEnterprise))
	c.roster(3, says("2023-03-31", Management, FromDistrict))
	c.roster(4, says("2023-04-30", Production, FromEnterprise))
	f := c.only(JobDiffers)
	if !f.Task || f.Choices[0].Post != Production || f.Choices[1].Post != Management {
		t.Fatalf("%+v", f)
	}
	c.rule(JobDiffers, f.Choices[1].Row)
	for _, on := range []string{"2023-02-01", "2023-05-01"} {
		if b, _ := c.is(on, 0); b.Class != 0 {
			t.Errorf("class %d on %s after the decision", b.Class, on)
		}
	}
	c.roster(5, says("2023-06-30", Technical, FromEnterprise)) // news: it was not known to the decision
	if b, _ := c.is("2023-07-01", 0); b.Class != 1 {
		t.Errorf("class %d after news of the employer", b.Class)
	}
	c.undo(5)
	c.reopen(c.only(JobDiffers))
	if b, _ := c.is("2023-05-01", 0); b.Class != 1 {
		t.Errorf("class %d after the decision was taken back", b.Class)
	}
}

func TestSex_against_the_number_is_decided(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	c.roster(2, rosterSays(unitOptics, "2023-03-31", nil))
	c.clock.Advance(time.Hour)
	c.write(func(ctx context.Context, tx *db.Tx) error {
		c.svc.touch(tx, 7, one)
		_, err := tx.Exec(ctx, `INSERT INTO registry_claim (worker_id, id, field, value, as_of, import_id, line, sender, recorded_at) VALUES ($1, $2, 'sex', '1', $3, 9, 4, 2, $4)`, int64(one), tx.NewID(), day("2023-03-31"), db.At(tx.Now()))
		return err
	})
	f := c.only(SexDiffers)
	if f.Choices[0].Sex != 2 || f.Choices[0].From != FromNumber || f.Choices[1].From != FromDistrict {
		t.Fatalf("%+v", f)
	}
	c.rule(SexDiffers, f.Choices[1].Row)
	if b, _ := c.is("2023-04-01", 0); b.Sex != 1 {
		t.Errorf("sex %d after the decision", b.Sex)
	}
	c.undo(9)
	if b, _ := c.is("2023-04-01", 0); b.Sex != 2 || len(c.listed()) != 0 {
		t.Errorf("sex %d after the claim was taken back, %+v", b.Sex, c.listed())
	}
}

func TestConflicts_are_decided_with_a_reason_by_who_may(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	c.roster(2, rosterSays(unitOptics, "2023-03-31", nil))
	c.roster(3, rosterSays(unitBuilders, "2023-03-31", nil))
	f := c.only(TwoMain)
	in := DecideConflictInput{Worker: one, Kind: TwoMain, Keep: f.Choices[1].Row, Why: "因"}
	if err := c.svc.DecideConflict(t.Context(), account.Operator(), in); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	in.Why = "person 1 核实"
	if err := c.svc.DecideConflict(t.Context(), account.Operator(), in); !fault.Is(err, fault.Invalid) {
		t.Errorf("with a name in the reason: %v", err)
	}
	in.Why, in.Keep = why, 12345
	if err := c.svc.DecideConflict(t.Context(), account.Operator(), in); !fault.Is(err, fault.NotFound) {
		t.Errorf("about a row that is in no conflict: %v", err)
	}
	if err := c.svc.DecideConflict(t.Context(), account.Actor{UserID: 5, Role: account.EnterpriseHR}, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by the firm: %v", err)
	}
}

func TestKinds_of_conflicts_name_what_is_wrong(t *testing.T) {
	t.Parallel()
	data, err := shipped.FS.ReadFile("conflicts.yaml")
	must(t, err)
	for name, x := range map[string]struct{ change, to, want string }{
		"unknown":       {"kind: two_main", "kind: quarrel", `"quarrel" is unknown`},
		"twice":         {"kind: two_main", "kind: job_differs", `"job_differs" stands there twice`},
		"becomes":       {"becomes: list\n    title", "becomes: nothing\n    title", `becomes "nothing"`},
		"without words": {"zh: 同时有两个主要用人单位", `zh: ""`, `"two_main" needs title and advice in zh`},
	} {
		_, err := ReadConflicts([]byte(strings.Replace(string(data), x.change, x.to, 1)))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v does not say %q", name, err, x.want)
		}
	}
}

func TestA_first_day_that_is_overruled_counts_when_a_person_decides_so(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	says := func(asOf, started string, from SourceKind) EmploymentRow {
		return rosterSays(unitOptics, asOf, func(r *EmploymentRow) { r.StartedOn, r.Sender = dayOf(day(started)), from })
	}
	c.roster(2, says("2023-01-31", "2020-05-01", FromEnterprise))
	c.roster(3, says("2023-03-31", "2019-07-01", FromDistrict))
	there := func(on string) bool { _, ok := c.is(on, 0); return ok }
	f := c.only(StartedDiffers)
	if there("2019-08-01") || !f.Task || f.Choices[0].Period.From != day("2020-05-01") || f.Choices[1].Period.From != day("2019-07-01") {
		t.Fatalf("%+v", f)
	}
	c.rule(StartedDiffers, f.Choices[1].Row)
	c.roster(4, says("2023-05-31", "2020-05-01", FromEnterprise)) // said again, and still set aside
	if !there("2019-08-01") {
		t.Error("the decision does not count")
	}
	c.undo(4)
	c.reopen(c.only(StartedDiffers))
	if there("2019-08-01") {
		t.Error("the decision counts after it was taken back")
	}
}

// Several conflicts are settled as they stand: no figure moves, none waits any more, and one that stops it leaves all open.
func TestAcceptConflicts_keeps_what_holds_of_all_or_of_none(t *testing.T) {
	t.Parallel()
	c := disputed(t)
	ctx := t.Context()
	c.roster(2, rosterSays(unitOptics, "2023-03-31", nil))
	c.roster(3, rosterSays(unitBuilders, "2023-03-31", nil))
	f := c.only(TwoMain)
	before := c.employer("2023-04-01")
	at := ConflictPlace{one, TwoMain, f.About}
	for what, try := range map[string]struct {
		places []ConflictPlace
		why    string
		kind   fault.Kind
	}{
		"none":                       {nil, why, fault.Invalid},
		"without a reason":           {[]ConflictPlace{at}, "因", fault.Invalid},
		"with a name in the reason":  {[]ConflictPlace{at}, "person 1 核实", fault.Invalid},
		"with one that is not there": {[]ConflictPlace{at, {one, SexDiffers, 0}}, why, fault.NotFound},
	} {
		if err := c.svc.AcceptConflicts(ctx, account.Operator(), try.places, try.why); !fault.Is(err, try.kind) {
			t.Errorf("%s: %v", what, err)
		}
		if c.only(TwoMain).Ruling != nil {
			t.Errorf("%s: half of it was done", what)
		}
	}
	if err := c.svc.AcceptConflicts(ctx, account.Actor{UserID: 5, Role: account.EnterpriseHR}, []ConflictPlace{at}, why); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by the firm: %v", err)
	}
	c.clock.Advance(time.Hour)
	must(t, c.svc.AcceptConflicts(ctx, account.Operator(), []ConflictPlace{at, at}, why))
	must(t, c.verifyTimelines())
	if got := c.only(TwoMain); got.Ruling == nil || got.Choices[0].Row != f.Choices[0].Row || c.employer("2023-04-01") != before {
		t.Errorf("accepted: %+v", got)
	}
	err := c.svc.AcceptConflicts(ctx, account.Operator(), []ConflictPlace{at}, why)
	if fields := fault.Fields(err); len(fields) != 1 || fields[0].Name != at.String() || fields[0].Key != "registry.conflict_decided" {
		t.Errorf("a second time: %v", err)
	}
}
