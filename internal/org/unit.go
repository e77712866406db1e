package org

import (
	"database/sql"
	"slices"
	"strconv"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

// UnitID names a unit. Ids are made in Go and say nothing about order; 0 is no unit.
type UnitID int64

// String prints the id in decimal, as JSON and addresses carry it.
func (id UnitID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalText makes the id a string in JSON: JavaScript would round 64-bit numbers.
func (id UnitID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a decimal id; empty text is 0. Anything else is a NotFound fault.
func (id *UnitID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return fault.New(fault.NotFound, "org.unknown_unit", string(b))
	}
	*id = UnitID(n)
	return nil
}

// Kind is the kind of a unit. Its name is in the catalogues as org.kind.<kind>.
type Kind string

// The kinds of units.
const (
	City          Kind = "city"           // 市总工会: the root, one in an installation
	District      Kind = "district"       // 辖市(区)总工会
	Zone          Kind = "zone"           // 功能区总工会
	IndustryUnion Kind = "industry_union" // 产业工会
	Member        Kind = "member"         // 联席会议成员单位
	School        Kind = "school"         // 院校
	Enterprise    Kind = "enterprise"     // 企业
)

// Kinds lists all kinds in the order in which people name them.
var Kinds = []Kind{City, District, Zone, IndustryUnion, Member, School, Enterprise}

// Known reports whether k is one of Kinds.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Key is the catalogue key of the kind's name.
func (k Kind) Key() string { return "org.kind." + string(k) }

// Observation is one sourced row: what somebody said of a unit as of a day.
type Observation struct {
	ID        int64    // given by Observe
	Unit      UnitID   // 0 when handed to Observe: matched by Code, else by Name and Parent, else a new unit
	AsOf      date.Day // the day from which the row is true; required
	Kind      Kind
	Name      string
	Code      string             // unified social credit code (统一社会信用代码) or a local code; may be empty
	Parent    UnitID             // the unit above; 0 = directly under the city
	District  int32              // where it lies: six digits of GB/T 2260, or a functional zone (321171, 321172); 0 = not said, or the whole city
	Industry  int                // class of GB/T 4754-2017 as four digits: 3587; 0 = not said
	Ownership Ownership          // 0 = not said
	Size      Size               // 0 = not said
	FoundedOn sql.Null[date.Day] // day of founding (成立日期)
	EndedOn   sql.Null[date.Day] // day on which it was struck off (注销日期); from it on the unit is no longer there
	Import    int64              // the file that brought the row; 0 = entered by hand
	Line      int32              // its row in that file, from 1; 0 = entered by hand
	Withdrawn bool               // taken back by the undo of its import
}

// State is what a unit was on a day. It is comparable: two equal states are the same to everybody.
type State struct {
	Name      string
	Kind      Kind
	Parent    UnitID // 0 only for the city itself
	Union     UnitID // the ancestor-or-self directly under the city; the city's own union is itself
	District  int32  // own row's, else the union's; 0 = whole city
	Industry  int
	Ownership Ownership
	Size      Size
}
