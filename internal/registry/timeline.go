package registry

import (
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
)

// Timeline is the one rule by which people come into the stock: a pure function from a person's
// sourced rows in force, and the dated rows of their units, to signed facts. Every change of any
// row (late certificate, corrected birth, revocation, undo, split district) is handled by
// computing it again; the ledger enters the difference.
//
// On any day a person is in the stock when employed, or when they ever held a certificate that is
// not revoked. The facts of a change are −1 with the state before and +1 with the state after,
// both dated the first day of the new state. Employments beside the main one give facts of their own
// kind (see posts).
func Timeline(src *Sources, w *World) []ledger.Fact {
	if src.Survivor != 0 {
		return nil // a merged file has no timeline of its own
	}
	return timeline(readPerson(src, w.order), src.Worker, w)
}

// timeline is Timeline of rows that were sorted out before.
func timeline(p *person, worker WorkerID, w *World) []ledger.Fact {
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
			f.Kind, f.Worker, f.Quantity, f.Cause, f.OccurredOn = ledger.Worker, int64(worker), quantity, cause, day
			f.Subject, f.Import, f.Line = why.ID, why.Import, why.Line
			out = append(out, f)
		}
		emit(before, -1)
		emit(now, +1)
		before = now
	}
	return append(out, p.posts(worker, w)...)
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
		for _, d := range w.changes(s.employer) {
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
		s.from.job = s.fill(p, job, day, w)
	}
	s.fact.Sex, s.fact.BirthMonth = uint8(p.sex), p.birth
	return s
}

// fill puts in what an employment says on a day, and gives the row that says it.
func (s *state) fill(p *person, job *spell, day date.Day, w *World) source {
	row, from := job.on(day)
	u := w.unit(job.employer, day)
	f := &s.fact
	f.Employer, f.Union, f.District = int64(job.employer), int64(u.Union), u.District
	f.Industry, f.Ownership, f.Size = int32(u.Industry), int32(u.Ownership), int32(u.Size)
	f.Occupation = row.Occupation
	f.Class = w.classes.class(u.Industry, row.Post, day)
	if row.Member {
		f.Member = 1
	}
	f.Sex, f.BirthMonth = uint8(p.sex), p.birth
	return from
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
		ended, revoked := c.ended(day)
		if on, by := c.lapsed(ended, revoked); on <= day && (s.from.lapsed == source{} || on > lapsedOn) {
			s.from.lapsed, lapsedOn = by, on
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

// lapsed is when the certificate stopped to count, and the row that says so. A person's decision is told
// on its own day, also when the certificate had run out before: the highest rank falls only then.
func (c *CertificateRow) lapsed(ended date.Day, revoked bool) (date.Day, source) {
	if revoked && c.decided != 0 {
		return c.RevokedOn.V, source{ID: c.decided}
	}
	if revoked && c.toldBy != (source{}) {
		return ended, c.toldBy
	}
	return ended, c.source()
}

// ended is the first day on which the certificate is not valid any more, as known on a day, and
// whether it has been revoked by then.
func (c *CertificateRow) ended(day date.Day) (first date.Day, revoked bool) {
	first = c.ExpiresOn + 1
	if revoked = c.RevokedOn.Valid && c.RevokedOn.V <= day; revoked {
		first = min(first, c.RevokedOn.V)
	}
	return first, revoked
}
