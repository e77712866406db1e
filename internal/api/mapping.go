package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/intake"
)

type columnsInput struct {
	ID    string `path:"id" doc:"Id of the import"`
	Sheet int    `query:"sheet" minimum:"0" maximum:"1023" doc:"Sheet of the file, from 0"`
	Row   int    `query:"row" minimum:"0" maximum:"1000" doc:"Row of the heading; where it was found, else where it may be, when not given"`
	Rows  int    `query:"rows" minimum:"1" maximum:"2" default:"1" doc:"2: this row and the next are read together"`
}

type mapInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		Sheet   int         `json:"sheet,omitempty" minimum:"0" maximum:"1023" doc:"Sheet of the file, from 0"`
		Row     int         `json:"row,omitempty" minimum:"0" maximum:"1000" doc:"Row of the heading; where it was found, else where it may be, when not given"`
		Rows    int         `json:"rows,omitempty" minimum:"0" maximum:"2" doc:"2: this row and the next are read together"`
		Columns []MapColumn `json:"columns" maxItems:"256" doc:"A column that is not named stays what its heading says"`
	}
}

// MapColumn says what one column of a sheet is.
type MapColumn struct {
	Heading string `json:"heading" maxLength:"200" doc:"Its heading as it stands there, or its letter"`
	Column  string `json:"column" maxLength:"60" doc:"Canonical name or Chinese heading of a column of the kind; empty: not read"`
}

// ImportColumns are the columns of a sheet, with the sentences for its codes.
type ImportColumns struct {
	intake.SheetColumns
	Reasons map[string]string `json:"reasons,omitempty" doc:"The sentence of each key in barred"`
	Choices []ColumnChoice    `json:"choices" doc:"What a column may be taken for"`
	Marked
}

// ColumnChoice is one column of a kind.
type ColumnChoice struct {
	Column   string `json:"column"`
	Title    string `json:"title"`
	Required bool   `json:"required"`
}

// MappingList are remembered mappings.
type MappingList struct {
	Mappings []intake.Mapping `json:"mappings"`
	Marked
}

type mappingInput struct {
	ID string `path:"id" doc:"Id of the mapping"`
}

type columnsOutput struct{ Body ImportColumns }
type mappingsOutput struct{ Body MappingList }

func (s *Server) mappingOperations(a huma.API) {
	add(s, a, route{name: "import-columns", method: http.MethodGet, path: base + "/imports/{id}/columns",
		summary: "The columns of a sheet with sample cells, to say what they are; numbers are masked, the look is logged"}, s.importColumns)
	add(s, a, route{name: "import-map", method: http.MethodPost, path: base + "/imports/{id}/columns",
		summary: "Say what the columns of a sheet are: remembered for the sender and these headings; it must be staged again"}, s.mapImport)
	add(s, a, route{name: "mapping-list", method: http.MethodGet, path: base + "/mappings", summary: "Remembered mappings of columns"}, s.listMappings)
	add(s, a, route{name: "mapping-forget", method: http.MethodDelete, path: base + "/mappings/{id}", summary: "Forget a mapping; what came in by it stays"}, s.forgetMapping)
}

func (s *Server) importColumns(ctx context.Context, v *visit, in *columnsInput) (*columnsOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	cols, err := s.Intake.Columns(ctx, viewer, r.ID, intake.HeadingAt{Sheet: in.Sheet, Row: in.Row, Rows: in.Rows})
	if err != nil {
		return nil, err
	}
	out := ImportColumns{SheetColumns: cols, Choices: []ColumnChoice{}, Marked: Marked{s.Demo}}
	for _, c := range s.Intake.Targets[r.Kind].Columns {
		out.Choices = append(out.Choices, ColumnChoice{Column: c.Name, Title: c.Title, Required: c.Required})
	}
	for _, c := range cols.Columns {
		if c.Barred != "" {
			if out.Reasons == nil {
				out.Reasons = map[string]string{}
			}
			out.Reasons[c.Barred] = v.p.T(c.Barred)
		}
	}
	return &columnsOutput{out}, nil
}

func (s *Server) mapImport(ctx context.Context, v *visit, in *mapInput) (*importOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	say := intake.MapInput{HeadingAt: intake.HeadingAt{Sheet: in.Body.Sheet, Row: in.Body.Row, Rows: in.Body.Rows}}
	for _, c := range in.Body.Columns {
		say.Columns = append(say.Columns, intake.Choice{At: -1, Heading: c.Heading, Column: c.Column})
	}
	if err := s.Intake.Map(ctx, viewer, r.ID, say); err != nil {
		return nil, err
	}
	return s.again(ctx, v, viewer, r.ID)
}

func (s *Server) listMappings(ctx context.Context, v *visit, _ *none) (*mappingsOutput, error) {
	viewer, err := s.Viewer(ctx, v.who)
	if err != nil {
		return nil, err
	}
	list, err := s.Intake.Mappings(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return &mappingsOutput{MappingList{Mappings: list, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) forgetMapping(ctx context.Context, v *visit, in *mappingInput) (*none, error) {
	viewer, err := s.Viewer(ctx, v.who)
	if err != nil {
		return nil, err
	}
	if err := viewer.May(intake.RightWrite); err != nil { // before anything is said about the id
		return nil, err
	}
	id, err := parse[intake.MappingID](in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Intake.ForgetMapping(ctx, viewer, id)
}
