package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/registry"
)

type eraseInput struct {
	ID   string `path:"id" doc:"Id of the file"`
	Body struct {
		Why string `json:"why" maxLength:"200" doc:"The reason, which stays in the log: no name, no number"`
	}
}

// ErasureDoc says in numbers what erasing a person does.
type ErasureDoc struct {
	registry.Erasure
	Marked
}

type erasureOutput struct{ Body ErasureDoc }

func (s *Server) eraseOperations(a huma.API) {
	const at = base + "/workers/{id}/erasure"
	add(s, a, route{name: "worker-erase_plan", method: http.MethodGet, path: at, summary: "What erasing the person would do, in numbers; the look is logged"}, s.planErasure)
	add(s, a, route{name: "worker-erase", method: http.MethodPost, path: at, summary: "Erase the person: nobody can take it back; facts and figures stay"}, s.erase)
}

func (s *Server) planErasure(ctx context.Context, v *visit, in *workerInput) (*erasureOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	e, err := s.Registry.PlanErasure(ctx, v.who, s.Intake, id)
	if err != nil {
		return nil, err
	}
	return &erasureOutput{ErasureDoc{e, Marked{s.Demo}}}, nil
}

func (s *Server) erase(ctx context.Context, v *visit, in *eraseInput) (*erasureOutput, error) {
	id, err := parse[registry.WorkerID](in.ID)
	if err != nil {
		return nil, err
	}
	e, err := s.Registry.Erase(ctx, v.who, s.Intake, []registry.WorkerID{id}, in.Body.Why)
	if err != nil {
		return nil, err
	}
	return &erasureOutput{ErasureDoc{e, Marked{s.Demo}}}, nil
}
