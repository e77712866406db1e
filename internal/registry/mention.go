package registry

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/ledger"
	"tuoxing/internal/vault"
)

// mention is one row's word about a person, on its way to a file.
type mention struct {
	row     *intake.Row
	id      cn.ID
	index   string // blind index of the ID number
	phone   string
	worker  WorkerID
	file    *onFile
	source  int64          // id of the sourced row
	job     EmploymentRow  // what a roster's row says
	cert    CertificateRow // what a certificate list's row says
	sealed  []byte         // the certificate's number
	kept    intake.Kept
	called  []byte // the phone number that it states
	newer   bool   // states another phone number than the one before
	differs bool   // says other than what was in force, also where no fact follows from it
	relists bool   // makes a list of certificates show another line
}

// onFile is a person's file as one part of the rows meets it.
type onFile struct {
	worker   WorkerID
	isNew    bool // made by this part
	key      vault.Key
	wrapped  []byte
	name     string
	nowhere  bool   // nothing is in force in it
	phone    []byte // sealed; nil when there is none
	renamed  bool
	sealed   []byte // the phone number to put into the file; nil to leave it
	src      Sources
	row      []any // of a new file, for registry_worker
	facts    []ledger.Fact
	disputed bool // of a new file: its rows contradict each other
}

// partRows is how many rows go through the stations of an arrival together.
const partRows = 1000

// arrival is one Apply of a file whose rows speak of people. Rows go through it in parts, and each part
// through four stations: read (numbers to blind indexes), look up (whose files are these), seal (keys,
// cells, timelines of new people), enter. Looking up and entering use the transaction and happen on
// its goroutine, in the order of the file; the other two need none and run beside it, so that the
// database and the ciphers each have a core.
type arrival struct {
	s      *Service
	tx     *db.Tx
	imp    *intake.Import
	world  *World
	beside *World // the same for the goroutine that seals
	out    intake.Outcome
	seen   map[WorkerID]bool       // people of earlier files who are mentioned
	first  *firstLoad              // nil when people were on file before
	root   func(WorkerID) WorkerID // the survivor of a file, among those of the part being entered

	phone func(*intake.Row) string                         // nil for sheets without one
	say   func(m *mention) error                           // makes the sourced row, beside the transaction
	hide  func(m *mention)                                 // seals what else is personal; may be nil
	add   func(m *mention, src *Sources)                   // the sourced row to the others of the person
	write func(ctx context.Context, list []*mention) error // enters the sourced rows
	isNew func(m *mention, timelineChanged bool) bool      // does the row say something new; nil: when the timeline changed
}

// part is some rows on their way through the stations.
type part struct {
	list    []*mention
	files   []*onFile // each once, in the order of the rows
	indexes map[string]bool
	read    chan error
	sealed  chan error
}

func (s *Service) arrive(ctx context.Context, tx *db.Tx, imp *intake.Import) (*arrival, error) {
	s.touch(tx, imp.By)
	world, err := s.world(ctx, tx)
	if err != nil {
		return nil, err
	}
	a := &arrival{s: s, tx: tx, imp: imp, world: world, beside: NewWorld(world.tree, world.classes, world.order), seen: map[WorkerID]bool{}}
	var one int
	err = tx.QueryRow(ctx, `SELECT 1 FROM registry_number LIMIT 1`, nil, &one)
	if fault.Is(err, fault.NotFound) {
		a.first = &firstLoad{}
		return a, nil
	}
	return a, err
}

// run sends all rows through the stations, with the indexes of the tables built late when the file brings
// more than they hold.
func (a *arrival) run(ctx context.Context, rows iter.Seq2[*intake.Row, error], table string) error {
	build, err := a.tx.LateIndexes(ctx, a.imp.Staged, "registry_worker", table)
	if err != nil {
		return err
	}
	if err := a.stations(ctx, rows); err != nil {
		return err
	}
	if a.first != nil {
		if err := a.first.enter(ctx, a.tx); err != nil {
			return err
		}
		a.first = nil
	}
	if err := build(ctx); err != nil {
		return err
	}
	return a.claims(ctx)
}

// stations moves the parts on. At most three are on their way.
func (a *arrival) stations(ctx context.Context, rows iter.Seq2[*intake.Row, error]) error {
	var reading, sealing *part
	work := make(chan *part, 1)
	defer close(work)
	go func() {
		for p := range work {
			p.sealed <- a.seal(p)
		}
	}()
	step := func(next *part) error {
		if reading == nil {
			reading = next
			return nil
		}
		if err := <-reading.read; err != nil {
			return err
		}
		if sealing != nil && overlap(sealing, reading) {
			if err := a.enter(ctx, sealing); err != nil {
				return err
			}
			sealing = nil
		}
		if err := a.lookUp(ctx, reading); err != nil {
			return err
		}
		work <- reading
		if sealing != nil {
			if err := a.enter(ctx, sealing); err != nil {
				return err
			}
		}
		sealing, reading = reading, next
		return nil
	}
	err := inParts(rows, func(list []*intake.Row) error {
		p := &part{read: make(chan error, 1), sealed: make(chan error, 1)}
		go func() { p.read <- a.read(p, list) }()
		return step(p)
	})
	if err == nil {
		err = step(nil)
	}
	if err == nil && sealing != nil {
		err = a.enter(ctx, sealing)
	}
	return err
}

// overlap reports whether two parts speak of one person: then the second must find what the first
// has entered.
func overlap(a, b *part) bool {
	for index := range b.indexes {
		if a.indexes[index] {
			return true
		}
	}
	return false
}

// inParts hands rows on in groups.
func inParts(rows iter.Seq2[*intake.Row, error], each func([]*intake.Row) error) error {
	list := make([]*intake.Row, 0, partRows)
	for r, err := range rows {
		if err != nil {
			return err
		}
		if list = append(list, r); len(list) == partRows {
			if err := each(list); err != nil {
				return err
			}
			list = make([]*intake.Row, 0, partRows)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return each(list)
}

// read takes from each row whom it speaks of.
func (a *arrival) read(p *part, list []*intake.Row) error {
	x := a.s.Vault.Indexer()
	p.list, p.indexes = make([]*mention, len(list)), make(map[string]bool, len(list))
	for i, r := range list {
		id, err := cn.ParseID(r.Get(colID), a.imp.AsOf)
		if err != nil {
			return fmt.Errorf("accepted row %d has an unreadable number: %w", r.Line.Row(), err)
		}
		m := &mention{row: r, id: id, index: string(x.Sum(indexID, id.Number))}
		if a.phone != nil {
			m.phone = a.phone(r)
		}
		p.list[i], p.indexes[m.index] = m, true
	}
	return nil
}

// lookUp finds the files of the people mentioned, or says that they are to be made. The same number
// always gives the same file.
func (a *arrival) lookUp(ctx context.Context, p *part) error {
	files, err := a.findFiles(ctx, p)
	if err != nil {
		return err
	}
	met := make(map[*onFile]bool, len(p.list))
	for _, m := range p.list {
		f := files[m.index]
		if f == nil {
			w := WorkerID(a.tx.NewID())
			f = &onFile{worker: w, isNew: true, name: m.row.Get(colName), src: Sources{Worker: w}}
			files[m.index] = f
		}
		if !met[f] {
			met[f] = true
			p.files = append(p.files, f)
		}
		m.worker, m.file, m.source = f.worker, f, a.tx.NewID()
		if !f.isNew {
			a.seen[f.worker] = true
		}
	}
	return nil
}

// findFiles gives the files of those mentioned who have one, by blind index.
func (a *arrival) findFiles(ctx context.Context, p *part) (map[string]*onFile, error) {
	found := map[string]WorkerID{}
	if a.first != nil {
		a.first.find(p.indexes, found)
		return filesOf(ctx, a.tx, found)
	}
	indexes := make([][]byte, 0, len(p.indexes))
	for index := range p.indexes {
		indexes = append(indexes, []byte(index))
	}
	if err := findByIndex(ctx, a.tx, "registry_number", indexes, found); err != nil {
		return nil, err
	}
	return filesOf(ctx, a.tx, found)
}

// firstLoad keeps the numbers of a first load until its end, when they are entered in their own order: blind
// indexes come in no order at all, and a tree that grows everywhere at once is written many times over.
// It takes about 50 bytes a person, and no pointer that memory would be searched for.
type firstLoad struct {
	parts [][]madeNumber // numbersTogether each, so that none is ever copied
	n     int
	slots []int32 // by the beginning of an index, at least twice as many as numbers: place + 1
}

const numbersTogether = 1 << 12

type madeNumber struct {
	index  [32]byte
	worker WorkerID
}

func (f *firstLoad) at(place int32) *madeNumber {
	return &f.parts[place/numbersTogether][place%numbersTogether]
}

// slot is where an index stands, or would.
func (f *firstLoad) slot(index string) *int32 {
	mask := uint64(len(f.slots) - 1)
	for i := binary.LittleEndian.Uint64([]byte(index[:8])) & mask; ; i = (i + 1) & mask {
		if place := f.slots[i]; place == 0 || string(f.at(place - 1).index[:]) == index {
			return &f.slots[i]
		}
	}
}

func (f *firstLoad) add(index string, w WorkerID) {
	if f.n%numbersTogether == 0 {
		f.parts = append(f.parts, make([]madeNumber, numbersTogether))
	}
	*f.at(int32(f.n)) = madeNumber{[32]byte([]byte(index)), w}
	f.n++
	if 2*f.n <= len(f.slots) {
		*f.slot(index) = int32(f.n)
		return
	}
	f.slots = make([]int32, max(4*numbersTogether, 2*len(f.slots)))
	for place := range int32(f.n) {
		*f.slot(string(f.at(place).index[:])) = place + 1
	}
}

func (f *firstLoad) find(indexes map[string]bool, found map[string]WorkerID) {
	if f.n == 0 {
		return
	}
	for index := range indexes {
		if place := *f.slot(index); place != 0 {
			found[index] = f.at(place - 1).worker
		}
	}
}

// enter writes the numbers.
func (f *firstLoad) enter(ctx context.Context, tx *db.Tx) error {
	order := f.slots[:0]
	for place := range int32(f.n) {
		order = append(order, place)
	}
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(f.at(a).index[:], f.at(b).index[:]) })
	_, err := tx.Bulk(ctx, "registry_number", numberColumns, func(yield func([]any, error) bool) {
		for _, place := range order {
			if m := f.at(place); !yield([]any{m.index[:], int64(m.worker)}, nil) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("enter numbers: %w", err)
	}
	return nil
}

var numberColumns = []string{"number_index", "worker_id"}

// seal opens keys and seals what the part brings, and works out the timelines of new people. It knows the
// time of the transaction, and nothing else of it.
func (a *arrival) seal(p *part) error {
	for _, f := range p.files {
		var err error
		if f.isNew {
			f.wrapped, f.key, err = a.s.Vault.NewKey(int64(f.worker))
		} else {
			f.key, err = a.s.Vault.Unwrap(int64(f.worker), f.wrapped)
		}
		if err != nil {
			return err
		}
	}
	if err := a.phones(p); err != nil {
		return err
	}
	for _, m := range p.list {
		if err := a.say(m); err != nil {
			return err
		}
		if m.file.isNew {
			a.add(m, &m.file.src)
		}
	}
	for _, m := range p.list {
		f := m.file
		if f.isNew && f.row == nil {
			f.row = a.newFile(m)
		}
		if f.nowhere && f.name != m.row.Get(colName) {
			f.name, f.renamed = m.row.Get(colName), true
		}
		if a.hide != nil {
			a.hide(m)
		}
		m.kept = a.imp.Seal(int64(m.worker), f.key, m.row)
	}
	return nil
}

// phones seals the stated phone numbers, and puts those that differ from the one on file into the files: of several
// rows about one person the last counts. A number that is sealed already is not sealed again.
func (a *arrival) phones(p *part) error {
	last := map[*onFile]string{}
	for _, m := range p.list {
		f := m.file
		if m.phone == "" {
			continue
		}
		old, known := last[f]
		if !known && f.phone != nil {
			plain, err := f.key.Open(int64(f.worker), "phone", f.phone)
			if err != nil {
				return err
			}
			old = string(plain)
		}
		m.newer, last[f] = old != m.phone, m.phone
		if m.newer {
			f.sealed = f.key.Seal(int64(f.worker), "phone", []byte(m.phone))
		}
		if m.called = f.sealed; m.called == nil {
			m.called = f.phone
		}
	}
	return nil
}

// newFile makes the row of a new file, with what the person is today.
func (a *arrival) newFile(m *mention) []any {
	f := m.file
	full, initials := cn.Spelled(f.name)
	person := readPerson(&f.src, a.beside.order)
	f.facts = timeline(person, f.worker, a.beside)
	f.disputed = len(person.conflicts(&f.src, a.beside.order)) > 0
	for i := range f.facts {
		f.facts[i].Entry = ledger.Entered
	}
	now := person.current(a.tx.Today(), a.beside)
	row := append(make([]any, 0, len(workerColumns)), int64(f.worker), f.wrapped, f.name, cn.Fold(f.name), full, initials, string(m.id.Kind),
		f.key.Seal(int64(f.worker), "id_number", []byte(m.id.Number)), blob(f.sealed))
	return append(append(row, now.values()...), db.At(a.tx.Now()), int64(0))
}

var workerColumns = []string{"worker_id", "wrapped_key", "name", "name_fold", "pinyin_fold", "initials_fold", "id_kind", "id_sealed", "phone_sealed",
	"unit_id", "employer_id", "district", "rank", "rank_ever", "worker_class", "sex", "birth_month", "survivor_id", "created_at", "version"}

// enter writes a part whose sealing is done.
func (a *arrival) enter(ctx context.Context, p *part) error {
	if err := <-p.sealed; err != nil {
		return err
	}
	if err := a.makeFiles(ctx, p); err != nil {
		return err
	}
	changed, disputed, err := a.changes(ctx, p)
	if err != nil {
		return err
	}
	if err := a.write(ctx, p.list); err != nil {
		return err
	}
	for _, f := range p.files {
		if err := updateFile(ctx, a.tx, f); err != nil {
			return err
		}
		if f.renamed && !f.isNew {
			a.s.touch(a.tx, 0).relist(f.worker)
		}
	}
	for _, m := range p.list {
		says := changed[m.worker] || disputed[m.worker] || m.file.isNew || m.differs
		if a.isNew != nil {
			says = a.isNew(m, says)
		}
		a.out.Count(m.row, says || m.newer)
		if changed[m.worker] {
			a.s.touch(a.tx, a.imp.By, m.worker)
		} else if disputed[m.worker] {
			a.s.touch(a.tx, a.imp.By).disputed[a.root(m.worker)] = true
		}
		if err := a.imp.KeepSealed(m.kept); err != nil {
			return fmt.Errorf("keep cells: %w", err)
		}
	}
	return nil
}

// makeFiles enters the new files of a part, and their facts.
func (a *arrival) makeFiles(ctx context.Context, p *part) error {
	var workers, numbers [][]any
	made := map[*onFile]bool{}
	t := a.s.touch(a.tx, a.imp.By)
	for _, m := range p.list {
		f := m.file
		if !f.isNew || made[f] {
			continue
		}
		made[f] = true
		workers = append(workers, f.row)
		if a.first != nil {
			a.first.add(m.index, f.worker)
		} else {
			numbers = append(numbers, []any{[]byte(m.index), int64(f.worker)})
		}
		t.fresh = append(t.fresh, f.worker)
		if f.disputed {
			t.disputed[f.worker] = true
		}
		if err := ledger.Enter(ctx, a.tx, t.by, f.facts...); err != nil {
			return err
		}
	}
	if _, err := a.tx.Bulk(ctx, "registry_worker", workerColumns, rowsOf(workers)); err != nil {
		return fmt.Errorf("make files: %w", err)
	}
	if _, err := a.tx.Bulk(ctx, "registry_number", numberColumns, rowsOf(numbers)); err != nil {
		return fmt.Errorf("enter numbers: %w", err)
	}
	return nil
}

// changes tells for each person who was on file before whether the part's rows change the timeline, and whether
// they bring another conflict. The rows of a merged file change its survivor's.
func (a *arrival) changes(ctx context.Context, p *part) (changed, disputed map[WorkerID]bool, err error) {
	var known []WorkerID
	for _, f := range p.files {
		if !f.isNew {
			known = append(known, f.worker)
		}
	}
	alias, err := aliasesOf(ctx, a.tx, known)
	if err != nil {
		return nil, nil, err
	}
	a.root = alias.root
	roots := map[WorkerID]bool{}
	for _, w := range known {
		roots[alias.root(w)] = true
	}
	src, err := loadSources(ctx, a.tx, slices.Sorted(maps.Keys(roots)))
	if err != nil {
		return nil, nil, err
	}
	before := make(map[WorkerID]reading, len(roots))
	for w := range roots {
		before[w] = readingOf(src[w], a.world)
	}
	for _, m := range p.list {
		if !m.file.isNew {
			a.add(m, src[alias.root(m.worker)])
		}
	}
	changed, disputed = make(map[WorkerID]bool, len(known)), map[WorkerID]bool{}
	after := make(map[WorkerID]reading, len(roots))
	for w := range roots {
		after[w] = readingOf(src[w], a.world)
	}
	for _, w := range known {
		old, now := before[alias.root(w)], after[alias.root(w)]
		changed[w] = !slices.Equal(old.facts, now.facts)
		disputed[w] = !slices.EqualFunc(old.conflicts, now.conflicts, sameConflict)
	}
	return changed, disputed, nil
}

// reading is what a person's rows come to.
type reading struct {
	facts     []ledger.Fact
	conflicts []Conflict
}

func readingOf(src *Sources, w *World) reading {
	if src.Survivor != 0 {
		return reading{}
	}
	p := readPerson(src, w.order)
	return reading{timeline(p, src.Worker, w), p.conflicts(src, w.order)}
}

// sameConflict reports whether two conflicts are about the same statements.
func sameConflict(a, b Conflict) bool {
	return a.Kind == b.Kind && a.About == b.About && a.Ruling == b.Ruling && slices.EqualFunc(a.Says, b.Says, func(x, y Stated) bool { return x.Row == y.Row && x.Holds == y.Holds })
}
