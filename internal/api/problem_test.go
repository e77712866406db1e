package api

import (
	"fmt"
	"strings"
	"testing"

	"tuoxing/internal/fault"
	"tuoxing/internal/locale"
)

func TestStatusOf_knows_every_kind_and_its_title(t *testing.T) {
	t.Parallel()
	taken := map[int]fault.Kind{}
	for _, kind := range fault.Kinds {
		status, ok := statusOf[kind]
		if !ok || status < 400 {
			t.Errorf("%s: status %d", kind, status)
		}
		if other, twice := taken[status]; twice {
			t.Errorf("%s and %s share status %d", kind, other, status)
		}
		taken[status] = kind
		if got := kindOfStatus(status); got != kind {
			t.Errorf("status %d leads back to %s, want %s", status, got, kind)
		}
		for _, lang := range locale.Langs {
			if p := locale.New(lang); !p.Has("api.title_"+kind.String()) || !p.Has("api.fix_"+kind.String()) {
				t.Errorf("%s has no title or no way to mend it in %s", kind, lang)
			}
		}
	}
	if len(statusOf) != len(fault.Kinds) {
		t.Errorf("%d statuses for %d kinds", len(statusOf), len(fault.Kinds))
	}
}

func TestWordsFor_finds_the_sentence_and_its_arguments(t *testing.T) {
	t.Parallel()
	cases := []struct {
		message, key, field string
		args                string
	}{
		{"unknown query parameter", "api.unknown_parameter", "", "[]"},
		{"required query parameter is missing", "api.parameter_missing", "", "[]"},
		{"invalid integer", "api.want_integer", "", "[]"},
		{"expected number <= 500", "api.too_big", "", "[500]"},
		{"expected length >= 1", "api.too_short", "", "[1]"},
		{"expected array length <= 10", "api.too_many", "", "[10]"},
		{"expected required property why to be present", "api.field_missing", "why", "[]"},
		{`expected value to be one of "refuse, mend"`, "api.one_of", "", "[refuse, mend]"},
		{"invalid character 'x' after top-level value", "api.unreadable", "", "[]"},
	}
	for _, c := range cases {
		w := wordsFor(c.message)
		if w.key != c.key || w.field != c.field || fmt.Sprint(w.args) != c.args {
			t.Errorf("%q: %+v", c.message, w)
		}
		for _, lang := range locale.Langs {
			if text := locale.New(lang).T(w.key, w.args...); strings.Contains(text, "%!") || text == w.key {
				t.Errorf("%s in %s: %q", w.key, lang, text)
			}
		}
	}
}

func TestMessages_have_a_sentence_each(t *testing.T) {
	t.Parallel()
	for _, m := range messages() {
		message := verbs.ReplaceAllString(m.format, "7")
		if got := wordsFor(message); got.key != m.key {
			t.Errorf("%q finds %s, want %s", message, got.key, m.key)
		}
	}
}

// Whoever refuses may have said how to mend it; where nobody did, the way of the kind stands there.
func TestProblem_always_says_how_to_mend_it(t *testing.T) {
	t.Parallel()
	s := &Server{}
	for _, lang := range locale.Langs {
		v := &visit{p: locale.New(lang)}
		for _, kind := range fault.Kinds {
			if got, want := s.problem(v, fault.New(kind, "fault.invalid")).Fix, v.p.T("api.fix_"+kind.String()); got != want {
				t.Errorf("%s in %s: %q", kind, lang, got)
			}
		}
		own := fault.New(fault.Unauthenticated, "account.login_failed").WithFix("account.login_failed_fix")
		if got, want := s.problem(v, own).Fix, v.p.T("account.login_failed_fix"); got != want {
			t.Errorf("the module's own way is lost: %q", got)
		}
	}
}
