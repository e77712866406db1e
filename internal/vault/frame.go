package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// A stored file is the magic bytes and then frames: 64 KiB of plaintext each, the last one
// shorter (an empty file has one empty frame), each sealed with SM4-GCM. The nonce of a frame is
// its number and whether it is the last, so that frames cannot be exchanged, repeated or left
// out. Numbers as nonces are sound because each file has a key of its own.
const (
	fileMagic   = "TXF1"
	frameSize   = 64 << 10 // plaintext bytes
	sealedFrame = frameSize + tagSize
	cachedSlots = 16 // frames a Reader keeps: 1 MiB
)

// frameNonce is 3 zero bytes ‖ number (8 bytes, big-endian) ‖ 1 if last.
func frameNonce(number int64, last bool) []byte {
	nonce := make([]byte, nonceSize)
	binary.BigEndian.PutUint64(nonce[3:], uint64(number))
	if last {
		nonce[nonceSize-1] = 1
	}
	return nonce
}

// frames is the number of frames of a plaintext of size bytes.
func frames(size int64) int64 {
	return max(1, (size+frameSize-1)/frameSize)
}

// sealedSize is the length on the disk.
func sealedSize(size int64) int64 {
	return int64(len(fileMagic)) + size + frames(size)*tagSize
}

// writeFrames encrypts r to w and returns the number of plaintext bytes. It reads one frame
// ahead, because a frame must know whether it is the last.
func writeFrames(w io.Writer, r io.Reader, raw []byte) (int64, error) {
	aead, err := newAEAD(raw)
	if err != nil {
		return 0, err
	}
	if _, err := io.WriteString(w, fileMagic); err != nil {
		return 0, err
	}
	cur, next := make([]byte, frameSize), make([]byte, frameSize)
	sealed := make([]byte, 0, sealedFrame)
	n, err := readFrame(r, cur)
	if err != nil {
		return 0, err
	}
	var size int64
	for number := int64(0); ; number++ {
		m := 0
		if n == frameSize {
			if m, err = readFrame(r, next); err != nil {
				return 0, err
			}
		}
		last := m == 0
		sealed = aead.Seal(sealed[:0], frameNonce(number, last), cur[:n], []byte(fileMagic))
		if _, err := w.Write(sealed); err != nil {
			return 0, err
		}
		size += int64(n)
		if last {
			return size, nil
		}
		cur, next, n = next, cur, m
	}
}

// readFrame fills buf as far as r goes; the end of r is no error. A source that breaks off, an
// upload cut by the network for one, says io.ErrUnexpectedEOF: that is not the end of the file, and
// io.ReadFull would hide the difference.
func readFrame(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("read content: %w", err)
		}
	}
	return n, nil
}

// Reader reads a stored file at any place. It decrypts whole frames when they are asked for and
// keeps the last few in memory. It is safe for concurrent use.
type Reader struct {
	file *os.File
	aead cipher.AEAD
	size int64

	mu     sync.Mutex
	slots  [cachedSlots]slot
	sealed []byte
}

// slot holds the frame whose number leaves this slot's index as remainder.
type slot struct {
	number int64 // −1: empty
	plain  []byte
}

func newReader(file *os.File, raw []byte, size int64) (*Reader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if size < 0 || info.Size() != sealedSize(size) {
		return nil, ErrDamaged
	}
	magic := make([]byte, len(fileMagic))
	if _, err := file.ReadAt(magic, 0); err != nil {
		return nil, err
	}
	if string(magic) != fileMagic {
		return nil, ErrDamaged
	}
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: file, aead: aead, size: size, sealed: make([]byte, sealedFrame)}
	for i := range r.slots {
		r.slots[i].number = -1
	}
	return r, nil
}

// Size is the length of the plaintext in bytes.
func (r *Reader) Size() int64 { return r.size }

// Close closes the file. The plaintext in memory goes with the Reader.
func (r *Reader) Close() error { return r.file.Close() }

// ReadAt reads plaintext as io.ReaderAt asks. A damaged frame gives ErrDamaged and none of its
// bytes.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("vault: negative offset")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	done := 0
	for done < len(p) {
		if off >= r.size {
			return done, io.EOF
		}
		plain, err := r.frame(off / frameSize)
		if err != nil {
			return done, err
		}
		n := copy(p[done:], plain[off%frameSize:])
		done, off = done+n, off+int64(n)
	}
	return done, nil
}

// frame gives the plaintext of a frame, from its slot if it is there.
func (r *Reader) frame(number int64) ([]byte, error) {
	s := &r.slots[number%cachedSlots]
	if s.number == number {
		return s.plain, nil
	}
	s.number = -1
	last := number == frames(r.size)-1
	length := int64(sealedFrame)
	if last {
		length = r.size - number*frameSize + tagSize
	}
	sealed := r.sealed[:length]
	if _, err := r.file.ReadAt(sealed, int64(len(fileMagic))+number*sealedFrame); err != nil {
		return nil, fmt.Errorf("read piece %d: %w", number, err)
	}
	plain, err := r.aead.Open(s.plain[:0], frameNonce(number, last), sealed, []byte(fileMagic))
	if err != nil {
		return nil, fmt.Errorf("piece %d: %w", number, ErrDamaged)
	}
	s.number, s.plain = number, plain
	return plain, nil
}
