// Package api is the JSON door: every operation turns a request into a call of a module's verb
// and the answer into JSON, and nothing else. What the pages do can be done here.
//
// Words: an operation is one line of the OpenAPI document, which is written from the same table
// that serves it, so that a test can walk all of them; a problem is an error as RFC 9457 writes
// it; a visit is what is known of one request. Ids of things are strings, because JavaScript
// rounds 64-bit numbers; lists go on from the key of their last row.
//
// A rule written here is a bug: rights, checks and sums live in the modules. Nothing of a person
// (name, ID number, search words) goes into the log or an error text, and a request is never
// written to a file in clear: what is uploaded streams into the encrypted store.
package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/figure"
	"tuoxing/internal/filing"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

// Version is the version of the interface. It rises whenever docs/openapi.yaml changes: the first
// number when a client would break, the second when something is added.
const Version = "1.18.0"

// base is where all operations but those of the machine room live.
const base = "/api/v1"

// Server serves the API. All fields are set once, before Mount is called.
type Server struct {
	DB       *db.DB
	Accounts *account.Service
	Figures  *figure.Service
	Registry *registry.Service
	Filings  *filing.Service
	Intake   *intake.Service
	Org      *org.Service
	Export   *export.Service
	Log      *slog.Logger
	Now      func() time.Time
	Demo     bool // the database holds a made-up city: every answer says so
	// MaxUpload is the largest file that may be handed in, in bytes.
	MaxUpload int64
	// Cookie is the name of the pages' session cookie, with which a page of this server may read.
	Cookie string
	// Viewer is an actor as intake asks for it; set by app.
	Viewer func(ctx context.Context, who account.Actor) (intake.Viewer, error)
	// Run orders an act on an import (stage, try, apply, undo) that is done in the background; set
	// by app. It refuses who may not do it or does not see the import.
	Run func(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error

	doc sync.Mutex // holds back a second reader while the document is first written
}

// Operation is one line of the OpenAPI document, for the tests that walk all of them.
type Operation struct {
	Method string
	Path   string // with {parameters}
	Name   string // of the log and of the tests: figure-rows
	Public bool   // also for who is not logged in
	About  string // its summary in the document
}

// Mount adds the API to a mux: everything below /api/, /healthz and /readyz.
func (s *Server) Mount(mux *http.ServeMux) {
	inner := http.NewServeMux()
	s.build(inner)
	h := s.identify(s.logged(s.recovered(s.authenticated(s.found(inner)))))
	for _, at := range []string{"/api/", "/healthz", "/readyz"} {
		mux.Handle(at, h)
	}
}

// Operations lists what is served, in the order of the document.
func (s *Server) Operations() []Operation {
	doc := s.build(http.NewServeMux()).OpenAPI()
	var out []Operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				out = append(out, Operation{Method: op.Method, Path: path, Name: op.OperationID, Public: isPublic(op), About: op.Summary})
			}
		}
	}
	return out
}

// Document writes the OpenAPI document as YAML.
func (s *Server) Document() ([]byte, error) {
	return s.build(http.NewServeMux()).OpenAPI().YAML()
}

// build registers every operation on a mux.
func (s *Server) build(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("Tuoxing (托星)", Version)
	config.Info.Description = "The working platform of the industrial-workforce reform (产业工人队伍建设改革). " +
		"Log in with POST /api/v1/session and send the token as Authorization: Bearer; a program brings a token of its user's (令牌) in the same way. Messages come in the language of Accept-Language (zh, en). " +
		"Days are 2006-01-02 in China; ids are strings; a list goes on with after = next."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{s.translate}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":  {Type: "http", Scheme: "bearer", Description: "The token of POST /api/v1/session, or one of POST /api/v1/me/tokens."},
		"cookie": {Type: "apiKey", In: "cookie", Name: "tuoxing_session", Description: "The session of the pages; only for reading from the same origin."},
	}
	a := humago.New(mux, config)
	s.machineOperations(a)
	s.sessionOperations(a)
	s.figureOperations(a)
	s.workerOperations(a)
	s.certificateOperations(a)
	s.certificateListOperations(a)
	s.columnOperations(a)
	s.conflictOperations(a)
	s.duplicateOperations(a)
	s.eraseOperations(a)
	s.importOperations(a)
	s.importActs(a)
	s.mappingOperations(a)
	s.leaverOperations(a)
	s.unitOperations(a)
	s.organisationOperations(a)
	s.filingOperations(a)
	s.userOperations(a)
	s.accountOperations(a)
	s.auditOperations(a)
	s.blockOperations(a)
	s.purposeOperations(a)
	s.requestOperations(a)
	s.ownOperations(a)
	s.exportOperations(a)
	finish(a.OpenAPI())
	return a
}

// route is one operation as the files of this package write it.
type route struct {
	name    string
	method  string
	path    string
	summary string
	public  bool
	status  int                // of success; 0 is 200, or 204 without a body
	body    *huma.RequestBody  // only for what is not read as JSON
	answer  map[string]*answer // only for what is not written as JSON, by status
}

// answer is a body that is not JSON, of one of several media types.
type answer struct {
	kinds []string
	about string
}

// maxJSON is the largest JSON body: a decision about some ten thousand people.
const maxJSON = 1 << 20

// add registers one operation. do is called with the visit, whose actor is known unless the
// operation is public. An error it returns becomes a problem.
func add[I, O any](s *Server, a huma.API, r route, do func(ctx context.Context, v *visit, in *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.name, Method: r.method, Path: r.path, Summary: r.summary, DefaultStatus: r.status,
		Tags: []string{strings.SplitN(r.name, "-", 2)[0]}, MaxBodyBytes: maxJSON,
		Middlewares: huma.Middlewares{s.gate(r)},
		Responses:   map[string]*huma.Response{"default": problemResponse(a)},
	}
	for status, ans := range r.answer {
		content := map[string]*huma.MediaType{}
		for _, kind := range ans.kinds {
			content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		}
		op.Responses[status] = &huma.Response{Description: ans.about, Content: content}
	}
	if !r.public {
		op.Security = []map[string][]string{{"token": {}}}
		if r.method == http.MethodGet {
			op.Security = append(op.Security, map[string][]string{"cookie": {}})
		}
	}
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		v := visitOf(ctx)
		out, err := do(ctx, v, in)
		if err != nil {
			v.cause = err
			return nil, s.problem(v, err)
		}
		return out, nil
	})
	if r.body != nil { // said only now, so that the library does not read it
		a.OpenAPI().Paths[r.path].Post.RequestBody = r.body
	}
}

func isPublic(op *huma.Operation) bool { return len(op.Security) == 0 }

// none is the input or output of what takes or gives nothing.
type none struct{}
