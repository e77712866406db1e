package api_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/testkit/world"
)

// A programme fetches a sheet, corrects three cells, hands it in and applies it: three changes.
func TestSheet_comes_back_through_the_API_with_three_changes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	unit := k.Unit(t, "丹阳市总工会").String()
	fetch := func(kind string, body map[string]string) []byte {
		a := c.Send(http.MethodPost, "/api/v1/sheets/"+kind, body)
		if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Disposition"), `attachment; filename="`+kind+"."+body["format"]+`"`) {
			t.Fatalf("%s: %d %v %.300s", kind, a.Status, a.Header, a.Body)
		}
		for _, secret := range world.Secrets() {
			if bytes.Contains(a.Body, []byte(secret)) {
				t.Errorf("%s holds %s", kind, secret)
			}
		}
		return a.Body
	}
	back := func(kind, name string, sheet []byte) map[string]any {
		a := c.Upload("/api/v1/imports", name, sheet, [2]string{"kind", kind}, [2]string{"unit", unit})
		want(t, a, 201)
		path := a.Header.Get("Location")
		for _, act := range []string{"stage", "apply"} {
			want(t, c.Send(http.MethodPost, path+"/"+act, nil), 202)
		}
		return want(t, c.Get(path), 200)
	}
	for _, kind := range []string{"organisations", "roster", "certificates"} {
		r := back(kind, kind+".xlsx", fetch(kind, map[string]string{"format": "xlsx", "unit": unit}))
		if r["read"].(float64) < 3 || r["duplicate"] != r["read"] || r["refused"] != 0.0 || r["accepted"] != 0.0 || r["mended"] != 0.0 {
			t.Errorf("%s as it is: %v", kind, r)
		}
	}
	read := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(fetch("roster", map[string]string{"format": "csv", "unit": unit}), []byte("\ufeff"))))
	read.FieldsPerRecord = -1
	rows, err := read.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, "身份证号") })
	for _, change := range [][3]string{{"卞若溪", "岗位类别", "管理"}, {"卞知远", "入职日期", "2012-03-01"}, {"昝明川", "手机号码", "13912345678"}} {
		at := slices.IndexFunc(rows, func(r []string) bool { return slices.Contains(r, change[0]) })
		if head < 0 || at < head {
			t.Fatalf("no row of %s", change[0])
		}
		rows[at][slices.Index(rows[head], change[1])] = change[2]
	}
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	r := back("roster", "更正.csv", b.Bytes())
	if r["accepted"] != 3.0 || r["duplicate"] != r["read"].(float64)-3 || r["mended"] != 0.0 || r["refused"] != 0.0 {
		t.Errorf("three cells corrected: %v", r)
	}
}

func TestSheet_that_is_refused_is_a_problem_in_the_readers_language(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.City)
	for name, ask := range map[string]struct {
		path   string
		body   map[string]string
		status int
	}{
		"a kind without a sheet": {"/api/v1/sheets/statistics", map[string]string{"format": "csv"}, 422},
		"an unknown format":      {"/api/v1/sheets/roster", map[string]string{"format": "pdf"}, 422},
		"a day to come":          {"/api/v1/sheets/roster", map[string]string{"format": "csv", "on": "2999-01-01"}, 422},
		"a day that is none":     {"/api/v1/sheets/roster", map[string]string{"format": "csv", "on": "2023-02-30"}, 422},
	} {
		a := c.Send(http.MethodPost, ask.path, ask.body)
		if p := want(t, a, ask.status); a.Header.Get("Content-Type") != "application/problem+json" || p["title"] == "" || a.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %v %v", name, a.Header, p)
		}
	}
	want(t, k.Client(t, world.Jurong).Send(http.MethodPost, "/api/v1/sheets/roster", map[string]string{"format": "csv", "unit": k.Unit(t, "丹阳市总工会").String()}), 403)
	want(t, k.Client(t, world.Auditor).Send(http.MethodPost, "/api/v1/sheets/roster", map[string]string{"format": "csv"}), 403)
}

// Every order that the document names is one that the list knows, and another is refused.
func TestLists_are_sorted_by_what_the_document_names(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.City)
	for path, names := range map[string][]string{"workers": {"name", "age", "rank"}, "imports": {"file", "on", "state", "read", "refused", "received"}, "calls": {"as_of", "due"}} {
		var enum []string
		for _, p := range k.api.OpenAPI().Paths["/api/v1/"+path].Get.Parameters {
			if p.Name == "sort" {
				for _, v := range p.Schema.Enum {
					enum = append(enum, v.(string))
				}
			}
		}
		if len(enum) != 2*len(names) {
			t.Errorf("%s: the document names %q", path, enum)
		}
		for _, name := range names {
			for _, order := range []string{name, "-" + name} {
				if !slices.Contains(enum, order) {
					t.Errorf("%s: %s is not in the document", path, order)
				}
				want(t, c.Get("/api/v1/"+path+"?sort="+order), 200)
			}
		}
		want(t, c.Get("/api/v1/"+path+"?sort=id"), 422)
	}
	births := func(order string) (out []string) {
		for _, w := range want(t, c.Get("/api/v1/workers?limit=500&sort="+order), 200)["workers"].([]any) {
			out = append(out, w.(map[string]any)["birth_month"].(string))
		}
		return out
	}
	up, down := births("age"), births("-age")
	slices.Reverse(up)
	if !slices.IsSorted(up) || !slices.Equal(up, down) || up[0] == up[len(up)-1] {
		t.Errorf("by age: %q, by age descending: %q", up, down)
	}
}
