// Package date holds days, months and periods without clocks and zones.
//
// A Day is a calendar day in China. What ends is stored with its last day; what has no end
// ends on Forever, so that SQL and Go compare periods without a special case.
package date

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"tuoxing/internal/fault"
)

// Day is a calendar day, counted from 1970-01-01. It prints and is stored as 2006-01-02.
type Day int32

// Ever and Forever bound every period: the day before all others and the day after.
var (
	Ever    = Of(1, 1, 1)
	Forever = Of(9999, 12, 31)
)

// Of makes a day. Days and months outside their range carry over, as in time.Date.
func Of(year, month, day int) Day {
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// China is the zone of the civil calendar: UTC+8 without summer time.
var China = time.FixedZone("CST", 8*3600)

// On gives the civil day in China at an instant.
func On(t time.Time) Day {
	y, m, d := t.In(China).Date()
	return Of(y, int(m), d)
}

// Parse reads exactly 2006-01-02. The many spellings that people use are read by cn.ParseDate.
func Parse(s string) (Day, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fault.New(fault.Invalid, "date.unreadable", s)
	}
	return Day(t.Unix() / 86400), nil
}

// MustParse is Parse for literals; it panics on a bad one.
func MustParse(s string) Day {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// YMD gives year, month 1–12 and day 1–31.
func (d Day) YMD() (year, month, day int) {
	y, m, dd := d.Time().Date()
	return y, int(m), dd
}

// Time is midnight of the day in UTC.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String prints 2006-01-02.
func (d Day) String() string {
	y, m, dd := d.YMD()
	if y < 0 || y > 9999 {
		return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
	}
	digit := func(n int) byte { return byte('0' + n%10) }
	return string([]byte{digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(m / 10), digit(m), '-', digit(dd / 10), digit(dd)})
}

// Month gives the month the day lies in.
func (d Day) Month() Month {
	y, m, _ := d.YMD()
	return MonthOf(y, m)
}

// AddMonths counts calendar months and clamps at the month's end: 31 January plus one month
// is 28 or 29 February.
func (d Day) AddMonths(n int) Day {
	y, m, dd := d.YMD()
	first := MonthOf(y, m) + Month(n)
	if last := (first + 1).First() - 1; int(last-first.First())+1 < dd {
		return last
	}
	return first.First() + Day(dd-1)
}

// Weekday gives the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// Value stores the day as text; PostgreSQL reads it into a date column.
func (d Day) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads what either database gives back: text, or a time at midnight.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case string:
		p, err := Parse(strings.TrimSuffix(v, "T00:00:00Z"))
		if err != nil {
			return fmt.Errorf("scan day: %w", err)
		}
		*d = p
		return nil
	case time.Time:
		y, m, dd := v.Date()
		*d = Of(y, int(m), dd)
		return nil
	}
	return fmt.Errorf("scan day: unexpected %T", src)
}

// MarshalText and UnmarshalText make a day 2006-01-02 in JSON, YAML and forms.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02.
func (d *Day) UnmarshalText(b []byte) error {
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Month is a calendar month, year × 12 + month − 1. Zero means unknown.
type Month int32

// MonthOf makes a month; month is 1–12.
func MonthOf(year, month int) Month { return Month(year*12 + month - 1) }

// YM gives year and month 1–12.
func (m Month) YM() (year, month int) { return int(m) / 12, int(m)%12 + 1 }

// First is the first day of the month.
func (m Month) First() Day {
	y, mm := m.YM()
	return Of(y, mm, 1)
}

// String prints 2006-01, or nothing when unknown.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	y, mm := m.YM()
	return fmt.Sprintf("%04d-%02d", y, mm)
}

// Age is the number of completed years on a day for someone born in this month, a year being
// complete from the first day of the birth month. It is −1 when the month is unknown.
func (m Month) Age(on Day) int {
	if m == 0 {
		return -1
	}
	return int(on.Month()-m) / 12
}

// Period is a span of days, both ends included. No end is Forever.
type Period struct {
	From, To Day
}

// Has reports whether the day lies in the period.
func (p Period) Has(d Day) bool { return p.From <= d && d <= p.To }

// Year is the period from 1 January to 31 December.
func Year(y int) Period { return Period{Of(y, 1, 1), Of(y, 12, 31)} }
