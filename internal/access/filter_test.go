package access_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/cli"
	"tuoxing/internal/testkit/world"
	"tuoxing/internal/web"
)

// mistyped is a filter of a list that chooses what there is not, through each door that has it; the answer names the field and holds
// the words of what there is.
type mistyped struct {
	page    string   // address; empty: the pages have no such filter
	api     string   // address
	command []string // empty: the command line has none
	field   string   // as the doors call it; page/interface where they differ
	allowed []string // what the answer must name
	who     string   // login for the pages and the interface; the city when empty
}

var (
	allRoles   = []string{"city", "district", "enterprise_hr"}
	someStates = []string{"received", "staged", "applied", "undone", "refused"}
	unitKinds  = []string{"district", "industry_union", "enterprise"}
	conflicts  = []string{"two_main", "name_differs"}
)

func mistypes() []mistyped {
	return []mistyped{
		{page: "/users?role=king", api: "/users?role=king", command: []string{"user", "list", "--role", "king"}, field: "role", allowed: allRoles},
		{page: "/users?state=asleep", api: "/users?state=asleep", command: []string{"user", "list", "--state", "asleep"}, field: "state", allowed: []string{"active", "locked", "pending", "closed"}},
		{page: "/users?sort=age", api: "/users?sort=age", command: []string{"user", "list", "--sort", "age"}, field: "sort", allowed: []string{"login", "seen"}},
		{page: "/users.csv?role=king", command: []string{"export", "users", "--role", "king", "--out", "{out}"}, field: "role", allowed: allRoles},
		{page: "/users.xlsx?state=asleep", field: "state", allowed: []string{"active"}},
		{page: "/audit?act=user.crown", api: "/audit?action=user.crown", command: []string{"audit", "list", "--action", "user.crown"}, field: "act/action", allowed: []string{"user.create", "user.lock"}, who: world.AuditAdmin},
		{page: "/audit?kind=castle", api: "/audit?kind=castle", command: []string{"audit", "list", "--kind", "castle"}, field: "kind", allowed: []string{"user", "token", "import"}, who: world.AuditAdmin},
		{page: "/audit?outcome=glory", api: "/audit?outcome=glory", command: []string{"audit", "list", "--outcome", "glory"}, field: "outcome", allowed: []string{"done", "refused"}, who: world.AuditAdmin},
		{page: "/audit.csv?act=crown", command: []string{"export", "audit", "--action", "crown", "--out", "{out}"}, field: "act", allowed: []string{"user.create", "worker.open"}, who: world.AuditAdmin},
		{page: "/audit.xlsx?kind=castle", field: "kind", allowed: []string{"token"}, who: world.AuditAdmin},
		{page: "/workers?district=999999", api: "/workers?district=999999", command: []string{"export", "workers", "--district", "999999", "--out", "{out}"}, field: "district", allowed: []string{"321181", "321183"}},
		{page: "/workers?district=Danyang", field: "district", allowed: []string{"321181", "321183"}},
		{page: "/workers?rank=9", command: []string{"export", "workers", "--rank-ever", "9", "--out", "{out}"}, field: "rank", allowed: []string{"1", "8"}},
		{page: "/workers?sort=wage", api: "/workers?sort=wage", field: "sort", allowed: []string{"name", "age", "rank"}},
		{page: "/workers.csv?district=999999", field: "district", allowed: []string{"321181"}},
		{page: "/workers.xlsx?rank=high", field: "rank", allowed: []string{"8"}},
		{page: "/certificates?rank=9", command: []string{"certificates", "list", "--rank", "9"}, field: "rank", allowed: []string{"1", "8"}},
		{page: "/certificates?state=hot", api: "/certificates?state=hot", command: []string{"certificates", "list", "--state", "hot"}, field: "state", allowed: []string{"valid", "not_yet"}},
		{page: "/certificates?form=oval", api: "/certificates?form=oval", command: []string{"certificates", "list", "--form", "oval"}, field: "form", allowed: []string{"skill22", "paper"}},
		{page: "/certificates?sort=beauty", api: "/certificates?sort=beauty", command: []string{"certificates", "list", "--sort", "beauty"}, field: "sort", allowed: []string{"issued", "rank"}},
		{page: "/certificates.csv?district=999999", api: "/certificates?district=999999", command: []string{"certificates", "list", "--district", "999999"}, field: "district", allowed: []string{"321181"}},
		{page: "/certificates.xlsx?state=hot", field: "state", allowed: []string{"valid"}},
		{page: "/organisations?kind=castle", api: "/organisations?kind=castle", command: []string{"organisations", "list", "--kind", "castle"}, field: "kind", allowed: unitKinds},
		{page: "/organisations?district=999999", api: "/organisations?district=999999", command: []string{"organisations", "list", "--district", "999999"}, field: "district", allowed: []string{"321181"}},
		{page: "/organisations?size=9", command: []string{"export", "organisations", "--kind", "castle", "--out", "{out}"}, field: "size", allowed: []string{"1", "4"}},
		{page: "/organisations?ownership=555", api: "/organisations?ownership=555", field: "ownership", allowed: []string{"110", "600"}},
		{page: "/organisations?section=Z", api: "/organisations?section=Z", command: []string{"organisations", "list", "--section", "Z"}, field: "section", allowed: []string{"A", "T"}},
		{page: "/organisations?sort=beauty", api: "/organisations?sort=beauty", command: []string{"organisations", "list", "--sort", "beauty"}, field: "sort", allowed: []string{"name", "people"}},
		{page: "/organisations.csv?kind=castle", field: "kind", allowed: unitKinds},
		{page: "/organisations.xlsx?size=big", field: "size", allowed: []string{"4"}},
		{page: "/imports?kind=wishes", api: "/imports?kind=wishes", command: []string{"imports", "--kind", "wishes"}, field: "kind", allowed: []string{"roster", "certificates"}},
		{page: "/imports?state=lost", api: "/imports?state=lost", command: []string{"imports", "--state", "lost"}, field: "state", allowed: someStates},
		{page: "/imports.csv?kind=wishes", command: []string{"export", "imports", "--kind", "wishes", "--out", "{out}"}, field: "kind", allowed: []string{"roster"}},
		{page: "/imports.xlsx?state=lost", field: "state", allowed: someStates},
		{api: "/imports/{import}/problems?grade=sad", field: "grade", allowed: []string{"refuse", "mend", "warn"}},
		{page: "/duplicates?grade=sure", api: "/duplicates?grade=sure", field: "grade", allowed: []string{"certain", "likely", "possible"}},
		{page: "/duplicates?state=gone", api: "/duplicates?state=gone", command: []string{"duplicates", "list", "--state", "gone"}, field: "state", allowed: []string{"proposed", "withdrawn"}},
		{page: "/conflicts?kind=quarrel", api: "/conflicts?kind=quarrel", command: []string{"conflicts", "list", "--kind", "quarrel"}, field: "kind", allowed: conflicts},
		{page: "/conflicts?state=hot", api: "/conflicts?state=hot", command: []string{"conflicts", "list", "--state", "hot"}, field: "state", allowed: []string{"open", "decided"}},
		{page: "/conflicts?part=all", api: "/conflicts?part=all", command: []string{"conflicts", "list", "--part", "all"}, field: "part", allowed: []string{"task", "list"}},
		{page: "/conflicts?unit=nowhere", api: "/conflicts?unit=77777", field: "unit", allowed: []string{"统一社会信用代码"}},
		{page: "/requests?all=maybe", api: "/requests?all=maybe", field: "all", allowed: nil},
		{page: "/filings?sort=beauty", api: "/calls?sort=beauty", field: "sort", allowed: []string{"due"}},
		{page: "/filings/calls/{call}?state=lost", api: "/calls/{call}/filings?state=lost", command: []string{"filings", "list", "{call}", "--state", "lost"}, field: "state", allowed: []string{"unsent", "confirmed"}},
		{page: "/figures/employees?where=castle%3D1", api: "/figures/employees?where=castle%3D1", command: []string{"figures", "employees", "--where", "castle=1"}, field: "where", allowed: nil},
		{page: "/figures/employees?by=castle", api: "/figures/employees?by=castle", command: []string{"figures", "employees", "--by", "castle"}, field: "by", allowed: nil},
		{api: "/units?kind=castle", field: "kind", allowed: unitKinds},
	}
}

// A filter that chooses what there is not is no empty list: through each door the answer says which field and what it may be.
func TestFilters_that_are_mistyped_are_told_with_what_there_is(t *testing.T) {
	f := newFixture(t)
	for _, m := range mistypes() {
		login := m.who
		if login == "" {
			login = world.City
		}
		onPage, inAPI, _ := strings.Cut(m.field, "/")
		if inAPI == "" {
			inAPI = onPage
		}
		if m.page != "" {
			a := f.Client(t, login).Get(f.fill(t, m.page))
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
			if err != nil {
				t.Fatal(err)
			}
			m.holds(t, m.page, a.Status, http.StatusUnprocessableEntity, doc.Find("main, body").First().Text())
		}
		if m.api != "" {
			a := f.Client(t, login).Get("/api/v1" + f.fill(t, m.api))
			var p struct {
				Errors []struct{ Name, Message string }
			}
			if err := json.Unmarshal(a.Body, &p); err != nil {
				t.Errorf("%s: %v", m.api, err)
				continue
			}
			said := ""
			for _, e := range p.Errors {
				if said += e.Message; e.Name != inAPI && !strings.HasPrefix(e.Name, inAPI) {
					t.Errorf("%s: the field is called %q, want %s", m.api, e.Name, inAPI)
				}
			}
			m.holds(t, m.api, a.Status, http.StatusUnprocessableEntity, said)
		}
		if m.command != nil {
			f.onCommandLine(t, m)
		}
	}
}

func (m mistyped) holds(t *testing.T, where string, got, want int, text string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %d, want %d: %.300s", where, got, want, text)
		return
	}
	if strings.TrimSpace(text) == "" {
		t.Errorf("%s says nothing", where)
	}
	for _, word := range m.allowed {
		if !strings.Contains(text, word) {
			t.Errorf("%s does not say that there is %s: %.400s", where, word, text)
		}
	}
}

// onCommandLine asks as the operator does; 3 is the exit code of what is invalid, 2 of what a flag does not take.
func (f *fixture) onCommandLine(t *testing.T, m mistyped) {
	t.Helper()
	cfg := f.App.Config
	env := map[string]string{"TUOXING_DB": cfg.DB, "TUOXING_KEY_FILE": cfg.KeyFile, "TUOXING_FILES_DIR": cfg.FilesDir, "TUOXING_LANG": "zh"}
	args := make([]string, len(m.command))
	for i, a := range m.command {
		args[i] = strings.ReplaceAll(f.fill(t, a), "{out}", t.TempDir()+"/list.csv")
	}
	var out, errs bytes.Buffer
	code := cli.Main(append(args, "--lang", "zh"), strings.NewReader(""), &out, &errs, func(k string) string { return env[k] })
	if strings.Join(m.command[:2], " ") == "export organisations" { // another field than that of the page
		m.allowed = unitKinds
	}
	m.holds(t, strings.Join(args, " "), code, 3, errs.String())
}

// Every list of the pages has such a filter in the table, or none that could be mistyped.
func TestFilters_of_every_list_are_in_the_table(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"slip.list": "its filter is a unit's id", "mapping.list": "no filter", "purpose.list": "no filter", "role.list": "no filter", "token.list": "no filter", "block.list": "no filter",
		"block.csv": "no filter", "block.xlsx": "no filter", "figure.list": "no filter", "home": "a day", "filing.mine": "no filter",
	}
	for _, r := range (&web.Server{}).Routes() {
		list := strings.HasSuffix(r.Name, ".list") || strings.HasSuffix(r.Name, ".csv") || strings.HasSuffix(r.Name, ".xlsx")
		if r.Method != http.MethodGet || !list || without[r.Name] != "" {
			continue
		}
		found := false
		for _, m := range mistypes() {
			at, _, _ := strings.Cut(m.page, "?")
			found = found || at == r.Pattern
		}
		if !found {
			t.Errorf("no filter of %s is mistyped", r.Pattern)
		}
	}
}

// The list of conflicts is cut to a unit, and stays within the reader's reach.
func TestConflicts_are_listed_by_unit(t *testing.T) {
	f := newFixture(t)
	total := func(login, unit string) (n int) {
		var doc struct {
			Total     int
			Conflicts []struct{ Name string }
		}
		f.Client(t, login).Get("/api/v1/conflicts?limit=500&unit="+unit).JSON(t, &doc)
		if doc.Total != len(doc.Conflicts) {
			t.Errorf("%s: %d of %d", unit, len(doc.Conflicts), doc.Total)
		}
		return doc.Total
	}
	firms := 0
	for _, name := range []string{"丹阳恒远机械有限公司", "丹阳云帆物流有限公司", "丹阳新光眼镜有限公司"} {
		firms += total(world.Danyang, f.Unit(t, name).String())
	}
	danyang, all := total(world.Danyang, f.words["{unit}"]), total(world.Danyang, "0")
	if danyang == 0 || danyang != all || firms > danyang || firms == 0 {
		t.Errorf("Danyang has %d conflicts, %d of its union, %d of its firms", all, danyang, firms)
	}
	if n := total(world.City, f.words["{foreign unit}"]) + danyang; n > total(world.City, "0") {
		t.Errorf("the districts have %d of %d", n, total(world.City, "0"))
	}
	page := string(f.Client(t, world.Danyang).Get("/conflicts?kind=name_differs&unit=" + "%E4%B8%B9%E9%98%B3%E5%B8%82%E6%80%BB%E5%B7%A5%E4%BC%9A").Body)
	if !strings.Contains(page, "逄立恒") || !strings.Contains(page, `value="丹阳市总工会"`) {
		t.Error("the page of Danyang's union does not list its conflict, or forgets what was asked")
	}
}
