package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/locale"
	"tuoxing/internal/web"
	"tuoxing/internal/web/sample"
)

// rendered gives every sample page of both languages, parsed, by lang/path.
func rendered(t *testing.T) map[string]*goquery.Document {
	t.Helper()
	all := map[string]*goquery.Document{}
	for _, lang := range locale.Langs {
		for _, s := range sample.Pages(lang) {
			var b strings.Builder
			if err := s.Page.Render(t.Context(), &b); err != nil {
				t.Fatalf("%s/%s: %v", lang, s.Path, err)
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
			if err != nil {
				t.Fatalf("%s/%s: %v", lang, s.Path, err)
			}
			all[string(lang)+"/"+s.Path] = doc
		}
	}
	return all
}

// bareKey finds a catalogue key that was printed instead of its words, and a text whose
// verbs and arguments do not match.
var bareKey = regexp.MustCompile(`\b(web|fault|date|intake|registry|figure|account)(_[a-z]+)?\.[a-z][a-z_0-9]+\b|%!`)

func TestPages_print_no_bare_key_and_no_broken_verb(t *testing.T) {
	t.Parallel()
	for name, doc := range rendered(t) {
		text := doc.Text()
		doc.Find("[aria-label],[placeholder],[title],[alt]").Each(func(_ int, s *goquery.Selection) {
			for _, a := range []string{"aria-label", "placeholder", "title", "alt"} {
				text += "\n" + s.AttrOr(a, "")
			}
		})
		if bad := bareKey.FindString(text); bad != "" {
			t.Errorf("%s prints %q", name, bad)
		}
	}
}

func TestPages_in_English_hold_no_Chinese_but_marked_originals(t *testing.T) {
	t.Parallel()
	for name, doc := range rendered(t) {
		if bad := unmarked(doc); strings.HasPrefix(name, "en/") && len(bad) > 0 {
			t.Errorf("%s shows %q", name, bad)
		}
	}
}

func TestPages_can_be_used_without_seeing_them(t *testing.T) {
	t.Parallel()
	for name, doc := range rendered(t) {
		lang := map[string]string{"zh": "zh-CN", "en": "en"}[name[:2]]
		if got := doc.Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("%s: lang is %q", name, got)
		}
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("%s has %d h1", name, n)
		}
		if n := doc.Find("main#main").Length(); n != 1 {
			t.Errorf("%s has %d main", name, n)
		}
		if doc.Find("a.tx-skip[href='#main']").Length() != 1 {
			t.Errorf("%s has no skip link", name)
		}
		if !strings.Contains(doc.Find(".tx-demo").Text(), "demonstration data") {
			t.Errorf("%s does not say that its data are made up", name)
		}
		headings(t, name, doc)
		doc.Find("input:not([type=hidden]),select,textarea").Each(func(_ int, s *goquery.Selection) { labelled(t, name, doc, s) })
		doc.Find("img:not([alt])").Each(func(int, *goquery.Selection) { t.Errorf("%s has an image without alt", name) })
		doc.Find("a,button").Each(func(_ int, s *goquery.Selection) {
			if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" && s.Find("img[alt!='']").Length() == 0 {
				html, _ := goquery.OuterHtml(s)
				t.Errorf("%s has a link or button without words: %s", name, html)
			}
		})
		doc.Find("table").Each(func(_ int, s *goquery.Selection) {
			if s.Find("caption").Length() != 1 || s.Find("thead th:not([scope])").Length() > 0 {
				t.Errorf("%s has a table without caption or scope", name)
			}
		})
	}
}

// headings go down one level at a time.
func headings(t *testing.T, name string, doc *goquery.Document) {
	t.Helper()
	last := 0
	doc.Find("main h1,main h2,main h3,main h4").Each(func(_ int, s *goquery.Selection) {
		level := int(goquery.NodeName(s)[1] - '0')
		if level > last+1 {
			t.Errorf("%s jumps from h%d to h%d: %s", name, last, level, s.Text())
		}
		last = level
	})
}

// labelled: every input has a label, and what describes it exists.
func labelled(t *testing.T, name string, doc *goquery.Document, s *goquery.Selection) {
	t.Helper()
	id := s.AttrOr("id", "")
	if s.AttrOr("aria-label", "") == "" && s.Closest("label").Length() == 0 && (id == "" || doc.Find("label[for='"+id+"']").Length() == 0) {
		t.Errorf("%s: input %q has no label", name, s.AttrOr("name", ""))
	}
	for _, ref := range strings.Fields(s.AttrOr("aria-describedby", "")) {
		if doc.Find("#"+ref).Length() != 1 {
			t.Errorf("%s: %q is described by %q, which is not there", name, id, ref)
		}
	}
}

func TestPages_keep_the_content_policy(t *testing.T) {
	t.Parallel()
	for name, doc := range rendered(t) {
		if n := doc.Find("[style],style,script:not([src])").Length(); n > 0 {
			t.Errorf("%s has %d inline styles or scripts", name, n)
		}
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
					t.Errorf("%s has the inline handler %s", name, a.Key)
				}
				if (a.Key == "src" || a.Key == "href" || a.Key == "action") && strings.Contains(a.Val, "//") {
					t.Errorf("%s loads or leads to %s", name, a.Val)
				}
			}
		})
	}
}

func TestPages_use_an_id_once(t *testing.T) {
	t.Parallel()
	for name, doc := range rendered(t) {
		seen := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s has the id %q twice", name, id)
			}
			seen[id] = true
		})
	}
}

func TestPages_print_the_unit_beside_every_figure(t *testing.T) {
	t.Parallel()
	all := rendered(t)
	for name, unit := range map[string]string{"zh/home": "人", "en/home": "people"} {
		cards := all[name].Find(".tx-figure .tx-value")
		if cards.Length() != 6 {
			t.Fatalf("%s has %d cards", name, cards.Length())
		}
		if got := cards.First().Find(".visually-hidden").Text(); got != "704,000 "+unit {
			t.Errorf("%s: a screen reader hears %q", name, got)
		}
		if got := cards.First().Find(".tx-amount").AttrOr("title", ""); got != "704,000 "+unit {
			t.Errorf("%s: the exact value on hover is %q", name, got)
		}
	}
	if got := all["zh/home"].Find(".tx-figure .tx-value").First().Find("[aria-hidden]").Text(); got != "70.4\u00a0万人" {
		t.Errorf("the card prints %q", got)
	}
}

func TestRows_of_a_figure_name_nobody_whose_file_is_closed(t *testing.T) {
	t.Parallel()
	doc := rendered(t)["zh/rows"]
	for _, words := range []string{"现在其他单位", "已注销人员"} {
		row := doc.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), words) })
		if row.Length() != 1 || row.Find("td").First().Find("a").Length() != 0 {
			t.Errorf("%s: %d rows, or a link to the file", words, row.Length())
		}
	}
	if foot := doc.Find("tfoot").Text(); !strings.Contains(foot, "238,600 人") || !strings.Contains(foot, "Σ 238,600") {
		t.Errorf("the last line is %q", foot)
	}
}

func TestGallery_serves_every_page_and_its_files(t *testing.T) {
	t.Parallel()
	h := web.Gallery()
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	index, err := goquery.NewDocumentFromReader(get("/").Body)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	links := index.Find("a")
	if links.Length() < 3*len(sample.Pages(locale.ZH)) {
		t.Fatalf("the index has %d links", links.Length())
	}
	links.Each(func(_ int, s *goquery.Selection) {
		w := get(s.AttrOr("href", ""))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", s.AttrOr("href", ""), w.Code)
		}
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("link[href],script[src],img[src],use[href]").Each(func(_ int, s *goquery.Selection) {
			path, _, _ := strings.Cut(s.AttrOr("src", s.AttrOr("href", "")), "#")
			files[path] = true
		})
	})
	for path := range files {
		if w := get(path); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/gallery/zh/nothing", "/gallery/fr/home", "/static/app.css"} {
		if w := get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
