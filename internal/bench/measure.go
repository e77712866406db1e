package bench

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// measure is what one piece of work took.
type measure struct {
	took time.Duration
	peak int64 // bytes; 0 when the system does not tell
}

// stopwatch starts, and gives the function that reads it.
func stopwatch() func() time.Duration {
	begun := time.Now() //nolint:forbidigo // a bench measures real time, whatever the city's clock says
	return func() time.Duration {
		return time.Since(begun) //nolint:forbidigo // as above
	}
}

// procStatus and clearRefs are the kernel's account of this process (proc(5)): the peak of resident
// memory, and the file to which 5 is written to begin that peak anew.
const (
	procStatus = "/proc/self/status"
	clearRefs  = "/proc/self/clear_refs"
)

// watchPeak begins a new peak, and gives the function that reads it, in bytes. Where the kernel
// cannot begin anew, the most that Go took from the system since its start is told: too high rather
// than too low.
func watchPeak() func() int64 {
	if os.WriteFile(clearRefs, []byte("5"), 0) == nil {
		return func() int64 {
			text, err := os.ReadFile(procStatus)
			if err != nil {
				return 0
			}
			return highWater(text)
		}
	}
	return func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(min(m.Sys, math.MaxInt64))
	}
}

// highWater reads VmHWM, which is in kB, from the text of /proc/self/status; 0 when it is not there.
func highWater(status []byte) int64 {
	_, rest, ok := bytes.Cut(status, []byte("VmHWM:"))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) < 2 || string(fields[1]) != "kB" {
		return 0
	}
	kb, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}

// How often a question is asked: so many times, but no longer than patience once leastTimes are done.
const (
	times      = 50
	leastTimes = 5
	patience   = 5 * time.Second
)

// p50 asks a question again and again, and gives the middle of the times.
func p50(work func() error) (time.Duration, error) {
	var took []time.Duration
	all := stopwatch()
	for len(took) < times && (len(took) < leastTimes || all() < patience) {
		one := stopwatch()
		if err := work(); err != nil {
			return 0, err
		}
		took = append(took, one())
	}
	return middle(took), nil
}

// middle is the upper of the two middle ones when there are two.
func middle(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

// seconds prints a span with three digits that mean something: 12.3 s, 4.56 ms, 78 µs.
func seconds(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d µs", d.Microseconds())
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n>>20) }

// perSecond is how many of n go through in a second.
func perSecond(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}
