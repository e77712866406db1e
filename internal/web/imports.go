package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// The acts on an import that Run orders.
const (
	actStage = "stage"
	actTry   = "try"
	actApply = "apply"
	actUndo  = "undo"

	actTryUndo = "try_undo"
)

// kindOrder is the order in which files are handed in: units before people, people before figures
// of outside.
var kindOrder = []string{"organisations", "roster", "certificates", "statistics"}

// kinds are the kinds of files that can be taken in.
func (s *Server) kinds() []string {
	var out []string
	for _, k := range kindOrder {
		if s.Intake.Targets[k] != nil {
			out = append(out, k)
		}
	}
	return out
}

func kindWord(b part.Base, kind string) string { return b.T("web_intake.kind_" + kind) }

// stateOf is where an import stands, as its page shows it.
func stateOf(r intake.Report) intakepage.State {
	if r.Running != nil {
		switch r.Running.Phase {
		case intake.PhaseApplying, intake.PhaseUndoing:
			return intakepage.Applying
		case intake.PhaseUndoTrial: // nothing of it stays
			return intakepage.Applied
		}
		return intakepage.Staging
	}
	return map[intake.State]intakepage.State{
		intake.Received: intakepage.Received, intake.Staging: intakepage.Staging, intake.Staged: intakepage.Staged,
		intake.Applied: intakepage.Applied, intake.Undone: intakepage.Undone, intake.Refused: intakepage.Refused,
	}[r.State]
}

func countsOf(c intake.Counts) intakepage.Counts {
	return intakepage.Counts{Read: int64(c.Read), Accepted: int64(c.Accepted), Mended: int64(c.Mended), Refused: int64(c.Refused), Duplicate: int64(c.Duplicate), Skipped: int64(c.Skipped)}
}

// receivedAt is when a file was handed in.
func receivedAt(r intake.Report) time.Time {
	at, err := time.Parse(time.RFC3339, r.At)
	if err != nil {
		return time.Time{} // printed as nothing
	}
	return at
}

// asOf is the day of a file's rows, 0 when it has none.
func asOf(r intake.Report) date.Day {
	day, err := date.Parse(r.AsOf)
	if err != nil {
		return 0
	}
	return day
}

// getImports lists imports.
func (s *Server) getImports(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	// A wrong place is the beginning: it decides nothing.
	offset, err := strconv.Atoi(form.Get("from"))
	if err != nil || offset < 0 {
		offset = 0
	}
	f := intake.Filter{Kind: form.Get("kind"), State: intake.State(form.Get("state")), Order: listing.Order(form.Get("sort")), Offset: offset, Limit: perPage}
	v, err := s.viewer(r)
	if err != nil {
		return err
	}
	list, total, err := s.Intake.List(r.Context(), v, f)
	if err != nil {
		return err
	}
	b := s.base(r)
	p := intakepage.ListPage{Base: b, CanImport: may(visitOf(r).actor, account.ImportWrite), Sort: string(f.Order), Filters: s.importFilters(b, f)}
	if p.Rows, err = s.importLines(r.Context(), b, list); err != nil {
		return err
	}
	at := place{after: int64(offset), done: int64(offset)}
	address := func(order listing.Order, from int) string {
		q := url.Values{}
		if order != "" {
			q.Set("sort", string(order))
		}
		for _, name := range []string{"kind", "state"} {
			if form.Get(name) != "" {
				q.Set(name, form.Get(name))
			}
		}
		if from > 0 {
			q.Set("from", strconv.Itoa(from))
		}
		if len(q) == 0 {
			return "/imports"
		}
		return "/imports?" + q.Encode()
	}
	file := func(ext string) string { return strings.Replace(address("", 0), "/imports", "/imports."+ext, 1) }
	p.CSV, p.XLSX = file("csv"), file("xlsx")
	next := ""
	if offset+len(list) < total {
		next = address(f.Order, offset+len(list))
	}
	p.Pager = at.pager(int64(len(list)), int64(total), address(f.Order, 0), next)
	p.Columns = sorted(intakepage.ListColumns(b), importOrders, f.Order, func(o listing.Order) string { return address(o, 0) })
	return s.render(w, r, http.StatusOK, intakepage.List(p))
}

// importOrders are the orders of the headings of the list of imports.
var importOrders = []string{"file", "on", "state", "read", "", "", "refused", "", "", "received"}

func (s *Server) importFilters(b part.Base, f intake.Filter) []part.Field {
	all := part.Option{Label: b.T("web.all")}
	kinds, states := []part.Option{all}, []part.Option{all}
	for _, k := range s.kinds() {
		kinds = append(kinds, part.Option{Value: k, Label: kindWord(b, k)})
	}
	for _, st := range []intake.State{intake.Received, intake.Staging, intake.Staged, intake.Applied, intake.Undone, intake.Refused} {
		states = append(states, part.Option{Value: string(st), Label: stateOf(intake.Report{State: st}).Word(b)})
	}
	return []part.Field{
		{Name: "kind", Label: b.T("web_intake.kind_head"), Value: f.Kind, Options: kinds},
		{Name: "state", Label: b.T("web.state"), Value: string(f.State), Options: states},
	}
}

// importLines prints imports for a list.
func (s *Server) importLines(ctx context.Context, b part.Base, list []intake.Report) ([]intakepage.Line, error) {
	var users []int64
	for _, x := range list {
		users = append(users, x.By)
	}
	names, err := s.userNames(ctx, b, users...)
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx)
	if err != nil {
		return nil, err
	}
	var out []intakepage.Line
	for _, x := range list {
		out = append(out, intakepage.Line{
			Href: importURL(x.ID), File: x.Name, Kind: kindWord(b, x.Kind), Unit: unitWord(b, t, x.Unit, date.On(s.Now())), By: names[x.By],
			On: asOf(x), Full: x.Full, TakesFull: s.takesFull(x.Kind), State: stateOf(x), Counts: countsOf(x.Counts), Block: x.Block, At: receivedAt(x),
		})
	}
	return out, nil
}

func (s *Server) takesFull(kind string) bool {
	t := s.Intake.Targets[kind]
	return t != nil && t.TakesFull
}

func importURL(id intake.ImportID, below ...string) string {
	return "/imports/" + strings.Join(append([]string{id.String()}, below...), "/")
}

func unitWord(b part.Base, t *org.Tree, unit int64, on date.Day) string {
	if unit == 0 {
		return b.T("web.whole_city")
	}
	return t.Name(org.UnitID(unit), on)
}

// getNewImport shows the form that hands in a file.
func (s *Server) getNewImport(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if err := who.Must(account.ImportWrite); err != nil {
		return err
	}
	u, err := s.presetOf(r)
	if err != nil {
		return err
	}
	p, err := s.newPage(r, u)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, intakepage.New(p))
}

// upload is what the form says beside the file.
type upload struct {
	kind, on, other string
	full            bool
	unit            org.UnitID
	fixed           string // the name of a unit that has to be among the choices: the one that is asked for its file
}

func (s *Server) newPage(r *http.Request, u upload) (intakepage.NewPage, error) {
	b := s.base(r)
	b.Path = "/imports/new"
	p := intakepage.NewPage{Base: b, Prefilled: may(visitOf(r).actor, account.WorkerExport), Kind: u.kind, On: u.on, Full: u.full, Unit: u.unit.String(), Other: u.other, MaxBytes: s.MaxUpload, Today: date.On(s.Now()).String()}
	for _, k := range s.kinds() {
		p.Kinds = append(p.Kinds, part.Option{Value: k, Label: kindWord(b, k), Help: b.T("web_intake.kind_help_" + k)})
	}
	if p.Kind == "" {
		p.Kind = "roster"
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return p, err
	}
	p.Units, p.Many = unitChoices(b, t, visitOf(r).actor.Scope, date.On(s.Now()))
	if u.fixed != "" && !slices.ContainsFunc(p.Units, func(o part.Option) bool { return o.Value == p.Unit }) {
		p.Units = append(p.Units, part.Option{Value: p.Unit, Label: u.fixed})
	}
	return p, nil
}

// mostChoices is how many units a list offers; beyond that enterprises are named by code or name.
const mostChoices = 300

// unitChoices are the units whose lists the reader may hand in, in the official order: those of
// their own subtree. many tells that enterprises were left out.
func unitChoices(b part.Base, t *org.Tree, scope account.Scope, on date.Day) (out []part.Option, many bool) {
	var own, all []org.UnitID
	for _, id := range t.Units("") {
		if lo, _ := t.Range(id); !scope.Has(lo) || id == t.Root() {
			continue
		}
		all = append(all, id)
		if st, ok := t.At(id, on); ok && (st.Kind != org.Enterprise || id == scope.Unit) {
			own = append(own, id)
		}
	}
	if scope.All {
		out = append(out, part.Option{Value: "0", Label: b.T("web.whole_city")})
	}
	if len(all) > mostChoices {
		all, many = own, true
	}
	for _, id := range all {
		out = append(out, part.Option{Value: id.String(), Label: b.UnitName(t.Name(id, on))})
	}
	return out, many
}

// postImport takes a file in. The form is read as a stream and the file goes straight into the
// encrypted store: nothing of it is ever written to a temporary file in clear.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request) error {
	who := visitOf(r).actor
	if err := who.Must(account.ImportWrite); err != nil {
		return err
	}
	in, err := r.MultipartReader()
	if err != nil {
		return unreadable(err)
	}
	u, id, err := s.receive(r, in)
	if fault.Is(err, fault.Invalid) {
		if err := drain(in); err != nil {
			return err
		}
		p, perr := s.newPage(r, u)
		if perr != nil {
			return perr
		}
		p.Problems = p.Base.Problems(fault.Fields(err))
		if len(p.Problems) == 0 {
			sentence, _ := p.Fault(err)
			p.Problems = []part.Problem{{Name: "file", Text: sentence}}
		}
		return s.render(w, r, http.StatusUnprocessableEntity, intakepage.New(p))
	}
	if err != nil {
		return err
	}
	if err := s.Run(r.Context(), who, id, actStage, ""); err != nil {
		return err
	}
	http.Redirect(w, r, importURL(id), http.StatusSeeOther)
	return nil
}

// drain reads what is left of a form, so that the browser is there to hear the answer.
func drain(in *multipart.Reader) error {
	for {
		p, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			_, err = io.Copy(io.Discard, p)
		}
		if err != nil {
			return unreadable(err)
		}
	}
}

// longestField is the longest text beside the file, in bytes.
const longestField = 1 << 12

// receive reads the form's texts, which stand before the file, and hands the file to intake.
func (s *Server) receive(r *http.Request, in *multipart.Reader) (u upload, id intake.ImportID, err error) {
	for {
		p, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return u, 0, fieldFault("file", "web_intake.file_missing")
		}
		if err != nil {
			return u, 0, unreadable(err)
		}
		if p.FormName() == "file" {
			id, err := s.receiveFile(r, u, p)
			return u, id, err
		}
		text, err := io.ReadAll(io.LimitReader(p, longestField))
		if err != nil {
			return u, 0, unreadable(err)
		}
		if err := u.set(p.FormName(), strings.TrimSpace(string(text))); err != nil {
			return u, 0, err
		}
	}
}

func (u *upload) set(name, text string) error {
	switch name {
	case "kind":
		u.kind = text
	case "on":
		u.on = text
	case "full":
		u.full = text == "1"
	case "other":
		u.other = text
	case "unit":
		if text != "" {
			return u.unit.UnmarshalText([]byte(text))
		}
	}
	return nil
}

func (s *Server) receiveFile(r *http.Request, u upload, file *multipart.Part) (intake.ImportID, error) {
	var c fault.Check
	if file.FileName() == "" {
		c.Add("file", "web_intake.file_missing")
	}
	opt, err := s.terms(r, u, &c)
	if err != nil {
		return 0, err
	}
	v, err := s.viewer(r)
	if err != nil {
		return 0, err
	}
	return s.Intake.Receive(r.Context(), v, file.FileName(), file, opt)
}

// terms reads what the form says beside the file. All that is wrong, also what was found before, is told
// at once.
func (s *Server) terms(r *http.Request, u upload, c *fault.Check) (intake.Options, error) {
	opt := intake.Options{Kind: u.kind, Full: u.full, Unit: int64(u.unit)}
	if !slices.Contains(s.kinds(), u.kind) {
		c.Add("kind", "web_intake.kind_missing")
	}
	if u.on != "" {
		day, err := date.Parse(u.on)
		if err != nil {
			c.Add("on", "web_figure.on_unreadable", u.on)
		}
		opt.AsOf = day
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return opt, err
	}
	if u.other != "" {
		unit, err := t.Find(u.other)
		if err != nil {
			f, ok := fault.As(err)
			if !ok {
				return opt, err
			}
			c.Add("other", f.Key, f.Args...)
		}
		opt.Unit = int64(unit)
	}
	opt.UnitCode = t.Code(org.UnitID(opt.Unit))
	return opt, c.Err()
}

// getSheet gives a sheet out that is filled with what is on file, for the terms of the form.
func (s *Server) getSheet(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.ImportWrite); err != nil {
		return err
	}
	q := r.URL.Query()
	var u upload
	for _, name := range []string{"kind", "on", "full", "other", "unit"} {
		if err := u.set(name, strings.TrimSpace(q.Get(name))); err != nil {
			return err
		}
	}
	var c fault.Check
	if u.kind != "" && s.Intake.Targets[u.kind] != nil && !slices.Contains(prefilled, u.kind) {
		c.Add("kind", "registry.not_prefilled", kindWord(s.base(r), u.kind))
	}
	opt, err := s.terms(r, u, &c)
	form := listing.Format(q.Get("format"))
	if form == "" {
		form = listing.XLSX
	}
	o := &outgoing{w: w, seen: visitOf(r)}
	if err == nil {
		_, err = s.Export.Sheet(r.Context(), visitOf(r).actor, s.base(r).Printer, export.SheetRequest{Kind: u.kind, Unit: org.UnitID(opt.Unit), On: opt.AsOf, Format: form}, o.open)
	}
	if fault.Is(err, fault.Invalid) && !o.out {
		p, perr := s.newPage(r, u)
		if perr != nil {
			return perr
		}
		p.Problems = p.Base.Problems(fault.Fields(err))
		if len(p.Problems) == 0 {
			sentence, _ := p.Fault(err)
			p.Problems = []part.Problem{{Name: "on", Text: sentence}}
		}
		return s.render(w, r, http.StatusUnprocessableEntity, intakepage.New(p))
	}
	return o.end(err)
}

// prefilled are the kinds of sheets that can be given out filled in.
var prefilled = []string{"organisations", "roster", "certificates"}
