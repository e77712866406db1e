package cn

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes the form of a text that search and comparison use: compatible forms made one
// (NFKC, so full width is half width and Ⅲ is iii), lower case, no blanks, no invisible
// characters, no middle dots, and round brackets for every kind of bracket.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	return strings.Map(foldRune, norm.NFKC.String(s))
}

// isFolded tells the common case without allocation: ASCII letters and digits, and the usual
// Chinese characters, which NFKC leaves alone.
func isFolded(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 0x4E00 || r > 0x9FFF) {
			return false
		}
	}
	return true
}

func foldRune(r rune) rune {
	switch r {
	case '[', '{', '【', '〔', '〖', '〈', '《', '「', '『', '〘':
		return '('
	case ']', '}', '】', '〕', '〗', '〉', '》', '」', '』', '〙':
		return ')'
	}
	if unicode.IsSpace(r) || unicode.IsControl(r) || invisible(r) || isMiddleDot(r) {
		return -1
	}
	return unicode.ToLower(r)
}

// isMiddleDot tells the dots that stand between the parts of a name (间隔号).
func isMiddleDot(r rune) bool {
	switch r {
	case '·', '•', '・', '･', '‧', '∙', '⋅', '●', '﹒':
		return true
	}
	return false
}

// headerNotes are remarks in column headers that are not part of the name.
var headerNotes = []string{"(必填)", "(选填)", "(必填项)", "(选填项)", "(可选)"}

// FoldHeader makes the form of a column header or label that import synonyms are compared in:
// Fold, without （必填） and （选填）, stars and the colon at the end.
func FoldHeader(s string) string {
	h := Fold(s)
	for _, note := range headerNotes {
		h = strings.ReplaceAll(h, note, "")
	}
	h = strings.Trim(h, "*※")
	return strings.TrimRight(h, ":*")
}
