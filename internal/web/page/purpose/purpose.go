// Package purpose is the page of the purpose register (目的登记): what of a person is kept and why, who may see it and
// for how long, and what is neither read nor kept.
//
// Everybody who is logged in may read it. It is about columns and must not hold anything about a person.
package purpose

import "tuoxing/internal/web/part"

// Page is the register in the reader's language.
type Page struct {
	part.Base
	Fields    []Field
	NoPurpose []string
	Technical []Technical
}

// Field is one field about people.
type Field struct {
	Title, Purpose, Basis, Retention string
	Viewers                          []string // names of roles
	Stored                           []string // columns, a line for each table
}

// Technical are columns that say nothing about anybody.
type Technical struct {
	Why     string
	Columns []string // a line for each table
}
