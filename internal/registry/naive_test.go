package registry

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/org"
)

// The naive model keeps its own copy of all source rows and says for each person and each single day what
// they are, by the documented rules and without a thought for speed. It shares the row types with the
// service and nothing else.

// model holds the source rows as the service was told them.
type model struct {
	employments  map[WorkerID][]EmploymentRow
	certificates map[WorkerID][]CertificateRow
	identity     map[WorkerID][]IdentityRow
	into         map[WorkerID]WorkerID // merged files, as declared
	revoked      map[string]date.Day   // by a person, by certificate
	units        []org.Observation
	decided      map[decision]bool // that the leaver has left
	version      map[WorkerID]int  // grows with each change of the person's rows
	unitsVersion int
}

// decision is about a file, by the import that proposed it.
type decision struct {
	imported int64
	file     WorkerID
}

func newModel() *model {
	return &model{decided: map[decision]bool{}, revoked: map[string]date.Day{}, into: map[WorkerID]WorkerID{}, employments: map[WorkerID][]EmploymentRow{}, certificates: map[WorkerID][]CertificateRow{}, identity: map[WorkerID][]IdentityRow{}, version: map[WorkerID]int{}}
}

func (m *model) enter(b batchOf) {
	for w := range WorkerID(people + 1) {
		m.employments[w] = append(m.employments[w], b.employments[w]...)
		m.certificates[w] = append(m.certificates[w], b.certificates[w]...)
		m.identity[w] = append(m.identity[w], b.identity[w]...)
		m.version[w]++
	}
}

func (m *model) undo(id int64) {
	for w := range WorkerID(people + 1) {
		for i := range m.employments[w] {
			r := &m.employments[w][i]
			r.Withdrawn = r.Withdrawn || r.Import == id
		}
		for i := range m.certificates[w] {
			r := &m.certificates[w][i]
			r.Withdrawn = r.Withdrawn || r.Import == id
		}
		m.version[w]++
	}
	for i := range m.units {
		m.units[i].Withdrawn = m.units[i].Withdrawn || m.units[i].Import == id
	}
	m.unitsVersion++
}

// person lists the files whose rows are one person's with w, which is not merged: w first, then those that
// reach it by going from merge to merge.
func (m *model) person(w WorkerID) []WorkerID {
	out := []WorkerID{w}
	for x := WorkerID(1); x <= people; x++ {
		at := x
		for at != w && m.into[at] != 0 {
			at = m.into[at]
		}
		if at == w && x != w {
			out = append(out, x)
		}
	}
	return out
}

// being is what a person is on a day.
type being struct {
	there           bool
	employer, union org.UnitID
	district        int32
	industry        int
	ownership, size int
	occupation      int32
	class           uint8
	member          bool
	rank, ever      int
	sex             Sex
	birth           date.Month
	posts           []being // what is held beside the main employment
}

// The days that the model paints employments on; all days that histories draw lie well within.
var (
	paintFrom = day("2018-01-01")
	paintTo   = day("2027-12-31")
)

// job is one person's time at one employer: per day the number of the stay (0: not there), and what was
// said during each stay.
type job struct {
	employer org.UnitID
	stay     []int
	said     map[int][]EmploymentRow
	since    map[int]int // by stay: how much the source of its beginning weighs
}

func (j *job) at(d date.Day) int { return j.stay[d-paintFrom] }

func (j *job) first(n int) date.Day { return paintFrom + date.Day(slices.Index(j.stay, n)) }

func (j *job) last(n int) date.Day {
	for d := paintTo; d >= paintFrom; d-- {
		if j.at(d) == n {
			return d
		}
	}
	return paintFrom - 1
}

func (j *job) paint(from, to date.Day, n int) {
	for d := max(from, paintFrom); d <= min(to, paintTo); d++ {
		j.stay[d-paintFrom] = n
	}
}

func earlier(a, b EmploymentRow) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
}

// naiveJobs paints what the rows of a person say, in the order of the days they speak of.
func naiveJobs(rows []EmploymentRow) []*job {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, earlier)
	jobs := map[org.UnitID]*job{}
	stays := map[org.UnitID]int{}
	for _, r := range rows {
		if r.Withdrawn {
			continue
		}
		j := jobs[r.Employer]
		if j == nil {
			j = &job{employer: r.Employer, stay: make([]int, paintTo-paintFrom+1), said: map[int][]EmploymentRow{}, since: map[int]int{}}
			jobs[r.Employer] = j
		}
		n := stays[r.Employer]
		switch {
		case r.LeftOn.Valid: // ends the stay the day before; a stay that is over is re-dated
			if n > 0 && r.LeftOn.V > j.first(n) {
				j.paint(r.LeftOn.V, paintTo, 0)
				j.paint(j.last(n)+1, r.LeftOn.V-1, n)
			}
			continue
		case n == 0 || j.at(r.AsOf) != n: // first seen, or came back
			from := r.AsOf
			if r.StartedOn.Valid && (n == 0 || r.StartedOn.V > j.last(n)) {
				from = min(from, r.StartedOn.V)
				j.since[n+1] = naiveWeight("started_on", r.Sender)
			}
			n++
			stays[r.Employer] = n
			j.paint(from, paintTo, n)
		case r.StartedOn.Valid && naiveWeight("started_on", r.Sender) >= j.since[n]: // the latest row of those that weigh most sets the beginning, up to the day first seen
			j.since[n] = naiveWeight("started_on", r.Sender)
			if from := min(r.StartedOn.V, j.said[n][0].AsOf); n == 1 || r.StartedOn.V > j.last(n-1) {
				was := j.first(n)
				j.paint(from, was-1, n)
				j.paint(was, from-1, 0)
			}
		}
		j.said[n] = append(j.said[n], r)
	}
	return slices.SortedFunc(maps.Values(jobs), func(a, b *job) int { return cmp.Compare(a.employer, b.employer) })
}

func sameWork(a, b EmploymentRow) bool {
	return a.Post == b.Post && a.Occupation == b.Occupation && a.Member == b.Member && a.Main == b.Main
}

// naiveWeight is somePrecedence in plain words.
func naiveWeight(field string, from SourceKind) int {
	switch field {
	case "job":
		return map[SourceKind]int{FromEnterprise: 2, FromIndustryUnion: 1, FromDistrict: 1}[from]
	case "started_on":
		return map[SourceKind]int{FromEnterprise: 2, FromCity: 1}[from]
	}
	return map[SourceKind]int{FromMember: 3, FromSchool: 2, FromDistrict: 2, FromEnterprise: 1}[from]
}

// statement is what was said last about a stay up to a day; what the first row says holds from the
// beginning. A row that repeats what holds is a confirmation: the source is the row that said it first.
func (j *job) statement(n int, d date.Day) (says, source EmploymentRow) {
	var list []EmploymentRow // one per day spoken of: what was said last, by who said so first
	most := 0
	for _, r := range j.said[n] {
		k := len(list)
		if naiveWeight("job", r.Sender) < most {
			continue // somebody who knows better has spoken
		}
		most = naiveWeight("job", r.Sender)
		switch {
		case k > 0 && sameWork(list[k-1], r):
		case k > 0 && list[k-1].AsOf == r.AsOf:
			list[k-1] = r
			if k > 1 && sameWork(list[k-2], r) {
				list = list[:k-1]
			}
		default:
			list = append(list, r)
		}
	}
	at := list[0]
	for _, r := range list[1:] {
		if r.AsOf <= d {
			at = r
		}
	}
	return at, at
}

// naiveClass is the definition of twoVersions in plain words.
func naiveClass(industry int, post Post, d date.Day) uint8 {
	later := d >= day("2023-07-01")
	work := post == Production || post == Technical
	switch industry {
	case 3587, 3391: // manufacturing
		if work {
			return 1
		}
	case 4710: // building
		if post == Production || (post == Technical && !later) {
			return 2
		}
	case 6513: // software
		if later && (work || post == ServicePost) {
			return 4
		}
	}
	return 0
}

// naiveUnits answers for units from the observations.
type naiveUnits []org.Observation

// row is what holds of a unit on a day: the latest row not after it, or else the first.
func (u naiveUnits) row(id org.UnitID, d date.Day) (org.Observation, bool) {
	var list []org.Observation
	for _, o := range u {
		if o.Unit == id && !o.Withdrawn {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b org.Observation) int {
		return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.Import, b.Import), cmp.Compare(a.ID, b.ID))
	})
	if len(list) == 0 {
		return org.Observation{}, false
	}
	at := list[0]
	for _, o := range list {
		if o.AsOf <= d || o.AsOf == at.AsOf {
			at = o
		}
	}
	return at, true
}

// above is the unit directly above on a day: the city when none is said or the one said is gone.
func (u naiveUnits) above(o org.Observation, d date.Day) org.UnitID {
	if o.Unit == unitCity {
		return 0
	}
	if _, ok := u.row(o.Parent, d); ok && o.Parent != 0 {
		return o.Parent
	}
	return unitCity
}

// union is the ancestor directly under the city.
func (u naiveUnits) union(id org.UnitID, d date.Day) org.Observation {
	o, _ := u.row(id, d)
	for {
		up := u.above(o, d)
		if up == unitCity || up == 0 {
			return o
		}
		o, _ = u.row(up, d)
	}
}

// districtUnion is the union of a division on a day. In the small city no two have the same.
func (u naiveUnits) districtUnion(district int32, d date.Day) org.UnitID {
	for _, id := range []org.UnitID{unitJingkou, unitRunzhou, unitDanyang, unitZone, unitNewZone} {
		if o, ok := u.row(id, d); ok && district != 0 && o.District == district {
			return id
		}
	}
	return 0
}

// naiveIdentity is sex and birth month: an officer's correction before all, then who said it last.
func naiveIdentity(m *model, files ...WorkerID) (sex Sex, birth date.Month) {
	var said, officer []IdentityRow
	for _, w := range files {
		for _, r := range m.employments[w] {
			if !r.Withdrawn {
				said = append(said, IdentityRow{ID: r.ID, Sex: r.Sex, Birth: r.Birth, RecordedAt: r.RecordedAt})
			}
		}
		for _, r := range m.certificates[w] {
			if !r.Withdrawn {
				said = append(said, IdentityRow{ID: r.ID, Sex: r.Sex, Birth: r.Birth, RecordedAt: r.RecordedAt})
			}
		}
		for _, r := range m.identity[w] {
			if !r.Withdrawn {
				officer = append(officer, r)
			}
		}
	}
	byTime := func(a, b IdentityRow) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(said, byTime)
	slices.SortFunc(officer, byTime)
	for _, r := range append(said, officer...) {
		if r.Sex != 0 {
			sex = r.Sex
		}
		if r.Birth != 0 {
			birth = r.Birth
		}
	}
	return sex, birth
}

// naiveCertificates gives one statement per certificate in the order of issue: the latest whose level and day of issue are
// those of whoever weighs most, and from the latest of all whether it was revoked.
func naiveCertificates(rows []CertificateRow) []CertificateRow {
	said := func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, said)
	revoked := map[string]sql.Null[date.Day]{}
	for _, r := range rows {
		if !r.Withdrawn {
			revoked[r.Key] = r.RevokedOn
		}
	}
	best := map[string]CertificateRow{}
	for _, r := range rows {
		if old, ok := best[r.Key]; !r.Withdrawn && (!ok || naiveWeight("certificate", r.Sender) >= naiveWeight("certificate", old.Sender)) {
			best[r.Key] = r
		}
	}
	rows = slices.DeleteFunc(rows, func(r CertificateRow) bool {
		b := best[r.Key]
		return naiveWeight("certificate", r.Sender) < naiveWeight("certificate", b.Sender) && (r.Rank != b.Rank || r.IssuedOn != b.IssuedOn)
	})
	latest := map[string]CertificateRow{}
	for _, r := range rows {
		if r.Withdrawn {
			continue
		}
		old, ok := latest[r.Key]
		if ok && old.Rank == r.Rank && old.Occupation == r.Occupation && old.IssuedOn == r.IssuedOn && old.ExpiresOn == r.ExpiresOn && old.RevokedOn == r.RevokedOn && old.District == r.District {
			continue // a confirmation
		}
		latest[r.Key] = r
	}
	for key, r := range latest {
		r.RevokedOn = revoked[key]
		latest[key] = r
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.IssuedOn, b.IssuedOn), said(a, b))
	})
}

// life is what a person is on each day from first to last.
func (m *model) life(w WorkerID, first, last date.Day) []being {
	if m.into[w] != 0 { // a merged file is nobody
		return make([]being, last-first+1)
	}
	var sex Sex
	var birth date.Month
	var work []EmploymentRow
	var held []CertificateRow
	for _, part := range m.person(w) {
		work, held = append(work, m.employments[part]...), append(held, m.certificates[part]...)
	}
	if sex, birth = naiveIdentity(m, w); sex == 0 || birth == 0 { // the merged files are asked for what the own does not say
		s, b := naiveIdentity(m, m.person(w)[1:]...)
		sex, birth = cmp.Or(sex, s), cmp.Or(birth, b)
	}
	jobs, certs, units := naiveJobs(work), naiveCertificates(held), naiveUnits(m.units)
	var out []being
	for d := first; d <= last; d++ {
		b := being{sex: sex, birth: birth}
		var best *CertificateRow
		for i := range certs {
			c := &certs[i]
			on := c.RevokedOn
			if decided, ok := m.revoked[c.Key]; ok {
				on = dayOf(decided)
			}
			revoked := on.Valid && on.V <= d
			if c.IssuedOn > d || revoked {
				continue
			}
			if best == nil || c.Rank > best.Rank {
				best = c
			}
			if d <= c.ExpiresOn {
				b.rank = max(b.rank, c.Rank)
			}
		}
		if best != nil {
			b.there, b.ever = true, best.Rank
			b.district, b.occupation, b.union = best.District, best.Occupation, units.districtUnion(best.District, d)
		}
		person := b
		if j, row := naiveMain(jobs, d); j != nil {
			b.work(units, j, row, d)
			for _, other := range jobs {
				if n := other.at(d); n != 0 && other != j {
					row, _ := other.statement(n, d)
					post := person
					post.work(units, other, row, d)
					b.posts = append(b.posts, post)
				}
			}
		}
		if !b.there {
			b = being{}
		}
		out = append(out, b)
	}
	return out
}

// work puts in what a job says on a day.
func (b *being) work(units naiveUnits, j *job, row EmploymentRow, d date.Day) {
	u, _ := units.row(j.employer, d)
	top := units.union(j.employer, d)
	b.there, b.employer, b.union = true, j.employer, top.Unit
	b.district, b.occupation, b.member = cmp.Or(u.District, top.District), row.Occupation, row.Member
	b.industry, b.ownership, b.size = u.Industry, int(u.Ownership), int(u.Size)
	b.class = naiveClass(u.Industry, row.Post, d)
}

// naiveMain chooses the employment that counts: declared main, else the latest start, else the latest source.
func naiveMain(jobs []*job, d date.Day) (*job, EmploymentRow) {
	var best *job
	var says, source EmploymentRow
	var start date.Day
	for _, j := range jobs {
		n := j.at(d)
		if n == 0 {
			continue
		}
		row, from := j.statement(n, d)
		began := j.first(n)
		better := best == nil
		switch {
		case best == nil:
		case row.Main != says.Main:
			better = row.Main
		case began != start:
			better = began > start
		default:
			better = cmp.Or(from.RecordedAt.Compare(source.RecordedAt), cmp.Compare(from.ID, source.ID)) > 0
		}
		if better {
			best, says, source, start = j, row, from, began
		}
	}
	return best, says
}
