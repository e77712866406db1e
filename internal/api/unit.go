package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
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
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	f := registry.UnitFilter{Filter: org.Filter{Kind: in.Kind, Ended: true}, On: s.today(), After: org.UnitID(after), Limit: in.Limit}
	list, total, more, err := s.Registry.ListUnits(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, f.On)
	if err != nil {
		return nil, err
	}
	out := UnitList{Total: total, Units: make([]UnitDoc, len(list)), Marked: Marked{s.Demo}}
	if more {
		out.Next = list[len(list)-1].ID.String()
	}
	for i, u := range list {
		out.Units[i] = UnitDoc{ID: u.ID, Code: u.Code, Name: u.Name, Kind: Coded{Code: string(u.Kind), Name: v.p.T(u.Kind.Key())}, District: l.coded(ledger.District, int64(u.District))}
		if u.ParentIs.Seen {
			out.Units[i].Parent = u.Parent
		}
	}
	return &unitsOutput{out}, nil
}
