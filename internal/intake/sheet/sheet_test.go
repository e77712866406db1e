package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tuoxing/internal/fault"
	"tuoxing/internal/testkit/planter"
)

// open opens bytes as a file.
func open(t *testing.T, b []byte, lim Limits) (*Book, error) {
	t.Helper()
	return Open(bytes.NewReader(b), int64(len(b)), "名册.csv", lim)
}

// all reads a whole sheet as "number: a|b|c" lines.
func all(t *testing.T, b *Book, sheet int) []string {
	t.Helper()
	var out []string
	for row, err := range b.Rows(sheet) {
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%d: %s", row.Number, strings.Join(row.Cells, "|"))
		if len(row.Carried) > 0 {
			line += fmt.Sprint(" carried ", row.Carried)
		}
		if row.Hidden {
			line += " hidden"
		}
		out = append(out, line)
	}
	return out
}

func book(t *testing.T, fill func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRows_reads_text_tables_in_every_encoding_and_delimiter(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte("姓名\t电话\r\n张三\t138\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1: 姓名|电话", "2: 张三|138"}
	cases := map[string]struct {
		in   []byte
		want []string
	}{
		"utf-8":                      {[]byte("姓名,电话\n张三,138\n"), want},
		"no newline at the end":      {[]byte("姓名,电话\n张三,138"), want},
		"byte order mark":            {[]byte("\uFEFF姓名,电话\n张三,138\n"), want},
		"gb18030":                    {encode(t, "姓名,电话\n张三,138\n"), want},
		"gb18030 rare character":     {encode(t, "姓名,电话\n张㐂𠮷,138\n"), []string{"1: 姓名|电话", "2: 张㐂𠮷|138"}},
		"utf-16 with tabs":           {utf16, want},
		"semicolons":                 {[]byte("姓名;电话\n张三;138\n"), want},
		"tabs":                       {[]byte("姓名\t电话\n张三\t138\n"), want},
		"old Mac line ends":          {[]byte("姓名,电话\r张三,138\r"), want},
		"blank lines keep numbers":   {[]byte("姓名,电话\n\n,,\n张三,138\n"), []string{"1: 姓名|电话", "4: 张三|138"}},
		"quotes, commas, line break": {[]byte("a,\"b,\"\"c\"\"\"\n\"d\ne\",f\ng,h\n"), []string{"1: a|b,\"c\"", "2: d\ne|f", "4: g|h"}},
		"digits kept as text":        {[]byte("号码\n=\"110105194912310021\"\n"), []string{"1: 号码", "2: 110105194912310021"}},
		"quote inside a cell":        {[]byte("a,5\"寸\nb,c\n"), []string{"1: a|5\"寸", "2: b|c"}},
		"one broken byte stays utf-8": {[]byte("姓名,单位名称全称\n张\xff三,镇江某某有限公司\n"),
			[]string{"1: 姓名|单位名称全称", "2: 张\uFFFD三|镇江某某有限公司"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := open(t, c.in, Default)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, all(t, b, 0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRows_reads_workbooks_written_by_a_library(t *testing.T) {
	t.Parallel()
	raw := book(t, func(f *excelize.File) error {
		rows := [][]any{
			{"姓名", "身份证号", "入职", "金额", "手机"},
			{"张三", "110105194912310021", 45021, 36.35, 13812345678},
			{},
			{"李 & 四", "1.10105E+17", "2023年4月5日", 0.1 + 0.2, true},
		}
		for i, r := range rows {
			if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
				return err
			}
		}
		if err := f.SetCellFormula("Sheet1", "F2", "SUM(D2:D4)"); err != nil {
			return err
		}
		if err := f.SetRowVisible("Sheet1", 4, false); err != nil {
			return err
		}
		if _, err := f.NewSheet("代码"); err != nil {
			return err
		}
		return f.SetSheetVisible("代码", false)
	})
	b, err := open(t, raw, Default)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Sheet{{Name: "Sheet1"}, {Name: "代码", Hidden: true}}, b.Sheets); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"1: 姓名|身份证号|入职|金额|手机",
		"2: 张三|110105194912310021|45021|36.35|13812345678|" + Uncalculated,
		"4: 李 & 四|1.10105E+17|2023年4月5日|0.3|TRUE hidden",
	}
	if diff := cmp.Diff(want, all(t, b, 0)); diff != "" {
		t.Error(diff)
	}
	if b.Done() <= 0 || b.Done() > 1 {
		t.Errorf("Done = %v after reading", b.Done())
	}
}

func TestRows_carries_merged_cells_downwards_and_Head_fills_them_all(t *testing.T) {
	t.Parallel()
	raw := book(t, func(f *excelize.File) error {
		cells := map[string]string{"A1": "花名册", "A2": "单位", "B2": "姓名", "C2": "成绩", "C3": "理论", "D3": "实操",
			"A4": "一厂", "B4": "张三", "C4": "80", "B5": "李四", "D5": "70", "B6": "王五"}
		for at, v := range cells {
			if err := f.SetCellStr("Sheet1", at, v); err != nil {
				return err
			}
		}
		for _, a := range [][2]string{{"A1", "D1"}, {"A2", "A3"}, {"B2", "B3"}, {"C2", "D2"}, {"A4", "A5"}} {
			if err := f.MergeCell("Sheet1", a[0], a[1]); err != nil {
				return err
			}
		}
		return nil
	})
	b, err := open(t, raw, Default)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1: 花名册", "2: 单位|姓名|成绩", "3: 单位|姓名|理论|实操 carried [0 1]", "4: 一厂|张三|80", "5: 一厂|李四||70 carried [0]", "6: |王五"}
	if diff := cmp.Diff(want, all(t, b, 0)); diff != "" {
		t.Error(diff)
	}
	head, err := b.Head(0, 3)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, r := range head {
		got = append(got, r.Cells)
	}
	wantHead := [][]string{{"花名册", "花名册", "花名册", "花名册"}, {"单位", "姓名", "成绩", "成绩"}, {"单位", "姓名", "理论", "实操"}}
	if diff := cmp.Diff(wantHead, got); diff != "" {
		t.Error(diff)
	}
}

// zipped writes an archive by hand.
func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func byHand(t *testing.T, sheet, shared string) []byte {
	t.Helper()
	return zipped(t, map[string]string{
		"_rels/.rels":     `<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<x:workbook xmlns:x="m"><x:sheets><x:sheet name="A&amp;B" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Target="worksheets/s.xml" Type="http://x/worksheet" Id="rId1"/>
			<Relationship Target="sharedStrings.xml" Type="http://x/sharedStrings" Id="rId2"/></Relationships>`,
		"xl/worksheets/s.xml":  sheet,
		"xl/sharedStrings.xml": shared,
	})
}

func TestRows_reads_what_other_programs_write(t *testing.T) {
	t.Parallel()
	const shared = `<sst><si><t>姓名</t></si><si><r><t>张</t></r><r><t xml:space="preserve"> 三</t></r><rPh><t>zhang</t></rPh></si></sst>`
	cases := map[string]struct {
		sheet string
		want  []string
	}{
		"namespace prefix":         {`<x:worksheet><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`, []string{"1: 姓名"}},
		"rich and phonetic text":   {`<worksheet><sheetData><row r="7"><c r="B7" t="s"><v>1</v></c></row></sheetData></worksheet>`, []string{"7: |张 三"}},
		"no references":            {`<worksheet><sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData></worksheet>`, []string{"1: 1|2", "2: 3"}},
		"inline, entities, CDATA":  {`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a&lt;&#x4E2D;<![CDATA[&<b>]]>_x000D_</t></is></c></row></sheetData></worksheet>`, []string{"1: a<中&<b>\r"}},
		"comment and > in a value": {`<worksheet a="x>y"><!-- <row> > --><sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData></worksheet>`, []string{"1: 5"}},
		"formula with its result":  {`<worksheet><sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><v>#N/A</v></c></row></sheetData></worksheet>`, []string{"1: 2|#N/A"}},
		"numbers as binary64":      {`<worksheet><sheetData><row r="1"><c r="A1"><v>1.3812345678E10</v></c><c r="B1"><v>36.350000000000001</v></c><c r="C1"><v>1.1010519491231E+17</v></c></row></sheetData></worksheet>`, []string{"1: 13812345678|36.35|1.1010519491231E+17"}},
		"styled blank rows":        {`<worksheet><sheetData><row r="1"><c r="A1" s="1"/></row><row r="2"/><row r="3"><c r="A3"><v>1</v></c></row></sheetData></worksheet>`, []string{"3: 1"}},
		"merge far down":           {`<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>`, []string{"1: 1", "2: 1|2 carried [0]"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := open(t, byHand(t, c.sheet, shared), Default)
			if err != nil {
				t.Fatal(err)
			}
			if b.Sheets[0].Name != "A&B" {
				t.Errorf("name %q", b.Sheets[0].Name)
			}
			if diff := cmp.Diff(c.want, all(t, b, 0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpen_refuses_what_it_cannot_read_and_says_how_to_mend_it(t *testing.T) {
	t.Parallel()
	ole := make([]byte, 2048)
	copy(ole, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	ole[30] = 9
	locked := bytes.Clone(ole)
	copy(locked[512:], "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	row := `<worksheet><sheetData><row r="%d"><c r="%s"><v>1</v></c></row></sheetData></worksheet>`
	small := Default
	small.File, small.Rows, small.Columns, small.Cell = 1<<20, 100, 10, 64
	tiny := small
	tiny.Unzipped = 300
	cases := map[string]struct {
		in   []byte
		lim  Limits
		kind fault.Kind
		key  string
	}{
		"old xls":            {ole, small, fault.Invalid, "intake.xls_old"},
		"password":           {locked, small, fault.Invalid, "intake.xlsx_locked"},
		"web page":           {[]byte("\n<html><table>"), small, fault.Invalid, "intake.web_page"},
		"picture":            {[]byte("\x89PNG\x00\x00"), small, fault.Invalid, "intake.format_unknown"},
		"empty":              {[]byte(" \n"), small, fault.Invalid, "intake.file_empty"},
		"zip without a book": {zipped(t, map[string]string{"a.txt": "x"}), small, fault.Invalid, "intake.format_unknown"},
		"cut zip":            {byHand(t, row, "")[:200], small, fault.Invalid, "intake.file_damaged"},
		"file":               {make([]byte, 1<<20+1), small, fault.TooLarge, "intake.file_too_large"},
		"unzipped":           {byHand(t, row, ""), tiny, fault.TooLarge, "intake.unzipped_too_large"},
		"ratio":              {byHand(t, row, strings.Repeat(" ", RatioFrom+1)), small, fault.TooLarge, "intake.ratio_too_large"},
		"rows":               {byHand(t, fmt.Sprintf(row, 101, "A101"), ""), small, fault.TooLarge, "intake.rows_too_many"},
		"columns":            {byHand(t, fmt.Sprintf(row, 1, "K1"), ""), small, fault.TooLarge, "intake.columns_too_many"},
		"cell":               {byHand(t, strings.Replace(row, "<v>1", "<v>"+strings.Repeat("1", 65), 1), ""), small, fault.TooLarge, "intake.cell_too_large"},
		"csv rows":           {[]byte(strings.Repeat("a,b\n", 101)), small, fault.TooLarge, "intake.rows_too_many"},
		"csv cell":           {[]byte("a,\"" + strings.Repeat("b", 65)), small, fault.TooLarge, "intake.cell_too_large_at"},
		"csv open quote":     {[]byte("a,\"b"), small, fault.Invalid, "intake.quote_open"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := open(t, c.in, c.lim)
			if err == nil {
				for _, rerr := range b.Rows(0) {
					if rerr != nil {
						err = rerr
					}
				}
			}
			f, ok := fault.As(err)
			if !ok || f.Kind != c.kind || f.Key != c.key {
				t.Fatalf("got %v, want %s %s", err, c.kind, c.key)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("姓名,电话\n张三,138\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("a;\"b\n"))
	for _, b := range planter.Plan(1, 3, planter.Prefixed, planter.GB18030) {
		raw, err := b.Bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := Open(bytes.NewReader(in), int64(len(in)), "x", Default)
		if err != nil {
			return
		}
		for i := range b.Sheets {
			last := 0
			for row, err := range b.Rows(i) {
				if err != nil {
					break
				}
				if len(row.Cells) == 0 || row.Number <= last {
					t.Fatalf("row %d after %d with %d cells", row.Number, last, len(row.Cells))
				}
				last = row.Number
			}
		}
	})
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`)
	f.Add(`<sheetData><row><c t="inlineStr"><is><t>a&#x41;</t></is></c></row></sheetData><mergeCell ref="A1:B2"/>`)
	f.Add(`<a b="x>y"/></:><row><c r="ZZZ9"><v><![CDATA[x]]></v></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		b, err := open(t, byHand(t, sheet, "<sst><si><t>x</t></si></sst>"), Default)
		if err != nil {
			return
		}
		for row, err := range b.Rows(0) {
			if err == nil && len(row.Cells) == 0 {
				t.Fatal("a blank row was given out")
			}
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("姓名,电话\n张三,138\n"))
	f.Add([]byte("a;\"b\nc\";=\"007\"\r\n\r;x"))
	f.Add([]byte("\"\"\"\",\"\"x\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		lim := Default
		lim.Cell = 1 << 20
		whole := records(newCSVParser(bytes.NewReader(in), ',', lim))
		// The same bytes a few at a time, through a window that has to move, are the same cells.
		small := newCSVParser(iotest.OneByteReader(bytes.NewReader(in)), ',', lim)
		if diff := cmp.Diff(whole, records(small)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// records reads all records, and the error that ended them.
func records(p *csvParser) (out []string) {
	for {
		cells, err := p.record()
		out = append(out, fmt.Sprintf("%q", cells))
		if err != nil {
			return append(out, err.Error())
		}
	}
}
