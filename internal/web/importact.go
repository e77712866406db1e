package web

import (
	"bytes"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// getProgress is the bar of an import under way, alone, for the page that fetches it again and
// again; when there is nothing more to wait for it leads back to the page.
func (s *Server) getProgress(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findImport(r)
	if err != nil {
		return err
	}
	b := s.base(r)
	work := s.workOf(r, b, f.report)
	back := importURL(f.id)
	if r.URL.Query().Get("to") == actUndo {
		back = importURL(f.id, "undo")
	}
	switch {
	case r.Header.Get("HX-Request") == "":
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	case work == nil:
		if _, late := s.waiting(r, f.report); late {
			back += "?" + r.URL.RawQuery
		}
		w.Header().Set("HX-Redirect", back)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.render(w, r, http.StatusOK, part.Progress(b, *work))
}

// postApply orders the staged file to be entered. A complete roster that was not tried out yet is
// tried out first: its absentees have to be seen before.
func (s *Server) postApply(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(f *found) error {
		if f.report.State == intake.Staged && f.report.Full && !f.report.Tried {
			return s.order(r, *f, actTry, "")
		}
		if err := s.confirm(r, *f); err != nil {
			return err
		}
		return s.order(r, *f, actApply, "")
	})
}

// postConfirm records the number of absentees that a person typed back.
func (s *Server) postConfirm(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	if err := s.confirm(r, f); err != nil {
		return s.again(w, r, f, err)
	}
	http.Redirect(w, r, importURL(f.id), http.StatusSeeOther)
	return nil
}

func (s *Server) confirm(r *http.Request, f found) error {
	if err := f.viewer.May(intake.RightWrite); err != nil {
		return err
	}
	if !f.report.NeedsConfirm {
		return nil
	}
	text := strings.NewReplacer(",", "", " ", "", "，", "").Replace(r.PostFormValue("confirm_absent"))
	n, err := strconv.Atoi(text)
	if err != nil {
		return fieldFault("confirm_absent", "web_intake.number_needed")
	}
	err = s.Intake.Confirm(r.Context(), f.viewer, f.id, n)
	if e, ok := fault.As(err); ok && e.Key == "intake.absent_differs" {
		return fieldFault("confirm_absent", e.Key)
	}
	return err
}

// postCodes confirms credit codes that were really issued although their check digit fails, and
// reads the file again. Without any it just reads the file again.
func (s *Server) postCodes(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(f *found) error {
		codes := slices.DeleteFunc(r.PostForm["code"], func(c string) bool { return strings.TrimSpace(c) == "" })
		if err := s.Intake.Change(r.Context(), f.viewer, f.id, asOf(f.report), codes); err != nil {
			return err
		}
		f.report.State, f.report.Tried = intake.Received, false // as Change left it: the page waits for it to be read again
		return s.order(r, *f, actStage, "")
	})
}

// postLeavers decides about people who are absent from a complete roster.
func (s *Server) postLeavers(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	if err := s.decide(r, f); err != nil {
		return s.again(w, r, f, err)
	}
	http.Redirect(w, r, importURL(f.id)+"#leavers", http.StatusSeeOther)
	return nil
}

func (s *Server) decide(r *http.Request, f found) error {
	who := visitOf(r).actor
	in := registry.DecideLeaversInput{Import: f.id, Confirm: r.PostFormValue("decide") == "confirm"}
	if d := r.PostFormValue("decide"); d != "confirm" && d != "reject" {
		return fieldFault("decide", "web_intake.decide_missing")
	}
	if in.Confirm {
		day, err := date.Parse(r.PostFormValue("left_on"))
		if err != nil {
			return fieldFault("left_on", "web_figure.on_unreadable", r.PostFormValue("left_on"))
		}
		in.LeftOn = day
	}
	for _, text := range r.PostForm["worker"] {
		var id registry.WorkerID
		if err := id.UnmarshalText([]byte(text)); err != nil {
			return err
		}
		in.Workers = append(in.Workers, id)
	}
	if r.PostFormValue("all") != "" {
		list, err := s.Registry.Leavers(r.Context(), who, f.id)
		if err != nil {
			return err
		}
		for _, x := range list {
			in.Workers = append(in.Workers, x.Worker)
		}
	}
	if len(in.Workers) == 0 {
		return fieldFault("worker", "web_intake.nobody_chosen")
	}
	_, err := s.Registry.DecideLeavers(r.Context(), who, in)
	return err
}

// postDiscard drops a file that was not applied.
func (s *Server) postDiscard(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	if err := s.Intake.Discard(r.Context(), f.viewer, f.id); err != nil {
		return err
	}
	http.Redirect(w, r, "/imports", http.StatusSeeOther)
	return nil
}

// getUndo asks before an import is taken back, in numbers.
func (s *Server) getUndo(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.ImportUndo); err != nil {
		return err
	}
	f, err := s.findImport(r)
	if err != nil {
		return err
	}
	return s.askUndo(w, r, f, http.StatusOK, nil)
}

func (s *Server) askUndo(w http.ResponseWriter, r *http.Request, f found, status int, problems []part.Problem) error {
	if f.report.State != intake.Applied {
		return fault.New(fault.Conflict, "intake.not_applied")
	}
	b := s.base(r)
	b.Path = importURL(f.id, "undo")
	p := intakepage.UndoPage{Base: b, ID: f.id.String(), File: f.report.Name, Confirm: int64(f.report.Applied), Reason: r.PostFormValue("why"), Typed: r.PostFormValue("confirm"), Problems: problems}
	p.Lines = []string{b.T("web_intake.undo_line_rows", b.Int(int64(f.report.Applied)))}
	if f.report.Block > 0 {
		err := s.DB.ReadTx(r.Context(), func(tx *db.Tx) error {
			block, err := ledger.FindBlock(r.Context(), tx, f.report.Block)
			p.Lines = append(p.Lines, b.T("web_intake.undo_line_facts", b.Int(f.report.Block), b.Int(int64(block.Facts))))
			return err
		})
		if err != nil {
			return err
		}
	}
	p.Lines = append(p.Lines, b.T("web_intake.undo_line_figures"), b.T("web_intake.undo_line_keep"))
	if p.Work = s.workOf(r, b, f.report); p.Work != nil {
		q := r.URL.Query()
		q.Set("to", actUndo)
		p.Work.Poll = importURL(f.id, "progress") + "?" + q.Encode()
		return s.render(w, r, status, intakepage.Undo(p))
	}
	_, p.Late = s.waiting(r, f.report)
	if err := s.outlook(r, &p, f.report); err != nil {
		return err
	}
	return s.render(w, r, status, intakepage.Undo(p))
}

// outlook tells what the figures are and what they would be after the undo, as it was tried out.
func (s *Server) outlook(r *http.Request, p *intakepage.UndoPage, x intake.Report) error {
	trial := x.UndoTrial
	if trial == nil {
		return nil
	}
	shifts := make([]figure.Shift, len(trial.Shifts))
	for i, sh := range trial.Shifts {
		shifts[i] = figure.Shift(sh)
	}
	list, head, err := s.Figures.Outlooks(r.Context(), visitOf(r).actor, date.On(s.Now()), shifts)
	if err != nil {
		return err
	}
	p.Tried, p.Stale, p.Facts = true, head != trial.Head, trial.Facts
	for _, o := range list {
		p.Changes = append(p.Changes, intakepage.Change{Name: o.TitleIn(string(p.Lang())), Href: figureURL(o.Name), Before: quantity(o.Indicator, o.Before), After: quantity(o.Indicator, o.After), Delta: signed(p.Base, o.After.Value-o.Before.Value)})
	}
	return nil
}

// postTryUndo orders the undo to be tried out; its page then asks the question with the figures before and after.
func (s *Server) postTryUndo(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	if err := s.order(r, f, actTryUndo, ""); err != nil {
		return err
	}
	_, query, _ := strings.Cut(s.ordered(f), "?")
	http.Redirect(w, r, importURL(f.id, "undo")+"?"+query, http.StatusSeeOther)
	return nil
}

// postUndo orders an import to be taken back. The number typed back shows that the question was
// read; whether it may be undone is intake's to say.
func (s *Server) postUndo(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	var c fault.Check
	why := strings.TrimSpace(r.PostFormValue("why"))
	if why == "" {
		c.Add("why", "intake.why_needed")
	}
	if typed := strings.ReplaceAll(strings.TrimSpace(r.PostFormValue("confirm")), ",", ""); typed != strconv.Itoa(f.report.Applied) {
		c.Add("confirm", "web_intake.undo_type_wrong", f.report.Applied)
	}
	if err := visitOf(r).actor.Must(account.ImportUndo); err != nil {
		return err
	}
	if err := c.Err(); err != nil {
		return s.askUndo(w, r, f, http.StatusUnprocessableEntity, s.base(r).Problems(fault.Fields(err)))
	}
	if err := s.order(r, f, actUndo, why); err != nil {
		return err
	}
	http.Redirect(w, r, s.ordered(f), http.StatusSeeOther)
	return nil
}

// findForm reads a form about an import, and finds the import.
func (s *Server) findForm(r *http.Request) (found, error) {
	if err := r.ParseForm(); err != nil {
		return found{}, unreadable(err)
	}
	return s.findImport(r)
}

// order puts an act into the queue.
func (s *Server) order(r *http.Request, f found, act, why string) error {
	return s.Run(r.Context(), visitOf(r).actor, f.id, act, why)
}

// act does what a form of an import's page asks for and goes back to the page, which waits for the
// ordered work. A mistake shows the page again.
func (s *Server) act(w http.ResponseWriter, r *http.Request, do func(*found) error) error {
	f, err := s.findForm(r)
	if err != nil {
		return err
	}
	if err := do(&f); err != nil {
		return s.again(w, r, f, err)
	}
	http.Redirect(w, r, s.ordered(f), http.StatusSeeOther)
	return nil
}

// again shows the page of an import with what is wrong; what is no mistake of the form is left to
// the general answer.
func (s *Server) again(w http.ResponseWriter, r *http.Request, f found, err error) error {
	if !fault.Is(err, fault.Invalid) || len(fault.Fields(err)) == 0 {
		return err
	}
	now, ferr := s.Intake.Find(r.Context(), f.viewer, f.id)
	if ferr != nil {
		return ferr
	}
	f.report = now
	return s.showImport(w, r, f, http.StatusUnprocessableEntity, s.base(r).Problems(fault.Fields(err)))
}

// getRejects gives the reject workbook out. It is made in memory and kept nowhere.
func (s *Server) getRejects(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findImport(r)
	if err != nil {
		return err
	}
	b := s.base(r)
	var book bytes.Buffer
	if err := s.Intake.Rejects(r.Context(), f.viewer, f.id, b.Printer, &book); err != nil {
		return err
	}
	name := b.T("web_intake.rejects_file", strings.TrimSuffix(strings.TrimSuffix(f.report.Name, ".xlsx"), ".csv")) + ".xlsx"
	if s.Demo {
		name = "演示数据_" + name
	}
	h := w.Header()
	h.Set("Content-Type", listing.XLSX.MediaType())
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": export.FileName(name)}))
	// A client that hangs up is no error of ours.
	_, _ = w.Write(book.Bytes())
	return nil
}
