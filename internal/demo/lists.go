package demo

import (
	"fmt"
	"strconv"

	"tuoxing/internal/date"
)

var organisationHeads = []string{"单位名称", "统一社会信用代码", "单位类型", "上级单位", "所在地区", "行业代码", "经济类型", "单位规模", "成立日期"}

func houseCredit(i int) string { return creditCode(houses[i].credit, i) }

func unitCredit(i int) string { return creditCode("81", len(houses)+i) }

// writeOrganisations lists the city union, the bureau and the schools, the unions, the firms; a
// parent stands above what belongs to it and is not younger.
func (m *made) writeOrganisations(w *fileWriter) error {
	if err := w.title("镇江市组织机构名册（演示数据）", len(organisationHeads)); err != nil {
		return err
	}
	if err := w.aside(organisationHeads...); err != nil {
		return err
	}
	for i, h := range houses {
		parent := cityUnion
		if h.name == cityUnion {
			parent = ""
		}
		if err := w.good([]any{h.name, houseCredit(i), h.kind, parent, houseArea(i), h.industry, "", "",
			dashed.write(date.Of(h.founded, 5, 1))}); err != nil {
			return err
		}
	}
	for i, u := range units {
		if err := w.good([]any{u.name, unitCredit(i), u.kind, cityUnion, unitArea(u), "S9511", "", "",
			dashed.write(date.Of(u.founded, 1, 1))}); err != nil {
			return err
		}
	}
	for i := range m.firms {
		if err := w.good(m.firmRow(i)); err != nil {
			return err
		}
	}
	return w.aside("合计", strconv.Itoa(w.counts.Taken)+"家")
}

func (m *made) firmRow(i int) []any {
	f := &m.firms[i]
	d := newDice(m.seed, streamFirmDirt, i)
	industry := f.trade.class
	if d.chance(500) {
		industry = string(f.trade.letter) + industry
	}
	return []any{f.name, f.credit, kindFirm, units[f.unit].name, districts[f.district].name, industry,
		f.owner, sizeWord(f.people), soiledDay(&d, dashed, f.founded)}
}

// cityArea is where the unions of the whole city are: their area is the city.
const cityArea = "镇江市"

func houseArea(i int) string {
	if houses[i].kind == kindSchool {
		return districts[housePlaces[i]].name
	}
	return cityArea
}

func unitArea(u unit) string {
	if u.kind == kindIndustry {
		return cityArea
	}
	for i, weight := range u.places {
		if weight > 0 {
			return districts[i].name
		}
	}
	return cityArea
}

var statisticHeads = []string{"指标", "地区", "截止日期", "数值", "单位", "来源"}

// writeStatistics gives the employed (从业人员) of each area; the total stands in a row that is no
// data, so that nothing is counted twice.
func (m *made) writeStatistics(w *fileWriter) error {
	if err := w.title("镇江市从业人员统计表（演示数据）", len(statisticHeads)); err != nil {
		return err
	}
	if err := w.aside(statisticHeads...); err != nil {
		return err
	}
	weights := make([]int, len(districts))
	for i, d := range districts {
		weights[i] = d.employed
	}
	for i, people := range share(m.plan.Employed, weights) {
		var value any = people
		if i%3 == 1 {
			value = thousands(people)
		}
		if err := w.good([]any{"从业人员", districts[i].name, dashed.write(AsOf), value, "人", "演示统计公报"}); err != nil {
			return err
		}
	}
	return w.put([]any{"合计", cityArea, dashed.write(AsOf), m.plan.Employed, "人", ""})
}

// thousands writes 19,550, as people type it.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return thousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}
