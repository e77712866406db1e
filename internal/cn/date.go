package cn

import (
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// Precision tells how exactly a date was written.
type Precision uint8

// The precisions. A date to the month stands for its first day; NoEnd (长期) is date.Forever.
const (
	ToDay Precision = iota
	ToMonth
	NoEnd
)

// Years outside are typing mistakes; 9999-12-31 is read as NoEnd before.
const minYear, maxYear = 1800, 2199

// Serial day numbers of spreadsheets (1900 system): 25569 is 1970-01-01. Only those from 1954
// to 2119 are believed, so that counts and years are not read as dates.
const serialEpoch, minSerial, maxSerial = 25569, 20000, 80000

// noEndWords are the ways a certificate or contract says that it does not end.
var noEndWords = map[string]bool{
	"长期": true, "长期有效": true, "永久": true, "永久有效": true, "终身": true, "终身有效": true,
	"无固定期限": true, "无固定期": true, "无期限": true, "至今": true,
}

// calendarDay makes a day only if the calendar has it. It knows the Gregorian leap years and
// allocates nothing.
func calendarDay(year, month, day int) (date.Day, bool) {
	if month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	return date.Of(year, month, day), true
}

func monthDays(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// ParseDate reads a date as people and spreadsheets write it: 2023-04-05, 2023.4.5, 2023/4/5,
// 20230405, 2023年4月5日, full width, with a time behind, 45021 (serial day), 2023年4月 (to the
// month, its first day), 长期 (date.Forever). What could be read in two ways, such as
// 05/06/2023, 6/5, 2023.1 (January, or October without its zero) or a year of two digits, is refused. mended is true unless the text was
// 2006-01-02 already.
func ParseDate(s string) (d date.Day, p Precision, mended bool, err error) {
	var t dateText
	if !t.scan(s) {
		if noEndWords[Fold(s)] {
			return date.Forever, NoEnd, true, nil
		}
		return 0, ToDay, false, unreadableDate()
	}
	d, p, err = t.day()
	if err != nil {
		return 0, ToDay, false, err
	}
	return d, p, !isISO(s), nil
}

func unreadableDate() error { return fault.New(fault.Invalid, "cn.date_unreadable") }
func ambiguousDate() error  { return fault.New(fault.Invalid, "cn.date_ambiguous") }
func impossibleDate() error { return fault.New(fault.Invalid, "cn.date_impossible") }

func isISO(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && allDigits(s[:4]) && allDigits(s[5:7]) && allDigits(s[8:])
}

// dateText is a date taken apart into groups of digits.
type dateText struct {
	value  [3]int
	digits [3]int
	groups int
	sep    rune // the last separator
	open   bool // inside a group
	blank  bool // a blank was seen since the last digit or separator
}

// scan takes the text apart. It is false for anything that is not one to three groups of
// digits with separators between and maybe a time behind.
func (t *dateText) scan(s string) bool {
	for i, r := range s {
		r = halfWidth(r)
		if t.startsTime(r) {
			return isTime(s[i:])
		}
		if !t.take(r) {
			return false
		}
	}
	return t.groups > 0 && (t.open || mayEnd(t.sep))
}

// startsTime tells that the date is complete and a time of day follows.
func (t *dateText) startsTime(r rune) bool {
	if t.groups < 3 {
		return false
	}
	return (r == 'T' && t.open) || (r >= '0' && r <= '9' && (t.blank || !t.open))
}

func (t *dateText) take(r rune) bool {
	switch {
	case r >= '0' && r <= '9':
		return t.digit(int(r - '0'))
	case r == ' ':
		t.blank = t.groups > 0
	case invisible(r) || (r == '\'' && t.groups == 0):
	case t.open && isDateSeparator(r):
		t.open, t.blank, t.sep = false, false, r
	default:
		return false
	}
	return true
}

// digit adds one to the open group, or opens the next. More than eight are too many, except
// behind the point of a serial day, where they are the time.
func (t *dateText) digit(v int) bool {
	if t.open && t.blank {
		return false
	}
	if !t.open {
		t.groups++
	}
	t.open, t.blank = true, false
	g := t.groups - 1
	if t.digits[g] == 8 {
		return g == 1 && t.isSerial()
	}
	t.digits[g]++
	t.value[g] = t.value[g]*10 + v
	return true
}

// isSerial tells a serial day of five digits, maybe with the time behind a point.
func (t *dateText) isSerial() bool {
	return t.digits[0] == 5 && (t.groups == 1 || (t.groups == 2 && t.sep == '.'))
}

// mayEnd tells the separators that a date may end with.
func mayEnd(r rune) bool { return r == '月' || r == '日' || r == '号' || r == '.' }

func isDateSeparator(r rune) bool {
	switch r {
	case '-', '/', '.', '\\', '_', '年', '月', '日', '号', '–', '—', '−', '‐', '·', '。', '、':
		return true
	}
	return false
}

// isTime tells a time of day, maybe with a T before, which is dropped. One with a zone is not accepted, because it
// may belong to the day before.
func isTime(s string) bool {
	colon := false
	for i, r := range s {
		switch r = halfWidth(r); {
		case r == ':':
			colon = true
		case r == 'T' && i == 0:
		case r >= '0' && r <= '9', r == '.', r == ' ':
		default:
			return false
		}
	}
	return colon
}

// day makes the day of the groups.
func (t *dateText) day() (date.Day, Precision, error) {
	v, n := t.value, t.digits
	short := n[1] <= 2 && n[2] <= 2
	switch {
	case t.isSerial():
		return serialDay(v[0])
	case t.groups == 1:
		return oneGroup(v[0], n[0])
	case n[0] == 4 && t.groups == 2 && t.sep == '.' && n[1] == 1 && v[1] == 1:
		return 0, 0, ambiguousDate() // a spreadsheet makes 2023.1 of 2023.10
	case n[0] == 4 && short && t.groups == 2:
		return monthOf(v[0], v[1])
	case n[0] == 4 && short:
		return dayOf(v[0], v[1], v[2])
	case n[0] <= 2 && n[1] <= 2 && n[2] <= 4:
		return 0, 0, ambiguousDate()
	}
	return 0, 0, unreadableDate()
}

func serialDay(serial int) (date.Day, Precision, error) {
	if serial < minSerial || serial > maxSerial {
		return 0, 0, unreadableDate()
	}
	return date.Day(serial - serialEpoch), ToDay, nil
}

// oneGroup reads digits without a separator: 20230405 or 202304. 60 is the serial day of
// 1900-02-29, which spreadsheets count and the calendar does not have.
func oneGroup(v, digits int) (date.Day, Precision, error) {
	switch {
	case digits == 8:
		return dayOf(v/10000, v/100%100, v%100)
	case digits == 6:
		return sixDigits(v)
	case digits == 2 && v == 60:
		return 0, 0, impossibleDate()
	}
	return 0, 0, unreadableDate()
}

// sixDigits reads 202304, unless it could be a year of two digits with month and day.
func sixDigits(v int) (date.Day, Precision, error) {
	if _, ok := calendarDay(2000+v/10000, v/100%100, v%100); ok {
		return 0, 0, ambiguousDate()
	}
	return monthOf(v/100, v%100)
}

func monthOf(year, month int) (date.Day, Precision, error) {
	d, _, err := dayOf(year, month, 1)
	return d, ToMonth, err
}

func dayOf(year, month, day int) (date.Day, Precision, error) {
	if year == 9999 && month == 12 && day == 31 {
		return date.Forever, NoEnd, nil
	}
	d, ok := calendarDay(year, month, day)
	if !ok || year < minYear || year > maxYear {
		return 0, 0, impossibleDate()
	}
	return d, ToDay, nil
}
