package ledger

import (
	"slices"
	"sort"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/money"
)

// Dim is something that figures can be cut by or filtered on.
type Dim string

// The dimensions. Their values are the numbers that the fact holds; Section is the code point of
// the letter A–T, Age is the index of AgeBands plus one.
const (
	District   Dim = "district"
	Union      Dim = "union"
	Employer   Dim = "employer"
	Industry   Dim = "industry"
	Section    Dim = "section"
	Ownership  Dim = "ownership"
	Size       Dim = "size"
	Occupation Dim = "occupation"
	Rank       Dim = "rank"
	RankEver   Dim = "rank_ever"
	Sex        Dim = "sex"
	Age        Dim = "age"
	Member     Dim = "member"
	Class      Dim = "class"
	CauseOf    Dim = "cause"
	EntryOf    Dim = "entry"
	ImportOf   Dim = "import"
)

// AgeBands are the first years of age of the bands: under 25, 25–34, 35–44, 45–54, 55 and over.
var AgeBands = []int{0, 25, 35, 45, 55}

// AgeBand gives the band (1–5) of somebody born in a month, on a day; 0 when unknown.
func AgeBand(born date.Month, on date.Day) int64 {
	age := born.Age(on)
	if age < 0 {
		return 0
	}
	return int64(sort.SearchInts(AgeBands, age+1))
}

// dimension says which column a Dim reads, and how, on the day asked.
type dimension struct {
	col   string
	value func(v int64, on date.Day) int64
}

var dimensions = map[Dim]dimension{
	District:   {col: "district"},
	Union:      {col: "union_id"},
	Employer:   {col: "employer_id"},
	Industry:   {col: "industry"},
	Section:    {col: "industry", value: section},
	Ownership:  {col: "ownership"},
	Size:       {col: "size"},
	Occupation: {col: "occupation"},
	Rank:       {col: "rank"},
	RankEver:   {col: "rank_ever"},
	Sex:        {col: "sex"},
	Age:        {col: "birth_month", value: func(v int64, on date.Day) int64 { return AgeBand(date.Month(v), on) }},
	Member:     {col: "member"},
	Class:      {col: "worker_class"},
	CauseOf:    {col: "cause"},
	EntryOf:    {col: "entry"},
	ImportOf:   {col: "import_id"},
}

func section(industry int64, _ date.Day) int64 {
	s := cn.Section(int(industry))
	if s == "" {
		return 0
	}
	return int64(s[0])
}

// IsDim reports whether the name is a dimension.
func IsDim(d Dim) bool { _, ok := dimensions[d]; return ok }

// ValueOf gives the value of a dimension of one fact on the day asked.
func ValueOf(d Dim, f *Fact, on date.Day) int64 {
	dim := dimensions[d]
	v := columns[columnIndex[dim.col]].get(f)
	if dim.value != nil {
		v = dim.value(v, on)
	}
	return v
}

// Cond keeps the facts whose value is one of In, or, when In is empty, lies within Min–Max.
type Cond struct {
	Dim      Dim
	In       []int64
	Min, Max int64
}

// Has reports whether the condition holds for a value.
func (c Cond) Has(v int64) bool {
	if len(c.In) > 0 {
		return slices.Contains(c.In, v)
	}
	return c.Min <= v && v <= c.Max
}

// Scope is what a reader may count: everything, the facts of one union, or of one employer. The
// zero Scope counts nothing.
type Scope struct {
	All      bool
	Union    int64
	Employer int64
}

// Query asks for sums. A stock is asked with a period from date.Ever to the day.
type Query struct {
	Kind   Kind
	Attr   string // empty: any
	Period date.Period
	Block  int64 // as known when this block was sealed; 0: now
	Where  []Cond
	Scope  Scope
	By     []Dim
}

// Stock asks for what there is on a day.
func Stock(k Kind, on date.Day) Query {
	return Query{Kind: k, Period: date.Period{From: date.Ever, To: on}}
}

// Cell is one cell of a cross table: the values of By in order, and the sums.
type Cell struct {
	Keys     []int64
	Quantity int64
	Amount   money.Fen
	Facts    int64
}

// maxBy is the most dimensions of a cross table.
const maxBy = 4

// MaxBy is the most dimensions that a query may cut by.
const MaxBy = maxBy
