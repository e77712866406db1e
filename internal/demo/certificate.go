package demo

import (
	"fmt"

	"tuoxing/internal/date"
)

var certificateHeads = []string{"序号", "姓名", "证件号码", "职业（工种）", "技能等级", "证书编号", "发证日期", "有效期至", "所属地区", "发证机构"}

// certificate is one certificate of a person.
type certificate struct {
	rank   int
	issued date.Day
	until  date.Day // date.Forever without an end
}

// An earlier certificate of the rank below is listed too for one holder in so many.
const earlierEvery = 5

// certificates draws what a holder has, the highest first.
func (m *made) certificates(i int) []certificate {
	p := &m.people[i]
	d := newDice(m.seed, streamCertificate, i)
	rank := int(p.rank)
	from, to := m.window(p, rank), AsOf
	if p.lapsed {
		// One day short of its years, so that the certificate has ended before AsOf.
		to = AsOf.AddMonths(-12*validYears) - 1
		issued := from + date.Day(d.n(int(to-from)+1))
		return []certificate{{rank, issued, issued.AddMonths(12*validYears) - 1}}
	}
	highest := certificate{rank, from + date.Day(d.n(int(to-from)+1)), date.Forever}
	if d.chance(30) && highest.issued > date.Of(2020, 1, 1) {
		highest.until = highest.issued.AddMonths(12*5) - 1
	}
	list := []certificate{highest}
	if rank == 2 || d.n(earlierEvery) > 0 {
		return list
	}
	from, to = m.window(p, rank-1), highest.issued-365
	if from <= to {
		list = append(list, certificate{rank - 1, from + date.Day(d.n(int(to-from)+1)), date.Forever})
	}
	return list
}

// window is the first day on which a person can be given a rank.
func (m *made) window(p *person, rank int) date.Day {
	from := max(since, p.born.AddMonths(12*minAge[rank]))
	if rank >= 7 {
		from = max(from, newRanks)
	}
	return from
}

// serials counts the certificates of each body, year and rank.
type serials map[[3]int]int

func (s serials) next(body, year, rank int) string {
	key := [3]int{body, year, rank}
	s[key]++
	return certificateNumber(rank, year, body, s[key])
}

// listWriter writes the certificate list.
type listWriter struct {
	*made
	file    *fileWriter
	serials serials
	no      int
	cells   []any
}

func (m *made) writeCertificates(w *fileWriter) error {
	l := listWriter{made: m, file: w, serials: serials{}}
	if err := w.title("镇江市技能等级证书名册（演示数据）", len(certificateHeads)); err != nil {
		return err
	}
	if err := w.aside("填报单位：", humanBureau, "", "截至："+fmt.Sprint(spoken.write(AsOf))); err != nil {
		return err
	}
	if err := w.aside(certificateHeads...); err != nil {
		return err
	}
	plant := planting{rowPlan: m.certs, of: m.plan.Holders, kinds: []int{wrongCheck, noName, badDay}}
	for done, i := range m.holders() {
		list := m.certificates(i)
		for j := len(list) - 1; j >= 0; j-- {
			if err := w.good(l.row(i, list[j], -1)); err != nil {
				return err
			}
		}
		err := plant.after(done+1, w, func(k, kind int) []any {
			return l.row(m.certs.first+k, certificate{4, AsOf - date.Day(k%1000), date.Forever}, kind)
		})
		if err != nil {
			return err
		}
	}
	return w.aside("合计", "", "", "", "", fmt.Sprintf("%d 本", w.counts.Taken))
}

// holders gives the holders in a mixed order, as a list grown over years has them.
func (m *made) holders() []int {
	list := make([]int, 0, m.plan.Holders)
	for i := range m.people[:m.plan.Files] {
		if m.people[i].rank > 0 {
			list = append(list, i)
		}
	}
	d := newDice(m.seed, streamOrder, 0)
	for i := len(list) - 1; i > 0; i-- {
		j := d.n(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// row writes one certificate; kind is the mistake planted in it, or −1.
func (l *listWriter) row(i int, c certificate, kind int) []any {
	l.no++
	p := &l.people[i]
	d := newDice(l.seed, streamListDirt, i*16+c.rank)
	body := d.n(bodies) + 1
	year, _, _ := c.issued.YMD()
	var name any = soiledName(&d, l.name(i), p.male())
	number, issued := soiledID(&d, p.id()), soiledDay(&d, dashed, c.issued)
	switch kind {
	case wrongCheck:
		number = spoiled(p.id())
	case noName:
		name = nil
	case badDay:
		issued = fmt.Sprintf("%d-02-30", year)
	}
	var until any
	if c.until != date.Forever {
		until = soiledDay(&d, dashed, c.until)
	} else if d.chance(250) {
		until = "长期"
	}
	l.cells = append(l.cells[:0], l.no, name, number, soiledWork(&d, l.skill(i)), soiledLevel(&d, c.rank),
		l.serials.next(body, year, c.rank), issued, until, districts[l.district(p)].name,
		fmt.Sprintf("镇江演示第%d职业技能评价机构", body))
	return l.cells
}

// skill is the occupation on a person's certificates.
func (l *listWriter) skill(i int) string {
	p := &l.people[i]
	d := newDice(l.seed, streamWork, i)
	if p.firm == outside {
		return of(&d, ownBusiness)
	}
	if p.post < postManage {
		return l.occupation(i, int(p.firm))
	}
	return of(&d, l.firms[p.firm].trade.make)
}

// district is that of the employer, or of the list for people outside.
func (m *made) district(p *person) int {
	if p.firm == outside {
		return int(p.district)
	}
	return m.firms[p.firm].district
}
