package registry

import (
	"cmp"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// World is what a timeline reads beside the person's own rows: the dated tree of units and the
// dated definition of the worker class (产业工人).
type World struct {
	tree    *org.Tree
	classes Classes
	unions  map[unionOn]org.UnitID
	states  map[stateOn]org.State
	regions []date.Day           // days on which any district or zone changes; nil: not yet asked
	handed  map[int32][]date.Day // by division: days on which it gets another union
}

type unionOn struct {
	district int32
	on       date.Day
}

type stateOn struct {
	unit org.UnitID
	on   date.Day
}

// NewWorld gathers what timelines read. It is used by one goroutine.
func NewWorld(tree *org.Tree, classes Classes) *World {
	return &World{tree: tree, classes: classes, unions: map[unionOn]org.UnitID{}, states: map[stateOn]org.State{}, handed: map[int32][]date.Day{}}
}

// maxCached bounds the look-ups that a World remembers.
const maxCached = 1 << 18

func (w *World) unit(id org.UnitID, on date.Day) org.State {
	k := stateOn{id, on}
	s, ok := w.states[k]
	if !ok {
		s, _ = w.tree.At(id, on) // an unknown unit has no attributes
		if len(w.states) < maxCached {
			w.states[k] = s
		}
	}
	return s
}

func (w *World) districtUnion(district int32, on date.Day) org.UnitID {
	k := unionOn{district, on}
	u, ok := w.unions[k]
	if !ok {
		u = w.tree.DistrictUnion(district, on)
		if len(w.unions) < maxCached {
			w.unions[k] = u
		}
	}
	return u
}

// isRegion reports whether a unit of this kind stands for a division.
func isRegion(k org.Kind) bool { return k == org.District || k == org.Zone }

// districtDays are the days on which a division gets another union, or none any more.
func (w *World) districtDays(district int32) []date.Day {
	if days, ok := w.handed[district]; ok {
		return days
	}
	if w.regions == nil {
		w.regions = []date.Day{}
		for _, u := range w.tree.Units("") {
			if slices.ContainsFunc(w.tree.Observations(u), func(o org.Observation) bool { return isRegion(o.Kind) }) {
				w.regions = append(w.regions, w.tree.Changes(u)...)
			}
		}
		slices.Sort(w.regions)
		w.regions = slices.Compact(w.regions)
	}
	var days []date.Day
	for _, d := range w.regions {
		if w.districtUnion(district, d) != w.districtUnion(district, d-1) {
			days = append(days, d)
		}
	}
	w.handed[district] = days
	return days
}

// Timeline is the one rule by which people come into the stock: a pure function from a person's
// sourced rows in force, and the dated rows of their units, to signed facts. Every change of any
// row (late certificate, corrected birth, revocation, undo, split district) is handled by
// computing it again; the ledger enters the difference.
//
// On any day a person is in the stock when employed, or when they ever held a certificate that is
// not revoked. The facts of a change are −1 with the state before and +1 with the state after,
// both dated the first day of the new state.
func Timeline(src *Sources, w *World) []ledger.Fact {
	p := readPerson(src)
	if len(p.spells) == 0 && len(p.certs) == 0 {
		return nil
	}
	var out []ledger.Fact
	var before state
	for _, day := range p.days(w) {
		now := p.on(day, w)
		if now.fact == before.fact {
			before.from = now.from
			continue
		}
		cause, why := change(before, now)
		emit := func(s state, quantity int64) {
			if !s.there {
				return
			}
			f := s.fact
			f.Kind, f.Worker, f.Quantity, f.Cause, f.OccurredOn = ledger.Worker, int64(src.Worker), quantity, cause, day
			f.Subject, f.Import, f.Line = why.ID, why.Import, why.Line
			out = append(out, f)
		}
		emit(before, -1)
		emit(now, +1)
		before = now
	}
	return out
}

// state is what a person is on a day, and the rows that make it so.
type state struct {
	there bool
	fact  ledger.Fact // attributes only
	from  rows
}

// rows are the sources of the parts of a state.
type rows struct {
	job    source // the row that put the person into the main employment as it is
	left   source // the row that ended the employment before
	rank   source // the certificate of the rank valid now
	ever   source // the certificate of the highest rank
	lapsed source // the certificate that ran out or was revoked last
}

// source is a place where something was said.
type source struct {
	ID     int64
	Import int64
	Line   ledger.Line
}

// change names what happened between two states, and the row that says so.
func change(before, now state) (ledger.Cause, source) {
	b, n := &before.fact, &now.fact
	switch {
	case !before.there:
		if n.Employer != 0 {
			return ledger.New, now.from.job
		}
		return ledger.New, now.from.ever
	case b.Employer != 0 && n.Employer == 0 && now.from.left != (source{}):
		return ledger.Left, now.from.left
	case !now.there:
		return ledger.Lapsed, now.from.lapsed
	case b.Employer != n.Employer:
		return ledger.Moved, now.from.job
	case n.Rank > b.Rank:
		return ledger.Risen, now.from.rank
	case n.RankEver > b.RankEver:
		return ledger.Risen, now.from.ever
	case n.Rank < b.Rank || n.RankEver < b.RankEver:
		return ledger.Lapsed, now.from.lapsed
	case n.Employer != 0:
		return ledger.Moved, now.from.job
	}
	return ledger.Moved, now.from.ever
}

// person is a person's rows, sorted out.
type person struct {
	sex    Sex
	birth  date.Month
	spells []spell
	certs  []CertificateRow
}

// spell is one unbroken time at one employer.
type spell struct {
	employer org.UnitID
	start    date.Day
	seen     date.Day // the first day on which a row saw the person there
	end      date.Day // last day; date.Forever while it lasts
	says     source   // the row that said when it began
	left     source   // the row that ended it
	states   []jobState
}

// jobState is what a roster said about an employment, from its day on.
type jobState struct {
	from date.Day
	row  *EmploymentRow
}

func readPerson(src *Sources) *person {
	p := &person{}
	p.sex, p.birth = identity(src)
	byEmployer := map[org.UnitID][]*EmploymentRow{}
	var order []org.UnitID
	for i := range src.Employment {
		r := &src.Employment[i]
		if r.Withdrawn {
			continue
		}
		if byEmployer[r.Employer] == nil {
			order = append(order, r.Employer)
		}
		byEmployer[r.Employer] = append(byEmployer[r.Employer], r)
	}
	for _, e := range order {
		p.spells = append(p.spells, spellsAt(e, byEmployer[e])...)
	}
	p.certs = certificates(src)
	return p
}

// identity gives sex and birth month: an officer's correction before all else, then the latest
// row in force that states them.
func identity(src *Sources) (sex Sex, birth date.Month) {
	var sexAt, birthAt said
	take := func(s said, sx Sex, b date.Month) {
		if sx != 0 && (sex == 0 || sexAt.before(s)) {
			sex, sexAt = sx, s
		}
		if b != 0 && (birth == 0 || birthAt.before(s)) {
			birth, birthAt = b, s
		}
	}
	for i := range src.Employment {
		if r := &src.Employment[i]; !r.Withdrawn {
			take(r.said(0), r.Sex, r.Birth)
		}
	}
	for i := range src.Certificates {
		if r := &src.Certificates[i]; !r.Withdrawn {
			take(r.said(0), r.Sex, r.Birth)
		}
	}
	for i := range src.Identity {
		if r := &src.Identity[i]; !r.Withdrawn {
			take(said{officer: true, at: r.RecordedAt.UnixMilli(), id: r.ID}, r.Sex, r.Birth)
		}
	}
	return sex, birth
}

// said orders statements: an officer's correction weighs more than any file, then by the day that
// a statement is about, then by when it was recorded.
type said struct {
	officer bool
	day     date.Day
	at      int64
	id      int64
}

func (s said) before(o said) bool { return s.compare(o) < 0 }

func (s said) compare(o said) int {
	if s.officer != o.officer {
		if o.officer {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(s.day, o.day), cmp.Compare(s.at, o.at), cmp.Compare(s.id, o.id))
}

// spellsAt reads the rows about one employer in the order of the days they speak of.
//
// A row without a leaving day says that the person was there on its day, and may say since when.
// It belongs to the spell that lasts on that day, or begins a new one after an ended spell: on the
// stated day if that lies after the end, else on the row's own day (the worker came back). The
// latest row that states a beginning sets it, but never to after the day on which the person was
// first seen there. A row with a leaving day ends the spell.
func spellsAt(employer org.UnitID, list []*EmploymentRow) []spell {
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
			s := spell{employer: employer, start: r.AsOf, seen: r.AsOf, end: date.Forever, says: r.source()}
			if r.StartedOn.Valid && (cur == nil || r.StartedOn.V > cur.end) {
				s.start = min(r.StartedOn.V, r.AsOf)
			}
			out = append(out, s)
			cur = &out[len(out)-1]
		} else if s := min(r.StartedOn.V, cur.seen); r.StartedOn.Valid && s != cur.start {
			if len(out) < 2 || s > out[len(out)-2].end {
				cur.start, cur.says = s, r.source()
			}
		}
		cur.add(r)
	}
	return out
}

// add appends what a row says about the employment. What repeats the state in force is a
// confirmation; of two rows for one day the later one counts.
func (s *spell) add(r *EmploymentRow) {
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

// certificates gives the certificates in force as rows: one per number, the latest statement about
// it; a row that repeats the one in force is a confirmation and the first keeps its place.
func certificates(src *Sources) []CertificateRow {
	var list []CertificateRow
	for _, r := range src.Certificates {
		if !r.Withdrawn {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), a.said(a.AsOf).compare(b.said(b.AsOf)))
	})
	var out []CertificateRow
	for _, r := range list {
		n := len(out)
		if n == 0 || out[n-1].Key != r.Key {
			out = append(out, r)
			continue
		}
		if !out[n-1].sameCertificate(&r) {
			out[n-1] = r
		}
	}
	// The key depends on the installation; the order of facts and the choice among equals must not.
	slices.SortStableFunc(out, func(a, b CertificateRow) int {
		return cmp.Or(cmp.Compare(a.IssuedOn, b.IssuedOn), a.said(a.AsOf).compare(b.said(b.AsOf)))
	})
	return out
}

// days are the days on which the state may change, ascending.
func (p *person) days(w *World) []date.Day {
	var out []date.Day
	for i := range p.spells {
		s := &p.spells[i]
		out = append(out, s.start)
		if s.end != date.Forever {
			out = append(out, s.end+1)
		}
		within := func(d date.Day) {
			if s.start < d && d <= s.end {
				out = append(out, d)
			}
		}
		for _, st := range s.states[1:] {
			within(st.from)
		}
		for _, d := range w.tree.Changes(s.employer) {
			within(d)
		}
		for _, d := range w.classes.starts() {
			within(d)
		}
	}
	for i := range p.certs {
		c := &p.certs[i]
		out = append(out, c.IssuedOn)
		if c.ExpiresOn != date.Forever {
			out = append(out, c.ExpiresOn+1)
		}
		if c.RevokedOn.Valid {
			out = append(out, c.RevokedOn.V)
		}
		for _, d := range w.districtDays(c.District) {
			if d > c.IssuedOn {
				out = append(out, d)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// on is the state of the person on a day.
func (p *person) on(day date.Day, w *World) state {
	var s state
	best := p.ranks(day, &s)
	job := p.main(day)
	for i := range p.spells {
		if e := &p.spells[i]; e.end < day && (s.from.left == source{} || e.end+1 == day) {
			s.from.left = e.left
		}
	}
	if job == nil {
		if best == nil {
			return state{from: s.from}
		}
		s.there = true
		s.fact.District = best.District
		s.fact.Union = int64(w.districtUnion(best.District, day))
		s.fact.Occupation = best.Occupation
	} else {
		s.there = true
		row, from := job.on(day)
		u := w.unit(job.employer, day)
		s.from.job = from
		f := &s.fact
		f.Employer, f.Union, f.District = int64(job.employer), int64(u.Union), u.District
		f.Industry, f.Ownership, f.Size = int32(u.Industry), int32(u.Ownership), int32(u.Size)
		f.Occupation = row.Occupation
		f.Class = w.classes.class(u.Industry, row.Post, day)
		if row.Member {
			f.Member = 1
		}
	}
	s.fact.Sex, s.fact.BirthMonth = uint8(p.sex), p.birth
	return s
}

// ranks fills in rank and highest rank, and gives the certificate of the highest: of several the
// one issued first, as the list is sorted.
func (p *person) ranks(day date.Day, s *state) *CertificateRow {
	var best *CertificateRow
	var valid *CertificateRow
	var lapsedOn date.Day
	for i := range p.certs {
		c := &p.certs[i]
		if c.IssuedOn > day {
			continue
		}
		ended := c.ExpiresOn + 1
		revoked := c.RevokedOn.Valid && c.RevokedOn.V <= day
		if revoked {
			ended = min(ended, c.RevokedOn.V)
		}
		if ended <= day && (s.from.lapsed == source{} || ended > lapsedOn) {
			s.from.lapsed, lapsedOn = c.source(), ended
		}
		if !revoked && (best == nil || c.Rank > best.Rank) {
			best = c
		}
		if ended > day && (valid == nil || c.Rank > valid.Rank) {
			valid = c
		}
	}
	if valid != nil {
		s.fact.Rank, s.from.rank = uint8(valid.Rank), valid.source()
	}
	if best != nil {
		s.fact.RankEver, s.from.ever = uint8(best.Rank), best.source()
	}
	return best
}

// main chooses the one employment that feeds the stock on a day: declared main, else the latest
// start, else the latest source.
func (p *person) main(day date.Day) *spell {
	var best *spell
	better := func(a, b *spell) bool {
		ra, _ := a.on(day)
		rb, _ := b.on(day)
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
