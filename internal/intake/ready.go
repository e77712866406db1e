package intake

import "tuoxing/internal/fault"

// Ready tells what a run would end with because of where the import stands now. Runs are done in the
// background, where only the log would hear of it: whoever orders one asks this first and is answered at
// once. The run itself checks again, for the import may have changed until it begins.
func (r Report) Ready(run Phase) error {
	switch {
	case (run == PhaseUndoing || run == PhaseUndoTrial) && r.State != Applied:
		return fault.New(fault.Conflict, "intake.not_applied")
	case run == PhaseOpening && (r.State == Applied || r.State == Undone):
		return fault.New(fault.Conflict, "intake.state_wrong")
	case run == PhaseTrying && r.State != Staged:
		return fault.New(fault.Conflict, "intake.not_staged")
	case run == PhaseApplying && r.State != Staged && r.State != Applied: // applying again tells the same report
		return fault.New(fault.Conflict, "intake.not_staged")
	case run == PhaseApplying && r.State == Staged && r.Full && r.NeedsConfirm:
		return fault.New(fault.Conflict, "intake.absent_confirm", r.Proposed, r.Standing).WithFix("intake.type_absent")
	}
	return nil
}
