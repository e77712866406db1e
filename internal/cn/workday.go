package cn

import (
	_ "embed" // working_days.csv
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// Calendar tells working days (工作日) from days of rest, with public holidays (法定节假日) and make-up days (调休), which
// the State Council announces year by year: no rule gives them. It knows the years that its lists hold and no others.
type Calendar struct {
	years map[int]bool
	rest  map[date.Day]bool
	work  map[date.Day]bool
}

//go:embed data/working_days.csv
var workingDaysCSV string

// WorkingDays is the calendar of the years whose notices are part of the program, and of those in further, which
// is a list in the same form (docs/formats.md) or empty. Faults: Invalid, naming the line.
func WorkingDays(further string) (*Calendar, error) {
	c := &Calendar{years: map[int]bool{}, rest: map[date.Day]bool{}, work: map[date.Day]bool{}}
	for _, text := range []string{workingDaysCSV, further} {
		if err := c.read(text); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// longestRest is more days than any holiday of the lists has; a longer one is a mistyped year.
const longestRest = 15

func (c *Calendar) read(text string) error {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
	r.FieldsPerRecord = 6
	rows, err := r.ReadAll()
	if err != nil {
		return fault.New(fault.Invalid, "cn.calendar_unreadable").Because(err)
	}
	own := map[int]bool{}
	for i, row := range rows {
		if i == 0 {
			continue // headings
		}
		year, err := strconv.Atoi(row[0])
		from, err2 := date.Parse(row[1])
		to, err3 := date.Parse(row[2])
		if err != nil || err2 != nil || err3 != nil || to < from || to-from >= longestRest || row[3] != "rest" && row[3] != "work" {
			return fault.New(fault.Invalid, "cn.calendar_line", i+1).WithFix("cn.calendar_form")
		}
		if y, _, _ := to.YMD(); y != year || c.years[year] && !own[year] {
			return fault.New(fault.Invalid, "cn.calendar_year", i+1, year).WithFix("cn.calendar_form")
		}
		own[year], c.years[year] = true, true
		for d := from; d <= to; d++ {
			if row[3] == "rest" {
				c.rest[d] = true
			} else {
				c.work[d] = true
			}
		}
	}
	return nil
}

// Years are the years that the calendar knows, ascending.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Is reports whether a day is a working day. Conflict for a year that the calendar does not know.
func (c *Calendar) Is(day date.Day) (bool, error) {
	year, _, _ := day.YMD()
	switch {
	case !c.years[year]:
		known := c.Years()
		return false, fault.New(fault.Conflict, "cn.calendar_unknown", year, known[0], known[len(known)-1]).WithFix("cn.calendar_add")
	case c.rest[day]:
		return false, nil
	case c.work[day]:
		return true, nil
	}
	w := day.Weekday()
	return w != time.Saturday && w != time.Sunday, nil
}

// After is the nth working day after a day, which itself does not count (民法典第二百零一条). Conflict when it would lie in
// a year that the calendar does not know.
func (c *Calendar) After(day date.Day, n int) (date.Day, error) {
	for n > 0 {
		day++
		is, err := c.Is(day)
		if err != nil {
			return 0, err
		}
		if is {
			n--
		}
	}
	return day, nil
}

// Between counts the working days after from up to and including to; 0 when to is not later.
func (c *Calendar) Between(from, to date.Day) (n int, err error) {
	for d := from + 1; d <= to; d++ {
		is, err := c.Is(d)
		if err != nil {
			return 0, err
		}
		if is {
			n++
		}
	}
	return n, nil
}
