package web

import (
	"bufio"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
	slippage "tuoxing/internal/web/page/slip"
	"tuoxing/internal/web/part"
)

// getSlips shows the people without a login. With ?worker= it shows what a slip for this one person would be.
func (s *Server) getSlips(w http.ResponseWriter, r *http.Request) error {
	if id := r.URL.Query().Get("worker"); id != "" {
		return s.planSlips(w, r, http.StatusOK, []string{id}, false, nil)
	}
	return s.showSlips(w, r, http.StatusOK, nil, nil)
}

func (s *Server) showSlips(w http.ResponseWriter, r *http.Request, status int, plan *slippage.Plan, problems []part.Problem) error {
	at, err := placeOf(r.URL.Query())
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = "/slips"
	p := slippage.ListPage{Base: b, Site: r.FormValue("site"), Firm: strings.TrimSpace(r.FormValue("firm")), Plan: plan, Problems: problems}
	firm, err := s.unitIn(r, "firm") // none: all within reach
	if fault.Is(err, fault.Invalid) && len(problems) == 0 {
		p.Problems, status = s.problemsOf(b, err, "firm"), http.StatusUnprocessableEntity
	} else if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	list, total, err := s.Registry.ListInvited(r.Context(), visitOf(r).actor, registry.InvitedFilter{Employer: firm, After: registry.WorkerID(at.after), Limit: perPage})
	if err != nil {
		return err
	}
	tree, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	p.Total = total
	if p.Site == "" {
		p.Site = s.site(r)
	}
	for _, x := range list {
		p.People = append(p.People, slippage.Person{ID: x.Worker.String(), Name: x.Name, Employer: s.employerName(tree, x.Employer), Until: x.Until, Good: x.Good, Phone: x.Phone})
	}
	next, n := "", int64(len(list))
	if n > 0 && at.done+n < int64(total) {
		next = "/slips?" + url.Values{"firm": {p.Firm}, "after": {list[n-1].Worker.String()}, "done": {strconv.FormatInt(at.done+n, 10)}}.Encode()
	}
	p.Pager = at.pager(n, int64(total), "/slips?"+url.Values{"firm": {p.Firm}}.Encode(), next)
	return s.render(w, r, status, slippage.List(p))
}

func (s *Server) employerName(tree *org.Tree, id org.UnitID) string {
	if id == 0 {
		return ""
	}
	return tree.Name(id, date.On(s.Now()))
}

func (s *Server) slipInput(r *http.Request, ids []string, all bool) (in registry.SlipInput, err error) {
	if in.All = all; all {
		if in.Employer, err = s.unitIn(r, "firm"); err != nil {
			return in, err
		}
	}
	for _, text := range ids {
		var id registry.WorkerID
		if err := id.UnmarshalText([]byte(text)); err != nil {
			return in, err
		}
		in.Workers = append(in.Workers, id)
	}
	return in, nil
}

// planSlips shows for whom slips would be made.
func (s *Server) planSlips(w http.ResponseWriter, r *http.Request, status int, ids []string, all bool, problems []part.Problem) error {
	in, err := s.slipInput(r, ids, all)
	if err != nil {
		return err
	}
	run, err := s.Registry.PlanSlips(r.Context(), visitOf(r).actor, in)
	if err != nil {
		return err
	}
	plan := &slippage.Plan{New: len(run.Slips), NoPhone: namesOf(run.NoPhone), All: all}
	for _, x := range run.Slips[:min(len(run.Slips), firstNames)] {
		plan.First = append(plan.First, x.Name)
	}
	if !all {
		for _, x := range run.Slips {
			plan.Workers = append(plan.Workers, x.Worker.String())
		}
	}
	return s.showSlips(w, r, status, plan, problems)
}

func namesOf(list []registry.Invited) []string {
	var out []string
	for _, x := range list {
		out = append(out, x.Name)
	}
	return out
}

// postSlipsOfPeople shows for whom slips would be made, and makes them when that was seen.
func (s *Server) postSlipsOfPeople(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	if err := who.Must(account.WorkerInvite); err != nil {
		return err
	}
	ids, all := r.PostForm["worker"], r.PostFormValue("all") == "1"
	if r.PostFormValue("step") != "make" {
		return s.slipsFailed(w, r, s.planSlips(w, r, http.StatusOK, ids, all, nil))
	}
	site, err := siteOf(r)
	if err != nil {
		return s.planSlips(w, r, http.StatusUnprocessableEntity, ids, all, s.problemsOf(s.base(r), err, "site"))
	}
	in, err := s.slipInput(r, ids, all)
	if err != nil {
		return s.slipsFailed(w, r, err)
	}
	run, err := s.Registry.MakeSlips(r.Context(), who, in)
	if err != nil {
		return s.slipsFailed(w, r, err)
	}
	return s.printWorkerSlips(w, r, site, run)
}

// slipsFailed shows the list again with what is wrong.
func (s *Server) slipsFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.showSlips(w, r, statusOf[fault.KindOf(err)], nil, s.problemsOf(s.base(r), err, "worker"))
	}
	return err
}

// printWorkerSlips answers with the slips as they are drawn. The codes are in this answer alone, so nothing may keep it.
func (s *Server) printWorkerSlips(w http.ResponseWriter, r *http.Request, site string, run registry.SlipRun) error {
	tree, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = "/slips"
	p := slippage.SlipsPage{Base: b, Site: site + "/me/activate", NoPhone: namesOf(run.NoPhone)}
	for _, x := range run.Slips {
		qr, err := part.NewQR(p.Site + "#w/" + x.Code)
		if err != nil {
			return err
		}
		p.Slips = append(p.Slips, slippage.Slip{Name: x.Name, Employer: s.employerName(tree, x.Employer), Code: x.Code, Until: date.On(x.Expires), QR: qr})
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-store")
	out := bufio.NewWriterSize(w, 1<<16)
	if err := slippage.Slips(p).Render(r.Context(), out); err != nil {
		return err
	}
	return out.Flush()
}
