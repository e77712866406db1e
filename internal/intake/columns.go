package intake

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"tuoxing/internal/cn"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake/sheet"
)

// HeadingAt is where a person says that the headings stand.
type HeadingAt struct {
	Sheet int // from 0; hidden sheets count
	Row   int // physical row of the heading; 0: where it was found, else where it may be
	Rows  int // 2: this row and the next are read together; else 1
}

// SheetColumns is what one sheet of a file looks like to a person who says what its columns are.
type SheetColumns struct {
	Sheets  []SheetName   `json:"sheets" doc:"Those that may be read"`
	Sheet   int           `json:"sheet"`
	Row     int           `json:"row" doc:"Of the heading, 0 when none was found"`
	Rows    int           `json:"rows" doc:"1, or 2 when two rows are read together"`
	Guessed bool          `json:"guessed" doc:"No heading was known: this row is only a suggestion"`
	Mapping *UsedMapping  `json:"mapping,omitempty" doc:"The remembered mapping by which it is read"`
	Columns []SheetColumn `json:"columns"`
	Missing []string      `json:"missing" doc:"Required columns that nothing is taken for"`
}

// SheetName is one sheet of a file.
type SheetName struct {
	No   int    `json:"no"`
	Name string `json:"name"`
}

// SheetColumn is one column of a sheet.
type SheetColumn struct {
	At      int      `json:"at" doc:"From 0"`
	Letter  string   `json:"letter"`
	Heading string   `json:"heading"`
	Column  string   `json:"column" doc:"What it is taken for; empty: not read"`
	Barred  string   `json:"barred,omitempty" doc:"Key of the reason for which it cannot be read"`
	Samples []string `json:"samples" doc:"The first cells, numbers masked; none of a column without purpose"`
}

// MapInput is what a person says of the columns of a sheet.
type MapInput struct {
	HeadingAt
	Columns []Choice // of a column that is not named stays what its heading says
}

// Choice says what one column is.
type Choice struct {
	At      int    // column of the sheet, from 0; −1: the one with this heading, or with this letter
	Heading string // its heading or letter, when At is −1
	Column  string // canonical name or Chinese title of a column of the kind; empty: not read
}

const (
	sampleCells = 3  // shown of each column
	sampleRows  = 20 // looked through below the heading
	sampleRunes = 20 // shown of a cell
)

// headRow is a row, or a pair of rows, that may be a heading.
type headRow struct {
	upper, lower *sheet.Row // upper is nil for a single row
}

// headRows are all rows and pairs of rows that may be a heading, from above.
func headRows(head []sheet.Row) []headRow {
	var out []headRow
	for i := range head {
		if head[i].Number > HeaderRows {
			break
		}
		out = append(out, headRow{lower: &head[i]})
		if i > 0 && head[i].Number == head[i-1].Number+1 {
			out = append(out, headRow{upper: &head[i-1], lower: &head[i]})
		}
	}
	return out
}

// Columns shows what a sheet of a file holds, for a person who says what its columns are. Cells may be about people: the look
// is logged. Faults: Conflict for an import that is applied or whose original is gone, Invalid for a row that is no heading.
func (s *Service) Columns(ctx context.Context, who Viewer, id ImportID, at HeadingAt) (SheetColumns, error) {
	if err := who.must(RightWrite); err != nil {
		return SheetColumns{}, err
	}
	if err := s.look(ctx, who, id, "intake.columns"); err != nil {
		return SheetColumns{}, err
	}
	m, err := s.mapper(ctx, who, id)
	if err != nil {
		return SheetColumns{}, err
	}
	defer m.close()
	return m.columns(at)
}

// Map takes what a person says of the columns of a sheet, remembers it for the sender and its headings, and puts the import
// back to be read again. All that is wrong with the choice is told at once.
func (s *Service) Map(ctx context.Context, who Viewer, id ImportID, in MapInput) error {
	if err := who.must(RightWrite); err != nil {
		return err
	}
	said, err := s.said(ctx, who, id, in)
	if err != nil {
		return err
	}
	return s.DB.WriteTx(ctx, func(tx *db.Tx) error {
		rec, err := s.take(ctx, tx, who, id, RightWrite)
		if err != nil {
			return err
		}
		if rec.state == Applied || rec.state == Undone {
			return fault.New(fault.Conflict, "intake.state_wrong")
		}
		said.By = who.User
		if err := s.keepMapping(ctx, tx, said); err != nil {
			return err
		}
		rec.state = Received
		rec.clear()
		if err := dropBatches(ctx, tx, id); err != nil {
			return err
		}
		if err := s.note(ctx, tx, who, "intake.map", rec); err != nil {
			return err
		}
		return rec.update(ctx, tx)
	})
}

// said reads the file and makes a mapping of the choice.
func (s *Service) said(ctx context.Context, who Viewer, id ImportID, in MapInput) (*Mapping, error) {
	m, err := s.mapper(ctx, who, id)
	if err != nil {
		return nil, err
	}
	defer m.close()
	return m.mapping(in)
}

// mapper holds a file open for a person who says what its columns are.
type mapper struct {
	s      *Service
	rec    *record
	layout *layout
	book   *sheet.Book
	close  func()
}

func (s *Service) mapper(ctx context.Context, who Viewer, id ImportID) (*mapper, error) {
	rec, err := s.load(ctx, who, id)
	if err != nil {
		return nil, err
	}
	target, err := s.target(rec)
	switch {
	case err != nil:
		return nil, err
	case rec.state == Applied || rec.state == Undone:
		return nil, fault.New(fault.Conflict, "intake.state_wrong")
	case rec.file.Name == "":
		return nil, fault.New(fault.Conflict, "intake.original_gone")
	}
	m := &mapper{s: s, rec: rec, layout: newLayout(target)}
	if m.layout.mappings, err = s.remembered(ctx, rec.opt.Kind, rec.opt.Unit); err != nil {
		return nil, err
	}
	file, err := s.Files.Reader(rec.file, s.Vault)
	if err != nil {
		return nil, err
	}
	if m.book, err = sheet.Open(file, file.Size(), rec.name, s.limits()); err != nil {
		return nil, closing(err, file.Close())
	}
	m.close = func() { _ = file.Close() } // it was only read
	return m, nil
}

// closing keeps the first of two errors.
func closing(err, other error) error { return cmp.Or(err, other) }

// head reads the first rows of a sheet that may be read.
func (m *mapper) head(no int) ([]sheet.Row, error) {
	if no < 0 || no >= len(m.book.Sheets) || m.book.Sheets[no].Hidden {
		return nil, mapFault("sheet", "intake.map_sheet", no+1)
	}
	return m.book.Head(no, HeaderRows+1+sampleRows)
}

// heading finds the heading of a sheet: where a person says, where it was found, or where it may be.
func (m *mapper) heading(head []sheet.Row, at HeadingAt) (c *candidate, used *Mapping, guessed bool, err error) {
	if at.Row == 0 {
		if c, used = m.layout.findHeading(head); c != nil {
			return c, used, false, nil
		}
		at.Row = guess(head)
		if guessed = true; at.Row == 0 {
			return nil, nil, true, nil
		}
	}
	upper, lower := rowOf(head, at.Row), rowOf(head, at.Row+1)
	switch {
	case upper == nil || at.Row > HeaderRows:
		return nil, nil, false, mapFault("row", "intake.map_row", at.Row, HeaderRows)
	case at.Rows == 2 && lower == nil:
		return nil, nil, false, mapFault("row", "intake.map_row", at.Row+1, HeaderRows)
	case at.Rows != 2:
		upper, lower = nil, upper
	}
	c = m.layout.match(upper, lower)
	for _, text := range c.cells {
		if longestNumber(text) >= personalDigits {
			return nil, nil, false, mapFault("row", "intake.map_data", at.Row)
		}
	}
	m.unneededAbove(head, c)
	if again, mapping := m.layout.recall([]headRow{{upper, lower}}); again != nil {
		c, used, guessed = again, mapping, false
	}
	c.extend(head)
	return c, used, guessed, nil
}

// tableWords is from how many different words on a row above the heading may be the table's own: a title is one.
const tableWords = 3

// unneededAbove keeps a column of what there is no purpose for out of sight when a person points below its heading: the column is
// called what stands there.
func (m *mapper) unneededAbove(head []sheet.Row, c *candidate) {
	for _, row := range head {
		if row.Number >= c.first || !m.layout.person || words(row) < tableWords {
			continue
		}
		for col := range c.cells {
			if text := cell(row.Cells, col); purposes.unneeded(text) {
				c.cells[col] = text
			}
		}
	}
}

// words counts the different cells of a row.
func words(row sheet.Row) int {
	all := map[string]bool{}
	for _, c := range row.Cells {
		if !blankCell(c) {
			all[cn.FoldHeader(c)] = true
		}
	}
	return len(all)
}

// rowOf is the row with a physical number; nil when it is blank or not there.
func rowOf(head []sheet.Row, number int) *sheet.Row {
	for i := range head {
		if head[i].Number == number {
			return &head[i]
		}
	}
	return nil
}

// guess is the row that looks most like a heading: the most different words without a digit.
func guess(head []sheet.Row) int {
	best, most := 0, 1
	for _, row := range head {
		if row.Number > HeaderRows {
			break
		}
		words := map[string]bool{}
		for _, c := range row.Cells {
			if !blankCell(c) && !strings.ContainsFunc(c, unicode.IsDigit) {
				words[cn.FoldHeader(c)] = true
			}
		}
		if len(words) > most {
			best, most = row.Number, len(words)
		}
	}
	return best
}

func (m *mapper) columns(at HeadingAt) (SheetColumns, error) {
	out := SheetColumns{Sheets: []SheetName{}, Columns: []SheetColumn{}, Missing: []string{}, Rows: 1}
	for no, sh := range m.book.Sheets {
		if !sh.Hidden {
			out.Sheets = append(out.Sheets, SheetName{no, sh.Name})
		}
	}
	if len(out.Sheets) > 0 && at.Row == 0 && at.Sheet == 0 {
		at.Sheet = out.Sheets[0].No // the first may be hidden
	}
	head, err := m.head(at.Sheet)
	if err != nil {
		return out, err
	}
	out.Sheet = at.Sheet
	c, used, guessed, err := m.heading(head, at)
	if err != nil || c == nil {
		out.Guessed = true
		return out, err
	}
	out.Row, out.Guessed = c.first, guessed
	if c.read > c.first {
		out.Rows = 2
	}
	if used != nil {
		out.Mapping = &UsedMapping{used.ID, used.At, used.By}
	}
	for col, text := range c.cells {
		sc := SheetColumn{At: col, Letter: sheet.ColumnName(col), Heading: text, Samples: []string{}, Barred: barredNotes[m.layout.barred(text, -1)]}
		for i, taken := range c.at {
			if taken == col {
				sc.Column = m.layout.columns[i].Name
			}
		}
		if sc.Barred == "" {
			sc.Samples = samples(head, c.last, col)
		}
		out.Columns = append(out.Columns, sc)
	}
	missing, _ := m.layout.missing(c, m.layout.labels(c, head))
	out.Missing = append(out.Missing, missing...)
	return out, nil
}

// barredNotes say of a column why there is nothing to choose, in place of the fault that speaks about a choice.
var barredNotes = map[string]string{"intake.map_bare": "intake.column_bare", "intake.map_unneeded": "intake.column_unneeded"}

// samples are the first cells of a column below the heading.
func samples(head []sheet.Row, last, col int) []string {
	out := []string{}
	for _, row := range head {
		text := clean(cell(row.Cells, col))
		if row.Number <= last || row.Number > last+sampleRows || blankCell(text) || len(out) == sampleCells {
			continue
		}
		out = append(out, masked(text))
	}
	return out
}
