package registry

import (
	"slices"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
)

// file is what a test says of a file.
func file(name, number, phone string, employer int64) suspect {
	a := suspect{employer: employer, born: date.Ever, name: hashText(cn.Fold(name)), plain: hashText(cn.PlainName(name)), sound: hashText(cn.Pinyin(cn.PlainName(name))), crowd: 2}
	a.identify(number)
	if phone != "" {
		a.phone = hashText(phone)
	}
	return a
}

// numbered completes a number by its check character.
func numbered(first17 string) string { return first17 + string(cn.IDCheckChar(first17)) }

func TestCompare_tells_what_speaks_for_one_person(t *testing.T) {
	t.Parallel()
	today := day("2023-04-10")
	base := numbered("32990119800115001")
	for name, c := range map[string]struct {
		a, b   suspect
		want   []string
		places []int
		grade  Grade
	}{
		"one digit": {file("赵一", base, "", 1), file("赵一", numbered("32990119800116001"), "", 2), []string{"one_digit", "same_place", "same_name"}, []int{14}, LikelySame},
		"one digit and a phone of their own": {file("赵一", base, "139", 1), file("赵一", numbered("32990119800115003"), "139", 1),
			[]string{"one_digit", "same_name", "same_phone", "phone_alone", "same_birthday", "same_employer"}, []int{17}, CertainSame},
		"exchanged":             {file("赵一", base, "", 1), file("赵一", numbered("32990119800151001"), "", 1), nil, nil, 0}, // the 51st day is none: see below
		"exchanged in sequence": {file("赵一", base, "", 1), file("赵一", numbered("32990119800115010"), "", 2), []string{"swapped", "same_name"}, []int{16, 17}, LikelySame},
		"15 digits read for 19xx": {file("钱二", numbered("32990120030320002"), "", 1), file("钱二", numbered("32990119030320002"), "", 2),
			[]string{"short_form", "same_place", "same_name"}, []int{7, 8}, CertainSame},
		"a century apart, both too old": {file("钱二", numbered("32990118030320002"), "", 1), file("钱二", numbered("32990119030320002"), "", 2), []string{"one_digit", "same_place", "same_name"}, []int{8}, LikelySame},
		"variant character":             {file("陆昇", base, "", 1), file("陆升", numbered("32990119800115003"), "", 2), []string{"one_digit", "variant_name"}, []int{17}, LikelySame},
		"other character, same sound":   {file("王静", base, "", 1), file("王婧", numbered("32990119800115003"), "", 2), []string{"one_digit", "same_pinyin", "same_birthday"}, []int{17}, PossibleSame},
		"another card":                  {file("赵一", base, "", 1), file("赵一", numbered("81000019800115005"), "", 1), []string{"same_name", "same_birthday", "same_employer"}, nil, LikelySame},
		"old card of foreigners":        {file("李明", numbered("93200019800115005"), "", 1), file("李明", "KOR310080011505", "", 1), []string{"same_name", "same_birthday", "same_employer"}, nil, LikelySame},
		"namesakes of one firm":         {file("赵一", base, "", 1), file("赵一", numbered("32990119750620003"), "", 1), []string{"same_name", "same_employer"}, nil, 0},
		"twins":                         {file("张安", base, "139", 1), file("张宁", numbered("32990119800115003"), "139", 1), []string{"one_digit", "same_phone", "phone_alone", "same_birthday", "same_employer"}, []int{17}, PossibleSame},
		"neighbours in the register":    {file("张安", base, "", 1), file("李宁", numbered("32990119800115003"), "", 1), []string{"one_digit", "same_birthday", "same_employer"}, []int{17}, 0},
	} {
		if name == "exchanged" {
			if c.b.number[0] != 0 {
				t.Error("a number with an impossible day is compared")
			}
			continue
		}
		e, places := compare(&c.a, &c.b, today)
		got := e.names()
		for _, w := range c.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %v, want %s", name, got, w)
			}
		}
		if c.places != nil && !slices.Equal(places, c.places) {
			t.Errorf("%s: places %v, want %v", name, places, c.places)
		}
		if e.grade() != c.grade {
			t.Errorf("%s: %v is %q, want %q", name, got, e.grade(), c.grade)
		}
		back, _ := compare(&c.b, &c.a, today)
		if back != e {
			t.Errorf("%s: the other way round it is %v", name, back.names())
		}
	}
}

// Every set of evidence there can be: certain only with a name letter for letter and a number of nearly the same digits,
// never when a list names both.
func TestGrade_is_certain_only_where_nothing_else_can_be_meant(t *testing.T) {
	t.Parallel()
	certain := 0
	for e := range evOneList << 1 {
		if e.grade() != CertainSame {
			continue
		}
		certain++
		number := e&evShort != 0 || (e&nearNumber != 0 && e&evPhoneAlone != 0)
		if e&evName == 0 || !number || e&evOneList != 0 {
			t.Errorf("%v is certain", e.names())
		}
		if g := (e | evOneList).grade(); g != LikelySame {
			t.Errorf("%v, which a list names as two, is %q", e.names(), g)
		}
	}
	if certain == 0 {
		t.Error("nothing is ever certain")
	}
}

// Each kind that speaks for one person decides somewhere: without it some set has a lower grade.
func TestEvidenceKinds_each_count_for_something(t *testing.T) {
	t.Parallel()
	for _, k := range EvidenceKinds {
		counts := false
		for e := range evOneList << 1 {
			if e&k.bit == 0 {
				counts = counts || e.grade() != (e|k.bit).grade()
			}
		}
		if !counts {
			t.Errorf("%s never changes a grade", k.Name)
		}
	}
}
