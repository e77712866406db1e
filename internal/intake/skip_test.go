package intake

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/intake/sheet"
)

func TestRows_that_are_no_data_are_skipped_in_every_spelling(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/rows_to_skip.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Skip []struct {
			Entry, Reason string
			Rows          []string
		} `yaml:"rows_to_skip"`
		Kept []string
	}
	if err := yaml.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Skip) != 9 || len(list.Kept) < 15 {
		t.Fatalf("%d entries, %d names", len(list.Skip), len(list.Kept))
	}
	l := newLayout(trainees())
	for _, heading := range []string{"序号|姓名|身份证号|联系电话|备注", "姓名|身份证号|联系电话|理论|备注"} {
		head := rows("丹阳市职工花名册", "填报单位：东方厂||2023年3月31日", heading)
		table, _ := l.findTable(0, sheet.Sheet{}, head)
		if table == nil {
			t.Fatal("no table under", heading)
		}
		read := func(text string) string { return table.skipReason(rows(text)[0]) }
		for _, s := range list.Skip {
			for _, text := range s.Rows {
				got := read(strings.ReplaceAll(text, "HEAD", heading))
				// Without a column of the list filled it does not matter what the row says.
				if got != s.Reason && got != "intake.skip_blank" {
					t.Errorf("%s: %q under %s gives %q, want %s", s.Entry, text, heading, got, s.Reason)
				}
			}
		}
		for _, name := range list.Kept {
			row := name + "|329901199001010016|13800000000"
			if strings.HasPrefix(heading, "序号") {
				row = "1|" + row
			}
			if got := read(row); got != "" {
				t.Errorf("%s is taken for %s under %s", name, got, heading)
			}
		}
	}
}
