package sample

import (
	"strconv"

	"tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// columnOptions are what a column of a roster may be.
func (m maker) columnOptions() []part.Option {
	return []part.Option{{Value: "", Label: m.base.T("web_intake.column_not_read")}, {Value: "name", Label: m.w("姓名 *", "name *")}, {Value: "id_number", Label: m.w("身份证号 *", "ID number *")},
		{Value: "post", Label: m.w("岗位类别 *", "kind of post *")}, {Value: "started_on", Label: m.w("入职日期", "first day")}}
}

// columns is a sheet with headings of its own.
func (m maker) columns(ps []part.Problem) intake.ColumnsPage {
	p := intake.ColumnsPage{Base: m.at("/imports/3/columns"), ID: "3", File: m.w("人员台账.xlsx", "people.xlsx"), Row: 3, Rows: 1, Guessed: len(ps) == 0, Problems: ps,
		Sheets:  []part.Option{{Value: "0", Label: m.w("在职", "staff")}, {Value: "1", Label: m.w("离退", "left")}},
		Missing: []string{m.w("身份证号", "ID number"), m.w("岗位类别", "kind of post")}}
	add := func(heading, column, barred string, samples ...string) {
		at := len(p.Columns)
		name := "column_" + strconv.Itoa(at)
		p.Columns = append(p.Columns, intake.SheetColumn{Letter: string(rune('A' + at)), Heading: heading, Samples: samples, Barred: barred,
			Field: part.Field{Name: name, Label: m.base.T("web_intake.column_of", heading), Value: column, Options: m.columnOptions(), Problem: part.ProblemOf(ps, name)}})
	}
	add(m.w("称呼", "Called"), "name", "", m.w("张三", "Zhang San"), m.w("李四", "Li Si"), m.w("王五", "Wang Wu"))
	add(m.w("公安编号", "Police no."), "", "", "329*************16", "329*************2X")
	add(m.w("民族", "Ethnic group"), "", m.base.T("intake.column_unneeded"))
	add(m.w("到岗", "Came"), "started_on", "", "2019-07-01", "2021.2.3")
	add("", "", m.base.T("intake.column_bare"))
	return p
}

func (m maker) mapped() []Sample {
	twice := m.base.T("intake.map_twice", m.w("称呼", "Called"), m.w("到岗", "Came"), m.w("姓名", "name"))
	none := intake.ColumnsPage{Base: m.at("/imports/3/columns"), ID: "3", File: m.w("说明.xlsx", "notes.xlsx"), Guessed: true, Rows: 1}
	again := m.columns(nil)
	again.Guessed, again.Missing, again.Read = false, nil, &intake.Remembered{By: m.w("李四", "Li Si"), At: sealed}
	list := intake.MappingsPage{Base: m.at("/imports/mappings"), CanForget: true, Rows: []intake.Mapping{{
		ID: "7", Unit: m.w("示例光学有限公司", "Shili Optics Ltd"), Kind: m.w("职工花名册", "Roster"), By: m.w("李四", "Li Si"), At: sealed,
		Columns: []part.Pair{{Label: m.w("称呼", "Called"), Value: m.w("姓名", "name")}, {Label: m.w("公安编号", "Police no."), Value: m.w("身份证号", "ID number")},
			{Label: m.w("备用", "Spare"), Value: m.base.T("web_intake.column_not_read")}},
	}}}
	return []Sample{
		{"import-columns", "import: what the columns are", intake.Columns(m.columns(nil))},
		{"import-columns-wrong", "import: what the columns are, with mistakes", intake.Columns(m.columns([]part.Problem{{Name: "column_3", Text: twice}}))},
		{"import-columns-again", "import: columns as said before", intake.Columns(again)},
		{"import-columns-empty", "import: no heading at all", intake.Columns(none)},
		{"mappings", "remembered headings", intake.Mappings(list)},
		{"mappings-empty", "remembered headings, none", intake.Mappings(intake.MappingsPage{Base: m.at("/imports/mappings")})},
	}
}
