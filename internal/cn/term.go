package cn

import (
	"strings"
	"unicode"
)

// PinyinTerm gives a term of a Chinese list that has no published English name, an occupation or an industry class,
// as English pages print it: its pinyin, syllable by syllable (GB/T 16159 leaves that way where words are not told apart), and the
// original behind it. A term without Chinese characters is given as it is.
func PinyinTerm(term string) string {
	var words []string
	latin := false // the last word is a run of letters and digits
	for _, r := range term {
		switch {
		case unicode.Is(unicode.Han, r):
			words, latin = append(words, syllable(r)), false
		case r == '、' || r == '，':
			if len(words) > 0 {
				words[len(words)-1] += ","
			}
			latin = false
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			latin = false
		case latin:
			words[len(words)-1] += string(r)
		default:
			words, latin = append(words, string(r)), true
		}
	}
	if !strings.ContainsFunc(term, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return term
	}
	return capital(strings.Join(words, " ")) + " " + term
}
