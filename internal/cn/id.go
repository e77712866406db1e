package cn

import (
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// Sex as the numbers and rosters tell it.
type Sex uint8

// The sexes. The zero value is unknown.
const (
	SexUnknown Sex = iota
	Male
	Female
)

// String gives M, F or nothing.
func (s Sex) String() string {
	switch s {
	case Male:
		return "M"
	case Female:
		return "F"
	}
	return ""
}

// IDKind is the kind of card that a number belongs to. Its words are the keys cn.id_kind.<kind>.
type IDKind string

// The kinds of identity numbers.
const (
	Resident     IDKind = "resident"       // 居民身份证, GB 11643
	HKMO         IDKind = "hk_mo"          // 港澳居民居住证, 810000 and 820000
	Taiwan       IDKind = "taiwan"         // 台湾居民居住证, 830000
	ForeignPR    IDKind = "foreign_pr"     // 外国人永久居留身份证 since December 2023, 18 characters from 9
	ForeignPROld IDKind = "foreign_pr_old" // the same before: three letters and 12 digits
)

// ID is what an identity number tells. Number is the plain form, 18 characters but for
// ForeignPROld with 15. Region is the division of the first issue, six digits, for ForeignPR
// the province that took the application. Country is ISO 3166-1: numeric for ForeignPR,
// letters for ForeignPROld, empty for all others.
//
// A ForeignPROld number has neither the century of birth nor the sex: Birth is date.Ever.
type ID struct {
	Number   string
	Kind     IDKind
	Sex      Sex
	Birth    date.Day
	Region   string
	Country  string
	Warnings []string // WarnRegionUnknown, WarnConverted15
}

// firstBirth is the earliest birth we believe. The published specimens are of the 1880s.
var firstBirth = date.Of(1800, 1, 1)

// idWeights are 2^(17-i) mod 11 of ISO 7064 MOD 11-2, and idChecks the character per remainder.
var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const idChecks = "10X98765432"

// IDCheckChar gives the check character for the first 17 digits of an identity number, and 0
// if those are not 17 digits.
func IDCheckChar(first17 string) byte {
	if len(first17) != len(idWeights) {
		return 0
	}
	sum := 0
	for i, w := range idWeights {
		if !isDigit(first17[i]) {
			return 0
		}
		sum += int(first17[i]-'0') * w
	}
	return idChecks[sum%11]
}

// ParseID reads an identity number as typed: full width, with blanks, a leading apostrophe or
// a small x. 15 digits are converted to 18. Withdrawn and unknown divisions of a known
// province are accepted with a warning, because a number keeps the code of its first issue.
//
// The first reason found is told, in the order length, format, date, region, check digit. If
// neither the prefecture nor the check digit is right, the reason is the region.
func ParseID(s string, today date.Day) (ID, error) {
	n := codeText(s)
	switch {
	case len(n) == 18 && allDigits(n[:17]) && (isDigit(n[17]) || n[17] == 'X'):
		return parse18(n, today)
	case len(n) == 15 && allDigits(n):
		return parse15(n, today)
	case len(n) == 15 && isOldForeign(n):
		return ID{Number: n, Kind: ForeignPROld, Birth: date.Ever, Country: n[:3]}, nil
	case isScientific(n):
		return ID{}, fault.New(fault.Invalid, "cn.id_excel").WithFix("cn.id_excel_fix")
	case letters(n) == 18 || letters(n) == 15:
		return ID{}, fault.New(fault.Invalid, "cn.id_format")
	}
	return ID{}, fault.New(fault.Invalid, "cn.id_length", letters(n))
}

func isOldForeign(n string) bool {
	for i := range 3 {
		if n[i] < 'A' || n[i] > 'Z' {
			return false
		}
	}
	return allDigits(n[3:])
}

// isScientific tells a number that a spreadsheet shortened: 1.10105E+17.
func isScientific(n string) bool {
	mantissa, exponent, found := strings.Cut(n, "E")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return found && len(whole) == 1 && allDigits(whole) &&
		(fraction == "" || allDigits(fraction)) && allDigits(strings.TrimPrefix(exponent, "+"))
}

// parse15 converts a number of before 2000: the century 19 is put in and a check character on.
func parse15(n string, today date.Day) (ID, error) {
	long := n[:6] + "19" + n[6:]
	id, err := parse18(long+string(IDCheckChar(long)), today)
	if err != nil {
		return ID{}, err
	}
	id.Warnings = append(id.Warnings, WarnConverted15)
	return id, nil
}

func parse18(n string, today date.Day) (ID, error) {
	id := ID{Number: n, Kind: Resident, Sex: Female, Region: n[:6]}
	if (n[16]-'0')%2 == 1 {
		id.Sex = Male
	}
	birth, ok := calendarDay(number(n[6:10]), number(n[10:12]), number(n[12:14]))
	if !ok || birth < firstBirth || birth > today {
		return ID{}, fault.New(fault.Invalid, "cn.id_date")
	}
	id.Birth = birth
	known, err := id.place()
	if err != nil {
		return ID{}, err
	}
	if IDCheckChar(n[:17]) != n[17] {
		return ID{}, checkFault(n, known)
	}
	if known < knownDistrict {
		id.Warnings = []string{WarnRegionUnknown}
	}
	return id, nil
}

// checkFault tells why the check digit may be wrong: a place that does not exist, or a
// spreadsheet that keeps 15 digits and fills up with 000.
func checkFault(n string, known knownPlace) error {
	switch {
	case strings.HasSuffix(n, "000"):
		return fault.New(fault.Invalid, "cn.id_excel_tail").WithFix("cn.id_excel_fix")
	case known < knownPrefecture:
		return fault.New(fault.Invalid, "cn.id_region")
	}
	return fault.New(fault.Invalid, "cn.id_checksum")
}

// place sets kind, region and country from the first six digits, and tells how much of the
// division is known.
func (id *ID) place() (knownPlace, error) {
	n := id.Number
	province := n[:2]
	switch {
	case n[0] == '9':
		id.Kind, id.Region, id.Country = ForeignPR, n[1:3]+"0000", n[3:6]
		if !knownProvince(n[1:3]) {
			return 0, fault.New(fault.Invalid, "cn.id_region")
		}
		return knownDistrict, nil
	case province == "81" || province == "82" || province == "83":
		if n[2:6] != "0000" {
			return 0, fault.New(fault.Invalid, "cn.id_region")
		}
		id.Kind = HKMO
		if province == "83" {
			id.Kind = Taiwan
		}
		return knownDistrict, nil
	case !knownProvince(province):
		return 0, fault.New(fault.Invalid, "cn.id_region")
	}
	return howKnown(int32(number(n[:6]))), nil
}

// MaskID hides an identity number for the eyes of people who need not know it:
// 3211************11. A text too short to be one is hidden wholly.
func MaskID(s string) string { return mask(s, 4, 2) }

// MaskPhone hides the middle of a mobile number: 138****1234.
func MaskPhone(s string) string { return mask(s, 3, 4) }

func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) < head+tail+4 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
