package intake

import (
	"context"
	"io"
	"strings"
	"testing"

	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
)

// verbs is every verb over one import.
func (w *world) verbs(ctx context.Context, who Viewer, id ImportID) map[string]func() error {
	return map[string]func() error{
		"find":    func() error { _, err := w.Find(ctx, who, id); return err },
		"stage":   func() error { _, err := w.Stage(ctx, who, id); return err },
		"dry run": func() error { _, err := w.DryRun(ctx, who, id); return err },
		"apply":   func() error { _, err := w.Apply(ctx, who, id); return err },
		"undo":    func() error { _, err := w.Undo(ctx, who, id, "x"); return err },
		"confirm": func() error { return w.Confirm(ctx, who, id, 1) },
		"change":  func() error { return w.Change(ctx, who, id, 1, nil) },
		"rejects": func() error { return w.Rejects(ctx, who, id, locale.New(locale.ZH), io.Discard) },
		"discard": func() error { return w.Discard(ctx, who, id) },
		"row cells": func() error {
			_, err := w.RowCells(ctx, who, id, ledger.LineOf(0, 2))
			return err
		},
		"problems": func() error {
			_, _, err := w.Problems(ctx, who, id, "", 0, 9)
			return err
		},
	}
}

func TestVerbs_ask_for_the_right_first(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{})
	asked := ""
	nobody := Viewer{User: 9, Sees: everything, May: func(right string) error {
		asked = right
		return fault.New(fault.Forbidden, "intake.unit_outside")
	}}
	want := map[string]string{"find": RightRead, "stage": RightWrite, "dry run": RightWrite, "apply": RightWrite, "undo": RightUndo,
		"confirm": RightWrite, "change": RightWrite, "rejects": RightWrite, "problems": RightRead, "discard": RightWrite, "row cells": RightRead}
	for name, do := range w.verbs(t.Context(), nobody, id) {
		if err := do(); !fault.Is(err, fault.Forbidden) || asked != want[name] {
			t.Errorf("%s: asked for %q, want %q: %v", name, asked, want[name], err)
		}
	}
	if _, _, err := w.List(t.Context(), nobody, Filter{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("list: %v", err)
	}
	if _, err := w.Receive(t.Context(), nobody, "a", strings.NewReader("x"), Options{Kind: "people"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("receive: %v", err)
	}
	if w.count(t, "intake_import") != 1 {
		t.Error("a refused file was kept")
	}
}

func TestVerbs_know_no_import_outside_the_viewers_units(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.receive(t, roster, Options{Unit: 5})
	w.receive(t, roster, Options{Unit: 6})
	stranger := Viewer{User: 8, May: Trusted(8).May, Sees: func(unit int64) bool { return unit == 6 }}
	ctx := t.Context()
	for name, do := range w.verbs(ctx, stranger, id) {
		if err := do(); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Receive(ctx, stranger, "a", strings.NewReader("x"), Options{Kind: "people", Unit: 5}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("receive: %v", err)
	}
	list, total, err := w.List(ctx, stranger, Filter{})
	if err != nil || total != 1 || len(list) != 1 || list[0].Unit != 6 {
		t.Errorf("list: %+v %d %v", list, total, err)
	}
	if _, total, err := w.List(ctx, Viewer{May: stranger.May, Sees: func(int64) bool { return false }}, Filter{}); err != nil || total != 0 {
		t.Errorf("list of nobody: %d %v", total, err)
	}
}
