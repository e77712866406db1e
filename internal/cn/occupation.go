package cn

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"tuoxing/internal/fault"
)

var (
	//go:embed data/occupations_2022.csv
	occupationsCSV string
	//go:embed data/occupation_synonyms.csv
	synonymsCSV string
)

// occupationList is the immutable index of occupations.
type occupationList struct {
	names  map[int32]string
	byName map[string]int32 // folded, with synonyms
}

var occupations = sync.OnceValue(func() occupationList {
	l := occupationList{names: map[int32]string{}, byName: map[string]int32{}}
	for _, row := range records(occupationsCSV) {
		if row[2] != "occupation" {
			continue
		}
		code := occupationNumber(row[0])
		l.names[code] = row[1]
		l.byName[Fold(row[1])] = code
	}
	for _, row := range records(synonymsCSV) {
		l.byName[Fold(row[0])] = occupationNumber(row[1])
	}
	return l
})

// occupationNumber makes 6180101 of 6-18-01-01 or 6180101, and of a work type (工种) written
// behind it, 6-18-01-01-02. It is 0 for anything else.
func occupationNumber(s string) int32 {
	if s == "" || s[0] < '1' || s[0] > '8' {
		return 0
	}
	if strings.Contains(s, "-") {
		parts := strings.Split(s, "-")
		if len(parts) < 4 || len(parts) > 5 || len(parts[0]) != 1 {
			return 0
		}
		for _, p := range parts[1:] {
			if len(p) != 2 {
				return 0
			}
		}
		s = strings.Join(parts[:4], "")
	}
	if len(s) != 7 || !allDigits(s) {
		return 0
	}
	return int32(number(s))
}

// ParseOccupation reads an occupation (职业, 职业分类大典 2022) by its code, 6-18-01-01, or by a
// name: the official one, that of an earlier edition or a usual one (数控车工 is 车工). The
// flags L (green) and S (digital) behind a name are dropped. Codes of earlier editions are
// not known by their code, as they mean other occupations today.
func ParseOccupation(s string) (code int32, err error) {
	l := occupations()
	text := Fold(s)
	if n := occupationNumber(text); n != 0 {
		if _, ok := l.names[n]; ok {
			return n, nil
		}
		return 0, fault.New(fault.Invalid, "cn.occupation_unknown")
	}
	if code, ok := l.byName[text]; ok {
		return code, nil
	}
	if code, ok := l.byName[withoutFlags(text)]; ok {
		return code, nil
	}
	return 0, fault.New(fault.Invalid, "cn.occupation_unknown")
}

// withoutFlags drops l, s and l/s at the end of a folded name, also in brackets.
func withoutFlags(name string) string {
	trimmed := strings.TrimRight(name, "ls/()")
	if strings.Contains(name[len(trimmed):], "l") || strings.Contains(name[len(trimmed):], "s") {
		return trimmed
	}
	return name
}

// OccupationName gives the official Chinese name of a code such as 6180101.
func OccupationName(code int32) (string, bool) {
	name, ok := occupations().names[code]
	return name, ok
}

// OccupationCode prints a code such as 6180101 the way the standard does: 6-18-01-01.
func OccupationCode(code int32) string {
	return fmt.Sprintf("%d-%02d-%02d-%02d", code/1000000, code/10000%100, code/100%100, code%100)
}
