package app

import (
	"context"
	"fmt"

	"tuoxing/internal/account"
	"tuoxing/internal/audit"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
)

// Verified says what was compared.
type Verified struct {
	Blocks  int64  `json:"blocks"`
	Facts   int64  `json:"facts"`
	People  int    `json:"people"`
	Figures int    `json:"figures"`
	Head    string `json:"head"`
}

// Verify re-hashes every block and compares rows with packed bytes, timelines with sourced rows,
// the audit chain, and figures with the rows they open to. The first place that differs is a
// Conflict fault that names it.
func (a *App) Verify(ctx context.Context, head string) (Verified, error) {
	var v Verified
	err := a.DB.ReadTx(ctx, func(tx *db.Tx) error {
		l, err := ledger.Verify(ctx, tx, head)
		v.Blocks, v.Facts, v.Head = l.Blocks, l.Facts, l.Head.String()
		if err != nil {
			return err
		}
		if v.People, err = a.Registry.VerifyTimelines(ctx, tx); err != nil {
			return err
		}
		return audit.Verify(ctx, tx)
	})
	if err != nil {
		return v, err
	}
	v.Figures, err = a.verifyFigures(ctx)
	return v, err
}

// verifyFigures opens each count and holds its rows and facts against it, as the operator.
func (a *App) verifyFigures(ctx context.Context) (int, error) {
	who := account.Operator()
	cols, err := a.Book.Columns(ctx)
	if err != nil {
		return 0, fmt.Errorf("read ledger: %w", err)
	}
	n := 0
	for _, ind := range a.Figures.Catalogue.List() {
		if ind.Ratio != nil {
			continue
		}
		v, err := a.Figures.Value(ctx, who, figure.Request{Name: ind.Name, On: date.On(a.DB.Now()), Block: cols.Head()})
		if err != nil {
			return n, err
		}
		o, err := a.Figures.Open(ctx, who, figure.Request{Name: ind.Name, On: v.On, Block: v.Block}, 0, 1)
		if err != nil {
			return n, err
		}
		if o.Quantity != v.Total.Value || (ind.Count.Fact == ledger.Worker.String() && int64(o.Total) != v.Total.Value) {
			return n, fault.New(fault.Conflict, "app.figure_differs", ind.Name, v.Total.Value, o.Total, o.Quantity)
		}
		n++
	}
	return n, nil
}
