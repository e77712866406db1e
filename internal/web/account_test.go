package web_test

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/testkit/world"
)

// The way of an account over the pages: made with a slip, found, changed, locked, unlocked, a password shown once, closed.
func TestUsers_are_managed_over_the_pages(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	admin := w.Client(t, world.City)
	form := url.Values{"login": {"xinshou"}, "name": {"新手"}, "role": {"district"}, "unit": {"无此单位"}, "site": {"https://tuoxing.example.cn"}}
	bad := page(t, admin.Form("/users", form), 422)
	if got := bad.Find("#f-login").AttrOr("value", ""); got != "xinshou" {
		t.Errorf("the login typed is %q", got)
	}
	has(t, words(bad.Find(".tx-alert")), "无此单位")
	form.Set("unit", "丹阳市总工会")
	slip := page(t, admin.Form("/users", form), 200)
	has(t, words(slip.Find(".tx-slip")), "新手 · 丹阳市总工会", "xinshou")
	code := regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5,6}){4}`).FindString(slip.Find(".tx-slip").Text())
	if _, _, err := w.Accounts.Activate(t.Context(), account.ActivateInput{Login: "xinshou", Code: code, Password: "Kuai-Le-2024"}, ""); err != nil {
		t.Fatalf("the code %q: %v", code, err)
	}

	list := page(t, admin.Get("/users?q=xinshou&under=丹阳市总工会&state=active"), 200)
	if rows := list.Find("tbody tr"); rows.Length() != 1 || list.Find(".tx-chips li").Length() != 3 {
		t.Errorf("%d rows, %d filters", rows.Length(), list.Find(".tx-chips li").Length())
	}
	at := list.Find("tbody a").First().AttrOr("href", "")
	show := page(t, admin.Get(at), 200)
	has(t, words(show.Find("main")), "辖市（区）总工会", "丹阳市总工会", "在用", "在线登录")
	ask := page(t, admin.Get(at+"/lock"), 200)
	has(t, words(ask.Find(".tx-harm")), "不能再登录，直到解锁", "结束现在的 1 个登录", "记入审计日志")
	if got := led(t, admin.Form(at+"/lock", nil)); got != at+"?said=lock" {
		t.Errorf("led to %s", got)
	}
	locked := page(t, admin.Get(at+"?said=lock"), 200)
	has(t, words(locked.Find("main")), "账号已锁定。", "锁定时间", "现在没有登录")
	led(t, admin.Form(at+"/unlock", nil))

	wrong := page(t, admin.Form(at+"/set", url.Values{"name": {"老手"}, "role": {"enterprise_hr"}, "unit": {"句容市总工会"}}), 422)
	if got := wrong.Find("#f-name").AttrOr("value", ""); got != "老手" || wrong.Find("#f-unit-problem").Length() != 1 {
		t.Errorf("the name typed is %q", got)
	}
	led(t, admin.Form(at+"/set", url.Values{"name": {"老手"}, "role": {"district"}, "unit": {"句容市总工会"}}))
	given := admin.Form(at+"/password", nil)
	password := page(t, given, 200).Find("textarea").Text()
	if _, _, err := w.Accounts.Login(t.Context(), "xinshou", password, ""); err != nil || !strings.Contains(given.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("the password %q: %v", password, err)
	}
	has(t, words(page(t, admin.Get(at), 200).Find(".tx-pairs")), "句容市总工会", "初始密码，尚未修改")
	led(t, admin.Form(at+"/close", nil))
	closed := page(t, admin.Get(at), 200)
	has(t, words(closed.Find("main")), "老手", "已关闭", "账号已关闭，不能再改")
	if n := closed.Find("main .btn").Length(); n != 0 {
		t.Errorf("a closed account has %d buttons", n)
	}
	own := page(t, admin.Get("/users/"+strconv.FormatInt(w.Actor(t, world.City).UserID, 10)), 200)
	has(t, words(own.Find("main")), "请由另一位管理员办理")
}

// A form with several mistakes is told all of them at once, those of the unit and of the address on the slip too, and keeps what was
// typed; nobody is made.
func TestNewUser_is_told_all_that_is_wrong_at_once(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	admin := w.Client(t, world.City)
	form := func(login, name, role, unit, site string) url.Values {
		return url.Values{"login": {login}, "name": {name}, "role": {role}, "unit": {unit}, "site": {site}}
	}
	const right = "http://192.0.2.1:8080"
	for _, c := range []struct {
		what  string
		form  url.Values
		wrong []string
	}{
		{"everything", form("a", "", "king", "西方眼镜厂", "ftp://x"), []string{"login", "name", "role", "unit", "site"}},
		{"unit and site", form("xinren", "新人", "district", "西方眼镜厂", "x"), []string{"unit", "site"}},
		{"no unit, and site", form("xinren", "新人", "district", "", "x"), []string{"unit", "site"}},
		{"name and a unit of another kind", form("xinren", "", "enterprise_hr", "丹阳市总工会", right), []string{"name", "unit"}},
		{"login and unit", form("13900000001", "新人", "district", "西方眼镜厂", right), []string{"login", "unit"}},
		{"site alone", form("xinren", "新人", "district", "丹阳市总工会", ""), []string{"site"}},
	} {
		doc := page(t, admin.Form("/users", c.form), 422)
		var got []string
		for _, name := range []string{"login", "name", "role", "unit", "site"} {
			if doc.Find("#f-"+name+"-problem").Length() == 1 {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, c.wrong) {
			t.Errorf("%s: told of %v, want %v", c.what, got, c.wrong)
		}
		if n := doc.Find(".tx-alert li, .tx-alert a").Length(); doc.Find(".tx-alert").Length() == 0 || len(c.wrong) > 1 && n < len(c.wrong) {
			t.Errorf("%s: summed up in %d lines", c.what, n)
		}
		if got := doc.Find("#f-unit").AttrOr("value", ""); got != c.form.Get("unit") {
			t.Errorf("%s: the unit typed is %q", c.what, got)
		}
	}
	if list := page(t, admin.Get("/users?q=xinren"), 200); list.Find("tbody tr").Length() != 0 {
		t.Error("an account was made")
	}
	if a := w.Client(t, world.SysAdmin).Form("/users", form("a", "", "city", "西方眼镜厂", "x")); a.Status != 403 {
		t.Errorf("a role above, with mistakes: status %d", a.Status)
	}
}

// The headings of the list sort it and keep its filters, and its pages hold everybody once.
func TestUsers_are_listed_page_by_page(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	admin := w.Client(t, world.City)
	for i := range 60 {
		_, err := w.Accounts.Add(t.Context(), w.Actor(t, world.City), account.CreateInput{Login: "gang" + strconv.Itoa(i), Name: "岗位", Role: account.District, Unit: w.Unit(t, "丹阳市总工会")})
		if err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	at, pages := "/users?role=district&sort=-created", 0
	for at != "" {
		doc := page(t, admin.Get(at), 200)
		doc.Find("tbody th .tx-secret").Each(func(_ int, s *goquery.Selection) {
			if seen[s.Text()] {
				t.Errorf("%s stands twice", s.Text())
			}
			seen[s.Text()] = true
		})
		if got := doc.Find("th[aria-sort=descending]").Length(); got != 1 {
			t.Errorf("%d columns are sorted", got)
		}
		at = doc.Find("a[rel=next]").AttrOr("href", "")
		pages++
	}
	if len(seen) != 62 || pages < 2 { // with those of Danyang and Jurong
		t.Errorf("%d accounts on %d pages", len(seen), pages)
	}
	book := admin.Get("/users.csv?role=district")
	if book.Status != 200 || !strings.Contains(string(book.Body), "合计 62 行") {
		t.Errorf("the file: %d %.200s", book.Status, book.Body)
	}
}

func TestTokens_are_made_and_revoked_by_their_user(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.Danyang)
	has(t, words(page(t, c.Get("/tokens"), 200).Find("main")), "没有令牌", "还可以建立 10 个")
	until := (date.On(w.DB.Now()) + 30).String()
	form := url.Values{"name": {""}, "until": {until}, "right": {"org.read"}, "unit": {"句容市总工会"}}
	bad := page(t, c.Form("/tokens", form), 422)
	has(t, words(bad.Find(".tx-alert")), "用途应为 1 至 40 个字", "没有这个单位")
	if _, on := bad.Find("input[value='org.read']").Attr("checked"); !on || bad.Find("#f-until").AttrOr("value", "") != until {
		t.Error("what was typed is gone")
	}
	form.Set("name", "报表程序")
	form.Set("unit", "丹阳新光眼镜有限公司")
	given := c.Form("/tokens", form)
	key := page(t, given, 200).Find("textarea").Text()
	if !account.IsToken(key) || !strings.Contains(given.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("given is %q", key)
	}
	units := c.As(key).Get("/api/v1/units")
	if units.Status != 200 || !strings.Contains(string(units.Body), "丹阳新光眼镜有限公司") || strings.Contains(string(units.Body), "丹阳恒远机械有限公司") {
		t.Errorf("the program sees %d %.300s", units.Status, units.Body)
	}
	list := c.Get("/tokens")
	hasNot(t, list, key)
	doc := page(t, list, 200)
	has(t, words(doc.Find("tbody")), "报表程序", "只限丹阳新光眼镜有限公司及下级", "查看单位", "可用")
	ask := doc.Find("tbody a").AttrOr("href", "")
	has(t, words(page(t, c.Get(ask), 200).Find(".tx-harm")), "不能恢复")
	if got := led(t, c.Form(ask, nil)); got != "/tokens?said=revoked" {
		t.Errorf("led to %s", got)
	}
	if a := c.As(key).Get("/api/v1/units"); a.Status != 401 {
		t.Errorf("a revoked token: %d", a.Status)
	}
	seen := page(t, w.Client(t, world.City).Get("/users/"+strconv.FormatInt(w.Actor(t, world.Danyang).UserID, 10)), 200)
	has(t, words(seen.Find("main")), "报表程序", "已吊销")
}

// The log is found by its filters, tells without names of people, and an altered entry is named on the page.
func TestAudit_is_searched_and_verified_over_its_page(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	p := w.Person(t, "逄立恒")
	if a := w.Client(t, world.Danyang).Form("/workers/"+p.ID.String()+"/show", url.Values{"field": {"phone"}, "reason": {"verify"}}); a.Status != 200 {
		t.Fatal(a.Status)
	}
	c := w.Client(t, world.AuditAdmin)
	a := c.Get("/audit?kind=worker&act=worker.reveal&id=" + p.ID.String())
	hasNot(t, a, "逄立恒", p.Number)
	doc := page(t, a, 200)
	has(t, words(doc.Find("tbody")), "丹阳业务员", "danyang", "查看完整号码", "职工档案", p.ID.String(), "phone")
	if n := doc.Find("tbody a").Length(); n != 0 {
		t.Errorf("%d links lead into business data", n)
	}
	if n := doc.Find(".tx-chips li").Length(); n != 3 {
		t.Errorf("%d filters", n)
	}
	for i := range 60 {
		if err := audit.Read(t.Context(), w.DB, 0, "worker.search", "", map[string]int{"letters": i}); err != nil {
			t.Fatal(err)
		}
	}
	first := page(t, c.Get("/audit"), 200)
	next := first.Find("a[rel=next]").AttrOr("href", "")
	if second := page(t, c.Get(next), 200); second.Find("tbody tr").Length() == 0 || words(second.Find("tbody")) == words(first.Find("tbody")) {
		t.Error("the second page is the first, or empty")
	}
	has(t, words(page(t, c.Get("/audit?from=2023-05-01&to=2023-04-01"), 422).Find(".tx-alert")), "截止日早于起始日")
	has(t, words(page(t, c.Get("/audit?who=stranger"), 422).Find("main")), "没有账号“stranger”", "日志链")
	if _, err := audit.Seal(t.Context(), w.DB); err != nil { // as a server does every few seconds
		t.Fatal(err)
	}
	if got := led(t, c.Form("/audit/verify", url.Values{"anew": {"1"}})); got != "/audit?said=checked" {
		t.Errorf("led to %s", got)
	}
	has(t, words(page(t, c.Get("/audit?said=checked"), 200).Find("main")), "核验一致", "第 1 至")
	if _, err := w.DB.Writer().ExecContext(t.Context(), "UPDATE audit_entry SET action = 'worker.open' WHERE number = 2"); err != nil {
		t.Fatal(err)
	}
	broken := page(t, c.Form("/audit/verify", url.Values{"anew": {"1"}}), 409)
	has(t, words(broken.Find(".tx-alert")), "第 2 条", "与封存时不一致")
}
