package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
)

type importsInput struct {
	Kind   string        `query:"kind" maxLength:"40"`
	State  intake.State  `query:"state" enum:"received,staging,staged,applied,undone,refused"`
	Sort   listing.Order `query:"sort" enum:"file,-file,on,-on,state,-state,read,-read,refused,-refused,received,-received" doc:"By a column, with a minus descending; the newest first when not given"`
	Offset int           `query:"offset" minimum:"0" maximum:"1000000"`
	Limit  int           `query:"limit" default:"50" minimum:"1" maximum:"500"`
}

type importInput struct {
	ID string `path:"id" doc:"Id of the import"`
}

// ImportList is a page of imports, newest first.
type ImportList struct {
	Total   int         `json:"total"`
	Imports []ImportDoc `json:"imports"`
	Marked
}

// ImportDoc is the report of an import as it stands, with the progress of a run that goes on, and
// with the sentences for its codes in the caller's language.
type ImportDoc struct {
	intake.Report
	RuleTexts   map[string]string `json:"rule_texts,omitempty" doc:"What each rule in rules demands"`
	FailureText string            `json:"failure_text,omitempty" doc:"Why the file as a whole was refused"`
	FailureFix  string            `json:"failure_fix,omitempty"`
	Marked
}

type problemsInput struct {
	ID     string       `path:"id" doc:"Id of the import"`
	Grade  intake.Grade `query:"grade" enum:"refuse,mend,warn" doc:"Only rows with a remark of this grade"`
	Offset int          `query:"offset" minimum:"0" maximum:"10000000"`
	Limit  int          `query:"limit" default:"50" minimum:"1" maximum:"500"`
}

// ImportProblems are rows with remarks, in file order.
type ImportProblems struct {
	Total int          `json:"total"`
	Rows  []ProblemRow `json:"rows"`
	Marked
}

// ProblemRow is one row with its cells and remarks.
type ProblemRow struct {
	Sheet   string    `json:"sheet"`
	SheetNo int       `json:"sheet_no"`
	Row     int       `json:"row"`
	Refused bool      `json:"refused"`
	Cells   []CellDoc `json:"cells"`
}

type importsOutput struct{ Body ImportList }
type importOutput struct{ Body ImportDoc }
type problemsOutput struct{ Body ImportProblems }

type rejectsOutput struct {
	Kind string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

// workbookKind is the media type of xlsx.
const workbookKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) importOperations(a huma.API) {
	const at = base + "/imports"
	add(s, a, route{name: "import-list", method: http.MethodGet, path: at, summary: "What was taken in, newest first"}, s.listImports)
	add(s, a, route{name: "import-receive", method: http.MethodPost, path: at, status: http.StatusCreated, body: uploadBody(),
		summary: "Hand in a spreadsheet; nothing of it is read yet"}, s.receive)
	add(s, a, route{name: "import-show", method: http.MethodGet, path: at + "/{id}", summary: "The report of an import, with live progress"}, s.showImport)
	add(s, a, route{name: "import-problems", method: http.MethodGet, path: at + "/{id}/problems", summary: "Rows with remarks; the look is logged"}, s.importProblems)
	add(s, a, route{name: "import-row", method: http.MethodGet, path: at + "/{id}/rows/{sheet}/{row}", summary: "A row that is about nobody (units, statistics); the look is logged"}, s.importRow)
	add(s, a, route{name: "import-discard", method: http.MethodDelete, path: at + "/{id}", summary: "Drop an import that was never applied, with its file"}, s.discard)
	add(s, a, route{name: "import-rejects", method: http.MethodGet, path: at + "/{id}/rejects.xlsx", summary: "The refused rows as a workbook to mend and send in again; the look is logged",
		answer: map[string]*answer{"200": {[]string{workbookKind}, "Workbook"}}}, s.importRejects)
}

func (s *Server) listImports(ctx context.Context, v *visit, in *importsInput) (*importsOutput, error) {
	viewer, err := s.Viewer(ctx, v.who)
	if err != nil {
		return nil, err
	}
	list, total, err := s.Intake.List(ctx, viewer, intake.Filter{Kind: in.Kind, State: in.State, Order: in.Sort, Offset: in.Offset, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := ImportList{Total: total, Imports: make([]ImportDoc, len(list)), Marked: Marked{s.Demo}}
	for i, r := range list {
		out.Imports[i] = s.report(v, r)
	}
	return &importsOutput{out}, nil
}

// find opens an import for the caller: outside the caller's subtree there is none.
func (s *Server) find(ctx context.Context, v *visit, text string) (intake.Viewer, intake.Report, error) {
	viewer, err := s.Viewer(ctx, v.who)
	if err != nil {
		return viewer, intake.Report{}, err
	}
	if err := viewer.May(intake.RightRead); err != nil { // before anything is said about the id
		return viewer, intake.Report{}, err
	}
	id, err := parse[intake.ImportID](text)
	if err != nil {
		return viewer, intake.Report{}, err
	}
	r, err := s.Intake.Find(ctx, viewer, id)
	return viewer, r, err
}

func (s *Server) showImport(ctx context.Context, v *visit, in *importInput) (*importOutput, error) {
	_, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	return &importOutput{s.report(v, r)}, nil
}

// report adds the caller's words to a report.
func (s *Server) report(v *visit, r intake.Report) ImportDoc {
	out := ImportDoc{Report: r, Marked: Marked{s.Demo}}
	if r.Sheets == nil {
		out.Sheets = []intake.SheetReport{}
	}
	if r.Rules == nil {
		out.Rules = []intake.RuleCount{}
	}
	if r.Failure != nil {
		out.FailureText = v.p.T(r.Failure.Key, r.Failure.Args...)
		if r.Failure.Fix != "" {
			out.FailureFix = v.p.T(r.Failure.Fix)
		}
	}
	rules := intake.Rules()
	if t, ok := s.Intake.Targets[r.Kind]; ok {
		rules = slices.Concat(rules, t.Rules)
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(r.Rules, func(c intake.RuleCount) bool { return c.Rule == rule.Code }) {
			continue
		}
		if out.RuleTexts == nil {
			out.RuleTexts = map[string]string{}
		}
		out.RuleTexts[rule.Code] = v.p.T(rule.Key)
	}
	return out
}

func (s *Server) importProblems(ctx context.Context, v *visit, in *problemsInput) (*problemsOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	list, total, err := s.Intake.Problems(ctx, viewer, r.ID, in.Grade, in.Offset, in.Limit)
	if err != nil {
		return nil, err
	}
	out := ImportProblems{Total: total, Rows: make([]ProblemRow, len(list)), Marked: Marked{s.Demo}}
	for i, p := range list {
		out.Rows[i] = ProblemRow{Sheet: p.Sheet, SheetNo: p.Line.Sheet(), Row: p.Line.Row(), Refused: p.Refused, Cells: cellDocs(v, p.Cells)}
	}
	return &problemsOutput{out}, nil
}

type rowInput struct {
	ID    string `path:"id" doc:"Id of the import"`
	Sheet int    `path:"sheet" minimum:"0" maximum:"1023" doc:"Sheet of the file, from 0"`
	Row   int    `path:"row" minimum:"1" maximum:"2097151" doc:"Row of the sheet, from 1"`
}

func (s *Server) importRow(ctx context.Context, v *visit, in *rowInput) (*cellsOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	cells, err := s.Intake.RowCells(ctx, viewer, r.ID, ledger.LineOf(in.Sheet, in.Row))
	if err != nil {
		return nil, err
	}
	return &cellsOutput{RowCells{Cells: cellDocs(v, cells), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) discard(ctx context.Context, v *visit, in *importInput) (*none, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Intake.Discard(ctx, viewer, r.ID)
}

// importRejects writes the workbook to memory first, so that an error in the middle is still a
// problem and nothing of it touches a disk.
func (s *Server) importRejects(ctx context.Context, v *visit, in *importInput) (*rejectsOutput, error) {
	viewer, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	var book bytes.Buffer
	if err := s.Intake.Rejects(ctx, viewer, r.ID, v.p, &book); err != nil {
		return nil, err
	}
	name := v.p.T("api.rejects_name", r.ID.String())
	if s.Demo {
		name = v.p.T(demoKey) + "-" + name
	}
	return &rejectsOutput{Kind: workbookKind, Name: fmt.Sprintf(`attachment; filename="rejects.xlsx"; filename*=UTF-8''%s`, url.PathEscape(name)), Body: book.Bytes()}, nil
}
