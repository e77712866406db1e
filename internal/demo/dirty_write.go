package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// dirtyTable takes the rows of one sheet.
type dirtyTable interface {
	row(cells []any, hidden bool) error
	joinDown(col int) error // merges a cell of the last row with the one above
}

// sheetTable is one sheet of a workbook, shifted right by so many columns.
type sheetTable struct {
	out   *excelize.StreamWriter
	style int
	shift int
	rows  int
}

func (t *sheetTable) row(cells []any, hidden bool) error {
	t.rows++
	line := make([]any, t.shift, t.shift+len(cells))
	for _, c := range cells {
		if v, ok := c.(serial); ok {
			c = excelize.Cell{StyleID: t.style, Value: int(v)}
		}
		if c == "" {
			c = nil
		}
		line = append(line, c)
	}
	return t.out.SetRow(fmt.Sprintf("A%d", t.rows), line, excelize.RowOpts{Hidden: hidden})
}

func (t *sheetTable) joinDown(col int) error {
	from, err := excelize.CoordinatesToCellName(col+t.shift+1, t.rows-1)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(col+t.shift+1, t.rows)
	if err != nil {
		return err
	}
	return t.out.MergeCell(from, to)
}

// lineTable is a csv file.
type lineTable struct{ table }

func (t lineTable) row(cells []any, _ bool) error { return t.table.row(cells) }

func (t lineTable) joinDown(int) error { return nil }

var (
	dirtyColumns = []column{cNo, cName, cSex, cID, cFirm, cPost, cWork, cDay, cPhone, cMember, cAge, cNote}
	codedColumns = []column{cNo, cName, cSex, cID, cCredit, cPost, cWork, cDay, cPhone, cMember, cAge, cNote}
	firmColumns  = []column{cNo, cFirm, cName, cID, cSex, cDay, cPost, cWork, cMember, cPhone, cAge, cNote}
	certColumns  = []column{cNo, cName, cID, cWork, cLevel, cNumber, cDay, cUntil, cDistrict, cAge, cNote}
)

// dirtyHeads are headings as templates have them: stars, notes in brackets, line breaks, colons.
var dirtyHeads = map[column]string{
	cNo: "序号", cName: "姓名（必填）", cSex: "性别", cID: "身份证号码(18位)", cFirm: "*工作单位", cCredit: "统一社会信用代码：",
	cPost: "岗位类别", cWork: "职业（工种）", cDay: "入职日期(年-月-日)", cPhone: "联系电话", cMember: "是否工会会员", cAge: "年 龄",
	cNote: "备注", cLevel: "技能\n等级", cNumber: "证书编号", cUntil: "有效期至", cDistrict: "所属地区",
}

const (
	dirtyBook  = "瑕疵_职工花名册.xlsx"
	dirtyLines = "瑕疵_职工花名册_GB18030.csv"
	dirtyCerts = "瑕疵_技能等级证书名册.xlsx"
)

// Each kind stands there once for so many rows, but at least so often.
const (
	rowsForEach = 500
	minEach     = 3
)

// write makes a roster of two tables and a hidden sheet, a roster as csv, and a certificate list.
func (s *soiler) write(ctx context.Context, dir string, rows int) ([]File, error) {
	parts := []*dirtyPart{
		{file: dirtyBook, sheet: "第一车间", where: inRoster | inBook, columns: dirtyColumns, rows: rows * 40 / 100},
		{file: dirtyBook, sheet: "第二车间", where: inRoster | inBook, columns: codedColumns, rows: rows * 15 / 100},
		{file: dirtyLines, sheet: strings.TrimSuffix(dirtyLines, ".csv"), where: inRoster, columns: firmColumns, rows: rows * 20 / 100},
		{file: dirtyCerts, sheet: "证书名册", where: inCertificates | inBook, columns: certColumns, rows: rows * 25 / 100},
	}
	each := max(minEach, rows/rowsForEach)
	s.deal(parts[:3], inRoster, each)
	s.deal(parts[3:], inCertificates, each)
	var files []File
	for _, name := range []string{dirtyBook, dirtyLines, dirtyCerts} {
		f := File{Name: name, Kind: KindRoster, AsOf: AsOf, Org: houseCredit(0), OrgName: cityUnion}
		if name == dirtyCerts {
			f.Kind = KindCertificates
		}
		var own []*dirtyPart
		for _, p := range parts {
			if p.file == name {
				own = append(own, p)
			}
		}
		write := s.writeBook
		if name == dirtyLines {
			write = s.writeLines
		}
		if err := write(ctx, dir, own); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, p := range own {
			f.Expected.Read += p.expected.Read
			f.Expected.Taken += p.expected.Taken
			f.Expected.Refused += p.expected.Refused
			f.Expected.Duplicate += p.expected.Duplicate
		}
		files = append(files, f)
	}
	return files, nil
}

func (s *soiler) writeLines(ctx context.Context, dir string, parts []*dirtyPart) error {
	t, err := openTable(filepath.Join(dir, parts[0].file), csvGB18030, "", len(firmColumns))
	if err != nil {
		return err
	}
	parts[0].table = lineTable{t}
	err = s.fill(ctx, parts[0])
	if e := t.close(); err == nil {
		err = e
	}
	return err
}

func (s *soiler) writeBook(ctx context.Context, dir string, parts []*dirtyPart) (err error) {
	to, err := os.Create(filepath.Join(dir, parts[0].file))
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer func() {
		for _, c := range []interface{ Close() error }{book, to} {
			if e := c.Close(); err == nil {
				err = e
			}
		}
	}()
	if err := book.SetSheetName("Sheet1", parts[0].sheet); err != nil {
		return err
	}
	pattern := "yyyy-mm-dd"
	style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &pattern})
	if err != nil {
		return err
	}
	for i, p := range parts {
		if err := s.writeSheet(ctx, book, p, &sheetTable{style: style, shift: i}); err != nil {
			return err
		}
	}
	if err := s.hiddenSheet(book, parts[0]); err != nil {
		return err
	}
	return writeSorted(book, to)
}

// writeSorted writes a workbook with its parts in the order of their names: those of several
// streamed sheets come out of excelize in any order.
func writeSorted(book *excelize.File, to io.Writer) error {
	packed, err := book.WriteToBuffer()
	if err != nil {
		return err
	}
	in, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	out := zip.NewWriter(to)
	for _, part := range in.File {
		if err := out.Copy(part); err != nil {
			return err
		}
	}
	return out.Close()
}

func (s *soiler) writeSheet(ctx context.Context, book *excelize.File, p *dirtyPart, t *sheetTable) (err error) {
	if _, err := book.NewSheet(p.sheet); err != nil {
		return err
	}
	if t.out, err = book.NewStreamWriter(p.sheet); err != nil {
		return err
	}
	p.table = t
	if err := s.fill(ctx, p); err != nil {
		return err
	}
	return t.out.Flush()
}

// hiddenSheet adds a sheet that nobody sees, with a good table that must not be read.
func (s *soiler) hiddenSheet(book *excelize.File, like *dirtyPart) error {
	p := dirtyPart{file: like.file, sheet: "隐藏旧表", where: like.where, columns: like.columns}
	if err := s.writeSheet(context.Background(), book, &p, &sheetTable{}); err != nil {
		return err
	}
	return book.SetSheetVisible(p.sheet, false)
}

// fill writes titles, the heading, all rows with the jobs at random places, and what stands below.
func (s *soiler) fill(ctx context.Context, p *dirtyPart) error {
	for _, line := range [][]any{{"镇江演示职工名册（演示数据）"}, {"填报单位（公章）：", cityUnion, "", "截至：" + spoken.write(AsOf).(string)}, p.heading()} {
		if err := p.put(line, false); err != nil {
			return err
		}
	}
	if p.rows == 0 {
		return p.put(p.cells(s.subject(p.where)), false)
	}
	places := make([]int, max(p.rows, len(p.jobs)))
	for i := range p.jobs {
		places[i] = i + 1
	}
	for i := len(places) - 1; i > 0; i-- {
		j := s.dice.n(i + 1)
		places[i], places[j] = places[j], places[i]
	}
	for _, at := range places {
		if err := ctx.Err(); err != nil {
			return err
		}
		var j job
		if at > 0 {
			j = p.jobs[at-1]
		}
		if err := s.do(p, j); err != nil {
			return err
		}
	}
	return s.aside(p, 1+s.dice.n(len(noData)))
}

func (s *soiler) do(p *dirtyPart, j job) error {
	switch {
	case j.aside > 0:
		return s.aside(p, j.aside)
	case j.pair != "":
		return s.pair(p, j.pair)
	}
	who := s.fitting(p.where, j.single)
	if len(j.single) == 0 && p.where&inRoster != 0 && s.dice.chance(30) {
		f := of(&s.dice, s.firms)
		who.firm, who.cells[cFirm], who.cells[cCredit] = &f, f.name, f.credit
		who.kinds = append(who.kinds, "单位名貌似非数据行")
	}
	s.soil(who, j.single)
	return s.person(p, who)
}

func (p *dirtyPart) heading() []any {
	var cells []any
	for _, c := range p.columns {
		text := dirtyHeads[c]
		switch {
		case c == cDay && p.where&inCertificates != 0:
			text = "发证日期"
		case p.where&inBook == 0:
			text = strings.ReplaceAll(text, "\n", "")
		}
		cells = append(cells, text)
	}
	return cells
}

func (p *dirtyPart) cells(s *subject) []any {
	cells := make([]any, len(p.columns))
	for i, c := range p.columns {
		cells[i] = s.cells[c]
	}
	return cells
}

func (p *dirtyPart) put(cells []any, hidden bool) error {
	p.row++
	return p.table.row(cells, hidden)
}

// person writes a row about somebody and enters it in the list.
func (s *soiler) person(p *dirtyPart, who *subject) error {
	p.expected.Read++
	switch who.outcome {
	case Refused:
		p.expected.Refused++
	case Duplicate:
		p.expected.Duplicate++
	default:
		p.expected.Taken++
		if p.taken = append(p.taken, who); len(who.kinds) == 0 {
			p.clean = append(p.clean, who)
		}
	}
	who.cells[cNo] = p.expected.Read
	if err := p.put(p.cells(who), who.hidden); err != nil {
		return err
	}
	s.list = append(s.list, entry{p.file, p.sheet, p.row, *who})
	if who.joined {
		return p.table.joinDown(slices.IndexFunc(p.columns, func(c column) bool { return c == cFirm || c == cCredit }))
	}
	return nil
}

// aside writes a row of no data.
func (s *soiler) aside(p *dirtyPart, kind int) error {
	n := noData[kind-1]
	return s.skipped(p, of(&s.dice, n.rows), n.name)
}

func (s *soiler) skipped(p *dirtyPart, cells []any, name string) error {
	if err := p.put(cells, false); err != nil {
		return err
	}
	s.list = append(s.list, entry{p.file, p.sheet, p.row, subject{outcome: Skipped, kinds: []string{name}}})
	return nil
}

// pair plants a defect between a row and an earlier one, or the one just above.
func (s *soiler) pair(p *dirtyPart, kind string) error {
	if kind == pairHeader {
		return s.skipped(p, p.heading(), kind)
	}
	if len(p.clean) == 0 || kind == pairMerged || kind == pairCorrected {
		first := s.subject(p.where)
		if kind == pairCorrected {
			first.right = first.cells
			first.cells[cName] = first.name + "2"
			first.mark("姓名含数字", Refused, "R152")
		}
		if err := s.person(p, first); err != nil {
			return err
		}
		if kind == pairCorrected {
			again := *first
			again.cells[cName], again.outcome, again.rules, again.kinds = first.name, Accepted, nil, []string{kind}
			return s.person(p, &again)
		}
	}
	second := s.second(p, kind)
	return s.person(p, second)
}

// second makes the later row of a pair.
func (s *soiler) second(p *dirtyPart, kind string) *subject {
	before := of(&s.dice, p.clean)
	if kind == pairSame {
		before = of(&s.dice, p.taken)
	}
	again := *before
	again.hidden, again.joined, again.rules, again.kinds, again.outcome = false, false, nil, nil, Accepted
	switch kind {
	case pairMerged:
		next := s.subject(p.where)
		next.firm, next.joined = p.clean[len(p.clean)-1].firm, true
		next.cells[cFirm], next.cells[cCredit] = nil, nil
		next.mark(kind, Mended, "I009")
		return next
	case pairTaken:
		next := s.subject(p.where)
		next.rank, next.want.rank = before.rank, before.rank
		next.setDay(before.day)
		next.cells[cLevel] = levels[before.rank][0]
		y, _, _ := before.day.YMD()
		next.numberOf = func(year int) string { return s.serials.next(bodies+1, year, before.rank) }
		next.renumber(y)
		next.right = next.cells
		next.cells[cNumber] = before.cells[cNumber]
		next.mark(kind, Refused, "R127")
		return next
	case pairName:
		again.firm = &s.made.firms[0]
		again.cells[cFirm], again.cells[cCredit] = again.firm.name, again.firm.credit
		again.cells[cName], again.cells[cID], again.cells[cDay] = again.want.name, again.want.id, again.want.day
		again.right = again.cells
		again.cells[cName] = "易演示"
		again.mark(kind, Refused, "R105")
		return &again
	}
	if kind == pairSame {
		again.rules = slices.DeleteFunc(slices.Clone(before.rules), func(r string) bool { return r == "I009" })
	}
	s.repeat(&again, kind, p.where)
	return &again
}

// repeat turns a copy of a row into a duplicate, or into one that contradicts it.
func (s *soiler) repeat(again *subject, kind string, where listSet) {
	again.cells[cFirm], again.cells[cCredit] = again.firm.name, again.firm.credit
	switch kind {
	case pairSoiled:
		again.cells[cID], again.cells[cName] = wide(again.want.id), spread(again.want.name, " ")
		if again.want.day != "" {
			again.cells[cDay] = strings.ReplaceAll(again.want.day, "-", "")
		}
		again.mark(kind, Duplicate, "I004 R120 R153")
	case pairSame:
		again.mark(kind, Duplicate, "")
	case pairClash:
		again.cells[cName], again.cells[cID], again.cells[cDay] = again.want.name, again.want.id, again.want.day
		again.right = again.cells
		if where&inCertificates != 0 {
			again.cells[cDistrict] = districts[danyang].name
			if before := again.cells[cUntil]; before == nil {
				again.cells[cUntil] = "2049-12-31"
			} else {
				again.cells[cUntil] = nil
			}
		} else {
			again.cells[cWork] = "保洁员"
			again.cells[cPost] = map[bool]string{true: "服务", false: "管理"}[again.cells[cPost] == "管理"]
		}
		again.mark(kind, Refused, "I003")
	}
}
