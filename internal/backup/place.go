package backup

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"tuoxing/internal/fault"
)

// place is the folder of a store being restored. Files are first written into a folder inside it,
// which works where the store is a mount of its own, and renamed when all are whole.
type place struct {
	dir  string
	temp string
}

// newPlace refuses a folder that holds anything but the unfinished, whose names begin with a dot.
func newPlace(dir string) (*place, error) {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look into the store: %w", err)
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), ".") {
			return nil, fault.New(fault.Conflict, "backup.folder_not_empty", dir)
		}
	}
	return &place{dir: dir, temp: filepath.Join(dir, ".restore")}, nil
}

// begin makes the folder inside anew: an attempt before this one may have died.
func (p *place) begin() error {
	if err := os.RemoveAll(p.temp); err != nil {
		return fmt.Errorf("clear the store: %w", err)
	}
	if err := os.MkdirAll(p.temp, 0o700); err != nil {
		return fmt.Errorf("make the store: %w", err)
	}
	return nil
}

// add writes one file and compares it with the manifest. Files are stored, never compressed.
func (p *place) add(entry *zip.File, f File) (err error) {
	bad := damaged("backup.file_damaged", f.Name)
	if entry.Method != zip.Store {
		return bad
	}
	in, err := entry.Open()
	if err != nil {
		return bad.Because(err)
	}
	defer in.Close() // only read
	out, err := os.OpenFile(filepath.Join(p.temp, f.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("restore stored file: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := newDigest()
	disk := &noting{to: out}
	if _, err := io.Copy(io.MultiWriter(disk, sum), in); err != nil {
		if disk.err != nil {
			return fmt.Errorf("restore stored file: %w", disk.err)
		}
		return bad.Because(err)
	}
	if sum.size != f.Size || sum.sum() != f.SM3 {
		return bad
	}
	return out.Sync()
}

// noting remembers an error of writing, so that a full disk is not taken for a damaged archive.
type noting struct {
	to  io.Writer
	err error
}

func (n *noting) Write(p []byte) (int, error) {
	done, err := n.to.Write(p)
	n.err = errors.Join(n.err, err)
	return done, err
}

// finish renames the files to their place and brings their names to the disk.
func (p *place) finish(files []File) error {
	for _, f := range files {
		if err := os.Rename(filepath.Join(p.temp, f.Name), filepath.Join(p.dir, f.Name)); err != nil {
			return fmt.Errorf("place stored file: %w", err)
		}
	}
	return syncDir(p.dir)
}

// clear removes the folder inside and, after a failure, all that was placed: the store was empty.
func (p *place) clear(failed bool) error {
	errs := []error{os.RemoveAll(p.temp)}
	if failed {
		list, err := os.ReadDir(p.dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		for _, e := range list {
			if storedName.MatchString(e.Name()) {
				errs = append(errs, os.Remove(filepath.Join(p.dir, e.Name())))
			}
		}
	}
	return errors.Join(errs...)
}

// syncDir brings the names in a folder to the disk. Windows cannot open a folder for this and
// needs no such step.
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
