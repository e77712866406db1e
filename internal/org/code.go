package org

import (
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/fault"
)

// Ownership is the code of a unit's economic type (单位类别) as on the registration form of trade
// unions (工会组织登记表), which follows the registration types of enterprises. 0 = not said.
// Its name is in the catalogues as org.ownership.<code>.
type Ownership int

// Size is the size class of an enterprise (企业规模): 1 大型, 2 中型, 3 小型, 4 微型; 0 = not said.
// Its name is in the catalogues as org.size.<code>.
type Size int

// named is one code with the spellings that people write for it.
type named struct {
	code  int
	names []string
}

var ownerships = []named{
	{110, []string{"国有", "国有企业", "全民所有制"}},
	{120, []string{"集体", "集体企业", "集体所有制"}},
	{130, []string{"股份合作", "股份合作企业"}},
	{140, []string{"联营", "联营企业"}},
	{151, []string{"国有独资", "国有独资公司"}},
	{159, []string{"其他有限责任", "其他有限责任公司", "有限责任公司"}},
	{161, []string{"国有控股股份", "国有控股", "国有控股股份有限公司"}},
	{169, []string{"其他股份", "其他股份有限公司", "股份有限公司"}},
	{170, []string{"私营", "私营企业", "民营", "民营企业"}},
	{190, []string{"其他内资", "其他内资企业"}},
	{200, []string{"港澳台", "港澳台商投资", "港澳台商投资企业", "港澳台企业", "港、澳、台商投资企业"}},
	{300, []string{"外商", "外商投资", "外商投资企业", "外资", "外资企业"}},
	{400, []string{"事业", "事业单位"}},
	{500, []string{"机关", "党政机关", "国家机关"}},
	{600, []string{"个体", "个体工商户", "个体户"}},
	{700, []string{"民办非企业", "民办非企业单位", "民非", "社会服务机构"}},
}

var sizes = []named{
	{1, []string{"大型", "大型企业", "大"}},
	{2, []string{"中型", "中型企业", "中"}},
	{3, []string{"小型", "小型企业", "小"}},
	{4, []string{"微型", "微型企业", "微"}},
}

var kindNames = map[Kind][]string{
	City:          {"市总工会", "市总"},
	District:      {"辖市区总工会", "辖市总工会", "区总工会", "市区总工会", "辖市(区)总工会", "辖市（区）总工会"},
	Zone:          {"功能区总工会", "功能区", "开发区总工会"},
	IndustryUnion: {"产业工会", "行业工会", "产业(系统)工会"},
	Member:        {"成员单位", "联席会议成员单位"},
	School:        {"院校", "学校", "技工院校", "职业院校"},
	Enterprise:    {"企业", "用人单位", "单位"},
}

// Title is the kind's Chinese name as sheets write it.
func (k Kind) Title() string {
	if k == District {
		return "辖市(区)总工会" // as the city's own lists have it
	}
	return kindNames[k][0]
}

// Title is the code's Chinese name as sheets write it, empty for 0.
func (o Ownership) Title() string { return titleOf(ownerships, int(o)) }

// Title is the code's Chinese name as sheets write it, empty for 0.
func (s Size) Title() string { return titleOf(sizes, int(s)) }

func titleOf(list []named, code int) string {
	for _, n := range list {
		if n.code == code {
			return n.names[0]
		}
	}
	return ""
}

// Ownerships lists the codes in the order of the form.
func Ownerships() []Ownership { return codes[Ownership](ownerships) }

// Sizes lists the codes from large to micro.
func Sizes() []Size { return codes[Size](sizes) }

func codes[T ~int](list []named) []T {
	out := make([]T, len(list))
	for i, n := range list {
		out[i] = T(n.code)
	}
	return out
}

// Key is the catalogue key of the code's name.
func (o Ownership) Key() string { return "org.ownership." + strconv.Itoa(int(o)) }

// Key is the catalogue key of the code's name.
func (s Size) Key() string { return "org.size." + strconv.Itoa(int(s)) }

// ParseOwnership reads a code (170) or a name (私营, 私营企业). Empty text is 0, not said;
// anything unknown is an Invalid fault org.ownership_unknown.
func ParseOwnership(text string) (Ownership, error) {
	code, ok := lookUp(ownerships, text)
	if !ok {
		return 0, fault.New(fault.Invalid, "org.ownership_unknown", text)
	}
	return Ownership(code), nil
}

// ParseSize reads a code (1) or a name (大型). Empty text is 0, not said; anything unknown is an
// Invalid fault org.size_unknown.
func ParseSize(text string) (Size, error) {
	code, ok := lookUp(sizes, text)
	if !ok {
		return 0, fault.New(fault.Invalid, "org.size_unknown", text)
	}
	return Size(code), nil
}

// ParseKind reads a kind's stable name (industry_union) or a Chinese name (产业工会). Anything
// else, and empty text, is an Invalid fault org.kind_unknown.
func ParseKind(text string) (Kind, error) {
	want := plain(text)
	for _, k := range Kinds {
		if string(k) == want || slices.Contains(kindNames[k], want) {
			return k, nil
		}
	}
	return "", fault.New(fault.Invalid, "org.kind_unknown", text)
}

func lookUp(list []named, text string) (int, bool) {
	want := plain(text)
	if want == "" {
		return 0, true
	}
	for _, n := range list {
		if strconv.Itoa(n.code) == want || slices.Contains(n.names, want) {
			return n.code, true
		}
	}
	return 0, false
}

// plain removes blanks, ideographic ones too.
func plain(text string) string {
	return strings.Join(strings.Fields(text), "")
}
