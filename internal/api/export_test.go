package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// OpenAPI is the document as the library holds it, for the tests that hold answers against it.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.build(http.NewServeMux()).OpenAPI() }
