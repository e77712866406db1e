package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
)

type blocksInput struct {
	Before int64 `query:"before" minimum:"1" doc:"Only blocks with a lower number: next of the page before"`
	Limit  int   `query:"limit" default:"50" minimum:"1" maximum:"500"`
}

type blockInput struct {
	Number int64 `path:"number" minimum:"1"`
}

// BlockList is a page of sealed blocks, newest first.
type BlockList struct {
	Next   int64             `json:"next,omitempty" doc:"before of the next page"`
	Blocks []ledger.BlockDoc `json:"blocks"`
	Marked
}

// BlockHead is the head of one block.
type BlockHead struct {
	ledger.BlockDoc
	Marked
}

type blocksOutput struct{ Body BlockList }
type blockOutput struct{ Body BlockHead }

func (s *Server) blockOperations(a huma.API) {
	add(s, a, route{name: "block-list", method: http.MethodGet, path: base + "/blocks", summary: "The sealed blocks of the ledger"}, s.listBlocks)
	add(s, a, route{name: "block-show", method: http.MethodGet, path: base + "/blocks/{number}", summary: "One block: counts, control totals, hashes"}, s.showBlock)
}

func (s *Server) listBlocks(ctx context.Context, v *visit, in *blocksInput) (*blocksOutput, error) {
	if err := v.who.Must(account.BlockRead); err != nil {
		return nil, err
	}
	out := BlockList{Blocks: []ledger.BlockDoc{}, Marked: Marked{s.Demo}}
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) error {
		list, err := ledger.ListBlocks(ctx, tx, in.Before, in.Limit)
		for _, b := range list {
			out.Blocks = append(out.Blocks, b.Doc())
		}
		return err
	})
	if n := len(out.Blocks); n == in.Limit && out.Blocks[n-1].Number > 1 {
		out.Next = out.Blocks[n-1].Number
	}
	return &blocksOutput{out}, err
}

func (s *Server) showBlock(ctx context.Context, v *visit, in *blockInput) (*blockOutput, error) {
	if err := v.who.Must(account.BlockRead); err != nil {
		return nil, err
	}
	var b ledger.Block
	err := s.DB.ReadTx(ctx, func(tx *db.Tx) (err error) {
		b, err = ledger.FindBlock(ctx, tx, in.Number)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &blockOutput{BlockHead{BlockDoc: b.Doc(), Marked: Marked{s.Demo}}}, nil
}
