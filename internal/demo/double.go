package demo

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"tuoxing/internal/date"
)

// DoubleList is the file that says which rows of the lists sent later are about people who have a
// file already under another number (重复清单), and which only look like it.
const DoubleList = "重复清单.csv"

// The answers of DoubleList.
const (
	OnePerson = "同一人"
	TwoPeople = "两人"
)

// Of 1,000 employees so many are listed again under a number that makes another file, so many of these a
// third time, and so many people are listed who are somebody else and look like a duplicate.
const (
	doubledPerMille   = 20
	tripledPerMille   = 50 // of those listed again
	lookAlikePerMille = 2
)

// Double is one line of DoubleList: two numbers, and whether they are one person's.
type Double struct {
	Kind   string
	Name   string // as the later list has it
	Number string // in the first list
	Other  string // in the later one; as it is kept, 18 characters
	Answer string
}

// doubleRow is a row of a later list.
type doubleRow struct {
	name, number, phone string
	person, firm        int // whose work it tells
}

// doubler makes the lists of people who are on file already.
type doubler struct {
	*made
	dice  dice
	taken map[string]bool
	lists [2][]doubleRow
	truth []Double
}

// mistake writes a person's row so that it makes a second file; false when it does not fit the person.
type mistake struct {
	name  string
	write func(d *doubler, person int, r *doubleRow) bool
}

var mistakes = []mistake{
	{"一位数字录错", func(d *doubler, _ int, r *doubleRow) bool { return d.misread(r) }},
	{"相邻两位颠倒", (*doubler).swap},
	{"十五位旧号", (*doubler).shorten},
	{"尾号变000", (*doubler).cutByExcel},
	{"另一种证件", (*doubler).otherCard},
	{"异体字并录错一位", func(d *doubler, _ int, r *doubleRow) bool { return rewrite(r, variantsInNames) && d.misread(r) }},
	{"同音字并录错一位", func(d *doubler, _ int, r *doubleRow) bool { return rewrite(r, homophones) && d.misread(r) }},
	{"出生日期录错", (*doubler).wrongBirthday},
	{"号码录错两处而手机号相同", (*doubler).twoWrong},
}

// variantsInNames and homophones are what a clerk writes instead.
var (
	variantsInNames = strings.NewReplacer("伟", "偉", "强", "強", "军", "軍", "国", "國", "辉", "輝", "杰", "傑", "峰", "峯", "丽", "麗", "兰", "蘭",
		"云", "雲", "红", "紅", "刘", "劉", "陈", "陳", "张", "張", "龙", "龍", "涛", "濤", "静", "靜", "颖", "穎", "刚", "剛", "·", "•")
	homophones = strings.NewReplacer("静", "婧", "丽", "莉", "艳", "燕", "玲", "铃", "娟", "涓", "军", "君", "杰", "洁", "刚", "钢", "明", "铭",
		"浩", "皓", "宇", "雨", "晨", "辰", "磊", "蕾", "勇", "永", "涛", "滔", "鹏", "朋", "文", "雯", "芳", "方", "伟", "玮", "婷", "庭")
)

func rewrite(r *doubleRow, with *strings.Replacer) bool {
	before := r.name
	r.name = with.Replace(before)
	return r.name != before && r.name != strings.ReplaceAll(before, "·", "•")
}

// free takes a number if it could be somebody's and is nobody's.
func (d *doubler) free(r *doubleRow, digits []byte) bool {
	number := string(append(digits[:17:17], idCheck(digits[:17])))
	if !isBirthday(number[6:14]) || d.taken[number] {
		return false
	}
	d.taken[number], r.number = true, number
	return true
}

// isBirthday accepts births of people who are of age on the day of the lists.
func isBirthday(digits string) bool {
	day, err := birthday(digits)
	return err == nil && day >= date.Of(1900, 1, 1) && day <= AsOf.AddMonths(-12*18)
}

func birthday(digits string) (date.Day, error) {
	return date.Parse(digits[:4] + "-" + digits[4:6] + "-" + digits[6:])
}

// tries is how often a mistake is drawn before the next kind has its turn.
const tries = 40

// misread changes one digit; those of the province stay, for there are few provinces.
func (d *doubler) misread(r *doubleRow) bool {
	for range tries {
		b := []byte(r.number)
		at := 2 + d.dice.n(15)
		b[at] = byte('0' + (int(b[at]-'0')+1+d.dice.n(9))%10)
		if d.free(r, b) {
			return true
		}
	}
	return false
}

func (d *doubler) swap(_ int, r *doubleRow) bool {
	for range tries {
		b := []byte(r.number)
		at := 2 + d.dice.n(14)
		b[at], b[at+1] = b[at+1], b[at]
		if b[at] != b[at+1] && d.free(r, b) {
			return true
		}
	}
	return false
}

// shorten leaves the century out, as old systems do: of somebody born in 20xx, a reader makes 19xx.
func (d *doubler) shorten(person int, r *doubleRow) bool {
	y, _, _ := d.people[person].born.YMD()
	b := []byte(r.number)
	copy(b[6:8], "19")
	return y >= 2000 && d.free(r, b)
}

// cutByExcel keeps 15 digits; the row comes through only where the check character happens to be 0.
func (d *doubler) cutByExcel(_ int, r *doubleRow) bool {
	b := []byte(r.number)
	copy(b[15:17], "00")
	return idCheck(b[:17]) == '0' && d.free(r, b)
}

// otherCard is a residence permit of Hong Kong and Macau people (港澳居民居住证, 810000).
func (d *doubler) otherCard(_ int, r *doubleRow) bool {
	for range tries {
		b := []byte(r.number)
		copy(b, "810000")
		put(b[14:17], 1+d.dice.n(499)*2+int(b[16]-'0'+1)%2)
		if d.free(r, b) {
			return true
		}
	}
	return false
}

func (d *doubler) wrongBirthday(_ int, r *doubleRow) bool {
	for range tries {
		b := []byte(r.number)
		put(b[10:12], 1+d.dice.n(12))
		put(b[12:14], 1+d.dice.n(28))
		if differing(string(b[:17]), r.number[:17]) > 2 && d.free(r, b) {
			return true
		}
	}
	return false
}

func (d *doubler) twoWrong(person int, r *doubleRow) bool {
	for range tries {
		b := []byte(r.number)
		put(b[2:6], 2000+d.dice.n(24)+1)
		put(b[14:17], 1+d.dice.n(998))
		if differing(string(b[:17]), r.number[:17]) > 2 && d.free(r, b) {
			r.phone = phone(person)
			return true
		}
	}
	return false
}

func differing(a, b string) (n int) {
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// The mistakes that fit few people have the first turn: of those, one with all, the other with half.
const fitsYoung, fitsOneInEleven = 2, 3

// double lists an employee again, with the first mistake that fits, from turn on.
func (d *doubler) double(person, turn, list int) bool {
	order := []int{fitsYoung}
	if d.dice.chance(500) {
		order = append(order, fitsOneInEleven)
	}
	for k := range mistakes {
		order = append(order, (turn+4*k)%len(mistakes)) // 4: so that not always the same stands in for one
	}
	for _, k := range order {
		m := mistakes[k]
		r := d.rowOf(person)
		first := r.number
		if d.dice.chance(400) {
			r.phone = ""
		}
		if d.dice.chance(300) && m.name != "另一种证件" {
			r.firm = d.dice.n(len(d.firms))
		}
		if !m.write(d, person, &r) {
			continue
		}
		d.lists[list] = append(d.lists[list], r)
		d.truth = append(d.truth, Double{m.name, r.name, first, r.number, OnePerson})
		return true
	}
	return false
}

func (d *doubler) rowOf(person int) doubleRow {
	return doubleRow{d.name(person), d.people[person].id(), phone(person), person, int(d.people[person].firm)}
}

// lookAlike lists somebody else who looks like the employee.
func (d *doubler) lookAlike(person, turn int) {
	r := d.rowOf(person)
	first := r.number
	switch turn % 3 {
	case 0: // a twin: the father's telephone, numbers given out one after the other, another name
		b := []byte(r.number)
		b[16] = '0' + (b[16]-'0'+2)%10
		r.name = string([]rune(r.name)[:1]) + "双"
		if d.free(&r, b) {
			d.lists[0] = append(d.lists[0], r)
			d.truth = append(d.truth, Double{"双胞胎", r.name, first, r.number, TwoPeople})
		}
	case 1: // two namesakes whom one list names, with the telephone of their firm's office
		a, b := r, r
		a.phone = fmt.Sprintf("197%08d", person)
		b.phone = a.phone
		digits := []byte(r.number)
		put(digits[4:6], dirtyRegion+dirtyRegions+turn%40)
		if !d.free(&a, digits) {
			return
		}
		b.number = a.number
		if d.misread(&b) {
			d.lists[0] = append(d.lists[0], a, b)
			d.truth = append(d.truth, Double{"同一名册上的同名两人", b.name, a.number, b.number, TwoPeople})
		}
	default: // a namesake of nearly the same number in a firm where three people give one telephone
		third := r
		if d.misread(&r) && d.otherCard(person, &third) {
			third.name = "司徒演示"
			d.lists[1] = append(d.lists[1], r, third)
			d.truth = append(d.truth, Double{"共用电话的同名两人", r.name, first, r.number, TwoPeople},
				Double{"共用电话的第三人", third.name, first, third.number, TwoPeople})
		}
	}
}

// generateDoubles writes the later lists and DoubleList.
func generateDoubles(ctx context.Context, o Options, m *made) ([]File, error) {
	d := &doubler{made: m, dice: newDice(o.Seed, streamDouble, 0), taken: make(map[string]bool, len(m.people))}
	for i := range m.people {
		d.taken[m.people[i].id()] = true
	}
	pick := sampler{roundHalfUp(m.plan.Employees*doubledPerMille, 1000), m.plan.Employees}
	like := sampler{roundHalfUp(m.plan.Employees*lookAlikePerMille, 1000), m.plan.Employees}
	turn, likes := 0, 0
	for i := range m.plan.Employees {
		switch {
		case pick.take(&d.dice):
			if !d.double(i, turn, 0) {
				return nil, fmt.Errorf("no mistake fits employee %d", i)
			}
			if d.dice.chance(tripledPerMille) {
				d.double(i, turn+1, 1)
			}
			turn++
		case like.take(&d.dice):
			d.lookAlike(i, likes)
			likes++
		}
	}
	var files []File
	for i, rows := range d.lists {
		f, err := d.write(ctx, o.Dir, i, rows)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, d.writeTruth(filepath.Join(o.Dir, DoubleList))
}

// write writes one of the later lists, which the city's union sends: who is absent has not left.
func (d *doubler) write(ctx context.Context, dir string, i int, rows []doubleRow) (File, error) {
	f := File{Name: fmt.Sprintf("补报花名册_%d.csv", i+1), Kind: KindRoster, AsOf: AsOf, Org: houseCredit(0), OrgName: cityUnion}
	t, err := openTable(filepath.Join(dir, f.Name), csvUTF8, "", 7)
	if err != nil {
		return f, err
	}
	w := fileWriter{ctx: ctx, table: t, tick: func() {}}
	err = w.aside("姓名", "证件号码", "统一社会信用代码", "岗位类别", "工种", "入职日期", "手机号码")
	for _, r := range rows {
		if err != nil {
			break
		}
		number, start := r.number, d.started(r.person, int(d.people[r.person].firm))
		born, e := birthday(number[6:14])
		if e != nil {
			return f, e
		}
		start = max(start, d.firms[r.firm].founded, born.AddMonths(12*18))
		if number[6:8] == "19" && d.people[r.person].born >= date.Of(2000, 1, 1) {
			number = number[:6] + number[8:17]
		}
		var tel any
		if r.phone != "" {
			tel = r.phone
		}
		err = w.good([]any{r.name, number, d.firms[r.firm].credit, postNames[d.people[r.person].post],
			d.occupation(r.person, int(d.people[r.person].firm)), start.String(), tel})
	}
	if e := t.close(); err == nil {
		err = e
	}
	f.Expected = w.counts
	return f, err
}

func (d *doubler) writeTruth(path string) error {
	t, err := openTable(path, csvUTF8, "", 5)
	if err != nil {
		return err
	}
	err = t.row([]any{"类别", "姓名", "证件号码", "另一证件号码", "答案"})
	for _, p := range d.truth {
		if err == nil {
			err = t.row([]any{p.Kind, p.Name, p.Number, p.Other, p.Answer})
		}
	}
	if e := t.close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write the list of duplicates: %w", err)
	}
	return nil
}
