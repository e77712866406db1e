package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/date"
)

// The bounds of the number of people's rows in the soiled lists: below the first not every kind
// stands there often enough, above the second a sheet would be full.
const (
	DefaultDirtyRows = 2_000
	minDirtyRows     = 1_000
	maxDirtyRows     = 500_000
)

// DefectList is the file that says what is planted where (缺陷清单).
const DefectList = "缺陷清单.csv"

// CorrectionList is the file that says what each refused row should have said (更正清单).
const CorrectionList = "更正清单.csv"

// The people of the soiled lists have region codes 329913 … 329924: none was ever issued, and none is
// that of anybody else in the made-up city.
const (
	dirtyRegion  = madeUpRegions + 1
	dirtyRegions = 12
)

// lookAlikeFirms are names that begin like rows of no data, or hold their words.
var lookAlikeFirms = []string{"示范镇江演示眼镜有限公司", "示例演示（丹阳）光学有限公司", "注册演示服务有限公司", "镇江演示合计科技有限公司", "说明书演示印务有限公司"}

// soiler makes the soiled lists of one city.
type soiler struct {
	made    *made
	dice    dice
	ids     map[string]bool
	serials serials
	firms   []firm     // look-alikes
	waiting []*subject // people made and not yet fitting anything
	list    []entry
}

// dirtyPart is one sheet of a soiled list on its way.
type dirtyPart struct {
	file, sheet string
	where       listSet // inRoster or inCertificates, and inBook
	columns     []column
	rows        int // of people
	table       dirtyTable
	row         int
	taken       []*subject // rows a later one can repeat
	clean       []*subject // of them those without any defect
	expected    Expected
	jobs        []job
}

// job is something to be planted in a part.
type job struct {
	single []*defect // a row with one defect, or three
	pair   string    // a defect between two rows
	aside  int       // a row of noData, from 1
}

// Defects between two rows.
const (
	pairSame      = "整行重复"
	pairSoiled    = "重复行写法不同"
	pairClash     = "同一记录内容不同"
	pairName      = "同号不同名"
	pairMerged    = "单位纵向合并"
	pairCorrected = "退回行下有更正"
	pairTaken     = "证书编号属另一人"
	pairHeader    = "表头重复"
)

// subject makes a person with a clean row.
func (s *soiler) subject(where listSet) *subject {
	d := &s.dice
	born := bornFirst + date.Day(d.n(int(date.Of(2004, 12, 31)-bornFirst)))
	p := &subject{born: born, taken: s.ids}
	for p.id == "" || s.ids[p.id] {
		p.id = idNumber(dirtyRegion+d.n(dirtyRegions), born, 1+d.n(999))
	}
	s.ids[p.id] = true
	p.setID(p.id)
	given := womenGiven
	if p.male {
		given = menGiven
	}
	p.name = string(of(d, surnames)) + string(of(d, given))
	if d.chance(500) {
		p.name += string(of(d, given))
	}
	p.want.name = p.name
	p.firm = &s.made.firms[d.n(len(s.made.firms))]
	p.outcome = Accepted
	p.cells[cName], p.cells[cAge], p.cells[cNote] = p.name, 20+d.n(40), nil
	from := max(born.AddMonths(12*18), since)
	p.setDay(from + date.Day(d.n(int(AsOf-from)+1)))
	p.cells[cWork] = of(d, p.firm.trade.make)
	if where&inCertificates != 0 {
		s.certify(p)
		return p
	}
	p.cells[cFirm], p.cells[cCredit] = p.firm.name, p.firm.credit
	p.cells[cPost], p.cells[cMember] = of(d, postNames[:]), of(d, []string{"是", "否"})
	p.cells[cPhone] = fmt.Sprintf("198%08d", len(s.ids))
	return p
}

func (s *soiler) certify(p *subject) {
	p.rank = 2 + s.dice.n(5)
	p.want.rank = p.rank
	p.cells[cLevel] = levels[p.rank][0]
	p.cells[cDistrict] = districts[s.dice.n(len(districts))].name
	p.numberOf = func(year int) string { return s.serials.next(bodies+1+s.dice.n(bodies), year, p.rank) }
	y, _, _ := p.day.YMD()
	p.renumber(y)
}

// renumber gives a certificate a number of a year; a roster's row has none.
func (s *subject) renumber(year int) {
	if s.numberOf != nil {
		s.cells[cNumber] = s.numberOf(year)
	}
}

// fitting gives a clean person whom defects fit.
func (s *soiler) fitting(where listSet, kinds []*defect) *subject {
	for i, p := range s.waiting {
		if (p.rank > 0) == (where&inCertificates != 0) && fitsAll(p, kinds) {
			s.waiting = slices.Delete(s.waiting, i, i+1)
			return p
		}
	}
	for {
		p := s.subject(where)
		if fitsAll(p, kinds) {
			return p
		}
		s.waiting = append(s.waiting, p)
	}
}

func fitsAll(p *subject, kinds []*defect) bool {
	for _, k := range kinds {
		if k.fits != nil && !k.fits(p) {
			return false
		}
	}
	return true
}

// soil plants defects in a person's row.
func (s *soiler) soil(p *subject, kinds []*defect) {
	p.right = p.cells
	for _, k := range kinds {
		k.plant(&s.dice, p)
		p.mark(k.name, k.outcome, k.rules)
	}
}

// mark adds what a defect brings about: refused outweighs mended, mended accepted.
func (s *subject) mark(kind string, o Outcome, rules string) {
	s.kinds = append(s.kinds, kind)
	s.rules = append(s.rules, strings.Fields(rules)...)
	if o == Refused || o == Duplicate || (o == Mended && s.outcome == Accepted) {
		s.outcome = o
	}
}

// kindsOf are the defects that can stand in a part.
func kindsOf(where listSet) (list []*defect) {
	for i := range allDefects {
		k := &allDefects[i]
		if k.where&where&inBoth != 0 && (k.where&inBook == 0 || where&inBook != 0) {
			list = append(list, k)
		}
	}
	return list
}

// pairsOf are the defects between two rows that can stand in a part.
func pairsOf(where listSet) []string {
	list := []string{pairSame, pairSoiled, pairClash, pairCorrected, pairHeader}
	if where&inCertificates != 0 {
		return append(list, pairTaken)
	}
	if list = append(list, pairName); where&inBook != 0 {
		list = append(list, pairMerged)
	}
	return list
}

// deal gives the parts of one sort of list their jobs: every kind at least so many times over all
// parts in which it can stand, and a tenth as many rows with three defects at once.
func (s *soiler) deal(own []*dirtyPart, list listSet, each int) {
	turn := 0
	give := func(times int, fits func(listSet) bool, j job) {
		for range times {
			for turn++; !fits(own[turn%len(own)].where); turn++ {
			}
			p := own[turn%len(own)]
			p.jobs = append(p.jobs, j)
		}
	}
	for _, k := range kindsOf(list | inBook) {
		give(each, func(w listSet) bool { return k.where&inBook == 0 || w&inBook != 0 }, job{single: []*defect{k}})
	}
	for _, pair := range pairsOf(list | inBook) {
		give(each, func(w listSet) bool { return slices.Contains(pairsOf(w), pair) }, job{pair: pair})
	}
	for i, n := range noData {
		give(max(each, len(n.rows)), func(listSet) bool { return true }, job{aside: i + 1})
	}
	for _, p := range own {
		for range len(p.jobs) / 10 {
			p.jobs = append(p.jobs, job{single: s.three(p.where)})
		}
	}
}

// three draws three defects that lean on different columns; at least two of them are none that
// only look like one.
func (s *soiler) three(where listSet) []*defect {
	kinds := kindsOf(where)
	for {
		var drawn []*defect
		var on columnSet
		bad := 0
		for _, k := range []*defect{of(&s.dice, kinds), of(&s.dice, kinds), of(&s.dice, kinds)} {
			if on&k.on == 0 && !(k.fits != nil && len(drawn) > 0) {
				drawn, on = append(drawn, k), on|k.on
			}
			if k.outcome != Accepted {
				bad++
			}
		}
		if len(drawn) == 3 && bad >= 2 {
			return drawn
		}
	}
}

// generateDirty writes the soiled lists of a city and the list of their defects.
func generateDirty(ctx context.Context, o Options, m *made) ([]File, error) {
	rows := o.DirtyRows
	if rows == 0 {
		rows = DefaultDirtyRows
	}
	rows = min(max(rows, minDirtyRows), maxDirtyRows)
	s := &soiler{made: m, dice: newDice(o.Seed, streamDefect, 0), ids: map[string]bool{}, serials: serials{}}
	firms, err := s.writeFirms(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("write the look-alike firms: %w", err)
	}
	files, err := s.write(ctx, o.Dir, rows)
	if err != nil {
		return nil, fmt.Errorf("write the soiled lists: %w", err)
	}
	if err := s.writeRight(filepath.Join(o.Dir, CorrectionList)); err != nil {
		return nil, err
	}
	return append([]File{firms}, files...), s.writeList(filepath.Join(o.Dir, DefectList))
}

// titles are the headings under which a refused row comes back.
var titles = map[column]string{cName: "姓名", cSex: "性别", cID: "身份证号", cFirm: "单位名称", cCredit: "统一社会信用代码", cPost: "岗位类别", cWork: "工种",
	cPhone: "手机号码", cMember: "是否工会会员", cLevel: "技能等级", cNumber: "证书编号", cUntil: "有效期至", cDistrict: "所属地区"}

// writeRight writes what each refused row should have said, a cell a line.
func (s *soiler) writeRight(path string) error {
	t, err := openTable(path, csvUTF8, "", 5)
	if err != nil {
		return err
	}
	err = t.row([]any{"文件", "工作表", "行号", "列", "内容"})
	for _, e := range s.list {
		if e.outcome != Refused {
			continue
		}
		for c := range columns {
			title := titles[c]
			switch {
			case c == cDay && e.rank > 0:
				title = "发证日期"
			case c == cDay:
				title = "入职日期"
			case c == cWork && e.rank > 0:
				title = "职业(工种)"
			case c == cSex && e.rank > 0:
				continue
			}
			if title != "" && err == nil {
				err = t.row([]any{e.file, e.sheet, e.row, title, e.right[c]})
			}
		}
	}
	if e := t.close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write the list of corrections: %w", err)
	}
	return nil
}

// writeFirms lists firms whose names look like rows of no data; all must be taken.
func (s *soiler) writeFirms(dir string) (File, error) {
	f := File{Name: "瑕疵_组织机构.csv", Kind: KindOrganisations, AsOf: AsOf, Org: houseCredit(0), OrgName: cityUnion}
	t, err := openTable(filepath.Join(dir, f.Name), csvUTF8, "", 6)
	if err != nil {
		return f, err
	}
	w := fileWriter{ctx: context.Background(), table: t, tick: func() {}}
	err = w.aside("单位名称", "统一社会信用代码", "单位类型", "上级单位", "所在地区", "行业代码")
	for i, name := range lookAlikeFirms {
		firm := s.made.firms[i%len(s.made.firms)]
		firm.name, firm.credit = name, creditCode("91", unknownCredit*2+i)
		s.firms = append(s.firms, firm)
		if err == nil {
			err = w.good([]any{name, firm.credit, kindFirm, units[firm.unit].name, districts[firm.district].name, firm.trade.class})
		}
	}
	if e := t.close(); err == nil {
		err = e
	}
	f.Expected = w.counts
	return f, err
}

// writeList writes one line for each row planted or clean, in the order of the files.
func (s *soiler) writeList(path string) error {
	t, err := openTable(path, csvUTF8, "", 10)
	if err != nil {
		return err
	}
	err = t.row([]any{"文件", "工作表", "行号", "预期", "姓名", "证件号码", "日期", "等级", "规则", "缺陷"})
	for _, e := range s.list {
		w := e.want
		if e.outcome != Accepted && e.outcome != Mended {
			w = truth{}
		}
		rank := ""
		if w.rank > 0 {
			rank = strconv.Itoa(w.rank)
		}
		slices.Sort(e.rules)
		if err == nil {
			err = t.row([]any{e.file, e.sheet, e.row, string(e.outcome), w.name, w.id, w.day, rank,
				strings.Join(slices.Compact(e.rules), " "), strings.Join(e.kinds, "；")})
		}
	}
	if e := t.close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write the list of defects: %w", err)
	}
	return nil
}
