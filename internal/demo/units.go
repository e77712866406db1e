package demo

// district is one of the eight areas that report statistics (辖市区及功能区).
type district struct {
	code     string // GB/T 2260; functional zones carry a statistical or local code
	name     string
	employed int // 从业人员 of the whole city, in hundreds of people; they add up to 1,955,000
	outside  int // weight of holders who are on no roster
}

var districts = []district{
	{"321102", "京口区", 2400, 15},
	{"321111", "润州区", 1900, 12},
	{"321112", "丹徒区", 1500, 9},
	{"321181", "丹阳市", 5800, 28},
	{"321182", "扬中市", 2000, 11},
	{"321183", "句容市", 3100, 14},
	{"321171", "镇江新区", 2000, 8},
	{"321172", "镇江高新区", 850, 3},
}

// The place of Danyang and of the two functional zones in districts.
const (
	danyang   = 3
	firstZone = 6
)

// place lets a unit's firms lie in one district, or in several by weight.
type place []int

func only(d int) place {
	p := make(place, len(districts))
	p[d] = 1
	return p
}

var acrossTown = place{30, 22, 14, 0, 6, 4, 18, 6}

// unit is a union that sends a roster.
type unit struct {
	name    string
	kind    string // 单位类型
	founded int    // year; no firm of the unit is older
	places  place
	size    int // employees of the whole city
	others  int // of them not 产业工人
	idle    int // of the others, employees of firms whose section never counts
	trades  []string
	offices []string // classes of those firms
}

// Kinds of organisations (单位类型).
const (
	kindCity     = "市总工会"
	kindDistrict = "辖市区总工会"
	kindZone     = "功能区总工会"
	kindIndustry = "产业工会"
	kindFirm     = "企业"
	kindSchool   = "院校"
	kindMember   = "成员单位"
)

var (
	townTrades = []string{"3670", "3484", "3823", "3091", "3061", "3252", "3525", "3831", "1462", "2319",
		"2929", "1819", "4710", "5431", "6020", "6513", "7271", "7452", "8111"}
	danyangTrades = []string{"3670", "3484", "3322", "3525", "3311", "2921", "3099", "3872", "1819",
		"3110", "4710", "5431", "6020", "7271", "8111"}
	zoneTrades = []string{"2614", "2651", "3670", "3562", "3973", "3841", "3982", "3252", "4411", "5532",
		"5990", "6531", "7452", "7484"}
	townOffices = []string{"5212", "5211", "6110", "6210", "7020", "8391", "8415"}
)

// units are in the order of their rosters. Sizes add up to 704,000, others to 24,000. Danyang's
// firms are all its own union's, so that its 244,000 employees are one roster.
var units = []unit{
	{"京口区总工会", kindDistrict, 1984, only(0), 72_000, 4_000, 3_000, townTrades, townOffices},
	{"润州区总工会", kindDistrict, 1984, only(1), 58_000, 2_500, 1_600, townTrades, townOffices},
	{"丹徒区总工会", kindDistrict, 1984, only(2), 56_000, 1_200, 700, townTrades, townOffices},
	{"丹阳市总工会", kindDistrict, 1984, only(danyang), 244_000, 5_000, 3_000, danyangTrades, townOffices},
	{"扬中市总工会", kindDistrict, 1984, only(4), 78_000, 1_600, 900, townTrades, townOffices},
	{"句容市总工会", kindDistrict, 1984, only(5), 74_000, 2_000, 1_200, townTrades, townOffices},
	{"镇江新区总工会", kindZone, 1993, only(firstZone), 52_000, 1_200, 500, zoneTrades, townOffices},
	{"镇江高新区总工会", kindZone, 2012, only(firstZone + 1), 14_000, 500, 200, zoneTrades, townOffices},
	{"镇江市机械冶金产业工会", kindIndustry, 1985, acrossTown, 16_000, 400, 0,
		[]string{"3110", "3252", "3421", "3484", "3731", "3734", "3670"}, nil},
	{"镇江市交通运输产业工会", kindIndustry, 1985, acrossTown, 10_000, 300, 0,
		[]string{"5431", "5523", "5532", "5990", "6020"}, nil},
	{"镇江市建设产业工会", kindIndustry, 1985, acrossTown, 12_000, 400, 0,
		[]string{"4710", "4813", "4910", "5011", "7484"}, nil},
	{"镇江市教科文卫体产业工会", kindIndustry, 1985, acrossTown, 5_000, 4_500, 4_400,
		[]string{"7310", "7452"}, []string{"8391", "8399", "8415", "8421", "8810"}},
	{"镇江市电力能源产业工会", kindIndustry, 1985, acrossTown, 6_000, 200, 0,
		[]string{"4411", "4412", "4420", "4511", "4610"}, nil},
	{"镇江市轻工化工产业工会", kindIndustry, 1985, acrossTown, 7_000, 200, 0,
		[]string{"2614", "2651", "1462", "2231", "2915", "1819"}, nil},
}

// danyangUnit is the place of Danyang's union in units.
const danyangUnit = 3

// house is one of the organisations that send no roster.
type house struct {
	name, kind, credit, industry string
	founded                      int
}

const (
	cityUnion   = "镇江市总工会"
	humanBureau = "镇江市人力资源和社会保障局"
)

var houses = []house{
	{cityUnion, kindCity, "81", "S9511", 1949},
	{humanBureau, kindMember, "11", "S9221", 1950},
	{"镇江演示第一技师学院", kindSchool, "12", "P8336", 1978},
	{"镇江演示第二技师学院", kindSchool, "12", "P8336", 1979},
	{"丹阳演示技工学校", kindSchool, "12", "P8336", 1985},
	{"句容演示技工学校", kindSchool, "12", "P8336", 1986},
}

// housePlaces are the districts of the houses, in their order.
var housePlaces = []int{0, 1, 0, 1, danyang, 5}
