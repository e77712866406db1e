package registry

import (
	"database/sql"
	"strconv"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// WorkerID names a person's file. Ids are made in Go and say nothing about order.
type WorkerID int64

// String prints the id in decimal.
func (id WorkerID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON: JavaScript would round 64-bit numbers.
func (id WorkerID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id. Anything else is a NotFound fault.
func (id *WorkerID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return fault.New(fault.NotFound, "registry.worker_unknown")
	}
	*id = WorkerID(n)
	return nil
}

// Sex is 1 male, 2 female, 0 unknown.
type Sex uint8

// Post is the kind of a post (岗位类别).
type Post uint8

// The kinds of posts. 0 is not said.
const (
	Production  Post = 1 // 生产操作
	Technical   Post = 2 // 技术
	ServicePost Post = 3 // 服务
	Management  Post = 4 // 管理
	OtherPost   Post = 5 // 其他
)

// Sources are the sourced rows of one person, also those withdrawn.
type Sources struct {
	Worker       WorkerID
	Survivor     WorkerID // not 0 when the file was merged into that one, whose rows these then are
	Identity     []IdentityRow
	Employment   []EmploymentRow
	Certificates []CertificateRow
	Revocations  []RevocationRow
	Claims       []ClaimRow
	Rulings      []RulingRow
}

// IdentityRow is a correction of sex or birth month by an officer, with its reason. Zero states
// nothing.
type IdentityRow struct {
	ID         int64
	Sex        Sex
	Birth      date.Month
	RecordedAt time.Time
	Withdrawn  bool
	Lent       bool // stands in a file that was merged into this one
}

// EmploymentRow is what one row of a roster says: on AsOf the person was employed here, since
// StartedOn if stated; or, with LeftOn, that the first day of not being there any more was LeftOn.
type EmploymentRow struct {
	ID         int64
	Employer   org.UnitID
	AsOf       date.Day
	StartedOn  sql.Null[date.Day]
	LeftOn     sql.Null[date.Day]
	Post       Post
	Occupation int32 // 2022 classification, 6180101
	Member     bool
	Main       bool // declared as the main one of several
	Sex        Sex
	Birth      date.Month
	Import     int64
	Line       ledger.Line
	RecordedAt time.Time
	Sender     SourceKind
	Withdrawn  bool
	Lent       bool
}

func (r *EmploymentRow) source() source { return source{r.ID, r.Import, r.Line} }

func (r *EmploymentRow) said(day date.Day) said {
	return said{day: day, at: r.RecordedAt.UnixMilli(), id: r.ID}
}

func (r *EmploymentRow) sameJob(o *EmploymentRow) bool {
	return r.Post == o.Post && r.Occupation == o.Occupation && r.Member == o.Member && r.Main == o.Main
}

// CertificateRow is what one row of a certificate list says. Key is the same for all rows about
// one certificate of one person.
type CertificateRow struct {
	ID         int64
	Key        string // hexadecimal blind index of the number
	AsOf       date.Day
	Rank       int
	Occupation int32
	IssuedOn   date.Day
	ExpiresOn  date.Day // last day; date.Forever when it does not end
	RevokedOn  sql.Null[date.Day]
	District   int32 // of the list that brought it
	Sex        Sex
	Birth      date.Month
	Import     int64
	Line       ledger.Line
	RecordedAt time.Time
	Sender     SourceKind
	Form       CertificateForm
	Withdrawn  bool
	Lent       bool
	decided    int64  // the RevocationRow that sets RevokedOn; 0 when the list did
	toldBy     source // the row that sets or lifts RevokedOn, when it is another one
}

func (r *CertificateRow) source() source { return source{r.ID, r.Import, r.Line} }

func (r *CertificateRow) said(day date.Day) said {
	return said{day: day, at: r.RecordedAt.UnixMilli(), id: r.ID}
}

// RevocationRow is a person's decision that a certificate was revoked from a day on (撤销). It weighs more than
// what any list says, earlier or later, until it is withdrawn.
type RevocationRow struct {
	ID         int64
	Key        string // the CertificateRow.Key
	RevokedOn  date.Day
	RecordedAt time.Time
	Withdrawn  bool
}

func (r *CertificateRow) sameCertificate(o *CertificateRow) bool {
	return r.Rank == o.Rank && r.Occupation == o.Occupation && r.IssuedOn == o.IssuedOn &&
		r.ExpiresOn == o.ExpiresOn && r.RevokedOn == o.RevokedOn && r.District == o.District
}
