package access_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/cli"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/testkit/world"
)

// Command line, API and page are three doors onto one figure: total and every cell are the same
// through each of them, for every figure along every dimension that it has.
func TestFigures_are_the_same_through_all_three_doors(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	c := w.Client(t, world.City)
	const on = "2023-03-31"
	for _, ind := range w.App.Figures.Catalogue.List() {
		for _, by := range append([]ledger.Dim{""}, ind.By...) {
			asked := "on=" + on
			if by != "" {
				asked += "&by=" + string(by)
			}
			var api figure.Doc
			c.Get("/api/v1/figures/"+ind.Name+"?"+asked).JSON(t, &api)
			command := byCommand(t, w, ind.Name, on, by)
			where := fmt.Sprintf("%s by %q", ind.Name, by)
			if d := cmp.Diff(values(api), values(command)); d != "" {
				t.Errorf("%s: API and command line differ:\n%s", where, d)
			}
			if d := cmp.Diff(values(api), byPage(t, c, "/figures/"+ind.Name+"?"+asked, by)); d != "" {
				t.Errorf("%s: API and page differ:\n%s", where, d)
			}
		}
	}
}

// values are the figures of a document by the label of their cell; the total has none.
func values(d figure.Doc) map[string]string {
	out := map[string]string{}
	for _, l := range d.Figures {
		label := strings.Join(sorted(l.Labels), " · ")
		out[label] = l.Value
	}
	return out
}

func sorted(m map[string]string) []string {
	var out []string
	for v := range maps.Values(m) {
		out = append(out, v)
	}
	return out
}

func byCommand(t *testing.T, w *world.World, name, on string, by ledger.Dim) (d figure.Doc) {
	t.Helper()
	cfg := w.App.Config
	env := map[string]string{"TUOXING_DB": cfg.DB, "TUOXING_KEY_FILE": cfg.KeyFile, "TUOXING_FILES_DIR": cfg.FilesDir}
	args := []string{"figures", name, "--on", on, "--json"}
	if by != "" {
		args = append(args, "--by", string(by))
	}
	var out, errs bytes.Buffer
	if code := cli.Main(args, strings.NewReader(""), &out, &errs, func(k string) string { return env[k] }); code != 0 {
		t.Fatalf("figures %s: exit code %d: %s", name, code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// byPage reads the same numbers as a person would: the large one, and the table.
func byPage(t *testing.T, c *world.Client, path string, by ledger.Dim) map[string]string {
	t.Helper()
	a := c.Get(path)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil || a.Status != 200 {
		t.Fatalf("%s: status %d, %v", path, a.Status, err)
	}
	out := map[string]string{"": number(doc.Find(".tx-value-lg .visually-hidden").First().Text())}
	if by == "" {
		return out
	}
	doc.Find("main table tbody tr").Each(func(_ int, row *goquery.Selection) {
		out[strings.TrimSpace(row.Find("th").First().Text())] = number(row.Find("td.tx-num").First().Text())
	})
	return out
}

// number leaves the digits of a printed value: 2,180 人 is 2180; — stays.
func number(text string) string {
	if strings.Contains(text, "—") {
		return "—"
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// The list of units is one list through each door: the same units in the same order with the same numbers, for each sort of reader.
func TestOrganisations_are_the_same_through_all_three_doors(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	type unit struct {
		Name   string `json:"name"`
		Below  int    `json:"units_below"`
		People int    `json:"employees_below"`
	}
	var command, api struct {
		Units []unit `json:"organisations"`
	}
	const asked = "on=2023-03-31&sort=-people"
	cfg := w.App.Config
	env := map[string]string{"TUOXING_DB": cfg.DB, "TUOXING_KEY_FILE": cfg.KeyFile, "TUOXING_FILES_DIR": cfg.FilesDir}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"organisations", "list", "--on", "2023-03-31", "--sort=-people", "--json"}, strings.NewReader(""), &out, &errs, func(k string) string { return env[k] }); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &command); err != nil {
		t.Fatal(err)
	}
	c := w.Client(t, world.City)
	c.Get("/api/v1/organisations?"+asked).JSON(t, &api)
	if d := cmp.Diff(command.Units, api.Units); d != "" || len(api.Units) != 11 || api.Units[0].People == 0 {
		t.Errorf("%d units; command line and API differ:\n%s", len(api.Units), d)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(c.Get("/organisations?" + asked).Body))
	if err != nil {
		t.Fatal(err)
	}
	digits := func(s *goquery.Selection) int {
		n, err := strconv.Atoi("0" + strings.Trim(number(s.Text()), "—"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var page []unit
	doc.Find("main table tbody tr").Each(func(_ int, row *goquery.Selection) {
		cells := row.Find("td.tx-num")
		page = append(page, unit{strings.TrimSpace(row.Find("th a").Text()), digits(cells.Eq(0)), digits(cells.Eq(1))})
	})
	if d := cmp.Diff(api.Units, page); d != "" {
		t.Errorf("API and page differ:\n%s", d)
	}
}
