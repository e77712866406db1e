package demo

import "tuoxing/internal/date"

// Outcome is what a right import does with one row.
type Outcome string

// The outcomes. Skipped rows are no data; they are in none of the other counts.
const (
	Accepted  Outcome = "accepted"  // 接收
	Mended    Outcome = "mended"    // 修正, with a note
	Refused   Outcome = "refused"   // 退回, with a reason
	Duplicate Outcome = "duplicate" // 重复
	Skipped   Outcome = "skipped"   // 略过
)

// column is a column of the soiled lists.
type column uint8

const (
	cNo column = iota
	cName
	cSex
	cID
	cFirm
	cCredit
	cPost
	cWork
	cDay // 入职日期 of a roster, 发证日期 of a certificate
	cPhone
	cMember
	cAge // nobody asks for it
	cNote
	cLevel
	cNumber
	cUntil
	cDistrict
	columns
)

// columnSet has one bit for each column that a defect leans on. Defects of one row have none in
// common, so that none hides what another would bring about.
type columnSet uint32

func cols(list ...column) (s columnSet) {
	for _, c := range list {
		s |= 1 << c
	}
	return s
}

// listSet says in which lists a defect can stand.
type listSet uint8

const (
	inRoster listSet = 1 << iota
	inCertificates
	inBook // only in a workbook: csv has no such thing
	inBoth = inRoster | inCertificates
)

// defect is one kind of defect (缺陷), or of a clean row that looks like one (貌似缺陷).
type defect struct {
	name    string
	where   listSet
	on      columnSet
	outcome Outcome
	rules   string // numbers of the rules that refuse or mend, in order, with blanks between
	fits    func(*subject) bool
	plant   func(*dice, *subject)
}

// truth is what a right import takes a row for.
type truth struct {
	name, id string
	day      string // 2006-01-02, empty when none was given
	rank     int    // certificates only
}

// subject is one made-up person with the row about them.
type subject struct {
	name, id string
	taken    map[string]bool // the numbers of all people of the lists
	male     bool
	born     date.Day
	day      date.Day // of entry, or of issue
	rank     int
	firm     *firm
	cells    [columns]any
	right    [columns]any // the same before anything was planted: what a corrected row says
	want     truth
	outcome  Outcome
	rules    []string
	kinds    []string
	hidden   bool
	joined   bool                  // employer merged with the row above
	numberOf func(year int) string // a new certificate number, nil on a roster
}

// setDay gives the row another day than it was made with.
func (s *subject) setDay(d date.Day) {
	s.day = d
	s.cells[cDay], s.want.day = d.String(), d.String()
}

// setID gives the row another person's number, with the sex that it tells.
func (s *subject) setID(id string) {
	s.id = id
	s.cells[cID], s.want.id = id, id
	s.male = id[16]%2 == 1
	s.cells[cSex] = sexWord(s.male)
}

func sexWord(male bool) string {
	if male {
		return "男"
	}
	return "女"
}

// entry is one line of the list of defects.
type entry struct {
	file, sheet string
	row         int
	subject
}
