// Package vault keeps personal data unreadable in the database, in its files and in backups (国密).
//
// Words:
//   - key file (密钥文件): the master keys and the index key. It lies outside the database, is
//     readable by its owner alone and is backed up apart from the data.
//   - master key (主密钥): SM4, wraps other keys and never data. Several may be present, each
//     with a one-byte id: the newest wraps, every one unwraps, so that keys are rotated while
//     the system runs.
//   - person's key (个人密钥): one SM4 key for each person, kept wrapped in the database. Who
//     deletes the wrapped key erases everything that was sealed under it.
//   - sealed value (密文): SM4-GCM under a person's key, tied to its row and column.
//   - blind index (盲索引): HMAC-SM3 of a normalised value; equal values have equal indexes, so
//     that an ID number can be found and be unique without being readable.
//   - store: encrypted files, each under a key of its own.
//
// Algorithms: SM3 (GB/T 32905), SM4 (GB/T 32907), GCM (NIST SP 800-38D), as GB/T 39786 asks.
//
// This package decides nothing about who may read, keeps no table and logs nothing. Error texts
// hold neither plaintext nor keys.
package vault

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm4"

	"tuoxing/internal/fault"
)

// Sizes in bytes.
const (
	keySize   = 16 // SM4
	nonceSize = 12 // GCM, 96 bit
	tagSize   = 16 // GCM, 128 bit
)

// The wrapped key: version, id of the master key, nonce, sealed key with its tag.
const (
	wrapVersion = 1
	wrapHeader  = 2
	wrappedSize = wrapHeader + nonceSize + keySize + tagSize
)

// What a wrapped key is for is part of its additional data, so that the key of a file never
// passes for the key of a person.
const (
	purposePerson = "person"
	purposeFile   = "file"
)

// ErrDamaged means that sealed bytes were changed, cut, or belong to another row, column, person
// or file. It is an internal error: the reader can do nothing about it, the operator restores.
var ErrDamaged = errors.New("vault: sealed bytes are damaged or belong elsewhere")

// Vault holds the opened keys. It is safe for concurrent use.
type Vault struct {
	path string
	ring atomic.Pointer[keyring]
}

// keyring is one reading of the key file; it does not change.
type keyring struct {
	masters map[byte]cipher.AEAD
	newest  byte
	index   []byte
}

// NewKey makes the key of a person (owner is the person's id) and its wrapped form, which the
// caller keeps in the database.
func (v *Vault) NewKey(owner int64) (wrapped []byte, k Key, err error) {
	raw := newRawKey()
	k, err = newKey(raw)
	if err != nil {
		return nil, Key{}, err
	}
	return v.wrap(raw, purposePerson, personAAD(owner)), k, nil
}

// Unwrap opens the wrapped key of a person. ErrDamaged: changed, or the key of somebody else.
// A fault of kind Unavailable: the master key that wrapped it is not in the key file.
func (v *Vault) Unwrap(owner int64, wrapped []byte) (Key, error) {
	raw, err := v.unwrap(wrapped, purposePerson, personAAD(owner))
	if err != nil {
		return Key{}, fmt.Errorf("unwrap key of person %d: %w", owner, err)
	}
	return newKey(raw)
}

// Rewrap wraps a person's key again under the newest master key; what was sealed under it stays
// as it is. A key that is already under the newest comes back unchanged. Errors as of Unwrap.
func (v *Vault) Rewrap(owner int64, wrapped []byte) ([]byte, error) {
	again, err := v.rewrap(wrapped, purposePerson, personAAD(owner))
	if err != nil {
		return nil, fmt.Errorf("rewrap key of person %d: %w", owner, err)
	}
	return again, nil
}

// RewrapFile is Rewrap for the key of a stored file.
func (v *Vault) RewrapFile(f File) ([]byte, error) {
	again, err := v.rewrap(f.WrappedKey, purposeFile, fileAAD(f.SHA256, f.Size))
	if err != nil {
		return nil, fmt.Errorf("rewrap key of file %s: %w", f.Name, err)
	}
	return again, nil
}

// NewestMaster is the id of the master key that wraps new keys. A wrapped key under another one
// is due for Rewrap (see MasterOf).
func (v *Vault) NewestMaster() byte { return v.ring.Load().newest }

// MasterOf is the id of the master key under which a key is wrapped, 0 if it is no wrapped key.
func MasterOf(wrapped []byte) byte {
	if len(wrapped) != wrappedSize {
		return 0
	}
	return wrapped[1]
}

func (v *Vault) rewrap(wrapped []byte, purpose string, id []byte) ([]byte, error) {
	raw, err := v.unwrap(wrapped, purpose, id)
	if err != nil {
		return nil, err
	}
	if MasterOf(wrapped) == v.NewestMaster() {
		return wrapped, nil
	}
	return v.wrap(raw, purpose, id), nil
}

func (v *Vault) wrap(raw []byte, purpose string, id []byte) []byte {
	ring := v.ring.Load()
	out := make([]byte, wrapHeader+nonceSize, wrappedSize)
	out[0], out[1] = wrapVersion, ring.newest
	nonce := out[wrapHeader:]
	fillRandom(nonce)
	return ring.masters[ring.newest].Seal(out, nonce, raw, wrapAAD(out[:wrapHeader], purpose, id))
}

func (v *Vault) unwrap(wrapped []byte, purpose string, id []byte) ([]byte, error) {
	if len(wrapped) != wrappedSize || wrapped[0] != wrapVersion {
		return nil, ErrDamaged
	}
	master, err := v.master(MasterOf(wrapped))
	if err != nil {
		return nil, err
	}
	nonce := wrapped[wrapHeader : wrapHeader+nonceSize]
	raw, err := master.Open(nil, nonce, wrapped[wrapHeader+nonceSize:], wrapAAD(wrapped[:wrapHeader], purpose, id))
	if err != nil {
		return nil, ErrDamaged
	}
	return raw, nil
}

// master finds a master key. An unknown id makes it read the key file again, because another
// process may have rotated the keys since: rotation needs no restart.
func (v *Vault) master(id byte) (cipher.AEAD, error) {
	old := v.ring.Load()
	if m, ok := old.masters[id]; ok {
		return m, nil
	}
	ring, err := readRing(v.path)
	if err != nil {
		return nil, err
	}
	m, ok := ring.masters[id]
	if !ok || !hmac.Equal(ring.index, old.index) {
		return nil, fault.New(fault.Unavailable, "vault.master_missing", int(id)).WithFix("vault.key_file_restore")
	}
	v.ring.Store(ring)
	return m, nil
}

// wrapAAD is header ‖ length of purpose ‖ purpose ‖ id.
func wrapAAD(header []byte, purpose string, id []byte) []byte {
	aad := make([]byte, 0, len(header)+1+len(purpose)+len(id))
	aad = append(aad, header...)
	aad = append(aad, byte(len(purpose)))
	aad = append(aad, purpose...)
	return append(aad, id...)
}

func personAAD(owner int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(owner))
}

func newRawKey() []byte {
	raw := make([]byte, keySize)
	fillRandom(raw)
	return raw
}

// fillRandom cannot fail: since Go 1.24 crypto/rand.Read stops the program where the system has
// no randomness to give, and its error is always nil.
func fillRandom(b []byte) { _, _ = rand.Read(b) }

func newAEAD(raw []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("sm4 key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("sm4 gcm: %w", err)
	}
	return aead, nil
}
