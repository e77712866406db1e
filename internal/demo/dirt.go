package demo

import (
	"fmt"
	"strings"

	"tuoxing/internal/date"
)

// How often a cell is soiled, in cases of a thousand. All of it can be mended without loss.
const (
	wideRate       = 10  // full-width digits
	apostropheRate = 10  // leading apostrophe
	gapRate        = 8   // blanks inside a number
	smallXRate     = 250 // of the numbers that end in X
	nameGapRate    = 15  // 张　三
	womanRate      = 3   // （女） after the name
	dateRate       = 100 // another spelling than the file's own
	levelRate      = 400 // another spelling than 三级/高级工
	phoneRate      = 15
	workRate       = 40 // an older or narrower name of the occupation
)

// wide replaces ASCII digits and letters by their full-width forms.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, s)
}

func soiledID(d *dice, id string) string {
	if id[17] == 'X' && d.chance(smallXRate) {
		id = id[:17] + "x"
	}
	switch x := d.n(1000); {
	case x < wideRate:
		return wide(id)
	case x < wideRate+apostropheRate:
		return "'" + id
	case x < wideRate+apostropheRate+gapRate:
		return id[:6] + " " + id[6:14] + " " + id[14:]
	}
	return id
}

func soiledName(d *dice, name string, male bool) string {
	letters := []rune(name)
	switch x := d.n(1000); {
	case x < nameGapRate && len(letters) == 2:
		return string(letters[0]) + "\u3000" + string(letters[1])
	case x >= 1000-womanRate && !male:
		return name + "（女）"
	}
	return name
}

func soiledPhone(d *dice, phone string) string {
	if !d.chance(phoneRate) {
		return phone
	}
	switch d.n(4) {
	case 0:
		return wide(phone)
	case 1:
		return phone[:3] + "-" + phone[3:7] + "-" + phone[7:]
	case 2:
		return "+86 " + phone
	}
	return phone[:3] + " " + phone[3:7] + " " + phone[7:]
}

// spelling is a way to write a day.
type spelling uint8

const (
	dashed   spelling = iota // 2019-03-01
	dotted                   // 2019.3.1
	spoken                   // 2019年3月1日
	packed                   // 20190301
	slashed                  // 2019/3/1
	counted                  // the day number of a spreadsheet, 43525
	wideDash                 // ２０１９－０３－０１
	midnight                 // 2019-3-1 00:00:00
	spellings
)

// serial is a day as a spreadsheet counts it: days since 1899-12-30 (1900 system, from 1 March
// 1900 on).
type serial int

var serialZero = date.Of(1899, 12, 30)

func (s spelling) write(day date.Day) any {
	y, m, d := day.YMD()
	switch s {
	case dotted:
		return fmt.Sprintf("%d.%d.%d", y, m, d)
	case spoken:
		return fmt.Sprintf("%d年%d月%d日", y, m, d)
	case packed:
		return fmt.Sprintf("%04d%02d%02d", y, m, d)
	case slashed:
		return fmt.Sprintf("%d/%d/%d", y, m, d)
	case counted:
		return serial(day - serialZero)
	case wideDash:
		return wide(day.String())
	case midnight:
		return fmt.Sprintf("%d-%d-%d 00:00:00", y, m, d)
	}
	return day.String()
}

// soiledDay writes a day in the file's own spelling, or now and then in another.
func soiledDay(d *dice, own spelling, day date.Day) any {
	if d.chance(dateRate) {
		own = spelling(d.n(int(spellings)))
	}
	return own.write(day)
}

// levels are the spellings of a rank, the official one first.
var levels = [...][]string{
	2: {"五级/初级工", "五级", "初级工", "初级", "国家职业资格五级", "5级"},
	3: {"四级/中级工", "四级", "中级工", "中级", "国家职业资格四级", "4级"},
	4: {"三级/高级工", "三级", "高级工", "高级", "国家职业资格三级", "3级", "Ⅲ级", "三级／高级工"},
	5: {"二级/技师", "二级", "技师", "国家职业资格二级", "2级", "Ⅱ级"},
	6: {"一级/高级技师", "一级", "高级技师", "国家职业资格一级", "1级", "高级技师（一级）"},
	7: {"特级技师"},
	8: {"首席技师"},
}

func soiledLevel(d *dice, rank int) string {
	if d.chance(levelRate) {
		return of(d, levels[rank])
	}
	return levels[rank][0]
}

// oldWords are names in use besides those of the 2022 classification.
var oldWords = map[string]string{"眼镜验光师": "眼镜验光员", "车工": "数控车工"}

func soiledWork(d *dice, occupation string) string {
	if old := oldWords[occupation]; d.chance(workRate) && old != "" {
		return old
	}
	return occupation
}
