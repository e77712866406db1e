package web

import (
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/filing"
	filingpage "tuoxing/internal/web/page/filing"
	"tuoxing/internal/web/part"
)

// getMyFilings shows what the reader's own unit is asked for.
func (s *Server) getMyFilings(w http.ResponseWriter, r *http.Request) error {
	who, b := visitOf(r).actor, s.base(r)
	list, err := s.Filings.Mine(r.Context(), who)
	if err != nil {
		return err
	}
	p := filingpage.MinePage{Base: b, Unit: b.Actor.Unit}
	for _, f := range list {
		m := filingpage.MineLine{Href: filingURL(f.ID), Title: f.Title, Kind: kindWord(b, f.Kind), Note: f.Note, AsOf: f.AsOf, DueOn: f.DueOn,
			State: filingTone(f.State), StateWord: b.T(f.State.Key()), Overdue: f.Overdue, FilledIn: f.FilledIn}
		if f.State == filing.Returned {
			m.Reason = f.Reason
		}
		if f.State.Open() && may(who, account.ImportWrite) {
			m.Send = sendURL(f.ID)
		}
		p.Rows = append(p.Rows, m)
	}
	return s.render(w, r, http.StatusOK, filingpage.Mine(p))
}

// sendURL is the page that hands in the file of a filing, with kind, day and unit filled in.
func sendURL(id filing.ID) string { return "/imports/new?filing=" + id.String() }

// getFiling shows one filing.
func (s *Server) getFiling(w http.ResponseWriter, r *http.Request) error {
	return s.showFiling(w, r, http.StatusOK, "", nil)
}

// showFiling shows a filing; act is the form that came back with mistakes.
func (s *Server) showFiling(w http.ResponseWriter, r *http.Request, status int, act string, problems []part.Problem) error {
	var id filing.ID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		return err
	}
	who, b, on := visitOf(r).actor, s.base(r), date.On(s.Now())
	f, err := s.Filings.Find(r.Context(), who, id)
	if err != nil {
		return err
	}
	t, err := s.tree(r.Context())
	if err != nil {
		return err
	}
	b.Path = filingURL(id)
	p := filingpage.Page{Base: b, ID: id.String(), Unit: f.Name, Union: t.Name(f.Union, on), Kind: kindWord(b, f.Kind), Note: f.Asked.Note, Call: part.Link{Label: f.Asked.Title, Href: callURL(f.Call)},
		AsOf: f.AsOf, DueOn: f.DueOn, State: filingTone(f.State), StateWord: b.T(f.State.Key()), Overdue: f.Overdue, FilledIn: f.FilledIn, SentAt: f.SentAt, AskedOn: f.AskedOn, AskedReason: f.AskedReason,
		MayAsk: f.MayAsk, MayConfirm: f.MayConfirm, MayReturn: f.MayReturn, MayExtend: f.MayExtend, MayDecline: f.MayDecline,
		Act: act, Until: r.PostFormValue("until"), Typed: r.PostFormValue("reason"), Problems: problems}
	if f.State == filing.Returned {
		p.Reason = f.Reason
	}
	if f.MaySend {
		p.Send = sendURL(id)
	}
	if f.Import != 0 {
		p.Import = importURL(f.Import)
	}
	if r.URL.Query().Get("said") == "done" {
		p.Said = b.T("web_filing.said_done")
	}
	if p.Events, err = s.eventLines(r, b, f.Events); err != nil {
		return err
	}
	return s.render(w, r, status, filingpage.Show(p))
}

func (s *Server) eventLines(r *http.Request, b part.Base, list []filing.Event) ([]filingpage.Event, error) {
	var users []int64
	for _, e := range list {
		users = append(users, e.By)
	}
	names, err := s.userNames(r.Context(), b, users...)
	if err != nil {
		return nil, err
	}
	var out []filingpage.Event
	for _, e := range list {
		line := filingpage.Event{At: e.At, Word: b.T("filing.act." + e.Act), By: names[e.By], Reason: e.Reason}
		if e.Day != 0 {
			line.Day = b.T("web_filing.to_day", b.DayShort(e.Day))
		}
		if e.Import != 0 {
			line.Import = importURL(e.Import)
		}
		out = append(out, line)
	}
	return out, nil
}

// filingAct makes the handler of one act on one filing.
func (s *Server) filingAct(act string, do func(r *http.Request, who account.Actor, id filing.ID, until date.Day, reason string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return unreadable(err)
		}
		var id filing.ID
		if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
			return err
		}
		var c fault.Check
		until := dayOf(&c, r, "until")
		err := c.Err()
		if err == nil {
			err = do(r, visitOf(r).actor, id, until, r.PostFormValue("reason"))
		}
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
			ps := s.problemsOf(s.base(r), err, "reason")
			for i := range ps {
				ps[i].Name = act + "-" + ps[i].Name
			}
			return s.showFiling(w, r, statusOf[fault.KindOf(err)], act, ps)
		}
		if err != nil {
			return err
		}
		http.Redirect(w, r, filingURL(id)+"?said=done", http.StatusSeeOther)
		return nil
	}
}

func (s *Server) confirmFiling(r *http.Request, who account.Actor, id filing.ID, _ date.Day, _ string) error {
	return s.Filings.Confirm(r.Context(), who, id)
}

func (s *Server) returnFiling(r *http.Request, who account.Actor, id filing.ID, _ date.Day, reason string) error {
	return s.Filings.Return(r.Context(), who, id, reason)
}

func (s *Server) extendFiling(r *http.Request, who account.Actor, id filing.ID, until date.Day, reason string) error {
	return s.Filings.Extend(r.Context(), who, id, until, reason)
}

func (s *Server) declineFiling(r *http.Request, who account.Actor, id filing.ID, _ date.Day, reason string) error {
	return s.Filings.Decline(r.Context(), who, id, reason)
}

func (s *Server) askFiling(r *http.Request, who account.Actor, id filing.ID, until date.Day, reason string) error {
	return s.Filings.Ask(r.Context(), who, id, until, reason)
}

// presetOf is what the page that hands in a file begins with: what the address says, or the filing that it names.
func (s *Server) presetOf(r *http.Request) (upload, error) {
	form, who := r.URL.Query(), visitOf(r).actor
	u := upload{kind: form.Get("kind"), on: form.Get("on"), unit: who.Scope.Unit}
	text := form.Get("filing")
	if text == "" {
		return u, nil
	}
	var id filing.ID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return u, err
	}
	f, err := s.Filings.Find(r.Context(), who, id)
	if err != nil {
		return u, err
	}
	return upload{kind: f.Kind, on: f.AsOf.String(), unit: f.Unit, fixed: f.Name}, nil
}

// nextFilings tells a unit at home what it has to send.
func (s *Server) nextFilings(r *http.Request, b part.Base) (text, href string, err error) {
	who := visitOf(r).actor
	if !may(who, account.FilingSend) {
		return "", "", nil
	}
	list, err := s.Filings.Mine(r.Context(), who)
	if err != nil || len(list) == 0 || !list[0].State.Open() {
		return "", "", err
	}
	n := 0
	for _, f := range list {
		if f.State.Open() {
			n++
		}
	}
	return b.T("web_filing.next", n, list[0].Title, list[0].DueOn), "/filings/mine", nil
}
