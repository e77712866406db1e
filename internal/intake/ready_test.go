package intake

import (
	"testing"

	"tuoxing/internal/fault"
)

func TestReady_says_what_a_run_would_end_with(t *testing.T) {
	t.Parallel()
	absent := Report{State: Staged, Full: true, Tried: true, NeedsConfirm: true, Proposed: 3, Standing: 10}
	for _, c := range []struct {
		name string
		r    Report
		run  Phase
		want string // key of the fault
	}{
		{"stage what was received", Report{State: Received}, PhaseOpening, ""},
		{"stage again after a refusal of the file", Report{State: Refused}, PhaseOpening, ""},
		{"stage what is applied", Report{State: Applied}, PhaseOpening, "intake.state_wrong"},
		{"stage what is undone", Report{State: Undone}, PhaseOpening, "intake.state_wrong"},
		{"try what is staged", Report{State: Staged}, PhaseTrying, ""},
		{"try while it is being read", Report{State: Staging}, PhaseTrying, "intake.not_staged"},
		{"apply what is staged", Report{State: Staged}, PhaseApplying, ""},
		{"apply again", Report{State: Applied}, PhaseApplying, ""},
		{"apply what was received", Report{State: Received}, PhaseApplying, "intake.not_staged"},
		{"apply while it is being read", Report{State: Staging}, PhaseApplying, "intake.not_staged"},
		{"apply what could not be read", Report{State: Refused}, PhaseApplying, "intake.not_staged"},
		{"apply what is undone", Report{State: Undone}, PhaseApplying, "intake.not_staged"},
		{"apply with absentees that nobody typed back", absent, PhaseApplying, "intake.absent_confirm"},
		{"undo what is applied", Report{State: Applied}, PhaseUndoing, ""},
		{"undo what is staged", Report{State: Staged}, PhaseUndoing, "intake.not_applied"},
		{"undo twice", Report{State: Undone}, PhaseUndoing, "intake.not_applied"},
	} {
		err := c.r.Ready(c.run)
		f, _ := fault.As(err)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (f == nil || f.Key != c.want || f.Kind != fault.Conflict):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
