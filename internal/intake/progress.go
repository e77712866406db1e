package intake

import (
	"sync/atomic"
	"time"
)

// Phase is what a run is doing at the moment.
type Phase string

// The phases of a run.
const (
	PhaseOpening  Phase = "opening"
	PhaseReading  Phase = "reading"
	PhaseTrying   Phase = "trying"
	PhaseApplying Phase = "applying"
	PhaseUndoing  Phase = "undoing"

	PhaseUndoTrial Phase = "undo_trial"
)

// progress counts a run in this process while it goes on. Counts in the database are written at
// the ends of phases only.
type progress struct {
	since                                  time.Time
	phase                                  atomic.Value
	read, accepted, mended, refused, total atomic.Int64
	duplicate, skipped                     atomic.Int64
}

// Snapshot is a progress at one moment. Total is an estimate, 0 while unknown.
type Snapshot struct {
	Phase Phase `json:"phase"`
	Counts
	Total int       `json:"total"`
	Since time.Time `json:"since"` // when the run began
}

func (p *progress) snapshot() Snapshot {
	phase, _ := p.phase.Load().(Phase)
	return Snapshot{Phase: phase, Total: int(p.total.Load()), Since: p.since, Counts: Counts{
		Read: int(p.read.Load()), Accepted: int(p.accepted.Load()), Mended: int(p.mended.Load()),
		Refused: int(p.refused.Load()), Duplicate: int(p.duplicate.Load()), Skipped: int(p.skipped.Load()),
	}}
}

func (p *progress) enter(phase Phase) { p.phase.Store(phase) }

func (p *progress) set(c Counts) {
	p.read.Store(int64(c.Read))
	p.accepted.Store(int64(c.Accepted))
	p.mended.Store(int64(c.Mended))
	p.refused.Store(int64(c.Refused))
	p.duplicate.Store(int64(c.Duplicate))
	p.skipped.Store(int64(c.Skipped))
}

// Progress tells how far a run in this process is, without asking the database; ok is false when none goes
// on. It holds counts only; the caller has just received or found the import.
func (s *Service) Progress(id ImportID) (now Snapshot, ok bool) {
	p := s.runningNow(id)
	if p == nil {
		return Snapshot{}, false
	}
	return *p, true
}

// runningNow tells how far the run of this import is; nil when none goes on in this process.
func (s *Service) runningNow(id ImportID) *Snapshot {
	p, ok := s.running.Load(id)
	if !ok {
		return nil
	}
	now := p.(*progress).snapshot()
	return &now
}

// begin registers a run and gives the function that ends it. The caller has checked that the viewer may run it.
func (s *Service) begin(id ImportID, phase Phase) (*progress, func()) {
	p := &progress{since: s.DB.Now()}
	p.enter(phase)
	s.running.Store(id, p)
	return p, func() { s.running.CompareAndDelete(id, p) }
}
