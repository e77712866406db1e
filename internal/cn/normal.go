package cn

import (
	"strings"
	"unicode/utf8"
)

// halfWidth folds a full-width form (全角) to ASCII and every kind of blank to a space.
func halfWidth(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == '\t' || r == '\n' || r == '\r' || r == 0xA0 || r == 0x3000 || r == 0x202F || (r >= 0x2000 && r <= 0x200A):
		return ' '
	}
	return r
}

// invisible tells characters that spreadsheets and chat programs leave behind.
func invisible(r rune) bool {
	return (r >= 0x200B && r <= 0x200F) || (r >= 0x202A && r <= 0x202E) || r == 0x2060 || r == 0xFEFF || r == 0xAD
}

// codeText makes the plain form of a code: half width, upper case, without blanks and without
// the apostrophe that keeps a spreadsheet from making a number of it. A text that is plain
// already comes back as it is, without allocation.
func codeText(s string) string {
	if isPlainCode(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = halfWidth(r)
		switch {
		case r == ' ' || invisible(r):
			continue
		case b.Len() == 0 && (r == '\'' || r == '’' || r == '‘' || r == '`'):
			continue
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isPlainCode(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// number reads a few ASCII digits that were checked before.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// letters counts characters, as a person counts them.
func letters(s string) int { return utf8.RuneCountInString(s) }
