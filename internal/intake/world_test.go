package intake

import (
	"context"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/testkit"
	"tuoxing/internal/vault"
)

// world is a service over a real database with one small target: people with a number and a day.
type world struct {
	*Service
	clock *testkit.Clock
	dir   string
	dsn   string
	hook  func(r *Row) // called for each row checked
	mu    sync.Mutex
	keys  map[int64]vault.Key
}

var everyone = Trusted(7)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: testkit.NewClock(), dir: t.TempDir(), dsn: testkit.NewDSN(t), keys: map[int64]vault.Key{}}
	d, err := db.Open(t.Context(), w.dsn, db.Options{Clock: w.clock.Now, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	table := "CREATE TABLE test_person (number text PRIMARY KEY, name text NOT NULL, since text NOT NULL, import_id bigint NOT NULL, id bigint NOT NULL)"
	if _, err := d.Writer().Exec(table); err != nil {
		t.Fatal(err)
	}
	v, err := vault.OpenOrCreate(filepath.Join(w.dir, "key.json"), testkit.Start)
	if err != nil {
		t.Fatal(err)
	}
	files, err := vault.NewStore(filepath.Join(w.dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	w.Service = &Service{DB: d, Vault: v, Files: files, Audit: audit.Add, Targets: map[string]*Target{"people": w.target()}}
	return w
}

func (w *world) target() *Target {
	return &Target{Kind: "people", Person: true, NeedsDate: true, TakesFull: true,
		Columns: []Column{
			{Name: "number", Title: "编号", Synonyms: []string{"身份证号"}, Required: true, Personal: true},
			{Name: "name", Title: "姓名", Required: true, Personal: true},
			{Name: "since", Title: "入职日期"},
		},
		Rules: []Rule{{Code: "T101", Key: "intake.rule_length"}},
		Prepare: func(context.Context, *db.Tx, *Import) (func(*Row), error) {
			return func(r *Row) {
				if w.hook != nil {
					w.hook(r)
				}
				r.Day("since")
				if n := r.Get("number"); n != "" && len(n) != 6 {
					r.Refuse("T101", "number", "intake.cell_unreadable")
				}
				r.Key(r.Get("number"))
			}, nil
		},
		Apply: w.apply,
		Undo: func(ctx context.Context, tx *db.Tx, imp *Import, why string) error {
			var ids []int64
			err := tx.Query(ctx, "SELECT id FROM test_person WHERE import_id = $1", []any{int64(imp.ID)}, func(row db.Scanner) error {
				var id int64
				err := row.Scan(&id)
				ids = append(ids, id)
				return err
			})
			if err != nil {
				return err
			}
			for _, id := range ids {
				f := person(id, imp, 0)
				f.Quantity, f.Entry = -1, ledger.Reversed
				if err := ledger.Enter(ctx, tx, imp.By, f); err != nil {
					return err
				}
			}
			_, err = tx.Exec(ctx, "DELETE FROM test_person WHERE import_id = $1", int64(imp.ID))
			return err
		},
	}
}

func person(id int64, imp *Import, line ledger.Line) ledger.Fact {
	return ledger.Fact{Kind: ledger.Worker, Quantity: 1, Entry: ledger.Entered, OccurredOn: imp.AsOf, Worker: id, Import: int64(imp.ID), Line: line}
}

func (w *world) apply(ctx context.Context, tx *db.Tx, imp *Import, rows iter.Seq2[*Row, error]) (Outcome, error) {
	var out Outcome
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM test_person", nil, &out.Standing); err != nil {
		return out, err
	}
	present := 0
	for r, err := range rows {
		if err != nil {
			return out, err
		}
		var name, since string
		var id int64
		err := tx.QueryRow(ctx, "SELECT id, name, since FROM test_person WHERE number = $1", []any{r.Get("number")}, &id, &name, &since)
		known := err == nil
		if err != nil && !fault.Is(err, fault.NotFound) {
			return out, err
		}
		if known {
			present++
		} else {
			id = tx.NewID()
			if err := ledger.Enter(ctx, tx, imp.By, person(id, imp, r.Line)); err != nil {
				return out, err
			}
		}
		out.Count(r, !known || name != r.Get("name") || since != r.Get("since"))
		_, err = tx.Exec(ctx, "INSERT INTO test_person (number, name, since, import_id, id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (number) DO UPDATE SET name = excluded.name, since = excluded.since",
			r.Get("number"), r.Get("name"), r.Get("since"), int64(imp.ID), id)
		if err != nil {
			return out, err
		}
		if err := imp.Keep(id, w.key(id), r); err != nil {
			return out, err
		}
	}
	if imp.Full {
		out.Proposed = out.Standing - present
	}
	return out, nil
}

// key gives each person a key of their own.
func (w *world) key(id int64) vault.Key {
	w.mu.Lock()
	defer w.mu.Unlock()
	k, ok := w.keys[id]
	if !ok {
		var err error
		if _, k, err = w.Vault.NewKey(id); err != nil {
			panic(err)
		}
		w.keys[id] = k
	}
	return k
}

// people tells what the target holds.
func (w *world) people(t *testing.T) []string {
	t.Helper()
	var all []string
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), "SELECT number, name, since FROM test_person ORDER BY number", nil, func(row db.Scanner) error {
			var a, b, c string
			err := row.Scan(&a, &b, &c)
			all = append(all, a+" "+b+" "+c)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) count(t *testing.T, table string) (n int) {
	t.Helper()
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM "+table, nil, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// kept is how many rows' cells are kept.
func (w *world) kept(t *testing.T) (n int) {
	t.Helper()
	err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return tx.Query(t.Context(), "SELECT length(heads) FROM "+rowTable, nil, func(row db.Scanner) error {
			var size int
			err := row.Scan(&size)
			n += size / headSize
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) receive(t *testing.T, body string, opt Options) ImportID {
	t.Helper()
	opt.Kind = "people"
	if opt.AsOf == 0 {
		opt.AsOf = date.Of(2023, 3, 31)
	}
	w.clock.Advance(time.Second)
	id, err := w.Receive(t.Context(), everyone, "职工.csv", strings.NewReader(body), opt)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) stage(t *testing.T, id ImportID) Report {
	t.Helper()
	rep, err := w.Stage(t.Context(), everyone, id)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (w *world) enter(t *testing.T, id ImportID) Report {
	t.Helper()
	w.stage(t, id)
	rep, err := w.Apply(t.Context(), everyone, id)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

const roster = "职工名册,,\n编号,姓名,入职日期\n329901,张三,2020-01-01\n329902,李四,2021.2.3\n12,王五,\n329901,张三,2020-01-01\n329902,李四,2022-02-02\n合计,3人,\n329903,赵六,去年\n329904,,2020-01-01\n"
