package sample

import (
	"tuoxing/internal/date"
	"tuoxing/internal/web/page/duplicate"
	"tuoxing/internal/web/page/worker"
	"tuoxing/internal/web/part"
)

func (m maker) duplicates() []Sample {
	b := m.base
	list := duplicate.ListPage{
		Base: m.at("/duplicates"), Stand: b.T("web_duplicate.stand", 31, 118, 26), Total: 175, Certain: true, Filters: m.duplicateFilters(), Found: b.T("web_duplicate.found", 4),
		Chips: []part.Chip{{Label: b.T("web_duplicate.grade"), Value: b.T("registry.grade_likely"), Remove: "/duplicates"}},
		Pager: part.Pager{From: 1, To: 12, Total: 175, Next: "/duplicates?after=2-1-2"},
	}
	kinds := []struct {
		tone         part.Tone
		grade, other string
		evidence     []string
	}{
		{part.Good, "certain", "张三", []string{"one_digit", "same_name", "same_phone", "phone_alone", "same_employer"}},
		{part.Good, "certain", "张三", []string{"short_form", "same_name"}},
		{part.Warn, "likely", "張三", []string{"swapped", "variant_name", "same_employer"}},
		{part.Info, "possible", "章三", []string{"one_digit", "same_pinyin", "one_list"}},
	}
	for i := range 12 {
		k := kinds[i%len(kinds)]
		list.Rows = append(list.Rows, duplicate.Row{
			Href: "/duplicates/1/2", Keep: "张三", Other: k.other, KeepUnder: []string{b.Month(date.MonthOf(1990, 1)), "示例光学有限公司"},
			OtherUnder: []string{b.Month(date.MonthOf(1990, 7)), "示例镜片厂"}, Grade: k.tone, GradeWord: b.T("registry.grade_" + k.grade), Evidence: m.evidence(k.evidence),
			StateWord: b.T("registry.duplicate_proposed"), Found: b.DayShort(date.Of(2023, 4, 10)),
		})
	}
	none := duplicate.ListPage{Base: m.at("/duplicates"), Stand: b.T("web_duplicate.stand", 0, 0, 0), Filters: m.duplicateFilters()}
	refused := m.pair()
	refused.Problems = []part.Problem{{Name: "why", Text: b.T("registry.why_needed")}, {Name: "keep", Text: b.T("registry.keep_needed")}}
	decided := m.pair()
	decided.Open, decided.Changes, decided.State, decided.StateWord, decided.Unmerge = false, nil, part.Good, b.T("registry.duplicate_accepted"), "/workers/2/unmerge"
	decided.Decided = []part.Pair{{Label: b.T("web_duplicate.decided_by"), Value: m.w("张三 · 2023-04-11 10:00", "Zhang San · 2023-04-11 10:00")}, {Label: b.T("web_duplicate.why"), Value: m.w("证件号码录错一位", "one digit was mistyped")}}
	bare := duplicate.PairPage{Base: m.at("/duplicates/1/2"), Path: "/duplicates/1/2", Grade: part.Info, GradeWord: b.T("registry.grade_possible"), State: part.Info, StateWord: b.T("registry.duplicate_proposed"), Open: true}
	bare.Sides[0], bare.Sides[1] = duplicate.Side{ID: "1", Name: "张三"}, duplicate.Side{ID: "2", Name: "张三"}
	certain := duplicate.CertainPage{
		Base: m.at("/duplicates/certain"), Pairs: 31, Changes: m.pair().Changes[:2],
		Lines: []string{b.T("web_duplicate.certain_pairs", 31, 30), b.T("web_duplicate.accept_rows"), b.T("web_duplicate.accept_back")},
	}
	merged, survivor := m.worker(), m.worker()
	merged.Survivor, merged.Unmerge, survivor.Merged = "/workers/1", "/workers/2/unmerge", []string{"/workers/2", "/workers/3"}
	merged.Papers, merged.Employment = nil, nil
	unmerge := duplicate.UnmergePage{
		Base: m.at("/workers/2/unmerge"), ID: "2", Name: "张三",
		Lines: []string{b.T("web_duplicate.unmerge_into", "1"), b.T("web_duplicate.unmerge_figures"), b.T("web_duplicate.unmerge_again")},
	}
	return []Sample{
		{"duplicates", "possible duplicates", duplicate.List(list)}, {"duplicates-empty", "possible duplicates, none", duplicate.List(none)},
		{"duplicate", "pair side by side", duplicate.Pair(m.pair())}, {"duplicate-refused", "pair, answer refused", duplicate.Pair(refused)},
		{"duplicate-decided", "pair, merged", duplicate.Pair(decided)}, {"duplicate-empty", "pair of which little is known", duplicate.Pair(bare)},
		{"duplicates-certain", "question before all certain pairs are merged", duplicate.Certain(certain)},
		{"duplicates-certain-empty", "no certain pairs", duplicate.Certain(duplicate.CertainPage{Base: m.at("/duplicates/certain")})},
		{"worker-unmerge", "question before a merge is taken back", duplicate.Unmerge(unmerge)},
		{"worker-merged", "worker file, merged into another", worker.Show(merged)}, {"worker-survivor", "worker file, others merged into it", worker.Show(survivor)},
	}
}

func (m maker) evidence(names []string) (out []duplicate.Evidence) {
	for _, n := range names {
		out = append(out, duplicate.Evidence{Word: m.base.T("registry.evidence_" + n), Against: n == "one_list"})
	}
	return out
}

func (m maker) duplicateFilters() []part.Field {
	b := m.base
	return []part.Field{
		{Name: "grade", Label: b.T("web_duplicate.grade"), Value: "likely", Options: []part.Option{{Label: b.T("web.all")}, {Value: "certain", Label: b.T("registry.grade_certain")}, {Value: "likely", Label: b.T("registry.grade_likely")}, {Value: "possible", Label: b.T("registry.grade_possible")}}},
		{Name: "state", Label: b.T("web.state"), Options: []part.Option{{Value: "proposed", Label: b.T("registry.duplicate_proposed")}, {Value: "rejected", Label: b.T("registry.duplicate_rejected")}}},
	}
}

func (m maker) pair() duplicate.PairPage {
	b := m.base
	digits := func(masked string) (out []duplicate.Digit) {
		for i, c := range []rune(masked) {
			out = append(out, duplicate.Digit{Text: string(c), Differs: i == 14})
		}
		return out
	}
	facts := func(phone, month, employer string) []part.Pair {
		return []part.Pair{{Label: b.T("web_worker.phone"), Value: phone}, {Label: b.T("web.sex"), Value: m.w("女", "female")}, {Label: b.T("web_duplicate.born"), Value: month},
			{Label: b.T("web.employer"), Value: employer}, {Label: b.T("web.district"), Value: m.w("丹阳市", "Danyang")}}
	}
	born := b.Month(date.MonthOf(1990, 1))
	p := duplicate.PairPage{
		Base: m.at("/duplicates/1/2"), Path: "/duplicates/1/2", Grade: part.Good, GradeWord: b.T("registry.grade_certain"), State: part.Info, StateWord: b.T("registry.duplicate_proposed"),
		Evidence: m.evidence([]string{"one_digit", "same_name", "same_phone", "phone_alone", "same_birthday"}), Places: b.T("web_duplicate.places", "15"), Open: true, Keep: "1",
		Changes: []duplicate.Change{
			{Figure: m.w("职工", "Employees"), Href: "/figures/employees?on=2023-04-10", District: m.w("丹阳市", "Danyang"), By: "−1", From: date.Of(2022, 3, 1), To: date.Forever},
			{Figure: m.w("产业工人", "Industrial workers"), Href: "/figures/industrial_workers?on=2023-04-10", District: m.w("丹阳市", "Danyang"), By: "−1", From: date.Of(2022, 3, 1), To: date.Forever},
			{Figure: m.w("职工", "Employees"), Href: "/figures/employees?on=2021-04-10", District: m.w("句容市", "Jurong"), By: "−1", From: date.Of(2021, 3, 1), To: date.Of(2022, 2, 28)},
		},
	}
	p.Sides[0] = duplicate.Side{ID: "1", Name: "张三", Href: "/workers/1", Number: digits("3299************18"), Facts: facts("138****0000", born, "示例光学有限公司")}
	p.Sides[1] = duplicate.Side{ID: "2", Name: "张三", Href: "/workers/2", Number: digits("3299************14"), Facts: facts("138****0000", born, "示例镜片厂")}
	return p
}
