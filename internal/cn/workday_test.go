package cn

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

func calendar(t *testing.T, further string) *Calendar {
	t.Helper()
	c, err := WorkingDays(further)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The number of working days of a year: 365 or 366 less weekends and holidays, plus make-up days, counted by hand
// from the notices.
func TestCalendar_counts_the_working_days_of_each_year(t *testing.T) {
	t.Parallel()
	c := calendar(t, "")
	if got := c.Years(); !slices.Equal(got, []int{2023, 2024, 2025, 2026}) {
		t.Fatalf("years %v", got)
	}
	// Statutory days off within Monday to Friday or moved there: 11 a year to 2024, 13 from 2025 on
	// (全国年节及纪念日放假办法). Working days = days from Monday to Friday − statutory days, but that New Year's days of
	// 2022-12-31 and of a Sunday (2023-01-01) are made up for as the notice says.
	for year, want := range map[int]int{2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		got, err := c.Between(date.Of(year-1, 12, 31), date.Of(year, 12, 31))
		if err != nil || got != want {
			t.Errorf("%d: %d working days, want %d (%v)", year, got, want, err)
		}
	}
}

func TestCalendar_knows_days_off_and_days_made_up(t *testing.T) {
	t.Parallel()
	c := calendar(t, "")
	for text, want := range map[string]bool{
		"2023-01-28": true, "2023-01-02": false, "2023-10-07": true, "2023-10-09": true, "2024-02-09": true, "2024-02-18": true, "2024-06-10": false, "2024-05-11": true,
		"2025-01-26": true, "2025-10-08": false, "2025-10-11": true, "2026-01-04": true, "2026-02-14": true, "2026-02-23": false, "2026-02-28": true, "2026-09-20": true, "2026-10-10": true,
		"2026-11-28": false, "2026-11-25": true,
	} {
		if got, err := c.Is(date.MustParse(text)); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	for _, x := range []struct {
		from string
		n    int
		want string
	}{{"2026-09-30", 1, "2026-10-08"}, {"2026-11-25", 15, "2026-12-16"}, {"2023-01-20", 3, "2023-01-30"}, {"2026-02-13", 15, "2026-03-12"}, {"2025-12-31", 1, "2026-01-04"}, {"2026-11-28", 1, "2026-11-30"}} {
		if got, err := c.After(date.MustParse(x.from), x.n); err != nil || got != date.MustParse(x.want) {
			t.Errorf("%d working days after %s: %v %v, want %s", x.n, x.from, got, err, x.want)
		}
	}
}

func TestCalendar_says_which_years_it_knows(t *testing.T) {
	t.Parallel()
	c := calendar(t, "")
	if _, err := c.After(date.Of(2026, 12, 15), 15); !fault.Is(err, fault.Conflict) {
		t.Errorf("into 2027: %v", err)
	}
	if _, err := c.Is(date.Of(2022, 12, 31)); !fault.Is(err, fault.Conflict) {
		t.Errorf("2022: %v", err)
	}
	further := calendar(t, "year,from,to,kind,name,source\n2027,2027-01-01,2027-01-03,rest,元旦,made up for this test\n")
	if got, err := further.After(date.Of(2026, 12, 31), 1); err != nil || got != date.Of(2027, 1, 4) {
		t.Errorf("with 2027: %v %v", got, err)
	}
	head := "year,from,to,kind,name,source\n"
	for _, bad := range []string{head + "2027,2027-01-01,2027-01-03,free,元旦,x\n", head + "2027,2027-01-03,2027-01-01,rest,元旦,x\n", head + "2027,2028-01-01,2028-01-01,rest,元旦,x\n",
		head + "2026,2026-12-31,2026-12-31,rest,元旦,x\n", head + "2027,2027-01-01,2027-02-01,rest,元旦,x\n", head + "2027,1.1,1.3,rest,元旦,x\n", head + "2027,2027-01-01\n"} {
		if _, err := WorkingDays(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Every make-up day is a Saturday or Sunday, and no day is both.
func TestCalendar_list_is_sound(t *testing.T) {
	t.Parallel()
	c := calendar(t, "")
	for d := range c.work {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday || c.rest[d] {
			t.Errorf("%v is made up for", d)
		}
	}
	if len(c.work) != 7+8+5+6 { // 2023 to 2026
		t.Errorf("%d make-up days", len(c.work))
	}
	for _, line := range strings.Split(strings.TrimSpace(workingDaysCSV), "\n")[1:] {
		if strings.HasSuffix(line, ",") {
			t.Errorf("no source: %s", line)
		}
	}
}
