package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// figureDoc is figures --json as far as it is compared.
type figureDoc struct {
	Demo    bool
	Block   int64
	Figures []struct {
		Name, Value, Unit, Numerator, Denominator, On string
		Keys                                          map[string]string
	}
}

// traceDoc is trace --json as far as it is compared.
type traceDoc struct {
	Demo  bool
	Value int64
	Sides []struct {
		Figure                 string
		Count, Facts, Quantity int64
		Rows                   [][]string
	}
}

func read[T any](t *testing.T, r result) (doc T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.out), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFigures_and_trace(t *testing.T) {
	t.Parallel()
	e, _ := demoCity(t)
	t.Run("agree", func(t *testing.T) { t.Parallel(); figuresAndTraceAgree(t, e) })
	t.Run("write lines that add up", func(t *testing.T) { t.Parallel(); linesAddUp(t, e) })
}

// figuresAndTraceAgree: what figures prints is what trace counts, of every figure, in total and in a
// third of the districts.
func figuresAndTraceAgree(t *testing.T, e env) {
	doc := read[figureDoc](t, e.must(t, "figures", "--json", "--year", "2022", "--by", "district"))
	if !doc.Demo || len(doc.Figures) < 100 {
		t.Fatalf("demo %v, %d values", doc.Demo, len(doc.Figures))
	}
	totals := map[string]int64{}
	for _, f := range doc.Figures {
		if len(f.Keys) == 0 {
			totals[f.Name] = number(t, f.Value)
		}
	}
	if totals["industrial_workers"] != 680 || totals["employed"] != 1955 || totals["highly_skilled_per_10k"] != 1115 {
		t.Errorf("totals %v", totals)
	}
	for i, f := range doc.Figures {
		district := f.Keys["district"]
		if district != "" && i%3 > 0 {
			continue // each figure's total, and a third of the districts
		}
		args := []string{"trace", "--json", "--on", "2022-12-31", f.Name}
		if district != "" {
			args = append(args, "--where", "district="+district)
		}
		trace := read[traceDoc](t, e.must(t, args...))
		want := []string{f.Value}
		if f.Denominator != "" {
			want = []string{f.Numerator, f.Denominator}
		}
		if !trace.Demo || len(trace.Sides) != len(want) || (f.Value != "—" && trace.Value != number(t, f.Value)) {
			t.Errorf("%v: value %d with %d sides, want %s", args, trace.Value, len(trace.Sides), f.Value)
			continue
		}
		for k, s := range trace.Sides {
			people := s.Figure != "employed"
			if n := number(t, want[k]); s.Quantity != n || (people && s.Count != n) || int64(len(s.Rows)) != s.Count {
				t.Errorf("%v: %s is %d; it opens to %d rows (%d) with Σ %d", args, s.Figure, n, s.Count, len(s.Rows), s.Quantity)
			}
		}
	}
}

// linesAddUp: the last line of trace gives count and Σ, also in a file, and every fact is one line
// of --facts.
func linesAddUp(t *testing.T, e env) {
	path := filepath.Join(t.TempDir(), "facts.csv")
	e.must(t, "trace", "skilled", "--facts", "--csv", path, "--on", "2022-12-31")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = -1
	lines, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sum, last := int64(0), lines[len(lines)-1]
	for _, l := range lines[1 : len(lines)-1] {
		sum += number(t, strings.TrimPrefix(l[3], "+"))
	}
	doc := read[traceDoc](t, e.must(t, "trace", "skilled", "--json", "--on", "2022-12-31"))
	want := fmt.Sprint([]string{"Σ", fmt.Sprint(doc.Value), fmt.Sprint(len(lines) - 2), fmt.Sprint(doc.Value)})
	if fmt.Sprint(last) != want || sum != doc.Value {
		t.Errorf("the last line is %v, want %v; the lines add up to %d", last, want, sum)
	}
	text := e.must(t, "trace", "skilled", "--on", "2022-12-31").out
	if !strings.Contains(text, fmt.Sprintf("Σ = %d", doc.Value)) || !strings.Contains(text, "演示数据") {
		t.Errorf("the end of the list says: %s", text[max(0, len(text)-200):])
	}
}
