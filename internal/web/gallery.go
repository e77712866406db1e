package web

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"sync"

	"tuoxing/internal/locale"
	"tuoxing/internal/web/sample"
	"tuoxing/internal/web/static"
)

// Gallery serves every page with sample data, for designers, translators and reviewers: no
// database is needed. The index stands at /; pages take ?theme=dark.
func Gallery() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", galleryIndex)
	mux.HandleFunc("GET /gallery/{lang}/{page}", galleryPage())
	// A bar asks again every second; nothing goes on here.
	mux.HandleFunc("GET /imports/{id}/progress", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET "+static.Prefix, func(w http.ResponseWriter, r *http.Request) {
		if !static.Serve(w, r) {
			http.NotFound(w, r)
		}
	})
	return policy(mux)
}

// galleryPage shows one sample; those of a language and theme are made once.
func galleryPage() http.HandlerFunc {
	type shelf struct {
		lang  locale.Lang
		theme string
	}
	made := map[shelf]func() []sample.Sample{}
	for _, lang := range locale.Langs {
		for _, theme := range []string{"", "light", "dark"} {
			made[shelf{lang, theme}] = sync.OnceValue(func() []sample.Sample { return sample.Themed(lang, theme) })
		}
	}
	return func(w http.ResponseWriter, r *http.Request) {
		lang, ok := locale.ParseLang(r.PathValue("lang"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		theme, _ := themeOf(r.URL.Query().Get("theme"))
		for _, s := range made[shelf{lang, theme}]() {
			if s.Path == r.PathValue("page") {
				if err := write(w, r, http.StatusOK, s.Page); err != nil {
					http.Error(w, "the page does not render", http.StatusInternalServerError)
				}
				return
			}
		}
		http.NotFound(w, r)
	}
}

func galleryIndex(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tuoxing gallery</title><h1>Tuoxing gallery</h1><ul>")
	for _, s := range sample.Pages(locale.ZH) {
		path := html.EscapeString(s.Path)
		fmt.Fprintf(&b, `<li>%s: <a href="/gallery/zh/%s">中文</a> <a href="/gallery/en/%s">English</a> <a href="/gallery/zh/%s?theme=dark">dark</a></li>`, html.EscapeString(s.Title), path, path, path)
	}
	b.WriteString("</ul></html>")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A client that hangs up is no error of ours.
	_, _ = w.Write([]byte(b.String()))
}
