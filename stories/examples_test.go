package stories_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The csv examples of docs/formats.md go through the real import, by the commands that stand above
// them, and every row of each is taken.
func TestFormats_examples_can_be_imported(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(formats)
	if err != nil {
		t.Fatal(err)
	}
	var script, files strings.Builder
	found := regexp.MustCompile("(?s)`([a-z]+\\.csv)`, imported with `(tuoxing import [^`]+)`[^`]*```csv\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(found) != 4 {
		t.Fatalf("%d examples with a command, want one of each kind", len(found))
	}
	for _, m := range found {
		fmt.Fprintf(&script, "exec %s --json\njson stdout imports.0.state applied imports.0.refused 0\n! json stdout imports.0.read 0\n", m[2])
		fmt.Fprintf(&files, "-- %s --\n%s", m[1], m[3])
	}
	script.WriteString("counts want.txt employees highly_skilled_ever employed highly_skilled_per_10k --on 2023-04-10\n")
	files.WriteString("-- want.txt --\nemployees 1\nhighly_skilled_ever 1\nemployed 402000\nhighly_skilled_per_10k 0\n")
	story := filepath.Join(t.TempDir(), "examples.txtar")
	if err := os.WriteFile(story, []byte(script.String()+files.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	tell(t, story)
}
