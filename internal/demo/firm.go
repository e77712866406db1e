package demo

import (
	"strings"

	"tuoxing/internal/date"
)

// firm is an employer (用人单位).
type firm struct {
	name     string
	credit   string
	unit     int // the union it stands under
	district int
	trade    *trade
	founded  date.Day
	owner    string
	people   int
	first    int  // index of its first person
	counts   bool // its section can have workers
}

// unitPlan is one unit at one scale.
type unitPlan struct {
	size   int // employees
	others int // of them not 产业工人
	idle   int // of the others, in firms whose section never counts
	eye    int // employees of spectacles firms
	firms  int // firms outside the spectacles trade
}

// planUnits splits the populations among the units. Danyang's size is a population of its own; the
// others share the rest.
func planUnits(p Numbers) []unitPlan {
	sizes, others := make([]int, len(units)), make([]int, len(units))
	for i, u := range units {
		sizes[i], others[i] = u.size, u.others
	}
	sizes[danyangUnit] = 0
	sizes = share(p.Employees-p.Danyang, sizes)
	sizes[danyangUnit] = p.Danyang
	others = share(p.Employees-p.Workers, others)
	keepWithin(others, sizes)

	plans := make([]unitPlan, len(units))
	heads := make([]int, len(units))
	for i, u := range units {
		plans[i] = unitPlan{size: sizes[i], others: others[i], idle: others[i] * u.idle / u.others}
		if i == danyangUnit {
			plans[i].eye = p.Spectacles
		}
		heads[i] = plans[i].size - plans[i].eye
	}
	for i, f := range share(p.Firms-p.EyeFirms-2*len(units), heads) {
		plans[i].firms = f + 2
	}
	return plans
}

// keepWithin moves what is above a limit to the largest unit; only rounding at the smallest scales
// can put it there.
func keepWithin(parts, limits []int) {
	for i := range parts {
		if over := parts[i] - limits[i]; over > 0 {
			parts[i] -= over
			parts[danyangUnit] += over
		}
	}
}

// buildFirms makes all firms, unit by unit: spectacles firms, other firms that count, firms whose
// section never counts. first and people are set so that the firms of a unit follow each other.
func buildFirms(seed uint64, p Numbers, plans []unitPlan) []firm {
	b := firmBuilder{seed: seed, names: map[string]bool{}}
	for i, plan := range plans {
		idle := idleFirms(plan)
		b.add(i, p.EyeFirms, plan.eye, []string{eyeClass})
		b.add(i, plan.firms-idle, plan.size-plan.eye-plan.idle, units[i].trades)
		b.add(i, idle, plan.idle, units[i].offices)
	}
	return b.firms
}

// idleFirms is the number of a unit's firms whose section never counts. Both sorts have a firm as
// soon as they have people; a unit has at least two firms.
func idleFirms(u unitPlan) int {
	if u.idle == 0 {
		return 0
	}
	heads := u.size - u.eye
	if u.idle == heads {
		return u.firms
	}
	return min(max(1, roundHalfUp(u.firms*u.idle, heads)), u.firms-1)
}

type firmBuilder struct {
	seed  uint64
	firms []firm
	names map[string]bool
	heads int
}

// add makes n firms of a unit with so many people in all, at least one each.
func (b *firmBuilder) add(unit, n, people int, classes []string) {
	n = min(n, people)
	if n == 0 {
		return
	}
	weights := make([]int, n)
	for i := range weights {
		d := newDice(b.seed, streamFirm, len(b.firms)+i)
		x := d.n(100)
		weights[i] = 10 + x*x*x/5000 // a few large ones, many small ones: 10 … 204
	}
	for i, more := range share(people-n, weights) {
		d := newDice(b.seed, streamFirm, len(b.firms))
		d.next() // the first draw was the weight
		f := b.one(&d, unit, classes[i%len(classes)])
		f.people, f.first = more+1, b.heads
		b.heads += f.people
		b.firms = append(b.firms, f)
	}
}

func (b *firmBuilder) one(d *dice, unit int, class string) firm {
	t := tradeOf(class)
	f := firm{
		credit: creditCode("91", len(houses)+len(units)+len(b.firms)), unit: unit,
		district: d.weighted(units[unit].places), trade: t,
		owner:  ownerships[d.weighted(ownershipWeights)],
		counts: strings.IndexByte(producing+serving, t.letter) >= 0,
	}
	from := date.Of(units[unit].founded, 3, 1)
	f.founded = from + date.Day(d.n(int(date.Of(2019, 1, 1)-from)))
	town := "镇江"
	if f.district == danyang {
		town = "丹阳"
	}
	for {
		f.name = town + "演示" + string(of(d, brandFirst)) + string(of(d, brandSecond)) + of(d, t.words) + "有限公司"
		if !b.names[f.name] {
			b.names[f.name] = true
			return f
		}
	}
}

// tradeOf finds a class in the table; a class without a line is a mistake of the tables.
func tradeOf(class string) *trade {
	for i := range trades {
		if trades[i].class == class {
			return &trades[i]
		}
	}
	panic("demo: no trade " + class)
}

// sizeWord is the size of a firm as organisations print it.
func sizeWord(people int) string {
	for _, s := range sizes {
		if people >= s.from {
			return s.name
		}
	}
	return ""
}
