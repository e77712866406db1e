package listing

import (
	"slices"
	"strings"

	"tuoxing/internal/fault"
)

// Choice is one column that a list can show.
type Choice struct {
	Name  string
	Key   string // catalogue key of its heading
	Usual bool   // shown to who has chosen nothing
	Num   bool   // numbers, set right
}

// Choices are the columns of a list in the order in which they stand. The first names the row and is always shown.
type Choices []Choice

// Usual are the names of the columns shown to who has chosen nothing.
func (all Choices) Usual() (names []string) {
	for i, c := range all {
		if i == 0 || c.Usual {
			names = append(names, c.Name)
		}
	}
	return names
}

// Pick gives the chosen columns in the order of the list, the first among them in any case. Names that it does not know
// are passed over: a choice may be older than the list.
func (all Choices) Pick(names []string) (out Choices) {
	for i, c := range all {
		if i == 0 || slices.Contains(names, c.Name) {
			out = append(out, c)
		}
	}
	return out
}

// Check refuses names that the list does not know, all at once.
func (all Choices) Check(names []string) error {
	var c fault.Check
	var known []string
	for _, x := range all {
		known = append(known, x.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			c.Add("columns", "listing.column_unknown", n, strings.Join(known, "、"))
		}
	}
	return c.Err()
}
