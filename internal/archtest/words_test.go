package archtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// The project speaks of itself only: not of the machine it was written on, nor of where modules
// and assets were fetched from. (The patterns are spelled so that they do not match themselves.)
var placeWords = []*regexp.Regexp{
	regexp.MustCompile(`(?:^|[^A-Za-z0-9._-])/(?:work|farm)/`),
	regexp.MustCompile(`[.]library\b`),
	regexp.MustCompile(`before[-]stop`),
	regexp.MustCompile(`(?i)\bthis[ ]session\b`),
	regexp.MustCompile(`proxy[.]golang`),
	regexp.MustCompile(`registry[.]npmjs`),
	regexp.MustCompile(`[.][.]/shared`),
}

// wordRule reads every text file of the project except .ci, which prepares machines.
func wordRule(t *tree) []string {
	var found []string
	for _, p := range t.paths {
		if strings.HasPrefix(p, ".ci/") {
			continue
		}
		text, err := fs.ReadFile(t.fsys, p)
		if errors.Is(err, fs.ErrNotExist) {
			continue // listed by git, deleted in the working copy
		}
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // not text
		}
		for _, w := range placeWords {
			if at := w.FindIndex(text); at != nil {
				line := bytes.Count(text[:at[0]], []byte("\n")) + 1
				found = append(found, fmt.Sprintf("%s:%d: %q is no word of the project", p, line, text[at[0]:at[1]]))
			}
		}
	}
	return found
}

func TestWords_speak_of_the_project_only(t *testing.T) {
	t.Parallel()
	report(t, wordRule(theHouse(t)))
}

func TestWordRule_finds_what_is_planted(t *testing.T) {
	t.Parallel()
	got := wordRule(planted(t, fstest.MapFS{
		".ci/run":      {Data: []byte("cd /" + "work/main")},
		"a.md":         {Data: []byte("first\nsee /" + "work/main")},
		"b.go":         {Data: []byte("package b // " + "This" + " session")},
		"c.sh":         {Data: []byte("GOPROXY=https://proxy." + "golang.org")},
		"d.yaml":       {Data: []byte("from: .." + "/shared/x")},
		"fine.md":      {Data: []byte("https://example.cn/" + "work/1.html; a network/" + "work/shop")},
		"picture.data": {Data: []byte("\x00 /" + "work/")},
	}))
	want(t, got, "a.md:2", "b.go:1", "c.sh:1", "d.yaml:1")
}
