package demo_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/width"
)

// This is a small reader of its own, so that what was written is counted again by other means.

// line is one data row by the meaning of its columns.
type line map[string]string

// meanings are the headings that the files use, without blanks, line ends and suffixes.
var meanings = map[string]string{
	"姓名": "name", "性别": "sex",
	"身份证号码": "id", "公民身份号码": "id", "证件号码": "id",
	"单位名称": "firm", "工作单位": "firm", "所在单位": "firm", "统一社会信用代码": "credit",
	"岗位类别": "post", "岗位类型": "post", "工种": "work", "职业(工种)": "work",
	"入职日期": "start", "入职时间": "start", "入厂时间": "start",
	"手机号码": "phone", "联系电话": "phone", "是否工会会员": "member", "工会会员": "member",
	"技能等级": "level", "证书编号": "number", "发证日期": "issued", "有效期至": "until",
	"所属地区": "area", "发证机构": "body",
	"单位类型": "kind", "上级单位": "parent", "所在地区": "area", "行业代码": "industry",
	"经济类型": "owner", "单位规模": "size", "成立日期": "founded",
	"指标": "indicator", "地区": "area", "截止日期": "date", "数值": "value", "单位": "unit", "来源": "source",
}

// rawRows reads all cells of a file as they are stored.
func rawRows(t *testing.T, path string) [][]string {
	t.Helper()
	if strings.HasSuffix(path, ".xlsx") {
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.GetRows(f.GetSheetName(0), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rest, marked := bytes.CutPrefix(text, []byte("\uFEFF"))
	if !marked {
		if rest, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return rows
}

// readLines gives the data rows of a file: those below the heading whose last needed column is
// filled and which are no 合计 or heading again.
func readLines(t *testing.T, path string) []line {
	t.Helper()
	var heads []string
	var lines []line
	rows := rawRows(t, path)
	for i, row := range rows {
		if heads == nil {
			heads = heading(rows, i)
			continue
		}
		l := line{}
		for j, cell := range row {
			if j < len(heads) && heads[j] != "" {
				l[heads[j]] = cell
			}
		}
		if isData(row) {
			lines = append(lines, l)
		}
	}
	return lines
}

// heading maps a row, with the one below where it has two, or gives nil for a title row.
func heading(rows [][]string, i int) []string {
	known := 0
	heads := make([]string, len(rows[i]))
	for j, cell := range rows[i] {
		cell = plain(cell)
		if meanings[cell] == "" && i+1 < len(rows) && j < len(rows[i+1]) && plain(rows[i+1][j]) == "号码" {
			cell = "证件号码"
		}
		heads[j] = meanings[cell]
		if heads[j] != "" {
			known++
		}
	}
	if known < 5 {
		return nil
	}
	return heads
}

func plain(head string) string {
	head = width.Fold.String(strings.ReplaceAll(head, "\n", ""))
	return strings.TrimSuffix(strings.TrimSuffix(head, "(必填)"), ":")
}

func isData(row []string) bool {
	filled := 0
	for _, c := range row {
		if c != "" {
			filled++
		}
	}
	if filled < 6 || strings.HasPrefix(row[0], "合计") || row[0] == "序号" || strings.HasPrefix(row[0], "填表") {
		return false
	}
	return true
}

// key is the whole row, to find the same one again.
func (l line) key() string { return fmt.Sprint(map[string]string(l)) }

// tidy undoes the dirt of a number.
func tidy(s string) string {
	s = width.Fold.String(s)
	for _, cut := range []string{"'", " ", "-", "+86"} {
		s = strings.ReplaceAll(s, cut, "")
	}
	return strings.ToUpper(s)
}

// readName undoes the dirt of a name.
func readName(s string) string {
	return strings.TrimSuffix(strings.ReplaceAll(s, "\u3000", ""), "（女）")
}

var dayForms = []string{"2006-01-02", "2006.1.2", "2006年1月2日", "20060102", "2006/1/2", "2006-1-2 15:04:05"}

// readDay reads the spellings that the files use; ok is false for what is no day.
func readDay(s string) (day time.Time, ok bool) {
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

// idHolds tells whether the check character is right, by the weights of GB 11643.
func idHolds(id string) bool {
	if len(id) != 18 {
		return false
	}
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(id[i]-'0') * w
	}
	return id[17] == "10X98765432"[sum%11]
}

// creditHolds tells whether both check characters of a credit code are right (GB 32100, GB 11714).
func creditHolds(code string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(code) != 18 {
		return false
	}
	sum := 0
	for i, w := range []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} {
		sum += strings.IndexByte(alphabet, code[i]) * w
	}
	if code[17] != alphabet[(31-sum%31)%31] {
		return false
	}
	sum = 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		sum += strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", code[8+i]) * w
	}
	check := strconv.Itoa(11 - sum%11)
	switch check {
	case "10":
		check = "X"
	case "11":
		check = "0"
	}
	return code[16:17] == check
}

// rankOf gives 2 … 8 by the words of the level, 0 when there are none.
func rankOf(level string) int {
	level = width.Fold.String(level)
	for _, c := range []struct {
		words []string
		rank  int
	}{
		{[]string{"首席"}, 8}, {[]string{"特级"}, 7},
		{[]string{"一级", "1级", "高级技师"}, 6}, {[]string{"二级", "2级", "Ⅱ级"}, 5},
		{[]string{"三级", "3级", "Ⅲ级", "高级"}, 4}, {[]string{"四级", "4级", "中级"}, 3},
		{[]string{"五级", "5级", "初级"}, 2}, {[]string{"技师"}, 5},
	} {
		for _, w := range c.words {
			if strings.Contains(level, w) {
				return c.rank
			}
		}
	}
	return 0
}
