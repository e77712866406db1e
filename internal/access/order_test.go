package access_test

import (
	"net/http"
	"testing"

	"tuoxing/internal/testkit/world"
)

// An act for which an import is not ready is answered at once: the background work would end with the
// same fault, but only the log would hear of it and the caller would wait for a state that never comes.
func TestOrder_that_cannot_be_done_is_refused_at_once(t *testing.T) {
	f := newFixture(t)
	c := f.Client(t, world.Danyang)
	const at = "/api/v1/imports/"
	for _, o := range []struct {
		name, path, code string
		status           int
	}{
		{"apply before it is staged", f.fill(t, at+"{scratch}/apply"), "intake.not_staged", 409},
		{"try before it is staged", f.fill(t, at+"{scratch}/try"), "intake.not_staged", 409},
		{"undo before it is applied", f.fill(t, at+"{scratch}/undo"), "intake.not_applied", 409},
		{"stage", f.fill(t, at+"{scratch}/stage"), "", 202},
		{"stage what is applied", f.fill(t, at+"{import}/stage"), "intake.state_wrong", 409},
		{"try what is applied", f.fill(t, at+"{import}/try"), "intake.not_staged", 409},
		{"apply again, which tells the same report", f.fill(t, at+"{import}/apply"), "", 202},
		{"undo what is applied", f.fill(t, at+"{import}/undo"), "", 202},
	} {
		var body any
		if o.path[len(o.path)-4:] == "undo" {
			body = map[string]string{"why": "重复报送"}
		}
		a := c.Send(http.MethodPost, o.path, body)
		var p struct{ Code string }
		a.JSON(t, &p)
		if a.Status != o.status || p.Code != o.code {
			t.Errorf("%s: %d %q, want %d %q", o.name, a.Status, p.Code, o.status, o.code)
		}
	}
	f.idle(t)
}
