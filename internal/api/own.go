package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/export"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

type ownRevealInput struct {
	Body struct {
		Field registry.Secret `json:"field" enum:"id_number,phone"`
	}
}

type looksInput struct {
	Own    bool   `query:"own" doc:"Also the own looks"`
	Before string `query:"before" maxLength:"60" doc:"Next of the page before"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

// LookDoc is one time that somebody saw the own file or did something about it.
type LookDoc struct {
	At    time.Time `json:"at"`
	What  Coded     `json:"what"`
	Role  Coded     `json:"role" doc:"Of the account as it is today"`
	Unit  UnitRef   `json:"unit" doc:"Without id: the whole city, or none"`
	Field string    `json:"field,omitempty"`
	Why   string    `json:"why,omitempty" doc:"The reason that was given"`
	Own   bool      `json:"own" doc:"By the person"`
}

// LookList is a page of them, newest first.
type LookList struct {
	Total int       `json:"total"`
	Next  string    `json:"next,omitempty"`
	Looks []LookDoc `json:"looks"`
	Marked
}

type ownAskInput struct {
	Body struct {
		Kind string `json:"kind" enum:"copy,correct,erase,opinion"`
		Text string `json:"text,omitempty" maxLength:"2000" doc:"What is asked; kept sealed"`
	}
}

type ownRequestInput struct {
	Request string `path:"request" doc:"Id of the request"`
}

// OwnRequestList is what the worker asked, open ones first.
type OwnRequestList struct {
	Requests []registry.Request `json:"requests"`
	Marked
}

type ownCopyInput struct {
	Body struct {
		Format listing.Format `json:"format" enum:"csv,xlsx"`
	}
}

// NoticeDoc is what a worker is told before anything else.
type NoticeDoc struct {
	registry.Notice
	Marked
}

type noticeInput struct {
	Body struct {
		Version string `json:"version" maxLength:"20" doc:"Of the notice that was read"`
	}
}

// ConsentList is the separate consents of a worker.
type ConsentList struct {
	Consents []registry.Consent `json:"consents"`
	Marked
}

type consentInput struct {
	Body struct {
		Kind  string `json:"kind" enum:"bank_account,photo,public_display"`
		Given bool   `json:"given" doc:"false withdraws it"`
	}
}

type ownActivateInput struct {
	Body struct {
		Code     string `json:"code" minLength:"1" maxLength:"200"`
		IDLast   string `json:"id_last" minLength:"1" maxLength:"20" doc:"The last four of the ID number"`
		Phone    string `json:"phone_last" minLength:"1" maxLength:"20" doc:"The last four of the phone number on file"`
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"Of the person's own choice"`
	}
}

type invitedInput struct {
	Page
	Employer string `query:"employer" doc:"Id of a unit"`
}

// InvitedDoc is a person without a login.
type InvitedDoc struct {
	Worker   ID        `json:"worker"`
	Name     string    `json:"name"`
	Employer UnitRef   `json:"employer"`
	Until    time.Time `json:"until,omitzero" doc:"Of the slip made last; without: none, or it was used or is void"`
	Good     bool      `json:"good" doc:"The slip can still be used"`
	Phone    bool      `json:"phone" doc:"Without a phone number on file no slip can be made"`
}

// InvitedList is a page of them.
type InvitedList struct {
	Total  int          `json:"total"`
	Next   string       `json:"next,omitempty"`
	People []InvitedDoc `json:"people"`
	Marked
}

type makeSlipsInput struct {
	Body struct {
		Workers  []ID   `json:"workers,omitempty" maxItems:"5000"`
		All      bool   `json:"all,omitempty" doc:"Everybody within reach who has neither a login nor a good slip"`
		Employer string `json:"employer,omitempty" doc:"With all: only the people of this unit"`
		Preview  bool   `json:"preview,omitempty" doc:"Only tell for whom"`
	}
}

// WorkerSlipDoc is what is printed for one person (激活条). The code is shown this once and kept nowhere.
type WorkerSlipDoc struct {
	Worker   ID        `json:"worker"`
	Name     string    `json:"name"`
	Employer UnitRef   `json:"employer"`
	Code     string    `json:"code,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
}

// WorkerSlipList is what a run made.
type WorkerSlipList struct {
	Slips   []WorkerSlipDoc `json:"slips"`
	NoPhone []InvitedDoc    `json:"no_phone" doc:"Left out: no phone number is on file"`
	Marked
}

type looksOutput struct{ Body LookList }
type ownRequestsOutput struct{ Body OwnRequestList }
type noticeOutput struct{ Body NoticeDoc }
type consentsOutput struct{ Body ConsentList }
type invitedOutput struct{ Body InvitedList }
type workerSlipsOutput struct{ Body WorkerSlipList }

func (s *Server) ownOperations(a huma.API) {
	const at = base + "/me"
	add(s, a, route{name: "own-activate", method: http.MethodPost, path: at + "/activation", summary: "A worker's first login: the code of a slip with the last four of ID number and phone, and a first password", public: true, status: http.StatusCreated}, s.activateOwn)
	add(s, a, route{name: "own-file", method: http.MethodGet, path: at + "/file", summary: "The own file of a worker; the look is logged"}, s.showOwn)
	add(s, a, route{name: "own-reveal", method: http.MethodPost, path: at + "/file/reveal", status: http.StatusOK, summary: "An own number in clear; it is logged"}, s.revealOwn)
	add(s, a, route{name: "own-looks", method: http.MethodGet, path: at + "/looks", summary: "Who looked at the own file, when, in which capacity and why"}, s.ownLooks)
	add(s, a, route{name: "own-copy", method: http.MethodPost, path: at + "/copy", status: http.StatusOK, summary: "All that is kept about oneself, as a file; the request for it is done with it",
		answer: map[string]*answer{"200": {listKinds, "Workbook, or csv in UTF-8 with a mark. A file that breaks off has no last row"}}}, s.copyOwn)
	add(s, a, route{name: "own-requests", method: http.MethodGet, path: at + "/requests", summary: "What one asked, with state and due day"}, s.ownRequests)
	add(s, a, route{name: "own-ask", method: http.MethodPost, path: at + "/requests", status: http.StatusCreated, summary: "Ask for a copy, a correction or an erasure, or complain"}, s.askOwn)
	add(s, a, route{name: "own-request", method: http.MethodGet, path: at + "/requests/{request}", summary: "One own request with its answer"}, s.ownRequest)
	add(s, a, route{name: "own-notice", method: http.MethodGet, path: at + "/notice", summary: "The notice about personal data, and which versions were read"}, s.ownNotice)
	add(s, a, route{name: "own-notice_read", method: http.MethodPost, path: at + "/notice", summary: "Say that a version of the notice was read; before that nothing of the file is given"}, s.readNotice)
	add(s, a, route{name: "own-consents", method: http.MethodGet, path: at + "/consents", summary: "The separate consents, each with its history"}, s.ownConsents)
	add(s, a, route{name: "own-consent", method: http.MethodPost, path: at + "/consents", status: http.StatusOK, summary: "Give or withdraw a separate consent"}, s.sayConsent)
	add(s, a, route{name: "slip-list", method: http.MethodGet, path: base + "/slips", summary: "People who have no login"}, s.listInvited)
	add(s, a, route{name: "slip-make", method: http.MethodPost, path: base + "/slips", summary: "Make activation slips for people; codes are shown this once"}, s.makeSlips)
}

func (s *Server) activateOwn(ctx context.Context, v *visit, in *ownActivateInput) (*sessionOutput, error) {
	token, who, err := s.Registry.Activate(ctx, registry.ActivateInput{Code: in.Body.Code, ID: in.Body.IDLast, Phone: in.Body.Phone, Password: in.Body.Password}, address(v.r))
	if err != nil {
		return nil, err
	}
	v.who = who
	return &sessionOutput{Session{Token: token, IdleMin: int(account.IdleTimeout.Minutes()), TotalMin: int(account.TotalTimeout.Minutes()), Marked: Marked{s.Demo}}}, nil
}

func (s *Server) showOwn(ctx context.Context, v *visit, _ *none) (*workerOutput, error) {
	f, err := s.Registry.OwnFile(ctx, v.who)
	if err != nil {
		return nil, err
	}
	return s.fileDoc(ctx, v, f)
}

func (s *Server) revealOwn(ctx context.Context, v *visit, in *ownRevealInput) (*revealOutput, error) {
	value, err := s.Registry.RevealOwn(ctx, v.who, in.Body.Field)
	if err != nil {
		return nil, err
	}
	return &revealOutput{Revealed{Field: in.Body.Field, Value: value, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) ownLooks(ctx context.Context, v *visit, in *looksInput) (*looksOutput, error) {
	f := registry.LookFilter{Own: in.Own, Limit: in.Limit}
	if in.Before != "" {
		at, id, ok := strings.Cut(in.Before, ".")
		ms, err1 := strconv.ParseInt(at, 10, 64)
		n, err2 := strconv.ParseInt(id, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, fieldFault("before", "api.id_unreadable")
		}
		f.Before = audit.Key{At: time.UnixMilli(ms), ID: n}
	}
	list, total, err := s.Registry.OwnLooks(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := LookList{Total: total, Looks: []LookDoc{}, Marked: Marked{s.Demo}}
	for i := range list {
		x := &list[i]
		out.Looks = append(out.Looks, LookDoc{At: x.At, What: Coded{Code: x.Action, Name: v.p.T(x.Key())}, Role: Coded{Code: string(x.Role), Name: v.p.T(x.Role.Key())}, Unit: l.unit(int64(x.Unit)), Field: x.Field, Why: x.Why, Own: x.Own})
	}
	if n := len(list); n > 0 && n == in.Limit {
		out.Next = strconv.FormatInt(list[n-1].At.UnixMilli(), 10) + "." + strconv.FormatInt(list[n-1].ID, 10)
	}
	return &looksOutput{out}, nil
}

func (s *Server) copyOwn(ctx context.Context, v *visit, in *ownCopyInput) (*huma.StreamResponse, error) {
	req := export.Request{List: export.Copy, Format: in.Body.Format}
	return s.stream(v, "copy."+string(req.Format), func(open opener) error {
		_, err := s.Export.Write(ctx, v.who, v.p, req, open)
		return err
	}), nil
}

func (s *Server) ownRequests(ctx context.Context, v *visit, _ *none) (*ownRequestsOutput, error) {
	list, err := s.Registry.OwnRequests(ctx, v.who)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []registry.Request{}
	}
	return &ownRequestsOutput{OwnRequestList{list, Marked{s.Demo}}}, nil
}

func (s *Server) askOwn(ctx context.Context, v *visit, in *ownAskInput) (*requestOutput, error) {
	r, err := s.Registry.AskOwn(ctx, v.who, registry.RequestKind(in.Body.Kind), in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &requestOutput{RequestDoc{r, Marked{s.Demo}}}, nil
}

func (s *Server) ownRequest(ctx context.Context, v *visit, in *ownRequestInput) (*requestOutput, error) {
	id, err := parse[registry.RequestID](in.Request)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.OwnRequest(ctx, v.who, id)
	if err != nil {
		return nil, err
	}
	return &requestOutput{RequestDoc{r, Marked{s.Demo}}}, nil
}

func (s *Server) ownNotice(ctx context.Context, v *visit, _ *none) (*noticeOutput, error) {
	n, err := s.Registry.OwnNotice(ctx, v.who)
	if err != nil {
		return nil, err
	}
	return &noticeOutput{NoticeDoc{n, Marked{s.Demo}}}, nil
}

func (s *Server) readNotice(ctx context.Context, v *visit, in *noticeInput) (*none, error) {
	return nil, s.Registry.AcceptNotice(ctx, v.who, in.Body.Version)
}

func (s *Server) ownConsents(ctx context.Context, v *visit, _ *none) (*consentsOutput, error) {
	list, err := s.Registry.OwnConsents(ctx, v.who)
	if err != nil {
		return nil, err
	}
	return &consentsOutput{ConsentList{list, Marked{s.Demo}}}, nil
}

func (s *Server) sayConsent(ctx context.Context, v *visit, in *consentInput) (*consentsOutput, error) {
	if err := s.Registry.SayConsent(ctx, v.who, registry.ConsentKind(in.Body.Kind), in.Body.Given); err != nil {
		return nil, err
	}
	return s.ownConsents(ctx, v, nil)
}

func (l labels) invited(list []registry.Invited) []InvitedDoc {
	out := make([]InvitedDoc, len(list))
	for i, x := range list {
		out[i] = InvitedDoc{Worker: ID(x.Worker), Name: x.Name, Employer: l.unit(int64(x.Employer)), Until: x.Until, Good: x.Good, Phone: x.Phone}
	}
	return out
}

func (s *Server) listInvited(ctx context.Context, v *visit, in *invitedInput) (*invitedOutput, error) {
	after, err := idIn("after", in.After)
	if err != nil {
		return nil, err
	}
	employer, err := idIn("employer", in.Employer)
	if err != nil {
		return nil, err
	}
	list, total, err := s.Registry.ListInvited(ctx, v.who, registry.InvitedFilter{Employer: org.UnitID(employer), After: registry.WorkerID(after), Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := InvitedList{Total: total, People: l.invited(list), Marked: Marked{s.Demo}}
	if n := len(list); n > 0 && n == in.Limit {
		out.Next = list[n-1].Worker.String()
	}
	return &invitedOutput{out}, nil
}

func (s *Server) makeSlips(ctx context.Context, v *visit, in *makeSlipsInput) (*workerSlipsOutput, error) {
	employer, err := idIn("employer", in.Body.Employer)
	if err != nil {
		return nil, err
	}
	ask, do := registry.SlipInput{All: in.Body.All, Employer: org.UnitID(employer)}, s.Registry.MakeSlips
	for _, id := range in.Body.Workers {
		ask.Workers = append(ask.Workers, registry.WorkerID(id))
	}
	if in.Body.Preview {
		do = s.Registry.PlanSlips
	}
	run, err := do(ctx, v.who, ask)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := WorkerSlipList{Slips: []WorkerSlipDoc{}, NoPhone: l.invited(run.NoPhone), Marked: Marked{s.Demo}}
	for _, x := range run.Slips {
		out.Slips = append(out.Slips, WorkerSlipDoc{Worker: ID(x.Worker), Name: x.Name, Employer: l.unit(int64(x.Employer)), Code: x.Code, Expires: x.Expires})
	}
	return &workerSlipsOutput{out}, nil
}
