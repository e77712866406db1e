package registry

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/cn"
	"tuoxing/internal/date"
	"tuoxing/internal/org"
)

// What the roll does for a page of certificates of a city: 680,000 files, 620,000 certificates. Its rows come from the database
// and are not in it.
func BenchmarkRoll_pages_of_certificates_of_a_city(b *testing.B) {
	const files, papers = 680_000, 620_000
	part := rollPart
	rollPart = 1 << 16
	b.Cleanup(func() { rollPart = part })
	r := rand.New(rand.NewPCG(1, 1))
	var rl roll
	words := newWordMaker()
	rl.units.of(0)
	for i := range files {
		full, initials := cn.Spelled([]string{"王", "李", "张", "吕", "长"}[r.IntN(5)])
		text := fmt.Sprint(full, r.IntN(60_000), wordSeparator, "王芳", wordSeparator, initials)
		rl.files.put(i, &listed{WorkerID(1 + i), text, org.UnitID(1 + r.IntN(2500)), org.UnitID(r.IntN(2500)), int32(321100 + r.IntN(8)), 0, 0}, &rl.units, words.number(text))
	}
	book, moved := words.book()
	rl.words = book
	for i, w := range rl.files.words {
		rl.files.words[i] = moved[w]
	}
	for _, u := range rl.units.list {
		rl.lo = append(rl.lo, int64(u))
	}
	today := date.Of(2023, 4, 1)
	all := make([]heldPaper, papers)
	for i := range all {
		all[i] = heldPaper{WorkerID(1 + r.IntN(files)), CertificateRow{ID: int64(10 + 3*i), Rank: 2 + r.IntN(5), Form: CertificateForm(1 + r.IntN(4)), Occupation: int32(6180101 + r.IntN(300)), IssuedOn: today - date.Day(r.IntN(8000)), ExpiresOn: date.Forever}}
	}
	rl.papers.renew(linesOf(all), func(WorkerID) bool { return false })
	rl.copyFiles(b)
	for name, f := range map[string]CertificateFilter{
		"all":       {},
		"deep":      {After: CertificateID(all[papers/2].ID)},
		"by_name":   {Order: "name"},
		"filtered":  {Rank: 4, District: 321103, State: Valid, From: today - 3000},
		"name_part": {Text: "wang12"},
	} {
		f.Limit = 50
		for scope, who := range map[string]account.Scope{"city": {All: true}, "district": {Lo: 100, Hi: 500}} {
			if f.After != 0 && !who.All {
				continue
			}
			b.Run(name+"/"+scope, func(b *testing.B) {
				for b.Loop() {
					if _, _, err := rl.paperPage(who, f, today); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
