package registry_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/fault"
	"tuoxing/internal/intake"
	"tuoxing/internal/listing"
	"tuoxing/internal/registry"
	"tuoxing/internal/testkit/world"
)

// In every order the pages together hold everybody once, also people of one age or level, and each page
// goes on where the one before ended.
func TestList_pages_in_every_order_hold_everybody_once(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, login := range []string{world.City, world.Danyang} {
		who := w.Actor(t, login)
		all, total, err := w.Registry.List(t.Context(), who, registry.Filter{Limit: 500})
		if err != nil || len(all) != total || total < 10 {
			t.Fatalf("%d of %d people: %v", len(all), total, err)
		}
		for order, by := range map[listing.Order]func(a, b registry.Worker) int{
			"": func(a, b registry.Worker) int { return cmp.Compare(a.ID, b.ID) },
			"name": func(a, b registry.Worker) int {
				return cmp.Or(cmp.Compare(a.Pinyin, b.Pinyin), cmp.Compare(a.ID, b.ID))
			},
			"-name": func(a, b registry.Worker) int {
				return cmp.Or(cmp.Compare(b.Pinyin, a.Pinyin), cmp.Compare(a.ID, b.ID))
			},
			"age":  func(a, b registry.Worker) int { return cmp.Or(cmp.Compare(b.Birth, a.Birth), cmp.Compare(a.ID, b.ID)) },
			"-age": func(a, b registry.Worker) int { return cmp.Or(cmp.Compare(a.Birth, b.Birth), cmp.Compare(a.ID, b.ID)) },
			"rank": func(a, b registry.Worker) int {
				return cmp.Or(cmp.Compare(a.RankEver, b.RankEver), cmp.Compare(a.ID, b.ID))
			},
			"-rank": func(a, b registry.Worker) int {
				return cmp.Or(cmp.Compare(b.RankEver, a.RankEver), cmp.Compare(a.ID, b.ID))
			},
		} {
			want := slices.SortedFunc(slices.Values(all), by)
			for _, size := range []int{1, 3, 7} {
				var got []registry.Worker
				f := registry.Filter{Order: order, Limit: size}
				for {
					part, n, err := w.Registry.List(t.Context(), who, f)
					if err != nil || n != total {
						t.Fatalf("%s after %d: %d people: %v", order, f.After, n, err)
					}
					got = append(got, part...)
					if len(part) < size {
						break
					}
					f.After = part[len(part)-1].ID
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s sees by %q, pages of %d: %d people, want %d in order", login, order, size, len(got), len(want))
				}
			}
		}
	}
}

// A page can begin only behind somebody whom the reader sees: otherwise the order would tell of the others.
func TestList_begins_no_page_behind_people_of_others(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who, other := w.Actor(t, world.Danyang), w.Person(t, "阚语桐").ID
	for _, after := range []registry.WorkerID{other, 4711} {
		_, _, err := w.Registry.List(t.Context(), who, registry.Filter{Order: "name", After: after, Limit: 5})
		if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || f.Key != "listing.after_gone" {
			t.Errorf("behind %s: %v", after, err)
		}
	}
	for _, order := range []listing.Order{"pinyin_fold", "-", "name desc", "name; DROP TABLE registry_worker"} {
		if _, _, err := w.Registry.List(t.Context(), who, registry.Filter{Order: order}); !fault.Is(err, fault.Invalid) {
			t.Errorf("order %q: %v", order, err)
		}
	}
}

// A list finds people by the names that their files have now: also when nothing of an old name is in force any more,
// and not at all once they are erased.
func TestList_finds_people_by_the_names_of_now(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	who := w.Actor(t, world.City)
	found := func(when string, want map[string]int) {
		t.Helper()
		for text, n := range want {
			if _, total, err := w.Registry.List(t.Context(), who, registry.Filter{Text: text}); err != nil || total != n {
				t.Errorf("%s: %d people for %q, want %d: %v", when, total, text, n, err)
			}
		}
	}
	found("at first", map[string]int{"晁雨眠": 1, "chaoyumian": 1, "晁宇棉": 0})
	v, err := w.Viewer(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Intake.Undo(t.Context(), v, w.Imports[world.JurongRoster], "姓名有误"); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(world.Text(world.JurongRoster)), "晁雨眠", "晁宇棉")
	id, err := w.Intake.Receive(t.Context(), v, "更正.csv", strings.NewReader(text), intake.Options{Kind: "roster", AsOf: date.Of(2023, 4, 1), Unit: int64(w.Unit(t, "句容市总工会"))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Intake.Stage(t.Context(), v, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Intake.Apply(t.Context(), v, id); err != nil {
		t.Fatal(err)
	}
	found("under another name", map[string]int{"晁雨眠": 0, "晁宇棉": 1, "chaoyumian": 1})
	list, _, err := w.Registry.List(t.Context(), who, registry.Filter{Text: "晁宇棉"})
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	if _, err := w.Registry.Erase(t.Context(), who, w.Intake, []registry.WorkerID{list[0].ID}, "本人申请"); err != nil {
		t.Fatal(err)
	}
	found("once erased", map[string]int{"晁宇棉": 0, "chaoyumian": 0})
}

// A number is searched for under the other filters and within the subtree, in a list as in an export.
func TestList_and_Export_find_a_number_under_the_other_filters(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	for _, p := range w.People {
		if p.District != 321181 {
			continue
		}
		for _, c := range []struct {
			login string
			f     registry.Filter
			want  int
		}{
			{world.City, registry.Filter{}, 1},
			{world.City, registry.Filter{District: 321181}, 1},
			{world.City, registry.Filter{District: 321183}, 0},
			{world.City, registry.Filter{RankEver: 8}, 0},
			{world.City, registry.Filter{Employer: 1}, 0},
			{world.City, registry.Filter{After: p.ID}, 0},
			{world.Danyang, registry.Filter{}, 1},
			{world.Jurong, registry.Filter{}, 0},
		} {
			c.f.Text = p.Number
			who := w.Actor(t, c.login)
			if list, total, err := w.Registry.List(t.Context(), who, c.f); err != nil || total != c.want || len(list) != c.want || total == 1 && list[0].ID != p.ID {
				t.Errorf("%s %+v: %d listed of %d, want %d: %v", c.login, c.f, len(list), total, c.want, err)
			}
			if c.f.After != 0 {
				continue // an export begins at the beginning
			}
			given := 0
			err := w.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
				total, all, err := w.Registry.Export(t.Context(), tx, who, registry.ExportForm{Filter: c.f})
				if err != nil {
					return err
				}
				for _, err := range all {
					if err != nil {
						return err
					}
					given++
				}
				if total != given {
					t.Errorf("%s %+v: %d counted, %d given", c.login, c.f, total, given)
				}
				return nil
			})
			if err != nil || given != c.want {
				t.Errorf("%s %+v: %d given, want %d: %v", c.login, c.f, given, c.want, err)
			}
		}
		return
	}
	t.Fatal("nobody in Danyang")
}
