package figure

import (
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
)

func TestSay_writes_a_value_with_all_that_it_depends_on(t *testing.T) {
	t.Parallel()
	count := &Indicator{Name: "employees", Title: map[string]string{"zh": "职工", "en": "Employees"}, Unit: Person, Count: &Count{}}
	rated := &Indicator{Name: "rate", Title: map[string]string{"zh": "每万名劳动者中高技能人才数", "en": "Highly skilled per 10,000 employed"}, Unit: Per10k, Ratio: &Ratio{Factor: 10000}}
	day := date.Of(2023, 3, 31)
	cases := map[string]struct {
		v      Value
		demo   bool
		zh, en string
	}{
		"a count": {Value{Indicator: count, On: day, Block: 14, Total: Cell{Value: 704000, Defined: true}}, false,
			"截至2023年3月31日，全市职工为704,000人（按第14封存批次所知）。", "As of 31 March 2023, in the whole city, Employees: 704,000 people (as known at block 14)."},
		"filtered, by several values": {Value{Indicator: count, On: day, Block: 1014, Total: Cell{Value: 1, Defined: true}, Where: []ledger.Cond{
			{Dim: ledger.District, In: []int64{321181, 321183}}, {Dim: ledger.Sex, In: []int64{2}}}}, false,
			"截至2023年3月31日，全市职工（地区：丹阳市、句容市；性别：女）为1人（按第1,014封存批次所知）。",
			"As of 31 March 2023, in the whole city, Employees (district: Danyang, Jurong; sex: female): 1 person (as known at block 1,014)."},
		"none": {Value{Indicator: count, On: day, Block: 1, Total: Cell{Defined: true}}, false,
			"截至2023年3月31日，全市职工为0人（按第1封存批次所知）。", "As of 31 March 2023, in the whole city, Employees: 0 people (as known at block 1)."},
		"a rate with its sides": {Value{Indicator: rated, On: day, Block: 14, Total: Cell{Value: 1115, Numerator: 218000, Denominator: 1955000, Defined: true}}, false,
			"截至2023年3月31日，全市每万名劳动者中高技能人才数为1,115人/万人（分子218,000÷分母1,955,000×10,000，四舍五入；按第14封存批次所知）。",
			"As of 31 March 2023, in the whole city, Highly skilled per 10,000 employed: 1,115 per 10,000 (numerator 218,000 ÷ denominator 1,955,000 × 10,000, rounded half up; as known at block 14)."},
		"a rate without a denominator": {Value{Indicator: rated, On: day, Block: 14}, false,
			"截至2023年3月31日，全市每万名劳动者中高技能人才数没有数值：分母为零（按第14封存批次所知）。",
			"As of 31 March 2023, in the whole city, Highly skilled per 10,000 employed: no value, the denominator is zero (as known at block 14)."},
		"of a made-up city": {Value{Indicator: count, On: day, Block: 14, Total: Cell{Value: 7, Defined: true}}, true,
			"【演示数据】截至2023年3月31日，全市职工为7人（按第14封存批次所知）。", "[Demonstration data] As of 31 March 2023, in the whole city, Employees: 7 people (as known at block 14)."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := (&Labels{p: locale.New(locale.EN), on: day}).Speaker(account.Operator(), c.demo).Say(&c.v)
			if said.ZH != c.zh || said.EN != c.en {
				t.Errorf("%s\n%s", said.ZH, said.EN)
			}
			if said.In(locale.ZH) != c.zh || said.In(locale.EN) != c.en {
				t.Error("the languages are exchanged")
			}
		})
	}
}

func TestSayCell_takes_the_keys_of_a_cell_for_filters(t *testing.T) {
	t.Parallel()
	v := Value{Indicator: &Indicator{Title: map[string]string{"zh": "职工", "en": "Employees"}, Unit: Person, Count: &Count{}}, On: date.Of(2023, 3, 31), Block: 2,
		By: []ledger.Dim{ledger.RankEver, ledger.Age}, Where: []ledger.Cond{{Dim: ledger.Member, In: []int64{1}}}}
	got := (&Labels{}).Speaker(account.Operator(), false).SayCell(&v, Cell{Keys: []int64{4, 2}, Value: 12, Defined: true}).ZH
	if want := "截至2023年3月31日，全市职工（会员：会员；最高等级：高级工；年龄段：25—34岁）为12人（按第2封存批次所知）。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
