package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/date"
)

// cell is a defect of one cell.
func cell(c column, write func(*dice, *subject) any) func(*dice, *subject) {
	return func(d *dice, s *subject) { s.cells[c] = write(d, s) }
}

// one draws one of fixed contents for a cell.
func one(c column, texts ...any) func(*dice, *subject) {
	return func(d *dice, s *subject) { s.cells[c] = of(d, texts) }
}

// spelt writes the day in another way.
func spelt(write func(y, m, d int) string) func(*dice, *subject) {
	return func(_ *dice, s *subject) { s.cells[cDay] = write(s.day.YMD()) }
}

// monthOnly writes the month alone, which stands for its first day.
func monthOnly(format string) func(*dice, *subject) {
	return func(_ *dice, s *subject) {
		y, m, _ := s.day.YMD()
		s.cells[cDay], s.want.day = fmt.Sprintf(format, y, m), date.Of(y, m, 1).String()
	}
}

func shortName(s *subject) bool { return len([]rune(s.name)) == 2 }
func woman(s *subject) bool     { return !s.male }
func endsX(s *subject) bool     { return s.id[17] == 'X' }
func old(s *subject) bool       { return s.id[6:8] == "19" }

// rounded is what is left of a number of which a spreadsheet keeps 15 digits.
func rounded(s *subject) string { return s.id[:15] + "000" }

func roundedWrong(s *subject) bool { return idCheck([]byte(s.id[:15]+"00")) != '0' }

// The bits of a number that cannot be read: sex and age cannot be held against it then.
var (
	onID    = cols(cID)
	onWrong = cols(cID, cSex)
	// A whole other person: the number of a certificate follows its day.
	onPerson = cols(cID, cSex, cDay, cNumber)
)

// nameDefects are those of the column 姓名.
var nameDefects = []defect{
	{"姓名中全角空格", inBoth, cols(cName), Mended, "R153", shortName, cell(cName, func(_ *dice, s *subject) any { return spread(s.name, "\u3000") })},
	{"姓名中空格", inBoth, cols(cName), Mended, "R153", shortName, cell(cName, func(_ *dice, s *subject) any { return spread(s.name, "  ") })},
	{"姓名中零宽字符", inBoth, cols(cName), Mended, "R153", nil, cell(cName, func(_ *dice, s *subject) any { return spread(s.name, "\u200b") })},
	{"姓名后（女）", inBoth, cols(cName, cSex, cID), Mended, "R153", woman, cell(cName, func(d *dice, s *subject) any { return s.name + of(d, []string{"（女）", "(女)"}) })},
	{"间隔号写法不一", inBoth, cols(cName), Mended, "R153", nil, func(d *dice, s *subject) {
		s.want.name = of(d, dottedNames)
		s.cells[cName] = strings.ReplaceAll(s.want.name, "·", of(d, []string{"•", "・", "‧"}))
	}},
	{"姓名含数字", inBoth, cols(cName), Refused, "R152", nil, cell(cName, func(d *dice, s *subject) any { return s.name + strconv.Itoa(d.n(9)+1) })},
	{"姓名单字", inBoth, cols(cName), Refused, "R101", nil, cell(cName, func(_ *dice, s *subject) any { return string([]rune(s.name)[:1]) })},
	{"姓名乱码", inBoth, cols(cName), Refused, "I005", nil, cell(cName, func(_ *dice, s *subject) any { return string([]rune(s.name)[:1]) + "\uFFFD" })},
	{"姓名为空", inBoth, cols(cName), Refused, "I001", nil, one(cName, "", "　", " ")},
	{"姓名为公式错误值", inBoth, cols(cName), Refused, "I008", nil, one(cName, "#REF!", "#N/A", "#NAME?")},
	{"貌似合计的姓名", inBoth, cols(cName), Accepted, "", nil, rename("合小明", "计合", "总一鸣", "合计平")},
	{"带间隔号的姓名", inBoth, cols(cName), Accepted, "", nil, rename(dottedNames...)},
	{"生僻字姓名", inBoth, cols(cName), Accepted, "", nil, rename("王𠮷", "李㛃", "张龑", "赵\ue863明")},
	{"姓名前后空格", inBoth, cols(cName), Accepted, "", nil, cell(cName, func(_ *dice, s *subject) any { return " " + s.name + "　" })},
	{"同名不同人", inBoth, cols(cName), Accepted, "", nil, rename("王伟", "李娜")},
}

func rename(names ...string) func(*dice, *subject) {
	return func(d *dice, s *subject) {
		s.want.name = of(d, names)
		s.cells[cName] = s.want.name
	}
}

// spread puts a filler between the first letter of a name and the others.
func spread(name, filler string) string {
	letters := []rune(name)
	return string(letters[:1]) + filler + string(letters[1:])
}

// numberDefects are those of the ID number.
var numberDefects = []defect{
	{"证件号小写x", inBoth, onID, Mended, "R120", endsX, cell(cID, func(_ *dice, s *subject) any { return s.id[:17] + "x" })},
	{"证件号前撇号", inBoth, onID, Mended, "R120", nil, cell(cID, func(d *dice, s *subject) any { return of(d, []string{"'", "’", "`"}) + s.id })},
	{"证件号中空格", inBoth, onID, Mended, "R120", nil, cell(cID, func(_ *dice, s *subject) any { return " " + s.id[:6] + " " + s.id[6:14] + " " + s.id[14:] + " " })},
	{"证件号全角", inBoth, onID, Mended, "R120", nil, cell(cID, func(_ *dice, s *subject) any { return wide(s.id) })},
	{"证件号15位", inBoth, onID, Mended, "R151", old, cell(cID, func(_ *dice, s *subject) any { return s.id[:6] + s.id[8:17] })},
	{"证件号科学计数", inBoth, onWrong, Refused, "R109", nil, cell(cID, func(_ *dice, s *subject) any { return s.id[:1] + "." + s.id[1:6] + "E+17" })},
	{"证件号末三位000", inBoth, onWrong, Refused, "R109", roundedWrong, cell(cID, func(_ *dice, s *subject) any { return rounded(s) })},
	{"证件号成数值", inBoth | inBook, onWrong, Refused, "R109", roundedWrong, cell(cID, func(_ *dice, s *subject) any { n, _ := strconv.Atoi(rounded(s)); return n })},
	{"证件号校验位错", inBoth, onWrong, Refused, "R110", func(s *subject) bool { return s.id[15:17] != "00" }, cell(cID, func(_ *dice, s *subject) any { return spoiled(s.id) })},
	{"证件号错一位", inBoth, onWrong, Refused, "R110", noTail, cell(cID, func(d *dice, s *subject) any { return mistyped(s.id, 14+d.n(3), d.n(9)) })},
	{"证件号两位颠倒", inBoth, onWrong, Refused, "R110", func(s *subject) bool { return s.id[14] != s.id[15] && noTail(s) }, cell(cID, func(_ *dice, s *subject) any { return s.id[:14] + s.id[15:16] + s.id[14:15] + s.id[16:] })},
	{"证件号少一位", inBoth, onWrong, Refused, "R106", nil, cell(cID, func(d *dice, s *subject) any { i := d.n(18); return s.id[:i] + s.id[i+1:] })},
	{"证件号出生日期不存在", inBoth, onWrong, Refused, "R108", nil, cell(cID, func(_ *dice, s *subject) any {
		head := s.id[:10] + "0230" + s.id[14:17]
		return head + string(idCheck([]byte(head)))
	})},
	{"证件号字母O代零", inBoth, onWrong, Refused, "R107", func(s *subject) bool { return strings.Contains(s.id, "0") }, cell(cID, func(_ *dice, s *subject) any { return strings.Replace(s.id, "0", "O", 1) })},
	{"证件号为空", inBoth, onWrong, Refused, "I001", nil, one(cID, "", " ")},
	{"真以000结尾的证件号", inBoth, onPerson, Accepted, "", nil, plantTail},
	{"六十岁以上", inBoth, onPerson, Accepted, "", nil, func(d *dice, s *subject) {
		s.become(d, func() string {
			return idNumber(dirtyRegion+d.n(dirtyRegions), date.Of(1940+d.n(22), 1+d.n(12), 1+d.n(28)), 10+d.n(980))
		})
	}},
	{"闰日出生", inBoth, onPerson, Accepted, "", nil, func(d *dice, s *subject) {
		s.become(d, func() string { return idNumber(dirtyRegion+d.n(dirtyRegions), date.Of(2000, 2, 29), 10+d.n(980)) })
	}},
}

// noTail asks for a number that no slip turns into one that ends in 000, which would be taken for rounded.
func noTail(s *subject) bool { return s.id[17] != '0' }

// mistyped replaces one digit by another one.
func mistyped(id string, at, by int) string {
	return id[:at] + string('0'+(id[at]-'0'+byte(by)+1)%10) + id[at+1:]
}

// plantTail makes a number that ends in 000 by right.
func plantTail(d *dice, s *subject) {
	s.become(d, func() string {
		for {
			id := idNumber(dirtyRegion+d.n(dirtyRegions), bornFirst+date.Day(d.n(9000)), 100*(1+d.n(9)))
			if strings.HasSuffix(id, "000") {
				return id
			}
		}
	})
}

// become makes the row one about another person, whose number nobody else has.
func (s *subject) become(d *dice, draw func() string) {
	id := draw()
	for s.taken[id] {
		id = draw()
	}
	s.taken[id] = true
	s.setID(id)
	setDay(date.Of(2020, 1, 1), 1000)(d, s)
}

var onDay = cols(cDay)

// dayDefects are those of the day of entry or issue.
var dayDefects = []defect{
	{"日期用点", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%d.%d.%d", y, m, d) })},
	{"日期用斜杠", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%d/%d/%d", y, m, d) })},
	{"日期用年月日", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%d年%d月%d日", y, m, d) })},
	{"日期年月日带空格", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%d 年 %d 月 %d 日", y, m, d) })},
	{"日期八位数字", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%04d%02d%02d", y, m, d) })},
	{"日期全角", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return wide(fmt.Sprintf("%04d-%02d-%02d", y, m, d)) })},
	{"日期带时刻", inBoth, onDay, Mended, "I004", nil, spelt(func(y, m, d int) string { return fmt.Sprintf("%d-%d-%d 00:00:00", y, m, d) })},
	{"日期序列号", inBoth, onDay, Mended, "I014", nil, cell(cDay, func(_ *dice, s *subject) any { return serial(s.day - serialZero) })},
	{"日期序列号带时刻", inBoth, onDay, Mended, "I014", nil, cell(cDay, func(_ *dice, s *subject) any { return strconv.Itoa(int(s.day-serialZero)) + ".375" })},
	{"日期只到月（点）", inBoth, onDay, Mended, "I013", nil, monthOnly("%d.%02d")},
	{"日期只到月（年月）", inBoth, onDay, Mended, "I013", nil, monthOnly("%d年%d月")},
	{"日期只到月（横线）", inBoth, onDay, Mended, "I013", nil, monthOnly("%d-%02d")},
	{"序列号60", inBoth, onDay, Refused, "I012", nil, one(cDay, serial(60))},
	{"日历上没有的日期", inBoth, onDay, Refused, "I012", nil, one(cDay, "2023-02-29", "2021年2月30日", "2019.13.1", "20190431", "1900-02-29")},
	{"日月顺序不明", inBoth, onDay, Refused, "I011", nil, one(cDay, "05/06/2023", "5-6-2019", "6/5/19")},
	{"两位年份", inBoth, onDay, Refused, "I011", nil, one(cDay, "19-4-5", "19.04.05", "190405")},
	{"日期写成文字", inBoth, onDay, Refused, "I002", nil, one(cDay, "待定", "不详", "去年三月", "2019")},
	{"真有的闰日", inBoth, cols(cDay, cNumber), Accepted, "", born(1978), setDay(date.Of(2000, 2, 29), 1)},
	{"截至当日", inBoth, cols(cDay, cNumber), Accepted, "", nil, setDay(AsOf, 1)},
	{"入职日期晚于截至日", inRoster, onDay, Refused, "R115", nil, setDay(AsOf+1, 90)},
	{"发证日期晚于截至日", inCertificates, cols(cDay, cNumber), Refused, "R125", nil, func(d *dice, s *subject) {
		s.setDay(AsOf + 1 + date.Day(d.n(60)))
		s.renumber(2023)
	}},
	{"未满16周岁入职", inRoster, cols(cDay, cID, cSex), Refused, "R119", nil, func(d *dice, s *subject) { s.setDay(s.born.AddMonths(12*16) - 1 - date.Day(d.n(300))) }},
	{"满16周岁当日入职", inRoster, cols(cDay, cID, cSex), Accepted, "", nil, func(_ *dice, s *subject) { s.setDay(s.born.AddMonths(12 * 16)) }},
	{"无入职日期", inRoster, onDay, Accepted, "", nil, func(_ *dice, s *subject) { s.cells[cDay], s.want.day = nil, "" }},
	{"无发证日期", inCertificates, onDay, Refused, "I001", nil, one(cDay, "")},
	{"有效期至长期", inCertificates, cols(cUntil), Mended, "I004", nil, one(cUntil, "长期", "长期有效", "永久")},
	{"有效期早于发证", inCertificates, cols(cUntil, cDay), Refused, "R164", nil, cell(cUntil, func(_ *dice, s *subject) any { return (s.day - 1).String() })},
}

// born asks for somebody born in or before a year.
func born(year int) func(*subject) bool {
	return func(s *subject) bool { y, _, _ := s.born.YMD(); return y <= year }
}

// setDay gives one of so many days from a first one on; a certificate gets a number of that year.
func setDay(first date.Day, days int) func(*dice, *subject) {
	return func(d *dice, s *subject) {
		s.setDay(first + date.Day(d.n(days)))
		y, _, _ := s.day.YMD()
		s.renumber(y)
	}
}

// otherDefects are those of the further columns of a roster.
var otherDefects = []defect{
	{"性别与证件号不符", inRoster, cols(cSex, cID), Refused, "R104", nil, cell(cSex, func(_ *dice, s *subject) any { return sexWord(!s.male) })},
	{"性别无法识别", inRoster, cols(cSex), Refused, "R154", nil, one(cSex, "不详", "?", "X")},
	{"性别别写或未填", inRoster, cols(cSex, cID), Accepted, "", nil, cell(cSex, func(d *dice, s *subject) any {
		return of(d, map[bool][]any{true: {"男性", "M", "1", ""}, false: {"女性", "F", "2", ""}}[s.male])
	})},
	{"查无单位", inRoster, cols(cFirm, cCredit), Refused, "R111", nil, func(d *dice, s *subject) {
		s.cells[cFirm] = "镇江演示查无此名" + strconv.Itoa(d.n(9999)) + "有限公司"
		s.cells[cCredit] = creditCode("91", unknownCredit+d.n(9999))
	}},
	{"单位为空", inRoster, cols(cFirm, cCredit), Refused, "R155", nil, func(_ *dice, s *subject) { s.cells[cFirm], s.cells[cCredit] = nil, nil }},
	{"单位写法宽窄空格不一", inRoster, cols(cFirm, cCredit), Accepted, "", nil, func(_ *dice, s *subject) {
		s.cells[cFirm], s.cells[cCredit] = spread(s.firm.name, " "), strings.ToLower(s.firm.credit)
	}},
	{"岗位类别不认识", inRoster, cols(cPost), Refused, "R113", nil, one(cPost, "干部", "编外", "岗位一")},
	{"岗位类别为空", inRoster, cols(cPost), Refused, "I001", nil, one(cPost, "")},
	{"岗位类别别写", inRoster, cols(cPost), Accepted, "", nil, one(cPost, "一线生产", "生产操作岗", "专业技术", "管 理", "其它")},
	{"工种不在大典", inBoth, cols(cWork), Accepted, "", nil, one(cWork, "打杂", "跑腿", "什么都干")},
	{"工种为公式错误值", inBoth, cols(cWork), Refused, "I008", nil, one(cWork, "#VALUE!", "#DIV/0!")},
	{"工种格写成整段话", inBoth, cols(cWork), Refused, "I006", nil, one(cWork, strings.Repeat("负责本车间的设备点检与保养。", 60))},
	{"手机号残缺", inRoster, cols(cPhone), Mended, "R117", nil, cell(cPhone, func(d *dice, s *subject) any {
		return of(d, []string{"1990000", "1.99E+10", "0511-84400000", "无", "12345678901"})
	})},
	{"一格两个手机号", inRoster, cols(cPhone), Mended, "R117", nil, one(cPhone, "19900000001/19900000002", "19900000001#19900000002")},
	{"手机号带横线区号全角", inRoster, cols(cPhone), Accepted, "", nil, one(cPhone, "199-0000-0001", "+86 19900000001", "１９９００００００１１", "199 0000 0001", "")},
	{"是否无法识别", inRoster, cols(cMember), Refused, "R118", nil, one(cMember, "也许", "是/否", "?", "2")},
	{"是否别写", inRoster, cols(cMember), Accepted, "", nil, one(cMember, "√", "×", "会员", "1", "Y", "—", "")},
	{"数字带单位", inBoth, cols(cAge), Accepted, "", nil, one(cAge, "36岁", "３６", "1,513.00", "80%", "—", "缺考", "500 元/人")},
	{"备注里有合计和注", inBoth, cols(cNote), Accepted, "", nil, one(cNote, "合计", "注：已调岗", "以下空白", "示例")},
	{"隐藏行", inBoth | inBook, cols(cNo), Accepted, "", nil, func(_ *dice, s *subject) { s.hidden = true }},
}

// certificateDefects are those of the further columns of a certificate list; 职称 is no skill level.
var certificateDefects = []defect{
	{"等级别写", inCertificates, cols(cLevel), Accepted, "", nil, cell(cLevel, func(d *dice, s *subject) any { return of(d, levels[s.rank]) })},
	{"高级即高级工", inCertificates, cols(cLevel), Accepted, "", func(s *subject) bool { return s.rank == 4 }, one(cLevel, "高级", "高级技能", "三级/高级")},
	{"职称当等级", inCertificates, cols(cLevel), Refused, "R121", nil, one(cLevel, "高级职称", "中级职称", "高级工程师", "助理工程师")},
	{"等级自相矛盾", inCertificates, cols(cLevel), Refused, "R121", nil, one(cLevel, "三级/技师", "高级工（四级）")},
	{"等级为空", inCertificates, cols(cLevel), Refused, "I001", nil, one(cLevel, "")},
	{"等级与编号不符", inCertificates, cols(cLevel, cNumber), Refused, "R123", nil, cell(cLevel, func(_ *dice, s *subject) any { return levels[2+(s.rank-1)%5][0] })},
	{"证书编号残缺", inCertificates, cols(cNumber), Refused, "R122", nil, cell(cNumber, func(_ *dice, s *subject) any { n := fmt.Sprint(s.cells[cNumber]); return n[:len(n)-1] })},
	{"证书编号年份不符", inCertificates, cols(cNumber, cDay), Refused, "R124", nil, func(_ *dice, s *subject) {
		y, _, _ := s.day.YMD()
		s.renumber(y - 1)
	}},
	{"证书编号全角小写", inCertificates, cols(cNumber), Accepted, "", nil, cell(cNumber, func(_ *dice, s *subject) any { return wide(strings.ToLower(fmt.Sprint(s.cells[cNumber]))) })},
	{"地区不认识", inCertificates, cols(cDistrict), Refused, "R126", nil, one(cDistrict, "某某区", "南京市", "320102")},
	{"地区用代码", inCertificates, cols(cDistrict), Accepted, "", nil, one(cDistrict, "321181", "镇江市", " 丹阳市 ")},
}

// allDefects are the defects of single rows.
var allDefects = slices.Concat(nameDefects, numberDefects, dayDefects, otherDefects, certificateDefects)

// noData are rows that say nothing about anybody; cells from the first column on.
var noData = []struct {
	name string
	rows [][]any
}{
	{"空行", [][]any{{}, {"　", " "}, {"", "", "　"}}},
	{"只有序号的行", [][]any{{17}, {"18", "", "　"}}},
	{"公式留下的零", [][]any{{21, 0, 0, 0, 0, 0, 0, 0}, {22, "0", "0", "", "0"}}},
	{"合计行", [][]any{{"合计", "", "36人"}, {"合 计", "12"}, {"", "总计：", "48"}, {"小计", 3}, {"本页小计", "20人"}, {"合计（人）", "", "", 9}, {"合计人数", "", 12}, {"人数合计", 12}, {"合计：12人"}}},
	{"示例行", [][]any{{"示例", "张三", "男", "329901199001010016"}, {"（示例）", "李四"}, {"【样例】", "王五"}, {"示例1", "赵六"}}},
	{"填表人", [][]any{{"填表人：", "演示员", "审核人：", "", "联系电话：", ""}, {"制表：演示员"}, {"单位负责人（签字）：", ""}, {"填报日期：2022年12月31日"}}},
	{"页码", [][]any{{"第3页 共10页"}, {"打印时间：2022-12-31"}}},
	{"注与说明", [][]any{{"注：本表一式两份"}, {"说明：", "以身份证为准"}, {"备注：", ""}, {"注1、岗位类别按实际填写"}, {"填表说明：见附件"}}},
	{"以下空白", [][]any{{"以下空白"}, {"（以下空白）"}, {"", "", "-----以下空白-----"}, {"——以下空白——"}, {"***以下空白***"}}},
}
