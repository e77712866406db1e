package app

import (
	"context"
	"net/http"

	"tuoxing/internal/account"
	"tuoxing/internal/api"
	"tuoxing/internal/intake"
	"tuoxing/internal/job"
	"tuoxing/internal/web"
)

// handler puts pages and API together on one mux.
func (a *App) handler(q *job.Queue) http.Handler {
	run := func(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error {
		return a.Order(ctx, q, who, id, act, why)
	}
	pages := a.Pages(run)
	mux := http.NewServeMux()
	mux.Handle("/", pages.Handler())
	a.API(run).Mount(mux)
	return unkept(mux)
}

// unkept lets nothing between here and the reader keep an answer, also not the redirects that the mux makes by itself; the files of
// the pages say otherwise of themselves.
func unkept(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// Run orders an act on an import: stage, try, apply, or undo with its reason.
type Run func(ctx context.Context, who account.Actor, id intake.ImportID, act, why string) error

// Pages is the door of pages over this installation.
func (a *App) Pages(run Run) *web.Server {
	s := &web.Server{
		DB: a.DB, Accounts: a.Accounts, Figures: a.Figures, Registry: a.Registry, Intake: a.Intake, Org: a.Org, Book: a.Book, Export: a.Export, Filings: a.Filings,
		Log: a.Log, Now: a.DB.Now, Demo: a.Demo, Secure: a.Config.Secure, MaxUpload: a.Config.MaxUpload, Viewer: a.Viewer, Run: run, Document: a.API(run).Document,
	}
	if a.Demo {
		s.Logins = a.demoLogins()
	}
	return s
}

// API is the door of the JSON API over this installation.
func (a *App) API(run Run) *api.Server {
	return &api.Server{
		DB: a.DB, Accounts: a.Accounts, Figures: a.Figures, Registry: a.Registry, Filings: a.Filings, Intake: a.Intake, Org: a.Org, Export: a.Export,
		Log: a.Log, Now: a.DB.Now, Demo: a.Demo, MaxUpload: a.Config.MaxUpload, Cookie: web.SessionCookie, Viewer: a.Viewer, Run: run,
	}
}
