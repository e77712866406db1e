package figure

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
)

// Opening is a figure opened to its rows. A rate opens to its two sides.
type Opening struct {
	*Value
	Rows     []Row
	Total    int    // rows in all, over every page
	Facts    int64  // signed facts under the filter
	Quantity int64  // Σ over all facts = Σ over all rows = the figure
	Next     string // key of the next page, empty on the last
}

// Row is one person or thing that is counted, with the fact that put it there.
type Row struct {
	ledger.Counted
	Name  string // empty when the reader may not open the person's file today
	File  string // name of the file that brought the fact; empty for a fact from a form
	Sheet string // name of the sheet in it
}

// PageSize is how many rows a page of an opening has unless told otherwise.
const PageSize = 50

// Open lists what a count counts, in order of id, from after a key, at most limit rows (0: all). The
// look is logged before any name is given.
func (s *Service) Open(ctx context.Context, who account.Actor, req Request, after int64, limit int) (*Opening, error) {
	o, page, err := s.counted(ctx, who, req, after, limit)
	if err != nil || o.Ratio != nil {
		return o, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "figure.open", req.Name, map[string]any{"on": req.On.String(), "rows": len(page)}); err != nil {
		return nil, fmt.Errorf("log the look: %w", err)
	}
	o.Rows, err = s.name(ctx, who, page)
	return o, err
}

// counted answers the figure and lists a page of what it counts, nobody named yet.
func (s *Service) counted(ctx context.Context, who account.Actor, req Request, after int64, limit int) (*Opening, []ledger.Counted, error) {
	v, cols, err := s.begin(ctx, who, req)
	if err != nil {
		return nil, nil, err
	}
	req.By, req.Block = nil, v.Block
	if v.Ratio != nil {
		v.Total = total(v.Indicator, s.table(cols, v.Indicator, req, ScopeOf(who.Scope)))
		return &Opening{Value: v}, nil, nil
	}
	more := limit
	if limit > 0 {
		more = limit + 1 // one more tells whether there is a next page
	}
	opened := cols.OpenPage(query(v.Indicator, req, ScopeOf(who.Scope)), after, more)
	v.Total = Cell{Value: opened.Quantity, Numerator: opened.Quantity, Defined: true}
	o := &Opening{Value: v, Total: opened.Total, Facts: opened.Facts, Quantity: opened.Quantity}
	page := opened.Rows
	if limit > 0 && len(page) > limit {
		page = page[:limit]
		o.Next = fmt.Sprint(id(page[limit-1]))
	}
	return o, page, nil
}

// exportBatch is how many rows of an export are named at one time.
const exportBatch = 1000

// Export opens a figure wholly, for a file: the opening without rows, and the rows in order of id, named as a
// transaction sees the people. It asks for the right to take lists of people out of the system; the
// export is logged before any name is given. A rate has no rows.
func (s *Service) Export(ctx context.Context, who account.Actor, req Request) (*Opening, func(ctx context.Context, tx *db.Tx) iter.Seq2[Row, error], error) {
	if err := who.Must(account.WorkerExport); err != nil {
		return nil, nil, err
	}
	o, counted, err := s.counted(ctx, who, req, 0, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := audit.Read(ctx, s.DB, who.UserID, "figure.export", req.Name, map[string]any{"on": req.On.String(), "rows": len(counted)}); err != nil {
		return nil, nil, fmt.Errorf("log the export: %w", err)
	}
	return o, func(ctx context.Context, tx *db.Tx) iter.Seq2[Row, error] {
		return func(yield func(Row, error) bool) {
			for part := range slices.Chunk(counted, exportBatch) {
				rows, err := s.nameIn(ctx, tx, who, part)
				if err != nil {
					yield(Row{}, err)
					return
				}
				for _, r := range rows {
					if !yield(r, nil) {
						return
					}
				}
			}
		}
	}, nil
}

// id is the paging key of a row: the person's id, or the subject's for what is not a person.
func id(c ledger.Counted) int64 {
	if c.Worker != 0 {
		return c.Worker
	}
	return c.Subject
}

func (s *Service) name(ctx context.Context, who account.Actor, page []ledger.Counted) (rows []Row, err error) {
	err = s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		rows, err = s.nameIn(ctx, tx, who, page)
		return err
	})
	return rows, err
}

func (s *Service) nameIn(ctx context.Context, tx *db.Tx, who account.Actor, page []ledger.Counted) ([]Row, error) {
	rows := make([]Row, len(page))
	var workers, imports []int64
	for i, c := range page {
		rows[i].Counted = c
		if c.Worker != 0 {
			workers = append(workers, c.Worker)
		}
		if c.Fact.Import != 0 && !slices.Contains(imports, c.Fact.Import) {
			imports = append(imports, c.Fact.Import)
		}
	}
	names, err := s.NamePeople(ctx, tx, who.Scope, workers)
	if err != nil {
		return nil, err
	}
	files, err := s.NameFiles(ctx, tx, imports)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		f := files[rows[i].Fact.Import]
		rows[i].Name, rows[i].File, rows[i].Sheet = names[rows[i].Worker], f.Name, f.Sheets[rows[i].Fact.Line.Sheet()]
	}
	return rows, nil
}

// Facts gives every signed fact that a count sums, in block order. Their quantities add up to the
// figure.
func (s *Service) Facts(ctx context.Context, who account.Actor, req Request) ([]ledger.Placed, error) {
	v, cols, err := s.begin(ctx, who, req)
	if err != nil || v.Ratio != nil {
		return nil, err
	}
	req.By, req.Block = nil, v.Block
	return cols.FactsIn(query(v.Indicator, req, ScopeOf(who.Scope))), nil
}
