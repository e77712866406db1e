package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/intake"
)

// PurposeDoc is the purpose register.
type PurposeDoc struct {
	intake.Purposes
	Marked
}

type purposeOutput struct{ Body PurposeDoc }

func (s *Server) purposeOperations(a huma.API) {
	add(s, a, route{name: "purpose-list", method: http.MethodGet, path: base + "/purposes", summary: "The purpose register: why each field about a person is kept, and what is neither read nor kept"}, s.listPurposes)
}

func (s *Server) listPurposes(_ context.Context, v *visit, _ *none) (*purposeOutput, error) {
	if err := v.who.MustBeKnown(); err != nil {
		return nil, err
	}
	return &purposeOutput{PurposeDoc{intake.Register(), Marked{s.Demo}}}, nil
}
