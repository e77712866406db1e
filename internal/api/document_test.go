package api_test

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/api"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml")

const golden = "../../docs/openapi.yaml"

var versionLine = regexp.MustCompile(`(?m)^ +version: "?([0-9]+\.[0-9]+\.[0-9]+)"?$`)

// stale says why the written document does not fit the one that is served, or nothing.
func stale(written, served []byte) string {
	if bytes.Equal(written, served) {
		return ""
	}
	old, now := versionLine.FindSubmatch(written), versionLine.FindSubmatch(served)
	switch {
	case len(written) == 0:
		return "is missing: run the test with -update"
	case old == nil || now == nil:
		return "has no version"
	case bytes.Equal(old[1], now[1]):
		return "differs and the version does not: raise api.Version, then run the test with -update"
	}
	return "differs: run the test with -update"
}

func TestDocument_is_the_one_in_docs(t *testing.T) {
	t.Parallel()
	served, err := (&api.Server{}).Document()
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(golden)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	why := stale(written, served)
	if *update && why != "" && !strings.Contains(why, "raise api.Version") {
		if err := os.WriteFile(golden, served, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if found := versionLine.FindSubmatch(served); found == nil || string(found[1]) != api.Version {
		t.Errorf("the version found in the document is %q", found)
	}
	if why != "" {
		t.Errorf("docs/openapi.yaml %s\n%s", why, cmp.Diff(string(written), string(served)))
	}
}

func TestStale_asks_for_a_new_version(t *testing.T) {
	t.Parallel()
	one, other, next := []byte("info:\n    version: 1.0.0\npaths: a\n"), []byte("info:\n    version: 1.0.0\npaths: b\n"), []byte("info:\n    version: 1.1.0\npaths: b\n")
	for _, c := range []struct {
		written, served []byte
		want            string
	}{{one, one, ""}, {one, other, "raise api.Version"}, {one, next, "-update"}, {nil, one, "missing"}, {[]byte("x"), one, "no version"}} {
		if got := stale(c.written, c.served); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.served, got, c.want)
		}
	}
}

func TestOperations_are_named_once_and_public_only_where_nothing_is_said(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	var public []string
	for _, op := range (&api.Server{}).Operations() {
		if seen[op.Name] || op.Name == "" {
			t.Errorf("%s %s: the name %q is taken or missing", op.Method, op.Path, op.Name)
		}
		seen[op.Name] = true
		if op.Public {
			public = append(public, op.Name)
		}
	}
	slices.Sort(public)
	if diff := cmp.Diff([]string{"document-show", "health-alive", "health-ready", "own-activate", "session-activate", "session-open"}, public); diff != "" {
		t.Errorf("public operations (-want +got):\n%s", diff)
	}
	doc, err := (&api.Server{}).Document()
	if err != nil || bytes.Contains(doc, []byte("ErrorModel")) || bytes.Contains(doc, []byte("#/components/schemas/Error")) {
		t.Errorf("the library's own error is in the document: %v", err)
	}
}
