package registry

import (
	gocsv "encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/cn"
	"tuoxing/internal/intake"
)

// realSheets reads the headings of real sheets.
func realSheets(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/headers.yaml")
	must(t, err)
	var file struct {
		Sheets []struct {
			ID       string
			Headers  []string
			Variants map[string][]string
			Scores   []string
			Other    []string
			Pass     []string
		}
	}
	must(t, yaml.Unmarshal(b, &file))
	out := map[string][]string{}
	for _, s := range file.Sheets {
		all := slices.Concat(s.Headers, s.Scores, s.Other)
		for name, list := range s.Variants {
			out[s.ID+" "+name] = append([]string{name}, list...)
		}
		if len(s.Pass) > 0 {
			out[s.ID+" pass"] = s.Pass
		}
		if len(all) > 0 {
			out[s.ID] = all
		}
	}
	return out
}

// asKind says as which kind a real sheet is read, what is taken from it, and what is not kept.
type asKind struct{ kind, taken, notKept string }

var realKinds = map[string]asKind{
	"H-TRAINEE":       {"roster", "姓名 性别 身份证号码 联系电话", "户口性质 户口所在地"},
	"H-SCORES":        {"roster", "姓名", ""},
	"H-CERT-ROSTER":   {"certificates", "姓名 性别 身份证号码 证书编号", ""},
	"H-HIRING":        {"roster", "身份证号码 姓名 联系电话 工种(岗位)", "民族 婚姻状况 政治面貌 现住地址 户口性质 户籍市县 户籍省份"},
	"H-CRAFTSMAN":     {"roster", "姓名 性别 身份证号 工作单位 工种", "民族 政治面貌"},
	"H-CERT-TEMPLATE": {"certificates", "姓名（必填） 证件号码（必填） 职业名称（必填） 技能等级（选填） 颁发日期", ""},
	"H-UNION-MEMBER":  {"roster", "姓名 身份证号 手机号码 性别 单位名称", "民族 政治面貌 户籍类型"},
	"H-CERT-MODEL":    {"certificates", "姓名 性别 身份证号 证书编号 发证日期 有效期", ""},
	"H-CONTEST":       {"roster", "姓名 性别", ""},
	"H-CONTEST pass":  {"roster", "姓名 身份证号", ""},
	"H-SUBSIDY-SUM":   {"roster", "", ""},
	"H-CONTEST-ENTRY": {"roster", "竞赛选手姓名 性别 入厂时间 身份证号 手机号码", ""},
	"H-DRILL-RECORD":  {"roster", "姓名 性别", ""},
}

// realVariants are the columns for which a sheet names several headings: each is taken.
var realVariants = map[string]asKind{
	"H-UNION-MEMBER 身份证号": {kind: "roster"}, "H-UNION-MEMBER 手机号码": {kind: "roster"},
	"H-CERT-MODEL 工种": {kind: "certificates"}, "H-CERT-MODEL 等级": {kind: "certificates"}, "H-CERT-MODEL 证书编号": {kind: "certificates"},
}

func TestHeadings_of_real_sheets_are_taken_or_named(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for id, headings := range realSheets(t) {
		if v, ok := realVariants[id]; ok {
			for _, h := range headings {
				if rep := d.headed(v.kind, []string{h}); len(rep.Unknown)+len(rep.NotKept) > 0 {
					t.Errorf("%s: %s is not taken", id, h)
				}
			}
			continue
		}
		want, ok := realKinds[id]
		if !ok {
			t.Errorf("%s: no word about what is taken from it", id)
			continue
		}
		rep := d.headed(want.kind, headings)
		var taken []string
		for _, c := range rep.Columns {
			if slices.Contains(headings, c.Heading) {
				taken = append(taken, c.Heading)
			}
		}
		var ignored []string // for kinds of lists that come later; named in the report all the same
		for _, h := range headings {
			h = strings.ReplaceAll(h, "\n", "")
			if h != "序号" && !slices.Contains(strings.Fields(want.taken+" "+want.notKept), h) {
				ignored = append(ignored, h)
			}
		}
		for _, c := range []struct {
			what      string
			got, want []string
		}{{"taken", taken, strings.Fields(want.taken)}, {"not kept", rep.NotKept, strings.Fields(want.notKept)}, {"ignored", rep.Unknown, ignored}} {
			slices.Sort(c.got)
			slices.Sort(c.want)
			if diff := cmp.Diff(strings.Join(slices.Compact(c.want), " "), strings.Join(slices.Compact(c.got), " ")); diff != "" {
				t.Errorf("%s %s: %s", id, c.what, diff)
			}
		}
	}
}

// headed stages a sheet of these headings, completed by the required ones, and gives what was understood of it.
func (d *desk) headed(kind string, headings []string) intake.SheetReport {
	d.t.Helper()
	target := d.intake.Targets[kind]
	line := slices.Clone(headings)
	for _, c := range target.Columns {
		has := func(h string) bool {
			h = cn.FoldHeader(h)
			for _, s := range append([]string{c.Title}, c.Synonyms...) {
				if cn.FoldHeader(s) == h {
					return true
				}
			}
			return false
		}
		if c.Required && !slices.ContainsFunc(headings, has) {
			line = append(line, c.Title)
		}
	}
	var b strings.Builder
	w := gocsv.NewWriter(&b)
	must(d.t, w.Write(line))
	w.Flush()
	id, err := d.intake.Receive(d.t.Context(), everyone, "x.csv", strings.NewReader(b.String()), intake.Options{Kind: kind, AsOf: day("2023-03-31")})
	must(d.t, err)
	rep, err := d.intake.Stage(d.t.Context(), everyone, id)
	must(d.t, err)
	return rep.Sheets[0]
}

// A form of an enterprise union's system: labels and values above, the unit and the kind of post only there, the table
// from column B on.
func TestForm_gives_the_unit_that_stands_above_the_table(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	form := "技术技能竞赛报名表,,,,\n" +
		"经办人：,王五,,所在单位：,光学厂\n" +
		"联系电话：,13800000000,,参加人数：,2\n" +
		"岗位类型：生产操作,,,,\n" +
		",序号,竞赛选手姓名,性别,身份证号\n" +
		",1,王小明,男," + idOf("19900101", 11) + "\n" +
		",2,李梅,女," + idOf("19880808", 22) + "\n" +
		",备注：,,,\n"
	id, err := d.intake.Receive(d.t.Context(), everyone, "报名表.csv", strings.NewReader(form), intake.Options{Kind: "roster", AsOf: day("2023-03-31")})
	must(t, err)
	rep, err := d.intake.Stage(t.Context(), everyone, id)
	must(t, err)
	if rep.Mended != 2 || rep.Read != 2 || rep.Skipped != 1 || !spoke(rep, intake.RuleAbove, intake.GradeMend) {
		t.Errorf("%+v %+v", rep.Counts, rep.Rules)
	}
}
