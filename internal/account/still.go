package account

import (
	"context"
	"slices"

	"tuoxing/internal/db"
	"tuoxing/internal/fault"
)

// Still is nil while an actor may go on with what they began: the session or the token that they came with is good, and role,
// rights and scope are what they were. A request is let in once; whose work goes on after that (a file that is streamed for as long
// as its receiver takes) asks here again. Any change stops it, also one that gives more: what was begun under another scope would
// be neither the old list nor the new one. The operator, who holds the key file, is not asked.
func (s *Service) Still(ctx context.Context, who Actor) error {
	if who.Role == operator {
		return nil
	}
	now, err := s.again(ctx, who)
	if err != nil {
		return err
	}
	// The range of a unit may move while the tree grows elsewhere; whose list it is says the unit.
	scope := now.Scope.All != who.Scope.All || now.Scope.Unit != who.Scope.Unit
	if scope || now.Role != who.Role || now.MustChange != who.MustChange || !slices.Equal(now.Only, who.Only) {
		return fault.New(fault.Forbidden, "account.changed_since")
	}
	return nil
}

// again finds an actor anew by what they came with.
func (s *Service) again(ctx context.Context, who Actor) (now Actor, err error) {
	if who.Token == 0 && who.session != nil {
		now, _, err = s.bySession(ctx, who.session)
		return now, err
	}
	err = s.db.ReadTx(ctx, func(tx *db.Tx) (err error) {
		if who.Token != 0 {
			now, _, err = s.byToken(ctx, tx, "token_id", who.Token)
			return err
		}
		u, err := findUser(ctx, tx, who.UserID) // by the id, as jobs do
		if err == nil && !u.DisabledAt.IsZero() {
			err = ended()
		}
		if err != nil {
			return err
		}
		now, err = s.actor(ctx, tx, u)
		return err
	})
	return now, err
}
