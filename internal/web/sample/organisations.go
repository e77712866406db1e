package sample

import (
	"fmt"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/filing"
	"tuoxing/internal/registry"
	unitpage "tuoxing/internal/web/page/organisation"
	"tuoxing/internal/web/part"
)

// unitColumns are those that are shown to who has chosen nothing.
var unitColumns = registry.UnitColumns.All.Pick(registry.UnitColumns.All.Usual())

func picker(b part.Base, of account.ColumnsOf) part.Picker {
	return part.PickerOf(b, of.List, of.All, of.All.Pick(of.All.Usual()))
}

// units are the names of made-up units; English pages print them in pinyin.
var units = []string{"示例市总工会", "丹阳市总工会", "镇江新区总工会", "丹阳示例光学有限公司", "丹阳示例机械（集团）有限公司", "示例技工学校"}

func (m maker) unitRow(i int, kind string, below int64, n string) unitpage.Row {
	b := m.base
	r := unitpage.Row{Href: fmt.Sprintf("/organisations/%d", i+1), Name: units[i], Kind: b.T("org.kind." + kind), Below: below, People: b.Exact(people(n)), PeopleHref: "/figures/employees?where=employer%3D1"}
	if kind == "enterprise" {
		r.Code, r.District, r.Section, r.Size = "91329901MA00000075", m.w("丹阳市", "Danyang"), b.T("cn.section.C"), b.T("org.size.2")
	}
	return r
}

// organisations are the pages of units.
func (m maker) organisations() []Sample {
	b := m.base
	all := []part.Option{{Label: b.T("web.all")}, {Value: "enterprise", Label: b.T("org.kind.enterprise")}}
	filters := []part.Field{{Name: "kind", Label: b.T("web_organisation.kind"), Value: "enterprise", Options: all}, {Name: "district", Label: b.T("web.district"), Options: all[:1]}, {Name: "ended", Label: b.T("web_organisation.standing"), Options: []part.Option{{Label: b.T("web_organisation.living_only")}, {Value: "1", Label: b.T("web_organisation.ended_too")}}}}
	list := unitpage.ListPage{Base: m.at("/organisations"), On: asOf, Query: m.w("示例", "shili"), Filters: filters, Columns: part.Headings(b, unitColumns), Picker: picker(b, registry.UnitColumns), Total: 14021, CSV: "/organisations.csv", XLSX: "/organisations.xlsx", Tree: "/organisations/tree", CanImport: true,
		Chips: []part.Chip{{Label: b.T("web.as_of"), Value: b.DayShort(asOf), Remove: "/organisations"}, {Label: b.T("web_organisation.search"), Value: m.w("示例", "shili"), Remove: "/organisations?kind=enterprise"}},
		Rows:  []unitpage.Row{m.unitRow(1, "district", 3120, "244000"), m.unitRow(3, "enterprise", 0, "312"), m.unitRow(4, "enterprise", 2, "1200"), m.unitRow(5, "school", 0, "96")},
		Pager: part.Pager{From: 1, To: 4, Total: 14021, Next: "/organisations?after=4&done=4"}}
	list.Columns[0].Href, list.Columns[0].Dir, list.Columns[7].Href = "/organisations?sort=-name", "ascending", "/organisations?sort=people"
	list.Rows[2].Gone, list.Rows[3].People, list.Rows[3].PeopleHref = b.T("org.standing.ended"), "", ""
	none := unitpage.ListPage{Base: m.at("/organisations"), On: asOf, Query: m.w("无此单位", "nowhere"), Filters: filters, Columns: part.Headings(b, unitColumns), Picker: picker(b, registry.UnitColumns), Tree: "/organisations/tree", CanImport: true}
	node := func(level int, r unitpage.Row, open bool) unitpage.Node {
		n := unitpage.Node{Row: r, ID: r.Href[len("/organisations/"):], Level: level, Open: open}
		if r.Below > 0 {
			n.Toggle = "/organisations/tree?at=" + n.ID
		}
		return n
	}
	tree := unitpage.TreePage{Base: m.at("/organisations/tree"), On: asOf, At: "2", List: "/organisations?under=2", Rows: []unitpage.Node{
		node(0, m.unitRow(0, "city", 14020, "704000"), true), node(1, m.unitRow(1, "district", 3120, "244000"), true), node(2, m.unitRow(3, "enterprise", 0, "312"), false), node(2, m.unitRow(4, "enterprise", 2, "1200"), false), node(1, m.unitRow(2, "zone", 511, "61000"), false),
	}}
	tree.Rows[0].Toggle, tree.Rows[1].Current, tree.Rows[3].More, tree.Rows[3].MoreN = "", true, "/organisations?under=2", 2918
	return []Sample{
		{"organisations", "units", unitpage.List(list)}, {"organisations-empty", "units, none", unitpage.List(none)},
		{"organisations-tree", "units as a tree", unitpage.Tree(tree)}, {"organisations-tree-empty", "units as a tree, none", unitpage.Tree(unitpage.TreePage{Base: m.at("/organisations/tree"), On: asOf})},
		{"organisation", "a union, part of which was split off", unitpage.Show(m.union())}, {"organisation-firm", "a firm that was struck off", unitpage.Show(m.struckOff())},
		{"organisation-empty", "a unit of which little is known", unitpage.Show(unitpage.Page{Base: m.at("/organisations/9"), On: asOf, ID: "9", Name: units[5], Kind: b.T("org.kind.school"), ShowsFilings: true, ShowsImports: true})},
	}
}

func (m maker) union() unitpage.Page {
	b := m.base
	field := func(name string) string { return b.T("registry.unit_field_" + name) }
	top := part.Link{Label: units[0], Href: "/organisations/1"}
	row := part.Source{File: m.w("组织机构.xlsx", "units.xlsx"), Sheet: "Sheet1", Row: 12, Href: "/imports/1/rows/0/12"}
	split := date.Of(2023, 1, 1)
	return unitpage.Page{
		Base: m.at("/organisations/2"), On: asOf, ID: "2", Name: units[1], Kind: b.T("org.kind.district"), Way: []part.Link{top}, Below: 3120, All: "/organisations?under=2", ShowsFilings: true, ShowsImports: true,
		Facts:  []unitpage.Fact{{Label: b.T("web_organisation.kind"), Value: b.T("org.kind.district")}, {Label: b.T("web_organisation.parent"), Unit: &top}, {Label: b.T("web.district"), Value: m.w("丹阳市", "Danyang")}, {Label: b.T("web_organisation.founded")}},
		People: people("244000"), Own: people("0"), PeopleAt: "/figures/employees?where=union%3D2", Leads: []part.Link{{Label: m.w("产业工人", "Industrial workers"), Href: "/figures/industrial_workers"}, {Label: b.T("web_organisation.in_tree"), Href: "/organisations/tree?at=2"}},
		Kinds: []string{b.T("web_organisation.kind_n", b.T("org.kind.enterprise"), "3,119"), b.T("web_organisation.kind_n", b.T("org.kind.school"), "1")}, Children: []unitpage.Row{m.unitRow(3, "enterprise", 0, "312"), m.unitRow(4, "enterprise", 2, "1200")},
		Moves: []unitpage.Move{{On: split, From: part.Link{Label: units[1], Href: "/organisations/2"}, To: part.Link{Label: units[2]}, N: 41, Units: []part.Link{{Label: units[3], Href: "/organisations/4"}}, List: "/organisations?under=3"}},
		History: []unitpage.Said{
			{On: split, Stand: b.T("registry.unit_stand_changed"), Changes: []unitpage.Change{{Field: field("name"), From: b.UnitName("丹阳县总工会"), To: b.UnitName(units[1])}, {Field: field("code"), To: "81329901MC00000016"}}, Source: row},
			{On: split, Stand: b.T("registry.unit_stand_overruled"), Tone: part.Warn, Changes: []unitpage.Change{{Field: field("district"), From: m.w("丹阳市", "Danyang"), To: m.w("镇江新区", "Zhenjiang New Area")}}, Source: part.Source{File: row.File, Sheet: row.Sheet, Row: 4}},
			{On: split - 100, Stand: b.T("registry.unit_stand_above"), Above: true, Changes: []unitpage.Change{{Field: field("union"), From: b.UnitName(units[2]), To: b.UnitName(units[1])}}},
			{On: split - 365, Stand: b.T("registry.unit_stand_withdrawn"), Tone: part.Plain, Taken: true, Source: row},
			{On: split - 365, Stand: b.T("registry.unit_stand_first"), Changes: []unitpage.Change{{Field: field("name"), To: b.UnitName(units[1]), New: true}}, Source: part.Source{}},
		},
		Filings: []unitpage.Filing{{Href: "/filings/1", Title: m.w("2023年一季度职工花名册", "Roster of the first quarter of 2023"), State: part.Good, StateWord: b.T(filing.Confirmed.Key()), DueOn: due}},
		Imports: []part.Link{{Label: m.w("丹阳花名册.xlsx", "danyang.xlsx"), Href: "/imports/2"}},
	}
}

func (m maker) struckOff() unitpage.Page {
	p := m.union()
	p.Base, p.ID, p.Name, p.Kind, p.Gone = m.at("/organisations/4"), "4", units[3], p.T("org.kind.enterprise"), p.T("org.standing.ended")
	p.Below, p.Kinds, p.Children, p.Moves, p.Filings, p.Imports = 0, nil, nil, nil, nil, nil
	p.People, p.Own, p.PeopleAt, p.ShowsFilings, p.ShowsImports = part.Quantity{}, part.Quantity{}, "", false, false
	return p
}
