package registry

import (
	"slices"

	"tuoxing/internal/date"
)

// FieldSaid is one field of a file today: the statement that holds, and those in force that say otherwise (另有说法).
type FieldSaid struct {
	Field  string // name, sex, birth_month, employer, started_on, post, occupation, member, rank
	Stated        // whose word holds
	Also   []Stated
}

// stated lists the fields of a person today with their sources. What is not known has no line.
func (p *person) stated(src *Sources, name string, today date.Day, order Precedence) []FieldSaid {
	out := identityStated(src, name, order)
	disputed := map[ConflictKind][]Conflict{}
	for _, c := range p.conflicts(src, order) {
		disputed[c.Kind] = append(disputed[c.Kind], c)
	}
	if job := p.main(today); job != nil {
		row, _ := job.on(today)
		st := row.stated()
		st.Period = date.Period{From: job.start, To: job.end}
		employer := FieldSaid{Field: "employer", Stated: st}
		for i := range p.spells {
			if o := &p.spells[i]; o != job && o.start <= today && today <= o.end {
				employer.Also = append(employer.Also, o.stated(false))
			}
		}
		out = append(out, employer)
		began := FieldSaid{Field: "started_on", Stated: job.began.stated()}
		began.Period = date.Period{From: job.start, To: job.end}
		for _, a := range job.beginnings().Says {
			if !a.Holds {
				began.Also = append(began.Also, a)
			}
		}
		out = append(out, began)
		for _, f := range []struct {
			name string
			same func(a Stated) bool
		}{
			{"post", func(a Stated) bool { return a.Post == st.Post }},
			{"occupation", func(a Stated) bool { return a.Occupation == st.Occupation }},
			{"member", func(a Stated) bool { return a.Member == st.Member }},
		} {
			said := FieldSaid{Field: f.name, Stated: st}
			for _, c := range disputed[JobDiffers] {
				if c.About == int64(job.employer) {
					said.Also = append(said.Also, slices.DeleteFunc(slices.Clone(c.Says), func(a Stated) bool { return a.Holds || f.same(a) })...)
				}
			}
			out = append(out, said)
		}
	}
	var s state
	if p.ranks(today, &s); s.fact.RankEver != 0 {
		k := slices.IndexFunc(p.certs, func(c CertificateRow) bool { return c.ID == s.from.ever.ID })
		said := FieldSaid{Field: "rank", Stated: p.certs[k].stated()}
		for _, c := range disputed[CertificateDiffers] {
			if c.has(p.certs[k].ID) {
				said.Also = slices.DeleteFunc(slices.Clone(c.Says), func(a Stated) bool { return a.Holds })
			}
		}
		out = append(out, said)
	}
	for i := range out {
		out[i].Holds = true
	}
	return out
}

// identityStated are name, sex and birth month. The name was said by the earliest row in force: later ones with
// another name are refused.
func identityStated(src *Sources, name string, order Precedence) []FieldSaid {
	sex, birth := identity(src, order)
	var out []FieldSaid
	var first, bySex, byBirth *FieldSaid
	put := func(to **FieldSaid, field string, st Stated) {
		if *to == nil {
			*to = &FieldSaid{Field: field, Stated: st}
		}
	}
	src.eachIdentity(order, func(_, _ said, st Stated) {
		if st.From == FromNumber && (first == nil || st.At.Before(first.At)) {
			named := st
			named.Name = name
			first = &FieldSaid{Field: "name", Stated: named}
		}
		if st.Sex != 0 && st.Sex == sex {
			put(&bySex, "sex", st)
		}
		if st.Birth != 0 && st.Birth == birth {
			put(&byBirth, "birth_month", st)
		}
	})
	also := map[ConflictKind]**FieldSaid{NameDiffers: &first, SexDiffers: &bySex, BirthDiffers: &byBirth}
	for _, c := range identityConflicts(src, order) {
		if f := *also[c.Kind]; f != nil {
			for _, a := range c.Says {
				switch {
				case !a.Holds:
					f.Also = append(f.Also, a)
				case c.Kind == NameDiffers && a.Import != 0: // by a decision: the list that brought the name
					also := f.Also
					*f = FieldSaid{Field: f.Field, Stated: a, Also: also}
				}
			}
		}
	}
	for _, f := range []*FieldSaid{first, bySex, byBirth} {
		if f != nil {
			out = append(out, *f)
		}
	}
	return out
}
