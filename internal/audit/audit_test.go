package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/testkit"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fill notes n looks, a minute apart, by users 1 and 2 in turn.
func fill(t *testing.T, d *db.DB, clock *testkit.Clock, n int) {
	t.Helper()
	for i := range n {
		must(t, audit.Read(t.Context(), d, int64(i%2+1), "worker.reveal", fmt.Sprintf("worker:%d", i), map[string]any{"field": "phone", "b": i}))
		clock.Advance(time.Minute)
	}
}

func seal(t *testing.T, d *db.DB) int {
	t.Helper()
	n, err := audit.Seal(t.Context(), d)
	must(t, err)
	return n
}

func verify(t *testing.T, d *db.DB) error {
	t.Helper()
	return d.ReadTx(t.Context(), func(tx *db.Tx) error { return audit.Verify(t.Context(), tx) })
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	must(t, d.WriteTx(t.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(t.Context(), query, args...)
		if err == nil && n == 0 {
			t.Errorf("nothing was touched by %s", query)
		}
		return err
	}))
}

func list(t *testing.T, d *db.DB, f audit.Filter) (out []audit.Entry, total int) {
	t.Helper()
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
		out, total, err = audit.List(t.Context(), tx, f)
		return err
	}))
	return out, total
}

func TestAdd_is_undone_with_its_transaction(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	boom := errors.New("boom")
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		if err := audit.Add(t.Context(), tx, 1, "user.create", "user:2", nil); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if _, total := list(t, d, audit.Filter{}); total != 0 {
		t.Errorf("%d entries of a rolled back transaction", total)
	}
}

func TestVerify_names_the_first_entry_that_differs(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		tamper string
		key    string
		number int64
	}{
		"altered detail":   {`UPDATE audit_entry SET detail = '{}' WHERE number = 3`, "audit.entry_differs", 3},
		"altered user":     {`UPDATE audit_entry SET user_id = 9 WHERE number = 4`, "audit.entry_differs", 4},
		"altered instant":  {`UPDATE audit_entry SET at = '2023-04-10T01:02:00.001Z' WHERE number = 3`, "audit.entry_differs", 3},
		"altered action":   {`UPDATE audit_entry SET action = 'worker.list' WHERE number = 1`, "audit.entry_differs", 1},
		"removed":          {`DELETE FROM audit_entry WHERE number = 2`, "audit.entry_missing", 2},
		"removed at end":   {`DELETE FROM audit_entry WHERE number = 6`, "audit.entry_missing", 6},
		"unsealed":         {`UPDATE audit_entry SET number = NULL WHERE number = 5`, "audit.entry_missing", 5},
		"moved on":         {`UPDATE audit_entry SET number = 7 WHERE number = 6`, "audit.entry_missing", 6},
		"head set back":    {`UPDATE audit_head SET number = 5 WHERE id = 1`, "audit.head_differs", 6},
		"text moved along": {`UPDATE audit_entry SET action = action || 'w', subject = substr(subject, 2) WHERE number = 2`, "audit.entry_differs", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testkit.NewClock()
			d := testkit.NewDBAt(t, clock)
			fill(t, d, clock, 4)
			if n := seal(t, d); n != 4 {
				t.Fatalf("%d sealed, want 4", n)
			}
			fill(t, d, clock, 2)
			if n := seal(t, d); n != 2 {
				t.Fatalf("%d sealed, want 2", n)
			}
			must(t, verify(t, d))
			exec(t, d, c.tamper)
			err := verify(t, d)
			f, ok := fault.As(err)
			if !ok || f.Key != c.key || f.Args[0] != c.number {
				t.Errorf("%v, want %s for entry %d", err, c.key, c.number)
			}
		})
	}
}

func TestSeal_chains_everything_once_while_others_write(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	var wg sync.WaitGroup
	const writers, each = 4, 200
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := audit.Read(t.Context(), d, int64(w), "worker.list", fmt.Sprint(i), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range 10 {
				if _, err := audit.Seal(t.Context(), d); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seal(t, d)
	must(t, verify(t, d))
	var sealed, last int
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(number), max(number) FROM audit_entry`, nil, &sealed, &last)
	}))
	if sealed != writers*each || last != sealed {
		t.Errorf("%d sealed up to number %d, want %d", sealed, last, writers*each)
	}
	if n := seal(t, d); n != 0 {
		t.Errorf("%d entries sealed again", n)
	}
}

func TestList_filters_and_pages(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	clock.Set(time.Date(2023, 4, 10, 15, 56, 0, 0, time.UTC)) // 23:56 in China: the fifth entry is tomorrow's
	d := testkit.NewDBAt(t, clock)
	fill(t, d, clock, 10)
	exec(t, d, `UPDATE audit_entry SET user_id = 0 WHERE subject = 'worker:9'`)
	cases := map[string]struct {
		f    audit.Filter
		want int
	}{
		"all":            {audit.Filter{}, 10},
		"one user":       {audit.Filter{User: 1}, 5},
		"nobody":         {audit.Filter{ByUser: true}, 1},
		"subject":        {audit.Filter{Subject: "worker:3"}, 1},
		"action":         {audit.Filter{Action: "worker.reveal"}, 10},
		"other action":   {audit.Filter{Action: "worker.list"}, 0},
		"the first day":  {audit.Filter{To: date.MustParse("2023-04-10")}, 4},
		"the second day": {audit.Filter{From: date.MustParse("2023-04-11"), To: date.MustParse("2023-04-11")}, 6},
		"user and day":   {audit.Filter{User: 2, To: date.MustParse("2023-04-10")}, 2},
	}
	for name, c := range cases {
		entries, total := list(t, d, c.f)
		if len(entries) != c.want || total != c.want {
			t.Errorf("%s: %d entries of %d, want %d", name, len(entries), total, c.want)
		}
	}
	var paged []string
	f := audit.Filter{Limit: 3}
	for {
		entries, total := list(t, d, f)
		if total != 10 {
			t.Fatalf("total %d on a page", total)
		}
		for _, e := range entries {
			paged = append(paged, strings.TrimPrefix(e.Subject, "worker:"))
			f.Before = audit.Key{At: e.At, ID: e.ID}
		}
		if len(entries) < f.Limit {
			break
		}
	}
	if diff := cmp.Diff("9 8 7 6 5 4 3 2 1 0", strings.Join(paged, " ")); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	entries, _ := list(t, d, audit.Filter{Subject: "worker:3"})
	if e := entries[0]; string(e.Detail) != `{"b":3,"field":"phone"}` || e.Number != 0 || e.User != 2 {
		t.Errorf("entry = %+v", e)
	}
}

// The pages of several rare actions, and of all, hold each entry once.
func TestList_of_several_actions_pages_as_one_list(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	d := testkit.NewDBAt(t, clock)
	names := []string{"login", "logout", "user.lock", "worker.open"}
	for i := range 40 {
		must(t, audit.Read(t.Context(), d, int64(i%2+1), names[i%4], fmt.Sprintf("user:%d", i%3), nil))
		if i%3 == 0 { // some stand at one instant
			clock.Advance(time.Second)
		}
	}
	for name, f := range map[string]audit.Filter{
		"all": {}, "two actions": {Actions: names[1:3]}, "all but one": {Without: names[:1]}, "two subjects": {Subjects: []string{"user:0", "user:2"}},
		"two actions of a user": {Actions: names[:2], User: 1}, "an action that nothing has": {Actions: []string{"-"}},
	} {
		f.Limit = 1000
		want, total := list(t, d, f)
		if total != len(want) {
			t.Errorf("%s: %d of %d", name, len(want), total)
		}
		var got []audit.Entry
		for f.Limit = 3; ; {
			page, _ := list(t, d, f)
			got = append(got, page...)
			if len(page) < 3 {
				break
			}
			last := page[len(page)-1]
			must(t, d.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
				f.Before, err = audit.KeyOf(t.Context(), tx, last.ID)
				return err
			}))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-whole +pages):\n%s", name, diff)
		}
	}
	if _, total := list(t, d, audit.Filter{Actions: names[1:3]}); total != 20 {
		t.Errorf("two of four actions: %d of 40", total)
	}
}

// Check goes on from where it ended, tells what differs behind that place, and finds what was altered before it when it
// is begun anew.
func TestCheck_goes_on_from_where_it_ended(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	d := testkit.NewDBAt(t, clock)
	fill(t, d, clock, 10)
	seal(t, d)
	fill(t, d, clock, 2)
	begun := clock.Now()
	c, err := audit.Check(t.Context(), d, false)
	must(t, err)
	if c.Sealed != 10 || c.Open != 2 || c.Checked != 10 || !c.Begun.Equal(begun) || !c.At.Equal(begun) {
		t.Errorf("at first: %+v", c)
	}
	clock.Advance(time.Hour)
	seal(t, d)
	if c, err = audit.Check(t.Context(), d, false); err != nil || c.Checked != 12 || !c.Begun.Equal(begun) || c.At.Equal(begun) {
		t.Errorf("then: %+v %v", c, err)
	}
	exec(t, d, `UPDATE audit_entry SET detail = '{}' WHERE number = 3`)
	if c, err = audit.Check(t.Context(), d, false); err != nil || c.Checked != 12 {
		t.Errorf("what lies before is not walked again: %+v %v", c, err)
	}
	_, err = audit.Check(t.Context(), d, true)
	if f, ok := fault.As(err); !ok || f.Kind != fault.Conflict || f.Key != "audit.entry_differs" || f.Args[0] != int64(3) {
		t.Errorf("anew: %v", err)
	}
	must(t, d.ReadTx(t.Context(), func(tx *db.Tx) (err error) {
		c, err = audit.State(t.Context(), tx)
		return err
	}))
	if c.Checked != 12 {
		t.Errorf("a walk that failed moved the place: %+v", c)
	}
}

// Every listed act has a kind that is listed, stands once, and subjects are told apart by it.
func TestActs_are_listed_once(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range audit.Acts {
		if seen[a.Name] || a.Kind != "" && !slices.Contains(audit.Kinds, a.Kind) || !audit.Known(a.Name) {
			t.Errorf("%+v", a)
		}
		seen[a.Name] = true
	}
	for subject, want := range map[string]string{"user:7": "user 7", "4711": "worker 4711", "": "worker "} {
		kind, id := audit.Entry{Action: "worker.open", Subject: subject}.About()
		if kind+" "+id != want {
			t.Errorf("%q is about %s %s", subject, kind, id)
		}
	}
	if a, ok := audit.Find("no.such"); ok || a.Name != "no.such" {
		t.Errorf("%+v", a)
	}
}
