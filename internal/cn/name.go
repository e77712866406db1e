package cn

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tuoxing/internal/fault"
)

// Names of people have from 2 to 30 letters.
const minName, maxName = 2, 30

// CleanName makes a person's name of what a cell says: a remark of the sex behind it and
// blanks within Chinese names go, the dot between the parts of a name is ·, and composed
// forms are one (NFC). Rare and private characters stay. mended tells that the name is not
// what the cell said.
func CleanName(s string) (name string, mended bool) {
	name = norm.NFC.String(s)
	name = strings.Map(func(r rune) rune {
		switch {
		case isMiddleDot(r):
			return '·'
		case invisible(r):
			return -1
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case r == '（':
			return '('
		case r == '）':
			return ')'
		}
		return r
	}, name)
	for _, remark := range []string{"(女)", "(男)"} {
		name = strings.TrimSuffix(strings.TrimSpace(name), remark)
	}
	name = closeUp(name)
	return name, name != s
}

// closeUp drops blanks beside a Chinese character or dot and leaves one between Latin words.
func closeUp(s string) string {
	words := strings.Fields(s)
	var b strings.Builder
	b.Grow(len(s))
	last := rune(0)
	for i, w := range words {
		r := []rune(w)
		if i > 0 && isLatin(last) && isLatin(r[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		last = r[len(r)-1]
	}
	return b.String()
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// CheckName refuses a clean name that is too short or too long, cn.name_length, has digits of any script in it,
// cn.name_digits, or signs that stand in no name, cn.name_signs: two people in one cell, a remark in brackets, a star.
// Letters of private use stay, and 〇, which is a numeral and a letter of names.
func CheckName(name string) error {
	if n := letters(name); n < minName || n > maxName {
		return fault.New(fault.Invalid, "cn.name_length", minName, maxName)
	}
	signs := false
	for _, r := range name {
		switch {
		case r == '〇' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r):
		case unicode.IsNumber(r):
			return fault.New(fault.Invalid, "cn.name_digits")
		case !strings.ContainsRune(" ·.'’-,", r):
			signs = true
		}
	}
	if signs || strings.Contains(name, ",") && !isLatin([]rune(name)[0]) {
		return fault.New(fault.Invalid, "cn.name_signs")
	}
	return nil
}

// ParsePhone reads a mobile number of the mainland: 11 digits from 13 to 19, maybe with +86
// before and blanks or dashes between. It gives the 11 digits.
func ParsePhone(s string) (string, error) {
	n := codeText(s)
	if strings.ContainsAny(n, "-－–—") {
		n = strings.NewReplacer("-", "", "–", "", "—", "").Replace(n)
	}
	for _, prefix := range []string{"+86", "0086", "(+86)", "86"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok && len(rest) == 11 {
			n = rest
			break
		}
	}
	if len(n) != 11 || !allDigits(n) || n[0] != '1' || n[1] < '3' {
		return "", fault.New(fault.Invalid, "cn.phone_format")
	}
	return n, nil
}
