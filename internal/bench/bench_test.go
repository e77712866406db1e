package bench

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit"
)

func TestRun_prints_one_line_for_each_job(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	dir := t.TempDir()
	o := Options{Dir: dir, Workers: 2_000, DB: os.Getenv(testkit.EnvDB), Out: &out, Words: locale.New(locale.EN), Profile: dir}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	rows := tableOf(t, out.String())
	starts := []string{"job", "---", "roster of 2,000 rows from csv", "roster of 2,000 rows from xlsx", "cross table over 14,705 facts", "opening a figure", "list of people", "32 readers at once", "start: reading 14,705 facts"}
	if len(rows) != len(starts) {
		t.Fatalf("%d lines, want %d:\n%s", len(rows), len(starts), out.String())
	}
	for i, row := range rows {
		if !strings.HasPrefix(row[0], starts[i]) {
			t.Errorf("line %d begins %q, want %q", i, row[0], starts[i])
		}
	}
	if _, err := exec.LookPath("sqlite3"); err == nil && o.DB == "" && rows[2][4] == "not measured" {
		t.Error("the floor was not measured though its program is there")
	}
	if rows[2][5] != "30 s, 300 MB" || rows[4][6] != "8 ms" {
		t.Errorf("goals %q, %q", rows[2][5], rows[4][6])
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range left {
		names = append(names, f.Name())
	}
	if diff := cmp.Diff([]string{"cross.pprof", "csv.pprof", "list.pprof", "mixed.pprof", "open.pprof", "start.pprof", "xlsx.pprof"}, names); diff != "" {
		t.Errorf("what the bench leaves (-want +got):\n%s", diff)
	}
}

// tableOf splits the table into its cells: seven in each line, none empty.
func tableOf(t *testing.T, text string) [][]string {
	t.Helper()
	var rows [][]string
	for l := range strings.Lines(text) {
		if !strings.HasPrefix(l, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(l), "|"), "|")
		for i := range cells {
			if cells[i] = strings.TrimSpace(cells[i]); cells[i] == "" {
				t.Errorf("an empty cell in %s", l)
			}
		}
		if len(cells) != 7 {
			t.Fatalf("%d cells in %s", len(cells), l)
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestRun_measures_only_what_was_asked_for(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Run(t.Context(), Options{Dir: t.TempDir(), Workers: MinWorkers, DB: os.Getenv(testkit.EnvDB), Rows: []string{Start}, Out: &out}); err != nil {
		t.Fatal(err)
	}
	rows := tableOf(t, out.String())
	if len(rows) != 3 || !strings.HasPrefix(rows[2][0], "启动") || rows[2][4] != "未测" {
		t.Errorf("table:\n%s", out.String())
	}
}

func TestRun_refuses_what_it_cannot_measure(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"too few":       {Workers: MinWorkers - 1},
		"too many":      {Workers: MaxWorkers + 1},
		"unknown job":   {Rows: []string{"CSV"}},
		"existing file": {DB: "tuoxing.db"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Dir, o.Out = t.TempDir(), &bytes.Buffer{}
			if err := Run(t.Context(), o); !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRun_stops_when_told_and_leaves_nothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if err := Run(ctx, Options{Dir: dir, Workers: MinWorkers, Out: &bytes.Buffer{}}); err == nil {
		t.Error("a run whose context has ended went on")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestRosterRows_are_people_of_their_own_and_nobody_real(t *testing.T) {
	t.Parallel()
	const n = 200_000
	seen := make(map[string]bool, n)
	bad := 0
	p, err := rosterRows(n, func(row []string) error {
		if len(row) != len(rosterHeads) {
			t.Fatalf("a row of %d cells", len(row))
		}
		id := row[3]
		if !strings.HasPrefix(id, "3299") {
			t.Fatal("a number with a region code that was issued")
		}
		if _, err := cn.ParseID(id, date.Of(2022, 12, 31)); err != nil {
			bad++
			return nil
		}
		seen[id] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if bad != p.refused || len(seen) != p.read-p.refused-p.duplicate || p.refused == 0 || p.duplicate == 0 {
		t.Errorf("%d bad, %d different people; planted %+v", bad, len(seen), p)
	}
}

func TestHighWater_reads_the_kernels_account(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want int64
	}{
		"there":     {"VmPeak:\t  999 kB\nVmHWM:\t    1024 kB\nVmRSS:\t 1 kB\n", 1 << 20},
		"not there": {"VmPeak:\t  999 kB\n", 0},
		"other":     {"VmHWM:\t 3 MB\n", 0},
		"cut off":   {"VmHWM:", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := highWater([]byte(c.text)); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestP50_asks_fifty_times_and_stops_at_a_failure(t *testing.T) {
	t.Parallel()
	n := 0
	if _, err := p50(func() error { n++; return nil }); err != nil || n != times {
		t.Errorf("%d times, %v", n, err)
	}
	broken := errors.New("broken")
	if _, err := p50(func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if got := middle([]time.Duration{9, 1, 5, 3, 7}); got != 5 {
		t.Errorf("the middle of 1, 3, 5, 7, 9 is %d", got)
	}
}

func TestSeconds_keeps_the_digits_that_mean_something(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{1234 * time.Millisecond: "1.23 s", 4560 * time.Microsecond: "4.56 ms", 78 * time.Microsecond: "78 µs"} {
		if got := seconds(d); got != want {
			t.Errorf("%v prints %q, want %q", d, got, want)
		}
	}
}
