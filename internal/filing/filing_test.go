package filing_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/filing"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit"
	"tuoxing/internal/testkit/world"
)

const (
	lens   = "丹阳新光眼镜有限公司"
	works  = "丹阳恒远机械有限公司"
	trucks = "丹阳云帆物流有限公司"
)

var (
	asOf = date.Of(2023, 3, 31)
	due  = date.Of(2023, 4, 20)
)

// desk is the world with somebody of each sort.
type desk struct {
	*world.World
	t                                    *testing.T
	city, danyang, jurong, firm, auditor account.Actor
}

func newDesk(t *testing.T) *desk {
	w := world.New(t)
	return &desk{World: w, t: t, city: w.Actor(t, world.City), danyang: w.Actor(t, world.Danyang), jurong: w.Actor(t, world.Jurong),
		firm: w.Actor(t, world.Firm), auditor: w.Actor(t, world.Auditor)}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) wantFault(what string, err error, kind fault.Kind, key string) {
	d.t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || f.Key != key && !slices.ContainsFunc(f.Fields, func(p fault.Field) bool { return p.Key == key }) {
		d.t.Errorf("%s: %v, want %s %s", what, err, kind, key)
	}
}

func input() filing.CallInput {
	return filing.CallInput{Title: "一季度职工花名册", Kind: "roster", AsOf: asOf, DueOn: due}
}

func (d *desk) call(who account.Actor, in filing.CallInput) filing.Call {
	d.t.Helper()
	c, _, err := d.Filings.CreateCall(d.t.Context(), who, in)
	d.must(err)
	return c
}

// of finds a unit's filing of a call.
func (d *desk) of(c filing.Call, unit string) filing.Row {
	d.t.Helper()
	rows, _, _, err := d.Filings.List(d.t.Context(), d.city, c.ID, filing.Filter{Text: unit})
	d.must(err)
	if len(rows) != 1 {
		d.t.Fatalf("%d filings of %s", len(rows), unit)
	}
	return rows[0]
}

func (d *desk) wantState(c filing.Call, unit string, want filing.State) filing.Row {
	d.t.Helper()
	row := d.of(c, unit)
	if row.State != want {
		d.t.Errorf("%s is %s, want %s", unit, row.State, want)
	}
	return row
}

// send takes a roster of one person in, as an actor, for a unit.
func (d *desk) send(who account.Actor, unit string, on date.Day, name, number string) intake.ImportID {
	d.t.Helper()
	v, err := d.Viewer(d.t.Context(), who)
	d.must(err)
	text := "姓名,身份证号,单位名称,岗位类别\n" + name + "," + number + "," + unit + ",生产操作\n"
	id, err := d.Intake.Receive(d.t.Context(), v, "花名册.csv", strings.NewReader(text), intake.Options{Kind: "roster", AsOf: on, Unit: int64(d.Unit(d.t, unit))})
	d.must(err)
	r, err := d.Intake.Stage(d.t.Context(), v, id)
	d.must(err)
	if r.Accepted+r.Duplicate == 0 {
		d.t.Fatalf("nothing is accepted: %+v", r)
	}
	_, err = d.Intake.DryRun(d.t.Context(), v, id)
	d.must(err)
	return id
}

func (d *desk) apply(who account.Actor, id intake.ImportID) {
	d.t.Helper()
	v, err := d.Viewer(d.t.Context(), who)
	d.must(err)
	_, err = d.Intake.Apply(d.t.Context(), v, id)
	d.must(err)
}

func (d *desk) undo(who account.Actor, id intake.ImportID) {
	d.t.Helper()
	v, err := d.Viewer(d.t.Context(), who)
	d.must(err)
	_, err = d.Intake.Undo(d.t.Context(), v, id, "重复报送")
	d.must(err)
}

// People whose ID numbers carry region codes that were never issued.
const (
	first, firstNo   = "赵一", "329901198001150014"
	second, secondNo = "钱二", "329901198503200026"
	third, thirdNo   = "孙三", "329901199006100053"
)

func TestCreateCall_asks_the_units_of_the_own_subtree(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p, err := d.Filings.Preview(t.Context(), d.danyang, input())
	d.must(err)
	if len(p.Units) != 3 || p.Already != 0 || p.Sent != 0 || p.Silent != 2 {
		t.Errorf("preview: %+v, want 3 units of which 2 without an account", p)
	}
	c := d.call(d.danyang, input())
	rows, total, _, err := d.Filings.List(t.Context(), d.danyang, c.ID, filing.Filter{})
	d.must(err)
	if total != 3 {
		t.Fatalf("%d filings: %+v", total, rows)
	}
	for _, r := range rows {
		if r.State != filing.Unsent || r.DueOn != due || r.Overdue {
			t.Errorf("%s begins as %+v", r.Name, r)
		}
	}
	d.wantFault("the same sheet again", func() error { _, _, err := d.Filings.CreateCall(t.Context(), d.danyang, input()); return err }(), fault.Conflict, "filing.nobody")
	whole := d.call(d.city, input()) // the city asks only whom Danyang has not asked
	row, err := d.Filings.FindCall(t.Context(), d.city, whole.ID)
	d.must(err)
	if row.Counts.Asked != 3 || row.Counts.Unsent != 3 {
		t.Errorf("the city asks %+v", row.Counts)
	}
	in := input()
	in.AsOf, in.UnitKind, in.DueOn = due, "district", due
	districts := d.call(d.city, in)
	if row, err = d.Filings.FindCall(t.Context(), d.danyang, districts.ID); err != nil || row.Counts.Asked != 1 {
		t.Errorf("Danyang sees %+v of what the districts are asked, %v", row.Counts, err)
	}
	in = input()
	in.AsOf, in.Section, in.Size = date.Of(2023, 4, 1), "C", 2
	if p, err = d.Filings.Preview(t.Context(), d.city, in); err != nil || len(p.Units) != 3 {
		t.Errorf("medium-sized manufacturers: %+v, %v", p, err)
	}
}

func TestCreateCall_tells_every_mistake_at_once(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, _, err := d.Filings.CreateCall(t.Context(), d.danyang, filing.CallInput{Note: "请电 13900000001", Kind: "poem", DueOn: date.Of(2023, 4, 1), UnitKind: "city", Section: "Z"})
	for _, key := range []string{"filing.title_length", "filing.text_personal", "filing.kind_unknown", "filing.as_of_missing", "filing.due_past", "filing.unit_kind_unknown", "filing.section_unknown"} {
		d.wantFault(key, err, fault.Invalid, key)
	}
	for name, c := range map[string]struct {
		change func(*filing.CallInput)
		key    string
	}{
		"due before the day": {func(in *filing.CallInput) { in.AsOf = due + 1 }, "filing.due_before"},
		"far away":           {func(in *filing.CallInput) { in.DueOn = date.Of(2203, 4, 20) }, "filing.due_far"},
		"no due day":         {func(in *filing.CallInput) { in.DueOn = 0 }, "filing.due_missing"},
		"another district":   {func(in *filing.CallInput) { in.Under = d.Unit(t, "句容市总工会") }, "filing.under_outside"},
	} {
		in := input()
		c.change(&in)
		_, _, err := d.Filings.CreateCall(t.Context(), d.danyang, in)
		d.wantFault(name, err, fault.Invalid, c.key)
	}
	for name, who := range map[string]account.Actor{"firm": d.firm, "auditor": d.auditor, "sysadmin": d.Actor(t, world.SysAdmin)} {
		_, _, err := d.Filings.CreateCall(t.Context(), who, input())
		d.wantFault(name, err, fault.Forbidden, "account.right_missing")
	}
}

func TestImport_of_the_kind_and_day_marks_the_filing_sent_and_undo_takes_it_back(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	c := d.call(d.danyang, input())
	other := d.send(d.firm, lens, asOf-1, first, firstNo)
	d.apply(d.firm, other)
	d.wantState(c, lens, filing.Unsent) // another day
	id := d.send(d.firm, lens, asOf, first, firstNo)
	d.wantState(c, lens, filing.Unsent) // a dry run sends nothing
	d.apply(d.firm, id)
	row := d.wantState(c, lens, filing.Sent)
	if row.Import != id || row.FilledIn || row.SentAt.IsZero() {
		t.Errorf("sent as %+v", row.Filing)
	}
	d.wantState(c, works, filing.Unsent)
	d.must(d.Filings.Confirm(t.Context(), d.danyang, row.ID))
	d.undo(d.firm, id)
	if row = d.wantState(c, lens, filing.Unsent); row.Import != 0 || !row.SentAt.IsZero() {
		t.Errorf("after the undo: %+v", row.Filing)
	}
	// Two files: the second is taken back, the first still stands.
	one := d.send(d.firm, lens, asOf, second, secondNo)
	d.apply(d.firm, one)
	two := d.send(d.danyang, lens, asOf, third, thirdNo)
	d.apply(d.danyang, two)
	if row = d.wantState(c, lens, filing.Sent); row.Import != two || !row.FilledIn {
		t.Errorf("filled in by the district: %+v", row.Filing)
	}
	d.undo(d.danyang, two)
	if row = d.wantState(c, lens, filing.Sent); row.Import != one || row.FilledIn {
		t.Errorf("the first file stands again: %+v", row.Filing)
	}
	d.must(d.Filings.Return(t.Context(), d.danyang, row.ID, "少了两人"))
	d.wantState(c, lens, filing.Returned)
	three := d.send(d.firm, lens, asOf, third, thirdNo)
	d.apply(d.firm, three)
	d.wantState(c, lens, filing.Sent)
	d.undo(d.firm, three)
	d.undo(d.firm, one)
	d.wantState(c, lens, filing.Returned)
}

func TestCreateCall_counts_as_sent_what_was_handed_in_before(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.send(d.firm, lens, asOf, first, firstNo)
	d.apply(d.firm, id)
	p, err := d.Filings.Preview(t.Context(), d.danyang, input())
	d.must(err)
	if p.Sent != 1 {
		t.Errorf("preview: %+v", p)
	}
	c := d.call(d.danyang, input())
	if row := d.wantState(c, lens, filing.Sent); row.Import != id {
		t.Errorf("%+v", row.Filing)
	}
}

func TestConfirm_and_Return_belong_to_the_union_above(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, c := t.Context(), d.call(d.danyang, input())
	row := d.of(c, lens)
	d.wantFault("confirm what was not sent", d.Filings.Confirm(ctx, d.danyang, row.ID), fault.Conflict, "filing.not_sent")
	d.wantFault("return what was not sent", d.Filings.Return(ctx, d.danyang, row.ID, "少人"), fault.Conflict, "filing.nothing_sent")
	d.apply(d.firm, d.send(d.firm, lens, asOf, first, firstNo))
	d.wantFault("confirm nothing", d.Filings.Confirm(ctx, d.danyang), fault.Invalid, "filing.none_chosen")
	d.wantFault("no reason", d.Filings.Return(ctx, d.danyang, row.ID, " "), fault.Invalid, "filing.reason_missing")
	d.wantFault("a phone in the reason", d.Filings.Return(ctx, d.danyang, row.ID, "请打 1390 0000 001"), fault.Invalid, "filing.text_personal")
	d.wantFault("confirm by another district", d.Filings.Confirm(ctx, d.jurong, row.ID), fault.NotFound, "filing.unknown")
	d.wantFault("return by another district", d.Filings.Return(ctx, d.jurong, row.ID, "x"), fault.NotFound, "filing.unknown")
	d.wantFault("confirm by the firm", d.Filings.Confirm(ctx, d.firm, row.ID), fault.Forbidden, "account.right_missing")
	d.wantFault("return by the auditor", d.Filings.Return(ctx, d.auditor, row.ID, "x"), fault.Forbidden, "account.right_missing")
	two := []filing.ID{row.ID, d.of(c, works).ID}
	d.wantFault("two, of which one was not sent", d.Filings.Confirm(ctx, d.danyang, two...), fault.Invalid, "filing.not_sent")
	d.wantState(c, lens, filing.Sent) // all or none
	d.must(d.Filings.Confirm(ctx, d.danyang, row.ID, row.ID))
	d.wantState(c, lens, filing.Confirmed)
	d.wantFault("confirm twice", d.Filings.Confirm(ctx, d.danyang, row.ID), fault.Conflict, "filing.not_sent")
	d.must(d.Filings.Return(ctx, d.city, row.ID, "与年报不符"))
	if row = d.wantState(c, lens, filing.Returned); row.Reason != "与年报不符" {
		t.Errorf("reason is %q", row.Reason)
	}
	in := input()
	in.UnitKind = "district"
	own := d.of(d.call(d.city, in), "丹阳市总工会")
	d.wantFault("confirm one's own", d.Filings.Confirm(ctx, d.danyang, own.ID), fault.Forbidden, "filing.own_unit")
	f, err := d.Filings.Find(ctx, d.firm, row.ID)
	d.must(err)
	acts := []string{}
	for _, e := range f.Events {
		acts = append(acts, e.Act)
	}
	if got := strings.Join(acts, " "); got != "returned confirmed sent" {
		t.Errorf("history is %q", got)
	}
	if !f.MaySend || !f.MayAsk || f.MayConfirm || f.MayReturn || f.MayExtend {
		t.Errorf("the firm may %+v", f)
	}
	var notes []audit.Entry
	d.must(d.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		notes, _, err = audit.List(ctx, tx, audit.Filter{Action: "filing.returned"})
		return err
	}))
	if len(notes) != 1 || strings.Contains(string(notes[0].Detail), "年报") {
		t.Errorf("audit: %+v", notes)
	}
}

func TestAsk_Extend_and_Decline_move_the_day_of_one_unit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, c := t.Context(), d.call(d.danyang, input())
	row, foreign := d.of(c, lens), d.of(c, works)
	later := due + 10
	d.wantFault("ask for an earlier day", d.Filings.Ask(ctx, d.firm, row.ID, due, "忙"), fault.Invalid, "filing.until_early")
	d.wantFault("ask without a reason", d.Filings.Ask(ctx, d.firm, row.ID, later, ""), fault.Invalid, "filing.reason_missing")
	d.wantFault("ask without a day", d.Filings.Ask(ctx, d.firm, row.ID, 0, "忙"), fault.Invalid, "filing.until_missing")
	d.wantFault("ask for another firm", d.Filings.Ask(ctx, d.firm, foreign.ID, later, "忙"), fault.NotFound, "filing.unknown")
	d.wantFault("ask as the district", d.Filings.Ask(ctx, d.danyang, row.ID, later, "忙"), fault.Forbidden, "filing.not_own_unit")
	d.wantFault("decline what nobody asked", d.Filings.Decline(ctx, d.danyang, row.ID, "不行"), fault.Conflict, "filing.not_asked")
	d.must(d.Filings.Ask(ctx, d.firm, row.ID, later, "系统升级"))
	if row = d.of(c, lens); row.AskedOn != later || row.DueOn != due || row.AskedReason != "系统升级" {
		t.Errorf("asked: %+v", row.Filing)
	}
	d.wantFault("extend by another district", d.Filings.Extend(ctx, d.jurong, row.ID, later, "同意"), fault.NotFound, "filing.unknown")
	d.wantFault("extend by the firm", d.Filings.Extend(ctx, d.firm, row.ID, later, "同意"), fault.Forbidden, "account.right_missing")
	d.wantFault("decline by another district", d.Filings.Decline(ctx, d.jurong, row.ID, "不行"), fault.NotFound, "filing.unknown")
	d.must(d.Filings.Decline(ctx, d.danyang, row.ID, "请先报已有的"))
	d.must(d.Filings.Ask(ctx, d.firm, row.ID, later, "系统升级"))
	d.must(d.Filings.Extend(ctx, d.danyang, row.ID, later-1, "同意延九天"))
	if row = d.of(c, lens); row.AskedOn != 0 || row.DueOn != later-1 {
		t.Errorf("extended: %+v", row.Filing)
	}
	d.SetClock(testkit.Start.Add(time.Duration(due-date.On(testkit.Start)+1) * 24 * time.Hour))
	if d.of(c, lens).Overdue || !d.of(c, works).Overdue {
		t.Error("the day after the call's due day only the unit without a later day is overdue")
	}
	d.apply(d.danyang, d.send(d.danyang, works, asOf, second, secondNo))
	if d.of(c, works).Overdue {
		t.Error("what was sent late is not overdue any more")
	}
	d.wantFault("extend what was sent", d.Filings.Extend(ctx, d.danyang, foreign.ID, later, "x"), fault.Conflict, "filing.sent_already")
}

func TestFirm_sees_its_own_filings_and_no_other(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, c := t.Context(), d.call(d.danyang, input())
	mine, err := d.Filings.Mine(ctx, d.firm)
	d.must(err)
	if len(mine) != 1 || mine[0].Unit != d.Unit(t, lens) || mine[0].Title != input().Title {
		t.Errorf("own filings: %+v", mine)
	}
	rows, total, _, err := d.Filings.List(ctx, d.firm, c.ID, filing.Filter{})
	d.must(err)
	if total != 1 || rows[0].Name != lens {
		t.Errorf("the firm sees %+v", rows)
	}
	row, err := d.Filings.FindCall(ctx, d.firm, c.ID)
	d.must(err)
	if row.Counts.Asked != 1 {
		t.Errorf("the firm learns how many others are asked: %+v", row.Counts)
	}
	_, err = d.Filings.Find(ctx, d.firm, d.of(c, works).ID)
	d.wantFault("another firm's filing", err, fault.NotFound, "filing.unknown")
	_, err = d.Filings.Remind(ctx, d.firm, c.ID, filing.RemindInput{})
	d.wantFault("a reminder by the firm", err, fault.Forbidden, "account.right_missing")
	_, err = d.Filings.FindCall(ctx, d.jurong, c.ID)
	d.wantFault("Danyang's call seen from Jurong", err, fault.NotFound, "filing.unknown_call")
	calls, total, err := d.Filings.ListCalls(ctx, d.jurong, "", 0, 10)
	if err != nil || total != 0 || len(calls) != 0 {
		t.Errorf("Jurong lists %+v, %v", calls, err)
	}
	_, _, err = d.Filings.ListCalls(ctx, d.Actor(t, world.SysAdmin), "", 0, 10)
	d.wantFault("the system administrator", err, fault.Forbidden, "account.right_missing")
}

// The calls may be ordered; in every order their pages hold each once, also those due on one day.
func TestListCalls_pages_in_every_order_hold_each_once(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range date.Day(5) {
		in := input()
		in.AsOf, in.DueOn = in.AsOf-(i*3)%5, in.DueOn+i%2
		d.call(d.danyang, in)
	}
	all, total, err := d.Filings.ListCalls(t.Context(), d.danyang, "", 0, 100)
	d.must(err)
	if total != 5 {
		t.Fatalf("%d calls", total)
	}
	for order, by := range map[listing.Order]func(a, b filing.CallRow) int{
		"":       func(a, b filing.CallRow) int { return cmp.Compare(b.ID, a.ID) },
		"due":    func(a, b filing.CallRow) int { return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(b.ID, a.ID)) },
		"-due":   func(a, b filing.CallRow) int { return cmp.Or(cmp.Compare(b.DueOn, a.DueOn), cmp.Compare(b.ID, a.ID)) },
		"as_of":  func(a, b filing.CallRow) int { return cmp.Compare(a.AsOf, b.AsOf) },
		"-as_of": func(a, b filing.CallRow) int { return cmp.Compare(b.AsOf, a.AsOf) },
	} {
		var got, want []filing.CallID
		for _, c := range slices.SortedFunc(slices.Values(all), by) {
			want = append(want, c.ID)
		}
		for after := filing.CallID(0); ; after = got[len(got)-1] {
			part, _, err := d.Filings.ListCalls(t.Context(), d.danyang, order, after, 2)
			d.must(err)
			for _, c := range part {
				got = append(got, c.ID)
			}
			if len(part) < 2 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %q: %v, want %v", order, got, want)
		}
	}
	_, _, err = d.Filings.ListCalls(t.Context(), d.jurong, "due", all[0].ID, 2)
	d.wantFault("a page behind another district's call", err, fault.Invalid, "listing.after_gone")
	_, _, err = d.Filings.ListCalls(t.Context(), d.danyang, "note", 0, 2)
	d.wantFault("an order that is not offered", err, fault.Invalid, "listing.order_unknown")
}

func TestList_stands_in_the_official_order_and_goes_on_by_key(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := input()
	c := d.call(d.city, in)
	all, total, _, err := d.Filings.List(t.Context(), d.city, c.ID, filing.Filter{})
	d.must(err)
	var want []string
	d.must(d.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		tree, err := d.Org.Tree(t.Context(), tx)
		for _, id := range tree.Official(tree.Root(), tx.Today()) {
			if st, _ := tree.At(id, tx.Today()); st.Kind == "enterprise" {
				want = append(want, st.Name)
			}
		}
		return err
	}))
	var names, paged []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	if total != 6 || !slices.Equal(names, want) {
		t.Errorf("order is %v, want %v", names, want)
	}
	var f filing.Filter
	for f.Limit = 2; ; {
		rows, n, before, err := d.Filings.List(t.Context(), d.city, c.ID, f)
		d.must(err)
		if n != 6 || before != len(paged) {
			t.Fatalf("page after %v: total %d, before %d", f.After, n, before)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			paged = append(paged, r.Name)
		}
		f.After = rows[len(rows)-1].Unit
	}
	if !slices.Equal(paged, names) {
		t.Errorf("by pages: %v", paged)
	}
	rows, _, _, err := d.Filings.List(t.Context(), d.city, c.ID, filing.Filter{Union: d.Unit(t, "句容市总工会"), State: filing.Unsent})
	d.must(err)
	if len(rows) != 2 {
		t.Errorf("of Jurong: %+v", rows)
	}
	_, _, _, err = d.Filings.List(t.Context(), d.city, c.ID, filing.Filter{State: "late"})
	d.wantFault("a state that nobody knows", err, fault.Invalid, "filing.state_unknown")
}

func TestRemind_names_whom_it_is_for_and_nobody_elses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, c := t.Context(), d.call(d.city, input())
	d.apply(d.firm, d.send(d.firm, lens, asOf, first, firstNo))
	d.must(d.Filings.Extend(ctx, d.danyang, d.of(c, trucks).ID, due+5, "停电"))
	rem, err := d.Filings.Remind(ctx, d.danyang, c.ID, filing.RemindInput{})
	d.must(err)
	want := `【催报】一季度职工花名册：职工花名册（截至2023年3月31日），请于2023年4月20日前报送。
还有 2 家单位未报：
丹阳市总工会（2 家）
  丹阳云帆物流有限公司（已延期至2023年4月25日）
  丹阳恒远机械有限公司
请登录托星，在“我的报送”中办理；确有困难的，可在那里申请延期。已报的请忽略。`
	got := rem.Text(locale.New(locale.ZH), "职工花名册")
	if got != want {
		t.Errorf("the reminder is\n%s\nwant\n%s", got, want)
	}
	rem, err = d.Filings.Remind(ctx, d.city, c.ID, filing.RemindInput{CountsOnly: true})
	d.must(err)
	text := rem.Text(locale.New(locale.EN), "Roster")
	if strings.Contains(text, "有限公司") || !strings.Contains(text, "5 units have not sent yet") || !strings.Contains(text, "Jurong Shi Zonggonghui (2)") {
		t.Errorf("only numbers were wanted: %s", text)
	}
	rem, err = d.Filings.Remind(ctx, d.city, c.ID, filing.RemindInput{Filings: []filing.ID{d.of(c, works).ID, d.of(c, lens).ID}})
	if err != nil || rem.Total != 1 {
		t.Errorf("of two chosen one has sent: %+v, %v", rem, err)
	}
	_, err = d.Filings.Remind(ctx, d.danyang, c.ID, filing.RemindInput{Filter: filing.Filter{State: filing.Sent}})
	d.wantFault("who has sent", err, fault.Conflict, "filing.nothing_to_remind")
	_, err = d.Filings.Remind(ctx, d.danyang, c.ID, filing.RemindInput{Filter: filing.Filter{Overdue: true}})
	d.wantFault("nobody is late yet", err, fault.Conflict, "filing.nothing_to_remind")
	_, err = d.Filings.Remind(ctx, d.auditor, c.ID, filing.RemindInput{})
	d.wantFault("an auditor", err, fault.Forbidden, "account.right_missing")
}

// Whatever happens, in whatever order, the states add up to the units asked, for every reader.
func TestCounts_always_add_up_to_the_units_asked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	c := d.call(d.city, input())
	rows, _, _, err := d.Filings.List(ctx, d.city, c.ID, filing.Filter{})
	d.must(err)
	rnd := rand.New(rand.NewPCG(20230410, 58))
	var applied []intake.ImportID
	done := map[string]int{}
	for step := range 120 {
		row := rows[rnd.IntN(len(rows))]
		act, err := d.anything(ctx, rnd, row, &applied)
		if err != nil && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("step %d, %s: %v", step, act, err)
		}
		if err == nil {
			done[act]++
		}
		for who, want := range map[*account.Actor]int{&d.city: 6, &d.danyang: 3, &d.jurong: 2, &d.firm: 1} {
			got, err := d.Filings.FindCall(ctx, *who, c.ID)
			d.must(err)
			n := got.Counts
			if n.Asked != want || n.Unsent+n.Sent+n.Returned+n.Confirmed != want || n.Overdue > n.Unsent+n.Returned || n.Asking > n.Unsent+n.Returned {
				t.Fatalf("step %d, after %s: %+v, want %d asked", step, act, n, want)
			}
		}
	}
	for _, act := range []string{"send", "undo", "confirm", "return", "extend"} {
		if done[act] == 0 {
			t.Errorf("%s never happened: %v", act, done)
		}
	}
}

func (d *desk) anything(ctx context.Context, rnd *rand.Rand, row filing.Row, applied *[]intake.ImportID) (string, error) {
	switch rnd.IntN(6) {
	case 0:
		people := [][2]string{{first, firstNo}, {second, secondNo}, {third, thirdNo}}
		p := people[rnd.IntN(3)]
		id := d.send(d.city, row.Name, asOf, p[0], p[1])
		d.apply(d.city, id)
		*applied = append(*applied, id)
		return "send", nil
	case 1:
		if len(*applied) == 0 {
			return "undo", fault.New(fault.Conflict, "nothing")
		}
		i := rnd.IntN(len(*applied))
		d.undo(d.city, (*applied)[i])
		*applied = slices.Delete(*applied, i, i+1)
		return "undo", nil
	case 2:
		return "confirm", d.Filings.Confirm(ctx, d.city, row.ID)
	case 3:
		return "return", d.Filings.Return(ctx, d.city, row.ID, "核对")
	case 4:
		return "extend", d.Filings.Extend(ctx, d.city, row.ID, due+date.Day(rnd.IntN(60)), "同意")
	}
	d.SetClock(d.DB.Now().Add(time.Duration(rnd.IntN(30)) * time.Hour))
	return "time", nil
}

// Several get the same day, or none does, and each that stops it is named.
func TestExtendMany_moves_the_day_of_all_or_of_none(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, c := t.Context(), d.call(d.danyang, input())
	a, b, sent := d.of(c, lens).ID, d.of(c, works).ID, d.of(c, trucks).ID
	later := due + 10
	d.apply(d.danyang, d.send(d.danyang, trucks, asOf, second, secondNo))
	err := d.Filings.ExtendMany(ctx, d.danyang, []filing.ID{a, b, sent}, later, "系统升级")
	d.wantFault("one has sent", err, fault.Invalid, "filing.sent_already")
	if f := fault.Fields(err); len(f) != 1 || f[0].Name != sent.String() {
		t.Errorf("named are %+v", f)
	}
	if d.of(c, lens).DueOn != due || d.of(c, works).DueOn != due {
		t.Error("half of it was done")
	}
	d.wantFault("nobody", d.Filings.ExtendMany(ctx, d.danyang, nil, later, "系统升级"), fault.Invalid, "filing.none_chosen")
	d.wantFault("no day", d.Filings.ExtendMany(ctx, d.danyang, []filing.ID{a}, 0, "系统升级"), fault.Invalid, "filing.until_missing")
	d.wantFault("no reason", d.Filings.ExtendMany(ctx, d.danyang, []filing.ID{a, b}, later, ""), fault.Invalid, "filing.reason_missing")
	d.wantFault("too early for one", d.Filings.ExtendMany(ctx, d.danyang, []filing.ID{a}, due, "系统升级"), fault.Invalid, "filing.until_early")
	d.wantFault("by another district", d.Filings.ExtendMany(ctx, d.jurong, []filing.ID{a, b}, later, "系统升级"), fault.NotFound, "filing.unknown")
	d.wantFault("by the firm", d.Filings.ExtendMany(ctx, d.firm, []filing.ID{a}, later, "系统升级"), fault.Forbidden, "account.right_missing")
	d.must(d.Filings.Ask(ctx, d.firm, a, later, "忙"))
	d.must(d.Filings.ExtendMany(ctx, d.danyang, []filing.ID{b, a, a}, later, "系统升级"))
	if x, y := d.of(c, lens), d.of(c, works); x.DueOn != later || y.DueOn != later || x.AskedOn != 0 {
		t.Errorf("extended: %+v %+v", x.Filing, y.Filing)
	}
	err = d.Filings.Confirm(ctx, d.danyang, a, b, sent)
	d.wantFault("confirm what two have not sent", err, fault.Invalid, "filing.not_sent")
	if f := fault.Fields(err); len(f) != 2 || d.of(c, trucks).State != filing.Sent {
		t.Errorf("named are %+v", f)
	}
}
