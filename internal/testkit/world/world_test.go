package world_test

import (
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/figure"
	"tuoxing/internal/testkit/world"
)

func TestNew_takes_everything_in_and_verifies(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	v, err := w.Verify(t.Context(), "")
	if err != nil || v.People != 27 {
		t.Errorf("verify: %+v %v", v, err)
	}
	if n := len(world.Secrets()); n < 60 {
		t.Errorf("%d secrets: the patterns do not fit the files", n)
	}
	for login, want := range map[string]int64{world.City: 25, world.Danyang: 12, world.Jurong: 11, world.Firm: 5} {
		got, err := w.Figures.Value(t.Context(), w.Actor(t, login), figure.Request{Name: "employees", On: date.Of(2023, 3, 31)})
		if err != nil || got.Total.Value != want {
			t.Errorf("%s sees %d employees, want %d: %v", login, got.Total.Value, want, err)
		}
	}
	if who := w.Actor(t, world.SysAdmin); who.Role.Has(account.FigureRead) {
		t.Error("sysadmin reads figures")
	}
}
