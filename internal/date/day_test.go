package date_test

import (
	"testing"
	"time"

	"tuoxing/internal/date"
)

func TestDay_prints_and_reads_the_same(t *testing.T) {
	for _, s := range []string{"0001-01-01", "1899-12-31", "1970-01-01", "2000-02-29", "2023-04-05", "9999-12-31"} {
		d, err := date.Parse(s)
		if err != nil || d.String() != s {
			t.Errorf("%s reads and prints as %s (%v)", s, d, err)
		}
		var back date.Day
		if err := back.Scan(time.Date(d.Time().Year(), d.Time().Month(), d.Time().Day(), 0, 0, 0, 0, time.UTC)); err != nil || back != d {
			t.Errorf("%s scanned from a time gives %s (%v)", s, back, err)
		}
	}
	if _, err := date.Parse("2023-02-29"); err == nil {
		t.Error("29 February 2023 was accepted")
	}
}

func TestAddMonths_clamps_at_the_months_end(t *testing.T) {
	cases := []struct {
		from string
		n    int
		want string
	}{
		{"2023-01-31", 1, "2023-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2023-12-15", 12, "2024-12-15"},
		{"2023-03-31", -1, "2023-02-28"},
		{"2023-11-30", 3, "2024-02-29"},
	}
	for _, c := range cases {
		if got := date.MustParse(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestAge_is_complete_from_the_first_day_of_the_birth_month(t *testing.T) {
	born := date.MonthOf(1988, 7)
	for on, want := range map[string]int{"2023-06-30": 34, "2023-07-01": 35, "2023-07-31": 35, "1988-07-01": 0} {
		if got := born.Age(date.MustParse(on)); got != want {
			t.Errorf("age on %s = %d, want %d", on, got, want)
		}
	}
	if got := date.Month(0).Age(date.MustParse("2023-01-01")); got != -1 {
		t.Errorf("age of an unknown month = %d", got)
	}
}

func TestOn_is_the_civil_day_in_china(t *testing.T) {
	if got := date.On(time.Date(2022, 12, 31, 16, 0, 0, 0, time.UTC)).String(); got != "2023-01-01" {
		t.Errorf("16:00 UTC on 31 December is %s in China", got)
	}
}
