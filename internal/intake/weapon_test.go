package intake

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// A file that turns out to be a weapon after thousands of good rows is sent back as a whole, with a numbered rule: nothing of
// it stays staged, and nothing lies in the temporary folder.
func TestStage_of_a_weapon_behind_good_rows_keeps_nothing(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var good strings.Builder
	good.WriteString("编号,姓名,入职日期\n")
	for i := range 2*batchRows + 10 {
		fmt.Fprintf(&good, "%06d,职工,2020-01-01\n", i)
	}
	long := strings.Repeat("长", 10_000)
	for name, c := range map[string]struct{ tail, rule string }{
		"a row too large":      {"900000," + strings.Repeat(long+",", 6) + "\n", "I039"},
		"a cell too large":     {"900000," + long + long + "\n", "I037"},
		"too many columns":     {"900000" + strings.Repeat(",x", 300) + "\n", "I036"},
		"a quote never closed": {"900000,\"职工\n", "I028"},
	} {
		id, err := w.Receive(t.Context(), everyone, "x.csv", strings.NewReader(good.String()+c.tail), Options{Kind: "people", AsOf: date.Of(2023, 3, 31)})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second run starts clean
			rep, err := w.Stage(t.Context(), everyone, id)
			f, ok := fault.As(err)
			if !ok || FileRule(f.Key) != c.rule || rep.State != Refused || rep.Failure == nil || rep.Read != 0 {
				t.Errorf("%s: %v, %+v; want %s", name, err, rep.Counts, c.rule)
			}
		}
		for _, table := range []string{stageTable, problemTable} {
			var n int
			if err := w.DB.Writer().QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d batches stay in %s: %v", name, n, table, err)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("temporary files %v %v", left, err)
	}
}
