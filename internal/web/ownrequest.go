package web

import (
	"net/http"
	"slices"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/registry"
	ownpage "tuoxing/internal/web/page/own"
	"tuoxing/internal/web/part"
)

func (s *Server) ownRequestLine(b part.Base, r *registry.Request) ownpage.Request {
	x := requestLine(b, r)
	return ownpage.Request{Href: "/me/requests/" + r.ID.String(), Kind: x.Kind, ReceivedOn: x.ReceivedOn, DueOn: x.DueOn, State: x.State, StateWord: x.StateWord, Left: x.Left, Late: x.Late}
}

func (s *Server) getOwnRequests(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Registry.OwnRequests(r.Context(), visitOf(r).actor)
	if err != nil {
		return err
	}
	p := ownpage.RequestsPage{Base: s.base(r)}
	for i := range list {
		p.Requests = append(p.Requests, s.ownRequestLine(p.Base, &list[i]))
	}
	return s.render(w, r, http.StatusOK, ownpage.Requests(p))
}

// getOwnAsk shows the form of one kind of request.
func (s *Server) getOwnAsk(w http.ResponseWriter, r *http.Request) error {
	return s.askOwn(w, r, http.StatusOK, r.URL.Query().Get("kind"), nil)
}

func (s *Server) askOwn(w http.ResponseWriter, r *http.Request, status int, kind string, problems []part.Problem) error {
	if err := s.Registry.MayAskOwn(visitOf(r).actor); err != nil {
		return err
	}
	if !slices.Contains(registry.RequestKinds, registry.RequestKind(kind)) {
		return notFound()
	}
	b := s.base(r)
	b.Path = "/me/requests/new?kind=" + kind
	p := ownpage.AskPage{Base: b, Kind: kind, KindWord: b.T("registry.request_kind_" + kind), Text: r.PostFormValue("text"), Days: registry.AnswerDays, Problems: problems}
	return s.render(w, r, status, ownpage.Ask(p))
}

// postOwnRequest registers what the reader asks.
func (s *Server) postOwnRequest(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	kind := r.PostFormValue("kind")
	q, err := s.Registry.AskOwn(r.Context(), visitOf(r).actor, registry.RequestKind(kind), r.PostFormValue("text"))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.askOwn(w, r, statusOf[fault.KindOf(err)], kind, s.problemsOf(s.base(r), err, "text"))
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/me/requests/"+q.ID.String()+"?said=registered", http.StatusSeeOther)
	return nil
}

// getOwnRequest shows one request of the reader with its answer.
func (s *Server) getOwnRequest(w http.ResponseWriter, r *http.Request) error {
	var id registry.RequestID
	if err := id.UnmarshalText([]byte(r.PathValue("request"))); err != nil {
		return err
	}
	q, err := s.Registry.OwnRequest(r.Context(), visitOf(r).actor, id)
	if err != nil {
		return err
	}
	b := s.base(r)
	p := ownpage.RequestPage{Base: b, Request: s.ownRequestLine(b, &q), Text: q.Text, Answer: q.Answer, AnsweredAt: q.DecidedAt, Thanks: r.URL.Query().Get("said") == "registered" && q.State == registry.RequestOpen}
	if !q.DecidedAt.IsZero() {
		err := s.DB.ReadTx(r.Context(), func(tx *db.Tx) error {
			by, err := s.Accounts.CapacityOf(r.Context(), tx, q.DecidedBy)
			if err != nil {
				return err
			}
			tree, err := s.Org.Tree(r.Context(), tx)
			if err == nil {
				p.By = capacity(b, tree, by.Role, by.Unit, date.On(s.Now()))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, ownpage.RequestOne(p))
}
