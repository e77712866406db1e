package listing

import (
	"slices"
	"strings"

	"tuoxing/internal/fault"
)

// OneOf refuses a value of a filter that is none of those which there are, and names them: a list that is empty because its filter was
// mistyped says something wrong. Empty does not filter.
func OneOf(c *fault.Check, field, value string, allowed []string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.Add(field, "listing.value_unknown", value, strings.Join(allowed, "、"))
	}
}

// Names writes values of a type of its own as OneOf takes them.
func Names[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
