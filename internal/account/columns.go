package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
)

// ColumnsOf is a list of which each user chooses the columns that are shown (选择列). A choice is the user's own and changes
// no export.
type ColumnsOf struct {
	List  string
	Right Right // to see the list
	All   listing.Choices
}

// Columns gives the columns of a list that the user chose, the usual ones without a choice.
func (s *Service) Columns(ctx context.Context, who Actor, of ColumnsOf) (listing.Choices, error) {
	if err := who.Must(of.Right); err != nil {
		return nil, err
	}
	var chosen string
	err := s.db.ReadRow(ctx, `SELECT columns FROM account_columns WHERE user_id = $1 AND list = $2`, []any{who.UserID, of.List}, &chosen)
	switch {
	case fault.Is(err, fault.NotFound):
		return of.All.Pick(of.All.Usual()), nil
	case err != nil:
		return nil, fmt.Errorf("columns of %s: %w", of.List, err)
	}
	return of.All.Pick(strings.Split(chosen, ",")), nil
}

// ChooseColumns remembers which columns of a list the user wants to see; none at all, or the usual ones, is no choice.
// Invalid names the columns that the list does not have.
func (s *Service) ChooseColumns(ctx context.Context, who Actor, of ColumnsOf, names []string) error {
	if err := who.Must(of.Right); err != nil {
		return err
	}
	if err := of.All.Check(names); err != nil {
		return err
	}
	picked := make([]string, 0, len(names)+1)
	for _, c := range of.All.Pick(names) {
		picked = append(picked, c.Name)
	}
	return s.db.WriteTx(ctx, func(tx *db.Tx) error {
		var err error
		if len(names) == 0 || slices.Equal(picked, of.All.Usual()) {
			_, err = tx.Exec(ctx, `DELETE FROM account_columns WHERE user_id = $1 AND list = $2`, who.UserID, of.List)
		} else {
			_, err = tx.Exec(ctx, `INSERT INTO account_columns (user_id, list, columns) VALUES ($1, $2, $3) ON CONFLICT (user_id, list) DO UPDATE SET columns = excluded.columns`, who.UserID, of.List, strings.Join(picked, ","))
		}
		if err != nil {
			return fmt.Errorf("choose columns of %s: %w", of.List, err)
		}
		return nil
	})
}
