package app

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/figure"
	"tuoxing/internal/ledger"
)

// opensBothWays opens every figure under no filter, under one of each dimension and under random
// pairs, now and as known halfway: people = figure, Σ facts = figure, a rate through its two sides.
func opensBothWays(t *testing.T, c city) {
	a := c.open(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	half := head(t, a).Number / 2
	for _, ind := range a.Figures.Catalogue.List() {
		filters := [][]ledger.Cond{nil}
		if ind.Name == postsFigure { // nobody in the made-up city is on two rosters; the registry's tests open posts
			if v := ask(t, a, figure.Request{Name: ind.Name, On: asOf}); v.Total.Value != 0 {
				t.Errorf("%d further posts", v.Total.Value)
			}
			continue
		}
		var single []ledger.Cond
		for _, d := range ind.By {
			cells := ask(t, a, figure.Request{Name: ind.Name, On: asOf, By: []ledger.Dim{d}}).Cells
			if len(cells) == 0 {
				t.Errorf("%s has no cells by %s", ind.Name, d)
				continue
			}
			cell := cells[dice.IntN(len(cells))]
			cond := ledger.Cond{Dim: d, In: []int64{cell.Keys[0]}}
			if v := ask(t, a, figure.Request{Name: ind.Name, On: asOf, Where: []ledger.Cond{cond}}); v.Total.Value != cell.Value || v.Total.Denominator != cell.Denominator {
				t.Errorf("seed %d: %s under %v is %+v, and its cell is %+v", seed, ind.Name, cond, v.Total, cell)
			}
			single = append(single, cond)
			filters = append(filters, []ledger.Cond{cond})
		}
		for range len(single) - 1 {
			x, y := dice.IntN(len(single)), dice.IntN(len(single))
			if x != y {
				filters = append(filters, []ledger.Cond{single[x], single[y]})
			}
		}
		for i, where := range filters {
			req := figure.Request{Name: ind.Name, On: asOf, Where: where}
			if i%3 == 2 {
				req.Block = half
			}
			if err := closes(t, a, req); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

// closes opens one figure; a rate's sides are counts of their own.
func closes(t *testing.T, a *App, req figure.Request) error {
	t.Helper()
	v := ask(t, a, req)
	if v.Ratio == nil {
		return closesCount(t, a, req, v.Total.Value)
	}
	den := v.Total.Denominator
	if want := (2*v.Total.Numerator*v.Ratio.Factor + den) / max(2*den, 1); v.Total.Defined != (den > 0) || (den > 0 && v.Total.Value != want) {
		return fmt.Errorf("%s: %+v, want %d", req.Name, v.Total, want)
	}
	req.Name = v.Ratio.Numerator
	if err := closesCount(t, a, req, v.Total.Numerator); err != nil {
		return err
	}
	req.Name = v.Ratio.Denominator
	return closesCount(t, a, req, den)
}

func closesCount(t *testing.T, a *App, req figure.Request, want int64) error {
	t.Helper()
	o, err := a.Figures.Open(t.Context(), account.Operator(), req, 0, 0)
	must(t, err)
	facts, err := a.Figures.Facts(t.Context(), account.Operator(), req)
	must(t, err)
	var rows, signed int64
	seen := map[int64]bool{}
	for _, r := range o.Rows {
		rows += r.Quantity
		if r.Worker != 0 && (seen[r.Worker] || r.Quantity != 1 || r.Name == "") {
			return fmt.Errorf("%s %v: person %d counts %d, named %q, seen %v", req.Name, req.Where, r.Worker, r.Quantity, r.Name, seen[r.Worker])
		}
		seen[r.Worker] = true
	}
	for _, f := range facts {
		signed += f.Quantity
	}
	people := want
	if o.Count.Fact != ledger.Worker.String() {
		people = int64(len(o.Rows)) // things that are not people count for more than one
	}
	if rows != want || signed != want || o.Quantity != want || int64(o.Total) != people || len(o.Rows) != o.Total || int64(len(facts)) != o.Facts {
		return fmt.Errorf("%s %v at block %d is %d; it opens to %d rows (%d) with Σ %d, and %d facts (%d) with Σ %d (%d)",
			req.Name, req.Where, req.Block, want, len(o.Rows), o.Total, rows, len(facts), o.Facts, signed, o.Quantity)
	}
	return nil
}

// opensToTheRow looks each person of two figures up in the workbook, at the row that the figure names.
func opensToTheRow(t *testing.T, c city) {
	a := c.open(t)
	names := map[string]string{} // by file and row
	for _, b := range readCity(t, c.dir, c.manifest) {
		for _, e := range b.entries {
			names[fmt.Sprint(b.Name, e.row)] = tidyName(e.cell["name"])
		}
	}
	kinds := map[string]bool{}
	for _, name := range []string{"industrial_workers", "skilled_ever"} {
		o, err := a.Figures.Open(t.Context(), account.Operator(), figure.Request{Name: name, On: asOf}, 0, 0)
		must(t, err)
		for _, r := range o.Rows {
			if got := names[fmt.Sprint(r.File, r.Fact.Line.Row())]; got != r.Name || r.Sheet == "" {
				t.Errorf("%s: a person stands in row %d of %s (sheet %q), where somebody else is", name, r.Fact.Line.Row(), r.File, r.Sheet)
			}
			kinds[filepath.Ext(r.File)] = true
		}
	}
	if !slices.Equal([]bool{kinds[".xlsx"], kinds[".csv"]}, []bool{true, true}) {
		t.Errorf("only files of the kinds %v were opened", kinds)
	}
}
