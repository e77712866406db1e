package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// headingAsked reads where the heading stands. What is no number is asked for again by the module.
func headingAsked(form url.Values) intake.HeadingAt {
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get(name)))
		if err != nil && form.Get(name) != "" {
			return -1
		}
		return n
	}
	return intake.HeadingAt{Sheet: number("sheet"), Row: number("row"), Rows: number("rows")}
}

// getColumns shows the columns of a sheet and asks what they are.
func (s *Server) getColumns(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findImport(r)
	if err != nil {
		return err
	}
	return s.askColumns(w, r, f, headingAsked(r.URL.Query()), http.StatusOK, nil)
}

// askColumns asks what the columns are, with what is wrong with the answer before.
func (s *Server) askColumns(w http.ResponseWriter, r *http.Request, f found, at intake.HeadingAt, status int, problems []part.Problem) error {
	b := s.base(r)
	b.Path = importURL(f.id, "columns")
	cols, err := s.Intake.Columns(r.Context(), f.viewer, f.id, at)
	if fault.Is(err, fault.Invalid) && len(fault.Fields(err)) > 0 { // that row is no heading: show the one that may be
		problems, status = append(problems, b.Problems(fault.Fields(err))...), http.StatusUnprocessableEntity
		cols, err = s.Intake.Columns(r.Context(), f.viewer, f.id, intake.HeadingAt{})
	}
	if err != nil {
		return err
	}
	p := intakepage.ColumnsPage{Base: b, ID: f.id.String(), File: f.report.Name, Sheet: cols.Sheet, Row: cols.Row, Rows: cols.Rows, Guessed: cols.Guessed, Missing: cols.Missing, Problems: problems}
	if len(cols.Sheets) > 1 {
		for _, sh := range cols.Sheets {
			p.Sheets = append(p.Sheets, part.Option{Value: strconv.Itoa(sh.No), Label: sh.Name})
		}
	}
	if p.Read, err = s.remembered(r, b, f, cols.Sheet, cols.Mapping); err != nil {
		return err
	}
	options := []part.Option{{Value: "", Label: b.T("web_intake.column_not_read")}}
	for _, c := range s.Intake.Targets[f.report.Kind].Columns {
		label := c.Title
		if c.Required {
			label += " *"
		}
		options = append(options, part.Option{Value: c.Name, Label: label})
	}
	for _, c := range cols.Columns {
		line := intakepage.SheetColumn{Letter: c.Letter, Heading: c.Heading, Samples: c.Samples}
		if c.Barred != "" {
			line.Barred = b.T(c.Barred)
		} else {
			name := "column_" + strconv.Itoa(c.At)
			line.Field = part.Field{Name: name, Label: b.T("web_intake.column_of", c.Heading), Value: c.Column, Options: options, Problem: part.ProblemOf(problems, name)}
			if said, ok := r.PostForm[name]; ok { // the person's own words are kept
				line.Field.Value = said[0]
			}
		}
		p.Columns = append(p.Columns, line)
	}
	return s.render(w, r, status, intakepage.Columns(p))
}

// remembered says how a sheet was read; nil when by the known headings.
func (s *Server) remembered(r *http.Request, b part.Base, f found, sheet int, m *intake.UsedMapping) (*intakepage.Remembered, error) {
	if m == nil {
		return nil, nil
	}
	names, err := s.userNames(r.Context(), b, m.By)
	if err != nil {
		return nil, err
	}
	out := &intakepage.Remembered{By: names[m.By], At: m.At, Href: "/imports/mappings"}
	if x := f.report.State; x != intake.Applied && x != intake.Undone {
		out.Href = importURL(f.id, "columns") + "?sheet=" + strconv.Itoa(sheet)
	}
	return out, nil
}

// postColumns takes what a person says of the columns, and orders the file to be read again.
func (s *Server) postColumns(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	in := intake.MapInput{HeadingAt: headingAsked(r.PostForm)}
	for name, said := range r.PostForm {
		text, ok := strings.CutPrefix(name, "column_")
		if at, err := strconv.Atoi(text); ok && err == nil && at >= 0 {
			in.Columns = append(in.Columns, intake.Choice{At: at, Column: said[0]})
		}
	}
	err = s.Intake.Map(r.Context(), f.viewer, f.id, in)
	if fault.Is(err, fault.Invalid) && len(fault.Fields(err)) > 0 {
		return s.askColumns(w, r, f, in.HeadingAt, http.StatusUnprocessableEntity, s.base(r).Problems(fault.Fields(err)))
	}
	if err != nil {
		return err
	}
	if err := s.order(r, f, actStage, ""); err != nil {
		return err
	}
	http.Redirect(w, r, importURL(f.id), http.StatusSeeOther)
	return nil
}

// getMappings lists what is remembered of the columns of sheets.
func (s *Server) getMappings(w http.ResponseWriter, r *http.Request) error {
	v, err := s.viewer(r)
	if err != nil {
		return err
	}
	list, err := s.Intake.Mappings(r.Context(), v)
	if err != nil {
		return err
	}
	var users []int64
	for _, m := range list {
		users = append(users, m.By)
	}
	b := s.base(r)
	names, err := s.userNames(r.Context(), b, users...)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	p := intakepage.MappingsPage{Base: b, CanForget: may(visitOf(r).actor, account.ImportWrite)}
	for _, m := range list {
		line := intakepage.Mapping{ID: m.ID.String(), Unit: unitWord(b, t, m.Unit, date.On(s.Now())), Kind: kindWord(b, m.Kind), By: names[m.By], At: m.At}
		for _, c := range m.Columns {
			pair := part.Pair{Label: c.Heading, Value: c.Title}
			if c.Column == "" {
				pair.Value = b.T("web_intake.column_not_read")
			}
			line.Columns = append(line.Columns, pair)
		}
		p.Rows = append(p.Rows, line)
	}
	return s.render(w, r, http.StatusOK, intakepage.Mappings(p))
}

// postForgetMapping forgets a mapping.
func (s *Server) postForgetMapping(w http.ResponseWriter, r *http.Request) error {
	v, err := s.viewer(r)
	if err != nil {
		return err
	}
	if err := v.May(intake.RightWrite); err != nil { // before anything is said about the id
		return err
	}
	var id intake.MappingID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	if err := s.Intake.ForgetMapping(r.Context(), v, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/imports/mappings", http.StatusSeeOther)
	return nil
}
