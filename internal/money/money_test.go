package money_test

import (
	"testing"

	"tuoxing/internal/money"
)

func TestParse(t *testing.T) {
	cases := []struct {
		in   string
		want money.Fen
		ok   bool
	}{
		{"500", 50000, true},
		{"1,513,750.00", 151375000, true},
		{"-3.5", -350, true},
		{"0.01", 1, true},
		{" 23310000 ", 2331000000, true},
		{"1.234", 0, false},
		{"1.", 0, false},
		{".5", 0, false},
		{"", 0, false},
		{"五百", 0, false},
		{"99999999999999999999", 0, false},
	}
	for _, c := range cases {
		got, err := money.Parse(c.in)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("Parse(%q) = %d, %v; want %d, ok %v", c.in, got, err, c.want, c.ok)
		}
	}
}

func TestString_prints_two_decimals(t *testing.T) {
	for in, want := range map[money.Fen]string{0: "0.00", 5: "0.05", -5: "-0.05", 2331000: "23310.00", -12345: "-123.45"} {
		if got := in.String(); got != want {
			t.Errorf("%d prints %q, want %q", int64(in), got, want)
		}
	}
}
