package demo

import "slices"

// CityWorkers is the number of workers (产业工人) of the whole city: the scale of 1.
const CityWorkers = 680_000

// The bounds of the scale. Below MinWorkers a union would have nobody; above MaxWorkers the
// certificate list would not fit on one sheet of 1,048,576 rows.
const (
	MinWorkers = 680
	MaxWorkers = 1_000_000
)

// Numbers are the sizes of the populations at one scale, in people.
type Numbers struct {
	Workers       int `json:"workers"`        // 产业工人
	Employees     int `json:"employees"`      // 职工 on union rosters
	Holders       int `json:"holders"`        // 累计培育: ever held a certificate
	HighHolders   int `json:"high_holders"`   // of them rank ≥ 4
	RosterHolders int `json:"roster_holders"` // holders who are on a roster
	RosterHigh    int `json:"roster_high"`    // of them rank ≥ 4
	WorkerHolders int `json:"worker_holders"` // holders who are 产业工人
	WorkerHigh    int `json:"worker_high"`    // of them rank ≥ 4
	Files         int `json:"files"`          // people with a file: Employees + Holders − RosterHolders
	Employed      int `json:"employed"`       // 从业人员, an outside statistic
	Danyang       int `json:"danyang"`        // employees of firms in Danyang (丹阳市)
	Spectacles    int `json:"spectacles"`     // of them in firms that make spectacles (眼镜制造)
	Lapsed        int `json:"lapsed"`         // holders whose only certificate ended before AsOf
	LapsedHigh    int `json:"lapsed_high"`    // of them rank ≥ 4
	Firms         int `json:"firms"`          // employers
	EyeFirms      int `json:"eye_firms"`      // of them making spectacles
}

// The populations of the whole city. The published figures of 2022 are workers, holders and high
// holders, the employees of Danyang, and the rate that gives Employed; spectacles are published as
// "over 50,000 people in over 2,000 firms" and so large that no scale rounds them below. The other
// parts are chosen to agree with these.
var city = Numbers{
	Workers: CityWorkers, Employees: 704_000,
	Holders: 603_000, HighHolders: 218_000,
	RosterHolders: 331_500, RosterHigh: 131_000,
	WorkerHolders: 320_000, WorkerHigh: 126_000,
	Employed: 1_955_000,
	Danyang:  244_000, Spectacles: 50_500,
	Lapsed: 9_000, LapsedHigh: 2_400,
	EyeFirms: 2_000,
}

// Firms outside the spectacles trade: one for every 54.5 employees, which gives 140 firms in all
// at 6,800 workers, but never more than 4,000, so that a whole city has large firms too.
const (
	halvesPerFirm = 109 // employees for each firm, in halves
	maxOtherFirms = 4_000
)

// Plan gives the populations for n workers. Each population is rounded half up by itself; what is
// the rest of two (people outside the rosters, employees who are no workers) is the difference of
// the rounded ones, so that sums always hold.
func Plan(n int) Numbers {
	at := func(people int) int { return roundHalfUp(people*n, CityWorkers) }
	p := Numbers{
		Workers: n, Employees: at(city.Employees),
		Holders: at(city.Holders), HighHolders: at(city.HighHolders),
		RosterHolders: at(city.RosterHolders), RosterHigh: at(city.RosterHigh),
		WorkerHolders: at(city.WorkerHolders), WorkerHigh: at(city.WorkerHigh),
		Employed: at(city.Employed),
		Danyang:  at(city.Danyang), Spectacles: at(city.Spectacles),
		Lapsed: at(city.Lapsed), LapsedHigh: at(city.LapsedHigh),
		EyeFirms: max(1, at(city.EyeFirms)),
	}
	p.Files = p.Employees + p.Holders - p.RosterHolders
	others := roundHalfUp((p.Employees-p.Spectacles)*2, halvesPerFirm)
	p.Firms = p.EyeFirms + min(maxOtherFirms, max(2*len(units), others))
	return p
}

// roundHalfUp divides and rounds half up; both are positive.
func roundHalfUp(a, b int) int { return (2*a + b) / (2 * b) }

// share splits a total by weights, by the method of largest remainders; equal remainders go to the
// earlier one. The parts add up to the total. All weights zero gives zeros.
func share(total int, weights []int) []int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	parts := make([]int, len(weights))
	if sum == 0 {
		return parts
	}
	rest := make([]int, len(weights))
	left := total
	for i, w := range weights {
		parts[i] = total * w / sum
		rest[i] = total * w % sum
		left -= parts[i]
	}
	order := byLargest(rest)
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}

// byLargest gives the indices of the values, largest first, equal ones in their order.
func byLargest(values []int) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return values[b] - values[a] })
	return order
}
