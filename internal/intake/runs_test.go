package intake

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

func TestStage_interrupted_anywhere_starts_clean_and_ends_the_same(t *testing.T) {
	t.Parallel()
	body := "编号,姓名,入职日期\n"
	for i := range 3500 {
		body += fmt.Sprintf("%06d,职工%d,2020.1.%d\n", i, i, i%31+1)
	}
	for _, stop := range []int{1, 257, 1000, 2048, 3400} {
		w := newWorld(t)
		id := w.receive(t, body, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		w.hook = func(*Row) {
			if seen++; seen == stop {
				cancel()
			}
		}
		if _, err := w.Stage(ctx, everyone, id); err == nil {
			t.Fatalf("row %d: the run was not interrupted", stop)
		}
		w.hook = nil
		rep, err := w.Find(t.Context(), everyone, id)
		if err != nil || rep.State != Staging {
			t.Fatalf("row %d: %+v %v", stop, rep, err)
		}
		if _, err := w.Apply(t.Context(), everyone, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("row %d: half a file was applied: %v", stop, err)
		}
		if rep := w.stage(t, id); rep.Counts != (Counts{Read: 3500, Mended: 3500}) {
			t.Errorf("row %d: %+v", stop, rep.Counts)
		}
		half, cut := context.WithCancel(t.Context())
		w.Targets["people"].Apply = func(ctx context.Context, tx *db.Tx, imp *Import, rows iter.Seq2[*Row, error]) (Outcome, error) {
			n := 0
			return w.apply(ctx, tx, imp, func(yield func(*Row, error) bool) {
				for r, err := range rows {
					if n++; n == stop {
						cut()
					}
					if !yield(r, err) {
						return
					}
				}
			})
		}
		if _, err := w.Apply(half, everyone, id); err == nil {
			t.Fatalf("row %d: apply was not interrupted", stop)
		}
		if len(w.people(t)) != 0 || w.kept(t) != 0 || w.count(t, "ledger_block") != 0 {
			t.Errorf("row %d: a part was applied", stop)
		}
		w.Targets["people"].Apply = w.apply
		rep, err = w.Apply(t.Context(), everyone, id)
		if err != nil || rep.Applied != 3500 || len(w.people(t)) != 3500 || w.count(t, "intake_stage") != 0 {
			t.Errorf("row %d: %+v %v", stop, rep, err)
		}
		cut()
		cancel()
	}
}

func TestStage_of_a_second_run_puts_the_first_out_of_force(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	nested := false
	w.hook = func(*Row) {
		if !nested {
			nested = true
			if now, err := w.Find(t.Context(), everyone, id); err != nil || now.Running == nil || now.Running.Phase != PhaseReading {
				t.Errorf("progress %+v %v", now, err)
			}
			w.stage(t, id)
		}
	}
	_, err := w.Stage(t.Context(), everyone, id)
	if f, ok := fault.As(err); !ok || f.Key != "intake.taken_over" {
		t.Fatalf("the first run ended with %v", err)
	}
	w.hook = nil
	if rep, err := w.Apply(t.Context(), everyone, id); err != nil || rep.Applied != 2 {
		t.Errorf("%+v %v", rep, err)
	}
	if now, err := w.Find(t.Context(), everyone, id); err != nil || now.Running != nil {
		t.Errorf("progress goes on after the run: %+v %v", now, err)
	}
}

// TestTotals_always_add_up draws files of every kind of row and compares with a naive count.
func TestTotals_always_add_up(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	held := map[string]string{}
	for round := range 12 {
		var b strings.Builder
		b.WriteString("编号,姓名,入职日期\n")
		var want Counts
		seen := map[string]string{}
		unchanged := 0
		for range rnd.IntN(1500) {
			number := fmt.Sprintf("%06d", rnd.IntN(1200))
			day, spelled := "2020-01-02", "2020-01-02"
			if rnd.IntN(3) == 0 {
				spelled = "2020.1.2"
			}
			switch rnd.IntN(12) {
			case 0:
				b.WriteString("合计,9,\n")
				want.Skipped++
				continue
			case 1:
				fmt.Fprintf(&b, "%s,,%s\n", number, spelled)
				want.Read++
				want.Refused++
				continue
			case 2:
				day, spelled = "2021-05-06", "2021-05-06"
			}
			fmt.Fprintf(&b, "%s,职工,%s\n", number, spelled)
			want.Read++
			before, twice := seen[number]
			switch {
			case twice && before == day:
				want.Duplicate++
				continue
			case twice:
				want.Refused++
				continue
			}
			seen[number] = day
			if held[number] == day {
				unchanged++
				want.Duplicate++
			} else if spelled != day {
				want.Mended++
			} else {
				want.Accepted++
			}
			held[number] = day
		}
		rep := w.enter(t, w.receive(t, b.String(), Options{}))
		if diff := cmp.Diff(want, rep.Counts); diff != "" {
			t.Fatalf("round %d: %s", round, diff)
		}
		if len(w.people(t)) != len(held) {
			t.Fatalf("round %d: %d people, want %d", round, len(w.people(t)), len(held))
		}
	}
}
