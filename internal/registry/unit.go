package registry

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// Unit is a unit (单位) as lists show it on a day.
type Unit struct {
	ID org.UnitID
	org.State
	Code     string
	Standing org.Standing
	ParentIs UnitRef // the unit above
	UnionIs  UnitRef // the union directly under the city
	Below    int     // living units below it that the reader sees
	// Own are the employees (职工) of the unit itself on the day, People those of all units below it too. They are Counted for who may
	// open the people, so that no small number tells of anybody to somebody else.
	Own, People int64
	Counted     bool
}

// UnitFilter of a list of units. Zero values choose all that live today.
type UnitFilter struct {
	org.Filter
	On    date.Day      // 0: today
	After org.UnitID    // the last unit of the page before
	Order listing.Order // one of unitOrders; own order: the official one
	Limit int
}

// maxUnits is the most units of a page.
const maxUnits = 500

// byPeople orders units by their employees: no property of the tree.
const byPeople org.SortBy = "people"

// unitOrders are the columns by which a list of units may be ordered. They live in memory, as the tree does.
var unitOrders = listing.Orders{
	string(org.ByName): {Expr: string(org.ByName)}, string(org.ByCode): {Expr: string(org.ByCode)}, string(org.ByDistrict): {Expr: string(org.ByDistrict)},
	string(org.ByIndustry): {Expr: string(org.ByIndustry)}, string(org.BySize): {Expr: string(org.BySize)}, string(org.ByOwnership): {Expr: string(org.ByOwnership)}, string(byPeople): {Expr: string(byPeople)},
}

// Check gives everything that is wrong with the filter at once.
func (f *UnitFilter) Check() error {
	var c fault.Check
	listing.OneOf(&c, "kind", string(f.Kind), listing.Names(org.Kinds))
	knownDistrict(&c, f.District)
	if f.Section != "" && (len(f.Section) != 1 || f.Section[0] < 'A' || f.Section[0] > 'T') {
		c.Add("section", "registry.section_unknown", f.Section)
	}
	if f.Size != 0 && !slices.Contains(org.Sizes(), f.Size) {
		listing.OneOf(&c, "size", strconv.Itoa(int(f.Size)), Codes(org.Sizes()))
	}
	if f.Ownership != 0 && !slices.Contains(org.Ownerships(), f.Ownership) {
		listing.OneOf(&c, "ownership", strconv.Itoa(int(f.Ownership)), Codes(org.Ownerships()))
	}
	if _, _, err := unitOrders.Of(f.Order); err != nil {
		for _, x := range fault.Fields(err) {
			c.Add(x.Name, x.Key, x.Args...)
		}
	}
	return c.Err()
}

// knownDistrict refuses a division that there is not; those of the city are named. One elsewhere may be a unit's.
func knownDistrict(c *fault.Check, code int32) {
	text := strconv.Itoa(int(code))
	if _, ok := cn.RegionOf(text); ok || code == 0 {
		return
	}
	listing.OneOf(c, "district", text, DistrictCodes())
}

// DistrictCodes are the codes of the city's districts in their official order.
func DistrictCodes() (out []string) {
	for _, d := range cn.Zhenjiang() {
		out = append(out, d.Code)
	}
	return out
}

// RankNumbers are the levels as lists are filtered by them.
func RankNumbers() (out []string) {
	for n := cn.MinRank; n <= cn.MaxRank; n++ {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// Codes writes codes as lists are filtered by them.
func Codes[T ~int](codes []T) []string {
	out := make([]string, len(codes))
	for i, n := range codes {
		out[i] = strconv.Itoa(int(n))
	}
	return out
}

// ListUnits gives the units of the reader's subtree on a day, in the official order or as the reader asked for, and how many
// there are in all, and whether more stand behind this page. Who sees a unit is told by today's tree; what it was, by the tree of the day.
func (s *Service) ListUnits(ctx context.Context, who account.Actor, f UnitFilter) (list []Unit, total int, more bool, err error) {
	v, err := s.viewUnits(ctx, who, f.On)
	if err != nil {
		return nil, 0, false, err
	}
	if f.Limit <= 0 || f.Limit > maxUnits {
		f.Limit = 50
	}
	all, err := v.choose(f)
	if err != nil {
		return nil, 0, false, err
	}
	total = len(all)
	if f.After != 0 {
		at := slices.Index(all, f.After)
		if at < 0 {
			return nil, 0, false, fault.New(fault.Invalid, "listing.after_gone")
		}
		all = all[at+1:]
	}
	return v.units(all[:min(len(all), f.Limit)]), total, len(all) > f.Limit, nil
}

// ExportUnits gives all units that a filter chooses, in its order, for a file. Who takes it is noted by the export.
func (s *Service) ExportUnits(ctx context.Context, who account.Actor, f UnitFilter) ([]Unit, error) {
	v, err := s.viewUnits(ctx, who, f.On)
	if err != nil {
		return nil, err
	}
	all, err := v.choose(f)
	return v.units(all), err
}

// unitView is the tree of a day as one reader sees it.
type unitView struct {
	tree   *org.Tree
	who    account.Actor
	on     date.Day
	own    map[org.UnitID]int64 // employees of each unit; nil: not counted for this reader
	day    *org.Day
	below  []int   // by place in day: living units below that the reader sees
	people []int64 // employees of each unit and all below it
}

// viewUnits checks the right and counts, in one pass over the tree, what lies below each unit.
func (s *Service) viewUnits(ctx context.Context, who account.Actor, on date.Day) (*unitView, error) {
	if err := who.Must(account.OrgRead); err != nil {
		return nil, err
	}
	v := &unitView{who: who, on: on}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		if v.on == 0 {
			v.on = tx.Today()
		}
		v.tree, err = s.Org.Tree(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.Employees != nil && who.Must(account.WorkerRead) == nil {
		if v.own, err = s.Employees(ctx, who, v.on); err != nil {
			return nil, err
		}
	}
	v.day = v.tree.Day(v.on)
	v.below, v.people = make([]int, len(v.day.Units)), make([]int64, len(v.day.Units))
	for i := len(v.day.Units) - 1; i >= 0; i-- { // what lies below a unit stands behind it
		u := &v.day.Units[i]
		v.people[i] += v.own[u.ID]
		if u.Up < 0 {
			continue
		}
		v.below[u.Up] += v.below[i]
		v.people[u.Up] += v.people[i]
		if u.Standing == org.Living && who.Scope.Has(u.Lo) {
			v.below[u.Up]++
		}
	}
	return v, nil
}

// sees reports whether the reader's subtree of today holds a unit.
func (v *unitView) sees(id org.UnitID) bool {
	lo, _ := v.tree.Range(id)
	return v.who.Scope.Has(lo)
}

// choose gives the units of a filter in its order.
func (v *unitView) choose(f UnitFilter) ([]org.UnitID, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	by, down, err := unitOrders.Of(f.Order)
	if err != nil {
		return nil, err
	}
	all := v.tree.Choose(v.on, f.Filter, func(u *org.Placed) bool { return v.who.Scope.Has(u.Lo) })
	if org.SortBy(by) != byPeople {
		v.tree.SortUnits(all, v.on, org.SortBy(by), down)
		return all, nil
	}
	slices.SortStableFunc(all, func(a, b org.UnitID) int {
		c := cmp.Compare(v.peopleOf(a), v.peopleOf(b))
		if down {
			return -c
		}
		return c
	})
	return all, nil
}

// ref names a unit on a day.
func (v *unitView) ref(id org.UnitID, on date.Day) UnitRef {
	if id == 0 {
		return UnitRef{}
	}
	return UnitRef{ID: id, Name: v.tree.Name(id, on), Seen: v.sees(id)}
}

func (v *unitView) units(ids []org.UnitID) []Unit {
	out := make([]Unit, len(ids))
	for i, id := range ids {
		out[i] = v.unit(id)
	}
	return out
}

// peopleOf are the employees of a unit and of all below it.
func (v *unitView) peopleOf(id org.UnitID) int64 {
	i, _ := v.day.Place(id) // units of a list are placed
	return v.people[i]
}

func (v *unitView) unit(id org.UnitID) Unit {
	u := Unit{ID: id, Code: v.tree.Code(id)}
	i, placed := v.day.Place(id)
	if !placed { // only in a damaged tree
		return u
	}
	p := &v.day.Units[i]
	u.State, u.Standing, u.Below = p.State, p.Standing, v.below[i]
	u.ParentIs, u.UnionIs = v.ref(u.Parent, v.on), v.ref(u.Union, v.on)
	if v.own != nil && v.counts(u) {
		u.Own, u.People, u.Counted = v.own[id], v.people[i], true
	}
	return u
}

// counts reports whether the facts of a unit's people are the reader's to count: they follow the union and the employer of their own
// day, which for a unit that came from elsewhere is not the reader's.
func (v *unitView) counts(u Unit) bool {
	s := v.who.Scope
	switch {
	case s.All:
		return true
	case s.Kind == org.Enterprise:
		return u.ID == s.Unit
	}
	return u.Union == s.Unit
}
