package registry

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// Worker is a person's file as lists show it. Files follow today's tree.
type Worker struct {
	ID       WorkerID
	Name     string
	Pinyin   string
	Sex      Sex
	Birth    date.Month
	Unit     org.UnitID // employer, or the district's union for people without one
	Employer org.UnitID // 0 without a union employer
	District int32
	Rank     int
	RankEver int
	Class    int
	Erased   bool // 已注销人员; told by Find alone
}

// seen is the part of a WHERE that keeps people outside the reader's subtree away. It takes three
// arguments from $first on.
func seen(first int) string { return `u.unit_id = w.unit_id AND ` + inScope(first) }

// inScope keeps the units u outside the reader's subtree away. It takes three arguments.
func inScope(first int) string { return unitInScope("u", first) }

// unitInScope is inScope for units of another name in the statement.
func unitInScope(unit string, first int) string {
	return fmt.Sprintf(`($%d = 1 OR (%s.lo >= $%d AND %s.lo <= $%d))`, first, unit, first+1, unit, first+2)
}

func seenArgs(s account.Scope) []any {
	if s.All {
		return []any{1, int64(0), int64(0)}
	}
	return []any{0, s.Lo, s.Hi}
}

// Names gives the names of those of some people whose files the reader may open today.
func (s *Service) Names(ctx context.Context, tx *db.Tx, who account.Scope, workers []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for part := range slices.Chunk(workers, batch) {
		ids := make([]WorkerID, len(part))
		for i, w := range part {
			ids[i] = WorkerID(w)
		}
		list, args := in(4, ids)
		err := tx.Query(ctx, `SELECT w.worker_id, w.name FROM registry_worker w, org_unit u WHERE `+seen(1)+` AND w.worker_id IN `+list,
			append(seenArgs(who), args...), func(row db.Scanner) error {
				var id int64
				var name string
				err := row.Scan(&id, &name)
				out[id] = name
				return err
			})
		if err != nil {
			return nil, fmt.Errorf("names of people: %w", err)
		}
	}
	return out, nil
}

// Filter of a list of files. Zero values choose all.
type Filter struct {
	Text     string // part of the name, pinyin or initials, or a whole ID number
	District int32
	RankEver int // at least
	Employer org.UnitID
	After    WorkerID      // key of the page before
	Order    listing.Order // one of workerOrders; own order: by id, which says nothing
	Limit    int
}

// ByNumber reports whether the text is searched for as an ID number: it must not be put into an address.
func (f Filter) ByNumber() bool { return looksLikeID(cn.Fold(f.Text)) }

// Check names every filter that chooses what there is not.
func (f Filter) Check() error {
	var c fault.Check
	knownDistrict(&c, f.District)
	if f.RankEver != 0 {
		listing.OneOf(&c, "rank", strconv.Itoa(f.RankEver), RankNumbers())
	}
	return c.Err()
}

// workerOrders are the columns by which a list of people may be ordered; roll.key knows them.
var workerOrders = listing.Orders{
	"name": {Expr: "name"}, // by pinyin
	"age":  {Expr: "age", Flip: true},
	"rank": {Expr: "rank"},
}

// List gives the files in the reader's subtree by id or as the reader ordered them, and how many there are in all. A search by ID
// number goes through the blind index, anything else through the roll. Searching is logged, without the words.
func (s *Service) List(ctx context.Context, who account.Actor, f Filter) (list []Worker, total int, err error) {
	if err := who.Must(account.WorkerRead); err != nil {
		return nil, 0, err
	}
	if err := f.Check(); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	if f.Text != "" {
		if err := audit.Read(ctx, s.DB, who.UserID, "worker.search", "", map[string]any{"letters": len([]rune(f.Text))}); err != nil {
			return nil, 0, err
		}
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		if f.ByNumber() {
			list, err = s.byNumber(ctx, tx, who.Scope, f)
			total = len(list)
			return err
		}
		var ids []WorkerID
		err := s.readRoll(ctx, tx, func(r *roll) (err error) {
			ids, total, err = r.page(who.Scope, f)
			return err
		})
		if err == nil {
			list, err = listOf(ctx, tx, who.Scope, ids)
		}
		return err
	})
	return list, total, err
}

// byNumber finds the files that have or had an ID number: one, and two or three when files are not merged yet.
func (s *Service) byNumber(ctx context.Context, tx *db.Tx, scope account.Scope, f Filter) ([]Worker, error) {
	number, err := cn.ParseID(cn.Fold(f.Text), date.Forever)
	if err != nil {
		return nil, nil //nolint:nilerr // nobody has it
	}
	var ids []WorkerID
	err = tx.Query(ctx, `SELECT CASE WHEN w.survivor_id = 0 THEN w.worker_id ELSE w.survivor_id END FROM registry_number n, registry_worker w WHERE w.worker_id = n.worker_id AND n.number_index = $1`,
		[]any{s.Vault.BlindIndex(indexID, number.Number)}, func(row db.Scanner) error {
			var id WorkerID
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("find a number: %w", err)
	}
	slices.Sort(ids)
	list, err := listOf(ctx, tx, scope, slices.Compact(ids))
	return slices.DeleteFunc(list, func(w Worker) bool { return w.ID <= f.After || !f.holds(&w) }), err
}

// holds reports whether the filter chooses a file, the text apart.
func (f Filter) holds(w *Worker) bool {
	return (f.District == 0 || w.District == f.District) && w.RankEver >= f.RankEver && (f.Employer == 0 || w.Employer == f.Employer)
}

// listOf reads files in the order of their ids' list: those that the reader may see, for the roll may be ahead of the
// transaction.
func listOf(ctx context.Context, tx *db.Tx, scope account.Scope, ids []WorkerID) ([]Worker, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := make(map[WorkerID]Worker, len(ids))
	list, args := in(4, ids)
	err := tx.Query(ctx, selectWorkers+`WHERE `+seen(1)+` AND w.survivor_id = 0 AND w.worker_id IN `+list, append(seenArgs(scope), args...), func(row db.Scanner) error {
		w, err := scanWorker(row)
		found[w.ID] = w
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read a page of files: %w", err)
	}
	out := make([]Worker, 0, len(ids))
	for _, id := range ids {
		if w, ok := found[id]; ok {
			out = append(out, w)
		}
	}
	return out, nil
}

// pageOf reads the files after a key, at most f.Limit.
func pageOf(ctx context.Context, tx *db.Tx, where string, args []any, f Filter) (list []Worker, err error) {
	n := len(args)
	err = tx.Query(ctx, fmt.Sprintf(selectWorkers+`WHERE %s AND w.worker_id > $%d ORDER BY w.worker_id LIMIT $%d`, where, n+1, n+2), append(slices.Clone(args), int64(f.After), f.Limit), func(row db.Scanner) error {
		w, err := scanWorker(row)
		list = append(list, w)
		return err
	})
	return list, err
}

// exportBatch is how many files of an export are read at one time.
const exportBatch = 1000

// ExportForm is what an export of files is to hold.
type ExportForm struct {
	Filter
	Numbers bool   // ID and phone numbers, masked
	Full    bool   // and not masked: asks for a right and a reason, and is a look at each file
	Why     string // the reason, which is logged
}

// Exported is one file of an export.
type Exported struct {
	Worker
	IDNumber, Phone string // empty unless asked for
}

// Export gives how many files a filter chooses and all of them by id, for a file, as the transaction
// sees them. It asks for the right to take lists of people out of the system and is logged before anything is
// given; whole numbers are logged as a look at each person's file, before the person is given.
func (s *Service) Export(ctx context.Context, tx *db.Tx, who account.Actor, form ExportForm) (total int, all iter.Seq2[Exported, error], err error) {
	if err := who.Must(account.WorkerExport); err != nil {
		return 0, nil, err
	}
	if err := form.Filter.Check(); err != nil {
		return 0, nil, err
	}
	detail := map[string]any{"letters": len([]rune(form.Text)), "district": form.District, "rank_ever": form.RankEver, "employer": form.Employer.String()}
	if form.Numbers {
		detail["numbers"] = "masked"
	}
	if form.Full {
		if err := who.Must(account.WorkerReveal); err != nil {
			return 0, nil, err
		}
		var c fault.Check
		checkWhy(&c, form.Why)
		if err := c.Err(); err != nil {
			return 0, nil, err
		}
		detail["numbers"], detail["why"] = "full", form.Why
	}
	f := form.Filter
	f.After, f.Limit = 0, exportBatch
	page, total, err := s.pages(ctx, tx, who.Scope, f)
	if err != nil {
		return 0, nil, err
	}
	detail["rows"] = total
	if err := audit.Read(ctx, s.DB, who.UserID, "worker.export", "", detail); err != nil {
		return 0, nil, err
	}
	return total, func(yield func(Exported, error) bool) {
		for {
			part, err := page(f)
			var numbers map[WorkerID][2]string
			if err == nil && form.Numbers {
				numbers, err = s.numbersOf(ctx, tx, who, form, part)
			}
			if err != nil {
				yield(Exported{}, err)
				return
			}
			for _, w := range part {
				if !yield(Exported{w, numbers[w.ID][0], numbers[w.ID][1]}, nil) {
					return
				}
			}
			if len(part) < f.Limit {
				return
			}
			f.After = part[len(part)-1].ID
		}
	}, nil
}

// pages gives how many files a filter chooses and how each page of them is read.
func (s *Service) pages(ctx context.Context, tx *db.Tx, scope account.Scope, f Filter) (page func(Filter) ([]Worker, error), total int, err error) {
	if f.ByNumber() {
		found, err := s.byNumber(ctx, tx, scope, f)
		return func(f Filter) ([]Worker, error) { return s.byNumber(ctx, tx, scope, f) }, len(found), err
	}
	where, args := whereOf(scope, f)
	err = tx.QueryRow(ctx, `SELECT count(*) FROM registry_worker w, org_unit u WHERE `+where, args, &total)
	return func(f Filter) ([]Worker, error) { return pageOf(ctx, tx, where, args, f) }, total, err
}

// numbersOf opens the ID and phone numbers of some people.
func (s *Service) numbersOf(ctx context.Context, tx *db.Tx, who account.Actor, form ExportForm, part []Worker) (map[WorkerID][2]string, error) {
	ids := make([]WorkerID, len(part))
	for i, w := range part {
		ids[i] = w.ID
	}
	maskID, maskPhone := cn.MaskID, cn.MaskPhone
	if form.Full {
		maskID = func(s string) string { return s }
		maskPhone = maskID
		err := s.DB.WriteTx(ctx, func(tx *db.Tx) error {
			for _, id := range ids {
				if err := audit.Add(ctx, tx, who.UserID, "worker.reveal", id.String(), map[string]any{"field": "export", "why": form.Why}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("log the looks: %w", err)
		}
	}
	out := make(map[WorkerID][2]string, len(ids))
	for chunk := range slices.Chunk(ids, batch) {
		list, args := in(1, chunk)
		err := tx.Query(ctx, `SELECT worker_id, wrapped_key, id_sealed, phone_sealed FROM registry_worker WHERE length(wrapped_key) > 0 AND worker_id IN `+list, args, func(row db.Scanner) error {
			var id WorkerID
			var wrapped, number, phone []byte
			if err := row.Scan((*int64)(&id), &wrapped, &number, &phone); err != nil {
				return err
			}
			key, err := s.Vault.Unwrap(int64(id), wrapped)
			if err != nil {
				return err
			}
			var two [2]string
			if two[0], err = unseal(key, id, "id_number", number, maskID); err != nil {
				return err
			}
			two[1], err = unseal(key, id, "phone", phone, maskPhone)
			out[id] = two
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read numbers: %w", err)
		}
	}
	return out, nil
}

const selectWorkers = `SELECT w.worker_id, w.name, w.pinyin_fold, w.sex, w.birth_month, w.unit_id, w.employer_id, w.district, w.rank, w.rank_ever, w.worker_class FROM registry_worker w, org_unit u `

func scanWorker(row db.Scanner) (Worker, error) {
	var w Worker
	err := row.Scan(&w.ID, &w.Name, &w.Pinyin, &w.Sex, &w.Birth, &w.Unit, &w.Employer, &w.District, &w.Rank, &w.RankEver, &w.Class)
	return w, err
}

// whereOf is a filter as the part of a query; a number is looked up by byNumber.
func whereOf(who account.Scope, f Filter) (string, []any) {
	where, args := seen(1)+` AND w.survivor_id = 0`, seenArgs(who) // merged files are found through their survivors
	add := func(cond string, v any) {
		args = append(args, v)
		where += fmt.Sprintf(" AND "+cond, len(args))
	}
	if f.District != 0 {
		add("w.district = $%d", f.District)
	}
	if f.RankEver != 0 {
		add("w.rank_ever >= $%d", f.RankEver)
	}
	if f.Employer != 0 {
		add("w.employer_id = $%d", int64(f.Employer))
	}
	if text := cn.Fold(f.Text); text != "" {
		args = append(args, "%"+escapeLike(text)+"%")
		n := len(args)
		where += fmt.Sprintf(` AND (w.name_fold LIKE $%d ESCAPE '!' OR w.pinyin_fold LIKE $%d ESCAPE '!' OR w.initials_fold LIKE $%d ESCAPE '!')`, n, n, n)
	}
	return where, args
}

func looksLikeID(text string) bool {
	digits := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 11
}

func escapeLike(s string) string {
	var out []rune
	for _, r := range s {
		if r == '%' || r == '_' || r == '!' {
			out = append(out, '!')
		}
		out = append(out, r)
	}
	return string(out)
}
