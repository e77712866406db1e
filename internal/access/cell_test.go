package access_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit/world"
)

// A card of a figure, a cell of its table and the rows behind it count for each reader what lies in the own subtree, whatever the
// address asks for: another district's union or firm, by its right id, is 0 of 0 for who does not see it, through page, interface and
// file alike, and the values of the city are on no card of a district.
func TestCards_and_cells_of_another_district_count_nothing(t *testing.T) {
	f := newFixture(t)
	c, city := f.Client(t, world.Jurong), f.Client(t, world.City)
	const on = "2023-03-31"
	closed := 0
	for _, ind := range f.Figures.Catalogue.List() {
		for _, where := range f.foreignCells(t, ind) {
			asked := "on=" + on + "&where=" + where
			var mine, all figure.Doc
			c.Get("/api/v1/figures/"+ind.Name+"?"+asked).JSON(t, &mine)
			city.Get("/api/v1/figures/"+ind.Name+"?"+asked).JSON(t, &all)
			what := ind.Name + " where " + where
			if v := mine.Figures[0].Value; v != "0" && v != "—" {
				t.Errorf("%s: Jurong counts %s", what, v)
			}
			if v := all.Figures[0].Value; v != "0" && v != "—" {
				closed++ // there is something to be hidden
			}
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(c.Get("/figures/" + ind.Name + "?" + asked).Body))
			if err != nil {
				t.Fatal(err)
			}
			if v := number(doc.Find(".tx-value-lg .visually-hidden").First().Text()); v != "0" && v != "—" {
				t.Errorf("%s: the page of Jurong says %s", what, v)
			}
			if ind.Ratio != nil {
				continue
			}
			var rows struct {
				Total int `json:"total"`
			}
			if c.Get("/api/v1/figures/"+ind.Name+"/rows?"+asked).JSON(t, &rows); rows.Total != 0 {
				t.Errorf("%s: Jurong opens %d rows", what, rows.Total)
			}
			if file := string(c.Get("/figures/" + ind.Name + "/rows.csv?" + asked).Body); !strings.Contains(file, "合计 0 行") {
				t.Errorf("%s: the file of Jurong:\n%s", what, file)
			}
		}
	}
	if closed < 20 {
		t.Errorf("only %d cells hold anything", closed)
	}
	f.homeCards(t, on)
}

// foreignCells are the filters by which Danyang's part of a figure may be asked for: not by district, which a fact has of its own.
func (f *fixture) foreignCells(t *testing.T, ind *figure.Indicator) (out []string) {
	for _, d := range ind.By {
		switch d {
		case ledger.Union:
			out = append(out, fmt.Sprint("union=", f.Unit(t, "丹阳市总工会")))
		case ledger.Employer:
			for _, firm := range []string{"丹阳恒远机械有限公司", "丹阳云帆物流有限公司", "丹阳新光眼镜有限公司"} {
				out = append(out, "employer="+org.UnitID(f.Unit(t, firm)).String())
			}
		case ledger.District:
			if ind.Ratio == nil && ind.Name != "employed" { // outside figures of a district are published
				out = append(out, "district=321181")
			}
		}
	}
	return out
}

// homeCards compares the cards at home with the figures of the reader's own subtree; the city's are on no district's.
func (f *fixture) homeCards(t *testing.T, on string) {
	of := func(login string) map[string]string {
		c, out := f.Client(t, login), map[string]string{}
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(c.Get("/?on=" + on).Body))
		if err != nil {
			t.Fatal(err)
		}
		for _, card := range doc.Find(".tx-cards article").EachIter() {
			href, _ := card.Find("h3 a").Attr("href")
			name, _, _ := strings.Cut(strings.TrimPrefix(href, "/figures/"), "?")
			if out[name] = number(card.Find(".tx-value .visually-hidden").Text()); out[name] == "" { // a rate without denominator
				out[name] = "—"
			}
			var api figure.Doc
			if c.Get("/api/v1/figures/"+name+"?on="+on).JSON(t, &api); api.Figures[0].Value != out[name] {
				t.Errorf("%s: the card of %s says %s, the figure %s", login, name, out[name], api.Figures[0].Value)
			}
		}
		if len(out) < 5 {
			t.Errorf("%s has the cards %v", login, out)
		}
		return out
	}
	city := of(world.City)["employees"]
	for _, login := range []string{world.Danyang, world.Jurong, world.Firm} {
		if got := of(login)["employees"]; got == city || got == "0" {
			t.Errorf("%s counts %s of %s employees", login, got, city)
		}
	}
}
