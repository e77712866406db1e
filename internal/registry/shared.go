package registry

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tuoxing/internal/db"
)

// What two files share in the rows that speak of them, beyond what a file itself says.

// addShared adds the pairs of which rows in force name one certificate: while two files were one, a list
// may have brought it for either.
func addShared(ctx context.Context, tx *db.Tx, list []suspect, found []*candidate) ([]*candidate, error) {
	holders := map[string][]WorkerID{}
	err := tx.Query(ctx, `SELECT DISTINCT c.number_index, c.worker_id FROM registry_certificate c WHERE c.withdrawn_at IS NULL AND c.number_index IN
(SELECT number_index FROM registry_certificate WHERE withdrawn_at IS NULL GROUP BY number_index HAVING min(worker_id) <> max(worker_id)) ORDER BY c.worker_id`, nil, func(row db.Scanner) error {
		var index []byte
		var w WorkerID
		err := row.Scan(&index, &w)
		k := hex.EncodeToString(index)
		holders[k] = append(holders[k], w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for shared certificates: %w", err)
	}
	if len(holders) == 0 {
		return found, nil
	}
	known := make(map[[2]int32]*candidate, len(found))
	for _, c := range found {
		known[[2]int32{c.a, c.b}] = c
	}
	for _, workers := range holders {
		for i, w := range workers {
			for _, v := range workers[i+1:] {
				a, inA := at(list, w)
				b, inB := at(list, v)
				if !inA || !inB || list[a].root == list[b].root {
					continue
				}
				p := [2]int32{int32(a), int32(b)}
				if known[p] == nil {
					known[p] = &candidate{a: p[0], b: p[1]}
					found = append(found, known[p])
				}
				known[p].says |= evCertificate
			}
		}
	}
	slices.SortFunc(found, func(x, y *candidate) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return found, nil
}

// at finds a file in the list.
func at(list []suspect, w WorkerID) (int, bool) {
	return slices.BinarySearchFunc(list, w, func(s suspect, w WorkerID) int { return cmp.Compare(s.id, w) })
}

// graded looks up which lists name the files of the candidates, and makes the rows to be kept.
func graded(ctx context.Context, tx *db.Tx, list []suspect, found []*candidate) ([]duplicateRow, error) {
	var workers []WorkerID
	for _, c := range found {
		workers = append(workers, list[c.a].id, list[c.b].id)
	}
	slices.Sort(workers)
	named, err := listsNaming(ctx, tx, slices.Compact(workers))
	if err != nil {
		return nil, err
	}
	today := tx.Today()
	out := make([]duplicateRow, 0, len(found))
	for _, c := range found {
		a, b := &list[c.a], &list[c.b]
		if sharesOne(named[a.id], named[b.id]) {
			c.says |= evOneList
		}
		if c.says&evCertificate != 0 {
			more, places := compare(a, b, today)
			c.says, c.places = c.says|more, places
		}
		keep := a.id
		if better(b, a, len(named[b.id]), len(named[a.id]), c.says, a.isTooOld(today)) {
			keep = b.id
		}
		row := duplicateRow{worker: a.id, other: b.id, keep: keep, grade: c.says.grade(), evidence: c.says.String()}
		if c.says&(nearNumber|evShort|evPlace) != 0 { // elsewhere the numbers have nothing to do with each other
			var places []string
			for _, p := range c.places {
				places = append(places, strconv.Itoa(p))
			}
			row.places = strings.Join(places, " ")
		}
		out = append(out, row)
	}
	return out, nil
}

// better reports whether the later file b should stay rather than a: the one whose number is not the damaged one, else
// the one of which more lists speak, else the earlier.
func better(b, a *suspect, listsB, listsA int, says evidence, aTooOld bool) bool {
	switch {
	case says&evShort != 0:
		return aTooOld
	case says&evTail != 0 && a.endsInZeros() != b.endsInZeros():
		return a.endsInZeros()
	}
	return listsB > listsA
}

// listsNaming gives for some people the imports of which a row in force speaks of them, ascending.
func listsNaming(ctx context.Context, tx *db.Tx, workers []WorkerID) (map[WorkerID][]int64, error) {
	out := make(map[WorkerID][]int64, len(workers))
	for part := range slices.Chunk(workers, batch) {
		ids, args := in(1, part)
		err := tx.Query(ctx, `SELECT worker_id, import_id FROM registry_employment WHERE withdrawn_at IS NULL AND worker_id IN `+ids+`
UNION SELECT worker_id, import_id FROM registry_certificate WHERE withdrawn_at IS NULL AND worker_id IN `+ids+` ORDER BY 1, 2`, args, func(row db.Scanner) error {
			var w WorkerID
			var list int64
			err := row.Scan(&w, &list)
			out[w] = append(out[w], list)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("lists that name people: %w", err)
		}
	}
	return out, nil
}

func sharesOne(a, b []int64) bool {
	return slices.ContainsFunc(a, func(list int64) bool { return slices.Contains(b, list) })
}
