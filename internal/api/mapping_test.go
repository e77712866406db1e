package api_test

import (
	"net/http"
	"strings"
	"testing"

	"tuoxing/internal/testkit/world"
)

func TestColumns_are_said_and_remembered_through_the_interface(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.Client(t, world.Danyang)
	const odd = "怎么称呼,公安编号,在哪里干,干什么,族别\n蓟自称,329901199601010116,丹阳新光眼镜有限公司,生产操作,某族\n"
	fields := [][2]string{{"kind", "roster"}, {"as_of", "2023-04-05"}, {"unit", k.Unit(t, "丹阳市总工会").String()}}
	id := want(t, c.Upload("/api/v1/imports", "台账.csv", []byte(odd), fields...), 201)["id"].(string)
	at := "/api/v1/imports/" + id
	a := c.Get(at + "/columns")
	got := want(t, a, 200)
	if got["row"] != 1.0 || got["guessed"] != true || len(got["columns"].([]any)) != 5 || len(got["missing"].([]any)) != 3 || strings.Contains(string(a.Body), "329901199601010116") || strings.Contains(string(a.Body), "某族") {
		t.Errorf("columns: %s", a.Body)
	}
	say := func(columns ...[2]string) map[string]any {
		var list []map[string]string
		for _, c := range columns {
			list = append(list, map[string]string{"heading": c[0], "column": c[1]})
		}
		return map[string]any{"columns": list}
	}
	wrong := want(t, c.Send(http.MethodPost, at+"/columns", say([2]string{"族别", "occupation"}, [2]string{"鞋码", "name"})), 422)
	if n := len(wrong["errors"].([]any)); n != 2 {
		t.Errorf("%d problems: %v", n, wrong)
	}
	rep := want(t, c.Send(http.MethodPost, at+"/columns", say([2]string{"怎么称呼", "姓名"}, [2]string{"公安编号", "id_number"}, [2]string{"C", "employer"}, [2]string{"干什么", "post"})), 200)
	if rep["state"] != "received" {
		t.Errorf("it need not be read again: %v", rep["state"])
	}
	list := want(t, c.Get("/api/v1/mappings"), 200)["mappings"].([]any)
	if len(list) != 1 {
		t.Fatalf("mappings: %v", list)
	}
	if others := want(t, k.Client(t, world.Jurong).Get("/api/v1/mappings"), 200)["mappings"].([]any); len(others) != 0 {
		t.Errorf("another district sees %v", others)
	}
	want(t, c.Send(http.MethodDelete, "/api/v1/mappings/"+list[0].(map[string]any)["id"].(string), nil), 204)
	if left := want(t, c.Get("/api/v1/mappings"), 200)["mappings"].([]any); len(left) != 0 {
		t.Errorf("not forgotten: %v", left)
	}
}

func TestFigure_says_its_total_in_both_languages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	list := want(t, k.Client(t, world.Danyang).Get("/api/v1/figures/employees?on=2023-04-01&by=sex&where=sex=1,2"), 200)["figures"].([]any)
	said := list[0].(map[string]any)["sentence"].(map[string]any)
	zh, en := said["zh"].(string), said["en"].(string)
	if !strings.HasPrefix(zh, "【演示数据】截至2023年4月1日，丹阳市总工会管辖范围内职工（性别：男、女）为") || !strings.Contains(en, "Employees (sex: male, female): ") {
		t.Errorf("%s\n%s", zh, en)
	}
	if len(list) < 3 || list[1].(map[string]any)["sentence"] != nil {
		t.Error("a cell has a sentence")
	}
}
