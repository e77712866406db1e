package intake

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit"
)

func TestRejects_come_back_corrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.enter(t, id)
	var out bytes.Buffer
	if err := w.Rejects(t.Context(), everyone, id, locale.New(locale.ZH), &out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) != 2 || sheets[1] != "职工" {
		t.Fatalf("sheets %v", sheets)
	}
	got, err := f.GetRows("职工")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range got {
		lines = append(lines, strings.Join(r[:4], "|"))
	}
	want := []string{"编号|姓名|入职日期|原行号", "12|王五||5", "329902|李四|2022-02-02|7", "329903|赵六|去年|9", "329904||2020-01-01|10"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	notes, err := f.GetComments("职工")
	if err != nil || len(notes) != 4 || notes[0].Cell != "A2" || !strings.HasPrefix(notes[0].Text, "T101") {
		t.Errorf("comments %+v %v", notes, err)
	}
	for at, v := range map[string]string{"A2": "329905", "C4": "2023年1月5日", "B5": "孙七"} {
		if err := f.SetCellStr("职工", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.RemoveRow("职工", 3); err != nil {
		t.Fatal(err)
	}
	var fixed bytes.Buffer
	if err := f.Write(&fixed); err != nil {
		t.Fatal(err)
	}
	rep := w.enter(t, w.receive(t, fixed.String(), Options{}))
	if diff := cmp.Diff(Counts{Read: 3, Accepted: 2, Mended: 1}, rep.Counts); diff != "" {
		t.Error(diff)
	}
	if len(w.people(t)) != 5 {
		t.Errorf("%v", w.people(t))
	}
}

func TestProblems_lists_rows_by_grade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.stage(t, id)
	for grade, want := range map[Grade]int{GradeRefuse: 4, GradeMend: 1, GradeWarn: 1, "": 6} {
		list, total, err := w.Problems(t.Context(), everyone, id, grade, 1, 2)
		if err != nil || total != want || len(list) != min(max(want-1, 0), 2) {
			t.Errorf("%q: %d of %d, want %d: %v", grade, len(list), total, want, err)
		}
	}
}

func TestRejects_of_a_bad_file_stay_usable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var body strings.Builder
	body.WriteString("编号,姓名,入职日期\n")
	const bad = 5_000
	for i := range bad {
		fmt.Fprintf(&body, "%d,,去年\n", i%7)
	}
	id := w.receive(t, body.String(), Options{})
	if rep := w.stage(t, id); rep.Refused != bad {
		t.Fatalf("%+v", rep.Counts)
	}
	var out bytes.Buffer
	start := time.Now()
	if err := w.Rejects(t.Context(), everyone, id, locale.New(locale.EN), &out); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows with %d problems: %d KiB in %v", bad, 3*bad, out.Len()>>10, time.Since(start))
	b, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "x", sheet.Default)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, err := range b.Rows(1) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	if rows != bad+1 {
		t.Errorf("%d rows", rows)
	}
}

func TestNothing_personal_lies_in_clear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const name, number = "欧阳莫须有", "329988"
	body := "名单：" + name + ",,\n编号,姓名,入职日期\n" + number + "," + name + ",去年\n329901," + name + ",2020.1.1\n"
	id := w.receive(t, body, Options{})
	w.stage(t, id)
	for _, table := range []string{"intake_import", "intake_stage", "intake_problem_batch"} {
		if w.count(t, table) == 0 {
			t.Fatalf("%s is empty: nothing to look at", table)
		}
	}
	var places []string
	for _, root := range []string{w.dir, filepath.Dir(w.dsn)} {
		err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			places = append(places, path)
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte(name)) || bytes.Contains(b, []byte(number)) {
				t.Errorf("found in %s", path)
			}
			return err
		})
		if err != nil && !testkit.OnPostgres() {
			t.Fatal(err)
		}
	}
	if len(places) < 2 {
		t.Fatalf("looked at %v only", places)
	}
}
