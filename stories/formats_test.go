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
	for name, text := range map[string]string{"columns": columnTables(), "rules": ruleTable(t), "ownership": ownershipTable(), "fact columns": factTable(t)} {
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
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
			kinds[r.Code] = append(kinds[r.Code], k.Kind)
		}
	}
	slices.SortStableFunc(rules, func(a, b intake.Rule) int { return cmp.Compare(a.Code, b.Code) })
	var b strings.Builder
	b.WriteString("\n| rule | kinds | what it asks | message | an example |\n|---|---|---|---|---|\n")
	for _, r := range rules {
		ms := said[r.Code]
		if len(ms) == 0 {
			t.Errorf("rule %s: no code gives a message under it", r.Code)
		}
		if examples[r.Code] == "" {
			t.Errorf("rule %s has no example in this test", r.Code)
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
		fmt.Fprintf(&b, "| %s | %s | %s — %s | %s | %s |\n", r.Code, of, cell(zh.T(r.Key)), cell(en.T(r.Key)), strings.Join(lines, "<br>"), examples[r.Code])
	}
	for code := range said {
		if !slices.ContainsFunc(rules, func(r intake.Rule) bool { return r.Code == code }) {
			t.Errorf("the code gives a message under %s, which no list of rules names", code)
		}
	}
	for code := range examples {
		if !slices.ContainsFunc(rules, func(r intake.Rule) bool { return r.Code == code }) {
			t.Errorf("an example for %s, which is no rule", code)
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

var gradeWords = map[string]string{"Refuse": "refused", "Warn": "warned", "Note": "mended"}

// ofFaults are the messages of the readers whose fault a rule passes on (RefuseFault).
var ofFaults = map[string][]string{
	"I002": {"cn.date_unreadable", "cn.date_ambiguous", "cn.date_impossible"},
	"R101": {"cn.name_length", "cn.name_digits"},
	"R102": {"cn.id_length", "cn.id_format", "cn.id_date", "cn.id_region", "cn.id_checksum", "cn.id_excel", "cn.id_excel_tail"},
	"R106": {"registry.record_unknown"},
	"R111": {"org.unknown_unit", "org.ambiguous_unit"},
	"R122": {"cn.cert_format", "cn.cert_level"},
	"R141": {"org.kind_unknown"},
	"R142": {"cn.credit_length", "cn.credit_format", "cn.credit_dept", "cn.credit_org", "cn.credit_checksum"},
	"R145": {"cn.industry_unknown"},
	"R146": {"org.ownership_unknown"},
	"R147": {"org.size_unknown"},
}

// examples show for each rule what a row looks like that it is about.
var examples = map[string]string{
	"I001": "身份证号 is empty",
	"I002": "入职日期 2023.13.1, or 5/6/2023",
	"I003": "the same ID number and employer twice, 生产操作 once and 管理 once",
	"I004": "2019.7.1 becomes 2019-07-01",
	"I005": "a name with `\uFFFD` in it, from a text opened in the wrong encoding",
	"I006": "a cell with a whole paragraph",
	"I007": "the same row twice",
	"I008": "#REF!",
	"I009": "单位名称 merged over all its people",
	"I010": "a row hidden by a filter",
	"I041": "'=示例厂 becomes =示例厂",
	"R101": "欧阳　娜 becomes 欧阳娜; 张三2 is refused",
	"R102": "15 digits become 18; 329901199001010017 is refused",
	"R103": "329901199001010016",
	"R104": "性别 男 beside an ID number with an even 17th digit",
	"R105": "an ID number that is on file under another name",
	"R106": "3299************16 without the file number of the pre-filled sheet",
	"R111": "单位名称 示例厂, of which there is none, or two",
	"R112": "a firm of Jurong in a roster sent for 丹阳市总工会",
	"R113": "岗位类别 干部",
	"R114": "工种 打杂",
	"R115": "入职日期 2023-05-01 in a roster of 2023-04-10",
	"R116": "离职日期 before 入职日期, or after the roster's day",
	"R117": "手机号码 1391234",
	"R118": "是否工会会员 也许",
	"R119": "入职日期 at 15 years of age",
	"R121": "技能等级 中级职称",
	"R122": "证书编号 12345",
	"R123": "a number whose level digit is 3 beside 技能等级 四级",
	"R124": "a number of the year 21 beside 发证日期 2020-05-20",
	"R125": "有效期至 before 发证日期",
	"R126": "所属地区 某某区",
	"R127": "a certificate number that somebody else holds",
	"R131": "指标 户籍人口",
	"R132": "数值 约四十万, or 单位 公顷",
	"R141": "单位类型 公司总部",
	"R142": "a code of 17 characters, or with a wrong check digit",
	"R143": "a code whose part of positions 9–17 fails its own check",
	"R144": "上级单位 that is neither on file nor above in the same list",
	"R145": "行业代码 9999",
	"R146": "经济类型 好企业",
	"R147": "单位规模 巨型",
	"R148": "a list sent for 丹阳市总工会 with a unit below another union",
}

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
				case verb == "RefuseFault":
					for _, k := range ofFaults[code] {
						add(code, message{"Refuse", k})
					}
					if len(ofFaults[code]) == 0 {
						t.Errorf("rule %s passes a fault on; which messages it may have is not listed in this test", code)
					}
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
	"RuleMerged": intake.RuleMerged, "RuleHidden": intake.RuleHidden, "RuleEscaped": intake.RuleEscaped,
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
	if len(blocks) != 2 {
		t.Fatalf("%d yaml examples, want indicators and worker classes", len(blocks))
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
