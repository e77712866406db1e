package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/intake"
	"tuoxing/internal/org"
	"tuoxing/internal/vault"
)

// The domains of the blind indexes.
const (
	indexID          = "id_number"
	indexCertificate = "certificate_number"
)

// known is what checking needs to recognise people: by blind index of the ID number, the folded
// name on file. It is read once per run and grows with the file.
type known struct {
	index *vault.Indexer
	names map[[8]byte]uint64
	at    [8]byte // number and name of the row in hand
	name  uint64

	records *records
	file    *recorded // that the record of the row in hand names, nil without one
}

// knownPeople reads index and name of everybody of whom a row is in force. 8 bytes of the index are enough to compare
// names by: a collision among a million people has a chance of 1 in 37 million.
func (s *Service) knownPeople(ctx context.Context, tx *db.Tx, tree *org.Tree, top org.UnitID) (*known, error) {
	k := &known{index: s.Vault.Indexer(), names: map[[8]byte]uint64{}, records: &records{svc: s, ctx: ctx, tx: tx, tree: tree, top: top}}
	err := tx.Query(ctx, `SELECT n.number_index, w.name_fold FROM registry_number n JOIN registry_worker w ON w.worker_id = n.worker_id WHERE w.unit_id <> 0`, nil, func(row db.Scanner) error {
		var index []byte
		var name string
		if err := row.Scan(&index, &name); err != nil {
			return err
		}
		k.names[[8]byte(index)] = hashText(name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read known people: %w", err)
	}
	return k, nil
}

// sameName reports whether this ID number is new or belongs to somebody of this name. One wrong
// digit that makes another person's valid number is caught here.
func (k *known) sameName(number, name string) bool {
	k.at, k.name = [8]byte(k.index.Sum(indexID, number)), hashText(cn.Fold(name))
	old, ok := k.names[k.at]
	return !ok || old == k.name
}

// remember keeps number and name of the row in hand for the rows after it. A refused row binds
// nobody: its name or its number may be what is wrong.
func (k *known) remember(r *intake.Row) {
	if !r.Refused() {
		k.names[k.at] = k.name // not refused: both cells were there and went through sameName
	}
}

// hashText is FNV-1a.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// checkPerson normalises the columns that say who a row is about: name, id_number, sex.
func (k *known) checkPerson(r *intake.Row, imp *intake.Import) {
	if name, mended := cn.CleanName(r.Get(colName)); name != "" {
		if spoilt(r, colName) {
			// What is wrong with the cell has been said.
		} else if err := cn.CheckName(name); err != nil {
			r.RefuseFault("R101", colName, err)
		} else if mended {
			r.Note("R153", colName, "registry.name_mended", name)
		}
		r.Set(colName, name)
	}
	if !k.record(r) {
		return
	}
	text := r.Get(colID)
	if text == "" {
		return // intake refuses an empty required cell
	}
	id, err := cn.ParseID(text, imp.AsOf)
	if err != nil {
		r.RefuseFault("R102", colID, err)
		return
	}
	switch {
	case slices.Contains(id.Warnings, cn.WarnConverted15):
		r.Note("R151", colID, "registry.id_converted")
	case id.Number != text:
		r.Note("R120", colID, "registry.id_mended")
	}
	r.Set(colID, id.Number)
	if slices.Contains(id.Warnings, "region_unknown") {
		r.Warn("R103", colID, "registry.id_region_unknown")
	}
	checkSex(r, id)
	if r.Get(colName) != "" && !k.sameName(id.Number, r.Get(colName)) {
		r.Refuse("R105", colName, "registry.name_differs")
	}
}

// spoilt reports a cell that a rule has refused already.
func spoilt(r *intake.Row, col string) bool {
	return r.Refused() && slices.ContainsFunc(r.Remarks(), func(m intake.Remark) bool { return m.Col == col && m.Grade == intake.GradeRefuse })
}

// checkSex compares a stated sex with the one in the number.
func checkSex(r *intake.Row, id cn.ID) {
	stated, ok := sexNamed(r.Get(colSex))
	switch {
	case !ok:
		r.Refuse("R154", colSex, "registry.sex_unreadable")
	case stated != 0 && id.Sex != 0 && stated != id.Sex:
		r.Refuse("R104", colSex, "registry.sex_differs")
	case id.Sex != 0:
		r.Set(colSex, id.Sex.String())
	default:
		r.Set(colSex, stated.String())
	}
}

func sexNamed(text string) (cn.Sex, bool) {
	switch cn.Fold(text) {
	case "":
		return 0, true
	case "男", "男性", "m", "male", "1":
		return cn.Male, true
	case "女", "女性", "f", "female", "2":
		return cn.Female, true
	}
	return 0, false
}

// birthMonth is the month in an ID number; 0 when the number does not say it (old foreign cards).
func birthMonth(id cn.ID) date.Month {
	if id.Birth <= date.Ever {
		return 0
	}
	return id.Birth.Month()
}

// filesOf reads the files of some people, by the blind index that led to them.
func filesOf(ctx context.Context, tx *db.Tx, found map[string]WorkerID) (map[string]*onFile, error) {
	files, out := make(map[WorkerID]*onFile, len(found)), make(map[string]*onFile, len(found))
	for index, w := range found {
		if files[w] == nil { // a person may have two numbers
			files[w] = &onFile{worker: w}
		}
		out[index] = files[w]
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(files)), batch) {
		ids, args := in(1, part)
		err := tx.Query(ctx, `SELECT worker_id, wrapped_key, name, unit_id, phone_sealed FROM registry_worker WHERE worker_id IN `+ids, args, func(row db.Scanner) error {
			var w, unit int64
			var f onFile
			if err := row.Scan(&w, &f.wrapped, &f.name, &unit, &f.phone); err != nil {
				return err
			}
			f.worker, f.nowhere = WorkerID(w), unit == 0
			*files[f.worker] = f
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read files: %w", err)
		}
	}
	return out, nil
}

// updateFile gives a file the name of the row when nothing is in force in it, because the row that said
// the old name was withdrawn (otherwise checking has made sure that the names agree), and the phone
// number that the row states.
func updateFile(ctx context.Context, tx *db.Tx, f *onFile) error {
	if f.isNew {
		return nil
	}
	if f.renamed {
		full, initials := cn.Spelled(f.name)
		_, err := tx.Exec(ctx, `UPDATE registry_worker SET name = $2, name_fold = $3, pinyin_fold = $4, initials_fold = $5, version = version + 1 WHERE worker_id = $1`,
			int64(f.worker), f.name, cn.Fold(f.name), full, initials)
		if err != nil {
			return fmt.Errorf("rename file of %s: %w", f.worker, err)
		}
	}
	if f.sealed != nil {
		if _, err := tx.Exec(ctx, `UPDATE registry_worker SET phone_sealed = $2, version = version + 1 WHERE worker_id = $1`, int64(f.worker), f.sealed); err != nil {
			return fmt.Errorf("phone of %s: %w", f.worker, err)
		}
	}
	return nil
}

// findByIndex looks numbers up in one of the number tables.
func findByIndex(ctx context.Context, tx *db.Tx, table string, indexes [][]byte, found map[string]WorkerID) error {
	for part := range slices.Chunk(indexes, batch) {
		args := make([]any, batch)
		for i := range args {
			args[i] = part[min(i, len(part)-1)] // one statement text for every batch
		}
		err := tx.Query(ctx, `SELECT number_index, worker_id FROM `+table+` WHERE number_index IN `+db.In(1, batch), args, func(row db.Scanner) error {
			var index []byte
			var w WorkerID
			if err := row.Scan(&index, &w); err != nil {
				return err
			}
			found[string(index)] = w
			return nil
		})
		if err != nil {
			return fmt.Errorf("look numbers up: %w", err)
		}
	}
	return nil
}

// blob is a value for a column that may be empty.
func blob(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// rowsOf gives rows to Bulk.
func rowsOf(rows [][]any) func(yield func([]any, error) bool) {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
