package job_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/job"
	"tuoxing/internal/testkit"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

type countArgs struct {
	ID int64 `json:"id"`
}

func (countArgs) Kind() string { return "count" }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// newQueue makes a queue whose pauses between attempts are too short to wait for.
func newQueue(t *testing.T, d *db.DB) *job.Queue {
	t.Helper()
	q, err := job.New(d, quiet(), job.Options{Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t *testing.T, q *job.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
}

func enqueue(t *testing.T, d *db.DB, q *job.Queue, ids ...int64) {
	t.Helper()
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		for _, id := range ids {
			if err := q.Enqueue(t.Context(), tx, countArgs{ID: id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// row is what the table says of a job.
type row struct {
	State   string
	Attempt int
}

func rows(t *testing.T, d *db.DB) []row {
	t.Helper()
	var out []row
	err := d.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), `SELECT state, attempt FROM river_job ORDER BY id`, nil, func(r db.Scanner) error {
			var x row
			err := r.Scan(&x.State, &x.Attempt)
			out = append(out, x)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// waitRows waits until the table says what is wanted.
func waitRows(t *testing.T, d *db.DB, want ...row) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got := rows(t, d)
		diff := cmp.Diff(want, got)
		if diff == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("jobs (-want +got):\n%s", diff)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func wait(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
	}
}

func TestEnqueue_runs_a_job_with_its_arguments_after_the_commit(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	got := make(chan int64, 10)
	job.Register(q, func(_ context.Context, a countArgs) error { got <- a.ID; return nil })
	start(t, q)
	enqueue(t, d, q, 42)
	waitRows(t, d, row{"completed", 1})
	if id := <-got; id != 42 || len(got) != 0 {
		t.Errorf("ran with %d, %d more runs", id, len(got))
	}
}

func TestEnqueue_leaves_nothing_when_the_transaction_is_rolled_back(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	job.Register(q, func(context.Context, countArgs) error { return nil })
	broken := errors.New("changed my mind")
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		if err := q.Enqueue(t.Context(), tx, countArgs{ID: 1}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if got := rows(t, d); len(got) != 0 {
		t.Errorf("jobs = %v", got)
	}
}

func TestEnqueue_refuses_a_kind_that_nobody_works(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		return q.Enqueue(t.Context(), tx, countArgs{ID: 1})
	})
	if err == nil {
		t.Error("accepted")
	}
}

func TestMigrate_may_be_repeated(t *testing.T) {
	t.Parallel()
	q := newQueue(t, testkit.NewDB(t))
	if err := q.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestQueue_tries_again_unless_the_error_is_final(t *testing.T) {
	t.Parallel()
	disk := errors.New("disk")
	for _, c := range []struct {
		name string
		errs []error // of the attempts in order; after them success
		want row
	}{
		{"success", nil, row{"completed", 1}},
		{"an error, then success", []error{disk}, row{"completed", 2}},
		{"three errors", []error{disk, disk, disk}, row{"discarded", 3}},
		{"a fault", []error{fault.New(fault.Invalid, "intake.bad_file")}, row{"cancelled", 1}},
		{"a fault in a chain", []error{errors.Join(disk, fault.New(fault.Conflict, "intake.twice"))}, row{"cancelled", 1}},
		{"busy, then success", []error{fault.New(fault.Unavailable, "db.busy")}, row{"completed", 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := testkit.NewDB(t)
			q := newQueue(t, d)
			var runs atomic.Int64
			job.Register(q, func(context.Context, countArgs) error {
				if n := int(runs.Add(1)); n <= len(c.errs) {
					return c.errs[n-1]
				}
				return nil
			})
			start(t, q)
			enqueue(t, d, q, 1)
			waitRows(t, d, c.want)
			if got := int(runs.Load()); got != c.want.Attempt {
				t.Errorf("ran %d times", got)
			}
		})
	}
}

func TestQueue_takes_a_panic_for_an_error(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	var runs atomic.Int64
	job.Register(q, func(context.Context, countArgs) error {
		if runs.Add(1) == 1 {
			panic("broken worker")
		}
		return nil
	})
	start(t, q)
	enqueue(t, d, q, 1)
	waitRows(t, d, row{"completed", 2})
}

// While one of our transactions holds the only writer of SQLite, jobs are queued behind it, end
// during it and write after it; each must run exactly once.
func TestQueue_waits_for_a_long_write_transaction(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	started, release := make(chan struct{}, 8), make(chan struct{})
	var runs, wrote atomic.Int64
	job.Register(q, func(ctx context.Context, a countArgs) error {
		runs.Add(1)
		started <- struct{}{}
		<-release
		if a.ID%2 == 0 {
			return nil // ends while the writer is held
		}
		return d.WriteTx(ctx, func(*db.Tx) error { wrote.Add(1); return nil })
	})
	start(t, q)
	enqueue(t, d, q, 1, 2, 3, 4)
	for range 4 {
		wait(t, "four jobs running", started)
	}
	err := d.WriteTx(t.Context(), func(tx *db.Tx) error {
		close(release)
		for id := range int64(4) {
			if err := q.Enqueue(t.Context(), tx, countArgs{ID: 10 + id}); err != nil {
				return err
			}
		}
		time.Sleep(3 * time.Second)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	done := row{"completed", 1}
	waitRows(t, d, done, done, done, done, done, done, done, done)
	if runs.Load() != 8 || wrote.Load() != 4 {
		t.Errorf("ran %d, wrote %d", runs.Load(), wrote.Load())
	}
}

func TestStop_waits_for_a_running_job(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	running := make(chan struct{})
	var ended atomic.Bool
	job.Register(q, func(ctx context.Context, _ countArgs) error {
		close(running)
		time.Sleep(300 * time.Millisecond)
		ended.Store(ctx.Err() == nil)
		return ctx.Err()
	})
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, d, q, 1)
	wait(t, "the job running", running)
	if err := q.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !ended.Load() {
		t.Error("Stop did not wait, or cancelled the job")
	}
	waitRows(t, d, row{"completed", 1})
}

func TestStop_without_patience_gives_the_job_back_uncounted(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	running := make(chan struct{})
	job.Register(q, func(ctx context.Context, _ countArgs) error {
		close(running)
		<-ctx.Done()
		return ctx.Err()
	})
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, d, q, 1)
	wait(t, "the job running", running)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	waitRows(t, d, row{"available", 0})

	again := newQueue(t, d)
	job.Register(again, func(context.Context, countArgs) error { return nil })
	start(t, again)
	waitRows(t, d, row{"completed", 1})
}

func TestQueue_logs_a_job_it_gives_up_once_as_an_error_and_no_chatter(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	var text strings.Builder
	log := slog.New(slog.NewTextHandler(&text, nil))
	q, err := job.New(d, log, job.Options{Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	job.Register(q, func(context.Context, countArgs) error { return errors.New("disk") })
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	enqueue(t, d, q, 1)
	waitRows(t, d, row{"discarded", 3})
	if err := q.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The handler writes under its own lock and the queue has stopped: text is complete.
	if got := strings.Count(text.String(), "level=ERROR"); got != 1 || !strings.Contains(text.String(), "job given up") {
		t.Errorf("%d errors in the log:\n%s", got, text.String())
	}
	if strings.Contains(text.String(), "level=INFO") {
		t.Errorf("chatter in the log:\n%s", text.String())
	}
}

func TestRegister_refuses_a_second_worker_of_a_kind(t *testing.T) {
	t.Parallel()
	q := newQueue(t, testkit.NewDB(t))
	job.Register(q, func(context.Context, countArgs) error { return nil })
	defer func() {
		if recover() == nil {
			t.Error("accepted")
		}
	}()
	job.Register(q, func(context.Context, countArgs) error { return nil })
}
