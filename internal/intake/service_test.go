package intake

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/vault"
)

func TestImport_goes_from_the_file_to_the_ledger_and_back(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})

	rep := w.stage(t, id)
	want := Counts{Read: 7, Accepted: 1, Mended: 1, Refused: 4, Duplicate: 1, Skipped: 1}
	if diff := cmp.Diff(want, rep.Counts); diff != "" {
		t.Error(diff)
	}
	if len(w.people(t)) != 0 || rep.State != Staged || rep.Tried {
		t.Errorf("staging changed something: %+v", rep)
	}
	dry, err := w.DryRun(t.Context(), everyone, id)
	if err != nil {
		t.Fatal(err)
	}
	if !dry.Tried || dry.Applied != 2 || dry.Counts != want || len(w.people(t)) != 0 || w.count(t, "ledger_block") != 0 || w.kept(t) != 0 {
		t.Errorf("dry run: %+v", dry)
	}
	done, err := w.Apply(t.Context(), everyone, id)
	if err != nil {
		t.Fatal(err)
	}
	if done.State != Applied || done.Applied != 2 || done.Block != 1 || done.Counts != want || w.count(t, "intake_stage") != 0 || w.kept(t) != 2 {
		t.Errorf("apply: %+v", done)
	}
	in := []string{"329901 张三 2020-01-01", "329902 李四 2021-02-03"}
	if diff := cmp.Diff(in, w.people(t)); diff != "" {
		t.Error(diff)
	}
	again, err := w.Apply(t.Context(), everyone, id)
	if err != nil || again.Block != 1 || w.count(t, "ledger_block") != 1 {
		t.Errorf("applied twice: %+v %v", again, err)
	}
	back, err := w.Undo(t.Context(), everyone, id, "送错了文件")
	if err != nil {
		t.Fatal(err)
	}
	if back.State != Undone || back.UndoBlock != 2 || len(w.people(t)) != 0 || back.Why != "送错了文件" {
		t.Errorf("undo: %+v", back)
	}
	redo := w.enter(t, w.receive(t, roster, Options{}))
	if redo.Earlier != 0 || redo.Applied != 2 || cmp.Diff(in, w.people(t)) != "" {
		t.Errorf("the same file after its undo: %+v", redo)
	}
	var log []string
	err = w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), "SELECT user_id, action FROM audit_entry ORDER BY at, id", nil, func(row db.Scanner) error {
			var user int64
			var action string
			err := row.Scan(&user, &action)
			log = append(log, fmt.Sprintf("%d %s", user, action))
			return err
		})
	})
	wantLog := []string{"7 intake.receive", "7 intake.apply", "7 intake.undo", "7 intake.receive", "7 intake.apply"}
	if diff := cmp.Diff(wantLog, log); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestCells_open_as_read_and_as_taken_for_the_holder_of_the_key(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	w.enter(t, id)
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		var worker int64
		if err := tx.QueryRow(t.Context(), "SELECT id FROM test_person WHERE number = '329902'", nil, &worker); err != nil {
			return err
		}
		cells, err := w.Cells(t.Context(), tx, id, worker, w.key(worker), ledger.LineOf(0, 4))
		if err != nil {
			return err
		}
		if got := cells[2]; got.Read != "2021.2.3" || got.Value != "2021-02-03" || len(got.Remarks) != 1 || got.Remarks[0].Rule != RuleSpelling {
			t.Errorf("%+v", got)
		}
		if _, err := w.Cells(t.Context(), tx, id, worker, w.key(1), ledger.LineOf(0, 4)); !errors.Is(err, vault.ErrDamaged) {
			t.Errorf("another person's key: %v", err)
		}
		if _, err := w.Cells(t.Context(), tx, id, worker, w.key(worker), ledger.LineOf(0, 5)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a refused row: %v", err)
		}
		src, err := w.Sources(t.Context(), tx, []ImportID{id, id, 99})
		if len(src) != 1 || src[id].Name != "职工.csv" || src[id].Sheets[0] != "职工" || src[id].By != 7 {
			t.Errorf("%+v", src)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStage_counts_the_same_file_in_force_as_duplicate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clean := "编号,姓名\n329901,张三\n329902,李四\n"
	first := w.receive(t, clean, Options{Full: true})
	w.enter(t, first)
	second := w.receive(t, clean, Options{Full: true})
	rep := w.enter(t, second)
	if rep.Earlier != first || rep.Counts != (Counts{Read: 2, Duplicate: 2}) || rep.Block != 0 || rep.Proposed != 0 {
		t.Errorf("%+v", rep)
	}
	if _, err := w.Undo(t.Context(), everyone, second, "重复"); err != nil {
		t.Fatal(err)
	}
	if len(w.people(t)) != 2 {
		t.Error("undoing a file that brought nothing took something away")
	}
	other := w.enter(t, w.receive(t, clean, Options{AsOf: date.Of(2023, 4, 1)}))
	if other.Earlier != 0 || other.Counts != (Counts{Read: 2, Duplicate: 2}) || other.Block != 0 {
		t.Errorf("other terms, same rows: %+v", other)
	}
	partly := w.receive(t, roster, Options{})
	w.enter(t, partly)
	again := w.enter(t, w.receive(t, roster, Options{}))
	if again.Earlier != partly || again.Refused != 4 || again.Accepted+again.Mended != 0 || again.Duplicate != 3 {
		t.Errorf("a file with refused rows is read again: %+v", again)
	}
}

func TestApply_asks_for_the_number_of_absentees_when_more_than_a_fifth_is_missing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := "编号,姓名\n"
	for i := range 10 {
		body += fmt.Sprintf("32990%d,职工%d\n", i, i)
	}
	w.enter(t, w.receive(t, body, Options{Full: true}))
	id := w.receive(t, "编号,姓名\n329900,职工0\n", Options{Full: true, AsOf: date.Of(2023, 4, 1)})
	w.stage(t, id)
	if err := w.Confirm(t.Context(), everyone, id, 9); !fault.Is(err, fault.Conflict) {
		t.Errorf("confirmed before a dry run: %v", err)
	}
	rep, err := w.DryRun(t.Context(), everyone, id)
	if err != nil || rep.Proposed != 9 || rep.Standing != 10 || !rep.NeedsConfirm {
		t.Fatalf("%+v %v", rep, err)
	}
	_, err = w.Apply(t.Context(), everyone, id)
	if f, ok := fault.As(err); !ok || f.Key != "intake.absent_confirm" {
		t.Fatalf("%v", err)
	}
	if err := w.Confirm(t.Context(), everyone, id, 8); !fault.Is(err, fault.Conflict) {
		t.Errorf("a wrong number was taken: %v", err)
	}
	if err := w.Confirm(t.Context(), everyone, id, 9); err != nil {
		t.Fatal(err)
	}
	if rep, err := w.Apply(t.Context(), everyone, id); err != nil || rep.Proposed != 9 {
		t.Errorf("%+v %v", rep, err)
	}
}

func TestStage_refuses_a_file_that_cannot_be_read_and_keeps_why(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cases := map[string]struct {
		body string
		asOf date.Day
		key  string
	}{
		"missing column": {"编号,入职日期\n329901,2020-01-01\n", 0, "intake.columns_missing"},
		"no table":       {"a,b\n1,2\n", 0, "intake.no_table"},
		"future":         {"编号,姓名\n329901,张三\n", date.Of(2023, 4, 11), "intake.date_future"},
	}
	for name, c := range cases {
		id := w.receive(t, c.body, Options{AsOf: c.asOf})
		rep, err := w.Stage(t.Context(), everyone, id)
		if !fault.Is(err, fault.Invalid) || rep.State != Refused || rep.Failure == nil || rep.Failure.Key != c.key {
			t.Errorf("%s: %+v %v", name, rep, err)
			continue
		}
		kept, err := w.Find(t.Context(), everyone, id)
		if err != nil || kept.State != Refused || kept.Failure.Key != c.key {
			t.Errorf("%s: kept %+v %v", name, kept, err)
		}
		if _, err := w.Apply(t.Context(), everyone, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: applied: %v", name, err)
		}
	}
	id, err := w.Receive(t.Context(), everyone, "a.csv", strings.NewReader("截至2023年3月31日,\n编号,姓名\n329901,张三\n"), Options{Kind: "people"})
	if err != nil {
		t.Fatal(err)
	}
	if rep := w.stage(t, id); rep.AsOf != "2023-03-31" {
		t.Errorf("day of the title: %q", rep.AsOf)
	}
}
