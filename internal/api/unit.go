package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

type unitsInput struct {
	Page
	Kind org.Kind `query:"kind" enum:"city,district,zone,industry_union,member,school,enterprise"`
}

// UnitList is a page of the units of the caller's subtree, in the official order.
type UnitList struct {
	Total int       `json:"total"`
	Next  string    `json:"next,omitempty"`
	Units []UnitDoc `json:"units"`
	Marked
}

// UnitDoc is a unit as it is today.
type UnitDoc struct {
	ID       org.UnitID `json:"id"`
	Code     string     `json:"code,omitempty" doc:"Credit code or local code"`
	Name     string     `json:"name"`
	Kind     Coded      `json:"kind"`
	Parent   org.UnitID `json:"parent,omitempty" doc:"The unit above, when the caller sees it"`
	District Coded      `json:"district"`
}

type unitsOutput struct{ Body UnitList }

func (s *Server) unitOperations(a huma.API) {
	add(s, a, route{name: "unit-list", method: http.MethodGet, path: base + "/units", summary: "The units of the caller's subtree"}, s.listUnits)
}

func (s *Server) listUnits(ctx context.Context, v *visit, in *unitsInput) (*unitsOutput, error) {
	if err := v.who.Must(account.OrgRead); err != nil {
		return nil, err
	}
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	sees := func(u org.UnitID) bool { lo, _ := tree.Range(u); return v.who.Scope.Has(lo) }
	all := slices.DeleteFunc(tree.Units(in.Kind), func(u org.UnitID) bool { return !sees(u) })
	page := all[slices.Index(all, org.UnitID(after))+1:] // from the beginning when there is no such key
	out := UnitList{Total: len(all), Units: []UnitDoc{}, Marked: Marked{s.Demo}}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Next = page[in.Limit-1].String()
	}
	for _, u := range page {
		st, ok := tree.At(u, s.today())
		if !ok {
			continue
		}
		d := UnitDoc{ID: u, Code: tree.Code(u), Name: st.Name, Kind: Coded{Code: string(st.Kind), Name: v.p.T(st.Kind.Key())}, District: l.coded(ledger.District, int64(st.District))}
		if sees(st.Parent) {
			d.Parent = st.Parent
		}
		out.Units = append(out.Units, d)
	}
	return &unitsOutput{out}, nil
}
