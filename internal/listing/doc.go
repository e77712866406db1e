// Package listing writes a list as a file (清单): xlsx or csv, row by row as it is given, so that memory
// does not grow with the list.
//
// Words: a list has a title, a line that says of which day and whose it is, headings, rows, and a last
// row with the control totals (控制合计): the number of rows and Σ of each column of numbers. Who adds the
// file up again and finds the same has all of it; a file without that row was cut.
//
// Cells have a kind: text, code (digits that are no quantity: ID, certificate and phone numbers, which a
// spreadsheet program must not round), whole number, money, day. A text that begins as a formula
// begins is written as text: in xlsx by its type, in csv by an apostrophe, which Restore takes off.
//
// An order (排序) is what a reader asks for by a heading; each list says as data by which columns it may be ordered.
//
// The package knows no list: what stands in one, and who may have it, is the caller's business.
package listing
