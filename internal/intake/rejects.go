package intake

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"tuoxing/internal/db"
	"tuoxing/internal/locale"
)

// maxComments is how many cell comments a reject workbook carries: spreadsheet programs become slow
// with more. The column 问题 says the same for every row, without limit.
const maxComments = 10_000

// rejectBook is a reject workbook (退回表) being written.
type rejectBook struct {
	f        *excelize.File
	p        locale.Printer
	rec      *record
	sheets   map[int]*rejectSheet
	taken    map[string]bool
	comments int
	demo     bool
	heading  int // style
	bad      int // style
}

type rejectSheet struct {
	name    string
	columns []int // positions in the layout
	next    int   // next free row
}

// Rejects writes the refused rows as read to an xlsx: first a sheet with the totals, then one sheet for
// each sheet of the file, each bad cell marked and commented with rule, problem and how to mend it. Corrected,
// it can be sent in as it is: the added columns 原行号 and 问题 are ignored on import. It
// holds personal data in clear: the look is logged first, and the caller keeps no copy.
func (s *Service) Rejects(ctx context.Context, who Viewer, id ImportID, p locale.Printer, w io.Writer) error {
	if err := who.May(RightWrite); err != nil { // it is for those who send it in again
		return err
	}
	if err := s.look(ctx, who, id, "intake.rejects"); err != nil {
		return err
	}
	f := excelize.NewFile()
	b := &rejectBook{f: f, p: p, sheets: map[int]*rejectSheet{}, taken: map[string]bool{}, demo: s.Demo != nil && s.Demo()}
	defer f.Close()
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		if b.rec, err = s.read(ctx, tx, who, id); err != nil {
			return err
		}
		if err := b.totals(); err != nil {
			return err
		}
		return s.eachProblem(ctx, tx, who, id, func(r *Row) error {
			if !r.refused {
				return nil
			}
			return b.row(r)
		})
	})
	if err != nil {
		return fmt.Errorf("reject workbook of import %s: %w", id, err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write reject workbook: %w", err)
	}
	return nil
}

// totals writes the first sheet.
func (b *rejectBook) totals() (err error) {
	if b.heading, err = b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFE8CC"}}
	if b.bad, err = b.f.NewStyle(&excelize.Style{Fill: fill}); err != nil {
		return err
	}
	name := b.sheetName(b.p.T("intake.rejects_totals"))
	if err := b.f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	r := b.rec.report()
	lines := []struct {
		label string
		value any
	}{
		{"intake.label_file", r.Name}, {"intake.label_read", r.Read}, {"intake.label_accepted", r.Accepted},
		{"intake.label_mended", r.Mended}, {"intake.label_refused", r.Refused}, {"intake.label_duplicate", r.Duplicate},
		{"intake.label_skipped", r.Skipped},
	}
	for i, l := range lines {
		at := fmt.Sprintf("A%d", i+1)
		if err := b.f.SetSheetRow(name, at, &[]any{b.p.T(l.label), l.value}); err != nil {
			return err
		}
	}
	next := len(lines) + 2
	for _, rule := range r.Rules {
		if rule.Grade != GradeRefuse {
			continue
		}
		if err := b.f.SetSheetRow(name, fmt.Sprintf("A%d", next), &[]any{rule.Rule + " " + rule.Title, b.p.T("intake.label_rule_rows", rule.Rows), b.p.T(rule.Says)}); err != nil {
			return err
		}
		next++
	}
	if b.demo {
		if err := b.f.SetSheetRow(name, fmt.Sprintf("A%d", next+1), &[]any{b.p.T("demo.mark")}); err != nil {
			return err
		}
	}
	return b.f.SetColWidth(name, "A", "B", 30)
}

// row writes one refused row as read.
func (b *rejectBook) row(r *Row) error {
	sh, err := b.sheet(r)
	if err != nil {
		return err
	}
	for i, col := range sh.columns {
		if err := b.text(sh, i+1, sh.next, r.cells[col].Read); err != nil {
			return err
		}
	}
	extra := len(sh.columns)
	if err := b.f.SetCellInt(sh.name, at(extra+1, sh.next), int64(r.Line.Row())); err != nil {
		return err
	}
	var all []string
	for _, m := range r.remarks {
		if m.Grade != GradeRefuse {
			continue
		}
		said := m.Rule + " " + b.p.T(m.Key, m.Args...)
		all = append(all, said)
		if err := b.comment(sh, r, m, said); err != nil {
			return err
		}
	}
	sh.next++
	return b.text(sh, extra+2, sh.next-1, strings.Join(all, "\n"))
}

// sheet finds or begins the sheet that takes the row.
func (b *rejectBook) sheet(r *Row) (*rejectSheet, error) {
	if sh, ok := b.sheets[r.Line.Sheet()]; ok {
		return sh, nil
	}
	sh := &rejectSheet{name: b.sheetName(r.Sheet), next: 2}
	if _, err := b.f.NewSheet(sh.name); err != nil {
		return nil, err
	}
	headings := []string{}
	for i, c := range r.layout.columns {
		if r.has[i] {
			sh.columns = append(sh.columns, i)
			headings = append(headings, c.Title)
		}
	}
	headings = append(headings, headingLine, headingProblem)
	if err := b.f.SetSheetRow(sh.name, "A1", &headings); err != nil {
		return nil, err
	}
	if err := b.f.SetCellStyle(sh.name, "A1", at(len(headings), 1), b.heading); err != nil {
		return nil, err
	}
	b.sheets[r.Line.Sheet()] = sh
	return sh, nil
}

// The added headings are Chinese in every language: they have to be recognised when the workbook
// comes back.
const (
	headingLine    = "原行号"
	headingProblem = "问题"
)

// comment marks the cell that a remark is about; a remark about the whole row stands at its line number.
func (b *rejectBook) comment(sh *rejectSheet, r *Row, m Remark, said string) error {
	col := len(sh.columns) + 1
	for i, c := range sh.columns {
		if r.layout.columns[c].Name == m.Col {
			col = i + 1
		}
	}
	cell := at(col, sh.next)
	if err := b.f.SetCellStyle(sh.name, cell, cell, b.bad); err != nil {
		return err
	}
	if b.comments++; b.comments > maxComments {
		return nil
	}
	return b.f.AddComment(sh.name, excelize.Comment{Cell: cell, Author: "托星", Text: said})
}

// text writes a cell as text, whatever it looks like: no formula, no lost digits.
func (b *rejectBook) text(sh *rejectSheet, col, row int, s string) error {
	if s == "" {
		return nil
	}
	// The workbook keeps the text to the end, and the text is a part of a whole batch of rows.
	return b.f.SetCellStr(sh.name, at(col, row), strings.Clone(s))
}

func at(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // columns and rows are counted here and within limits
	}
	return name
}

// maxSheetName is Excel's limit on the name of a sheet, characters.
const maxSheetName = 31

// sheetName makes a name that Excel accepts and that is not taken yet.
func (b *rejectBook) sheetName(name string) string {
	name = strings.Trim(strings.NewReplacer(":", "_", "\\", "_", "/", "_", "?", "_", "*", "_", "[", "_", "]", "_").Replace(name), "' ")
	runes := []rune(name)
	if len(runes) > maxSheetName-4 {
		runes = runes[:maxSheetName-4]
	}
	base := string(runes)
	if base == "" {
		base = "1"
	}
	unique := base
	for n := 2; b.taken[strings.ToLower(unique)]; n++ {
		unique = fmt.Sprintf("%s_%d", base, n)
	}
	b.taken[strings.ToLower(unique)] = true
	return unique
}
