package registry

import (
	"slices"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// Grade says how sure it is that two files are one person's. Its words are registry.grade_<name>.
type Grade uint8

// The grades. 0 is no reason to think so.
const (
	PossibleSame Grade = 1 // 可能
	LikelySame   Grade = 2 // 很可能
	CertainSame  Grade = 3 // 确定: nothing else can be meant
)

var gradeNames = [...]string{"", "possible", "likely", "certain"}

// String gives the name of the grade as addresses and commands write it.
func (g Grade) String() string { return gradeNames[g] }

// MarshalText writes the name.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads the name; nothing is 0, which filters nothing.
func (g *Grade) UnmarshalText(b []byte) error {
	i := slices.Index(gradeNames[:], string(b))
	if i < 0 {
		var c fault.Check
		c.Add("grade", "registry.grade_unknown", string(b))
		return c.Err()
	}
	*g = Grade(i)
	return nil
}

// evidence is a set of reasons to take two files for one person's.
type evidence uint16

// The kinds of evidence. Near numbers have right check characters both: a number with a wrong one never
// made a file, so one wrong digit stands here with another check character.
const (
	evShort evidence = 1 << iota
	evDigit
	evSwapped
	evTail
	evPlace
	evName
	evVariant
	evPinyin
	evPhone
	evPhoneAlone
	evBirthday
	evEmployer
	evCertificate
	evOneList
)

// EvidenceKind is one line of the table of evidence. Its words are registry.evidence_<Name>.
type EvidenceKind struct {
	Name     string
	Compares string // the column of a roster that it is read from
	Against  bool   // speaks for two people
	bit      evidence
}

// EvidenceKinds are all kinds, in the order in which they are told.
var EvidenceKinds = []EvidenceKind{
	{Name: "short_form", Compares: colID, bit: evShort},          // the 15-digit form, which says no century, was read for 19xx
	{Name: "one_digit", Compares: colID, bit: evDigit},           // one of the first 17 digits differs
	{Name: "swapped", Compares: colID, bit: evSwapped},           // two neighbouring digits are exchanged
	{Name: "excel_tail", Compares: colID, bit: evTail},           // the first 15 are the same and one ends in 000: a spreadsheet keeps 15
	{Name: "same_place", Compares: colID, bit: evPlace},          // region and sequence are the same, the birthday is not
	{Name: "same_name", Compares: colName, bit: evName},          // letter for letter, dots and blanks apart
	{Name: "variant_name", Compares: colName, bit: evVariant},    // the same but for variant characters (异体字)
	{Name: "same_pinyin", Compares: colName, bit: evPinyin},      // other characters of the same sound
	{Name: "same_phone", Compares: colPhone, bit: evPhone},       // which others may have, too
	{Name: "phone_alone", Compares: colPhone, bit: evPhoneAlone}, // which nobody else has
	{Name: "same_birthday", Compares: colID, bit: evBirthday},    // and no other sex
	{Name: "same_employer", Compares: colEmployer, bit: evEmployer},
	{Name: "same_certificate", Compares: colNumber, bit: evCertificate},
	{Name: "one_list", Against: true, bit: evOneList}, // a list names both, as two rows
}

// names gives the kinds in a set.
func (e evidence) names() []string {
	var out []string
	for _, k := range EvidenceKinds {
		if e&k.bit != 0 {
			out = append(out, k.Name)
		}
	}
	return out
}

func (e evidence) String() string { return strings.Join(e.names(), " ") }

// Groups of kinds.
const (
	nearNumber = evDigit | evSwapped | evTail
	alikeName  = evName | evVariant
	anyName    = evName | evVariant | evPinyin
)

// gradeRule gives a grade to pairs that have every kind of all, one at least of each set of any, and
// none of none.
type gradeRule struct {
	grade Grade
	all   evidence
	any   []evidence
	none  evidence
}

// gradeRules are asked from the surest on; the first that holds counts. A pair that a list names as two rows is
// never certain: its sender, who knows both, says that they are two.
var gradeRules = []gradeRule{
	{grade: CertainSame, all: evShort | evName, none: evOneList},
	{grade: CertainSame, all: evName | evPhoneAlone, any: []evidence{nearNumber}, none: evOneList},

	{grade: LikelySame, all: evShort, any: []evidence{anyName}},
	{grade: LikelySame, any: []evidence{nearNumber, alikeName}},
	{grade: LikelySame, all: evPinyin | evPhone, any: []evidence{nearNumber}},
	{grade: LikelySame, all: evName | evPhone, any: []evidence{evBirthday | evEmployer | evPlace}},
	{grade: LikelySame, all: evName | evBirthday | evEmployer},
	{grade: LikelySame, all: evCertificate},

	{grade: PossibleSame, all: evPinyin, any: []evidence{nearNumber}},
	{grade: PossibleSame, all: evPhone, any: []evidence{nearNumber}}, // twins with their father's telephone, too
	{grade: PossibleSame, all: evPhone, any: []evidence{anyName}},
	{grade: PossibleSame, all: evBirthday | evEmployer, any: []evidence{anyName}},
	{grade: PossibleSame, all: evPlace, any: []evidence{alikeName}},
	{grade: PossibleSame, all: evBirthday, any: []evidence{alikeName}},
}

// GradeRule is a rule in the names of the kinds.
type GradeRule struct {
	Grade     Grade
	All, None []string
	Any       []string // sets of alternatives, each in words
}

// GradeRules tells the rules, for the documentation.
func GradeRules() []GradeRule {
	out := make([]GradeRule, len(gradeRules))
	for i, r := range gradeRules {
		out[i] = GradeRule{Grade: r.grade, All: r.all.names(), None: r.none.names()}
		for _, set := range r.any {
			out[i].Any = append(out[i].Any, strings.Join(set.names(), ", "))
		}
	}
	return out
}

// grade is what a set of evidence comes to, 0 when it is none.
func (e evidence) grade() Grade {
	for _, r := range gradeRules {
		lacks := func(group evidence) bool { return e&group == 0 }
		if e&r.all == r.all && e&r.none == 0 && !slices.ContainsFunc(r.any, lacks) {
			return r.grade
		}
	}
	return 0
}

// suspect is what is compared of one file. It takes about 100 bytes; a city has a million.
type suspect struct {
	id, root  WorkerID // root: the file into which this one was merged, or itself
	employer  int64    // today's, 0 without one
	number    [17]byte // without the check character; 0 for cards of another form
	zeroCheck bool     // the check character is 0
	sex       Sex
	crowd     uint8    // how many files have the phone number, at most 255
	born      date.Day // date.Ever: not known
	phone     uint64   // 0 without one
	name      uint64   // hash of the folded name
	plain     uint64   // of its spelling in standard characters
	sound     uint64   // of that one's pinyin
}

// tooOld is the age, in years, that nobody on a list of workers has: a person of that age was born in 20xx
// and has a number of 15 digits, which import reads for 19xx.
const tooOld = 100

func (a *suspect) isTooOld(today date.Day) bool {
	return a.born > date.Ever && a.born.AddMonths(12*tooOld) <= today
}

// compare tells what speaks for two files being one person's, and which digits of the numbers differ, from 1 on.
func compare(a, b *suspect, today date.Day) (e evidence, places []int) {
	switch {
	case a.name == b.name:
		e |= evName
	case a.plain == b.plain:
		e |= evVariant
	case a.sound == b.sound:
		e |= evPinyin
	}
	if a.phone != 0 && a.phone == b.phone {
		e |= evPhone
		if a.crowd == 2 {
			e |= evPhoneAlone
		}
	}
	if a.born > date.Ever && a.born == b.born && (a.sex == b.sex || a.sex == 0 || b.sex == 0) {
		e |= evBirthday
	}
	if a.employer != 0 && a.employer == b.employer {
		e |= evEmployer
	}
	if a.number[0] == 0 || b.number[0] == 0 {
		return e, nil
	}
	for i := range a.number {
		if a.number[i] != b.number[i] {
			places = append(places, i+1)
		}
	}
	if len(places) > 0 { // a number has one file
		e |= compareNumbers(a, b, places, today)
	}
	return e, places
}

// Parts of an ID number (GB 11643): region 1–6, birth 7–14, sequence 15–17.
const (
	regionEnd  = 6
	centuryEnd = 8
	birthEnd   = 14
	excelKeeps = 15 // digits of a number in a spreadsheet
)

func compareNumbers(a, b *suspect, places []int, today date.Day) (e evidence) {
	first, last := places[0], places[len(places)-1]
	switch {
	case len(places) == 1:
		e |= evDigit
	case len(places) == 2 && last == first+1 && a.number[first-1] == b.number[last-1] && a.number[last-1] == b.number[first-1]:
		e |= evSwapped
	}
	if first > excelKeeps && (a.endsInZeros() || b.endsInZeros()) {
		e |= evTail
	}
	if first > regionEnd && last <= birthEnd {
		e |= evPlace
		if last <= centuryEnd && a.isTooOld(today) != b.isTooOld(today) {
			e |= evShort
		}
	}
	return e
}

// endsInZeros reports whether the last two digits before the check character are zeros. The check
// character is then 0, too, or the number is not what a spreadsheet has left: one in eleven.
func (a *suspect) endsInZeros() bool {
	return a.number[15] == '0' && a.number[16] == '0' && a.zeroCheck
}
