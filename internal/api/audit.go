package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/fault"
)

// LogEntry is one entry of the audit log (审计日志). People and units stand in it under their bare ids.
type LogEntry struct {
	ID     ID              `json:"id"`
	At     time.Time       `json:"at"`
	User   ID              `json:"user" doc:"Who did it; empty: nobody was logged in, or the operator of the server"`
	Login  string          `json:"login,omitempty" doc:"Of who did it"`
	Name   string          `json:"name,omitempty"`
	Action string          `json:"action"`
	Words  string          `json:"words" doc:"The action in the caller's language"`
	Failed bool            `json:"failed" doc:"An attempt that was turned away"`
	Kind   string          `json:"kind,omitempty" doc:"Of what it is about: user, token, worker, import, call, filing, figure"`
	About  string          `json:"about,omitempty" doc:"Its id"`
	Detail json.RawMessage `json:"detail" doc:"As the log holds it"`
	Number int64           `json:"number,omitempty" doc:"Place in the chain; none: not sealed yet"`
}

// LogPage is a page of the audit log, newest first.
type LogPage struct {
	Total   int        `json:"total" doc:"Exact up to 10,000"`
	More    bool       `json:"more" doc:"There are more than total, which nobody counted"`
	Next    string     `json:"next,omitempty"`
	Entries []LogEntry `json:"entries"`
	Chain   LogChain   `json:"chain"`
	Marked
}

// LogChain is how the chain of the audit log stands.
type LogChain struct {
	Sealed  int64     `json:"sealed" doc:"Entries in the chain"`
	Open    int64     `json:"open" doc:"Written and not sealed yet"`
	Head    string    `json:"head" doc:"Hash of the last one"`
	Checked int64     `json:"checked" doc:"Compared with what was sealed up to this entry"`
	Begun   time.Time `json:"begun_at,omitzero" doc:"When that walk began at the first entry"`
	At      time.Time `json:"checked_at,omitzero" doc:"When it last went on"`
}

// LogState is LogChain as an answer of its own.
type LogState struct {
	LogChain
	Marked
}

type logInput struct {
	Who     string `query:"who" maxLength:"80" doc:"Login or id of who did it; operator: nobody was logged in, or the operator"`
	Action  string `query:"action" maxLength:"80"`
	Kind    string `query:"kind" maxLength:"40" doc:"Of what it is about: user, token, worker, import, call, filing, figure"`
	About   string `query:"about" maxLength:"80" doc:"Its id"`
	Outcome string `query:"outcome" enum:"done,refused" doc:"refused: attempts that were turned away"`
	From    string `query:"from" maxLength:"10" doc:"From this day on, 2006-01-02"`
	To      string `query:"to" maxLength:"10" doc:"Up to this day"`
	Page
}

type verifyLogInput struct {
	Body struct {
		Anew bool `json:"anew,omitempty" doc:"From the first entry, not from where the last walk ended"`
	}
}

type logOutput struct{ Body LogPage }
type logStateOutput struct{ Body LogState }

func (s *Server) auditOperations(a huma.API) {
	add(s, a, route{name: "audit-list", method: http.MethodGet, path: base + "/audit", summary: "Who did and saw what, newest first; the search is itself logged"}, s.listAudit)
	add(s, a, route{name: "audit-chain", method: http.MethodGet, path: base + "/audit/chain", summary: "How the chain of the log stands"}, s.auditChain)
	add(s, a, route{name: "audit-verify", method: http.MethodPost, path: base + "/audit/verify", summary: "Compare the next 100,000 entries with what was sealed; 409 names the first that differs"}, s.verifyAudit)
}

func (s *Server) listAudit(ctx context.Context, v *visit, in *logInput) (*logOutput, error) {
	if err := v.who.Must(account.AuditRead); err != nil {
		return nil, err
	}
	f := account.LogFilter{Who: in.Who, Act: in.Action, Kind: in.Kind, ID: in.About, Outcome: in.Outcome, Limit: in.Limit}
	var err error
	if f.From, err = dayIn("from", in.From, 0); err != nil {
		return nil, err
	}
	if f.To, err = dayIn("to", in.To, 0); err != nil {
		return nil, err
	}
	if f.After, err = idIn("after", in.After); err != nil {
		return nil, err
	}
	log, err := s.Accounts.ReadLog(ctx, v.who, f)
	for i, x := range fault.Fields(err) {
		if x.Name == "act" { // as the form of the page calls it
			fault.Fields(err)[i].Name = "action"
		}
	}
	if err != nil {
		return nil, err
	}
	out := LogPage{Total: log.Total, Entries: make([]LogEntry, len(log.Lines)), Chain: chainDoc(log.Chain), Marked: Marked{s.Demo}}
	if log.Total > audit.Counted {
		out.Total, out.More = audit.Counted, true
	}
	for i, x := range log.Lines {
		e := LogEntry{ID: ID(x.Entry.ID), At: x.At, User: ID(x.User), Login: x.Login, Name: x.Name, Action: x.Action, Words: x.Action, Kind: x.Kind, About: x.ID, Detail: x.Detail, Number: x.Number}
		if a, ok := audit.Find(x.Action); ok {
			e.Words, e.Failed = v.p.T(a.Key()), a.Failed
		}
		out.Entries[i] = e
	}
	if n := len(log.Lines); n == in.Limit {
		out.Next = strconv.FormatInt(log.Lines[n-1].Entry.ID, 10)
	}
	return &logOutput{out}, nil
}

func chainDoc(c audit.Chain) LogChain {
	return LogChain{Sealed: c.Sealed, Open: c.Open, Head: c.Head, Checked: c.Checked, Begun: c.Begun, At: c.At}
}

func (s *Server) auditChain(ctx context.Context, v *visit, _ *none) (*logStateOutput, error) {
	c, err := s.Accounts.LogState(ctx, v.who)
	if err != nil {
		return nil, err
	}
	return &logStateOutput{LogState{chainDoc(c), Marked{s.Demo}}}, nil
}

func (s *Server) verifyAudit(ctx context.Context, v *visit, in *verifyLogInput) (*logStateOutput, error) {
	c, err := s.Accounts.CheckLog(ctx, v.who, in.Body.Anew)
	if err != nil {
		return nil, err
	}
	return &logStateOutput{LogState{chainDoc(c), Marked{s.Demo}}}, nil
}
