package access_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/testkit/world"
)

// duplicates proposes two pairs: {worker} and {colleague}, both of Danyang, and {worker} and {foreign}, who is of Jurong,
// so that only the city sees both.
func (f *fixture) duplicates(t *testing.T) {
	t.Helper()
	err := f.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
		for _, other := range []string{"{colleague}", "{foreign}"} {
			a, b := f.id(t, "{worker}"), f.id(t, other)
			_, err := tx.Exec(t.Context(), `INSERT INTO registry_duplicate (worker_id, other_id, keep_id, grade, evidence, places, state, found_at, decided_by, reason, version) VALUES ($1, $2, $3, 1, 'same_phone same_pinyin', '', 'proposed', $4, 0, '', 0)`,
				min(a, b), max(a, b), a, db.At(tx.Now()))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Statuses in the order nobody, city, own, other, firm, auditor, sysadmin, auditadmin.
var (
	mergers    = everybody{303, 200, 200, 200, 403, 403, 403, 403} // those who may merge, each within the own subtree
	apiMergers = everybody{401, 200, 200, 200, 403, 403, 403, 403}
)

// A run withdraws the made-up proposals, which are seen all the same.
func duplicatePages() []ask {
	return []ask{
		{of: "GET /duplicates", what: "what waits", path: "/duplicates", want: mergers},
		{of: "GET /duplicates", what: "of no such grade", path: "/duplicates?grade=surely", want: everybody{303, 422, 422, 422, 422, 422, 422, 422}},
		{of: "GET /duplicates", what: "a guessed key of a page", path: "/duplicates?after=2-1-{foreign}", want: mergers},
		{of: "GET /duplicates/certain", what: "the question", path: "/duplicates/certain", want: mergers},
		{of: "POST /duplicates/certain", what: "another number than there are", path: "/duplicates/certain", form: "confirm=7&why=成批核对", want: everybody{303, 409, 409, 409, 403, 403, 403, 403}},
		{of: "GET /duplicates/{id}/{other}", what: "two of Danyang", path: "/duplicates/{worker}/{colleague}", want: everybody{303, 200, 200, 404, 403, 403, 403, 403}},
		{of: "GET /duplicates/{id}/{other}", what: "one of Danyang, one of Jurong", path: "/duplicates/{worker}/{foreign}", want: everybody{303, 200, 404, 404, 403, 403, 403, 403}},
		{of: "POST /duplicates/{id}/{other}/accept", what: "without a reason", path: "/duplicates/{worker}/{colleague}/accept", form: "keep={worker}&why=", want: everybody{303, 422, 422, 404, 403, 403, 403, 403}},
		{of: "POST /duplicates/{id}/{other}/accept", what: "keeping a third", path: "/duplicates/{worker}/{foreign}/accept", form: "keep={colleague}&why=同一人", want: everybody{303, 422, 404, 404, 403, 403, 403, 403}},
		{of: "POST /duplicates/{id}/{other}/reject", what: "without a reason", path: "/duplicates/{worker}/{foreign}/reject", form: "why=", want: everybody{303, 422, 404, 404, 403, 403, 403, 403}},
		{of: "GET /workers/{id}/unmerge", what: "of what was not merged", path: "/workers/{worker}/unmerge", want: everybody{303, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /workers/{id}/unmerge", what: "of what was not merged", path: "/workers/{worker}/unmerge", form: "why=经核实为两人", want: everybody{303, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /duplicates/find", what: "within reach", path: "/duplicates/find", want: everybody{303, 303, 303, 303, 403, 403, 403, 403}},
	}
}

func duplicateOperations() []ask {
	return []ask{
		{of: "GET /api/v1/duplicates", what: "all states of all grades", path: "/api/v1/duplicates?state=withdrawn&limit=500", want: apiMergers},
		{of: "GET /api/v1/duplicates/certain", what: "the plan", path: "/api/v1/duplicates/certain", want: apiMergers},
		{of: "POST /api/v1/duplicates/certain", what: "another number than there are", path: "/api/v1/duplicates/certain", json: `{"confirm":7,"why":"成批核对"}`, want: everybody{401, 409, 409, 409, 403, 403, 403, 403}},
		{of: "GET /api/v1/duplicates/{id}/{other}", what: "two of Danyang, in the other order", path: "/api/v1/duplicates/{colleague}/{worker}", want: everybody{401, 200, 200, 404, 403, 403, 403, 403}},
		{of: "GET /api/v1/duplicates/{id}/{other}", what: "one of Danyang, one of Jurong", path: "/api/v1/duplicates/{worker}/{foreign}", want: everybody{401, 200, 404, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/duplicates/{id}/{other}/acceptance", what: "what is withdrawn", path: "/api/v1/duplicates/{worker}/{colleague}/acceptance", json: `{"keep":"{worker}","why":"同一人"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/duplicates/{id}/{other}/acceptance", what: "across districts", path: "/api/v1/duplicates/{worker}/{foreign}/acceptance", json: `{"keep":"{worker}","why":"同一人"}`, want: everybody{401, 409, 404, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/duplicates/{id}/{other}/rejection", what: "what is withdrawn", path: "/api/v1/duplicates/{worker}/{colleague}/rejection", json: `{"why":"两人"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/workers/{id}/unmerge", what: "of what was not merged", path: "/api/v1/workers/{worker}/unmerge", json: `{"why":"两人"}`, want: everybody{401, 409, 409, 404, 403, 403, 403, 403}},
		{of: "POST /api/v1/duplicates/search", what: "within reach", path: "/api/v1/duplicates/search", want: apiMergers},
	}
}

// id is the number that a placeholder stands for.
func (f *fixture) id(t *testing.T, word string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(f.words[word], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The pages' own forms find, merge and take back; what is refused keeps the reader's words.
func TestDuplicates_pages_find_merge_and_take_back(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	p := w.Person(t, "逄立恒")
	first := p.Number[:16] + string('0'+(p.Number[16]-'0'+2)%10)
	v := intake.Trusted(w.Actor(t, world.Danyang).UserID)
	text := "姓名,身份证号,单位名称,岗位类别\n逄立恒," + first + string(cn.IDCheckChar(first)) + ",丹阳恒远机械有限公司,生产操作\n"
	id, err := w.Intake.Receive(t.Context(), v, "补报.csv", strings.NewReader(text), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(w.Unit(t, "丹阳市总工会"))})
	if err == nil {
		_, err = w.Intake.Stage(t.Context(), v, id)
	}
	if err == nil {
		_, err = w.Intake.Apply(t.Context(), v, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := w.Client(t, world.Danyang)
	if a := c.Form("/duplicates/find", nil); a.Status != 303 || a.Header.Get("Location") != "/duplicates?new=1" {
		t.Fatalf("find: %d to %s", a.Status, a.Header.Get("Location"))
	}
	found := regexp.MustCompile(`/duplicates/(\d+)/(\d+)`).FindStringSubmatch(string(c.Get("/duplicates?new=1").Body))
	if found == nil {
		t.Fatal("the list has no pair")
	}
	at, keep, other := found[0], found[1], found[2]
	page := string(c.Get(at).Body)
	if strings.Count(page, "<mark>") != 2 || strings.Contains(page, p.Number) || strings.Contains(page, first) {
		t.Error("the page of the pair does not mark the place that differs, or shows a number")
	}
	if a := c.Form(at+"/accept", url.Values{"keep": {keep}, "why": {""}}); a.Status != 422 {
		t.Errorf("without a reason: %d", a.Status)
	}
	if a := c.Form(at+"/accept", url.Values{"why": {"录错一位"}}); a.Status != 422 || !strings.Contains(string(a.Body), `value="录错一位"`) {
		t.Errorf("without a choice: %d", a.Status)
	}
	if a := c.Form(at+"/accept", url.Values{"keep": {keep}, "why": {"录错一位"}}); a.Status != 303 {
		t.Fatalf("accept: %d", a.Status)
	}
	for path, link := range map[string]string{"/workers/" + other: "/workers/" + keep, "/workers/" + keep: "/workers/" + other, at: "/workers/" + other + "/unmerge"} {
		if !strings.Contains(string(c.Get(path).Body), `href="`+link+`"`) {
			t.Errorf("%s does not lead to %s", path, link)
		}
	}
	if a := c.Form("/workers/"+other+"/unmerge", url.Values{"why": {""}}); a.Status != 422 {
		t.Errorf("taken back without a reason: %d", a.Status)
	}
	if a := c.Form("/workers/"+other+"/unmerge", url.Values{"why": {"经核实为两人"}}); a.Status != 303 {
		t.Fatalf("take back: %d", a.Status)
	}
	if body := string(c.Get("/duplicates?state=rejected").Body); !strings.Contains(body, at) {
		t.Error("what was taken back is not listed as two people")
	}
}
