package app

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/width"

	"tuoxing/internal/demo"
)

// A reader of the made-up city's workbooks of its own: it shares nothing with the import, so that
// figures are counted twice by different means.

// entry is one data row by the meaning of its columns, and its number in the sheet from 1.
type entry struct {
	row  int
	cell map[string]string
}

// workbook is a read file.
type workbook struct {
	demo.File
	entries []entry
}

// meaningOf are the headings that matter for figures, folded, without blanks and line ends.
var meaningOf = map[string]string{
	"姓名": "name", "身份证号码": "id", "公民身份号码": "id", "证件号码": "id", "号码": "id",
	"单位名称": "firm", "工作单位": "firm", "所在单位": "firm", "统一社会信用代码": "code",
	"岗位类别": "post", "岗位类型": "post", "入职日期": "start", "入职时间": "start", "入厂时间": "start",
	"是否工会会员": "member", "工会会员": "member",
	"技能等级": "level", "证书编号": "number", "发证日期": "issued", "有效期至": "until", "所属地区": "area",
	"单位类型": "kind", "所在地区": "area", "行业代码": "industry",
	"指标": "indicator", "地区": "area", "截止日期": "date", "数值": "value",
}

func readCity(t testing.TB, dir string, m demo.Manifest) []workbook {
	t.Helper()
	var out []workbook
	for _, f := range m.Files {
		out = append(out, workbook{f, readEntries(cellsOf(t, filepath.Join(dir, f.Name)))})
	}
	return out
}

// cellsOf gives all cells of a file as they are stored.
func cellsOf(t testing.TB, path string) [][]string {
	t.Helper()
	if filepath.Ext(path) == ".xlsx" {
		f, err := excelize.OpenFile(path)
		must(t, err)
		defer f.Close()
		rows, err := f.GetRows(f.GetSheetName(0), excelize.Options{RawCellValue: true})
		must(t, err)
		return rows
	}
	text, err := os.ReadFile(path)
	must(t, err)
	utf8, marked := bytes.CutPrefix(text, []byte("\uFEFF"))
	if !marked {
		utf8, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		must(t, err)
	}
	rows, err := csv.NewReader(bytes.NewReader(utf8)).ReadAll()
	must(t, err)
	return rows
}

// readEntries gives the rows below the heading that are neither a total, a footer nor the heading
// again. Of a heading in two rows the lower cell counts where there is one.
func readEntries(rows [][]string) []entry {
	const needed = 6 // filled cells of a data row: totals and footers of these files have fewer
	var columns map[int]string
	var out []entry
	for i, row := range rows {
		found := headings(row)
		switch {
		case len(found) >= 4:
			columns = found
			if i+1 < len(rows) {
				for j, meaning := range headings(rows[i+1]) {
					columns[j] = meaning
				}
			}
			continue
		case columns == nil || filled(row) < needed:
			continue
		}
		e := entry{row: i + 1, cell: map[string]string{}}
		for j, meaning := range columns {
			if j < len(row) {
				e.cell[meaning] = row[j]
			}
		}
		out = append(out, e)
	}
	return out
}

func headings(row []string) map[int]string {
	out := map[int]string{}
	for j, text := range row {
		text = strings.NewReplacer("\n", "", "(必填)", "", ":", "").Replace(width.Fold.String(text))
		if meaning := meaningOf[text]; meaning != "" {
			out[j] = meaning
		}
	}
	return out
}

func filled(row []string) int {
	n := 0
	for _, c := range row {
		if c != "" {
			n++
		}
	}
	return n
}

// copyWithout copies the files of a city into a new folder, leaving one row of one file out.
func copyWithout(t testing.TB, from string, books []workbook, file, row int) string {
	t.Helper()
	to := t.TempDir()
	for i, b := range books {
		src, dst := filepath.Join(from, b.Name), filepath.Join(to, b.Name)
		if i != file {
			must(t, os.Symlink(src, dst))
			continue
		}
		removeRow(t, src, dst, row)
	}
	return to
}

func removeRow(t testing.TB, src, dst string, row int) {
	t.Helper()
	if filepath.Ext(src) == ".xlsx" {
		f, err := excelize.OpenFile(src)
		must(t, err)
		defer f.Close()
		must(t, f.RemoveRow(f.GetSheetName(0), row))
		must(t, f.SaveAs(dst))
		return
	}
	text, err := os.ReadFile(src)
	must(t, err)
	lines := bytes.SplitAfter(text, []byte("\n")) // no cell of the csv files holds a line end
	must(t, os.WriteFile(dst, bytes.Join(append(lines[:row-1:row-1], lines[row:]...), nil), 0o600))
}

// otherBytes copies a file so that its rows are the same and its bytes are not.
func otherBytes(t testing.TB, src, dst string) {
	t.Helper()
	if filepath.Ext(src) == ".xlsx" {
		f, err := excelize.OpenFile(src)
		must(t, err)
		defer f.Close()
		must(t, f.SetDocProps(&excelize.DocProperties{Description: "saved once more"}))
		must(t, f.SaveAs(dst))
		return
	}
	text, err := os.ReadFile(src)
	must(t, err)
	must(t, os.WriteFile(dst, append(text, "\r\n"...), 0o600))
}

// tidyID undoes the dirt of a number.
func tidyID(s string) string {
	return strings.ToUpper(strings.NewReplacer("'", "", " ", "").Replace(width.Fold.String(s)))
}

// tidyName undoes the dirt of a name.
func tidyName(s string) string {
	return strings.TrimSuffix(strings.ReplaceAll(s, "\u3000", ""), "（女）")
}

// checkHolds tells whether the check character of an ID number is right (GB 11643).
func checkHolds(id string) bool {
	if len(id) != 18 {
		return false
	}
	sum, weight := 0, 1 // the weights are the powers of 2, from the right
	for i := 17; i >= 0; i-- {
		digit := strings.IndexByte("0123456789X", id[i])
		if digit < 0 {
			return false
		}
		sum += digit * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}

var dayForms = []string{"2006-01-02", "2006.1.2", "2006年1月2日", "20060102", "2006/1/2", "2006-1-2 15:04:05"}

// dayOf reads the spellings that the files use, the day numbers of a spreadsheet among them.
func dayOf(s string) (day time.Time, ok bool) {
	s = width.Fold.String(s)
	if n, err := strconv.Atoi(s); err == nil && n < 100_000 {
		return time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC), true
	}
	for _, form := range dayForms {
		if d, err := time.Parse(form, s); err == nil {
			return d, true
		}
	}
	return time.Time{}, false
}

// rankWords are the words of the levels, the longer ones first where one holds another.
var rankWords = []struct {
	rank  int64
	words []string
}{
	{8, []string{"首席"}}, {7, []string{"特级"}}, {6, []string{"一级", "1级", "高级技师"}}, {5, []string{"二级", "2级", "Ⅱ级"}},
	{4, []string{"三级", "3级", "Ⅲ级", "高级"}}, {3, []string{"四级", "4级", "中级"}}, {2, []string{"五级", "5级", "初级"}}, {5, []string{"技师"}},
}

func rankOf(level string) int64 {
	for _, r := range rankWords {
		for _, w := range r.words {
			if strings.Contains(width.Fold.String(level), w) {
				return r.rank
			}
		}
	}
	return 0
}
