package job

import (
	"context"
	"log/slog"
)

// calm is what River logs through. River counts jobs aloud every five seconds, and its upkeep
// (election of a leader, cleaning) reports an error whenever it waited some seconds for the
// writer of SQLite, as it does during every long import; it tries again by itself. So its notes
// are left out and its errors are warnings. That a job failed is logged by this package.
type calm struct{ slog.Handler }

// Enabled leaves out all below warnings.
func (c calm) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && c.Handler.Enabled(ctx, min(level, slog.LevelWarn))
}

// Handle lowers errors to warnings.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	r.Level = min(r.Level, slog.LevelWarn)
	return c.Handler.Handle(ctx, r)
}

// WithAttrs keeps the calm.
func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler { return calm{c.Handler.WithAttrs(attrs)} }

// WithGroup keeps the calm.
func (c calm) WithGroup(name string) slog.Handler { return calm{c.Handler.WithGroup(name)} }
