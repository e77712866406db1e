package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type workersInput struct {
	Page
	Q        string        `query:"q" maxLength:"60" doc:"Part of a name, pinyin or initials. A number goes into no address: see POST /api/v1/workers/search"`
	District int32         `query:"district" minimum:"100000" maximum:"999999" doc:"Division code"`
	RankEver int           `query:"rank_ever" minimum:"1" maximum:"8" doc:"At least this rank was ever held"`
	Employer string        `query:"employer" doc:"Id of a unit"`
	Sort     listing.Order `query:"sort" enum:"name,-name,age,-age,rank,-rank" doc:"By a column, with a minus descending; by id when not given"`
}

type searchInput struct {
	Body struct {
		Q        string        `json:"q" minLength:"1" maxLength:"60" doc:"Part of a name, pinyin or initials, or a whole ID number; searching is logged without the words"`
		District int32         `json:"district,omitempty" minimum:"100000" maximum:"999999"`
		RankEver int           `json:"rank_ever,omitempty" minimum:"1" maximum:"8"`
		Employer ID            `json:"employer,omitempty"`
		Sort     listing.Order `json:"sort,omitempty" enum:"name,-name,age,-age,rank,-rank"`
		After    ID            `json:"after,omitempty"`
		Limit    int           `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500"`
	}
}

// WorkerList is a page of people's files.
type WorkerList struct {
	Total   int         `json:"total" doc:"Files on all pages"`
	Next    string      `json:"next,omitempty"`
	Workers []WorkerDoc `json:"workers"`
	Marked
}

// WorkerDoc is a person's file as lists show it.
type WorkerDoc struct {
	ID         ID      `json:"id"`
	Name       string  `json:"name"`
	Sex        Coded   `json:"sex"`
	BirthMonth string  `json:"birth_month,omitempty" doc:"2006-01"`
	Employer   UnitRef `json:"employer" doc:"Without id: no union employer"`
	Unit       UnitRef `json:"unit" doc:"The unit by which the file is seen"`
	District   Coded   `json:"district"`
	Rank       Coded   `json:"rank"`
	RankEver   Coded   `json:"rank_ever"`
	Class      Coded   `json:"class"`
}

// WorkerFile is one person's file. Numbers are masked: see POST …/reveal.
type WorkerFile struct {
	WorkerDoc
	IDMasked     string       `json:"id_masked"`
	PhoneMasked  string       `json:"phone_masked,omitempty"`
	Jobs         []WorkerJob  `json:"jobs"`
	Certificates []WorkerCert `json:"certificates"`
	Timeline     []FigureFact `json:"timeline" doc:"Every fact about the person, in block order"`
	Marked
}

// WorkerJob is one unbroken time at one employer.
type WorkerJob struct {
	Employer UnitRef  `json:"employer"`
	From     date.Day `json:"from"`
	To       date.Day `json:"to" doc:"Last day; 9999-12-31 while it goes on"`
	Post     string   `json:"post,omitempty" enum:"production,technical,service,management,other"`
	Member   bool     `json:"member"`
	Import   ID       `json:"import,omitempty"`
	SheetNo  int      `json:"sheet_no"`
	Row      int      `json:"row"`
}

// WorkerCert is a certificate in force in the file.
type WorkerCert struct {
	ID         ID        `json:"id"`
	Validity   string    `json:"validity" enum:"valid,expired,revoked,not_yet" doc:"Today"`
	Number     string    `json:"number_masked"`
	Rank       Coded     `json:"rank"`
	Occupation string    `json:"occupation,omitempty"`
	IssuedOn   date.Day  `json:"issued_on"`
	ExpiresOn  date.Day  `json:"expires_on" doc:"Last day; 9999-12-31 when it does not end"`
	RevokedOn  *date.Day `json:"revoked_on,omitempty"`
	District   Coded     `json:"district" doc:"Of the list that brought it"`
	Import     ID        `json:"import,omitempty"`
	SheetNo    int       `json:"sheet_no"`
	Row        int       `json:"row"`
}

type workerInput struct {
	ID string `path:"id" doc:"Id of the file"`
}

type revealInput struct {
	ID   string `path:"id" doc:"Id of the file"`
	Body struct {
		Field registry.Secret `json:"field" enum:"id_number,phone"`
		Why   string          `json:"why" maxLength:"200" doc:"The reason, which is logged with the look"`
	}
}

// Revealed is one field in clear.
type Revealed struct {
	Field registry.Secret `json:"field"`
	Value string          `json:"value"`
	Marked
}

// RowPlace is a row of a file and the person it is about.
type RowPlace struct {
	ID     string `path:"id" doc:"Id of the file"`
	Import string `path:"import"`
	Sheet  int    `path:"sheet" minimum:"0" maximum:"1023" doc:"Sheet of the file, from 0"`
	Row    int    `path:"row" minimum:"1" maximum:"2097151" doc:"Row of the sheet, from 1"`
}

type revealCellsInput struct {
	RowPlace
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which is logged with the look"`
	}
}

// RowCells are the cells of one row of a file: as read, and as taken.
type RowCells struct {
	Cells []CellDoc `json:"cells"`
	Marked
}

// CellDoc is one cell.
type CellDoc struct {
	Column   string      `json:"column"`
	Title    string      `json:"title"`
	Personal bool        `json:"personal,omitempty" doc:"Masked unless a reason was given"`
	Read     string      `json:"read" doc:"As it stands in the file (原文)"`
	Value    string      `json:"value" doc:"As it was taken (规范)"`
	Remarks  []RemarkDoc `json:"remarks,omitempty"`
}

// RemarkDoc is what one numbered rule said about a cell.
type RemarkDoc struct {
	Rule    string       `json:"rule"`
	Grade   intake.Grade `json:"grade" enum:"refuse,mend,warn"`
	Message string       `json:"message"`
	Code    string       `json:"code"`
}

type workersOutput struct{ Body WorkerList }
type workerOutput struct{ Body WorkerFile }
type revealOutput struct{ Body Revealed }
type cellsOutput struct{ Body RowCells }

func (s *Server) workerOperations(a huma.API) {
	const at = base + "/workers"
	add(s, a, route{name: "worker-list", method: http.MethodGet, path: at, summary: "People's files"}, s.listWorkers)
	add(s, a, route{name: "worker-search", method: http.MethodPost, path: at + "/search", summary: "People's files, also by ID number"}, s.searchWorkers)
	add(s, a, route{name: "worker-show", method: http.MethodGet, path: at + "/{id}", summary: "One file with its timeline; the look is logged"}, s.showWorker)
	add(s, a, route{name: "worker-reveal", method: http.MethodPost, path: at + "/{id}/reveal", summary: "A masked field in clear; the look is logged with its reason"}, s.revealWorker)
	add(s, a, route{name: "worker-cells", method: http.MethodGet, path: at + "/{id}/rows/{import}/{sheet}/{row}", summary: "The row of a file that a fact came from, numbers masked; the look is logged"}, s.workerCells)
	add(s, a, route{name: "worker-reveal_cells", method: http.MethodPost, path: at + "/{id}/rows/{import}/{sheet}/{row}", summary: "The same row unmasked; the look is logged with its reason"}, s.revealCells)
}

func (s *Server) listWorkers(ctx context.Context, v *visit, in *workersInput) (*workersOutput, error) {
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	employer, err := idIn("employer", in.Employer)
	if err != nil {
		return nil, err
	}
	// Addresses stand in the logs of every proxy on the way.
	if (registry.Filter{Text: in.Q}).ByNumber() {
		return nil, fieldFault("q", "api.number_in_address")
	}
	return s.workers(ctx, v, registry.Filter{Text: in.Q, District: in.District, RankEver: in.RankEver, Employer: org.UnitID(employer), Order: in.Sort, After: registry.WorkerID(after), Limit: in.Limit})
}

func (s *Server) searchWorkers(ctx context.Context, v *visit, in *searchInput) (*workersOutput, error) {
	q := in.Body
	return s.workers(ctx, v, registry.Filter{Text: q.Q, District: q.District, RankEver: q.RankEver, Employer: org.UnitID(q.Employer), Order: q.Sort, After: registry.WorkerID(q.After), Limit: q.Limit})
}

func (s *Server) workers(ctx context.Context, v *visit, f registry.Filter) (*workersOutput, error) {
	list, total, err := s.Registry.List(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := WorkerList{Total: total, Workers: make([]WorkerDoc, len(list)), Marked: Marked{s.Demo}}
	for i := range list {
		out.Workers[i] = l.worker(&list[i])
	}
	if len(list) == f.Limit {
		out.Next = list[len(list)-1].ID.String()
	}
	return &workersOutput{out}, nil
}

func (l labels) worker(w *registry.Worker) WorkerDoc {
	return WorkerDoc{ID: ID(w.ID), Name: w.Name, Sex: l.coded(ledger.Sex, int64(w.Sex)), BirthMonth: w.Birth.String(), Employer: l.unit(int64(w.Employer)),
		Unit: l.unit(int64(w.Unit)), District: l.coded(ledger.District, int64(w.District)), Rank: l.coded(ledger.Rank, int64(w.Rank)),
		RankEver: l.coded(ledger.RankEver, int64(w.RankEver)), Class: l.coded(ledger.Class, int64(w.Class))}
}

func (s *Server) showWorker(ctx context.Context, v *visit, in *workerInput) (*workerOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	f, err := s.Registry.Find(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	return s.fileDoc(ctx, v, f)
}

// fileDoc writes a file that the reader may see.
func (s *Server) fileDoc(ctx context.Context, v *visit, f *registry.File) (*workerOutput, error) {
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := WorkerFile{WorkerDoc: l.worker(&f.Worker), IDMasked: f.IDMasked, PhoneMasked: f.PhoneMasked, Jobs: make([]WorkerJob, len(f.Jobs)),
		Certificates: make([]WorkerCert, len(f.Certificates)), Timeline: make([]FigureFact, len(f.Facts)), Marked: Marked{s.Demo}}
	for i, j := range f.Jobs {
		out.Jobs[i] = WorkerJob{Employer: l.unit(int64(j.Employer)), From: j.Period.From, To: j.Period.To, Post: j.Post.String(), Member: j.Member,
			Import: ID(j.Import), SheetNo: j.Line.Sheet(), Row: j.Line.Row()}
	}
	for i := range f.Certificates {
		out.Certificates[i] = l.certificate(&f.Certificates[i], s.today())
	}
	for i := range f.Facts {
		out.Timeline[i] = l.fact(&f.Facts[i])
	}
	return &workerOutput{out}, nil
}

func (l labels) certificate(c *registry.HeldCertificate, today date.Day) WorkerCert {
	out := WorkerCert{ID: ID(c.ID), Validity: string(c.ValidityOn(today)), Number: c.NumberMasked, Rank: l.coded(ledger.Rank, int64(c.Rank)), IssuedOn: c.IssuedOn, ExpiresOn: c.ExpiresOn,
		District: l.coded(ledger.District, int64(c.District)), Import: ID(c.Import), SheetNo: c.Line.Sheet(), Row: c.Line.Row()}
	out.Occupation, _ = cn.OccupationName(c.Occupation) // empty when the trade is not known
	if c.RevokedOn.Valid {
		out.RevokedOn = &c.RevokedOn.V
	}
	return out
}

func (s *Server) revealWorker(ctx context.Context, v *visit, in *revealInput) (*revealOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	value, err := s.Registry.Reveal(ctx, v.who, id, in.Body.Field, in.Body.Why)
	if err != nil {
		return nil, err
	}
	return &revealOutput{Revealed{Field: in.Body.Field, Value: value, Marked: Marked{s.Demo}}}, nil
}

// place is a row of a file and the person it is about.
func (in *RowPlace) place() (id registry.WorkerID, imported intake.ImportID, line ledger.Line, err error) {
	if id, err = parse[registry.WorkerID](in.ID); err == nil {
		imported, err = parse[intake.ImportID](in.Import)
	}
	return id, imported, ledger.LineOf(in.Sheet, in.Row), err
}

func (s *Server) workerCells(ctx context.Context, v *visit, in *RowPlace) (*cellsOutput, error) {
	id, imported, line, err := in.place()
	if err != nil {
		return nil, err
	}
	cells, err := s.Registry.Cells(ctx, v.who, s.Intake, id, imported, line)
	if err != nil {
		return nil, err
	}
	return &cellsOutput{RowCells{Cells: cellDocs(v, cells), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) revealCells(ctx context.Context, v *visit, in *revealCellsInput) (*cellsOutput, error) {
	id, imported, line, err := in.place()
	if err != nil {
		return nil, err
	}
	cells, err := s.Registry.RevealCells(ctx, v.who, s.Intake, id, imported, line, in.Body.Why)
	if err != nil {
		return nil, err
	}
	return &cellsOutput{RowCells{Cells: cellDocs(v, cells), Marked: Marked{s.Demo}}}, nil
}

func cellDocs(v *visit, cells []intake.CellView) []CellDoc {
	out := make([]CellDoc, len(cells))
	for i, c := range cells {
		out[i] = CellDoc{Column: c.Column, Title: c.Title, Personal: c.Personal, Read: c.Read, Value: c.Value}
		for _, m := range c.Remarks {
			out[i].Remarks = append(out[i].Remarks, RemarkDoc{Rule: m.Rule, Grade: m.Grade, Message: v.p.T(m.Key, m.Args...), Code: m.Key})
		}
	}
	return out
}
