package web_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/testkit/world"
)

var chinese = regexp.MustCompile(`\p{Han}+`)

// unmarked gives the Chinese of an English page that is not marked as such: its texts, and what a
// screen reader says beside them. An original on hover (title) cannot be marked.
func unmarked(doc *goquery.Document) []string {
	doc = goquery.CloneDocument(doc)
	doc.Find("[lang|=zh]").Remove()
	text := words(doc.Find("body")) // the title of a window cannot be marked in parts
	doc.Find("[placeholder],[alt]").Each(func(_ int, s *goquery.Selection) {
		text += "\n" + s.AttrOr("placeholder", "") + s.AttrOr("alt", "")
	})
	return chinese.FindAllString(text, -1)
}

func TestUnmarked_finds_Chinese_that_is_not_marked(t *testing.T) {
	t.Parallel()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(`<html lang="en"><body><p>张三 <b lang="zh-CN">李四</b> <i lang="zh">王五</i><input placeholder="姓名"></p></body></html>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(unmarked(doc), " "); got != "张三 姓名" {
		t.Errorf("found %q", got)
	}
}

var (
	digits   = regexp.MustCompile(`\d+`)
	anything = regexp.MustCompile(`=[^&]*`)
)

// kindOf is what two addresses of one sort of page share, so that a walk ends.
func kindOf(path string) string {
	at, query, _ := strings.Cut(path, "?")
	keys := strings.Split(anything.ReplaceAllString(query, ""), "&")
	slices.Sort(keys)
	return digits.ReplaceAllString(at, "#") + "?" + strings.Join(slices.Compact(keys), "&")
}

// Whoever reads English sees pinyin, and every original is marked: on all pages that the links lead to
// from home, of an installation with people, units and files.
func TestEnglish_pages_of_a_whole_installation_mark_their_originals(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, login := range []string{world.City, world.Firm} {
		c := w.Client(t, login)
		c.Lang = "en"
		seen, asked, todo := map[string]int{}, map[string]bool{}, []string{"/", "/workers", "/duplicates", "/conflicts", "/requests", "/filings", "/users/bulk", "/purposes", "/reference", "/imports/new", "/figures/employees?by=employer", "/figures/employees?by=union&by=rank"}
		pages := 0
		for len(todo) > 0 {
			path := todo[0]
			todo = todo[1:]
			if asked[path] || seen[kindOf(path)] >= 1 {
				continue
			}
			asked[path] = true
			seen[kindOf(path)]++
			a := c.Get(path)
			if a.Status == 403 || a.Status == 303 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				continue
			}
			if a.Status != 200 {
				t.Errorf("%s: a link leads to %s, which answers %d", login, path, a.Status)
				continue
			}
			pages++
			doc := page(t, a, 200)
			if bad := unmarked(doc); len(bad) > 0 {
				t.Errorf("%s: %s shows %q", login, path, bad)
			}
			doc.Find("a[href]:not([download])").Each(func(_ int, s *goquery.Selection) {
				if u, err := url.Parse(s.AttrOr("href", "")); err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "/api/") {
					todo = append(todo, u.RequestURI())
				}
			})
		}
		if pages < 15 {
			t.Errorf("%s: only %d pages were seen", login, pages)
		}
	}
}

func TestEnglish_writes_people_and_units_in_pinyin_with_the_original(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	c.Lang = "en"
	doc := page(t, c.Get("/workers"), 200)
	row := doc.Find("tbody tr").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "逄立恒") })
	has(t, words(row), "Pang Liheng 逄立恒", "Danyang Hengyuan Jixie Youxian Gongsi")
	if got := row.Find("th [lang|=zh]").Text(); got != "逄立恒" {
		t.Errorf("the original beside the name is %q", got)
	}
	if row.Find("[title='丹阳恒远机械有限公司']").Length() != 1 {
		t.Errorf("the unit has no original: %s", words(row))
	}
	if doc := page(t, w.Client(t, world.Danyang).Get("/workers"), 200); strings.Contains(words(doc.Find("tbody")), "Pang") {
		t.Error("the Chinese page spells")
	}
}
