package registry

import (
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// ConflictKind names a kind of conflict between sources (矛盾).
type ConflictKind string

// The kinds of conflicts that are looked for.
const (
	TwoMain            ConflictKind = "two_main"
	JobDiffers         ConflictKind = "job_differs"
	StartedDiffers     ConflictKind = "started_differs"
	CertificateDiffers ConflictKind = "certificate_differs"
	SexDiffers         ConflictKind = "sex_differs"
	BirthDiffers       ConflictKind = "birth_differs"
	NameDiffers        ConflictKind = "name_differs"
)

var allConflicts = []ConflictKind{TwoMain, JobDiffers, StartedDiffers, CertificateDiffers, SexDiffers, BirthDiffers, NameDiffers}

// Known reports whether conflicts of the kind are looked for.
func (k ConflictKind) Known() bool { return slices.Contains(allConflicts, k) }

// ConflictSpec is what the table of kinds (figures/conflicts.yaml) says of one.
type ConflictSpec struct {
	Kind    ConflictKind      `yaml:"kind"`
	Becomes string            `yaml:"becomes"` // figures: a task where a figure would change; list: never
	Title   map[string]string `yaml:"title"`   // by language
	Advice  map[string]string `yaml:"advice"`
}

// ReadConflicts reads the table of kinds. Each kind stands there once, with its words in both languages.
func ReadConflicts(data []byte) ([]ConflictSpec, error) {
	var file struct {
		Conflicts []ConflictSpec `yaml:"conflicts"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("kinds of conflicts: %w", err)
	}
	seen := map[ConflictKind]bool{}
	for _, k := range file.Conflicts {
		switch {
		case !slices.Contains(allConflicts, k.Kind):
			return nil, fmt.Errorf("kinds of conflicts: %q is unknown, want one of %v", k.Kind, allConflicts)
		case seen[k.Kind]:
			return nil, fmt.Errorf("kinds of conflicts: %q stands there twice", k.Kind)
		case k.Becomes != "figures" && k.Becomes != "list":
			return nil, fmt.Errorf("kinds of conflicts: %q becomes %q, want figures or list", k.Kind, k.Becomes)
		}
		seen[k.Kind] = true
		for _, lang := range []string{"zh", "en"} {
			if k.Title[lang] == "" || k.Advice[lang] == "" {
				return nil, fmt.Errorf("kinds of conflicts: %q needs title and advice in %s", k.Kind, lang)
			}
		}
	}
	if len(seen) != len(allConflicts) {
		return nil, fmt.Errorf("kinds of conflicts: %d of %d stand there", len(seen), len(allConflicts))
	}
	return file.Conflicts, nil
}

// Stated is one statement about a field, with where it comes from. Which of the values are set depends on what
// it is about.
type Stated struct {
	Row    int64 // of the statement
	From   SourceKind
	AsOf   date.Day
	At     time.Time
	Import int64
	Line   ledger.Line
	Holds  bool // it counts now

	Employer   org.UnitID
	Period     date.Period
	Post       Post
	Occupation int32
	Member     bool
	Main       bool
	Rank       int
	IssuedOn   date.Day
	Sex        Sex
	Birth      date.Month
	Name       string
}

// Conflict is two or more statements that disagree. It follows from the rows in force.
type Conflict struct {
	Kind   ConflictKind
	About  int64    // the unit, or the certificate by its first row; 0 where a person can have one alone
	Says   []Stated // the first of them holds
	Ruling int64    // the decision in force that knew all of them; 0: nobody has decided
}

// ClaimRow is what a list said of a person that its rows cannot hold.
type ClaimRow struct {
	ID         int64
	Field      FieldName
	Value      string
	AsOf       date.Day
	Import     int64
	Line       ledger.Line
	Sender     SourceKind
	RecordedAt time.Time
	Withdrawn  bool
}

// RulingRow is a person's decision which statement holds. It binds what was said before it; who says the same
// as what was set aside is set aside too.
type RulingRow struct {
	ID         int64
	Kind       ConflictKind
	Kept       int64
	RecordedAt time.Time
	Withdrawn  bool
}

// rulings are the decisions of a kind in force, by the row that holds.
func (src *Sources) rulings(kind ConflictKind) map[int64]*RulingRow {
	var out map[int64]*RulingRow
	for i := range src.Rulings {
		if r := &src.Rulings[i]; !r.Withdrawn && r.Kind == kind {
			if out == nil {
				out = map[int64]*RulingRow{}
			}
			out[r.Kept] = r
		}
	}
	return out
}

// conflicts lists the disagreements among the rows in force of a person.
func (p *person) conflicts(src *Sources, order Precedence) []Conflict {
	var out []Conflict
	out = append(out, p.mainConflicts()...)
	out = append(out, p.jobConflicts()...)
	out = onePerThing(out) // somebody may have been at one employer several times
	out = append(out, certificateConflicts(src, p.certs)...)
	out = append(out, identityConflicts(src, order)...)
	for i := range out {
		out[i].decided(src)
	}
	return out
}

// onePerThing puts together what is about one thing.
func onePerThing(list []Conflict) []Conflict {
	var out []Conflict
	for _, c := range list {
		i := slices.IndexFunc(out, func(o Conflict) bool { return o.Kind == c.Kind && o.About == c.About })
		if i < 0 {
			out = append(out, c)
			continue
		}
		for _, s := range c.Says {
			if !out[i].has(s.Row) {
				out[i].Says = append(out[i].Says, s)
			}
		}
	}
	return out
}

// decided looks for the decision that knew every statement.
func (c *Conflict) decided(src *Sources) {
	slices.SortStableFunc(c.Says, func(a, b Stated) int {
		if a.Holds != b.Holds {
			if a.Holds {
				return -1
			}
			return 1
		}
		return 0
	})
	for i := range src.Rulings {
		r := &src.Rulings[i]
		if r.Withdrawn || r.Kind != c.Kind || !slices.ContainsFunc(c.Says, func(s Stated) bool { return s.Row == r.Kept }) {
			continue
		}
		if !slices.ContainsFunc(c.Says, func(s Stated) bool { return s.At.After(r.RecordedAt) }) {
			c.Ruling = r.ID
		}
	}
}

func (r *EmploymentRow) stated() Stated {
	return Stated{Row: r.ID, From: r.Sender, AsOf: r.AsOf, At: r.RecordedAt, Import: r.Import, Line: r.Line, Employer: r.Employer, Post: r.Post, Occupation: r.Occupation, Member: r.Member, Main: r.Main}
}

func (r *CertificateRow) stated() Stated {
	return Stated{Row: r.ID, From: r.Sender, AsOf: r.AsOf, At: r.RecordedAt, Import: r.Import, Line: r.Line, Rank: r.Rank, IssuedOn: r.IssuedOn, Occupation: r.Occupation}
}

// mainConflicts: two employments live on one day, and not exactly one of them says that it is the main one.
func (p *person) mainConflicts() []Conflict {
	var out []Conflict
	for i := range p.spells {
		later := &p.spells[i]
		c := Conflict{Kind: TwoMain, About: int64(later.employer)}
		for k := range p.spells {
			other := &p.spells[k]
			from, to := max(later.start, other.start), min(later.end, other.end)
			before := other.start < later.start || (other.start == later.start && k < i)
			if k == i || !before || from > to {
				continue
			}
			a, _ := later.on(to)
			b, _ := other.on(to)
			if a.Main == b.Main {
				c.Says = append(c.Says, other.stated(p.main(from) == other))
			}
		}
		if len(c.Says) > 0 {
			c.Says = append(c.Says, later.stated(p.main(later.start) == later))
			out = append(out, c)
		}
	}
	return out
}

// stated tells the employment by the row that first described it.
func (s *spell) stated(holds bool) Stated {
	st := s.states[0].row.stated()
	st.Period, st.Holds = date.Period{From: s.start, To: s.end}, holds
	return st
}

// jobConflicts: a source that weighs less says otherwise of the post, or of the beginning, than the one that counts.
func (p *person) jobConflicts() []Conflict {
	var out []Conflict
	for i := range p.spells {
		s := &p.spells[i]
		c := Conflict{Kind: JobDiffers, About: int64(s.employer)}
		add := func(r *EmploymentRow, holds bool) {
			if !slices.ContainsFunc(c.Says, func(x Stated) bool { return x.Row == r.ID }) {
				st := r.stated()
				st.Holds = holds
				c.Says = append(c.Says, st)
			}
		}
		for _, r := range s.overruled {
			if now, _ := s.on(r.AsOf); !now.sameJob(r) {
				add(now, true)
				add(r, false)
			}
		}
		if len(c.Says) > 0 {
			out = append(out, c)
		}
		if c = s.beginnings(); len(c.Says) > 1 {
			out = append(out, c)
		}
	}
	return out
}

// beginnings are the days on which rows say that the employment began.
func (s *spell) beginnings() Conflict {
	c := Conflict{Kind: StartedDiffers, About: int64(s.employer)}
	for _, r := range append([]*EmploymentRow{s.began}, s.misdated...) {
		from := r.AsOf
		if r.StartedOn.Valid {
			from = min(r.StartedOn.V, r.AsOf)
		}
		if slices.ContainsFunc(c.Says, func(x Stated) bool { return x.Period.From == from }) {
			continue
		}
		st := r.stated()
		st.Period, st.Holds = date.Period{From: from, To: s.end}, r == s.began
		c.Says = append(c.Says, st)
	}
	return c
}

// certificateConflicts: rows about one number state two levels or two days of issue.
func certificateConflicts(src *Sources, held []CertificateRow) []Conflict {
	var out []Conflict
	for k := range held {
		now := &held[k]
		c := Conflict{Kind: CertificateDiffers}
		for i := range src.Certificates {
			r := &src.Certificates[i]
			if r.Withdrawn || r.Key != now.Key {
				continue
			}
			if c.About == 0 || r.ID < c.About {
				c.About = r.ID
			}
			if r.ID != now.ID && !r.sameFrom(now) {
				c.Says = append(c.Says, r.stated())
			}
		}
		if len(c.Says) > 0 {
			st := now.stated()
			st.Holds = true
			c.Says = append(c.Says, st)
			out = append(out, c)
		}
	}
	return out
}

// sameFrom compares what never changes of a certificate.
func (r *CertificateRow) sameFrom(o *CertificateRow) bool {
	return r.Rank == o.Rank && r.IssuedOn == o.IssuedOn
}

// identityConflicts: sex, birth month or name are said in two ways.
func identityConflicts(src *Sources, order Precedence) []Conflict {
	sex, birth := identity(src, order)
	var bySex, byBirth Conflict
	bySex.Kind, byBirth.Kind = SexDiffers, BirthDiffers
	src.eachIdentity(order, func(_, _ said, st Stated) {
		once := func(list []Stated, same func(a Stated) bool) bool { return !slices.ContainsFunc(list, same) }
		if st.Sex != 0 && once(bySex.Says, func(a Stated) bool { return a.Sex == st.Sex && a.From == st.From }) {
			st.Holds = st.Sex == sex
			bySex.Says = append(bySex.Says, st)
		}
		if st.Birth != 0 && once(byBirth.Says, func(a Stated) bool { return a.Birth == st.Birth && a.From == st.From }) {
			st.Holds = st.Birth == birth
			byBirth.Says = append(byBirth.Says, st)
		}
	})
	var out []Conflict
	for _, c := range []Conflict{bySex, byBirth} {
		if slices.ContainsFunc(c.Says, func(s Stated) bool { return !s.Holds }) {
			out = append(out, c)
		}
	}
	return append(out, nameConflicts(src)...)
}

// nameConflicts: a list gave another name with the person's number. The name on file was said by the earliest
// row in force, or is kept as a claim without a file since it was changed by a decision.
func nameConflicts(src *Sources) []Conflict {
	name := src.name()
	c := Conflict{Kind: NameDiffers}
	for i := range src.Claims {
		k := &src.Claims[i]
		if k.Withdrawn || k.Field != fieldPersonName || slices.ContainsFunc(c.Says, func(s Stated) bool { return cn.Fold(s.Name) == cn.Fold(k.Value) }) {
			continue
		}
		c.Says = append(c.Says, Stated{Row: k.ID, From: k.Sender, AsOf: k.AsOf, At: k.RecordedAt, Import: k.Import, Line: k.Line, Name: k.Value, Holds: cn.Fold(k.Value) == cn.Fold(name)})
	}
	if len(c.Says) < 2 {
		return nil
	}
	return []Conflict{c}
}
