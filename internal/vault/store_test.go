package vault_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

const (
	frame = 64 << 10 // plaintext bytes of a piece
	noise = 16       // tag of a piece
	magic = 4
	big   = 1 << 30
)

type stored struct {
	dir   string
	store *vault.Store
	v     *vault.Vault
}

func newStore(t *testing.T) stored {
	t.Helper()
	_, v := newKeyFile(t)
	dir := filepath.Join(t.TempDir(), "files")
	s, err := vault.NewStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return stored{dir: dir, store: s, v: v}
}

func (s stored) put(t *testing.T, content []byte) vault.File {
	t.Helper()
	f, err := s.store.Put(bytes.NewReader(content), s.v, big)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// all reads the file from end to end.
func (s stored) all(f vault.File) ([]byte, error) {
	r, err := s.store.Open(f, s.v)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

func (s stored) empty(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left behind: %s", e.Name())
	}
}

func content(size int) []byte {
	b := make([]byte, size)
	src := rand.NewChaCha8([32]byte{1})
	_, _ = src.Read(b) // ChaCha8.Read always fills and never fails
	return b
}

func TestPut_and_Open_give_back_every_size_around_the_pieces(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, size := range []int{0, 1, frame - 1, frame, frame + 1, 2 * frame, 2*frame + 7, 20*frame + 3} {
		want := content(size)
		f := s.put(t, want)
		sum := sha256.Sum256(want)
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(size) {
			t.Errorf("%d bytes: File = %s, %d", size, f.SHA256, f.Size)
		}
		if got, err := s.all(f); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: read %d, %v", size, len(got), err)
		}
		pieces := max(1, (size+frame-1)/frame)
		if got := len(read(t, filepath.Join(s.dir, f.Name))); got != magic+size+pieces*noise {
			t.Errorf("%d bytes: %d on the disk", size, got)
		}
	}
}

func TestPut_reads_a_source_that_gives_little_at_a_time(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := content(2*frame + 5)
	f, err := s.store.Put(iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(want))), s.v, big)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.all(f); err != nil || !bytes.Equal(got, want) {
		t.Errorf("read %d, %v", len(got), err)
	}
}

func TestPut_writes_no_plaintext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	word := []byte("托星一号职工花名册")
	f := s.put(t, bytes.Repeat(word, frame/len(word)+100))
	if bytes.Contains(read(t, filepath.Join(s.dir, f.Name)), word) {
		t.Error("the stored file shows its content")
	}
}

func TestPut_keeps_the_same_content_twice_under_two_keys(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a, b := s.put(t, content(100)), s.put(t, content(100))
	if a.SHA256 != b.SHA256 || a.Name == b.Name || bytes.Equal(a.WrappedKey, b.WrappedKey) {
		t.Errorf("a = %v, b = %v", a.Name, b.Name)
	}
	if err := s.store.Remove(a.Name); err != nil {
		t.Fatal(err)
	}
	if _, err := s.all(b); err != nil {
		t.Errorf("the second file went with the first: %v", err)
	}
}

func TestPut_takes_a_file_of_the_limit_and_refuses_one_byte_more(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f, err := s.store.Put(bytes.NewReader(content(1000)), s.v, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Remove(f.Name); err != nil {
		t.Fatal(err)
	}
	_, err = s.store.Put(bytes.NewReader(content(1001)), s.v, 1000)
	wantFault(t, err, fault.TooLarge, "vault.file_too_large")
	s.empty(t)
}

func TestPut_leaves_nothing_when_the_source_breaks_off(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	broken := errors.New("connection lost")
	for _, size := range []int{0, 10, frame, frame + 10} {
		r := io.MultiReader(bytes.NewReader(content(size)), iotest.ErrReader(broken))
		if _, err := s.store.Put(r, s.v, big); !errors.Is(err, broken) {
			t.Errorf("broken after %d: %v", size, err)
		}
	}
	s.empty(t)
}

func TestOpen_finds_changes_of_the_stored_bytes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f := s.put(t, content(2*frame+100))
	path := filepath.Join(s.dir, f.Name)
	whole := read(t, path)
	piece := frame + noise
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[at] ^= 1; return b }
	}
	cases := map[string]func([]byte) []byte{
		"magic":                   flip(0),
		"first byte of a piece":   flip(magic),
		"middle of a piece":       flip(magic + 1000),
		"tag of the first piece":  flip(magic + piece - 1),
		"second piece":            flip(magic + piece + 5),
		"last piece":              flip(magic + 2*piece + 5),
		"last byte":               flip(len(whole) - 1),
		"one byte less":           func(b []byte) []byte { return b[:len(b)-1] },
		"without the last piece":  func(b []byte) []byte { return b[:magic+2*piece] },
		"without the first piece": func(b []byte) []byte { return append(b[:magic], b[magic+piece:]...) },
		"one byte more":           func(b []byte) []byte { return append(b, 0) },
		"nothing":                 func([]byte) []byte { return nil },
		"two pieces exchanged": func(b []byte) []byte {
			out := append([]byte{}, b[:magic]...)
			out = append(out, b[magic+piece:magic+2*piece]...)
			out = append(out, b[magic:magic+piece]...)
			return append(out, b[magic+2*piece:]...)
		},
	}
	for name, change := range cases {
		write(t, path, change(bytes.Clone(whole)))
		if _, err := s.all(f); !errors.Is(err, vault.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
	write(t, path, whole)
	if _, err := s.all(f); err != nil {
		t.Errorf("put back as it was: %v", err)
	}
}

func TestOpen_refuses_a_File_that_was_changed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f, other := s.put(t, content(2*frame)), s.put(t, content(50))
	shorter := f
	shorter.Size = frame
	exchanged := f
	exchanged.WrappedKey = other.WrappedKey
	renamed := f
	renamed.Name = other.Name
	rehashed := f
	rehashed.SHA256 = other.SHA256
	for name, bad := range map[string]vault.File{"size": shorter, "key": exchanged, "name": renamed, "hash": rehashed} {
		if _, err := s.all(bad); !errors.Is(err, vault.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
}

// A piece cut off together with a File that agrees: the key is bound to the length, and the last
// piece is marked, so even the keeper of both cannot shorten a file unseen.
func TestOpen_finds_a_file_cut_at_a_piece(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f := s.put(t, content(2*frame))
	path := filepath.Join(s.dir, f.Name)
	write(t, path, read(t, path)[:magic+frame+noise])
	f.Size = frame
	if _, err := s.all(f); !errors.Is(err, vault.ErrDamaged) {
		t.Errorf("%v, want ErrDamaged", err)
	}
}

func TestStore_stays_in_its_folder(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f := s.put(t, content(10))
	victim := filepath.Join(filepath.Dir(s.dir), "victim")
	write(t, victim, []byte("x"))
	for _, name := range []string{"../victim", victim, "", ".", f.Name + "/../../victim", f.SHA256} {
		bad := f
		bad.Name = name
		if _, err := s.all(bad); err == nil {
			t.Errorf("opened %q", name)
		}
		if err := s.store.Remove(name); err == nil {
			t.Errorf("removed %q", name)
		}
	}
	read(t, victim)
}

func TestRemove_destroys_a_file_and_may_be_repeated(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	f := s.put(t, content(10))
	for range 2 {
		if err := s.store.Remove(f.Name); err != nil {
			t.Fatal(err)
		}
	}
	s.empty(t)
	_, err := s.all(f)
	wantFault(t, err, fault.NotFound, "vault.file_missing")
}

func TestRewrapFile_moves_a_stored_file_to_the_newest_master(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	path, v := newKeyFile(t)
	s.v = v
	f := s.put(t, content(300))
	rotated, err := vault.Rotate(path, created)
	if err != nil {
		t.Fatal(err)
	}
	if f.WrappedKey, err = rotated.RewrapFile(f); err != nil {
		t.Fatal(err)
	}
	if got := vault.MasterOf(f.WrappedKey); got != 2 {
		t.Errorf("master = %d, want 2", got)
	}
	if got, err := s.all(f); err != nil || !bytes.Equal(got, content(300)) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

func TestReader_reads_like_a_file_at_any_place(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := content(40*frame + 11) // more pieces than the Reader keeps
	r, err := s.store.Reader(s.put(t, want), s.v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if r.Size() != int64(len(want)) {
		t.Errorf("Size = %d", r.Size())
	}
	var wg sync.WaitGroup
	for seed := range uint64(4) {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, 1))
			for range 200 {
				at, length := rnd.IntN(len(want)), rnd.IntN(3*frame)
				buf := make([]byte, length)
				n, err := r.ReadAt(buf, int64(at))
				expected := want[at:min(at+length, len(want))]
				if !bytes.Equal(buf[:n], expected) || (n < length) != errors.Is(err, io.EOF) {
					t.Errorf("ReadAt(%d bytes at %d) = %d, %v", length, at, n, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := r.ReadAt(make([]byte, 1), int64(len(want))); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %d, %v", n, err)
	}
	if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("a negative offset was accepted")
	}
}

func TestReader_gives_good_pieces_and_refuses_the_damaged_one(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := content(3 * frame)
	f := s.put(t, want)
	path := filepath.Join(s.dir, f.Name)
	b := read(t, path)
	b[magic+(frame+noise)+9] ^= 1
	write(t, path, b)
	r, err := s.store.Reader(f, s.v)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 2*frame)
	n, err := r.ReadAt(buf, 0)
	if n != frame || !errors.Is(err, vault.ErrDamaged) || !bytes.Equal(buf[:n], want[:n]) {
		t.Errorf("ReadAt = %d, %v", n, err)
	}
	if n, err := r.ReadAt(buf[:10], 2*frame); n != 10 || err != nil || !bytes.Equal(buf[:10], want[2*frame:2*frame+10]) {
		t.Errorf("piece after the damaged one: %d, %v", n, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkStore(b *testing.B) {
	v, err := vault.Create(filepath.Join(b.TempDir(), "k"), created)
	if err != nil {
		b.Fatal(err)
	}
	s, err := vault.NewStore(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	data := content(16 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		f, err := s.Put(bytes.NewReader(data), v, big)
		if err != nil {
			b.Fatal(err)
		}
		r, err := s.Open(f, v)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(r.Close(), s.Remove(f.Name)); err != nil {
			b.Fatal(err)
		}
	}
}

// brokenOff is a source that ends before its time, as an upload does when the network goes.
type brokenOff struct{ left int }

func (b *brokenOff) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(b.left, len(p))
	b.left -= n
	return n, nil
}

func TestPut_refuses_a_source_that_breaks_off(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v, err := vault.Create(filepath.Join(dir, "key"), time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	s, err := vault.NewStore(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 64 << 10, 100_000} {
		if f, err := s.Put(&brokenOff{left: size}, v, 1<<20); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes and then cut: file %q, error %v", size, f.Name, err)
		}
	}
}
