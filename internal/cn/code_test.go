package cn_test

import (
	"slices"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/fault"
)

func TestParseCreditCode_agrees_with_the_public_vectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			Input, Error, Authority, Normalised string
			Valid                               bool
			OrgCodeCheckOK                      *bool `json:"org_code_check_ok"`
		}
	}
	readJSON(t, "credit_code_vectors.json", &file)
	if len(file.Vectors) < 50 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		c, err := cn.ParseCreditCode(v.Input)
		if (err == nil) != v.Valid || cn.Reason(err) != v.Error {
			t.Errorf("%s: error %v (%s), want valid %v (%s)", v.Input, err, cn.Reason(err), v.Valid, v.Error)
		}
		if err != nil {
			if e, _ := fault.As(err); (e.Fix == "cn.credit_confirm") != (v.Error == "checksum") {
				t.Errorf("%s: fix %q", v.Input, e.Fix)
			}
			continue
		}
		if c.Authority != v.Authority || (v.Normalised != "" && c.Code != v.Normalised) {
			t.Errorf("%s gives %+v", v.Input, c)
		}
		if warned := slices.Contains(c.Warnings, cn.WarnOrgCodeCheck); warned == *v.OrgCodeCheckOK {
			t.Errorf("%s: warned %v", v.Input, warned)
		}
	}
}

func TestParseCreditCode_reads_made_up_codes_of_Zhenjiang(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, authority, category, region, org string }{
		{"91321100123456788Q", "9", "1", "321100", "123456788"},
		{"91321181MA1K2L3P9T", "9", "1", "321181", "MA1K2L3P9"},
		{"92321102MA9XYWT007", "9", "2", "321102", "MA9XYWT00"},
		{"8132110050987654XK", "8", "1", "321100", "50987654X"},
		{"51321100MJ5678901X", "5", "1", "321100", "MJ5678901"},
		{"123211004689201364", "1", "2", "321100", "468920136"},
		{"９１３２１１００123456788q", "9", "1", "321100", "123456788"},
	}
	for _, c := range cases {
		got, err := cn.ParseCreditCode(c.in)
		if err != nil || got.Authority != c.authority || got.Category != c.category || got.Region != c.region || got.OrgCode != c.org {
			t.Errorf("%s gives %+v, %v", c.in, got, err)
		}
	}
	for in, want := range map[string]string{"91321100123456788P": "checksum", "91321100I23456788Q": "format", "91A21100123456788Q": "format", "统一社会信用代码": "length"} {
		if _, err := cn.ParseCreditCode(in); cn.Reason(err) != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
	if cn.CreditCheckChar("short") != 0 || cn.CreditCheckChar("9132110012345678I") != 0 {
		t.Error("a check character for what is not 17 characters of the alphabet")
	}
}

func TestParseCertificate_reads_every_form(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in       string
		form     cn.CertForm
		year     int
		rank     int
		province string
		warnings []string
	}{
		{"Y000032000101233000123", cn.Skill22, 2023, 4, "32", nil},
		{"S000032000205244000045", cn.Skill22, 2024, 3, "32", nil},
		{"Y000132001234252000001", cn.Skill22, 2025, 5, "32", nil},
		{"ｙ0000 3200 0101 2310 00123", cn.Skill22, 2023, 6, "32", nil},
		{"S000099000101235000123", cn.Skill22, 2023, 2, "", []string{cn.WarnProvinceUnknown}},
		{"YT00003200010123000001", cn.Senior22, 2023, 0, "32", []string{cn.WarnLevelUnknown}},
		{"1810112003300125", cn.Quals16, 2018, 4, "32", nil},
		{"0910010001400999", cn.Quals16, 2009, 3, "32", nil},
		{"1510113012200007", cn.Quals16, 2015, 5, "32", nil},
		{"9811112003500001", cn.Quals16, 1998, 2, "", nil},
		{"RCN32110000119300001", cn.Local20, 2019, 4, "32", []string{cn.WarnLocalPattern}},
	}
	for _, c := range cases {
		got, err := cn.ParseCertificate(c.in)
		if err != nil || got.Form != c.form || got.Year != c.year || got.Rank != c.rank || got.Province != c.province || !slices.Equal(got.Warnings, c.warnings) {
			t.Errorf("%s gives %+v, %v", c.in, got, err)
		}
	}
}

func TestParseCertificate_refuses_with_the_reason(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"X000032000101233000123":  "format", // class
		"Y000032000101236000123":  "level",
		"1810112003600125":        "level",
		"Y00003200010123300012":   "format", // one short
		"Y0000320001012330001234": "format",
		"YT0000320001012300000A":  "format",
		"RZN32110000119300001":    "format",
		"":                        "format",
		"T329901198803150011":     "format", // safety permit
	}
	for in, want := range cases {
		if c, err := cn.ParseCertificate(in); cn.Reason(err) != want {
			t.Errorf("%s gives %+v, %v; want %s", in, c, err, want)
		}
	}
}

func FuzzParseCertificate(f *testing.F) {
	for _, s := range []string{"Y000032000101233000123", "1810112003300125", "YT00003200010123000001", "RCN32110000119300001", "y 0000３２000101233000123", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := cn.ParseCertificate(s)
		if err != nil {
			return
		}
		if c.Year < 1980 || c.Year > 2099 || c.Rank < 0 || c.Rank > 6 || c.Rank == 1 {
			t.Fatalf("%q gives %+v", s, c)
		}
		again, err := cn.ParseCertificate(c.Number)
		if err != nil || again.Number != c.Number || again.Rank != c.Rank {
			t.Fatalf("read again: %+v, %v", again, err)
		}
	})
}

func TestRank_reads_other_spellings(t *testing.T) {
	t.Parallel()
	cases := map[string]int{
		"特级技师": 7, "首席技师": 8, "学徒工": 1, "高级": 4, "３": 4, "1": 6, "5级": 2, "五": 2,
		"Ⅱ": 5, "Ⅳ级": 3, "III级": 4, "高级工（三级）": 4, "三级高级工": 4, "职业资格四级/中级技能": 3,
		"职业技能等级 二级 (技师)": 5, "高级技师(国家职业资格一级)": 0, "叁级": 4, "高 级 工": 4,
	}
	for in, want := range cases {
		if got, ok := cn.Rank(in); got != want || ok != (want != 0) {
			t.Errorf("%s is rank %d (%v), want %d", in, got, ok, want)
		}
	}
}

func TestRank_refuses_titles_contradictions_and_nothing(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "无", "—", "-", "中级职称", "高级职称", "高级工程师", "一级建造师", "一级/技师", "33", "6级", "0", "二级甲等", "技师学院", "/", "级"} {
		if got, ok := cn.Rank(in); ok || got != 0 {
			t.Errorf("%q is rank %d", in, got)
		}
	}
}

func TestReason_is_empty_for_other_errors(t *testing.T) {
	t.Parallel()
	if got := cn.Reason(nil); got != "" {
		t.Errorf("reason of no error %q", got)
	}
	if got := cn.Reason(fault.New(fault.Invalid, "date.unreadable", "x")); got != "" {
		t.Errorf("reason of a foreign fault %q", got)
	}
}
