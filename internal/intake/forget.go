package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
)

// Naming is by what a file can name a person: the name, and numbers (ID number in both forms, phone,
// certificates). It is in clear and lives only as long as an erasure.
type Naming struct {
	Name    string
	Numbers []string
}

// blotted stands where a person's name stood in the name of a file or a sheet.
const blotted = "**"

// inRow reports whether a row names the person: by a number, or by the name in a row that carries nobody
// else's ID number. Two people may have one name, and the file of the other one stays.
func (n Naming) inRow(cells []string) bool {
	named, other := false, false
	for _, c := range cells {
		text := strings.NewReplacer(" ", "", "-", "").Replace(cn.Fold(c))
		if text == "" {
			continue
		}
		for _, number := range n.Numbers {
			if strings.Contains(text, cn.Fold(number)) {
				return true
			}
		}
		named = named || n.Name != "" && strings.Contains(text, strings.ReplaceAll(cn.Fold(n.Name), " ", ""))
		if _, err := cn.ParseID(text, date.Forever); err == nil {
			other = true
		}
	}
	return named && !other
}

// Found is what intake holds of some people.
type Found struct {
	Cells int64      // applied rows of theirs
	Files []ImportID // imports whose kept original names them
	Lists []ImportID // imports without an original, whose problem list names them
	seen  map[ImportID]bool

	batches []batchNo // of kept rows that hold rows of theirs
}

// FilesNaming reads every kept original, and the problem list of every import whose original is gone, and finds
// those that name somebody. What cannot be read cannot be cleared of it, and is among them.
func (s *Service) FilesNaming(ctx context.Context, tx *db.Tx, workers []int64, people []Naming) (*Found, error) {
	f := &Found{seen: map[ImportID]bool{}}
	return f, s.findMore(ctx, tx, workers, people, f)
}

// findMore looks at the originals that came since f was filled.
func (s *Service) findMore(ctx context.Context, tx *db.Tx, workers []int64, people []Naming, f *Found) error {
	batches, rows, err := keptOf(ctx, tx, workers)
	if err != nil {
		return err
	}
	f.Cells, f.batches = 0, batches
	for _, n := range rows {
		f.Cells += n
	}
	var kept []ImportID
	err = tx.Query(ctx, "SELECT id FROM intake_import WHERE stored_name <> '' OR id IN (SELECT import_id FROM intake_problem_batch) ORDER BY id", nil, func(row db.Scanner) error {
		var id ImportID
		err := row.Scan((*int64)(&id))
		kept = append(kept, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range kept {
		if f.seen[id] {
			continue
		}
		f.seen[id] = true
		rec, err := s.read(ctx, tx, Trusted(0), id)
		if err != nil {
			return err
		}
		switch {
		case rec.file.Name != "":
			if rows[id] > 0 || s.originalNames(rec, people) {
				f.Files = append(f.Files, id)
			}
		case rows[id] > 0 || s.problemsName(ctx, tx, id, people):
			f.Lists = append(f.Lists, id)
		}
	}
	return nil
}

func (s *Service) originalNames(rec *record, people []Naming) bool {
	file, err := s.Files.Reader(rec.file, s.Vault)
	if err != nil {
		return true
	}
	defer file.Close()
	book, err := sheet.Open(file, file.Size(), rec.name, s.limits())
	if err != nil {
		return true
	}
	for i, sh := range book.Sheets {
		for _, p := range people {
			if p.inRow([]string{sh.Name}) {
				return true
			}
		}
		for row, err := range book.Rows(i) {
			if err != nil {
				return true
			}
			for _, p := range people {
				if p.inRow(row.Cells) {
					return true
				}
			}
		}
	}
	return false
}

// problemsName reports whether a problem list names somebody.
func (s *Service) problemsName(ctx context.Context, tx *db.Tx, id ImportID, people []Naming) bool {
	named := false
	err := s.eachProblem(ctx, tx, Trusted(0), id, func(r *Row) error {
		cells := make([]string, 0, 2*len(r.cells))
		for _, c := range r.cells {
			cells = append(cells, c.Read, c.Value)
		}
		named = named || slices.ContainsFunc(people, func(n Naming) bool { return n.inRow(cells) })
		return nil
	})
	return named || err != nil
}

// Forget destroys what intake keeps about people (注销), inside the transaction of the erasure: the cells of
// their rows, and of every file that names one of them the original, the problem list and the rows above
// its tables. A file that is not applied goes as a whole: its rows are still waiting. The keys go with
// the transaction, the encrypted files right after it; one that is left over by a crash opens with no
// key any more. Totals, sheets and rules stay: they name nobody. The cells of other people's rows live
// on under their own keys. found is what FilesNaming found before; what came since is looked at here.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, user int64, workers []int64, people []Naming, found *Found) error {
	if err := s.findMore(ctx, tx, workers, people, found); err != nil {
		return err
	}
	if err := forgetKept(ctx, tx, found.batches, workers); err != nil {
		return err
	}
	for _, id := range found.Files {
		if err := s.forgetFile(ctx, tx, user, id); err != nil {
			return err
		}
	}
	for _, id := range found.Lists {
		if err := dropRows(ctx, tx, id, problemTable); err != nil {
			return err
		}
	}
	if err := s.forgetMappings(ctx, tx, people); err != nil {
		return err
	}
	return s.blot(ctx, tx, people)
}

func (s *Service) forgetFile(ctx context.Context, tx *db.Tx, user int64, id ImportID) error {
	rec, err := s.take(ctx, tx, Trusted(user), id, RightWrite)
	if fault.Is(err, fault.NotFound) {
		return nil // discarded since
	}
	if err != nil {
		return err
	}
	s.dropOriginal(tx, rec)
	for i := range rec.details.Sheets {
		rec.details.Sheets[i].Titles = nil
	}
	if err := dropBatches(ctx, tx, id); err != nil {
		return err
	}
	if rec.state != Applied && rec.state != Undone {
		if _, err := tx.Exec(ctx, "DELETE FROM intake_import WHERE id = $1", int64(id)); err != nil {
			return err
		}
		return s.note(ctx, tx, Trusted(user), "intake.discard", rec)
	}
	return rec.update(ctx, tx)
}

// blot hides the names in the names of files and sheets, in reasons and in whatever else a file said
// about itself, of all imports.
func (s *Service) blot(ctx context.Context, tx *db.Tx, people []Naming) error {
	var words []string
	for _, p := range people {
		for _, w := range append(slices.Clone(p.Numbers), p.Name) {
			if w != "" {
				words = append(words, w, blotted)
			}
		}
	}
	hide := strings.NewReplacer(words...)
	var all []*record
	err := tx.Query(ctx, "SELECT "+recordColumns+" FROM intake_import ORDER BY id", nil, func(row db.Scanner) error {
		rec := &record{}
		if err := row.Scan(rec.fields()...); err != nil {
			return err
		}
		all = append(all, rec)
		return rec.open(s.Vault)
	})
	if err != nil {
		return err
	}
	for _, rec := range all {
		said, err := json.Marshal(rec.details)
		if err != nil {
			return err
		}
		name, hidden := hide.Replace(rec.name), hide.Replace(string(said))
		if name == rec.name && hidden == string(said) {
			continue
		}
		if rec, err = s.take(ctx, tx, Trusted(0), rec.id, RightWrite); err != nil {
			return err
		}
		rec.name, rec.details = name, details{}
		if err := json.Unmarshal([]byte(hidden), &rec.details); err != nil {
			return fmt.Errorf("hide names in import %s: %w", rec.id, err)
		}
		if err := rec.update(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}
