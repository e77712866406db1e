package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/listing"
	"tuoxing/internal/vault"
)

// Service takes spreadsheets in. Its verbs may be called from any goroutine; two runs over one import
// exclude each other by the import's version.
type Service struct {
	DB      *db.DB
	Vault   *vault.Vault
	Files   *vault.Store
	Targets map[string]*Target // by kind, set by app
	Limits  sheet.Limits       // a zero limit is that of sheet.Default

	// Demo reports a made-up city, so that the workbooks it gives out say so. nil is no. Set by app.
	Demo func() bool
	// Audit notes who did or saw what, inside the transaction; app sets audit.Add. Without it no verb works.
	Audit func(ctx context.Context, tx *db.Tx, user int64, action, subject string, detail any) error

	// OnApplied and OnUndone are called inside the transaction of Apply and Undo, before anything is sealed; by is who
	// undoes. A dry run calls neither. Set by app, nil is nobody.
	OnApplied func(ctx context.Context, tx *db.Tx, imp *Import) error
	OnUndone  func(ctx context.Context, tx *db.Tx, imp *Import, by int64) error

	// Weigh says what facts do to the figures, of which intake knows nothing; set by app.
	Weigh Weigh

	running sync.Map // ImportID → *progress
	sources sources
}

// Viewer is who asks. Imports of units outside the viewer's own subtree do not exist for them.
// app makes it of an actor; intake knows no accounts.
type Viewer struct {
	User int64
	May  func(right string) error // nil when the viewer holds the right, else the fault to answer with
	Sees func(unit int64) bool    // by today's tree; unit 0 is the whole city
}

// must fails closed: a viewer made without May may do nothing.
func (v Viewer) must(right string) error {
	if v.May == nil {
		return errors.New("intake: Viewer.May is not set; app makes it of account.Actor.Must")
	}
	return v.May(right)
}

// The rights that verbs ask for, as the role table names them.
const (
	RightRead  = "import.read"
	RightWrite = "import.write"
	RightUndo  = "import.undo"
)

// Trusted is a viewer who may do all in the name of a user: for background work whose right was checked
// when it was ordered.
func Trusted(user int64) Viewer {
	return Viewer{User: user, May: func(string) error { return nil }, Sees: everything}
}

// batchRows is how many rows are packed and sealed together: about 200 KB, so that memory
// does not grow with the file.
const batchRows = 1000

// limits fills in what the installation has not set.
func (s *Service) limits() sheet.Limits {
	l, d := s.Limits, sheet.Default
	l.File, l.Unzipped, l.Ratio = cmp.Or(l.File, d.File), cmp.Or(l.Unzipped, d.Unzipped), cmp.Or(l.Ratio, d.Ratio)
	l.Rows, l.Columns, l.Cell, l.Row = cmp.Or(l.Rows, d.Rows), cmp.Or(l.Columns, d.Columns), cmp.Or(l.Cell, d.Cell), cmp.Or(l.Row, d.Row)
	return l
}

// Receive keeps the file, encrypted under a key of its own, and gives the import's id. Nothing of
// it is read yet. Faults: Invalid for an unknown kind or missing terms, Forbidden for a unit
// outside the viewer's subtree, TooLarge.
func (s *Service) Receive(ctx context.Context, who Viewer, name string, r io.Reader, opt Options) (ImportID, error) {
	if err := who.must(RightWrite); err != nil {
		return 0, err
	}
	target, ok := s.Targets[opt.Kind]
	if !ok {
		return 0, fault.New(fault.Invalid, "intake.kind_unknown", opt.Kind, strings.Join(s.kinds(), "、"))
	}
	if err := check(target, opt); err != nil {
		return 0, err
	}
	if !who.Sees(opt.Unit) {
		return 0, fault.New(fault.Forbidden, "intake.unit_outside")
	}
	file, err := s.Files.Put(r, s.Vault, s.limits().File)
	if err != nil {
		return 0, err
	}
	opt.By = who.User
	var id ImportID
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		id = ImportID(tx.NewID())
		wrapped, key, err := s.Vault.NewKey(int64(id))
		if err != nil {
			return err
		}
		rec := &record{id: id, state: Received, name: cleanName(name), file: file,
			wrapped: wrapped, key: key, opt: opt, at: tx.Now(), details: details{Confirmed: opt.ConfirmedCodes}}
		if err := rec.insert(ctx, tx); err != nil {
			return err
		}
		tx.AfterCommit(func() {
			_ = s.Files.Settle(file.Name) // a mark that stays is taken off by Sweep
		})
		return s.note(ctx, tx, who, "intake.receive", rec)
	})
	if err != nil {
		if rerr := s.Files.Remove(file.Name); rerr != nil {
			return 0, fmt.Errorf("%w (and its file stays: %w)", err, rerr)
		}
		return 0, err
	}
	return id, nil
}

// personalDigits is how many digits in a row in a file's name may be a phone or ID number.
const personalDigits = 11

// cleanName is the last part of a file's name with every long number hidden: names of files stand
// in clear, in lists and beside facts.
func cleanName(name string) string {
	out := []rune(path.Base(strings.ReplaceAll(name, "\\", "/")))
	run := 0
	for i := 0; i <= len(out); i++ {
		if i < len(out) && unicode.IsDigit(out[i]) {
			run++
			continue
		}
		if run >= personalDigits {
			for k := i - run; k < i; k++ {
				out[k] = '*'
			}
		}
		run = 0
	}
	return string(out)
}

// check finds what is wrong with the terms, before the file is read.
func check(t *Target, opt Options) error {
	var c fault.Check
	if opt.Full && !t.TakesFull {
		c.Add("full", "intake.full_not_taken")
	}
	if opt.ConfirmAbsent < 0 {
		c.Add("confirm_absent", "intake.absent_negative")
	}
	return c.Err()
}

func (s *Service) kinds() []string {
	var all []string
	for k := range s.Targets {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// subject names an import in the audit log.
func subject(id ImportID) string { return "import:" + id.String() }

func (s *Service) note(ctx context.Context, tx *db.Tx, who Viewer, action string, rec *record) error {
	detail := map[string]any{"kind": rec.opt.Kind, "sha256": rec.file.SHA256, "unit": rec.opt.Unit}
	return s.Audit(ctx, tx, who.User, action, subject(rec.id), detail)
}

// Find gives the report of one import as it stands, with the progress of a run in this process. NotFound outside the viewer's subtree.
func (s *Service) Find(ctx context.Context, who Viewer, id ImportID) (Report, error) {
	if err := who.must(RightRead); err != nil {
		return Report{}, err
	}
	rec, err := s.load(ctx, who, id)
	if err != nil {
		return Report{}, err
	}
	r := rec.report()
	r.Running = s.runningNow(id)
	return r, nil
}

// admit checks right and scope before a run is registered and waits for the database.
func (s *Service) admit(ctx context.Context, who Viewer, id ImportID, right string) error {
	if err := who.must(right); err != nil {
		return err
	}
	_, err := s.load(ctx, who, id)
	return err
}

func (s *Service) load(ctx context.Context, who Viewer, id ImportID) (*record, error) {
	var rec *record
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		rec, err = s.read(ctx, tx, who, id)
		return err
	})
	return rec, err
}

// read loads one import inside a transaction and opens its key.
func (s *Service) read(ctx context.Context, tx *db.Tx, who Viewer, id ImportID) (*record, error) {
	rec := &record{}
	err := tx.QueryRow(ctx, "SELECT "+recordColumns+" FROM intake_import WHERE id = $1", []any{int64(id)}, rec.fields()...)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "intake.import_unknown")
	}
	if err != nil {
		return nil, err
	}
	if !who.Sees(rec.opt.Unit) {
		return nil, fault.New(fault.NotFound, "intake.import_unknown")
	}
	return rec, rec.open(s.Vault)
}

// take loads one import for a change: its row is held until the transaction ends, and every run that
// read it before finds its version gone.
func (s *Service) take(ctx context.Context, tx *db.Tx, who Viewer, id ImportID, right string) (*record, error) {
	if err := who.must(right); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "UPDATE intake_import SET version = version + 1 WHERE id = $1", int64(id)); err != nil {
		return nil, err
	}
	return s.read(ctx, tx, who, id)
}

// hold goes on with a record that this run took before; Conflict when another run took it since.
func (rec *record) hold(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Exec(ctx, "UPDATE intake_import SET version = version WHERE id = $1 AND version = $2", int64(rec.id), rec.version)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "intake.taken_over")
	}
	return nil
}

// Discard drops an import that was never applied, with its file. The note in the audit log stays.
func (s *Service) Discard(ctx context.Context, who Viewer, id ImportID) error {
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, err := s.take(ctx, tx, who, id, RightWrite)
		if err != nil {
			return err
		}
		if rec.state == Applied || rec.state == Undone {
			return fault.New(fault.Conflict, "intake.state_wrong")
		}
		if err := dropBatches(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM intake_import WHERE id = $1", int64(id)); err != nil {
			return err
		}
		if stored := rec.file.Name; stored != "" {
			tx.AfterCommit(func() {
				_ = s.Files.Remove(stored) // its key is gone: what stays on the disk says nothing
			})
		}
		return s.note(ctx, tx, who, "intake.discard", rec)
	})
}

// Filter chooses imports for a list. Zero values choose all.
type Filter struct {
	Kind   string
	State  State
	Unit   int64         // sent for this unit; 0 any
	Order  listing.Order // one of importOrders; own order: the newest first
	Offset int
	Limit  int // 0 = 50
}

// importOrders are the columns by which a list of imports may be ordered.
var importOrders = listing.Orders{
	"file":     {Expr: "name"},
	"on":       {Expr: "as_of"},
	"state":    {Expr: "state"},
	"read":     {Expr: "rows_read"},
	"refused":  {Expr: "refused"},
	"received": {Expr: "received_at"},
}

// List gives the imports of the viewer's subtree, newest first or as asked for, and how many there are in all.
func (s *Service) List(ctx context.Context, who Viewer, f Filter) (list []Report, total int, err error) {
	if err := who.must(RightRead); err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	order, err := orderOf(f.Order)
	if err != nil {
		return nil, 0, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		where, args, err := s.chosen(ctx, tx, who, f)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT count(*)"+where, args, &total); err != nil {
			return err
		}
		page := fmt.Sprintf(" LIMIT %d OFFSET %d", f.Limit, max(f.Offset, 0))
		return s.each(ctx, tx, where+order+page, args, func(r Report) error {
			list = append(list, r)
			return nil
		})
	})
	return list, total, err
}

// checkFilter names every filter that chooses what there is not.
func (s *Service) checkFilter(f Filter) error {
	var c fault.Check
	listing.OneOf(&c, "kind", f.Kind, slices.Sorted(maps.Keys(s.Targets)))
	listing.OneOf(&c, "state", string(f.State), listing.Names([]State{Received, Staging, Staged, Applied, Undone, Refused}))
	return c.Err()
}

// newestFirst is the own order of a list of imports.
const newestFirst = " ORDER BY received_at DESC, id DESC"

// orderOf is an order as SQL; among equals the newest comes first.
func orderOf(o listing.Order) (string, error) {
	expr, down, err := importOrders.Of(o)
	switch {
	case err != nil || expr == "":
		return newestFirst, err
	case down:
		return " ORDER BY " + expr + " DESC, received_at DESC, id DESC", nil
	}
	return " ORDER BY " + expr + ", received_at DESC, id DESC", nil
}

// chosen is the part of a query that keeps to the viewer's subtree and to a filter.
func (s *Service) chosen(ctx context.Context, tx *db.Tx, who Viewer, f Filter) (where string, args []any, err error) {
	if err := s.checkFilter(f); err != nil {
		return "", nil, err
	}
	units, err := visibleUnits(ctx, tx, who)
	if err != nil {
		return "", nil, err
	}
	where = " FROM intake_import WHERE unit_id IN " + db.In(4, len(units)) + " AND ($1 = '' OR kind = $1) AND ($2 = '' OR state = $2) AND (unit_id = $3 OR $3 = 0)"
	return where, append([]any{f.Kind, string(f.State), f.Unit}, units...), nil
}

// each walks imports as a query finds them.
func (s *Service) each(ctx context.Context, tx *db.Tx, from string, args []any, fn func(Report) error) error {
	return tx.Query(ctx, "SELECT "+recordColumns+from, args, func(row db.Scanner) error {
		rec := &record{}
		if err := row.Scan(rec.fields()...); err != nil {
			return err
		}
		if err := rec.open(s.Vault); err != nil {
			return err
		}
		r := rec.report()
		r.Running = s.runningNow(rec.id)
		return fn(r)
	})
}

// CountIn counts the imports that EachIn walks, and gathers who brought them.
func (s *Service) CountIn(ctx context.Context, tx *db.Tx, who Viewer, f Filter) (total int, by map[int64]string, err error) {
	if err := who.must(RightRead); err != nil {
		return 0, nil, err
	}
	where, args, err := s.chosen(ctx, tx, who, f)
	if err != nil {
		return 0, nil, err
	}
	by = map[int64]string{}
	err = tx.Query(ctx, "SELECT by_user, count(*)"+where+" GROUP BY by_user", args, func(row db.Scanner) error {
		var user int64
		var n int
		err := row.Scan(&user, &n)
		by[user] = ""
		total += n
		return err
	})
	return total, by, err
}

// EachIn walks all imports of the viewer's subtree under a filter, newest first, as the transaction sees
// them: for a file. The caller logs it.
func (s *Service) EachIn(ctx context.Context, tx *db.Tx, who Viewer, f Filter, fn func(Report) error) error {
	if err := who.must(RightRead); err != nil {
		return err
	}
	where, args, err := s.chosen(ctx, tx, who, f)
	if err != nil {
		return err
	}
	return s.each(ctx, tx, where+newestFirst, args, fn)
}

// visibleUnits are the units with imports that the viewer may see: there are few, so the question
// is asked of today's tree and no ordinal is copied into the imports.
func visibleUnits(ctx context.Context, tx *db.Tx, who Viewer) ([]any, error) {
	var units []any
	err := tx.Query(ctx, "SELECT DISTINCT unit_id FROM intake_import", nil, func(row db.Scanner) error {
		var unit int64
		if err := row.Scan(&unit); err != nil {
			return err
		}
		if who.Sees(unit) {
			units = append(units, unit)
		}
		return nil
	})
	return units, err
}

// InForce gives the applied imports of a kind and day, oldest first, inside a caller's transaction: for
// modules that ask whether a unit has handed a sheet in.
func (s *Service) InForce(ctx context.Context, tx *db.Tx, kind string, asOf date.Day) (out []Import, err error) {
	err = tx.Query(ctx, "SELECT id, unit_id, by_user, received_at FROM intake_import WHERE kind = $1 AND as_of = $2 AND state = $3 ORDER BY received_at, id",
		[]any{kind, asOf, string(Applied)}, func(row db.Scanner) error {
			imp := Import{Options: Options{Kind: kind, AsOf: asOf}}
			err := row.Scan((*int64)(&imp.ID), &imp.Unit, &imp.By, (*scanTime)(&imp.At))
			out = append(out, imp)
			return err
		})
	return out, err
}

// Change changes the terms of an import that is not applied: the day, and what a person confirms. It must be
// staged again afterwards; its state goes back to received.
func (s *Service) Change(ctx context.Context, who Viewer, id ImportID, asOf date.Day, codes []string) error {
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, err := s.take(ctx, tx, who, id, RightWrite)
		if err != nil {
			return err
		}
		if rec.state == Applied || rec.state == Undone {
			return fault.New(fault.Conflict, "intake.state_wrong")
		}
		rec.state, rec.opt.AsOf, rec.details.Confirmed = Received, asOf, codes
		rec.clear()
		if err := dropBatches(ctx, tx, id); err != nil {
			return err
		}
		if err := s.note(ctx, tx, who, "intake.change", rec); err != nil {
			return err
		}
		return rec.update(ctx, tx)
	})
}
