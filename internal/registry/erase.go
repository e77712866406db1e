package registry

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
)

// ErasedName stands in the file of an erased person (已注销人员) where the name stood.
const ErasedName = "已注销人员"

// Erasure says in numbers what erasing people does, before and after.
type Erasure struct {
	People  int   `json:"people"`
	Facts   int64 `json:"facts"`   // stay: every figure is unchanged
	Numbers int64 `json:"numbers"` // ID and certificate numbers by which nobody finds the file any more
	Cells   int64 `json:"cells"`   // rows of files, as read, that are destroyed
	Files   int   `json:"files"`   // kept originals that are destroyed; other people's cells of them stay
}

// PlanErasure tells what Erase would do. It is logged: finding the files reads the person's numbers.
func (s *Service) PlanErasure(ctx context.Context, who account.Actor, in *intake.Service, workers ...WorkerID) (Erasure, error) {
	workers, err := s.mayErase(ctx, who, workers)
	if err != nil {
		return Erasure{}, err
	}
	for _, w := range workers {
		if err := audit.Read(ctx, s.DB, who.UserID, "worker.erase_plan", w.String(), nil); err != nil {
			return Erasure{}, err
		}
	}
	e, _, _, err := s.planErasure(ctx, in, workers)
	return e, err
}

// Erase erases people (注销): their keys are destroyed, and with them whatever was sealed; names, numbers and
// their indexes are blanked; the kept originals that name them go. The dated rows stay under the bare
// id, so every figure is unchanged and still verifies. Files that are one person's by a merge are
// erased together. The register beside the key file is written first: an erasure that breaks off is
// finished at the next start, and an older backup cannot bring the person back.
func (s *Service) Erase(ctx context.Context, who account.Actor, in *intake.Service, workers []WorkerID, why string) (Erasure, error) {
	workers, err := s.mayErase(ctx, who, workers)
	if err != nil {
		return Erasure{}, err
	}
	var c fault.Check
	checkWhy(&c, why)
	e, people, found, err := s.planErasure(ctx, in, workers)
	if err != nil {
		return Erasure{}, err
	}
	for _, p := range people {
		if strings.Contains(cn.Fold(why), cn.Fold(p.Name)) { // it is kept in the log, which is never changed
			c.Add("why", "registry.why_names")
			break
		}
	}
	if err := c.Err(); err != nil {
		return Erasure{}, err
	}
	if err := s.Vault.NoteErased(ids(workers), s.DB.Now()); err != nil {
		return Erasure{}, err
	}
	return e, s.erase(ctx, in, who.UserID, workers, people, found, why)
}

// ApplyErasures erases whoever is in the register beside the key file and not yet in the database: after a
// restore, or after an erasure that broke off. It gives how many there were.
func (s *Service) ApplyErasures(ctx context.Context, in *intake.Service) (int, error) {
	registered, err := s.Vault.Erased()
	if err != nil || len(registered) == 0 {
		return 0, err
	}
	slices.Sort(registered)
	var due []WorkerID
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		for part := range slices.Chunk(registered, batch) {
			err := tx.Query(ctx, `SELECT worker_id FROM registry_worker WHERE length(wrapped_key) > 0 AND worker_id IN `+db.In(1, len(part)), db.Args(part), func(row db.Scanner) error {
				var w WorkerID
				err := row.Scan(&w)
				due = append(due, w)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	_, people, found, err := s.planErasure(ctx, in, due)
	if err != nil {
		return 0, err
	}
	return len(due), s.erase(ctx, in, 0, due, people, found, "注销登记")
}

// mayErase checks right and subtree, and gives the files with those that are one person with them by a merge:
// a person is erased whole.
func (s *Service) mayErase(ctx context.Context, who account.Actor, workers []WorkerID) (whole []WorkerID, err error) {
	if err := who.Must(account.WorkerErase); err != nil {
		return nil, err
	}
	if len(workers) == 0 {
		return nil, fault.New(fault.NotFound, "registry.worker_unknown")
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if whole, err = families(ctx, tx, workers); err != nil {
			return err
		}
		for _, w := range whole {
			f, _, _, _, err := s.open(ctx, tx, who.Scope, w)
			if err != nil {
				return err
			}
			if f.Erased {
				return fault.New(fault.Conflict, "registry.worker_erased")
			}
		}
		return nil
	})
	return whole, err
}

func ids(workers []WorkerID) []int64 {
	out := make([]int64, len(workers))
	for i, w := range workers {
		out[i] = int64(w)
	}
	return out
}

func (s *Service) planErasure(ctx context.Context, in *intake.Service, workers []WorkerID) (e Erasure, people []intake.Naming, found *intake.Found, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		for _, w := range workers {
			p, err := s.naming(ctx, tx, w)
			if err != nil {
				return err
			}
			people = append(people, p)
		}
		list, args := db.In(1, len(workers)), db.Args(workers)
		for _, c := range []struct {
			query string
			into  *int64
		}{
			{`SELECT count(*) FROM ledger_fact WHERE worker_id IN ` + list, &e.Facts},
			{`SELECT (SELECT count(*) FROM registry_number WHERE worker_id IN ` + list + `) + (SELECT count(*) FROM registry_certificate_number WHERE worker_id IN ` + list + `)`, &e.Numbers},
		} {
			if err := tx.QueryRow(ctx, c.query, args, c.into); err != nil {
				return err
			}
		}
		found, err = in.FilesNaming(ctx, tx, ids(workers), people)
		return err
	})
	if err != nil {
		return e, nil, nil, fmt.Errorf("plan erasure: %w", err)
	}
	e.People, e.Cells, e.Files = len(workers), found.Cells, len(found.Files)
	return e, people, found, nil
}

// naming is by what files can name a person.
func (s *Service) naming(ctx context.Context, tx *db.Tx, w WorkerID) (n intake.Naming, err error) {
	var wrapped, sealedID, sealedPhone []byte
	err = tx.QueryRow(ctx, `SELECT name, wrapped_key, id_sealed, phone_sealed FROM registry_worker WHERE worker_id = $1`, []any{int64(w)}, &n.Name, &wrapped, &sealedID, &sealedPhone)
	if err != nil {
		return n, err
	}
	key, err := s.Vault.Unwrap(int64(w), wrapped)
	if err != nil {
		return n, err
	}
	add := func(row int64, column string, sealed []byte) error {
		if len(sealed) == 0 {
			return nil
		}
		plain, err := key.Open(row, column, sealed)
		if text := string(plain); text != "" && !slices.Contains(n.Numbers, text) {
			n.Numbers = append(n.Numbers, text)
			if column == "id_number" && len(text) == 18 && text[6:8] == "19" { // the first generation has 15 digits
				n.Numbers = append(n.Numbers, text[:6]+text[8:17])
			}
		}
		return err
	}
	if err := add(int64(w), "id_number", sealedID); err != nil {
		return n, err
	}
	if err := add(int64(w), "phone", sealedPhone); err != nil {
		return n, err
	}
	err = tx.Query(ctx, `SELECT phone_sealed FROM registry_employment WHERE worker_id = $1 AND phone_sealed IS NOT NULL`, []any{int64(w)}, func(row db.Scanner) error {
		var sealed []byte
		if err := row.Scan(&sealed); err != nil {
			return err
		}
		return add(int64(w), "phone", sealed) // also numbers of before: kept originals name them
	})
	if err != nil {
		return n, err
	}
	return n, tx.Query(ctx, `SELECT id, number_sealed FROM registry_certificate WHERE worker_id = $1`, []any{int64(w)}, func(row db.Scanner) error {
		var id int64
		var sealed []byte
		if err := row.Scan(&id, &sealed); err != nil {
			return err
		}
		return add(id, "number", sealed)
	})
}

func (s *Service) erase(ctx context.Context, in *intake.Service, user int64, workers []WorkerID, people []intake.Naming, found *intake.Found, why string) error {
	err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		for _, w := range workers {
			if err := blank(ctx, tx, w); err != nil {
				return fmt.Errorf("erase %s: %w", w, err)
			}
			s.touch(tx, user).relist(w)
			if err := closeRequests(ctx, tx, user, w); err != nil {
				return err
			}
			if err := audit.Add(ctx, tx, user, "worker.erase", w.String(), map[string]any{"why": why}); err != nil {
				return err
			}
		}
		return in.Forget(ctx, tx, user, ids(workers), people, found)
	})
	if err != nil {
		return err
	}
	return s.Scrub(ctx)
}

// Scrub takes the remains of erased people out of the files of the database. An erasure ends with it.
func (s *Service) Scrub(ctx context.Context) error {
	if err := s.DB.Scrub(ctx, scrubbed...); err != nil {
		return fault.New(fault.Unavailable, "registry.erased_not_scrubbed").Because(err)
	}
	return nil
}

// scrubbed are the tables in which a person stood in clear, or with a key.
var scrubbed = []string{"registry_worker", "registry_number", "registry_certificate_number", "registry_certificate", "registry_identity", "registry_alias", "registry_revocation", "registry_claim", "registry_ruling", "registry_request", "registry_duplicate", "registry_login", "registry_slip", "registry_notice", "registry_consent", "intake_import", "intake_row_batch", "intake_stage", "intake_problem_batch", "intake_mapping"}

// blank takes from a file whatever says whose it is. The rows of certificates must still be known as those of
// one certificate, so the index of their number becomes the id of its first row.
func blank(ctx context.Context, tx *db.Tx, w WorkerID) error {
	for _, query := range []string{
		`DELETE FROM registry_number WHERE worker_id = $1`,
		`DELETE FROM registry_certificate_number WHERE worker_id = $1`,
		`UPDATE registry_employment SET phone_sealed = NULL WHERE worker_id = $1 AND phone_sealed IS NOT NULL`,
		`UPDATE registry_identity SET reason = '' WHERE worker_id = $1`,
		`UPDATE registry_alias SET why = '' WHERE worker_id = $1`,
		`UPDATE registry_revocation SET reason = '' WHERE worker_id = $1`,
		`UPDATE registry_ruling SET reason = '' WHERE worker_id = $1`,
		`DELETE FROM registry_claim WHERE worker_id = $1 AND field = 'name'`, // no figure depends on a name
		`DELETE FROM registry_conflict WHERE worker_id = $1 AND kind = 'name_differs'`,
		`DELETE FROM registry_duplicate WHERE worker_id = $1 OR other_id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, int64(w)); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE registry_worker SET wrapped_key = $2, name = $3, name_fold = '', pinyin_fold = '', initials_fold = '', id_kind = '', id_sealed = $2, phone_sealed = NULL, version = version + 1
WHERE worker_id = $1 AND length(wrapped_key) > 0`, int64(w), []byte{}, ErasedName)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "registry.worker_erased")
	}
	if err := endLogin(ctx, tx, w); err != nil { // after the file is taken: who activates a slip at this moment takes it too
		return err
	}
	first := map[string][]byte{}
	var rows []int64
	var kept [][]byte
	err = tx.Query(ctx, `SELECT id, number_index FROM registry_certificate WHERE worker_id = $1 ORDER BY id`, []any{int64(w)}, func(row db.Scanner) error {
		var id int64
		var index []byte
		if err := row.Scan(&id, &index); err != nil {
			return err
		}
		if first[string(index)] == nil {
			first[string(index)] = binary.BigEndian.AppendUint64(nil, uint64(id))
		}
		rows, kept = append(rows, id), append(kept, first[string(index)])
		return nil
	})
	if err != nil {
		return err
	}
	for index, kept := range first {
		if _, err := tx.Exec(ctx, `UPDATE registry_revocation SET number_index = $3 WHERE worker_id = $1 AND number_index = $2`, int64(w), []byte(index), kept); err != nil {
			return err
		}
	}
	for i, id := range rows {
		if _, err := tx.Exec(ctx, `UPDATE registry_certificate SET number_index = $3, number_sealed = $4 WHERE worker_id = $1 AND id = $2`, int64(w), id, kept[i], []byte{}); err != nil {
			return err
		}
	}
	return nil
}
