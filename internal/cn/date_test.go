package cn_test

import (
	"testing"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/fault"
)

func TestParseDate_reads_what_people_write(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in, want string
		p        cn.Precision
		same     bool
	}{
		{in: "2023-04-05", want: "2023-04-05", same: true},
		{in: "1954-10-03", want: "1954-10-03", same: true},
		{in: " 2023-04-05", want: "2023-04-05"},
		{in: "2023-4-5", want: "2023-04-05"},
		{in: "2023-4-5 00:00:00", want: "2023-04-05"},
		{in: "2023-04-05T00:00:00", want: "2023-04-05"},
		{in: "2023/4/5 8:30", want: "2023-04-05"},
		{in: "2023年5月6日 00:00", want: "2023-05-06"},
		{in: "2023 年 5 月 6 日", want: "2023-05-06"},
		{in: "2023年05月06号", want: "2023-05-06"},
		{in: "2023.4.5.", want: "2023-04-05"},
		{in: "2023。4。5", want: "2023-04-05"},
		{in: "'20230405", want: "2023-04-05"},
		{in: "45021.5", want: "2023-04-05"},
		{in: "45021.583333333336", want: "2023-04-05"},
		{in: "20000", want: "1954-10-03"},
		{in: "2023-05", want: "2023-05-01", p: cn.ToMonth},
		{in: "2023/5", want: "2023-05-01", p: cn.ToMonth},
		{in: "202313", want: ""},
		{in: "201904", want: "2019-04-01", p: cn.ToMonth},
		{in: "长 期", want: "9999-12-31", p: cn.NoEnd},
		{in: "永久", want: "9999-12-31", p: cn.NoEnd},
		{in: "无固定期限", want: "9999-12-31", p: cn.NoEnd},
		{in: "9999-12-31", want: "9999-12-31", p: cn.NoEnd, same: true},
	}
	for _, c := range cases {
		d, p, mended, err := cn.ParseDate(c.in)
		if c.want == "" {
			if err == nil {
				t.Errorf("%q gives %s", c.in, d)
			}
			continue
		}
		if err != nil || d.String() != c.want || p != c.p || mended == c.same {
			t.Errorf("%q gives %s, precision %d, mended %v, %v", c.in, d, p, mended, err)
		}
	}
}

func TestParseDate_refuses_what_is_unclear_or_impossible(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"":                     "cn.date_unreadable",
		"2023":                 "cn.date_unreadable",
		"2023年":                "cn.date_unreadable",
		"不详":                   "cn.date_unreadable",
		"2023-04-05T16:00:00Z": "cn.date_unreadable",
		"2023-04-05-06":        "cn.date_unreadable",
		"2023--04-05":          "cn.date_unreadable",
		"2023 04":              "cn.date_unreadable",
		"19999":                "cn.date_unreadable",
		"80001":                "cn.date_unreadable",
		"123456789":            "cn.date_unreadable",
		"36":                   "cn.date_unreadable",
		"05/06/2023":           "cn.date_ambiguous",
		"5/6":                  "cn.date_ambiguous",
		"23-4-5":               "cn.date_ambiguous",
		"23年4月5日":              "cn.date_ambiguous",
		"190405":               "cn.date_ambiguous",
		"2023-02-29":           "cn.date_impossible",
		"1900-02-29":           "cn.date_impossible",
		"2023-13-01":           "cn.date_impossible",
		"2023-04-00":           "cn.date_impossible",
		"2023年0月":              "cn.date_impossible",
		"20230431":             "cn.date_impossible",
		"0999-01-01":           "cn.date_impossible",
		"9999-12-30":           "cn.date_impossible",
		"60":                   "cn.date_impossible",
	}
	for in, key := range cases {
		d, _, _, err := cn.ParseDate(in)
		if e, ok := fault.As(err); !ok || e.Key != key {
			t.Errorf("%q gives %s, %v; want %s", in, d, err, key)
		}
	}
}

func TestParseDate_reads_every_day_of_the_calendar(t *testing.T) {
	t.Parallel()
	for d := date.MustParse("1896-01-01"); d <= date.MustParse("2104-12-31"); d++ {
		got, _, mended, err := cn.ParseDate(d.String())
		if err != nil || got != d || mended {
			t.Fatalf("%s gives %s, mended %v, %v", d, got, mended, err)
		}
	}
}

func TestParseDate_allocates_nothing_for_a_date(t *testing.T) {
	for _, in := range []string{"2023-04-05", "2023/4/5", "2023年4月5日", "45021"} {
		if n := testing.AllocsPerRun(100, func() { _, _, _, _ = cn.ParseDate(in) }); n != 0 {
			t.Errorf("%s: %v allocations", in, n)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2023-04-05", "2023.4.5", "２０２３－０４－０５", "45021.5", "长期", "2023年5月", "05/06/2023", "60", "2023-4-5 00:00:00", "\xff", "９９９９-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, p, mended, err := cn.ParseDate(s)
		if err != nil {
			return
		}
		again, _, changed, err := cn.ParseDate(d.String())
		if err != nil || again != d || changed {
			t.Fatalf("%q gives %s, which reads as %s, %v", s, d, again, err)
		}
		if !mended && s != d.String() {
			t.Fatalf("%q was mended to %s", s, d)
		}
		if p == cn.ToMonth && d != d.Month().First() {
			t.Fatalf("%q to the month gives %s", s, d)
		}
	})
}

func BenchmarkParseDate(b *testing.B) {
	for _, in := range []string{"2023-04-05", "2023年4月5日", "45021"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := cn.ParseDate(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
