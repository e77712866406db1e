package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// contract holds every answer that passes through a handler against the OpenAPI document: its
// status, its media type and its body. So each test of this package is a test of the document too.
type contract struct {
	t    *testing.T
	doc  *huma.OpenAPI
	find *http.ServeMux // only to find the operation
	next http.Handler
}

func newContract(t *testing.T, doc *huma.OpenAPI, next http.Handler) *contract {
	c := &contract{t: t, doc: doc, find: http.NewServeMux(), next: next}
	for path, item := range doc.Paths {
		for method, op := range operations(item) {
			if op != nil {
				c.find.HandleFunc(method+" "+path, func(http.ResponseWriter, *http.Request) {})
			}
		}
	}
	return c
}

func operations(item *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodDelete: item.Delete}
}

// ServeHTTP lets the request through and looks at the answer.
func (c *contract) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, pattern := c.find.Handler(r)
	rec := httptest.NewRecorder()
	c.next.ServeHTTP(rec, r)
	if method, path, ok := strings.Cut(pattern, " "); ok {
		if why := c.broken(operations(c.doc.Paths[path])[method], rec); why != "" {
			c.t.Errorf("%s: the answer %d does not fit the document: %s\n%.500s", pattern, rec.Code, why, rec.Body)
		}
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

// broken says what of an answer the document does not have, or nothing.
func (c *contract) broken(op *huma.Operation, rec *httptest.ResponseRecorder) string {
	response, ok := op.Responses[strconv.Itoa(rec.Code)]
	if !ok {
		if response = op.Responses["default"]; rec.Code < http.StatusBadRequest {
			return "no such status"
		}
	}
	kind := rec.Header().Get("Content-Type")
	if len(response.Content) == 0 && rec.Body.Len() == 0 {
		return ""
	}
	media, ok := response.Content[kind]
	if !ok {
		return "no such media type: " + kind
	}
	if !strings.HasSuffix(kind, "json") {
		return ""
	}
	var body any
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		return err.Error()
	}
	var res huma.ValidateResult
	huma.Validate(c.doc.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, &res)
	var all []string
	for _, err := range res.Errors {
		all = append(all, err.Error())
	}
	return strings.Join(all, "; ")
}

func TestContract_finds_an_answer_that_does_not_fit(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := newContract(t, k.api.OpenAPI(), nil)
	op := c.doc.Paths["/healthz"].Get
	for body, fits := range map[string]bool{`{"status":"ok"}`: true, `{"status":"fine"}`: false, `{"status":1}`: false, `{}`: false, `{"status":"ok","name":"x"}`: false, `ok`: false} {
		rec := httptest.NewRecorder()
		rec.Header().Set("Content-Type", "application/json")
		_, _ = rec.WriteString(body)
		if why := c.broken(op, rec); (why == "") != fits {
			t.Errorf("%s: %q", body, why)
		}
	}
}
