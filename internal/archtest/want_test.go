package archtest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// want checks that the findings on a planted tree are exactly those expected, each recognised by
// a part of its text, in order.
func want(t *testing.T, got []string, parts ...string) {
	t.Helper()
	ok := len(got) == len(parts)
	for i := 0; ok && i < len(got); i++ {
		ok = strings.Contains(got[i], parts[i])
	}
	if !ok {
		t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(parts, "\n"))
	}
}

// sortedKeys gives the keys of a map in order, so that findings come in the same order each time.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
