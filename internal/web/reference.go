package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"tuoxing/internal/fault"
	referencepage "tuoxing/internal/web/page/reference"
	"tuoxing/internal/web/part"
)

// document is what the page of the interface reads of the OpenAPI document.
type document struct {
	Info  struct{ Version string }
	Paths map[string]map[string]operation
	// Components are the named schemas.
	Components struct{ Schemas map[string]*schema }
}

type operation struct {
	ID         string `yaml:"operationId"`
	Summary    string
	Tags       []string
	Parameters []struct {
		Name, In, Description string
		Required              bool
		Schema                *schema
	}
	Body      *body `yaml:"requestBody"`
	Responses map[string]body
	Security  []map[string][]string
}

type body struct {
	Description string
	Content     map[string]struct{ Schema *schema }
}

type schema struct {
	Ref                  string `yaml:"$ref"`
	Type                 any    // a word, or a list of words with null
	Format, Description  string
	Enum                 []any
	Default              any
	Minimum, Maximum     any
	MinLength, MaxLength any `yaml:",omitempty"`
	Properties           map[string]*schema
	Required             []string
	Items                *schema
}

// getReference shows the interface as it is documented; the document is read once.
func (s *Server) getReference() func(http.ResponseWriter, *http.Request) error {
	read := sync.OnceValues(func() (*document, error) {
		text, err := s.Document()
		if err != nil {
			return nil, fmt.Errorf("write the OpenAPI document: %w", err)
		}
		return readDocument(text)
	})
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := read()
		if err != nil {
			return err
		}
		return s.render(w, r, http.StatusOK, referencepage.Show(d.page(s.base(r))))
	}
}

func readDocument(text []byte) (*document, error) {
	d := &document{}
	if err := yaml.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return d, nil
}

// methods are in the order in which people think of them.
var methods = []string{"get", "post", "put", "patch", "delete"}

func (d *document) page(b part.Base) referencepage.Page {
	p := referencepage.Page{Base: b, Version: d.Info.Version, Problem: d.members(&schema{Ref: "#/components/schemas/Problem"})}
	for _, k := range fault.Kinds {
		p.Kinds = append(p.Kinds, referencepage.Kind{Status: statusOf[k], Type: "urn:tuoxing:problem:" + k.String(), Title: b.T("api.title_" + k.String()), Fix: b.T("api.fix_" + k.String())})
	}
	slices.SortFunc(p.Kinds, func(x, y referencepage.Kind) int { return cmp.Compare(x.Status, y.Status) })
	groups := map[string]int{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range methods {
			op, ok := d.Paths[path][method]
			if !ok {
				continue
			}
			tag := "other"
			if len(op.Tags) > 0 {
				tag = op.Tags[0]
			}
			at, known := groups[tag]
			if !known {
				at = len(p.Groups)
				groups[tag] = at
				p.Groups = append(p.Groups, referencepage.Group{ID: "group-" + tag, Name: groupName(b, tag)})
			}
			p.Groups[at].Operations = append(p.Groups[at].Operations, d.operation(b, strings.ToUpper(method), path, op))
		}
	}
	return p
}

// groupName is the word for a group; of one that has none yet, its own name.
func groupName(b part.Base, tag string) string {
	if key := "web_reference.group_" + tag; b.Has(key) {
		return b.T(key)
	}
	return tag
}

// opKey names the words for an operation; the English ones are those of the document.
func opKey(id string) string { return "web_reference.op_" + strings.ReplaceAll(id, "-", "_") }

func (d *document) operation(b part.Base, method, path string, op operation) referencepage.Operation {
	out := referencepage.Operation{ID: op.ID, Method: method, Path: path, Summary: op.Summary, Public: len(op.Security) == 0}
	if key := opKey(op.ID); b.Has(key) {
		out.Summary = b.T(key)
	} else {
		out.English = b.HTMLLang() != "en"
	}
	for _, x := range op.Parameters {
		f := d.field(x.Name, x.Schema)
		f.Required = x.Required
		f.About = cmp.Or(x.Description, f.About)
		f.Type = x.In + " · " + f.Type
		out.Takes = append(out.Takes, f)
	}
	if op.Body != nil {
		out.BodyKinds = slices.Sorted(maps.Keys(op.Body.Content))
		for _, kind := range out.BodyKinds {
			out.Body = append(out.Body, d.members(op.Body.Content[kind].Schema)...)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if status == "default" { // a problem, which stands at the top once
			continue
		}
		r := op.Responses[status]
		a := referencepage.Answer{Status: status, About: r.Description, Kinds: slices.Sorted(maps.Keys(r.Content))}
		for _, kind := range a.Kinds {
			a.Fields = append(a.Fields, d.members(r.Content[kind].Schema)...)
		}
		out.Answers = append(out.Answers, a)
	}
	out.Example = d.example(method, path, op)
	return out
}
