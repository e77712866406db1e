package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/job"
	"tuoxing/internal/vault"
)

// The acts on an import that run in the background.
const (
	ActStage = "stage" // read and check it, then try it out
	ActTry   = "try"   // try it out again
	ActApply = "apply"
	ActUndo  = "undo"

	ActTryUndo = "try_undo" // say what an undo would do to the figures
)

// importWork is a background act on an import. The right to it was checked when it was ordered. It
// holds ids, as text: a number of 64 bits does not survive every reader of JSON. A reason, which may
// name somebody, is sealed.
type importWork struct {
	Import int64  `json:"import,string"`
	User   int64  `json:"user,string"`
	Act    string `json:"act"`
	Key    []byte `json:"key,omitempty"`
	Why    []byte `json:"why,omitempty"`
}

// Kind is the stable name of the job.
func (importWork) Kind() string { return "import_work" }

// actRights says which right an act needs.
var actRights = map[string]account.Right{ActStage: account.ImportWrite, ActTry: account.ImportWrite, ActApply: account.ImportWrite, ActUndo: account.ImportUndo, ActTryUndo: account.ImportUndo}

// actPhases says what an act begins with.
var actPhases = map[string]intake.Phase{ActStage: intake.PhaseOpening, ActTry: intake.PhaseTrying, ActApply: intake.PhaseApplying, ActUndo: intake.PhaseUndoing, ActTryUndo: intake.PhaseUndoTrial}

// Order puts an act on an import into the queue, for somebody who may do it and sees the import. An act
// for which the import is not ready is a Conflict at once.
func (a *App) Order(ctx context.Context, q *job.Queue, who account.Actor, id intake.ImportID, act, why string) error {
	right, ok := actRights[act]
	if !ok {
		return fault.New(fault.NotFound, "app.act_unknown", act)
	}
	if err := who.Must(right); err != nil {
		return err
	}
	v, err := a.Viewer(ctx, who)
	if err != nil {
		return err
	}
	r, err := a.Intake.Find(ctx, v, id)
	if err != nil {
		return err
	}
	if act == ActUndo && why == "" {
		return fault.New(fault.Invalid, "intake.why_needed")
	}
	if err := r.Ready(actPhases[act]); err != nil {
		return err
	}
	w := importWork{Import: int64(id), User: who.UserID, Act: act}
	if act == ActUndo {
		var key vault.Key
		if w.Key, key, err = a.Vault.NewKey(int64(id)); err != nil {
			return err
		}
		w.Why = key.Seal(int64(id), "why", []byte(why))
	}
	return a.DB.WriteTx(ctx, func(tx *db.Tx) error { return q.Enqueue(ctx, tx, w) })
}

// work does an act. Each may be repeated: what is done already says so.
func (a *App) work(ctx context.Context, w importWork) error {
	v, id := intake.Trusted(w.User), intake.ImportID(w.Import)
	var err error
	switch w.Act {
	case ActStage:
		var r intake.Report
		if r, err = a.Intake.Stage(ctx, v, id); err == nil && r.State == intake.Staged {
			_, err = a.Intake.DryRun(ctx, v, id)
		}
	case ActTry:
		_, err = a.Intake.DryRun(ctx, v, id)
	case ActApply:
		_, err = a.Intake.Apply(ctx, v, id)
	case ActTryUndo:
		_, err = a.Intake.TryUndo(ctx, v, id)
	case ActUndo:
		var key vault.Key
		if key, err = a.Vault.Unwrap(w.Import, w.Key); err != nil {
			return err
		}
		var why []byte
		if why, err = key.Open(w.Import, "why", w.Why); err != nil {
			return err
		}
		_, err = a.Intake.Undo(ctx, v, id, string(why))
	}
	return err
}

// How often the upkeep runs: the audit chain is sealed soon after entries are made, the ordinal
// ranges follow dated moves of units that take effect at midnight, and files that a crash left without
// a row are looked for.
const (
	sealEvery     = 5 * time.Second
	renumberEvery = time.Hour
	sweepEvery    = time.Hour
)

// Start starts the background work and gives the handler of pages and API, and the function that
// stops the work in an orderly way.
func (a *App) Start(ctx context.Context) (h http.Handler, stop func() error, err error) {
	q, err := job.New(a.DB, a.Log, job.Options{Node: a.Config.Node})
	if err != nil {
		return nil, nil, err
	}
	if err := q.Migrate(ctx); err != nil {
		return nil, nil, err
	}
	job.Register(q, a.work)
	if err := q.Start(ctx); err != nil {
		return nil, nil, err
	}
	upkeep, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); a.upkeep(upkeep) }()
	stop = func() error {
		cancel()
		<-done
		grace, end := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer end()
		return errors.Join(q.Stop(grace), a.seal(grace))
	}
	return a.handler(q), stop, nil
}

func (a *App) upkeep(ctx context.Context) {
	a.renumber(ctx)
	a.sweep(ctx)
	seal, renumber, sweep := time.NewTicker(sealEvery), time.NewTicker(renumberEvery), time.NewTicker(sweepEvery)
	defer seal.Stop()
	defer renumber.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-seal.C:
			if err := a.seal(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error("seal audit chain", "error", err)
			}
		case <-renumber.C:
			a.renumber(ctx)
		case <-sweep.C:
			a.sweep(ctx)
		}
	}
}

func (a *App) seal(ctx context.Context) error {
	if _, err := audit.Seal(ctx, a.DB); err != nil {
		return fmt.Errorf("seal audit chain: %w", err)
	}
	return nil
}

func (a *App) renumber(ctx context.Context) {
	err := a.DB.WriteTx(ctx, func(tx *db.Tx) error { return a.Org.Renumber(ctx, tx) })
	if err != nil && ctx.Err() == nil {
		a.Log.Error("renumber units", "error", err)
	}
}

// sweep removes originals that no import names. Their age is told by the file system, whose clock is the
// real one: that of a made-up city may stand in another year.
func (a *App) sweep(ctx context.Context) {
	n, err := a.Intake.Sweep(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		a.Log.Error("sweep stored files", "error", err)
	}
	if n > 0 {
		a.Log.Info("stored files without an import removed", "files", n)
	}
}
