//go:build browser

package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// upload hands a file in over the form, as of 5 April 2023.
func (g *guide) upload(name, kind, text string) {
	g.t.Helper()
	g.see("form of an import", "/imports/new", g.p.T("web_intake.upload_note"))
	g.click("kind", "input[name=kind][value="+kind+"]")
	g.fill("#f-on", "2023-04-05")
	g.attach("#f-file", g.written(name, text))
	g.click("upload "+name, "form[action='/imports'] button.btn-primary")
}

// written puts a text into a file to upload.
func (g *guide) written(name, text string) string {
	g.t.Helper()
	file := filepath.Join(g.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	return file
}

func (g *guide) attach(sel, file string) {
	g.t.Helper()
	g.run("choose "+file, chromedp.SetUploadFiles(css(sel), []string{file}))
}

// took takes a file in as Danyang without the pages: where it is not the story.
func (g *guide) took(name, text string) {
	g.t.Helper()
	v := intake.Trusted(g.w.Actor(g.t, world.Danyang).UserID)
	id, err := g.w.Intake.Receive(g.t.Context(), v, name, strings.NewReader(text), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(g.w.Unit(g.t, "丹阳市总工会"))})
	if err == nil {
		_, err = g.w.Intake.Stage(g.t.Context(), v, id)
	}
	if err == nil {
		_, err = g.w.Intake.Apply(g.t.Context(), v, id)
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// numbered gives an ID number of the made-up prefecture its check digit.
func numbered(first17 string) string { return first17 + string(cn.IDCheckChar(first17)) }

// manyNewcomers are as many people as a page of a list does not hold, and one who is refused.
func manyNewcomers() string {
	var b strings.Builder
	b.WriteString(header)
	signs := []rune("春夏秋冬东南西北山水风云")
	for i := range 60 {
		fmt.Fprintf(&b, "蓟%c%c,%s,男,丹阳新光眼镜有限公司,91329900MA1DY0014E,生产操作,2023-04-01,1990001%04d,是\n", signs[i/12], signs[i%12], numbered(fmt.Sprintf("3299011996%02d%02d%03d", i/28+1, i%28+1, 2*i+1)), i)
	}
	b.WriteString("蓟错码,329901199702020226,女,丹阳新光眼镜有限公司,91329900MA1DY0014E,生产操作,2023-04-01,19900000103,是\n")
	return b.String()
}

func walkImport(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	g.press("imports", ".tx-side a[href='/imports']", "丹阳花名册2023年3月.csv")
	g.upload("新进职工.csv", "roster", manyNewcomers())
	g.work("tried out", "#apply", k("web_intake.apply_do", "60"), k("web_intake.problems"), "R110")
	if b := g.file("reject workbook", "a[href$='/rejects']"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("the workbook begins with %.20q", b)
	}
	g.click("apply", "#apply button.btn-primary")
	g.work("applied", ".tx-alert.tx-good", "+60", "SM3")
	g.click("undo", "form[action$='/undo/try'] button")
	g.work("figures before and after", "form.tx-harm", k("web_intake.after_undo"), "-60")
	g.fill("#f-why", "重复报送", "#f-confirm", "6")
	g.refused(422, "another number", "form.tx-harm button.btn-primary", k("web_intake.undo_type_wrong", 60))
	if got := g.value("#f-why", "value"); got != "重复报送" {
		g.t.Errorf("the reason typed is %q", got)
	}
	g.fill("#f-confirm", "60")
	g.click("undone", "form.tx-harm button.btn-primary")
	g.work("taken back", ".tx-alert.tx-warn", k("web_intake.undone_note"), "重复报送")
	g.upload("新进职工.csv", "roster", manyNewcomers())
	g.work("tried out again", "#apply")
	g.click("apply again", "#apply button.btn-primary")
	g.work("applied again", ".tx-alert.tx-good", "+60")
	g.see("people", "/workers")
	g.press("next page", ".tx-pager a[rel=next]")
	g.press("first page", ".tx-pager a[rel=first]")

	g.see("imports", "/imports")
	g.fill("select[name=state]", "applied")
	g.press("applied only", "form.tx-filter button", "新进职工.csv")
	g.press("sorted", "thead th a")
	g.files("imports", "/imports")
	g.see("form", "/imports/new")
	if b := g.file("a sheet filled in", "button[formaction='/imports/sheet']"); !strings.HasPrefix(string(b), "PK") {
		g.t.Errorf("the sheet begins with %.20q", b)
	}
}

func walkLeavers(g *guide) {
	k := g.p.T
	g.as(world.Danyang)
	at := "/imports/" + g.w.Imports[world.DanyangFull].String()
	g.see("who is missing", at, k("web_intake.leaving_text"))
	g.files("missing", at+"/leavers")
	g.click("the first", "#leavers tbody input[name=worker]")
	g.fill("#f-left_on", "2023-03-15")
	g.press("has left", "#leavers button[value=confirm]")
	g.press("not left", "#leavers a[href$='/take-back']", k("web_intake.back_line_figures"))
	g.fill("#f-why", "经核实仍在职")
	g.press("taken back", "form.tx-harm button.btn-primary", k("web_intake.leaving_text"))
}

func walkCodes(g *guide) {
	k := g.p.T
	g.as(world.City)
	g.upload("单位.csv", "organisations", "单位名称,统一社会信用代码,单位类型,上级单位,所在地区,行业代码\n丹阳老字号眼镜厂,91329900MA1DY0014F,企业,丹阳市总工会,丹阳市,3587\n")
	g.work("a code does not check", "#f-code", "91329900MA1DY0014F")
	g.click("it is right", "input[name=code]")
	g.click("checked again", "#f-code button[formaction$='/codes']")
	g.work("confirmed", "input[name=code][checked]", k("web_intake.apply_do", "1"))
	g.click("apply", "#apply button.btn-primary")
	g.work("applied", ".tx-alert.tx-good")
}

func walkTwins(g *guide) {
	k := g.p.T
	// Each with another sequence number and the phone of somebody on file: certain pairs.
	twins := header
	for _, line := range []string{"佘怀瑾,32990119730518063,男,丹阳恒远机械有限公司,91329900MA1DY00229,技术,2017-08-15,19900000007,是", "亓望舒,32990119870711084,女,丹阳云帆物流有限公司,91329900MA1DY00304,服务,2019-01-15,19900000009,否",
		"郗晚晴,32990119931206104,女,丹阳云帆物流有限公司,91329900MA1DY00304,服务,2011-03-15,19900000011,是"} {
		cells := strings.Split(line, ",")
		cells[1] = numbered(cells[1])
		twins += strings.Join(cells, ",") + "\n"
	}
	g.took("补报.csv", twins)
	g.as(world.Danyang)
	g.see("people", "/workers")
	g.press("duplicates", "a[href='/duplicates']", k("web_duplicate.none"))
	g.press("looked for", "form[action='/duplicates/find'] button", k("web_duplicate.found", 3), "佘怀瑾", "亓望舒", "郗晚晴")
	g.press("a pair", "tbody tr:nth-child(1) th a", k("web_duplicate.accept_back"))
	g.fill("#f-accept-why", "身份证号录入有误")
	g.press("one person", "form[action$='/accept'] button.btn-primary", k("registry.duplicate_accepted"))
	g.press("the question", "main a[href$='/unmerge']", k("web_duplicate.unmerge_title"))
	g.fill("#f-why", "经核实为两人")
	g.press("two again", "form.tx-harm button.btn-primary")
	g.see("duplicates again", "/duplicates")
	g.press("another pair", "tbody tr:nth-child(1) th a")
	g.fill("#f-reject-why", "两人同名")
	g.press("two people", "form[action$='/reject'] button", k("registry.duplicate_rejected"))
	g.see("duplicates once more", "/duplicates")
	g.press("the certain ones", "a[href='/duplicates/certain']", k("web_duplicate.certain_title"))
	g.fill("#f-why", "成批核对", "#f-confirm", regexp.MustCompile(`\d+`).FindString(g.text("label[for=f-confirm]")))
	g.press("merged", "form.tx-harm button.btn-primary")
}

func walkConflicts(g *guide) {
	k := g.p.T
	g.took("改名.csv", "姓名,身份证号,单位名称,岗位类别\n逄利恒,"+g.w.Person(g.t, "逄立恒").Number+",丹阳新光眼镜有限公司,生产操作\n")
	g.as(world.Danyang)
	g.press("conflicts", ".tx-side a[href='/conflicts']", "逄立恒")
	g.fill("select[name=kind]", "name_differs")
	g.press("about names", "form.tx-filter button", "逄立恒")
	g.press("one", "tbody th a", "逄利恒", k("web_conflict.decide_undo"))
	g.click("the first holds", "input[name=keep]")
	g.fill("form[action$='/decide'] input[name=why]", "核对身份证原件")
	g.press("decided", "form[action$='/decide'] button.btn-primary", "核对身份证原件", k("registry.conflict_state_decided"))
	g.fill("form[action$='/reopen'] input[name=why]", "原件有误")
	g.press("open again", "form[action$='/reopen'] button", k("registry.conflict_state_open"))
	g.see("conflicts about names", "/conflicts?kind=name_differs")
	g.click("one", "tbody input[name=conflict]")
	g.press("the question", "form[action='/conflicts/accept'] button", k("web_conflict.accept_many_title", "1"))
	g.fill("#f-why", "核对身份证原件")
	g.press("settled", "form.tx-harm button.btn-primary", k("web_conflict.said_accepted", "1"))
}
