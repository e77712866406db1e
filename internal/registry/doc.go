// Package registry is the only owner of a person: the worker's file (职工档案).
//
// A file is found by ID number through a blind index; the number, phone and certificate numbers
// are sealed under the person's own key. What is known of a person are sourced rows (rosters,
// certificate lists, corrections), which are never changed, only withdrawn. Timeline is the one
// pure function from the rows in force to the signed facts of the stock; after any change the
// ledger enters the difference.
//
// The package also holds the import targets of organisations and of outside statistics, because
// their owners stand below intake. It must not compute figures, and no other package reads or
// writes its tables.
package registry

import "tuoxing/internal/fault"

func conflict(key string, args ...any) error { return fault.New(fault.Conflict, key, args...) }
