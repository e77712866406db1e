package cn_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

var today = date.MustParse("2023-06-30")

// readJSON reads test data into v.
func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func TestParseID_agrees_with_the_public_vectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			Input, Error, Kind, Sex, Birth, Normalised, Upgraded string
			Valid                                                bool
			Len15                                                bool
		}
	}
	readJSON(t, "resident_id_vectors.json", &file)
	if len(file.Vectors) < 28 {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		id, err := cn.ParseID(v.Input, today)
		if (err == nil) != v.Valid || cn.Reason(err) != v.Error {
			t.Errorf("%s: error %v (%s), want valid %v (%s)", v.Input, err, cn.Reason(err), v.Valid, v.Error)
		}
		if err != nil {
			continue
		}
		checks := []struct{ name, got, want string }{
			{"kind", string(id.Kind), v.Kind},
			{"sex", id.Sex.String(), v.Sex},
			{"birth", id.Birth.String(), v.Birth},
			{"normalised", id.Number, v.Normalised},
			{"upgraded", id.Number, v.Upgraded},
		}
		for _, c := range checks {
			if c.want != "" && c.got != c.want {
				t.Errorf("%s: %s %q, want %q", v.Input, c.name, c.got, c.want)
			}
		}
		if got := slices.Contains(id.Warnings, cn.WarnConverted15); got != v.Len15 {
			t.Errorf("%s: converted %v", v.Input, got)
		}
	}
}

func TestParseID_reads_made_up_numbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in, birth, sex, region, country string
		kind                            cn.IDKind
		warnings                        []string
	}{
		{in: "329901198803150014", birth: "1988-03-15", sex: "M", region: "329901", kind: cn.Resident, warnings: []string{cn.WarnRegionUnknown}},
		{in: "32990220000229001X", birth: "2000-02-29", sex: "M", region: "329902", kind: cn.Resident, warnings: []string{cn.WarnRegionUnknown}},
		{in: "810000198506150039", birth: "1985-06-15", sex: "M", region: "810000", kind: cn.HKMO},
		{in: "820000199211112023", birth: "1992-11-11", sex: "F", region: "820000", kind: cn.HKMO},
		{in: "830000197808080012", birth: "1978-08-08", sex: "M", region: "830000", kind: cn.Taiwan},
		{in: "932840199001010012", birth: "1990-01-01", sex: "M", region: "320000", country: "840", kind: cn.ForeignPR},
		{in: "93239219851231002X", birth: "1985-12-31", sex: "F", region: "320000", country: "392", kind: cn.ForeignPR},
		{in: "932826197810200039", birth: "1978-10-20", sex: "M", region: "320000", country: "826", kind: cn.ForeignPR},
		{in: "usa 320085061501", birth: "0001-01-01", country: "USA", kind: cn.ForeignPROld},
	}
	for _, c := range cases {
		in := c.in
		if c.kind == cn.Resident { // made of its first 17 digits
			in = in[:17] + string(cn.IDCheckChar(in[:17]))
		}
		id, err := cn.ParseID(in, today)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if id.Birth.String() != c.birth || id.Sex.String() != c.sex || id.Region != c.region || id.Country != c.country || id.Kind != c.kind || !slices.Equal(id.Warnings, c.warnings) {
			t.Errorf("%s gives %+v", in, id)
		}
	}
}

func TestParseID_refuses_with_the_reason(t *testing.T) {
	t.Parallel()
	wrong := func(first17 string) string { // any other check digit
		if cn.IDCheckChar(first17) == '1' {
			return first17 + "2"
		}
		return first17 + "1"
	}
	right := func(first17 string) string { return first17 + string(cn.IDCheckChar(first17)) }
	cases := map[string]struct{ in, key string }{
		"empty":                     {"", "cn.id_length"},
		"17 characters":             {"32990119880315001", "cn.id_length"},
		"letter O":                  {"329901198803150O11", "cn.id_format"},
		"X in the middle":           {"3299011988031X0011", "cn.id_format"},
		"leap day of a common year": {right("32990119950229001"), "cn.id_date"},
		"born tomorrow":             {right("32990120230701001"), "cn.id_date"},
		"born before 1800":          {right("32990117991231001"), "cn.id_date"},
		"no such province":          {right("20990119880315001"), "cn.id_region"},
		"no such place, bad digit":  {wrong("32990119880315001"), "cn.id_region"},
		"foreign card, no province": {right("99984019900101001"), "cn.id_region"},
		"Hong Kong with a district": {right("81010119900101001"), "cn.id_region"},
		"wrong check digit":         {wrong("11010519491231001"), "cn.id_checksum"},
		"scientific":                {"1.10105E+17", "cn.id_excel"},
		"scientific, small e":       {"1.10105194912310E17", "cn.id_excel"},
		"rounded by a spreadsheet":  {"110105194912310000", "cn.id_excel_tail"},
		"Chinese text":              {"身份证号码", "cn.id_length"},
	}
	for name, c := range cases {
		_, err := cn.ParseID(c.in, today)
		e, ok := fault.As(err)
		if !ok || e.Key != c.key || e.Kind != fault.Invalid {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
		if err != nil && len(c.in) > 6 && strings.Contains(err.Error(), c.in) {
			t.Errorf("%s: the error shows the number", name)
		}
	}
}

func TestParseID_accepts_a_birth_today(t *testing.T) {
	t.Parallel()
	first := "32990120230630001"
	if _, err := cn.ParseID(first+string(cn.IDCheckChar(first)), today); err != nil {
		t.Error(err)
	}
}

func TestIDCheckChar_finds_every_single_wrong_digit(t *testing.T) {
	t.Parallel()
	const first = "32990119880315001"
	want := cn.IDCheckChar(first)
	for i := range len(first) {
		for c := byte('0'); c <= '9'; c++ {
			changed := first[:i] + string(c) + first[i+1:]
			if c != first[i] && cn.IDCheckChar(changed) == want {
				t.Errorf("place %d changed to %c keeps the check character", i+1, c)
			}
		}
	}
	if cn.IDCheckChar("123") != 0 || cn.IDCheckChar("1234567890123456A") != 0 {
		t.Error("a check character for what is not 17 digits")
	}
}

func TestParseID_allocates_nothing_for_a_plain_number(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = cn.ParseID("11010519491231002X", today) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMasks_hide_the_middle(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		cn.MaskID("329901198803150011"): "3299************11",
		cn.MaskPhone("13800001234"):     "138****1234",
		cn.MaskID("123456"):             "******",
		cn.MaskID(""):                   "",
		cn.MaskPhone("1380000"):         "*******",
	}
	for got, want := range cases {
		if got != want {
			t.Errorf("mask %q, want %q", got, want)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "'110105 19491231 002x", "150102020730303", "USA320085061501", "1.10105E+17", "", "\x00", "999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := cn.ParseID(s, today)
		if err != nil {
			if cn.Reason(err) == "" {
				t.Fatalf("no reason for %v", err)
			}
			return
		}
		again, err := cn.ParseID(id.Number, today)
		if err != nil || again.Number != id.Number || again.Birth != id.Birth || again.Sex != id.Sex || again.Kind != id.Kind {
			t.Fatalf("read again: %+v, %v; was %+v", again, err, id)
		}
		if id.Birth > today {
			t.Fatalf("born after today: %s", id.Birth)
		}
	})
}

func BenchmarkParseID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cn.ParseID("11010519491231002X", today); err != nil {
			b.Fatal(err)
		}
	}
}
