package registry

import (
	"cmp"
	"database/sql"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/org"
)

// person is a person's rows, sorted out.
type person struct {
	sex    Sex
	birth  date.Month
	spells []spell
	certs  []CertificateRow
}

// spell is one unbroken time at one employer.
type spell struct {
	employer  org.UnitID
	start     date.Day
	seen      date.Day // the first day on which a row saw the person there
	end       date.Day // last day; date.Forever while it lasts
	says      source   // the row that said when it began
	left      source   // the row that ended it
	states    []jobState
	since     uint8            // how much the source of the beginning weighs
	weight    uint8            // how much the source of the last state weighs
	overruled []*EmploymentRow // by a source that weighs more, or by a decision
	aside     []*EmploymentRow // what a decision set aside
	began     *EmploymentRow   // the row that said when it began
	misdated  []*EmploymentRow // rows whose beginning is overruled
	notBegun  []date.Day       // beginnings that a decision set aside
	held      bool             // a person decided that this is the main one of several
}

// jobState is what a roster said about an employment, from its day on.
type jobState struct {
	from date.Day
	row  *EmploymentRow
}

func readPerson(src *Sources, order Precedence) *person {
	p := &person{}
	p.sex, p.birth = identity(src, order)
	byEmployer := map[org.UnitID][]*EmploymentRow{}
	var met []org.UnitID
	for i := range src.Employment {
		r := &src.Employment[i]
		if r.Withdrawn {
			continue
		}
		if byEmployer[r.Employer] == nil {
			met = append(met, r.Employer)
		}
		byEmployer[r.Employer] = append(byEmployer[r.Employer], r)
	}
	ruled := rulingsAt(src)
	for _, e := range met {
		p.spells = append(p.spells, spellsAt(e, byEmployer[e], order, ruled)...)
	}
	p.hold(src)
	p.certs = certificates(src, order)
	return p
}

// identity gives sex and birth month: an officer's correction before all else, then the latest
// row in force of the source that weighs most.
func identity(src *Sources, order Precedence) (sex Sex, birth date.Month) {
	var sexAt, birthAt said
	src.eachIdentity(order, func(bySex, byBirth said, st Stated) {
		if st.Sex != 0 && (sex == 0 || sexAt.before(bySex)) {
			sex, sexAt = st.Sex, bySex
		}
		if st.Birth != 0 && (birth == 0 || birthAt.before(byBirth)) {
			birth, birthAt = st.Birth, byBirth
		}
	})
	return sex, birth
}

// said orders statements: an officer's correction weighs more than any file, then the source by its
// precedence, then by the day that a statement is about, then by when it was recorded.
type said struct {
	own     bool // in matters of identity: of this file, not of one merged into it
	officer bool
	weight  uint8 // of the source in the field
	day     date.Day
	at      int64
	id      int64
}

// of says whether the statement stands in the person's own file.
func (s said) of(own bool) said {
	s.own = own
	return s
}

func (s said) before(o said) bool { return s.compare(o) < 0 }

func (s said) compare(o said) int {
	if s.own != o.own {
		if o.own {
			return -1
		}
		return 1
	}
	if s.officer != o.officer {
		if o.officer {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(s.weight, o.weight), cmp.Compare(s.day, o.day), cmp.Compare(s.at, o.at), cmp.Compare(s.id, o.id))
}

// spellsAt reads the rows about one employer in the order of the days they speak of.
//
// A row without a leaving day says that the person was there on its day, and may say since when.
// It belongs to the spell that lasts on that day, or begins a new one after an ended spell: on the
// stated day if that lies after the end, else on the row's own day (the worker came back). The
// latest row that states a beginning sets it, but never to after the day on which the person was
// first seen there. A row with a leaving day ends the spell.
func spellsAt(employer org.UnitID, list []*EmploymentRow, order Precedence, ruled ruledRows) []spell {
	slices.SortStableFunc(list, func(a, b *EmploymentRow) int { return a.said(a.AsOf).compare(b.said(b.AsOf)) })
	var out []spell
	for _, r := range list {
		var cur *spell
		if n := len(out); n > 0 {
			cur = &out[n-1]
		}
		if r.LeftOn.Valid {
			if cur != nil && r.LeftOn.V > cur.start && cur.end != r.LeftOn.V-1 { // else a confirmation
				cur.end, cur.left = r.LeftOn.V-1, r.source()
			}
			continue
		}
		if cur == nil || cur.end < r.AsOf {
			out = append(out, begin(employer, r, cur, order))
			cur = &out[len(out)-1]
		} else if r.StartedOn.Valid {
			after := date.Ever
			if n := len(out); n > 1 {
				after = out[n-2].end
			}
			cur.begun(r, order.of(FieldStarted, r.Sender), ruled.started[r.ID] != nil, after)
		}
		cur.add(r, order.of(FieldJob, r.Sender), ruled.job[r.ID])
	}
	return out
}

// ruledRows are the rows that a person decided to hold in matters of an employment.
type ruledRows struct{ job, started map[int64]*RulingRow }

func rulingsAt(src *Sources) ruledRows {
	return ruledRows{src.rulings(JobDiffers), src.rulings(StartedDiffers)}
}

// begun takes what a row that saw the person there says of the beginning, which lies after the end of the spell
// before. A decision counts before what it set aside, which is passed over wherever it is said again.
func (s *spell) begun(r *EmploymentRow, weight uint8, ruled bool, after date.Day) {
	to := min(r.StartedOn.V, s.seen)
	if to <= after || to == s.start {
		s.since = max(s.since, weight)
		return
	}
	switch {
	case slices.Contains(s.notBegun, to), weight < s.since && !ruled:
		s.misdated = append(s.misdated, r)
		return
	case weight < s.since:
		s.notBegun, s.misdated = append(s.notBegun, s.start), append(s.misdated, s.began)
	default:
		s.since = weight
	}
	s.start, s.says, s.began = to, r.source(), r
}

// jobSaid is what is in force about one time at an employer from a day on, whoever said it.
type jobSaid struct {
	start, end, from date.Day
	post             Post
	occupation       int32
	member, main     bool
}

// jobsAt lists what is in force about a person's employment at one employer.
func jobsAt(src *Sources, employer org.UnitID, order Precedence) (out []jobSaid) {
	var list []*EmploymentRow
	for i := range src.Employment {
		if r := &src.Employment[i]; r.Employer == employer && !r.Withdrawn {
			list = append(list, r)
		}
	}
	for _, s := range spellsAt(employer, list, order, rulingsAt(src)) {
		for k, st := range s.states {
			from := st.from
			if k == 0 { // what the first row says holds from the beginning
				from = s.start
			}
			out = append(out, jobSaid{s.start, s.end, from, st.row.Post, st.row.Occupation, st.row.Member, st.row.Main})
		}
	}
	return out
}

// begin makes the spell that a row begins after the one before, which is nil for the first.
func begin(employer org.UnitID, r *EmploymentRow, before *spell, order Precedence) spell {
	s := spell{employer: employer, start: r.AsOf, seen: r.AsOf, end: date.Forever, says: r.source(), began: r}
	if r.StartedOn.Valid && (before == nil || r.StartedOn.V > before.end) {
		s.start, s.since = min(r.StartedOn.V, r.AsOf), order.of(FieldStarted, r.Sender)
	}
	return s
}

// add appends what a row says about the employment. What repeats the state in force is a
// confirmation; of two rows for one day the later one counts. A source that weighs less than one that
// has spoken of an earlier day, or the same, is overruled: it has only seen that the person was there.
// What a person decided to hold takes the place of what overruled it, which is set aside wherever it is said.
func (s *spell) add(r *EmploymentRow, weight uint8, ruling *RulingRow) {
	n := len(s.states)
	if slices.ContainsFunc(s.aside, r.sameJob) {
		s.overruled = append(s.overruled, r)
		return
	}
	if weight < s.weight {
		if ruling == nil || s.states[n-1].row.sameJob(r) {
			s.overruled = append(s.overruled, r)
			return
		}
		out := s.states[n-1]
		s.aside, s.overruled = append(s.aside, out.row), append(s.overruled, out.row)
		if s.states[n-1].row = r; n > 1 && s.states[n-2].row.sameJob(r) {
			s.states = s.states[:n-1]
		}
		return
	}
	s.weight = weight
	if n := len(s.states); n > 0 {
		last := s.states[n-1]
		if last.row.sameJob(r) {
			return
		}
		if last.from == r.AsOf {
			s.states = s.states[:n-1]
			if n > 1 && s.states[n-2].row.sameJob(r) {
				return
			}
		}
	}
	s.states = append(s.states, jobState{from: r.AsOf, row: r})
}

// on gives the state of the spell on a day within it. What the first row says holds from the
// beginning.
func (s *spell) on(day date.Day) (*EmploymentRow, source) {
	k := 0
	for i := 1; i < len(s.states); i++ {
		if s.states[i].from <= day {
			k = i
		}
	}
	row := s.states[k].row
	if k == 0 {
		return row, s.says
	}
	return row, row.source()
}

// certificates gives the certificates in force as rows: one per number, the latest statement about it; a row
// that repeats the one in force is a confirmation and the first keeps its place. What never changes, level
// and day of issue, is as the source that weighs most says: rows with another are passed over. The rest
// is news that any source may bring.
func certificates(src *Sources, order Precedence) []CertificateRow {
	var list []CertificateRow
	for _, r := range src.Certificates {
		if !r.Withdrawn {
			list = append(list, r)
		}
	}
	list = src.setAside(list)
	slices.SortStableFunc(list, func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), a.said(a.AsOf).compare(b.said(b.AsOf)))
	})
	var out []CertificateRow
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].Key == list[0].Key {
			n++
		}
		out = append(out, inForce(list[:n], order))
		list = list[n:]
	}
	for i := range out {
		revoke(&out[i], src.Revocations)
	}
	// The key depends on the installation; the order of facts and the choice among equals must not.
	slices.SortStableFunc(out, func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.IssuedOn, b.IssuedOn), a.said(a.AsOf).compare(b.said(b.AsOf)))
	})
	return out
}

// inForce reads the rows about one number, in the order in which they were said.
func inForce(rows []CertificateRow, order Precedence) CertificateRow {
	holds := &rows[0]
	for i := range rows {
		if order.of(FieldCertificate, rows[i].Sender) >= order.of(FieldCertificate, holds.Sender) {
			holds = &rows[i]
		}
	}
	var c CertificateRow
	revoked := &rows[0] // the row that said first what is said last of it
	for i := range rows {
		r := &rows[i]
		if r.RevokedOn != revoked.RevokedOn {
			revoked = r
		}
		overruled := order.of(FieldCertificate, r.Sender) < order.of(FieldCertificate, holds.Sender) && !r.sameFrom(holds)
		if !overruled && (c.ID == 0 || !c.sameCertificate(r)) {
			c = *r
		}
	}
	if c.RevokedOn != revoked.RevokedOn {
		c.RevokedOn, c.toldBy = revoked.RevokedOn, revoked.source()
	}
	return c
}

// setAside leaves out what a person decided not to hold: the levels and days of issue that other rows about the
// same number stated up to then, whoever states them again.
func (src *Sources) setAside(list []CertificateRow) []CertificateRow {
	for kept, ruling := range src.rulings(CertificateDiffers) {
		k := slices.IndexFunc(list, func(c CertificateRow) bool { return c.ID == kept })
		if k < 0 {
			continue // withdrawn, and the decision with it
		}
		holds := list[k]
		var out []CertificateRow
		for _, c := range list {
			if c.Key == holds.Key && !c.sameFrom(&holds) && !c.RecordedAt.After(ruling.RecordedAt) {
				out = append(out, c)
			}
		}
		list = slices.DeleteFunc(list, func(c CertificateRow) bool {
			return c.Key == holds.Key && slices.ContainsFunc(out, func(o CertificateRow) bool { return o.sameFrom(&c) })
		})
	}
	return list
}

// revoke puts the latest decision about a certificate before what the lists say of it.
func revoke(c *CertificateRow, decisions []RevocationRow) {
	var latest *RevocationRow
	for i := range decisions {
		d := &decisions[i]
		if d.Withdrawn || d.Key != c.Key {
			continue
		}
		if latest == nil || cmp.Or(latest.RecordedAt.Compare(d.RecordedAt), cmp.Compare(latest.ID, d.ID)) < 0 {
			latest = d
		}
	}
	if latest != nil {
		c.RevokedOn, c.decided = sql.Null[date.Day]{V: latest.RevokedOn, Valid: true}, latest.ID
	}
}

// hold marks the employments that a person decided to be the main ones.
func (p *person) hold(src *Sources) {
	ruled := src.rulings(TwoMain)
	if len(ruled) == 0 {
		return
	}
	for i := range src.Employment {
		r := &src.Employment[i]
		if r.Withdrawn || ruled[r.ID] == nil {
			continue
		}
		for k := range p.spells {
			if s := &p.spells[k]; s.employer == r.Employer && s.start <= r.AsOf && r.AsOf <= s.end {
				s.held = true
			}
		}
	}
}

// main chooses the one employment that feeds the stock on a day: decided by a person, else declared main,
// else the latest start, else the latest source.
func (p *person) main(day date.Day) *spell {
	var best *spell
	better := func(a, b *spell) bool {
		ra, _ := a.on(day)
		rb, _ := b.on(day)
		if a.held != b.held {
			return a.held
		}
		if ra.Main != rb.Main {
			return ra.Main
		}
		if a.start != b.start {
			return a.start > b.start
		}
		return rb.said(0).before(ra.said(0))
	}
	for i := range p.spells {
		if s := &p.spells[i]; s.start <= day && day <= s.end && (best == nil || better(s, best)) {
			best = s
		}
	}
	return best
}
