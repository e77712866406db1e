package intake

import (
	"time"

	"tuoxing/internal/web/part"
)

// ColumnsPage asks what the columns of a sheet are.
type ColumnsPage struct {
	part.Base
	ID, File string
	Sheet    int
	Sheets   []part.Option // empty when there is only one
	Row      int           // of the heading; 0: none was found
	Rows     int           // 2: two rows are read together
	Guessed  bool          // the row is only a suggestion
	Read     *Remembered   // how the sheet is read now
	Columns  []SheetColumn
	Missing  []string // required columns that nothing is taken for
	Problems []part.Problem
}

// SheetColumn is one column of the sheet with the choice of what it is.
type SheetColumn struct {
	Letter, Heading string
	Samples         []string
	Barred          string     // why it cannot be read; then there is no choice
	Field           part.Field // the choice
}

// Remembered says by which mapping a sheet was read.
type Remembered struct {
	By   string
	At   time.Time
	Href string // changes it
}

// MappingsPage lists the remembered mappings.
type MappingsPage struct {
	part.Base
	Rows      []Mapping
	CanForget bool
}

// Mapping is one remembered mapping.
type Mapping struct {
	ID, Unit, Kind, By string
	At                 time.Time
	Columns            []part.Pair // heading → taken for
}
