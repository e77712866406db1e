package registry

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
	"tuoxing/internal/vault"
)

const (
	colKind      = "kind"
	colCodeOf    = "code"
	colParent    = "parent"
	colIndustry  = "industry"
	colOwnership = "ownership"
	colSize      = "size"
	colFounded   = "founded_on"
	colEnded     = "ended_on"
)

// OrganisationsTarget takes in lists of units (组织机构): unions, enterprises, schools, departments.
func (s *Service) OrganisationsTarget() *intake.Target {
	return &intake.Target{
		Kind: "organisations", NeedsDate: true,
		Columns: []intake.Column{
			{Name: colName, Title: "单位名称", Synonyms: []string{"单位名称", "组织名称", "企业名称", "名称"}, Required: true},
			{Name: colCodeOf, Title: "统一社会信用代码", Synonyms: []string{"统一社会信用代码", "信用代码", "社会信用代码", "单位代码"}},
			{Name: colKind, Title: "单位类型", Synonyms: []string{"单位类型", "组织类型", "类型"}, Required: true},
			{Name: colParent, Title: "上级单位", Synonyms: []string{"上级单位", "上级工会", "所属工会", "隶属工会"}},
			{Name: colDistrict, Title: "所在地区", Synonyms: []string{"所在地区", "所属地区", "地区", "辖市区"}},
			{Name: colIndustry, Title: "行业代码", Synonyms: []string{"行业代码", "国民经济行业代码", "所属行业", "行业"}},
			{Name: colOwnership, Title: "经济类型", Synonyms: []string{"经济类型", "单位性质", "单位类别", "所有制"}},
			{Name: colSize, Title: "单位规模", Synonyms: []string{"单位规模", "企业规模", "规模"}},
			{Name: colFounded, Title: "成立日期", Synonyms: []string{"成立日期", "成立时间", "注册日期"}},
			{Name: colEnded, Title: "注销日期", Synonyms: []string{"注销日期", "注销时间", "撤销日期", "终止日期"}},
		},
		Rules:   rulesNamed("R141", "R142", "R143", "R144", "R126", "R145", "R146", "R147", "R148", "R150", "R182", "R171", "R172", "R173", "R174", "R175", "R176", "R181"),
		Prepare: s.prepareOrganisations,
		Apply:   s.applyOrganisations,
		Undo: func(ctx context.Context, tx *db.Tx, imp *intake.Import, _ string) error {
			s.touch(tx, imp.By)
			_, err := s.Org.WithdrawImport(ctx, tx, int64(imp.ID))
			return err
		},
	}
}

func (s *Service) prepareOrganisations(ctx context.Context, tx *db.Tx, imp *intake.Import) (func(*intake.Row), error) {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, err
	}
	above := map[string]bool{} // codes and names of the rows above, folded
	return func(r *intake.Row) {
		checkOrgKind(r)
		checkCreditCode(r, imp, tree)
		checkParent(r, imp, tree, above)
		checkDistrict(r, func(int32) bool { return true })
		checkOrgCodes(r)
		if founded, _, ok := r.Day(colFounded); ok && founded > imp.AsOf {
			r.Refuse("R150", colFounded, "registry.founded_after", imp.AsOf.String())
		}
		checkEnded(r, imp)
		above[cn.Fold(r.Get(colName))] = true
		if code := r.Get(colCodeOf); code != "" {
			above[cn.Fold(code)] = true
		}
		r.Key(r.Get(colCodeOf), r.Get(colName), r.Get(colParent))
	}, nil
}

func checkOrgKind(r *intake.Row) {
	text := r.Get(colKind)
	if text == "" {
		return
	}
	k, err := org.ParseKind(text)
	if err != nil {
		r.RefuseFault("R141", colKind, err)
		return
	}
	r.Set(colKind, string(k))
}

// checkCreditCode refuses a code with a wrong check digit until a person confirms that it was
// really issued so, or a unit bears it already, of which that was confirmed before.
func checkCreditCode(r *intake.Row, imp *intake.Import, tree *org.Tree) {
	text := r.Get(colCodeOf)
	if text == "" {
		return
	}
	code, err := cn.ParseCreditCode(text)
	_, known := tree.ByCode(code.Code)
	switch {
	case err == nil:
		if len(code.Warnings) > 0 {
			r.Warn("R143", colCodeOf, "registry.credit_inner")
		}
		r.Set(colCodeOf, code.Code)
	case cn.Reason(err) == "checksum" && (imp.Confirmed(code.Code) || known):
		r.Warn("R142", colCodeOf, "registry.credit_confirmed")
		r.Set(colCodeOf, code.Code)
	default:
		r.RefuseFault("R142", colCodeOf, err)
	}
}

// checkParent wants the unit above to be known, or to stand above in the same file.
func checkParent(r *intake.Row, imp *intake.Import, tree *org.Tree, above map[string]bool) {
	text := r.Get(colParent)
	if text == "" {
		if imp.Unit != 0 && r.Get(colKind) != string(org.City) {
			r.Refuse("R175", colParent, "registry.parent_missing")
		}
		return
	}
	unit, err := tree.Find(text)
	switch {
	case cn.Fold(text) == cn.Fold(r.Get(colName)):
		r.Refuse("R176", colParent, "registry.parent_self")
	case err == nil && !within(tree, unit, unitOf(imp)):
		r.Refuse("R148", colParent, "registry.parent_outside")
	case err != nil && !above[cn.Fold(text)]:
		r.Refuse("R144", colParent, "registry.parent_unknown", text)
	}
}

// checkEnded refuses a unit that was struck off before it was founded, and one that is said to be struck off later than the
// list knows: an end to come is a plan, and no list of units states plans.
func checkEnded(r *intake.Row, imp *intake.Import) {
	ended, _, ok := r.Day(colEnded)
	if !ok {
		return
	}
	founded, _, said := r.Day(colFounded)
	switch {
	case r.Get(colKind) == string(org.City):
		r.Refuse("R182", colEnded, "org.city_ended")
	case ended > imp.AsOf:
		r.Refuse("R182", colEnded, "registry.ended_after", imp.AsOf.String())
	case said && ended < founded:
		r.Refuse("R182", colEnded, "org.ended_before_founded")
	}
}

// unionSections is how many sections the registration form of unions (工会组织登记表) numbers from 01 on.
const unionSections = 20

// twoIndustries reports a code that says two things: 03 is the third section (制造业) on the registration form of unions and a division
// (畜牧业) in GB/T 4754; 111 is a group, or the class 0111 in a cell that keeps a number.
func twoIndustries(text string) bool {
	digits := cn.Fold(text)
	n, err := strconv.Atoi(digits)
	if err != nil {
		return false
	}
	if len(digits) == 2 {
		return n <= unionSections
	}
	_, _, err = cn.ParseIndustry("0" + digits)
	return len(digits) == 3 && err == nil
}

func checkOrgCodes(r *intake.Row) {
	if text := r.Get(colIndustry); text != "" {
		if class, _, err := cn.ParseIndustry(text); err != nil {
			r.RefuseFault("R145", colIndustry, err)
		} else if twoIndustries(text) {
			r.Refuse("R181", colIndustry, "registry.industry_ambiguous", text)
		} else {
			r.Set(colIndustry, fmt.Sprintf("%04d", class))
		}
	}
	if text := r.Get(colOwnership); text != "" {
		if o, err := org.ParseOwnership(text); err != nil {
			r.RefuseFault("R146", colOwnership, err)
		} else {
			r.Set(colOwnership, strconv.Itoa(int(o)))
		}
	}
	if text := r.Get(colSize); text != "" {
		if z, err := org.ParseSize(text); err != nil {
			r.RefuseFault("R147", colSize, err)
		} else {
			r.Set(colSize, strconv.Itoa(int(z)))
		}
	}
}

func (s *Service) applyOrganisations(ctx context.Context, tx *db.Tx, imp *intake.Import, rows iter.Seq2[*intake.Row, error]) (intake.Outcome, error) {
	var out intake.Outcome
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return out, err
	}
	s.touch(tx, imp.By)
	named := map[string]org.UnitID{} // units of this file by folded code and name
	resolve := tree.Resolver(tx)
	var obs []org.Observation
	var list []*intake.Row
	for r, err := range rows {
		if err != nil {
			return out, err
		}
		o, err := observation(imp, tree, r, named)
		if err != nil {
			return out, err
		}
		if err := resolve(&o); err != nil {
			return out, err
		}
		named[cn.Fold(o.Name)] = o.Unit
		if o.Code != "" {
			named[cn.Fold(o.Code)] = o.Unit
		}
		obs, list = append(obs, o), append(list, r)
	}
	before := make([]bool, len(obs))
	for i, o := range obs {
		before[i] = saysAlready(tree, &o)
	}
	if _, err := s.Org.Observe(ctx, tx, obs); err != nil {
		return out, err
	}
	for i, r := range list {
		out.Count(r, !before[i])
		if err := imp.Keep(0, vault.Key{}, r); err != nil {
			return out, err
		}
	}
	return out, nil
}

// saysAlready reports whether the row in force on the day says the same of the unit.
func saysAlready(tree *org.Tree, o *org.Observation) bool {
	last, ok := unitSaid(tree, o.Unit, o.AsOf)
	if !ok {
		return false
	}
	same := *o
	same.ID, same.AsOf, same.Import, same.Line = last.ID, last.AsOf, last.Import, last.Line
	return same == last
}

// unitSaid is the row in force about a unit on a day; ok is false before the first.
func unitSaid(tree *org.Tree, unit org.UnitID, on date.Day) (o org.Observation, ok bool) {
	list := slices.DeleteFunc(tree.Observations(unit), func(b org.Observation) bool { return b.Withdrawn || b.AsOf > on })
	if len(list) == 0 {
		return o, false
	}
	return list[len(list)-1], true
}

// observation makes a unit's row as the file says it; rows above in the file may be its parent.
func observation(imp *intake.Import, tree *org.Tree, r *intake.Row, named map[string]org.UnitID) (org.Observation, error) {
	o := org.Observation{AsOf: imp.AsOf, Kind: org.Kind(r.Get(colKind)), Name: r.Get(colName), Code: r.Get(colCodeOf), Import: int64(imp.ID), Line: int32(r.Line)}
	var err error
	if text := r.Get(colParent); text != "" {
		if o.Parent, err = findNamed(tree, named, text); err != nil {
			return o, err
		}
	}
	number := func(col string) int {
		n, aerr := strconv.Atoi(r.Get(col))
		if r.Get(col) != "" && aerr != nil && err == nil {
			err = fmt.Errorf("accepted row %d: %s: %w", r.Line.Row(), col, aerr)
		}
		return n
	}
	o.District, o.Industry = int32(number(colDistrict)), number(colIndustry)
	o.Ownership, o.Size = org.Ownership(number(colOwnership)), org.Size(number(colSize))
	if err == nil {
		var founded sql.Null[date.Day]
		founded, err = dayCell(r, colFounded)
		o.FoundedOn = founded
	}
	if err == nil {
		o.EndedOn, err = dayCell(r, colEnded)
	}
	return o, err
}

func findNamed(tree *org.Tree, named map[string]org.UnitID, text string) (org.UnitID, error) {
	if u, ok := named[cn.Fold(text)]; ok {
		return u, nil
	}
	u, err := tree.Find(text)
	if err != nil {
		return 0, fault.New(fault.Conflict, "registry.parent_unknown", text)
	}
	return u, nil
}
