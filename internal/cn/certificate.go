package cn

import (
	"strings"

	"tuoxing/internal/fault"
)

// CertForm is the numbering a certificate number follows.
type CertForm string

// The forms of certificate numbers.
const (
	Skill22  CertForm = "skill22"  // 职业技能等级证书: Y or S and 21 digits, since 2019
	Quals16  CertForm = "quals16"  // 国家职业资格证书: 16 digits
	Senior22 CertForm = "senior22" // 特级技师, 首席技师: two letters and 20 digits
	Local20  CertForm = "local20"  // an older local numbering: R, two letters, 17 digits
)

// Certificate is what a certificate number (证书编号) tells. Year is that of issue, four
// digits. Rank is 2–6, or 0 where the number does not hold the level. Province has the two
// digits of GB/T 2260; qualification certificates (Quals16) carry an older code, of which
// only Jiangsu's is known (10 for 32), for others it is empty.
type Certificate struct {
	Number   string
	Form     CertForm
	Year     int
	Rank     int
	Province string
	Warnings []string // WarnLevelUnknown, WarnLocalPattern, WarnProvinceUnknown
}

// certLayout says where a form keeps its parts; -1 is nowhere.
type certLayout struct {
	form                  CertForm
	prefix, length        int // letters at the beginning; characters in all
	year, level, province int
}

var certLayouts = [...]certLayout{
	{form: Skill22, prefix: 1, length: 22, year: 13, level: 15, province: 5},
	{form: Senior22, prefix: 2, length: 22, year: 14, level: -1, province: 6},
	{form: Quals16, prefix: 0, length: 16, year: 0, level: 10, province: -1},
	{form: Local20, prefix: 3, length: 20, year: 12, level: 14, province: 3},
}

// Years of two digits in a Quals16 number before this are of the 21st century; the first
// certificates are of 1994.
const qualsCentury = 80

// ParseCertificate reads the number of a skill-level or qualification certificate as typed.
// Whether the certificate exists is not to be seen from its number. Numbers of safety permits
// (特种作业操作证) are identity numbers and are refused here: they are no skill certificates.
func ParseCertificate(s string) (Certificate, error) {
	n := codeText(s)
	for _, l := range certLayouts {
		if len(n) == l.length && allDigits(n[l.prefix:]) && prefixAllowed(l.form, n[:l.prefix]) {
			return l.read(n)
		}
	}
	if isScientific(n) {
		return Certificate{}, fault.New(fault.Invalid, "cn.cert_excel")
	}
	return Certificate{}, fault.New(fault.Invalid, "cn.cert_format")
}

// LastPaperYear is the last year of papers without a common numbering (工人技术等级证书, 技工等级证): the first qualification
// certificates are of 1994.
const LastPaperYear = 1994

// Numbers of older papers have from 3 to 30 letters.
const minPaper, maxPaper = 3, 30

// ParsePaper reads the number of an older paper as it was written by its office: 苏技字第89-00123号. It follows no rule; there
// is a digit in it.
func ParsePaper(s string) (number string, ok bool) {
	n := codeText(s)
	size := letters(n)
	return n, size >= minPaper && size <= maxPaper && strings.ContainsAny(n, "0123456789") && !isScientific(n)
}

func prefixAllowed(form CertForm, prefix string) bool {
	switch form {
	case Skill22:
		return prefix == "Y" || prefix == "S"
	case Senior22:
		return prefix[0] >= 'A' && prefix[1] >= 'A'
	case Local20:
		return prefix[0] == 'R' && strings.IndexByte("GSCX", prefix[1]) >= 0 && strings.IndexByte("NW", prefix[2]) >= 0
	}
	return prefix == ""
}

func (l certLayout) read(n string) (Certificate, error) {
	c := Certificate{Number: n, Form: l.form, Year: 2000 + number(n[l.year:l.year+2])}
	if l.form == Quals16 && c.Year >= 2000+qualsCentury {
		c.Year -= 100
	}
	if l.level < 0 {
		c.Warnings = append(c.Warnings, WarnLevelUnknown)
	} else {
		level := int(n[l.level] - '0')
		if level < 1 || level > 5 {
			return Certificate{}, fault.New(fault.Invalid, "cn.cert_level")
		}
		c.Rank = rankOfLevel(level)
	}
	switch {
	case l.form == Quals16:
		if n[2:4] == "10" {
			c.Province = "32"
		}
	case knownProvince(n[l.province : l.province+2]):
		c.Province = n[l.province : l.province+2]
	default:
		c.Warnings = append(c.Warnings, WarnProvinceUnknown)
	}
	if l.form == Local20 {
		c.Warnings = append(c.Warnings, WarnLocalPattern)
	}
	return c, nil
}
