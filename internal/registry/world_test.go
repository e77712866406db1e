package registry

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/testkit"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func day(s string) date.Day { return date.MustParse(s) }

// dice gives the same numbers for the same seed; a failing test prints its seed.
func dice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 20230410)) }

func oneOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// twoVersions is a definition of the worker class that changes on 1 July 2023: from then on modern
// services count, and technical posts in building do not.
const twoVersions = `versions:
  - from: 2017-06-19
    source: test
    classes:
      - {code: 1, name: industry, sections: BCD, posts: [production, technical]}
      - {code: 2, name: building, sections: E, posts: [production, technical]}
  - from: 2023-07-01
    source: test
    classes:
      - {code: 1, name: industry, sections: BCD, posts: [production, technical]}
      - {code: 2, name: building, sections: E, posts: [production]}
      - {code: 4, name: modern_service, sections: ILMO, posts: [service, technical, production]}
`

// somePrecedence is a table of sources for random histories; naiveWeight says the same.
const somePrecedence = `fields:
  - {field: sex, order: [[id_number]]}
  - {field: birth_month, order: [[id_number]]}
  - {field: job, order: [[enterprise], [industry_union, district]]}
  - {field: started_on, order: [[enterprise], [city]]}
  - {field: certificate, order: [[member], [school, district], [enterprise]]}
`

// The units of the small city.
const (
	unitCity     org.UnitID = 1
	unitJingkou  org.UnitID = 10 // 321102
	unitRunzhou  org.UnitID = 11 // 321111
	unitDanyang  org.UnitID = 12 // 321181
	unitZone     org.UnitID = 13 // 321171
	unitNewZone  org.UnitID = 14 // 321172, only said by some imports
	unitOptics   org.UnitID = 21 // manufacturing, Danyang
	unitLens     org.UnitID = 22 // manufacturing, below unitOptics
	unitBuilders org.UnitID = 23 // building, Jingkou
	unitSoftware org.UnitID = 24 // software, Runzhou
	unitHotel    org.UnitID = 25 // hotels, zone
	unitFoundry  org.UnitID = 26 // manufacturing, below Jingkou, but it lies in the zone
	firstImport             = 1  // the one that brought the units
)

var employers = []org.UnitID{unitOptics, unitLens, unitBuilders, unitSoftware, unitHotel, unitFoundry}

func firstUnits() []org.Observation {
	list := []org.Observation{
		{Unit: unitCity, Kind: org.City, Name: "市总工会"},
		{Unit: unitJingkou, Kind: org.District, Name: "京口区总工会", District: 321102},
		{Unit: unitRunzhou, Kind: org.District, Name: "润州区总工会", District: 321111},
		{Unit: unitDanyang, Kind: org.District, Name: "丹阳市总工会", District: 321181},
		{Unit: unitZone, Kind: org.Zone, Name: "镇江新区总工会", District: 321171},
		{Unit: unitOptics, Kind: org.Enterprise, Name: "光学厂", Parent: unitDanyang, Industry: 3587, Ownership: 170, Size: 2},
		{Unit: unitLens, Kind: org.Enterprise, Name: "镜片厂", Parent: unitOptics, Industry: 3587, Ownership: 170, Size: 4},
		{Unit: unitBuilders, Kind: org.Enterprise, Name: "建筑公司", Parent: unitJingkou, Industry: 4710, Ownership: 110, Size: 1},
		{Unit: unitSoftware, Kind: org.Enterprise, Name: "软件公司", Parent: unitRunzhou, Industry: 6513, Ownership: 300, Size: 3},
		{Unit: unitHotel, Kind: org.Enterprise, Name: "酒店", Parent: unitZone, Industry: 6110, Ownership: 200},
		{Unit: unitFoundry, Kind: org.Enterprise, Name: "铸造厂", Parent: unitJingkou, Industry: 3391, District: 321171, Size: 1},
	}
	for i := range list {
		list[i].AsOf, list[i].Import, list[i].Line = day("2020-01-01"), firstImport, int32(i+1)
	}
	return list
}

// town is the real service on a real database, over the small city, with people 1–8.
type town struct {
	t     testing.TB
	clock *testkit.Clock
	svc   *Service
	book  *ledger.Book
	model *model
}

const people = 8

func newTown(t testing.TB) *town {
	t.Helper()
	classes, err := ReadClasses([]byte(twoVersions))
	must(t, err)
	order, err := ReadPrecedence([]byte(somePrecedence))
	must(t, err)
	c := &town{t: t, clock: testkit.NewClock(), model: newModel()}
	d := testkit.NewDBAt(t, c.clock)
	c.svc = &Service{DB: d, Org: &org.Service{}, Classes: classes, Precedence: order}
	c.svc.Org.OnChange = c.svc.UnitsChanged
	c.book = ledger.NewBook(d)
	c.write(func(ctx context.Context, tx *db.Tx) error {
		var rows [][]any
		for w := range int64(people) {
			name := fmt.Sprint("person ", w+1)
			rows = append(rows, []any{w + 1, []byte{1}, name, cn.Fold(name), "", "", "resident", []byte{1}, nil, 0, 0, 0, 0, 0, 0, 0, 0, 0, db.At(tx.Now()), 0})
		}
		_, err := tx.Bulk(ctx, "registry_worker", workerColumns, rowsOf(rows))
		return err
	})
	c.observe(firstUnits()...)
	return c
}

// write is one transaction, an hour after the one before.
func (c *town) write(fn func(ctx context.Context, tx *db.Tx) error) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	ctx := c.t.Context()
	must(c.t, c.svc.DB.WriteTx(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }))
}

func (c *town) read(fn func(ctx context.Context, tx *db.Tx) error) {
	c.t.Helper()
	must(c.t, c.svc.DB.ReadTx(c.t.Context(), func(tx *db.Tx) error { return fn(c.t.Context(), tx) }))
}

func (c *town) columns() *ledger.Columns {
	c.t.Helper()
	cols, err := c.book.Columns(c.t.Context())
	must(c.t, err)
	return cols
}

// batchOf is what one import says.
type batchOf struct {
	id           int64
	employments  map[WorkerID][]EmploymentRow
	certificates map[WorkerID][]CertificateRow
	identity     map[WorkerID][]IdentityRow
	units        []org.Observation
}

// enter writes the rows of an import as the import targets do, and tells the model.
func (c *town) enter(b batchOf) {
	c.t.Helper()
	var done batchOf
	c.write(func(ctx context.Context, tx *db.Tx) (err error) {
		done = batchOf{employments: map[WorkerID][]EmploymentRow{}, certificates: map[WorkerID][]CertificateRow{}, identity: map[WorkerID][]IdentityRow{}}
		c.svc.touch(tx, 7)
		var jobs, certs [][]any
		line := ledger.Line(0)
		for w := WorkerID(1); w <= people; w++ {
			for _, r := range b.employments[w] {
				line++
				r.ID, r.Import, r.Line, r.RecordedAt = tx.NewID(), b.id, line, tx.Now()
				done.employments[w] = append(done.employments[w], r)
				jobs = append(jobs, r.fields(w))
			}
			for _, r := range b.certificates[w] {
				line++
				r.ID, r.Import, r.Line, r.RecordedAt, r.Form = tx.NewID(), b.id, line, tx.Now(), CertificateForm(r.Rank%len(formNames))
				done.certificates[w] = append(done.certificates[w], r)
				certs = append(certs, r.fields(w, []byte{1}))
			}
			for _, r := range b.identity[w] {
				r.ID, r.RecordedAt = tx.NewID(), tx.Now()
				done.identity[w] = append(done.identity[w], r)
				if _, err := tx.Exec(ctx, `INSERT INTO registry_identity (worker_id, id, sex, birth_month, reason, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, 'seen', $5, 7)`,
					int64(w), r.ID, int64(r.Sex), int64(r.Birth), db.At(r.RecordedAt)); err != nil {
					return err
				}
			}
			if len(b.employments[w])+len(b.certificates[w])+len(b.identity[w]) > 0 {
				c.svc.touch(tx, 7, w)
			}
		}
		if _, err = tx.Bulk(ctx, "registry_employment", employmentColumns, rowsOf(jobs)); err != nil {
			return err
		}
		held := map[string]WorkerID{}
		for w, rows := range b.certificates {
			for _, r := range rows {
				held[r.Key] = w
			}
		}
		if err := enterNumbers(ctx, tx, held); err != nil {
			return err
		}
		_, err = tx.Bulk(ctx, "registry_certificate", certificateColumns, rowsOf(certs))
		return err
	})
	c.model.enter(done)
}

// observe enters dated rows of units.
func (c *town) observe(list ...org.Observation) {
	c.t.Helper()
	var done []org.Observation
	c.write(func(ctx context.Context, tx *db.Tx) error {
		done = append([]org.Observation(nil), list...)
		c.svc.touch(tx, 7)
		_, err := c.svc.Org.Observe(ctx, tx, done)
		return err
	})
	c.model.units = append(c.model.units, done...)
	c.model.unitsVersion++
}

// undo takes an import back, whatever it brought.
func (c *town) undo(id int64) {
	c.t.Helper()
	c.write(func(ctx context.Context, tx *db.Tx) error {
		imp := &intake.Import{ID: intake.ImportID(id), Options: intake.Options{By: 7}}
		if err := c.svc.undoPeople(ctx, tx, imp, "why"); err != nil {
			return err
		}
		_, err := c.svc.Org.WithdrawImport(ctx, tx, id)
		return err
	})
	c.model.undo(id)
}

// merge makes loser an alias of survivor. What the service must refuse, it is made to refuse.
func (c *town) merge(survivor, loser WorkerID) {
	c.t.Helper()
	root := func(w WorkerID) WorkerID {
		for c.model.into[w] != 0 {
			w = c.model.into[w]
		}
		return w
	}
	if root(survivor) == root(loser) || c.model.into[loser] != 0 {
		err := c.svc.DB.WriteTx(c.t.Context(), func(tx *db.Tx) error { return c.svc.merge(c.t.Context(), tx, 7, survivor, loser, "seen") })
		if !fault.Is(err, fault.Conflict) {
			c.t.Errorf("%s into %s is refused with %v", loser, survivor, err)
		}
		return
	}
	c.write(func(ctx context.Context, tx *db.Tx) error { return c.svc.merge(ctx, tx, 7, survivor, loser, "seen") })
	c.model.into[loser] = survivor
	c.model.unitsVersion++ // lives of everybody are counted anew
}

// unmerge takes a merge back.
func (c *town) unmerge(loser WorkerID) {
	c.t.Helper()
	c.write(func(ctx context.Context, tx *db.Tx) error { return c.svc.unmerge(ctx, tx, 7, loser, "test") })
	delete(c.model.into, loser)
	c.model.unitsVersion++
}

// decide revokes a certificate by a person's word, or takes that back when it was revoked so. What the service must
// refuse, it is made to refuse.
func (c *town) decide(w WorkerID, row CertificateRow, on date.Day) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	id := CertificateID(row.ID)
	if _, ok := c.model.revoked[row.Key]; ok {
		must(c.t, c.svc.RestoreCertificate(c.t.Context(), account.Operator(), w, id, "查无实据"))
		delete(c.model.revoked, row.Key)
		c.model.unitsVersion++ // lives of everybody are counted anew
		return
	}
	now := naiveCertificates(c.model.certificates[w])
	k := slices.IndexFunc(now, func(x CertificateRow) bool { return x.Key == row.Key })
	err := c.svc.RevokeCertificate(c.t.Context(), account.Operator(), RevokeCertificateInput{Worker: w, Certificate: id, On: on, Why: "冒名取得"})
	want := fault.Conflict
	switch {
	case now[k].RevokedOn.Valid:
	case on < now[k].IssuedOn || on > date.On(c.clock.Now()):
		want = fault.Invalid
	default:
		must(c.t, err)
		c.model.revoked[row.Key] = on
		c.model.unitsVersion++
		return
	}
	if !fault.Is(err, want) {
		c.t.Errorf("revoking %+v on %s is answered with %v", now[k], on, err)
	}
}

// propose says that a person is absent from the complete roster of a unit, as a roster target does.
func (c *town) propose(w WorkerID, at org.UnitID, imported int64, asOf date.Day) {
	c.t.Helper()
	c.write(func(ctx context.Context, tx *db.Tx) error {
		imp := &intake.Import{ID: intake.ImportID(imported), Options: intake.Options{AsOf: asOf}}
		return enterProposals(ctx, tx, imp, []Leaver{{Worker: w, Employer: at}})
	})
}

// leave confirms the proposal, and tells the model: of a merged person every file that knows of the employer has the row.
func (c *town) leave(w WorkerID, at org.UnitID, imported int64, asOf, left date.Day) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	n, err := c.svc.DecideLeavers(c.t.Context(), account.Operator(), DecideLeaversInput{Import: intake.ImportID(imported), Workers: []WorkerID{w}, Confirm: true, LeftOn: left})
	must(c.t, err)
	if n != 1 {
		c.t.Errorf("%d people have left, want 1", n)
	}
	for _, f := range c.model.person(w) {
		if slices.ContainsFunc(c.model.employments[f], func(r EmploymentRow) bool { return r.Employer == at && !r.Withdrawn }) && !c.model.decided[decision{imported, f}] {
			c.model.decided[decision{imported, f}] = true
			c.model.employments[f] = append(c.model.employments[f], EmploymentRow{ID: math.MaxInt64, Employer: at, AsOf: asOf, LeftOn: dayOf(left), Import: imported, RecordedAt: c.clock.Now()})
			c.model.version[f]++
		}
	}
}

// takeBack takes the decision about a person back.
func (c *town) takeBack(w WorkerID, imported int64) {
	c.t.Helper()
	c.clock.Advance(time.Hour)
	n, err := c.svc.TakeBackLeavers(c.t.Context(), account.Operator(), TakeBackLeaversInput{Import: intake.ImportID(imported), Workers: []WorkerID{w}, Why: "经核实仍在职"})
	must(c.t, err)
	if n != 1 {
		c.t.Errorf("%d decisions were taken back, want 1", n)
	}
	for _, f := range c.model.person(w) {
		delete(c.model.decided, decision{imported, f})
		for i := range c.model.employments[f] {
			r := &c.model.employments[f][i]
			r.Withdrawn = r.Withdrawn || (r.ID == math.MaxInt64 && r.Import == imported)
		}
		c.model.version[f]++
	}
}

// verifyNumbers gives nil when every certificate that a row in force names is held by a file with such a row, and no other
// number is held by anybody.
func (c *town) verifyNumbers() error {
	named := map[string][]WorkerID{}
	for w, rows := range c.model.certificates {
		for _, r := range rows {
			if !r.Withdrawn {
				named[r.Key] = append(named[r.Key], w)
			}
		}
	}
	return c.svc.DB.ReadTx(c.t.Context(), func(tx *db.Tx) error {
		err := tx.Query(c.t.Context(), `SELECT number_index, worker_id FROM registry_certificate_number`, nil, func(row db.Scanner) error {
			var index []byte
			var w WorkerID
			if err := row.Scan(&index, &w); err != nil {
				return err
			}
			if !slices.Contains(named[string(index)], w) {
				return fmt.Errorf("%q is held by %s, rows of %v name it", index, w, named[string(index)])
			}
			delete(named, string(index))
			return nil
		})
		if err == nil && len(named) > 0 {
			err = fmt.Errorf("nobody holds %v", named)
		}
		return err
	})
}

// verifyTimelines gives nil when every person's facts follow from the rows.
func (c *town) verifyTimelines() error {
	return c.svc.DB.ReadTx(c.t.Context(), func(tx *db.Tx) error {
		n, err := c.svc.VerifyTimelines(c.t.Context(), tx)
		if err == nil && n != people {
			return fmt.Errorf("%d people looked at, want %d", n, people)
		}
		return err
	})
}

// verifyLedger checks the chain and the rows of facts.
func (c *town) verifyLedger() error {
	return c.svc.DB.ReadTx(c.t.Context(), func(tx *db.Tx) error {
		_, err := ledger.Verify(c.t.Context(), tx, "")
		return err
	})
}

func dayOf(d date.Day) sql.Null[date.Day] { return sql.Null[date.Day]{V: d, Valid: true} }
