package cn

import (
	"strings"

	"tuoxing/internal/fault"
)

// CreditCode is what a unified social credit code (统一社会信用代码) tells. Authority is the
// first character, the registering department (1 机构编制, 5 民政, 8 工会, 9 市场监管, …);
// Category the second; Region the division of the department, which may be withdrawn or none
// at all; OrgCode the nine characters of the organisation code (组织机构代码, GB 11714).
type CreditCode struct {
	Code      string
	Authority string
	Category  string
	Region    string
	OrgCode   string
	Warnings  []string // WarnOrgCodeCheck
}

// creditLetters are the 31 characters of GB 32100; I, O, S, V and Z are not used.
const creditLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// authorities are the registering departments: 1 机构编制, 2 外交, 3 司法行政, 4 文化, 5 民政,
// 6 旅游, 7 宗教, 8 工会, 9 市场监管, A 中央军委, N 农业, Y 其他.
const authorities = "123456789ANY"

// creditWeights are 3^i mod 31; orgWeights those of GB 11714.
var (
	creditWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	orgWeights    = [8]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// CreditCheckChar gives the check character for the first 17 characters of a credit code, and
// 0 if those are not 17 characters of its alphabet.
func CreditCheckChar(first17 string) byte {
	if len(first17) != len(creditWeights) {
		return 0
	}
	sum := 0
	for i, w := range creditWeights {
		v := strings.IndexByte(creditLetters, first17[i])
		if v < 0 {
			return 0
		}
		sum += v * w
	}
	return creditLetters[(31-sum%31)%31]
}

// orgCheckChar gives the check character of an organisation code of eight characters. Here
// letters count from A = 10 to Z = 35, other than in the code around it.
func orgCheckChar(first8 string) byte {
	sum := 0
	for i, w := range orgWeights {
		c := first8[i]
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		sum += v * w
	}
	switch t := 11 - sum%11; t {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + t)
	}
}

// ParseCreditCode reads a credit code as typed, with blanks, small letters or full width.
//
// Some codes that were really issued fail one check. If only the inner one fails (the
// organisation code), the code is accepted with a warning; if the outer one fails, the fault
// says that a person may confirm the code, which is given nevertheless; if both fail, the reason
// is org.
func ParseCreditCode(s string) (CreditCode, error) {
	n := codeText(s)
	if letters(n) != 18 {
		return CreditCode{}, fault.New(fault.Invalid, "cn.credit_length", letters(n))
	}
	for i := range len(n) {
		if strings.IndexByte(creditLetters, n[i]) < 0 {
			return CreditCode{}, fault.New(fault.Invalid, "cn.credit_format")
		}
	}
	if !allDigits(n[2:8]) {
		return CreditCode{}, fault.New(fault.Invalid, "cn.credit_format")
	}
	if strings.IndexByte(authorities, n[0]) < 0 {
		return CreditCode{}, fault.New(fault.Invalid, "cn.credit_dept")
	}
	c := CreditCode{Code: n, Authority: n[:1], Category: n[1:2], Region: n[2:8], OrgCode: n[8:17]}
	outer := CreditCheckChar(n[:17]) == n[17]
	inner := orgCheckChar(n[8:16]) == n[16]
	switch {
	case !outer && !inner:
		return CreditCode{}, fault.New(fault.Invalid, "cn.credit_org")
	case !outer:
		return c, fault.New(fault.Invalid, "cn.credit_checksum").WithFix("cn.credit_confirm")
	case !inner:
		c.Warnings = []string{WarnOrgCodeCheck}
	}
	return c, nil
}
