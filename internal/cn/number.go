package cn

import (
	"math"
	"strings"

	"tuoxing/internal/fault"
	"tuoxing/internal/money"
)

// NumberState tells whether a cell of numbers holds one.
type NumberState uint8

// The states of a cell of numbers.
const (
	Empty   NumberState = iota // nothing, —, 无
	Absent                     // 缺考, 弃考: the person did not come
	Present                    // a number
)

// Number is a decimal number as written: Digits / 10^Scale, so 98.5 is 985 with Scale 1 and
// 80% is 80 with Scale 2. Unit is what stood behind it: 人, 元/人, 万元.
type Number struct {
	State  NumberState
	Digits int64
	Scale  int
	Unit   string
}

// maxDigits keeps every number and its sum far below the end of int64.
const maxDigits = 15

// emptyCells and absentCells are what people write instead of a number, folded.
var (
	emptyCells  = map[string]bool{"": true, "-": true, "--": true, "—": true, "——": true, "–": true, "/": true, "\\": true, "无": true, "空": true, "n/a": true, "#n/a": true}
	absentCells = map[string]bool{"缺考": true, "缺": true, "缺席": true, "未考": true, "未参考": true, "弃考": true, "弃权": true, "旷考": true}
)

// ParseNumber reads a cell of numbers: 3人, 500 元/人, 1,513,750.00, 80%, ９８．５. What stands
// behind the digits is the unit. An empty cell and an absent person are not errors.
func ParseNumber(s string) (Number, error) {
	t := Fold(strings.TrimPrefix(strings.TrimSpace(s), "'"))
	switch {
	case emptyCells[t]:
		return Number{State: Empty}, nil
	case absentCells[t]:
		return Number{State: Absent}, nil
	}
	t = strings.TrimLeft(t, "¥￥")
	body, negative := strings.CutPrefix(t, "-")
	n, rest, ok := digitsOf(body)
	if !ok {
		return Number{}, fault.New(fault.Invalid, "cn.number_unreadable")
	}
	if negative {
		n.Digits = -n.Digits
	}
	if after, found := strings.CutPrefix(rest, "%"); found {
		n.Scale += 2
		rest = after
	}
	n.Unit = rest
	return n, nil
}

// digitsOf reads digits with a point and grouping commas, and gives what follows. What
// follows must be a unit and not another part of a number.
func digitsOf(s string) (n Number, rest string, ok bool) {
	end := len(s) - len(strings.TrimLeft(s, "0123456789.,"))
	text, rest := s[:end], s[end:]
	whole, fraction, point := strings.Cut(text, ".")
	whole, ok = ungroup(whole)
	if !ok || (point && !allDigits(fraction)) || len(whole)+len(fraction) > maxDigits {
		return n, rest, false
	}
	n = Number{State: Present, Digits: int64(number(whole + fraction)), Scale: len(fraction)}
	return n, rest, !strings.ContainsAny(rest, "0123456789.,+")
}

// ungroup takes the commas out of 1,513,750. Each must stand before three digits, so that 1,5
// is not read as 15.
func ungroup(s string) (string, bool) {
	first, others, grouped := strings.Cut(s, ",")
	if !grouped {
		return s, allDigits(s)
	}
	for _, g := range strings.Split(others, ",") {
		if len(g) != 3 {
			return "", false
		}
	}
	digits := strings.ReplaceAll(s, ",", "")
	return digits, len(first) >= 1 && len(first) <= 3 && allDigits(digits)
}

// ParseCount reads a whole number that is not negative, with its unit: 3人, 1,513. An empty
// cell and an absent person are errors here: cn.number_empty.
func ParseCount(s string) (n int64, unit string, err error) {
	v, err := ParseNumber(s)
	switch {
	case err != nil:
		return 0, "", err
	case v.State != Present:
		return 0, "", fault.New(fault.Invalid, "cn.number_empty")
	}
	n, ok := v.At(0)
	if !ok || n < 0 {
		return 0, "", fault.New(fault.Invalid, "cn.number_whole")
	}
	return n, v.Unit, nil
}

// At gives the number times 10^places as a whole number: 98.5 at one place is 985. ok is false
// if it has more places than asked for, or is too large.
func (n Number) At(places int) (v int64, ok bool) {
	v = n.Digits
	for range places - n.Scale {
		if v > math.MaxInt64/10 || v < math.MinInt64/10 {
			return 0, false
		}
		v *= 10
	}
	for range n.Scale - places {
		if v%10 != 0 {
			return 0, false
		}
		v /= 10
	}
	return v, true
}

// moneyPlaces are the decimal places from the unit down to fen, longest unit first.
var moneyPlaces = []struct {
	unit   string
	places int
}{
	{"亿元", 10},
	{"万元", 6},
	{"千元", 5},
	{"元", 2},
	{"亿", 10},
	{"万", 6},
}

// ParseDecimalYuan reads an amount of money. The unit stands in the cell (36.35万元, 500 元/人)
// or else in the column's header, 补贴金额(万元); without either it is yuan. An empty cell is
// an error here, cn.number_empty; parts of a fen are refused, not rounded.
func ParseDecimalYuan(s, header string) (money.Fen, error) {
	v, err := ParseNumber(s)
	switch {
	case err != nil:
		return 0, err
	case v.State != Present:
		return 0, fault.New(fault.Invalid, "cn.number_empty")
	}
	places, ok := placesOf(v.Unit)
	if !ok {
		if v.Unit != "" {
			return 0, fault.New(fault.Invalid, "cn.money_unit")
		}
		places = 2
		if p, found := placesOf(Fold(header)); found {
			places = p
		}
	}
	fen, ok := v.At(places)
	if !ok {
		return 0, fault.New(fault.Invalid, "cn.money_fraction")
	}
	return money.Fen(fen), nil
}

func placesOf(unit string) (int, bool) {
	for _, m := range moneyPlaces {
		if strings.Contains(unit, m.unit) {
			return m.places, true
		}
	}
	return 0, false
}
