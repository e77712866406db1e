package access_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"
	"testing"
)

// watch lets the kernel tell of every file that is made in a folder, also of one that is removed
// at once: what was on the disk for a moment was on the disk. It gives the function that tells the
// names so far.
func watch(t *testing.T, dir string) func() []string {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC | syscall.IN_NONBLOCK)
	if err == nil {
		_, err = syscall.InotifyAddWatch(fd, dir, syscall.IN_CREATE|syscall.IN_MOVED_TO)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	return func() (names []string) {
		buf := make([]byte, 1<<16)
		for {
			n, err := syscall.Read(fd, buf)
			if errors.Is(err, syscall.EAGAIN) {
				return names
			}
			if err != nil {
				t.Fatal(err)
			}
			for b := buf[:n]; len(b) > 0; {
				end := syscall.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
				name, _, _ := bytes.Cut(b[syscall.SizeofInotifyEvent:end], []byte{0})
				names = append(names, string(name))
				b = b[end:]
			}
		}
	}
}
