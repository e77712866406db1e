package account_test

import (
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
)

// The operator is not asked; who never was a user, and nobody, may not go on.
func TestStill_knows_who_it_asks_about(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.Still(t.Context(), account.Operator()); err != nil {
		t.Error(err)
	}
	if err := o.Still(t.Context(), o.admin); err != nil {
		t.Error(err)
	}
	if err := o.Still(t.Context(), account.Actor{}); err == nil {
		t.Error("nobody may go on")
	}
	if err := o.Still(t.Context(), account.Actor{UserID: 5, Role: account.City, Scope: account.Scope{All: true}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody who never was: %v", err)
	}
}
