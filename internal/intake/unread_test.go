package intake

import (
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/db"
)

func TestApply_keeps_an_original_only_when_all_of_it_was_read(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body       string
		notKept, unknown []string
		kept             bool
	}{
		{"all read", "编号,姓名,入职日期\n329901,张三,2020-01-01\n", nil, nil, true},
		{"a column of numbers of rows", "序号,编号,姓名\n1,329901,张三\n", nil, nil, true},
		{"a column without purpose", "编号,姓名,民族\n329901,张三,某族\n", []string{"民族"}, nil, false},
		{"a heading nobody knows", "编号,姓名,鞋码\n329901,张三,四十二\n", nil, []string{"鞋码"}, false},
		{"a column without a heading", "编号,姓名,\n329901,张三,信某教\n", nil, []string{"C"}, false},
		{"cells beyond the headings", "编号,姓名\n329901,张三,,信某教\n", nil, []string{"D"}, false},
		{"an empty column without a heading", "编号,姓名,\n329901,张三,\n", nil, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.receive(t, c.body, Options{})
			rep := w.stage(t, id)
			if s := rep.Sheets[0]; !slices.Equal(s.NotKept, c.notKept) || !slices.Equal(s.Unknown, c.unknown) {
				t.Errorf("not kept %q, unknown %q", s.NotKept, s.Unknown)
			}
			if n := w.stored(t); n != 1 {
				t.Fatalf("%d originals before it is applied: it may be staged again", n)
			}
			rep = w.enter(t, id)
			if n := w.stored(t); (n == 1) != c.kept {
				t.Errorf("%d originals after", n)
			}
			if rep.State != Applied || rep.SHA256 == "" {
				t.Errorf("report %+v", rep)
			}
			again := w.enter(t, w.receive(t, c.body, Options{})) // the same file: nothing of it is read
			if again.Duplicate != 1 || w.stored(t) > 1 {
				t.Errorf("the same again: %+v, %d originals", again.Counts, w.stored(t))
			}
			if _, err := w.Undo(t.Context(), everyone, id, "测试"); err != nil {
				t.Errorf("undo needs no original: %v", err)
			}
		})
	}
}

// The problem list of a file whose original is gone still names people.
func TestForget_looks_into_problem_lists_without_an_original(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enter(t, w.receive(t, strings.ReplaceAll(roster, "赵六,去年\n", "赵六,去年,x\n"), Options{}))
	if w.stored(t) != 0 || w.count(t, "intake_problem_batch") == 0 {
		t.Fatal("the original stays, or there is no problem list")
	}
	for _, c := range []struct {
		person string
		left   bool
	}{{"329999", true}, {"329903", false}} { // nobody; who stands in a refused row alone
		people := []Naming{{Numbers: []string{c.person}}}
		err := w.DB.WriteTx(t.Context(), func(tx *db.Tx) error {
			found, err := w.FilesNaming(t.Context(), tx, []int64{1}, people)
			if err != nil {
				return err
			}
			return w.Forget(t.Context(), tx, 0, []int64{1}, people, found)
		})
		if err != nil {
			t.Fatal(err)
		}
		if left := w.count(t, "intake_problem_batch") > 0; left != c.left {
			t.Errorf("%s: the problem list stays: %v", c.person, left)
		}
	}
}
