package registry

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tuoxing/internal/account"
	"tuoxing/internal/date"
	"tuoxing/internal/db"
	"tuoxing/internal/listing"
	"tuoxing/internal/org"
)

// toldPapers is the roll's certificates, as texts.
func (r *roll) toldPapers() []string {
	var out []string
	p := &r.papers
	for i, id := range p.id {
		out = append(out, fmt.Sprintf("%d of %d in %d at %d, %d, %q issued %d expires %d revoked %d occupation %d rank %d form %d", id, p.holder[i], r.units.list[p.unit[i]], r.units.list[p.employer[i]], p.district[i], r.words.line(p.words[i]), p.issued[i], p.expires[i], p.revoked[i], p.occupation[i], p.rank[i], p.form[i]))
	}
	return out
}

func papersTold(t testing.TB, s *Service) (told []string) {
	t.Helper()
	must(t, s.DB.ReadTx(t.Context(), func(tx *db.Tx) error {
		return s.readPapers(t.Context(), tx, func(r *roll) error {
			told = r.toldPapers()
			return nil
		})
	}))
	return told
}

// samePapers compares the certificates that have followed every change with those that the files of everybody show.
func (c *town) samePapers(after string) {
	c.t.Helper()
	var want []string
	c.read(func(ctx context.Context, tx *db.Tx) error {
		var all []WorkerID
		for w := WorkerID(1); w <= people; w++ {
			all = append(all, w)
		}
		src, err := loadSources(ctx, tx, all)
		if err != nil {
			return err
		}
		files, texts := map[WorkerID]Worker{}, map[WorkerID]string{}
		err = tx.Query(ctx, selectListed+`ORDER BY worker_id`, []any{wordSeparator}, func(row db.Scanner) error {
			f, err := scanListed(row)
			files[f.id], texts[f.id] = Worker{Unit: f.unit, Employer: f.employer, District: f.district}, f.text
			return err
		})
		if err != nil {
			return err
		}
		var list []heldPaper
		for _, w := range all {
			if src[w].Survivor == 0 {
				for _, x := range readPerson(src[w], c.svc.Precedence).certs {
					list = append(list, heldPaper{w, x})
				}
			}
		}
		slices.SortFunc(list, func(a, b heldPaper) int { return cmp.Compare(a.ID, b.ID) })
		for _, x := range list {
			revoked := date.Forever
			if x.RevokedOn.Valid {
				revoked = x.RevokedOn.V
			}
			want = append(want, fmt.Sprintf("%d of %d in %d at %d, %d, %q issued %d expires %d revoked %d occupation %d rank %d form %d", x.ID, x.holder, files[x.holder].Unit, files[x.holder].Employer, files[x.holder].District, texts[x.holder], x.IssuedOn, x.ExpiresOn, revoked, x.Occupation, x.Rank, x.Form))
		}
		return nil
	})
	fresh := &Service{DB: c.svc.DB, Org: c.svc.Org, Precedence: c.svc.Precedence}
	for which, s := range map[string]*Service{"followed": c.svc, "read now": fresh} {
		if got := papersTold(c.t, s); !slices.Equal(got, want) {
			c.t.Fatalf("after %s the certificates, %s, are\n%v\nwant\n%v", after, which, got, want)
		}
	}
}

// copyFiles copies what is the files' into the certificates, as following the table of changes does.
func (r *roll) copyFiles(t testing.TB) {
	t.Helper()
	must(t, r.place())
}

func linesOf(list []heldPaper) (out []paperLine) {
	for i := range list {
		out = append(out, lineOf(list[i].holder, &list[i].CertificateRow))
	}
	return out
}

// Whatever is asked, the roll answers as going through all certificates would.
func TestRoll_lists_certificates_as_going_through_all_does(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	var rl roll
	words := newWordMaker()
	rl.units.of(0)
	people := make([]listed, 60)
	for i := range people {
		people[i] = listed{WorkerID(1 + i), fmt.Sprint(r.IntN(9), wordSeparator, "王", wordSeparator, "w"), org.UnitID(r.IntN(6)), org.UnitID(r.IntN(4)), int32(r.IntN(3)), 0, 0}
		rl.files.put(i, &people[i], &rl.units, words.number(people[i].text))
	}
	book, moved := words.book()
	rl.words = book
	for i, w := range rl.files.words {
		rl.files.words[i] = moved[w]
	}
	for _, u := range rl.units.list {
		rl.lo = append(rl.lo, 10*int64(u))
	}
	all := make([]heldPaper, 500)
	today := date.Of(2023, 4, 1)
	for i := range all {
		all[i] = heldPaper{people[r.IntN(len(people))].id, CertificateRow{ID: int64(10 + 3*i), Rank: 1 + r.IntN(4), Form: CertificateForm(r.IntN(4)), Occupation: int32(r.IntN(4)), IssuedOn: today + date.Day(r.IntN(40)-35), ExpiresOn: oneOf(r, date.Forever, today-1, today, today+1)}}
		if r.IntN(4) == 0 {
			all[i].RevokedOn = sql.Null[date.Day]{V: oneOf(r, today-1, today, today+1), Valid: true}
		}
	}
	rl.papers.renew(linesOf(all), func(WorkerID) bool { return false })
	rl.copyFiles(t)
	scopes := []account.Scope{{All: true}, {Lo: 20, Hi: 40}, {Lo: 30, Hi: 30}, {Lo: 90, Hi: 99}}
	chosen := 0
	for range 3000 {
		who := scopes[r.IntN(len(scopes))]
		f := CertificateFilter{Limit: 1 + r.IntN(12), Order: oneOf[listing.Order](r, "", "issued", "-issued", "rank", "-rank", "name", "-name")}
		for _, set := range []func(){
			func() { f.Rank = 1 + r.IntN(4) }, func() { f.Form = CertificateForm(r.IntN(4)) }, func() { f.Occupation = int32(r.IntN(4)) }, func() { f.District = int32(r.IntN(3)) },
			func() { f.Employer = org.UnitID(r.IntN(5)) }, func() { f.From = today - 10 }, func() { f.To = today - 3 }, func() { f.State = oneOf(r, Validities...) }, func() { f.Text = "王" },
		} {
			if r.IntN(5) == 0 {
				set()
			}
		}
		var want []heldPaper
		for _, x := range all {
			h := people[x.holder-1]
			if h.unit == 0 || !who.All && (10*int64(h.unit) < who.Lo || 10*int64(h.unit) > who.Hi) || f.District != 0 && h.district != f.District || f.Employer != 0 && h.employer != f.Employer {
				continue
			}
			if f.holds(&x.CertificateRow, today) {
				want = append(want, x)
			}
		}
		total := len(want)
		slices.SortStableFunc(want, func(a, b heldPaper) int {
			n := 0
			switch f.Order.Name() {
			case "rank":
				n = a.Rank - b.Rank
			case "name":
				n = cmp.Compare(people[a.holder-1].text, people[b.holder-1].text)
			default:
				n = int(a.IssuedOn - b.IssuedOn)
			}
			if f.Order.Down() || f.Order == "" {
				n = -n
			}
			return n
		})
		if len(want) > 0 && r.IntN(2) == 0 {
			at := r.IntN(len(want))
			f.After, want = CertificateID(want[at].ID), want[at+1:]
		}
		page, n, err := rl.paperPage(who, f, today)
		must(t, err)
		var expected []paperAt
		for _, x := range want[:min(len(want), f.Limit)] {
			expected = append(expected, paperAt{x.holder, x.ID})
		}
		if n != total || !slices.Equal(page, expected) {
			t.Fatalf("%+v as %+v: %d certificates, page %v; want %d, %v", f, who, n, page, total, expected)
		}
		chosen += n
	}
	if chosen == 0 {
		t.Error("nothing was ever chosen")
	}
}
