package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tuoxing/internal/fault"
)

// byLibrary reads a workbook with the workbook library alone.
func byLibrary(t *testing.T, raw []byte) *Book {
	t.Helper()
	x := &xlsx{r: bytes.NewReader(raw), size: int64(len(raw)), total: int64(len(raw)), lim: Default}
	b, err := x.bookByLibrary(errOdd)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// books are workbooks by writer.
func books(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	files, err := filepath.Glob("testdata/*.xlsx")
	if err != nil || len(files) == 0 {
		t.Fatal("no workbook in testdata", err)
	}
	for _, name := range files {
		if out[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	const shared = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>姓名</t></si><si><t xml:space="preserve"> 张三 </t></si><si><r><t>李</t></r><r><rPr/><t>四</t></r><rPh sb="0" eb="1"><t>li</t></rPh></si><si><t>a_x0041_&amp;</t></si></sst>`
	row := `<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c><c t="s" r="C2"><v>3</v></c><c r="E2" t="inlineStr"><is><t>直接</t></is></c></row>`
	out["by hand"] = zippedBook(t, "", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>`+
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>45021</v></c><c r="D1" t="str"><f>A1</f><v>公式</v></c></row>`+row+
		`<row r="9"><c s="0" r="B9"><v>36.350000000000001</v></c><c r="F9" t="e"><v>#N/A</v></c></row></sheetData></worksheet>`, shared)
	out["shared formulas and merged cells"] = zippedBook(t, "", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+
		`<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">1+1</f><v>2</v></c></row><row r="2"><c r="A2"><f t="shared" si="0"/><v>3</v></c><c r="B2"><v>7</v></c></row>`+
		`<row r="3"><c r="A3"><v>4</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells></worksheet>`, shared)
	out["prefixed"] = prefixed(t)
	out["by the library"] = book(t, func(f *excelize.File) error {
		for i := 1; i <= 40; i++ {
			line := []any{i, fmt.Sprintf("职工%d <&> \"\n", i), 0.1 * float64(i), "3299011990010100" + fmt.Sprint(i), nil, " 边 "}
			if err := f.SetSheetRow("Sheet1", fmt.Sprintf("B%d", 2*i), &line); err != nil {
				return err
			}
		}
		if err := f.SetRowVisible("Sheet1", 4, false); err != nil {
			return err
		}
		return f.MergeCell("Sheet1", "B2", "B6")
	})
	return out
}

// prefixed is a workbook as WPS and some Java programs write it: every element with a prefix, sizes behind the parts (data
// descriptors), absolute targets.
func prefixed(t *testing.T) []byte {
	t.Helper()
	const main = `xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	return zippedBook(t, "x:", `<x:worksheet `+main+`><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:v>12</x:v></x:c></x:row><x:row r="3"><x:c r="C3" t="inlineStr"><x:is><x:t>丙</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`,
		`<x:sst `+main+`><x:si><x:t>甲</x:t></x:si></x:sst>`)
}

// zippedBook is a whole workbook of one sheet, as the library wants it; p is the prefix of the workbook's elements.
func zippedBook(t *testing.T, p, sheet, shared string) []byte {
	t.Helper()
	ns := "xmlns"
	if p != "" {
		ns += ":" + strings.TrimSuffix(p, ":")
	}
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packaged = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	return zipped(t, map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         packaged + `<Relationship Id="r" Type="` + office + `/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<` + p + `workbook ` + ns + `="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><` + p + `sheets><` + p + `sheet name="名册" sheetId="1" r:id="rId1"/></` + p + `sheets></` + p + `workbook>`,
		"xl/_rels/workbook.xml.rels": packaged + `<Relationship Id="rId1" Type="` + office + `/worksheet" Target="/xl/worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + office + `/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": sheet,
		"xl/sharedStrings.xml":     shared,
	})
}

func TestRows_are_cell_by_cell_those_of_the_workbook_library(t *testing.T) {
	t.Parallel()
	for name, raw := range books(t) {
		mine, err := open(t, raw, Default)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ref := byLibrary(t, raw)
		if diff := cmp.Diff(ref.Sheets, mine.Sheets); diff != "" {
			t.Errorf("%s: sheets (-library +scanner)\n%s", name, diff)
		}
		for i := range mine.Sheets {
			got := all(t, mine, i)
			if len(got) == 0 {
				t.Errorf("%s: no rows", name)
			}
			if diff := cmp.Diff(all(t, ref, i), got); diff != "" {
				t.Errorf("%s: (-library +scanner)\n%s", name, diff)
			}
		}
	}
}

// odd is a workbook that the scanner gives up at in its second row: a document type, another encoding.
func oddBook(t *testing.T, sheet string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range z.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			if err := w.Copy(part); err != nil {
				t.Fatal(err)
			}
			continue
		}
		to, err := w.Create(part.Name)
		if err == nil {
			_, err = to.Write([]byte(sheet))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOdd_workbooks_are_read_by_the_library_and_nothing_is_written_to_disk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	rows := `<row r="1"><c r="A1" t="inlineStr"><is><t>` + strings.Repeat("x", 20_000) + `</t></is></c></row>`
	many := strings.Builder{}
	for i := 2; i < 900; i++ { // 18 MB, far above the 16 MB from which the library would write by itself
		fmt.Fprintf(&many, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>`, i, i, noise(i, 20_000))
	}
	for name, sheet := range map[string]string{
		"document type":      `<!DOCTYPE x><worksheet ` + ns + `><sheetData>` + rows + `</sheetData></worksheet>`,
		"odd in a later row": `<worksheet ` + ns + `><sheetData>` + rows + `<row r="2"><c r="A2" t="inlineStr"><is><t>b<!DOCTYPE x></t></is></c></row></sheetData></worksheet>`,
		"large":              `<!DOCTYPE x><worksheet ` + ns + `><sheetData>` + rows + many.String() + `</sheetData></worksheet>`,
	} {
		b, err := open(t, oddBook(t, sheet), Default)
		if err != nil {
			t.Fatal(name, err)
		}
		got := all(t, b, 0)
		if len(got) == 0 || !strings.HasPrefix(got[0], "1: xxx") || name != "document type" && len(got) < 2 {
			t.Errorf("%s: %d rows", name, len(got))
		}
		for i := 1; i < len(got); i++ {
			if !strings.HasPrefix(got[i], fmt.Sprintf("%d: ", i+1)) {
				t.Fatalf("%s: row %d is %.20s", name, i+1, got[i])
			}
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 0 {
			t.Errorf("%s: temporary files %v %v", name, left, err)
		}
	}
	// Without the option the library does write, so the folder is the right one to look at.
	f, err := excelize.OpenReader(bytes.NewReader(oddBook(t, `<worksheet `+ns+`><sheetData>`+many.String()+`</sheetData></worksheet>`)))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) == 0 {
		t.Error("the library no longer writes temporary files: the options may be unneeded", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// noise is a text that packs badly, so that the file is no bomb.
func noise(seed, n int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}

func TestDays_of_the_1904_system_are_moved_to_the_1900_system(t *testing.T) {
	t.Parallel()
	raw := zipped(t, map[string]string{
		"xl/workbook.xml":            `<workbook><workbookPr date1904="1"/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="s.xml"/><Relationship Id="rId2" Type="http://x/styles" Target="styles.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="177" formatCode="[Red]0.00"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/></cellXfs></styleSheet>`,
		"xl/s.xml":                   `<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>43559</v></c><c r="B1" s="2"><v>43559.5</v></c><c r="C1" s="3"><v>43559</v></c><c r="D1"><v>43559</v></c></row></sheetData></worksheet>`,
	})
	b, err := open(t, raw, Default)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1: 45021|45021.5|43559|43559"}, all(t, b, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestLimits_let_pass_what_just_keeps_them(t *testing.T) {
	t.Parallel()
	lim := Default
	lim.Rows, lim.Columns, lim.Cell = 100, 10, 64
	row := `<worksheet><sheetData><row r="%d"><c r="%s"><v>%s</v></c></row></sheetData></worksheet>`
	for name, c := range map[string]struct {
		keeps, exceeds []byte
		key            string
	}{
		"rows":            {byHand(t, fmt.Sprintf(row, 100, "A100", "1"), ""), byHand(t, fmt.Sprintf(row, 101, "A101", "1"), ""), "intake.rows_too_many"},
		"columns":         {byHand(t, fmt.Sprintf(row, 1, "J1", "1"), ""), byHand(t, fmt.Sprintf(row, 1, "K1", "1"), ""), "intake.columns_too_many"},
		"cell":            {byHand(t, fmt.Sprintf(row, 1, "A1", strings.Repeat("7", 64)), ""), byHand(t, fmt.Sprintf(row, 1, "A1", strings.Repeat("7", 65)), ""), "intake.cell_too_large"},
		"shared":          {byHand(t, fmt.Sprintf(row, 1, "A1", "1"), "<sst><si><t>"+strings.Repeat("7", 64)+"</t></si></sst>"), byHand(t, fmt.Sprintf(row, 1, "A1", "1"), "<sst><si><t>"+strings.Repeat("7", 65)+"</t></si></sst>"), "intake.cell_too_large"},
		"csv rows":        {[]byte(strings.Repeat("a,b\n", 100)), []byte(strings.Repeat("a,b\n", 101)), "intake.rows_too_many"},
		"csv cell":        {[]byte("a," + strings.Repeat("b", 64)), []byte("a," + strings.Repeat("b", 65) + "\n"), "intake.cell_too_large_at"},
		"csv quoted cell": {[]byte("a,\"" + strings.Repeat("b", 64) + "\""), []byte("a,\"" + strings.Repeat("b", 65) + "\""), "intake.cell_too_large_at"},
		"csv columns":     {[]byte(strings.Repeat("a,", 9) + "a"), []byte(strings.Repeat("a,", 10) + "a"), "intake.columns_too_many"},
	} {
		read := func(raw []byte) error {
			b, err := open(t, raw, lim)
			if err != nil {
				return err
			}
			for _, err := range b.Rows(0) {
				if err != nil {
					return err
				}
			}
			return nil
		}
		if err := read(c.keeps); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if f, ok := fault.As(read(c.exceeds)); !ok || f.Key != c.key {
			t.Errorf("%s by one: %v, want %s", name, f, c.key)
		}
	}
}

func TestCSV_is_read_as_the_standard_library_reads_it(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	pieces := []string{"张三", "a", "\"", ",", "\n", " ", "３", "", "12", "x\"y", strings.Repeat("长", 3000)}
	for n := range 300 {
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.UseCRLF = n%2 == 0
		for range 1 + r.IntN(40) {
			line := make([]string, 1+r.IntN(6))
			for i := range line {
				for range r.IntN(4) {
					line[i] += pieces[r.IntN(len(pieces))]
				}
			}
			line[0] = "k" + line[0]
			if w.UseCRLF { // the writer would turn line ends within cells too
				line[0] = strings.ReplaceAll(line[0], "\n", " ")
			}
			if err := w.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		ref := csv.NewReader(bytes.NewReader(out.Bytes()))
		ref.FieldsPerRecord = -1
		want, err := ref.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		p := newCSVParser(bytes.NewReader(out.Bytes()), ',', Default)
		var got [][]string
		for {
			cells, err := p.record()
			if err != nil {
				break
			}
			line := append([]string(nil), cells...)
			for i := range line {
				line[i] = strings.ReplaceAll(line[i], "\r\n", "\n")
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d, table %d (-standard +own)\n%s", seed, n, diff)
		}
	}
}

func TestOld_workbooks_are_refused_whatever_their_name_says(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/biff8.xls")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(bytes.NewReader(raw), int64(len(raw)), "花名册.xlsx", Default)
	if f, ok := fault.As(err); !ok || f.Key != "intake.xls_old" || f.Fix == "" {
		t.Errorf("%v, want how to save it anew", err)
	}
}
