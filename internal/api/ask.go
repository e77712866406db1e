package api

import (
	"context"
	"encoding"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// ID is the id of a row in JSON: a decimal number written as text. Empty is none.
type ID int64

// MarshalText writes the number, nothing for none.
func (id ID) MarshalText() ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	return strconv.AppendInt(nil, int64(id), 10), nil
}

// UnmarshalText reads a decimal number; empty text is none.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return fault.New(fault.Invalid, "api.id_unreadable")
	}
	*id = ID(n)
	return nil
}

// parse reads a text that the type itself understands: an id or a day.
func parse[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](text string) (T, error) {
	var v T
	err := P(&v).UnmarshalText([]byte(text))
	return v, err
}

// idIn reads an id among the inputs; what is no id is told under the input's name.
func idIn(name, text string) (int64, error) {
	id, err := parse[ID](text)
	if err != nil {
		var c fault.Check
		c.Add(name, "api.id_unreadable")
		return 0, c.Err()
	}
	return int64(id), nil
}

// dayIn reads a day among the inputs; empty text is other.
func dayIn(name, text string, other date.Day) (date.Day, error) {
	if text == "" {
		return other, nil
	}
	d, err := date.Parse(text)
	if err != nil {
		var c fault.Check
		c.Add(name, "api.want_day")
		return 0, c.Err()
	}
	return d, nil
}

// Page is how a list is asked for.
type Page struct {
	After string `query:"after" doc:"Key of the last row of the page before: its next"`
	Limit int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Rows of a page"`
}

// Marked is the part of every answer that says whether the data are made up.
type Marked struct {
	Demo bool `json:"demo" doc:"The database holds a made-up city"`
}

// Coded is a value of a dimension: as addresses write it, and in the caller's language.
type Coded struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// UnitRef is a unit where it is mentioned.
type UnitRef struct {
	ID   org.UnitID `json:"id"`
	Name string     `json:"name"`
}

// labels writes values of dimensions as of a day.
type labels struct{ *figure.Labels }

func (s *Server) labels(ctx context.Context, v *visit, on date.Day) (labels, error) {
	l, err := s.Figures.Labels(ctx, on, v.p)
	return labels{l}, err
}

func (l labels) coded(d ledger.Dim, n int64) Coded {
	return Coded{Code: figure.Code(d, n), Name: l.Of(d, n)}
}

func (l labels) unit(id int64) UnitRef {
	if id == 0 {
		return UnitRef{}
	}
	return UnitRef{ID: org.UnitID(id), Name: l.Of(ledger.Employer, id)}
}

// today is the civil day of the installation's clock.
func (s *Server) today() date.Day { return date.On(s.DB.Now()) }

// tree is the organisation tree of this moment.
func (s *Server) tree(ctx context.Context) (*org.Tree, error) {
	return s.Org.Latest(ctx, s.DB)
}

// textual are the properties of other packages' structs whose json tag makes text of a number,
// which the document's writer does not see.
var textual = map[string][]string{"BlockDoc": {"recorded_by"}, "ImportDoc": {"unit", "by"}, "Mapping": {"unit", "by"}, "UsedMapping": {"by"}}

// finish brings the document into its final form: ids are text, and the library's own error is gone.
func finish(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	for name, properties := range textual {
		for _, p := range properties {
			schemas[name].Properties[p] = &huma.Schema{Type: huma.TypeString, Description: schemas[name].Properties[p].Description}
		}
	}
	for name := range schemas {
		if strings.HasPrefix(name, "Error") {
			delete(schemas, name)
		}
	}
}
