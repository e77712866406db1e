package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/export"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	requestpage "tuoxing/internal/web/page/request"
	workerpage "tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

func requestURL(worker registry.WorkerID, id registry.RequestID) string {
	return workerURL(int64(worker)) + "/requests/" + id.String()
}

// getRequests lists the requests of people, those that are due first at the top.
func (s *Server) getRequests(w http.ResponseWriter, r *http.Request) error {
	form := r.URL.Query()
	at, err := placeOf(form)
	if err != nil {
		return err
	}
	var c fault.Check
	listing.OneOf(&c, "all", form.Get("all"), []string{"1"})
	if err := c.Err(); err != nil {
		return err
	}
	all := form.Get("all") == "1"
	list, total, counts, err := s.Registry.ListRequests(r.Context(), visitOf(r).actor, registry.RequestFilter{All: all, Offset: int(at.done), Limit: perPage})
	if err != nil {
		return err
	}
	b := s.base(r)
	p := requestpage.ListPage{Base: b, All: all, Open: counts.Open, Overdue: counts.Overdue}
	for i := range list {
		p.Rows = append(p.Rows, requestLine(b, &list[i]))
	}
	first, next := "/requests", ""
	if all {
		first = "/requests?all=1"
	}
	if n := int64(len(list)); at.done+n < int64(total) {
		next = "/requests?" + url.Values{"all": {form.Get("all")}, "after": {strconv.FormatInt(at.done+n, 10)}, "done": {strconv.FormatInt(at.done+n, 10)}}.Encode()
	}
	p.Pager = at.pager(int64(len(list)), int64(total), first, next)
	return s.render(w, r, http.StatusOK, requestpage.List(p))
}

func requestLine(b part.Base, r *registry.Request) requestpage.Line {
	line := requestpage.Line{Href: requestURL(r.Worker, r.ID), Name: nameShown(b, r.Name), Kind: b.T("registry.request_kind_" + string(r.Kind)), ReceivedOn: r.ReceivedOn, DueOn: r.DueOn,
		State: map[registry.RequestState]part.Tone{registry.RequestOpen: part.Info, registry.RequestDone: part.Good, registry.RequestRefused: part.Plain}[r.State], StateWord: b.T("registry.request_" + string(r.State)), Late: r.Overdue}
	switch {
	case r.Overdue:
		line.Left = b.T("web_request.overdue")
	case r.Left != nil:
		line.Left = b.T("web_request.left", *r.Left)
	}
	return line
}

// getNewRequest shows the form that registers what a person asks.
func (s *Server) getNewRequest(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.RequestWrite); err != nil {
		return err
	}
	return s.askRequest(w, r, http.StatusOK, nil)
}

func (s *Server) askRequest(w http.ResponseWriter, r *http.Request, status int, problems []part.Problem) error {
	f, err := s.openWorker(r.Context(), visitOf(r).actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	b := s.base(r)
	b.Path = workerURL(int64(f.ID)) + "/requests/new"
	p := requestpage.NewPage{Base: b, Worker: f.ID.String(), Name: nameShown(b, f.Name), Kind: r.PostFormValue("kind"), On: r.PostFormValue("received_on"), Today: date.On(s.Now()).String(),
		Text: r.PostFormValue("text"), Opinions: may(visitOf(r).actor, account.RequestDecide), Days: registry.AnswerDays, Problems: problems}
	if p.On == "" {
		p.On = p.Today
	}
	return s.render(w, r, status, requestpage.New(p))
}

// postRequest registers what a person asks.
func (s *Server) postRequest(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	who := visitOf(r).actor
	if err := who.Must(account.RequestWrite); err != nil { // before the form is read, as the verb does
		return err
	}
	in := registry.RequestInput{Kind: registry.RequestKind(r.PostFormValue("kind")), Text: r.PostFormValue("text")}
	if err := in.Worker.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	var c fault.Check
	in.ReceivedOn = dayOf(&c, r, "received_on")
	err := c.Err()
	var done registry.Request
	if err == nil {
		done, err = s.Registry.RegisterRequest(r.Context(), who, in)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.askRequest(w, r, statusOf[fault.KindOf(err)], s.problemsOf(s.base(r), err, "kind"))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, requestURL(done.Worker, done.ID), http.StatusSeeOther)
	return nil
}

func requestAsked(r *http.Request) (worker registry.WorkerID, id registry.RequestID, err error) {
	if err = worker.UnmarshalText([]byte(r.PathValue("id"))); err == nil {
		err = id.UnmarshalText([]byte(r.PathValue("request")))
	}
	return worker, id, err
}

// getRequest shows one request.
func (s *Server) getRequest(w http.ResponseWriter, r *http.Request) error {
	return s.showRequest(w, r, http.StatusOK, "", nil)
}

// showRequest shows a request; act is the form that came back with mistakes.
func (s *Server) showRequest(w http.ResponseWriter, r *http.Request, status int, act string, problems []part.Problem) error {
	worker, id, err := requestAsked(r)
	if err != nil {
		return err
	}
	who, b := visitOf(r).actor, s.base(r)
	q, err := s.Registry.FindRequest(r.Context(), who, worker, id)
	if err != nil {
		return err
	}
	names, err := s.userNames(r.Context(), b, q.RegisteredBy, q.DecidedBy)
	if err != nil {
		return err
	}
	b.Path = requestURL(worker, id)
	p := requestpage.Page{Base: b, Line: requestLine(b, &q), Worker: worker.String(), Action: b.Path, Text: q.Text, Answer: q.Answer, Erased: q.Erased, CopiedAt: q.CopiedAt,
		Act: act, Typed: r.PostFormValue("answer"), Problems: problems,
		Facts: []part.Pair{{Label: b.T("web_request.received"), Value: b.Day(q.ReceivedOn)}, {Label: b.T("web_request.due"), Value: b.Day(q.DueOn)}, {Label: b.T("web_request.registered"), Value: b.Time(q.RegisteredAt) + " · " + names[q.RegisteredBy]}}}
	if !q.CopiedAt.IsZero() {
		p.Facts = append(p.Facts, part.Pair{Label: b.T("web_request.copied"), Value: b.Time(q.CopiedAt)})
	}
	if !q.DecidedAt.IsZero() {
		p.Facts = append(p.Facts, part.Pair{Label: b.T("web_request.decided"), Value: b.Time(q.DecidedAt) + " · " + names[q.DecidedBy]})
	}
	if q.Import != 0 && may(who, account.ImportRead) {
		p.Import = "/imports/" + strconv.FormatInt(q.Import, 10)
	}
	acts := q.Acts(who)
	p.CanCopy, p.CanFinish, p.CanRefuse, p.NeedsErasing = acts.Copy, acts.Finish, acts.Refuse, acts.EraseByOthers
	p.Correction = q.Kind == registry.RequestCorrect || q.Kind == registry.RequestOpinion
	if acts.Erase {
		p.Erase = workerURL(int64(worker)) + "/erase"
	}
	return s.render(w, r, status, requestpage.Show(p))
}

// postFinishRequest declares a request done.
func (s *Server) postFinishRequest(w http.ResponseWriter, r *http.Request) error {
	return s.answerRequest(w, r, "done", s.Registry.FinishRequest)
}

// postRefuseRequest refuses a request.
func (s *Server) postRefuseRequest(w http.ResponseWriter, r *http.Request) error {
	return s.answerRequest(w, r, "refused", s.Registry.RefuseRequest)
}

// requestVerb answers a request.
type requestVerb func(ctx context.Context, who account.Actor, worker registry.WorkerID, id registry.RequestID, answer string) error

func (s *Server) answerRequest(w http.ResponseWriter, r *http.Request, act string, do requestVerb) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	worker, id, err := requestAsked(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), visitOf(r).actor, worker, id, r.PostFormValue("answer"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		ps := s.problemsOf(s.base(r), err, "answer")
		for i := range ps {
			ps[i].Name = act + "-" + ps[i].Name
		}
		return s.showRequest(w, r, statusOf[fault.KindOf(err)], act, ps)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, requestURL(worker, id), http.StatusSeeOther)
	return nil
}

// postCopy gives the copy of all that is kept about a person, as a workbook.
func (s *Server) postCopy(w http.ResponseWriter, r *http.Request) error {
	worker, id, err := requestAsked(r)
	if err != nil {
		return err
	}
	return s.send(w, r, export.Request{List: export.Copy, Format: listing.XLSX, Worker: worker, Request: id})
}

// addRequests puts a person's requests into the page of the file.
func (s *Server) addRequests(r *http.Request, f *registry.File, p *workerpage.Page) error {
	who := visitOf(r).actor
	list, err := s.Registry.RequestsOf(r.Context(), who, f.ID)
	for i := range list {
		x := requestLine(p.Base, &list[i])
		p.Requests = append(p.Requests, workerpage.RequestLine{Href: x.Href, Kind: x.Kind, StateWord: x.StateWord, Left: x.Left, DueOn: x.DueOn, State: x.State, Late: x.Late})
	}
	if !f.Erased && f.Survivor == 0 && may(who, account.RequestWrite) {
		p.NewRequest = workerURL(int64(f.ID)) + "/requests/new"
	}
	return err
}
