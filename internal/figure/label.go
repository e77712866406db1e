package figure

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
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
	l := &Labels{on: on, p: p}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		l.tree, err = s.Org.Tree(ctx, tx)
		return err
	})
	return l, err
}

// Dim is the name of a dimension.
func (l *Labels) Dim(d ledger.Dim) string { return l.p.T("figure.dim." + string(d)) }

// Of is the name of a value of a dimension. 0 is "none" or "unknown", as the dimension has it.
func (l *Labels) Of(d ledger.Dim, v int64) string {
	switch d {
	case ledger.District:
		if r, ok := cn.RegionOf(strconv.FormatInt(v, 10)); ok {
			if l.p.Lang() == locale.EN && r.NameEN != "" {
				return r.NameEN
			}
			return r.Name
		}
	case ledger.Union, ledger.Employer:
		if name := l.tree.Name(org.UnitID(v), l.on); name != "" {
			return name
		}
	case ledger.Rank, ledger.RankEver:
		return l.p.T("cn.rank." + strconv.FormatInt(v, 10))
	case ledger.Section:
		if v != 0 {
			return l.p.T("cn.section." + string(rune(v)))
		}
	case ledger.Sex, ledger.Age, ledger.Class, ledger.Member, ledger.CauseOf, ledger.EntryOf:
		return l.p.T(fmt.Sprintf("figure.%s.%d", d, v))
	case ledger.Ownership:
		if v != 0 {
			return l.p.T(org.Ownership(v).Key())
		}
	case ledger.Size:
		if v != 0 {
			return l.p.T(org.Size(v).Key())
		}
	case ledger.Occupation:
		if name, ok := cn.OccupationName(int32(v)); ok {
			return name
		}
	}
	return l.p.T("figure.none")
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
	}
	return strconv.ParseInt(text, 10, 64)
}

func fieldFault(field, key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: key, Args: args}}}
}
