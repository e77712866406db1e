package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/export"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type exportInput struct {
	List string `path:"list" enum:"workers,certificates,organisations,imports,rows,leavers,blocks,audit,users" doc:"Which list"`
	Body struct {
		Format     listing.Format `json:"format" enum:"csv,xlsx"`
		Numbers    export.Numbers `json:"numbers,omitempty" enum:"masked,full" doc:"workers: with ID and phone numbers; full asks for a right and a reason"`
		Why        string         `json:"why,omitempty" maxLength:"200" doc:"With full numbers: the reason, which is logged with the look at each person"`
		Q          string         `json:"q,omitempty" maxLength:"60" doc:"workers: part of a name, pinyin or initials, or a whole ID number; organisations: part of a name, pinyin, initials or code; users: part of a login or name; certificates: part of the holder's name, or a whole certificate number"`
		District   int32          `json:"district,omitempty" minimum:"100000" maximum:"999999" doc:"workers, certificates, organisations"`
		Rank       int            `json:"rank,omitempty" minimum:"1" maximum:"8" doc:"certificates"`
		Form       string         `json:"form,omitempty" enum:"skill22,senior22,quals16,local20,paper" doc:"certificates"`
		Occupation string         `json:"occupation,omitempty" maxLength:"60" doc:"certificates: code or name"`
		RankEver   int            `json:"rank_ever,omitempty" minimum:"1" maximum:"8" doc:"workers: at least this rank was ever held"`
		Employer   ID             `json:"employer,omitempty" doc:"workers, certificates: id of a unit"`
		Kind       string         `json:"kind,omitempty" maxLength:"40" doc:"imports: kind of file; organisations: kind of unit; audit: kind of subject"`
		Section    string         `json:"section,omitempty" maxLength:"1" doc:"organisations: letter of the section of GB/T 4754"`
		Size       int            `json:"size,omitempty" minimum:"1" maximum:"4" doc:"organisations"`
		Ownership  int            `json:"ownership,omitempty" minimum:"100" maximum:"999" doc:"organisations"`
		Ended      bool           `json:"ended,omitempty" doc:"organisations: also those that were struck off"`
		Under      ID             `json:"under,omitempty" doc:"organisations: only what lies below this unit; users: this unit and those below it"`
		State      string         `json:"state,omitempty" enum:"received,staging,staged,applied,undone,refused,active,locked,pending,closed,valid,expired,revoked,not_yet" doc:"imports: the first six; users: the next four; certificates: the last four"`
		Import     ID             `json:"import,omitempty" doc:"leavers: of this import"`
		Figure     string         `json:"figure,omitempty" maxLength:"80" doc:"rows: the figure that is opened"`
		On         string         `json:"on,omitempty" maxLength:"10" doc:"rows, organisations: as of this day, 2006-01-02; today when not given"`
		Where      []string       `json:"where,omitempty" maxItems:"20" doc:"rows: filters such as district=321181"`
		Block      int64          `json:"block,omitempty" minimum:"0" doc:"rows: as known when this block was sealed"`
		Action     string         `json:"action,omitempty" maxLength:"80" doc:"audit"`
		Subject    string         `json:"subject,omitempty" maxLength:"80" doc:"audit: about this id, or kind:id"`
		Who        string         `json:"who,omitempty" maxLength:"80" doc:"audit: login or id of a user, or operator"`
		Outcome    string         `json:"outcome,omitempty" enum:"done,refused" doc:"audit"`
		Role       string         `json:"role,omitempty" maxLength:"40" doc:"users"`
		From       string         `json:"from,omitempty" maxLength:"10" doc:"audit: from this day on; certificates: issued from this day on"`
		To         string         `json:"to,omitempty" maxLength:"10" doc:"audit: up to this day; certificates: issued up to this day"`
	}
}

type sheetInput struct {
	Kind string `path:"kind" enum:"organisations,roster,certificates" doc:"As of imports"`
	Body struct {
		Format listing.Format `json:"format" enum:"csv,xlsx"`
		Unit   ID             `json:"unit,omitempty" doc:"Id of the unit whose list it is; all that the caller sees when not given"`
		On     string         `json:"on,omitempty" maxLength:"10" doc:"The day as of which it is filled and will be true when it comes back, 2006-01-02; today when not given"`
	}
}

func (s *Server) exportOperations(a huma.API) {
	add(s, a, route{name: "export-sheet", method: http.MethodPost, path: base + "/sheets/{kind}", status: http.StatusOK,
		summary: "A sheet filled with what is on file, numbers masked, to be corrected and handed in again. It is logged",
		answer:  map[string]*answer{"200": {listKinds, "Workbook, or csv in UTF-8 with a mark"}}}, s.exportSheet)
	add(s, a, route{name: "export-list", method: http.MethodPost, path: base + "/exports/{list}", status: http.StatusOK,
		summary: "A whole list as a file, streamed; its last row holds the control totals. The export is logged",
		answer:  map[string]*answer{"200": {listKinds, "Workbook, or csv in UTF-8 with a mark. A file that breaks off has no last row"}}}, s.exportList)
}

func (s *Server) exportList(ctx context.Context, v *visit, in *exportInput) (*huma.StreamResponse, error) {
	req, err := s.exportRequest(in)
	if err != nil {
		return nil, err
	}
	return s.stream(v, in.List+"."+string(req.Format), func(open opener) error {
		_, err := s.Export.Write(ctx, v.who, v.p, req, open)
		return err
	}), nil
}

func (s *Server) exportSheet(ctx context.Context, v *visit, in *sheetInput) (*huma.StreamResponse, error) {
	on, err := dayIn("on", in.Body.On, s.today())
	if err != nil {
		return nil, err
	}
	req := export.SheetRequest{Kind: in.Kind, Unit: org.UnitID(in.Body.Unit), On: on, Format: in.Body.Format}
	return s.stream(v, in.Kind+"."+string(req.Format), func(open opener) error {
		_, err := s.Export.Sheet(ctx, v.who, v.p, req, open)
		return err
	}), nil
}

// listKinds are the media types of a list as a file.
var listKinds = []string{listing.XLSX.MediaType(), listing.CSV.MediaType()}

// opener is told name and media type of a file once nothing can refuse it any more.
type opener = func(name, mediaType string) (io.Writer, error)

// stream answers with a file as it is written; plain is its name for who reads ASCII alone. Until open is
// called an error is an ordinary problem.
func (s *Server) stream(v *visit, plain string, write func(open opener) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(huma.Context) {
		begun := false
		err := write(func(name, mediaType string) (io.Writer, error) {
			begun = true
			v.w.Header().Set("Content-Type", mediaType)
			v.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, plain, url.PathEscape(name)))
			return v.w, nil
		})
		switch {
		case err == nil:
		case begun:
			v.cause = err
			_ = http.NewResponseController(v.w).Flush() // the words that the file is not whole; a receiver who is gone needs none
			panic(http.ErrAbortHandler)                 // half a file must not look whole
		default:
			s.fail(v.w, v.r, err)
		}
	}}
}

// subjectIn takes kind:id apart; an id alone is of the kind that is asked for.
func subjectIn(kind, text string) (string, string) {
	if k, id, ok := strings.Cut(text, ":"); ok {
		return k, id
	}
	if text == "" && !slices.Contains(audit.Kinds, kind) { // of another list
		kind = ""
	}
	return kind, text
}

// exportRequest reads what is asked for; all that cannot be read is told at once.
func (s *Server) exportRequest(in *exportInput) (export.Request, error) {
	b := &in.Body
	req := export.Request{List: in.List, Format: b.Format, Numbers: b.Numbers, Why: strings.TrimSpace(b.Why), Import: intake.ImportID(b.Import),
		Workers: registry.Filter{Text: b.Q, District: b.District, RankEver: b.RankEver, Employer: org.UnitID(b.Employer)},
		Imports: intake.Filter{Kind: b.Kind, State: intake.State(b.State)},
		Users:   account.Filter{Text: b.Q, Role: account.Role(b.Role), State: account.State(b.State), Under: org.UnitID(b.Under)},
		Units:   registry.UnitFilter{Filter: org.Filter{Kind: org.Kind(b.Kind), Text: b.Q, District: b.District, Section: b.Section, Size: org.Size(b.Size), Ownership: org.Ownership(b.Ownership), Ended: b.Ended, Under: org.UnitID(b.Under)}},
		Figure:  figure.Request{Name: b.Figure, Block: b.Block}}
	req.Audit = account.LogFilter{Who: b.Who, Act: b.Action, Outcome: b.Outcome}
	req.Audit.Kind, req.Audit.ID = subjectIn(b.Kind, b.Subject)
	if in.List == export.Certificates {
		req.Certificates = registry.CertificateFilter{Text: b.Q, Rank: b.Rank, District: b.District, Employer: org.UnitID(b.Employer), State: registry.Validity(b.State)}
		return req, certificateTexts{b.Form, b.Occupation, b.From, b.To}.into(&req.Certificates)
	}
	var err error
	if req.Figure.On, err = dayIn("on", b.On, s.today()); err != nil {
		return req, err
	}
	req.Units.On = req.Figure.On
	if req.Audit.From, err = dayIn("from", b.From, 0); err != nil {
		return req, err
	}
	if req.Audit.To, err = dayIn("to", b.To, 0); err != nil {
		return req, err
	}
	for _, text := range b.Where {
		cond, err := figure.ParseWhere(text)
		if err != nil {
			return req, err
		}
		req.Figure.Where = append(req.Figure.Where, cond)
	}
	return req, nil
}
