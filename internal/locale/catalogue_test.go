package locale

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var (
	verb    = regexp.MustCompile(`%[-+# 0]*[0-9]*(\.[0-9]+)?(\[[0-9]+\])?.?`)
	keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+$`)
)

// verbsOf gives the verbs of a text in order; a literal %% is none.
func verbsOf(text string) []string {
	return slices.DeleteFunc(verb.FindAllString(text, -1), func(v string) bool { return v == "%%" })
}

func entries(t *testing.T, lang Lang) []entry {
	t.Helper()
	all, err := readAll(files, lang)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("no words in %s", lang)
	}
	return all
}

func TestCatalogues_name_each_key_once_in_the_file_of_its_package(t *testing.T) {
	t.Parallel()
	for _, lang := range Langs {
		first := map[string]string{}
		for _, e := range entries(t, lang) {
			if at, twice := first[e.key]; twice {
				t.Errorf("%s stands in %s and in %s", e.key, at, e.file)
			}
			first[e.key] = e.file
			if !keyForm.MatchString(e.key) {
				t.Errorf("%s: the key %q is not of the form package.thing_problem", e.file, e.key)
			}
			if owner := strings.TrimSuffix(path.Base(e.file), ".json"); !strings.HasPrefix(e.key, owner+".") {
				t.Errorf("%s: the key %s belongs into another file", e.file, e.key)
			}
		}
	}
}

func TestCatalogues_have_the_same_keys_and_verbs_in_both_languages(t *testing.T) {
	t.Parallel()
	all := catalogues()
	for key, zh := range all[ZH] {
		en, ok := all[EN][key]
		if !ok {
			t.Errorf("%s has no English text", key)
			continue
		}
		if got, want := verbsOf(en), verbsOf(zh); !slices.Equal(got, want) {
			t.Errorf("%s: verbs %q in English, %q in Chinese", key, got, want)
		}
	}
	for key := range all[EN] {
		if _, ok := all[ZH][key]; !ok {
			t.Errorf("%s has no Chinese text", key)
		}
	}
}

func TestCatalogues_are_written_plainly(t *testing.T) {
	t.Parallel()
	for _, lang := range Langs {
		for _, e := range entries(t, lang) {
			switch {
			case strings.TrimSpace(e.text) == "":
				t.Errorf("%s: %s is empty", e.file, e.key)
			case strings.ContainsAny(e.text, "!！"):
				t.Errorf("%s: %s has an exclamation mark", e.file, e.key)
			case strings.Contains(e.text, "%["):
				t.Errorf("%s: %s numbers its arguments; write them in order", e.file, e.key)
			}
			for _, v := range verbsOf(e.text) {
				if !strings.ContainsAny(v[len(v)-1:], "sdqvfc") {
					t.Errorf("%s: %s has the verb %q", e.file, e.key, v)
				}
			}
		}
	}
}

func TestReadAll_refuses_what_is_not_a_flat_object_of_texts(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not an object": `["a"]`,
		"nested":        `{"a.b": {"c": "d"}}`,
		"number":        `{"a.b": 1}`,
		"cut short":     `{"a.b": "c"`,
		"rest":          `{"a.b": "c"} x`,
		"empty":         ``,
	} {
		if _, err := readAll(fstest.MapFS{"zh/x.json": {Data: []byte(text)}}, ZH); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	got, err := readAll(fstest.MapFS{"zh/a.json": {Data: []byte(`{"a.b": "1", "a.b": "2"}`)}}, ZH)
	if err != nil || len(got) != 2 {
		t.Errorf("a key written twice gives %v, %v; want both entries", got, err)
	}
}
