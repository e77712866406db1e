package registry

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// one is the person of these examples: a woman born in July 1998.
const one WorkerID = 1

func rosterSays(at org.UnitID, asOf string, change func(r *EmploymentRow)) EmploymentRow {
	r := EmploymentRow{Employer: at, AsOf: day(asOf), Post: Production, Sex: 2, Birth: date.MonthOf(1998, 7)}
	if change != nil {
		change(&r)
	}
	return r
}

func since(started string) func(*EmploymentRow) {
	return func(r *EmploymentRow) { r.StartedOn = dayOf(day(started)) }
}

func (c *town) roster(id int64, rows ...EmploymentRow) {
	c.t.Helper()
	c.enter(batchOf{id: id, employments: map[WorkerID][]EmploymentRow{one: rows}})
}

func (c *town) certificate(id int64, rows ...CertificateRow) {
	c.t.Helper()
	for i := range rows {
		if rows[i].ExpiresOn == 0 {
			rows[i].ExpiresOn = date.Forever
		}
	}
	c.enter(batchOf{id: id, certificates: map[WorkerID][]CertificateRow{one: rows}})
}

// is gives the one fact that puts the person into the stock on a day, as known at a block (0: now), or false.
func (c *town) is(on string, block int64) (ledger.Placed, bool) {
	c.t.Helper()
	q := ledger.Stock(ledger.Worker, day(on))
	q.Block, q.Scope.All = block, true
	o := c.columns().Open(q)
	switch len(o.Rows) {
	case 0:
		return ledger.Placed{}, false
	case 1:
		return o.Rows[0].Fact, true
	}
	c.t.Fatalf("%d people", len(o.Rows))
	return ledger.Placed{}, false
}

// employerOn is 0 for a person without one and −1 for nobody.
func (c *town) employerOn(on string, block int64) org.UnitID {
	c.t.Helper()
	f, ok := c.is(on, block)
	if !ok {
		return -1
	}
	return org.UnitID(f.Employer)
}

func TestPerson_moved_on_1_July_counts_for_the_old_firm_in_March_and_the_new_one_in_August(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2023-03-31", since("2020-05-01")))
	c.roster(3, rosterSays(unitOptics, "2023-06-30", func(r *EmploymentRow) { r.LeftOn = dayOf(day("2023-07-01")); r.AsOf = day("2023-07-31") }),
		rosterSays(unitBuilders, "2023-07-31", since("2023-07-01")))
	for on, want := range map[string]org.UnitID{
		"2020-04-30": -1, "2020-05-01": unitOptics, "2023-03-15": unitOptics, "2023-06-30": unitOptics, "2023-07-01": unitBuilders, "2023-08-15": unitBuilders,
	} {
		if got := c.employerOn(on, 0); got != want {
			t.Errorf("on %s with %d, want %d", on, got, want)
		}
	}
	march, _ := c.is("2023-03-15", 0)
	august, _ := c.is("2023-08-15", 0)
	if march.District != 321181 || march.Class != 1 || august.District != 321102 || august.Class != 2 || august.Cause != ledger.Moved {
		t.Errorf("March %+v, August %+v", march.Fact, august.Fact)
	}
}

func TestDistrict_split_leaves_last_years_figure_as_it_was(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-06-30", since("2020-05-01")))
	district := func(on string) map[int64]int64 {
		q := ledger.Stock(ledger.Worker, day(on))
		q.Scope.All, q.By = true, []ledger.Dim{ledger.District}
		out := map[int64]int64{}
		for _, cell := range c.columns().Sum(q) {
			if cell.Quantity != 0 {
				out[cell.Keys[0]] = cell.Quantity
			}
		}
		return out
	}
	before := district("2022-12-31")
	c.observe(org.Observation{Unit: unitOptics, Kind: org.Enterprise, Name: "光学厂", Parent: unitZone, Industry: 3587, Ownership: 170, Size: 2, AsOf: day("2023-01-01"), Import: 3})
	if diff := cmp.Diff(before, district("2022-12-31")); diff != "" {
		t.Errorf("last year's figure changed: %s", diff)
	}
	if diff := cmp.Diff(map[int64]int64{321171: 1}, district("2023-01-01")); diff != "" {
		t.Errorf("on the day of the split (-want +got):\n%s", diff)
	}
	c.undo(3)
	if diff := cmp.Diff(before, district("2023-01-01")); diff != "" {
		t.Errorf("after the undo: %s", diff)
	}
}

func TestCertificate_that_comes_late_counts_from_its_issue_once_known(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-06-30", since("2020-05-01")))
	earlier := c.columns().Head()
	c.certificate(3, CertificateRow{Key: "k", AsOf: day("2023-03-01"), Rank: 4, IssuedOn: day("2022-02-15"), District: 321181})
	for _, x := range []struct {
		on    string
		block int64
		want  uint8
	}{{"2022-02-14", 0, 0}, {"2022-02-15", 0, 4}, {"2023-01-01", 0, 4}, {"2023-01-01", earlier, 0}} {
		if f, ok := c.is(x.on, x.block); !ok || f.Rank != x.want || f.RankEver != x.want {
			t.Errorf("on %s as known at %d: %v rank %d, want %d", x.on, x.block, ok, f.Rank, x.want)
		}
	}
	if f, _ := c.is("2023-01-01", 0); f.Cause != ledger.Risen || f.Import != 3 {
		t.Errorf("the rise is %s of import %d", f.Cause, f.Import)
	}
}

func TestBirth_month_that_begins_between_two_days_moves_a_person_to_the_next_age_band(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-06-30", since("2020-05-01")))
	for on, want := range map[string]int64{"2023-06-30": 1, "2023-07-01": 2, "2023-07-31": 2} {
		q := ledger.Stock(ledger.Worker, day(on))
		q.Scope.All, q.Where = true, []ledger.Cond{{Dim: ledger.Age, In: []int64{want}}}
		if got := c.columns().Sum(q)[0].Quantity; got != 1 {
			t.Errorf("on %s band %d holds %d people", on, want, got)
		}
	}
	if n := c.columns().Facts(); n != 1 {
		t.Errorf("%d facts: growing older is no fact", n)
	}
}

func TestPerson_who_leaves_and_comes_back_is_not_there_between(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-03-31", since("2020-05-01")))
	c.roster(3, rosterSays(unitOptics, "2022-06-30", func(r *EmploymentRow) { r.LeftOn = dayOf(day("2022-06-01")) }))
	c.roster(4, rosterSays(unitOptics, "2023-02-01", nil))
	for on, want := range map[string]org.UnitID{"2022-05-31": unitOptics, "2022-06-01": -1, "2023-01-31": -1, "2023-02-01": unitOptics, "2023-12-31": unitOptics} {
		if got := c.employerOn(on, 0); got != want {
			t.Errorf("on %s with %d, want %d", on, got, want)
		}
	}
	causes := ""
	for _, f := range c.columns().FactsIn(ledger.Query{Kind: ledger.Worker, Period: ledger.Stock(ledger.Worker, date.Forever).Period, Scope: ledger.Scope{All: true}}) {
		causes += f.Cause.String() + " "
	}
	if causes != "new left new " {
		t.Errorf("causes = %q", causes)
	}
	c.undo(3)
	if got := c.employerOn("2022-12-31", 0); got != unitOptics {
		t.Errorf("with the leaving undone: %d", got)
	}
}

func TestPerson_who_leaves_with_a_certificate_stays_in_the_stock_without_employer(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.certificate(2, CertificateRow{Key: "k", AsOf: day("2022-03-01"), Rank: 3, IssuedOn: day("2021-01-01"), ExpiresOn: day("2022-12-31"), District: 321111})
	c.roster(3, rosterSays(unitOptics, "2022-03-31", since("2021-05-01")))
	c.roster(4, rosterSays(unitOptics, "2022-06-30", func(r *EmploymentRow) { r.LeftOn = dayOf(day("2022-06-01")) }))
	type brief struct {
		employer    org.UnitID
		district    int32
		class, rank uint8
		ever        uint8
		cause       string
	}
	for on, want := range map[string]brief{
		"2021-02-01": {0, 321111, 0, 3, 3, "new"},
		"2021-05-01": {unitOptics, 321181, 1, 3, 3, "moved"},
		"2022-06-01": {0, 321111, 0, 3, 3, "left"},
		"2023-01-01": {0, 321111, 0, 0, 3, "lapsed"},
	} {
		f, _ := c.is(on, 0)
		if got := (brief{org.UnitID(f.Employer), f.District, f.Class, f.Rank, f.RankEver, f.Cause.String()}); got != want {
			t.Errorf("on %s: %+v, want %+v", on, got, want)
		}
	}
}

func TestConfirmation_takes_the_place_of_the_first_when_that_is_undone(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2023-03-31", since("2020-05-01")))
	first := c.columns()
	c.roster(3, rosterSays(unitOptics, "2023-03-31", since("2020-05-01")))
	if c.columns().Facts() != first.Facts() {
		t.Fatal("a confirmation added a fact")
	}
	from := func() int64 { f, _ := c.is("2023-05-01", 0); return f.Import }
	if got := from(); got != 2 {
		t.Errorf("the fact comes from import %d, want 2", got)
	}
	c.undo(2)
	if got := from(); got != 3 {
		t.Errorf("after the undo the fact comes from import %d, want 3", got)
	}
	if f, ok := c.is("2020-05-01", 0); !ok || f.Entry != ledger.Corrected {
		t.Errorf("re-entered as %s", f.Entry)
	}
	c.certificate(4, CertificateRow{Key: "k", AsOf: day("2023-03-01"), Rank: 4, IssuedOn: day("2021-02-15"), District: 321181})
	c.certificate(5, CertificateRow{Key: "k", AsOf: day("2023-04-01"), Rank: 4, IssuedOn: day("2021-02-15"), District: 321181})
	if got := from(); got != 4 {
		t.Errorf("the rise comes from import %d, want 4", got)
	}
	c.undo(4)
	if got := from(); got != 5 {
		t.Errorf("after the undo the rise comes from import %d, want 5", got)
	}
}

func TestMain_employment_is_declared_or_began_last_or_was_said_last(t *testing.T) {
	t.Parallel()
	declared := func(started string) func(*EmploymentRow) {
		return func(r *EmploymentRow) { r.StartedOn, r.Main = dayOf(day(started)), true }
	}
	cases := map[string]struct {
		rows []EmploymentRow // one import each
		want org.UnitID
	}{
		"declared before the later start": {[]EmploymentRow{rosterSays(unitOptics, "2023-03-31", declared("2020-01-01")), rosterSays(unitBuilders, "2023-03-31", since("2022-01-01"))}, unitOptics},
		"the latest start":                {[]EmploymentRow{rosterSays(unitOptics, "2023-03-31", since("2022-01-01")), rosterSays(unitBuilders, "2023-03-31", since("2020-01-01"))}, unitOptics},
		"the latest source":               {[]EmploymentRow{rosterSays(unitOptics, "2023-03-31", since("2022-01-01")), rosterSays(unitBuilders, "2023-03-31", since("2022-01-01"))}, unitBuilders},
		"two declared, the latest start":  {[]EmploymentRow{rosterSays(unitOptics, "2023-03-31", declared("2022-01-01")), rosterSays(unitBuilders, "2023-03-31", declared("2020-01-01"))}, unitOptics},
	}
	for name, x := range cases {
		c := newTown(t)
		for i, r := range x.rows {
			c.roster(int64(2+i), r)
		}
		if got := c.employerOn("2023-04-10", 0); got != x.want {
			t.Errorf("%s: main is %d, want %d", name, got, x.want)
		}
		if _, ok := c.is("2023-04-10", 0); !ok {
			t.Errorf("%s: the person is counted twice or not at all", name)
		}
		c.read(func(ctx context.Context, tx *db.Tx) error {
			src, err := loadSources(ctx, tx, []WorkerID{one})
			if got := employed(src[one], c.svc.Precedence, day("2023-04-10")); len(got) != 2 || !slices.Contains(got, x.want) {
				t.Errorf("%s: employed at %v", name, got)
			}
			return err
		})
	}
}

func TestFiles_follow_the_rows_in_force_today(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	file := func() (unit, employer, rank, sex int64) {
		c.read(func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT unit_id, employer_id, rank, sex FROM registry_worker WHERE worker_id = 1`, nil, &unit, &employer, &rank, &sex)
		})
		return unit, employer, rank, sex
	}
	want := func(what string, unit, employer org.UnitID, rank, sex int64) {
		t.Helper()
		if u, e, r, s := file(); u != int64(unit) || e != int64(employer) || r != rank || s != sex {
			t.Errorf("%s: unit %d employer %d rank %d sex %d", what, u, e, r, s)
		}
	}
	c.certificate(2, CertificateRow{Key: "k", AsOf: day("2022-03-01"), Rank: 3, IssuedOn: day("2021-01-01"), District: 321111, Sex: 2})
	want("certified only", unitRunzhou, 0, 3, 2)
	c.roster(3, rosterSays(unitOptics, "2022-03-31", since("2021-05-01")))
	want("employed", unitOptics, unitOptics, 3, 2)
	c.enter(batchOf{identity: map[WorkerID][]IdentityRow{one: {{Sex: 1}}}})
	want("corrected", unitOptics, unitOptics, 3, 1)
	c.undo(2)
	want("certificate undone", unitOptics, unitOptics, 0, 1)
	c.undo(3)
	want("everything undone: only the officer's word stands", 0, 0, 0, 1)
}

func TestFiles_of_leavers_stay_with_their_last_employer(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-03-31", since("2021-05-01")))
	c.roster(3, EmploymentRow{Employer: unitOptics, AsOf: day("2022-06-30"), LeftOn: sql.Null[date.Day]{V: day("2022-06-01"), Valid: true}})
	var unit, employer int64
	c.read(func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT unit_id, employer_id FROM registry_worker WHERE worker_id = 1`, nil, &unit, &employer)
	})
	if unit != int64(unitOptics) || employer != 0 {
		t.Errorf("the file lies with unit %d, employer %d", unit, employer)
	}
}

func TestA_later_stated_beginning_never_erases_a_day_on_which_the_person_was_seen(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	c.roster(2, rosterSays(unitOptics, "2022-03-31", func(*EmploymentRow) {}))
	c.roster(3, rosterSays(unitOptics, "2023-03-31", since("2023-02-01")))
	c.read(func(ctx context.Context, tx *db.Tx) error {
		src, err := loadSources(ctx, tx, []WorkerID{one})
		if got := employed(src[one], c.svc.Precedence, day("2022-06-30")); len(got) != 1 {
			t.Errorf("on 30 June 2022 employed at %v", got)
		}
		return err
	})
}

// A second employment counts as a post, never as a person; when it becomes the main one it is no post any more.
func TestPosts_beside_the_main_employment_count_as_posts_and_not_as_people(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	main := func(started string, is bool) func(*EmploymentRow) {
		return func(r *EmploymentRow) { r.StartedOn, r.Main = dayOf(day(started)), is }
	}
	c.roster(2, rosterSays(unitOptics, "2023-03-31", main("2020-05-01", true)), rosterSays(unitBuilders, "2023-03-31", main("2022-01-01", false)))
	c.roster(3, rosterSays(unitHotel, "2023-03-31", main("2023-02-01", false)))
	c.roster(4, rosterSays(unitOptics, "2023-07-31", func(r *EmploymentRow) { r.LeftOn = dayOf(day("2023-07-01")) }))
	posts := func(on string) map[int64]int64 {
		q := ledger.Stock(ledger.Post, day(on))
		q.Scope.All, q.By = true, []ledger.Dim{ledger.Employer}
		out := map[int64]int64{}
		for _, cell := range c.columns().Sum(q) {
			if cell.Quantity != 0 {
				out[cell.Keys[0]] = cell.Quantity
			}
		}
		return out
	}
	for on, want := range map[string]map[int64]int64{
		"2021-12-31": {}, "2022-01-01": {int64(unitBuilders): 1}, "2023-02-01": {int64(unitBuilders): 1, int64(unitHotel): 1},
		"2023-07-01": {int64(unitBuilders): 1}, // the hotel, begun last, is the main one now
	} {
		if diff := cmp.Diff(want, posts(on)); diff != "" {
			t.Errorf("posts on %s (-want +got):\n%s", on, diff)
		}
		if _, ok := c.is(on, 0); !ok {
			t.Errorf("on %s nobody is there", on)
		}
	}
	must(t, c.verifyTimelines())
	c.undo(3)
	if diff := cmp.Diff(map[int64]int64{int64(unitBuilders): 1}, posts("2023-02-01")); diff != "" {
		t.Errorf("posts after undo (-want +got):\n%s", diff)
	}
}
