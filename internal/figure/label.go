package figure

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
)

// Labels writes the values of dimensions for people, in one language, as of a day.
type Labels struct {
	tree *org.Tree
	on   date.Day
	p    locale.Printer
}

// Labels reads the names of units once.
func (s *Service) Labels(ctx context.Context, on date.Day, p locale.Printer) (*Labels, error) {
	t, err := s.Org.Latest(ctx, s.DB)
	return &Labels{tree: t, on: on, p: p}, err
}

// Dim is the name of a dimension.
func (l *Labels) Dim(d ledger.Dim) string { return l.p.T("figure.dim." + string(d)) }

// Of is the name of a value of a dimension. 0 is "none" or "unknown", as the dimension has it.
func (l *Labels) Of(d ledger.Dim, v int64) string {
	switch d {
	case ledger.Rank, ledger.RankEver:
		return l.p.T("cn.rank." + strconv.FormatInt(v, 10))
	case ledger.Sex, ledger.Age, ledger.Class, ledger.Member, ledger.CauseOf, ledger.EntryOf:
		return l.p.T(fmt.Sprintf("figure.%s.%d", d, v))
	}
	if name := l.proper(d, v); v != 0 && name != "" {
		return name
	}
	return l.p.T("figure.none")
}

// proper is the name of what has a name of its own: a place, a unit, a trade; empty when unknown.
func (l *Labels) proper(d ledger.Dim, v int64) string {
	switch d {
	case ledger.District:
		r, _ := cn.RegionOf(strconv.FormatInt(v, 10)) // an unknown code has no name
		if l.p.Lang() == locale.EN && r.NameEN != "" {
			return r.NameEN
		}
		return r.Name
	case ledger.Union, ledger.Employer:
		return l.tree.Name(org.UnitID(v), l.on)
	case ledger.Section:
		return l.p.T("cn.section." + string(rune(v)))
	case ledger.Ownership:
		return l.p.T(org.Ownership(v).Key())
	case ledger.Size:
		return l.p.T(org.Size(v).Key())
	case ledger.Occupation:
		name, _ := cn.OccupationName(int32(v)) // as above
		if l.p.Lang() == locale.EN {           // the list of occupations has no published English names
			return cn.PinyinTerm(name)
		}
		return name
	}
	return ""
}

// Sort brings the cells of a cross table into the order of official tables: districts and units as
// the city lists them, all else by its code, none and unknown last.
func (l *Labels) Sort(by []ledger.Dim, cells []Cell) {
	places := make([]map[int64]int, len(by))
	for i, d := range by {
		places[i] = l.places(d)
	}
	last := func(i int, v int64) int {
		switch place, listed := places[i][v]; {
		case listed:
			return place
		case v == 0:
			return 2 << 30
		}
		return 1 << 30
	}
	slices.SortStableFunc(cells, func(a, b Cell) int {
		for i := range by {
			x, y := a.Keys[i], b.Keys[i]
			if c := cmp.Or(cmp.Compare(last(i, x), last(i, y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
		}
		return 0
	})
}

// places are the places of the values of a dimension that has an official order.
func (l *Labels) places(d ledger.Dim) map[int64]int {
	out := map[int64]int{}
	switch d {
	case ledger.District:
		for i, r := range cn.Zhenjiang() {
			out[int64(cn.RegionNumber(r.Code))] = i
		}
	case ledger.Union, ledger.Employer:
		for i, id := range l.tree.Units("") {
			out[int64(id)] = i
		}
	case ledger.Rank, ledger.RankEver:
		out[0] = 0 // no certificate stands before the lowest level
	}
	return out
}

// Code is the value of a dimension as the command line and addresses write it: division codes,
// ranks 0–8, letters of sections, codes or ids of units.
func Code(d ledger.Dim, v int64) string {
	switch d {
	case ledger.Section:
		if v == 0 {
			return "none"
		}
		return string(rune(v))
	case ledger.Occupation:
		return cn.OccupationCode(int32(v))
	}
	return strconv.FormatInt(v, 10)
}

// ParseWhere reads a filter such as district=321181 or rank_ever=4,5,6; the values are those that
// Code writes. Invalid names the part that cannot be read.
func ParseWhere(text string) (ledger.Cond, error) {
	name, list, ok := cutFilter(text)
	if !ok || !ledger.IsDim(ledger.Dim(name)) {
		return ledger.Cond{}, fieldFault("where", "figure.where_unreadable", text)
	}
	c := ledger.Cond{Dim: ledger.Dim(name)}
	for _, part := range list {
		v, err := parseCode(c.Dim, part)
		if err != nil {
			return ledger.Cond{}, fieldFault("where", "figure.where_value", part, name)
		}
		c.In = append(c.In, v)
	}
	return c, nil
}

func cutFilter(text string) (name string, list []string, ok bool) {
	name, values, ok := strings.Cut(text, "=")
	return strings.TrimSpace(name), strings.FieldsFunc(values, func(r rune) bool { return r == ',' || r == ' ' }), ok && strings.Trim(values, ", ") != ""
}

func parseCode(d ledger.Dim, text string) (int64, error) {
	switch {
	case d == ledger.Section && text == "none":
		return 0, nil
	case d == ledger.Section && len(text) == 1 && text[0] >= 'A' && text[0] <= 'T':
		return int64(text[0]), nil
	case d == ledger.Occupation:
		code, err := cn.ParseOccupation(text)
		return int64(code), err
	case d == ledger.District:
		for _, r := range cn.Zhenjiang() { // also by name: 丹阳市
			if text == r.Name || text == r.NameEN {
				return int64(cn.RegionNumber(r.Code)), nil
			}
		}
	}
	return strconv.ParseInt(text, 10, 64)
}

func fieldFault(field, key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: key, Args: args}}}
}
