package cn_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	b, err := os.ReadFile("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestRegionOf_tells_name_parent_and_zone(t *testing.T) {
	t.Parallel()
	cases := []cn.Region{
		{Code: "320000", Name: "江苏省", NameEN: "Jiangsu"},
		{Code: "321100", Name: "镇江市", NameEN: "Zhenjiang", Parent: "320000"},
		{Code: "321181", Name: "丹阳市", NameEN: "Danyang", Parent: "321100"},
		{Code: "321171", Name: "镇江新区", NameEN: "Zhenjiang New Area", Parent: "321100", Zone: true},
		{Code: "321172", Name: "镇江高新区", NameEN: "Zhenjiang High-tech Zone", Parent: "321100", Zone: true},
		{Code: "321102001", Name: "正东路街道", Parent: "321102"},
	}
	for _, want := range cases {
		if got, ok := cn.RegionOf(want.Code); !ok || got != want {
			t.Errorf("RegionOf(%s) = %+v, %v", want.Code, got, ok)
		}
	}
	for _, code := range []string{"", "329901", "32", "abcdef", "-32110", "321121", "000000"} {
		if r, ok := cn.RegionOf(code); ok {
			t.Errorf("RegionOf(%q) = %+v", code, r)
		}
	}
}

func TestRegionNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int32{"321181": 321181, "321102001": 321102001, "32118": 0, "": 0, "-12345": 0, "32118x": 0, "999999999": 999999999} {
		if got := cn.RegionNumber(in); got != want {
			t.Errorf("RegionNumber(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestZhenjiang_has_the_official_order(t *testing.T) {
	t.Parallel()
	var names []string
	for _, r := range cn.Zhenjiang() {
		names = append(names, r.Name)
	}
	const want = "京口区 润州区 丹徒区 丹阳市 扬中市 句容市 镇江新区 镇江高新区"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("order %s", got)
	}
}

func TestRegionNamed_reads_names_as_people_write_them(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, within, want string }{
		{"丹阳", "321100", "321181"},
		{"丹阳市", "", "321181"},
		{" 丹 阳 市", "3211", "321181"},
		{"江苏省镇江市丹阳市", "", "321181"},
		{"镇江丹阳", "", "321181"},
		{"江苏省丹阳市", "", "321181"},
		{"镇江新区", "", "321171"},
		{"新区", "321100", "321171"},
		{"镇江经济技术开发区", "", "321171"},
		{"高新区", "321100", "321172"},
		{"镇江高新区", "", "321172"},
		{"京口", "321100", "321102"},
		{"镇江", "", "321100"},
		{"镇江", "321100", "321100"},
		{"江苏", "", "320000"},
		{"内蒙古", "", "150000"},
		{"正东路街道", "321102", "321102001"},
		{"朝阳区", "", ""}, // Beijing and Changchun
		{"北京市朝阳区", "", "110105"},
		{"南京市", "321100", ""},
		{"无此地", "", ""},
		{"", "", ""},
	}
	for _, c := range cases {
		got, ok := cn.RegionNamed(c.name, c.within)
		if got.Code != c.want || ok != (c.want != "") {
			t.Errorf("RegionNamed(%q, %q) = %s %s", c.name, c.within, got.Code, got.Name)
		}
	}
}

func TestSection_agrees_with_every_class_of_the_list(t *testing.T) {
	t.Parallel()
	rows := append(readCSV(t, "industries_gbt4754_2017_small.csv"), readCSV(t, "industry_divisions_2017.csv")...)
	divisions := map[string]bool{}
	for _, row := range rows {
		code := (row[0] + "00")[:4]
		class, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		if got := cn.Section(class); got != row[1] {
			t.Errorf("class %s is in %s, want %s", row[0], got, row[1])
		}
		for _, in := range []string{row[0], row[1] + row[0]} {
			if got, section, err := cn.ParseIndustry(in); err != nil || got != class || section != row[1] {
				t.Errorf("ParseIndustry(%s) = %d %s, %v", in, got, section, err)
			}
		}
		if name, ok := cn.IndustryName(class); !ok || name == "" {
			t.Errorf("class %s has no name", row[0])
		}
		divisions[row[0][:2]] = true
	}
	if len(divisions) != 97 {
		t.Errorf("%d divisions, want 97", len(divisions))
	}
	if got := cn.Section(0) + cn.Section(9800) + cn.Section(-100); got != "" {
		t.Errorf("section of no class: %q", got)
	}
}

func TestParseIndustry(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in      string
		class   int
		section string
	}{
		{"C3587", 3587, "C"}, {"3587", 3587, "C"}, {"358", 3580, "C"}, {"35", 3500, "C"}, {"c", 1300, "C"}, {"Ｃ３５", 3500, "C"},
		{"眼镜制造", 3587, "C"}, {"制造业", 1300, "C"}, {"专用设备制造业", 3500, "C"}, {"房地产业", 7000, "K"}, {"农、林、牧、渔业", 100, "A"},
		{"3580", 3580, "C"}, {"3500", 3500, "C"},
		{"D3587", 0, ""}, {"9999", 0, ""}, {"3", 0, ""}, {"00", 0, ""}, {"99", 0, ""}, {"U", 0, ""}, {"3999999", 0, ""}, {"3511x", 0, ""}, {"无此行业", 0, ""}, {"", 0, ""},
		{"音像制品、电子和数字出版物", 0, ""}, // two classes have this name in the list
	}
	for _, c := range cases {
		class, section, err := cn.ParseIndustry(c.in)
		if class != c.class || section != c.section || (err == nil) != (c.class != 0) {
			t.Errorf("ParseIndustry(%q) = %d %s, %v", c.in, class, section, err)
		}
	}
}

func TestParseOccupation(t *testing.T) {
	t.Parallel()
	cases := map[string]int32{
		"6-18-01-01": 6180101, "6180101": 6180101, "６－１８－０１－０１": 6180101, "6-18-01-01-02": 6180101,
		"车工": 6180101, "数控车工": 6180101, "电工": 6310103, "维修电工": 6310103, "焊工": 6180204, "钳工": 6200101,
		"眼镜验光员": 4140303, "眼镜验光师": 4140303, "碳素特种材料工": 6150707, "车工 L/S": 6180101, "车工L": 6180101, "工业机器人系统运维员（S）": 6310701,
		"9-18-01-01": 0, "6-18-01": 0, "6-99-99-99": 0, "6-18-01-01-02-03": 0, "无此职业": 0, "": 0, "生产制造及有关人员": 0,
	}
	for in, want := range cases {
		got, err := cn.ParseOccupation(in)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("ParseOccupation(%q) = %d, %v; want %d", in, got, err, want)
		}
		if e, ok := fault.As(err); ok && e.Key != "cn.occupation_unknown" {
			t.Errorf("ParseOccupation(%q): %v", in, err)
		}
	}
	if name, ok := cn.OccupationName(6180101); !ok || name != "车工" {
		t.Errorf("6180101 is %q", name)
	}
	if name, ok := cn.OccupationName(1); ok {
		t.Errorf("1 is %q", name)
	}
}

func TestOccupations_each_read_back_by_code_and_name(t *testing.T) {
	t.Parallel()
	n := 0
	for _, row := range readCSV(t, "occupations_2022.csv") {
		if row[2] != "occupation" {
			continue
		}
		n++
		code, err := cn.ParseOccupation(row[0])
		if err != nil || cn.OccupationCode(code) != row[0] {
			t.Errorf("%s reads as %d, %v", row[0], code, err)
		}
		if byName, err := cn.ParseOccupation(row[1]); err != nil || byName != code {
			t.Errorf("%s %s reads by name as %d, %v", row[0], row[1], byName, err)
		}
	}
	if n != 1639 {
		t.Errorf("%d occupations", n)
	}
}

func TestSynonyms_lead_to_occupations_and_hide_none(t *testing.T) {
	t.Parallel()
	official := map[string]bool{}
	for _, row := range readCSV(t, "occupations_2022.csv") {
		official[row[1]] = row[2] == "occupation"
	}
	seen := map[string]bool{}
	for _, row := range readCSV(t, "occupation_synonyms.csv") {
		code, err := cn.ParseOccupation(row[0])
		if _, ok := cn.OccupationName(code); err != nil || !ok || cn.OccupationCode(code) != row[1] {
			t.Errorf("%s leads to %d, %v", row[0], code, err)
		}
		if official[row[0]] || seen[row[0]] {
			t.Errorf("%s is an official name, or stands twice", row[0])
		}
		seen[row[0]] = true
	}
}

func TestCatalogues_have_the_words_for_every_code(t *testing.T) {
	t.Parallel()
	keys := []string{
		"cn.sex." + cn.Male.String(), "cn.sex." + cn.Female.String(), "cn.sex.unknown",
		"cn.id_kind." + string(cn.Resident), "cn.id_kind." + string(cn.HKMO), "cn.id_kind." + string(cn.Taiwan), "cn.id_kind." + string(cn.ForeignPR), "cn.id_kind." + string(cn.ForeignPROld),
		"cn.cert_form." + string(cn.Skill22), "cn.cert_form." + string(cn.Quals16), "cn.cert_form." + string(cn.Senior22), "cn.cert_form." + string(cn.Local20),
	}
	for _, w := range []string{cn.WarnRegionUnknown, cn.WarnConverted15, cn.WarnOrgCodeCheck, cn.WarnLevelUnknown, cn.WarnLocalPattern, cn.WarnProvinceUnknown} {
		keys = append(keys, "cn.warning."+w)
	}
	for r := 0; r <= cn.MaxRank; r++ {
		keys = append(keys, "cn.rank."+strconv.Itoa(r))
	}
	zh := locale.New(locale.ZH)
	for _, key := range keys {
		if !zh.Has(key) {
			t.Errorf("no words for %s", key)
		}
	}
	for letter := 'A'; letter <= 'T'; letter++ {
		class, section, err := cn.ParseIndustry(zh.T("cn.section." + string(letter)))
		if err != nil || section != string(letter) || cn.Section(class) != string(letter) {
			t.Errorf("the words for section %c lead to %s, %v", letter, section, err)
		}
	}
}
