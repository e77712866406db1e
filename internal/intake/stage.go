package intake

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
	"tuoxing/internal/ledger"
)

// Stage reads the file, checks every row and keeps what is accepted in sealed batches (暂存). It may be
// called again at any time before apply, also after a crash: each run starts clean and puts an earlier
// one out of force. A file that cannot be read as a whole gets state Refused and its fault is returned
// with the report.
func (s *Service) Stage(ctx context.Context, who Viewer, id ImportID) (Report, error) {
	rec, target, err := s.startStage(ctx, who, id)
	if err != nil {
		return Report{}, err
	}
	progress, end := s.begin(id, PhaseOpening)
	defer end()
	run := &staging{s: s, rec: rec, target: target, layout: newLayout(target), progress: progress}
	err = run.do(ctx)
	if f, ok := fault.As(err); ok && ctx.Err() == nil && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge || f.Kind == fault.NotFound) {
		rec.clear()
		rec.state = Refused
		rec.details.Failure = &Failure{Key: f.Key, Args: plainAll(f.Args), Fix: f.Fix}
		return rec.report(), errors.Join(err, s.finishStage(ctx, rec, true))
	}
	if err != nil {
		return Report{}, err
	}
	rec.state = Staged
	if err := s.finishStage(ctx, rec, false); err != nil {
		return Report{}, err
	}
	return rec.report(), nil
}

func plainAll(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = plain(a)
	}
	return out
}

// startStage takes the import and empties what an earlier run left.
func (s *Service) startStage(ctx context.Context, who Viewer, id ImportID) (rec *record, target *Target, err error) {
	err = s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if rec, err = s.take(ctx, tx, who, id, RightWrite); err != nil {
			return err
		}
		if target, err = s.target(rec); err != nil {
			return err
		}
		if rec.state == Applied || rec.state == Undone {
			return fault.New(fault.Conflict, "intake.state_wrong")
		}
		rec.clear()
		rec.state = Staging
		rec.columns = newLayout(target).names()
		if err := dropBatches(ctx, tx, id); err != nil {
			return err
		}
		return rec.update(ctx, tx)
	})
	return rec, target, err
}

func (s *Service) finishStage(ctx context.Context, rec *record, drop bool) error {
	if err := rec.counts.balanced(); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		if err := rec.hold(ctx, tx); err != nil {
			return err
		}
		if drop {
			if err := dropBatches(ctx, tx, rec.id); err != nil {
				return err
			}
		}
		return rec.update(ctx, tx)
	})
}

func (s *Service) target(rec *record) (*Target, error) {
	t, ok := s.Targets[rec.opt.Kind]
	if !ok {
		return nil, fault.New(fault.Invalid, "intake.kind_unknown", rec.opt.Kind, strings.Join(s.kinds(), "、"))
	}
	return t, nil
}

// staging is one run over one file.
type staging struct {
	s        *Service
	rec      *record
	target   *Target
	layout   *layout
	progress *progress
	book     *sheet.Book
	check    func(*Row)
	accepted batchWriter
	problems batchWriter
	seen     map[uint64]first
	hash     maphash.Hash
	rules    map[ruleKey]int
}

// first is the first accepted row with a natural key, and the fingerprint of its values. The map takes
// about 25 bytes a row; it is the one thing that grows with the file. With keys of 64 bits two of two
// million rows are taken for one with a chance of 1 in 9 million.
type first struct {
	line ledger.Line
	sum  uint32
}

type ruleKey struct {
	rule, col, key string
	grade          Grade
}

func (g *staging) do(ctx context.Context) error {
	file, err := g.s.Files.Reader(g.rec.file, g.s.Vault)
	if err != nil {
		return err
	}
	defer file.Close()
	if g.book, err = sheet.Open(file, file.Size(), g.rec.name, g.s.limits()); err != nil {
		return err
	}
	if g.layout.mappings, err = g.s.remembered(ctx, g.rec.opt.Kind, g.rec.opt.Unit); err != nil {
		return err
	}
	tables, others, err := g.layout.tables(g.book)
	if err != nil {
		return err
	}
	for _, t := range tables {
		g.rec.details.Sheets = append(g.rec.details.Sheets, t.report)
	}
	if err := g.settleDate(); err != nil {
		return err
	}
	if same, err := g.sameFile(ctx); err != nil || same {
		return err
	}
	if err := g.readAll(ctx, tables); err != nil {
		return err
	}
	g.describe(tables, others)
	return nil
}

// settleDate finds the day of the file: what the importer said, else what stands above the tables.
func (g *staging) settleDate() error {
	if !g.target.NeedsDate {
		return nil
	}
	if g.rec.opt.AsOf == 0 {
		day, ok := dateInTitles(g.rec.forTarget().Titles)
		if !ok {
			return fault.New(fault.Invalid, "intake.date_needed").WithFix("intake.give_date")
		}
		g.rec.opt.AsOf = day
	}
	if day := g.rec.opt.AsOf; day > date.On(g.s.DB.Now()) {
		return fault.New(fault.Invalid, "intake.date_future", day.String())
	}
	return nil
}

// sameFile looks for the same file with the same terms that is in force. When it was taken in
// without a refused row, and its columns were taken for the same, there is nothing to read: every row is a duplicate.
func (g *staging) sameFile(ctx context.Context) (bool, error) {
	rec := g.rec
	var earlier ImportID
	var c Counts
	err := g.s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT id, rows_read, skipped, refused FROM intake_import
			WHERE sha256 = $1 AND kind = $2 AND state = $3 AND as_of = $4 AND unit_id = $5 AND is_full = $6 AND id <> $7
			ORDER BY received_at DESC, id DESC LIMIT 1`,
			[]any{rec.file.SHA256, rec.opt.Kind, string(Applied), rec.asOf(), rec.opt.Unit, rec.opt.Full, int64(rec.id)},
			(*int64)(&earlier), &c.Read, &c.Skipped, &c.Refused)
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	rec.earlier = earlier
	before, err := g.s.load(ctx, Trusted(0), earlier)
	if err != nil {
		return false, err
	}
	if c.Refused > 0 || !sameColumns(rec.details.Sheets, before.details.Sheets) {
		return false, nil
	}
	rec.counts = Counts{Read: c.Read, Duplicate: c.Read, Skipped: c.Skipped}
	rec.details.Same = true
	g.progress.set(rec.counts)
	return true, nil
}

// sameColumns reports whether two readings of a file took the same columns for the same: a person may have said since what a
// column is.
func sameColumns(now, before []SheetReport) bool {
	taken := func(sheets []SheetReport) (out []string) {
		for _, s := range sheets {
			for _, c := range s.Columns {
				out = append(out, fmt.Sprint(s.Sheet, s.Header, c.At, c.Name))
			}
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(taken(now), taken(before))
}

// readAll checks every row inside one read transaction, so that all rows are judged by the same state.
func (g *staging) readAll(ctx context.Context, tables []*table) error {
	g.accepted = batchWriter{s: g.s, rec: g.rec, table: stageTable}
	g.problems = batchWriter{s: g.s, rec: g.rec, table: problemTable}
	g.seen, g.rules = map[uint64]first{}, map[ruleKey]int{}
	// A batch on its way when the reading fails must be there before all batches are dropped.
	defer func() {
		_ = g.accepted.wait() // done already, or the run has failed for another reason
		_ = g.problems.wait()
	}()
	g.progress.enter(PhaseReading)
	err := g.s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		if g.check, err = g.target.Prepare(ctx, tx, g.rec.forTarget()); err != nil {
			return err
		}
		for _, t := range tables {
			if err := g.readTable(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := g.accepted.finish(ctx); err != nil {
		return err
	}
	return g.problems.finish(ctx)
}

// chunkRows is how many rows are read together before they are checked: between two chunks stand a look
// at the context and an update of progress.
const chunkRows = 256

// chunk is some rows as read, or what ended the reading.
type chunk struct {
	rows    []*Row
	skipped int
	err     error
}

// readTable checks the rows of one table while a goroutine beside it reads them.
func (g *staging) readTable(ctx context.Context, t *table) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	chunks := make(chan chunk, 4)
	go g.readRows(reading, t, chunks)
	for c := range chunks {
		g.rec.counts.Skipped += c.skipped
		for _, r := range c.rows {
			if err := g.take(ctx, r); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
		g.tell()
	}
	return ctx.Err()
}

// readRows reads the table to its end, or until nobody wants more.
func (g *staging) readRows(ctx context.Context, t *table, out chan<- chunk) {
	defer close(out)
	has := make([]bool, len(t.at))
	for i, at := range t.at {
		has[i] = at >= 0 || t.above[i] != ""
	}
	var c chunk
	send := func() bool {
		select {
		case out <- c:
			c = chunk{rows: make([]*Row, 0, chunkRows)}
			return true
		case <-ctx.Done():
			return false
		}
	}
	for row, err := range g.book.Rows(t.sheet) {
		if err != nil {
			c.err = err
			break
		}
		if row.Number <= t.last {
			continue
		}
		if reason := t.skipReason(row); reason != "" {
			t.report.Skipped[reason]++
			c.skipped++
			continue
		}
		t.report.Read++
		t.noteBare(row)
		c.rows = append(c.rows, g.build(t, has, row))
		if len(c.rows) == chunkRows && !send() {
			return
		}
	}
	send()
}

func (g *staging) tell() {
	g.progress.set(g.rec.counts)
	if done := g.book.Done(); done > 0 {
		g.progress.total.Store(int64(float64(g.rec.counts.Read) / done))
	}
}

// take counts one row to exactly one of accepted, mended, refused and duplicate.
func (g *staging) take(ctx context.Context, r *Row) error {
	c := &g.rec.counts
	c.Read++
	g.check(r)
	duplicate := !r.refused && g.duplicate(r)
	switch {
	case r.refused:
		c.Refused++
	case duplicate:
		c.Duplicate++
	case r.mended:
		c.Mended++
	default:
		c.Accepted++
	}
	for _, m := range r.remarks {
		g.rules[ruleKey{m.Rule, m.Col, m.Key, m.Grade}]++
	}
	if len(r.remarks) > 0 {
		if err := g.problems.add(ctx, r.forList()); err != nil {
			return err
		}
	}
	if r.refused || duplicate {
		return nil
	}
	return g.accepted.add(ctx, r)
}

// duplicate looks for an accepted row of the same natural key in this file. The same values make this
// row a duplicate, other values refuse it: nobody can say here which of the two is right.
func (g *staging) duplicate(r *Row) bool {
	if len(r.key) == 0 {
		return false
	}
	g.hash.Reset()
	g.hash.Write(r.key)
	key, values := g.hash.Sum64(), g.fingerprint(r)
	before, ok := g.seen[key]
	if !ok {
		g.seen[key] = first{r.Line, values}
		return false
	}
	if before.sum == values {
		r.Warn(RuleDuplicate, "", "intake.row_repeated", before.line.Row())
		return true
	}
	r.Refuse(RuleClash, "", "intake.row_contradicts", before.line.Row())
	return false
}

// fingerprint hashes the normalised values; it is compared among rows of one natural key alone.
func (g *staging) fingerprint(r *Row) uint32 {
	g.hash.Reset()
	for _, c := range r.cells {
		g.hash.WriteString(c.Value)
		g.hash.WriteByte(0)
	}
	return uint32(g.hash.Sum64())
}

// forList is what the problem list keeps of a row: all of a refused one, so that it can be sent back;
// of others the cells that a remark is about.
func (r *Row) forList() *Row {
	if r.refused {
		return r
	}
	slim := *r
	slim.cells, slim.has = make([]Cell, len(r.cells)), make([]bool, len(r.has))
	for _, m := range r.remarks {
		if m.Col != "" {
			i := r.at(m.Col)
			slim.cells[i], slim.has[i] = r.cells[i], r.has[i]
		}
	}
	return &slim
}

// describe completes the report: sheets in the order of the book, rules by how often they spoke.
func (g *staging) describe(tables []*table, others []SheetReport) {
	all := others
	for _, t := range tables {
		for _, col := range slices.Sorted(maps.Keys(t.loose)) {
			t.report.Unknown = append(t.report.Unknown, sheet.ColumnName(col))
		}
		all = append(all, t.report)
	}
	slices.SortFunc(all, func(a, b SheetReport) int { return a.Sheet - b.Sheet })
	g.rec.details.Sheets = all
	says := map[string]string{}
	for _, r := range append(Rules(), g.target.Rules...) {
		says[r.Code] = r.Key
	}
	rules := []RuleCount{}
	for k, n := range g.rules {
		c := RuleCount{Rule: k.rule, Grade: k.grade, Col: k.col, Key: k.key, Says: says[k.rule], Rows: n}
		if k.col != "" {
			c.Title = g.layout.columns[g.layout.index[k.col]].Title
		}
		rules = append(rules, c)
	}
	slices.SortFunc(rules, func(a, b RuleCount) int {
		if a.Rows != b.Rows {
			return b.Rows - a.Rows
		}
		return strings.Compare(a.Rule+a.Col+a.Key, b.Rule+b.Col+b.Key)
	})
	g.rec.details.Rules = rules
}
