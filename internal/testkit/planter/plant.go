package planter

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// People are how many rows of people a sheet has unless more are asked for.
const People = 32

// Plan makes the books of a seed, each form once by each writer.
func Plan(seed uint64, people int, writers ...Writer) []Book {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 0x5EED)), ids: map[string]bool{}, planted: map[string]int{}}
	var books []Book
	for _, w := range writers {
		for _, f := range forms() {
			books = append(books, m.book(f, w, people))
		}
	}
	return books
}

// Kinds are the names of everything that is planted.
func Kinds() (all []string) {
	for _, d := range dirts {
		all = append(all, d.kind)
	}
	for _, n := range append(slices.Clone(noData), footers...) {
		all = append(all, n.kind)
	}
	return append(all, pairs...)
}

// pairs are what two rows have to do with each other.
var pairs = []string{"整行重复", "重复行写法不同", "同一记录内容不同", "退回行下有更正"}

func (m *maker) book(f form, w Writer, people int) Book {
	b := Book{File: fmt.Sprintf("%s_%s.xlsx", f.id, w), Form: f.id, Kind: f.kind, Writer: w}
	f.heads = slices.Clone(f.heads)
	for i, line := range f.heads {
		f.heads[i] = slices.Clone(line)
		for j, h := range line {
			if v := variants[h]; v != nil && i == 0 {
				f.heads[i][j] = one(m, v)
			}
		}
	}
	if w == GB18030 {
		b.File, f.sheets = strings.TrimSuffix(b.File, ".xlsx")+".csv", 1
	}
	for i := range f.sheets {
		s := Sheet{Name: one(m, []string{"Sheet1", "花名册", "名单"})}
		if f.sheets > 1 {
			s.Name = fmt.Sprintf("BM2023-%04d", 100*(i+1)+m.IntN(90))
		}
		if w == GB18030 {
			s.Name = strings.TrimSuffix(b.File, ".csv")
		}
		m.sheet(&f, w, &s, people)
		b.Sheets = append(b.Sheets, s)
	}
	if w != GB18030 {
		hidden := Sheet{Name: "原始数据", Hidden: true}
		hidden.head(&f)
		for range 3 {
			p := m.person()
			m.fill(p, &f)
			hidden.put(f.row(p)...)
		}
		b.Sheets = slices.Insert(b.Sheets, m.IntN(2), hidden)
	}
	return b
}

// head writes the heading; cells of a heading in two rows are merged as people do.
func (s *Sheet) head(f *form) {
	at := len(s.Rows)
	for _, line := range f.heads {
		cells := make([]any, f.first, f.first+len(line))
		for _, h := range line {
			cells = append(cells, h)
		}
		s.put(cells...)
	}
	if len(f.heads) == 1 {
		return
	}
	upper, lower := f.heads[0], f.heads[1]
	for i := 0; i < len(upper); i++ {
		switch {
		case lower[i] == "":
			s.Merged = append(s.Merged, Area{at, f.first + i, at + 1, f.first + i})
		case i+1 < len(upper) && upper[i+1] == upper[i]:
			s.Merged = append(s.Merged, Area{at, f.first + i, at, f.first + i + 1})
			i++
		}
	}
	for _, a := range s.Merged { // of a merged area only the first cell says something
		if a.Top == at && a.Right > a.Left {
			s.Rows[at].Cells[a.Right] = nil
		}
	}
}

// row gives a person's cells in the form's order.
func (f *form) row(p *subject) []any {
	cells := make([]any, f.first, f.first+len(f.cols))
	for _, c := range f.cols {
		switch v := p.cells[c]; {
		case c == fOther:
			cells = append(cells, "其他")
		default:
			cells = append(cells, v)
		}
	}
	return cells
}

// sheet fills one sheet: what stands above, heading, rows in random order, footers.
func (m *maker) sheet(f *form, w Writer, s *Sheet, people int) {
	f.above(m, f, s, one(m, Firms).Name)
	top := len(s.Rows)
	s.head(f)
	if f.sample {
		m.sampleRow(f, s)
	}
	var jobs []func()
	for range people / 3 {
		jobs = append(jobs, func() { m.single(f, s) })
	}
	for range people/3 + people/8 {
		kinds := m.kinds(f, 1)
		jobs = append(jobs, func() { m.single(f, s, kinds...) })
	}
	for range people / 8 {
		kinds := m.kinds(f, 3)
		jobs = append(jobs, func() { m.single(f, s, kinds...) })
	}
	for _, k := range pairs {
		jobs = append(jobs, func() { m.pair(f, s, k) })
	}
	if f.has(fFirm) && f.kind == "roster" && w != GB18030 {
		jobs = append(jobs, func() { m.joined(f, s) })
	}
	for i := range noData {
		if n := &noData[i]; n.form == "" || n.form == f.id {
			jobs = append(jobs, func() { m.aside(f, s, n) })
		}
	}
	m.Shuffle(len(jobs), func(i, j int) { jobs[i], jobs[j] = jobs[j], jobs[i] })
	for _, do := range jobs {
		do()
	}
	if f.beside != "" {
		s.Rows[top].Cells[0] = f.beside
		s.Merged = append(s.Merged, Area{top, 0, len(s.Rows) - 1, 0})
	}
	for _, n := range m.Perm(len(footers))[:3] {
		m.aside(f, s, &footers[n])
	}
}

// kinds draws kinds that can stand together in one row, the rarest first.
func (m *maker) kinds(f *form, n int) (drawn []*dirt) {
	order := m.Perm(len(dirts))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(m.planted[dirts[a].kind], m.planted[dirts[b].kind]) })
	for _, i := range order {
		if d := &dirts[i]; len(drawn) < n && d.can(f, drawn) && (d.fits == nil || n == 1 || len(drawn) == 0) {
			drawn = append(drawn, d)
			m.planted[d.kind]++
		}
	}
	return drawn
}

// single writes a person with some kinds planted.
func (m *maker) single(f *form, s *Sheet, kinds ...*dirt) {
	p := m.fitting(f, kinds)
	for _, d := range kinds {
		d.plant(m, p)
		p.want.mark(d)
	}
	m.write(f, s, p)
	s.Rows[len(s.Rows)-1].Hidden = m.IntN(25) == 0
}

func (m *maker) fitting(f *form, kinds []*dirt) *subject {
	for {
		p := m.person()
		if !slices.ContainsFunc(kinds, func(d *dirt) bool { return d.fits != nil && !d.fits(p) }) {
			m.fill(p, f)
			return p
		}
	}
}

func (m *maker) write(f *form, s *Sheet, p *subject) {
	p.cells[fNo] = Number(fmt.Sprint(len(s.Rows)))
	w := p.want
	if w.Outcome != Accepted && w.Outcome != Mended {
		w.Name, w.ID, w.Day, w.Rank = "", "", "", ""
	}
	w.Rules = slices.Compact(slices.Sorted(slices.Values(w.Rules)))
	s.Rows = append(s.Rows, Row{Cells: f.row(p), Want: &w})
}

// pair writes two rows that have to do with each other.
func (m *maker) pair(f *form, s *Sheet, kind string) {
	p := m.fitting(f, nil)
	again := *p
	again.want.Kinds = []string{kind}
	switch kind {
	case "整行重复":
		again.want.Outcome = Duplicate
	case "重复行写法不同":
		again.cells[fID], again.cells[fName] = wide(p.id), spread(p, " ")
		again.want.Outcome, again.want.Rules = Duplicate, append(slices.Clone(f.labelled), "R120", "R153")
	case "同一记录内容不同":
		switch {
		case f.kind == "certificates" && f.has(fDistrict):
			p.cells[fDistrict], again.cells[fDistrict] = "丹阳市", "句容市"
		case f.kind == "roster" && f.has(fPhone):
			again.cells[fPhone] = "19799999999"
		default:
			return
		}
		again.want.Outcome, again.want.Rules = Refused, append(slices.Clone(f.labelled), "I003")
	case "退回行下有更正":
		p.cells[fName] = p.name + "3"
		p.want.Outcome, p.want.Kinds, p.want.Rules = Refused, []string{"姓名后数字"}, append(slices.Clone(f.labelled), "R152")
	}
	m.write(f, s, p)
	m.write(f, s, &again)
}

// joined writes two people whose employer is one cell merged over both.
func (m *maker) joined(f *form, s *Sheet) {
	p, next := m.fitting(f, nil), m.fitting(f, nil)
	next.cells[fFirm] = nil
	next.want.mark(&dirt{kind: "单位纵向合并", outcome: Mended, rules: "I009"})
	m.write(f, s, p)
	m.write(f, s, next)
	at, col := len(s.Rows)-1, f.first+slices.Index(f.cols, fFirm)
	s.Merged = append(s.Merged, Area{at - 1, col, at, col})
}

// aside is a row of no data: what stands in its cells, from the table's first column on.
type aside struct {
	kind, form string
	rows       [][]any
	build      func(m *maker, f *form, s *Sheet)
}

var noData = []aside{
	{kind: "空行", rows: [][]any{{}, {"　"}, {nil, " "}}},
	{kind: "合计行", rows: [][]any{{"合计", nil, Number("12")}, {"小 计", nil, nil, nil, Number("3")}, {nil, "总计：", Number("12")}, {"本页合计", "5人"}, {"合计（人）", Number("12")}, {"合　　计"}, {"累计", nil, Number("12")}}},
	{kind: "注与说明", rows: [][]any{{"注：一、本表一式两份"}, {"说明：身份证号须为18位"}, {"备注："}, {"注1：年龄按周岁计"}, {"填表说明：1.本表由单位填写；2.须盖章"}, {"填报说明：本表由单位填写"}, {"※注：红色为必填"}}},
	{kind: "以下空白", rows: [][]any{{"以下空白"}, {"（以下空白）"}, {"——以下空白——"}, {nil, nil, "以下空白"}}},
	{kind: "页码", rows: [][]any{{"第 1 页 共 3 页"}, {"第1页，共3页"}, {"第1页/共3页"}}},
	{kind: "公式留下的零", build: func(_ *maker, f *form, s *Sheet) {
		cells := make([]any, f.first, f.first+len(f.cols))
		for range f.cols {
			cells = append(cells, Number("0"))
		}
		s.skip("公式留下的零", cells)
	}},
	{kind: "表头重复", build: func(_ *maker, f *form, s *Sheet) {
		at := len(s.Rows)
		s.head(f)
		for i := at; i < len(s.Rows); i++ {
			s.Rows[i].Want = &Want{Outcome: Skipped, Kinds: []string{"表头重复"}}
		}
	}},
	{kind: "标题重复", build: func(_ *maker, f *form, s *Sheet) {
		if len(s.Rows[0].Cells) > f.first && len(s.Merged) > 0 && s.Merged[0].Top == 0 && s.Merged[0].Right > s.Merged[0].Left {
			s.skip("标题重复", slices.Clone(s.Rows[0].Cells))
		}
	}},
	{kind: "示例行", build: func(m *maker, f *form, s *Sheet) { m.sampleRow(f, s) }},
	{kind: "本期新签", form: "H-HIRING", rows: [][]any{{"本期新签3人"}, {nil, "本期新签 12 人"}}},
}

// footers stand below a table.
var footers = []aside{
	{kind: "填表人", rows: [][]any{{"填表人：王演示", nil, "审核人：李演示", nil, "联系电话：19700000000"}, {"填表人：            审核人：            联系电话："}, {"制表人：王演示"}}},
	{kind: "盖章", rows: [][]any{{"单位（盖章）："}, {"填报单位（盖章）"}, {"单位负责人（签字）："}}},
	{kind: "日期", rows: [][]any{{nil, nil, nil, "2023年3月31日"}, {"填报日期：2023年3月31日"}, {nil, nil, "年   月   日"}, {"日期：2023年3月31日"}}},
	{kind: "备注", rows: [][]any{{"备注："}, {"备注：本表一式两份"}}},
	{kind: "合计", rows: [][]any{{"合计", nil, "12人"}, {"总计"}, {"共 12 人"}}},
}

func (s *Sheet) skip(kind string, cells []any) {
	s.Rows = append(s.Rows, Row{Cells: cells, Want: &Want{Outcome: Skipped, Kinds: []string{kind}}})
}

func (m *maker) aside(f *form, s *Sheet, n *aside) {
	if n.build != nil {
		n.build(m, f, s)
		return
	}
	cells := append(make([]any, f.first), one(m, n.rows)...)
	s.skip(n.kind, cells[:min(len(cells), f.first+len(f.cols))])
}

// sampleRow is a row that shows how to fill the table in: its first cell says so.
func (m *maker) sampleRow(f *form, s *Sheet) {
	p := m.fitting(f, nil)
	cells := f.row(p)
	cells[f.first] = one(m, []string{"示例", "（示例）", "例", "样例1", "【示例】"})
	s.skip("示例行", cells)
}
