package registry

import (
	"fmt"
	"strconv"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
)

// OrganisationDoc is a unit as the API and the command line write it.
type OrganisationDoc struct {
	ID        org.UnitID          `json:"id"`
	Code      string              `json:"code,omitempty" doc:"Credit code or local code"`
	Name      string              `json:"name"`
	Pinyin    string              `json:"pinyin" doc:"The name as English pages write it"`
	Kind      OrganisationWord    `json:"kind"`
	Parent    *OrganisationRef    `json:"parent,omitempty" doc:"The unit above; without id when the caller does not see it"`
	Union     *OrganisationRef    `json:"union,omitempty" doc:"The union directly under the city"`
	District  OrganisationWord    `json:"district"`
	Industry  string              `json:"industry,omitempty" doc:"Class of GB/T 4754-2017, four digits"`
	Section   OrganisationWord    `json:"section"`
	Ownership OrganisationWord    `json:"ownership"`
	Size      OrganisationWord    `json:"size"`
	Standing  OrganisationWord    `json:"standing" doc:"living, ended or coming on the day"`
	Below     int                 `json:"units_below" doc:"Living units below it that the caller sees"`
	Own       *int64              `json:"employees,omitempty" doc:"Employees of the unit itself on the day, for who may open them"`
	People    *int64              `json:"employees_below,omitempty" doc:"With those of all units below it"`
	Founded   *date.Day           `json:"founded_on,omitempty" doc:"Of one unit"`
	EndedOn   *date.Day           `json:"ended_on,omitempty" doc:"Of one unit: struck off on this day, as its latest row has it"`
	Way       []OrganisationRef   `json:"way,omitempty" doc:"Of one unit: the units above it, the city first"`
	Under     []OrganisationKindN `json:"directly_under,omitempty" doc:"Of one unit: what lies directly under it, by kind"`
	History   []OrganisationSaid  `json:"history,omitempty" doc:"Of one unit: every row about it, newest first"`
	Moves     []OrganisationMove  `json:"moves,omitempty" doc:"Of one unit: units that passed to or from it, newest first"`
}

// OrganisationWord is a code with its word in the caller's language.
type OrganisationWord struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// OrganisationRef names a unit.
type OrganisationRef struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// OrganisationKindN is how many units of a kind there are.
type OrganisationKindN struct {
	Kind  OrganisationWord `json:"kind"`
	Units int              `json:"units"`
}

// OrganisationSaid is one row about a unit.
type OrganisationSaid struct {
	AsOf    date.Day             `json:"as_of"`
	Stand   string               `json:"stand" enum:"first,changed,confirmed,overruled,withdrawn,above"`
	Changes []OrganisationChange `json:"changes"`
	Import  string               `json:"import,omitempty" doc:"Id of the import; none: no file says so"`
	SheetNo int                  `json:"sheet_no"`
	Row     int                  `json:"row"`
}

// OrganisationChange is one field that a row says otherwise than the row before.
type OrganisationChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// OrganisationMove is units that passed from under one unit to under another.
type OrganisationMove struct {
	On    date.Day          `json:"on"`
	From  OrganisationRef   `json:"from"`
	To    OrganisationRef   `json:"to"`
	Total int               `json:"total"`
	Units []OrganisationRef `json:"units" doc:"The first of them that the caller sees"`
}

// Words prints units in one language.
type Words struct {
	locale.Printer
	Of func(d ledger.Dim, v int64) string // the name of a value of a dimension
}

func (w Words) word(code, name string) OrganisationWord {
	return OrganisationWord{Code: code, Name: name}
}

func (w Words) ref(r UnitRef) OrganisationRef {
	out := OrganisationRef{Name: r.Name}
	if r.Seen {
		out.ID = r.ID.String()
	}
	return out
}

// Unit writes a unit of a list.
func (w Words) Unit(u Unit) OrganisationDoc {
	section := cn.Section(u.Industry)
	d := OrganisationDoc{
		ID: u.ID, Code: u.Code, Name: u.Name, Pinyin: cn.PinyinFirm(u.Name), Kind: w.word(string(u.Kind), w.T(u.Kind.Key())),
		District: w.word(strconv.Itoa(int(u.District)), w.Of(ledger.District, int64(u.District))), Industry: industryText(u.Industry), Section: w.word(section, ""),
		Ownership: w.word(strconv.Itoa(int(u.Ownership)), w.T(u.Ownership.Key())), Size: w.word(strconv.Itoa(int(u.Size)), w.T(u.Size.Key())),
		Standing: w.word(string(u.Standing), w.T(u.Standing.Key())), Below: u.Below,
	}
	if section != "" {
		d.Section.Name = w.T("cn.section." + section)
	}
	if u.ParentIs.ID != 0 {
		r := w.ref(u.ParentIs)
		d.Parent = &r
	}
	if u.UnionIs.ID != 0 {
		r := w.ref(u.UnionIs)
		d.Union = &r
	}
	if u.Counted {
		d.Own, d.People = &u.Own, &u.People
	}
	return d
}

// Units writes the units of a page.
func (w Words) Units(list []Unit) []OrganisationDoc {
	out := make([]OrganisationDoc, len(list))
	for i, u := range list {
		out[i] = w.Unit(u)
	}
	return out
}

// File writes a unit with its history.
func (w Words) File(f *UnitFile) OrganisationDoc {
	d := w.Unit(f.Unit)
	if f.Founded != 0 {
		d.Founded = &f.Founded
	}
	if f.EndedOn != 0 {
		d.EndedOn = &f.EndedOn
	}
	for _, r := range f.Way {
		d.Way = append(d.Way, w.ref(r))
	}
	for _, k := range f.Kinds {
		d.Under = append(d.Under, OrganisationKindN{w.word(string(k.Kind), w.T(k.Kind.Key())), k.N})
	}
	for _, s := range f.History {
		said := OrganisationSaid{AsOf: s.AsOf, Stand: string(s.Stand), Changes: []OrganisationChange{}}
		if s.Import != 0 {
			line := ledger.Line(s.Line)
			said.Import, said.SheetNo, said.Row = strconv.FormatInt(s.Import, 10), line.Sheet(), line.Row()
		}
		for _, c := range s.Changes {
			said.Changes = append(said.Changes, OrganisationChange{c.Field, w.Value(c.From), w.Value(c.To)})
		}
		d.History = append(d.History, said)
	}
	for _, m := range f.Moves {
		move := OrganisationMove{On: m.On, From: w.ref(m.From), To: w.ref(m.To), Total: m.N, Units: []OrganisationRef{}}
		for _, u := range m.Units {
			move.Units = append(move.Units, w.ref(u))
		}
		d.Moves = append(d.Moves, move)
	}
	return d
}

// Value says a value of a changed field; empty when nothing was said.
func (w Words) Value(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case org.Kind:
		return w.T(x.Key())
	case UnitRef:
		return x.Name
	case int32:
		if x == 0 {
			return ""
		}
		return w.Of(ledger.District, int64(x))
	case int:
		return industryText(x)
	case org.Ownership:
		return w.T(x.Key())
	case org.Size:
		return w.T(x.Key())
	case date.Day:
		if x != 0 {
			return w.DayShort(x)
		}
	}
	return ""
}

// industryText is the class of an industry in four digits, empty when not said.
func industryText(class int) string {
	if class == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", class)
}
