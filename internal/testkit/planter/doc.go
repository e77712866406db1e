// Package planter makes workbooks as offices really send them, puts defects into them at random places, and writes down
// for every row what a right import does with it: taken, mended, refused, a duplicate or no data, and by which rules.
//
// The sheets are the forms (表样) that testdata/headers.yaml of the registry names by their sources: roster of union members,
// recommendation list of craftsmen, roster of certificates with a heading in two rows, entry form of a contest, and others. Each is
// written by several writers, since two programs say the same table in different words. The made-up city has a planter of
// its own for its own sheets (internal/demo); this one shares no code with it, nor with anything that reads a sheet, so that
// the two sides can disagree.
package planter

// Outcome is what a right import does with one row.
type Outcome string

// The outcomes. Skipped rows are no data.
const (
	Accepted  Outcome = "accepted"
	Mended    Outcome = "mended"
	Refused   Outcome = "refused"
	Duplicate Outcome = "duplicate"
	Skipped   Outcome = "skipped"
)

// Writer is a program that writes files.
type Writer string

// The writers. What LibreOffice writes is made of what Excelize wrote.
const (
	Excelize    Writer = "excelize"
	LibreOffice Writer = "libreoffice"
	Prefixed    Writer = "prefixed" // every element with a prefix, as WPS and some Java programs do
	GB18030     Writer = "gb18030"  // csv with semicolons
)

// Book is one file: its sheets, and in their rows what is to become of them.
type Book struct {
	File, Form, Kind string
	Writer           Writer
	Sheets           []Sheet
}

// Sheet is one table with what stands around it.
type Sheet struct {
	Name   string
	Hidden bool
	Rows   []Row
	Merged []Area
}

// Row is one physical row. Line is its number in the file as written, known once it is.
type Row struct {
	Cells  []any
	Hidden bool
	Line   int
	Want   *Want // nil for titles, headings and what stands on a hidden sheet
}

// Want is what a right import makes of a row. The key columns are those of a row taken in, else empty.
type Want struct {
	Outcome             Outcome
	Name, ID, Day, Rank string
	Rules               []string // that refuse or mend
	Kinds               []string // of what was planted
}

// Area is a merged area, rows and columns from 0, all ends included.
type Area struct{ Top, Left, Bottom, Right int }

// Number is a cell that a spreadsheet keeps as a number, with its digits as written.
type Number string

// Day is a cell that a spreadsheet keeps as a day: its serial number, shown as a date.
type Day int
