package web

import (
	"net/http"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

// outForm is how a list of people is asked for with numbers.
type outForm struct {
	numbers, format, why string
	problems             []part.Problem
}

// getWorkersOut asks how the list of people is to be given out: with numbers or without, and why.
func (s *Server) getWorkersOut(w http.ResponseWriter, r *http.Request) error {
	f, _, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	return s.showWorkersOut(w, r, http.StatusOK, f, outForm{numbers: string(export.Masked), format: string(listing.XLSX)})
}

// postWorkersOut gives the list out as it was asked for. What is refused is told on the form.
func (s *Server) postWorkersOut(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	f, _, err := filterOf(r.PostForm)
	if err != nil {
		return err
	}
	form := outForm{numbers: r.PostForm.Get("numbers"), format: r.PostForm.Get("format"), why: r.PostForm.Get("why")}
	o := &outgoing{w: w, seen: visitOf(r)}
	_, err = s.Export.Write(r.Context(), visitOf(r).actor, s.base(r).Printer, export.Request{
		List: export.Workers, Format: listing.Format(form.format), Workers: f, Numbers: export.Numbers(form.numbers), Why: form.why,
	}, o.open)
	if !fault.Is(err, fault.Invalid) || o.out {
		return o.end(err)
	}
	b := s.base(r)
	form.problems = b.Problems(fault.Fields(err))
	if len(form.problems) == 0 {
		sentence, _ := b.Fault(err)
		form.problems = []part.Problem{{Name: "numbers", Text: sentence}}
	}
	return s.showWorkersOut(w, r, http.StatusUnprocessableEntity, f, form)
}

func (s *Server) showWorkersOut(w http.ResponseWriter, r *http.Request, status int, f registry.Filter, form outForm) error {
	who, b := visitOf(r).actor, s.base(r)
	if err := who.Must(account.WorkerExport); err != nil {
		return err
	}
	b.Path = searched("/workers/export", f, "")
	f.Limit = 1
	_, total, err := s.Registry.List(r.Context(), who, f)
	if err != nil {
		return err
	}
	l, err := s.Figures.Labels(r.Context(), date.On(s.Now()), b.Printer)
	if err != nil {
		return err
	}
	name := func(d ledger.Dim, v int64) string { return l.NameFor(visitOf(r).actor.Scope, d, v) }
	p := workerpage.OutPage{
		Base: b, Total: int64(total), Chips: workerChips(b, f, name), Back: searched("/workers", f, ""), Keep: kept(f),
		Numbers: form.numbers, Format: form.format, Why: form.why, Full: may(who, account.WorkerReveal), Problems: form.problems,
	}
	for i := range p.Chips {
		p.Chips[i].Remove = "" // the list is chosen on its own page
	}
	return s.render(w, r, status, workerpage.Out(p))
}

// kept are the filters as hidden fields of a form, whose body may hold an ID number.
func kept(f registry.Filter) (out []part.Pair) {
	for _, p := range []part.Pair{{Label: "q", Value: f.Text}, {Label: "district", Value: strconv.Itoa(int(f.District))}, {Label: "rank", Value: strconv.Itoa(f.RankEver)}, {Label: "employer", Value: f.Employer.String()}} {
		if p.Value != "" && p.Value != "0" {
			out = append(out, p)
		}
	}
	return out
}
