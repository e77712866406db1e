package registry

import (
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// posts are the facts of the employments beside the main one (兼任岗位), part of the timeline. On a day each
// living employment that is not the main one is one post, whatever it is called there; it counts as a
// post and never as a person. Rank, sex and birth are the person's, the rest is of the post.
func (p *person) posts(worker WorkerID, w *World) []ledger.Fact {
	if !p.parallel() {
		return nil
	}
	var out []ledger.Fact
	days := p.days(w)
	for _, employer := range p.employers() {
		var before state
		for _, day := range days {
			now := p.post(employer, day, w)
			if now.fact == before.fact {
				before.from = now.from
				continue
			}
			cause, why := p.postChange(before, now, employer, day)
			for _, side := range []struct {
				state
				quantity int64
			}{{before, -1}, {now, +1}} {
				if !side.there {
					continue
				}
				f := side.fact
				f.Kind, f.Worker, f.Quantity, f.Cause, f.OccurredOn = ledger.Post, int64(worker), side.quantity, cause, day
				f.Subject, f.Import, f.Line = why.ID, why.Import, why.Line
				out = append(out, f)
			}
			before = now
		}
	}
	return out
}

// parallel reports whether two employments ever live on one day; it is rare, and cheap to ask.
func (p *person) parallel() bool {
	for i := range p.spells {
		for k := range p.spells[:i] {
			if p.spells[i].start <= p.spells[k].end && p.spells[k].start <= p.spells[i].end {
				return true
			}
		}
	}
	return false
}

// employers are those of all spells, in the order of their first rows.
func (p *person) employers() []org.UnitID {
	var out []org.UnitID
	for i := range p.spells {
		if e := p.spells[i].employer; !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// post is the state of the employment at an employer on a day on which it is not the main one.
func (p *person) post(employer org.UnitID, day date.Day, w *World) state {
	main := p.main(day)
	for i := range p.spells {
		e := &p.spells[i]
		if e.employer != employer || day < e.start || e.end < day || e == main {
			continue
		}
		s := state{there: true}
		p.ranks(day, &s)
		s.from.job = s.fill(p, e, day, w)
		return s
	}
	return state{}
}

// postChange names what happened to a post, and the row that says so.
func (p *person) postChange(before, now state, employer org.UnitID, day date.Day) (ledger.Cause, source) {
	main := p.main(day)
	switch {
	case !before.there && p.was(employer, day-1): // it was the main one, and another became that
		_, from := main.on(day)
		return ledger.Moved, from
	case !before.there:
		return ledger.New, now.from.job
	case now.there:
		return change(before, now)
	case main != nil && main.employer == employer:
		_, from := main.on(day)
		return ledger.Moved, from
	}
	for i := range p.spells {
		if e := &p.spells[i]; e.employer == employer && e.end+1 == day {
			return ledger.Left, e.left
		}
	}
	return ledger.Left, source{} // spells cover every day on which there was a post
}

// was reports whether the main employment of a day was at an employer.
func (p *person) was(employer org.UnitID, day date.Day) bool {
	main := p.main(day)
	return main != nil && main.employer == employer
}
