package export

import (
	"context"
	"fmt"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/fault"
)

// A file goes out for as long as its receiver takes to read it, and a role may be withdrawn meanwhile. The right is asked when
// the file begins, again after so many rows or so much time, whichever is first, and once more before the row of control
// totals: so of a withdrawn right at most this much still goes out, and never a file that looks whole.
const (
	askEvery = 1000 // rows: 680 questions for a list of the whole city
	askAfter = time.Second
)

// watch asks whether the receiver of a file still has the right to it.
type watch struct {
	*Service
	ctx   context.Context
	who   account.Actor
	list  string
	asked time.Time
}

func (s *Service) watch(ctx context.Context, who account.Actor, list string) *watch {
	return &watch{s, ctx, who, list, s.DB.Now()}
}

// next asks when it is time; rows are those that are written.
func (w *watch) next(rows int64) error {
	if rows == 0 || rows%askEvery != 0 && w.DB.Now().Sub(w.asked) < askAfter {
		return nil
	}
	return w.ask(rows)
}

// ask stops the file when its receiver has lost the right to it, and notes that and how much was given.
func (w *watch) ask(rows int64) error {
	w.asked = w.DB.Now()
	err := w.Accounts.Still(w.ctx, w.who)
	if !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	if noted := audit.Read(w.ctx, w.DB, w.who.UserID, "export.stopped", "", map[string]any{"list": w.list, "rows": rows}); noted != nil {
		return fmt.Errorf("log the stopped export: %w", noted)
	}
	return fault.New(fault.Forbidden, "export.stopped").Because(err)
}
