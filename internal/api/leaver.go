package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/registry"
)

// LeaverList are the people whom a complete roster leaves out and therefore proposes as leavers.
type LeaverList struct {
	Leavers []LeaverDoc `json:"leavers"`
	Marked
}

// LeaverDoc is one proposal.
type LeaverDoc struct {
	Worker   ID       `json:"worker"`
	Name     string   `json:"name"`
	Employer UnitRef  `json:"employer"`
	AsOf     date.Day `json:"as_of" doc:"The roster's day"`
	State    string   `json:"state" enum:"proposed,confirmed,rejected"`
}

type decideInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		Workers []ID   `json:"workers" minItems:"1" maxItems:"10000"`
		Confirm bool   `json:"confirm" doc:"true: they have left; false: they are still there"`
		LeftOn  string `json:"left_on,omitempty" doc:"With confirm: the first day of not being there any more, 2006-01-02; the roster's day when not given"`
	}
}

type takeBackInput struct {
	ID   string `path:"id" doc:"Id of the import"`
	Body struct {
		Workers []ID   `json:"workers" minItems:"1" maxItems:"10000"`
		Why     string `json:"why" doc:"Kept in the log, which outlives an erasure: no name, no number"`
	}
}

// TakenBack tells how many decisions were taken back.
type TakenBack struct {
	TakenBack int `json:"taken_back"`
	Marked
}

type takenBackOutput struct{ Body TakenBack }

// Decided tells how many of the proposals were open and are decided now.
type Decided struct {
	Decided int `json:"decided"`
	Marked
}

type leaversOutput struct{ Body LeaverList }
type decidedOutput struct{ Body Decided }

func (s *Server) leaverOperations(a huma.API) {
	const at = base + "/imports/{id}/leavers"
	add(s, a, route{name: "leaver-list", method: http.MethodGet, path: at, summary: "Proposed leavers of a complete roster; the look is logged"}, s.listLeavers)
	add(s, a, route{name: "leaver-decide", method: http.MethodPost, path: at, summary: "Confirm or reject proposals"}, s.decideLeavers)
	add(s, a, route{name: "leaver-take-back", method: http.MethodPost, path: at + "/take-back", summary: "Take decisions back: who was confirmed has not left, by reversal, and the proposals are open again"}, s.takeBackLeavers)
}

func (s *Server) listLeavers(ctx context.Context, v *visit, in *importInput) (*leaversOutput, error) {
	_, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.Registry.Leavers(ctx, v.who, r.ID)
	if err != nil {
		return nil, err
	}
	l, err := s.labels(ctx, v, s.today())
	if err != nil {
		return nil, err
	}
	out := LeaverList{Leavers: make([]LeaverDoc, len(list)), Marked: Marked{s.Demo}}
	for i, p := range list {
		out.Leavers[i] = LeaverDoc{Worker: ID(p.Worker), Name: p.Name, Employer: l.unit(int64(p.Employer)), AsOf: p.AsOf, State: p.State}
	}
	return &leaversOutput{out}, nil
}

func (s *Server) decideLeavers(ctx context.Context, v *visit, in *decideInput) (*decidedOutput, error) {
	_, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	d := registry.DecideLeaversInput{Import: r.ID, Confirm: in.Body.Confirm}
	for _, w := range in.Body.Workers {
		d.Workers = append(d.Workers, registry.WorkerID(w))
	}
	asOf, err := dayIn("as_of", r.AsOf, 0)
	if err != nil {
		return nil, err
	}
	if d.LeftOn, err = dayIn("left_on", in.Body.LeftOn, asOf); err != nil {
		return nil, err
	}
	n, err := s.Registry.DecideLeavers(ctx, v.who, d)
	if err != nil {
		return nil, err
	}
	return &decidedOutput{Decided{Decided: n, Marked: Marked{s.Demo}}}, nil
}

func (s *Server) takeBackLeavers(ctx context.Context, v *visit, in *takeBackInput) (*takenBackOutput, error) {
	_, r, err := s.find(ctx, v, in.ID)
	if err != nil {
		return nil, err
	}
	t := registry.TakeBackLeaversInput{Import: r.ID, Why: in.Body.Why}
	for _, w := range in.Body.Workers {
		t.Workers = append(t.Workers, registry.WorkerID(w))
	}
	n, err := s.Registry.TakeBackLeavers(ctx, v.who, t)
	if err != nil {
		return nil, err
	}
	return &takenBackOutput{TakenBack{TakenBack: n, Marked: Marked{s.Demo}}}, nil
}
