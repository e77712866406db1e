package web

import (
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/registry"
	intakepage "tuoxing/internal/web/page/intake"
	"tuoxing/internal/web/part"
)

// getTakeBack asks before the decision about a leaver is taken back.
func (s *Server) getTakeBack(w http.ResponseWriter, r *http.Request) error {
	f, worker, err := s.leaverAsked(r)
	if err != nil {
		return err
	}
	return s.askTakeBack(w, r, f, worker, http.StatusOK, nil)
}

// postTakeBack takes the decision back.
func (s *Server) postTakeBack(w http.ResponseWriter, r *http.Request) error {
	f, worker, err := s.leaverAsked(r)
	if err != nil {
		return err
	}
	_, err = s.Registry.TakeBackLeavers(r.Context(), visitOf(r).actor, registry.TakeBackLeaversInput{Import: f.id, Workers: []registry.WorkerID{worker}, Why: r.PostFormValue("why")})
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.askTakeBack(w, r, f, worker, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, importURL(f.id)+"#leavers", http.StatusSeeOther)
	return nil
}

func (s *Server) leaverAsked(r *http.Request) (f found, worker registry.WorkerID, err error) {
	if err = visitOf(r).actor.Must(account.ImportWrite); err != nil { // before anything is read, as the verb does
		return f, worker, err
	}
	if err = worker.UnmarshalText([]byte(r.PathValue("worker"))); err == nil {
		f, err = s.findForm(r)
	}
	return f, worker, err
}

func (s *Server) askTakeBack(w http.ResponseWriter, r *http.Request, f found, worker registry.WorkerID, status int, problems []part.Problem) error {
	x, err := s.Registry.FindLeaver(r.Context(), visitOf(r).actor, f.id, worker)
	if err != nil {
		return err
	}
	if x.State == registry.Proposed {
		return fault.New(fault.Conflict, "registry.leaver_not_decided")
	}
	b := s.base(r)
	l, err := s.Figures.Labels(r.Context(), asOf(f.report), b.Printer)
	if err != nil {
		return err
	}
	b.Path = importURL(f.id, "leavers", worker.String(), "take-back")
	p := intakepage.TakeBackPage{Base: b, ID: f.id.String(), File: f.report.Name, Name: nameShown(b, x.Name), Employer: l.Of(ledger.Employer, int64(x.Employer)),
		StateWord: b.T("registry.leaver_" + x.State), Left: x.State == registry.Confirmed, Reason: r.PostFormValue("why"), Problems: problems}
	return s.render(w, r, status, intakepage.TakeBack(p))
}
