package export_test

import (
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

func viewer(t *testing.T, w *world.World, who account.Actor) intake.Viewer {
	t.Helper()
	v, err := w.Viewer(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func opt() intake.Options { return intake.Options{Kind: "statistics"} }
