package planter

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// field is what a column of a form means.
type field uint8

const (
	fOther field = iota
	fNo
	fName
	fSex
	fID
	fPhone
	fFirm
	fPost
	fWork
	fStart // 入厂时间
	fMember
	fLevel
	fNumber
	fIssued
	fUntil
	fDistrict
	fAge
	fScore
	fMoney
	fNote
	fields
)

// AsOf is the day of all lists.
var AsOf = time.Date(2023, 3, 31, 0, 0, 0, 0, time.UTC)

// subject is one made-up person with the row about them.
type subject struct {
	name, id string
	male     bool
	born     time.Time
	day      time.Time // of entry, or of issue
	level    int       // printed, 5–1
	cells    [fields]any
	want     Want
}

// The people have region codes 329931 … 329942: none was ever issued.
const region, regions = 329931, 12

// checkWeights are those of GB 11643, and checkSigns what the remainder stands for.
var checkWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const checkSigns = "10X98765432"

// idOf makes an ID number of its first 17 digits.
func idOf(first17 string) string {
	sum := 0
	for i, w := range checkWeights {
		sum += int(first17[i]-'0') * w
	}
	return first17 + checkSigns[sum%11:sum%11+1]
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗", "欧阳", "上官"}
	givens   = []string{"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英", "霞", "平", "刚", "桂英", "建国", "文博", "子涵"}
)

// maker makes people and rows of one seed.
type maker struct {
	*rand.Rand
	ids     map[string]bool
	serial  int
	planted map[string]int // how often each kind was planted
}

func one[T any](m *maker, list []T) T { return list[m.IntN(len(list))] }

// person makes somebody who is in no list yet.
func (m *maker) person() *subject {
	s := &subject{born: time.Date(1965+m.IntN(35), time.Month(1+m.IntN(12)), 1+m.IntN(28), 0, 0, 0, 0, time.UTC)}
	for s.id == "" || m.ids[s.id] || strings.HasSuffix(s.id, "000") {
		s.id = idOf(fmt.Sprintf("%d%s%03d", region+m.IntN(regions), s.born.Format("20060102"), 1+m.IntN(998)))
	}
	m.ids[s.id] = true
	s.male = (s.id[16]-'0')%2 == 1
	s.name = one(m, surnames) + one(m, givens)
	from := s.born.AddDate(19, 0, 0)
	if first := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC); from.Before(first) {
		from = first
	}
	s.day = from.AddDate(0, 0, m.IntN(int(AsOf.Sub(from).Hours()/24)))
	return s
}

// number makes a certificate number that was given to nobody yet: the form since 2019 or, as it was before, 16 digits of
// which 10 is Jiangsu.
func (m *maker) number(year, level int) string {
	m.serial++
	if year < 2019 {
		return fmt.Sprintf("%02d10112007%d%05d", year%100, level, m.serial)
	}
	return fmt.Sprintf("%s000032000%03d%02d%d%06d", one(m, []string{"Y", "S"}), 100+m.IntN(800), year%100, level, m.serial)
}

// levelNames are the words of the printed levels, by how they are usually written.
var levelNames = [6][]string{
	1: {"一级", "高级技师", "一级/高级技师", "一级／高级技师", "高级技师（一级）", "1级", "国家职业资格一级", "Ⅰ级"},
	2: {"二级", "技师", "二级/技师", "国家职业资格二级", "Ⅱ级"},
	3: {"三级", "高级工", "高级", "三级/高级工", "三级/高级", "高级技能", "国家职业资格三级", "Ⅲ级"},
	4: {"四级", "中级工", "中级", "四级/中级工", "国家职业资格四级"},
	5: {"五级", "初级工", "初级", "五级/初级工", "国家职业资格五级"},
}

func sexOf(male bool) string {
	if male {
		return "男"
	}
	return "女"
}

// fill writes a clean row.
func (m *maker) fill(s *subject, f *form) {
	s.cells = [fields]any{}
	s.cells[fName], s.cells[fID], s.cells[fSex] = s.name, s.id, sexOf(s.male)
	s.cells[fPhone] = fmt.Sprintf("197%08d", len(m.ids))
	s.cells[fFirm], s.cells[fPost] = one(m, Firms).Name, one(m, []string{"生产操作", "技术", "服务", "管理", "其他"})
	s.cells[fWork] = one(m, []string{"眼镜验光员", "车工", "焊工", "电工", "眼镜架制作工"})
	s.cells[fMember] = one(m, []string{"是", "否"})
	s.cells[fAge], s.cells[fScore] = fmt.Sprint(AsOf.Year()-s.born.Year()), fmt.Sprint(60+m.IntN(40))
	s.cells[fMoney] = fmt.Sprint(3000 + m.IntN(90)*100)
	s.want = Want{Outcome: Accepted, Name: s.name, ID: s.id}
	if f.kind == "certificates" {
		s.level = 1 + m.IntN(5)
		if f.level != 0 {
			s.level, s.day = f.level, f.issued
		}
		s.cells[fLevel], s.cells[fNumber] = one(m, levelNames[s.level]), m.number(s.day.Year(), s.level)
		s.cells[fDistrict] = one(m, districts)
		s.want.Rank = fmt.Sprint(7 - s.level)
	}
	if f.has(fStart) || f.kind == "certificates" {
		s.want.Day = s.day.Format(time.DateOnly)
	}
	s.cells[fStart], s.cells[fIssued] = s.day.Format(time.DateOnly), s.day.Format(time.DateOnly)
	if f.say(&s.want); len(s.want.Rules) > 0 {
		s.want.Outcome = Mended
	}
}

var districts = []string{"丹阳市", "句容市", "京口区", "321181"}

// Firm is a unit of the planted city.
type Firm struct{ Name, Code, Above, Industry, Ownership string }

// Firms employ everybody.
var Firms = []Firm{
	{"丹阳演示光学有限公司", creditCode(101), "丹阳市总工会", "3587", "170"},
	{"江苏示例眼镜（集团）股份有限公司", creditCode(102), "丹阳市总工会", "C3587", "161"},
	{"句容演示机械厂", creditCode(103), "句容市总工会", "3421", "120"},
	{"京口示例建设工程有限公司", creditCode(104), "京口区总工会", "4710", "151"},
	{"说明书演示印务有限公司", creditCode(105), "丹阳市总工会", "2319", "170"},
	{"注册演示服务有限公司", creditCode(106), "句容市总工会", "6110", "600"},
}

// creditCode makes a credit code with both check characters (GB 32100, GB 11714).
func creditCode(n int) string {
	const signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	org := fmt.Sprintf("MA9%05d", n)
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(org[i] - '0')
		if org[i] >= 'A' {
			v = int(org[i]-'A') + 10
		}
		sum += v * w
	}
	body := "91329900" + org + string("0X987654321"[sum%11])
	sum, w := 0, 1
	for i := range body {
		sum += strings.IndexByte(signs, body[i]) * w
		w = w * 3 % 31
	}
	return body + string(signs[(31-sum%31)%31])
}
