package sample

import (
	"strconv"

	"tuoxing/internal/date"
	"tuoxing/internal/web/page/figure"
	"tuoxing/internal/web/page/home"
	"tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// districts are in the official order; the values are of a city of 704,000 employees.
func (m maker) districts() []part.ChartRow {
	data := []struct {
		zh, en string
		n      int
	}{
		{"京口区", "Jingkou", 68400}, {"润州区", "Runzhou", 59100}, {"丹徒区", "Dantu", 71300}, {"丹阳市", "Danyang", 238600},
		{"扬中市", "Yangzhong", 92500}, {"句容市", "Jurong", 96800}, {"镇江新区", "New District", 56200}, {"高新区", "High-tech Zone", 21100},
	}
	rows := make([]part.ChartRow, len(data))
	for i, d := range data {
		rows[i] = part.ChartRow{Label: m.w(d.zh, d.en), Value: people(strconv.Itoa(d.n)), Href: "/figures/employees?district=" + strconv.Itoa(i+1), Shade: "c" + strconv.Itoa(i+1)}
	}
	return rows
}

func (m maker) ranks() []part.ChartRow {
	data := []struct {
		zh, en string
		n      int
	}{
		{"初级工", "level 5", 168200}, {"中级工", "level 4", 216800}, {"高级工", "level 3", 152300}, {"技师", "technician", 48700},
		{"高级技师", "senior technician", 15900}, {"特级技师", "special-grade technician", 940}, {"首席技师", "chief technician", 160},
	}
	rows := make([]part.ChartRow, len(data))
	for i, d := range data {
		rows[i] = part.ChartRow{Label: m.w(d.zh, d.en), Value: people(strconv.Itoa(d.n)), Href: "/figures/skilled_ever?rank=" + strconv.Itoa(i+2), Shade: "r" + strconv.Itoa(i+2)}
	}
	return rows
}

func (m maker) cards() []part.Card {
	card := func(zh, en, id, n string) part.Card {
		return part.Card{Name: m.w(zh, en), Value: people(n), Href: "/figures/" + id, On: asOf, Block: head}
	}
	of := func(id, n string) *part.Companion {
		return &part.Companion{Name: m.w("其中产业工人", "industrial workers"), Value: people(n), Href: "/figures/" + id}
	}
	skilled, high := card("累计培育技能劳动者", "Skilled workers, ever certified", "skilled_ever", "603000"), card("高技能人才", "Highly skilled workers", "highly_skilled_ever", "218000")
	skilled.With, high.With = of("skilled_ever_industrial", "320000"), of("highly_skilled_ever_industrial", "126000")
	rate := card("每万名劳动者中高技能人才数", "Highly skilled per 10,000 persons employed", "highly_skilled_per_10k", "1115")
	rate.Value.Unit = part.PerTenK
	skilled.Trend, rate.Trend = m.trend(512000, 540000, 566000, 596034, 603000), m.trend(1103, 1115)
	rate.Trend.Change = "+12 " + m.base.UnitWord(part.PerTenK)
	rate.Trend.Points[0].Value.Unit, rate.Trend.Points[1].Value.Unit = part.PerTenK, part.PerTenK
	high.Trend = m.trend(218000, 218000)
	high.Trend.Up, high.Trend.Change, high.Trend.Words = 0, "0 "+m.base.UnitWord(part.Person), m.base.T("web_figure.as_before")
	outside := card("从业人员", "Persons employed", "employed", "1955000")
	outside.Note = m.w("外部统计数据，来源：统计年鉴", "Outside statistic: yearbook")
	return []part.Card{
		card("职工", "Employees", "employees", "704000"), card("产业工人", "Industrial workers", "industrial_workers", "680000"), rate,
		skilled, high, outside,
	}
}

func (m maker) home() []Sample {
	full := home.Page{
		Base: m.at("/"), Scope: m.w("全市", "Whole city"), On: asOf, Block: head, SealedAt: sealed, Cards: m.cards(),
		District: part.Chart{Kind: "bar", Title: m.w("职工：按辖市区", "Employees by district"), Sub: m.w("官方排序", "in the official order"), Head: m.w("辖市区", "District"), Rows: m.districts(), Total: people("704000")},
		Figures:  true, Imported: true, CanImport: true,
		Rank: part.Chart{Kind: "stack", Title: m.w("累计培育技能劳动者：按等级", "Skilled workers by level"), Sub: m.w("按曾获最高等级", "by the highest level ever held"), Head: m.w("等级", "Level"), Rows: m.ranks(), Total: people("603000")},
		Imports: []home.Import{
			{Href: "/imports/1", File: "丹阳市职工花名册.xlsx", Kind: m.w("职工花名册", "Roster"), On: asOf, State: part.Good, StateWord: m.base.T("web_intake.state_applied"), Accepted: 238412, At: sealed},
			{Href: "/imports/2", File: "技能证书名单.csv", Kind: m.w("证书名单", "Certificates"), On: asOf, State: part.Warn, StateWord: m.base.T("web_intake.state_staged"), Accepted: 60288, At: sealed},
		},
		Next: []home.Next{
			{Icon: "file-import", Text: m.w("1 个文件已核对，等待入账", "1 file is checked and waits to be applied"), Href: "/imports/2"},
			{Icon: "users", Text: m.w("37 人可能已离职，请确认", "37 people may have left: please confirm"), Href: "/imports/2"},
		},
	}
	none := home.Page{Base: m.at("/"), Scope: m.w("扬中市", "Yangzhong"), On: asOf, Figures: true, Imported: true, CanImport: true}
	keeper := home.Page{Base: m.at("/"), On: asOf}
	return []Sample{{"home-keeper", "home of a system administrator", home.Show(keeper)}, {"home", "home", home.Show(full)}, {"home-empty", "home, empty", home.Show(none)}}
}

func (m maker) figures() []Sample {
	cards := m.cards()
	list := figure.ListPage{Base: m.at("/figures"), Scope: m.w("全市", "Whole city"), On: asOf, Block: head, Groups: []figure.Group{
		{Name: m.w("职工与产业工人", "Employees and industrial workers"), Cards: cards[:2]},
		{Name: m.w("技能", "Skills"), Cards: cards[2:5]}, {Name: m.w("外部统计", "Outside statistics"), Cards: cards[5:]},
	}}
	return []Sample{
		{"figures", "figures", figure.List(list)},
		{"figures-empty", "figures, empty", figure.List(figure.ListPage{Base: m.at("/figures"), On: asOf})},
		{"figure", "figure by district", figure.Show(m.figure())},
		{"figure-filter", "figure, values of a filter", figure.Show(m.picking())},
		{"figure-cross", "figure by district and level", figure.Show(m.cross())},
		{"figure-rate", "rate with its two sides", figure.Show(m.rate())},
		{"figure-empty", "figure without value", figure.Show(figure.Page{Base: m.at("/figures/employees"), ID: "employees", Name: m.w("职工", "Employees"), Definition: m.w("当日在册的职工。", "People employed on the day."), On: asOf, Block: 1, Scope: m.w("全市", "Whole city")})},
		{"rows", "rows of a figure", figure.Rows(m.rows())},
		{"rows-empty", "rows, empty", figure.Rows(figure.RowsPage{Base: m.at("/figures/employees/rows"), ID: "employees", Name: m.w("职工", "Employees"), Value: people("0"), On: asOf, Block: head})},
		{"row", "row and its cells, masked", intake.Row(m.cells(false))},
		{"row-shown", "row and its cells, shown", intake.Row(m.cells(true))},
	}
}

func (m maker) tabs(chosen int) []figure.Tab {
	var out []figure.Tab
	for i, d := range [][2]string{{"辖市区", "District"}, {"产业工会", "Union"}, {"等级", "Level"}, {"行业", "Industry"}, {"性别", "Sex"}, {"年龄段", "Age band"}, {"职工类别", "Worker class"}} {
		out = append(out, figure.Tab{Href: "/figures/employees?by=" + d[1], Label: m.w(d[0], d[1]), On: i == chosen})
	}
	return out
}

func (m maker) dims() []part.Option {
	return []part.Option{{Value: "district", Label: m.w("辖市区", "District")}, {Value: "rank", Label: m.w("等级", "Level")}, {Value: "sex", Label: m.w("性别", "Sex")}}
}

func (m maker) cut(col string) *figure.Cut {
	return &figure.Cut{Action: "/figures/employees", Row: "district", Col: col, Options: append([]part.Option{{Label: "—"}}, m.dims()...)}
}

// trend is a figure that has grown, year by year.
func (m maker) trend(values ...int64) *part.Trend {
	t := &part.Trend{Up: 1, Change: "+6,966 " + m.base.UnitWord(part.Person), Words: m.base.T("web_figure.more_than_before", "1.0%")}
	for i, n := range values {
		t.Points = append(t.Points, part.TrendPoint{On: asOf.AddMonths(12 * (i + 1 - len(values))), N: n, Value: people(strconv.FormatInt(n, 10))})
	}
	return t
}

// picking chooses the values of a filter.
func (m maker) picking() figure.Page {
	p := m.figure()
	p.Picker = &figure.Picker{Action: "/figures/employees", Dim: "district", Label: m.w("辖市区", "District"), Back: "/figures/employees", More: 12}
	for i, r := range m.districts() {
		p.Picker.Values = append(p.Picker.Values, figure.Pick{Value: strconv.Itoa(321102 + i), Label: r.Label, Count: r.Value, On: i < 2})
	}
	return p
}

// cross is a figure by district and level.
func (m maker) cross() figure.Page {
	p := m.figure()
	p.Cells, p.ByName, p.Cut = nil, m.w("辖市区 × 等级", "District × Level"), m.cut("rank")
	x := &figure.Cross{RowHead: m.w("辖市区", "District"), ColHead: m.w("等级", "Level"), Unit: part.Person}
	for _, r := range m.ranks() {
		x.Cols = append(x.Cols, figure.CrossCol{Label: r.Label, Sum: r.Value, Shade: r.Shade})
	}
	for i, r := range m.districts() {
		line := figure.CrossRow{Label: r.Label, Into: r.Href, Sum: r.Value}
		for k := range x.Cols {
			c := figure.CrossCell{Value: people(strconv.Itoa((i + 2) * 1000 / (k + 1))), Rows: "/figures/employees/rows"}
			if k == len(x.Cols)-1 {
				c = figure.CrossCell{Value: people("0")}
			}
			line.Cells = append(line.Cells, c)
		}
		x.Rows = append(x.Rows, line)
	}
	p.Cross = x
	return p
}

func (m maker) figure() figure.Page {
	p := figure.Page{
		Base: m.at("/figures/employees"), ID: "employees", Name: m.w("职工", "Employees"), Value: people("704000"), On: asOf, Block: head, Scope: m.w("全市", "Whole city"),
		Definition: m.w("当日有一份主要用工关系、由本市基层工会或产业工会花名册登记的人员，每人只计一次。", "People with one main employment on the day, registered on a roster of a union of the city; each is counted once."),
		Rows:       "/figures/employees/rows", ByName: m.w("辖市区", "District"), Tabs: m.tabs(0), Cut: m.cut(""), Filter: &figure.Filter{Action: "/figures/employees", Options: m.dims()},
		Chips: []part.Chip{{Label: m.w("性别", "Sex"), Value: m.w("女", "female"), Remove: "/figures/employees"}},
		Sum:   people("704000"), CSV: "/figures/employees.csv", XLSX: "/figures/employees.xlsx",
	}
	p.Trend = m.trend(612000, 655000, 671000, 697034, 704000)
	p.ZH, p.EN = m.w("截至2023年3月31日，全市职工（性别：女）为704,000人（按第14封存批次所知）。", "As of 31 March 2023, in the whole city, Employees: 704,000 people (as known at block 14)."), "As of 31 March 2023, in the whole city, Employees (Sex: female): 704,000 people (as known at block 14)."
	p.Columns = figure.CellColumns(&p)
	p.Columns[2].Href = "/figures/employees?sort=-value"
	shares := []int{28, 24, 29, 100, 38, 40, 23, 8}
	for i, r := range m.districts() {
		p.Cells = append(p.Cells, figure.Cell{Label: r.Label, Value: r.Value, Share: shares[i], Rows: "/figures/employees/rows?district=1", Into: r.Href})
	}
	return p
}

func (m maker) rate() figure.Page {
	p := m.figure()
	p.ID, p.Name, p.Chips, p.Rows, p.Sum = "highly_skilled_per_10k", m.w("每万名劳动者中高技能人才数", "Highly skilled per 10,000 persons employed"), nil, "", part.Quantity{}
	p.Value = part.Quantity{Value: "1115", Unit: part.PerTenK}
	p.Definition = m.w("累计培育的高技能人才除以从业人员，乘以一万。分子来自证书名单，分母是外部统计。", "People who ever reached level 3 or above, divided by persons employed, times 10,000. The numerator comes from certificate lists, the denominator is an outside statistic.")
	p.Sides = []figure.Side{
		{Role: m.base.T("web_figure.numerator"), Name: m.w("高技能人才", "Highly skilled workers"), Value: people("218000"), Href: "/figures/highly_skilled_ever"},
		{Role: m.base.T("web_figure.denominator"), Name: m.w("从业人员", "Persons employed"), Value: people("1955000"), Href: "/figures/employed"},
	}
	p.Cells, p.Tabs, p.Cut = nil, nil, nil
	return p
}

func (m maker) rows() figure.RowsPage {
	p := figure.RowsPage{
		Base: m.at("/figures/employees/rows"), ID: "employees", Name: m.w("职工", "Employees"), Value: people("238600"), On: asOf, Block: head, Figure: "/figures/employees",
		Chips: []part.Chip{{Label: m.w("辖市区", "District"), Value: m.w("丹阳市", "Danyang"), Remove: "/figures/employees/rows"}},
		Pager: part.Pager{From: 1, To: 20, Total: 238600, Next: "/figures/employees/rows?after=20"}, Count: 238600, Sum: 238600, CSV: "/x.csv", XLSX: "/x.xlsx",
	}
	names := []string{"张三", "李四", "王五", "赵六", "钱七", "孙八"}
	for i := range 20 {
		n := names[i%len(names)]
		r := figure.Row{
			Name: n, Href: "/workers/1", Employer: "示例光学有限公司", District: m.w("丹阳市", "Danyang"),
			Rank: m.w("高级工", "level 3"), On: date.Of(2021, 3, 1) + date.Day(i*17), Cause: m.base.T("figure.cause.1"), Quantity: 1,
			From: part.Source{File: "丹阳市职工花名册.xlsx", Sheet: m.w("在职", "staff"), Row: 23 + i, Href: "/imports/1/rows/0/23"},
		}
		switch i {
		case 4:
			r.State, r.Name, r.From.Href = figure.Elsewhere, "", ""
		case 9:
			r.State, r.Name, r.From = figure.Erased, "", part.Source{File: r.From.File, Sheet: r.From.Sheet, Row: r.From.Row}
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

func (m maker) cells(shown bool) intake.RowPage {
	p := intake.RowPage{
		Base: m.at("/imports/1/rows/0/23"), ID: "1", File: "丹阳市职工花名册.xlsx", Kind: m.w("职工花名册", "Roster"), Sheet: m.w("在职", "staff"), Row: 23,
		By: "李四", At: sealed, SHA256: hash, Import: "/imports/1", Person: &part.Link{Label: "王五", Href: "/workers/1"},
		Personal: true, Shown: shown, Reveal: "/imports/1/rows/0/23",
		Cells: []intake.Cell{
			{Column: m.w("姓名", "Name"), Read: "•••", Value: "•••", Masked: true},
			{Column: m.w("身份证号", "ID number"), Read: "3299**********0016", Value: "3299**********0016", Masked: true},
			{Column: m.w("入职日期", "Start"), Read: "2021.3.1", Value: "2021-03-01", Notes: []string{m.w("日期写法已规范", "spelling of the date mended")}},
			{Column: m.w("技能等级", "Skill level"), Read: m.w("三级/高级工", "三级/高级工"), Value: m.w("高级工", "level 3")},
		},
	}
	if shown {
		p.Cells[0].Read, p.Cells[0].Value = m.w("王　五", "Wang  Wu"), "王五"
		p.Cells[1].Read, p.Cells[1].Value = "329901199001010010", "329901199001010010"
	}
	return p
}
