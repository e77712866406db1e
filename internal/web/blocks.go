package web

import (
	"net/http"
	"strconv"

	"tuoxing/internal/account"
	"tuoxing/internal/db"
	"tuoxing/internal/ledger"
	blockpage "tuoxing/internal/web/page/block"
)

// getBlocks lists the sealed blocks of the ledger, newest first.
func (s *Server) getBlocks(w http.ResponseWriter, r *http.Request) error {
	if err := visitOf(r).actor.Must(account.BlockRead); err != nil {
		return err
	}
	// A wrong place is the beginning: it decides nothing.
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	var list []ledger.Block
	err = s.DB.ReadTx(r.Context(), func(tx *db.Tx) error {
		list, err = ledger.ListBlocks(r.Context(), tx, before, perPage)
		return err
	})
	if err != nil {
		return err
	}
	cols, err := s.Book.Columns(r.Context())
	if err != nil {
		return err
	}
	b := s.base(r)
	p := blockpage.ListPage{Base: b, Head: cols.Head(), HeadHash: cols.HeadHash().String()}
	var users []int64
	for _, x := range list {
		users = append(users, x.RecordedBy)
	}
	names, err := s.userNames(r.Context(), b, users...)
	if err != nil {
		return err
	}
	for _, x := range list {
		row := blockpage.Row{Number: x.Number, At: x.RecordedAt, By: names[x.RecordedBy], Facts: int64(x.Facts), Hash: x.Hash.String(), Before: x.Before.String(), Figures: "/figures?block=" + strconv.FormatInt(x.Number, 10)}
		for _, sum := range x.Sums {
			row.Sums = append(row.Sums, blockpage.Sum{Kind: b.T("web_block.kind_" + sum.Kind.String()), Facts: sum.Facts, Quantity: sum.Quantity})
		}
		p.Rows = append(p.Rows, row)
	}
	if n := len(list); n > 0 {
		at := place{after: before, done: cols.Head() - list[0].Number}
		next := ""
		if last := list[n-1].Number; last > 1 {
			next = "/blocks?before=" + strconv.FormatInt(last, 10)
		}
		p.Pager = at.pager(int64(n), cols.Head(), "/blocks", next)
	}
	return s.render(w, r, http.StatusOK, blockpage.List(p))
}
