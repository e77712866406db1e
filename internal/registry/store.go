package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
	"tuoxing/internal/vault"
)

// Service holds what the verbs of the registry need.
type Service struct {
	DB      *db.DB
	Vault   *vault.Vault
	Org     *org.Service
	Classes Classes
	Days    *cn.Calendar // working days, by which requests are due; set by app
	// Accounts opens the sessions of people who log in to their own files.
	Accounts *account.Service
	// Precedence tells which source counts where two disagree; nil makes them equal.
	Precedence Precedence
	// Conflicts is the table of kinds of conflicts between sources.
	Conflicts []ConflictSpec

	// Figures tells by how much every figure differs between two timelines of a person; set by app.
	Figures func(with, without []ledger.Fact) []FigureChange
	// Employees gives the employees (职工) of each unit on a day, as the figure of that name counts them for a reader; set by
	// app, nil: no unit shows how many it has.
	Employees func(ctx context.Context, who account.Actor, on date.Day) (map[org.UnitID]int64, error)
	// CertificateUses ask the modules what of theirs used a certificate; app adds one for each.
	CertificateUses []UsesOf

	roll roll
}

// batch is how many people are read and settled together.
const batch = 500

// touched is the set of people whose rows, or whose units' rows, a transaction has changed, and of
// the series of statistics whose district has another union.
type touched struct {
	by       int64
	workers  map[WorkerID]bool // true: their own rows; false: only those of their units
	series   map[int64]bool
	disputed map[WorkerID]bool // people whose conflicts are to be listed anew, their timelines being right
	fresh    []WorkerID        // files made by this transaction, whose facts are entered already; ascending, as ids are made
	relisted []WorkerID        // older files that lists show otherwise
}

type touchedKey struct{}

// touch asks for the timelines of these people to be computed again before the transaction
// commits. by is the user who answers for the change.
func (s *Service) touch(tx *db.Tx, by int64, workers ...WorkerID) *touched {
	t := db.State(tx, touchedKey{}, func() *touched {
		t := &touched{workers: map[WorkerID]bool{}, disputed: map[WorkerID]bool{}, series: map[int64]bool{}}
		tx.BeforeCommit(db.Derive, func(ctx context.Context) error { return s.settle(ctx, tx, t) })
		return t
	})
	if t.by == 0 {
		t.by = by
	}
	for _, w := range workers {
		t.workers[w] = true
	}
	return t
}

// UnitsChanged recomputes the timelines of the people who work, or whose certificate lists lie,
// in units whose dated rows changed, and of the statistics about their districts. The organisations call it in their transaction.
func (s *Service) UnitsChanged(ctx context.Context, tx *db.Tx, changed []org.UnitID) error {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return err
	}
	var found []WorkerID
	collect := func(row db.Scanner) error {
		var w WorkerID
		err := row.Scan(&w)
		found = append(found, w)
		return err
	}
	for part := range slices.Chunk(changed, batch) {
		if err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_employment WHERE employer_id IN `+db.In(1, len(part)), db.Args(part), collect); err != nil {
			return fmt.Errorf("people of changed units: %w", err)
		}
	}
	districts := map[int32]bool{} // of all days, and of withdrawn rows too: their people lose the union
	for _, u := range changed {
		for _, o := range tree.Observations(u) {
			if o.District != 0 && isRegion(o.Kind) {
				districts[o.District] = true
			}
		}
	}
	for d := range districts {
		if err := tx.Query(ctx, `SELECT DISTINCT worker_id FROM registry_certificate WHERE district = $1`, []any{d}, collect); err != nil {
			return fmt.Errorf("people of changed districts: %w", err)
		}
	}
	t := s.touch(tx, 0)
	for _, w := range found {
		if !t.workers[w] {
			t.workers[w] = false
		}
	}
	for d := range districts {
		err := tx.Query(ctx, `SELECT DISTINCT series_id FROM registry_statistic WHERE district = $1`, []any{d}, func(row db.Scanner) error {
			var series int64
			err := row.Scan(&series)
			t.series[series] = true
			return err
		})
		if err != nil {
			return fmt.Errorf("statistics of changed districts: %w", err)
		}
	}
	return nil
}

// settle makes the ledger and the current columns of the files follow the rows in force.
func (s *Service) settle(ctx context.Context, tx *db.Tx, t *touched) error {
	ids := make([]WorkerID, 0, len(t.workers))
	for w := range t.workers {
		ids = append(ids, w)
	}
	ids, err := families(ctx, tx, ids)
	if err != nil {
		return err
	}
	again := map[int64]bool{} // a later row of the file said more about them
	for _, w := range ids {
		if _, ok := slices.BinarySearch(t.fresh, w); ok {
			again[int64(w)] = true
		}
	}
	for _, kind := range stockKinds {
		if err := ledger.Forgo(tx, kind, again); err != nil {
			return err
		}
	}
	world, err := s.world(ctx, tx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, batch) {
		src, err := loadSources(ctx, tx, part)
		if err != nil {
			return err
		}
		if err := settleTimelines(ctx, tx, t.by, part, src, world); err != nil {
			return fmt.Errorf("settle timelines: %w", err)
		}
		if err := t.updateCurrent(ctx, tx, part, src, world); err != nil {
			return err
		}
		if err := s.settleConflicts(ctx, tx, part, src, world); err != nil {
			return err
		}
		for _, w := range part {
			delete(t.disputed, w)
			if own, named := t.workers[w]; (own || !named) && len(src[w].Certificates) > 0 {
				t.relist(w) // certificates may have changed that leave the file as it was
			}
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(t.disputed)), batch) {
		src, err := loadSources(ctx, tx, part)
		if err != nil {
			return err
		}
		if err := s.settleConflicts(ctx, tx, part, src, world); err != nil {
			return err
		}
	}
	if err := t.noteChanges(ctx, tx); err != nil {
		return err
	}
	return s.settleStatistics(ctx, tx, t.by, t.series)
}

// stockKinds are the kinds of facts that a person's timeline consists of.
var stockKinds = []ledger.Kind{ledger.Worker, ledger.Post}

// settleTimelines enters the difference between the timelines of some people and what the ledger holds.
func settleTimelines(ctx context.Context, tx *db.Tx, by int64, part []WorkerID, src map[WorkerID]*Sources, world *World) error {
	facts := make(map[ledger.Key][]ledger.Fact, len(part))
	for _, w := range part {
		for _, f := range Timeline(src[w], world) {
			k := ledger.Key{Kind: f.Kind, Worker: f.Worker}
			facts[k] = append(facts[k], f)
		}
	}
	for _, kind := range stockKinds {
		keys := make([]ledger.Key, len(part))
		for i, w := range part {
			keys[i] = ledger.Key{Kind: kind, Worker: int64(w)}
		}
		if err := ledger.Settle(ctx, tx, by, keys, func(k ledger.Key) ([]ledger.Fact, error) { return facts[k], nil }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) world(ctx context.Context, tx *db.Tx) (*World, error) {
	tree, err := s.Org.Tree(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("read organisations: %w", err)
	}
	return NewWorld(tree, s.Classes, s.Precedence), nil
}

// current is what lists and scopes read of a person: where the file belongs today. Files follow
// today's tree: it is the employer's, or the district's union's for those without one, or the last
// employer's for those who have left and hold nothing. Only a person without any row in force
// belongs nowhere and is not listed. A merged file lies where its survivor lies.
type current struct {
	unit, employer                             int64
	district                                   int32
	rank, rankEver, class, sex, born, survivor int64
}

func (c current) values() []any {
	return []any{c.unit, c.employer, int64(c.district), c.rank, c.rankEver, c.class, c.sex, c.born, c.survivor}
}

func (p *person) current(today date.Day, w *World) current {
	f := p.on(today, w).fact
	unit := f.Employer
	if unit == 0 {
		unit = f.Union
	}
	if unit == 0 {
		unit = int64(p.last())
	}
	if unit == 0 && len(p.certs) > 0 {
		unit = int64(w.tree.Root()) // the city's own list
	}
	return current{unit, f.Employer, f.District, int64(f.Rank), int64(f.RankEver), int64(f.Class), int64(p.sex), int64(p.birth), 0}
}

// updateCurrent puts what some people are today into their files where it differs.
func (t *touched) updateCurrent(ctx context.Context, tx *db.Tx, part []WorkerID, src map[WorkerID]*Sources, w *World) error {
	held := make(map[WorkerID]current, len(part))
	list, args := in(1, part)
	err := tx.Query(ctx, `SELECT worker_id, unit_id, employer_id, district, rank, rank_ever, worker_class, sex, birth_month, survivor_id FROM registry_worker WHERE worker_id IN `+list, args, func(row db.Scanner) error {
		var id WorkerID
		var c current
		err := row.Scan(&id, &c.unit, &c.employer, &c.district, &c.rank, &c.rankEver, &c.class, &c.sex, &c.born, &c.survivor)
		held[id] = c
		return err
	})
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	for _, id := range part {
		now := readPerson(src[id], w.order).current(tx.Today(), w)
		now.survivor = int64(src[id].Survivor)
		if now == held[id] {
			continue
		}
		_, err := tx.Exec(ctx, `UPDATE registry_worker SET unit_id = $2, employer_id = $3, district = $4, rank = $5, rank_ever = $6, worker_class = $7, sex = $8, birth_month = $9, survivor_id = $10, version = version + 1
WHERE worker_id = $1`, append([]any{int64(id)}, now.values()...)...)
		if err != nil {
			return fmt.Errorf("update file of %s: %w", id, err)
		}
		t.relist(id)
	}
	return nil
}

// in writes an IN list for workers, filled up to a power of two so that few statement texts serve
// every batch; 0 is nobody's id.
func in(first int, workers []WorkerID) (string, []any) {
	n := 1
	for n < len(workers) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = int64(0)
		if i < len(workers) {
			args[i] = int64(workers[i])
		}
	}
	return db.In(first, n), args
}

// rowsOfFiles reads the rows that stand in some files, each with an entry even without rows.
func rowsOfFiles(ctx context.Context, tx *db.Tx, workers []WorkerID) (map[WorkerID]*Sources, error) {
	out := make(map[WorkerID]*Sources, len(workers))
	for _, w := range workers {
		out[w] = &Sources{Worker: w}
	}
	if len(workers) == 0 {
		return out, nil
	}
	list, args := in(1, workers)
	err := tx.Query(ctx, `SELECT worker_id, id, employer_id, as_of, started_on, left_on, post, occupation, member, main, sex, birth_month, import_id, line, recorded_at, sender, withdrawn_at
FROM registry_employment WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r EmploymentRow
		var at, gone db.Time
		if err := row.Scan(&w, &r.ID, &r.Employer, &r.AsOf, &r.StartedOn, &r.LeftOn, &r.Post, &r.Occupation, &r.Member, &r.Main, &r.Sex, &r.Birth, &r.Import, &r.Line, &at, &r.Sender, &gone); err != nil {
			return err
		}
		r.RecordedAt, r.Withdrawn = at.Time, !gone.IsZero()
		out[w].Employment = append(out[w].Employment, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read employments: %w", err)
	}
	err = tx.Query(ctx, `SELECT worker_id, id, number_index, as_of, rank, occupation, issued_on, expires_on, revoked_on, district, sex, birth_month, import_id, line, recorded_at, sender, form, withdrawn_at
FROM registry_certificate WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r CertificateRow
		var at, gone db.Time
		var number []byte
		if err := row.Scan(&w, &r.ID, &number, &r.AsOf, &r.Rank, &r.Occupation, &r.IssuedOn, &r.ExpiresOn, &r.RevokedOn, &r.District, &r.Sex, &r.Birth, &r.Import, &r.Line, &at, &r.Sender, &r.Form, &gone); err != nil {
			return err
		}
		r.Key, r.RecordedAt, r.Withdrawn = string(number), at.Time, !gone.IsZero()
		out[w].Certificates = append(out[w].Certificates, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	err = tx.Query(ctx, `SELECT worker_id, id, sex, birth_month, recorded_at, withdrawn_at FROM registry_identity WHERE worker_id IN `+list+` ORDER BY worker_id, id`, args, func(row db.Scanner) error {
		var w WorkerID
		var r IdentityRow
		var at, gone db.Time
		if err := row.Scan(&w, &r.ID, &r.Sex, &r.Birth, &at, &gone); err != nil {
			return err
		}
		r.RecordedAt, r.Withdrawn = at.Time, !gone.IsZero()
		out[w].Identity = append(out[w].Identity, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read corrections: %w", err)
	}
	if err := readRevocations(ctx, tx, list, args, out); err != nil {
		return nil, err
	}
	return out, readClaims(ctx, tx, list, args, out)
}

// last is the employer of the latest spell, 0 when there was none.
func (p *person) last() org.UnitID {
	var latest *spell
	for i := range p.spells {
		if s := &p.spells[i]; latest == nil || s.end > latest.end || (s.end == latest.end && s.start > latest.start) {
			latest = s
		}
	}
	if latest == nil {
		return 0
	}
	return latest.employer
}

// VerifyTimelines computes every person's timeline anew and compares it with the facts in force.
// The first person whose facts differ is named by id in a Conflict fault.
func (s *Service) VerifyTimelines(ctx context.Context, tx *db.Tx) (people int, err error) {
	world, err := s.world(ctx, tx)
	if err != nil {
		return 0, err
	}
	var after WorkerID
	for {
		part, err := nextWorkers(ctx, tx, after)
		if err != nil {
			return people, err
		}
		if len(part) == 0 {
			return people, s.verifyRest(ctx, tx)
		}
		src, err := loadSources(ctx, tx, part)
		if err != nil {
			return people, err
		}
		held, err := factsInForce(ctx, tx, part)
		if err != nil {
			return people, err
		}
		for _, w := range part {
			if d := ledger.Difference(held[w], Timeline(src[w], world)); len(d) > 0 {
				return people, conflict("registry.timeline_differs", w.String(), len(d))
			}
		}
		people += len(part)
		after = part[len(part)-1]
	}
}

// verifyRest does the same for outside statistics, and looks for facts about nobody's file.
func (s *Service) verifyRest(ctx context.Context, tx *db.Tx) error {
	var strangers int64
	err := tx.QueryRow(ctx, `SELECT count(*) FROM ledger_fact f WHERE f.worker_id <> 0 AND NOT EXISTS (SELECT 1 FROM registry_worker w WHERE w.worker_id = f.worker_id)`, nil, &strangers)
	if err != nil {
		return fmt.Errorf("look for facts without a file: %w", err)
	}
	if strangers > 0 {
		return conflict("registry.facts_without_file", strangers)
	}
	return s.verifyStatistics(ctx, tx)
}

func nextWorkers(ctx context.Context, tx *db.Tx, after WorkerID) ([]WorkerID, error) {
	var out []WorkerID
	err := tx.Query(ctx, `SELECT worker_id FROM registry_worker WHERE worker_id > $1 ORDER BY worker_id LIMIT $2`, []any{int64(after), batch}, func(row db.Scanner) error {
		var w WorkerID
		err := row.Scan(&w)
		out = append(out, w)
		return err
	})
	return out, err
}

func factsInForce(ctx context.Context, tx *db.Tx, workers []WorkerID) (map[WorkerID][]ledger.Placed, error) {
	ids := make([]int64, len(workers))
	for i, w := range workers {
		ids[i] = int64(w)
	}
	all := map[WorkerID][]ledger.Placed{}
	for _, kind := range stockKinds {
		facts, err := ledger.FactsOf(ctx, tx, kind, ids)
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		for _, f := range facts {
			all[WorkerID(f.Worker)] = append(all[WorkerID(f.Worker)], f)
		}
	}
	for w := range all {
		all[w] = ledger.InForce(all[w])
	}
	return all, nil
}

// employed gives the employers at which a person has a living employment on a day.
func employed(src *Sources, order Precedence, on date.Day) []org.UnitID {
	var out []org.UnitID
	for _, s := range readPerson(src, order).spells {
		if s.start <= on && on <= s.end && !slices.Contains(out, s.employer) {
			out = append(out, s.employer)
		}
	}
	return out
}
