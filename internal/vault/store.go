package vault

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"

	"tuoxing/internal/fault"
)

// Store is a folder of encrypted files (原始文件). Each file has a key of its own, kept wrapped in
// the database with the rest of File: without that row the bytes on the disk say nothing but
// their length and the SHA-256 in their name. It is safe for concurrent use.
type Store struct {
	dir string
}

// File is what the database keeps of a stored file.
type File struct {
	Name       string // in the store: SHA-256, hyphen, 8 random digits
	SHA256     string // of the plaintext, 64 hexadecimal digits
	Size       int64  // of the plaintext, bytes
	WrappedKey []byte // bound to SHA256 and Size
}

// namePattern keeps what comes from the database inside the folder.
var namePattern = regexp.MustCompile(`^[0-9a-f]{64}-[0-9a-f]{8}$`)

// NewStore opens the folder and makes it if needed, for its owner alone.
func NewStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	return &Store{dir: dir}, nil
}

// Put encrypts what r gives and keeps it; memory does not grow with the file. The same content
// put twice is two files under two keys, so that one can be destroyed alone; equal SHA256 tells
// the caller. More than limit bytes: fault TooLarge vault.file_too_large, and nothing is kept.
// Until the caller's row that names the file is committed and Settle is called, the file is open: a crash
// in between leaves a mark by which it is found again (OpenSince).
func (s *Store) Put(r io.Reader, v *Vault, limit int64) (File, error) {
	raw := newRawKey()
	tmp, err := os.CreateTemp(s.dir, putPrefix+"*")
	if err != nil {
		return File{}, fmt.Errorf("store file: %w", err)
	}
	f, err := s.fill(tmp, r, raw, limit)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.WriteFile(s.mark(f.Name), nil, 0o600)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(s.dir, f.Name))
	}
	if err != nil {
		return File{}, fmt.Errorf("store file: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	f.WrappedKey = v.wrap(raw, purposeFile, fileAAD(f.SHA256, f.Size))
	return f, syncDir(s.dir)
}

// fill writes the encrypted file and brings it to the disk.
func (s *Store) fill(w *os.File, r io.Reader, raw []byte, limit int64) (File, error) {
	sum := sha256.New()
	limited := io.LimitReader(r, min(limit, math.MaxInt64-1)+1) // one more, to see that there is more
	size, err := writeFrames(w, io.TeeReader(limited, sum), raw)
	if err != nil {
		return File{}, err
	}
	if size > limit {
		return File{}, fault.New(fault.TooLarge, "vault.file_too_large", sizeText(limit))
	}
	if err := w.Sync(); err != nil {
		return File{}, err
	}
	var mark [4]byte
	fillRandom(mark[:])
	hash := hex.EncodeToString(sum.Sum(nil))
	return File{Name: hash + "-" + hex.EncodeToString(mark[:]), SHA256: hash, Size: size}, nil
}

// Open reads a stored file from its beginning. Every piece is checked before it is handed out;
// changed, cut or exchanged bytes give ErrDamaged. A file that is gone: fault NotFound
// vault.file_missing.
func (s *Store) Open(f File, v *Vault) (io.ReadCloser, error) {
	r, err := s.Reader(f, v)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(r, 0, f.Size), r}, nil
}

// Reader opens a stored file for reading at any place, as zip-based formats (xlsx) need it. No
// plaintext reaches the disk. Errors as of Open.
func (s *Store) Reader(f File, v *Vault) (*Reader, error) {
	path, err := s.path(f.Name)
	if err != nil {
		return nil, err
	}
	raw, err := v.unwrap(f.WrappedKey, purposeFile, fileAAD(f.SHA256, f.Size))
	if err != nil {
		return nil, fmt.Errorf("open stored file %s: %w", f.Name, err)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "vault.file_missing", f.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("open stored file: %w", err)
	}
	r, err := newReader(file, raw, f.Size)
	if err != nil {
		return nil, fmt.Errorf("open stored file %s: %w", f.Name, errors.Join(err, file.Close()))
	}
	return r, nil
}

// Remove destroys a stored file. One that is gone already is no error, so that an erasure that
// was interrupted can be repeated.
func (s *Store) Remove(name string) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stored file: %w", err)
	}
	if err := s.Settle(name); err != nil { // last: what is left half removed is still found by it
		return err
	}
	return syncDir(s.dir)
}

func (s *Store) path(name string) (string, error) {
	if !namePattern.MatchString(name) {
		return "", fmt.Errorf("%q is no name of a stored file", name)
	}
	return filepath.Join(s.dir, name), nil
}

// fileAAD ties the key of a file to its content and length: with the length the number of pieces
// is known, so that no File row can be made to show a shorter file.
func fileAAD(sha string, size int64) []byte {
	return binary.BigEndian.AppendUint64([]byte(sha), uint64(size))
}

// sizeText writes a limit for people, in the largest binary unit that divides it.
func sizeText(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB"}
	u := 0
	for u < len(units)-1 && n != 0 && n%1024 == 0 {
		n, u = n/1024, u+1
	}
	return fmt.Sprintf("%d %s", n, units[u])
}
