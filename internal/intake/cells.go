package intake

import (
	"context"
	"sync"
	"time"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/vault"
)

// CellView is one cell of an applied row: as read (原文), as taken (规范), and what was said about it.
type CellView struct {
	Column   string   `json:"column"`
	Title    string   `json:"title"`
	Personal bool     `json:"personal,omitempty"` // never shown without a logged look
	Read     string   `json:"read"`
	Value    string   `json:"value"`
	Remarks  []Remark `json:"remarks,omitempty"`
}

// Cells opens the cells of one applied row with the key of the person it is about. Whether the
// reader may open that person's file is the caller's question, as is logging the look: do both first.
// worker 0 are rows about nobody; their key is the file's and the zero Key is passed.
// NotFound when the row was erased or never kept.
func (s *Service) Cells(ctx context.Context, tx *db.Tx, id ImportID, worker int64, key vault.Key, line ledger.Line) ([]CellView, error) {
	rec, err := s.read(ctx, tx, Trusted(0), id)
	if err != nil {
		return nil, err
	}
	target, err := s.target(rec)
	if err != nil {
		return nil, err
	}
	if worker == 0 {
		key = rec.key
	}
	sealed, err := keptRow(ctx, tx, id, worker, line)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(int64(id), cellColumn(int64(line)), sealed)
	if err != nil {
		return nil, err
	}
	rows, err := unpackBatch(plain, packedLayout(target, rec.columns))
	if err != nil {
		return nil, err
	}
	return rows[0].views(), nil
}

// RowCells opens the cells of one applied row that is about nobody (units, statistics). The look is
// logged before. NotFound when the viewer does not see the import, and for rows about people.
func (s *Service) RowCells(ctx context.Context, who Viewer, id ImportID, line ledger.Line) (out []CellView, err error) {
	if err := s.look(ctx, who, id, "intake.cells"); err != nil {
		return nil, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		out, err = s.Cells(ctx, tx, id, 0, vault.Key{}, line)
		return err
	})
	return out, err
}

func everything(int64) bool { return true }

// views lists the cells the table had, each with its remarks; remarks about the whole row
// stand with an unnamed cell at the end.
func (r *Row) views() []CellView {
	var all []CellView
	about := func(col string) (list []Remark) {
		for _, m := range r.remarks {
			if m.Col == col {
				list = append(list, m)
			}
		}
		return list
	}
	for i, c := range r.layout.columns {
		// A remark may be about a column that the table lacks.
		if said := about(c.Name); r.has[i] || len(said) > 0 {
			all = append(all, CellView{Column: c.Name, Title: c.Title, Personal: c.Personal, Read: r.cells[i].Read, Value: r.cells[i].Value, Remarks: said})
		}
	}
	if whole := about(""); len(whole) > 0 {
		all = append(all, CellView{Remarks: whole})
	}
	return all
}

// Source tells where a fact came from: file, importer and time. The sheet's name is under its index,
// the row number is in the line.
type Source struct {
	Name   string
	SHA256 string
	Kind   string
	By     int64
	At     time.Time
	Sheets map[int]string
}

// Sources looks up the files that facts name. Ids that are no import are left out. File and row are part
// of a fact, so whoever may see the fact may see them.
func (s *Service) Sources(ctx context.Context, tx *db.Tx, ids []ImportID) (map[ImportID]Source, error) {
	found := map[ImportID]Source{}
	for _, id := range ids {
		if _, done := found[id]; done {
			continue
		}
		src, err := s.source(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found[id] = src
	}
	return found, nil
}

// keptSources is how many sources are remembered: the same few files stand behind most pages, and to unseal what is
// known of one takes longer than all else of a page.
const keptSources = 1024

// sources are remembered by import, as of a state of it.
type sources struct {
	mu   sync.Mutex
	kept map[ImportID]sourceAt
}

type sourceAt struct {
	version int64
	state   State
	Source
}

func (s *Service) source(ctx context.Context, tx *db.Tx, id ImportID) (Source, error) {
	now := sourceAt{}
	if err := tx.QueryRow(ctx, `SELECT version, state FROM intake_import WHERE id = $1`, []any{int64(id)}, &now.version, (*string)(&now.state)); err != nil {
		return Source{}, err
	}
	s.sources.mu.Lock()
	was, ok := s.sources.kept[id]
	s.sources.mu.Unlock()
	if ok && was.version == now.version && was.state == now.state {
		return was.Source, nil
	}
	rec, err := s.read(ctx, tx, Trusted(0), id)
	if err != nil {
		return Source{}, err
	}
	now.version, now.state = rec.version, rec.state
	now.Source = Source{Name: rec.name, SHA256: rec.file.SHA256, Kind: rec.opt.Kind, By: rec.opt.By, At: rec.at, Sheets: map[int]string{}}
	for _, sh := range rec.details.Sheets {
		now.Sheets[sh.Sheet] = sh.Name
	}
	s.sources.mu.Lock()
	defer s.sources.mu.Unlock()
	if s.sources.kept == nil || len(s.sources.kept) >= keptSources {
		s.sources.kept = map[ImportID]sourceAt{}
	}
	s.sources.kept[id] = now
	return now.Source, nil
}

// Problem is a row with its remarks, for the list on the import's page.
type Problem struct {
	Line    ledger.Line
	Sheet   string
	Refused bool
	Cells   []CellView
}

// Problems lists rows with remarks in file order; grade "" is all. It shows personal data, so the
// look is logged first, and who may not hand files in sees personal cells masked. total counts the
// rows of this grade.
func (s *Service) Problems(ctx context.Context, who Viewer, id ImportID, grade Grade, offset, limit int) (list []Problem, total int, err error) {
	if err := s.look(ctx, who, id, "intake.problems"); err != nil {
		return nil, 0, err
	}
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		return s.eachProblem(ctx, tx, who, id, func(r *Row) error {
			if !r.hasGrade(grade) {
				return nil
			}
			if total >= offset && len(list) < limit {
				list = append(list, Problem{Line: r.Line, Sheet: r.Sheet, Refused: r.refused, Cells: maskedUnless(who.May(RightWrite) == nil, r.views())})
			}
			total++
			return nil
		})
	})
	return list, total, err
}

// maskedUnless hides personal cells from those who only read.
func maskedUnless(open bool, cells []CellView) []CellView {
	for i := range cells {
		if c := &cells[i]; c.Personal && !open {
			c.Read, c.Value = cn.MaskID(c.Read), cn.MaskID(c.Value)
		}
	}
	return cells
}

// look logs that somebody looks at rows of an import, before anything is shown.
func (s *Service) look(ctx context.Context, who Viewer, id ImportID, action string) error {
	if _, err := s.Find(ctx, who, id); err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error { return s.Audit(ctx, tx, who.User, action, subject(id), nil) })
}

func (r *Row) hasGrade(g Grade) bool {
	if g == "" {
		return true
	}
	for _, m := range r.remarks {
		if m.Grade == g {
			return true
		}
	}
	return false
}

func (s *Service) eachProblem(ctx context.Context, tx *db.Tx, who Viewer, id ImportID, fn func(*Row) error) error {
	rec, err := s.read(ctx, tx, who, id)
	if err != nil {
		return err
	}
	target, err := s.target(rec)
	if err != nil {
		return err
	}
	for r, err := range rec.batches(ctx, tx, problemTable, packedLayout(target, rec.columns)) {
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}
