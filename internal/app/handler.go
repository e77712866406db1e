package app

import (
	"net/http"

	"tuoxing/internal/job"
	"tuoxing/internal/web"
)

// handler puts pages and API together.
func (a *App) handler(_ *job.Queue) http.Handler {
	s := &web.Server{Log: a.Log, Now: a.DB.Now, Demo: a.Demo, Secure: a.Config.Secure, MaxUpload: a.Config.MaxUpload}
	return s.Handler()
}
