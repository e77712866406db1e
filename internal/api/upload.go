package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

const (
	filePart = "file"
	maxTerm  = 4096    // bytes of one form field
	maxTerms = 1 << 20 // bytes of a form beside its file
)

// terms are the form fields of an upload beside the file.
var terms = []struct{ name, about string }{
	{"kind", "organisations, roster, certificates or statistics"},
	{"as_of", "The day on which the rows are true (截至), 2006-01-02"},
	{"full", "true: the list is complete for its unit (全量); who is absent is proposed as a leaver"},
	{"unit", "Id of the unit whose list it is; the caller's own when not given"},
	{"confirmed_code", "A credit code that fails its check digit and was really issued so; may be repeated"},
}

// uploadBody documents the form.
func uploadBody() *huma.RequestBody {
	schema := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, Required: []string{"kind", filePart}}
	for _, t := range terms {
		schema.Properties[t.name] = &huma.Schema{Type: huma.TypeString, Description: t.about}
	}
	schema.Properties[filePart] = &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "csv or xlsx. It is the last part of the form: it goes straight into the encrypted store."}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: schema}}}
}

type receiveOutput struct {
	Location string `header:"Location"`
	Body     ImportDoc
}

// receive streams the form: the usual way of reading one would write a long file to the temp folder
// in clear.
func (s *Server) receive(ctx context.Context, v *visit, _ *none) (*receiveOutput, error) {
	viewer, err := s.Viewer(ctx, v.who)
	if err != nil {
		return nil, err
	}
	if err := viewer.May(intake.RightWrite); err != nil { // before a large body is read
		return nil, err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, s.MaxUpload+maxTerms)
	form, err := v.r.MultipartReader()
	if err != nil {
		return nil, fieldFault(filePart, "api.want_form")
	}
	said, file, err := readTerms(form)
	if err != nil {
		return nil, err
	}
	opt, err := s.options(ctx, v, said)
	if err != nil {
		return nil, err
	}
	id, err := s.Intake.Receive(ctx, viewer, file.FileName(), &lastPart{form: form, part: file}, opt)
	if err != nil {
		return nil, err
	}
	r, err := s.Intake.Find(ctx, viewer, id)
	if err != nil {
		return nil, err
	}
	return &receiveOutput{Location: base + "/imports/" + id.String(), Body: s.report(v, r)}, nil
}

func fieldFault(name, key string, args ...any) error {
	var c fault.Check
	c.Add(name, key, args...)
	return c.Err()
}

// readTerms reads the fields up to the file.
func readTerms(form *multipart.Reader) (map[string][]string, *multipart.Part, error) {
	said := map[string][]string{}
	for size := 0; ; {
		p, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, nil, fieldFault(filePart, "api.file_missing")
		case err != nil:
			return nil, nil, unreadable(err)
		case p.FormName() == filePart:
			return said, p, nil
		case !isTerm(p.FormName()):
			return nil, nil, fieldFault(p.FormName(), "api.unknown_field")
		}
		value, err := io.ReadAll(io.LimitReader(p, maxTerm+1))
		if err != nil {
			return nil, nil, unreadable(err)
		}
		if size += len(value); len(value) > maxTerm || size > maxTerms {
			return nil, nil, fieldFault(p.FormName(), "api.too_long", strconv.Itoa(maxTerm))
		}
		said[p.FormName()] = append(said[p.FormName()], string(value))
	}
}

func isTerm(name string) bool {
	for _, t := range terms {
		if t.name == name {
			return true
		}
	}
	return false
}

// unreadable tells a body that breaks off in the middle from one that is too large.
func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	// Only the text of the cause: whoever fills a buffer takes io.ErrUnexpectedEOF in the chain for an
	// ordinary end, and a body that broke off would be a file.
	return fault.New(fault.Invalid, "api.body_unreadable").Because(errors.New(err.Error()))
}

// options are the terms as the module takes them.
func (s *Server) options(ctx context.Context, v *visit, said map[string][]string) (intake.Options, error) {
	var c fault.Check
	one := func(name string) string {
		if len(said[name]) > 1 {
			c.Add(name, "api.only_once")
		}
		if len(said[name]) == 0 {
			return ""
		}
		return said[name][0]
	}
	opt := intake.Options{Kind: one("kind"), ConfirmedCodes: said["confirmed_code"]}
	var err error
	if text := one("as_of"); text != "" {
		if opt.AsOf, err = date.Parse(text); err != nil {
			c.Add("as_of", "api.want_day")
		}
	}
	if text := one("full"); text != "" {
		if opt.Full, err = strconv.ParseBool(text); err != nil {
			c.Add("full", "api.want_boolean")
		}
	}
	unit := int64(v.who.Scope.Unit)
	if v.who.Scope.All {
		unit = 0 // the whole city
	}
	if text := one("unit"); text != "" {
		if unit, err = idIn("unit", text); err != nil {
			c.Add("unit", "api.id_unreadable")
		}
	}
	if err := c.Err(); err != nil {
		return opt, err
	}
	tree, err := s.tree(ctx)
	if err != nil {
		return opt, err
	}
	if opt.Unit = unit; org.UnitID(unit) == tree.Root() {
		opt.Unit = 0
	}
	opt.UnitCode = tree.Code(org.UnitID(unit))
	return opt, nil
}

// lastPart reads the file and makes sure that no field follows it, which would be overlooked.
type lastPart struct {
	form *multipart.Reader
	part *multipart.Part
}

func (l *lastPart) Read(b []byte) (int, error) {
	n, err := l.part.Read(b)
	if err == nil {
		return n, nil
	}
	if !errors.Is(err, io.EOF) {
		return n, unreadable(err)
	}
	switch _, next := l.form.NextPart(); {
	case errors.Is(next, io.EOF):
		return n, io.EOF
	case next == nil:
		return n, fieldFault(filePart, "api.file_not_last")
	default:
		return n, unreadable(next)
	}
}
