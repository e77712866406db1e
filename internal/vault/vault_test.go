package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"tuoxing/internal/fault"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// GB/T 32905 annex A.1.
func TestSM3_gives_the_hash_of_the_standard(t *testing.T) {
	t.Parallel()
	got := sm3.Sum([]byte("abc"))
	want := unhex(t, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
	if !bytes.Equal(got[:], want) {
		t.Errorf("SM3(abc) = %x, want %x", got, want)
	}
}

// GB/T 32907 annex A.1.
func TestSM4_gives_the_block_of_the_standard(t *testing.T) {
	t.Parallel()
	key := unhex(t, "0123456789abcdeffedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, sm4.BlockSize)
	block.Encrypt(got, key)
	if want := unhex(t, "681edf34d206965e86b3e94f536e4246"); !bytes.Equal(got, want) {
		t.Errorf("SM4 = %x, want %x", got, want)
	}
}

// RFC 8998 appendix A.1.
func TestSM4_GCM_gives_the_ciphertext_of_RFC_8998(t *testing.T) {
	t.Parallel()
	aead, err := newAEAD(unhex(t, "0123456789abcdeffedcba9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	plain := unhex(t, "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"+
		"eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa")
	aad := unhex(t, "feedfacedeadbeeffeedfacedeadbeefabaddad2")
	got := aead.Seal(nil, unhex(t, "00001234567800000000abcd"), plain, aad)
	want := unhex(t, "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"+
		"d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"+
		"83de3541e4c2b58177e065a9bf7b62ec")
	if !bytes.Equal(got, want) {
		t.Errorf("SM4-GCM = %x, want %x", got, want)
	}
}

// hmacByHand is RFC 2104 written out, a second way to the same bytes.
func hmacByHand(key, msg []byte) []byte {
	inner, outer := make([]byte, sm3.BlockSize), make([]byte, sm3.BlockSize)
	copy(inner, key)
	copy(outer, key)
	for i := range inner {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	first := sm3.Sum(append(inner, msg...))
	second := sm3.Sum(append(outer, first[:]...))
	return second[:]
}

func testVault(t testing.TB) *Vault {
	t.Helper()
	return withRing(t, 1)
}

// withRing makes a vault with master keys 1 … newest of known bytes and no file behind it.
func withRing(t testing.TB, newest byte) *Vault {
	t.Helper()
	ring := &keyring{masters: map[byte]cipher.AEAD{}, newest: newest, index: bytes.Repeat([]byte{7}, indexKeySize)}
	for id := byte(1); id <= newest; id++ {
		aead, err := newAEAD(bytes.Repeat([]byte{id}, keySize))
		if err != nil {
			t.Fatal(err)
		}
		ring.masters[id] = aead
	}
	v := &Vault{path: t.TempDir() + "/absent.key"}
	v.ring.Store(ring)
	return v
}

func TestBlindIndex_is_HMAC_SM3_of_domain_and_value(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	want := hmacByHand(bytes.Repeat([]byte{7}, indexKeySize), []byte("\x00\x00\x00\x05phone10000000000"))
	if got := v.BlindIndex("phone", "10000000000"); !hmac.Equal(got, want) {
		t.Errorf("index = %x, want %x", got, want)
	}
}

func TestBlindIndex_keeps_domains_apart(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	pairs := [][2]string{{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {"ab", "d"}}
	seen := map[string][2]string{}
	for _, p := range pairs {
		x := string(v.BlindIndex(p[0], p[1]))
		if before, ok := seen[x]; ok {
			t.Errorf("%q and %q have one index", before, p)
		}
		seen[x] = p
	}
}

func TestIndexer_gives_the_same_bytes_when_reused(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	x := v.Indexer()
	first := x.Sum("resident_id", "one")
	kept := bytes.Clone(first)
	for _, value := range []string{"two", "a much longer value than the first one was, over one block of the hash", "one"} {
		if got := x.Sum("resident_id", value); !bytes.Equal(got, v.BlindIndex("resident_id", value)) {
			t.Errorf("%q: the reused Indexer differs", value)
		}
	}
	if !bytes.Equal(first, kept) {
		t.Error("a later Sum wrote over an earlier result")
	}
}

func TestKey_opens_what_it_sealed_and_only_there(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	wrapped, k, err := v.NewKey(42)
	if err != nil {
		t.Fatal(err)
	}
	plain := []byte("329901199001010016")
	sealed := k.Seal(9, "resident_id", plain)
	again, err := v.Unwrap(42, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(9, "resident_id", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if bytes.Contains(sealed, plain) || bytes.Equal(sealed, k.Seal(9, "resident_id", plain)) {
		t.Error("sealed value shows its plaintext or repeats")
	}
	_, other, err := v.NewKey(43)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another row":    func() ([]byte, error) { return k.Open(10, "resident_id", sealed) },
		"another column": func() ([]byte, error) { return k.Open(9, "phone", sealed) },
		"another person": func() ([]byte, error) { return other.Open(9, "resident_id", sealed) },
		"nothing":        func() ([]byte, error) { return k.Open(9, "resident_id", nil) },
	} {
		if got, err := open(); !errors.Is(err, ErrDamaged) || got != nil {
			t.Errorf("%s: Open = %q, %v, want ErrDamaged", name, got, err)
		}
	}
}

func TestKey_seals_the_empty_value(t *testing.T) {
	t.Parallel()
	_, k, err := testVault(t).NewKey(1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Open(1, "phone", k.Seal(1, "phone", nil)); err != nil || len(got) != 0 {
		t.Errorf("Open = %q, %v", got, err)
	}
}

func TestKey_finds_every_changed_byte_and_every_cut(t *testing.T) {
	t.Parallel()
	_, k, err := testVault(t).NewKey(1)
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.Seal(1, "phone", []byte("10000000000"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open(1, "phone", bad); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := k.Open(1, "phone", sealed[:i]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestUnwrap_refuses_another_person_and_every_changed_byte(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	wrapped, _, err := v.NewKey(42)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Unwrap(43, wrapped); !errors.Is(err, ErrDamaged) {
		t.Errorf("another person: %v", err)
	}
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		_, err := v.Unwrap(42, bad)
		// The second byte is the id of the master key; the vault then misses that key file.
		if i == 1 && fault.Is(err, fault.NotFound) {
			continue
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := v.Unwrap(42, wrapped[:i]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestUnwrap_keeps_keys_of_files_and_persons_apart(t *testing.T) {
	t.Parallel()
	v := testVault(t)
	wrapped := v.wrap(newRawKey(), purposeFile, personAAD(42))
	if _, err := v.Unwrap(42, wrapped); !errors.Is(err, ErrDamaged) {
		t.Errorf("the key of a file passed for a person's: %v", err)
	}
}

func TestRewrap_moves_a_key_to_the_newest_master(t *testing.T) {
	t.Parallel()
	old, rotated := withRing(t, 1), withRing(t, 2)
	wrapped, k, err := old.NewKey(42)
	if err != nil {
		t.Fatal(err)
	}
	sealed := k.Seal(1, "phone", []byte("10000000000"))
	again, err := rotated.Rewrap(42, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if MasterOf(wrapped) != 1 || MasterOf(again) != 2 || rotated.NewestMaster() != 2 {
		t.Errorf("master %d → %d, want 1 → 2", MasterOf(wrapped), MasterOf(again))
	}
	k2, err := rotated.Unwrap(42, again)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k2.Open(1, "phone", sealed); err != nil || string(got) != "10000000000" {
		t.Errorf("value sealed before the rotation: %q, %v", got, err)
	}
	if same, err := rotated.Rewrap(42, again); err != nil || !bytes.Equal(same, again) {
		t.Errorf("a key under the newest master was changed: %v", err)
	}
	if _, err := rotated.Rewrap(43, wrapped); !errors.Is(err, ErrDamaged) {
		t.Errorf("rewrap for another person: %v", err)
	}
}

// Store refuses a shorter length earlier, because the wrapped key is bound to it; the mark on the
// last frame holds also against somebody who has the opened key.
func TestReader_finds_a_missing_last_frame_by_its_mark(t *testing.T) {
	t.Parallel()
	raw := newRawKey()
	for _, size := range []int64{2 * frameSize, 2*frameSize + 5} {
		file, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := writeFrames(file, bytes.NewReader(make([]byte, size)), raw); err != nil {
			t.Fatal(err)
		}
		if err := file.Truncate(sealedSize(frameSize)); err != nil {
			t.Fatal(err)
		}
		r, err := newReader(file, raw, frameSize)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.ReadAt(make([]byte, 10), 0); n != 0 || !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes cut to one frame: %d, %v", size, n, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAddMaster_stops_at_the_last_id(t *testing.T) {
	t.Parallel()
	f := &keyFile{}
	for range maxMasters {
		if err := f.addMaster(time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if last := f.Masters[maxMasters-1].ID; last != 255 {
		t.Errorf("last id = %d, want 255", last)
	}
	err := f.addMaster(time.Unix(0, 0))
	if got, ok := fault.As(err); !ok || got.Key != "vault.masters_full" {
		t.Errorf("one more: %v", err)
	}
}

// The aim is 680,000 people (the roster of a city) × (seal + index) in under one second of
// processor time, 1,470 ns each.
func BenchmarkSealAndIndex(b *testing.B) {
	v := testVault(b)
	_, k, err := v.NewKey(1)
	if err != nil {
		b.Fatal(err)
	}
	x, plain := v.Indexer(), []byte("329901199001010016")
	b.ReportAllocs()
	for b.Loop() {
		k.Seal(1, "resident_id", plain)
		x.Sum("resident_id", "329901199001010016")
	}
}

// The whole cost of a new person: key, one sealed number, its index.
func BenchmarkNewKeySealAndIndex(b *testing.B) {
	v := testVault(b)
	x, plain := v.Indexer(), []byte("329901199001010016")
	b.ReportAllocs()
	for b.Loop() {
		_, k, err := v.NewKey(1)
		if err != nil {
			b.Fatal(err)
		}
		k.Seal(1, "resident_id", plain)
		x.Sum("resident_id", "329901199001010016")
	}
}

func BenchmarkUnwrapAndOpen(b *testing.B) {
	v := testVault(b)
	wrapped, k, err := v.NewKey(1)
	if err != nil {
		b.Fatal(err)
	}
	sealed := k.Seal(1, "resident_id", []byte("329901199001010016"))
	b.ReportAllocs()
	for b.Loop() {
		k, err := v.Unwrap(1, wrapped)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Open(1, "resident_id", sealed); err != nil {
			b.Fatal(err)
		}
	}
}
