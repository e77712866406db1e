package demo

import (
	"fmt"
	"strconv"
)

// field is a column of a roster.
type field uint8

const (
	fNo field = iota
	fName
	fSex
	fID
	fIDKind
	fFirm   // name
	fCredit // credit code, in place of the name
	fPost
	fWork
	fStart
	fPhone
	fMember
	fNote
	fields
)

// layout is how one union writes its roster.
type layout struct {
	format  format
	own     spelling // of days
	columns []field
	heads   map[field]string // headings that differ from the usual ones
	group   bool             // a two-row heading: 证件 above 证件类型 and 证件号码
	again   int              // the heading is repeated after so many people, as on printed pages
	totals  bool             // a 小计 row after each firm
	blanks  bool             // an empty row between firms
}

var usualHeads = [fields]string{
	fNo: "序号", fName: "姓名", fSex: "性别", fID: "身份证号码", fIDKind: "证件类型", fFirm: "单位名称",
	fCredit: "统一社会信用代码", fPost: "岗位类别", fWork: "工种", fStart: "入职日期", fPhone: "手机号码",
	fMember: "是否工会会员", fNote: "备注",
}

var (
	usualColumns = []field{fNo, fName, fSex, fID, fFirm, fPost, fWork, fStart, fPhone, fMember}
	notedColumns = append(append([]field{}, usualColumns...), fNote)
	firmFirst    = []field{fNo, fFirm, fName, fSex, fID, fStart, fPost, fWork, fMember, fPhone}
	codeColumns  = []field{fNo, fName, fSex, fID, fCredit, fPost, fWork, fStart, fPhone, fMember}
	typeColumns  = []field{fNo, fName, fSex, fIDKind, fID, fFirm, fPost, fWork, fStart, fPhone, fMember}
)

// layouts are in the order of units.
var layouts = []layout{
	{columns: usualColumns, own: dashed},
	{columns: usualColumns, own: dotted, again: 40, heads: map[field]string{fID: "公民身份号码", fFirm: "工作单位", fPhone: "联系电话"}},
	{columns: firmFirst, own: spoken, blanks: true, heads: map[field]string{fPost: "岗位类型", fStart: "入厂时间"}},
	{columns: usualColumns, own: counted, heads: map[field]string{fID: "身份证号码（必填）", fName: "姓名（必填）", fWork: "职业(工种)"}},
	{columns: usualColumns, own: slashed, format: csvGB18030, heads: map[field]string{fID: "证件号码", fFirm: "所在单位"}},
	{columns: notedColumns, own: packed, format: csvUTF8, heads: map[field]string{fStart: "入职时间", fMember: "工会会员"}},
	{columns: typeColumns, own: dashed, group: true, heads: map[field]string{fID: "证件号码", fPhone: "联系电话"}},
	{columns: codeColumns, own: counted, heads: map[field]string{fID: "公民身份号码"}},
	{columns: firmFirst, own: dotted, totals: true, heads: map[field]string{fFirm: "工作单位", fStart: "入厂时间"}},
	{columns: usualColumns, own: spoken, heads: map[field]string{fID: "身份证\n号码", fPhone: "联系\n电话"}},
	{columns: usualColumns, own: counted, totals: true, heads: map[field]string{fWork: "职业(工种)", fPost: "岗位类型"}},
	{columns: notedColumns, own: dashed, heads: map[field]string{fFirm: "所在单位", fMember: "工会会员"}},
	{columns: codeColumns, own: packed, heads: map[field]string{fStart: "入职时间：", fPhone: "联系电话："}},
	{columns: usualColumns, own: slashed, blanks: true, heads: map[field]string{fID: "证件号码"}},
}

// The kinds of rows that must be refused, in turn.
const (
	wrongCheck = iota
	noName
	unknownFirm
	badDay
)

var refusalNames = [...]string{"wrong check digit", "no name", "unknown firm", "impossible day"}

// rosterWriter writes the roster of one unit.
type rosterWriter struct {
	*made
	file *fileWriter
	unit int
	lay  *layout
	no   int // running number
	cell []any
}

func (m *made) writeRoster(w *fileWriter, unit int) error {
	r := rosterWriter{made: m, file: w, unit: unit, lay: &layouts[unit]}
	if err := r.top(); err != nil {
		return err
	}
	if err := r.body(); err != nil {
		return err
	}
	if err := w.aside("合计", "共 "+strconv.Itoa(m.units[unit].size)+" 人"); err != nil {
		return err
	}
	return w.aside("填表人：", "演示员", "审核人：", "", "联系电话：", "")
}

// top writes title, unit and day, and the heading of one or two rows.
func (r *rosterWriter) top() error {
	y, m, d := AsOf.YMD()
	if err := r.file.title(units[r.unit].name+"职工花名册（演示数据）", len(r.lay.columns)); err != nil {
		return err
	}
	if err := r.file.aside("填报单位（公章）：", units[r.unit].name, "", fmt.Sprintf("截至：%d年%d月%d日", y, m, d)); err != nil {
		return err
	}
	if r.lay.group {
		return r.groupedHeading()
	}
	return r.heading()
}

// groupedHeading writes two rows: 证件 stands above 类型 and 号码, every other heading covers both.
func (r *rosterWriter) groupedHeading() error {
	upper, lower := make([]any, len(r.lay.columns)), make([]any, len(r.lay.columns))
	for i, f := range r.lay.columns {
		switch f {
		case fIDKind:
			upper[i], lower[i] = "证件", "类型"
		case fID:
			lower[i] = "号码"
		default:
			upper[i] = r.head(f)
		}
	}
	if err := r.file.put(upper); err != nil {
		return err
	}
	if err := r.file.put(lower); err != nil {
		return err
	}
	for i, f := range r.lay.columns {
		var err error
		switch f {
		case fIDKind:
			err = r.file.join(i+1, 1, i+2, 1)
		case fID: // covered by the column before
		default:
			err = r.file.join(i+1, 1, i+1, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *rosterWriter) head(f field) string {
	if h, ok := r.lay.heads[f]; ok {
		return h
	}
	return usualHeads[f]
}

func (r *rosterWriter) heading() error {
	cells := make([]any, len(r.lay.columns))
	for i, f := range r.lay.columns {
		cells[i] = r.head(f)
	}
	return r.file.put(cells)
}

// body writes the people firm by firm, with the planted rows at even distances.
func (r *rosterWriter) body() error {
	size, rows := r.units[r.unit].size, r.rows[r.unit]
	plant := planting{rowPlan: rows, of: size, kinds: []int{wrongCheck, noName, unknownFirm}, turn: r.unit}
	done := 0
	for i := range r.firms {
		f := &r.firms[i]
		if f.unit != r.unit {
			continue
		}
		for j := f.first; j < f.first+f.people; j++ {
			if r.lay.again > 0 && done > 0 && done%r.lay.again == 0 {
				if err := r.heading(); err != nil {
					return err
				}
			}
			if err := r.file.good(r.cells(j, i, -1)); err != nil {
				return err
			}
			done++
			if err := plant.after(done, r.file, func(k, kind int) []any { return r.cells(rows.first+k, i, kind) }); err != nil {
				return err
			}
		}
		if err := r.firmEnd(f); err != nil {
			return err
		}
	}
	return nil
}

func (r *rosterWriter) firmEnd(f *firm) error {
	switch {
	case r.lay.totals:
		return r.file.aside("小计", strconv.Itoa(f.people)+"人")
	case r.lay.blanks:
		return r.file.aside("")
	}
	return nil
}

// cells writes one person's row; kind is the mistake planted in it, or −1.
func (r *rosterWriter) cells(person, firm, kind int) []any {
	r.no++
	values := r.values(person, firm)
	r.spoil(&values, kind, r.people[person].id())
	r.cell = r.cell[:0]
	for _, f := range r.lay.columns {
		r.cell = append(r.cell, values[f])
	}
	return r.cell
}

// values are all that a roster could say of a person, with ordinary dirt.
func (r *rosterWriter) values(person, firm int) [fields]any {
	p, f := &r.people[person], &r.firms[firm]
	d := newDice(r.seed, streamDirt, person)
	v := [fields]any{
		fNo: r.no, fName: soiledName(&d, r.name(person), p.male()), fSex: "女",
		fID: soiledID(&d, p.id()), fIDKind: "居民身份证", fFirm: f.name, fCredit: f.credit,
		fPost: postNames[p.post], fWork: soiledWork(&d, r.occupation(person, firm)),
		fStart: soiledDay(&d, r.lay.own, r.started(person, firm)),
		fPhone: soiledPhone(&d, phone(person)), fMember: "是",
	}
	if p.male() {
		v[fSex] = "男"
	}
	if d.chance(outsideUnion) {
		v[fMember] = "否"
	}
	return v
}

// outsideUnion is the share of employees who are no union members, in cases of a thousand.
const outsideUnion = 70

// spoil plants a mistake.
func (r *rosterWriter) spoil(v *[fields]any, kind int, id string) {
	switch kind {
	case wrongCheck:
		v[fID] = spoiled(id)
	case noName:
		v[fName] = nil
	case unknownFirm:
		v[fFirm] = "镇江演示查无此名" + strconv.Itoa(r.no) + "有限公司"
		v[fCredit] = creditCode("91", unknownCredit+r.no)
	}
}

// unknownCredit begins the running numbers of credit codes that no organisation carries.
const unknownCredit = 1_000_000

// phone is a made-up mobile number, 1990000xxxx for the first ten thousand people.
func phone(person int) string { return fmt.Sprintf("199%08d", person) }
