package stories_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"tuoxing/internal/figure"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
	"tuoxing/internal/org"
	"tuoxing/internal/registry"
)

var update = flag.Bool("update", false, "write the generated parts of docs/formats.md")

const formats = "../docs/formats.md"

// targets are the kinds of spreadsheets in the order of the documentation.
func targets() []*intake.Target {
	s := &registry.Service{}
	return []*intake.Target{s.OrganisationsTarget(), s.RosterTarget(), s.CertificatesTarget(), s.StatisticsTarget()}
}

func TestFormats_are_those_of_the_program(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(formats)
	if err != nil {
		t.Fatal(err)
	}
	want := string(b)
	for name, text := range map[string]string{"columns": columnTables(), "rules": ruleTable(t), "ownership": ownershipTable(), "fact columns": factTable(t), "evidence": evidenceTable(), "grades": gradeTable()} {
		want = replaceBetween(t, want, "<!-- generated: "+name+" -->\n", "<!-- end -->", text)
	}
	if *update {
		if err := os.WriteFile(formats, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(strings.Split(want, "\n"), strings.Split(string(b), "\n")); diff != "" {
		t.Errorf("docs/formats.md is stale; go test ./stories -run TestFormats -update (-want +got):\n%s", diff)
	}
}

func replaceBetween(t *testing.T, text, from, to, by string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, from)
	_, after, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("%s has no part %q", formats, from)
	}
	return before + from + by + to + after
}

func columnTables() string {
	var b strings.Builder
	for _, k := range targets() {
		date := "no date needed"
		if k.NeedsDate {
			date = "needs its date (截至)"
		}
		full := "additional only"
		if k.TakesFull {
			full = "增量 or 全量"
		}
		fmt.Fprintf(&b, "\n**`%s`** · %s · %s\n\n| column | other headings | |\n|---|---|---|\n", k.Kind, date, full)
		for _, c := range k.Columns {
			title, note := c.Title, ""
			if c.Required {
				title = "**" + title + "**"
			}
			if c.Personal {
				note = "personal"
			}
			others := slices.DeleteFunc(slices.Clone(c.Synonyms), func(s string) bool { return s == c.Title })
			fmt.Fprintf(&b, "| %s | %s | %s |\n", title, strings.Join(others, ", "), note)
		}
	}
	return b.String() + "\n"
}

// evidenceTable is what speaks for two files being one person's.
func evidenceTable() string {
	zh, en := locale.New(locale.ZH), locale.New(locale.EN)
	var b strings.Builder
	b.WriteString("\n| name | 中文 | English | compares |\n|---|---|---|---|\n")
	for _, k := range registry.EvidenceKinds {
		key := "registry.evidence_" + k.Name
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Name, zh.T(key), en.T(key), k.Compares)
	}
	return b.String() + "\n"
}

func gradeTable() string {
	var b strings.Builder
	b.WriteString("\n| grade | has all of | and one of | and none of |\n|---|---|---|---|\n")
	for _, r := range registry.GradeRules() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Grade, strings.Join(r.All, ", "), strings.Join(r.Any, "; and one of "), strings.Join(r.None, ", "))
	}
	return b.String() + "\n"
}

func ownershipTable() string {
	zh, en := locale.New(locale.ZH), locale.New(locale.EN)
	var b strings.Builder
	b.WriteString("\n| 经济类型 | 中文 | English |\n|---|---|---|\n")
	for _, o := range org.Ownerships() {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", o, zh.T(o.Key()), en.T(o.Key()))
	}
	b.WriteString("\n| 单位规模 | 中文 | English |\n|---|---|---|\n")
	for _, s := range org.Sizes() {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", s, zh.T(s.Key()), en.T(s.Key()))
	}
	return b.String() + "\n"
}

// ruleTable joins the rules of the targets with the messages that the code gives under them.
func ruleTable(t *testing.T) string {
	t.Helper()
	zh, en := locale.New(locale.ZH), locale.New(locale.EN)
	said := messages(t)
	kinds := map[string][]string{}
	rules := intake.Rules()
	for _, k := range targets() {
		for _, r := range k.Rules {
			if !slices.ContainsFunc(rules, func(o intake.Rule) bool { return o.Code == r.Code }) {
				rules = append(rules, r)
			}
			kinds[r.Code] = append(kinds[r.Code], k.Kind)
		}
	}
	slices.SortStableFunc(rules, func(a, b intake.Rule) int { return cmp.Compare(a.Code, b.Code) })
	var b strings.Builder
	b.WriteString("\n| rule | kinds | what it asks | message | how to mend it | an example |\n|---|---|---|---|---|---|\n")
	for _, r := range rules {
		ms := said[r.Code]
		for _, f := range r.Faults {
			grade := "Refuse"
			if r.Code >= "I021" && r.Code < "R" {
				grade = "File"
			}
			ms = append(ms, message{grade, f})
		}
		if len(ms) == 0 {
			t.Errorf("rule %s: no code gives a message under it", r.Code)
		}
		if r.Example == "" || !zh.Has(r.Mend()) || !en.Has(r.Mend()) {
			t.Errorf("rule %s has no example or does not say how to mend", r.Code)
		}
		var lines []string
		for _, m := range ms {
			if !zh.Has(m.key) {
				t.Errorf("rule %s: message %s is in no catalogue", r.Code, m.key)
			}
			lines = append(lines, gradeWords[m.grade]+": "+cell(zh.T(m.key))+" — "+cell(en.T(m.key)))
		}
		if !zh.Has(r.Key) {
			t.Errorf("rule %s: %s is in no catalogue", r.Code, r.Key)
		}
		of := cmp.Or(strings.Join(kinds[r.Code], ", "), "all")
		fmt.Fprintf(&b, "| %s | %s | %s — %s | %s | %s — %s | %s |\n", r.Code, of, cell(zh.T(r.Key)), cell(en.T(r.Key)), strings.Join(lines, "<br>"), cell(zh.T(r.Mend())), cell(en.T(r.Mend())), cell(r.Example))
	}
	for code := range said {
		if !slices.ContainsFunc(rules, func(r intake.Rule) bool { return r.Code == code }) {
			t.Errorf("the code gives a message under %s, which no list of rules names", code)
		}
	}
	return b.String() + "\n"
}

var verbs = regexp.MustCompile(`%[sdq]|%!\w\(MISSING\)`)

// cell makes a text fit a table cell, with an ellipsis for each value.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(verbs.ReplaceAllString(s, "…"))
}

// message is one sentence that a rule may say.
type message struct{ grade, key string }

var gradeWords = map[string]string{"Refuse": "refused", "Warn": "warned", "Note": "mended", "File": "file refused"}

// messages reads from the sources of intake and registry which sentence is said under which rule.
func messages(t *testing.T) map[string][]message {
	t.Helper()
	out := map[string][]message{}
	add := func(code string, m message) {
		if !slices.Contains(out[code], m) {
			out[code] = append(out[code], m)
		}
	}
	for _, dir := range []string{"../internal/intake", "../internal/registry"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				verb, code, key, ok := remarkIn(n)
				switch {
				case !ok:
				case verb == "RefuseFault": // the rules list the faults they stand for
				default:
					add(code, message{verb, key})
				}
				return true
			})
		}
	}
	return out
}

// ruleConstants are intake's names for its own rules.
var ruleConstants = map[string]string{
	"RuleEmpty": intake.RuleEmpty, "RuleDate": intake.RuleDate, "RuleClash": intake.RuleClash, "RuleSpelling": intake.RuleSpelling,
	"RuleEncoding": intake.RuleEncoding, "RuleLength": intake.RuleLength, "RuleDuplicate": intake.RuleDuplicate, "RuleError": intake.RuleError,
	"RuleMerged": intake.RuleMerged, "RuleHidden": intake.RuleHidden,
	"RuleEscaped": intake.RuleEscaped, "RuleMonth": intake.RuleMonth, "RuleAbove": intake.RuleAbove, "RuleSerial": intake.RuleSerial, "RuleUncalculated": intake.RuleUncalculated,
}

// remarkIn recognises r.Refuse(rule, column, key, …) and its sisters. The calls inside Row itself
// pass a variable as rule and are none.
func remarkIn(n ast.Node) (verb, code, key string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) < 3 {
		return "", "", "", false
	}
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	if !isSel || !slices.Contains([]string{"Refuse", "RefuseFault", "Warn", "Note"}, sel.Sel.Name) {
		return "", "", "", false
	}
	switch a := call.Args[0].(type) {
	case *ast.BasicLit:
		code = unquote(a)
	case *ast.Ident:
		code = ruleConstants[a.Name]
	case *ast.SelectorExpr:
		code = ruleConstants[a.Sel.Name]
	}
	if lit, isLit := call.Args[2].(*ast.BasicLit); isLit {
		key = unquote(lit)
	}
	return sel.Sel.Name, code, key, code != "" && (key != "" || sel.Sel.Name == "RefuseFault")
}

func unquote(lit *ast.BasicLit) string {
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// factTable reads the order of the packed columns from the source: it is the order of the bytes.
func factTable(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/ledger/fact.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "columns" || len(spec.Values) != 1 {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			names = append(names, unquote(e.(*ast.CompositeLit).Elts[0].(*ast.BasicLit)))
		}
		return false
	})
	if len(names) != len(factNotes) {
		t.Fatalf("%d packed columns, %d notes in this test", len(names), len(factNotes))
	}
	var b strings.Builder
	b.WriteString("\n| no. | column | holds |\n|---|---|---|\n")
	for i, name := range names {
		if factNotes[i][0] != name {
			t.Errorf("packed column %d is %s, the note in this test is about %s", i+1, name, factNotes[i][0])
		}
		fmt.Fprintf(&b, "| %d | %s | %s |\n", i+1, name, factNotes[i][1])
	}
	return b.String() + "\n"
}

var factNotes = [][2]string{
	{"kind", "1 worker, 2 statistic"}, {"quantity", "signed count"}, {"amount_fen", "signed fen"},
	{"cause", "0 none, 1 new, 2 left, 3 moved, 4 risen, 5 lapsed"}, {"entry", "1 entered, 2 corrected, 3 reversed"},
	{"occurred_on", "day on which it was true"},
	{"worker_id", "the person's file; 0 for a fact without a person"}, {"employer_id", "unit"}, {"using_id", "unit that uses a dispatched worker"},
	{"union_id", "district, zone or industry union of that day"}, {"district", "division code"}, {"industry", "class of GB/T 4754-2017"},
	{"ownership", "code"}, {"size", "1–4"}, {"occupation", "2022 classification"}, {"rank", "0–8, valid that day"}, {"rank_ever", "0–8, ever held"},
	{"sex", "1 male, 2 female"}, {"birth_month", "month"}, {"member", "1 union member"}, {"worker_class", "code of the worker class"},
	{"subject_id", "the module's own row"}, {"import_id", "the file it came from"}, {"line", "sheet and row in it"},
	{"reverses_block", "the fact it takes back"}, {"reverses_position", "its position"},
}

// fenced gives the blocks of a language in the documentation.
func fenced(t *testing.T, lang string) []string {
	t.Helper()
	b, err := os.ReadFile(formats)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+lang+"\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestFormats_examples_of_data_files_can_be_read(t *testing.T) {
	t.Parallel()
	blocks := fenced(t, "yaml")
	if len(blocks) != 5 {
		t.Fatalf("%d yaml examples, want indicators, worker classes, the precedence of sources, kinds of conflicts and purposes", len(blocks))
	}
	c, err := figure.ReadCatalogue([]byte(blocks[0]))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.List()); n != 3 {
		t.Errorf("%d indicators in the example, want 3", n)
	}
	if _, err := registry.ReadClasses([]byte(blocks[1])); err != nil {
		t.Error(err)
	}
	if _, err := registry.ReadPrecedence([]byte(blocks[2])); err != nil {
		t.Error(err)
	}
	if _, err := registry.ReadConflicts([]byte(blocks[3])); err == nil || !strings.Contains(err.Error(), "1 of 7 stand there") { // the example leaves the others out
		t.Errorf("the kinds of conflicts: %v", err)
	}
	if p, err := intake.ReadPurposes([]byte(blocks[4])); err != nil || len(p.Fields) != 1 {
		t.Errorf("%d purposes in the example, want 1 (%v)", len(p.Fields), err)
	}
}

// schema is the part of JSON Schema that the test looks at.
type schema struct {
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	Defs       map[string]schema `json:"$defs"`
	Enum       []string          `json:"enum"`
}

func readSchema(t *testing.T, name string) schema {
	t.Helper()
	b, err := os.ReadFile("../docs/schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// keys are the names that the YAML reader knows in a struct.
func keys(v any) []string {
	var out []string
	ty := reflect.TypeOf(v)
	for i := range ty.NumField() {
		if name := ty.Field(i).Tag.Get("yaml"); name != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func TestSchemas_name_what_the_program_reads(t *testing.T) {
	t.Parallel()
	ind := readSchema(t, "indicator.schema.json").Defs
	class := readSchema(t, "worker_class.schema.json").Properties["versions"].Items
	cases := []struct {
		name   string
		schema schema
		reads  any
	}{
		{"indicator", ind["indicator"], figure.Indicator{}},
		{"count", ind["indicator"].Properties["count"], figure.Count{}},
		{"ratio", ind["indicator"].Properties["ratio"], figure.Ratio{}},
		{"condition", ind["condition"], figure.Condition{}},
		{"version", *class, registry.ClassVersion{}},
		{"class", *class.Properties["classes"].Items, registry.ClassRule{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for k := range c.schema.Properties {
				got = append(got, k)
			}
			slices.Sort(got)
			if diff := gocmp.Diff(keys(c.reads), got); diff != "" {
				t.Errorf("properties (-read +schema):\n%s", diff)
			}
		})
	}
	for _, d := range ind["dimension"].Enum {
		if !ledger.IsDim(ledger.Dim(d)) {
			t.Errorf("the schema knows the dimension %s, the ledger does not", d)
		}
	}
}
