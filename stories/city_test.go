//go:build city

package stories_test

import "testing"

// The stories of the whole city take minutes and gigabytes; they have a build tag of their own, so that they
// are run when asked for (make test-city) and never skipped.
func TestCity(t *testing.T) {
	tell(t, "city/whole-city.txtar")
}
