package listing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/money"
)

var head = Head{
	Title: "职工名单", Above: []string{"截至2023年4月10日"}, Forever: "长期", Total: func(n int64) string { return fmt.Sprintf("合计 %d 行", n) },
	Columns: []Column{{Title: "姓名"}, {Title: "身份证号", Kind: Code}, {Title: "证书数", Kind: Whole}, {Title: "补贴", Kind: Money}, {Title: "发证日期", Kind: Day}},
}

var lines = [][]any{
	{"张三", "329901199001010016", 2, money.Fen(150_050), date.Of(2021, 5, 20)},
	{"李 & <四>", "32990119900101003X", int64(1), money.Fen(-5), date.Forever},
	{" 头尾有空格 ", nil, nil, nil, date.Day(0)},
	{"两\n行\t字", "", 0, money.Fen(0), date.Of(1899, 1, 1)},
	{"_x0041_", "0001", math.MinInt32, money.Yuan(10_000_000_000_000), nil},
}

// write makes a file of the lines.
func write(t testing.TB, f Format, h Head, lines [][]any) ([]byte, Totals) {
	t.Helper()
	var out bytes.Buffer
	l, err := New(&out, f, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if err := l.Add(line...); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := l.End()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), sum
}

// byExcelize reads a sheet as the workbook library shows it.
func byExcelize(t testing.TB, book []byte, sheet int) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(sheet))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// byScanner reads a file as it would be taken in, without trailing blanks.
func byScanner(t testing.TB, book []byte, no int) (rows [][]string) {
	t.Helper()
	b, err := sheet.Open(bytes.NewReader(book), int64(len(book)), "list", sheet.Default)
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range b.Rows(no) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, append([]string(nil), r.Cells...))
	}
	return rows
}

func byCSV(t testing.TB, text []byte) [][]string {
	t.Helper()
	text, ok := bytes.CutPrefix(text, []byte("\ufeff"))
	if !ok {
		t.Error("the file does not say that it is UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWorkbook_is_read_back_by_the_library_and_by_the_scanner(t *testing.T) {
	t.Parallel()
	book, sum := write(t, XLSX, head, lines)
	shown := [][]string{
		{"职工名单"}, {"截至2023年4月10日"}, {"姓名", "身份证号", "证书数", "补贴", "发证日期"},
		{"张三", "329901199001010016", "2", "1,500.50", "2021-05-20"},
		{"李 & <四>", "32990119900101003X", "1", "-0.05", "长期"},
		{" 头尾有空格 ", "", "", "", "1970-01-01"},
		{"两\n行\t字", "", "0", "0.00", "1899-01-01"},
		{"_x0041_", "0001", "-2147483648", "10000000000000.00"}, // 16 digits: as text, so that none is rounded
		{"合计 5 行", "", "-2147483645", "10000000001500.45"},
	}
	if d := cmp.Diff(shown, byExcelize(t, book, 0)); d != "" {
		t.Errorf("the library reads (-want +got):\n%s", d)
	}
	raw := byScanner(t, book, 0)
	if d := cmp.Diff([]string{"张三", "329901199001010016", "2", "1500.5", "44336"}, raw[3]); d != "" {
		t.Errorf("the scanner reads (-want +got):\n%s", d)
	}
	if got := raw[7][0]; got != "_x0041_" {
		t.Errorf("the scanner reads %q", got)
	}
	if d := cmp.Diff(Totals{Rows: 5, Sums: []int64{0, 0, 3 + math.MinInt32, 150_045 + 1_000_000_000_000_000, 0}}, sum); d != "" {
		t.Errorf("totals (-want +got):\n%s", d)
	}
}

func TestBothFormats_hold_the_same(t *testing.T) {
	t.Parallel()
	plain := head
	plain.Columns = []Column{{Title: "姓名"}, {Title: "身份证号", Kind: Code}, {Title: "数", Kind: Whole}, {Title: "日", Kind: Day}}
	var rows [][]any
	for i := range 3000 {
		rows = append(rows, []any{fmt.Sprintf("人%d,\"引号\"&<>", i), fmt.Sprintf("3299%014d", i), int64(i*i - 1000), date.Of(1950, 1, i)})
	}
	book, a := write(t, XLSX, plain, rows)
	text, b := write(t, CSV, plain, rows)
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("totals differ:\n%s", d)
	}
	fromBook, fromText := byExcelize(t, book, 0), byCSV(t, text)
	for i := range fromText { // the library leaves trailing blanks out
		for len(fromText[i]) > 0 && fromText[i][len(fromText[i])-1] == "" {
			fromText[i] = fromText[i][:len(fromText[i])-1]
		}
	}
	if d := cmp.Diff(fromBook, fromText); d != "" {
		t.Errorf("xlsx and csv differ:\n%s", d)
	}
	if last := fromText[len(fromText)-1]; last[0] != "合计 3000 行" || last[2] != fmt.Sprint(a.Sums[2]) {
		t.Errorf("the last row says %q", last)
	}
}

// Texts that a spreadsheet program would run.
var formulas = []string{
	"=1+1", "=HYPERLINK(\"http://evil.example\",\"点我\")", "+1+1", "-1+1", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0",
	"＝1+1", "＋1", "－1", "＠A1", "'=1+1", "''=1+1",
}

func TestFormulas_are_written_as_text(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for _, s := range formulas {
		rows = append(rows, []any{s, s})
	}
	h := Head{Title: formulas[0], Columns: head.Columns[:2]}
	book, _ := write(t, XLSX, h, rows)
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	for i, s := range append([]string{formulas[0]}, formulas...) {
		for _, col := range []string{"A", "B"}[:min(2, i+1)] {
			at := fmt.Sprint(col, map[bool]int{true: 1, false: i + 2}[i == 0])
			formula, err := f.GetCellFormula(name, at)
			kind, kerr := f.GetCellType(name, at)
			got, gerr := f.GetCellValue(name, at)
			style, serr := f.GetCellStyle(name, at)
			if err = errors.Join(err, kerr, gerr, serr); err != nil {
				t.Fatal(err)
			}
			if formula != "" || kind != excelize.CellTypeInlineString || (got != s && !strings.Contains(s, "\r")) {
				t.Errorf("%q in %s: formula %q, type %v, value %q", s, at, formula, kind, got)
			}
			if q := f.Styles.CellXfs.Xf[style].QuotePrefix; q == nil || !*q {
				t.Errorf("%q in %s may become a formula when it is edited", s, at)
			}
		}
	}
	for i, row := range byScanner(t, book, 0)[2:] {
		if row[0] != formulas[i] {
			t.Errorf("%q became %q", formulas[i], row[0])
		}
	}
	text, _ := write(t, CSV, h, rows)
	for i, row := range byCSV(t, text)[2:] {
		got, ok := Restore(row[0])
		if !strings.HasPrefix(row[0], "'") || !ok || got != strings.ReplaceAll(formulas[i], "\r", "\r") {
			t.Errorf("%q was written as %q and comes back as %q", formulas[i], row[0], got)
		}
	}
}

func TestRestore_leaves_what_was_not_escaped(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "'", "'a", "O'Neil", "张三", "''", "' =1", "=1", "1-1"} {
		if got, ok := Restore(s); ok || got != s {
			t.Errorf("%q became %q", s, got)
		}
		if !isFormula(s) && Harmless(s) != s {
			t.Errorf("%q is escaped", s)
		}
	}
}

func TestSheets_go_on_where_one_is_full(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &Writer{head: head, sum: Totals{Sums: make([]int64, 5)}}
	l.to, l.err = newXLSX(&out, head, 10) // 3 lines above, 7 rows
	for i := range 15 {
		if err := l.Add(fmt.Sprint("人", i), nil, 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.End(); err != nil {
		t.Fatal(err)
	}
	people := 0
	var last []string
	for no, want := range []int{10, 10, 5} {
		rows := byScanner(t, out.Bytes(), no)
		if len(rows) != want || rows[2][0] != "姓名" {
			t.Fatalf("sheet %d has %d rows: %q", no, len(rows), rows)
		}
		for _, r := range rows[3:] {
			if strings.HasPrefix(r[0], "人") {
				people++
			}
			last = r
		}
	}
	if people != 15 || last[0] != "合计 15 行" || last[2] != "15" {
		t.Errorf("%d people, the last row says %q", people, last)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if d := cmp.Diff([]string{"职工名单", "职工名单 (2)", "职工名单 (3)"}, f.GetSheetList()); d != "" {
		t.Error(d)
	}
}

func TestWorkbook_keeps_headings_in_sight_digits_as_text_and_offers_choices(t *testing.T) {
	t.Parallel()
	h := head
	h.Columns = append([]Column{}, head.Columns...)
	h.Columns[0].Choices = []string{"是", "否"}
	h.Notes, h.NotesOn = []string{"填表说明", "一、=不是公式"}, "填表说明"
	book, _ := write(t, XLSX, h, lines)
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := f.GetSheetName(0)
	panes, err := f.GetPanes(name)
	if err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes %+v %v", panes, err)
	}
	style, err := f.GetColStyle(name, "B")
	if err != nil || f.Styles.CellXfs.Xf[style].NumFmtID == nil || *f.Styles.CellXfs.Xf[style].NumFmtID != 49 {
		t.Errorf("the column of ID numbers has style %d: %v", style, err)
	}
	if w, err := f.GetColWidth(name, "B"); err != nil || w < 18 {
		t.Errorf("the column of ID numbers is %v wide: %v", w, err)
	}
	lists, err := f.GetDataValidations(name)
	if err != nil || len(lists) != 1 || lists[0].Sqref != "A4:A1048576" || !strings.Contains(lists[0].Formula1, "是,否") {
		t.Errorf("choices %+v %v", lists, err)
	}
	if d := cmp.Diff([][]string{{"填表说明"}, {"一、=不是公式"}}, byExcelize(t, book, 1)); d != "" {
		t.Error(d)
	}
}

func TestAdd_refuses_what_would_be_cut_rounded_or_of_another_kind(t *testing.T) {
	t.Parallel()
	for name, line := range map[string][]any{
		"a float":            {"a", "b", 1.5},
		"text for a number":  {"a", "b", "3"},
		"a number for text":  {1},
		"a day for money":    {"a", "b", 1, date.Of(2023, 1, 1)},
		"too many cells":     {"a", "b", 1, money.Fen(1), date.Of(2023, 1, 1), "f"},
		"more than 64 bits":  {"a", "b", int64(math.MaxInt64)},
		"less than 64 bits ": {"a", "b", int64(math.MinInt64)},
	} {
		l, err := New(io.Discard, CSV, head)
		if err != nil {
			t.Fatal(err)
		}
		if name == "less than 64 bits " {
			err = l.Add("x", "y", -1)
		} else {
			err = l.Add("x", "y", 1)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Add(line...); err == nil {
			t.Errorf("%s is taken", name)
		}
		if _, err := l.End(); err == nil {
			t.Errorf("%s: the file ends as if it were whole", name)
		}
	}
	l, err := New(io.Discard, XLSX, head)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Add(strings.Repeat("字", maxCell)); err != nil {
		t.Errorf("the longest text: %v", err)
	}
	if err := l.Add(strings.Repeat("字", maxCell+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a longer text: %v", err)
	}
	if _, err := New(io.Discard, "pdf", head); !fault.Is(err, fault.Invalid) {
		t.Errorf("another format: %v", err)
	}
}

// breaking fails after so many bytes.
type breaking int

func (b *breaking) Write(p []byte) (int, error) {
	if *b -= breaking(len(p)); *b < 0 {
		return 0, errors.New("the line is cut")
	}
	return len(p), nil
}

func TestEnd_tells_of_a_file_that_could_not_be_written(t *testing.T) {
	t.Parallel()
	for _, f := range []Format{CSV, XLSX} {
		out := breaking(100_000)
		l, err := New(&out, f, head)
		for i := 0; err == nil && i < 500_000; i++ {
			err = l.Add(fmt.Sprintf("%x", i*7919), "329901199001010016", i)
		}
		if _, eerr := l.End(); eerr == nil || err == nil {
			t.Errorf("%s: %v, at the end %v", f, err, eerr)
		}
	}
}

// peak is the largest heap in use seen while rows are written.
func peak(t testing.TB, f Format, rows int) (bytes uint64) {
	t.Helper()
	l, err := New(io.Discard, f, head)
	if err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	for i := range rows {
		if err := l.Add("一二三四五六七八", "329901199001010016", i, money.Fen(i), date.Of(2021, 5, 20)); err != nil {
			t.Fatal(err)
		}
		if i%10_000 == 0 {
			runtime.GC()
			if runtime.ReadMemStats(&m); m.HeapAlloc > before {
				bytes = max(bytes, m.HeapAlloc-before)
			}
		}
	}
	if _, err := l.End(); err != nil {
		t.Fatal(err)
	}
	return bytes
}

// 200,000 rows need what 20,000 need: a buffer and the compressor.
func TestMemory_does_not_grow_with_the_list(t *testing.T) { //nolint:paralleltest // it measures the heap of the process
	const bound = 4 << 20 // bytes; the compressor alone takes 1.2 MB
	for _, f := range []Format{CSV, XLSX} {
		if n := peak(t, f, 200_000); n > bound {
			t.Errorf("%s: %d bytes of heap", f, n)
		}
	}
}

func BenchmarkWorkbook(b *testing.B) {
	h := Head{Title: "b", Columns: make([]Column, 14)}
	line := make([]any, 14)
	for i := range line {
		h.Columns[i] = Column{Title: fmt.Sprint("列", i)}
		line[i] = "丹阳市恒远机械"
	}
	for _, i := range []int{3, 9} {
		h.Columns[i].Kind, line[i] = Day, date.Of(2021, 5, 20)
	}
	h.Columns[1].Kind, line[1] = Code, "329901199001010016"
	h.Columns[13].Kind, line[13] = Whole, 1
	b.ReportAllocs()
	for b.Loop() {
		l, err := New(io.Discard, XLSX, h)
		if err != nil {
			b.Fatal(err)
		}
		for range 68_000 {
			if err := l.Add(line...); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := l.End(); err != nil {
			b.Fatal(err)
		}
	}
}
