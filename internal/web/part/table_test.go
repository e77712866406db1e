package part

import (
	"strings"
	"testing"

	"tuoxing/internal/locale"
)

func TestLabelCells_say_the_heading_of_their_column(t *testing.T) {
	t.Parallel()
	cols := []Column{{Label: "姓名"}, {Label: ""}, {Label: `a "b" <c>`}}
	for rows, want := range map[string]string{
		`<tr><th scope="row">张三</th><td>1</td><td>2</td></tr>`:  `<tr><th data-th="姓名" scope="row">张三</th><td>1</td><td data-th="a &#34;b&#34; &lt;c&gt;">2</td></tr>`,
		`<thead><tr><th>x</th></tr></thead>`:                    `<thead><tr><th data-th="姓名">x</th></tr></thead>`,
		`<tr><th scope="row" colspan="2">Σ</th><td>3</td></tr>`: `<tr><th scope="row" colspan="2">Σ</th><td data-th="a &#34;b&#34; &lt;c&gt;">3</td></tr>`,
		`<tr><td>1</td></tr><tr><td><track><b>2</b></td></tr>`:  `<tr><td data-th="姓名">1</td></tr><tr><td data-th="姓名"><track><b>2</b></td></tr>`,
		`<td>1</td><td>2</td><td>3</td><td>4</td>`:              `<td data-th="姓名">1</td><td>2</td><td data-th="a &#34;b&#34; &lt;c&gt;">3</td><td>4</td>`,
		``: ``, `<`: `<`, `<td`: `<td`, `<td colspan="x">`: `<td data-th="姓名" colspan="x">`,
	} {
		if got := string(labelCells([]byte(rows), cols)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", rows, got, want)
		}
	}
}

func TestRunsOf_parts_Chinese_from_the_rest_and_loses_nothing(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                   "",
		"roster.csv":         "roster.csv",
		"2023年花名册.csv":       "2023|[年花名册]|.csv",
		"Wang 王五 and 李四":     "Wang |[王五]| and |[李四]",
		"丹阳2023花名册 · Sheet1": "[丹阳2023花名册]| · Sheet1",
	} {
		var got []string
		whole := ""
		for _, r := range runsOf(s) {
			whole += r.text
			if r.chinese {
				got = append(got, "["+r.text+"]")
			} else {
				got = append(got, r.text)
			}
		}
		if strings.Join(got, "|") != want || whole != s {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestNames_are_pinyin_on_English_pages_with_the_original_beside(t *testing.T) {
	t.Parallel()
	write := func(lang locale.Lang) string {
		var b strings.Builder
		base := Base{Printer: locale.New(lang)}
		if err := PersonName(base, "欧阳晓明").Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if err := UnitName(base, "丹阳恒远机械有限公司").Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := write(locale.ZH); got != "欧阳晓明丹阳恒远机械有限公司" {
		t.Errorf("Chinese page: %s", got)
	}
	if got := write(locale.EN); got != `Ouyang Xiaoming <span class="tx-original" lang="zh-CN">欧阳晓明</span><span title="丹阳恒远机械有限公司">Danyang Hengyuan Jixie Youxian Gongsi</span>` {
		t.Errorf("English page: %s", got)
	}
}
