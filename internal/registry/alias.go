package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/vault"
)

// aliases are the merges in force: from a file to the one that it was merged into, as declared. A
// chain (A into B, then B into C) is two aliases; withdrawing one leaves the other.
type aliases map[WorkerID]WorkerID

// root is the file whose timeline the rows of w feed: w itself when it was not merged.
func (a aliases) root(w WorkerID) WorkerID {
	for a[w] != 0 {
		w = a[w] // ends: Merge never lets a file be merged into its own family
	}
	return w
}

func readAliases(ctx context.Context, tx *db.Tx, into aliases, where string, args []any) (read int, err error) {
	err = tx.Query(ctx, `SELECT worker_id, survivor_id FROM registry_alias WHERE withdrawn_at IS NULL`+where, args, func(row db.Scanner) error {
		var w, survivor WorkerID
		err := row.Scan(&w, &survivor)
		if into[w] == 0 {
			read++
		}
		into[w] = survivor
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read merges: %w", err)
	}
	return read, nil
}

// allAliases reads every merge in force: a few files in a hundred at most.
func allAliases(ctx context.Context, tx *db.Tx) (aliases, error) {
	a := aliases{}
	_, err := readAliases(ctx, tx, a, "", nil)
	return a, err
}

// aliasesOf reads the merges that tie some files to others, in both directions and along chains. One
// query when nothing was merged.
func aliasesOf(ctx context.Context, tx *db.Tx, files []WorkerID) (aliases, error) {
	a, seen := aliases{}, map[WorkerID]bool{}
	var one int
	err := tx.QueryRow(ctx, `SELECT 1 FROM registry_alias WHERE withdrawn_at IS NULL LIMIT 1`, nil, &one)
	if fault.Is(err, fault.NotFound) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for merges: %w", err)
	}
	for len(files) > 0 {
		for part := range slices.Chunk(files, batch) {
			list, args := in(1, part)
			if _, err := readAliases(ctx, tx, a, ` AND (worker_id IN `+list+` OR survivor_id IN `+list+`)`, args); err != nil {
				return nil, err
			}
			for _, w := range part {
				seen[w] = true
			}
		}
		files = nil
		for w, survivor := range a {
			for _, x := range []WorkerID{w, survivor} {
				if !seen[x] {
					seen[x] = true
					files = append(files, x)
				}
			}
		}
	}
	return a, nil
}

// families adds to some files all that are one person with them.
func families(ctx context.Context, tx *db.Tx, files []WorkerID) ([]WorkerID, error) {
	a, err := aliasesOf(ctx, tx, files)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(files)
	for w, survivor := range a {
		out = append(out, w, survivor)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// loadSources reads the sourced rows of some people: of a file, its own rows and, as lent ones, those
// of the files merged into it. A merged file has its survivor's rows, and says so. Each has an entry
// even without rows.
func loadSources(ctx context.Context, tx *db.Tx, workers []WorkerID) (map[WorkerID]*Sources, error) {
	a, err := aliasesOf(ctx, tx, workers)
	if err != nil {
		return nil, err
	}
	if len(a) == 0 {
		return rowsOfFiles(ctx, tx, workers)
	}
	all := slices.Clone(workers)
	for w, survivor := range a {
		all = append(all, w, survivor)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	rows := make(map[WorkerID]*Sources, len(all))
	for part := range slices.Chunk(all, batch) {
		some, err := rowsOfFiles(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		for w, src := range some {
			rows[w] = src
		}
	}
	whole := map[WorkerID]*Sources{}
	for _, w := range all {
		root := a.root(w)
		if whole[root] == nil {
			whole[root] = &Sources{Worker: root}
		}
		whole[root].lend(rows[w], w != root)
	}
	out := make(map[WorkerID]*Sources, len(workers))
	for _, w := range workers {
		src := *whole[a.root(w)]
		if src.Worker != w {
			src.Survivor, src.Worker = src.Worker, w
		}
		out[w] = &src
	}
	return out, nil
}

// lend adds the rows of a file.
func (src *Sources) lend(from *Sources, lent bool) {
	for _, r := range from.Identity {
		r.Lent = lent
		src.Identity = append(src.Identity, r)
	}
	for _, r := range from.Employment {
		r.Lent = lent
		src.Employment = append(src.Employment, r)
	}
	for _, r := range from.Certificates {
		r.Lent = lent
		src.Certificates = append(src.Certificates, r)
	}
	src.Revocations = append(src.Revocations, from.Revocations...)
	src.Claims = append(src.Claims, from.Claims...)
	src.Rulings = append(src.Rulings, from.Rulings...)
}

// familyKeys opens the keys of a file and of those that are one person with it.
func (s *Service) familyKeys(ctx context.Context, tx *db.Tx, id WorkerID) (map[WorkerID]vault.Key, error) {
	files, err := families(ctx, tx, []WorkerID{id})
	if err != nil {
		return nil, err
	}
	return s.keysOf(ctx, tx, files)
}

// keysOf opens the keys of some files; an erased one has none.
func (s *Service) keysOf(ctx context.Context, tx *db.Tx, files []WorkerID) (map[WorkerID]vault.Key, error) {
	out := make(map[WorkerID]vault.Key, len(files))
	for part := range slices.Chunk(files, batch) {
		list, args := in(1, part)
		err := tx.Query(ctx, `SELECT worker_id, wrapped_key FROM registry_worker WHERE length(wrapped_key) > 0 AND worker_id IN `+list, args, func(row db.Scanner) error {
			var w WorkerID
			var wrapped []byte
			if err := row.Scan(&w, &wrapped); err != nil {
				return err
			}
			key, err := s.Vault.Unwrap(int64(w), wrapped)
			out[w] = key
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("open keys: %w", err)
		}
	}
	return out, nil
}

// maskedNumbers adds the masked numbers of the certificates that stand in some files, by row.
func maskedNumbers(ctx context.Context, tx *db.Tx, keys map[WorkerID]vault.Key, into map[int64]string) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(keys)), batch) {
		list, args := in(1, part)
		err := tx.Query(ctx, `SELECT worker_id, id, number_sealed FROM registry_certificate WHERE worker_id IN `+list, args, func(row db.Scanner) error {
			var w WorkerID
			var id int64
			var sealed []byte
			if err := row.Scan(&w, &id, &sealed); err != nil {
				return err
			}
			plain, err := keys[w].Open(id, "number", sealed)
			into[id] = cn.MaskID(string(plain))
			return err
		})
		if err != nil {
			return fmt.Errorf("read certificate numbers: %w", err)
		}
	}
	return nil
}

// Merge makes two files one person's (合并档案): loser becomes an alias of survivor, in which the
// rows of both count from then on. No row is rewritten. Both files must lie in the actor's subtree:
// where one lies elsewhere, whoever is above both decides. Faults: NotFound for a file not seen,
// Conflict when they are one person's already, the loser was merged before, or
// one is erased.
func (s *Service) Merge(ctx context.Context, who account.Actor, survivor, loser WorkerID, why string) error {
	if err := mayMerge(who, why); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeFiles(ctx, tx, who.Scope, survivor, loser); err != nil {
			return err
		}
		if err := s.merge(ctx, tx, who.UserID, survivor, loser, why); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "worker.merge", survivor.String(), map[string]any{"merged": loser.String(), "why": why})
	})
}

func mayMerge(who account.Actor, why string) error {
	if err := who.Must(account.WorkerMerge); err != nil {
		return err
	}
	var c fault.Check
	checkWhy(&c, why)
	return c.Err()
}

// takeFiles takes the rows of files that a verb is about to decide on, in the order of their ids, so
// that two verbs on the same files wait for each other.
func (s *Service) takeFiles(ctx context.Context, tx *db.Tx, scope account.Scope, files ...WorkerID) error {
	slices.Sort(files)
	for _, w := range files {
		n, err := tx.Exec(ctx, `UPDATE registry_worker SET version = version + 1 WHERE worker_id = $4 AND EXISTS (SELECT 1 FROM org_unit u WHERE u.unit_id = registry_worker.unit_id AND `+inScope(1)+`)`,
			append(seenArgs(scope), int64(w))...)
		if err != nil {
			return fmt.Errorf("take file of %s: %w", w, err)
		}
		if n == 0 {
			return fault.New(fault.NotFound, "registry.worker_unknown")
		}
	}
	return nil
}

func (s *Service) merge(ctx context.Context, tx *db.Tx, by int64, survivor, loser WorkerID, why string) error {
	a, err := aliasesOf(ctx, tx, []WorkerID{survivor, loser})
	if err != nil {
		return err
	}
	if a.root(survivor) == a.root(loser) {
		return conflict("registry.merge_same")
	}
	if a[loser] != 0 {
		return conflict("registry.merge_twice", a.root(loser).String())
	}
	var erased int64
	list, args := in(1, []WorkerID{survivor, loser})
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM registry_worker WHERE length(wrapped_key) = 0 AND worker_id IN `+list, args, &erased); err != nil {
		return fmt.Errorf("look for erased files: %w", err)
	}
	if erased > 0 { // the other file would say who it was
		return conflict("registry.worker_erased")
	}
	_, err = tx.Exec(ctx, `INSERT INTO registry_alias (worker_id, id, survivor_id, merged_at, merged_by, withdrawn_by, why) VALUES ($1, $2, $3, $4, $5, 0, $6)`,
		int64(loser), tx.NewID(), int64(survivor), db.At(tx.Now()), by, why)
	if err != nil {
		return fmt.Errorf("merge files: %w", err)
	}
	s.touch(tx, by, survivor, loser)
	return settleMerged(ctx, tx, by, survivor, why)
}

// Unmerge withdraws the alias of a merged file (撤销合并): both files have again the timelines that
// their own rows give.
func (s *Service) Unmerge(ctx context.Context, who account.Actor, loser WorkerID, why string) error {
	if err := mayMerge(who, why); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := s.takeFiles(ctx, tx, who.Scope, loser); err != nil {
			return err
		}
		if err := s.unmerge(ctx, tx, who.UserID, loser, why); err != nil {
			return err
		}
		return audit.Add(ctx, tx, who.UserID, "worker.unmerge", loser.String(), map[string]any{"why": why})
	})
}

func (s *Service) unmerge(ctx context.Context, tx *db.Tx, by int64, loser WorkerID, why string) error {
	a, err := aliasesOf(ctx, tx, []WorkerID{loser})
	if err != nil {
		return err
	}
	if a[loser] == 0 {
		return conflict("registry.not_merged")
	}
	if _, err := tx.Exec(ctx, `UPDATE registry_alias SET withdrawn_at = $2, withdrawn_by = $3 WHERE worker_id = $1 AND withdrawn_at IS NULL`, int64(loser), db.At(tx.Now()), by); err != nil {
		return fmt.Errorf("withdraw merge: %w", err)
	}
	s.touch(tx, by, loser, a[loser]) // each brings the rest of its own family
	return settleUnmerged(ctx, tx, by, loser, why)
}
