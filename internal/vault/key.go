package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// A sealed value: version, nonce, ciphertext with its tag.
const (
	sealVersion  = 1
	sealHeader   = 1
	sealOverhead = sealHeader + nonceSize + tagSize // 29 bytes more than the plaintext
)

// Key is the opened key of one person. It is made by Vault and safe for concurrent use; let it
// go as soon as the work on that person is done.
type Key struct {
	aead cipher.AEAD
}

func newKey(raw []byte) (Key, error) {
	aead, err := newAEAD(raw)
	return Key{aead: aead}, err
}

// Seal encrypts a value of a column of a row; the result opens only there. Two seals of one
// value differ, so sealed values cannot be compared: that is what the blind index is for.
// The nonce is random, 96 bit: good for 2^32 values of one person.
func (k Key) Seal(row int64, column string, plain []byte) []byte {
	out := make([]byte, sealHeader+nonceSize, sealOverhead+len(plain))
	out[0] = sealVersion
	fillRandom(out[sealHeader:])
	return k.aead.Seal(out, out[sealHeader:], plain, cellAAD(row, column))
}

// Open decrypts a sealed value. ErrDamaged: changed, cut, of another row, column or person.
func (k Key) Open(row int64, column string, sealed []byte) ([]byte, error) {
	if len(sealed) < sealOverhead || sealed[0] != sealVersion {
		return nil, fmt.Errorf("open %s of row %d: %w", column, row, ErrDamaged)
	}
	nonce := sealed[sealHeader : sealHeader+nonceSize]
	plain, err := k.aead.Open(nil, nonce, sealed[sealHeader+nonceSize:], cellAAD(row, column))
	if err != nil {
		return nil, fmt.Errorf("open %s of row %d: %w", column, row, ErrDamaged)
	}
	return plain, nil
}

// cellAAD is version ‖ row ‖ column; only the last has no fixed length, so no two cells collide.
func cellAAD(row int64, column string) []byte {
	aad := make([]byte, 0, 1+8+len(column))
	aad = append(aad, sealVersion)
	aad = binary.BigEndian.AppendUint64(aad, uint64(row))
	return append(aad, column...)
}
