package account_test

import (
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/fault"
	"tuoxing/internal/listing"
	"tuoxing/internal/testkit"
)

var someColumns = account.ColumnsOf{List: "some", Right: account.WorkerRead, All: listing.Choices{{Name: "name"}, {Name: "sex", Usual: true}, {Name: "age"}, {Name: "rank", Usual: true}}}

// A choice is each user's own, stands in the order of the list, always names the row, and can be taken back.
func TestChooseColumns_remembers_the_choice_of_each_user(t *testing.T) {
	t.Parallel()
	s := account.New(testkit.NewDB(t), nil)
	one, two := account.Actor{UserID: 1, Role: account.City, Scope: account.Scope{All: true}}, account.Actor{UserID: 2, Role: account.City, Scope: account.Scope{All: true}}
	sees := func(who account.Actor, want string) {
		t.Helper()
		cols, err := s.Columns(t.Context(), who, someColumns)
		got := ""
		for _, c := range cols {
			got += c.Name + " "
		}
		if err != nil || got != want {
			t.Errorf("%d sees %q, want %q: %v", who.UserID, got, want, err)
		}
	}
	choose := func(who account.Actor, names ...string) {
		t.Helper()
		if err := s.ChooseColumns(t.Context(), who, someColumns, names); err != nil {
			t.Fatal(err)
		}
	}
	sees(one, "name sex rank ")
	choose(one, "rank", "age", "age")
	choose(two, "name")
	sees(one, "name age rank ")
	sees(two, "name ")
	choose(one, "sex")
	sees(one, "name sex ")
	choose(one)
	sees(one, "name sex rank ")
	choose(two, "sex", "rank")
	sees(two, "name sex rank ")
	err := s.ChooseColumns(t.Context(), one, someColumns, []string{"sex", "wage", "phone"})
	if f := fault.Fields(err); len(f) != 2 || f[0].Name != "columns" || f[0].Key != "listing.column_unknown" {
		t.Errorf("unknown columns: %v", err)
	}
	sees(one, "name sex rank ")
	choose(one, "age")
	fewer := someColumns
	fewer.All = listing.Choices{{Name: "name"}, {Name: "rank", Usual: true}}
	if cols, err := s.Columns(t.Context(), one, fewer); err != nil || len(cols) != 1 { // the list lost the column since
		t.Error(cols, err)
	}
	if err := s.ChooseColumns(t.Context(), account.Actor{UserID: 3, Role: account.SysAdmin}, someColumns, nil); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if _, err := s.Columns(t.Context(), account.Actor{UserID: 3, Role: account.SysAdmin}, someColumns); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
}
