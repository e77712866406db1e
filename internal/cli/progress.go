package cli

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tuoxing/internal/app"
	"tuoxing/internal/intake"
)

// terminal reports whether messages go to a person at a terminal.
func (c *console) terminal() bool {
	f, ok := c.err.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// bar shows a bar on stderr while it is a terminal; otherwise its set does nothing.
func (c *console) bar(what string) (set func(done, total int, what string), end func()) {
	if !c.terminal() {
		return func(int, int, string) {}, func() {}
	}
	b := progressbar.NewOptions(-1, progressbar.OptionSetWriter(c.err), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	set = func(done, total int, what string) {
		if total > 0 && b.GetMax() != total {
			b.ChangeMax(total)
		}
		b.Describe(what)
		_ = b.Set(done) // a bar that cannot be drawn harms nobody
	}
	return set, func() { _ = b.Finish() }
}

// watch shows how far the runs of one import are until the returned function is called.
func (c *console) watch(a *app.App, id intake.ImportID, what string) (end func()) {
	set, finish := c.bar(what)
	if !c.terminal() {
		return finish
	}
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(150 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if now, ok := a.Intake.Progress(id); ok {
					set(now.Read, now.Total, what)
				}
			}
		}
	}()
	return func() { close(done); <-stopped; finish() }
}
