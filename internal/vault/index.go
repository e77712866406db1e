package vault

import (
	"crypto/hmac"
	"encoding/binary"
	"hash"

	"github.com/emmansun/gmsm/sm3"
)

// BlindIndex is HMAC-SM3 of a value, 32 bytes. The domain says what the value is ("resident_id",
// "phone"), so that one number in two columns has two indexes. The caller normalises the value
// first; the index knows nothing of spellings. It is safe for concurrent use; for many values
// take an Indexer.
func (v *Vault) BlindIndex(domain, normalised string) []byte {
	return v.Indexer().Sum(domain, normalised)
}

// Indexer computes blind indexes one after the other without setting up the key each time. One
// for each goroutine: it is not safe for concurrent use.
type Indexer struct {
	mac hash.Hash
	buf []byte
}

// Indexer makes one for the caller's goroutine.
func (v *Vault) Indexer() *Indexer {
	return &Indexer{mac: hmac.New(sm3.New, v.ring.Load().index)}
}

// Sum gives the same bytes as Vault.BlindIndex: HMAC over length of domain (4 bytes, big-endian)
// ‖ domain ‖ value.
func (x *Indexer) Sum(domain, normalised string) []byte {
	x.buf = binary.BigEndian.AppendUint32(x.buf[:0], uint32(len(domain)))
	x.buf = append(x.buf, domain...)
	x.buf = append(x.buf, normalised...)
	x.mac.Reset()
	x.mac.Write(x.buf)
	return x.mac.Sum(make([]byte, 0, x.mac.Size()))
}
