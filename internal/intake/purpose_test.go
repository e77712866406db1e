package intake

import (
	"strings"
	"testing"
)

func TestReadPurposes_refuses_what_is_wrong(t *testing.T) {
	t.Parallel()
	good := "fields:\n- title: {zh: 姓名, en: Name}\n  purpose: {zh: 识别, en: to tell who}\n  basis: {zh: 法, en: law}\n  viewers: [city]\n  retention: {zh: 至注销, en: until erased}\n" +
		"  columns: [name]\n  stored: [registry_worker.name]\ntechnical:\n- {columns: [registry_worker.version], why: {zh: 版本, en: version}}\nno_purpose: [民族]\n"
	if _, err := ReadPurposes([]byte(good)); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, old, new, want string }{
		{"no purpose", "  purpose: {zh: 识别, en: to tell who}\n", "", "purpose of field"},
		{"no basis", "{zh: 法, en: law}", "{}", "basis of field"},
		{"one language alone", ", en: until erased", "", "retention of field"},
		{"no viewers", "[city]", "[]", "has no viewers"},
		{"no columns", "  columns: [name]\n  stored: [registry_worker.name]\n", "", "or no columns"},
		{"a column twice", "[registry_worker.version]", "[registry_worker.name]", "stands twice"},
		{"technical without a word why", "{zh: 版本, en: version}", "{zh: 版本}", "without a word why"},
		{"an empty heading", "[民族]", `[民族, ""]`, "an empty heading"},
		{"an unknown key", "no_purpose", "no_porpoise", "no_porpoise"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing was changed")
			}
			if _, err := ReadPurposes([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
