package demo

import (
	"context"
	"slices"
)

// Expected is what a right import must report for one file; rows that are no data (titles,
// headings, 合计, blanks, footers) are in none of the counts. Read is the sum of the others.
type Expected struct {
	Read      int `json:"read"`
	Taken     int `json:"taken"` // accepted as it is, or mended
	Refused   int `json:"refused"`
	Duplicate int `json:"duplicate"` // the same row again in the same file
}

// Planted is one row that must be refused.
type Planted struct {
	Row  int    `json:"row"`  // as the spreadsheet numbers it, from 1
	What string `json:"what"` // the mistake
}

// fileWriter counts what it writes into one file.
type fileWriter struct {
	ctx     context.Context
	table   table
	row     int
	last    []any // the last good row
	counts  Expected
	planted []Planted
	tick    func() // after each row that an import reads
}

// put writes a row that is no data.
func (w *fileWriter) put(cells []any) error {
	w.row++
	return w.table.row(cells)
}

func (w *fileWriter) aside(texts ...string) error {
	cells := make([]any, len(texts))
	for i, t := range texts {
		cells[i] = t
	}
	return w.put(cells)
}

func (w *fileWriter) join(fromCol, fromUp, toCol, toUp int) error {
	return w.table.join(fromCol, fromUp, toCol, toUp)
}

// title writes a heading above the whole width.
func (w *fileWriter) title(text string, width int) error {
	if err := w.aside(text); err != nil {
		return err
	}
	return w.join(1, 0, width, 0)
}

// good writes a row that must be taken.
func (w *fileWriter) good(cells []any) error {
	w.counts.Taken++
	w.last = cells
	return w.data(cells)
}

// bad writes a row that must be refused.
func (w *fileWriter) bad(cells []any, kind int) error {
	w.counts.Refused++
	w.planted = append(w.planted, Planted{w.row + 1, refusalNames[kind]})
	return w.data(cells)
}

// again writes a row that stands in the file already.
func (w *fileWriter) again(cells []any) error {
	w.counts.Duplicate++
	return w.data(cells)
}

func (w *fileWriter) data(cells []any) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.counts.Read++
	if err := w.put(cells); err != nil {
		return err
	}
	w.tick()
	return nil
}

// planting puts the rows to be refused and the duplicates at even distances into a list of so many
// good rows (or people, where a person has several rows).
type planting struct {
	rowPlan
	of     int
	kinds  []int // in turn
	turn   int   // which kind comes first
	bad    int   // planted so far
	copied int
	held   []any // a row to be written again
	due    int
}

// duplicateGap is the number of people between a row and its duplicate.
const duplicateGap = 3

// after is called when so many are done; make writes the k-th bad row of a kind.
func (p *planting) after(done int, w *fileWriter, make func(k, kind int) []any) error {
	if p.copied < p.twice && done >= (2*p.copied+1)*p.of/(2*p.twice) {
		p.copied++
		p.held, p.due = slices.Clone(w.last), min(done+duplicateGap, p.of)
	}
	for p.bad < p.refused && done >= (p.bad+1)*p.of/(p.refused+1) {
		kind := p.kinds[(p.bad+p.turn)%len(p.kinds)]
		if err := w.bad(make(p.bad, kind), kind); err != nil {
			return err
		}
		p.bad++
	}
	if p.held == nil || done < p.due {
		return nil
	}
	held := p.held
	p.held = nil
	return w.again(held)
}
