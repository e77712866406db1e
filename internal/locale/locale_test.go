package locale_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"tuoxing/internal/date"
	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
	"tuoxing/internal/money"
)

func TestMatch_takes_the_most_wanted_language_we_have(t *testing.T) {
	t.Parallel()
	cases := map[string]locale.Lang{
		"":                                   locale.ZH,
		"zh-CN,zh;q=0.9,en;q=0.8":            locale.ZH,
		"en-GB,en;q=0.9":                     locale.EN,
		"zh;q=0.3, en;q=0.7":                 locale.EN,
		"fr, de;q=0.9, en-US;q=0.2":          locale.EN,
		"fr":                                 locale.ZH,
		"zh-Hant-TW":                         locale.ZH,
		"*":                                  locale.ZH,
		"und":                                locale.ZH,
		"this is ; not = a header \x00 \xff": locale.ZH,
	}
	for in, want := range cases {
		if got := locale.Match(in); got != want {
			t.Errorf("Match(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestParseLang_knows_what_it_does_not_have(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"zh": true, "en": true, "zh-CN": true, "fr": false, "": false, "??": false} {
		if _, ok := locale.ParseLang(in); ok != want {
			t.Errorf("ParseLang(%q) ok = %v, want %v", in, ok, want)
		}
	}
}

func TestNew_prints_Chinese_for_an_unknown_language(t *testing.T) {
	t.Parallel()
	if got := locale.New("fr").Lang(); got != locale.ZH {
		t.Errorf("language = %s, want zh", got)
	}
}

func TestT_prints_arguments_in_the_language(t *testing.T) {
	t.Parallel()
	zh, en := locale.New(locale.ZH), locale.New(locale.EN)
	day := date.MustParse("2023-04-05")
	if got, want := zh.T("date.unreadable", day), "日期“2023年4月5日”无法识别，请写成 2023-04-05 的形式。"; got != want {
		t.Errorf("zh = %q, want %q", got, want)
	}
	if got, want := en.T("fault.internal_number", []string{"a", "b"}), "Request number: a, b"; got != want {
		t.Errorf("en = %q, want %q", got, want)
	}
	if got := zh.T("fault.no_such_key"); got != "fault.no_such_key" {
		t.Errorf("unknown key gives %q", got)
	}
	if zh.Has("fault.no_such_key") || !zh.Has("fault.invalid") {
		t.Error("Has is wrong about a key")
	}
}

func TestWan_rounds_half_away_from_zero_to_one_decimal(t *testing.T) {
	t.Parallel()
	cases := []struct {
		n      int64
		zh, en string
	}{
		{0, "0", "0"},
		{9_999, "9,999", "9,999"},
		{10_000, "1 万", "10,000"},
		{603_000, "60.3 万", "603,000"},
		{680_000, "68 万", "680,000"},
		{10_499, "1 万", "10,499"},
		{10_500, "1.1 万", "10,500"},
		{99_999, "10 万", "99,999"},
		{12_345_678, "1,234.6 万", "12,345,678"},
		{-603_500, "-60.4 万", "-603,500"},
		{math.MinInt64, "-922,337,203,685,477.6 万", "-9,223,372,036,854,775,808"},
	}
	for _, c := range cases {
		if got := locale.New(locale.ZH).Wan(c.n); got != c.zh {
			t.Errorf("zh Wan(%d) = %q, want %q", c.n, got, c.zh)
		}
		if got := locale.New(locale.EN).Wan(c.n); got != c.en {
			t.Errorf("en Wan(%d) = %q, want %q", c.n, got, c.en)
		}
	}
}

func TestPrinter_writes_days_times_and_amounts_in_each_language(t *testing.T) {
	t.Parallel()
	zh, en := locale.New(locale.ZH), locale.New(locale.EN)
	day := date.MustParse("2023-04-05")
	at := time.Date(2022, 12, 31, 16, 5, 0, 0, time.UTC)
	cases := []struct{ name, got, want string }{
		{"zh day", zh.Day(day), "2023年4月5日"},
		{"en day", en.Day(day), "5 April 2023"},
		{"zh forever", zh.Day(date.Forever), "长期"},
		{"en forever", en.Day(date.Forever), "no end"},
		{"zh short", zh.DayShort(day), "2023-04-05"},
		{"en short forever", en.DayShort(date.Forever), "no end"},
		{"zh month", zh.Month(day.Month()), "2023年4月"},
		{"en month", en.Month(day.Month()), "April 2023"},
		{"unknown month", en.Month(0), ""},
		{"zh time is in China", zh.Time(at), "2023年1月1日 00:05"},
		{"en time is in China", en.Time(at), "1 January 2023, 00:05"},
		{"no time", en.Time(time.Time{}), ""},
		{"zh money", zh.Fen(money.Yuan(23_310_000)), "23,310,000.00 元"},
		{"en money", en.Fen(-5), "CNY -0.05"},
		{"zh list", zh.List([]string{"丹阳市", "扬中市"}), "丹阳市、扬中市"},
		{"int", zh.Int(-1_234), "-1,234"},
		{"short int", zh.Int(-123), "-123"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestFault_hides_the_cause_and_shows_the_fix(t *testing.T) {
	t.Parallel()
	p := locale.New(locale.EN)
	err := fmt.Errorf("save: %w", fault.New(fault.Conflict, "fault.conflict").WithFix("fault.unavailable").Because(errors.New("secret")))
	sentence, fix := p.Fault(err)
	if sentence != p.T("fault.conflict") || fix != p.T("fault.unavailable") {
		t.Errorf("Fault = %q, %q", sentence, fix)
	}
	if sentence, fix = p.Fault(errors.New("disk")); sentence != p.T("fault.internal") || fix != p.T("fault.internal_fix") {
		t.Errorf("Fault of a plain error = %q, %q", sentence, fix)
	}
	if sentence, fix = p.Fault(nil); sentence != "" || fix != "" {
		t.Errorf("Fault of no error = %q, %q", sentence, fix)
	}
	if got := p.Field(fault.Field{Name: "on", Key: "date.unreadable", Args: []any{"x"}}); got != p.T("date.unreadable", "x") {
		t.Errorf("Field = %q", got)
	}
}

func TestFault_has_a_general_sentence_for_every_kind(t *testing.T) {
	t.Parallel()
	for _, k := range fault.Kinds {
		if !locale.New(locale.ZH).Has("fault." + k.String()) {
			t.Errorf("no text for fault.%s", k)
		}
	}
}
