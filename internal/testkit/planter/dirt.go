package planter

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// dirt is one kind of defect, or of a clean row that looks like one.
type dirt struct {
	kind    string
	where   string  // kind of list, "" = both
	col     field   // the column that the form must have
	on      []field // further columns that it leans on
	outcome Outcome
	rules   string
	fits    func(*subject) bool
	plant   func(*maker, *subject)
	dated   bool // the day of issue stands in the row
}

func texts(c field, list ...any) func(*maker, *subject) {
	return func(m *maker, s *subject) { s.cells[c] = one(m, list) }
}

func byID(write func(string) any) func(*maker, *subject) {
	return func(_ *maker, s *subject) { s.cells[fID] = write(s.id) }
}

// dayAs writes the day otherwise, in the column of either list.
func dayAs(format string) func(*maker, *subject) {
	return func(_ *maker, s *subject) { s.setDay(s.day.Format(format)) }
}

func (s *subject) setDay(cell any) { s.cells[fStart], s.cells[fIssued] = cell, cell }

func monthAs(format string) func(*maker, *subject) {
	return func(_ *maker, s *subject) {
		s.setDay(s.day.Format(format))
		s.want.Day = s.day.Format("2006-01") + "-01"
	}
}

func dayText(list ...any) func(*maker, *subject) {
	return func(m *maker, s *subject) { s.setDay(one(m, list)) }
}

// serialOf counts days as spreadsheets do.
func serialOf(t time.Time) int {
	return int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 127 {
			return r + 0xFEE0
		}
		return r
	}, s)
}

func named(names ...string) func(*maker, *subject) {
	return func(m *maker, s *subject) {
		s.want.Name = one(m, names)
		s.cells[fName] = s.want.Name
	}
}

func spread(s *subject, between string) string {
	letters := []rune(s.name)
	return string(letters[:1]) + between + string(letters[1:])
}

// lost is what is left of a number of which a spreadsheet keeps 15 digits, and whether it is wrong then.
func lost(id string) string        { return id[:15] + "000" }
func lostWrong(s *subject) bool    { return idOf(s.id[:15] + "00")[17] != '0' }
func endsX(s *subject) bool        { return s.id[17] == 'X' }
func bornLast(s *subject) bool     { return s.born.Year() < 2000 }
func twoLetters(s *subject) bool   { return len([]rune(s.name)) == 2 }
func octoberOf(s *subject) bool    { return s.day.Month() == 10 }
func singleDigits(s *subject) bool { return s.day.Day() < 10 }

// dirts are the kinds: those that headers.yaml names, and what stands beside them in the same sources.
var dirts = []dirt{
	{"姓名中全角空格", "", fName, nil, Mended, "R153", twoLetters, func(_ *maker, s *subject) { s.cells[fName] = spread(s, "\u3000") }, false},
	{"姓名后（女）", "", fName, []field{fSex}, Mended, "R153", func(s *subject) bool { return !s.male }, func(_ *maker, s *subject) { s.cells[fName] = s.name + "（女）" }, false},
	{"姓名后数字", "", fName, nil, Refused, "R152", nil, func(_ *maker, s *subject) { s.cells[fName] = s.name + "2" }, false},
	{"间隔号姓名", "", fName, nil, Accepted, "", nil, named("阿依古丽·买买提", "卓玛·央金"), false},
	{"间隔号别写", "", fName, nil, Mended, "R153", nil, func(_ *maker, s *subject) { s.cells[fName], s.want.Name = "买买提•艾力", "买买提·艾力" }, false},
	{"生僻字", "", fName, nil, Accepted, "", nil, named("张𬭬", "李\ue863明", "王䶮"), false},
	{"同名", "", fName, nil, Accepted, "", nil, named("王伟"), false},
	{"貌似合计的姓名", "", fName, nil, Accepted, "", nil, named("合计平", "小计明", "总计生", "注明远", "备注生", "共小计"), false},
	{"两人一格", "", fName, nil, Refused, "R180", nil, func(m *maker, s *subject) { s.cells[fName] = s.name + one(m, []string{"、", "/", "#"}) + "李演示" }, false},
	{"姓名全角数字", "", fName, nil, Refused, "R152", nil, func(_ *maker, s *subject) { s.cells[fName] = s.name + "２" }, false},
	{"姓名为空", "", fName, nil, Refused, "I001", nil, texts(fName, nil, "　"), false},

	{"证件号小写x", "", fID, nil, Mended, "R120", endsX, byID(func(id string) any { return id[:17] + "x" }), false},
	{"证件号撇号", "", fID, nil, Mended, "R120", nil, byID(func(id string) any { return "'" + id }), false},
	{"证件号空格", "", fID, nil, Mended, "R120", nil, byID(func(id string) any { return " " + id[:6] + " " + id[6:14] + " " + id[14:] + " " }), false},
	{"证件号全角", "", fID, nil, Mended, "R120", nil, byID(func(id string) any { return wide(id) }), false},
	{"证件号科学计数", "", fID, []field{fSex}, Refused, "R109", nil, byID(func(id string) any { return id[:1] + "." + id[1:6] + "E+17" }), false},
	{"证件号成数值", "", fID, []field{fSex}, Refused, "R109", nil, byID(func(id string) any { return Number(lost(id)) }), false},
	{"证件号末三位000", "", fID, []field{fSex}, Refused, "R109", lostWrong, byID(func(id string) any { return lost(id) }), false},
	{"证件号15位", "", fID, nil, Mended, "R151", bornLast, byID(func(id string) any { return id[:6] + id[8:17] }), false},
	{"证件号15位数值", "", fID, nil, Mended, "R151", bornLast, byID(func(id string) any { return Number(id[:6] + id[8:17]) }), false},
	{"证件号少一位", "", fID, []field{fSex}, Refused, "R106", nil, byID(func(id string) any { return id[:11] + id[12:] }), false},
	{"证件号为空", "", fID, []field{fSex}, Refused, "I001", nil, texts(fID, nil, " "), false},
	{"证件号真以000结尾", "", fID, []field{fSex, fAge}, Accepted, "", nil, endsZero, false},

	{"日期点", "", fStart, nil, Mended, "I004", nil, dayAs("2006.1.2"), false},
	{"日期斜线", "", fStart, nil, Mended, "I004", nil, dayAs("2006/1/2"), false},
	{"日期年月日", "", fStart, nil, Mended, "I004", nil, dayAs("2006年1月2日"), false},
	{"日期八位", "", fStart, nil, Mended, "I004", nil, dayAs("20060102"), false},
	{"日期八位数值", "", fStart, nil, Mended, "I004", nil, func(_ *maker, s *subject) { s.setDay(Number(s.day.Format("20060102"))) }, false},
	{"日期全角", "", fStart, nil, Mended, "I004", nil, func(_ *maker, s *subject) { s.setDay(wide(s.day.Format("2006-01-02"))) }, false},
	{"日期序列号", "", fStart, nil, Mended, "I014", nil, func(_ *maker, s *subject) { s.setDay(Number(fmt.Sprint(serialOf(s.day)))) }, false},
	{"日期格式", "", fStart, nil, Mended, "I014", nil, func(_ *maker, s *subject) { s.setDay(Day(serialOf(s.day))) }, false},
	{"日期到月点", "", fStart, nil, Mended, "I013", nil, monthAs("2006.01"), false},
	{"日期到月横线", "", fStart, nil, Mended, "I013", nil, monthAs("2006-01"), false},
	{"日期到月", "", fStart, nil, Mended, "I013", nil, monthAs("2006年1月"), false},
	{"日期60", "", fStart, nil, Refused, "I012", nil, dayText("60", Number("60")), false},
	{"日期不存在", "", fStart, nil, Refused, "I012", nil, dayText("2023-02-29", "2022年2月30日"), false},
	{"日期两可", "", fStart, nil, Refused, "I011", nil, dayText("05/06/2023", "3.4.12"), false},
	{"十月成一月", "", fStart, nil, Refused, "I011", octoberOf, func(m *maker, s *subject) {
		s.setDay(one(m, []any{Number(s.day.Format("2006") + ".1"), s.day.Format("2006") + ".1"}))
	}, false},
	{"有效期长期", "certificates", fUntil, nil, Mended, "I004", nil, texts(fUntil, "长期"), false},

	{"等级写法", "certificates", fLevel, nil, Accepted, "", nil, func(m *maker, s *subject) { s.cells[fLevel] = one(m, levelNames[s.level]) }, false},
	{"职称当等级", "certificates", fLevel, nil, Refused, "R121", nil, texts(fLevel, "中级职称", "高级职称", "工程师"), false},
	{"等级与编号不符", "certificates", fNumber, []field{fLevel}, Refused, "R123", nil, func(m *maker, s *subject) { s.cells[fNumber] = m.number(s.day.Year(), s.level%5+1) }, false},
	{"编号年份不符", "certificates", fNumber, []field{fStart}, Refused, "R124", nil, func(m *maker, s *subject) { s.cells[fNumber] = m.number(s.day.Year()-1, s.level) }, false},
	{"编号全角", "certificates", fNumber, nil, Accepted, "", nil, func(_ *maker, s *subject) { s.cells[fNumber] = wide(s.cells[fNumber].(string)) }, false},
	{"操作证编号", "certificates", fNumber, []field{fID, fSex, fName}, Refused, "R161", nil, func(_ *maker, s *subject) { s.cells[fNumber] = "T" + s.id }, false},

	{"编号成数值", "certificates", fNumber, nil, Refused, "R122", func(s *subject) bool { return s.day.Year() >= 2010 && s.day.Year() < 2019 }, func(_ *maker, s *subject) {
		s.cells[fNumber] = Number(s.cells[fNumber].(string)[:15] + "0")
	}, true},
	{"旧式证书", "certificates", fNumber, []field{fStart, fLevel}, Accepted, "", nil, oldPaper("高级工"), true},
	{"旧式证书只写级别", "certificates", fNumber, []field{fStart, fLevel}, Refused, "R178", nil, oldPaper("三级"), true},
	{"外省证书", "certificates", fNumber, nil, Accepted, "", func(s *subject) bool { return s.day.Year() >= 2019 }, func(_ *maker, s *subject) {
		n := s.cells[fNumber].(string)
		s.cells[fNumber] = n[:5] + "31" + n[7:]
	}, false},

	{"两个电话用#隔开", "roster", fPhone, nil, Mended, "R117", nil, texts(fPhone, "19700000001#19700000002"), false},
	{"电话成数值", "roster", fPhone, nil, Accepted, "", nil, texts(fPhone, Number("19712345678")), false},
	{"岗位不认识", "roster", fPost, nil, Refused, "R113", nil, texts(fPost, "干部", "车间主任"), false},
	{"单位没有登记", "roster", fFirm, nil, Refused, "R111", nil, texts(fFirm, "没有登记的厂"), false},
	{"单位全角括号不一", "roster", fFirm, nil, Accepted, "", nil, texts(fFirm, "江苏示例眼镜(集团)股份有限公司", "江苏示例眼镜（集团） 股份有限公司"), false},
	{"工种不在大典", "", fWork, nil, Accepted, "", nil, texts(fWork, "打杂", "数控#模具"), false},
	{"性别不符", "roster", fSex, []field{fID}, Refused, "R104", nil, func(_ *maker, s *subject) { s.cells[fSex] = sexOf(!s.male) }, false},
	{"公式错误值", "", fName, nil, Refused, "I008", nil, texts(fName, "#REF!", "#N/A"), false},
	{"是否为公式留下的零", "roster", fMember, nil, Accepted, "", nil, texts(fMember, Number("0")), false},

	{"数字带单位", "", fAge, nil, Accepted, "", nil, texts(fAge, "36岁", "3人"), false},
	{"缺考", "certificates", fScore, nil, Accepted, "", nil, texts(fScore, "缺考", "９８．５", "80%", "—"), false},
	{"金额写法", "roster", fMoney, nil, Accepted, "", nil, texts(fMoney, "500 元/人", "1,513,750.00", "36.35"), false},
	{"备注里有合计", "", fNote, nil, Accepted, "", nil, texts(fNote, "合计：1", "注：已调岗", "示例", "小计"), false},
}

// endsZero makes another person of them, whose number ends in 000 by right.
func endsZero(m *maker, s *subject) {
	for {
		born := time.Date(1970+m.IntN(28), time.Month(1+m.IntN(12)), 1+m.IntN(28), 0, 0, 0, 0, time.UTC)
		id := idOf(fmt.Sprintf("%d%s%d00", region+m.IntN(regions), born.Format("20060102"), 1+m.IntN(9)))
		if id[17] == '0' && !m.ids[id] && !born.AddDate(18, 0, 0).After(s.day) {
			m.ids[id] = true
			s.id, s.born, s.male = id, born, (id[16]-'0')%2 == 1
			s.cells[fID], s.cells[fSex], s.want.ID = id, sexOf(s.male), id
			return
		}
	}
}

// oldPaper is a certificate from before the common numbering.
func oldPaper(level string) func(*maker, *subject) {
	return func(m *maker, s *subject) {
		m.serial++
		s.cells[fNumber], s.cells[fLevel], s.want.Rank, s.want.Day = fmt.Sprintf("苏技字第89-%05d号", m.serial), level, "4", "1989-06-01"
		s.setDay("1989-06-01")
	}
}

// can reports whether a kind can stand in a form, and beside others in one row.
func (d *dirt) can(f *form, with []*dirt) bool {
	col := d.col
	if col == fStart && f.kind == "certificates" {
		col = fIssued
	}
	if d.where != "" && d.where != f.kind || !f.has(col) || d.dated && !f.has(fIssued) {
		return false
	}
	for _, o := range with {
		mine, theirs := append([]field{d.col}, d.on...), append([]field{o.col}, o.on...)
		if slices.ContainsFunc(mine, func(c field) bool { return slices.Contains(theirs, c) }) {
			return false
		}
	}
	return true
}

// mark adds what a kind brings about: refused outweighs mended, mended accepted.
func (w *Want) mark(d *dirt) {
	w.Kinds = append(w.Kinds, d.kind)
	w.Rules = append(w.Rules, strings.Fields(d.rules)...)
	if d.outcome == Refused || d.outcome == Mended && w.Outcome == Accepted {
		w.Outcome = d.outcome
	}
}
