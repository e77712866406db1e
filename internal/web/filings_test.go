package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/date"
	"tuoxing/internal/filing"
	"tuoxing/internal/intake"
	"tuoxing/internal/locale"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web/page/account"
	"tuoxing/internal/web/part"
	"tuoxing/internal/web/sample"
)

func callForm(step string) url.Values {
	return url.Values{"title": {"四月花名册"}, "kind": {"roster"}, "as_of": {"2023-04-09"}, "due_on": {"2023-04-28"}, "unit_kind": {"enterprise"}, "step": {step}}
}

func TestFilings_are_asked_after_a_look_sent_by_the_firm_and_confirmed(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	district, firm := w.Client(t, world.Danyang), w.Client(t, world.Firm)
	page(t, district.Get("/filings/new"), 200)
	bad := page(t, district.Form("/filings", url.Values{"title": {""}, "kind": {"roster"}, "as_of": {"4月9日?"}, "step": {"preview"}}), 422)
	has(t, words(bad.Find("main")), "4月9日?")
	seen := page(t, district.Form("/filings", callForm("preview")), 200)
	has(t, words(seen.Find(".tx-alert")), "将布置给 3 家单位", "其中 2 家还没有账号", "丹阳恒远机械有限公司")
	if got := seen.Find("input[name=title]").AttrOr("value", ""); got != "四月花名册" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if doc := page(t, district.Get("/filings"), 200); doc.Find("tbody tr").Length() != 0 {
		t.Error("a look alone asked somebody")
	}
	to := led(t, district.Form("/filings", callForm("ask")))
	doc := page(t, district.Get(to), 200)
	has(t, words(doc.Find("main")), "已布置，本范围内应报 3 家", "未报 3 · 已报 0 · 退回 0 · 已确认 0")
	at, _, _ := strings.Cut(to, "?")
	if doc = page(t, district.Form("/filings", callForm("ask")), 409); !strings.Contains(words(doc.Find(".tx-alert")), "没有可布置的单位") {
		t.Error("the same sheet is asked twice")
	}

	// The firm sees its own part and nothing of the others.
	mine := firm.Get("/filings")
	hasNot(t, mine, "恒远", "云帆")
	doc = page(t, mine, 200)
	has(t, words(doc.Find("main")), "我的报送", "四月花名册", "未报")
	hasNot(t, firm.Get(at), "恒远", "云帆", "应报 3")
	has(t, words(page(t, firm.Get("/"), 200).Find(".tx-next")), "有 1 项报送待办：四月花名册")
	form := page(t, firm.Get(href(t, doc, "a.btn-primary", "去报送")), 200)
	if on := form.Find("input[name=on]").AttrOr("value", ""); on != "2023-04-09" || form.Find("input[name=kind][checked]").AttrOr("value", "") != "roster" || form.Find("select[name=unit] option[selected]").AttrOr("value", "") != w.Unit(t, "丹阳新光眼镜有限公司").String() {
		t.Errorf("the form begins with the day %q", on)
	}
	one := href(t, doc, "h2 a", "四月花名册")
	wrong := page(t, firm.Form(one+"/ask", url.Values{"until": {"2023-04-01"}, "reason": {""}}), 422)
	has(t, words(wrong.Find("form[action$='/ask']")), "延期应晚于现在的期限", "请填写理由")
	if got := wrong.Find("form[action$='/ask'] input[name=until]").AttrOr("value", ""); got != "2023-04-01" {
		t.Errorf("what was typed is lost: %q", got)
	}
	wrong.Find(".tx-alert a").Each(func(_ int, s *goquery.Selection) {
		if wrong.Find(s.AttrOr("href", "")).Length() != 1 {
			t.Errorf("%s leads nowhere", s.AttrOr("href", ""))
		}
	})
	led(t, firm.Form(one+"/ask", url.Values{"until": {"2023-05-08"}, "reason": {"系统升级"}}))
	asks := page(t, district.Get(at+"?state=asking"), 200)
	has(t, words(asks.Find("tbody")), "新光", "申请延至 2023-05-08")
	if asks.Find("tbody tr").Length() != 1 || !strings.Contains(words(asks.Find(".tx-chips")), "申请延期") {
		t.Error("the filter does not hold, or is not shown")
	}
	led(t, district.Form(one+"/extend", url.Values{"until": {"2023-05-05"}, "reason": {"同意"}}))

	imp := led(t, firm.Upload("/imports", "花名册.csv", []byte("姓名,身份证号,单位名称,岗位类别\n赵一,329901198001150014,丹阳新光眼镜有限公司,生产操作\n"),
		[2]string{"kind", "roster"}, [2]string{"on", "2023-04-09"}, [2]string{"full", "0"}, [2]string{"unit", w.Unit(t, "丹阳新光眼镜有限公司").String()}))
	var id intake.ImportID
	if err := id.UnmarshalText([]byte(strings.TrimPrefix(imp, "/imports/"))); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); !w.Wait(t, id, intake.Staged).Tried; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the file is never tried out")
		}
	}
	led(t, firm.Form(imp+"/apply", nil))
	w.Wait(t, id, intake.Applied)
	has(t, words(page(t, district.Get(one), 200).Find(".tx-split")), "已报")
	ids := page(t, district.Get(at), 200).Find("input[name=filing]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("value", "") })
	has(t, words(page(t, district.Form(at+"/confirm", url.Values{"filing": ids}), 422).Find(".tx-alert")), "丹阳恒远机械有限公司 · ", "丹阳云帆物流有限公司 · ", "只有“已报”的才能确认")
	has(t, words(page(t, district.Form(at+"/confirm", nil), 422).Find(".tx-alert")), "请至少选择一家单位")
	led(t, district.Form(at+"/confirm", url.Values{"filing": {strings.TrimPrefix(one, "/filings/")}}))
	has(t, words(page(t, district.Get(one), 200).Find("main")), "已确认", "新光经办", "系统升级", "同意延期")
	rem := page(t, district.Get(at+"/remind"), 200)
	has(t, rem.Find("#f-zh").Text(), "还有 2 家单位未报", "丹阳恒远机械有限公司")
	if text := rem.Find("textarea").Text(); strings.Contains(text, "新光") || regexp.MustCompile(`\d{11}`).MatchString(text) {
		t.Errorf("the reminder names who has sent, or a phone: %s", text)
	}
	hasNot(t, district.Get(at+"/remind?counts=1"), "恒远机械")
}

func TestFilings_list_goes_on_page_by_page_in_one_order_and_offers_no_other(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c, _, err := w.Filings.CreateCall(t.Context(), w.Actor(t, world.City), filing.CallInput{Title: "名册", Kind: "roster", AsOf: date.Of(2023, 4, 9), DueOn: date.Of(2023, 4, 28)})
	if err != nil {
		t.Fatal(err)
	}
	city, at := w.Client(t, world.City), "/filings/calls/"+c.ID.String()
	doc := page(t, city.Get(at), 200)
	names := doc.Find("tbody th a").Map(func(_ int, s *goquery.Selection) string { return words(s) })
	if len(names) != 6 || doc.Find("thead a,thead [aria-sort]").Length() != 0 {
		t.Errorf("%v, or the list can be sorted", names)
	}
	last := page(t, city.Get(at+"?after="+w.Unit(t, names[3]).String()), 200)
	if rest := last.Find("tbody th a").Map(func(_ int, s *goquery.Selection) string { return words(s) }); strings.Join(rest, " ") != strings.Join(names[4:], " ") {
		t.Errorf("behind %s stand %v, want %v", names[3], rest, names[4:])
	}
	has(t, words(last.Find(".tx-pager")), "第 5–6 条，共 6 条")
	chips := page(t, city.Get(at+"?state=unsent&union="+w.Unit(t, "句容市总工会").String()), 200)
	has(t, words(chips.Find(".tx-chips")), "未报", "句容市总工会")
	if chips.Find("tbody tr").Length() != 2 {
		t.Error("the union's filter does not hold")
	}
	hasNot(t, w.Client(t, world.Danyang).Get(at+"?union="+w.Unit(t, "句容市总工会").String()), "句容市总工会", "句容青山")
	page(t, city.Get(at+"?state=late"), 422)
}

func TestSlips_are_shown_once_and_open_the_account(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	admin := w.Client(t, world.SysAdmin)
	form := url.Values{"role": {"enterprise_hr"}, "site": {"https://tuoxing.example.cn"}, "step": {"preview"}, "list": {"丹阳恒远机械有限公司\r\n无此厂"}}
	has(t, words(page(t, admin.Form("/users/bulk", form), 422).Find("main")), "第 2 行“无此厂”")
	form.Set("list", "丹阳恒远机械有限公司")
	has(t, words(page(t, admin.Form("/users/bulk", form), 200).Find(".tx-alert")), "将开通 1 个账号")
	form.Set("site", "tuoxing")
	has(t, words(page(t, admin.Form("/users/bulk", form), 422).Find("main")), "http://")
	form.Set("site", "https://tuoxing.example.cn/")
	form.Set("step", "make")
	a := admin.Form("/users/bulk", form)
	if a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("slips may be kept: %v", a.Header)
	}
	slip := page(t, a, 200).Find(".tx-slip")
	if slip.Length() != 1 || slip.Find("svg.tx-qr path").Length() != 1 {
		t.Fatalf("%d slips", slip.Length())
	}
	login, code := words(slip.Find("b").Eq(0)), words(slip.Find("b").Eq(1))
	has(t, words(slip), "丹阳恒远机械有限公司", "https://tuoxing.example.cn/activate", "企业经办")
	again := admin.Form("/users/bulk", form)
	hasNot(t, again, code)
	has(t, words(page(t, again, 200).Find(".tx-empty")), "没有需要开通的账号")
	waiting := admin.Get("/users/bulk")
	hasNot(t, waiting, code)
	pending := page(t, waiting, 200)
	has(t, words(pending.Find("tbody")), login)
	id := pending.Find("input[name=user]").AttrOr("value", "")
	fresh := page(t, admin.Form("/users/slips", url.Values{"user": {id}, "site": {"https://tuoxing.example.cn"}}), 200)
	now := words(fresh.Find(".tx-slip b").Eq(1))
	page(t, admin.Form("/users/slips", url.Values{"site": {"https://tuoxing.example.cn"}}), 422)

	nobody := w.Client(t, "")
	page(t, nobody.Get("/activate"), 200)
	try := func(code, password, again string) *world.Answer {
		return nobody.Form("/activate", url.Values{"login": {login}, "code": {code}, "password": {password}, "again": {again}})
	}
	wrong := try(code, "Heng-Yuan-2023", "Heng-Yuan-2023")
	has(t, words(page(t, wrong, 401).Find("form")), "账号或激活码不正确")
	hasNot(t, wrong, "Heng-Yuan-2023")
	page(t, try(now, "Heng-Yuan-2023", "Heng-Yuan-2024"), 422)
	has(t, words(page(t, try(now, "weak", "weak"), 422).Find("form")), "密码至少 8 位")
	in := try(now, "Heng-Yuan-2023", "Heng-Yuan-2023")
	if led(t, in) != "/" || !strings.Contains(in.Header.Get("Set-Cookie"), world.SessionCookie+"=") {
		t.Errorf("activated: %v", in.Header)
	}
	page(t, try(now, "Heng-Yuan-2023", "Heng-Yuan-2023"), 401)
	if got := led(t, nobody.Form("/login", url.Values{"user": {login}, "password": {"Heng-Yuan-2023"}})); got != "/" {
		t.Errorf("the new password leads to %s", got)
	}
	page(t, admin.Form("/users/slips", url.Values{"user": {id}, "site": {"https://tuoxing.example.cn"}}), 409)
	for _, secret := range []string{code, now, "Heng-Yuan-2023"} {
		if strings.Contains(string(w.Logs.Bytes()), secret) {
			t.Error("the log holds a code or password")
		}
	}
}

// A run of 2,000 is drawn while one waits, and the page is written as it is drawn.
func TestSlips_of_two_thousand_firms_are_drawn_in_seconds(t *testing.T) {
	t.Parallel()
	p := account.SlipsPage{Base: sample.Base(locale.ZH, "/users/bulk"), Site: "https://tuoxing.example.cn/activate"}
	start := time.Now()
	for range 2000 {
		qr, err := part.NewQR(p.Site + "#ma1dy0014-hr/7K2QM-XR4VT-9HBNC-0WZSE-6YJ3PA")
		if err != nil {
			t.Fatal(err)
		}
		p.Slips = append(p.Slips, account.Slip{Unit: "丹阳新光眼镜有限公司", Login: "ma1dy0014-hr", Code: "7K2QM-XR4VT-9HBNC-0WZSE-6YJ3PA", Until: date.Of(2023, 5, 10), QR: qr})
	}
	var out widest
	if err := account.Slips(p).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("2,000 slips: %.1f MB in %s, at most %d bytes at once", float64(out.all)/1e6, took, out.once)
	if took > time.Minute || out.all < 1e6 || out.once > 1<<20 {
		t.Errorf("%d bytes in %s, %d at once", out.all, took, out.once)
	}
}

// widest measures what is written at once.
type widest struct{ all, once int }

func (w *widest) Write(b []byte) (int, error) {
	w.all, w.once = w.all+len(b), max(w.once, len(b))
	return len(b), nil
}
