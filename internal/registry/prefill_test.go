package registry

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tuoxing/internal/cn"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
)

func TestRecord_is_read_back_and_tells_of_a_changed_digit(t *testing.T) {
	t.Parallel()
	r := dice(1)
	for range 200 {
		rec := Record{Worker: WorkerID(1 + r.Int64N(1<<62))}
		if r.IntN(2) == 0 {
			rec.Row = 1 + r.Int64N(1<<62)
		}
		text := rec.String()
		if got, ok := parseRecord(" " + text + "　"); !ok || got != rec {
			t.Fatalf("%s is read as %+v, %t", text, got, ok)
		}
		at := r.IntN(len(text))
		other := byte('0' + r.IntN(10))
		if text[at] == '-' || text[at] == other {
			continue
		}
		if got, ok := parseRecord(text[:at] + string(other) + text[at+1:]); ok {
			t.Errorf("%s with digit %d changed to %c is read as %+v", text, at, other, got)
		}
	}
	for _, text := range []string{"", "-", "1", "1-", "-1", "0-98", "1-2-3-4", "x-1", "4.33E+17", "9223372036854775808-10", Record{Worker: 1}.String() + "0"} {
		if rec, ok := parseRecord(text); ok {
			t.Errorf("%q is read as %+v", text, rec)
		}
	}
}

// What a sheet offers and fills in is read as what it means.
func TestWords_of_sheets_are_read_back(t *testing.T) {
	t.Parallel()
	for p, word := range postTitle {
		if posts[cn.Fold(word)] != p {
			t.Errorf("%s is read as %v", word, posts[cn.Fold(word)])
		}
	}
	for rank := cn.MinRank; rank <= cn.MaxRank; rank++ {
		if got, ok := cn.Rank(rankTitle[rank]); !ok || got != rank {
			t.Errorf("%s is read as %d", rankTitle[rank], got)
		}
	}
	for sex, word := range sexTitle {
		if got, ok := sexNamed(word); !ok || got != sex {
			t.Errorf("%s is read as %v", word, got)
		}
	}
	for _, k := range org.Kinds {
		if got, err := org.ParseKind(k.Title()); err != nil || got != k {
			t.Errorf("%s is read as %s: %v", k.Title(), got, err)
		}
	}
	for _, o := range org.Ownerships() {
		if got, err := org.ParseOwnership(o.Title()); err != nil || got != o {
			t.Errorf("%s is read as %d: %v", o.Title(), got, err)
		}
	}
	for _, z := range org.Sizes() {
		if got, err := org.ParseSize(z.Title()); err != nil || got != z {
			t.Errorf("%s is read as %d: %v", z.Title(), got, err)
		}
	}
	for _, d := range append(cn.Zhenjiang(), cn.Region{Code: city}) {
		n := cn.RegionNumber(d.Code)
		if d.Code == city {
			n = 0
		}
		text := districtText(n, true)
		if got, ok := districtNamed(text); !ok || got != n || strings.ContainsAny(text, "0123456789") {
			t.Errorf("%d is written as %s and read as %d", n, text, got)
		}
	}
}

// Every occupation of the classification comes back as itself, by its name where that is sure.
func TestOccupations_of_sheets_are_read_back(t *testing.T) {
	t.Parallel()
	byName, all := 0, 0
	for a := int32(1); a <= 8; a++ {
		for b := int32(0); b < 100; b++ {
			for c := int32(0); c < 100; c++ {
				for d := int32(0); d < 100; d++ {
					code := a*1_000_000 + b*10_000 + c*100 + d
					if _, ok := cn.OccupationName(code); !ok {
						continue
					}
					all++
					text := occupationText(code)
					if got, err := cn.ParseOccupation(text); err != nil || got != code {
						t.Fatalf("%d is written as %s and read as %d: %v", code, text, got, err)
					}
					if !strings.Contains(text, "-") {
						byName++
					}
				}
			}
		}
	}
	if all < 1000 || byName < all*9/10 {
		t.Errorf("%d occupations, %d by name", all, byName)
	}
	if occupationText(0) != "" {
		t.Error("none is named")
	}
}

// A list of choices is one text of at most 255 characters, with commas between (ECMA-376 part 1, 18.3.1.32).
func TestChoices_hold_no_comma_and_fit_a_spreadsheet(t *testing.T) {
	t.Parallel()
	s := &Service{}
	offered := 0
	for _, target := range []*intake.Target{s.RosterTarget(), s.CertificatesTarget(), s.OrganisationsTarget()} {
		columns, _ := sheetOf(target)
		for _, c := range columns {
			if len(c.Choices) == 0 {
				continue
			}
			offered++
			if list := strings.Join(c.Choices, ","); utf8.RuneCountInString(list) > 255 || strings.Count(list, ",") != len(c.Choices)-1 {
				t.Errorf("%s of %s: %s", c.Title, target.Kind, list)
			}
		}
	}
	if offered != 7 {
		t.Errorf("%d columns offer words", offered)
	}
}
