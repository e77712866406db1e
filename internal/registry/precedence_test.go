package registry

import (
	"strings"
	"testing"

	shipped "tuoxing/figures"
)

func TestPrecedence_names_the_place_of_what_is_wrong(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ change, to, want string }{
		"unknown field":    {"field: job", "field: hobby", `"hobby" is unknown`},
		"twice":            {"field: sex", "field: job", `"job" stands there twice`},
		"unknown source":   {"[school, district]", "[newspaper]", `field "certificate": source "newspaper" is unknown`},
		"officer":          {"[school, district]", "[officer]", `source "officer" is unknown`},
		"named twice":      {"[school, district]", "[member]", `source "member" is named twice`},
		"missing":          {"  - {field: sex, order: [[id_number]]}\n", "", `"sex" is missing`},
		"unknown key":      {"order: [[id_number]]", "rank: 1", "unknown field"},
		"nothing but text": {somePrecedence, "table", "precedence of sources"},
	} {
		_, err := ReadPrecedence([]byte(strings.Replace(somePrecedence, x.change, x.to, 1)))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v does not say %q", name, err, x.want)
		}
	}
	data, err := shipped.FS.ReadFile("precedence.yaml")
	must(t, err)
	if _, err := ReadPrecedence(data); err != nil {
		t.Errorf("the table in force: %v", err)
	}
}

// A district's later list does not change what the employer said of the post; the employer's own does.
func TestA_roster_of_the_employer_counts_before_a_list_of_the_district(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	says := func(asOf string, post Post, from SourceKind) EmploymentRow {
		return rosterSays(unitOptics, asOf, func(r *EmploymentRow) { r.Post, r.Sender = post, from })
	}
	c.roster(2, says("2023-01-31", Production, FromEnterprise))
	c.roster(3, says("2023-03-31", Management, FromDistrict))
	class := func(on string) int64 {
		b, ok := c.is(on, 0)
		if !ok {
			t.Fatalf("nobody is there on %s", on)
		}
		return int64(b.Class)
	}
	if got := class("2023-04-01"); got != 1 {
		t.Errorf("class %d after the district's list", got)
	}
	c.roster(4, says("2023-05-31", Management, FromEnterprise))
	if got := class("2023-06-01"); got != 0 {
		t.Errorf("class %d after the employer's list", got)
	}
	c.undo(4)
	c.undo(2)
	if got := class("2023-04-01"); got != 0 {
		t.Errorf("class %d when only the district speaks", got)
	}
	must(t, c.verifyTimelines())
}
