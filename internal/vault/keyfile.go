package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"tuoxing/internal/fault"
)

const (
	keyFileVersion = 1
	maxKeyFile     = 1 << 20 // bytes; 255 master keys need about 30 KiB
	maxMasters     = 255     // the id is one byte, 0 is not used
	indexKeySize   = 32      // HMAC-SM3
)

// keyFile is the file as JSON. Check is HMAC-SM3 over all the rest: a single changed digit of a
// key is found when the file is opened and not years later at the first value that needs it.
type keyFile struct {
	Version  int         `json:"version"`
	Masters  []masterKey `json:"masters"` // ids 1, 2, 3 …; the last is the newest
	IndexKey hexBytes    `json:"index_key"`
	Check    hexBytes    `json:"check"`
}

type masterKey struct {
	ID        int       `json:"id"`
	Key       hexBytes  `json:"key"`
	CreatedAt time.Time `json:"created_at"`
}

// hexBytes is written as hexadecimal text.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil {
		return errors.New("not hexadecimal") // the cause would quote a piece of the key
	}
	*h = b
	return nil
}

// Create writes a new key file with one master key and opens it. The folder is made if needed.
// An existing file is never touched: fault Conflict vault.key_file_exists. Another process at
// work on the file: fault Conflict vault.key_file_busy.
func Create(path string, now time.Time) (*Vault, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("folder of the key file: %w", err)
	}
	return replace(path, func() (*keyFile, error) {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Conflict, "vault.key_file_exists", path).Because(err)
		}
		f := &keyFile{Version: keyFileVersion, IndexKey: make([]byte, indexKeySize)}
		fillRandom(f.IndexKey)
		return f, f.addMaster(now)
	})
}

// Open reads a key file. Faults: NotFound vault.key_file_missing; Invalid vault.key_file_open
// (others may read it) or vault.key_file_damaged.
func Open(path string) (*Vault, error) {
	ring, err := readRing(path)
	if err != nil {
		return nil, err
	}
	v := &Vault{path: path}
	v.ring.Store(ring)
	return v, nil
}

// OpenOrCreate is for the first start. Call it only when the database is new: beside existing
// data a missing key file is a loss to be told, and a new one would hide it.
func OpenOrCreate(path string, now time.Time) (*Vault, error) {
	v, err := Open(path)
	if !fault.Is(err, fault.NotFound) {
		return v, err
	}
	created, err := Create(path, now)
	if !fault.Is(err, fault.Conflict) {
		return created, err
	}
	v, openErr := Open(path) // another process was first
	if fault.Is(openErr, fault.NotFound) {
		return nil, err // and is not done yet
	}
	return v, openErr
}

// Rotate adds a master key, which wraps from now on, and opens the file. Running processes
// take it up when they meet a key wrapped under it. Two rotations at once are refused with
// fault Conflict vault.key_file_busy.
func Rotate(path string, now time.Time) (*Vault, error) {
	return replace(path, func() (*keyFile, error) {
		f, err := readKeyFile(path)
		if err != nil {
			return nil, err
		}
		return f, f.addMaster(now)
	})
}

// replace writes what next gives beside the key file and puts it in place at once, so that no
// reader meets half a file. The file beside it is the lock as well: it is created only if absent.
func replace(path string, next func() (*keyFile, error)) (*Vault, error) {
	beside := path + ".new"
	w, err := os.OpenFile(beside, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.Conflict, "vault.key_file_busy", beside)
	}
	if err != nil {
		return nil, fmt.Errorf("write key file: %w", err)
	}
	f, err := next()
	if err == nil {
		err = f.writeTo(w)
	}
	if err = errors.Join(err, w.Close()); err == nil {
		err = os.Rename(beside, path)
	}
	if err != nil {
		return nil, fmt.Errorf("write key file: %w", errors.Join(err, os.Remove(beside)))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return Open(path)
}

func (f *keyFile) addMaster(now time.Time) error {
	if len(f.Masters) == maxMasters {
		return fault.New(fault.Conflict, "vault.masters_full", maxMasters)
	}
	f.Masters = append(f.Masters, masterKey{ID: len(f.Masters) + 1, Key: newRawKey(), CreatedAt: now.UTC().Truncate(time.Second)})
	return nil
}

func (f *keyFile) sum() ([]byte, error) {
	g := *f
	g.Check = nil
	text, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("check of the key file: %w", err)
	}
	h := hmac.New(sm3.New, f.IndexKey)
	h.Write(text)
	return h.Sum(nil), nil
}

// valid says whether the file is complete and unchanged.
func (f *keyFile) valid() bool {
	if f.Version != keyFileVersion || len(f.IndexKey) != indexKeySize || len(f.Masters) == 0 || len(f.Masters) > maxMasters {
		return false
	}
	for i, m := range f.Masters {
		if m.ID != i+1 || len(m.Key) != keySize {
			return false
		}
	}
	sum, err := f.sum()
	return err == nil && hmac.Equal(sum, f.Check)
}

// writeTo writes the file with its check and brings it to the disk.
func (f *keyFile) writeTo(w *os.File) error {
	sum, err := f.sum()
	if err != nil {
		return err
	}
	f.Check = sum
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return err
	}
	return w.Sync()
}

func readRing(path string) (*keyring, error) {
	f, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	ring := &keyring{masters: make(map[byte]cipher.AEAD, len(f.Masters)), index: f.IndexKey}
	for _, m := range f.Masters {
		ring.newest = byte(m.ID)
		if ring.masters[ring.newest], err = newAEAD(m.Key); err != nil {
			return nil, err
		}
	}
	return ring, nil
}

func readKeyFile(path string) (*keyFile, error) {
	r, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "vault.key_file_missing", path).WithFix("vault.key_file_restore")
	}
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer r.Close() // only read
	if err := onlyOwner(r, path); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	var f keyFile
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	// The cause is left out on purpose: JSON errors may quote what they met, here a key.
	if dec.Decode(&f) != nil || dec.More() || !f.valid() {
		return nil, fault.New(fault.Invalid, "vault.key_file_damaged", path).WithFix("vault.key_file_restore")
	}
	return &f, nil
}

// onlyOwner refuses a file that group or others may read or write. Windows keeps its rights
// elsewhere and shows every file as open, so it is not asked there.
func onlyOwner(r *os.File, path string) error {
	info, err := r.Stat()
	if err != nil {
		return fmt.Errorf("rights of the key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Invalid, "vault.key_file_open", path, fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	return nil
}

// syncDir brings the entry of a new or renamed file to the disk. Windows cannot open a folder
// for this and needs no such step.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
