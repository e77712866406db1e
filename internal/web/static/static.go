// Package static holds the files that pages load: the style sheets, scripts and icons, all
// from this binary and nothing from another host.
//
// Files under vendor/ are other people's, unchanged, each beside its licence: Tabler 1.6.1
// (MIT), htmx 2.0.11 (0BSD), Apache ECharts 6.1.0 (Apache-2.0), and icons.svg is cut from
// Tabler Icons 3.51.0 (MIT). URL puts a hash of the content into the address, so a browser
// keeps a file for ever and a new build is seen at once. The package must not hold pages,
// nor files with anybody's data.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed app.css app.js icons.svg favicon.svg vendor
var files embed.FS

// Prefix is the path under which Handler serves.
const Prefix = "/static/"

// asset is one file as it is sent.
type asset struct {
	url   string
	mime  string
	plain []byte
	// packed compresses on first use: the chart library alone costs 50 ms, which the start
	// of the server need not wait for.
	packed func() ([]byte, error)
}

// assets is the immutable table of all files, by name and by hashed path.
var assets = sync.OnceValue(func() map[string]*asset {
	all := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		a := newAsset(name, b)
		all[name] = a
		all[a.url] = a
		return nil
	})
	if err != nil { // the files are in the binary: only a broken build comes here
		panic(err)
	}
	return all
})

func newAsset(name string, b []byte) *asset {
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	url := Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	kind := mime.TypeByExtension(ext)
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	return &asset{url: url, mime: kind, plain: b, packed: sync.OnceValues(func() ([]byte, error) { return squeeze(b) })}
}

func squeeze(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, fmt.Errorf("compress static file: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress static file: %w", err)
	}
	return out.Bytes(), nil
}

// URL gives the address of a file with the hash of its content. A name that is not in the
// binary is a mistake in a page and panics, which the gallery test shows.
func URL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.url
}

// Bytes gives the content of a file, for tests that compare it with its uses.
func Bytes(name string) []byte { return assets()[name].plain }

// Serve answers a request for one hashed address. It reports false when there is no such file.
func Serve(w http.ResponseWriter, r *http.Request) bool {
	a, ok := assets()[r.URL.Path]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if z, err := a.packed(); err == nil && len(z) < len(body) {
			h.Set("Content-Encoding", "gzip")
			body = z
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	// A client that hangs up is no error of ours.
	_, _ = w.Write(body)
	return true
}
