package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The beginnings of names of what is unfinished. A folder may be shared by two databases, so a file
// without a row here may well be named by a row there: only a mark tells that nobody ever named it.
const (
	putPrefix  = ".put-"  // content on its way in
	markPrefix = ".open-" // and the name of a stored file that no committed row is known to name
)

func (s *Store) mark(name string) string { return filepath.Join(s.dir, markPrefix+name) }

// Settle takes the mark off a stored file once the row that names it is committed. A mark that is
// gone already is no error.
func (s *Store) Settle(name string) error {
	if _, err := s.path(name); err != nil {
		return err
	}
	if err := os.Remove(s.mark(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("settle stored file: %w", err)
	}
	return nil
}

// OpenSince lists the stored files that were never settled and whose mark was last changed before an
// instant of the file system's clock. Content that was still on its way in then is removed: its writer
// is long gone.
func (s *Store) OpenSince(before time.Time) (names []string, err error) {
	list, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("look into file store: %w", err)
	}
	for _, e := range list {
		name, marked := strings.CutPrefix(e.Name(), markPrefix)
		half := strings.HasPrefix(e.Name(), putPrefix)
		if !half && (!marked || !namePattern.MatchString(name)) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // settled in the meantime
		}
		if err != nil {
			return nil, fmt.Errorf("look into file store: %w", err)
		}
		switch {
		case !info.ModTime().Before(before):
		case marked:
			names = append(names, name)
		default:
			if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("remove half a file: %w", err)
			}
		}
	}
	return names, nil
}
