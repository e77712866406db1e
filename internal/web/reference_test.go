package web_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/api"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
)

func TestReference_shows_every_operation_with_its_inputs_answers_and_a_call(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for lang, mend := range map[string]string{"zh": "怎样改正", "en": "How to mend it"} {
		c := w.Client(t, "") // as the document, it is for everybody
		doc := page(t, c.Get("/reference?lang="+lang), 200)
		operations := (&api.Server{}).Operations()
		if n := doc.Find("article.tx-operation").Length(); n != len(operations) || n < 60 {
			t.Errorf("%s: %d operations are shown of %d", lang, n, len(operations))
		}
		for _, op := range operations {
			at := doc.Find("article[id='" + op.Name + "']")
			title := at.Find("h3").Text()
			if title != op.Method+" "+op.Path || at.Find("header p").Text() == "" {
				t.Errorf("%s: %s is called %q", lang, op.Name, title)
			}
			call := at.Find("pre").Text()
			if !strings.HasPrefix(call, "curl") || strings.Contains(call, "{"+"id") || (op.Method != "GET") != strings.Contains(call, "-X "+op.Method) {
				t.Errorf("%s: %s is called by %q", lang, op.Name, call)
			}
			if op.Public == strings.Contains(call, "Bearer") {
				t.Errorf("%s: the call of %s has a token, or none: %s", lang, op.Name, call)
			}
			if strings.Contains(words(at), "%!") {
				t.Errorf("%s: %s: %s", lang, op.Name, words(at))
			}
		}
		errors := doc.Find("#errors")
		if n := errors.Find("tbody tr").Length(); n != len(fault.Kinds) {
			t.Errorf("%s: %d kinds of errors", lang, n)
		}
		errors.Find("tbody tr").Each(func(_ int, s *goquery.Selection) {
			if strings.TrimSpace(s.Find("td").Last().Text()) == "" {
				t.Errorf("%s: no way to mend: %s", lang, words(s))
			}
		})
		has(t, words(errors), mend, "fix", "urn:tuoxing:problem:not_found")
	}
}

func TestReference_says_what_an_operation_takes(t *testing.T) {
	t.Parallel()
	doc := page(t, world.New(t).Client(t, "").Get("/reference?lang=en"), 200)
	for id, want := range map[string][]string{
		"import-receive": {"POST", "multipart/form-data", "as_of", "-F file=@roster.xlsx", "-F kind=roster", "Answer 201"},
		"worker-search":  {"application/json", `{"q":"zhangsan"}`, "workers[].name"},
		"figure-show":    {"query", "by", "path", "/api/v1/figures/employees", "figures[]."},
		"worker-erase":   {"why", `-d '{"why":"reason"}'`},
	} {
		has(t, words(doc.Find("article[id='"+id+"']")), want...)
	}
}

// Every operation and every group of them has its words in both languages.
func TestReference_has_words_for_every_operation_in_every_language(t *testing.T) {
	t.Parallel()
	c := world.New(t).Client(t, "")
	for _, lang := range locale.Langs {
		p := locale.New(lang)
		for _, op := range (&api.Server{}).Operations() {
			if key := "web_reference.op_" + strings.ReplaceAll(op.Name, "-", "_"); !p.Has(key) || lang == locale.ZH && !chinese.MatchString(p.T(key)) {
				t.Errorf("%s: there is no %s", lang, key)
			}
		}
		doc := page(t, c.Get("/reference?lang="+string(lang)), 200)
		doc.Find("section.tx-section").Each(func(_ int, s *goquery.Selection) {
			if key := "web_reference.group_" + strings.TrimPrefix(s.AttrOr("id", ""), "group-"); !p.Has(key) {
				t.Errorf("%s: there is no %s", lang, key)
			}
		})
	}
}

// The English words of the catalogue are the document's own, so that neither goes stale.
func TestReference_and_document_say_the_same_of_an_operation(t *testing.T) {
	t.Parallel()
	doc := page(t, world.New(t).Client(t, "").Get("/reference?lang=en"), 200)
	written := doc.Find("article.tx-operation header p")
	summaries := map[string]string{}
	for _, op := range (&api.Server{}).Operations() {
		summaries[op.Name] = op.About
	}
	if written.Length() != len(summaries) {
		t.Fatalf("%d summaries, %d in the document", written.Length(), len(summaries))
	}
	doc.Find("article.tx-operation").Each(func(_ int, s *goquery.Selection) {
		if got, want := strings.Join(strings.Fields(s.Find("header p").Text()), " "), strings.Join(strings.Fields(summaries[s.AttrOr("id", "")]), " "); got != want {
			t.Errorf("%s: the page says %q, the document %q", s.AttrOr("id", ""), got, want)
		}
	})
}
