package cn

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Region is a division (行政区划): a province, a prefecture, a district or county, or a
// street or town of Zhenjiang. Code has six digits, of a street nine. Parent is the code of
// the division above, empty for a province. NameEN is empty where no English name is known.
// A Zone is a functional zone (功能区) that has a code for statistics only.
type Region struct {
	Code   string
	Name   string
	NameEN string
	Parent string
	Zone   bool
}

var (
	//go:embed data/divisions_2023_provinces.csv
	provincesCSV string
	//go:embed data/divisions_2023_cities.csv
	citiesCSV string
	//go:embed data/divisions_2023_areas.csv
	areasCSV string
	//go:embed data/divisions_2023_streets_zhenjiang.csv
	streetsCSV string
)

// zhenjiangOrder is the official order of the districts of Zhenjiang (镇江) in every table.
var zhenjiangOrder = [...]string{"321102", "321111", "321112", "321181", "321182", "321183", "321171", "321172"}

// englishNames are those in official use; there is no rule for them.
var englishNames = map[string]string{
	"110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi", "150000": "Inner Mongolia",
	"210000": "Liaoning", "220000": "Jilin", "230000": "Heilongjiang", "310000": "Shanghai", "320000": "Jiangsu",
	"330000": "Zhejiang", "340000": "Anhui", "350000": "Fujian", "360000": "Jiangxi", "370000": "Shandong",
	"410000": "Henan", "420000": "Hubei", "430000": "Hunan", "440000": "Guangdong", "450000": "Guangxi",
	"460000": "Hainan", "500000": "Chongqing", "510000": "Sichuan", "520000": "Guizhou", "530000": "Yunnan",
	"540000": "Tibet", "610000": "Shaanxi", "620000": "Gansu", "630000": "Qinghai", "640000": "Ningxia",
	"650000": "Xinjiang", "710000": "Taiwan", "810000": "Hong Kong", "820000": "Macao",
	"320100": "Nanjing", "320200": "Wuxi", "320300": "Xuzhou", "320400": "Changzhou", "320500": "Suzhou",
	"320600": "Nantong", "320700": "Lianyungang", "320800": "Huai'an", "320900": "Yancheng", "321000": "Yangzhou",
	"321100": "Zhenjiang", "321200": "Taizhou", "321300": "Suqian",
	"321102": "Jingkou", "321111": "Runzhou", "321112": "Dantu", "321181": "Danyang", "321182": "Yangzhong",
	"321183": "Jurong", "321171": "Zhenjiang New Area", "321172": "Zhenjiang High-tech Zone",
}

// notListed are divisions missing in the list: it has the mainland only, and 镇江高新区 has a
// local code alone.
var notListed = []Region{
	{Code: "710000", Name: "台湾省"},
	{Code: "810000", Name: "香港特别行政区"},
	{Code: "820000", Name: "澳门特别行政区"},
	{Code: "321172", Name: "镇江高新区", Parent: "321100"},
}

// alsoCalled are names of the zones of Zhenjiang beside the listed one.
var alsoCalled = map[string][]string{
	"321171": {"新区", "镇江经开区", "经开区", "镇江经济技术开发区", "经济技术开发区"},
	"321172": {"高新区", "镇江高新技术产业开发区", "镇江国家高新区", "高新技术产业开发区"},
}

// places is the immutable index of all divisions.
type places struct {
	byCode   map[int32]Region
	byName   map[string][]int32 // full names, stems and other names
	prefects map[int32]bool     // first four digits in use
}

var divisions = sync.OnceValue(func() places {
	p := places{byCode: map[int32]Region{}, byName: map[string][]int32{}, prefects: map[int32]bool{}}
	for _, row := range records(provincesCSV) {
		p.add(Region{Code: row[0] + "0000", Name: row[1]})
	}
	for _, row := range records(citiesCSV) {
		p.add(Region{Code: row[0] + "00", Name: row[1], Parent: row[2] + "0000"})
	}
	for _, row := range records(areasCSV) {
		p.add(Region{Code: row[0], Name: row[1], Parent: row[2] + "00"})
	}
	for _, row := range records(streetsCSV) {
		p.add(Region{Code: row[0], Name: row[1], Parent: row[2]})
	}
	for _, r := range notListed {
		p.add(r)
	}
	return p
})

// add indexes a division. The codes 71–79 of districts are zones of the statistics office.
func (p places) add(r Region) {
	r.NameEN = englishNames[r.Code]
	r.Zone = len(r.Code) == 6 && r.Code[4:] >= "71" && r.Code[4:] <= "79"
	n := RegionNumber(r.Code)
	p.byCode[n] = r
	if len(r.Code) == 6 {
		p.prefects[n/100] = true
	}
	names := append([]string{r.Name}, alsoCalled[r.Code]...)
	if stem := regionStem(r.Name); stem != r.Name {
		names = append(names, stem)
	}
	for _, name := range names {
		p.byName[Fold(name)] = append(p.byName[Fold(name)], n)
	}
}

// regionEndings are cut off a name to get the part people say, the longest first.
var regionEndings = []string{
	"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "街道", "地区",
	"省", "市", "区", "县", "盟", "旗", "镇", "乡",
}

func regionStem(name string) string {
	for _, end := range regionEndings {
		if stem, ok := strings.CutSuffix(name, end); ok {
			if letters(stem) >= 2 {
				return stem
			}
			return name
		}
	}
	return name
}

// records reads an embedded list without its header. The lists are part of the program, so
// one that does not parse is a mistake in it.
func records(text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("embedded list: " + err.Error())
	}
	return rows[1:]
}

// RegionNumber gives the division code as the ledger stores it: 321181, of a street
// 321102001. It is 0 for what is not a code of six or nine digits.
func RegionNumber(code string) int32 {
	if len(code) != 6 && len(code) != 9 {
		return 0
	}
	n, err := strconv.ParseInt(code, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int32(n)
}

// RegionOf finds a division by its code of six digits, or nine for a street of Zhenjiang.
func RegionOf(code string) (Region, bool) {
	r, ok := divisions().byCode[RegionNumber(code)]
	return r, ok
}

// RegionNamed finds a division by its name as people write it, with or without its ending and
// the divisions above: 丹阳, 丹阳市, 江苏省镇江市丹阳市, 高新区. Only divisions within the given
// one count (a code; empty is the country). A name that several of them bear is not found,
// unless the one highest up stands alone.
func RegionNamed(name, within string) (Region, bool) {
	return divisions().named(Fold(name), within)
}

func (p places) named(name, within string) (Region, bool) {
	if name == "" {
		return Region{}, false
	}
	scope := trimCode(within)
	var found []Region
	for _, n := range p.byName[name] {
		if r := p.byCode[n]; strings.HasPrefix(r.Code, scope) {
			found = append(found, r)
		}
	}
	if r, ok := highest(found); ok {
		return r, true
	}
	// The name may begin with the divisions above.
	for i := len(name) - 1; i > 0; i-- {
		for _, n := range p.byName[name[:i]] {
			r := p.byCode[n]
			if !strings.HasPrefix(r.Code, scope) || len(trimCode(r.Code)) > 4 {
				continue
			}
			if inner, ok := p.named(name[i:], r.Code); ok && inner.Code != r.Code {
				return inner, true
			}
		}
	}
	return Region{}, false
}

// highest picks the only division of the highest level: 镇江 is the prefecture, though a
// street may bear the name too.
func highest(found []Region) (Region, bool) {
	if len(found) == 0 {
		return Region{}, false
	}
	level := func(r Region) int { return len(trimCode(r.Code)) }
	slices.SortFunc(found, func(a, b Region) int { return level(a) - level(b) })
	if len(found) > 1 && level(found[1]) == level(found[0]) {
		return Region{}, false
	}
	return found[0], true
}

// trimCode cuts the filling zeros off a code: 321100 is 3211.
func trimCode(code string) string {
	if len(code) != 6 {
		return code
	}
	return strings.TrimSuffix(strings.TrimSuffix(code, "00"), "00")
}

// Zhenjiang gives the districts of Zhenjiang (镇江) in the official order, the two functional
// zones last.
func Zhenjiang() []Region {
	all := make([]Region, len(zhenjiangOrder))
	for i, code := range zhenjiangOrder {
		all[i], _ = RegionOf(code)
	}
	return all
}

// knownPlace tells how far down a division code is known.
type knownPlace uint8

const (
	knownProvinceOnly knownPlace = iota
	knownPrefecture
	knownDistrict
)

func howKnown(code int32) knownPlace {
	p := divisions()
	if _, ok := p.byCode[code]; ok {
		return knownDistrict
	}
	if p.prefects[code/100] {
		return knownPrefecture
	}
	return knownProvinceOnly
}

// knownProvince tells whether two digits are those of a province.
func knownProvince(digits string) bool {
	_, ok := divisions().byCode[int32(number(digits))*10000]
	return ok
}
