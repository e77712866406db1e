package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sync"
	"testing"
)

// cityRows and cityColumns are a roster of the whole city.
const cityRows, cityColumns = 680_000, 14

// cityBook is such a roster as spreadsheet programs write it: texts shared, numbers plain. It is made once.
var cityBook = sync.OnceValues(func() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	part := func(name string, write func(w *bufio.Writer)) error {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		b := bufio.NewWriter(w)
		write(b)
		return b.Flush()
	}
	text := func(name, s string) error { return part(name, func(w *bufio.Writer) { w.WriteString(s) }) }
	shared := []string{"男", "女", "生产操作", "技术", "管理", "是", "否", "丹阳市", "眼镜验光员", "演示光学有限公司"}
	for _, err := range []error{
		text("_rels/.rels", `<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		text("xl/workbook.xml", `<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		text("xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`),
		part("xl/sharedStrings.xml", func(w *bufio.Writer) {
			w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><sst>`)
			for _, s := range shared {
				fmt.Fprintf(w, "<si><t>%s</t></si>", s)
			}
			for i := range cityRows {
				fmt.Fprintf(w, "<si><t>张%c%c</t></si><si><t>3299%02d19%02d0101%04d</t></si><si><t>198%08d</t></si>", 0x4E00+i%3000, 0x4E00+i%2001, i%24, i%90, i%10000, i)
			}
			w.WriteString("</sst>")
		}),
		part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
			w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet><sheetData>`)
			for i := range cityRows {
				own, r := len(shared)+3*i, i+1
				fmt.Fprintf(w, `<row r="%d" spans="1:14"><c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c><c r="D%d" t="s"><v>%d</v></c>`, r, r, r, r, own, r, i%2, r, own+1)
				fmt.Fprintf(w, `<c r="E%d" t="s"><v>9</v></c><c r="F%d" t="s"><v>%d</v></c><c r="G%d" t="s"><v>8</v></c><c r="H%d" s="2"><v>%d</v></c><c r="I%d" t="s"><v>%d</v></c>`, r, r, 2+i%3, r, r, 40000+i%5000, r, own+2)
				fmt.Fprintf(w, `<c r="J%d" t="s"><v>%d</v></c><c r="K%d"><v>%d</v></c><c r="L%d"><v>%d.5</v></c><c r="M%d" t="s"><v>7</v></c><c r="N%d" s="1"/></row>`, r, 5+i%2, r, 20+i%40, r, i%100, r, r)
			}
			w.WriteString("</sheetData></worksheet>")
		}),
		z.Close(),
	} {
		if err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
})

// BenchmarkCity_xlsx reads a workbook of 680,000 × 14 cells.
func BenchmarkCity_xlsx(b *testing.B) {
	raw, err := cityBook()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		readAll(b, raw)
	}
}

// BenchmarkCity_inflate only unpacks the same workbook: the floor.
func BenchmarkCity_inflate(b *testing.B) {
	raw, err := cityBook()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range z.File {
			rc, err := f.Open()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, rc); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkCity_csv reads the same roster as text.
func BenchmarkCity_csv(b *testing.B) {
	var out bytes.Buffer
	for i := range cityRows {
		fmt.Fprintf(&out, "%d,张三丰,男,3299%014d,演示光学有限公司,生产操作,眼镜验光员,2019-03-01,198%08d,是,%d,%d.5,丹阳市,\n", i, i, i, i%40, i%100)
	}
	b.ReportAllocs()
	b.SetBytes(int64(out.Len()))
	for b.Loop() {
		readAll(b, out.Bytes())
	}
}

func readAll(b *testing.B, raw []byte) {
	book, err := Open(bytes.NewReader(raw), int64(len(raw)), "x", Default)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, err := range book.Rows(0) {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if n != cityRows {
		b.Fatalf("%d rows", n)
	}
}
