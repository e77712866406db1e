// Package ledger keeps the facts (记账事实): what happened, when, to whom, and where the file
// and row are that say so. Every figure of Tuoxing is a sum over facts.
//
// A fact is entered once and never updated or deleted; a mistake is taken back by another fact
// (红字冲销) that carries the same day and attributes with the signs turned. A fact holds no name,
// number or phone and nothing that depends on an installation's keys: when a person is erased,
// the facts still count.
//
// Every write transaction that enters facts seals one block (封存批次): the facts in one canonical
// packed encoding, hashed with SM3 together with the hash of the block before. The table of facts
// is the queryable copy of these bytes, and Verify compares both.
//
// Event facts are entered with Enter. Stock facts are never written by hand: a module computes
// what a person's sourced rows say (a timeline) and Settle enters the difference between that and
// what the ledger holds.
//
// Sums come from columns in memory, in block order, so that a figure as known at block B is a
// prefix of the arrays. The package knows no module and no page; it must not read modules' tables.
package ledger

import (
	"tuoxing/internal/date"
	"tuoxing/internal/money"
)

// Kind says what a fact is about.
type Kind uint8

// The kinds. Their numbers are part of the hashed bytes and never change.
const (
	Worker    Kind = 1 // a person in the stock: on a roster, or ever certified
	Statistic Kind = 2 // an outside statistic (外部统计) with its source, e.g. employed persons
	Post      Kind = 3 // a further post (兼任岗位): an employment beside the main one, counted in posts, not people
)

var kindNames = map[Kind]string{Worker: "worker", Statistic: "statistic", Post: "post"}

// String gives the stable name of the kind.
func (k Kind) String() string { return kindNames[k] }

// KindNamed finds a kind by its stable name.
func KindNamed(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return k, true
		}
	}
	return 0, false
}

// Cause says what happened, given by a timeline.
type Cause uint8

// The causes of stock facts. An event fact has NoCause.
const (
	NoCause Cause = iota
	New           // 新增: first seen
	Left          // 离职: the last employment ended
	Moved         // 变动: another employer, post, district, class or another attribute of the unit
	Risen         // 晋级: a higher rank
	Lapsed        // 失效: a certificate expired or was revoked
)

var causeNames = [...]string{"", "new", "left", "moved", "risen", "lapsed"}

// String gives the stable name of the cause.
func (c Cause) String() string { return nameOf(causeNames[:], int(c)) }

// Entry says how a fact came in.
type Entry uint8

// The entries.
const (
	Entered   Entry = 1 // for the first time
	Corrected Entry = 2 // one side of an exchange: taken back, or put in its place
	Reversed  Entry = 3 // taken back with nothing in its place
)

var entryNames = [...]string{"", "entered", "corrected", "reversed"}

// String gives the stable name of the entry.
func (e Entry) String() string { return nameOf(entryNames[:], int(e)) }

// nameOf tolerates numbers that only damaged rows hold.
func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "?"
}

// Line is a place in a spreadsheet: the sheet's index (0-based) and the row as a person counts it
// (1-based), in one number.
type Line int32

// MaxRow is the highest row number of a sheet that a Line can hold.
const MaxRow = 1<<21 - 1

// LineOf makes a line from the sheet's index (0–1023) and the row (1–MaxRow).
func LineOf(sheet, row int) Line { return Line(sheet<<21 | row) }

// Sheet is the 0-based index of the sheet.
func (l Line) Sheet() int { return int(l) >> 21 }

// Row is the row as a person counts it.
func (l Line) Row() int { return int(l) & MaxRow }

// Ref names a fact by its place in the chain; the zero Ref names none.
type Ref struct {
	Block    int64
	Position int32
}

// Fact is one signed fact. Zero means none or unknown in every attribute. It is comparable.
type Fact struct {
	Kind       Kind
	Attr       string    // small code within the kind: programme, title, indicator; ASCII, ≤ 64 bytes
	Quantity   int64     // signed count
	Amount     money.Fen // signed fen
	Cause      Cause
	Entry      Entry
	OccurredOn date.Day // when it was true; when it was entered stands in the block

	Worker     int64
	Employer   int64 // unit id; 0 for a person without a union employer
	Using      int64 // the unit that uses a dispatched worker (用工单位)
	Union      int64 // the district, zone or industry union the employer reported to that day
	District   int32 // division code such as 321181; functional zones have their local code
	Industry   int32 // GB/T 4754-2017 class number, 3587
	Ownership  int32
	Size       int32
	Occupation int32 // 2022 classification, 6180101 for 6-18-01-01
	Rank       uint8 // highest certificate valid that day, 0 none, 1–8
	RankEver   uint8 // highest held up to that day and not revoked
	Sex        uint8 // 1 male, 2 female
	BirthMonth date.Month
	Member     uint8 // 1 union member
	Class      uint8 // worker class; not 0 for an industrial worker (产业工人)

	Subject  int64 // the module's own row
	Import   int64 // the file …
	Line     Line  // … and row it came from
	Reverses Ref   // the fact that this one takes back
}

// content is the fact without how it came in: two facts of equal content say the same.
func (f Fact) content() Fact {
	f.Entry = 0
	f.Reverses = Ref{}
	return f
}

// Placed is a fact with its place in the chain.
type Placed struct {
	Ref
	Fact
}

// column describes one attribute once for the packed bytes, the table and the memory columns.
// The order is part of the hashed bytes and never changes; new attributes go to the end, in a
// new version of the encoding.
type column struct {
	name string
	get  func(f *Fact) int64
	set  func(f *Fact, v int64)
}

var columns = [...]column{
	{"kind", func(f *Fact) int64 { return int64(f.Kind) }, func(f *Fact, v int64) { f.Kind = Kind(v) }},
	{"quantity", func(f *Fact) int64 { return f.Quantity }, func(f *Fact, v int64) { f.Quantity = v }},
	{"amount_fen", func(f *Fact) int64 { return int64(f.Amount) }, func(f *Fact, v int64) { f.Amount = money.Fen(v) }},
	{"cause", func(f *Fact) int64 { return int64(f.Cause) }, func(f *Fact, v int64) { f.Cause = Cause(v) }},
	{"entry", func(f *Fact) int64 { return int64(f.Entry) }, func(f *Fact, v int64) { f.Entry = Entry(v) }},
	{"occurred_on", func(f *Fact) int64 { return int64(f.OccurredOn) }, func(f *Fact, v int64) { f.OccurredOn = date.Day(v) }},
	{"worker_id", func(f *Fact) int64 { return f.Worker }, func(f *Fact, v int64) { f.Worker = v }},
	{"employer_id", func(f *Fact) int64 { return f.Employer }, func(f *Fact, v int64) { f.Employer = v }},
	{"using_id", func(f *Fact) int64 { return f.Using }, func(f *Fact, v int64) { f.Using = v }},
	{"union_id", func(f *Fact) int64 { return f.Union }, func(f *Fact, v int64) { f.Union = v }},
	{"district", func(f *Fact) int64 { return int64(f.District) }, func(f *Fact, v int64) { f.District = int32(v) }},
	{"industry", func(f *Fact) int64 { return int64(f.Industry) }, func(f *Fact, v int64) { f.Industry = int32(v) }},
	{"ownership", func(f *Fact) int64 { return int64(f.Ownership) }, func(f *Fact, v int64) { f.Ownership = int32(v) }},
	{"size", func(f *Fact) int64 { return int64(f.Size) }, func(f *Fact, v int64) { f.Size = int32(v) }},
	{"occupation", func(f *Fact) int64 { return int64(f.Occupation) }, func(f *Fact, v int64) { f.Occupation = int32(v) }},
	{"rank", func(f *Fact) int64 { return int64(f.Rank) }, func(f *Fact, v int64) { f.Rank = uint8(v) }},
	{"rank_ever", func(f *Fact) int64 { return int64(f.RankEver) }, func(f *Fact, v int64) { f.RankEver = uint8(v) }},
	{"sex", func(f *Fact) int64 { return int64(f.Sex) }, func(f *Fact, v int64) { f.Sex = uint8(v) }},
	{"birth_month", func(f *Fact) int64 { return int64(f.BirthMonth) }, func(f *Fact, v int64) { f.BirthMonth = date.Month(v) }},
	{"member", func(f *Fact) int64 { return int64(f.Member) }, func(f *Fact, v int64) { f.Member = uint8(v) }},
	{"worker_class", func(f *Fact) int64 { return int64(f.Class) }, func(f *Fact, v int64) { f.Class = uint8(v) }},
	{"subject_id", func(f *Fact) int64 { return f.Subject }, func(f *Fact, v int64) { f.Subject = v }},
	{"import_id", func(f *Fact) int64 { return f.Import }, func(f *Fact, v int64) { f.Import = v }},
	{"line", func(f *Fact) int64 { return int64(f.Line) }, func(f *Fact, v int64) { f.Line = Line(v) }},
	{"reverses_block", func(f *Fact) int64 { return f.Reverses.Block }, func(f *Fact, v int64) { f.Reverses.Block = v }},
	{"reverses_position", func(f *Fact) int64 { return int64(f.Reverses.Position) }, func(f *Fact, v int64) { f.Reverses.Position = int32(v) }},
}
