package figure

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/ledger"
	"tuoxing/internal/org"
)

// Service answers figures.
type Service struct {
	DB        *db.DB
	Book      *ledger.Book
	Org       *org.Service
	Catalogue *Catalogue

	// NamePeople gives the names of those of some people whose files the reader may open; set by app.
	NamePeople func(ctx context.Context, tx *db.Tx, who account.Scope, workers []int64) (map[int64]string, error)
	// NameFiles gives the names of the files of imports and of their sheets; set by app.
	NameFiles func(ctx context.Context, tx *db.Tx, imports []int64) (map[int64]File, error)

	pastLock sync.Mutex
	past     map[pastKey]Cell // totals of past years as known at a block
}

// File is what a figure's rows say of the file that a fact came from.
type File struct {
	Name   string
	Sheets map[int]string // by index from 0
}

// Request asks for one figure.
type Request struct {
	Name  string
	On    date.Day      // the day of the stock
	Block int64         // as known when this block was sealed; 0: now
	By    []ledger.Dim  // at most ledger.MaxBy
	Where []ledger.Cond // further filters, along the figure's dimensions
}

// Value is an answered figure.
type Value struct {
	*Indicator
	On       date.Day
	Block    int64       // the block as known at which it was answered
	Hash     ledger.Hash // of that block
	SealedAt time.Time   // of that block; zero when there is none
	By       []ledger.Dim
	Where    []ledger.Cond // of the question, beside those of the definition
	Cells    []Cell        // the cross table; empty without By
	Total    Cell
}

// Cell is one value with its two sides. For a count Denominator is 0 and Numerator the value.
type Cell struct {
	Keys        []int64
	Value       int64
	Numerator   int64
	Denominator int64
	Defined     bool // false for a rate without a denominator: it is shown as —
}

// ScopeOf translates what a reader may see into what may be counted: facts follow the union and
// employer of their own day.
func ScopeOf(s account.Scope) ledger.Scope {
	switch {
	case s.All:
		return ledger.Scope{All: true}
	case s.Lo <= 0: // no unit, or one that is gone
		return ledger.Scope{}
	case s.Kind == org.Enterprise:
		return ledger.Scope{Employer: int64(s.Unit)}
	}
	return ledger.Scope{Union: int64(s.Unit)}
}

// Value answers one figure for a reader. NotFound for an unknown name, Invalid for a dimension or
// filter that the figure does not have.
func (s *Service) Value(ctx context.Context, who account.Actor, req Request) (*Value, error) {
	v, cols, err := s.begin(ctx, who, req)
	if err != nil {
		return nil, err
	}
	cells := s.table(cols, v.Indicator, req, ScopeOf(who.Scope))
	v.Total = total(v.Indicator, cells)
	if len(req.By) > 0 {
		v.Cells = cells
	}
	return v, nil
}

// begin checks a question and fixes the state of the ledger at which it is answered; nothing is counted yet.
func (s *Service) begin(ctx context.Context, who account.Actor, req Request) (*Value, *ledger.Columns, error) {
	if err := who.Must(account.FigureRead); err != nil {
		return nil, nil, err
	}
	ind, err := s.check(req)
	if err != nil {
		return nil, nil, err
	}
	cols, err := s.Book.Columns(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read ledger: %w", err)
	}
	if req.Block > cols.Head() || req.Block < 0 {
		return nil, nil, fault.New(fault.NotFound, "figure.block_unknown", req.Block)
	}
	v := &Value{Indicator: ind, On: req.On, By: req.By, Where: req.Where, Block: req.Block}
	if v.Block == 0 {
		v.Block = cols.Head()
	}
	v.Hash, v.SealedAt = cols.Sealed(v.Block)
	return v, cols, nil
}

func (s *Service) check(req Request) (*Indicator, error) {
	ind, ok := s.Catalogue.Find(req.Name)
	if !ok {
		return nil, fault.New(fault.NotFound, "figure.unknown", req.Name)
	}
	var c fault.Check
	if len(req.By) > ledger.MaxBy {
		c.Add("by", "figure.by_too_many", ledger.MaxBy)
	}
	for i, d := range req.By {
		if !slices.Contains(ind.By, d) {
			c.Add("by", "figure.dim_not_there", string(d))
		}
		if slices.Contains(req.By[:i], d) {
			c.Add("by", "figure.dim_twice", string(d))
		}
	}
	for _, w := range req.Where {
		if !slices.Contains(ind.By, w.Dim) {
			c.Add("where", "figure.dim_not_there", string(w.Dim))
		}
	}
	return ind, c.Err()
}

// query makes the ledger's question of a count.
func query(ind *Indicator, req Request, scope ledger.Scope) ledger.Query {
	q := ledger.Stock(ind.Count.kind, req.On)
	q.Attr, q.Block, q.Scope, q.By = ind.Count.Attr, req.Block, scope, req.By
	for _, w := range ind.Count.Where {
		q.Where = append(q.Where, w.cond())
	}
	q.Where = append(q.Where, req.Where...)
	return q
}

// total adds the cells of a table up: every fact is in one of them.
func total(ind *Indicator, cells []Cell) Cell {
	var num, den int64
	for _, c := range cells {
		num, den = num+c.Numerator, den+c.Denominator
	}
	if ind.Ratio == nil {
		return Cell{Value: num, Numerator: num, Defined: true}
	}
	return rate(nil, num, den, ind.Ratio.Factor)
}

// rate rounds half up; without a denominator it is not defined.
func rate(keys []int64, num, den, factor int64) Cell {
	c := Cell{Keys: keys, Numerator: num, Denominator: den}
	if den > 0 {
		c.Defined = true
		c.Value = (2*num*factor + den) / (2 * den)
	}
	return c
}

func (s *Service) table(cols *ledger.Columns, ind *Indicator, req Request, scope ledger.Scope) []Cell {
	if ind.Ratio == nil {
		var out []Cell
		for _, c := range cols.Sum(query(ind, req, scope)) {
			if c.Quantity != 0 || len(req.By) == 0 {
				out = append(out, Cell{Keys: c.Keys, Value: c.Quantity, Numerator: c.Quantity, Defined: true})
			}
		}
		return out
	}
	num, _ := s.Catalogue.Find(ind.Ratio.Numerator) // ReadCatalogue has checked both
	den, _ := s.Catalogue.Find(ind.Ratio.Denominator)
	return divide(s.table(cols, num, req, scope), s.table(cols, den, req, scope), ind.Ratio.Factor)
}

// divide joins the two sides of a rate by their keys. Both are sorted.
func divide(num, den []Cell, factor int64) []Cell {
	var out []Cell
	i, j := 0, 0
	for i < len(num) || j < len(den) {
		order := 0
		switch {
		case i == len(num):
			order = 1
		case j == len(den):
			order = -1
		default:
			order = slices.Compare(num[i].Keys, den[j].Keys)
		}
		var keys []int64
		var n, d int64
		if order <= 0 {
			keys, n = num[i].Keys, num[i].Value
			i++
		}
		if order >= 0 {
			keys, d = den[j].Keys, den[j].Value
			j++
		}
		out = append(out, rate(keys, n, d, factor))
	}
	return out
}
