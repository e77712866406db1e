//go:build city

package app

import (
	"testing"

	"tuoxing/internal/demo"
)

// The whole city takes minutes and gigabytes: it has a build tag of its own (make test-city).
func TestCity_duplicates_planted_are_found_merged_and_restored(t *testing.T) {
	duplicatesPlantedAndFound(t, demo.CityWorkers)
}
