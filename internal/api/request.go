package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/export"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
)

type requestsInput struct {
	All    bool   `query:"all" doc:"Also those that are answered"`
	Worker string `query:"worker" doc:"Of one person: id of the file"`
	Offset int    `query:"offset" minimum:"0" doc:"How many to pass over"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500"`
}

// RequestPlace is a request in a person's file.
type RequestPlace struct {
	ID      string `path:"id" doc:"Id of the file"`
	Request string `path:"request" doc:"Id of the request"`
}

type registerInput struct {
	ID   string `path:"id" doc:"Id of the file"`
	Body struct {
		Kind       string `json:"kind" enum:"copy,correct,erase,opinion"`
		ReceivedOn string `json:"received_on,omitempty" maxLength:"10" doc:"The day on which the person asked, 2006-01-02; today when not given"`
		Text       string `json:"text,omitempty" maxLength:"2000" doc:"What is asked; kept sealed"`
	}
}

type answerInput struct {
	RequestPlace
	Body struct {
		Answer string `json:"answer,omitempty" maxLength:"2000" doc:"What was done, or why it is refused; kept sealed"`
	}
}

type copyInput struct {
	RequestPlace
	Body struct {
		Format listing.Format `json:"format" enum:"csv,xlsx"`
	}
}

// RequestList is what people ask about their own data; those that are due first at the top.
type RequestList struct {
	registry.RequestCounts
	Total    int                `json:"total"`
	Requests []registry.Request `json:"requests"`
	Marked
}

// RequestDoc is one request.
type RequestDoc struct {
	registry.Request
	Marked
}

type requestsOutput struct{ Body RequestList }
type requestOutput struct{ Body RequestDoc }

func (s *Server) requestOperations(a huma.API) {
	const at = base + "/workers/{id}/requests"
	add(s, a, route{name: "request-list", method: http.MethodGet, path: base + "/requests", summary: "What people ask about their own data, with the working days that are left"}, s.listRequests)
	add(s, a, route{name: "request-register", method: http.MethodPost, path: at, status: http.StatusCreated, summary: "Register a person's request: a copy, a correction or an erasure"}, s.registerRequest)
	add(s, a, route{name: "request-show", method: http.MethodGet, path: at + "/{request}", summary: "One request with what was asked and answered; the look is logged"}, s.showRequest)
	add(s, a, route{name: "request-done", method: http.MethodPost, path: at + "/{request}/done", summary: "Declare a request done; an erasure is done by erasing"}, s.finishRequest)
	add(s, a, route{name: "request-refuse", method: http.MethodPost, path: at + "/{request}/refused", summary: "Refuse a request, with the reason"}, s.refuseRequest)
	add(s, a, route{name: "request-copy", method: http.MethodPost, path: at + "/{request}/copy", status: http.StatusOK, summary: "All that is kept about the person, as a file for the person; it is logged",
		answer: map[string]*answer{"200": {listKinds, "Workbook, or csv in UTF-8 with a mark. A file that breaks off has no last row"}}}, s.copyRequest)
}

func (in *RequestPlace) asked() (worker registry.WorkerID, id registry.RequestID, err error) {
	if worker, err = parse[registry.WorkerID](in.ID); err == nil {
		id, err = parse[registry.RequestID](in.Request)
	}
	return worker, id, err
}

func (s *Server) listRequests(ctx context.Context, v *visit, in *requestsInput) (*requestsOutput, error) {
	f := registry.RequestFilter{All: in.All, Offset: in.Offset, Limit: in.Limit}
	if in.Worker != "" {
		var err error
		if f.Worker, err = parse[registry.WorkerID](in.Worker); err != nil {
			return nil, err
		}
	}
	list, total, counts, err := s.Registry.ListRequests(ctx, v.who, f)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []registry.Request{}
	}
	return &requestsOutput{RequestList{counts, total, list, Marked{s.Demo}}}, nil
}

func (s *Server) registerRequest(ctx context.Context, v *visit, in *registerInput) (*requestOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	on, err := dayIn("received_on", in.Body.ReceivedOn, 0)
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.RegisterRequest(ctx, v.who, registry.RequestInput{Worker: id, Kind: registry.RequestKind(in.Body.Kind), ReceivedOn: on, Text: in.Body.Text})
	if err != nil {
		return nil, err
	}
	return &requestOutput{RequestDoc{r, Marked{s.Demo}}}, nil
}

func (s *Server) showRequest(ctx context.Context, v *visit, in *RequestPlace) (*requestOutput, error) {
	worker, id, err := in.asked()
	if err != nil {
		return nil, err
	}
	r, err := s.Registry.FindRequest(ctx, v.who, worker, id)
	if err != nil {
		return nil, err
	}
	return &requestOutput{RequestDoc{r, Marked{s.Demo}}}, nil
}

func (s *Server) finishRequest(ctx context.Context, v *visit, in *answerInput) (*requestOutput, error) {
	worker, id, err := in.asked()
	if err == nil {
		err = s.Registry.FinishRequest(ctx, v.who, worker, id, in.Body.Answer)
	}
	if err != nil {
		return nil, err
	}
	return s.showRequest(ctx, v, &in.RequestPlace)
}

func (s *Server) refuseRequest(ctx context.Context, v *visit, in *answerInput) (*requestOutput, error) {
	worker, id, err := in.asked()
	if err == nil {
		err = s.Registry.RefuseRequest(ctx, v.who, worker, id, in.Body.Answer)
	}
	if err != nil {
		return nil, err
	}
	return s.showRequest(ctx, v, &in.RequestPlace)
}

func (s *Server) copyRequest(ctx context.Context, v *visit, in *copyInput) (*huma.StreamResponse, error) {
	worker, id, err := in.asked()
	if err != nil {
		return nil, err
	}
	req := export.Request{List: export.Copy, Format: in.Body.Format, Worker: worker, Request: id}
	return s.stream(v, "copy."+string(req.Format), func(open opener) error {
		_, err := s.Export.Write(ctx, v.who, v.p, req, open)
		return err
	}), nil
}
