package demo

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tuoxing/internal/date"
)

func TestPlan_gives_the_populations_of_each_scale(t *testing.T) {
	t.Parallel()
	cases := map[int]Numbers{
		680_000: {Workers: 680_000, Employees: 704_000, Holders: 603_000, HighHolders: 218_000,
			RosterHolders: 331_500, RosterHigh: 131_000, WorkerHolders: 320_000, WorkerHigh: 126_000,
			Files: 975_500, Employed: 1_955_000, Danyang: 244_000, Spectacles: 50_500,
			Lapsed: 9_000, LapsedHigh: 2_400, Firms: 6_000, EyeFirms: 2_000},
		6_800: {Workers: 6_800, Employees: 7_040, Holders: 6_030, HighHolders: 2_180,
			RosterHolders: 3_315, RosterHigh: 1_310, WorkerHolders: 3_200, WorkerHigh: 1_260,
			Files: 9_755, Employed: 19_550, Danyang: 2_440, Spectacles: 505,
			Lapsed: 90, LapsedHigh: 24, Firms: 140, EyeFirms: 20},
		1_000: {Workers: 1_000, Employees: 1_035, Holders: 887, HighHolders: 321,
			RosterHolders: 488, RosterHigh: 193, WorkerHolders: 471, WorkerHigh: 185,
			Files: 1_434, Employed: 2_875, Danyang: 359, Spectacles: 74,
			Lapsed: 13, LapsedHigh: 4, Firms: 31, EyeFirms: 3},
		12_345: {Workers: 12_345, Employees: 12_781, Holders: 10_947, HighHolders: 3_958,
			RosterHolders: 6_018, RosterHigh: 2_378, WorkerHolders: 5_809, WorkerHigh: 2_287,
			Files: 17_710, Employed: 35_492, Danyang: 4_430, Spectacles: 917,
			Lapsed: 163, LapsedHigh: 44, Firms: 254, EyeFirms: 36},
	}
	for n, want := range cases {
		if diff := cmp.Diff(want, Plan(n)); diff != "" {
			t.Errorf("Plan(%d) (-want +got):\n%s", n, diff)
		}
	}
}

func TestPlan_keeps_every_part_within_its_whole_at_any_scale(t *testing.T) {
	t.Parallel()
	for n := MinWorkers; n <= MaxWorkers; n += 1 + n/300 {
		p := Plan(n)
		workers, others := p.Workers, p.Employees-p.Workers
		rest := p.Files - p.Employees
		heldOthers, highOthers := p.RosterHolders-p.WorkerHolders, p.RosterHigh-p.WorkerHigh
		if heldOthers > others || highOthers > heldOthers || highOthers < 0 || p.WorkerHolders > workers {
			t.Fatalf("at %d the holders on rosters do not fit: %+v", n, p)
		}
		if p.HighHolders-p.RosterHigh > rest || p.LapsedHigh > p.Lapsed || p.Lapsed*100 > p.Holders*2 {
			t.Fatalf("at %d the holders do not fit: %+v", n, p)
		}
		if p.Spectacles*CityWorkers < 50_000*n || p.Danyang < p.Spectacles {
			t.Fatalf("at %d Danyang has %d people, %d of them in spectacles", n, p.Danyang, p.Spectacles)
		}
	}
}

func TestPlanUnits_adds_up_at_any_scale(t *testing.T) {
	t.Parallel()
	for n := MinWorkers; n <= MaxWorkers; n += 1 + n/300 {
		p := Plan(n)
		var size, others, firms int
		for i, u := range planUnits(p) {
			size, others, firms = size+u.size, others+u.others, firms+u.firms
			if u.others > u.size || u.idle > u.others || u.eye > u.size-u.idle || u.firms < 2 {
				t.Fatalf("at %d %s does not fit: %+v", n, units[i].name, u)
			}
		}
		if size != p.Employees || size-others != n || firms != p.Firms-p.EyeFirms {
			t.Fatalf("at %d the units have %d employees, %d others, %d firms; want %+v", n, size, others, firms, p)
		}
	}
}

func TestTables_agree_with_the_published_city(t *testing.T) {
	t.Parallel()
	var size, others int
	for _, u := range units {
		size, others = size+u.size, others+u.others
		for _, class := range append(append([]string{}, u.trades...), u.offices...) {
			tradeOf(class) // panics when the table lacks it
		}
		if (u.idle > 0) != (len(u.offices) > 0) {
			t.Errorf("%s: %d idle people in %d sorts of firms", u.name, u.idle, len(u.offices))
		}
		if len(u.places) != len(districts) {
			t.Errorf("%s: %d places", u.name, len(u.places))
		}
	}
	if size != city.Employees || others != city.Employees-city.Workers || units[danyangUnit].size != city.Danyang {
		t.Errorf("units have %d employees, %d others, Danyang %d", size, others, units[danyangUnit].size)
	}
	employed := 0
	for _, d := range districts {
		employed += d.employed * 100
	}
	if employed != city.Employed {
		t.Errorf("districts have %d employed", employed)
	}
	if len(layouts) != len(units) || len(housePlaces) != len(houses) {
		t.Errorf("%d layouts for %d units, %d places for %d houses", len(layouts), len(units), len(housePlaces), len(houses))
	}
}

func TestShare_is_exact_and_fair(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		total   int
		weights []int
		want    []int
	}{
		{"even", 9, []int{1, 1, 1}, []int{3, 3, 3}},
		{"equal remainders go to the first", 10, []int{1, 1, 1}, []int{4, 3, 3}},
		{"largest remainder", 10, []int{5, 3, 1}, []int{6, 3, 1}},
		{"no weights", 10, []int{0, 0}, []int{0, 0}},
		{"nothing to share", 0, []int{2, 1}, []int{0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, share(c.total, c.weights)); diff != "" {
				t.Errorf("share (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuild_keeps_the_populations_of_the_whole_city(t *testing.T) {
	t.Parallel()
	m := build(DefaultSeed, CityWorkers)
	type number struct {
		born        date.Day
		seq, region int
	}
	seen := make(map[number]bool, len(m.people))
	var workers, holders, high, onRoster, highOnRoster, lapsed int
	for i := range m.people {
		p := &m.people[i]
		if p.seq < 1 || p.seq > 999 || p.region < 1 || p.region > madeUpRegions {
			t.Fatalf("person %d has the sequence %d of region %d", i, p.seq, p.region)
		}
		seen[number{p.born, int(p.seq), int(p.region)}] = true
		if m.works(p) {
			workers++
		}
		if p.lapsed {
			lapsed++
		}
		if p.rank == 0 {
			continue
		}
		holders++
		if p.firm != outside {
			onRoster++
		}
		if p.rank >= 4 {
			high++
			if p.firm != outside {
				highOnRoster++
			}
		}
	}
	got := Numbers{Workers: workers, Holders: holders, HighHolders: high, RosterHolders: onRoster, RosterHigh: highOnRoster, Lapsed: lapsed, Firms: len(m.firms)}
	want := Numbers{Workers: 680_000, Holders: 603_000, HighHolders: 218_000, RosterHolders: 331_500, RosterHigh: 131_000, Lapsed: 9_000, Firms: 6_000}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the city (-want +got):\n%s", diff)
	}
	if len(seen) != len(m.people) {
		t.Errorf("%d people have %d numbers", len(m.people), len(seen))
	}
}
