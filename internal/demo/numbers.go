package demo

import (
	"fmt"

	"tuoxing/internal/date"
)

// Identity numbers use the region codes 329901 … 329912: province 32 is Jiangsu, prefecture 99
// was never given out, so no number can be a living person's.
const (
	madeUpPrefecture = 3299
	madeUpRegions    = 12
)

// idNumber writes an identity number (公民身份号码, GB 11643): region 1–12, birth, three digits
// (odd for men), check character.
func idNumber(region int, born date.Day, seq int) string {
	y, m, d := born.YMD()
	var b [18]byte
	put(b[0:4], madeUpPrefecture)
	put(b[4:6], region)
	put(b[6:10], y)
	put(b[10:12], m)
	put(b[12:14], d)
	put(b[14:17], seq)
	b[17] = idCheck(b[:17])
	return string(b[:])
}

// put writes a number right-aligned with leading zeros.
func put(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// idCheck is the check character of 17 digits: ISO 7064 MOD 11-2 by Horner's rule.
func idCheck(digits []byte) byte {
	p := 0
	for _, c := range digits {
		p = (p + int(c-'0')) * 2 % 11
	}
	return "0123456789X"[(12-p)%11]
}

// spoiled is the number with a wrong check character.
func spoiled(id string) string {
	last := id[17]
	wrong := byte('0')
	if last >= '0' && last < '9' {
		wrong = last + 1
	}
	return id[:17] + string(wrong)
}

// creditChars is the alphabet of GB 32100: digits and capitals without I, O, S, V, Z.
const creditChars = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode writes a credit code (统一社会信用代码, GB 32100): authority and category, a region
// part never issued, the organisation code of a running number, both check characters.
func creditCode(kind string, serial int) string {
	head := fmt.Sprintf("%s%d%02d", kind, madeUpPrefecture, serial%madeUpRegions+1)
	body := []byte("MA000000")
	// A factor prime to 31⁶ scatters the running numbers, so that codes do not look counted.
	x := serial * 5_000_011 % (31 * 31 * 31 * 31 * 31 * 31)
	for i := 7; i >= 2; i-- {
		body[i] = creditChars[x%31]
		x /= 31
	}
	code := append([]byte(head), body...)
	code = append(code, orgCheck(body))
	return string(append(code, creditCheck(code)))
}

// orgCheck is the check character of an organisation code (GB 11714): digits count 0–9, letters
// 10–35.
func orgCheck(body []byte) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, c := range body {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		sum += v * weights[i]
	}
	return "0X987654321"[sum%11]
}

// creditCheck is the last character of a credit code: weights 3^(i−1) mod 31.
func creditCheck(code []byte) byte {
	sum, weight := 0, 1
	for _, c := range code {
		sum += creditValue(c) * weight
		weight = weight * 3 % 31
	}
	return creditChars[(31-sum%31)%31]
}

func creditValue(c byte) int {
	for i := range creditChars {
		if creditChars[i] == c {
			return i
		}
	}
	panic("demo: not a character of a credit code")
}

// The evaluating bodies of the demo: sequence numbers that nobody has been given.
const (
	bodies      = 12
	skillBody   = 990_000 // + 1 … 12, in the 22-character form
	qualifyBody = 900     // + 1 … 12, in the 16-digit form
)

// certificateNumber writes the number of a certificate of a rank, issued in a year by body 1–12:
// the 22-character form (职业技能等级证书) from 2019, with a second letter in place of the level
// digit for ranks 7 and 8; the 16-digit form (职业资格证书) before, with the old code 10 of Jiangsu
// and a prefecture 99 that does not exist.
func certificateNumber(rank, year, body, serial int) string {
	level := 7 - rank
	class := "Y"
	if body%2 == 0 {
		class = "S"
	}
	switch {
	case rank == 7:
		return fmt.Sprintf("%sT000032%06d%02d%06d", class, skillBody+body, year%100, serial)
	case rank == 8:
		return fmt.Sprintf("%sS000032%06d%02d%06d", class, skillBody+body, year%100, serial)
	case year >= 2019:
		return fmt.Sprintf("%s000032%06d%02d%d%06d", class, skillBody+body, year%100, level, serial)
	default:
		return fmt.Sprintf("%02d10992%03d%d%05d", year%100, qualifyBody+body, level, serial)
	}
}
