package demo_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tuoxing/internal/demo"
)

// dirtied writes a small city with its soiled lists and gives the bytes of all files by name.
func dirtied(t *testing.T, seed uint64, dirty bool) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	if _, err := demo.Generate(t.Context(), demo.Options{Dir: dir, Seed: seed, Workers: demo.MinWorkers, Dirty: dirty}); err != nil {
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

func TestGenerate_soils_the_same_way_for_the_same_seed(t *testing.T) {
	t.Parallel()
	first, again, other := dirtied(t, 4, true), dirtied(t, 4, true), dirtied(t, 5, true)
	soiled := 0
	for name, text := range first {
		if !bytes.Equal(text, again[name]) {
			t.Errorf("%s differs from run to run", name)
		}
		if !strings.HasPrefix(name, "瑕疵_") && name != demo.DefectList {
			continue
		}
		if soiled++; bytes.Equal(text, other[name]) && !strings.HasPrefix(name, "瑕疵_组织机构") {
			t.Errorf("%s does not depend on the seed", name)
		}
	}
	if soiled != 5 {
		t.Errorf("%d soiled files, want 5", soiled)
	}
}

func TestGenerate_leaves_the_clean_files_alone_beside_soiled_ones(t *testing.T) {
	t.Parallel()
	clean, soiled := dirtied(t, 4, false), dirtied(t, 4, true)
	if len(clean) != 18 || len(soiled) != 24 {
		t.Fatalf("%d and %d files, want 18 and 24", len(clean), len(soiled))
	}
	for name, text := range clean {
		if name != demo.ManifestName && !bytes.Equal(text, soiled[name]) {
			t.Errorf("%s differs", name)
		}
	}
}
