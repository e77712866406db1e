// Package cn holds the Chinese standards the program lives by: the resident identity number
// (公民身份号码, GB 11643), the unified social credit code (统一社会信用代码, GB 32100),
// certificate numbers (证书编号), skill levels (技能等级) as rank 1–8, divisions (行政区划),
// industries (行业, GB/T 4754), occupations (职业, 职业分类大典), and the spellings of dates,
// numbers, phones and names that people type into rosters.
//
// Words: a reading is mended when it is not what the cell said letter by letter; a warning is
// a stable code for something odd that does not make the text wrong.
//
// Everything here is a pure function of its arguments and of the embedded code lists, which
// are read once and never change. There is no SQL, no request and no clock in it; today is
// given. Errors are faults of the kind Invalid; they never carry the text that was read.
package cn

import (
	"strings"

	"tuoxing/internal/fault"
)

// Warning codes, as put into Warnings. Their words are the keys cn.warning.<code>.
const (
	WarnRegionUnknown   = "region_unknown"   // not in the division list of 2023: withdrawn, or never issued
	WarnConverted15     = "converted_15"     // an old number of 15 digits, converted to 18
	WarnOrgCodeCheck    = "org_code_check"   // the organisation code inside fails its own check digit
	WarnLevelUnknown    = "level_unknown"    // the certificate number does not tell the level
	WarnLocalPattern    = "local_pattern"    // a local numbering, to be checked by a person
	WarnProvinceUnknown = "province_unknown" // the certificate number names no known province
)

// Reason gives the short code of why a number was refused: length, format, region, date,
// checksum, dept, org or level. It is empty for another error.
func Reason(err error) string {
	e, ok := fault.As(err)
	if !ok || !strings.HasPrefix(e.Key, "cn.") {
		return ""
	}
	switch e.Key {
	case "cn.id_excel", "cn.cert_excel":
		return "format"
	case "cn.id_excel_tail":
		return "checksum"
	}
	_, reason, _ := strings.Cut(e.Key, "_")
	return reason
}
