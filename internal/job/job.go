// Package job does durable background work (后台任务): what was promised in a transaction is done
// after it, and done again when the process dies on the way.
//
// Words: a job is a kind and its arguments, kept as a row in the database; a worker is the
// function registered for the kind; an attempt is one run of it.
//
// Rules for who uses it:
//   - Arguments hold ids only. They lie in the database in clear: never a name, a number, a phone,
//     a cell of a sheet. The worker reads what it needs by the id. The same holds for the text of
//     its errors, which is kept beside the job.
//   - A job runs at least once, and now and then twice (a process that dies between the work and
//     the note that it is done). A worker therefore first looks whether its work is done, best in
//     the same transaction.
//   - A fault (package fault) is final: trying again would meet it again. Any other error, and a
//     fault of kind Unavailable, is tried three times in all, with pauses.
//   - A worker that minds its context stops early when the process stops; the job then goes back
//     to the queue and the attempt does not count.
//
// Behind it stands River (github.com/riverqueue/river, MPL-2.0) with its own tables river_*, on
// SQLite and PostgreSQL alike through database/sql, by polling. Nothing outside this package
// knows of it. It schedules nothing by the calendar.
package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

const (
	maxAttempts  = 3
	pollInterval = 200 * time.Millisecond // between looks for new jobs
	// fetchCooldown is the shortest time between two looks while there is work. With the 100 ms that
	// River takes by default, four workers end 40 jobs a second, however short they are.
	fetchCooldown = 10 * time.Millisecond
	// longestJob bounds one attempt: the context ends then. The greatest import of a city takes
	// minutes.
	longestJob = 2 * time.Hour
	// rescueAfter frees the jobs of a process that died and is never started again. One that
	// is started again frees its jobs itself, at once (see Start).
	rescueAfter = longestJob + 10*time.Minute
	// manyJobs bounds what Start looks through; the jobs running at one time are few.
	manyJobs = 10_000
)

// farFuture is later than any attempt began.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Args are the arguments of a kind of job: a struct with JSON tags that holds ids, as text
// (`json:"import,string"`): on PostgreSQL a number of 64 bits loses its last digits on the way.
type Args interface {
	// Kind is the stable name, small letters with underscores; rows in the database bear it.
	Kind() string
}

// Options of New. The zero value is right for a single server.
type Options struct {
	// Node is this process among those that work the jobs of one database, as in db.Options.
	// No two processes that call Start may share it.
	Node uint8
	// Workers is how many jobs run at one time; 0 means 4.
	Workers int
	// Backoff is the pause before the second attempt, ten times as long before the third;
	// 0 means one second.
	Backoff time.Duration
}

// Queue takes jobs and works them. It is safe for concurrent use.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	id       string
	driver   riverdriver.Driver[*sql.Tx]
	client   *river.Client[*sql.Tx]
	workers  *river.Workers
	stopping atomic.Bool
}

// New makes a queue on the database. It works nothing before Start; Enqueue needs no Start.
func New(d *db.DB, log *slog.Logger, opt Options) (*Queue, error) {
	if opt.Workers == 0 {
		opt.Workers = 4
	}
	if opt.Backoff == 0 {
		opt.Backoff = time.Second
	}
	q := &Queue{db: d, log: log, id: fmt.Sprintf("node-%d", opt.Node), driver: driverOf(d), workers: river.NewWorkers()}
	var err error
	q.client, err = river.NewClient(q.driver, &river.Config{
		ID:                   q.id,
		FetchPollInterval:    pollInterval,
		FetchCooldown:        fetchCooldown,
		JobTimeout:           longestJob,
		Logger:               slog.New(calm{log.Handler()}),
		MaxAttempts:          maxAttempts,
		PollOnly:             true,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: opt.Workers}},
		RescueStuckJobsAfter: rescueAfter,
		RetryPolicy:          pauses{first: opt.Backoff},
		Workers:              q.workers,
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return q, nil
}

func driverOf(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Dialect() == db.SQLite {
		return riversqlite.New(d.Writer())
	}
	return riverdatabasesql.New(d.Writer())
}

// pauses lengthen tenfold with every attempt that failed.
type pauses struct{ first time.Duration }

// NextRetry is when a job that just failed runs again.
func (p pauses) NextRetry(j *rivertype.JobRow) time.Time {
	pause := p.first
	for range j.Attempt - 1 {
		pause *= 10
	}
	// River compares with the clock of the machine and keeps the time of attempts by it.
	return time.Now().UTC().Add(pause) //nolint:forbidigo // not the clock of the data
}

// Migrate brings the tables of the queue up to date. Call it with db.Migrate, before anything else.
func (q *Queue) Migrate(ctx context.Context) error {
	m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: slog.New(calm{q.log.Handler()})})
	if err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	return nil
}

// Register names the worker of a kind of job. Registering a kind twice panics: it is a mistake of
// the program, met at its start. Register before Start and before the first Enqueue of the kind.
func Register[T Args](q *Queue, fn func(ctx context.Context, args T) error) {
	river.AddWorker(q.workers, &worker[T]{queue: q, fn: fn})
}

// Enqueue adds a job inside the caller's write transaction: it runs after the commit, or never
// if the transaction is rolled back.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, args Args) error {
	if _, err := q.client.InsertTx(ctx, tx.SQL(), args, nil); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return nil
}

// Start begins to work jobs in the background, first those that this node left running when it
// died. The end of ctx does not end the work: that is for Stop.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.release(ctx); err != nil {
		return fmt.Errorf("start job queue: %w", err)
	}
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start job queue: %w", err)
	}
	return nil
}

// Stop takes no more jobs and waits for those that run. When ctx ends first, their contexts are
// cancelled and they go back to the queue.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.client.Stop(ctx)
	if ctx.Err() == nil {
		return err
	}
	q.stopping.Store(true)
	return q.client.StopAndCancel(context.WithoutCancel(ctx))
}

// release puts the jobs back that this node was working when it died. Their attempt counts, so
// that a job which kills the process does not do so for ever.
func (q *Queue) release(ctx context.Context) error {
	exec := q.driver.GetExecutor()
	running, err := exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: manyJobs, StuckHorizon: farFuture})
	if err != nil {
		return fmt.Errorf("look for interrupted jobs: %w", err)
	}
	now := q.db.Now()
	var p riverdriver.JobRescueManyParams
	for _, j := range running {
		if len(j.AttemptedBy) == 0 || j.AttemptedBy[len(j.AttemptedBy)-1] != q.id {
			continue
		}
		note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: j.Attempt, Error: "the process ended during the job"})
		if err != nil {
			return fmt.Errorf("note of interruption: %w", err)
		}
		state, finalized := rivertype.JobStateAvailable, (*time.Time)(nil)
		if j.Attempt >= j.MaxAttempts {
			state, finalized = rivertype.JobStateDiscarded, &now
		}
		p.ID = append(p.ID, j.ID)
		p.Error = append(p.Error, note)
		p.FinalizedAt = append(p.FinalizedAt, finalized)
		p.ScheduledAt = append(p.ScheduledAt, j.ScheduledAt)
		p.State = append(p.State, string(state))
		q.log.WarnContext(ctx, "job was interrupted", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "state", state)
	}
	if len(p.ID) == 0 {
		return nil
	}
	if _, err := exec.JobRescueMany(ctx, &p); err != nil {
		return fmt.Errorf("free interrupted jobs: %w", err)
	}
	return nil
}

// worker joins one registered function to River.
type worker[T Args] struct {
	river.WorkerDefaults[T]
	queue *Queue
	fn    func(ctx context.Context, args T) error
}

// Work runs one attempt and tells River how it ended.
func (w *worker[T]) Work(ctx context.Context, j *river.Job[T]) error {
	err := w.fn(ctx, j.Args)
	switch {
	case err == nil:
		w.finish(ctx, j)
		return nil
	case ctx.Err() != nil && w.queue.stopping.Load():
		return river.JobSnooze(0)
	case final(err):
		w.queue.log.WarnContext(ctx, "job ended with a fault", "job", j.ID, "kind", j.Kind, "error", err)
		return river.JobCancel(err)
	case j.Attempt >= j.MaxAttempts:
		w.queue.log.ErrorContext(ctx, "job given up", "job", j.ID, "kind", j.Kind, "attempts", j.Attempt, "error", err)
	}
	return err
}

// final tells whether another attempt would meet the same.
func final(err error) bool {
	kind := fault.KindOf(err)
	return kind != fault.Internal && kind != fault.Unavailable
}

// finish notes that the job is done. River would do so too, but gives up after half a minute, and
// a long import may hold the only writer of SQLite for longer: the job would then run twice.
// When even this fails, River's own way is left.
func (w *worker[T]) finish(ctx context.Context, j *river.Job[T]) {
	err := w.queue.db.WriteTx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx.SQL(), j)
		return err
	})
	if err != nil && !errors.Is(err, rivertype.ErrNotFound) {
		w.queue.log.ErrorContext(ctx, "note that a job is done", "job", j.ID, "kind", j.Kind, "error", err)
	}
}
