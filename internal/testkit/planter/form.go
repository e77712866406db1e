package planter

import (
	"slices"
	"time"
)

// form is one sheet as offices send it.
type form struct {
	id, kind string
	first    int // columns that are left free at the left
	heads    [][]string
	cols     []field
	above    func(m *maker, f *form, s *Sheet, firm string)
	sheets   int    // how many of them are in one book
	beside   string // a label merged beside the whole table
	sample   bool
	labelled []string // rules that what stands above brings about in each row
	level    int      // when it stands above
	issued   time.Time
}

func (f *form) has(c field) bool { return slices.Contains(f.cols, c) }

func (f *form) say(w *Want) { w.Rules = slices.Clone(f.labelled) }

// forms are the forms with their headings. What the program asks for and a form does not have is added as its own
// message tells the sender to: a column at the right, or a label above.
func forms() []form {
	issued := time.Date(2022, 6, 15, 0, 0, 0, 0, time.UTC)
	return []form{
		{id: "H-TRAINEE", kind: "roster", above: trainee, sheets: 1, labelled: []string{"I016"},
			heads: [][]string{{"序号", "姓名", "性别", "学历", "年龄", "身份证号码", "联系电话", "户口所在地", "户口性质", "就业安排承诺单位"}},
			cols:  []field{fNo, fName, fSex, fOther, fAge, fID, fPhone, fOther, fOther, fOther}},
		{id: "H-CERT-ROSTER", kind: "certificates", above: awarded, sheets: 1, labelled: []string{"I016", "I004"}, level: 3, issued: issued,
			heads: [][]string{{"序号", "姓名", "单位", "性别", "出生日期", "身份证号码", "学历", "成绩", "成绩", "证书编号", "备注"},
				{"", "", "", "", "", "", "", "理论\n成绩", "实践\n成绩", "", ""}},
			cols: []field{fNo, fName, fFirm, fSex, fOther, fID, fOther, fScore, fScore, fNumber, fNote}},
		{id: "H-HIRING", kind: "roster", above: hired, sheets: 1, labelled: []string{"I016"},
			heads: [][]string{{"序号", "身份证号码", "姓名", "民族", "文化程度", "婚姻状况", "政治面貌", "专业职称或技术等级", "户口性质", "户籍省份", "户籍市县", "现住地址", "邮政编码", "联系电话",
				"就业前所属群体", "就业形式", "合同状态", "合同类型", "合同始期(年-月-日)", "合同终期", "月收入(元)", "合同终止原因", "工种(岗位)", "岗位类别"}},
			cols: []field{fNo, fID, fName, fOther, fOther, fOther, fOther, fOther, fOther, fOther, fOther, fOther, fOther, fPhone,
				fOther, fOther, fOther, fOther, fOther, fOther, fMoney, fOther, fWork, fPost}},
		{id: "H-CRAFTSMAN", kind: "roster", above: craftsmen, sheets: 1, sample: true,
			heads: [][]string{{"序号", "姓名", "性别", "出生年月", "民族", "学历", "政治面貌", "身份证号", "工作单位", "职务", "行业", "工种", "职称", "技术等级", "何时参加工作", "生产现场工作年限", "单位性质",
				"人员结构", "是否农民工", "主要荣誉", "技术技能（工匠）奖项", "推荐理由", "推荐对象联系电话", "岗位类别（必填）"}},
			cols: []field{fNo, fName, fSex, fOther, fOther, fOther, fOther, fID, fFirm, fOther, fOther, fWork, fOther, fOther, fOther, fAge, fOther,
				fOther, fOther, fOther, fOther, fOther, fOther, fPost}},
		{id: "H-CERT-TEMPLATE", kind: "certificates", above: template, sheets: 1, sample: true,
			heads: [][]string{{"姓名（必填）", "证件号码（必填）", "职业名称（必填）", "技能等级（选填）", "颁发日期", "报单机构", "理论成绩", "实操成绩", "综合测评", "手机号码", "证书编号（必填）", "所属地区（必填）"}},
			cols:  []field{fName, fID, fWork, fLevel, fIssued, fOther, fScore, fScore, fScore, fPhone, fNumber, fDistrict}},
		{id: "H-UNION-MEMBER", kind: "roster", above: members, sheets: 1,
			heads: [][]string{{"姓名", "身份证号", "手机号码", "性别", "民族", "政治面貌", "户籍类型", "是否农民工", "是否八大群体", "就业状态", "单位名称", "所属工会", "入会时间", "岗位类别", "是否会员"}},
			cols:  []field{fName, fID, fPhone, fSex, fOther, fOther, fOther, fOther, fOther, fOther, fFirm, fOther, fOther, fPost, fMember}},
		{id: "H-CERT-MODEL", kind: "certificates", above: members, sheets: 1,
			heads: [][]string{{"姓名", "性别", "年龄", "身份证号", "职务", "技术职称", "行业", "证书类型", "证书编号", "发证日期", "有效期", "当前状态", "工种/职业方向", "鉴定级别", "所属地区"}},
			cols:  []field{fName, fSex, fAge, fID, fOther, fOther, fOther, fOther, fNumber, fIssued, fUntil, fOther, fWork, fLevel, fDistrict}},
		{id: "H-CONTEST-ENTRY", kind: "roster", above: entry, sheets: 3, labelled: []string{"I016"},
			heads: [][]string{{"序号", "竞赛工种", "竞赛选手姓名", "性别", "出生年月", "文化程度", "入厂时间", "技能等级", "身份证号", "手机号码", "备注"}},
			cols:  []field{fNo, fOther, fName, fSex, fOther, fOther, fStart, fOther, fID, fPhone, fNote}},
		{id: "H-DRILL-RECORD", kind: "roster", above: drill, sheets: 2, first: 1, beside: "获奖名次：", labelled: []string{"I016"},
			heads: [][]string{{"序号", "参赛工种", "姓名", "性别", "获奖名次", "身份证号"}},
			cols:  []field{fNo, fOther, fName, fSex, fOther, fID}},
	}
}

// variants are headings that a form is also seen with.
var variants = map[string][]string{
	"身份证号": {"身份证号", "身份证号码(18位)", "公民身份号码", "证件号码", "身份证号码", "身份\n证号"}, "手机号码": {"手机号码", "手机号", "联系电话", "移动电话"},
	"工种/职业方向": {"工种/职业方向", "职业方向", "鉴定职业", "职业名称"}, "鉴定级别": {"职业技能等级", "鉴定级别", "技能等级", "技术等级"},
	"证书编号": {"证书编号", "职业技能等级证书编号", "CertificateNo."}, "姓名": {"姓名", "姓 名", "姓　名", "*姓名", "姓名："},
}

// put adds a row that nothing is expected of.
func (s *Sheet) put(cells ...any) { s.Rows = append(s.Rows, Row{Cells: cells}) }

// span merges cells of the last row.
func (s *Sheet) span(left, right int) {
	at := len(s.Rows) - 1
	s.Merged = append(s.Merged, Area{at, left, at, right})
}

// title is a merged title row.
func (s *Sheet) title(f *form, text string) {
	cells := make([]any, f.first+len(f.cols))
	cells[f.first] = text
	s.put(cells...)
	s.span(f.first, f.first+len(f.cols)-1)
}

func trainee(_ *maker, f *form, s *Sheet, firm string) {
	s.title(f, "2023年第3期眼镜验光员培训班学员花名册")
	s.put("培训单位(公章)：演示职业培训学校            2023年  3月  1日")
	s.span(0, 9)
	s.put("单位：", nil, firm, nil, nil, "岗位类别：生产操作")
	s.span(2, 4)
}

func awarded(_ *maker, f *form, s *Sheet, _ string) {
	s.title(f, "颁 证 花 名 册")
	s.put("技能等级：三级/高级工", nil, nil, nil, "发证日期：2022年6月15日", nil, nil, nil, nil, "所属地区：", "丹阳市")
	s.span(0, 3)
	s.span(4, 8)
}

func hired(_ *maker, f *form, s *Sheet, firm string) {
	s.title(f, "招用人员备案花名册")
	s.put("用人单位：", firm, nil, nil, nil, "社会保险登记证编号：", nil, nil, "填报日期：2023年3月31日")
	s.span(1, 4)
	s.put()
}

func craftsmen(_ *maker, f *form, s *Sheet, _ string) {
	s.title(f, "附件2：大国工匠推荐汇总表")
	s.put("推荐单位（盖章）：镇江市总工会", nil, nil, nil, nil, nil, nil, nil, "2023年3月31日")
}

func template(*maker, *form, *Sheet, string) {}

func members(m *maker, f *form, s *Sheet, _ string) {
	if m.IntN(2) == 0 {
		s.title(f, "信息采集表（截至2023年3月31日）")
	}
}

func entry(m *maker, f *form, s *Sheet, firm string) {
	s.title(f, "技术技能竞赛报名表")
	s.put("申请日期：", "2023-03-01", nil, nil, nil, "表单编号：", s.Name)
	s.span(1, 4)
	s.span(6, 8)
	s.put("经办人：", "王演示", nil, nil, nil, "所在单位：", firm)
	s.span(1, 4)
	s.span(6, 8)
	s.put("联系电话：", "19700000000", nil, nil, nil, "参加人数：", "12人")
	s.span(1, 4)
	s.put("岗位类型：", one(m, []string{"生产操作", "技术"}))
	s.span(1, 3)
}

func drill(_ *maker, f *form, s *Sheet, firm string) {
	s.put("开展技术比武活动记录")
	s.span(0, 6)
	s.put("申请人：", "王演示", nil, "所在单位：", firm)
	s.span(4, 6)
	s.put("联系电话：", "19700000000", nil, "参加人数：", "5")
	s.put("岗位类型：", "生产操作")
	s.put("活动方案：", "以练促学、以赛促训，分理论和实操两段进行；合计用时三天。说明：成绩只作参考。")
	s.span(1, 6)
	s.put("活动效果：", "共有参加者若干，比武前后合格率由 80% 升到 95%。")
	s.span(1, 6)
}
