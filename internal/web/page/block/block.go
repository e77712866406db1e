// Package block is the page of the sealed blocks of the ledger (封存批次): number, time, totals, hash.
//
// A hash printed on a report can be found again here. The page names nobody but the person who
// entered the block.
package block

import (
	"time"

	"tuoxing/internal/web/part"
)

// ListPage is the list of blocks, newest first.
type ListPage struct {
	part.Base
	Head     int64
	HeadHash string
	Rows     []Row
	Pager    part.Pager
}

// Row is one block.
type Row struct {
	Number       int64
	At           time.Time
	By           string
	Facts        int64
	Sums         []Sum
	Hash, Before string
	Figures      string // address of the figures as known at it
}

// Sum is the control total of one kind of facts.
type Sum struct {
	Kind            string
	Facts, Quantity int64
}
