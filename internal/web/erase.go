package web

import (
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/registry"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

// getErase asks once before a person is erased, and says in numbers what will happen.
func (s *Server) getErase(w http.ResponseWriter, r *http.Request) error {
	return s.askErase(w, r, http.StatusOK, nil)
}

func (s *Server) askErase(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	e, err := s.Registry.PlanErasure(r.Context(), visitOf(r).actor, s.Intake, id)
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = workerURL(int64(id)) + "/erase"
	p := workerpage.ErasePage{Base: b, ID: id.String(), Reason: r.PostFormValue("why"), Problems: problems, Lines: []string{
		b.T("web_worker.erase_key"), b.T("web_worker.erase_numbers", b.Int(e.Numbers)), b.T("web_worker.erase_cells", b.Int(e.Cells)),
		b.T("web_worker.erase_files", b.Int(int64(e.Files))), b.T("web_worker.erase_facts", b.Int(e.Facts)), b.T("web_worker.erase_again"),
	}}
	return s.render(w, r, status, workerpage.Erase(p))
}

// postErase erases a person.
func (s *Server) postErase(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	var id registry.WorkerID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	who := visitOf(r).actor
	_, err := s.Registry.Erase(r.Context(), who, s.Intake, []registry.WorkerID{id}, r.PostFormValue("why"))
	if fields := fault.Fields(err); len(fields) > 0 {
		return s.askErase(w, r, http.StatusUnprocessableEntity, s.base(r).Problems(fields))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, workerURL(int64(id)), http.StatusSeeOther)
	return nil
}

// eraseURL is the way to the question, empty for who may not ask or where nothing is left.
func eraseURL(who account.Actor, f *registry.File) string {
	if f.Erased || !may(who, account.WorkerErase) {
		return ""
	}
	return workerURL(int64(f.ID)) + "/erase"
}
