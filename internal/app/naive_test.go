package app

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/demo"
	"tuoxing/internal/ledger"
)

// The naive counter reads the rows of the workbooks and counts people by the documented rules. It
// knows no ledger, no timeline and no registry.

// naiveDims are the dimensions that it can count along.
var naiveDims = []ledger.Dim{ledger.District, ledger.RankEver, ledger.Rank, ledger.Section, ledger.Sex, ledger.Age, ledger.Class, ledger.Member}

// verdict is what becomes of a row.
type verdict int

const (
	taken verdict = iota
	refused
	duplicate
)

type naiveFirm struct {
	district int64
	section  byte
}

type naiveCertificate struct {
	rank, district int64
	issued, until  time.Time // until is zero without an end
}

// naivePerson is what the rows say of one ID number.
type naivePerson struct {
	firm         *naiveFirm
	post         string
	member       bool
	start        time.Time
	certificates []naiveCertificate
}

// naive is everything the workbooks say.
type naive struct {
	firms    map[string]*naiveFirm // by name and by credit code
	people   map[string]*naivePerson
	employed map[int64]int64 // 从业人员 by district
	said     []demo.Expected // by file
	verdicts []map[int]verdict
}

// leftOut names a row that is left out of the counting; the zero value leaves none out.
type leftOut struct{ file, row int }

// naiveRead reads the workbooks in their order.
func naiveRead(books []workbook, without leftOut) *naive {
	n := &naive{firms: map[string]*naiveFirm{}, people: map[string]*naivePerson{}, employed: map[int64]int64{}}
	for i, b := range books {
		seen, verdicts := map[string]bool{}, map[int]verdict{}
		var e demo.Expected
		for _, row := range b.entries {
			if without.row == row.row && without.file == i {
				continue
			}
			v := n.row(b.Kind, row.cell, seen)
			verdicts[row.row] = v
			e.Read++
			switch v {
			case taken:
				e.Taken++
			case refused:
				e.Refused++
			case duplicate:
				e.Duplicate++
			}
		}
		n.said, n.verdicts = append(n.said, e), append(n.verdicts, verdicts)
	}
	return n
}

// row takes one row, unless it breaks a rule or its file has said the same thing.
func (n *naive) row(kind string, c map[string]string, seen map[string]bool) verdict {
	var key string
	var enter func()
	switch kind {
	case demo.KindOrganisations:
		key, enter = c["code"], func() {
			f := &naiveFirm{districtCodes[c["area"]], sectionOf(c["industry"])}
			n.firms[c["code"]], n.firms[c["firm"]] = f, f
		}
	case demo.KindRoster:
		id, firm := tidyID(c["id"]), n.firms[c["firm"]+c["code"]]
		start, ok := dayOf(c["start"])
		if !checkHolds(id) || c["name"] == "" || firm == nil || !ok {
			return refused
		}
		key, enter = id, func() {
			p := n.person(id)
			p.firm, p.post, p.member, p.start = firm, c["post"], c["member"] == "是", start
		}
	case demo.KindCertificates:
		id := tidyID(c["id"])
		issued, ok := dayOf(c["issued"])
		if !checkHolds(id) || c["name"] == "" || !ok {
			return refused
		}
		key, enter = c["number"], func() {
			until, _ := dayOf(c["until"])
			p := n.person(id)
			p.certificates = append(p.certificates, naiveCertificate{rankOf(c["level"]), districtCodes[c["area"]], issued, until})
		}
	case demo.KindStatistics:
		people, err := strconv.ParseInt(strings.ReplaceAll(c["value"], ",", ""), 10, 64)
		if err != nil {
			return refused
		}
		key, enter = c["area"], func() { n.employed[districtCodes[c["area"]]] = people }
	}
	if seen[key] {
		return duplicate
	}
	seen[key] = true
	enter()
	return taken
}

func (n *naive) person(id string) *naivePerson {
	if n.people[id] == nil {
		n.people[id] = &naivePerson{}
	}
	return n.people[id]
}

// districtCodes are the areas of the city by GB/T 2260 and the codes of its functional zones.
var districtCodes = map[string]int64{"京口区": 321102, "润州区": 321111, "丹徒区": 321112, "丹阳市": 321181, "扬中市": 321182, "句容市": 321183,
	"镇江新区": 321171, "镇江高新区": 321172}

// sectionEnds are the last divisions of the sections of GB/T 4754-2017.
var sectionEnds = []struct {
	letter byte
	last   int
}{{'A', 5}, {'B', 12}, {'C', 43}, {'D', 46}, {'E', 50}, {'F', 52}, {'G', 60}, {'H', 62}, {'I', 65}, {'J', 69}, {'K', 70},
	{'L', 72}, {'M', 75}, {'N', 79}, {'O', 82}, {'P', 83}, {'Q', 85}, {'R', 90}, {'S', 96}, {'T', 97}}

func sectionOf(industry string) byte {
	industry = strings.TrimLeft(industry, "ABCDEFGHIJKLMNOPQRST")
	division, err := strconv.Atoi(industry[:min(2, len(industry))])
	if err != nil {
		return 0
	}
	for _, s := range sectionEnds {
		if division <= s.last {
			return s.letter
		}
	}
	return 0
}

// classOf is the definition of the worker class (产业工人) in figures/worker_class.yaml.
func classOf(section byte, post string) int64 {
	made := post == "生产操作" || post == "技术"
	switch {
	case section == 0:
	case strings.IndexByte("BCD", section) >= 0 && made:
		return 1
	case section == 'E' && made:
		return 2
	case section == 'G' && made:
		return 3
	case strings.IndexByte("ILMO", section) >= 0 && (made || post == "服务"):
		return 4
	}
	return 0
}

// attributes are what a person is on a day, by dimension.
type attributes map[ledger.Dim]int64

// on says what a person is on a day; ok is false for somebody who is not in the stock.
func (p *naivePerson) on(id string, day time.Time) (at attributes, ok bool) {
	at = attributes{ledger.Sex: 2 - int64(id[16]-'0')%2, ledger.Age: bandOf(id, day)}
	var best naiveCertificate
	list := slices.Clone(p.certificates)
	slices.SortStableFunc(list, func(a, b naiveCertificate) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), a.issued.Compare(b.issued)) // the highest, of several the first
	})
	for _, c := range list {
		if c.issued.After(day) {
			continue
		}
		if best.rank == 0 {
			best = c
		}
		if c.until.IsZero() || !c.until.Before(day) {
			at[ledger.Rank] = max(at[ledger.Rank], c.rank)
		}
	}
	at[ledger.RankEver], at[ledger.District] = best.rank, best.district
	if p.firm == nil || p.start.After(day) {
		return at, best.rank > 0
	}
	at[ledger.Employer], at[ledger.District], at[ledger.Section] = 1, p.firm.district, int64(p.firm.section)
	at[ledger.Class] = classOf(p.firm.section, p.post)
	if p.member {
		at[ledger.Member] = 1
	}
	return at, true
}

// bandOf is the age band: a year is complete from the first day of the birth month.
func bandOf(id string, day time.Time) int64 {
	born, err := time.Parse("200601", id[6:12])
	if err != nil {
		return 0
	}
	age := day.Year() - born.Year()
	if day.Month() < born.Month() {
		age--
	}
	band := int64(1)
	for _, from := range []int{25, 35, 45, 55} {
		if age >= from {
			band++
		}
	}
	return band
}

// naiveFigures is what figures/indicators.yaml says each count counts.
var naiveFigures = map[string]func(a attributes) bool{
	"employees":                      func(a attributes) bool { return a[ledger.Employer] > 0 },
	"industrial_workers":             func(a attributes) bool { return a[ledger.Class] > 0 },
	"members":                        func(a attributes) bool { return a[ledger.Employer] > 0 && a[ledger.Member] == 1 },
	postsFigure:                      func(attributes) bool { return false }, // nobody in the made-up city is on two rosters
	"skilled_ever":                   func(a attributes) bool { return a[ledger.RankEver] >= 2 },
	"skilled_ever_industrial":        func(a attributes) bool { return a[ledger.RankEver] >= 2 && a[ledger.Class] > 0 },
	"highly_skilled_ever":            func(a attributes) bool { return a[ledger.RankEver] >= 4 },
	"highly_skilled_ever_industrial": func(a attributes) bool { return a[ledger.RankEver] >= 4 && a[ledger.Class] > 0 },
	"skilled":                        func(a attributes) bool { return a[ledger.Rank] >= 2 },
	"skilled_industrial":             func(a attributes) bool { return a[ledger.Rank] >= 2 && a[ledger.Class] > 0 },
	"highly_skilled":                 func(a attributes) bool { return a[ledger.Rank] >= 4 },
	"highly_skilled_industrial":      func(a attributes) bool { return a[ledger.Rank] >= 4 && a[ledger.Class] > 0 },
}

// The outside statistic and the rate are counted by naive.tables itself.
const (
	employedFigure = "employed"
	postsFigure    = "posts_held"
	rateFigure     = "highly_skilled_per_10k"
	rateOf         = "highly_skilled_ever"
)

// tables counts every figure on a day, in total and along each dimension that has reports it to have.
func (n *naive) tables(day time.Time, has func(name string, d ledger.Dim) bool) table {
	out := table{}
	for id, p := range n.people {
		at, ok := p.on(id, day)
		if !ok {
			continue
		}
		for name, counts := range naiveFigures {
			if !counts(at) {
				continue
			}
			out.add(name, 1)
			for _, d := range naiveDims {
				if has(name, d) {
					out.add(fmt.Sprintf("%s|%s=%d", name, d, at[d]), 1)
				}
			}
		}
	}
	if !day.Before(asOf.Time()) {
		for district, people := range n.employed {
			out.add(employedFigure, people)
			out.add(fmt.Sprintf("%s|district=%d", employedFigure, district), people)
		}
	}
	out.rate("")
	for _, code := range districtCodes {
		out.rate(fmt.Sprintf("|district=%d", code))
	}
	return out
}

// rate divides the highly skilled by the employed, × 10,000, rounded half up.
func (t table) rate(cut string) {
	num, den := t[rateOf+cut], t[employedFigure+cut]
	t.add(rateFigure+cut+"|numerator", num)
	t.add(rateFigure+cut+"|denominator", den)
	if den > 0 {
		t.add(rateFigure+cut, (num*10_000*2+den)/(2*den))
	}
}
