package db

import (
	"context"
	"sync"
)

// togetherMost is how many small writes one transaction takes at most, so that the first of them does not wait
// for a crowd.
const togetherMost = 64

// queue holds the small writes that wait while others are being committed.
type queue struct {
	mu      sync.Mutex
	waiting []small
	busy    bool
	ends    sync.WaitGroup
}

type small struct {
	fn   func(ctx context.Context, tx *Tx) error
	done chan error // of one place: nobody may listen any more
}

// WriteTogether runs fn in a write transaction that it shares with what others want to write at the same time: many
// readers each of whose looks is logged would otherwise wait for as many commits. It returns when fn's work is
// committed. One that fails takes nobody else's work back: all are then run one by one. A context that ends while fn
// waits does not keep it from being done.
func (d *DB) WriteTogether(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one, q := small{fn, make(chan error, 1)}, &d.together
	q.mu.Lock()
	q.waiting = append(q.waiting, one)
	if !q.busy {
		q.busy = true
		q.ends.Go(func() { d.writeWaiting(context.WithoutCancel(ctx)) })
	}
	q.mu.Unlock()
	select {
	case err := <-one.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeWaiting writes until nobody waits.
func (d *DB) writeWaiting(ctx context.Context) {
	for {
		group := d.together.next()
		if group == nil {
			return
		}
		err := d.WriteTx(ctx, func(tx *Tx) error {
			for _, one := range group {
				if err := one.fn(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		for _, one := range group {
			if err != nil && len(group) > 1 {
				one.done <- d.WriteTx(ctx, func(tx *Tx) error { return one.fn(ctx, tx) })
				continue
			}
			one.done <- err
		}
	}
}

// next gives who waited longest; nil says that nobody writes any more.
func (q *queue) next() []small {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), togetherMost)
	q.busy = n > 0
	if n == 0 {
		return nil
	}
	group := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return group
}
