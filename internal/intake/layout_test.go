package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
)

func trainees() *Target {
	return &Target{Kind: "trainees", Person: true, Columns: []Column{
		{Name: "name", Title: "姓名", Required: true, Personal: true},
		{Name: "id", Title: "身份证号", Synonyms: []string{"身份证号码", "公民身份号码", "证件号码"}, Required: true, Personal: true},
		{Name: "phone", Title: "手机号码", Synonyms: []string{"联系电话"}},
		{Name: "theory", Title: "理论成绩", Synonyms: []string{"成绩理论", "理论"}},
		{Name: "practice", Title: "实操成绩", Synonyms: []string{"成绩实操", "成绩实践", "实践成绩"}},
	}}
}

// rows makes a sheet of "a|b|c" lines numbered from 1; an empty line is a blank row.
func rows(lines ...string) []sheet.Row {
	var out []sheet.Row
	for i, l := range lines {
		if l != "" {
			out = append(out, sheet.Row{Number: i + 1, Cells: strings.Split(l, "|")})
		}
	}
	return out
}

func TestFindTable_finds_the_heading_wherever_it_stands(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		head        []sheet.Row
		first, last int
		at          []int // name, id, phone, theory, practice
		unknown     []string
		notKept     []string
	}{
		"first row":              {rows("姓名|身份证号", "张三|1"), 1, 1, []int{0, 1, -1, -1, -1}, nil, nil},
		"under a title":          {rows("花名册|花名册", "", "单位：某厂", "姓名|身份证号"), 4, 4, []int{0, 1, -1, -1, -1}, nil, nil},
		"from column B":          {rows("名次|序号|姓名|证件号码"), 1, 1, []int{2, 3, -1, -1, -1}, []string{"名次"}, nil},
		"required marks, breaks": {rows("姓名（必填）|身份证\n号码*|联系电话："), 1, 1, []int{0, 1, 2, -1, -1}, nil, nil},
		"bracketed note":         {rows("姓 名|身份证号码(18位)"), 1, 1, []int{0, 1, -1, -1, -1}, nil, nil},
		"two rows, merged":       {rows("姓名|身份证号|成绩|成绩", "姓名|身份证号|理论|实操"), 1, 2, []int{0, 1, -1, 2, 3}, nil, nil},
		"a label right above":    {rows("花名册", "手机号码：|138|联系电话：|139", "序号|姓名|身份证号"), 3, 3, []int{1, 2, -1, -1, -1}, nil, nil},
		"two rows, none of ours": {rows("姓名|身份证号|考核|考核", "姓名|身份证号|笔试|面试", "张三|1|8|9"), 1, 2, []int{0, 1, -1, -1, -1}, []string{"考核", "考核"}, nil},
		"two rows, left blank":   {rows("姓名|身份证号|成绩|", "||理论|实践成绩"), 1, 2, []int{0, 1, -1, 2, 3}, nil, nil},
		"data below is no pair":  {rows("姓名|身份证号|理论", "张三|1|80"), 1, 1, []int{0, 1, -1, 2, -1}, nil, nil},
		"printed twice":          {rows("姓名|身份证号", "张三|1", "姓名|身份证号"), 1, 1, []int{0, 1, -1, -1, -1}, nil, nil},
		"the same heading twice": {rows("姓名|身份证号|姓名"), 1, 1, []int{0, 1, -1, -1, -1}, []string{"姓名"}, nil},
		"no purpose": {rows("序号|姓名|民族|身份证号|政治面貌|现住地址|备注|原行号|问题"), 1, 1, []int{1, 3, -1, -1, -1},
			[]string{"备注"}, []string{"民族", "政治面貌", "现住地址"}},
		"no purpose, in variants": {rows("姓名|身份证号|民　族（必填）|*政治 面貌|家庭住址：|户口所在地|健康状况(选填)"), 1, 1, []int{0, 1, -1, -1, -1},
			nil, []string{"民族（必填）", "*政治面貌", "家庭住址：", "户口所在地", "健康状况(选填)"}},
		"a relative's telephone": {rows("姓名|身份证号|紧急联系人|紧急联系人", "||姓名|联系电话"), 1, 1, []int{0, 1, -1, -1, -1},
			nil, []string{"紧急联系人", "紧急联系人"}},
		"a relative's telephone beside one's own": {rows("姓名|身份证号|紧急联系人|成绩", "||联系电话|理论"), 1, 2, []int{0, 1, -1, 3, -1},
			nil, []string{"紧急联系人联系电话"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, missing := newLayout(trainees()).findTable(0, sheet.Sheet{Name: "一"}, c.head)
			if got == nil || len(missing) > 0 {
				t.Fatalf("table %v, missing %v", got, missing)
			}
			if got.first != c.first || got.last != c.last {
				t.Errorf("heading in rows %d to %d, want %d to %d", got.first, got.last, c.first, c.last)
			}
			for what, pair := range map[string][2]any{"columns": {c.at, got.at}, "unknown": {c.unknown, got.report.Unknown}, "not kept": {c.notKept, got.report.NotKept}} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Errorf("%s: %s", what, diff)
				}
			}
		})
	}
}

func TestFindTable_tells_a_table_with_missing_columns_from_another_sheet(t *testing.T) {
	t.Parallel()
	got, missing := newLayout(trainees()).findTable(0, sheet.Sheet{}, rows("姓名|联系电话|理论"))
	if got == nil || cmp.Diff([]string{"身份证号"}, missing) != "" {
		t.Errorf("table %v, missing %v", got, missing)
	}
	for _, other := range [][]sheet.Row{nil, rows("说明"), rows("单位|姓名|人数"), rows(strings.Repeat("x\n", 3))} {
		if got, _ := newLayout(trainees()).findTable(0, sheet.Sheet{}, other); got != nil {
			t.Errorf("%v was taken for a table", other)
		}
	}
}

func TestSkipReason_names_rows_that_are_no_data(t *testing.T) {
	t.Parallel()
	tab, _ := newLayout(trainees()).findTable(0, sheet.Sheet{}, rows("序号|姓名|身份证号|联系电话"))
	cases := map[string]string{
		"1|张三|1": "", "合计|35人": "intake.skip_total", "|小 计||": "intake.skip_total", "9|总计": "intake.skip_total", "合计：35人": "intake.skip_total",
		"本页合计": "intake.skip_total", "3|合计明|1": "", "示例|张三|1": "intake.skip_sample", "（示例）|张三|1": "intake.skip_sample",
		"序号|姓名|身份证号|联系电话": "intake.skip_header", "填表人：王五||审核人：": "intake.skip_footer", "联系电话：0511": "intake.skip_footer",
		"示例演示光学有限公司|企业": "", "合计人数||12": "intake.skip_total", "5|0|0|0": "intake.skip_blank", "0|张三|1": "",
		"——以下空白——": "intake.skip_end", "注：请如实填写": "intake.skip_note", "说明: 一式两份": "intake.skip_note", "以下空白": "intake.skip_end", "7|||": "intake.skip_blank",
		"备注：": "intake.skip_note", "1|姓名|2|3": "", "第二车间": "intake.skip_blank", "1|总工|2": "",
	}
	for line, want := range cases {
		if got := tab.skipReason(sheet.Row{Number: 9, Cells: strings.Split(line, "|")}); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestDateInTitles_reads_the_day_and_no_guess(t *testing.T) {
	t.Parallel()
	day := date.Of(2023, 3, 31)
	cases := map[string]struct {
		titles []string
		day    date.Day
		ok     bool
	}{
		"until":           {[]string{"职工花名册", "截至2023年3月31日"}, day, true},
		"full width":      {[]string{"截止日期：２０２３．３．３１"}, day, true},
		"label and blank": {[]string{"填报日期: 2023-03-31"}, day, true},
		"month only":      {[]string{"截至2023年3月"}, 0, false},
		"no label":        {[]string{"2023年3月31日会议通过"}, 0, false},
		"two days":        {[]string{"截至2023年3月31日", "填报日期：2023年4月2日"}, 0, false},
		"impossible":      {[]string{"截至2023年2月30日"}, 0, false},
		"none":            {nil, 0, false},
	}
	for name, c := range cases {
		if got, ok := dateInTitles(c.titles); got != c.day || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", name, got, ok, c.day, c.ok)
		}
	}
}

func TestRow_Day_mends_spellings_and_refuses_what_is_no_day(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		value           string
		ok              bool
		mended, refused bool
	}{
		"2023-04-05": {"2023-04-05", true, false, false},
		"2023.4.5":   {"2023-04-05", true, true, false},
		"45021":      {"2023-04-05", true, true, false},
		"45021.375":  {"2023-04-05", true, true, false},
		"长期":         {"9999-12-31", true, true, false},
		"2023-02-29": {"2023-02-29", false, false, true},
		"去年":         {"去年", false, false, true},
		"":           {"", false, false, false},
	}
	for in, c := range cases {
		r := &Row{layout: newLayout(trainees()), cells: make([]Cell, 5), has: make([]bool, 5)}
		r.Set("theory", in)
		_, p, ok := r.Day("theory")
		if ok != c.ok || r.Mended() != c.mended || r.Refused() != c.refused || r.Get("theory") != c.value {
			t.Errorf("%q: ok %v mended %v refused %v value %q", in, ok, r.Mended(), r.Refused(), r.Get("theory"))
		}
		if in == "长期" && p != cn.NoEnd {
			t.Errorf("长期 has precision %v", p)
		}
	}
}

func TestPackedRows_come_back_as_they_were(t *testing.T) {
	t.Parallel()
	l := newLayout(trainees())
	r := &Row{Line: 3<<21 | 7, Sheet: "一车间", layout: l, has: []bool{true, true, false, true, true},
		cells: []Cell{{"张　三", "张三"}, {"1", "1"}, {}, {"", ""}, {"80", "80"}}}
	r.Note("R1", "name", "x.y", 5, "七", date.Of(2023, 1, 2))
	r.Refuse("R2", "", "x.z")
	back, err := unpackBatch(packBatch([]*Row{r, r}), l)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != 2 {
		t.Fatalf("%d rows", len(back))
	}
	for _, b := range back {
		if b.Line != r.Line || b.Sheet != r.Sheet || !b.Refused() || !b.Mended() {
			t.Errorf("%+v", b)
		}
		if diff := cmp.Diff(r.cells, b.cells) + cmp.Diff(r.has, b.has) + cmp.Diff(r.remarks, b.remarks); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzUnpackBatch(f *testing.F) {
	l := newLayout(trainees())
	r := &Row{Line: 1, Sheet: "s", layout: l, has: make([]bool, 5), cells: make([]Cell, 5)}
	r.Note("R1", "name", "x.y", 5, "七")
	f.Add(packBatch([]*Row{r}))
	f.Add([]byte{packVersion, 0xff, 0xff, 3})
	f.Fuzz(func(t *testing.T, in []byte) {
		rows, err := unpackBatch(in, l)
		if err == nil && len(rows) > len(in) {
			t.Fatal("more rows than bytes")
		}
	})
}

func TestImportID_UnmarshalText_refuses_what_is_no_id(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "0", "-1", "abc", "99999999999999999999"} {
		var id ImportID
		if err := id.UnmarshalText([]byte(in)); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", in, err)
		}
	}
	var id ImportID
	if err := id.UnmarshalText([]byte("12")); err != nil || id != 12 {
		t.Errorf("%v %v", id, err)
	}
}
