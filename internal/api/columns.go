package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/registry"
)

// ColumnsPlace is a list whose columns can be chosen.
type ColumnsPlace struct {
	List string `path:"list" enum:"workers,certificates,organisations" doc:"Which list"`
}

type chooseInput struct {
	ColumnsPlace
	Body struct {
		Columns []string `json:"columns" maxItems:"40" doc:"Names of the columns to be shown, in any order; none restores the usual ones"`
	}
}

// ColumnList are the columns of a list in their order.
type ColumnList struct {
	List    string      `json:"list"`
	Columns []ColumnDoc `json:"columns"`
	Marked
}

// ColumnDoc is one column of a list.
type ColumnDoc struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Shown bool   `json:"shown" doc:"On the pages of the caller; the first always is"`
	Usual bool   `json:"usual" doc:"To who has chosen nothing"`
}

type listColumnsOutput struct{ Body ColumnList }

func (s *Server) columnOperations(a huma.API) {
	const at = base + "/me/columns/{list}"
	add(s, a, route{name: "me-columns", method: http.MethodGet, path: at, summary: "The columns of a list and the own choice"}, s.listColumns)
	add(s, a, route{name: "me-columns-choose", method: http.MethodPost, path: at, status: http.StatusOK, summary: "Choose the columns that a list shows; none restores the usual ones"}, s.chooseColumns)
}

func (s *Server) listColumns(ctx context.Context, v *visit, in *ColumnsPlace) (*listColumnsOutput, error) {
	of, err := registry.ColumnsNamed(v.who, in.List)
	if err != nil {
		return nil, err
	}
	shown, err := s.Accounts.Columns(ctx, v.who, of)
	if err != nil {
		return nil, err
	}
	out := ColumnList{List: of.List, Columns: make([]ColumnDoc, len(of.All)), Marked: Marked{s.Demo}}
	for i, c := range of.All {
		out.Columns[i] = ColumnDoc{Name: c.Name, Title: v.p.T(c.Key), Usual: c.Usual}
		for _, x := range shown {
			out.Columns[i].Shown = out.Columns[i].Shown || x.Name == c.Name
		}
	}
	return &listColumnsOutput{out}, nil
}

func (s *Server) chooseColumns(ctx context.Context, v *visit, in *chooseInput) (*listColumnsOutput, error) {
	of, err := registry.ColumnsNamed(v.who, in.List)
	if err != nil {
		return nil, err
	}
	if err := s.Accounts.ChooseColumns(ctx, v.who, of, in.Body.Columns); err != nil {
		return nil, err
	}
	return s.listColumns(ctx, v, &in.ColumnsPlace)
}
