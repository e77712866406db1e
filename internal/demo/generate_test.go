package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/demo"
	"tuoxing/internal/fault"
)

// generated writes a small city and gives the bytes of its files by name.
func generated(t *testing.T, seed uint64) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), demo.Options{Dir: dir, Seed: seed, Workers: 1_000}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestGenerate_gives_the_same_bytes_for_the_same_seed(t *testing.T) {
	t.Parallel()
	first, again, other := generated(t, 1), generated(t, 1), generated(t, 2)
	if len(first) != 18 || len(again) != 18 {
		t.Fatalf("%d and %d files, want 18", len(first), len(again))
	}
	for name, text := range first {
		if !bytes.Equal(text, again[name]) {
			t.Errorf("%s differs from run to run", name)
		}
		if bytes.Equal(text, other[name]) && !strings.HasPrefix(name, "外部统计") {
			t.Errorf("%s does not depend on the seed", name)
		}
	}
}

func TestGenerate_writes_the_manifest_it_returns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := demo.Generate(t.Context(), demo.Options{Dir: dir, Seed: 3, Workers: demo.DefaultWorkers})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, demo.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	var read demo.Manifest
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, read); diff != "" {
		t.Errorf("manifest (-returned +written):\n%s", diff)
	}
	refused := map[string]int{}
	for _, f := range m.Files {
		e := f.Expected
		if e.Read != e.Taken+e.Refused+e.Duplicate || len(f.Planted) != e.Refused || f.AsOf.String() != "2022-12-31" {
			t.Errorf("%s: %+v with %d planted rows on %s", f.Name, e, len(f.Planted), f.AsOf)
		}
		if f.Full != (f.Kind == demo.KindRoster) || !creditHolds(f.Org) {
			t.Errorf("%s: full %v, sent by %s", f.Name, f.Full, f.Org)
		}
		rows := rawRows(t, filepath.Join(dir, f.Name))
		for _, p := range f.Planted {
			refused[p.What]++
			if row := rows[p.Row-1]; p.What == "no name" && !slices.Contains(row[:4], "") {
				t.Errorf("%s row %d has a name", f.Name, p.Row)
			}
		}
	}
	for _, what := range []string{"wrong check digit", "no name", "unknown firm", "impossible day"} {
		if refused[what] == 0 {
			t.Errorf("no row with %s", what)
		}
	}
}

func TestGenerate_plants_every_kind_of_dirt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := demo.Generate(t.Context(), demo.Options{Dir: dir, Seed: 1, Workers: demo.DefaultWorkers})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range m.Files {
		for _, l := range readLines(t, filepath.Join(dir, f.Name)) {
			all.WriteString(l.key())
		}
	}
	for what, sign := range map[string]string{
		"full-width digits": "３２９９", "apostrophe": "'3299", "blank in a number": " 19", "name with a gap": "\u3000",
		"dotted name": "·", "(女)": "（女）", "dotted day": "2019.", "spoken day": "2019年", "slashed day": "2019/",
		"midnight": " 00:00:00", "full-width day": "２０", "dashed phone": "199-0", "+86": "+86 ", "roman level": "Ⅲ级",
		"national level": "国家职业资格", "old occupation": "眼镜验光员", "no end": "长期",
	} {
		if !strings.Contains(all.String(), sign) {
			t.Errorf("no %s in the files", what)
		}
	}
}

func TestGenerate_refuses_what_it_cannot_keep(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		o     demo.Options
		field string
	}{
		{"too small", demo.Options{Dir: "x", Workers: demo.MinWorkers - 1}, "scale"},
		{"too large", demo.Options{Dir: "x", Workers: demo.MaxWorkers + 1}, "scale"},
		{"no folder", demo.Options{Workers: demo.DefaultWorkers}, "dir"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := demo.Generate(t.Context(), c.o)
			fields := fault.Fields(err)
			if !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Name != c.field {
				t.Errorf("error %v, fields %v; want one about %s", err, fields, c.field)
			}
		})
	}
}

func TestGenerate_stops_when_asked_and_leaves_no_half_file(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	var last string
	_, err := demo.Generate(ctx, demo.Options{Dir: dir, Seed: 1, Workers: demo.DefaultWorkers,
		Progress: func(done, total int, what string) {
			if last = what; done >= 2_000 {
				stop()
			}
			if done > total {
				t.Errorf("%d of %d rows", done, total)
			}
		}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want cancelled", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == demo.ManifestName {
			t.Error("a manifest was written")
		}
	}
	if len(entries) == 0 || len(entries) > 10 {
		t.Errorf("%d files are left, last reported %s", len(entries), last)
	}
}

func BenchmarkGenerate_default(b *testing.B) {
	for b.Loop() {
		if _, err := demo.Generate(b.Context(), demo.Options{Dir: b.TempDir(), Seed: 1, Workers: demo.DefaultWorkers}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerate_city(b *testing.B) {
	for b.Loop() {
		if _, err := demo.Generate(b.Context(), demo.Options{Dir: b.TempDir(), Seed: 1, Workers: demo.CityWorkers}); err != nil {
			b.Fatal(err)
		}
	}
}
