package job_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/db"
	"tuoxing/internal/job"
	"tuoxing/internal/testkit"
)

// The tests of crashes need a process that dies. This binary starts itself again with these
// variables and is then a worker that never finishes its job.
const (
	envChild = "TUOXING_JOB_CHILD" // the database
	envNode  = "TUOXING_JOB_NODE"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(envChild); dsn != "" {
		if err := child(dsn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func child(dsn string) error {
	ctx := context.Background()
	node, err := strconv.ParseUint(os.Getenv(envNode), 10, 8)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn, db.Options{NoSync: true})
	if err != nil {
		return err
	}
	q, err := job.New(d, quiet(), job.Options{Node: uint8(node)})
	if err != nil {
		return err
	}
	job.Register(q, func(context.Context, countArgs) error {
		fmt.Println("running")
		select {} // until the process is killed
	})
	if err := q.Start(ctx); err != nil {
		return err
	}
	select {}
}

// dieDuringJob starts a worker process, waits until it has taken a job, and kills it.
func dieDuringJob(t *testing.T, d *db.DB, node int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), envChild+"="+d.DSN(), envNode+"="+strconv.Itoa(node))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "running" {
		t.Errorf("worker process said %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the worker process was not killed")
	}
}

func TestStart_runs_again_what_a_killed_process_left(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	job.Register(q, func(context.Context, countArgs) error { return nil })
	enqueue(t, d, q, 1)
	dieDuringJob(t, d, 0)
	waitRows(t, d, row{"running", 1})
	start(t, q)
	waitRows(t, d, row{"completed", 2})
}

func TestStart_gives_up_a_job_that_kills_the_process_three_times(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	job.Register(q, func(context.Context, countArgs) error {
		t.Error("it ran a fourth time")
		return nil
	})
	enqueue(t, d, q, 1)
	for range 3 {
		dieDuringJob(t, d, 0)
	}
	start(t, q)
	waitRows(t, d, row{"discarded", 3})
}

func TestStart_leaves_the_jobs_of_other_nodes_alone(t *testing.T) {
	t.Parallel()
	d := testkit.NewDB(t)
	q := newQueue(t, d)
	done := make(chan struct{}, 1)
	job.Register(q, func(context.Context, countArgs) error { done <- struct{}{}; return nil })
	enqueue(t, d, q, 1)
	dieDuringJob(t, d, 7)
	start(t, q)
	enqueue(t, d, q, 2)
	wait(t, "the second job", done)
	waitRows(t, d, row{"running", 1}, row{"completed", 1})
}
