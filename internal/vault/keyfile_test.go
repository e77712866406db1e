package vault_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

var created = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func newKeyFile(t *testing.T) (string, *vault.Vault) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys", "tuoxing.key")
	v, err := vault.Create(path, created)
	if err != nil {
		t.Fatal(err)
	}
	return path, v
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || f.Key != key {
		t.Errorf("err = %v, want %v %s", err, kind, key)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCreate_writes_a_file_that_opens_again_with_the_same_keys(t *testing.T) {
	t.Parallel()
	path, v := newKeyFile(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("rights = %o, want 600", got)
	}
	wrapped, k, err := v.NewKey(5)
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.Seal(1, "phone", []byte("10000000000"))
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	k2, err := again.Unwrap(5, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k2.Open(1, "phone", sealed); err != nil || string(got) != "10000000000" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if !bytes.Equal(v.BlindIndex("phone", "1"), again.BlindIndex("phone", "1")) {
		t.Error("the blind index changed with reopening")
	}
}

func TestCreate_makes_different_keys_each_time_and_leaves_an_old_file_alone(t *testing.T) {
	t.Parallel()
	path, v := newKeyFile(t)
	before := read(t, path)
	_, err := vault.Create(path, created)
	wantFault(t, err, fault.Conflict, "vault.key_file_exists")
	if !bytes.Equal(before, read(t, path)) {
		t.Error("the old key file was changed")
	}
	_, other := newKeyFile(t)
	if bytes.Equal(v.BlindIndex("phone", "1"), other.BlindIndex("phone", "1")) {
		t.Error("two key files share their index key")
	}
}

func TestOpenOrCreate_makes_one_set_of_keys_when_many_start_together(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tuoxing.key")
	var wg sync.WaitGroup
	opened := make([]*vault.Vault, 16)
	for i := range opened {
		wg.Go(func() {
			v, err := vault.OpenOrCreate(path, created)
			if err != nil { // the only allowed one: somebody is writing this very moment
				wantFault(t, err, fault.Conflict, "vault.key_file_busy")
				return
			}
			opened[i] = v
		})
	}
	wg.Wait()
	last, err := vault.OpenOrCreate(path, created)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range opened {
		if v != nil && !bytes.Equal(v.BlindIndex("phone", "1"), last.BlindIndex("phone", "1")) {
			t.Errorf("start %d has other keys than the file", i)
		}
	}
}

func TestOpen_refuses_a_file_that_others_may_read(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Open(path)
		wantFault(t, err, fault.Invalid, "vault.key_file_open")
		_, err = vault.OpenOrCreate(path, created)
		wantFault(t, err, fault.Invalid, "vault.key_file_open")
	}
}

func TestOpen_says_when_the_file_is_missing(t *testing.T) {
	t.Parallel()
	_, err := vault.Open(filepath.Join(t.TempDir(), "none.key"))
	wantFault(t, err, fault.NotFound, "vault.key_file_missing")
}

func TestOpen_finds_every_changed_byte_of_keys_and_times(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	whole := read(t, path)
	for i, c := range whole {
		// Blanks between the parts carry nothing; every other byte does.
		if strings.ContainsRune(" \n", rune(c)) {
			continue
		}
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		write(t, path, bad)
		_, err := vault.Open(path)
		wantFault(t, err, fault.Invalid, "vault.key_file_damaged")
	}
}

func TestOpen_refuses_a_file_that_is_no_key_file(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	whole := read(t, path)
	var fields map[string]any
	if err := json.Unmarshal(whole, &fields); err != nil {
		t.Fatal(err)
	}
	fields["colour"] = "red"
	extra, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"empty":         nil,
		"cut":           whole[:len(whole)/2],
		"no JSON":       []byte("-----BEGIN PRIVATE KEY-----"),
		"empty object":  []byte("{}"),
		"unknown field": extra,
		"twice":         append(bytes.Clone(whole), whole...),
	} {
		write(t, path, text)
		_, err := vault.Open(path)
		if f, ok := fault.As(err); !ok || f.Key != "vault.key_file_damaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpen_never_shows_keys_in_its_error(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	whole := read(t, path)
	var f struct {
		IndexKey string `json:"index_key"`
	}
	if err := json.Unmarshal(whole, &f); err != nil {
		t.Fatal(err)
	}
	write(t, path, bytes.Replace(whole, []byte(f.IndexKey), []byte("zz"+f.IndexKey[2:]), 1))
	_, err := vault.Open(path)
	if err == nil || strings.Contains(err.Error(), f.IndexKey[2:10]) {
		t.Errorf("err = %v", err)
	}
}

func TestRotate_adds_a_master_key_and_every_old_value_stays_readable(t *testing.T) {
	t.Parallel()
	path, running := newKeyFile(t)
	wrapped, k, err := running.NewKey(5)
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.Seal(1, "phone", []byte("10000000000"))
	rotated, err := vault.Rotate(path, created.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if rotated.NewestMaster() != 2 {
		t.Errorf("newest master = %d, want 2", rotated.NewestMaster())
	}
	again, err := rotated.Rewrap(5, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	// The process that was running all along meets the new wrapping: it must not need a restart.
	k2, err := running.Unwrap(5, again)
	if err != nil {
		t.Fatalf("running process: %v", err)
	}
	if got, err := k2.Open(1, "phone", sealed); err != nil || string(got) != "10000000000" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if running.NewestMaster() != 2 {
		t.Errorf("running process still wraps under master %d", running.NewestMaster())
	}
	if !bytes.Equal(running.BlindIndex("phone", "1"), rotated.BlindIndex("phone", "1")) {
		t.Error("rotation of the master key changed the blind index")
	}
}

func TestRotate_refuses_a_second_rotation_at_the_same_time(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	before := read(t, path)
	write(t, path+".new", nil) // what an unfinished rotation leaves
	_, err := vault.Rotate(path, created)
	wantFault(t, err, fault.Conflict, "vault.key_file_busy")
	if !bytes.Equal(before, read(t, path)) {
		t.Error("the key file was changed")
	}
}

func TestRotate_leaves_nothing_behind_when_the_file_cannot_be_read(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.key")
	_, err := vault.Rotate(path, created)
	wantFault(t, err, fault.NotFound, "vault.key_file_missing")
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
}

func TestUnwrap_names_a_master_key_that_is_not_in_the_file(t *testing.T) {
	t.Parallel()
	path, v := newKeyFile(t)
	old := read(t, path)
	rotated, err := vault.Rotate(path, created)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := rotated.NewKey(5)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, old) // an old copy of the key file was put back
	_, err = v.Unwrap(5, wrapped)
	wantFault(t, err, fault.Unavailable, "vault.master_missing")
}

func TestUnwrap_does_not_take_up_a_foreign_key_file(t *testing.T) {
	t.Parallel()
	path, v := newKeyFile(t)
	foreign, _ := newKeyFile(t)
	rotated, err := vault.Rotate(foreign, created)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := rotated.NewKey(5)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, read(t, foreign))
	_, err = v.Unwrap(5, wrapped)
	wantFault(t, err, fault.Unavailable, "vault.master_missing")
	if v.NewestMaster() != 1 {
		t.Error("the foreign key file was taken up")
	}
}
