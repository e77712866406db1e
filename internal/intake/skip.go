package intake

import (
	"regexp"
	"slices"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/intake/sheet"
)

// skipRule recognises rows inside a table that hold no data. The texts were seen in real rosters;
// they are compared after folding (blanks removed, full width made half width).
type skipRule struct {
	reason string
	text   *regexp.Regexp
	alone  bool // only when nothing else stands in the row: a list may begin with a column of days
}

var skipRules = []skipRule{
	{reason: "intake.skip_total", text: regexp.MustCompile(`^(本页|本表|本期|本月|单位|人数)?(合计|小计|总计|共计|总和|累计)(人数)?([:(\d].*)?(人|名)?$`)},
	{reason: "intake.skip_total", text: regexp.MustCompile(`^(本页|本表|本期|本月)?(共有?|总人数|新签|续签|终止|解除):?[_\d]+(人|名|份|条)?$`)},
	{reason: "intake.skip_sample", text: regexp.MustCompile(`^[(\[【]?(填写)?(示例|样例|范例|举例|例子?)(行|数据)?\d*([)\]】:、.].*)?$`)},
	{reason: "intake.skip_footer", text: regexp.MustCompile(`^(填表|填报|报送|上报|制表|审核|复核|审批|经办|负责|联系|统计|单位负责|主管|分管)(人|单位|领导|日期|时间)?(签字|签章|签名|\(.*\))?:`)},
	{reason: "intake.skip_footer", text: regexp.MustCompile(`^(联系电话|填报日期|制表日期|打印日期|打印时间|日期|第\d+页)(:|,|/|共|$)`)},
	{reason: "intake.skip_footer", text: regexp.MustCompile(`^[^:]{0,6}单位\(?(公章|盖章|签章)\)?`)},
	{reason: "intake.skip_footer", text: regexp.MustCompile(`^(\d{4})?年(\d{1,2})?月(\d{1,2})?日$`), alone: true},
	{reason: "intake.skip_note", text: regexp.MustCompile(`^[(\[*※]*(特别)?(注|备注|说明|填表说明|填报说明|填写说明|注意|注意事项)\d*[:、.]`)},
	{reason: "intake.skip_end", text: regexp.MustCompile(`^[(\[*=_~—.-]*(以下空白|以下无正文|以下为空|此行以下空白)`)},
}

// skipMarks holds a character of every text that skipRules look for: most cells have none of them and
// need no folding.
const skipMarks = "计和例范填制审复经负联统单打第注备说以共数签终解日年章报管特"

// skipReason gives the catalogue key of why a row is no data, "" for a data row.
func (t *table) skipReason(row sheet.Row) string {
	filled := 0
	for _, at := range t.at {
		// A print sheet whose formulas point at an empty list shows 0 in every cell.
		if c := cell(row.Cells, at); c != "0" && !blankCell(c) {
			filled++
		}
	}
	if reason := t.skipText(row); reason != "" {
		return reason
	}
	switch {
	case filled == 0:
		return "intake.skip_blank"
	case t.repeatsHeader(row), t.repeatsTitle(row):
		return "intake.skip_header"
	}
	return ""
}

// skipText looks for what the first cells of a row say.
func (t *table) skipText(row sheet.Row) string {
	seen := 0
	for col, c := range row.Cells {
		if blankCell(c) || t.beside(row, col) {
			continue
		}
		if seen++; seen > 2 {
			break // 序号 may stand before the word, nothing else does
		}
		if !strings.ContainsAny(c, skipMarks) {
			continue
		}
		text := cn.Fold(c)
		for _, r := range skipRules {
			if r.text.MatchString(text) && (seen == 1 || r.reason == "intake.skip_total") && !(r.alone && followed(row.Cells[col+1:])) {
				return r.reason
			}
		}
	}
	return ""
}

func followed(cells []string) bool {
	for _, c := range cells {
		if !blankCell(c) {
			return true
		}
	}
	return false
}

// beside reports a label that is merged over all rows of the table in a column that nobody asked for.
func (t *table) beside(row sheet.Row, col int) bool {
	return len(row.Carried) > 0 && slices.Contains(row.Carried, col) && !slices.Contains(t.at, col)
}

// maxTitle is how many cells a repeated title has at most; a person's row has more.
const maxTitle = 4

// repeatsTitle reports a title that was printed again at the top of a page.
func (t *table) repeatsTitle(row sheet.Row) bool {
	n := 0
	for _, c := range row.Cells {
		if c != "" {
			n++
		}
	}
	return n <= maxTitle && slices.Contains(t.report.Titles, distinctText(row.Cells))
}

// repeatsHeader reports a heading that was printed again at the top of a page: two thirds of the
// filled cells say what the heading says there.
func (t *table) repeatsHeader(row sheet.Row) bool {
	same, other := 0, 0
	for col, c := range row.Cells {
		if blankCell(c) || col >= len(t.folded) {
			continue
		}
		if strings.ContainsAny(c, t.runes[col]) && t.folded[col][cn.FoldHeader(c)] {
			same++
		} else if other++; other*3 > len(row.Cells) {
			return false // as nearly every row after a few cells
		}
	}
	return same >= 2 && same >= 2*other
}

// blankCell reports a cell with nothing a person can see.
func blankCell(s string) bool { return clean(s) == "" }

// clean removes surrounding white space, also the ideographic, no-break and zero-width kinds.
func clean(s string) string {
	return strings.Trim(s, " \t\r\n\u3000\u00a0\u200b\u200c\u200d\ufeff")
}

// titleDate finds 截至2023年4月10日 or a date label above a table.
var titleDate = regexp.MustCompile(`(?:截至|截止|统计时点|统计日期|填报日期|填表日期|日期|时间)[^0-9]{0,6}(\d{4}[年./-]\d{1,2}[月./-]\d{1,2})`)

// dateInTitles is the day that the rows above a table name; ok is false when none or two different ones do.
func dateInTitles(titles []string) (day date.Day, ok bool) {
	for _, text := range titles {
		text = strings.Join(strings.Fields(cn.Fold(text)), "")
		for _, m := range titleDate.FindAllStringSubmatch(text, -1) {
			d, p, _, err := cn.ParseDate(strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-").Replace(m[1]))
			if err != nil || p != cn.ToDay {
				continue
			}
			if ok && d != day {
				return 0, false
			}
			day, ok = d, true
		}
	}
	return day, ok
}
