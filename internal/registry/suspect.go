package registry

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
)

// block says which files are compared: those for which key is the same. Each catches one sort of evidence, so that
// of a million files those few pairs are compared in which there may be any, in time near linear.
type block struct {
	key func(*suspect) (key uint64, ok bool)
}

// neighbours is with how many of the files after it, in the order of the ids, a file of one block is compared. Of
// numbers with one digit masked there are at most 10, of those with 15 digits alike 100; more than these have a
// name and a birthday in common only where something else is wrong.
const neighbours = 100

// blocks are made once for a run.
func blocks() (list []block) {
	for i := range 17 {
		list = append(list, block{func(a *suspect) (uint64, bool) {
			n := a.number
			n[i] = '0'
			return packed(n[:]), a.number[0] != 0
		}})
	}
	for i := range 16 {
		list = append(list, block{func(a *suspect) (uint64, bool) {
			n := a.number
			if n[i] > n[i+1] {
				n[i], n[i+1] = n[i+1], n[i]
			}
			return packed(n[:]), a.number[0] != 0
		}})
	}
	return append(list,
		block{func(a *suspect) (uint64, bool) { return packed(a.number[:excelKeeps]), a.number[0] != 0 }},
		block{func(a *suspect) (uint64, bool) { // the 15-digit form
			return mix(packed(a.number[:regionEnd]), packed(a.number[centuryEnd:])), a.number[0] != 0
		}},
		block{func(a *suspect) (uint64, bool) {
			return mix(a.sound, packed(a.number[:regionEnd]), packed(a.number[birthEnd:])), a.number[0] != 0
		}},
		block{func(a *suspect) (uint64, bool) { return mix(a.sound, a.phone), a.phone != 0 }},
		block{func(a *suspect) (uint64, bool) { return mix(a.sound, uint64(a.born)), a.born > date.Ever }})
}

// packed reads up to 17 digits as a number.
func packed(digits []byte) (n uint64) {
	for _, d := range digits {
		n = n*10 + uint64(d-'0')
	}
	return n
}

// mix hashes some values together (the finaliser of splitmix64).
func mix(values ...uint64) (h uint64) {
	for _, v := range values {
		h ^= v
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// candidate is a pair in which there is evidence.
type candidate struct {
	a, b   int32 // places in the list, a < b
	says   evidence
	places []int
	keep   WorkerID // the file that would stay
}

// candidates compares the files of each block. The list is in the order of ids.
func candidates(ctx context.Context, list []suspect, today date.Day) (found []*candidate, compared int, err error) {
	type placed struct {
		key uint64
		at  int32
	}
	pairs := map[[2]int32]*candidate{}
	keys := make([]placed, 0, len(list))
	for _, b := range blocks() {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		keys = keys[:0]
		for i := range list {
			if k, ok := b.key(&list[i]); ok {
				keys = append(keys, placed{k, int32(i)})
			}
		}
		slices.SortFunc(keys, func(x, y placed) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.at, y.at)) })
		for i := range keys {
			for j := i + 1; j < min(len(keys), i+1+neighbours) && keys[j].key == keys[i].key; j++ {
				compared++
				p := [2]int32{keys[i].at, keys[j].at}
				x, y := &list[p[0]], &list[p[1]]
				if x.root == y.root || pairs[p] != nil {
					continue
				}
				if says, places := compare(x, y, today); says.grade() > 0 {
					pairs[p] = &candidate{a: p[0], b: p[1], says: says, places: places}
				}
			}
		}
	}
	for _, c := range pairs {
		found = append(found, c)
	}
	slices.SortFunc(found, func(x, y *candidate) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return found, compared, nil
}

// crowds counts how many files have each phone number.
func crowds(list []suspect) {
	n := map[uint64]uint8{}
	for i := range list {
		if p := list[i].phone; p != 0 && n[p] < 255 {
			n[p]++
		}
	}
	for i := range list {
		list[i].crowd = n[list[i].phone]
	}
}

// sealedFile is a file as it is read, before it is opened.
type sealedFile struct {
	at             int
	wrapped        []byte
	number, phone  []byte
	name, pinyin   string
	sex            Sex
	birth          date.Month
	id             WorkerID
	employer, root int64
}

// suspects reads all files in a subtree in the order of their ids, and opens their numbers. Erased people have none.
func (s *Service) suspects(ctx context.Context, tx *db.Tx, scope account.Scope) ([]suspect, error) {
	from := ` FROM registry_worker w, org_unit u WHERE ` + seen(1) + ` AND length(w.wrapped_key) > 0`
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*)`+from, seenArgs(scope), &n); err != nil {
		return nil, fmt.Errorf("count files: %w", err)
	}
	list := make([]suspect, n)
	work, failed := make(chan []sealedFile, 4), make(chan error, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for part := range work {
				for i := range part {
					if err := s.openSuspect(&part[i], &list[part[i].at]); err != nil {
						failed <- err
						for range work { // the reader must not wait for ever
						}
						return
					}
				}
			}
		})
	}
	part := make([]sealedFile, 0, partRows)
	at := 0
	err := tx.Query(ctx, `SELECT w.worker_id, w.wrapped_key, w.id_sealed, w.phone_sealed, w.name, w.pinyin_fold, w.sex, w.birth_month, w.employer_id, w.survivor_id`+from+` ORDER BY w.worker_id`,
		seenArgs(scope), func(row db.Scanner) error {
			if at == n { // made since they were counted
				return nil
			}
			f := sealedFile{at: at}
			if err := row.Scan(&f.id, &f.wrapped, &f.number, &f.phone, &f.name, &f.pinyin, &f.sex, &f.birth, &f.employer, &f.root); err != nil {
				return err
			}
			at++
			if part = append(part, f); len(part) == partRows {
				work <- part
				part = make([]sealedFile, 0, partRows)
			}
			return nil
		})
	work <- part
	close(work)
	wait.Wait()
	close(failed)
	for e := range failed {
		err = e
	}
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	list = list[:at]
	crowds(list)
	return list, nil
}

// openSuspect opens what is compared of a file.
func (s *Service) openSuspect(f *sealedFile, out *suspect) error {
	*out = suspect{id: f.id, root: f.id, employer: f.employer, sex: f.sex, born: date.Ever}
	if f.root != 0 {
		out.root = WorkerID(f.root)
	}
	plain := cn.PlainName(f.name)
	fold := cn.Fold(f.name)
	out.name, out.plain, out.sound = hashText(fold), hashText(plain), hashText(f.pinyin)
	if plain != fold {
		out.sound = hashText(cn.Pinyin(plain))
	}
	key, err := s.Vault.Unwrap(int64(f.id), f.wrapped)
	if err != nil {
		return err
	}
	keep := func(s string) string { return s }
	number, err := unseal(key, f.id, "id_number", f.number, keep)
	if err != nil {
		return err
	}
	out.identify(number)
	phone, err := unseal(key, f.id, "phone", f.phone, keep)
	if err == nil && phone != "" {
		out.phone = hashText(phone)
	}
	return err
}

// identify takes from a number what it tells. The older card of foreigners has two digits for the year of birth and
// none that can be compared with those of the later one.
func (a *suspect) identify(number string) {
	id, err := cn.ParseID(number, date.Forever)
	switch {
	case err != nil: // read by an earlier version: the file has no number to compare
	case id.Kind == cn.ForeignPROld:
		a.born = shortBirth(number[7:13])
	default:
		copy(a.number[:], number)
		a.zeroCheck = number[17] == '0'
		a.born, a.sex = id.Birth, Sex(id.Sex)
	}
}

// youngest is the last year of birth, without its century, that a person with an old card of foreigners has;
// it was last given in 2023, and to people of 16.
const youngest = 7

// shortBirth reads yymmdd.
func shortBirth(digits string) date.Day {
	year, err := strconv.Atoi(digits[:2])
	if err != nil {
		return date.Ever
	}
	century := "19"
	if year <= youngest {
		century = "20"
	}
	d, err := date.Parse(century + digits[:2] + "-" + digits[2:4] + "-" + digits[4:])
	if err != nil {
		return date.Ever
	}
	return d
}
