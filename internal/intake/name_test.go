package intake

import "testing"

func TestCleanName_hides_numbers_of_people(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"职工花名册_20221231.xlsx":               "职工花名册_20221231.xlsx",
		`C:\桌面\329901198503120026.xlsx`:     "******************.xlsx",
		"王五13900001111的表.csv":               "王五***********的表.csv",
		"a/b/x19900000001":                  "x***********",
		"名册-2022-12-31-2023-01-01.csv":      "名册-2022-12-31-2023-01-01.csv",
		"32990119850312002X与1990000000.csv": "*****************X与1990000000.csv",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}
