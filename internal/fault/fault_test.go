package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"tuoxing/internal/fault"
)

func TestKindOf_finds_the_fault_in_a_chain(t *testing.T) {
	err := fmt.Errorf("enrol: %w", fault.New(fault.Conflict, "training.session_full"))
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("KindOf = %v, want conflict", got)
	}
	if got := fault.KindOf(errors.New("disk")); got != fault.Internal {
		t.Errorf("KindOf of a plain error = %v, want internal", got)
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("no error is not an internal fault")
	}
}

func TestCheck_returns_every_problem_at_once(t *testing.T) {
	var c fault.Check
	if err := c.Err(); err != nil {
		t.Fatalf("empty check: %v", err)
	}
	c.Add("name", "registry.name_empty")
	c.Add("id_number", "cn.id_length", 17)
	got := fault.Fields(c.Err())
	if len(got) != 2 || got[0].Name != "name" || got[1].Name != "id_number" {
		t.Errorf("fields = %v", got)
	}
}
