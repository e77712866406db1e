package figure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/ledger"
	"tuoxing/internal/locale"
)

func TestSort_brings_districts_into_the_official_order_and_unknown_last(t *testing.T) {
	t.Parallel()
	cells := []Cell{{Keys: []int64{0, 2}}, {Keys: []int64{321171, 1}}, {Keys: []int64{320100, 1}}, {Keys: []int64{321181, 2}}, {Keys: []int64{321181, 0}}, {Keys: []int64{321102, 1}}, {Keys: []int64{321181, 1}}}
	(&Labels{}).Sort([]ledger.Dim{ledger.District, ledger.Sex}, cells)
	var got [][]int64
	for _, c := range cells {
		got = append(got, c.Keys)
	}
	// Jingkou, Danyang, the New Area; then what the city does not list; then none.
	want := [][]int64{{321102, 1}, {321181, 1}, {321181, 2}, {321181, 0}, {321171, 1}, {320100, 1}, {0, 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSort_puts_people_without_a_certificate_below_the_lowest_level(t *testing.T) {
	t.Parallel()
	cells := []Cell{{Keys: []int64{4}}, {Keys: []int64{0}}, {Keys: []int64{2}}}
	(&Labels{}).Sort([]ledger.Dim{ledger.RankEver}, cells)
	if cells[0].Keys[0] != 0 || cells[1].Keys[0] != 2 || cells[2].Keys[0] != 4 {
		t.Errorf("%v", cells)
	}
}

func TestOf_spells_an_occupation_for_who_reads_English(t *testing.T) {
	t.Parallel()
	for lang, want := range map[locale.Lang]string{locale.ZH: "车工", locale.EN: "Che gong 车工"} {
		if got := (&Labels{p: locale.New(lang)}).Of(ledger.Occupation, 6180101); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
