package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/fault"
)

// statusOf is the door's one table from the kind of a fault to the HTTP status; a test holds it
// complete.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problemTypes begins the type of every problem; the stable name of its kind follows.
const problemTypes = "urn:tuoxing:problem:"

// Problem is an error as RFC 9457 writes it, with four members of our own: code, fix, request, demo.
type Problem struct {
	Type    string     `json:"type" doc:"urn:tuoxing:problem: and the kind: invalid, not_found, conflict, forbidden, unauthenticated, too_large, unavailable, internal"`
	Title   string     `json:"title" doc:"The kind in the language of the caller"`
	Status  int        `json:"status"`
	Detail  string     `json:"detail" doc:"What is wrong, in the language of the caller"`
	Code    string     `json:"code" doc:"Stable name of exactly this problem"`
	Fix     string     `json:"fix" minLength:"1" doc:"What to do about it, in the language of the caller"`
	Errors  []BadField `json:"errors,omitempty" doc:"Problems of single inputs"`
	Request string     `json:"request" doc:"The number to give when asking for help"`
	Demo    bool       `json:"demo" doc:"The database holds a made-up city"`
	kind    fault.Kind // of Type
}

// BadField is what is wrong with one input.
type BadField struct {
	Name    string `json:"name" doc:"The input: a query parameter, a form field, or a place in the body such as workers[2]"`
	Message string `json:"message"`
	Code    string `json:"code"`
}

// Error is for the log; it holds no words for people.
func (p *Problem) Error() string { return p.Code }

// GetStatus tells huma the status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// problemKind is the media type of problems.
const problemKind = "application/problem+json"

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return problemKind }

// problem is the one function that turns an error into what a caller may read. An error that is
// not a fault is internal: the caller gets the general sentence and the request's number.
func (s *Server) problem(v *visit, err error) *Problem {
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = fault.New(fault.TooLarge, "api.too_large", tooBig.Limit).Because(err)
	}
	kind := fault.KindOf(err)
	p := s.blank(v, kind)
	var fix string
	p.Detail, fix = v.p.Fault(err)
	if fix != "" { // the module knows better than the kind
		p.Fix = fix
	}
	p.Code = "fault.internal"
	if f, ok := fault.As(err); ok {
		p.Code = f.Key
	}
	for _, f := range fault.Fields(err) {
		p.Errors = append(p.Errors, BadField{Name: f.Name, Message: v.p.Field(f), Code: f.Key})
	}
	return p
}

// blank is a problem of a kind without its particulars. Every problem has a way to mend it, at least
// the one of its kind.
func (s *Server) blank(v *visit, kind fault.Kind) *Problem {
	return &Problem{
		Type: problemTypes + kind.String(), Title: v.p.T("api.title_" + kind.String()), Status: statusOf[kind],
		Request: v.id, Demo: s.Demo, kind: kind, Fix: v.p.T("api.fix_" + kind.String()),
	}
}

// plain answers with a status that no fault has.
func (s *Server) plain(w http.ResponseWriter, r *http.Request, status int, key string) {
	v := visitOf(r.Context())
	p := s.blank(v, kindOfStatus(status))
	p.Status, p.Code, p.Detail = status, key, v.p.T(key)
	p.write(w)
}

// kindOfStatus is the kind whose title stands above a status that huma or the mux has chosen.
func kindOfStatus(status int) fault.Kind {
	for _, kind := range fault.Kinds {
		if statusOf[kind] == status {
			return kind
		}
	}
	if status >= http.StatusInternalServerError {
		return fault.Internal
	}
	return fault.Invalid
}

// write answers with the problem outside huma.
func (p *Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil { // strings and numbers cannot fail
		panic(err)
	}
	w.Header().Set("Content-Type", problemKind)
	w.WriteHeader(p.Status)
	// A client that hangs up is no error of ours.
	_, _ = w.Write(append(body, '\n'))
}

// translate turns what huma says of a request that does not fit the document into a problem in
// the caller's language. The value at fault is not echoed: it may be a number or a name.
func (s *Server) translate(ctx huma.Context, _ string, answer any) (any, error) {
	said, ok := answer.(*huma.ErrorModel)
	if !ok {
		return answer, nil
	}
	v := visitOf(ctx.Context())
	p := s.blank(v, kindOfStatus(said.Status))
	p.Status = said.Status
	p.Code, p.Detail = "fault.internal", v.p.T("fault.internal")
	if p.kind != fault.Internal {
		p.Code = keyOfStatus(said.Status)
		p.Detail = v.p.T(p.Code)
	}
	for _, e := range said.Errors {
		p.Errors = append(p.Errors, s.badField(v, e))
	}
	v.cause = p
	return p, nil
}

func (s *Server) badField(v *visit, e *huma.ErrorDetail) BadField {
	w := wordsFor(e.Message)
	_, name, _ := strings.Cut(e.Location, ".") // query.limit, body.workers[2]
	if w.field != "" {
		name = strings.TrimPrefix(name+"."+w.field, ".")
	}
	return BadField{Name: name, Message: v.p.T(w.key, w.args...), Code: w.key}
}

// keyOfStatus is the sentence over the problems of single inputs.
func keyOfStatus(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "api.body_too_large"
	case http.StatusUnsupportedMediaType:
		return "api.media_type"
	case http.StatusRequestTimeout:
		return "api.body_slow"
	case http.StatusNotAcceptable:
		return "api.not_acceptable"
	case http.StatusBadRequest:
		return "api.body_unreadable"
	}
	return "fault.invalid"
}

// problemResponse is the answer that every operation may give instead of its own.
func problemResponse(a huma.API) *huma.Response {
	schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	return &huma.Response{Description: "A problem (RFC 9457)", Content: map[string]*huma.MediaType{problemKind: {Schema: schema}}}
}
