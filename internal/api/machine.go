package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Health is the word of a process about itself.
type Health struct {
	Status string `json:"status" enum:"ok,ready"`
}

type healthOutput struct{ Body Health }

type documentOutput struct {
	Kind string `header:"Content-Type"`
	Body []byte
}

// documentKind is the media type of YAML (RFC 9512).
const documentKind = "application/yaml"

// machineOperations are for who runs the server, and the document itself. They say nothing of
// anybody and are public.
func (s *Server) machineOperations(a huma.API) {
	add(s, a, route{name: "health-alive", method: http.MethodGet, path: "/healthz", summary: "The process answers", public: true}, func(context.Context, *visit, *none) (*healthOutput, error) {
		return &healthOutput{Health{"ok"}}, nil
	})
	add(s, a, route{name: "health-ready", method: http.MethodGet, path: "/readyz", summary: "The database answers and has this version's schema", public: true}, s.ready)
	add(s, a, route{name: "document-show", method: http.MethodGet, path: base + "/openapi.yaml", summary: "This document", public: true,
		answer: map[string]*answer{"200": {[]string{documentKind}, "OpenAPI 3.1"}}}, s.document(a))
}

func (s *Server) ready(ctx context.Context, _ *visit, _ *none) (*healthOutput, error) {
	version, err := s.DB.Version(ctx)
	if err != nil || version != db.Newest() {
		return nil, fault.New(fault.Unavailable, "api.not_ready").Because(err)
	}
	return &healthOutput{Health{"ready"}}, nil
}

// document writes the document once.
func (s *Server) document(a huma.API) func(context.Context, *visit, *none) (*documentOutput, error) {
	var text []byte
	return func(context.Context, *visit, *none) (_ *documentOutput, err error) {
		s.doc.Lock()
		defer s.doc.Unlock()
		if text == nil {
			if text, err = a.OpenAPI().YAML(); err != nil {
				return nil, err
			}
		}
		return &documentOutput{Kind: documentKind, Body: text}, nil
	}
}
