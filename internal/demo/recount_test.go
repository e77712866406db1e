package demo_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/demo"
)

var asOf = time.Date(2022, 12, 31, 0, 0, 0, 0, time.UTC)

// employer is a firm as the organisations file tells it.
type employer struct {
	name, area, industry string
	founded              time.Time
}

// someone is a person as the files tell of them.
type someone struct {
	name     string
	employer *employer
	worker   bool
	rank     int
	lapsed   bool // every certificate has ended
	held     int
}

// count is everything counted from the written files.
type count struct {
	t         *testing.T
	dir       string
	employers map[string]*employer // by name and by credit code
	people    map[string]*someone  // by tidied identity number
	firms     int
	eyeFirms  int
	employed  int
	men       int
	phones    map[string]bool
}

func TestGenerate_writes_exactly_the_populations_of_the_plan(t *testing.T) {
	t.Parallel()
	for _, n := range []int{680, 1_000, 6_800} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			c := count{t: t, dir: t.TempDir(), employers: map[string]*employer{}, people: map[string]*someone{}, phones: map[string]bool{}}
			m, err := demo.Generate(t.Context(), demo.Options{Dir: c.dir, Seed: 7, Workers: n})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range m.Files {
				if diff := cmp.Diff(f.Expected, c.file(f)); diff != "" {
					t.Errorf("%s (-manifest +counted):\n%s", f.Name, diff)
				}
			}
			if diff := cmp.Diff(demo.Plan(n), c.numbers()); diff != "" {
				t.Errorf("populations (-plan +counted):\n%s", diff)
			}
			if share := c.men * 100 / demo.Plan(n).Employees; share < 57 || share > 67 {
				t.Errorf("%d %% of the employees are men", share)
			}
		})
	}
}

// file counts one file as a right import would.
func (c *count) file(f demo.File) demo.Expected {
	lines := readLines(c.t, filepath.Join(c.dir, f.Name))
	e := demo.Expected{Read: len(lines)}
	take := map[string]func(line) bool{
		demo.KindOrganisations: c.organisation, demo.KindRoster: c.employee,
		demo.KindCertificates: c.certificate, demo.KindStatistics: c.statistic,
	}[f.Kind]
	seen := map[string]bool{}
	for _, l := range lines {
		switch {
		case seen[l.key()]:
			e.Duplicate++
		case take(l):
			e.Taken++
		default:
			e.Refused++
		}
		seen[l.key()] = true
	}
	return e
}

func (c *count) organisation(l line) bool {
	code := l["credit"]
	if !creditHolds(code) || code[2:6] != "3299" {
		c.t.Errorf("%s has the credit code %s", l["name"]+l["firm"], code)
	}
	founded, ok := readDay(l["founded"])
	parent := c.employers[l["parent"]]
	switch {
	case !ok:
		c.t.Errorf("%s is founded on %q", l["firm"], l["founded"])
	case parent == nil && l["kind"] != "市总工会":
		c.t.Errorf("%s stands before its parent %q", l["firm"], l["parent"])
	case parent != nil && founded.Before(parent.founded):
		c.t.Errorf("%s is older than %s", l["firm"], parent.name)
	case c.employers[code] != nil || c.employers[l["firm"]] != nil:
		c.t.Errorf("%s or its code is there twice", l["firm"])
	}
	e := &employer{l["firm"], l["area"], strings.TrimLeft(l["industry"], "ABCDEFGHIJKLMNOPQRST"), founded}
	c.employers[code], c.employers[e.name] = e, e
	if l["kind"] == "企业" {
		c.firms++
		if e.industry == "3587" {
			c.eyeFirms++
		}
		if !strings.Contains(e.name, "演示") || code[:2] != "91" {
			c.t.Errorf("the firm %s (%s) could be a real one", e.name, code)
		}
	}
	return true
}

// employee takes a row of a roster unless it must be refused.
func (c *count) employee(l line) bool {
	id := tidy(l["id"])
	e := c.employers[l["firm"]+l["credit"]]
	if !idHolds(id) || l["name"] == "" || e == nil {
		return false
	}
	if c.people[id] != nil {
		c.t.Errorf("one number is on two rows that differ")
	}
	c.checkPerson(l, id, e)
	c.people[id] = &someone{name: readName(l["name"]), employer: e, worker: works(e.industry, l["post"])}
	return true
}

func (c *count) checkPerson(l line, id string, e *employer) {
	man := (id[16]-'0')%2 == 1
	if man != (l["sex"] == "男") {
		c.t.Errorf("sex %s does not agree with the number", l["sex"])
	}
	if man {
		c.men++
	}
	born, err := time.Parse("20060102", id[6:14])
	start, ok := readDay(l["start"])
	if err != nil || !ok || start.After(asOf) || start.Before(e.founded) || born.AddDate(18, 0, 0).After(start) {
		c.t.Errorf("born %v, entered %q, firm of %v", born, l["start"], e.founded)
	}
	if born.Year() < 1963 || born.Year() > 2004 {
		c.t.Errorf("born in %d", born.Year())
	}
	phone := tidy(l["phone"])
	if len(phone) != 11 || phone[:3] != "199" || c.phones[phone] {
		c.t.Errorf("the phone %q is wrong or another's", l["phone"])
	}
	c.phones[phone] = true
	if l["member"] != "是" && l["member"] != "否" {
		c.t.Errorf("membership %q", l["member"])
	}
}

// works is the definition of 产业工人 once more: section of the class by division, kind of post.
func works(class, post string) bool {
	division, err := strconv.Atoi(class[:2])
	if err != nil {
		return false
	}
	in := func(from, to int) bool { return from <= division && division <= to }
	producing := in(6, 50) || in(53, 60)
	serving := in(63, 65) || in(71, 75) || in(80, 82)
	switch post {
	case "生产操作", "技术":
		return producing || serving
	case "服务":
		return serving
	}
	return false
}

// certificate takes a row of the certificate list unless it must be refused.
func (c *count) certificate(l line) bool {
	id := tidy(l["id"])
	issued, ok := readDay(l["issued"])
	rank := rankOf(l["level"])
	if !idHolds(id) || l["name"] == "" || !ok {
		return false
	}
	c.checkCertificate(l, rank, issued)
	p := c.people[id]
	if p == nil {
		p = &someone{name: readName(l["name"])}
		c.people[id] = p
	}
	if p.name != readName(l["name"]) {
		c.t.Errorf("one number has two names")
	}
	until, ends := readDay(l["until"])
	p.lapsed = ends && !until.After(asOf) && (p.held == 0 || p.lapsed)
	p.held++
	p.rank = max(p.rank, rank)
	return true
}

func (c *count) checkCertificate(l line, rank int, issued time.Time) {
	number, year := l["number"], strconv.Itoa(issued.Year())[2:]
	if issued.Year() < 2005 || issued.After(asOf) || rank == 0 {
		c.t.Errorf("certificate of %v, level %q", issued, l["level"])
	}
	level := strconv.Itoa(7 - rank)
	var right bool
	switch {
	case rank >= 7:
		right = len(number) == 22 && number[14:16] == year
	case issued.Year() >= 2019:
		right = len(number) == 22 && number[13:15] == year && number[15:16] == level
	default:
		right = len(number) == 16 && number[:2] == year && number[2:4] == "10" && number[10:11] == level
	}
	if !right || c.phones[number] {
		c.t.Errorf("certificate number %s (%s, %s) is wrong or another's", number, year, l["level"])
	}
	c.phones[number] = true
	if l["area"] == "" || l["work"] == "" {
		c.t.Errorf("certificate %s without area or occupation", number)
	}
}

func (c *count) statistic(l line) bool {
	n, err := strconv.Atoi(strings.ReplaceAll(l["value"], ",", ""))
	if err != nil || l["indicator"] != "从业人员" || l["date"] != "2022-12-31" {
		c.t.Errorf("statistic %v", l)
	}
	c.employed += n
	return true
}

// numbers sums up what was counted.
func (c *count) numbers() demo.Numbers {
	n := demo.Numbers{Files: len(c.people), Employed: c.employed, Firms: c.firms, EyeFirms: c.eyeFirms}
	add := func(to *int, when bool) {
		if when {
			*to++
		}
	}
	for id, p := range c.people {
		if region, err := strconv.Atoi(id[:6]); err != nil || region < 329901 || region > 329912 {
			c.t.Errorf("a number with the region %s", id[:6])
		}
		held, high, on := p.rank > 0, p.rank >= 4, p.employer != nil
		add(&n.Employees, on)
		add(&n.Workers, p.worker)
		add(&n.Danyang, on && p.employer.area == "丹阳市")
		add(&n.Spectacles, on && p.employer.industry == "3587")
		add(&n.Holders, held)
		add(&n.HighHolders, high)
		add(&n.RosterHolders, held && on)
		add(&n.RosterHigh, high && on)
		add(&n.WorkerHolders, held && p.worker)
		add(&n.WorkerHigh, high && p.worker)
		add(&n.Lapsed, held && p.lapsed)
		add(&n.LapsedHigh, high && p.lapsed)
	}
	return n
}
