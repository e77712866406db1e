package cn_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
)

type dirtyCase struct {
	In        any    `yaml:"in"`
	Out       any    `yaml:"out"`
	OutYuan   int64  `yaml:"out_yuan"`
	Precision string `yaml:"precision"`
	Unit      string `yaml:"unit"`
	Header    string `yaml:"header"`
	Note      string `yaml:"note"`
	Column    string `yaml:"column"`
}

type dirtyData struct {
	Dates, IDs, Numbers []dirtyCase
	Levels              map[string][]string
}

func readDirty(t *testing.T) dirtyData {
	t.Helper()
	b, err := os.ReadFile("testdata/dirty_data.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Checks dirtyData `yaml:"dirty_data_checks"`
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	c := file.Checks
	if len(c.Dates) < 12 || len(c.IDs) < 7 || len(c.Numbers) < 9 || len(c.Levels) < 7 {
		t.Fatalf("too few cases: %d dates, %d ids, %d numbers, %d levels", len(c.Dates), len(c.IDs), len(c.Numbers), len(c.Levels))
	}
	return c
}

func TestParseDate_reads_the_dirty_dates(t *testing.T) {
	t.Parallel()
	for _, c := range readDirty(t).Dates {
		want := fmt.Sprint(c.Out)
		switch {
		case want == "no expiry":
			want = "9999-12-31 2"
		case c.Precision == "month":
			want += "-01 1"
		case want == "ambiguous" || want == "error":
		default:
			want += " 0"
		}
		d, p, _, err := cn.ParseDate(fmt.Sprint(c.In))
		got := fmt.Sprintf("%s %d", d, p)
		if e, ok := fault.As(err); ok {
			got = "error"
			if e.Key == "cn.date_ambiguous" {
				got = "ambiguous"
			}
		}
		if got != want {
			t.Errorf("%v gives %s, want %s", c.In, got, want)
		}
	}
}

func TestParseID_reads_the_dirty_numbers(t *testing.T) {
	t.Parallel()
	for _, c := range readDirty(t).IDs {
		in, want := fmt.Sprint(c.In), fmt.Sprint(c.Out)
		id, err := cn.ParseID(in, today)
		if want == "error" {
			if e, ok := fault.As(err); !ok || !strings.HasPrefix(e.Key, "cn.id_excel") {
				t.Errorf("%q: %v, want the fault that explains spreadsheets", in, err)
			}
			continue
		}
		if err != nil || id.Number != want {
			t.Errorf("%q gives %q, %v", in, id.Number, err)
		}
	}
}

func TestRank_reads_the_dirty_levels(t *testing.T) {
	t.Parallel()
	seen := 0
	for level, spellings := range readDirty(t).Levels {
		n, err := strconv.Atoi(level)
		if err != nil {
			continue // the new ranks and the traps have their own test
		}
		for _, s := range spellings {
			seen++
			if got, ok := cn.Rank(s); !ok || got != 7-n {
				t.Errorf("%s is rank %d (%v), want %d", s, got, ok, 7-n)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d spellings", seen)
	}
}

func TestParseNumber_reads_the_dirty_numbers(t *testing.T) {
	t.Parallel()
	for _, c := range readDirty(t).Numbers {
		in := fmt.Sprint(c.In)
		if c.OutYuan != 0 {
			if got, err := cn.ParseDecimalYuan(in, c.Header); err != nil || int64(got) != c.OutYuan*100 {
				t.Errorf("%q under %s gives %d fen, %v", in, c.Header, got, err)
			}
			continue
		}
		n, err := cn.ParseNumber(in)
		if got, want := printed(n), fmt.Sprint(c.Out); err != nil || got != want {
			t.Errorf("%q gives %s, %v; want %s", in, got, err, want)
		}
		if c.Unit != "" && n.Unit != c.Unit {
			t.Errorf("%q has the unit %q, want %q", in, n.Unit, c.Unit)
		}
	}
}

// printed gives a number the way the file of cases writes it.
func printed(n cn.Number) string {
	switch n.State {
	case cn.Empty:
		return "<nil>"
	case cn.Absent:
		return "absent"
	}
	return strconv.FormatFloat(float64(n.Digits)/math.Pow10(n.Scale), 'f', -1, 64)
}
