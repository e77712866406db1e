package demo

import (
	"tuoxing/internal/date"
)

// AsOf is the day of all lists (截至). Nobody starts, and no certificate is issued, after it.
var AsOf = date.Of(2022, 12, 31)

var (
	bornFirst = date.Of(1963, 1, 1) // 59 years old on AsOf
	since     = date.Of(2005, 1, 1) // the first certificates
	newRanks  = date.Of(2022, 4, 1) // ranks 7 and 8 exist since the eight-level order of 2022
)

// outside is the firm of a person who is on no roster.
const outside = -1

// The kinds of posts (岗位类别).
const (
	postMake = iota
	postTech
	postServe
	postManage
	postOther
)

var postNames = [...]string{"生产操作", "技术", "服务", "管理", "其他"}

// person is one made-up person; what is not here is drawn again from the dice when it is printed.
type person struct {
	born     date.Day
	firm     int32 // index, or outside
	seq      uint16
	region   uint8
	rank     uint8 // highest ever, 0 without a certificate
	post     uint8
	district uint8 // of the certificate list, for people outside
	lapsed   bool  // the only certificate ended before AsOf
}

func (p *person) male() bool { return p.seq%2 == 1 }

func (p *person) id() string { return idNumber(int(p.region), p.born, int(p.seq)) }

// minAge is the youngest age, in years, at which a rank is printed; 0 is for people without one.
var minAge = [...]int{0: 18, 2: 18, 3: 19, 4: 23, 5: 27, 6: 31, 7: 36, 8: 39}

// validYears is the term of those certificates that lapse.
const validYears = 3

// made is everything that the files are written from.
type made struct {
	seed   uint64
	plan   Numbers
	units  []unitPlan
	firms  []firm
	people []person // employees by firm, then people outside, then the refused
	rows   []rowPlan
	certs  rowPlan // of the certificate list
}

// rowPlan says what is planted in one file.
type rowPlan struct {
	first   int // index of its first refused person
	refused int
	twice   int // exact duplicates
}

// build makes the city: firms, people with their ranks, and the people of the rows to be refused.
func build(seed uint64, n int) *made {
	p := Plan(n)
	m := &made{seed: seed, plan: p, units: planUnits(p)}
	m.firms = buildFirms(seed, p, m.units)
	m.people = make([]person, p.Files, p.Files+p.Files/200)
	m.employ()
	m.settle()
	m.rankAll()
	m.plant()
	used := make([]uint16, 2*int(AsOf-bornFirst))
	for i := range m.people {
		m.number(i, used)
	}
	return m
}

// employ gives each employee a firm and a post, so that each unit has exactly its workers.
func (m *made) employ() {
	d := newDice(m.seed, streamPost, 0)
	var s sampler
	unit := -1
	for i := range m.firms {
		f := &m.firms[i]
		if f.unit != unit {
			unit = f.unit
			plan := m.units[unit]
			s = sampler{want: plan.others - plan.idle, total: plan.size - plan.idle}
		}
		for j := f.first; j < f.first+f.people; j++ {
			m.people[j].firm = int32(i)
			switch {
			case !f.counts:
				m.people[j].post = uint8(d.weighted([]int{3, 17, 55, 17, 8}))
			case s.take(&d):
				m.people[j].post = idlePost(&d, f.trade.letter)
			default:
				m.people[j].post = workingPost(&d, f.trade.letter)
			}
		}
	}
}

func isServing(letter byte) bool {
	for i := range serving {
		if serving[i] == letter {
			return true
		}
	}
	return false
}

func workingPost(d *dice, letter byte) uint8 {
	if isServing(letter) {
		return uint8(d.weighted([]int{15, 25, 60}))
	}
	return uint8(d.weighted([]int{84, 16}))
}

func idlePost(d *dice, letter byte) uint8 {
	if isServing(letter) {
		return uint8(d.weighted([]int{0, 0, 0, 75, 25}))
	}
	return uint8(d.weighted([]int{0, 0, 20, 62, 18}))
}

// works reports whether the person is 产业工人 by the definition of the package.
func (m *made) works(p *person) bool {
	if p.firm == outside || !m.firms[p.firm].counts || p.post >= postManage {
		return false
	}
	return p.post != postServe || isServing(m.firms[p.firm].trade.letter)
}

// settle gives the people outside their district.
func (m *made) settle() {
	weights := make([]int, len(districts))
	for i, d := range districts {
		weights[i] = d.outside
	}
	d := newDice(m.seed, streamPost, 1)
	for i := m.plan.Employees; i < m.plan.Files; i++ {
		m.people[i].firm = outside
		m.people[i].district = uint8(d.weighted(weights))
	}
}

// group draws the ranks of one population.
type group struct {
	high, low sampler
}

func newGroup(people, holders, high int) *group {
	return &group{sampler{high, people}, sampler{holders - high, people - high}}
}

// rankAll draws who holds what: exactly so many of the workers, of the other employees and of the
// people outside, and exactly so many of all holders with a lapsed certificate.
func (m *made) rankAll() {
	p := m.plan
	workers := newGroup(p.Workers, p.WorkerHolders, p.WorkerHigh)
	others := newGroup(p.Employees-p.Workers, p.RosterHolders-p.WorkerHolders, p.RosterHigh-p.WorkerHigh)
	rest := newGroup(p.Files-p.Employees, p.Holders-p.RosterHolders, p.HighHolders-p.RosterHigh)
	high := sampler{p.LapsedHigh, p.HighHolders}
	low := sampler{p.Lapsed - p.LapsedHigh, p.Holders - p.HighHolders}
	d := newDice(m.seed, streamPick, 0)
	for i := range m.people {
		who := &m.people[i]
		g := rest
		if who.firm != outside {
			if g = others; m.works(who) {
				g = workers
			}
		}
		switch {
		case g.high.take(&d):
			who.lapsed = high.take(&d)
			who.rank = highRank(&d, who.lapsed)
		case g.low.take(&d):
			who.lapsed = low.take(&d)
			who.rank = uint8(2 + d.weighted([]int{42, 58}))
		}
	}
}

// highRank draws 4 … 8 by weights of ten thousand; ranks 7 and 8 are too new to have lapsed.
func highRank(d *dice, lapsed bool) uint8 {
	weights := []int{7800, 1690, 505, 4, 1}
	if lapsed {
		weights = weights[:3]
	}
	return uint8(4 + d.weighted(weights))
}

// Of each file about one row in 500 is to be refused, and one in 400 stands twice.
const (
	refusedEvery = 500
	twiceEvery   = 400
)

// plant appends the people of the rows to be refused. They belong to no population.
func (m *made) plant() {
	add := func(rows int) rowPlan {
		r := rowPlan{len(m.people), roundHalfUp(rows, refusedEvery), roundHalfUp(rows, twiceEvery)}
		for range r.refused {
			m.people = append(m.people, person{firm: outside})
		}
		return r
	}
	for _, u := range m.units {
		m.rows = append(m.rows, add(u.size))
	}
	m.certs = add(m.plan.Holders)
}

// number gives birth, sex and a number that nobody else has: people of one day and sex count
// through the twelve regions and then through the sequences. used counts them.
func (m *made) number(i int, used []uint16) {
	p := &m.people[i]
	d := newDice(m.seed, streamPerson, i)
	years := minAge[p.rank]
	if p.lapsed {
		years += validYears + 1
	}
	last := AsOf.AddMonths(-12 * years)
	// The middle of two draws: people in their middle years are commonest.
	span := int(last-bornFirst) + 1
	p.born = bornFirst + date.Day((d.n(span)+d.n(span))/2)
	man := 0
	if d.chance(620) {
		man = 1
	}
	slot := 2*int(p.born-bornFirst) + man
	// A start of its own for each day, so that the last digits differ; 12 × 499 numbers a day and
	// sex are plenty: the whole city needs about a hundred.
	n := (int(used[slot]) + slot*1237) % (madeUpRegions * 499)
	used[slot]++
	p.region = uint8(n%madeUpRegions + 1)
	p.seq = uint16(n/madeUpRegions*2 + 2 - man)
}

// name draws the name of a person; it is the same in every file.
func (m *made) name(i int) string {
	d := newDice(m.seed, streamName, i)
	if d.n(1500) == 0 {
		return of(&d, dottedNames)
	}
	surname := string(surnames[min(d.n(len(surnames)), d.n(len(surnames)))])
	if d.n(200) == 0 {
		surname = of(&d, pairedSurnames)
	}
	given := womenGiven
	if m.people[i].male() {
		given = menGiven
	}
	name := surname + string(of(&d, given))
	if d.chance(720) {
		name += string(of(&d, given))
	}
	return name
}

// occupation draws the kind of work of a person: the occupation of the post, for 管理 and 其他 none.
func (m *made) occupation(i, firm int) string {
	p := &m.people[i]
	if p.post >= postManage {
		return ""
	}
	d := newDice(m.seed, streamWork, i)
	t := m.firms[firm].trade
	switch p.post {
	case postTech:
		list := technical[t.letter]
		if list == nil {
			list = technical[0]
		}
		return of(&d, list)
	case postServe:
		return of(&d, t.serve)
	}
	return of(&d, t.make)
}

// started draws the day of entry: of age, after the firm's founding, not after AsOf.
func (m *made) started(i, firm int) date.Day {
	p := &m.people[i]
	d := newDice(m.seed, streamEntry, i)
	from := max(p.born.AddMonths(12*18), m.firms[firm].founded)
	span := int(AsOf-from) + 1
	// The later of two draws: most people have come in the last years.
	return from + date.Day(max(d.n(span), d.n(span)))
}
