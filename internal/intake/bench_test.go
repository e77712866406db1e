package intake

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/testkit"
	"tuoxing/internal/vault"
)

// benchRows is a district's roster: 680,000 people in eight districts.
const benchRows = 85_000

func benchBook(b *testing.B) []byte {
	b.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	headings := []any{"姓名", "身份证号", "联系电话", "理论成绩", "实操成绩", "备注"}
	if err := w.SetRow("A1", headings); err != nil {
		b.Fatal(err)
	}
	for i := range benchRows {
		row := []any{fmt.Sprintf("职工%d", i), fmt.Sprintf("3299011990010%05d", i), fmt.Sprintf("138%08d", i), 80.5, i % 100, "2020.1.2"}
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkSheet reads one district's workbook; rows/s is what counts.
func BenchmarkSheet(b *testing.B) {
	raw := benchBook(b)
	b.ReportAllocs()
	for b.Loop() {
		book, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)), "x", sheet.Default)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range book.Rows(0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkStage reads, checks, seals and stages the same workbook with a target that accepts all.
func BenchmarkStage(b *testing.B) {
	raw := benchBook(b)
	d := testkit.NewDB(b)
	v, err := vault.OpenOrCreate(b.TempDir()+"/key.json", testkit.Start)
	if err != nil {
		b.Fatal(err)
	}
	files, err := vault.NewStore(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	target := trainees()
	target.Prepare = acceptAll
	s := &Service{DB: d, Vault: v, Files: files, Audit: audit.Add, Targets: map[string]*Target{"trainees": target}}
	id, err := s.Receive(b.Context(), everyone, "x.xlsx", bytes.NewReader(raw), Options{Kind: "trainees"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		rep, err := s.Stage(b.Context(), everyone, id)
		if err != nil || rep.Accepted != benchRows {
			b.Fatal(rep, err)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCSV reads the same number of rows as text.
func BenchmarkCSV(b *testing.B) {
	raw := []byte(strings.Repeat("职工,329901199001012345,13812345678,80.5,7,2020.1.2\n", benchRows))
	for b.Loop() {
		book, err := sheet.Open(bytes.NewReader(raw), int64(len(raw)), "x", sheet.Default)
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range book.Rows(0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func acceptAll(context.Context, *db.Tx, *Import) (func(*Row), error) {
	return func(r *Row) { r.Key(r.Get("id")) }, nil
}
