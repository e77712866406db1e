package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vector is one of the public test vectors. Some carry the answer of a strict mode, which there is
// none of here.
type vector struct {
	Input, Error, Kind, Sex, Birth, Normalised, Upgraded, Authority string
	Valid                                                           bool
}

func readVectors(t *testing.T, name string, least int) []vector {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < least {
		t.Fatalf("only %d vectors", len(file.Vectors))
	}
	return file.Vectors
}

// checkAll checks all inputs in one run and gives the answers, one object a line.
func checkAll(t *testing.T, what string, inputs []string) []map[string]any {
	t.Helper()
	r := env{}.run(strings.Join(inputs, "\n")+"\n", "check", what)
	if r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	var out []map[string]any
	for line := range strings.Lines(r.out) {
		var doc map[string]any
		if err := json.Unmarshal([]byte(line), &doc); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, doc)
	}
	if len(out) != len(inputs) {
		t.Fatalf("%d answers to %d values", len(out), len(inputs))
	}
	return out
}

func checkVectors(t *testing.T, what string, vectors []vector) {
	t.Helper()
	inputs := make([]string, len(vectors))
	for i, v := range vectors {
		inputs[i] = v.Input
	}
	for i, got := range checkAll(t, what, inputs) {
		v := vectors[i]
		reason, _ := got["reason"].(string)
		if got["input"] != v.Input || got["valid"] != v.Valid || reason != v.Error {
			t.Errorf("%s: %v, want valid %v, reason %q", v.Input, got, v.Valid, v.Error)
		}
		if message, _ := got["message"].(string); v.Valid != (message == "") {
			t.Errorf("%s: message %q", v.Input, message)
		}
		if !v.Valid {
			continue
		}
		for name, want := range map[string]string{"kind": v.Kind, "sex": v.Sex, "birth": v.Birth, "normalised": v.Normalised + v.Upgraded, "authority": v.Authority} {
			if want != "" && got[name] != want {
				t.Errorf("%s: %s %v, want %s", v.Input, name, got[name], want)
			}
		}
	}
}

func TestCheck_id_agrees_with_the_public_vectors(t *testing.T) {
	t.Parallel()
	checkVectors(t, "id", readVectors(t, "resident_id_vectors.json", 28))
}

func TestCheck_credit_code_agrees_with_the_public_vectors(t *testing.T) {
	t.Parallel()
	checkVectors(t, "credit-code", readVectors(t, "credit_code_vectors.json", 62))
}

// There are no public vectors of certificate numbers: these are made up after the published rules,
// with bodies that do not exist.
func TestCheck_certificate_reads_both_forms_in_use(t *testing.T) {
	t.Parallel()
	cases := []struct {
		input, reason, form string
		year, rank          float64
	}{
		{"Y000032990000213000001", "", "skill22", 2021, 4},
		{"ｙ０００032990000213000001", "", "skill22", 2021, 4},
		{"Y000032990000219000001", "level", "", 0, 0},
		{"1810003299301234", "", "quals16", 2018, 4},
		{"12345", "format", "", 0, 0},
		{"", "format", "", 0, 0},
	}
	inputs := make([]string, len(cases))
	for i, c := range cases {
		inputs[i] = c.input
	}
	for i, got := range checkAll(t, "certificate", inputs) {
		c := cases[i]
		reason, _ := got["reason"].(string)
		if got["valid"] != (c.reason == "") || reason != c.reason {
			t.Errorf("%q: %v, want reason %q", c.input, got, c.reason)
		}
		if c.reason == "" && (got["form"] != c.form || got["year"] != c.year || got["rank"] != c.rank) {
			t.Errorf("%q: %v, want %s of %v, rank %v", c.input, got, c.form, c.year, c.rank)
		}
	}
}

func TestCheck_answers_every_line_however_long(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 200_000)
	answers := checkAll(t, "id", []string{"", long, "329901198001150014"})
	if answers[0]["valid"] != false || answers[1]["valid"] != false || answers[2]["valid"] != true {
		t.Errorf("answers %v, %v, %v", answers[0]["valid"], answers[1]["valid"], answers[2]["valid"])
	}
}
