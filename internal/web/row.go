package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/registry"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// rowAddress names one row of a file; worker is the person it is about, 0 for units and statistics.
type rowAddress struct {
	id     intake.ImportID
	line   ledger.Line
	worker registry.WorkerID
}

// rowOfAddress reads the address of a row. What cannot be one is not there.
func rowOfAddress(r *http.Request) (rowAddress, error) {
	var a rowAddress
	if err := a.id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return a, err
	}
	sheet, err := strconv.ParseUint(r.PathValue("sheet"), 10, 9)
	if err != nil {
		return a, noRow()
	}
	row, err := strconv.ParseUint(r.PathValue("row"), 10, 20)
	if err != nil || row == 0 {
		return a, noRow()
	}
	a.line = ledger.LineOf(int(sheet), int(row))
	if text := r.URL.Query().Get("worker"); text != "" {
		return a, a.worker.UnmarshalText([]byte(text))
	}
	return a, nil
}

func noRow() error { return fault.New(fault.NotFound, "intake.row_gone") }

func (a rowAddress) url() string {
	to := importURL(a.id, "rows", strconv.Itoa(a.line.Sheet()), strconv.Itoa(a.line.Row()))
	if a.worker != 0 {
		to += "?" + url.Values{"worker": {a.worker.String()}}.Encode()
	}
	return to
}

// getRow opens the cells of one row: those of a row about a person with sensitive ones masked.
func (s *Server) getRow(w http.ResponseWriter, r *http.Request) error {
	a, err := rowOfAddress(r)
	if err != nil {
		return err
	}
	cells, err := s.cells(r, a)
	if err != nil {
		return err
	}
	return s.showRow(w, r, a, cells, false)
}

// postRow opens the cells of a row about a person unmasked, after a reason was given.
func (s *Server) postRow(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	a, err := rowOfAddress(r)
	if err != nil {
		return err
	}
	if a.worker == 0 {
		return noRow()
	}
	cells, err := s.Registry.RevealCells(r.Context(), visitOf(r).actor, s.Intake, a.worker, a.id, a.line, reasonOf(r))
	if err != nil {
		return err
	}
	return s.showRow(w, r, a, cells, true)
}

// cells reads the cells of a row, masked. A row that the file holds no more, or that is not about
// this person, is not there: not even its file is named.
func (s *Server) cells(r *http.Request, a rowAddress) ([]intake.CellView, error) {
	if a.worker != 0 {
		return s.Registry.Cells(r.Context(), visitOf(r).actor, s.Intake, a.worker, a.id, a.line)
	}
	v, err := s.viewer(r)
	if err != nil {
		return nil, err
	}
	return s.Intake.RowCells(r.Context(), v, a.id, a.line)
}

func (s *Server) showRow(w http.ResponseWriter, r *http.Request, a rowAddress, cells []intake.CellView, shown bool) error {
	b, who := s.base(r), visitOf(r).actor
	b.Path = a.url()
	src, err := s.sourceOf(r.Context(), a.id)
	if err != nil {
		return err
	}
	names, err := s.userNames(r.Context(), b, src.By)
	if err != nil {
		return err
	}
	p := intakepage.RowPage{
		Base: b, ID: a.id.String(), File: src.Name, Kind: kindWord(b, src.Kind), Sheet: src.Sheets[a.line.Sheet()], Row: a.line.Row(), By: names[src.By], At: src.At, SHA256: src.SHA256, Shown: shown,
	}
	if v, err := s.viewer(r); err != nil {
		return err
	} else if _, err := s.Intake.Find(r.Context(), v, a.id); err == nil {
		p.Import = importURL(a.id)
	}
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return err
	}
	for _, c := range cells {
		cell := intakepage.Cell{Column: c.Title, Read: c.Read, Value: valueWord(b, l, c), Masked: c.Personal && c.Column != "name"}
		for _, m := range c.Remarks {
			cell.Notes = append(cell.Notes, m.Rule+" "+b.T(m.Key, m.Args...))
		}
		if c.Column == "" {
			cell.Column = b.T("web_intake.whole_row")
		}
		p.Personal = p.Personal || cell.Masked
		p.Cells = append(p.Cells, cell)
	}
	if a.worker != 0 {
		p.Person = &part.Link{Label: personOf(cells), Href: workerURL(int64(a.worker))}
		if may(who, account.WorkerReveal) {
			p.Reveal = a.url()
		}
	}
	return s.render(w, r, http.StatusOK, intakepage.Row(p))
}

// codedColumns are the columns whose taken value is a code, with the beginning of the key of its
// words.
var codedColumns = map[string]string{
	"sex": "cn.sex.", "post": "web_worker.post_", "member": "web_intake.", "main": "web_intake.", "kind": "org.kind.", "ownership": "org.ownership.",
	"size": "org.size.", "rank": "cn.rank.", "level": "cn.rank.",
}

// valueWord prints what a cell was taken for: codes as their words.
func valueWord(b part.Base, l *figure.Labels, c intake.CellView) string {
	if c.Value == "" {
		return ""
	}
	if start, coded := codedColumns[c.Column]; coded && b.Has(start+c.Value) {
		return b.T(start + c.Value)
	}
	switch c.Column {
	case "district":
		if code, err := strconv.ParseInt(c.Value, 10, 32); err == nil {
			return l.Of(ledger.District, code)
		}
	case "occupation":
		if code, err := cn.ParseOccupation(c.Value); err == nil {
			return c.Value + " " + l.Of(ledger.Occupation, int64(code))
		}
	case "industry":
		if class, _, err := cn.ParseIndustry(c.Value); err == nil {
			name, _ := cn.IndustryName(class)
			if b.Lang() == locale.EN {
				name = cn.PinyinTerm(name)
			}
			return c.Value + " " + name
		}
	}
	return c.Value
}

// personOf is the name in the cells, empty when they are gone.
func personOf(cells []intake.CellView) string {
	for _, c := range cells {
		if c.Column == "name" {
			return c.Value
		}
	}
	return ""
}

// sourceOf is the file of an import.
func (s *Server) sourceOf(ctx context.Context, id intake.ImportID) (src intake.Source, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		all, err := s.Intake.Sources(ctx, tx, []intake.ImportID{id})
		src = all[id]
		return err
	})
	return src, err
}
