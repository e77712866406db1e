// Package money keeps amounts as integer fen (分, 1/100 yuan) from end to end. There is no
// floating point in it.
package money

import (
	"fmt"
	"strconv"
	"strings"

	"tuoxing/internal/fault"
)

// Fen is an amount in fen. One yuan is 100 fen.
type Fen int64

// Yuan makes an amount of whole yuan.
func Yuan(y int64) Fen { return Fen(y * 100) }

// String prints yuan with two decimals and no grouping: 2331000 fen is "23310.00".
func (f Fen) String() string {
	sign := ""
	u := uint64(f)
	if f < 0 {
		sign, u = "-", -u
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}

// Parse reads yuan as written by people: "1,513,750.00", "500", "-3.5". More than two
// decimals are refused rather than rounded.
func Parse(s string) (Fen, error) {
	bad := func() (Fen, error) { return 0, fault.New(fault.Invalid, "money.unreadable") }
	t := strings.ReplaceAll(strings.TrimSpace(s), ",", "")
	neg := strings.HasPrefix(t, "-")
	t = strings.TrimPrefix(t, "-")
	whole, frac, dotted := strings.Cut(t, ".")
	if whole == "" || len(frac) > 2 || (dotted && frac == "") {
		return bad()
	}
	for len(frac) < 2 {
		frac += "0"
	}
	for _, r := range whole + frac {
		if r < '0' || r > '9' {
			return bad()
		}
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return bad()
	}
	if neg {
		n = -n
	}
	return Fen(n), nil
}
