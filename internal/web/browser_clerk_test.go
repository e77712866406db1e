//go:build browser

package web_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tuoxing/internal/testkit/world"
)

// oddRoster has a title, headings of the firm's own, blanks in name and number, and a row of sums.
const oddRoster = `新光眼镜人员台账,,,,,
序,称呼,公安编号,在哪里干,干什么活,来厂
1,蓟　初到,329901 19970202 0225,丹阳新光眼镜有限公司,生产操作,2023.4.1
合计,1人,,,,
`

// A clerk takes in a roster whose headings nobody knows, says once what they mean, and opens the figure of the district to the person
// who came with it and to the file.
func TestBrowser_a_clerk_mends_a_roster_and_answers_a_question(t *testing.T) {
	w := world.New(t)
	srv := httptest.NewServer(w.Handler)
	t.Cleanup(srv.Close)
	ctx, complaints := chromium(t)
	file := filepath.Join(t.TempDir(), "odd.csv")
	if err := os.WriteFile(file, []byte(oddRoster), 0o600); err != nil {
		t.Fatal(err)
	}
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, c := range complaints() {
			t.Errorf("%s: %s", what, c)
		}
	}
	says := func(what, sel string, all ...string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS(sel)))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, want := range all {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in %.400q", what, want, strings.Join(strings.Fields(got), " "))
			}
		}
	}
	type css = chromedp.CSS
	do("login", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+"/imports/new"), chromedp.SendKeys(css("#f-user"), world.Danyang), chromedp.SendKeys(css("#f-password"), world.Password),
		chromedp.Click(css("form[action='/login'] button.btn-primary")), chromedp.WaitReady(css("form[action='/imports']")), chromedp.Click(css(".tx-side button[name=lang]")), chromedp.WaitReady(css("html[lang=zh-CN] #f-file")))
	do("upload", chromedp.SetValue(css("#f-on"), "2023-04-05"), chromedp.SetUploadFiles(css("#f-file"), []string{file}), chromedp.Click(css("form[action='/imports'] button.btn-primary")),
		chromedp.WaitReady(css("main a[href$='/columns']")))
	says("not read", "main", "没有找到表头")
	at, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main a[href$='/columns']").href`))
	if err != nil {
		t.Fatal(err)
	}
	do("columns", chromedp.Navigate(at+"?row=2"), chromedp.WaitReady(css("select[name=column_1]")))
	says("columns", "main", "公安编号")
	for name, means := range map[string]string{"column_1": "name", "column_2": "id_number", "column_3": "employer", "column_4": "post", "column_5": "started_on"} {
		do(name, chromedp.SetValue(css("select[name="+name+"]"), means))
	}
	do("said", chromedp.Click(css("form[action$='/columns'] button.btn-primary")), chromedp.WaitReady(css("#apply")))
	says("read", "main", "读取 1 = 通过 0 + 已修正 1 + 退回 0 + 重复 0")
	do("applied", chromedp.Click(css("#apply button.btn-primary")), chromedp.WaitReady(css(".tx-alert.tx-good")))
	do("question", chromedp.Navigate(srv.URL+"/figures/employees?on=2023-04-05&where=district%3D321181"), chromedp.WaitReady(css("main a.btn-primary[href^='/figures/employees/rows']")))
	do("who", chromedp.Click(css("main a.btn-primary[href^='/figures/employees/rows']")), chromedp.WaitReady(css("table[data-rows] tfoot")), chromedp.WaitReady(css("main a[href*='/rows.csv']")))
	says("who", "main", "蓟初到", "丹阳新光眼镜有限公司", "odd.csv")
}
