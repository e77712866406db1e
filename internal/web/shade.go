package web

import (
	"fmt"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/ledger"
)

// shades is how many colours, and how many levels, there are (app.css).
const shades = 8

// ordered are the dimensions whose values run from low to high, with the level of each value from light to dark.
var ordered = map[ledger.Dim]map[int64]int{
	ledger.Rank: ranks, ledger.RankEver: ranks,
	ledger.Age:  {1: 1, 2: 3, 3: 5, 4: 6, 5: 8},
	ledger.Size: {4: 2, 3: 4, 2: 6, 1: 8}, // 1 is the largest
}

var ranks = map[int64]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8}

// shade is the colour of a value of a dimension, the same on every page and whatever stands beside it; empty for values without
// one of their own (units, trades).
func shade(d ledger.Dim, v int64) string {
	if levels, ok := ordered[d]; ok {
		if n, ok := levels[v]; ok {
			return fmt.Sprintf("r%d", n)
		}
		return "none"
	}
	switch d {
	case ledger.Member: // 0 says that somebody is none
		return map[int64]string{0: "c5", 1: "c1"}[v]
	case ledger.Class: // the same of 0
		if v == 0 {
			return "c5"
		}
		return colour(v)
	case ledger.Sex:
		if v != 0 {
			return colour(v)
		}
	case ledger.District:
		regions := cn.Zhenjiang()
		if at := slices.IndexFunc(regions, func(r cn.Region) bool { return int64(cn.RegionNumber(r.Code)) == v }); at >= 0 {
			return colour(int64(at) + 1)
		}
	case ledger.Section, ledger.Ownership:
		if v != 0 {
			return colour(v)
		}
	default:
		return ""
	}
	return "none"
}

// level is the shade of a value of a dimension that runs from low to high; bars of any other stand in one colour, for they are
// told apart by their names.
func level(d ledger.Dim, v int64) string {
	if _, ok := ordered[d]; ok {
		return shade(d, v)
	}
	return ""
}

// shadeAt is shade, and for values without a colour of their own one by their place.
func shadeAt(d ledger.Dim, v int64, at int) string {
	if s := shade(d, v); s != "" {
		return s
	}
	if v == 0 {
		return "none"
	}
	return colour(int64(at) + 1)
}

func colour(n int64) string { return fmt.Sprintf("c%d", (n-1)%shades+1) }
