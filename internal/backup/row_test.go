package backup

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

var allKinds = []column{{"a", integer}, {"b", truth}, {"c", text}, {"d", day}, {"e", instant}, {"f", bytesOf}}

func TestRow_is_the_same_line_from_either_engine_and_comes_back(t *testing.T) {
	t.Parallel()
	at := time.Date(2023, 4, 10, 1, 2, 3, 4_000_000, time.UTC)
	zone := time.FixedZone("", 8*3600)
	cases := []struct {
		name     string
		postgres []any // as PostgreSQL gives it
		sqlite   []any // as SQLite gives it
		line     string
	}{
		{"ordinary",
			[]any{int64(-5), true, "王", date.MustParse("2023-07-01").Time(), at.In(zone), []byte{1, 2, 255}},
			[]any{int64(-5), int64(1), "王", "2023-07-01", "2023-04-10T01:02:03.004Z", []byte{1, 2, 255}},
			`[-5,1,"王","2023-07-01","2023-04-10T01:02:03.004Z","AQL/"]`},
		{"nothing", make([]any, 6), make([]any, 6), `[null,null,null,null,null,null]`},
		{"edges",
			[]any{int64(math.MinInt64), false, "a\"b\\c\n\t<&>\u2028𠮷", date.Ever.Time(), at, []byte{}},
			[]any{int64(math.MinInt64), int64(0), "a\"b\\c\n\t<&>\u2028𠮷", date.Ever.String(), "2023-04-10T01:02:03.004Z", []byte{}},
			"[-9223372036854775808,0,\"a\\\"b\\\\c\\u000a\\u0009<&>\u2028𠮷\",\"0001-01-01\",\"2023-04-10T01:02:03.004Z\",\"\"]"},
		{"no end",
			[]any{int64(math.MaxInt64), false, "", date.Forever.Time(), at, []byte("x")},
			[]any{int64(math.MaxInt64), int64(0), "", date.Forever.String(), "2023-04-10T01:02:03.004Z", []byte("x")},
			`[9223372036854775807,0,"","9999-12-31","2023-04-10T01:02:03.004Z","eA=="]`},
	}
	small := []column{{"a", integer}, {"b", integer}, {"c", text}, {"d", text}, {"e", text}, {"f", bytesOf}}
	for _, c := range cases {
		p, err := appendRow(nil, allKinds, c.postgres)
		if err != nil || string(p) != c.line+"\n" {
			t.Errorf("%s from PostgreSQL: %s (%v), want %s", c.name, p, err, c.line)
		}
		s, err := appendRow(nil, small, c.sqlite)
		if err != nil || !bytes.Equal(s, p) {
			t.Errorf("%s from SQLite: %s (%v), want %s", c.name, s, err, p)
		}
		back := make([]any, len(small))
		if err := parseRow([]byte(c.line), small, back); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.sqlite, back); diff != "" {
			t.Errorf("%s back into SQLite (-want +got):\n%s", c.name, diff)
		}
		if err := parseRow([]byte(c.line), allKinds, back); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if d, ok := back[3].(date.Day); ok && !d.Time().Equal(c.postgres[3].(time.Time)) {
			t.Errorf("%s: day %v", c.name, d)
		}
		if i, ok := back[4].(db.Time); ok && !i.Equal(at) {
			t.Errorf("%s: instant %v", c.name, i)
		}
	}
}

func TestAppendRow_refuses_what_it_cannot_keep(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"text that is not UTF-8": "\xff",
		"a finer instant":        time.Date(2023, 4, 10, 1, 2, 3, 4_000_001, time.UTC),
		"a floating number":      1.5,
	} {
		if line, err := appendRow(nil, []column{{"c", instant}}, []any{v}); err == nil {
			t.Errorf("%s became %s", name, line)
		}
	}
}

func TestParseRow_refuses_every_other_spelling(t *testing.T) {
	t.Parallel()
	const good = `[1,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`
	values := make([]any, 6)
	if err := parseRow([]byte(good), allKinds, values); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		``, `[`, `[]`, `null`, good[:len(good)-1], good + " ", good + good, " " + good,
		`[1,1,"a","2023-07-01","2023-04-10T01:02:03.004Z"]`,
		`[1,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI=",1]`,
		`[01,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1.0,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[9223372036854775808,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`["1",1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,2,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,true,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,1,7,"2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,1,"\x","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,1,"a","2023-7-1","2023-04-10T01:02:03.004Z","AQI="]`,
		`[1,1,"a","2023-07-01","2023-04-10 01:02:03","AQI="]`,
		`[1,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI"]`,
		`[1,1,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI=]`,
		"[1,1,\"\xff\",\"2023-07-01\",\"2023-04-10T01:02:03.004Z\",\"AQI=\"]",
		`[1,,"a","2023-07-01","2023-04-10T01:02:03.004Z","AQI="]`,
	} {
		if err := parseRow([]byte(line), allKinds, values); err == nil {
			t.Errorf("%q was read as %v", line, values)
		}
	}
}

func FuzzParseRow(f *testing.F) {
	f.Add([]byte(`[-5,1,"a\u000a\"","2023-07-01","2023-04-10T01:02:03.004Z","AQL/"]`))
	f.Add([]byte(`[null,null,null,null,null,null]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		values := make([]any, len(allKinds))
		if parseRow(line, allKinds, values) != nil {
			return
		}
		for i, v := range values { // as a driver gives them back
			switch x := v.(type) {
			case date.Day:
				values[i] = x.Time()
			case db.Time:
				values[i] = x.Time
			}
		}
		again, err := appendRow(nil, allKinds, values)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", line, err)
		}
		back := make([]any, len(allKinds))
		if err := parseRow(bytes.TrimSuffix(again, []byte("\n")), allKinds, back); err != nil {
			t.Fatalf("%q was written as %q, which is not read", line, again)
		}
	})
}

func TestParentsFirst_orders_by_name_and_reference(t *testing.T) {
	t.Parallel()
	list := []table{{name: "a"}, {name: "b"}, {name: "c"}, {name: "d"}}
	got, err := parentsFirst(list, map[string][]string{"a": {"c"}, "c": {"d", "c"}, "b": {"gone"}})
	if err != nil {
		t.Fatal(err)
	}
	var order string
	for _, table := range got {
		order += table.name
	}
	if order != "bdca" {
		t.Errorf("order %s, want bdca", order)
	}
	if _, err := parentsFirst(list, map[string][]string{"a": {"b"}, "b": {"a"}}); err == nil {
		t.Error("a circle of references was ordered")
	}
}
