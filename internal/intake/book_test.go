package intake

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
)

// fillBook writes a workbook as people do: a cover, two tables, a hidden list, merged and broken cells.
func fillBook(f *excelize.File) error {
	cells := map[string]map[string]any{
		"Sheet1": {"A1": "填表说明", "A2": "请如实填写"},
		"一车间": {"A1": "职工花名册", "A2": "截至2023年3月31日", "A3": "序号", "B3": "编号", "C3": "姓名", "D3": "民族", "E3": "入职日期", "F3": "备注",
			"A4": 1, "B4": "329901", "C4": "张三", "D4": "汉", "E4": 43831,
			"A5": 2, "B5": "329902", "C5": "#N/A", "A6": 3, "B6": "329903", "C6": "李四", "E6": "2020年1月1日", "B7": "329904", "C7": "王五",
			"A8": "合计", "B8": "4人", "A9": "填表人：", "A10": 5},
		"二车间": {"A1": "编号", "B1": "姓名", "C1": "入职\n日期", "A2": "329905", "B2": "赵六", "C2": "2020-01-01", "A3": "329906", "B3": "孙七"},
		"代码":  {"A1": "编号", "B1": "姓名", "A2": "329907", "B2": "周八"},
	}
	for _, sheet := range []string{"Sheet1", "一车间", "二车间", "代码"} {
		if _, err := f.NewSheet(sheet); err != nil {
			return err
		}
		for at, v := range cells[sheet] {
			if err := f.SetCellValue(sheet, at, v); err != nil {
				return err
			}
		}
	}
	if err := f.MergeCell("一车间", "E6", "E7"); err != nil {
		return err
	}
	if err := f.SetRowVisible("二车间", 3, false); err != nil {
		return err
	}
	return f.SetSheetVisible("代码", false)
}

func TestStage_reads_a_workbook_as_people_write_it(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := excelize.NewFile()
	defer f.Close()
	if err := fillBook(f); err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := f.Write(&raw); err != nil {
		t.Fatal(err)
	}
	id, err := w.Receive(t.Context(), everyone, `C:\名册\职工.xlsx`, &raw, Options{Kind: "people"})
	if err != nil {
		t.Fatal(err)
	}
	rep := w.stage(t, id)
	if rep.Name != "职工.xlsx" || rep.AsOf != "2023-03-31" {
		t.Errorf("name %q, day %q", rep.Name, rep.AsOf)
	}
	if diff := cmp.Diff(Counts{Read: 6, Accepted: 2, Mended: 3, Refused: 1, Skipped: 3}, rep.Counts); diff != "" {
		t.Error(diff)
	}
	want := []SheetReport{
		{Sheet: 0, Name: "Sheet1", Skipped: map[string]int{}},
		{Sheet: 1, Name: "一车间", Header: 3, Read: 4, Titles: []string{"职工花名册", "截至2023年3月31日"}, Unknown: []string{"备注"}, NotKept: []string{"民族"},
			Columns: []MappedColumn{{"number", "编号", "编号", 1}, {"name", "姓名", "姓名", 2}, {"since", "入职日期", "入职日期", 4}},
			Skipped: map[string]int{"intake.skip_total": 1, "intake.skip_footer": 1, "intake.skip_blank": 1}},
		{Sheet: 2, Name: "二车间", Header: 1, Read: 2,
			Columns: []MappedColumn{{"number", "编号", "编号", 0}, {"name", "姓名", "姓名", 1}, {"since", "入职日期", "入职日期", 2}}, Skipped: map[string]int{}},
		{Sheet: 3, Name: "代码", Hidden: true, Skipped: map[string]int{}},
	}
	if diff := cmp.Diff(want, rep.Sheets); diff != "" {
		t.Error(diff)
	}
	rules := map[string]int{}
	for _, r := range rep.Rules {
		rules[r.Rule] += r.Rows
		if r.Says == "" || (r.Title == "") != (r.Col == "") {
			t.Errorf("a rule without its words: %+v", r)
		}
	}
	if diff := cmp.Diff(map[string]int{RuleError: 1, RuleSpelling: 2, RuleSerial: 1, RuleMerged: 1, RuleHidden: 1}, rules); diff != "" {
		t.Error(diff)
	}
	list, _, err := w.Problems(t.Context(), everyone, id, GradeRefuse, 0, 9)
	if err != nil || len(list) != 1 || list[0].Line != ledger.LineOf(1, 5) {
		t.Errorf("%+v %v", list, err)
	}
	if done, err := w.Apply(t.Context(), everyone, id); err != nil || done.Applied != 5 {
		t.Errorf("%+v %v", done, err)
	}
}

func TestApply_asks_for_a_new_check_after_the_columns_changed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.stage(t, id)
	target := w.Targets["people"]
	target.Columns = append(target.Columns, Column{Name: "phone", Title: "电话"})
	_, err := w.Apply(t.Context(), everyone, id)
	if f, ok := fault.As(err); !ok || f.Key != "intake.stage_again" {
		t.Fatalf("%v", err)
	}
	if _, total, err := w.Problems(t.Context(), everyone, id, "", 0, 9); err == nil && total != 6 {
		t.Errorf("%d problems", total)
	} else if err != nil {
		t.Errorf("the problem list of an older program does not open: %v", err)
	}
	if rep := w.enter(t, id); rep.Applied != 2 {
		t.Errorf("%+v", rep)
	}
}

func TestChange_gives_the_day_and_confirms_codes_before_another_check(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.Receive(t.Context(), everyone, "a.csv", bytes.NewReader([]byte("编号,姓名\n329901,张三\n")), Options{Kind: "people"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Stage(t.Context(), everyone, id); !fault.Is(err, fault.Invalid) {
		t.Fatalf("staged without a day: %v", err)
	}
	if err := w.Change(t.Context(), everyone, id, date.Of(2023, 3, 1), []string{"X"}); err != nil {
		t.Fatal(err)
	}
	if rep := w.enter(t, id); rep.AsOf != "2023-03-01" || rep.Applied != 1 {
		t.Errorf("%+v", rep)
	}
	rec, err := w.load(t.Context(), everyone, id)
	if err != nil || !rec.forTarget().Confirmed("X") || rec.forTarget().Confirmed("Y") {
		t.Errorf("confirmed codes are lost: %v", err)
	}
	if err := w.Change(t.Context(), everyone, id, 0, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("changed after apply: %v", err)
	}
}

func TestRules_have_a_sentence_in_both_languages(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Code] {
			t.Errorf("%s twice", r.Code)
		}
		seen[r.Code] = true
		zh, en := locale.New(locale.ZH), locale.New(locale.EN)
		if zh.T(r.Key) == r.Key || zh.T(r.Key) == en.T(r.Key) {
			t.Errorf("%s has no sentence of its own in each language", r.Code)
		}
		if !zh.Has(r.Mend()) || zh.T(r.Mend()) == en.T(r.Mend()) || r.Example == "" {
			t.Errorf("%s does not say how to mend, or has no example", r.Code)
		}
	}
	for _, code := range []string{RuleEmpty, RuleDate, RuleClash, RuleSpelling, RuleEncoding, RuleLength, RuleDuplicate, RuleError, RuleMerged, RuleHidden} {
		if !seen[code] {
			t.Errorf("%s is used and not documented", code)
		}
	}
}
