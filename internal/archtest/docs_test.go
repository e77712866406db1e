package archtest_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// read gives a file of the tree as text, empty if it is not there.
func (t *tree) read(name string) string {
	b, err := fs.ReadFile(t.fsys, name)
	if err != nil {
		return ""
	}
	return string(b)
}

var (
	requireLine = regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+|\S+\.\S+) (v\S+)`)
	toolLine    = regexp.MustCompile(`(?m)^\s*(?:tool )?(\S+\.\S+/\S+)$`)
	tableLine   = regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+) \| (v\S+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`)
)

// owner finds the required module that holds an import path.
func owner(required map[string]string, path string) string {
	best := ""
	for m := range required {
		if (path == m || strings.HasPrefix(path, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

// dependencyRule wants a line in docs/dependencies.md for each module that our own files import
// or run as a tool, with the version of go.mod, a licence and a reason. (The mark "indirect" of
// go.mod is not asked: it may be stale while a package is being written.)
func dependencyRule(t *tree) []string {
	gomod := t.read("go.mod")
	required := map[string]string{}
	for _, m := range requireLine.FindAllStringSubmatch(gomod, -1) {
		required[m[1]] = m[2]
	}
	direct := map[string]string{} // module → where it is used first
	for _, f := range t.files {
		for _, spec := range f.ast.Imports {
			if m := owner(required, strings.Trim(spec.Path.Value, `"`)); m != "" && direct[m] == "" {
				direct[m] = f.path
			}
		}
	}
	for _, m := range toolLine.FindAllStringSubmatch(gomod, -1) {
		if o := owner(required, m[1]); o != "" && direct[o] == "" {
			direct[o] = "go.mod, as a tool"
		}
	}
	const page = "docs/dependencies.md"
	listed := map[string]string{}
	var found []string
	for _, m := range tableLine.FindAllStringSubmatch(t.read(page), -1) {
		listed[m[1]] = m[2]
		switch required[m[1]] {
		case m[2]:
		case "":
			found = append(found, fmt.Sprintf("%s: %s is not required in go.mod", page, m[1]))
		default:
			found = append(found, fmt.Sprintf("%s: %s %s, but go.mod says %s", page, m[1], m[2], required[m[1]]))
		}
	}
	for _, m := range sortedKeys(direct) {
		if listed[m] == "" {
			found = append(found, fmt.Sprintf("%s: no line for %s, used in %s", page, m, direct[m]))
		}
	}
	return found
}

// sentences is the number of sentences of each paragraph of the article, P1 to P24, counted as
// docs/mission.md says.
var sentences = []int{1, 1, 1, 3, 3, 2, 1, 4, 4, 1, 1, 1, 3, 3, 4, 2, 1, 3, 2, 1, 4, 2, 2, 2}

// figures are the numbers of the article that docs/mission.md must show in bold, by sentence.
var figures = map[string][]string{
	"P1.1": {"680,000"}, "P5.3": {"more than 500", "277", "over 100,000"}, "P9.3": {"203"}, "P9.4": {"680,000"},
	"P12.1": {"48,400"}, "P13.1": {"23.31 million yuan"}, "P13.2": {"603,000", "218,000"}, "P13.3": {"1,115"},
	"P14.1": {"more than 300", "32"}, "P14.2": {"4", "18,000"}, "P14.3": {"2", "1,067"}, "P15.2": {"4"},
	"P15.3": {"20", "10", "266"}, "P15.4": {"4"}, "P16.2": {"10"},
	"P19.1": {"over 100 million", "over 400 million", "over 70 %", "more than 2,000", "over 50,000", "fifth", "244,000"},
	"P21.3": {"15 %", "2"}, "P22.2": {"5"}, "P23.2": {"680,000"}, "P24.1": {"6th"},
}

// requirements are the short titles of.
var requirements = []string{
	"one file per person", "source of each field", "dated employment", "organisations as a dated tree",
	"certificates", "the worker's page", "timeline of a worker", "spreadsheets in", "origin of each row",
	"killed imports", "exports", "training classes", "attendance", "new-type apprentices",
	"bases and named classes", "kinds of training", "policy as a file", "decision record", "way of a claim",
	"benefits without a claim", "what-if", "checks before payment", "public notice", "enterprise benefits",
	"question bank and drill", "team gap map", "contest scheme", "registration and draw", "judges",
	"results and appeals", "awards", "ladder of promotion", "one chain per worker", "reach of a changed mark",
	"mentor pairs", "honours", "talks and lecturers", "online lessons", "innovation projects", "pilot units",
	"tailored plan", "experience library", "work plan and campaigns", "collective bargaining", "pay scheme",
	"indicator catalogue", "annual report", "snapshots", "data-quality rules", "dashboards and portal",
	"pages for everyone", "API and command line", "login, roles, audit", "keys and 国密", "backup and verify",
	"two databases", "purpose register", "returns", "burden meter",
}

var (
	missionRow  = regexp.MustCompile(`(?m)^\| P(\d+)\.(\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`)
	requirement = regexp.MustCompile(`^R-(\d+) (.+)$`)
	quoted      = regexp.MustCompile("`([^`]+)`")
	routeText   = regexp.MustCompile(`"(?:GET )?(/[^" ]*)"`)
)

// missionRule holds docs/mission.md: every sentence once and in order, requirements by number
// and title, pages that have a route, stories that exist.
func missionRule(t *tree, perParagraph []int) []string {
	const page = "docs/mission.md"
	var want, got, found []string
	for p, n := range perParagraph {
		for s := range n {
			want = append(want, fmt.Sprintf("P%d.%d", p+1, s+1))
		}
	}
	routes := t.routes()
	for _, m := range missionRow.FindAllStringSubmatch(t.read(page), -1) {
		name := "P" + m[1] + "." + m[2]
		got = append(got, name)
		says, reqs, where, story := m[3], m[4], m[5], m[6]
		for _, v := range figures[name] {
			if !strings.Contains(says, "**"+v+"**") {
				found = append(found, fmt.Sprintf("%s: %s does not show the figure %s", page, name, v))
			}
		}
		if !strings.HasPrefix(reqs, "— (") {
			for _, r := range strings.Split(reqs, " · ") {
				found = append(found, badRequirement(page, name, r)...)
			}
		}
		for _, q := range quoted.FindAllStringSubmatch(where, -1) {
			if !slices.ContainsFunc(routes, func(r string) bool { return fits(r, q[1]) }) {
				found = append(found, fmt.Sprintf("%s: %s names the page %s, which has no route in internal/web", page, name, q[1]))
			}
		}
		for _, q := range quoted.FindAllStringSubmatch(story, -1) {
			if !slices.Contains(t.paths, "stories/"+q[1]) {
				found = append(found, fmt.Sprintf("%s: %s names the story %s, which is not in stories/", page, name, q[1]))
			}
		}
	}
	if !slices.Equal(want, got) {
		found = append(found, fmt.Sprintf("%s: sentences %q, want each once and in order: %q", page, got, want))
	}
	return found
}

// badRequirement checks one "R-n title".
func badRequirement(page, name, text string) []string {
	m := requirement.FindStringSubmatch(text)
	if m == nil {
		return []string{fmt.Sprintf("%s: %s: %q is no requirement (R-n and its title)", page, name, text)}
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n < 1 || n > len(requirements) {
		return []string{fmt.Sprintf("%s: %s: there is no R-%s", page, name, m[1])}
	}
	if m[2] != requirements[n-1] {
		return []string{fmt.Sprintf("%s: %s: R-%d is %q, not %q", page, name, n, requirements[n-1], m[2])}
	}
	return nil
}

// routes lists the paths that the pages' route list names.
func (t *tree) routes() []string {
	var routes []string
	for _, f := range t.files {
		if f.dir() != "internal/web" || f.isTest() {
			continue
		}
		for _, m := range routeText.FindAllStringSubmatch(f.text, -1) {
			routes = append(routes, m[1])
		}
	}
	return routes
}

// fits reports whether a path is one that a route pattern serves.
func fits(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	return len(a) == len(b) && slices.EqualFunc(a, b, func(x, y string) bool {
		return x == y || (strings.HasPrefix(x, "{") && x != "{$}" && y != "") || (x == "{$}" && y == "")
	})
}

func TestDependencies_each_have_a_line(t *testing.T) {
	t.Parallel()
	report(t, dependencyRule(theHouse(t)))
}

func TestMission_is_kept_true(t *testing.T) {
	t.Parallel()
	if len(requirements) != 59 {
		t.Fatalf("%d requirements, want 59", len(requirements))
	}
	report(t, missionRule(theHouse(t), sentences))
}

func TestDependencyRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	got := dependencyRule(planted(t, fstest.MapFS{
		"go.mod": {Data: []byte("module tuoxing\n\nrequire (\n\texample.org/a v1.0.0\n\texample.org/b/v2 v2.0.0 // indirect\n" +
			"\texample.org/c v1.2.0\n\texample.org/tool v1.0.0\n\texample.org/unused v1.0.0\n)\n\ntool example.org/tool/cmd/x\n")},
		"internal/x/x.go": {Data: []byte("package x\nimport (\n_ \"example.org/a/sub\"\n_ \"example.org/b/v2\"\n_ \"example.org/c\"\n)\n")},
		"docs/dependencies.md": {Data: []byte("| example.org/b/v2 | v2.0.1 | MIT | job | why |\n| example.org/c | v1.2.0 | MIT | job | why |\n" +
			"| example.org/gone | v1.0.0 | MIT | job | why |\n")},
	}))
	want(t, got, "example.org/b/v2 v2.0.1, but go.mod says v2.0.0", "example.org/gone is not required",
		"no line for example.org/a, used in internal/x/x.go", "no line for example.org/tool, used in go.mod")
}

func TestMissionRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	good := "| P1.1 | the **680,000** | R-46 indicator catalogue · R-1 one file per person | `/figures/people`, `/` | `first.txtar` |\n"
	web := "package web\nvar routes = []string{\"GET /figures/{id}\", \"GET /{$}\"}\n"
	cases := []struct{ name, page, want string }{
		{"nothing", good, ""},
		{"a sentence is missing", "", "each once and in order"},
		{"a sentence stands twice", good + good, "each once and in order"},
		{"a figure is lost", strings.Replace(good, "680,000", "many", 1), "does not show the figure 680,000"},
		{"an unknown number", strings.Replace(good, "R-46", "R-60", 1), "there is no R-60"},
		{"a wrong title", strings.Replace(good, "R-46 indicator", "R-47 indicator", 1), "R-47 is \"annual report\""},
		{"no requirement", strings.Replace(good, "R-46 ", "", 1), "is no requirement"},
		{"a page without a route", strings.Replace(good, "/figures/people", "/people", 1), "has no route"},
		{"a story that is not there", strings.Replace(good, "first", "second", 1), "second.txtar, which is not in stories/"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := missionRule(planted(t, fstest.MapFS{
				"docs/mission.md":        {Data: []byte(c.page)},
				"internal/web/web.go":    {Data: []byte(web)},
				"stories/first.txtar":    {Data: []byte("exec tuoxing\n")},
				"stories/other.txtar":    {Data: []byte("exec tuoxing\n")},
				"internal/web/x_test.go": {Data: []byte("package web\nconst r = \"GET /people\"\n")},
			}), []int{1})
			if c.want == "" {
				want(t, got)
			} else {
				want(t, got, c.want)
			}
		})
	}
}
