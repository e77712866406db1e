package cn

import (
	_ "embed"
	"strings"
	"sync"

	"tuoxing/internal/fault"
)

// sections are the 20 sections (门类) of GB/T 4754-2017 with their first and last division.
// English names are the keys cn.section.A to cn.section.T.
var sections = [...]struct {
	letter, name string
	first, last  int
}{
	{"A", "农、林、牧、渔业", 1, 5},
	{"B", "采矿业", 6, 12},
	{"C", "制造业", 13, 43},
	{"D", "电力、热力、燃气及水生产和供应业", 44, 46},
	{"E", "建筑业", 47, 50},
	{"F", "批发和零售业", 51, 52},
	{"G", "交通运输、仓储和邮政业", 53, 60},
	{"H", "住宿和餐饮业", 61, 62},
	{"I", "信息传输、软件和信息技术服务业", 63, 65},
	{"J", "金融业", 66, 69},
	{"K", "房地产业", 70, 70},
	{"L", "租赁和商务服务业", 71, 72},
	{"M", "科学研究和技术服务业", 73, 75},
	{"N", "水利、环境和公共设施管理业", 76, 79},
	{"O", "居民服务、修理和其他服务业", 80, 82},
	{"P", "教育", 83, 83},
	{"Q", "卫生和社会工作", 84, 85},
	{"R", "文化、体育和娱乐业", 86, 90},
	{"S", "公共管理、社会保障和社会组织", 91, 96},
	{"T", "国际组织", 97, 97},
}

var (
	//go:embed data/industries_gbt4754_2017_small.csv
	industriesCSV string
	//go:embed data/industry_divisions_2017.csv
	industryDivisionsCSV string
)

// industryList is the immutable index of industries. A division is kept as its number × 100.
type industryList struct {
	names  map[int]string
	byName map[string]int // folded; 0 where two industries bear the name
	groups map[int]bool   // three-digit groups in use
}

var industries = sync.OnceValue(func() industryList {
	l := industryList{names: map[int]string{}, byName: map[string]int{}, groups: map[int]bool{}}
	for _, row := range records(industriesCSV) {
		class := number(row[0])
		l.groups[class/10] = true
		l.add(class, row[2])
	}
	// Divisions and sections after the classes: 房地产业 is the section, then the division.
	for _, row := range records(industryDivisionsCSV) {
		class := number(row[0]) * 100
		l.names[class] = row[2]
		l.byName[Fold(row[2])] = class
	}
	for _, s := range sections {
		l.byName[Fold(s.name)] = s.first * 100
	}
	return l
})

func (l industryList) add(class int, name string) {
	l.names[class] = name
	key := Fold(name)
	if _, twice := l.byName[key]; twice {
		l.byName[key] = 0
		return
	}
	l.byName[key] = class
}

// Section gives the letter A–T of an industry class (0100–9799), and nothing for a number
// that is in no section.
func Section(class int) string {
	division := class / 100
	for _, s := range sections {
		if division >= s.first && division <= s.last {
			return s.letter
		}
	}
	return ""
}

// ParseIndustry reads an industry (行业, GB/T 4754-2017) by code or name: C3587, 3587, 358, 35,
// C, 眼镜制造, 制造业. class has four digits; a group is filled up with one zero, a division
// with two (35 is 3500), and a section is its first division (C is 1300), so that section is
// always Section(class). Names that the source list cut short are found by their full name's
// beginning only.
func ParseIndustry(s string) (class int, section string, err error) {
	text := Fold(s)
	if class, ok := industryCode(text); ok {
		return class, Section(class), nil
	}
	if class := industries().byName[text]; class != 0 {
		return class, Section(class), nil
	}
	return 0, "", fault.New(fault.Invalid, "cn.industry_unknown")
}

// industryCode reads a code in folded form: maybe a letter, then nothing or two to four digits.
func industryCode(text string) (int, bool) {
	letter := ""
	if text != "" && text[0] >= 'a' && text[0] <= 't' {
		letter, text = strings.ToUpper(text[:1]), text[1:]
		if text == "" {
			return sections[letter[0]-'A'].first * 100, true
		}
	}
	if len(text) < 2 || len(text) > 4 || !allDigits(text) {
		return 0, false
	}
	class := number((text + "00")[:4])
	section := Section(class)
	return class, section != "" && (letter == "" || letter == section) && industries().has(class)
}

// has tells whether a class is listed; groups and divisions are filled up with zeros.
func (l industryList) has(class int) bool {
	_, listed := l.names[class]
	return listed || (class%10 == 0 && l.groups[class/10])
}

// IndustryName gives the Chinese name of a class or, for a class that ends in 00, a division.
func IndustryName(class int) (string, bool) {
	name, ok := industries().names[class]
	return name, ok
}
