package intake

import "strings"

// Codes of the rules that hold for every kind of spreadsheet and that the program gives itself. I011, I012 and those
// from I021 on speak through the faults that they list.
const (
	RuleEmpty        = "I001"
	RuleDate         = "I002"
	RuleClash        = "I003"
	RuleSpelling     = "I004"
	RuleEncoding     = "I005"
	RuleLength       = "I006"
	RuleDuplicate    = "I007"
	RuleError        = "I008"
	RuleMerged       = "I009"
	RuleHidden       = "I010"
	RuleMonth        = "I013"
	RuleSerial       = "I014"
	RuleUncalculated = "I015"
	RuleAbove        = "I016"
	RuleEscaped      = "I017"
)

// Mend is the catalogue key of how to put right what the rule is about.
func (r Rule) Mend() string { return strings.Replace(r.Key, ".rule_", ".mend_", 1) }

// FileRule is the code of the rule for which a whole file is refused, by the key of the fault; "" when there is none.
func FileRule(key string) string { return ruleOfFault(Rules(), key) }

func ruleOfFault(rules []Rule, key string) string {
	for _, r := range rules {
		for _, f := range r.Faults {
			if f == key {
				return r.Code
			}
		}
	}
	return ""
}

// Rules are intake's own numbered rules; each Target brings its own beside them. Those from I021 on refuse a whole file.
func Rules() []Rule {
	return []Rule{
		{Code: RuleEmpty, Key: "intake.rule_empty", Example: "身份证号（空）"},
		{Code: RuleDate, Key: "intake.rule_date", Example: "入职日期 待定", Faults: []string{"cn.date_unreadable"}},
		{Code: RuleClash, Key: "intake.rule_clash", Example: "同一号码和单位两行，岗位类别一为生产操作、一为管理"},
		{Code: RuleSpelling, Key: "intake.rule_spelling", Example: "2019.7.1 → 2019-07-01"},
		{Code: RuleEncoding, Key: "intake.rule_encoding", Example: "张\uFFFD"},
		{Code: RuleLength, Key: "intake.rule_length", Example: "一格写了一整段话"},
		{Code: RuleDuplicate, Key: "intake.rule_duplicate", Example: "同一行出现两次"},
		{Code: RuleError, Key: "intake.rule_error", Example: "#REF!"},
		{Code: RuleMerged, Key: "intake.rule_merged", Example: "单位名称合并在多人之上"},
		{Code: RuleHidden, Key: "intake.rule_hidden", Example: "被筛选隐藏的行"},
		{Code: "I011", Key: "intake.rule_date_ambiguous", Example: "05/06/2023", Faults: []string{"cn.date_ambiguous"}},
		{Code: "I012", Key: "intake.rule_date_impossible", Example: "2023-02-29", Faults: []string{"cn.date_impossible"}},
		{Code: RuleMonth, Key: "intake.rule_month", Example: "2019年7月 → 2019-07-01"},
		{Code: RuleSerial, Key: "intake.rule_serial", Example: "43525 → 2019-03-01"},
		{Code: RuleUncalculated, Key: "intake.rule_uncalculated", Example: "=VLOOKUP(…) 没有结果"},
		{Code: RuleAbove, Key: "intake.rule_above", Example: "表格上方 所在单位：东方眼镜厂"},
		{Code: RuleEscaped, Key: "intake.rule_escaped", Example: "'=1+1 → =1+1"},
		{Code: "I021", Key: "intake.rule_file_xls_old", Example: ".xls 改名为 .xlsx", Faults: []string{"intake.xls_old"}},
		{Code: "I022", Key: "intake.rule_file_xlsx_locked", Example: "设了打开密码的文件", Faults: []string{"intake.xlsx_locked"}},
		{Code: "I023", Key: "intake.rule_file_web_page", Example: "系统导出的“.xls”，内容是网页", Faults: []string{"intake.web_page"}},
		{Code: "I024", Key: "intake.rule_file_format_unknown", Example: "照片、pdf", Faults: []string{"intake.format_unknown"}},
		{Code: "I025", Key: "intake.rule_file_file_damaged", Example: "没有传完的文件", Faults: []string{"intake.file_damaged"}},
		{Code: "I026", Key: "intake.rule_file_file_empty", Example: "0 字节", Faults: []string{"intake.file_empty"}},
		{Code: "I027", Key: "intake.rule_file_date_1904", Example: "特殊写法且用 1904 日期系统的文件", Faults: []string{"intake.date_1904"}},
		{Code: "I028", Key: "intake.rule_file_quote_open", Example: "csv 中只有一个引号", Faults: []string{"intake.quote_open"}},
		{Code: "I029", Key: "intake.rule_file_no_table", Example: "只有封面的文件", Faults: []string{"intake.no_table"}},
		{Code: "I030", Key: "intake.rule_file_columns_missing", Example: "没有身份证号一列", Faults: []string{"intake.columns_missing"}},
		{Code: "I031", Key: "intake.rule_file_date_needed", Example: "名册没有写截至日期", Faults: []string{"intake.date_needed"}},
		{Code: "I032", Key: "intake.rule_file_date_future", Example: "截至 2099-01-01", Faults: []string{"intake.date_future"}},
		{Code: "I033", Key: "intake.rule_file_file_too_large", Example: "超过上限的文件", Faults: []string{"intake.file_too_large"}},
		{Code: "I034", Key: "intake.rule_file_bomb", Example: "解压后超过原大小 200 倍", Faults: []string{"intake.ratio_too_large", "intake.unzipped_too_large", "intake.parts_too_many", "intake.texts_too_large"}},
		{Code: "I035", Key: "intake.rule_file_rows_too_many", Example: "超过二百万行", Faults: []string{"intake.rows_too_many"}},
		{Code: "I036", Key: "intake.rule_file_columns_too_many", Example: "超过 256 列", Faults: []string{"intake.columns_too_many"}},
		{Code: "I037", Key: "intake.rule_file_cell_too_large", Example: "一格超过 32 KiB", Faults: []string{"intake.cell_too_large", "intake.cell_too_large_at"}},
		{Code: "I038", Key: "intake.rule_file_sheets_too_many", Example: "超过 1024 个工作表", Faults: []string{"intake.sheets_too_many"}},
		{Code: "I039", Key: "intake.rule_file_row_too_large", Example: "一行合计超过 128 KiB", Faults: []string{"intake.row_too_large"}},
	}
}
