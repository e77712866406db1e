package stories_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// checker holds data against a JSON Schema. It knows the words that the schemas of docs/schema use
// and refuses others, so that no word is passed over in silence.
type checker struct {
	root  map[string]any
	found []string
}

func (c *checker) say(path, format string, args ...any) {
	c.found = append(c.found, path+": "+fmt.Sprintf(format, args...))
}

// check holds a value against a schema; path names the value in findings.
func (c *checker) check(path string, schema map[string]any, v any) {
	for word, want := range schema {
		switch word {
		case "$schema", "title", "description", "$defs", "format", "properties", "additionalProperties":
		case "$ref":
			defs := c.root["$defs"].(map[string]any)
			c.check(path, defs[strings.TrimPrefix(want.(string), "#/$defs/")].(map[string]any), v)
		case "type":
			if !isType(v, want.(string)) {
				c.say(path, "is no %s", want)
			}
		case "enum":
			if !slices.Contains(want.([]any), v) {
				c.say(path, "%v is none of %v", v, want)
			}
		case "const":
			if v != want {
				c.say(path, "%v is not %v", v, want)
			}
		case "oneOf":
			c.oneOf(path, want.([]any), v)
		case "required", "minProperties":
			c.object(path, word, want, v)
		case "items", "minItems", "uniqueItems":
			c.list(path, word, want, v)
		case "pattern", "minLength", "maxLength":
			c.text(path, word, want, v)
		case "minimum":
			if n, ok := v.(float64); ok && n < want.(float64) {
				c.say(path, "%v is below %v", n, want)
			}
		case "maximum":
			if n, ok := v.(float64); ok && n > want.(float64) {
				c.say(path, "%v is above %v", n, want)
			}
		default:
			c.say(path, "this test does not know the word %q", word)
		}
	}
	c.properties(path, schema, v)
}

func isType(v any, want string) bool {
	switch v := v.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case float64:
		return want == "number" || (want == "integer" && v == float64(int64(v)))
	}
	return false
}

func (c *checker) oneOf(path string, ways []any, v any) {
	fits := 0
	for _, way := range ways {
		try := &checker{root: c.root}
		if try.check(path, way.(map[string]any), v); len(try.found) == 0 {
			fits++
		}
	}
	if fits != 1 {
		c.say(path, "fits %d of the ways instead of one", fits)
	}
}

func (c *checker) object(path, word string, want, v any) {
	m, ok := v.(map[string]any)
	switch {
	case !ok:
	case word == "minProperties":
		if float64(len(m)) < want.(float64) {
			c.say(path, "has %d parts", len(m))
		}
	default:
		for _, name := range want.([]any) {
			if _, there := m[name.(string)]; !there {
				c.say(path, "lacks %s", name)
			}
		}
	}
}

func (c *checker) list(path, word string, want, v any) {
	l, ok := v.([]any)
	switch {
	case !ok:
	case word == "minItems":
		if float64(len(l)) < want.(float64) {
			c.say(path, "has %d elements", len(l))
		}
	case word == "uniqueItems":
		for i := range l {
			if slices.Contains(l[:i], l[i]) {
				c.say(path, "%v stands twice", l[i])
			}
		}
	default:
		for i := range l {
			c.check(fmt.Sprintf("%s[%d]", path, i), want.(map[string]any), l[i])
		}
	}
}

func (c *checker) text(path, word string, want, v any) {
	s, ok := v.(string)
	switch {
	case !ok:
	case word == "pattern" && !regexp.MustCompile(want.(string)).MatchString(s):
		c.say(path, "%q does not fit %s", s, want)
	case word == "minLength" && float64(utf8.RuneCountInString(s)) < want.(float64):
		c.say(path, "is too short")
	case word == "maxLength" && float64(utf8.RuneCountInString(s)) > want.(float64):
		c.say(path, "is too long")
	}
}

func (c *checker) properties(path string, schema map[string]any, v any) {
	m, ok := v.(map[string]any)
	known, _ := schema["properties"].(map[string]any)
	if !ok {
		return
	}
	for name, part := range m {
		if s, there := known[name]; there {
			c.check(path+"."+name, s.(map[string]any), part)
		} else if schema["additionalProperties"] == false {
			c.say(path, "%q is not known", name)
		}
	}
}

// against holds YAML text against a schema of docs/schema.
func against(t *testing.T, schemaFile string, text []byte) []string {
	t.Helper()
	b, err := os.ReadFile("../docs/schema/" + schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{}
	if err := json.Unmarshal(b, &c.root); err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(asJSON, &v); err != nil {
		t.Fatal(err)
	}
	c.check("", c.root, v)
	slices.Sort(c.found)
	return c.found
}

func TestSchemas_hold_for_the_data_files_and_the_examples(t *testing.T) {
	t.Parallel()
	examples := fenced(t, "yaml")
	for i, name := range []string{"figures/indicators.yaml", "figures/worker_class.yaml", "figures/precedence.yaml", "figures/conflicts.yaml", "internal/intake/purposes.yaml"} {
		schemaFile := []string{"indicator.schema.json", "worker_class.schema.json", "precedence.schema.json", "conflicts.schema.json", "purpose.schema.json"}[i]
		text, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range against(t, schemaFile, text) {
			t.Errorf("%s%s", name, f)
		}
		for _, f := range against(t, schemaFile, []byte(examples[i])) {
			t.Errorf("the example of %s%s", name, f)
		}
	}
}

func TestSchemas_refuse_what_is_wrong(t *testing.T) {
	t.Parallel()
	good := "indicators:\n  - name: a\n    title: {zh: 甲, en: A}\n    definition: {zh: 甲, en: A}\n    unit: person\n    population: p\n    count: {fact: worker}\n    by: [sex]\n"
	if got := against(t, "indicator.schema.json", []byte(good)); len(got) != 0 {
		t.Fatalf("a right catalogue is refused: %q", got)
	}
	cases := []struct{ name, old, new, want string }{
		{"a title cut at its comma", "en: A}\n    def", "en: A, of whom}\n    def", "is not known"},
		{"no definition", "    definition: {zh: 甲, en: A}\n", "", "lacks definition"},
		{"an unknown dimension", "[sex]", "[colour]", "is none of"},
		{"a dimension twice", "[sex]", "[sex, sex]", "stands twice"},
		{"a count in the unit of a rate", "unit: person", "unit: per_10k", "fits 0 of the ways"},
		{"a name with a capital", "name: a", "name: A", "does not fit"},
		{"a condition that asks nothing", "{fact: worker}", "{fact: worker, where: [{dim: sex}]}", "has 1 parts"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := against(t, "indicator.schema.json", []byte(strings.Replace(good, c.old, c.new, 1)))
			if !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("findings %q, want one with %q", got, c.want)
			}
		})
	}
}
