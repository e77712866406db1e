package ledger

import (
	"time"

	"tuoxing/internal/money"
)

// BlockDoc is the head of a block for --json and the API.
type BlockDoc struct {
	Number     int64     `json:"number"`
	RecordedAt time.Time `json:"recorded_at"`
	RecordedBy int64     `json:"recorded_by,string"`
	Facts      int       `json:"facts"`
	Sums       []SumDoc  `json:"sums"`
	Before     string    `json:"hash_before"`
	Hash       string    `json:"hash"`
}

// SumDoc is the control total of one kind; amounts in fen.
type SumDoc struct {
	Kind     string    `json:"kind"`
	Facts    int64     `json:"facts"`
	Quantity int64     `json:"quantity"`
	Amount   money.Fen `json:"amount_fen"`
}

// Doc writes the head of a block as an object.
func (b Block) Doc() BlockDoc {
	d := BlockDoc{Number: b.Number, RecordedAt: b.RecordedAt, RecordedBy: b.RecordedBy, Facts: b.Facts, Before: b.Before.String(), Hash: b.Hash.String()}
	for _, s := range b.Sums {
		d.Sums = append(d.Sums, SumDoc{Kind: s.Kind.String(), Facts: s.Facts, Quantity: s.Quantity, Amount: s.Amount})
	}
	return d
}
