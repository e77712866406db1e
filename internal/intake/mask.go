package intake

import (
	"unicode"

	"tuoxing/internal/cn"
)

// maskFrom is how many digits in a row, blanks and strokes between them not counted, may be a number of a person.
const maskFrom = 7

// masked shows a cell to somebody who has to tell what its column is: a day as it stands, of any other long number the
// ends alone, of a long text the beginning.
func masked(text string) string {
	if _, _, _, err := cn.ParseDate(text); err == nil {
		return text
	}
	r := []rune(text)
	for at := 0; at < len(r); at++ {
		end, digits := numberFrom(r, at)
		if digits < maskFrom {
			at = max(at, end-1)
			continue
		}
		for i := at + 3; i < end-2; i++ {
			r[i] = '*'
		}
		at = end - 1
	}
	if len(r) > sampleRunes {
		r = append(r[:sampleRunes], '…')
	}
	return string(r)
}

// numberFrom measures the number that begins at a rune: where it ends, and its digits. A final X of an ID number belongs to it.
func numberFrom(r []rune, at int) (end, digits int) {
	end = at
	for i := at; i < len(r); i++ {
		switch {
		case unicode.IsDigit(r[i]):
			digits++
			end = i + 1
		case digits > 0 && (r[i] == 'X' || r[i] == 'x'):
			return i + 1, digits + 1
		case digits > 0 && (r[i] == ' ' || r[i] == '-'):
		default:
			return end, digits
		}
	}
	return end, digits
}

func longestNumber(text string) int {
	r, longest := []rune(text), 0
	for at := range r {
		_, digits := numberFrom(r, at)
		longest = max(longest, digits)
	}
	return longest
}
