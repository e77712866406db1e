package web

import (
	"context"
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/web/part"
)

// tree reads the units as they are now.
func (s *Server) tree(ctx context.Context) (*org.Tree, error) {
	return s.Org.Latest(ctx, s.DB)
}

// unitName is the name of a unit today.
func (s *Server) unitName(ctx context.Context, id org.UnitID) (string, error) {
	t, err := s.tree(ctx)
	if err != nil {
		return "", err
	}
	return t.Name(id, date.On(s.Now())), nil
}

// scopeWords says whose figures the reader sees.
func scopeWords(b part.Base, who account.Actor) string {
	if who.Scope.All {
		return b.T("web.whole_city")
	}
	return b.Actor.Unit
}

// userNames gives names of users by id for the few people who handed files in. Whoever sees an
// import sees who brought it, so the names are read in the name of the program.
func (s *Server) userNames(ctx context.Context, b part.Base, ids ...int64) (map[int64]string, error) {
	out := map[int64]string{0: b.T(account.Operator().Role.Key())}
	for _, id := range ids {
		if _, done := out[id]; done {
			continue
		}
		u, err := s.Accounts.Find(ctx, account.Operator(), id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if out[id] = b.Person(u.Name); u.Role == account.Worker {
			out[id] = b.T("web_request.by_person")
		}
	}
	return out, nil
}

// source prints where a fact came from; href opens the row, empty when the reader may not.
func source(f ledger.Fact, file, sheet, href string) part.Source {
	if f.Import == 0 || file == "" {
		return part.Source{}
	}
	return part.Source{File: file, Sheet: sheet, Row: f.Line.Row(), Href: href}
}

// labelOf is the value of a dimension in the reader's language; a unit's name is written as pages in
// that language write it.
func labelOf(b part.Base, l *figure.Labels, d ledger.Dim, v int64) string {
	name := l.Of(d, v)
	if v != 0 && (d == ledger.Union || d == ledger.Employer) {
		return b.UnitName(name)
	}
	return name
}

// causeWord says what happened.
func causeWord(b part.Base, l *figure.Labels, c ledger.Cause) string {
	if c == ledger.NoCause {
		return b.T("web_figure.cause_none")
	}
	return l.Of(ledger.CauseOf, int64(c))
}

// viewer is the reader as intake asks for them.
func (s *Server) viewer(r *http.Request) (intake.Viewer, error) {
	return s.Viewer(r.Context(), visitOf(r).actor)
}
