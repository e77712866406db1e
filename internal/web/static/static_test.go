package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/web/static"
)

func TestServe_sends_a_file_plain_or_packed_and_for_ever(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{"", "gzip, br"} {
		r := httptest.NewRequest(http.MethodGet, static.URL("app.css"), nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		if !static.Serve(w, r) {
			t.Fatal("not served")
		}
		var body io.Reader = w.Body
		if accept != "" {
			if w.Header().Get("Content-Encoding") != "gzip" {
				t.Fatal("not packed")
			}
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		got, err := io.ReadAll(body)
		if err != nil || string(got) != string(static.Bytes("app.css")) {
			t.Errorf("Accept-Encoding %q: another file, %v", accept, err)
		}
		if c := w.Header().Get("Cache-Control"); c != "public, max-age=31536000, immutable" {
			t.Errorf("Cache-Control is %q", c)
		}
		if c := w.Header().Get("Content-Type"); !strings.HasPrefix(c, "text/css") {
			t.Errorf("Content-Type is %q", c)
		}
	}
}

func TestServe_knows_only_addresses_with_a_hash(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/app.css", "/static/", "/static/../static.go", "/static/app.000000000000.css"} {
		if static.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)) {
			t.Errorf("%s is served", path)
		}
	}
}

// The sprite holds the icons in use and no others.
func TestSprite_holds_exactly_the_icons_that_pages_use(t *testing.T) {
	t.Parallel()
	var have, used []string
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllStringSubmatch(string(static.Bytes("icons.svg")), -1) {
		have = append(have, m[1])
	}
	source := sources(t)
	for _, name := range have {
		if strings.Contains(source, `"`+name+`"`) {
			used = append(used, name)
		}
	}
	if !slices.Equal(have, used) {
		t.Errorf("the sprite holds %v, used are %v", have, used)
	}
	for _, m := range regexp.MustCompile(`Icon\("([^"]+)"\)|Icon: +"([^"]+)"`).FindAllStringSubmatch(source, -1) {
		if name := m[1] + m[2]; !slices.Contains(have, name) {
			t.Errorf("the icon %q is not in the sprite", name)
		}
	}
}

// sources is the text of all pages and handlers.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		ext := filepath.Ext(path)
		if (ext != ".go" && ext != ".templ") || strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStyle_of_our_own_stays_below_300_lines(t *testing.T) {
	t.Parallel()
	if n := strings.Count(string(static.Bytes("app.css")), "\n"); n >= 300 {
		t.Errorf("app.css has %d lines", n)
	}
}

func TestVendored_files_have_their_licence_beside_them(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"vendor/htmx.LICENSE": "Zero-Clause BSD", "vendor/tabler.LICENSE": "MIT License", "vendor/tabler-icons.LICENSE": "MIT License", "vendor/echarts.LICENSE": "Apache License", "vendor/echarts.NOTICE": "Apache ECharts",
	} {
		if !strings.Contains(string(static.Bytes(name)), words) {
			t.Errorf("%s does not hold %q", name, words)
		}
	}
}
