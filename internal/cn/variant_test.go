package cn

import "testing"

func TestPlainName_makes_the_spellings_of_a_name_one(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"陆昇", "陸升", true},
		{"阎喆", "闫哲", true},
		{"迪丽·热巴", "迪丽热巴", true},
		{"Ｌｉ Ming", "li ming", true},
		{"王芳", "王方", false}, // another character of the same sound is another name
		{"李哲", "李折", false},
	} {
		if got := PlainName(c.a) == PlainName(c.b); got != c.same {
			t.Errorf("%s and %s: one name %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

func TestNameVariants_lead_to_standard_characters_in_one_step(t *testing.T) {
	t.Parallel()
	for from, to := range nameVariants {
		if further, ok := nameVariants[to]; ok {
			t.Errorf("%c is taken for %c, which is taken for %c", from, to, further)
		}
	}
}
